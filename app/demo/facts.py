"""Invented facts of the gemeenten about their learners, made to fit the months that were delivered.

Pure and seeded: the same region gives the same facts.
"""

import csv
import io
import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from core.dates import days
from quality.learners.facts import FACT_COLUMNS
from quality.learners.signals import three_years_after

HEADER = tuple(column.name for column in FACT_COLUMNS)
PARTICIPATION = (("geen", 28), ("taalstage", 15), ("vrijwilligerswerk", 13), ("werk", 28),
                 ("studie", 16))  # fmt: skip
GROUPS = {"B": (("asiel", 62), ("gezin", 30), ("overig", 8)),
          "O": (("asiel", 80), ("gezin", 18), ("overig", 2)),
          "Z": (("asiel", 82), ("gezin", 16), ("overig", 2))}  # fmt: skip


@dataclass(frozen=True)
class Lived:
    """What is known of a learner from the deliveries."""

    number: str
    route: str
    registered: date
    started: date | None
    passed: date | None


def facts_file(learners: Iterable[Lived], *, seed: int, today: date) -> bytes:
    """A CSV as a gemeente would send it."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow(HEADER)
    for one in learners:
        rng = random.Random(f"{seed}-{one.number}")
        if rng.random() < 0.06:
            continue  # The gemeente has not filled in everybody.
        facts = _facts(one, rng, today)
        writer.writerow([_cell(facts.get(name)) for name in HEADER])
    return text.getvalue().encode("utf-8-sig")


def _cell(value: str | date | None) -> str:
    return f"{value:%d-%m-%Y}" if isinstance(value, date) else value or ""


def _facts(one: Lived, rng: random.Random, today: date) -> dict[str, str | date | None]:
    planned = one.registered - days(rng.randrange(5, 40))
    # Most plans are made within ten weeks of the notice, as the law asks; a good third is late.
    notified = planned - days(round(rng.triangular(20, 130, 52)))
    settled = notified - days(rng.randrange(5, 60))
    facts: dict[str, str | date | None] = {
        "trajectnummer": one.number,
        "doelgroep": _pick(rng, GROUPS[one.route]),
        "vestiging_op": settled,
        "kennisgeving_op": notified,
        "leerbaarheidstoets_op": planned - days(rng.randrange(7, 30)),
        "pip_op": planned,
        "termijn_van": planned + days(1),
        "termijn_tot": three_years_after(planned + days(1)),
        "geslaagd_op": one.passed,
    }
    if rng.random() < 0.07:
        until = three_years_after(planned + days(1))
        facts["termijn_verlengd_tot"] = until + days(rng.choice((112, 182, 365)))
    facts["pvt_op"] = planned + days(rng.randrange(30, 420))
    facts["map_op"] = planned + days(rng.randrange(300, 900)) if one.route != "O" else None
    doing = _pick(rng, PARTICIPATION)
    facts["participatie"] = doing
    if doing != "geen":
        facts["participatie_van"] = settled + days(rng.randrange(30, 260))
    if doing in ("werk", "studie") and rng.random() < 0.8:
        facts["uitstroom"] = doing
        facts["uitstroom_op"] = settled + days(rng.randrange(300, 1200))
    else:
        facts["uitstroom"] = "nee"
    return dict(_known_by(facts, today))


def _known_by(
    facts: dict[str, str | date | None], today: date
) -> Iterator[tuple[str, str | date | None]]:
    """What lies ahead is not known, and what follows from it neither."""
    ahead = {
        name
        for name, value in facts.items()
        if isinstance(value, date) and value > today and not name.startswith("termijn")
    }
    for name, value in facts.items():
        if name in ahead or (name == "participatie" and "participatie_van" in ahead):
            yield name, None
        elif name == "uitstroom" and "uitstroom_op" in ahead:
            yield name, "nee"
        else:
            yield name, value


def _pick(rng: random.Random, choices: tuple[tuple[str, int], ...]) -> str:
    return rng.choices([code for code, _ in choices], [weight for _, weight in choices])[0]
