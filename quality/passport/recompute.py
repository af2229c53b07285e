"""Recompute a judgement passport: ``python recompute.py PASSPORT.json``.

Needs Python alone; with numpy it also repeats the thousand draws behind the interval of the score.
It reads the figures that the file gives, follows the method from there, and compares what comes out
with the judgement in the file. Nothing of Taalinkoop is used.

1. Waiting: of everyone who should have started, the share that did so within the norm.
2. Hours: a share is numerator / denominator over all groups; intensity is hours / weeks.
3. How sure: groups count, not learners. Kish: (sum d)^2 / sum d^2, divided by phi of the region;
   docent hours are held at the number of docenten (halved when none is registered); never over n.
   90 % interval of a share: Beta(R n + 0.5, (1 - R) n + 0.5); of intensity: Student's t.
4. Points: in straight lines between the knots of the model. Score: the mean by weight.
5. Standing: from the borders of the model; a closed gate makes it onvoldoende.
"""

import hashlib
import json
import math
import sys

COUNTED = ("op tijd begonnen", "te laat begonnen", "wacht te lang", "te lang gewacht en weg")
ALLOWED = 1e-9


def points_for(value, knots):
    """Straight lines between knots of (value, points); flat outside them."""
    if value <= knots[0][0]:
        return knots[0][1]
    for (low, first), (high, last) in zip(knots, knots[1:]):
        if value <= high:
            return first + (value - low) / (high - low) * (last - first)
    return knots[-1][1]


def beta_at_most(x, a, b):
    """P(X <= x) for Beta(a, b): the continued fraction of Lentz (Press et al., 6.4)."""
    if x <= 0 or x >= 1:
        return float(x >= 1)
    if x > (a + 1) / (a + b + 2):
        return 1 - beta_at_most(1 - x, b, a)
    front = math.exp(
        math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x)
    )
    c, d = 1.0, 1 / (1 - (a + b) * x / (a + 1))
    total = d
    for m in range(1, 10_000):
        for term in (
            m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
            -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
        ):
            d, c = 1 / (1 + term * d), 1 + term / c
            total *= d * c
        if abs(d * c - 1) < 1e-15:
            break
    return front * total / a


def beta_quantile(chance, a, b):
    """Where P(X <= x) is the chance, by halving."""
    low, high = 0.0, 1.0
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if beta_at_most(middle, a, b) < chance else (low, middle)
    return (low + high) / 2


def kish(groups):
    """How many groups of equal size tell as much."""
    return sum(d for d, _ in groups) ** 2 / sum(d * d for d, _ in groups)


def share_of(groups, n, phi, docents=None):
    """A share in per cent, what its n is worth, and its 90 % interval."""
    share = sum(x for _, x in groups) / sum(d for d, _ in groups)
    worth = kish(groups) / phi
    if docents is not None:
        worth = min(worth, docents) if docents else worth / 2
    worth = min(worth, n)
    a, b = share * worth + 0.5, (1 - share) * worth + 0.5
    low = 0.0 if share <= 0 else beta_quantile(0.05, a, b)
    high = 1.0 if share >= 1 else beta_quantile(0.95, a, b)
    return 100 * share, worth, [100 * low, 100 * high]


def hours_a_week(groups, pooled, own_from):
    """Hours a week, what its n is worth, its variance with degrees, and its 90 % interval.

    Of days and minutes in whole numbers, so that groups that are alike differ by nothing at all.
    """
    size, days, minutes = len(groups), sum(d for d, _ in groups), sum(x for _, x in groups)
    unit = 7 / 60
    value = minutes / days * unit
    worth = kish(groups)
    variance = pooled
    if pooled is not None and size >= own_from:
        dd, dx, xx = (sum(each) for each in zip(*((d * d, d * x, x * x) for d, x in groups)))
        squares = (days**2 * xx - 2 * minutes * days * dx + minutes**2 * dd) / days**2
        own = size * squares / dd / (size - 1) * unit**2
        variance = [own, size - 1] if own > pooled[0] else pooled
    if variance is None:
        return value, worth, None, None
    x = beta_quantile(0.1, variance[1] / 2, 0.5)
    spread = math.sqrt(variance[1] * (1 - x) / x) * math.sqrt(variance[0] / worth)
    return value, worth, variance, [max(0.0, value - spread), value + spread]


def criterion(code, item, entry, model):
    """Value, worth, variance and interval of one criterion, or None when it has no judgement."""
    if item["statuses"] is not None:
        return entry["register"]["mark"], None, None, None
    if item["norm_days"] is not None:
        people = [one for one in entry["people"] if one[1] in COUNTED]
        groups = {}
        for _, kind, group in people:
            d, x = groups.get(group, (0, 0))
            groups[group] = (d + 1, x + (kind == COUNTED[0]))
        if len(people) < model["minimum_n"]:
            return None
        value, worth, interval = share_of(
            list(groups.values()), len(people), entry["region"]["phi"][code]
        )
        return value, worth, None, interval
    hours = entry["hours"][code]
    if hours["n"] < model["minimum_n"] or not hours["groups"]:
        return None
    if code in entry["region"]["variance"]:
        pooled = entry["region"]["variance"][code]
        return hours_a_week(hours["groups"], pooled, model["own_variance_from_groups"])
    phi = entry["region"]["phi"][code]
    value, worth, interval = share_of(hours["groups"], hours["n"], phi, hours["docents"])
    return value, worth, None, interval


def judge(content, entry):
    """Follow the method: per criterion value and points, then score and standing."""
    model, route = content["model"], entry["route"]
    results, parts, applying = {}, [], 0.0
    for item in model["criteria"]:
        if item["weight"] <= 0 or route in item["not_on"]:
            continue
        applying += item["weight"]
        result = criterion(item["code"], item, entry, model)
        if result is None:
            continue
        value, worth, variance, interval = result
        knots = item["knots"].get(route) or item["knots"].get("*")
        if item["statuses"] is None:
            points = points_for(value, knots)
        else:
            points = float(item["statuses"].get(value, 0.0))
        results[item["code"]] = {"value": value, "points": points, "interval": interval}
        parts.append((item, points, value, worth, variance, knots))
    weight = sum(item["weight"] for item, *_ in parts)
    if not applying or weight / applying < model["minimum_coverage"] - ALLOWED:
        return results, None, None, "geen_oordeel"
    score = average([(item["weight"], points) for item, points, *_ in parts], model["aggregation"])
    borders = model["sufficient_from"], model["good_from"]
    word = "onvoldoende"
    if entry["register"]["gate_open"]:
        word = ("onvoldoende", "voldoende", "goed")[sum(score >= b - ALLOWED for b in borders)]
    words = (model["code"], content["provider"]["code"], route, content["month"])
    means = set(entry["region"]["variance"])
    return results, score, interval_of_score(parts, words, model, means), word


def average(parts, aggregation):
    """Mean by weight, straight or geometric (of at least one point)."""
    total = sum(weight for weight, _ in parts)
    if aggregation == "geometric":
        return math.exp(sum(w * math.log(max(p, 1.0)) for w, p in parts) / total)
    return sum(weight * points for weight, points in parts) / total


def interval_of_score(parts, words, model, means):
    """5th and 95th percentile of 1,000 seeded draws; None without numpy."""
    if any(
        worth is not None and variance is None and item["code"] in means
        for item, _, _, worth, variance, _ in parts
    ):
        return None
    try:
        import numpy
    except ImportError:
        return None
    seed = int.from_bytes(hashlib.sha256("|".join(words).encode()).digest()[:16], "big")
    random = numpy.random.default_rng(seed)
    rows = []
    for _, points, value, worth, variance, knots in parts:
        if worth is None:
            rows.append(numpy.full(1000, points))
            continue
        if variance is not None:
            spread = math.sqrt(variance[0] / worth)
            drawn = numpy.maximum(0.0, value + random.standard_t(variance[1], 1000) * spread)
        else:
            share = value / 100
            drawn = 100 * random.beta(share * worth + 0.5, (1 - share) * worth + 0.5, 1000)
        table = numpy.array(knots)
        rows.append(numpy.interp(drawn, table[:, 0], table[:, 1]))
    weights = [item["weight"] for item, *_ in parts]
    columns = numpy.array(rows).T
    scores = [average(list(zip(weights, row)), model["aggregation"]) for row in columns.tolist()]
    return [float(x) for x in numpy.percentile(scores, [5, 95])]


def differences(content):
    """What does not come out as the file says, in words."""
    wrong = []
    for entry in content["judgements"]:
        result = entry["result"]
        if result["standing"] in ("geen_levering", "geen_trajecten"):
            continue
        results, score, interval, standing = judge(content, entry)
        place = f"{content['provider']['code']} {entry['route']}"
        pairs = [("score", result["score"], score), ("standing", result["standing"], standing)]
        if interval is not None and result["interval"] is not None:
            pairs += list(zip(("laag", "hoog"), result["interval"], interval))
        for code, item in results.items():
            kept = result["criteria"][code]
            pairs += [(f"{code} waarde", kept["value"], item["value"])]
            pairs += [(f"{code} punten", kept["points"], item["points"])]
            if item["interval"] and kept["interval"]:
                pairs += list(
                    zip((f"{code} laag", f"{code} hoog"), kept["interval"], item["interval"])
                )
        for name, said, made in pairs:
            numbers = isinstance(said, (int, float)) and isinstance(made, (int, float))
            if abs(said - made) > ALLOWED if numbers else said != made:
                wrong.append(f"{place} {name}: het bestand zegt {said}, nagerekend is {made}")
    return wrong


if __name__ == "__main__":
    with open(sys.argv[1], encoding="utf-8") as file:
        answers = differences(json.load(file)["content"])
    print("\n".join(answers) or "Alles komt uit.")
    sys.exit(bool(answers))
