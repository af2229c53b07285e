"""The people behind the waiting time of one provider, and how the wait differs per gemeente."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from core.accounts import Account, visible
from core.db import among
from core.municipalities import current, name as municipality_name, with_merged
from core.small_numbers import MINIMUM, parts_of_total
from providers.models import CURRENT, CourseTrack, ProgressRecord, Provider
from providers.register.queries import dossier
from quality.cards import inputs
from quality.cards.register_facts import norms_on
from quality.learners.queries import municipalities_of
from quality.method.model import ScoringModel

if TYPE_CHECKING:
    from quality.method.curve import Step
    from quality.method.figures import Waiter

OUTCOMES = (
    "begon op tijd",
    "begon te laat",
    "wacht te lang",
    "wachtte te lang en ging weg",
    "wacht nog binnen de norm",
    "ging weg binnen de norm",
)
"""What became of somebody, in the order of ``quality.method.waiting.Outcome``."""
COUNTED, WAITING = (0, 1, 2, 3), (2, 4)
"""Outcomes that are in the denominator, and those of who waits now."""


@dataclass(frozen=True, slots=True)
class Queue:
    """Everyone of one route in a month: what became of each, and the curve of the wait."""

    people: "tuple[Waiter, ...]"
    steps: "tuple[Step, ...]"

    @property
    def waiting(self) -> "list[Waiter]":
        """Who waits now, the longest first."""
        return [one for one in self.people if one.outcome in WAITING]


def queues(provider: Provider, month: date, model: ScoringModel) -> dict[int, Queue]:
    """Who is behind the waiting time of each route, from the rows as they are today."""
    from quality.method.figures import waiters, waiting_curve  # noqa: PLC0415  brings numpy along

    norms = norms_on(dossier(provider), month)
    _, view = next(inputs.views(provider.id, [month], model))
    by_route = {}
    for route in sorted(view.first_months):
        norm = norms.get(route) or model.waiting.norm_days or 0
        people = waiters(view, model, route, norm)
        by_route[route] = Queue(tuple(people), waiting_curve(view, model, route))
    return by_route


@dataclass(frozen=True, slots=True)
class Person:
    """One learner behind the waiting time, by the pseudonymous number."""

    number: str
    municipality: str
    outcome: str
    days: int


def people(waiters: "Sequence[Waiter]", month: date, account: Account) -> list[Person]:
    """Those people, in the same order, as far as the account may see the learners."""
    by_track = {one.track: one for one in waiters}
    persons: dict[int, Person] = {}
    query: Any = (
        ProgressRecord.select(ProgressRecord.track, CourseTrack.number, ProgressRecord.municipality)
        .join(CourseTrack)
        .where(CURRENT, among(ProgressRecord.track, by_track), ProgressRecord.month <= month)
        .order_by(ProgressRecord.month)
    )
    for track, number, place in visible(ProgressRecord, account, query).tuples():
        one = by_track[track]
        name = municipality_name(place)
        persons[track] = Person(number, name, OUTCOMES[one.outcome], one.days)
    return sorted(persons.values(), key=lambda one: (-one.days, one.number))


@dataclass(frozen=True, slots=True)
class PlaceRow:
    """The wait of the learners of one gemeente; a figure that may not be told is None."""

    municipality: str
    n: int | None
    share: float | None
    waiting: int | None


def own_places(account: Account) -> set[str]:
    """Gemeenten of which the account may see, and so count, the learners."""
    return {str(current(code)) for code in with_merged(account.municipalities)}


def by_municipality(waiters: "Iterable[Waiter]", month: date, account: Account) -> list[PlaceRow]:
    """The waiting-time criterion per gemeente, without small numbers and what betrays them.

    Not even with the learners that the account may count itself.
    """
    own, everyone = own_places(account), list(waiters)
    places = municipalities_of({one.track for one in everyone}, month)
    groups: dict[int, list[Waiter]] = {}
    for one in everyone:
        groups.setdefault(current(places[one.track]), []).append(one)
    sizes = {
        str(place): sum(one.outcome in COUNTED for one in group) for place, group in groups.items()
    }
    counts = parts_of_total(sizes, own)
    queue = parts_of_total(
        {str(place): sum(p.outcome in WAITING for p in group) for place, group in groups.items()},
        own,
    )
    rows = []
    for place, group in groups.items():
        n, key = counts[str(place)], str(place)
        on_time = sum(one.outcome == 0 for one in group)
        rows.append(
            PlaceRow(
                municipality_name(place),
                n,
                100 * on_time / n if n is not None and n >= MINIMUM else None,
                None if n is None else queue[key],
            )
        )
    return sorted(rows, key=lambda row: row.municipality.casefold())
