"""What the eight providers sent in two years, in the order in which it came in, faults included."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from typing import Any

from app.demo.files import Extra, file_name, own_mapping, write
from app.demo.lives import Row, provider_rows
from app.demo.region import CHARACTERS, MONTHS, Character
from core.dates import AMSTERDAM, NATIONAL, add_months, month_end, nth_working_day
from providers.feed.columns import NO_MAPPING, Mapping

DUE_WORKDAY = 10
CITIZEN_NUMBER = "111222333"
"""A number of nine digits that passes the eleven-test and that no one has."""


@dataclass(frozen=True)
class Parcel:
    """One file on its way in."""

    at: datetime
    provider: str
    name: str
    content: bytes
    """Empty when the provider says that there is nothing to report about ``month``."""
    month: date
    mapping: Mapping = NO_MAPPING
    withdrawn_because: str = ""


@dataclass(frozen=True)
class Sending:
    """What one provider knows when it writes the file of one month."""

    character: Character
    rows: dict[date, list[Row]]
    month: date
    at: datetime

    @property
    def own(self) -> list[Row]:
        """A copy of the rows of this month, free to spoil."""
        return [dict(row) for row in self.rows[self.month]]

    def parcel(
        self,
        rows: list[Row],
        *,
        working_days: int = 0,
        version: str = "",
        extra: Extra | None = None,
        without: str = "",
        withdrawn_because: str = "",
    ) -> Parcel:
        """Write rows as this provider does, so many working days after the first try."""
        day = NATIONAL.add_working_days(self.at.date(), working_days)
        return Parcel(
            at=self.at.replace(year=day.year, month=day.month, day=day.day),
            provider=self.character.code,
            name=file_name(self.character, self.month, version),
            content=write(self.character, rows, extra=extra, without=without),
            month=self.month,
            mapping=own_mapping(self.character, rows),
            withdrawn_because=withdrawn_because,
        )


def parcels(today: date, last: date, seed: int, months: int = MONTHS) -> list[Parcel]:
    """Every file of every provider, oldest first; none after today."""
    sent: list[Parcel] = []
    for character in CHARACTERS:
        sent.extend(_from(character, last, seed, months))
    morning = datetime.combine(today, time(8, 30), tzinfo=AMSTERDAM)
    on_time = [replace(one, at=min(one.at, morning)) for one in sent]
    return sorted(on_time, key=lambda one: (one.at, one.provider, one.name))


def _from(character: Character, last: date, seed: int, months: int) -> Iterator[Parcel]:
    rows = provider_rows(character, last, seed, months)
    rng = random.Random(f"{seed}-{character.code}-post")
    for back in range(1 - months, 1):
        month = add_months(last, back)
        due = nth_working_day(month, DUE_WORKDAY)
        day = NATIONAL.add_working_days(due, rng.randint(*character.due_delay))
        clock = time(rng.randint(8, 16), rng.randrange(60))
        sending = Sending(
            character.in_month(back), rows, month, datetime.combine(day, clock, tzinfo=AMSTERDAM)
        )
        if rows[month]:
            tell = EPISODES.get((character.code, back), _as_agreed)
            yield from tell(sending)


def _as_agreed(sending: Sending) -> Iterator[Parcel]:
    yield sending.parcel(sending.own)


def _with_lessons(rows: list[Row], count: int) -> list[Row]:
    return [row for row in rows if row["status"] == "actief"][:count]


def _slips_of_the_pen(sending: Sending) -> Iterator[Parcel]:
    """Five faulty rows; only those come back mended three working days later."""
    rows = sending.own
    faulty = _with_lessons(rows, 5)
    mended = [dict(row) for row in faulty]
    faulty[0]["uren_gevolgd"] = "nvt"
    faulty[1]["datum_aanmelding"] = month_end(sending.month)
    faulty[2]["uren_bevoegd_docent"] = faulty[2]["uren_aangeboden"] + 600
    faulty[3]["trajectnummer"] = CITIZEN_NUMBER
    faulty[4]["gemeentecode"] = "9999"
    yield sending.parcel(rows)
    yield sending.parcel(mended, working_days=3, version="hersteld")


def _forgotten_column(sending: Sending) -> Iterator[Parcel]:
    """A file without a mandatory column is refused; the whole file comes the next day."""
    yield sending.parcel(sending.own, without="uren_bevoegd_docent")
    yield sending.parcel(sending.own, working_days=1, version="compleet")


def _doubled_row(sending: Sending) -> Iterator[Parcel]:
    """One learner stands twice in the file, and stays out until the provider chooses."""
    rows = sending.own
    yield sending.parcel([*rows, dict(_with_lessons(rows, 1)[0])])


def _corrected(sending: Sending) -> Iterator[Parcel]:
    """A second file replaces the absence of a dozen learners."""
    yield sending.parcel(sending.own)
    rows = sending.own
    for row in _with_lessons(rows, 12):
        excused = row["uren_ongeoorloofd_verzuim"]
        row["uren_geoorloofd_verzuim"] += excused
        row["uren_ongeoorloofd_verzuim"] = 0
    yield sending.parcel(rows, working_days=6, version="correctie")


def _wrong_export(sending: Sending) -> Iterator[Parcel]:
    """All hours stood in the evening; the contract manager withdrew the file."""
    rows = sending.own
    for row in rows:
        row["uren_avond_weekend"] = row["uren_aangeboden"]
    because = "Verkeerde export: alle uren stonden in de avond. De school stuurt een nieuw bestand."
    yield sending.parcel(rows, withdrawn_because=because)
    yield sending.parcel(sending.own, working_days=2, version="nieuw")


def _big_steps_back(sending: Sending) -> Iterator[Parcel]:
    """Two learners fall two levels: a warning each, and the rows go in."""
    rows = sending.own
    capable = [r for r in rows if r["niveau_lezen"] in {"A2", "B1"} and r["status"] == "actief"]
    for row in capable[:2]:
        row["niveau_lezen"] = "alfa"
    yield sending.parcel(rows)


def _names_in_the_file(sending: Sending) -> Iterator[Parcel]:
    """Columns that do not belong in a feed: they are dropped unread, and the receipt says so."""
    extra = {"Naam": "Voorbeeld Deelnemer", "Opmerking": "belt maandag", "Kleurcode": "groen"}
    yield sending.parcel(sending.own, extra=extra)


def _two_at_once(sending: Sending) -> Iterator[Parcel]:
    """The month before comes along in the same late file."""
    before = [dict(row) for row in sending.rows.get(add_months(sending.month, -1), [])]
    yield sending.parcel([*before, *sending.own], version="twee-maanden")


def _nothing(_sending: Sending) -> Iterator[Parcel]:
    yield from ()


def _nil_return(sending: Sending) -> Iterator[Parcel]:
    """Closed for the summer: no file, but a nihil-opgave."""
    yield Parcel(sending.at, sending.character.code, "", b"", sending.month)


def _still_to_mend(sending: Sending) -> Iterator[Parcel]:
    """Three faulty rows that are still waiting to be mended."""
    rows = sending.own
    faulty = _with_lessons(rows, 3)
    faulty[0]["uren_gevolgd"] = faulty[0]["uren_aangeboden"] + 300
    faulty[1]["datum_eerste_les"] = faulty[1]["datum_aanmelding"].replace(day=1, month=1)
    faulty[2]["status"] = "gestopt"
    yield sending.parcel(rows)


def _twice_the_same(sending: Sending) -> Iterator[Parcel]:
    """The same bytes again change nothing."""
    yield sending.parcel(sending.own)
    yield sending.parcel(sending.own, working_days=1)


EPISODES: dict[tuple[str, int], Any] = {
    ("TA001", -12): _twice_the_same,
    ("TA002", -6): _corrected,
    ("TA003", -9): _big_steps_back,
    ("TA003", -3): _slips_of_the_pen,
    ("TA004", -1): _names_in_the_file,
    ("TA005", -8): _forgotten_column,
    ("TA006", -10): _nothing,
    ("TA006", -9): _two_at_once,
    ("TA006", -3): _nil_return,
    ("TA006", 0): _nothing,
    ("TA007", -5): _doubled_row,
    ("TA007", 0): _still_to_mend,
    ("TA008", -2): _wrong_export,
}
