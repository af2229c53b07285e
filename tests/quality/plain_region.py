"""Method 2 once more, as plain loops over plain rows of a region: what the engine is held against.

Nothing of the engine is imported; only the draws are left out, and the quantiles of Beta and t.
"""

from datetime import date, timedelta
from math import log, sqrt

from tests.quality.plain import KNOTS, WEIGHTS, interpolate, last_day, months_back

NORM = 28
SHARES = {"bevoegd": "minutes_certified", "avond_weekend": "minutes_evening_weekend"}
IDLE = (1, 3)


def months_from(first, last):
    results = [first]
    while results[-1] < last:
        results.append(last_day(results[-1]) + timedelta(days=1))
    return results


def newest(rows, month):
    """Newest row of each trajectory on each route, with the day on which it went elsewhere."""
    last, anywhere = {}, {}
    for row in sorted(rows, key=lambda r: r["month"]):
        if row["month"] <= month:
            last[row["route"], row["track"]] = row
            anywhere[row["track"]] = row
    results = []
    for (route, track), row in last.items():
        now = anywhere[track]
        gone = None if now["route"] == route else last_day(row["month"])
        results.append({**row, "gone": gone})
    return results


def people(rows, month, route, norm=NORM):
    """Every person of the waiting time: (track, kind, days, day of the last in the queue)."""
    end, start = last_day(month), months_back(month, 11)
    results = []
    for row in newest(rows, month):
        if row["route"] != route or row["registered_on"] > end:
            continue
        first, left = row["first_lesson_on"], row["ended_on"] or row["gone"]
        last = first or left or end
        days = (last - row["registered_on"]).days
        if first:
            kind = ("op tijd" if days <= norm else "te laat") if first >= start else None
        elif left:
            kind = ("weg binnen" if days <= norm else "weg te laat") if left >= start else None
        else:
            kind = "wacht binnen" if days <= norm else "wacht te lang"
        results.append((row["track"], kind, days, last, row["registered_on"], first))
    return results


def groups_of(rows, route, months):
    """Which group each trajectory belongs to; a key of its own for who has none."""
    newest_with_hours = {}
    for row in sorted(rows, key=lambda r: r["month"]):
        if row["route"] == route and row["month"] in months and row["minutes_offered"] > 0:
            newest_with_hours[row["track"]] = row
    named = any(
        r.get("group_name") is not None
        for r in rows
        if r["route"] == route and r["month"] in months and r["minutes_offered"] > 0
    )

    def key(track):
        row = newest_with_hours.get(track)
        if row is None:
            return ("own", track)
        if not named:
            return ("made", row["municipality"], row["first_lesson_on"], row.get("group_size"))
        return ("group", row["group_name"]) if row.get("group_name") else ("own", track)

    return key


def grouped(items, key):
    """Sums (denominator, numerator) per group of (track, denominator, numerator)."""
    sums = {}
    for track, bottom, top in items:
        d, x = sums.get(key(track), (0, 0))
        sums[key(track)] = d + bottom, x + top
    return [(d, x) for d, x in sums.values() if d]


def window(month, count):
    return {months_back(month, i) for i in range(count)}


def measured(rows, month, route, lesson_free=()):
    """Per criterion: numerator, denominator, n and groups, of one provider on one route."""
    year, quarter = window(month, 12), window(month, 3)
    in_year = groups_of(rows, route, year)
    counted = [p for p in people(rows, month, route) if p[1] in COUNTED]
    results = {
        "wachttijd": (
            sum(p[1] == "op tijd" for p in counted),
            len(counted),
            len(counted),
            grouped([(p[0], 1, int(p[1] == "op tijd")) for p in counted], in_year),
        )
    }
    used = [r for r in rows if r["route"] == route and r["month"] in quarter]
    key = groups_of(rows, route, quarter)
    n = len({r["track"] for r in used if r["minutes_offered"] > 0})
    for code, column in SHARES.items():
        items = [(r["track"], r["minutes_offered"], r[column]) for r in used]
        top, bottom = sum(i[2] for i in items), sum(i[1] for i in items)
        results[code] = (top, bottom, n, grouped(items, key))
    items = []
    for row in used:
        if row["status"] in IDLE:
            continue
        days = 0
        if row["first_lesson_on"] is not None:
            day = max(row["first_lesson_on"], row["month"])
            until = min(row["ended_on"] or date.max, last_day(row["month"]))
            while day <= until:
                days += not any(a <= day <= b for a, b in lesson_free)
                day += timedelta(days=1)
        items.append((row["track"], days / 7, row["minutes_offered"] / 60))
    results["intensiteit"] = (
        sum(i[2] for i in items),
        sum(i[1] for i in items),
        len({r["track"] for r in used if r["minutes_offered"] > 0 and r["status"] not in IDLE}),
        grouped(items, key),
    )
    results["in_year"] = any(r["route"] == route and r["month"] in year for r in rows)
    return results


COUNTED = ("op tijd", "te laat", "wacht te lang", "weg te laat")
CODES = ("wachttijd", "bevoegd", "intensiteit", "avond_weekend")


def usable(result, code):
    _, bottom, _, groups = result[code]
    return bottom > 0 and len(groups) >= 2 and (code != "wachttijd" or result["in_year"])


def chance(region, code):
    """phi of a share; variance and degrees of the intensity."""
    above = below = degrees = providers = 0
    for result in region:
        if not usable(result, code):
            continue
        top, bottom, _, groups = result[code]
        share, count = top / bottom, len(groups)
        squares = sum(d * d for d, _ in groups)
        spread = sum((x - share * d) ** 2 for d, x in groups)
        providers += 1
        if code == "intensiteit":
            above += count * spread / squares
            degrees += count - 1
        else:
            above += count / (count - 1) * spread
            below += share * (1 - share) * squares
    if code == "intensiteit":
        return (above / degrees, degrees) if degrees else None
    return 1.0 if providers < 3 or below <= 0 else min(1.0, max(0.02, above / below))


def worth(result, code, spread, docents):
    """Effective n, and the variance of the intensity."""
    top, bottom, n, groups = result[code]
    squares = sum(d * d for d, _ in groups)
    kish = sum(d for d, _ in groups) ** 2 / squares
    if code == "intensiteit":
        variance = spread
        if spread is not None and len(groups) >= 4:
            share, count = top / bottom, len(groups)
            own = count * sum((x - share * d) ** 2 for d, x in groups) / squares / (count - 1)
            variance = (own, count - 1) if own > spread[0] else spread
        return kish, variance
    found_n = kish / spread
    if code == "bevoegd":
        found_n = min(found_n, docents) if docents else found_n / 2
    return min(found_n, n), None


def decided(rows, route, month, first, norm=NORM):
    """Per month from the first on: decided and in time."""
    sums = {m: [0, 0] for m in months_from(first, month)}
    end = last_day(month)
    for _, _, _, last, registered, begun in people(rows, month, route, norm):
        passed = registered + timedelta(days=norm + 1)
        in_time = begun is not None and (begun - registered).days <= norm
        if not in_time and (last < passed or passed > end):
            continue
        day = (begun if in_time else passed).replace(day=1)
        if day in sums:
            sums[day][0] += 1
            sums[day][1] += in_time
    return sums


def fall(series, region_series, effect):
    """Since which month the share in time fell, as the newest month tells it."""
    months = sorted(series)
    begin = months[:12]
    n, x = (sum(series[m][i] for m in begin) for i in (0, 1))
    if not n:
        return None
    all_n, all_x = (sum(s.get(m, (0, 0))[i] for s in region_series for m in begin) for i in (0, 1))
    p0 = min(0.98, (x / effect + 10 * all_x / all_n) / (n / effect + 10))
    p1 = max(0.02, p0 - 0.18)
    if p1 >= p0:
        return None
    border = 5 if sum(series[m][0] for m in months) / len(months) >= 20 else 4
    total, since, decline = 0.0, months[0], None
    for i, month in enumerate(months):
        people_, in_time = series[month]
        step = in_time * log(p1 / p0) + (people_ - in_time) * log((1 - p1) / (1 - p0))
        total = max(0.0, total + step / effect)
        following = months[i + 1] if i + 1 < len(months) else None
        if total > border:
            unbroken = decline is not None and i <= decline[0] + 3
            decline = (i, decline[1] if unbroken else since)
            total = 0.0
        if total == 0:
            since = following
    return decline[1] if decline and decline[0] >= len(months) - 3 else None


def value_of(result, code):
    top, bottom, _, _ = result[code]
    return top / bottom * (1 if code == "intensiteit" else 100)


def points_of(code, value, route):
    return interpolate(value, KNOTS[code][route] if code == "intensiteit" else KNOTS[code])


def season(now, then, route):
    """The word against a year ago, from (found, code, spread, docents) pairs."""
    sides = []
    for result, code, spread, docents in (now, then):
        top, bottom, n, groups = result[code]
        if n < 5 or not bottom or len(groups) < 2:
            return None
        n_eff, variance = worth(result, code, spread, docents)
        share, points = top / bottom, points_of(code, value_of(result, code), route)
        if code == "intensiteit":
            if variance is None:
                return None
            sides.append((share, variance[0] / n_eff, points))
        else:
            p = (share * n_eff + 0.5) / (n_eff + 1)
            sides.append((p, p * (1 - p) / (n_eff + 1), points))
    (a, va, pa), (b, vb, pb) = sides
    if abs(a - b) <= 2.576 * sqrt(va + vb) or abs(pa - pb) < 5:
        return None
    return "hoger" if a > b else "lager"


def judgement(region_rows, code_of_provider, month, route, mark, recognised, docents=(0, 0)):
    """All figures of one provider in a region: {provider: rows}; docents now and a year ago."""
    rows = region_rows[code_of_provider]
    region = {p: measured(r, month, route) for p, r in region_rows.items()}
    own, spreads = region[code_of_provider], {}
    ago = months_back(month, 12)
    then = {p: measured(r, ago, route) for p, r in region_rows.items()}
    first = min(r["month"] for r in rows if r["route"] == route)
    long_here = first <= months_back(month, 14)
    points, result = {}, {}
    for code in CODES:
        spreads[code] = chance(region.values(), code)
        top, bottom, n, groups = own[code]
        item = {"numerator": top, "denominator": bottom, "n": n, "value": None}
        usable_here = bottom > 0 and (code != "wachttijd" or own["in_year"])
        if n >= 5 and usable_here:
            value = value_of(own, code)
            points[code] = points_of(code, value, route)
            n_eff, variance = worth(own, code, spreads[code], docents[0])
            item |= {"value": value, "points": points[code], "groups": len(groups)}
            item |= {"effective_n": n_eff, "variance": variance}
            if code == "wachttijd":
                item["since"] = _fall(region_rows, rows, route, month, region, spreads[code])
            elif long_here:
                old_spread = chance(then.values(), code)
                item["season"] = season(
                    (own, code, spreads[code], docents[0]),
                    (then[code_of_provider], code, old_spread, docents[1]),
                    route,
                )
        result[code] = item
    return result | _scored(points, route, mark, recognised)


def _fall(region_rows, rows, route, month, region, phi):
    queues = [result["wachttijd"][3] for result in region.values() if result["in_year"]]
    squares = sum(d * d for groups in queues for d, _ in groups)
    people_ = sum(d for groups in queues for d, _ in groups)
    effect = max(1.0, phi * squares / people_) if people_ else 1.0
    series = []
    for listed in region_rows.values():
        on_route = [r["month"] for r in listed if r["route"] == route and r["month"] <= month]
        if on_route:
            series.append(decided(listed, route, month, min(on_route)))
    first = min(r["month"] for r in rows if r["route"] == route)
    return fall(decided(rows, route, month, first), series, effect)


def _scored(points, route, mark, recognised):
    applying = sum(WEIGHTS.values()) - (WEIGHTS["keurmerk"] if route == "O" else 0)
    if route != "O":
        points["keurmerk"] = {"onbepaalde_tijd": 100, "bepaalde_tijd": 90}.get(mark, 0)
    gate = recognised if route == "O" else mark in ("onbepaalde_tijd", "bepaalde_tijd")
    weight = sum(WEIGHTS[code] for code in points)
    score = None
    if weight / applying >= 0.6:
        score = sum(WEIGHTS[code] * p for code, p in points.items()) / weight
    if score is None:
        standing = "geen_oordeel"
    elif not gate or score < 60:
        standing = "onvoldoende"
    else:
        standing = "goed" if score >= 80 else "voldoende"
    return {"score": score, "coverage": weight / applying, "standing": standing}
