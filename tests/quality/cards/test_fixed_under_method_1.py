"""A database that fixed months under method 1 keeps them; later months are of method 2."""

from datetime import date
from importlib import import_module

import pytest

from core.db import database
from core.jobs.models import FollowUp
from providers.models import ProgressRecord
from quality.cards import operations, queries as cards
from quality.cards.region import measured
from quality.method import basis_2026
from quality.method.case import Facts, MarkStatus
from quality.method.model import BASIS_2026, BASIS_2027
from quality.models import FIXED, ScoreCard
from tests.builders import make_record, make_track
from tests.quality import plain
from tests.quality.cards.test_operations import AT, LATER, OCT, SEP, WHO, deliver

NOV = date(2026, 11, 1)


def tree_of_method_1(provider, month):
    view, _ = measured(provider, month, BASIS_2026, {})
    mark = MarkStatus("onbepaalde_tijd", date(2026, 9, 1))
    case = basis_2026.Case.of(
        provider.code, (1, "B"), view, facts=Facts(mark=mark), model=BASIS_2026
    )
    return basis_2026.judge(case)


@pytest.fixture
def upgraded(db):
    """September was fixed under method 1; October is a concept; then came method 2."""
    provider = deliver("TA001", SEP)
    deliver("TA001", OCT)
    for month, status in ((SEP, FIXED), (OCT, "concept")):
        tree = tree_of_method_1(provider, month)
        ScoreCard.create(
            provider=provider, route=1, month=month, model="basis-2026", status=status,
            standing=tree["standing"], score=tree["score"], interval_low=80, interval_high=90,
            rank_median=1, rank_low=1, rank_high=1, active=12, result=tree, computed_at=AT,
            fixed_by="x" if status == FIXED else None, fixed_at=AT if status == FIXED else None,
        )  # fmt: skip
    import_module("migrations.0023_method_2").keep_method_1(database.obj)
    return provider


def test_the_model_in_force_follows_what_was_fixed(upgraded):
    results = [cards.model_in_force(month) for month in (SEP, OCT, NOV)]
    assert [(m.code, m.method) for m in results] == [
        ("basis-2026", 1), ("basis-2027", 2), ("basis-2027", 2),
    ]  # fmt: skip
    assert results[1] == BASIS_2027


def test_a_fixed_month_keeps_its_figures_and_its_revision_is_of_method_1(upgraded):
    before = cards.tree_of(ScoreCard.get(month=SEP))
    operations.recompute_after(upgraded, [SEP, OCT], **WHO)
    assert cards.tree_of(ScoreCard.get(month=SEP, revision=0)) == before
    assert not ScoreCard.select().where(ScoreCard.revision > 0).exists()
    for number in range(9):
        make_record(
            month=SEP, track=make_track(upgraded, f"nieuw-{number}"),
            registered_on=date(2026, 6, 1), first_lesson_on=date(2026, 9, 1), minutes_certified=0,
        )  # fmt: skip
    operations.recompute_after(upgraded, [SEP], by="x", at=LATER)
    revision = ScoreCard.get(month=SEP, revision=1)
    assert (revision.model, revision.interval_low) == ("basis-2026", None)
    rows = [
        {
            "track": row.track_id, "month": row.month, "registered_on": row.registered_on,
            "first_lesson_on": row.first_lesson_on, "ended_on": row.ended_on,
            "status": row.status, "minutes_offered": row.minutes_offered,
            "minutes_certified": row.minutes_certified,
            "minutes_evening_weekend": row.minutes_evening_weekend,
        }
        for row in ProgressRecord.select()
    ]  # fmt: skip
    wanted = plain.score(rows, SEP, "B", "onbepaalde_tijd", False)
    assert revision.score == pytest.approx(wanted["score"], abs=1e-9)
    assert cards.tree_of(ScoreCard.get(month=SEP, revision=0)) == before


def test_concept_months_are_owed_a_judgement_by_method_2(upgraded):
    assert operations.owe_outdated(**WHO) == 1
    (owed,) = FollowUp.select()
    assert (owed.kind, owed.subject) == ("judge", "TA001")
    assert owed.detail == {"months": [OCT.year * 12 + OCT.month - 1]}
    operations.recompute_after(upgraded, [OCT], **WHO)
    card = ScoreCard.get(month=OCT)
    assert (card.model, "chances" in card.result) == ("basis-2027", True)


@pytest.mark.parametrize("role", ["contractmanager", "regio"])
def test_pages_and_files_show_both_methods(client, upgraded, role):
    operations.recompute_after(upgraded, [OCT], **WHO)
    client.sign_in(role)
    for month in ("2026-09", "2026-10"):
        page = client.get(f"/kwaliteit/{month}/TA001/B/")
        assert "90%-interval" in page.text
        client.get(f"/kwaliteit/{month}/")
    assert "basis-2026" in client.get("/kwaliteit/2026-09/").text
    assert "basis-2027" in client.get("/kwaliteit/2026-10/").text
    client.get("/aanbieders/TA001/")
