"""Who can take over whom, as a flow of people at the least travel time. Pure.

People who are alike (route, gemeente, level, wish for evening lessons) move as one class. A school
takes a class when it teaches the route in the gemeente under a contract, may be bought from,
teaches that level or one beside it, gives evening lessons where they are asked, and is not known to
be too far. It takes as many as it has places for, and at most fifteen in all unless Blik op Werk
approved more. Within these rules as many people as possible are placed, then the nearest. The plan
that follows has milestones from the day that it is known to the last handover.
"""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from core.small_numbers import few_text
from procurement.plan.documents import Header, PlanDocument, PlanStep
from procurement.plan.steps import Kind, Link, Unit
from providers.register.rules import FAR_MINUTES

MOST_WITHOUT_APPROVAL = 15
"""People that one school may take over without approval (Blik op Werk, overnameprotocol)."""
UNKNOWN_MINUTES = FAR_MINUTES
"""A journey of which nothing is known counts as the furthest that is allowed."""
LEFT_OVER = 100_000
"""Cost of leaving somebody without a place: more than any journey."""


@dataclass(frozen=True, order=True)
class People:
    """A class of people who are alike; ``level`` is the number of the lowest of their levels."""

    route: str
    municipality: str
    level: int
    evening: bool


@dataclass(frozen=True)
class Teaching:
    """What a school does on one route; no gemeente (None) in ``municipalities`` is all of them."""

    municipalities: frozenset[str | None]
    levels: frozenset[int]
    evening: bool
    places: int


@dataclass(frozen=True)
class School:
    """A school that could take people over."""

    code: str
    name: str
    may_teach: Mapping[str, bool]
    """Route -> whether mark or recognition is in order on the day."""
    teaching: Mapping[str, Teaching]
    minutes: Mapping[str, int]
    """Gemeente -> shortest known journey."""
    approved: bool = False


class Why(StrEnum):
    """Why a class, or part of it, has no place; the first that holds."""

    NO_CONTRACT = "geen andere aanbieder met een contract voor deze leerroute in deze gemeente"
    NO_MARK = "de andere aanbieders mogen deze leerroute nu niet geven"
    NO_LEVEL = "geen aanbieder met een groep op dit niveau"
    NO_EVENING = "geen aanbieder met les in de avond of het weekend"
    TOO_FAR = f"verder dan {FAR_MINUTES} minuten reizen"
    NO_PLACE = "geen plaats meer"


@dataclass(frozen=True)
class Placed:
    """So many people of a class go to a school; ``minutes`` is None where nobody knows."""

    people: People
    count: int
    school: School
    minutes: int | None


@dataclass(frozen=True)
class LeftOver:
    """So many people of a class have no place, and why."""

    people: People
    count: int
    why: Why


@dataclass(frozen=True)
class Takeover:
    """Who goes where, and who has no place."""

    placed: tuple[Placed, ...]
    left_over: tuple[LeftOver, ...]

    @property
    def total(self) -> int:
        """How many people it is about."""
        return self.count_placed + sum(one.count for one in self.left_over)

    @property
    def count_placed(self) -> int:
        """How many have a place."""
        return sum(one.count for one in self.placed)

    def per_school_and_route(self) -> Counter[tuple[str, str]]:
        """How many people come to a school (code) on a route."""
        counts: Counter[tuple[str, str]] = Counter()
        for one in self.placed:
            counts[one.school.code, one.people.route] += one.count
        return counts

    def needs_approval(self) -> list[str]:
        """Names of schools that take more than they may without approval."""
        per_school: dict[str, int] = {}
        for one in self.placed:
            per_school[one.school.name] = per_school.get(one.school.name, 0) + one.count
        return sorted(n for n, count in per_school.items() if count > MOST_WITHOUT_APPROVAL)


def why_not(people: People, schools: Iterable[School]) -> Why | None:
    """The first rule that keeps every school from this class; None when one could take it."""
    left = [s for s in schools if _covers(s, people)]
    for why, rule in (
        (Why.NO_CONTRACT, _covers),
        (Why.NO_MARK, lambda s, p: s.may_teach.get(p.route, False)),
        (Why.NO_LEVEL, _teaches_level),
        (Why.NO_EVENING, lambda s, p: not p.evening or s.teaching[p.route].evening),
        (Why.TOO_FAR, lambda s, p: s.minutes.get(p.municipality, 0) <= FAR_MINUTES),
    ):
        left = [school for school in left if rule(school, people)]
        if not left:
            return why
    return None


def _covers(school: School, people: People) -> bool:
    teaching = school.teaching.get(people.route)
    return teaching is not None and bool({None, people.municipality} & teaching.municipalities)


def _teaches_level(school: School, people: People) -> bool:
    return any(abs(level - people.level) <= 1 for level in school.teaching[people.route].levels)


def take_over(people: Mapping[People, int], schools: Sequence[School]) -> Takeover:
    """Place as many people as the rules allow, then with the least travelling."""
    # Takes a second to import, and one page needs it.
    import networkx  # noqa: PLC0415

    graph = networkx.DiGraph()
    classes = sorted(people)
    total = sum(people.values())
    graph.add_node("end", demand=total)
    for place, one in enumerate(classes):
        graph.add_node(("people", place), demand=-people[one])
        graph.add_edge(("people", place), "end", weight=LEFT_OVER)
        for number, school in enumerate(schools):
            if why_not(one, [school]) is None:
                cost = school.minutes.get(one.municipality, UNKNOWN_MINUTES)
                graph.add_edge(("people", place), ("route", number, one.route), weight=cost)
    for number, school in enumerate(schools):
        for route, teaching in school.teaching.items():
            graph.add_edge(("route", number, route), ("school", number), capacity=teaching.places)
        most = total if school.approved else min(total, MOST_WITHOUT_APPROVAL)
        graph.add_edge(("school", number), "end", capacity=most)
    flow = networkx.min_cost_flow(graph)
    placed, left_over = [], []
    for place, one in enumerate(classes):
        for target, count in flow[("people", place)].items():
            if not count:
                continue
            if target == "end":
                why = why_not(one, schools) or Why.NO_PLACE
                left_over.append(LeftOver(one, count, why))
            else:
                school = schools[target[1]]
                placed.append(Placed(one, count, school, school.minutes.get(one.municipality)))
    return Takeover(tuple(placed), tuple(left_over))


def queue_days(waiting: int, places: int, starts_per_week: float | None) -> int | None:
    """Days that somebody who registers now waits, when no more than so many places are open.

    Whoever finds no open place waits until as many have begun as stand in line before, at the pace
    of the school (Little 1961: a queue divided by its throughput). ``None`` without a pace.
    """
    if waiting < places:
        return 0
    return math.ceil(7 * (waiting - places + 1) / starts_per_week) if starts_per_week else None


PHASE = "Overname"
HANDOVER = "5"


def takeover_plan(
    header: Header, takeover: Takeover, *, starts_on: date, name: str
) -> PlanDocument:
    """Milestones with what has to be done for these people."""
    # A plan is read by more people than the counts are for.
    left = takeover.total - takeover.count_placed
    placed = few_text(takeover.count_placed)
    schools = ", ".join(sorted({one.school.name for one in takeover.placed}))
    steps = (
        _task("1", f"Gesprek met {name} over de laatste lesdag", 5, starts_on=starts_on),
        _task("2", "Colleges en cursisten geïnformeerd", 5),
        _task(
            "3",
            "Afspraken met de aanbieders die overnemen",
            10,
            note=f"Aanbieders: {schools or 'nog geen'}. Cursisten: {placed}.",
        ),
        _task(
            "4",
            "Akkoord van Blik op Werk",
            10,
            note=f"Nodig voor wie meer dan {MOST_WITHOUT_APPROVAL} cursisten overneemt.",
        ),
        _task(HANDOVER, "Warme overdracht per cursist", 20, note="Met niveau, PIP en afspraken."),
        _task(
            "6",
            "Oplossing voor wie geen plaats heeft",
            30,
            note=f"Cursisten zonder plaats: {few_text(left)}.",
        ),
        PlanStep("7", "Iedereen heeft weer les", PHASE, Kind.MILESTONE, None, "contractmanager"),
    )
    links = (
        Link("1", "2"), Link("1", "3"), Link("3", "4"), Link("4", HANDOVER), Link("2", HANDOVER),
        Link("3", "6"), Link(HANDOVER, "7"), Link("6", "7"),
    )  # fmt: skip
    return PlanDocument(header, steps, links)


def _task(
    code: str, title: str, days: int, *, note: str = "", starts_on: date | None = None
) -> PlanStep:
    return PlanStep(
        code, title, PHASE, Kind.TASK, None, "contractmanager", days, Unit.WORKING, note=note,
        earliest_start=starts_on,
    )  # fmt: skip
