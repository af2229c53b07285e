"""Method 1 once more, as plain loops over plain rows: what the engine is compared with."""

from calendar import monthrange
from datetime import date, timedelta
from itertools import pairwise

KNOTS = {
    "wachttijd": [(0, 0), (75, 50), (90, 80), (100, 100)],
    "bevoegd": [(0, 0), (70, 50), (80, 80), (100, 100)],
    "avond_weekend": [(0, 0), (5, 50), (10, 80), (25, 100)],
    "intensiteit": {
        "B": [(0, 0), (9, 50), (12, 80), (15, 100)],
        "O": [(0, 0), (16, 50), (20, 80), (25, 100)],
        "Z": [(0, 0), (8, 50), (10, 80), (12.5, 100)],
    },
}
WEIGHTS = {"wachttijd": 30, "bevoegd": 25, "intensiteit": 20, "avond_weekend": 10, "keurmerk": 15}


def last_day(month):
    return month.replace(day=monthrange(month.year, month.month)[1])


def months_back(month, count):
    for _ in range(count):
        month = (month - timedelta(days=1)).replace(day=1)
    return month


def interpolate(value, knots):
    points = knots[0][1]
    for (x1, y1), (x2, y2) in pairwise(knots):
        if value >= x2:
            points = y2
        elif value > x1:
            points = y1 + (value - x1) / (x2 - x1) * (y2 - y1)
    return points


def waiting(rows, month):
    reference, start = last_day(month), months_back(month, 11)
    newest = {}
    for row in rows:
        if row["month"] <= month and (
            row["track"] not in newest or newest[row["track"]]["month"] < row["month"]
        ):
            newest[row["track"]] = row
    people = []
    for row in newest.values():
        applied, first, end = row["registered_on"], row["first_lesson_on"], row["ended_on"]
        if applied > reference:
            continue
        if first is not None and first < start:
            continue
        if first is None and end is not None and end < start:
            continue
        entry = max(0, (start - applied).days)
        if first is not None:
            people.append((entry, (first - applied).days, 1))
        elif end is not None:
            people.append((entry, (end - applied).days, 0))
        else:
            people.append((entry, (reference - applied).days, 0))
    survival, curve = 1.0, []
    for day in sorted({leave for _, leave, event in people if event}):
        at_risk = len([1 for entry, leave, _ in people if entry <= day <= leave])
        events = len([1 for _, leave, event in people if event and leave == day])
        survival *= 1 - events / at_risk
        curve.append((day, survival))
    within = [s for day, s in curve if day <= 28]
    at_norm = within[-1] if within else 1.0
    longest = max((leave for _, leave, _ in people), default=0)
    return {
        "n": len(people),
        "value": None if len(people) < 5 or (longest < 28 and at_norm > 0) else 100 * (1 - at_norm),
        "median_days": next((day for day, s in curve if s <= 0.5 + 1e-12), None),
        "p90_days": next((day for day, s in curve if s <= 0.1 + 1e-12), None),
    }


def hours(rows, month):
    window = {month, months_back(month, 1), months_back(month, 2)}
    used = [row for row in rows if row["month"] in window]
    offered = sum(row["minutes_offered"] for row in used)
    n = len({row["track"] for row in used if row["minutes_offered"] > 0})
    lessons = weeks = 0
    for row in used:
        if row["status"] in (1, 3):
            continue
        lessons += row["minutes_offered"] / 60
        if row["first_lesson_on"] is None:
            continue
        begin = max(row["first_lesson_on"], row["month"])
        end = min(row["ended_on"] or date.max, last_day(row["month"]))
        weeks += max(0, (end - begin).days + 1) / 7
    judged = n >= 5 and offered > 0
    return {
        "n": n,
        "bevoegd": 100 * sum(r["minutes_certified"] for r in used) / offered if judged else None,
        "avond_weekend": 100 * sum(r["minutes_evening_weekend"] for r in used) / offered
        if judged
        else None,
        "intensiteit": lessons / weeks if n >= 5 and weeks else None,
    }


def score(rows, month, route, mark, recognised):
    """Values, points, coverage, score and standing of one provider on one route."""
    delivered = any(row["month"] == month for row in rows)
    values = {"wachttijd": waiting(rows, month)["value"]} if delivered else {"wachttijd": None}
    sums = hours(rows, month)
    for code in ("bevoegd", "intensiteit", "avond_weekend"):
        values[code] = sums[code] if delivered else None
    points = {
        code: interpolate(value, KNOTS[code][route] if code == "intensiteit" else KNOTS[code])
        for code, value in values.items()
        if value is not None
    }
    applying = sum(WEIGHTS.values()) - (WEIGHTS["keurmerk"] if route == "O" else 0)
    if route != "O":
        points["keurmerk"] = {"onbepaalde_tijd": 100, "bepaalde_tijd": 90}.get(mark, 0)
    gate = recognised if route == "O" else mark in ("onbepaalde_tijd", "bepaalde_tijd")
    weight = sum(WEIGHTS[code] for code in points)
    coverage = weight / applying
    total = None
    if delivered and coverage >= 0.6:
        total = sum(WEIGHTS[code] * p for code, p in points.items()) / weight
    if not delivered:
        standing = "geen_levering"
    elif total is None:
        standing = "geen_oordeel"
    elif not gate or total < 60:
        standing = "onvoldoende"
    else:
        standing = "goed" if total >= 80 else "voldoende"
    return {
        "values": values,
        "points": points,
        "coverage": coverage,
        "score": total,
        "standing": standing,
    }
