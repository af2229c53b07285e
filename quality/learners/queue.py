"""Who waits at one provider on one route, and how the wait differs per gemeente."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from core.accounts import Account, visible
from core.municipalities import name as municipality_name
from core.small_numbers import MINIMUM, parts_of_total
from providers.models import CURRENT, CourseTrack, ProgressRecord
from quality.learners.queries import municipalities_of
from quality.learners.signals import LONG_WAIT_DAYS, URGENT_WAIT_DAYS
from quality.method.basis_2026.waiting import Stay, summarise

CHUNK = 500


@dataclass(frozen=True, slots=True)
class Waiter:
    """One learner who waits, by the pseudonymous number."""

    number: str
    municipality: str
    days: int

    @property
    def mark(self) -> str:
        """Which border the wait has passed."""
        if self.days > URGENT_WAIT_DAYS:
            return f"langer dan {URGENT_WAIT_DAYS} dagen"
        return f"langer dan {LONG_WAIT_DAYS} dagen" if self.days > LONG_WAIT_DAYS else ""


def waiters(stays: Mapping[int, Stay], month: date, account: Account) -> list[Waiter]:
    """Those who wait, longest first, as far as the account may see the learners."""
    days = {track: stay.exit for track, stay in stays.items() if stay.waiting}
    found: dict[int, Waiter] = {}
    wanted = list(days)
    for start in range(0, len(wanted), CHUNK):
        query: Any = (
            ProgressRecord.select(
                ProgressRecord.track, CourseTrack.number, ProgressRecord.municipality
            )
            .join(CourseTrack)
            .where(
                CURRENT,
                ProgressRecord.track.in_(wanted[start : start + CHUNK]),
                ProgressRecord.month <= month,
            )
            .order_by(ProgressRecord.month)
        )
        for track, number, place in visible(ProgressRecord, account, query).tuples():
            found[track] = Waiter(number, municipality_name(place), days[track])
    return sorted(found.values(), key=lambda one: (-one.days, one.number))


@dataclass(frozen=True, slots=True)
class PlaceRow:
    """The wait of the learners of one gemeente; a figure that may not be told is None."""

    municipality: str
    n: int | None
    share: float | None
    waiting: int | None


def own_places(account: Account) -> set[str]:
    """Gemeenten of which the account may see, and so count, the learners."""
    return {str(int(code)) for code in account.municipalities}


def by_municipality(
    stays: Mapping[int, Stay], month: date, norm_days: int, account: Account
) -> list[PlaceRow]:
    """The waiting-time criterion per gemeente, without small numbers and what betrays them.

    Not even with the learners that the account may count itself.
    """
    own = own_places(account)
    places = municipalities_of(stays, month)
    groups: dict[int, list[Stay]] = {}
    for track, stay in stays.items():
        groups.setdefault(places[track], []).append(stay)
    counts = parts_of_total({str(place): len(group) for place, group in groups.items()}, own)
    queue = parts_of_total(
        {str(place): sum(s.waiting for s in group) for place, group in groups.items()}, own
    )
    rows = []
    for place, group in groups.items():
        n = counts[str(place)]
        share = summarise(group, norm_days).share if n is not None and n >= MINIMUM else None
        rows.append(
            PlaceRow(
                municipality_name(place),
                n,
                None if share is None else 100 * share,
                None if n is None else queue[str(place)],
            )
        )
    return sorted(rows, key=lambda row: row.municipality.casefold())
