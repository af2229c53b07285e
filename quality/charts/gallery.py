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
from core.dates import add_months, month_from_number, month_number, month_of, months_between
from core.db import database
from core.small_numbers import MINIMUM, hide_small, hide_small_criterion, is_small
from providers.codes import LearningRoute, MarkStatus
from providers.deliveries.calendar_queries import DeliveryState, delivery_calendar
from providers.models import Provider, QualityMark
from quality import charts
from quality.cards import queries as cards
from quality.charts.words import MEASURES, Card, cards_in_order, criteria_of, route_label
from quality.indicators.queries import References, newest_references
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
        nested: dict[str, dict[str, dict[date, Tree]]] = defaultdict(lambda: defaultdict(dict))
        for month, trees in self.by_month.items():
            for tree in trees:
                nested[tree["aanbieder"]][tree["route"]][month] = tree
        return nested

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
    by_month: dict[date, list[Tree]] = defaultdict(list)
    for outline_month, outline in _outlines(providers, first, add_months(full_from, -1), measure):
        by_month[outline_month].append(outline)
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
    listed: list[ScoreCard] = []
    for card in query:
        # Not read with every card: there are thousands of them.
        card.provider = by_id[card.provider_id]  # type: ignore[attr-defined]
        listed.append(card)
    alone = _months_alone(listed)
    for card in listed:
        tree = hide_small(cards.tree_of(card))
        for code, of_criterion in alone[card.provider.id, card.route].items():
            if card.month in of_criterion and code in tree["criteria"]:
                tree["criteria"][code]["alone"] = of_criterion[card.month]
        by_month[card.month].append(tree)
    return History(
        month=month,
        today=today,
        providers=tuple(providers),
        by_month={m: tuple(trees) for m, trees in by_month.items()},
        model=cards.model_in_force(month),
    )


def _months_alone(
    listed: Sequence[ScoreCard],
) -> dict[tuple[int, int], dict[str, dict[date, float]]]:
    """Per provider and route the figures of months by themselves that may be told.

    A month of a few learners is hidden; so are the months that share a window with it, since the
    sum over the window would give it away.
    """
    series: dict[tuple[Any, ...], dict[date, Tree]] = defaultdict(dict)
    for card in listed:
        for code, item in card.result["criteria"].items():
            if item.get("alone"):
                place = card.provider.id, card.route, code, item["window_months"]
                series[place][card.month] = item["alone"]
    safe: dict[tuple[int, int], dict[str, dict[date, float]]] = defaultdict(dict)
    for (provider, route, code, window), months in series.items():
        # Who is decided on in a month is counted once: no window holds the sum of months.
        reach = 0 if CRITERIA[code].counts_people else window - 1
        few = [month_number(month) for month, one in months.items() if is_small(one["n"])]
        safe[provider, route][code] = {
            month: one["value"]
            for month, one in months.items()
            if all(abs(month_number(month) - other) > reach for other in few)
        }
    return safe


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
    for month, provider, route, standing, score, *items in rows:
        documents = [hide_small_criterion(_document(one)) for one in items if one]
        yield (
            month_from_number(month),
            {
                "aanbieder": codes[provider],
                "route": routes[route],
                "standing": standing,
                "score": score,
                "criteria": dict(zip([measure], documents, strict=False)),
            },
        )


def _document(column: Any) -> Any:
    """A part of a JSON document; SQLite gives it as text."""
    return json.loads(column) if isinstance(column, str) else column


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
    history: History, subject: str | None = None, part: int | None = None
) -> list[Chart]:
    """The month of all providers; of one subject or of all, one part of it or the whole."""
    if subject is None:
        return [chart for one in SUBJECTS for chart in region_charts(history, one)]
    if subject == "maand":
        made = [in_parts(history, make, part) for make in (charts.scores, charts.heat_map)]
        return [*made[0], *made[1], *([region_chart(history)] if part in (None, 1) else [])]
    if subject == "leveringen":
        return calendars(history, part)
    if subject == "verschillen":
        return [chart for route in _sizes(history) for chart in funnels(history, route)]
    return [chart for route in _sizes(history) for chart in small_lines(history, route, part)]


def parts_of(history: History, subject: str) -> int:
    """In how many parts the charts of a subject come."""
    rows = {
        "maand": len(history.trees) / MOST_ROWS,
        "verloop": max(_sizes(history).values(), default=0) / MOST_SMALL,
        "leveringen": len(history.providers) / MOST_SMALL,
    }
    return max(1, ceil(rows.get(subject, 1)))


def _sizes(history: History) -> dict[str, int]:
    """How many judgements each route has, in the order of routes."""
    counted = Counter(tree["route"] for tree in history.trees)
    return {route.code: counted[route.code] for route in LearningRoute if counted[route.code]}


def region_chart(history: History) -> Chart:
    """How the judgements are divided, month by month over a year."""
    first = add_months(history.month, 1 - CALENDAR)
    recent = {month: trees for month, trees in history.by_month.items() if month >= first}
    return charts.region(f"regio-{history.month:%Y-%m}", recent)


PART = "-deel-"
MOST_SMALL = 44
MOST_ROWS = 36
"""Rows that fit on a page of A4."""


def kind_of(chart: Chart) -> str:
    """What a chart of one provider shows: the measure, ``wachtcurve``, ``uren`` or ``niveaus``."""
    return chart.name.partition("-")[0]


def in_parts(
    history: History,
    make: Callable[[date, Sequence[Card], Mapping[str, str]], Chart],
    only: int | None = None,
) -> list[Chart]:
    """A chart of many judgements as charts of a page each; all tell the finding of the whole."""
    whole = make(history.month, history.trees, history.names)
    ordered = cards_in_order(history.trees, history.names)
    count = ceil(len(ordered) / MOST_ROWS)
    return [
        replace(
            make(history.month, part, history.names),
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


def funnels(history: History, route: str) -> list[Chart]:
    """A funnel for every percentage of one route."""
    trees = [tree for tree in history.trees if tree["route"] == route]
    drawn = []
    for criterion in (m.code for m in criteria_of(trees) if m.is_share):
        shares, centre = charts.shares_of(trees, history.names, criterion)
        drawn.append(
            charts.funnel(
                f"trechter-{criterion}-{route}-{history.month:%Y-%m}",
                f"{charts.label_of(criterion)} {route_label(route)}",
                MEASURES[criterion],
                shares,
                centre,
                model=history.model,
            )
        )
    return drawn


def small_lines(history: History, route: str, only: int | None = None) -> list[Chart]:
    """The score of everyone who is judged on one route, a page each when there are many."""
    codes = {
        history.names[t["aanbieder"]]: t["aanbieder"] for t in history.trees if t["route"] == route
    }
    names = sorted(codes, key=str.casefold)
    drawn = []
    name = f"verloop-{route}-{history.month:%Y-%m}"
    for _, part_name, part in _chunks(name, names, MOST_SMALL, only):
        points = {
            who: [charts.Point(m, t["score"]) for m, t in history.of(codes[who])[route].items()]
            for who in part
        }
        drawn.append(charts.small_multiples(part_name, "score", points, of=route_label(route)))
    return drawn


def calendars(history: History, only: int | None = None) -> list[Chart]:
    """Deliveries of a year, per provider and month; a page each when there are many."""
    months = months_between(add_months(history.month, 1 - CALENDAR), history.month)
    drawn = []
    for _, name, part in _chunks(
        f"leveringen-{history.month:%Y-%m}", history.providers, MOST_SMALL, only
    ):
        names = {provider.id: provider.name for provider in part}
        states: dict[str, dict[date, str]] = {name: {} for name in names.values()}
        for cell in delivery_calendar(list(names), months[0], history.month, history.today):
            states[names[cell.provider_id]][cell.month] = STATES[cell.state]
        drawn.append(charts.deliveries_calendar(name, months, states))
    return drawn


def provider_charts(
    history: History, provider: Provider, only: Mapping[str, Collection[str]] | None = None
) -> dict[str, list[Chart]]:
    """Per route the charts of one provider, or with ``only`` those kinds of a route."""
    months_of, of_one = history.of(provider.code), _OfOne(history, provider)
    by_route: dict[str, list[Chart]] = {}
    for route in LearningRoute:
        trees = months_of.get(route.code)
        if not trees or history.month not in trees:
            continue
        measures = [c for c in MEASURES if c in trees[history.month]["criteria"]]
        kinds = ("score", *measures, "wachtcurve", "uren", "niveaus")
        by_route[route.code] = [
            of_one.chart(kind, route, trees)
            for kind in kinds
            if only is None or kind in only.get(route.code, ())
        ]
    return by_route


@dataclass(frozen=True)
class _OfOne:
    """The charts of one provider; what a kind needs is read when one is made."""

    history: History
    provider: Provider

    @cached_property
    def _spans(self) -> tuple[charts.Span, ...]:
        return tuple(suspensions(self.provider.id, self.history.month))

    @cached_property
    def _queues(self) -> dict[int, Queue]:
        return queues(self.provider, self.history.month, self.history.model)

    @cached_property
    def _lessons(self) -> Mapping[str, Lessons]:
        return lessons_by_month(self.provider, self.history.month, CALENDAR)

    @cached_property
    def _references(self) -> References:
        return newest_references(self.history.month.year)

    @cached_property
    def _levels(self) -> Mapping[str, Any]:
        return levels_then_and_now(self.provider.id, self.history.month)

    def chart(self, kind: str, route: LearningRoute, trees: Mapping[date, Tree]) -> Chart:
        """Make the chart of one kind: a measure over the months, or one of the others."""
        history, code = self.history, route.code
        end = f"{self.provider.code}-{code}-{history.month:%Y-%m}"
        of = f"{self.provider.name}, {route.label}"
        if kind == "wachtcurve":
            queue = self._queues.get(int(route))
            item = trees[history.month]["criteria"][WAITING.code]
            return charts.waiting_curve(f"{kind}-{end}", of, queue.steps if queue else (), item)
        if kind == "uren":
            return hours_chart(self._lessons.get(code), history.month, end=end, of=of)
        if kind == "niveaus":
            return charts.levels(f"{kind}-{end}", of, self._levels.get(code, {}))
        return charts.trend(
            f"{kind}-{end}",
            kind,
            charts.score_points(trees, kind),
            of=of,
            norm=norm(trees[history.month], kind, history.model),
            borders=_borders(trees[history.month]) if kind == "score" else (),
            top=top_of(trees[history.month], kind),
            spans=self._spans,
            model_changes=model_changes(trees),
            references=self._references.get((kind, int(route)), ()),
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
        lesson_month = lessons.months.get(month, LessonMonth()) if lessons else LessonMonth()
        is_enough = lesson_month.tracks >= MINIMUM
        months.append(
            charts.Hours(
                month,
                lesson_month.promised / 60
                if is_enough and lesson_month.promised is not None
                else None,
                lesson_month.offered / 60 if is_enough else None,
                lesson_month.attended / 60 if is_enough else None,
                few=lesson_month.few,
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
    spans = []
    for mark in marks:
        status = MarkStatus(mark.status)
        start = month_of(mark.valid_from)
        until = month_of(mark.valid_until) if mark.valid_until else last
        if not status.valid and start <= last and until >= first:
            spans.append(charts.Span(max(start, first), until, f"keurmerk {status.label}"))
    return spans
