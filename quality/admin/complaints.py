"""Complaints about one provider."""

from typing import Any

from flask import abort, g, redirect, url_for
from flask_admin import expose
from werkzeug.wrappers import Response

from core.accounts import Role
from core.admin import Page, needs
from core.dates import now, today
from core.export import download
from core.municipalities import name as municipality_name, names
from providers.codes import LearningRoute
from quality.admin.agreements import provider_named
from quality.admin.providers import tabs_of
from quality.agreements.forms import ComplaintForm, OutcomeForm
from quality.agreements.operations import close_complaint, register_complaint
from quality.agreements.queries import complaint_counts, complaints_of
from quality.agreements.rules import COMPLAINT_KINDS, CRITERIA

DOWNLOAD_COLUMNS = (
    "Ontvangen op", "Soort", "Criterium", "Leerroute", "Gemeente", "Klacht",
    "Stand", "Afgehandeld op", "Uitkomst",
)  # fmt: skip
WORDS = {"criteria": CRITERIA, "kinds": COMPLAINT_KINDS, "routes": LearningRoute}


def _reads_notes() -> bool:
    """Internal notes can be about a person: not for the provider, nor for the whole region."""
    return g.account.role in (Role.CONTRACT_MANAGER, Role.MUNICIPALITY)


class ComplaintPage(Page):
    """Complaints by kind, and what became of them."""

    thing = "complaints"

    @expose("/")
    def index(self, code: str) -> str:
        """List the complaints, with counts by kind over twelve months."""
        provider = provider_named(code)
        return self.render(
            "quality/complaints.html",
            provider=provider,
            tabs=tabs_of(code, "complaints.index"),
            complaints=complaints_of(provider, g.account),
            counts=complaint_counts(provider, g.account, today=today()),
            words=WORDS,
        )

    @expose("/klachten.<any(csv, xlsx):kind>")
    def download(self, code: str, kind: str) -> Response:
        """Give the complaints as a file, without the internal notes."""
        provider = provider_named(code)
        rows = (
            (
                item.received_on,
                COMPLAINT_KINDS[item.kind],
                CRITERIA.get(item.criterion or "", ""),
                LearningRoute(item.route).label if item.route else None,
                item.municipality and municipality_name(item.municipality),
                item.summary,
                "open" if item.state == "open" else "afgehandeld",
                item.closed_on,
                item.outcome,
            )
            for item in complaints_of(provider, g.account)
        )
        return download(f"klachten-{provider.code}", kind, DOWNLOAD_COLUMNS, rows)

    @expose("/nieuw/", methods=("GET", "POST"))
    @needs("create")
    def new(self, code: str) -> Response | str:
        """Register a complaint; a gemeente does so for itself."""
        provider = provider_named(code)
        form = ComplaintForm()
        bound = g.account.role == Role.MUNICIPALITY or bool(g.account.municipalities)
        codes = g.account.municipalities if bound else sorted(names(), key=names().__getitem__)
        form.offer(codes, required=bound)

        def keep(values: dict[str, Any]) -> None:
            register_complaint(
                provider=provider,
                received_on=values["received_on"],
                kind=values["kind"],
                route=int(values["route"]) if values["route"] else None,
                municipality=values["municipality"] or None,
                summary=values["summary"],
                internal_note=values["internal_note"] or "",
                by=g.account.email,
                at=now(),
            )

        if self.saved(form, keep, "De klacht is bewaard."):
            return redirect(url_for(".index", code=code))
        return self.render("quality/complaint_entry.html", provider=provider, form=form)

    @expose("/<int:number>/", methods=("GET", "POST"))
    @needs("read", POST="change")
    def one(self, code: str, number: int) -> Response | str:
        """Show one complaint, and close it."""
        provider = provider_named(code)
        complaint = next((c for c in complaints_of(provider, g.account) if c.id == number), None)
        if complaint is None:
            abort(404)
        form = OutcomeForm()

        def close(values: dict[str, Any]) -> None:
            close_complaint(complaint, outcome=values["outcome"], by=g.account.email, at=now())

        if self.saved(form, close, "De klacht is afgehandeld."):
            return redirect(url_for(".one", code=code, number=number))
        return self.render(
            "quality/complaint.html",
            provider=provider,
            complaint=complaint,
            note=complaint.internal_note if _reads_notes() else "",
            form=form,
            words=WORDS,
        )
