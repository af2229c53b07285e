"""All charts of a month: for the region, and for one provider; from the stored score cards.

Small numbers are hidden here, once, before chart, table, description and pack.

Pages, the command and the pack take their charts here, so that all show the same.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from itertools import pairwise
from math import ceil
from typing import Any, TypeVar

from core.charts.pictures import Chart
from core.dates import add_months, month_from_number, month_of, months_between
from core.db import database
from core.small_numbers import MINIMUM, hide_small, hide_small_criterion
from providers.codes import LearningRoute, MarkStatus
from providers.deliveries.calendar_queries import DeliveryState, delivery_calendar
from providers.models import Provider, QualityMark
from quality import charts
from quality.cards import queries as cards
from quality.charts.words import MEASURES, Card, cards_in_order, criteria_of, route_label
from quality.learners.queue import Queue, queues
from quality.lessons.intensity import LessonMonth, Lessons
from quality.lessons.queries import lessons_by_month, levels_then_and_now
from quality.method.criteria import CRITERIA, WAITING
from quality.method.model import ScoringModel, value_for
from quality.models import ScoreCard

Tree = dict[str, Any]
Item = TypeVar("Item")
HISTORY = 24
CALENDAR = 12
STATES = {
    DeliveryState.ON_TIME: "op_tijd",
    DeliveryState.LATE: "te_laat",
    DeliveryState.FAULTS: "met_fouten",
    DeliveryState.NIL: "nulmelding",
    DeliveryState.MISSING: "ontbreekt",
    DeliveryState.EXPECTED: "verwacht",
    DeliveryState.NOT_OWED: "",
}


@dataclass(frozen=True)
class History:
    """The score cards of some providers over the months up to one."""

    month: date
    today: date
    providers: tuple[Provider, ...]
    by_month: Mapping[date, tuple[Tree, ...]]
    model: ScoringModel

    @cached_property
    def names(self) -> dict[str, str]:
        """Name by code."""
        return {provider.code: provider.name for provider in self.providers}

    @property
    def trees(self) -> tuple[Tree, ...]:
        """The cards of the month itself."""
        return self.by_month.get(self.month, ())

    @cached_property
    def by_provider(self) -> dict[str, dict[str, dict[date, Tree]]]:
        """The cards by provider, route and month."""
        found: dict[str, dict[str, dict[date, Tree]]] = defaultdict(lambda: defaultdict(dict))
        for month, trees in self.by_month.items():
            for tree in trees:
                found[tree["aanbieder"]][tree["route"]][month] = tree
        return found

    def of(self, code: str) -> dict[str, dict[date, Tree]]:
        """The cards of one provider, by route and month."""
        return self.by_provider.get(code, {})

    def only(self, codes: Collection[str]) -> "History":
        """The same of some providers."""
        return replace(
            self,
            providers=tuple(p for p in self.providers if p.code in codes),
            by_month={
                month: tuple(tree for tree in trees if tree["aanbieder"] in codes)
                for month, trees in self.by_month.items()
            },
        )


def history(
    month: date,
    provider_ids: Any,
    *,
    today: date,
    months: int = HISTORY,
    full_from: date | None = None,
    measure: str = "",
) -> History:
    """Read the cards of these providers (ids, or a query of ids) up to a month.

    Before ``full_from`` a card is its standing, its score and one criterion at most: all that
    charts of the region need.
    """
    providers = list(Provider.select().where(Provider.id.in_(provider_ids)).order_by(Provider.name))
    first = add_months(month, 1 - months)
    full_from = max(first, full_from or first)
    found: dict[date, list[Tree]] = defaultdict(list)
    for outline_month, outline in _outlines(providers, first, add_months(full_from, -1), measure):
        found[outline_month].append(outline)
    by_id = {provider.id: provider for provider in providers}
    query = (
        ScoreCard.select(ScoreCard)
        .join(Provider)
        .where(
            ScoreCard.provider.in_(provider_ids),
            ScoreCard.month.between(full_from, month),
            ScoreCard.revision == 0,
        )
        .order_by(ScoreCard.month, Provider.name, ScoreCard.route)
    )
    for card in query:
        # Not read with every card: there are thousands of them.
        card.provider = by_id[card.provider_id]  # type: ignore[attr-defined]
        found[card.month].append(hide_small(cards.tree_of(card)))
    return History(
        month=month,
        today=today,
        providers=tuple(providers),
        by_month={m: tuple(trees) for m, trees in found.items()},
        model=cards.model_in_force(month),
    )


def _outlines(
    providers: Sequence[Provider], first: date, last: date, measure: str
) -> Iterator[tuple[date, Tree]]:
    """Standing and score of every card of some months, oldest first, with one criterion."""
    codes = {provider.id: provider.code for provider in providers}
    routes = {int(route): route.code for route in LearningRoute}
    card: Any = ScoreCard
    item = [card.result["criteria"][measure]] if measure else []
    query = card.select(
        card.month, card.provider, card.route, card.standing, card.score, *item
    ).where(card.provider.in_(list(codes)), card.month.between(first, last), card.revision == 0)
    # Thousands of rows: read as they are, without an object for each.
    rows = database.execute(query.order_by(card.month)).fetchall()
    for month, provider, route, standing, score, *found in rows:
        shown = [hide_small_criterion(_document(one)) for one in found if one]
        yield (
            month_from_number(month),
            {
                "aanbieder": codes[provider],
                "route": routes[route],
                "standing": standing,
                "score": score,
                "criteria": dict(zip([measure], shown, strict=False)),
            },
        )


def _document(found: Any) -> Any:
    """A part of a JSON document; SQLite gives it as text."""
    return json.loads(found) if isinstance(found, str) else found


@dataclass(frozen=True)
class Subject:
    """Charts of the region that are shown together, and how many months of scores they tell."""

    label: str
    months: int


SUBJECTS = {
    "maand": Subject("De maand", CALENDAR),
    "verschillen": Subject("Verschillen", 1),
    "verloop": Subject("Verloop", HISTORY),
    "leveringen": Subject("Leveringen", 1),
}


def region_charts(
    known: History, subject: str | None = None, part: int | None = None
) -> list[Chart]:
    """The month of all providers; of one subject or of all, one part of it or the whole."""
    if subject is None:
        return [chart for one in SUBJECTS for chart in region_charts(known, one)]
    if subject == "maand":
        made = [in_parts(known, make, part) for make in (charts.scores, charts.heat_map)]
        return [*made[0], *made[1], *([region_chart(known)] if part in (None, 1) else [])]
    if subject == "leveringen":
        return calendars(known, part)
    if subject == "verschillen":
        return [chart for route in _sizes(known) for chart in funnels(known, route)]
    return [chart for route in _sizes(known) for chart in small_lines(known, route, part)]


def parts_of(known: History, subject: str) -> int:
    """In how many parts the charts of a subject come."""
    rows = {
        "maand": len(known.trees) / MOST_ROWS,
        "verloop": max(_sizes(known).values(), default=0) / MOST_SMALL,
        "leveringen": len(known.providers) / MOST_SMALL,
    }
    return max(1, ceil(rows.get(subject, 1)))


def _sizes(known: History) -> dict[str, int]:
    """How many judgements each route has, in the order of routes."""
    counted = Counter(tree["route"] for tree in known.trees)
    return {route.code: counted[route.code] for route in LearningRoute if counted[route.code]}


def region_chart(known: History) -> Chart:
    """How the judgements are divided, month by month over a year."""
    first = add_months(known.month, 1 - CALENDAR)
    recent = {month: trees for month, trees in known.by_month.items() if month >= first}
    return charts.region(f"regio-{known.month:%Y-%m}", recent)


PART = "-deel-"
MOST_SMALL = 44
MOST_ROWS = 36
"""Rows that fit on a page of A4."""


def kind_of(chart: Chart) -> str:
    """What a chart of one provider shows: the measure, ``wachtcurve``, ``uren`` or ``niveaus``."""
    return chart.name.partition("-")[0]


def in_parts(
    known: History,
    make: Callable[[date, Sequence[Card], Mapping[str, str]], Chart],
    only: int | None = None,
) -> list[Chart]:
    """A chart of many judgements as charts of a page each; all tell the finding of the whole."""
    whole = make(known.month, known.trees, known.names)
    ordered = cards_in_order(known.trees, known.names)
    count = ceil(len(ordered) / MOST_ROWS)
    return [
        replace(
            make(known.month, part, known.names),
            name=name,
            finding=f"{whole.finding} (deel {number} van {count})",
        )
        if count > 1
        else whole
        for number, name, part in _chunks(whole.name, ordered, MOST_ROWS, only)
    ]


def _chunks(
    name: str, listed: Sequence[Item], most: int, only: int | None
) -> Iterator[tuple[int, str, Sequence[Item]]]:
    """Parts of at most so many, each with its number and name; nothing is one empty part."""
    count = max(1, ceil(len(listed) / most))
    for number in range(1, count + 1):
        if only in (None, number):
            end = f"{PART}{number}" if count > 1 else ""
            yield number, f"{name}{end}", listed[(number - 1) * most : number * most]


def funnels(known: History, route: str) -> list[Chart]:
    """A funnel for every percentage of one route."""
    trees = [tree for tree in known.trees if tree["route"] == route]
    found = []
    for criterion in (m.code for m in criteria_of(trees) if m.is_share):
        shares, centre = charts.shares_of(trees, known.names, criterion)
        found.append(
            charts.funnel(
                f"trechter-{criterion}-{route}-{known.month:%Y-%m}",
                f"{charts.label_of(criterion)} {route_label(route)}",
                MEASURES[criterion],
                shares,
                centre,
                model=known.model,
            )
        )
    return found


def small_lines(known: History, route: str, only: int | None = None) -> list[Chart]:
    """The score of everyone who is judged on one route, a page each when there are many."""
    codes = {
        known.names[t["aanbieder"]]: t["aanbieder"] for t in known.trees if t["route"] == route
    }
    names = sorted(codes, key=str.casefold)
    found = []
    name = f"verloop-{route}-{known.month:%Y-%m}"
    for _, part_name, part in _chunks(name, names, MOST_SMALL, only):
        points = {
            who: [charts.Point(m, t["score"]) for m, t in known.of(codes[who])[route].items()]
            for who in part
        }
        found.append(charts.small_multiples(part_name, "score", points, of=route_label(route)))
    return found


def calendars(known: History, only: int | None = None) -> list[Chart]:
    """Deliveries of a year, per provider and month; a page each when there are many."""
    months = months_between(add_months(known.month, 1 - CALENDAR), known.month)
    found = []
    for _, name, part in _chunks(
        f"leveringen-{known.month:%Y-%m}", known.providers, MOST_SMALL, only
    ):
        names = {provider.id: provider.name for provider in part}
        states: dict[str, dict[date, str]] = {name: {} for name in names.values()}
        for cell in delivery_calendar(list(names), months[0], known.month, known.today):
            states[names[cell.provider_id]][cell.month] = STATES[cell.state]
        found.append(charts.deliveries_calendar(name, months, states))
    return found


def provider_charts(
    known: History, provider: Provider, only: Mapping[str, Collection[str]] | None = None
) -> dict[str, list[Chart]]:
    """Per route the charts of one provider, or with ``only`` those kinds of a route."""
    by_route, of_one = known.of(provider.code), _OfOne(known, provider)
    found: dict[str, list[Chart]] = {}
    for route in LearningRoute:
        trees = by_route.get(route.code)
        if not trees or known.month not in trees:
            continue
        measures = [c for c in MEASURES if c in trees[known.month]["criteria"]]
        kinds = ("score", *measures, "wachtcurve", "uren", "niveaus")
        found[route.code] = [
            of_one.chart(kind, route, trees)
            for kind in kinds
            if only is None or kind in only.get(route.code, ())
        ]
    return found


@dataclass(frozen=True)
class _OfOne:
    """The charts of one provider; what a kind needs is read when one is made."""

    known: History
    provider: Provider

    @cached_property
    def _spans(self) -> tuple[charts.Span, ...]:
        return tuple(suspensions(self.provider.id, self.known.month))

    @cached_property
    def _queues(self) -> dict[int, Queue]:
        return queues(self.provider, self.known.month, self.known.model)

    @cached_property
    def _lessons(self) -> Mapping[str, Lessons]:
        return lessons_by_month(self.provider, self.known.month, CALENDAR)

    @cached_property
    def _levels(self) -> Mapping[str, Any]:
        return levels_then_and_now(self.provider.id, self.known.month)

    def chart(self, kind: str, route: LearningRoute, trees: Mapping[date, Tree]) -> Chart:
        """Make the chart of one kind: a measure over the months, or one of the others."""
        known, code = self.known, route.code
        end = f"{self.provider.code}-{code}-{known.month:%Y-%m}"
        of = f"{self.provider.name}, {route.label}"
        if kind == "wachtcurve":
            queue = self._queues.get(int(route))
            item = trees[known.month]["criteria"][WAITING.code]
            return charts.waiting_curve(f"{kind}-{end}", of, queue.steps if queue else (), item)
        if kind == "uren":
            return hours_chart(self._lessons.get(code), known.month, end=end, of=of)
        if kind == "niveaus":
            return charts.levels(f"{kind}-{end}", of, self._levels.get(code, {}))
        return charts.trend(
            f"{kind}-{end}",
            kind,
            charts.score_points(trees, kind),
            of=of,
            norm=norm(trees[known.month], kind, known.model),
            borders=_borders(trees[known.month]) if kind == "score" else (),
            top=top_of(trees[known.month], kind),
            spans=self._spans,
            model_changes=model_changes(trees),
        )


def _borders(tree: Tree) -> tuple[tuple[float, str], ...]:
    sufficient, good = tree["borders"]
    return (sufficient, "voldoende"), (good, "goed")


def model_changes(trees: Mapping[date, Tree]) -> list[date]:
    """Months from which another scoring model holds."""
    return [
        later
        for earlier, later in pairwise(sorted(trees))
        if trees[earlier]["model"] != trees[later]["model"]
    ]


def norm(tree: Tree, measure: str, model: ScoringModel) -> float | None:
    """The value that gives the points of *goed*: what the line should stay above."""
    if measure == "score":
        return None
    knots = tree["criteria"][measure].get("knots") or []
    return value_for(model.good_from, tuple(map(tuple, knots))) if knots else None


def top_of(tree: Tree, measure: str) -> float:
    """Where the axis of a measure ends for every provider: 100, or a fifth past full points."""
    if measure == "score" or not CRITERIA[measure].per_week:
        return 100.0
    knots = tree["criteria"][measure].get("knots") or [[100.0, 100.0]]
    return float(1.2 * knots[-1][0])


def hours_chart(lessons: Lessons | None, last: date, *, end: str, of: str) -> Chart:
    """Promised, offered and attended hours of a year; a month of a few learners stays hidden."""
    months = []
    for month in months_between(add_months(last, 1 - CALENDAR), last) if lessons else []:
        found = lessons.months.get(month, LessonMonth()) if lessons else LessonMonth()
        shown = found.tracks >= MINIMUM
        months.append(
            charts.Hours(
                month,
                found.promised / 60 if shown and found.promised is not None else None,
                found.offered / 60 if shown else None,
                found.attended / 60 if shown else None,
                few=found.few,
            )
        )
    short = lessons.shortfall() if lessons else None
    return charts.hours(f"uren-{end}", of, months, short)


def suspensions(provider_id: int, last: date) -> list[charts.Span]:
    """Periods in which the quality mark did not hold, as far as they are in the picture."""
    first = add_months(last, 1 - HISTORY)
    marks = (
        QualityMark.select()
        .where(QualityMark.provider == provider_id)
        .order_by(QualityMark.valid_from)
    )
    found = []
    for mark in marks:
        status = MarkStatus(mark.status)
        start = month_of(mark.valid_from)
        until = month_of(mark.valid_until) if mark.valid_until else last
        if not status.valid and start <= last and until >= first:
            found.append(charts.Span(max(start, first), until, f"keurmerk {status.label}"))
    return found
