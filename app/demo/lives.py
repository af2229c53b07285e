"""Invented learners: from aanmelding through waiting, lessons and exams to the end, month by month.

Pure and seeded: the same seed and the same last month give the same rows.
"""

import random
from calendar import monthrange
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from app.demo.region import MONTHS, MUNICIPALITIES, Character, Course, contract_number
from core.dates import add_months, days, month_end, month_number, month_of, months_between

Row = dict[str, Any]
"""A row of the feed: field -> date, text, whole number, hours in minutes, or None."""

BEFORE = 26
"""How many months before the first reported one learners began to arrive."""

LEVELS = ("alfa", "A0", "A1", "A2", "B1", "B2")
SKILLS = ("lezen", "luisteren", "schrijven", "spreken")
SUMMER = {7: 0.9, 8: 0.75, 12: 0.9}
"""Share of the usual lessons in months with long holidays."""

START_LEVELS = {
    "B": ((1, 0.55), (2, 0.45)),
    "O": ((2, 0.75), (3, 0.25)),
    "Z": ((0, 0.6), (1, 0.4)),
}
TARGETS = {"B": "B1", "O": "B2", "Z": "A2"}
WAITING_REASONS = (("geen_groep", 0.55), ("geen_docent", 0.3), ("kinderopvang", 0.15))
OTHER_ENDS = (
    ("wissel_route", "overgedragen", 0.4), ("wissel_aanbieder", "overgedragen", 0.2),
    ("verhuisd", "overgedragen", 0.25), ("ontheffing", "uitgevallen", 0.13),
    ("overleden", "uitgevallen", 0.02),
)  # fmt: skip


def pick(rng: random.Random, choices: Any) -> Any:
    """One of the first items, by the weight that stands last."""
    return rng.choices(choices, weights=[choice[-1] for choice in choices])[0]


@dataclass
class Learner:
    """One learner at one provider."""

    rng: random.Random
    number: str
    municipality: str
    route: str
    registered: date
    first_lesson: date | None
    gave_up: date | None
    wish: str | None
    evening: bool
    target: str
    levels: list[float]
    pace: float
    attendance: float
    longest_months: int
    group: str = ""
    lessons: int = 0
    paused: int = 0
    exams: dict[str, str] = field(default_factory=dict)
    done: bool = False


def provider_rows(
    character: Character, last: date, seed: int, months: int = MONTHS
) -> dict[date, list[Row]]:
    """Everything one provider has to report, by month, oldest first.

    Lives are the same however many months are asked for.
    """
    asked = months_between(add_months(last, 1 - months), last)
    rows: dict[date, list[Row]] = {month: [] for month in asked}
    for route, course in character.courses.items():
        learners = list(_learners(character, route, course, last, seed))
        _form_groups(route, course, learners)
        for learner in learners:
            for month, row in _life(character, course, learner, last):
                if month in rows:
                    rows[month].append(row)
    for month in asked:
        sizes: dict[str, int] = defaultdict(int)
        for row in rows[month]:
            if row["groep"]:
                sizes[row["groep"]] += 1
        for row in rows[month]:
            row["groepsgrootte"] = sizes[row["groep"]] if row["groep"] else None
        rows[month].sort(key=lambda row: row["trajectnummer"])
    return rows


def _learners(
    character: Character, route: str, course: Course, last: date, seed: int
) -> Iterator[Learner]:
    first = add_months(last, 1 - MONTHS)
    start = add_months(first, -BEFORE)
    span = (month_end(last) - start).days
    rng = random.Random(f"{seed}-{character.code}-{route}")
    places = tuple(
        (code, weight)
        for code, weight in MUNICIPALITIES.items()
        if not character.municipalities or code in character.municipalities
    )
    count = 0
    serial = 0
    while count < course.learners:
        serial += 1
        registered = start + days(rng.randrange(span))
        # One who came long before the first month is mostly gone by then.
        lead = month_number(first) - month_number(month_of(registered))
        if lead > 0 and rng.random() < lead / (BEFORE + 12):
            continue
        count += 1
        place = pick(rng, places)[0]
        yield _learner(
            random.Random(f"{seed}-{character.code}-{route}-{serial}"),
            character,
            route=route,
            place=place,
            registered=registered,
            serial=serial,
            last=last,
        )


def _learner(
    rng: random.Random,
    character: Character,
    *,
    route: str,
    place: str,
    registered: date,
    serial: int,
    last: date,
) -> Learner:
    wish = "ja" if rng.random() < 0.28 else "nee"
    evening = rng.random() < character.evening_share * (1.9 if wish == "ja" else 0.7)
    lesson = _first_lesson(rng, character, registered, last)
    gave_up = None
    if rng.random() < 0.03 and (lesson - registered).days > 14:
        gave_up = registered + days(rng.randrange(7, (lesson - registered).days))
    base = pick(rng, START_LEVELS[route])[0]
    levels = [max(0.0, base + rng.choice((-0.4, 0.0, 0.2, 0.5))) for _ in SKILLS]
    target = TARGETS[route] if rng.random() < 0.86 or route != "B" else "A2"
    return Learner(
        rng=rng,
        number=f"{route}{place}-{registered:%y}{int(character.code[-1])}{serial:04d}",
        municipality=place,
        route=route,
        registered=registered,
        first_lesson=None if gave_up else lesson,
        gave_up=gave_up,
        wish=wish if rng.random() < 0.9 else None,
        evening=evening,
        target=target,
        levels=levels,
        pace=1 / (character.months_per_step * rng.uniform(0.75, 1.5)),
        attendance=min(0.99, max(0.55, rng.gauss(character.attendance, 0.07))),
        longest_months=rng.randrange(18, 30) if route == "Z" else rng.randrange(26, 40),
    )


def _first_lesson(rng: random.Random, character: Character, registered: date, last: date) -> date:
    """A Monday, after a wait that is longer for one in ten and once the provider slips."""
    mean, spread = character.waiting_days
    if character.slips_from is not None:
        slipped = month_number(month_of(registered)) - month_number(
            add_months(last, character.slips_from)
        )
        if slipped >= 0:
            mean, spread = mean + 20 + 8 * slipped, spread * 2.2
    wait = max(3.0, rng.gauss(mean, spread))
    if rng.random() < 0.04:
        wait += rng.uniform(15, 60)
    lesson = registered + days(round(wait))
    return lesson + days(-lesson.weekday() % 7)


def _form_groups(route: str, course: Course, learners: list[Learner]) -> None:
    """Put learners who start after one another together; evening and daytime apart."""
    filling: dict[bool, tuple[int, int]] = {}
    number = 0
    starters = [learner for learner in learners if learner.first_lesson is not None]
    for learner in sorted(starters, key=lambda one: (one.first_lesson or date.max, one.number)):
        group, size = filling.get(learner.evening, (0, course.group_size))
        if size >= course.group_size:
            number += 1
            group, size = number, 0
        filling[learner.evening] = (group, size + 1)
        learner.group = f"{route}{group:02d}{'-avond' if learner.evening else ''}"


def _life(
    character: Character, course: Course, learner: Learner, last: date
) -> Iterator[tuple[date, Row]]:
    """The rows of one learner, from the month of aanmelding until the end or the last month."""
    month = month_of(learner.registered)
    while month <= last and not learner.done:
        if learner.gave_up is not None and month_of(learner.gave_up) == month:
            row = _before_lessons(character, learner, month)
            _end(learner, row, "uitgevallen", "uitval", learner.gave_up)
        elif learner.first_lesson is None or learner.first_lesson > month_end(month):
            row = _before_lessons(character, learner, month)
        else:
            row = _with_lessons(character, course, learner, month, learner.first_lesson)
        yield month, row
        month = add_months(month, 1)


def _row(character: Character, learner: Learner, month: date) -> Row:
    return {
        "rapportagemaand": month,
        "aanbiedercode": character.code,
        "contractnummer": contract_number(character),
        "trajectnummer": learner.number,
        "gemeentecode": learner.municipality,
        "leerroute": learner.route,
        "niveau_pip": learner.target,
        "datum_aanmelding": learner.registered,
        "datum_eerste_les": None,
        "reden_wachten": None,
        "wens_avond_weekend": learner.wish,
        "groep": None,
        "groepsgrootte": None,
        "dagdelen_per_week": None,
        "uren_aangeboden": 0,
        "uren_gevolgd": 0,
        "uren_geoorloofd_verzuim": 0,
        "uren_ongeoorloofd_verzuim": 0,
        "uren_avond_weekend": 0,
        "uren_bevoegd_docent": 0,
        "uren_docent_in_opleiding": 0,
        "uren_knm": 0,
        "uren_online": 0,
        "uren_participatie": 0 if learner.route == "Z" else None,
        **{
            f"niveau_{skill}": LEVELS[min(5, int(level))]
            for skill, level in zip(SKILLS, learner.levels, strict=True)
        },
        **{f"examen_{part}": None for part in (*SKILLS, "knm")},
        "verwachte_einddatum": None,
        "status": "wachtend",
        "datum_einde": None,
        "reden_einde": None,
    }


def _before_lessons(character: Character, learner: Learner, month: date) -> Row:
    row = _row(character, learner, month)
    row["reden_wachten"] = pick(learner.rng, WAITING_REASONS)[0]
    return row


def _end(learner: Learner, row: Row, status: str, reason: str, day: date) -> None:
    row.update(status=status, reden_einde=reason, datum_einde=day)
    if status == "uitgevallen" and learner.first_lesson is None:
        row["reden_wachten"] = None
    learner.done = True


def _with_lessons(
    character: Character, course: Course, learner: Learner, month: date, started: date
) -> Row:
    rng = learner.rng
    row = _row(character, learner, month)
    row.update(
        status="actief",
        datum_eerste_les=started,
        groep=learner.group,
        dagdelen_per_week=max(1, round(course.weekly_hours / 3)),
        verwachte_einddatum=month_end(add_months(month_of(started), learner.longest_months)),
    )
    if learner.paused:
        learner.paused -= 1
    elif rng.random() < 0.012 and learner.lessons > 2:
        learner.paused = rng.randrange(1, 4)
    if learner.paused:
        row.update(status="gepauzeerd", groep=None, dagdelen_per_week=None)
        return row
    learner.lessons += 1
    last_day = _ending(character, learner, row, month)
    weeks = ((last_day - max(month, started)).days + 1) / 7
    _hours(character, course, learner, row, weeks)
    _progress(learner)
    _exams(learner, row)
    return row


def _ending(character: Character, learner: Learner, row: Row, month: date) -> date:
    """Decide whether this is the last month; the last day with lessons."""
    rng = learner.rng
    day = month.replace(day=rng.randrange(5, monthrange(month.year, month.month)[1] + 1))
    if learner.lessons < 2:
        return month_end(month)
    if _reached(learner):
        _end(
            learner, row, "afgerond", "z_route_afgerond" if learner.route == "Z" else "diploma", day
        )
    elif learner.lessons >= learner.longest_months and learner.route == "Z":
        _end(learner, row, "afgerond", "z_route_afgerond", day)
    elif rng.random() < character.monthly_dropout * (1.8 if learner.attendance < 0.75 else 1):
        _end(learner, row, "uitgevallen", "uitval", day)
    elif rng.random() < 0.006:
        reason, status, _ = pick(rng, OTHER_ENDS)
        _end(learner, row, status, reason, day)
    return day if learner.done else month_end(month)


def _reached(learner: Learner) -> bool:
    """Every exam part passed (Z: the target level in every skill)."""
    if learner.route == "Z":
        return learner.lessons >= 14 and min(learner.levels) >= LEVELS.index("A1") + 0.6
    return all(learner.exams.get(part) == "Geslaagd" for part in (*SKILLS, "knm"))


def quarters(minutes: float) -> int:
    """Whole quarters of an hour, in minutes."""
    return round(minutes / 15) * 15


def _hours(character: Character, course: Course, learner: Learner, row: Row, weeks: float) -> None:
    rng = learner.rng
    month: date = row["rapportagemaand"]
    usual = course.weekly_hours * 60 * SUMMER.get(month.month, 1.0)
    offered = quarters(weeks * usual * rng.uniform(0.96, 1.04))
    attended = quarters(offered * min(1.0, max(0.0, rng.gauss(learner.attendance, 0.06))))
    absent = offered - attended
    excused = quarters(absent * rng.uniform(0.35, 0.8))
    certified = quarters(offered * min(1.0, max(0.0, rng.gauss(character.certified_share, 0.05))))
    row.update(
        uren_aangeboden=offered,
        uren_gevolgd=attended,
        uren_geoorloofd_verzuim=excused,
        uren_ongeoorloofd_verzuim=absent - excused,
        uren_avond_weekend=quarters(offered * 0.85) if learner.evening else 0,
        uren_bevoegd_docent=certified,
        uren_docent_in_opleiding=quarters((offered - certified) * 0.5),
        uren_knm=quarters(offered * 0.12) if learner.lessons > 4 else 0,
        uren_online=quarters(offered * 0.08),
    )
    if learner.route == "Z":
        row["uren_participatie"] = quarters(weeks * 240)


def _progress(learner: Learner) -> None:
    """A month of lessons lifts each skill a little, but not above the target."""
    top = LEVELS.index(learner.target) + 0.9
    learner.levels = [
        min(top, level + learner.pace * learner.attendance * learner.rng.uniform(0.5, 1.5))
        for level in learner.levels
    ]


def _exams(learner: Learner, row: Row) -> None:
    """Sit the parts that one is ready for; results stand in the month they came in."""
    if learner.route == "Z" or learner.done:
        return
    goal = LEVELS.index(learner.target)
    ready = [part for part, level in zip(SKILLS, learner.levels, strict=True) if level >= goal]
    if learner.lessons > 9:
        ready.append("knm")
    for part in ready:
        if learner.exams.get(part) != "Geslaagd" and learner.rng.random() < 0.35:
            result = "Geslaagd" if learner.rng.random() < 0.72 else "Gezakt"
            learner.exams[part] = row[f"examen_{part}"] = result
