"""The engine against an independent computation of the method, on random feeds and both engines."""

from datetime import UTC, date, datetime
from random import Random

import pytest

from core.dates import add_months
from providers.codes import MarkStatus, TrackStatus
from providers.models import ProgressRecord, QualityMark
from quality import operations
from quality.metrics import route_inputs
from quality.models import ScoreCard
from quality.scoring import judge
from quality.scoring_model import BASIS_2026
from tests.builders import make_delivery, make_provider, make_record, make_track
from tests.quality.feeds import FIRST, feed, hold
from tests.quality.plain import score as plain_score
from tests.quality.plain import waiting as plain_waiting

MONTH = date(2026, 5, 1)
WHO = {"by": "x", "at": datetime(2026, 11, 23, tzinfo=UTC)}


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


@pytest.mark.parametrize("waiting", [True, False])
def test_a_correction_of_an_old_month_reaches_every_month_that_it_can_change(db, waiting):
    """What is recomputed after it is what computing every month anew gives."""
    random = Random(5)
    provider = make_provider("TA001")
    QualityMark.create(provider=provider, status=MarkStatus.INDEFINITE, valid_from=FIRST)
    hold(provider, feed(random, most=40))
    months = [add_months(FIRST, i) for i in range(20)]
    for month in months:
        operations.compute(month, **WHO)
    corrected = months[2]
    before = _results()
    # Nobody had started yet, so that some keep waiting until a year later and more; or everyone
    # started at once, which counts for eleven months more.
    delivery = make_delivery(provider)
    old = ProgressRecord.select().where(ProgressRecord.month == corrected)
    rows = list(old.dicts())
    ProgressRecord.update(superseded_by=delivery).where(ProgressRecord.month == corrected).execute()
    for row in rows:
        del row["id"]
        begun = None if waiting else row["registered_on"]
        row |= {"delivery": delivery, "first_lesson_on": begun, "ended_on": None}
        row |= {"status": TrackStatus.WAITING if waiting else TrackStatus.ACTIVE}
        row |= {"minutes_offered": 0, "minutes_certified": 0}
        row |= {"minutes_evening_weekend": 0, "minutes_attended": 0, "minutes_authorised": 0}
        ProgressRecord.create(**row)
    operations.recompute_after(provider, [corrected], **WHO)
    found = _results()
    for month in months:
        operations.compute(month, **WHO)
    assert found == _results()
    assert found != before


def _results():
    return {(card.month, card.route): card.result for card in ScoreCard.select()}


def test_who_stopped_being_reported_is_still_active(db):
    provider = make_provider()
    for number in range(6):
        make_record(month=add_months(MONTH, -1), track=make_track(provider, f"T-{number}"))
    make_record(month=MONTH, track=make_track(provider, "T-0"))
    (inputs,) = route_inputs(provider, MONTH, BASIS_2026)
    assert inputs.active == 6
