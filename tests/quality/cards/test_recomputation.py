"""The engine against an independent computation of the method, on random feeds and both engines."""

from datetime import date
from random import Random

import pytest

from core.dates import add_months
from providers.codes import MarkStatus
from providers.models import QualityMark
from quality.cards.inputs import route_inputs
from quality.method.basis_2026.scoring import judge
from quality.method.basis_2026.scoring_model import BASIS_2026
from tests.builders import make_provider, make_record, make_track
from tests.quality.feeds import feed, hold
from tests.quality.plain import score as plain_score, waiting as plain_waiting

MONTH = date(2026, 5, 1)


def same(found, expected):
    if expected is None or found is None:
        return found is expected
    return found == pytest.approx(expected, rel=0, abs=1e-9)


@pytest.mark.parametrize("seed", range(30))
def test_equals_a_plain_loop_to_1e_9(db, seed):
    random = Random(seed)
    rows = feed(random, most=12 if seed % 3 else 60)
    month = random.choice([date(2025, 3, 1), date(2025, 12, 1), MONTH])
    mark = random.choice([None, *MarkStatus])
    recognised = random.random() < 0.5
    provider = make_provider("TA001", tst_from=date(2022, 1, 1) if recognised else None)
    if mark is not None:
        QualityMark.create(provider=provider, status=mark, valid_from=date(2022, 1, 1))
    hold(provider, rows)
    found = {i.route: judge(i, BASIS_2026) for i in route_inputs(provider, month, BASIS_2026)}

    status = "geen" if mark is None else mark.code
    reported = {row["route"] for row in rows if row["month"] <= month}
    assert {i for i in found if found[i].inputs.delivered} == {
        row["route"] for row in rows if row["month"] == month
    }
    for route in reported & set(found):
        own = [row for row in rows if row["route"] == route]
        expected = plain_score(own, month, route, status, recognised)
        tree = found[route].tree()
        assert tree["standing"] == expected["standing"]
        assert same(tree["score"], expected["score"])
        assert same(tree["coverage"], expected["coverage"])
        for code, value in expected["values"].items():
            assert same(tree["criteria"][code]["value"], value), code
        if found[route].inputs.delivered:
            waits = plain_waiting(own, month)
            assert tree["criteria"]["wachttijd"]["n"] == waits["n"]
            assert tree["criteria"]["wachttijd"]["median_days"] == waits["median_days"]
            assert tree["criteria"]["wachttijd"]["p90_days"] == waits["p90_days"]


@pytest.mark.parametrize("seed", range(5))
def test_the_order_of_rows_changes_no_judgement(db, seed):
    rows = feed(Random(seed), most=15)
    month = max(row["month"] for row in rows)
    found = []
    for code, listed in (("TA001", rows), ("TA002", sorted(rows, key=str))):
        provider = make_provider(code)
        hold(provider, listed)
        judged = [judge(one, BASIS_2026) for one in route_inputs(provider, month, BASIS_2026)]
        found.append([one.tree() | {"aanbieder": ""} for one in judged])
    assert found[0] == found[1]


def test_who_stopped_being_reported_is_still_active(db):
    provider = make_provider()
    for number in range(6):
        make_record(month=add_months(MONTH, -1), track=make_track(provider, f"T-{number}"))
    make_record(month=MONTH, track=make_track(provider, "T-0"))
    (inputs,) = route_inputs(provider, MONTH, BASIS_2026)
    assert inputs.active == 6
