"""Collects the pages of every package into one flask-admin, and makes the menu from them."""

from typing import Any

from flask import Flask, g
from flask_admin import Admin, BaseView

import procurement.admin
import providers.admin
import quality.admin
from app.web import (
    jobs as job_pages,
    management,
    reports as report_pages,
    tokens as token_pages,
)
from app.web.start import StartPage
from core.admin import Page
from core.dates import now
from core.pages.model_view import SafeModelView
from providers.models import Provider
from providers.register.operations import keep_dossiers
from quality.cards.operations import follow_register
from quality.cards.queries import effects_on_open_months

# The order of the menu; a page at one of these addresses appears by itself.
MENU = (
    "/",
    "/cursisten",
    "/planning",
    "/aanbieders",
    "/leveringen",
    "/kwaliteit",
    "/signalen",
    "/indicatoren",
    "/rapportages",
    "/methode",
    "/beheer",
)


def views() -> list[BaseView]:
    """Make the views of every package; they belong to one application."""
    listed = [
        *procurement.admin.views(),
        *providers.admin.views(),
        *quality.admin.views(),
        *management.views(),
        *job_pages.views(),
        *report_pages.views(),
        *token_pages.views(),
    ]
    for view in listed:
        if isinstance(view, SafeModelView) and view.thing == "register":
            view.after_save = _follow_register
            view.watch_effects = effects_on_open_months
    return listed


def _follow_register(row: Any, before: dict[str, Any] | None) -> None:
    """What the register said is kept; scores rest on its marks and contracts as they are now."""
    if isinstance(row, Provider):
        touched = {row.id}
    else:
        # A mark that was put with the wrong aanbieder touches two.
        touched = {row.provider_id, (before or {}).get("provider", row.provider_id)}
    at = now()
    keep_dossiers(touched - {None}, at=at)
    # A week without lessons of the region is about everyone.
    everyone = None if None in touched else touched
    follow_register(by=g.account.email, at=at, providers=everyone)


def assemble(app: Flask) -> None:
    """Register every view and offer the menu to the templates."""
    admin = Admin(
        name="Taalinkoop",
        index_view=StartPage("Start", url="/", endpoint="start"),
        # An address of its own keeps flask-admin from serving its 21 MB of scripts and styles.
        static_url_path="/nergens",
    )
    admin.add_views(*views())
    admin.init_app(app)
    by_url = {(view.url or "/").rstrip("/") or "/": view for view in admin._views}

    def menu() -> list[Page]:
        if g.get("account") is None:
            return []
        return [by_url[url] for url in MENU if url in by_url and by_url[url].is_accessible()]

    def frame() -> dict[str, Any]:
        return {"menu": menu}

    app.context_processor(frame)
