"""The method against an independent computation of it, on random regions; no database."""

from datetime import date
from random import Random

import numpy as np
import pytest

from core.dates import month_number
from quality.method.case import Case, Earlier, Facts, MarkStatus, region_of
from quality.method.figures import ROW_COLUMNS, Reading, Rows, figures_of
from quality.method.judge import judge
from quality.method.model import BASIS_2027
from tests.quality import plain_region
from tests.quality.feeds import ROUTES, feed

MONTHS = [date(2026, 3, 1), date(2026, 8, 1), date(2025, 9, 1)]


def day(value):
    return -1 if value is None else value.toordinal()


def view_of(rows, month):
    """Plain rows as a month sees them."""
    last, names = month_number(month), {}
    table = [
        (
            month_number(row["month"]),
            int(row["track"][2:]),
            ROUTES[row["route"]],
            day(row["registered_on"]),
            day(row["first_lesson_on"]),
            day(row["ended_on"]),
            row["status"],
            row["municipality"],
            row["group_size"] or -1,
            -1 if row["group_name"] is None else names.setdefault(row["group_name"], len(names)),
            row["minutes_offered"],
            row["minutes_certified"],
            row["minutes_evening_weekend"],
            row["minutes_attended"],
            0,
            0,
        )
        for row in sorted(rows, key=lambda r: (r["month"], r["track"]))
        if row["month"] <= month
    ]
    result = Rows.of(np.array(table, dtype=np.int64).reshape(-1, len(ROW_COLUMNS)))
    reading = Reading(result.where(np.zeros(len(result), dtype=bool)), BASIS_2027)
    for number in range(int(result.month.min(initial=last)), last + 1):
        reading.add(number, result.where(result.month == number))
    return reading.view(last)


def judged(region, month, route, docents):
    """The judgements of one route, by provider."""
    number, ago = ROUTES[route], date(month.year - 1, month.month, 1)
    now, then = (
        {p: figures_of(view_of(rows, m), BASIS_2027, {}).get(number) for p, rows in region.items()}
        for m in (month, ago)
    )
    regions = [
        region_of([f for f in of_month.values() if f is not None], BASIS_2027)
        for of_month in (now, then)
    ]
    results = {}
    for provider in region:
        facts = Facts(
            mark=MarkStatus("bepaalde_tijd"), recognised=True, docents=docents[0], owed=True
        )
        old = then[provider]
        earlier = None if old is None else Earlier(old, regions[1], docents[1])
        case = Case(provider, route, month, now[provider], facts, regions[0], earlier)
        results[provider] = judge(case, BASIS_2027)
    return results


@pytest.mark.parametrize("seed", range(24))
def test_equals_a_plain_loop_to_1e_9(seed):
    random = Random(seed)
    most = random.choice([12, 40, 90])
    region = {f"TA00{i}": feed(random, most=most) for i in range(random.choice([2, 5]))}
    month, docents = random.choice(MONTHS), random.choice([(0, 0), (2, 30), (50, 50)])
    seen = 0
    for route in ROUTES:
        for provider, result in judged(region, month, route, docents).items():
            if result.case.figures is None or not result.case.delivered:
                continue
            expected = plain_region.judgement(
                region, provider, month, route, "bepaalde_tijd", True, docents
            )
            same(result, expected)
            seen += 1
    assert seen


def same(judgement, expected):
    near = {"rel": 1e-9, "abs": 1e-9}
    assert judgement.standing == expected["standing"]
    assert judgement.coverage == pytest.approx(expected["coverage"], **near)
    assert (judgement.score is None) == (expected["score"] is None)
    if judgement.score is not None:
        assert judgement.score == pytest.approx(expected["score"], **near)
    for result in judgement.results:
        wanted = expected.get(result.criterion.code)
        if wanted is None:
            continue
        assert result.n == wanted["n"]
        assert (result.value is None) == (wanted["value"] is None), result
        if result.value is None:
            continue
        assert result.value == pytest.approx(wanted["value"], **near)
        assert result.points == pytest.approx(wanted["points"], **near)
        assert result.groups == wanted["groups"]
        assert result.worth == pytest.approx(wanted["effective_n"], **near)
        if result.criterion.code == "intensiteit":
            assert (result.estimate is None) == (wanted["variance"] is None)
            if result.estimate is not None:
                assert result.estimate.variance == pytest.approx(wanted["variance"], **near)
        change = result.change or {"since": None, "direction": None}
        if "since" in wanted:
            since = wanted["since"]
            assert change["since"] == (None if since is None else f"{since:%Y-%m}")
        if "season" in wanted:
            assert change["direction"] == wanted["season"]
