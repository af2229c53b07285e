"""Compute, recompute, fix and revise; all or nothing, with an audit line."""

import shutil
import subprocess
import sys
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

import quality
from core.audit import AuditLine
from core.errors import DomainError
from providers.codes import LearningRoute, MarkStatus, TrackStatus
from providers.models import ContractScope, ProgressRecord, QualityMark
from quality.cards import operations, queries as cards
from quality.models import ScoreCard, ScoreDraws
from tests.builders import make_contract, make_delivery, make_provider, make_record, make_track

pytestmark = pytest.mark.sqlite_first

AT = datetime(2026, 11, 23, 9, tzinfo=UTC)
LATER = datetime(2026, 12, 1, 9, tzinfo=UTC)
WHO = {"by": "contract@zwolle.nl", "at": AT}
AUG, SEP, OCT = date(2026, 8, 1), date(2026, 9, 1), date(2026, 10, 1)


def deliver(code="TA001", month=OCT, people=12, **row):
    """Rows of one month of a provider with a mark; the same people each month."""
    provider = make_provider(code)
    if not QualityMark.select().where(QualityMark.provider == provider).exists():
        QualityMark.create(
            provider=provider, status=MarkStatus.INDEFINITE, valid_from=date(2022, 1, 1)
        )
    delivery = make_delivery(provider)
    for i in range(people):
        values = {
            "registered_on": date(2026, 7, 1),
            "first_lesson_on": date(2026, 7, 20),
            "minutes_offered": 2880 + 10 * i,
            "minutes_certified": 2400,
            "minutes_evening_weekend": 200 + 10 * i,
            # Each taught apart: what a group shares is not what these tests are about.
            "group_name": f"G{i}",
        } | row
        make_record(
            month=month, track=make_track(provider, f"{code}-{i}"), delivery=delivery, **values
        )
    return provider


def scores(month=OCT):
    return {(c.provider.code, c.result["route"]): c for c in cards.cards_of(month)}


def test_computing_keeps_a_card_with_interval_rank_and_explanation(db):
    deliver("TA001")
    deliver("TA002", minutes_certified=0)
    computed = operations.compute(OCT, **WHO)
    assert [(c.provider.code, c.status, c.standing) for c in computed] == [
        ("TA001", "concept", "goed"),
        ("TA002", "concept", "voldoende"),
    ]
    tree = cards.tree_of(computed[0])
    assert tree["interval"][0] <= tree["score"] <= tree["interval"][1]
    assert (tree["rank"]["median"], tree["rank"]["best_quarter"] > 0.8) == (1, True)
    assert tree["criteria"]["bevoegd"]["knots"] == [[0, 0], [70, 50], [80, 80], [100, 100]]
    assert ScoreDraws.select().count() == 2
    line = AuditLine.get()
    assert (line.action, line.thing_id, line.after) == ("compute_scores", "2026-10", {"cards": 2})


def test_a_second_run_gives_the_same_figures(db):
    deliver("TA001")
    deliver("TA002")
    first = [cards.tree_of(c) for c in operations.compute(OCT, **WHO)]
    second = [cards.tree_of(c) for c in operations.compute(OCT, **WHO)]
    assert first == second
    assert ScoreCard.select().count() == ScoreDraws.select().count() == 2


def test_what_rests_on_the_same_is_not_judged_again_and_other_rules_are(db):
    deliver("TA001")
    operations.compute(OCT, **WHO)
    later = {**WHO, "at": LATER}
    assert operations.compute(OCT, **later)[0].computed_at == AT
    ScoreCard.update(basis="of other rules").execute()
    assert operations.compute(OCT, **later)[0].computed_at == LATER


def test_a_rule_that_changed_under_the_same_version_gives_another_digest(tmp_path):
    shutil.copytree(Path(quality.__file__).parent, tmp_path / "quality")
    ask = "from quality.cards.month_operations import source_digest; print(source_digest())"

    def digest() -> bytes:
        return subprocess.run(
            [sys.executable, "-c", ask], cwd=tmp_path, check=True, capture_output=True
        ).stdout

    before = digest()
    assert digest() == before
    with (tmp_path / "quality" / "method" / "change.py").open("a") as source:
        source.write("LOWER = 'hoger'\n")
    assert digest() != before


def test_swapping_the_data_of_two_providers_swaps_their_results(db):
    low, high = {"minutes_certified": 0}, {"minutes_certified": 2880}
    deliver("TA001", **low)
    deliver("TA002", **high)
    before = {code: c.score for (code, _), c in _by(operations.compute(OCT, **WHO))}
    ProgressRecord.delete().execute()
    deliver("TA001", **high)
    deliver("TA002", **low)
    after = {code: c.score for (code, _), c in _by(operations.compute(OCT, **WHO))}
    assert after == {"TA001": before["TA002"], "TA002": before["TA001"]}


def _by(result):
    return [((c.provider.code, c.result["route"]), c) for c in result]


def test_small_numbers_are_never_ranked(db):
    deliver("TA001")
    deliver("TA002", people=9)
    results = dict(_by(operations.compute(OCT, **WHO)))
    assert results["TA001", "B"].rank_median == 1
    assert results["TA002", "B"].rank_median is None
    assert results["TA002", "B"].score is not None


def test_who_did_not_deliver_gets_a_card_that_says_so(db):
    deliver("TA001")
    late = make_contract(make_provider("TA002"))
    ContractScope.create(contract=late, route=LearningRoute.B1)
    operations.recompute_after(make_provider("TA001"), [OCT], **WHO)
    card = scores()["TA002", "B"]
    assert (card.standing, card.score) == ("geen_levering", None)


def test_recomputing_reaches_every_later_month(db):
    provider = deliver("TA001", AUG)
    deliver("TA001", OCT)
    deliver("TA002", date(2027, 12, 1))
    months = operations.recompute_after(provider, [AUG], **WHO)
    assert (months[0], months[-1], len(months)) == (AUG, date(2027, 12, 1), 17)
    assert scores(OCT)["TA001", "B"].standing == "goed"
    assert scores(SEP)["TA001", "B"].standing == "geen_levering"


def test_a_learner_left_waiting_is_felt_up_to_the_newest_month(db):
    provider = deliver("TA001", AUG, status=TrackStatus.WAITING)
    deliver("TA002", date(2027, 12, 1))
    assert operations.recompute_after(provider, [AUG], **WHO)[-1] == date(2027, 12, 1)


def test_recomputing_nothing_does_nothing(db):
    assert operations.recompute_after(make_provider(), [], **WHO) == []
    assert not AuditLine.select().exists()


def test_a_month_that_is_withdrawn_altogether_becomes_no_delivery(db):
    provider = deliver("TA001", SEP)
    deliver("TA001", OCT)
    deliver("TA002", OCT)
    operations.recompute_after(provider, [SEP, OCT], **WHO)
    ProgressRecord.update(superseded_by=ProgressRecord.delivery).where(
        ProgressRecord.provider == provider, ProgressRecord.month == OCT
    ).execute()
    operations.recompute_after(provider, [OCT], **WHO)
    assert scores()["TA001", "B"].standing == "geen_levering"
    assert not ScoreDraws.select().where(ScoreDraws.card == scores()["TA001", "B"]).exists()


def test_nothing_is_kept_of_a_month_after_the_newest_delivery(db):
    contract = make_contract()
    ContractScope.create(contract=contract, route=LearningRoute.B1)
    deliver("TA001", SEP)
    (card,) = operations.compute(OCT, **WHO)
    assert (card.standing, card.score) == ("geen_levering", None)
    assert cards.tree_of(card)["interval"] is None
    assert not ScoreCard.select().exists()


def test_a_fixed_month_never_changes_and_new_data_stands_beside_it(db):
    provider = deliver("TA001")
    operations.compute(OCT, **WHO)
    (fixed,) = operations.fix_month(OCT, **WHO)
    before = cards.tree_of(ScoreCard.get_by_id(fixed.id))
    assert (before["status"], before["fixed_by"]) == ("vastgesteld", "contract@zwolle.nl")
    assert len(before["fingerprint"]) == 64

    operations.compute(OCT, by="x", at=LATER)
    assert ScoreCard.select().count() == 1, "the same rows are no revision"

    make_record(month=OCT, track=make_track(provider, "nieuw"), minutes_certified=0)
    operations.recompute_after(provider, [OCT], by="x", at=LATER)
    operations.recompute_after(provider, [OCT], by="x", at=LATER)
    results = list(cards.cards_of(OCT, revisions=True))
    assert [(c.revision, c.status) for c in results] == [(0, "vastgesteld"), (1, "herziening")]
    assert cards.tree_of(results[0]) == before
    assert results[1].score < results[0].score
    assert results[1].fingerprint != results[0].fingerprint
    document = cards.document(OCT, results, today=LATER.date())
    assert [score["status"] for score in document["scores"]] == ["vastgesteld"]


def test_fixing_twice_changes_nothing_more(db):
    deliver("TA001")
    operations.compute(OCT, **WHO)
    assert len(operations.fix_month(OCT, **WHO)) == 1
    assert operations.fix_month(OCT, by="ander", at=LATER) == []
    assert ScoreCard.get().fixed_by == "contract@zwolle.nl"


def test_only_what_was_asked_is_fixed(db):
    deliver("TA001")
    deliver("TA002")
    operations.compute(OCT, **WHO)
    operations.fix_month(OCT, codes=["TA002"], route="B", **WHO)
    assert {code: c.status for (code, _), c in scores().items()} == {
        "TA001": "concept",
        "TA002": "vastgesteld",
    }


def test_a_month_without_scores_cannot_be_fixed(db):
    with pytest.raises(DomainError) as error:
        operations.fix_month(OCT, **WHO)
    assert error.value.code == "no_scores"


def test_the_total_is_weighted_by_active_trajectories(db):
    deliver("TA001", people=12)
    for i in range(6):
        make_record(month=OCT, track=make_track(number=f"z{i}"), route=LearningRoute.SELF_RELIANCE)
    computed = operations.compute(OCT, **WHO)
    by_route = {c.result["route"]: c.score for c in computed}
    total = cards.document(OCT, computed, today=LATER.date())["totals"][0]
    assert total["score"] == pytest.approx((12 * by_route["B"] + 6 * by_route["Z"]) / 18)


def test_concept_scores_follow_the_register_and_fixed_ones_get_a_revision(db):
    provider = deliver("TA001", SEP)
    deliver("TA001", OCT)
    deliver("TA002", OCT)
    operations.recompute_after(provider, [SEP, OCT], **WHO)
    operations.fix_month(SEP, **WHO)
    assert operations.follow_register(**WHO) == 0

    mark = QualityMark.get(QualityMark.provider == provider)
    mark.status = MarkStatus.SUSPENDED
    mark.save()

    # The months of the school itself, and its place among the others.
    assert operations.follow_register(**WHO) >= 2
    assert scores(OCT)["TA001", "B"].standing == "onvoldoende"
    assert scores(OCT)["TA001", "B"].result["gate"]["reason"] == "het keurmerk is geschorst"
    assert scores(SEP)["TA001", "B"].result["gate"]["open"]
    revision = ScoreCard.get(month=SEP, provider=provider, revision=1)
    assert not revision.result["gate"]["open"]
    assert operations.follow_register(**WHO) == 0


def test_an_exception_for_teachers_and_recognition_are_followed_too(db):
    provider = deliver("TA001", OCT)
    for i in range(5):
        make_record(month=OCT, track=make_track(number=f"o{i}"), route=LearningRoute.EDUCATION)
    operations.recompute_after(provider, [OCT], **WHO)
    contract = make_contract(provider, teacher_exception_until=date(2026, 12, 1))
    ContractScope.create(contract=contract, route=LearningRoute.B1)
    assert operations.follow_register(**WHO) == 1
    assert scores()["TA001", "B"].result["criteria"]["bevoegd"]["exception_until"] == "2026-12-01"
    provider.tst_from = date(2026, 1, 1)
    provider.save()
    assert operations.follow_register(**WHO) == 1
    assert scores()["TA001", "O"].result["gate"]["open"]


def test_the_norm_of_a_contract_in_force_goes_before_that_of_the_model(db):
    provider = deliver("TA001")
    operations.compute(OCT, **WHO)
    waiting = scores()["TA001", "B"].result["criteria"]["wachttijd"]
    assert (waiting["norm_days"], waiting["norm_source"], waiting["value"]) == (28, "model", 100.0)
    contract = make_contract(provider, waiting_norm_days=14, valid_until=date(2026, 10, 31))
    ContractScope.create(contract=contract, route=LearningRoute.B1)
    ContractScope.create(contract=contract, route=LearningRoute.B1, municipality="0193")
    older = make_contract(provider, waiting_norm_days=42, valid_from=date(2021, 1, 1))
    ContractScope.create(contract=older, route=LearningRoute.B1)
    assert operations.follow_register(**WHO) == 1
    waiting = scores()["TA001", "B"].result["criteria"]["wachttijd"]
    assert (waiting["norm_days"], waiting["norm_source"], waiting["value"]) == (14, "contract", 0.0)
    low, high = scores()["TA001", "B"].interval_low, scores()["TA001", "B"].interval_high
    assert low <= scores()["TA001", "B"].score <= high
    assert operations.follow_register(**WHO) == 0
