"""Pages about the aanbieders: the list, and one aanbieder with its tabs.

They stand in this package because they show standings; what they know of the register and the
deliveries comes from the metrics of ``providers``.
"""

from typing import Any

from flask import abort, g, request, url_for
from flask_admin import expose
from werkzeug.wrappers import Response

from core import municipalities
from core.accounts import may, visible
from core.admin import Page
from core.dates import add_months, month_of, today
from core.export import download
from core.formats import month_text
from providers.admin.delivery_parts import state_word
from providers.codes import LearningRoute, MarkStatus, TeacherRegistration
from providers.deliveries.calendar_queries import delivery_calendar, last_closed_month
from providers.deliveries.queries import Completeness, completeness
from providers.models import (
    ClassInspection,
    Contract,
    ContractScope,
    Delivery,
    Location,
    Provider,
    QualityMark,
    Teacher,
    TeachingMethod,
)
from providers.register.queries import (
    contracts_on,
    promised_by,
    teachers_on,
    travel_times,
)
from providers.register.rules import FAR_MINUTES, journeys
from quality.admin.provider_pages.lessons import hours_rows, intensity, teaching
from quality.admin.provider_pages.listed import (
    EXPORT_HEADER,
    Filters,
    Listed,
    export_row,
    listed,
    mark_kind,
    sort_headings,
)
from quality.admin.provider_pages.scores import Scores, alike_lines, score_panels
from quality.admin.provider_pages.timeline import by_year
from quality.admin.provider_pages.waiting import access, waiting
from quality.cards.queries import model_in_force, newest_judged_month
from quality.cards.timeline_queries import EventKind, provider_events
from quality.lessons.words import HEADERS, WORKING
from quality.method.model import is_outdated

CALENDAR_MONTHS = 12
TIMELINE_MONTHS = 36
MANY = 100

# Label, page, and the kind of thing that one must be allowed to read.
TABS = (
    ("Overzicht", "providers.one", "register"),
    ("Tijdlijn", "providers.timeline", "register"),
    ("Leveringen", "providers.deliveries", "deliveries"),
    ("Contracten", "providers.contracts", "register"),
    ("Beloften", "promises.index", "promises"),
    ("Wachttijd", "providers.waiting", "scores"),
    ("Docenten", "providers.teachers", "register"),
    ("Intensiteit", "providers.intensity", "scores"),
    ("Locaties", "providers.locations", "register"),
    ("Keurmerk", "providers.mark", "register"),
    ("Gesprek", "talk.index", "agreements"),
    ("Afspraken", "agreements.index", "agreements"),
    ("Klachten", "complaints.index", "complaints"),
    ("Tevredenheid", "satisfaction.index", "surveys"),
)


def tabs_of(code: str, current: str) -> list[tuple[str, str, bool]]:
    """The tabs of one aanbieder that the account may open; ``current`` is an endpoint."""
    return [
        (label, url_for(name, code=code), name == current)
        for label, name, thing in TABS
        if may(g.account, "read", thing)
    ]


def _links(code: str, scores: Scores | None) -> list[tuple[str, str]]:
    """Where to go on from the page of an aanbieder, as far as the account may."""
    links = []
    if may(g.account, "read", "agreements"):
        links.append(("Gesprek", url_for("talk.index", code=code)))
    if scores is None:
        return links
    chosen = scores.chosen
    month, route = f"{chosen.month:%Y-%m}", chosen.route.code
    links.append(("Vergelijk", url_for("compare.index", aanbieder=code, route=route)))
    if may(g.account, "read", "reports"):
        address = url_for("reports.download", month=month, code=code, kind="pdf")
        links.append((f"Rapport {month_text(chosen.month)}", address))
    if may(g.account, "create", "passport"):
        links.append(("Paspoort", url_for("passport.index", month=month, code=code)))
    if may(g.account, "read", "reactions"):
        links.append(("Reacties", url_for("reactions.index", month=month, code=code, route=route)))
    return links


class ProvidersPage(Page):
    """The aanbieders."""

    thing = "register"

    def _one(self, code: str) -> Provider:
        provider = visible(Provider, g.account).where(Provider.code == code).get_or_none()
        if provider is None:
            abort(404)
        return provider

    def _rows(self, filters: Filters) -> list[Listed]:
        every = listed(list(visible(Provider, g.account)), today())
        return filters.order([one for one in every if filters.keep(one)])

    @expose("/")
    def index(self) -> str:
        """List the aanbieders that this account may see."""
        filters = Filters.from_request()
        rows, model = self._rows(filters), model_in_force(month_of(today()))
        places = {code for one in rows for code in one.coverage.municipalities}
        return self.render(
            "providers/providers.html",
            rows=rows,
            filters=filters,
            headings=sort_headings(filters),
            places=sorted(
                (municipalities.name(code), code) for code in places | {filters.place} - {""}
            ),
            routes=list(LearningRoute),
            mark_kind=mark_kind,
            stale=lambda mark: mark is not None and is_outdated(mark.checked_on, today(), model),
            judged=newest_judged_month(today()),
        )

    @expose("/aanbieders.<any(csv, xlsx):form>")
    def download(self, form: str) -> Response:
        """Give the list as a file, filtered as it is on the page."""
        rows = self._rows(Filters.from_request())
        return download("aanbieders", form, EXPORT_HEADER, map(export_row, rows))

    def _tab(self, code: str, tab: str, **values: Any) -> str:
        provider = self._one(code)
        day = today()
        (facts,) = listed([provider], day)
        model = model_in_force(month_of(day))
        return self.render(
            f"providers/provider_{tab}.html",
            provider=provider,
            facts=facts,
            tabs=tabs_of(code, f"providers.{tab}"),
            tab=next(label for label, name, _ in TABS if name == f"providers.{tab}"),
            contracts=list(contracts_on(day, [provider.id])),
            successor=visible(Provider, g.account)
            .where(Provider.id == provider.merged_into)
            .get_or_none(),
            merged=list(visible(Provider, g.account).where(Provider.merged_into == provider)),
            mark_kind=mark_kind,
            stale=facts.mark is not None and is_outdated(facts.mark.checked_on, day, model),
            stale_days=model.mark_check_days,
            alike=alike_lines(provider, tab),
            **values,
        )

    @expose("/<code>/")
    def one(self, code: str) -> str:
        """Show the standing per route, the learners and how the deliveries come in."""
        provider = self._one(code)
        panels = score_panels(provider)
        return self._tab(
            code,
            "one",
            links=_links(code, panels["scores"]),
            calendar=self._calendar(provider),
            complete=self._complete(provider),
            exact=may(g.account, "read", "progress"),
            **panels,
        )

    def _calendar(self, provider: Provider) -> list[Any]:
        if not may(g.account, "read", "deliveries"):
            return []
        last = last_closed_month(today())
        cells = delivery_calendar(
            [provider.id],
            add_months(last, 1 - CALENDAR_MONTHS),
            last,
            today(),
            count_rows=True,
        )
        return cells[::-1]

    @expose("/<code>/tijdlijn/")
    def timeline(self, code: str) -> str:
        """Tell what happened in three years: judgements, mark, agreements, late deliveries."""
        provider = self._one(code)
        last = month_of(today())
        events = provider_events(
            provider, g.account, add_months(last, 1 - TIMELINE_MONTHS), last, today()
        )
        kinds = [kind for kind in EventKind if any(event.kind is kind for event in events)]
        chosen = next((kind for kind in kinds if kind == request.args.get("soort")), None)
        return self._tab(
            code,
            "timeline",
            kinds=kinds,
            chosen=chosen,
            years=by_year([e for e in events if chosen in (None, e.kind)], code),
        )

    def _complete(self, provider: Provider) -> dict[Any, Completeness]:
        last = last_closed_month(today())
        return completeness([provider.id], add_months(last, 1 - CALENDAR_MONTHS), last)

    @expose("/<code>/leveringen/")
    def deliveries(self, code: str) -> str:
        """Show the calendar of a year, and what was sent."""
        if not may(g.account, "read", "deliveries"):
            abort(403)
        provider = self._one(code)
        sent = (
            visible(Delivery, g.account)
            .where(Delivery.provider == provider)
            .order_by(Delivery.received_at.desc(), Delivery.id.desc())
        )
        return self._tab(
            code,
            "deliveries",
            deliveries=list(sent.limit(MANY)),
            total=sent.count(),
            state_word=state_word,
            calendar=self._calendar(provider),
            complete=self._complete(provider),
            exact=may(g.account, "read", "progress"),
        )

    @expose("/<code>/contracten/")
    def contracts(self, code: str) -> str:
        """Show every contract and what it covers."""
        provider = self._one(code)
        every = list(
            visible(Contract, g.account)
            .where(Contract.provider == provider)
            .order_by(Contract.valid_from.desc())
        )
        covered: dict[int, tuple[set[int], set[str | None]]] = {}
        scopes: Any = ContractScope.select().where(ContractScope.contract.in_(every))
        for one in scopes:
            routes, places = covered.setdefault(one.contract_id, (set(), set()))
            routes.add(one.route)
            places.add(one.municipality)
        return self._tab(
            code,
            "contracts",
            every=every,
            covered=covered,
            route=LearningRoute,
            promised=promised_by,
            may_see_promises=may(g.account, "read", "promises"),
        )

    @expose("/<code>/wachttijd/")
    def waiting(self, code: str) -> str:
        """Show the wait per route and gemeente, and who waits now."""
        context = waiting(self._with_figures(code))
        may_see_rows = may(g.account, "read", "progress")
        return self._tab(code, "waiting", may_see_rows=may_see_rows, **context)

    @expose("/<code>/docenten/")
    def teachers(self, code: str) -> str:
        """Show the docenten and how they are registered."""
        provider = self._one(code)
        every = (
            visible(Teacher, g.account)
            .where(Teacher.provider == provider)
            .order_by(Teacher.teacher_ref, Teacher.valid_from)
        )
        methods = list(
            visible(TeachingMethod, g.account)
            .where(TeachingMethod.provider == provider)
            .order_by(TeachingMethod.name)
        )
        return self._tab(
            code,
            "teachers",
            methods=methods,
            every=list(every),
            count=teachers_on(today(), [provider.id]).get(provider.id),
            registration=TeacherRegistration,
            day=today(),
            teaching=teaching(provider, today()) if may(g.account, "read", "scores") else None,
        )

    @expose("/<code>/intensiteit/")
    def intensity(self, code: str) -> str:
        """Show promised, offered and attended hours, and what falls short."""
        context = intensity(self._with_figures(code))
        header = [(label, place > 0) for place, label in enumerate(HEADERS)]
        return self._tab(code, "intensity", header=header, working=WORKING, **context)

    @expose("/<code>/intensiteit/uren.<any(csv, xlsx):form>")
    def download_hours(self, code: str, form: str) -> Response:
        """Give those hours as a file."""
        rows = hours_rows(self._with_figures(code))
        return download(f"uren-{code}", form, ("Leerroute", *HEADERS), rows)

    def _with_figures(self, code: str) -> Provider:
        """The aanbieder, for who may see figures of its lessons."""
        if not may(g.account, "read", "scores"):
            abort(403)
        return self._one(code)

    @expose("/<code>/locaties/")
    def locations(self, code: str) -> str:
        """Show where lessons are given."""
        provider = self._one(code)
        every = (
            visible(Location, g.account)
            .where(Location.provider == provider)
            .order_by(Location.name)
        )
        figures = access(provider) if may(g.account, "read", "scores") else {}
        return self._tab(
            code,
            "locations",
            every=list(every),
            journeys=journeys(travel_times(provider, g.account)),
            far_minutes=FAR_MINUTES,
            **figures,
        )

    @expose("/<code>/keurmerk/")
    def mark(self, code: str) -> str:
        """Show the history of the Blik op Werk quality mark."""
        provider = self._one(code)
        every = (
            visible(QualityMark, g.account)
            .where(QualityMark.provider == provider)
            .order_by(QualityMark.valid_from.desc())
        )
        inspections = list(
            visible(ClassInspection, g.account)
            .where(ClassInspection.provider == provider)
            .order_by(ClassInspection.held_on.desc())
        )
        return self._tab(
            code, "mark", every=list(every), status=MarkStatus, inspections=inspections
        )
