"""The talk with one provider: the sheet to take along, and what was said and decided."""

import io
from typing import Any

from flask import Response, g, redirect, request, send_file, url_for
from flask_admin import expose
from werkzeug.wrappers import Response as AnyResponse

from core import audit
from core.admin import Page, needs
from core.dates import now, today
from core.db import transaction
from core.errors import DomainError
from providers.models import Provider
from quality.admin.agreements import provider_named
from quality.admin.providers import tabs_of
from quality.agreements.forms import TalkForm
from quality.agreements.operations import make_agreement, record_talk
from quality.agreements.queries import latest_cards
from quality.agreements.talk_sheet import off_course_criteria, talk_sheet
from quality.report.pdf import pdf


class TalkPage(Page):
    """One A4 for the table, and a form for what came of it."""

    thing = "agreements"

    @expose("/")
    def index(self, code: str) -> str:
        """Show the sheet as a page."""
        provider = provider_named(code)
        return self.render(
            "quality/talk_sheet.html",
            provider=provider,
            tabs=tabs_of(code, "talk.index"),
            sheet=talk_sheet(provider, g.account, today()),
        )

    @expose("/gespreksblad.pdf")
    def download(self, code: str) -> Response:
        """Give the sheet as a PDF."""
        provider = provider_named(code)
        at = now()
        content = pdf(talk_sheet(provider, g.account, today()), at=at)
        with transaction():
            audit.record(
                at=at, actor=g.account.email, action="export", thing="talk", thing_id=provider.code
            )
        return send_file(
            io.BytesIO(content),
            "application/pdf",
            as_attachment=True,
            download_name=f"gesprek-{provider.code}-{today():%Y-%m-%d}.pdf",
        )

    @expose("/vastleggen/", methods=("GET", "POST"))
    @needs("create")
    def record(self, code: str) -> AnyResponse | str:
        """Keep what was said, and every decision as an agreement with its measure and date."""
        provider = provider_named(code)
        form = TalkForm()
        if request.method == "GET":
            _prefill(form, provider)

        def keep(values: dict[str, Any]) -> None:
            with transaction():
                talk = record_talk(
                    provider=provider, held_on=values["held_on"], subject=values["subject"],
                    report=values["report"] or "", by=g.account.email, at=now(),
                )  # fmt: skip
                for number, decision in form.given_decisions():
                    _agree(provider, talk, number, decision)

        if self.saved(form, keep, "Het gesprek is vastgelegd."):
            return redirect(url_for("agreements.index", code=code))
        return self.render("quality/talk.html", provider=provider, form=form)


def _prefill(form: TalkForm, provider: Provider) -> None:
    """Today, and in each row a criterion that falls short without an agreement."""
    form.held_on.data = today()
    rows = zip(
        form.decisions(), off_course_criteria(provider, latest_cards(provider)), strict=False
    )
    for (number, _), (criterion, route) in rows:
        form[f"criterion_{number}"].data = criterion
        form[f"route_{number}"].data = str(int(route))


def _agree(provider: Provider, talk: Any, number: int, values: dict[str, Any]) -> None:
    """Make the agreement of one row; a refusal names the field of that row."""
    for name, message in (
        ("text", "Vul in wat is afgesproken."),
        ("due_on", "Vul in wanneer de afspraak klaar moet zijn."),
    ):
        if not values[name]:
            raise DomainError("missing", message, field=f"{name}_{number}")
    # A criterion that was filled in beforehand and has no threshold is no measure.
    measured = values["threshold"] is not None
    try:
        make_agreement(
            provider=provider,
            kind="agreement",
            text=values["text"],
            agreed_on=talk.held_on,
            due_on=values["due_on"],
            criterion=(values["criterion"] or None) if measured else None,
            route=int(values["route"]) if measured and values["route"] else None,
            threshold=float(values["threshold"]) if measured else None,
            talk=talk,
            by=g.account.email,
            at=now(),
        )
    except DomainError as error:
        raise DomainError(error.code, error.message, field=f"{error.field}_{number}") from None
