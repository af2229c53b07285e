"""Beheer: the index of all tables, the accounts and the audit trail."""

import os
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from flask import abort, current_app, flash, g, redirect, request, url_for
from flask_admin import BaseView, expose
from werkzeug.wrappers import Response
from wtforms import BooleanField, SelectChoice, SelectField

import core.scopes  # noqa: F401  registers which rows of the kernel an account may see
from app.settings import (
    ENV_FILE,
    SETTINGS,
    Setting,
    given_settings,
    read_env_file,
    unknown_settings,
    without_password,
)
from app.tasks.backups import holding_erased, last_backup
from app.tasks.leavers import close_account, successors
from app.tasks.letters import notify
from app.web.account import give_link
from app.web.log_sentences import (
    ACTIONS,
    LOOKED,
    LOOKED_AT,
    THINGS,
    found_by,
    key_text,
    label_of,
    list_name,
    sentence,
    thing_of,
    value_text,
)
from core.access_log import AccessLine, seen_by
from core.accounts import Account, Role
from core.admin import Page, needs
from core.audit import AuditLine
from core.dates import AMSTERDAM, now
from core.errors import DomainError
from core.formats import MISSING, read_day
from core.identity.account_operations import (
    add_account,
    change_account,
    one_time_password,
)
from core.identity.second_step_operations import has_second_step, turn_off
from core.identity.session_operations import end_all
from core.municipalities import name as municipality_name, names as municipality_names
from core.pages.fields import ParsedField, Required, SafeForm, TextField
from core.pages.lists import Filter, choice_filter
from core.pages.model_forms import ChoiceField
from core.pages.model_view import SafeModelView
from core.pages.tables import BulkAction
from providers.deliveries.history_queries import deliveries_with
from providers.models import Provider

ROLES = [(str(role), str(role)) for role in Role]


class IndexPage(Page):
    """What there is to manage, by subject."""

    thing = "start"

    def tables(self) -> dict[str, list[BaseView]]:
        """Views under /beheer/ that this account may open, by category."""
        by_category: dict[str, list[BaseView]] = {}
        for view in self.admin._views:
            here = view is not self and (view.url or "").startswith("/beheer/")
            if here and view.is_accessible():
                by_category.setdefault(view.category or "Overig", []).append(view)
        return by_category

    def is_accessible(self) -> bool:
        """Only for who has something to manage."""
        return g.get("account") is not None and bool(self.tables())

    @expose("/")
    def index(self) -> str:
        """Show the tables."""
        keeper = g.account.role == Role.ADMINISTRATOR
        made = last_backup() if keeper else None
        return self.render(
            "admin/index.html",
            tables=self.tables(),
            tells_backup=keeper,
            last_backup=made,
            holding_erased=holding_erased(current_app.config) if keeper else [],
        )


class MunicipalityCodesField(ParsedField):
    """Gemeenten by name or by code, with commas between them."""

    def parse(self, text: str) -> list[str]:
        """Read names and codes."""
        by_name = {name.lower(): code for code, name in municipality_names().items()}
        codes = []
        for part in (p.strip() for p in text.split(",")):
            code = by_name.get(part.lower(), part)
            if code and code not in municipality_names():
                raise ValueError(f"De gemeente {part!r} is niet bekend. Controleer de naam.")
            codes.append(code)
        return [code for code in codes if code]

    def present(self, value: list[str]) -> str:
        """Write names."""
        return ", ".join(municipality_name(code) for code in value)


def _providers() -> list[tuple[str, str]]:
    return [(row.code, row.name) for row in Provider.select().order_by(Provider.name)]


class AccountForm(SafeForm):
    """An account: who, which role, bound to what."""

    email = TextField("E-mailadres", [Required("Vul een e-mailadres in.")])
    name = TextField("Naam")
    role = ChoiceField("Rol", lambda: ROLES, validators=[Required("Kies een rol.")])
    provider_code = ChoiceField(
        "Aanbieder",
        _providers,
        description="Verplicht bij de rol aanbieder. Een contractmanager ziet dan alleen deze.",
    )
    municipalities = MunicipalityCodesField(
        "Gemeenten",
        description="Verplicht bij de rol gemeente. Zet er komma's tussen: Zwolle, Kampen.",
    )


class ChangeAccountForm(AccountForm):
    """An account that exists; the page leaves its address out."""

    active = BooleanField("Actief: mag aanmelden")
    successor = SelectField(
        "Wie neemt open werk over",
        description="Alleen nodig als het account niet meer actief wordt: open mijlpalen, acties "
        "en risico's krijgen deze eigenaar.",
        validate_choice=False,
    )


def _close(view: SafeModelView, rows: Any, _: Any) -> None:
    """Let accounts sign in no more; their sessions end."""
    del view
    for row in rows:
        close_account(row, successor=None, by=g.account.email, at=now())


class AccountView(SafeModelView):
    """Accounts; a password is made by the product, shown once, and changed at first sign-in."""

    thing = "accounts"
    about = "Wie mag aanmelden, met welke rol."
    column_list = ("email", "name", "role", "provider_code", "active", "last_seen_at")
    brief_columns = ("email", "role")
    column_details_list = (*column_list[:4], "municipalities", *column_list[4:], "created_at")
    form_columns = ("email", "name", "role", "provider_code", "municipalities", "active")
    cells = {
        "municipalities": lambda row: ", ".join(map(municipality_name, row.municipalities)) or "–"
    }
    search_columns = (Account.email, Account.name)
    list_filters = (
        choice_filter("rol", "Rol", Account.role, ROLES),
        choice_filter("actief", "Actief", Account.active, [(True, "ja"), (False, "nee")]),
    )
    default_sort = "email"
    bulk_actions = (BulkAction("sluit", "Zet op niet actief", _close),)

    def audited_as(self, row: Any) -> tuple[str, object]:
        """By the address with which somebody signs in."""
        return "account", row.email

    @expose("/new/", methods=("GET", "POST"))
    @needs("create")
    def create_view(self) -> Response | str:
        """Make an account and show its one-time password."""
        form = AccountForm()
        if form.validate_on_submit():
            try:
                account = add_account(
                    email=form.email.data or "",
                    password=one_time_password(),  # nobody's: the link lets its owner choose one
                    by=g.account.email,
                    at=now(),
                    **_values(form),
                )
            except DomainError as error:
                form.fill_errors(error)
            else:
                return self._give_link(account, invitation=True)
        return self.render("admin/create.html", form=form)

    @expose("/edit/", methods=("GET", "POST"))
    @needs("change")
    def edit_view(self) -> Any:
        """Change name, role, binding, or whether the account may sign in."""
        account = self.get_one(request.args.get("id"))
        form = ChangeAccountForm(obj=account)
        form.is_about(*self.audited_as(account))
        del form.email
        heirs = {str(one.id): one for one in successors(account)}
        form.successor.choices = [
            SelectChoice("", "Kies een account"),
            *(SelectChoice(key, one.email) for key, one in heirs.items()),
        ]
        if form.validate_on_submit():
            try:
                if account.active and not form.active.data:
                    heir = heirs.get(form.successor.data or "")
                    close_account(
                        account, successor=heir, by=g.account.email, at=now(), **_values(form)
                    )
                else:
                    change_account(
                        account, active=form.active.data, by=g.account.email, at=now(),
                        **_values(form),
                    )  # fmt: skip
            except DomainError as error:
                form.fill_errors(error)
            else:
                notify(account, "account", settings=current_app.config, by=g.account.email)
                flash("Bewaard. De sessies van dit account zijn beëindigd.", "success")
                return redirect(url_for(".details_view", id=account.id))
        return self.render("admin/edit.html", row=account, form=form), 422 if form.errors else 200

    @expose("/wachtwoord/", methods=("GET", "POST"))
    @needs("change")
    def password_view(self) -> str:
        """Ask first, then make a link with which the owner chooses a password."""
        account = self.get_one(request.args.get("id"))
        if request.method == "POST":
            return self._give_link(account, invitation=False)
        return self.render("account/reset.html", row=account)

    @expose("/sessies/", methods=("POST",))
    @needs("change")
    def end_sessions(self) -> Response:
        """End every session of an account at once."""
        account = self.get_one(request.args.get("id"))
        end_all(account, by=g.account.email, at=now())
        flash("De sessies van dit account zijn beëindigd.", "success")
        return redirect(url_for(".details_view", id=account.id))

    @expose("/tweede-stap/", methods=("GET", "POST"))
    @needs("change")
    def second_step_view(self) -> Response | str:
        """Ask first, then turn off the second step of someone who lost the app."""
        account = self.get_one(request.args.get("id"))
        if not has_second_step(account):
            abort(404)
        if request.method == "POST":
            turn_off(account, by=g.account.email, at=now())
            notify(account, "second_step_off", settings=current_app.config, by=g.account.email)
            flash("De tweede stap staat uit.", "success")
            return redirect(url_for(".details_view", id=account.id))
        return self.render("account/second_step_reset.html", row=account)

    @expose("/details/")
    def details_view(self) -> str:
        """Show one account."""
        row = self.get_one(request.args.get("id"))
        return self.render(
            "account/details.html",
            row=row,
            columns=self.detail_columns(),
            second_step=has_second_step(row),
        )

    def _give_link(self, account: Account, *, invitation: bool) -> str:
        return self.render(
            "account/one_time.html", row=account, invitation=invitation,
            link=give_link(account, invitation=invitation, by=g.account.email),
            crumbs=[("Beheer", url_for("management.index")), (self.name, url_for(".index_view"))],
            onward=("Naar het account", url_for(".details_view", id=account.id)),
        )  # fmt: skip


def _values(form: AccountForm) -> dict[str, Any]:
    return {
        "name": form.name.data or "",
        "role": form.role.data,
        "provider_code": form.provider_code.data or None,
        "municipalities": form.municipalities.data or [],
    }


def _since(query: Any, day: date) -> Any:
    return query.where(AuditLine.at >= datetime.combine(day, time.min, AMSTERDAM))


def _looked_since(query: Any, day: date) -> Any:
    return query.where(AccessLine.at >= datetime.combine(day, time.min, AMSTERDAM))


def _until(query: Any, day: date) -> Any:
    return query.where(
        AuditLine.at < datetime.combine(day + timedelta(days=1), time.min, AMSTERDAM)
    )


class AuditView(SafeModelView):
    """Who changed what, when, from what to what and why, in sentences; nobody changes this."""

    thing = "audit"
    about = "Wie wat veranderde, wanneer en waarom."
    column_list = ("at", "actor", "what", "reason")
    brief_columns = ("at", "what")
    column_details_list = ("at", "actor", "action", "thing", "thing_id", "what", "reason")
    labels = {
        "at": "Moment", "actor": "Door", "action": "Handeling", "thing": "Soort",
        "thing_id": "Kenmerk", "reason": "Reden", "what": "Wat er gebeurde",
    }  # fmt: skip
    choices = {"action": tuple(ACTIONS.items()), "thing": tuple(THINGS.items())}
    cells = {"what": sentence, "thing_id": lambda line: key_text(line.thing_id)}
    search_columns = (AuditLine.actor,)
    search_by = staticmethod(found_by)
    list_filters = (
        choice_filter("handeling", "Handeling", AuditLine.action, tuple(ACTIONS.items())),
        choice_filter("soort", "Soort", AuditLine.thing, tuple(THINGS.items())),
        Filter("door", "Door", lambda query, text: query.where(AuditLine.actor.contains(text))),
        Filter("vanaf", "Vanaf", _since, read_day, hint="23-11-2026"),
        Filter("tot", "Tot en met", _until, read_day, hint="23-11-2026"),
    )
    default_sort = "-at"

    @expose("/details/")
    def details_view(self) -> str:
        """Show one line, with every value that changed."""
        line = self.get_one(request.args.get("id"))
        before, after = line.before or {}, line.after or {}
        names = [*before, *(name for name in after if name not in before)]
        rows = [
            (
                label_of(thing_of(line), name),
                value_text(name, before.get(name)) if line.before is not None else "–",
                value_text(name, after.get(name)),
            )
            for name in names
        ]
        return self.render(
            "admin/log_line.html", row=line, columns=self.detail_columns(), rows=rows
        )


def _about_learner(query: Any, number: str) -> Any:
    """Lines about a learner, and about deliveries that held a row of that learner."""
    files = AccessLine.about.in_([str(one) for one in deliveries_with(number)]) & (
        AccessLine.what.in_(("delivery", "original", "receipt"))
    )
    return query.where(seen_by(number) | files)


class AccessView(SafeModelView):
    """Who looked at which personal data, and who signed in; nobody changes this.

    A search by trajectnummer compares digests: the log holds no number.
    """

    thing = "audit"
    about = "Wie keek naar gegevens van personen."
    column_list = ("at", "actor", "action", "what", "about", "count", "purpose")
    brief_columns = ("at", "actor", "action")
    column_details_list = (*column_list, "role", "address")
    labels = {
        "at": "Moment", "actor": "Wie", "role": "Rol", "action": "Handeling", "what": "Wat",
        "about": "Kenmerk", "count": "Aantal", "purpose": "Doel", "address": "Netwerkadres",
    }  # fmt: skip
    choices = {"action": tuple(LOOKED.items()), "what": tuple(LOOKED_AT.items())}
    cells = {
        "about": lambda line: (
            list_name(line.about) if line.what == "export" else key_text(line.about) or MISSING
        )
    }
    search_columns = (AccessLine.actor, AccessLine.about)
    list_filters = (
        Filter("trajectnummer", "Trajectnummer", _about_learner, secret=True),
        choice_filter("handeling", "Handeling", AccessLine.action, tuple(LOOKED.items())),
        choice_filter("wat", "Wat", AccessLine.what, tuple(LOOKED_AT.items())),
        Filter("vanaf", "Vanaf", _looked_since, read_day, hint="23-11-2026"),
    )
    default_sort = "-at"


class SettingsPage(Page):
    """What this installation was told, and where; passwords and keys are not shown."""

    thing = "settings"
    about = "Wat deze installatie is verteld, en waar."

    @expose("/")
    def index(self) -> str:
        """List every setting with its value, where it comes from and what it is for."""
        from_file = read_env_file(ENV_FILE)
        rows = [
            (
                one.name,
                _setting_text(one, given_settings()),
                "omgeving"
                if one.name in os.environ
                else ".env"
                if one.name in from_file
                else "standaard",
                one.help,
            )
            for one in SETTINGS
        ]
        return self.render("admin/settings.html", rows=rows, unknown=unknown_settings())


def _setting_text(setting: Setting, given: Mapping[str, str]) -> str:
    text = given.get(setting.name, setting.default)
    if text and any(word in setting.name for word in ("SECRET", "PASSWORD", "KEY")):
        return "ingesteld"
    return without_password(text) or "leeg"


def views() -> list[BaseView]:
    """Views of the shell itself."""
    return [
        SettingsPage(
            "Instellingen", url="/beheer/instellingen", endpoint="settings", category="Toegang"
        ),
        IndexPage("Beheer", url="/beheer", endpoint="management"),
        AccountView(Account, "Accounts", url="/beheer/accounts", category="Toegang"),
        AccessView(AccessLine, "Wie keek", url="/beheer/wie-keek", category="Toegang"),
        AuditView(AuditLine, "Logboek", url="/beheer/logboek", category="Toegang"),
    ]
