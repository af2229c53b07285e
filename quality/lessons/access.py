"""Lessons in the evening or the weekend per gemeente, without small numbers. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from core.municipalities import name as municipality_name
from core.small_numbers import MINIMUM, parts_of_total, table


@dataclass(frozen=True, slots=True)
class Access:
    """The learners of one gemeente with lessons: who asked, who of them got any, who got any."""

    learners: int = 0
    asked: int = 0
    met: int = 0
    any_lesson: int = 0


@dataclass(frozen=True, slots=True)
class AccessRow:
    """The same as it may be shown; a hidden count is None.

    ``offered`` is None where too few learners had lessons to say whether there is an offer.
    """

    municipality: str
    learners: int | None
    met: int | None
    unmet: int | None
    offered: bool | None


def access_rows(places: Mapping[int, Access]) -> list[AccessRow]:
    """A row per gemeente by name; whatever could give a hidden count is hidden with it."""
    learners = parts_of_total({str(place): one.learners for place, one in places.items()})
    cells = table(
        {
            str(place): {
                "met": one.met,
                "unmet": one.asked - one.met,
                "not asked": one.learners - one.asked,
            }
            for place, one in places.items()
        }
    )
    rows = []
    for place, one in places.items():
        total = learners[str(place)]
        parts = cells[str(place)] if total is not None else dict.fromkeys(("met", "unmet"))
        enough = total is not None and total >= MINIMUM
        rows.append(
            AccessRow(
                municipality_name(place),
                total,
                parts["met"],
                parts["unmet"],
                one.any_lesson > 0 if enough else None,
            )
        )
    return sorted(rows, key=lambda row: row.municipality.casefold())
