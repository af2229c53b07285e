"""A month as it was known at an earlier moment, without what came, went or changed later."""

import json
from datetime import UTC, date, datetime, timedelta

import pytest

from providers.codes import MarkStatus
from providers.deliveries.operations import withdraw
from providers.models import (
    Contract,
    ContractScope,
    Delivery,
    DossierVersion,
    ProgressRecord,
    Provider,
    QualityMark,
)
from providers.register.operations import keep_dossiers
from providers.register.queries import dossier
from providers.register.rules import Dossier
from quality.cards import inputs as metrics, operations, queries as cards
from quality.cards.region import measured
from quality.method.model import BASIS_2027
from tests.builders import make_contract, make_delivery, make_record, make_track
from tests.quality.cards.test_operations import OCT, deliver

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


@pytest.fixture(scope="module")
def month(file_db):
    """Delivered before 10 November, fixed on the 15th, corrected on the 20th."""
    provider = deliver("TA001")
    Delivery.update(decided_at=NOV_10).execute()
    operations.compute(OCT, by="x", at=NOV_10)
    operations.fix(OCT, by="x", at=NOV_15)
    correct(provider, NOV_20, minutes_certified=0)
    operations.recompute_after(provider, [OCT], by="x", at=NOV_20)


@pytest.fixture
def corrected(month, db):
    """The correction."""
    return Delivery.get(decided_at=NOV_20)


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
    assert after.fingerprint == metrics.fingerprints(after.provider_id, OCT)[after.route]


def test_a_withdrawal_counts_from_its_own_moment(corrected):
    withdraw(corrected, reason="verkeerd bestand", by="x", at=DEC_1)
    assert then(DEC_1 - HOUR).result["criteria"]["bevoegd"]["value"] == 0
    assert then(DEC_1).fingerprint == then(NOV_15).fingerprint


def test_one_provider_is_as_sure_as_the_region_makes_it(db):
    # One group of each two is late: learners of a group are alike, and the region tells how alike.
    for number, code in enumerate(("TA001", "TA002", "TA003")):
        provider = deliver(code, group_name=None, people=0)
        delivery = make_delivery(provider)
        for i in range(24):
            late = (i // 6 + number) % 2
            make_record(
                month=OCT, track=make_track(provider, f"{code}-{i}"), delivery=delivery,
                group_name=f"G{i // 6}", minutes_certified=(2880, 1900)[late],
                registered_on=date(2026, 7, 1), first_lesson_on=date(2026, 7, 20),
            )  # fmt: skip
    Delivery.update(decided_at=NOV_10).execute()
    operations.compute(OCT, by="x", at=NOV_10)
    kept = cards.cards_of(OCT).first()
    correct(Provider.get(code="TA002"), NOV_20)
    (alone,) = operations.as_known_on(OCT, NOV_15, codes=["TA001"])
    assert kept.result["criteria"]["bevoegd"]["effective_n"] < 12
    assert alone.result == kept.result


@pytest.fixture
def registered(corrected):
    """The register as it was kept with the first delivery."""
    keep_dossiers([corrected.provider_id], at=NOV_10)
    return corrected.provider


def change(provider, at, model, **values):
    """What the pages of the register do: change it, keep it, and let the scores follow."""
    model.update(values).where(model.provider == provider).execute()
    keep_dossiers([provider.id], at=at)
    operations.follow_register(by="x", at=at, providers=[provider.id])


@pytest.mark.parametrize(
    "values", [{"valid_from": date(2026, 11, 1)}, {"status": MarkStatus.SUSPENDED}]
)
def test_a_mark_corrected_afterwards_does_not_change_what_was_known(registered, values):
    before = then(NOV_15)
    change(registered, NOV_20, QualityMark, **values)
    assert then(NOV_20 - HOUR).result == before.result == cards.cards_of(OCT).get().result
    assert (before.standing, then(NOV_20).standing) == ("goed", "onvoldoende")


def test_a_contract_counts_as_it_stood_then(registered):
    ContractScope.create(contract=make_contract(registered), route=1)
    keep_dossiers([registered.id], at=NOV_10)
    change(registered, NOV_20, Contract, waiting_norm_days=14)
    norms = [then(at).result["criteria"]["wachttijd"]["norm_days"] for at in (NOV_15, NOV_20)]
    assert norms == [28, 14]


def test_the_same_register_again_is_not_kept_again(registered):
    keep_dossiers([registered.id], at=NOV_20)
    assert DossierVersion.select().count() == 1


def test_a_dossier_survives_being_kept(registered):
    scope = ContractScope.create(contract=make_contract(registered), route=1)
    ContractScope.create(contract=scope.contract, route=1, municipality="0148")
    registered.tst_from = date(2024, 1, 1)
    kept = dossier(registered)
    assert Dossier.from_data(json.loads(json.dumps(kept.data))) == kept


def test_before_the_register_was_kept_the_oldest_counts_and_the_page_says_so(client, registered):
    Delivery.update(decided_at=NOV_10 - 48 * HOUR).where(Delivery.decided_at == NOV_10).execute()
    client.sign_in("contractmanager")
    page = client.get("/kwaliteit/2026-10/TA001/B/?op=2026-11-09")
    assert "Het register van die dag is niet bewaard" in page.text
    page = client.get("/kwaliteit/2026-10/TA001/B/?op=2026-11-15")
    assert "niet bewaard" not in page.text


def test_nothing_was_known_before_the_first_delivery(corrected):
    assert operations.as_known_on(OCT, NOV_10 - HOUR) == []


def test_a_month_known_today_is_the_month_as_it_is(corrected):
    provider = corrected.provider
    now, as_known_then = (measured(provider, OCT, BASIS_2027, {}, at)[1] for at in (None, DEC_1))
    assert as_known_then == now
