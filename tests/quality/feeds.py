"""Random feeds that keep the rules of the feed, as plain rows; and putting them in the database."""

from datetime import date, timedelta
from random import Random

from core.dates import add_months, month_end
from providers.codes import LearningRoute, SkillLevel, TrackStatus
from providers.models import ProgressRecord, Provider
from tests.builders import make_delivery, make_track

FIRST = date(2025, 1, 1)
ROUTES = {route.code: int(route) for route in LearningRoute}
WAITING, ACTIVE, PAUSED, COMPLETED, DROPPED, MOVED = (int(s) for s in TrackStatus)


def trajectory(random: Random, number: int, *, names_groups: bool = True) -> list[dict]:
    """The rows of one trajectory on one or two routes, month by month, with gaps."""
    applied = FIRST + timedelta(days=random.randint(-200, 560))
    first_lesson = None
    if random.random() < 0.7:
        first_lesson = applied + timedelta(
            days=random.choice([0, 7, 28, 29, random.randint(0, 200)])
        )
    end = None
    if random.random() < 0.4:
        end = (first_lesson or applied) + timedelta(days=random.randint(0, 400))
    switch = random.randint(0, 60)
    # Some schools name their groups, some never do; a few learners change group or have none.
    groups = [random.choice([None, "G1", "G2", "G3", "G4"]) for _ in range(2)]
    routes = random.choice([("B", "Z"), ("B", "O"), ("Z", "B"), ("O", "B"), ("B", "B")])
    rows = []
    for i in range(20):
        month = add_months(FIRST, i)
        last = month_end(month)
        if last < applied or random.random() < 0.15:
            continue
        started = first_lesson is not None and first_lesson <= last
        ended = end is not None and end <= last and (started or first_lesson is None)
        if ended:
            status = COMPLETED if started else DROPPED
        elif started:
            status = PAUSED if random.random() < 0.1 else ACTIVE
        else:
            status = WAITING
        offered = 15 * random.choice([0, random.randint(0, 240)]) if started else 0
        rows.append(
            {
                "track": f"T-{number}",
                "month": month,
                "route": routes[0] if i < switch else routes[1],
                "status": status,
                "registered_on": applied,
                "first_lesson_on": first_lesson if started else None,
                "ended_on": end if ended else None,
                "minutes_offered": offered,
                "minutes_certified": random.randint(0, offered),
                "minutes_evening_weekend": random.randint(0, offered),
                "minutes_attended": random.randint(0, offered),
                "municipality": random.choice([148, 148, 148, 193]),
                "group_name": groups[i > 10] if started and names_groups else None,
                "group_size": random.choice([None, 8, 12]) if started else None,
            }
        )
        if ended:
            break
    return rows


def feed(random: Random, most: int = 25) -> list[dict]:
    """All rows of one provider, in any order."""
    names_groups = random.random() < 0.7
    rows = [
        row
        for i in range(random.randint(1, most))
        for row in trajectory(random, i, names_groups=names_groups)
    ]
    random.shuffle(rows)
    return rows


def hold(provider: Provider, rows: list[dict]) -> None:
    """Put plain rows in the database as current rows."""
    delivery = make_delivery(provider)
    stored = []
    for number, row in enumerate(rows, start=2):
        attended = row.get("minutes_attended", row["minutes_offered"])
        stored.append(
            {
                **row,
                "track": make_track(provider, row["track"]),
                "route": ROUTES[row["route"]],
                "provider": provider,
                "delivery": delivery,
                "row": number,
                "minutes_attended": attended,
                "minutes_authorised": row["minutes_offered"] - attended,
                "minutes_unauthorised": 0,
                **dict.fromkeys(
                    ("level_reading", "level_listening", "level_writing", "level_speaking"),
                    SkillLevel.A1,
                ),
            }
        )
    for start in range(0, len(stored), 20):
        ProgressRecord.insert_many(stored[start : start + 20]).execute()
