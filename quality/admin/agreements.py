"""Contract management: talks, agreements and plans of one provider."""

from typing import Any

from flask import abort, g, redirect, request, url_for
from flask_admin import expose
from werkzeug.wrappers import Response

from core.accounts import visible
from core.admin import Page, needs
from core.charts.pictures import Chart
from core.dates import now, today
from core.export import download
from providers.codes import LearningRoute
from providers.models import Provider
from quality.admin.providers import tabs_of
from quality.agreements.effect import placebo_sentence
from quality.agreements.forms import AgreementForm, ClosingForm
from quality.agreements.models import Agreement
from quality.agreements.operations import close_agreement, make_agreement
from quality.agreements.queries import (
    EffectReport,
    agreements_of,
    effect_report,
    latest_cards,
    open_kinds,
    progress_of,
    talks_of,
    unit_of,
)
from quality.agreements.rules import (
    CRITERIA,
    KINDS,
    UNITS,
    Course,
    Standing,
    criterion_standing,
)
from quality.cards.queries import tree_of
from quality.charts.effect import effect_chart
from quality.method.criteria import CRITERIA as MEASURES

STATES = {"open": "loopt", "closed": "afgerond", "cancelled": "vervallen"}
DOWNLOAD_COLUMNS = (
    "Soort", "Afspraak", "Criterium", "Leerroute", "Grens", "Nu", "Voortgang",
    "Afgesproken op", "Klaar op", "Stand", "Gesloten op", "Uitkomst",
)  # fmt: skip
WORDS = {"criteria": CRITERIA, "kinds": KINDS, "units": UNITS, "routes": LearningRoute}


def provider_named(code: str) -> Provider:
    """The provider with this code, when the account may see it; 404 otherwise."""
    provider: Provider | None = (
        visible(Provider, g.account).where(Provider.code == code).get_or_none()
    )
    if provider is None:
        abort(404)
    return provider


def _standings(provider: Provider) -> tuple[Any, list[dict[str, Any]]]:
    """The newest month, and per route the status word of every criterion that applies."""
    cards = latest_cards(provider)
    open_now = open_kinds([provider.id])
    rows = [
        {
            "route": LearningRoute(card.route),
            "criterion": criterion,
            "points": tree["criteria"][criterion]["points"],
            "norm": tree["borders"][1],
            "standing": criterion_standing(
                tree["criteria"][criterion]["points"],
                open_now.get((provider.id, card.route, criterion), ()),
                norm=tree["borders"][1],
            ),
        }
        for card, tree in ((card, tree_of(card)) for card in cards)
        for criterion in CRITERIA
        if criterion in tree["criteria"]
    ]
    return (cards[0].month if cards else None), rows


def _names(rows: list[dict[str, Any]], most: int = 3) -> str:
    """Criteria with their route, the first few by name."""
    named = [f"{CRITERIA[row['criterion']]} ({row['route'].label})" for row in rows[:most]]
    if len(rows) > most:
        return f"{', '.join(named)} en nog {len(rows) - most}"
    return " en ".join([", ".join(named[:-1]), named[-1]] if len(named) > 1 else named)


def _effect_chart(agreement: Agreement, report: EffectReport) -> Chart | None:
    """The comparison as a picture; None when there is none."""
    if not report.effects or agreement.criterion is None:
        return None
    measure = MEASURES[agreement.criterion]
    return effect_chart(
        f"afspraak-{agreement.id}",
        measure.cause,
        unit_of(measure),
        window=report.window,
        effects=report.effects,
        placebos=report.placebos,
    )


class AgreementPage(Page):
    """What was agreed with a provider, and where it stands."""

    thing = "agreements"

    @expose("/")
    def index(self, code: str) -> str:
        """Show where each criterion stands, the agreements and the talks."""
        provider = provider_named(code)
        agreements = agreements_of(provider, g.account)
        month, standings = _standings(provider)
        return self.render(
            "quality/agreements.html",
            provider=provider,
            tabs=tabs_of(code, "agreements.index"),
            month=month,
            standings=standings,
            off_course=(
                off_course := [r for r in standings if r["standing"] is Standing.OFF_COURSE]
            ),
            off_course_text=_names(off_course),
            agreements=agreements,
            progress=progress_of(agreements, today()),
            missed=Course.MISSED,
            talks=talks_of(provider, g.account),
            words=WORDS,
        )

    @expose("/afspraken.<any(csv, xlsx):kind>")
    def download(self, code: str, kind: str) -> Response:
        """Give the agreements as a file."""
        provider = provider_named(code)
        agreements = agreements_of(provider, g.account)
        progress = progress_of(agreements, today())
        rows = (
            (
                KINDS[item.kind],
                item.text,
                CRITERIA.get(item.criterion or "", ""),
                LearningRoute(item.route).label if item.route else None,
                item.threshold,
                latest.value if (latest := progress[item.id].latest) else None,
                str(progress[item.id].course),
                item.agreed_on,
                item.due_on,
                STATES[item.state],
                item.closed_on,
                item.closing_note,
            )
            for item in agreements
        )
        return download(f"afspraken-{provider.code}", kind, DOWNLOAD_COLUMNS, rows)

    @expose("/nieuw/", methods=("GET", "POST"))
    @needs("create")
    def new(self, code: str) -> Response | str:
        """Make an agreement or a plan."""
        provider = provider_named(code)
        form = AgreementForm()
        talks = talks_of(provider, g.account)
        form.offer(talks)
        if request.method == "GET":
            form.criterion.data = request.args.get("criterium", "")
            form.route.data = request.args.get("route", "")

        def keep(values: dict[str, Any]) -> None:
            threshold = values["threshold"]
            make_agreement(
                provider=provider,
                kind=values["kind"],
                text=values["text"],
                agreed_on=values["agreed_on"],
                due_on=values["due_on"],
                criterion=values["criterion"] or None,
                route=int(values["route"]) if values["route"] else None,
                threshold=None if threshold is None else float(threshold),
                talk=next((t for t in talks if str(t.id) == values["talk"]), None),
                by=g.account.email,
                at=now(),
            )

        if self.saved(form, keep, "De afspraak is bewaard."):
            return redirect(url_for(".index", code=code))
        return self.render("quality/agreement_entry.html", provider=provider, form=form)

    @expose("/<int:number>/", methods=("GET", "POST"))
    @needs("read", POST="change")
    def one(self, code: str, number: int) -> Response | str:
        """Show one agreement month by month, and close it."""
        provider = provider_named(code)
        agreement = next((a for a in agreements_of(provider, g.account) if a.id == number), None)
        if agreement is None:
            abort(404)
        form = ClosingForm()

        def close(values: dict[str, Any]) -> None:
            close_agreement(
                agreement,
                cancelled=values["ending"] == "cancelled",
                note=values["note"],
                by=g.account.email,
                at=now(),
            )

        if self.saved(form, close, "De afspraak is gesloten."):
            return redirect(url_for(".one", code=code, number=number))
        return self.render(
            "quality/agreement.html",
            provider=provider,
            agreement=agreement,
            progress=progress_of([agreement], today())[agreement.id],
            form=form,
            words=WORDS,
            effect=(report := effect_report(agreement, g.account, today())),
            chart=_effect_chart(agreement, report),
            placebo_sentence=placebo_sentence,
        )
