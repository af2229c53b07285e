"""A month as it was known at an earlier moment, without what came or went later."""

from datetime import UTC, date, datetime, timedelta

import pytest

from providers.models import Delivery, ProgressRecord
from providers.operations import withdraw
from quality import cards, metrics, operations
from quality.scoring_model import BASIS_2026
from tests.builders import make_delivery, make_record, make_track
from tests.quality.test_operations import OCT, deliver

NOV_10, NOV_15, NOV_20, DEC_1 = (
    datetime(2026, 11, 10, 9, tzinfo=UTC),
    datetime(2026, 11, 15, 9, tzinfo=UTC),
    datetime(2026, 11, 20, 9, tzinfo=UTC),
    datetime(2026, 12, 1, 9, tzinfo=UTC),
)
HOUR = timedelta(hours=1)


def correct(provider, at, **row):
    """A delivery that gives every row of the month another value."""
    delivery = make_delivery(provider, decided_at=at, received_at=at)
    for i in range(12):
        track = make_track(provider, f"TA001-{i}")
        ProgressRecord.update(superseded_by=delivery).where(
            ProgressRecord.track == track, ProgressRecord.superseded_by.is_null()
        ).execute()
        values = {
            "registered_on": date(2026, 7, 1),
            "first_lesson_on": date(2026, 7, 20),
            "minutes_offered": 2880 + 10 * i,
            "minutes_certified": 2400,
            "minutes_evening_weekend": 200 + 10 * i,
        } | row
        make_record(month=OCT, track=track, delivery=delivery, **values)
    return delivery


@pytest.fixture
def corrected(db):
    """Delivered before 10 November, fixed on the 15th, corrected on the 20th."""
    provider = deliver("TA001")
    Delivery.update(decided_at=NOV_10).execute()
    operations.compute(OCT, by="x", at=NOV_10)
    operations.fix(OCT, by="x", at=NOV_15)
    delivery = correct(provider, NOV_20, minutes_certified=0)
    operations.recompute_after(provider, [OCT], by="x", at=NOV_20)
    return delivery


def then(moment):
    (card,) = operations.as_known_on(OCT, moment)
    return card


def test_a_fixed_month_is_rebuilt_to_its_last_digit(corrected):
    fixed = cards.cards_of(OCT).get()
    rebuilt = then(NOV_15)
    assert rebuilt.fingerprint == fixed.fingerprint
    assert rebuilt.result == fixed.result
    assert (rebuilt.interval_low, rebuilt.interval_high) == (
        fixed.interval_low,
        fixed.interval_high,
    )


def test_a_correction_counts_from_the_moment_that_it_was_accepted(corrected):
    before, after = then(NOV_20 - HOUR), then(NOV_20)
    assert before.result["criteria"]["bevoegd"]["value"] > 0
    assert after.result["criteria"]["bevoegd"]["value"] == 0
    assert after.fingerprint == metrics.fingerprint(after.provider_id, after.route, OCT)


def test_a_withdrawal_counts_from_its_own_moment(corrected):
    withdraw(corrected, reason="verkeerd bestand", by="x", at=DEC_1)
    assert then(DEC_1 - HOUR).result["criteria"]["bevoegd"]["value"] == 0
    assert then(DEC_1).fingerprint == then(NOV_15).fingerprint


def test_nothing_was_known_before_the_first_delivery(corrected):
    assert operations.as_known_on(OCT, NOV_10 - HOUR) == []


def test_a_month_known_today_is_the_month_as_it_is(corrected):
    provider = corrected.provider
    now = metrics.route_inputs(provider, OCT, BASIS_2026)
    assert metrics.route_inputs(provider, OCT, BASIS_2026, DEC_1) == now
