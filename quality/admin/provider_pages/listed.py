"""The list of aanbieders: what it shows of each, what keeps one in it, and its order."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import g, request, url_for

from core import municipalities
from core.accounts import visible
from core.dates import AMSTERDAM, today
from core.formats import MISSING, day_text, month_text
from core.small_numbers import NOT_SHOWN, few_text, is_small
from providers.codes import LearningRoute, MarkStatus
from providers.deliveries.open_tracks import Learners
from providers.deliveries.queries import last_deliveries, learners_now, newest_months
from providers.models import (
    Delivery,
    Provider,
    QualityMark,
)
from providers.register.queries import Coverage, coverage_on, marks_on
from quality.cards.queries import OUTSIDE, cards_of, newest_judged_month
from quality.models import ScoreCard

NOTHING_COVERED = Coverage((), (), whole_region=False)


@dataclass(frozen=True)
class Listed:
    """One aanbieder in the list."""

    provider: Provider
    coverage: Coverage
    mark: QualityMark | None
    delivery: Delivery | None
    newest: date | None
    learners: list[Learners]
    standings: list[tuple[str, str]]
    """Per route the standing of the newest month with judgements."""

    @property
    def open_tracks(self) -> int:
        """Learners on all routes in the newest month."""
        return sum(one.total for one in self.learners)

    @property
    def learners_text(self) -> str:
        """The same as it may be shown: not where it would tell a part that is hidden."""
        if self.newest is None:
            return MISSING
        parts = [n for one in self.learners for n in (one.waiting, one.active, one.paused)]
        hidden = sum(n for n in parts if is_small(n))
        if g.account.role in OUTSIDE and is_small(hidden) and hidden < self.open_tracks:
            return NOT_SHOWN
        return few_text(self.open_tracks)

    @property
    def routes_text(self) -> str:
        """Routes under contract."""
        return ", ".join(LearningRoute(route).label for route in self.coverage.routes) or MISSING

    @property
    def places_text(self) -> str:
        """Gemeenten under contract."""
        if self.coverage.whole_region:
            return "hele regio"
        names = sorted(municipalities.name(code) for code in self.coverage.municipalities)
        return ", ".join(names) or MISSING

    @property
    def mark_text(self) -> str:
        """The quality mark in words."""
        return mark_text(self.mark)

    @property
    def delivery_text(self) -> str:
        """Which month came last, and when."""
        if self.delivery is None:
            return MISSING
        day = day_text(self.delivery.received_at.astimezone(AMSTERDAM).date())
        return f"{month_text(self.newest)}, op {day}" if self.newest else day


def mark_text(mark: QualityMark | None) -> str:
    """The status of a mark; none on file is said so."""
    return "niet bekend" if mark is None else MarkStatus(mark.status).label


def mark_kind(mark: QualityMark | None) -> str:
    """How a tag of this mark looks."""
    if mark is None:
        return "neutral"
    return "good" if MarkStatus(mark.status).valid else "bad"


def listed(providers: list[Provider], day: date) -> list[Listed]:
    """Everything that the list shows, in a fixed number of queries."""
    keys = [provider.id for provider in providers]
    coverage, marks = coverage_on(day, keys), marks_on(day, keys)
    deliveries, newest, learners = last_deliveries(keys), newest_months(keys), learners_now(keys)
    standings = _standings(keys)
    return [
        Listed(
            provider,
            coverage.get(provider.id, NOTHING_COVERED),
            marks.get(provider.id),
            deliveries.get(provider.id),
            newest.get(provider.id),
            learners.get(provider.id, []),
            standings.get(provider.id, []),
        )
        for provider in providers
    ]


def _standings(keys: list[int]) -> dict[int, list[tuple[str, str]]]:
    by_provider: dict[int, list[tuple[str, str]]] = {}
    month = newest_judged_month(today())
    if month is not None:
        columns = (ScoreCard.provider, ScoreCard.route, ScoreCard.standing)
        newest = cards_of(month, provider_ids=keys).select(*columns)
        for key, route, standing in visible(ScoreCard, g.account, newest).tuples():
            by_provider.setdefault(key, []).append((LearningRoute(route).label, standing))
    return by_provider


SORTS: dict[str, tuple[str, Callable[[Listed], Any]]] = {
    "naam": ("Aanbieder", lambda one: one.provider.name.casefold()),
    "keurmerk": ("Blik op Werk", lambda one: one.mark.status if one.mark else 9),
    "levering": ("Laatste levering", lambda one: one.newest or date.min),
    "cursisten": ("Cursisten nu", lambda one: one.open_tracks),
}


@dataclass(frozen=True)
class Filters:
    """What the list is narrowed by, as the address says it."""

    search: str
    route: str
    place: str
    mark: str
    sort: str
    descending: bool

    @classmethod
    def from_request(cls) -> "Filters":
        """Read the address; what is not known is left out."""
        arguments = {key: value.replace("\0", "").strip() for key, value in request.args.items()}
        sort = arguments.get("sorteer", "naam")
        name = sort.removeprefix("-")
        return cls(
            search=arguments.get("zoek", "")[:80],
            route=arguments.get("leerroute", ""),
            place=arguments.get("gemeente", ""),
            mark=arguments.get("keurmerk", ""),
            sort=name if name in SORTS else "naam",
            descending=sort.startswith("-"),
        )

    @property
    def narrow(self) -> dict[str, str]:
        """The filters that are on, as they stand in an address."""
        pairs = {
            "zoek": self.search,
            "leerroute": self.route,
            "gemeente": self.place,
            "keurmerk": self.mark,
        }
        return {key: value for key, value in pairs.items() if value}

    def keep(self, one: Listed) -> bool:
        """Whether an aanbieder fits the filters."""
        words = f"{one.provider.code} {one.provider.name} {one.provider.city or ''}".casefold()
        routes = {LearningRoute(route).code for route in one.coverage.routes}
        valid = one.mark is not None and MarkStatus(one.mark.status).valid
        return (
            self.search.casefold() in words
            and (not self.route or self.route in routes)
            and (
                not self.place
                or one.coverage.whole_region
                or self.place in one.coverage.municipalities
            )
            and (self.mark not in {"geldig", "ongeldig"} or valid == (self.mark == "geldig"))
        )

    def order(self, rows: list[Listed]) -> list[Listed]:
        """Sort, by name where the rest is equal."""
        by_name = sorted(rows, key=SORTS["naam"][1])
        return sorted(by_name, key=SORTS[self.sort][1], reverse=self.descending)


def sort_headings(filters: Filters) -> dict[str, tuple[str, str, str | None]]:
    """Per sortable column its label, the address that sorts by it, and how it is sorted now."""
    headings = {}
    for name, (label, _) in SORTS.items():
        state = None
        if filters.sort == name:
            state = "desc" if filters.descending else "asc"
        wanted = f"-{name}" if state == "asc" else name
        address = url_for(".index", **filters.narrow, sorteer=wanted)  # type: ignore[arg-type]
        headings[name] = (label, address, state)
    return headings


EXPORT_HEADER = (
    "Code", "Aanbieder", "Plaats", "Leerroutes", "Gemeenten", "Blik op Werk", "Laatste levering",
    "Cursisten nu", "Oordeel",
)  # fmt: skip


def export_row(one: Listed) -> list[Any]:
    """One aanbieder in a download."""
    return [
        one.provider.code,
        one.provider.name,
        one.provider.city,
        one.routes_text,
        one.places_text,
        one.mark_text,
        one.delivery_text,
        one.learners_text,
        ", ".join(f"{route}: {standing.replace('_', ' ')}" for route, standing in one.standings),
    ]
