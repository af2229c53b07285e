"""The road of one learner: every month that an account may see, what came to pass, and evidence.

A person is a gemeente and a trajectnummer. A gemeente sees rows with its own code and of those
merged into it. Of a learner who moved here it sees no more, unless the other gemeente handed it
over; then it reads those months on a page of their own, as the number may be somebody else's here.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise
from typing import Any

import quality.scopes  # noqa: F401  registers who sees what
from core.accounts import Account, Role, visible
from core.dates import add_months, month_end, months_between
from core.formats import day_text, hours_text, month_text
from core.municipalities import current, with_merged
from providers.codes import ExamResult, LearningRoute, SkillLevel, TrackStatus
from providers.models import CURRENT, CourseTrack, ProgressRecord, Provider
from providers.scopes import is_restricted
from quality.learners.models import Handover, LearnerFacts
from quality.learners.signals import PACE_MONTHS
from quality.learners.summary_operations import EXAMS, SKILLS

EXAM_WORDS = ("lezen", "luisteren", "schrijven", "spreken", "KNM")
LEVELS = {int(level): level.code for level in SkillLevel}


@dataclass(frozen=True, slots=True)
class Event:
    """Something on the road on a day: a move, a change of route, an exam, a PIP."""

    day: date
    kind: str
    text: str


@dataclass
class Road:
    """The months of one learner, oldest first; a month at two providers has two rows."""

    municipality: int
    number: str
    rows: list[Any] = field(default_factory=list)
    facts: LearnerFacts | None = None
    own: bool = False
    """Whether it is a learner of the gemeente that looks."""
    received: Handover | None = None
    given: list[Handover] = field(default_factory=list)

    @property
    def newest(self) -> Any:
        """The newest row, or None."""
        return self.rows[-1] if self.rows else None

    @property
    def missing(self) -> list[date]:
        """Months between the first and the newest that nobody reported."""
        seen = {row.month for row in self.rows}
        if not seen:
            return []
        return [m for m in months_between(min(seen), max(seen)) if m not in seen]

    @property
    def monthly(self) -> list[Any]:
        """One row a month: of two the one with more hours."""
        best: dict[date, Any] = {}
        for row in self.rows:
            fullest = best.get(row.month)
            if fullest is None or row.minutes_offered >= fullest.minutes_offered:
                best[row.month] = row
        return [best[month] for month in sorted(best)]


def road_of(account: Account, municipality: int, number: str) -> Road | None:
    """Everything that an account may see of a learner; None when that is nothing."""
    road = Road(municipality, number)
    place = current(municipality)
    if is_restricted(place, number):
        return None
    own = with_merged([place])
    rows = (
        ProgressRecord.select(ProgressRecord, CourseTrack, Provider)
        .join(CourseTrack)
        .join(Provider)
        .where(CURRENT, CourseTrack.number == number)
        .order_by(ProgressRecord.month, ProgressRecord.id)
    )
    here = rows.where(ProgressRecord.municipality.in_(own))
    if account.role != Role.MUNICIPALITY:
        road.rows = list(visible(ProgressRecord, account, here))
        return road if road.rows else None
    own_codes = with_merged(account.municipalities)
    if place not in own_codes:
        road.received = handed_over(place, number, to=own_codes)
        road.rows = list(here) if road.received else []
        return road if road.rows else None
    road.own = True
    road.rows = list(here)
    facts = LearnerFacts.select().where(
        LearnerFacts.municipality == place, LearnerFacts.number == number
    )
    road.facts = facts.get_or_none()
    road.given = list(
        Handover.select().where(Handover.from_municipality == place, Handover.number == number)
    )
    return road if road.rows or road.facts else None


def handed_over(place: int, number: str, *, to: list[int]) -> Handover | None:
    """The hand-over of a learner of one gemeente to one of these."""
    handed: Handover | None = (
        Handover.select()
        .where(
            Handover.from_municipality == place,
            Handover.number == number,
            Handover.to_municipality.in_(to),
        )
        .first()
    )
    return handed


def _changes(before: Any, row: Any) -> Iterator[tuple[str, str]]:
    """What differs from one month to the next: kind and words."""
    if row.provider_id != before.provider_id:
        yield "aanbieder", f"van {before.provider.name} naar {row.provider.name}"
    if row.route != before.route:
        old, new = LearningRoute(before.route).label, LearningRoute(row.route).label
        yield "route", f"van {old} naar {new}"
    if row.pip_level != before.pip_level and None not in (row.pip_level, before.pip_level):
        yield "pip", f"PIP van {LEVELS[before.pip_level]} naar {LEVELS[row.pip_level]}"
    if row.status == TrackStatus.PAUSED != before.status:
        yield "pauze", "pauze begon"
    if before.status == TrackStatus.PAUSED != row.status:
        yield "pauze", "pauze voorbij"


def _exams(row: Any) -> Iterator[str]:
    for exam, word in zip(EXAMS, EXAM_WORDS, strict=True):
        result = getattr(row, exam)
        if result in (ExamResult.PASSED, ExamResult.FAILED):
            yield f"examen {word}: {ExamResult(result).label}"


def events_of(road: Road) -> list[Event]:
    """Moves, changes of route and PIP, pauses, exams, and what the gemeente knows, by day."""
    rows = road.monthly
    events = [
        Event(row.month, kind, text)
        for before, row in pairwise(rows)
        for kind, text in _changes(before, row)
    ]
    events += [Event(month_end(row.month), "examen", text) for row in rows for text in _exams(row)]
    if rows:
        first = rows[0]
        events.append(Event(first.registered_on, "aanmelding", "aangemeld bij de aanbieder"))
        begun = min((r.first_lesson_on for r in rows if r.first_lesson_on), default=None)
        if begun:
            events.append(Event(begun, "les", "eerste les"))
        last = rows[-1]
        if last.ended_on:
            events.append(Event(last.ended_on, "einde", TrackStatus(last.status).label))
    events.extend(_fact_events(road.facts))
    return sorted(events, key=lambda event: (event.day, event.text))


KNOWN_EVENTS = (
    ("settled_on", "vestiging in de gemeente"), ("notified_on", "kennisgeving van DUO"),
    ("learnability_test_on", "leerbaarheidstoets"), ("plan_on", "PIP"),
    ("pvt_on", "PVT ondertekend"), ("map_on", "MAP afgerond"), ("passed_on", "geslaagd"),
    ("participation_from", "participatie begon"), ("outflow_on", "uitgestroomd"),
)  # fmt: skip


def _fact_events(facts: LearnerFacts | None) -> list[Event]:
    if facts is None:
        return []
    return [
        Event(day, "gemeente", text)
        for name, text in KNOWN_EVENTS
        if (day := getattr(facts, name)) is not None
    ]


EvidenceRow = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a signal rests on: a caption, the columns, and the rows."""

    caption: str
    header: tuple[str, ...]
    rows: tuple[EvidenceRow, ...]


def evidence_of(kind: str, road: Road, route: int, track: int, month: date) -> Evidence:
    """The months and figures behind a signal, from the rows that the account may see."""
    rows = [r for r in road.rows if r.track_id == track and r.route == route and r.month <= month]
    if kind == "te_lang_wachtend":
        last = rows[-1:] if rows else []
        return Evidence(
            "Hoe lang het wachten duurt",
            ("Aangemeld op", "Gewacht tot", "Dagen"),
            tuple(
                (
                    day_text(r.registered_on), day_text(month_end(month)),
                    str((month_end(month) - r.registered_on).days),
                )
                for r in last
            ),
        )  # fmt: skip
    if kind == "verzuim":
        two = [r for r in rows if r.month >= add_months(month, -1)]
        return Evidence(
            "De uren van deze twee maanden",
            ("Maand", "Aangeboden", "Gevolgd", "Deel gevolgd", "Ongeoorloofd"),
            tuple(
                (
                    month_text(r.month), hours_text(r.minutes_offered, 2),
                    hours_text(r.minutes_attended, 2),
                    _share(r.minutes_attended, r.minutes_offered),
                    hours_text(r.minutes_unauthorised, 2),
                )
                for r in two
            ),
        )  # fmt: skip
    if kind == "afschaling":
        changes = [
            (before, row)
            for before, row in pairwise([r for r in rows if r.pip_level is not None])
            if row.pip_level < before.pip_level
        ]
        hours = hours_text(sum(r.minutes_attended for r in road.rows if r.month <= month))
        return Evidence(
            "Wanneer het niveau omlaag ging",
            ("Maand", "Van", "Naar", "Gevolgde uren nu"),
            tuple(
                (month_text(row.month), LEVELS[before.pip_level], LEVELS[row.pip_level], hours)
                for before, row in changes
            ),
        )
    lessons = [r for r in rows if r.minutes_offered > 0][-PACE_MONTHS - 1 :]
    return Evidence(
        f"De niveaus van de laatste {PACE_MONTHS} lesmaanden, en van de maand ervoor",
        ("Maand", "Lezen", "Luisteren", "Schrijven", "Spreken", "Gevolgde uren"),
        tuple(
            (
                month_text(r.month), *(LEVELS[getattr(r, skill)] for skill in SKILLS),
                hours_text(r.minutes_attended, 2),
            )
            for r in lessons
        ),
    )  # fmt: skip


def _share(part: int, whole: int) -> str:
    return f"{round(100 * part / whole)} %" if whole else "–"


def talks_due(begun: date | None, how_many: int) -> list[date]:
    """When the talks of the first year are due, evenly over the twelve months from a day on."""
    if begun is None or how_many < 1:
        return []
    return [
        month_end(add_months(begun.replace(day=1), round(12 * n / how_many)))
        for n in range(1, how_many + 1)
    ]


def levels_of(row: Any) -> tuple[int, int, int, int]:
    """The four levels of a row."""
    return (row.level_reading, row.level_listening, row.level_writing, row.level_speaking)
