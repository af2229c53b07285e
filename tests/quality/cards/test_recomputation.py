"""Cards against an independent computation of the method, on random regions and both engines."""

from datetime import date
from random import Random

import pytest

from providers.codes import MarkStatus
from providers.models import QualityMark, Teacher
from quality.cards import operations
from quality.models import MonthFigures, ScoreCard
from tests.builders import AT, make_provider
from tests.quality import plain_region
from tests.quality.feeds import feed, hold

MONTH = date(2026, 5, 1)


@pytest.mark.parametrize(
    "seed", [0, *(pytest.param(seed, marks=pytest.mark.sqlite_first) for seed in range(1, 8))]
)
def test_equals_a_plain_loop_to_1e_9(db, seed):
    random = Random(seed)
    region = {f"TA00{i}": feed(random, most=30) for i in range(4)}
    docents = random.choice([0, 3])
    hold_region(region, docents)
    month = random.choice([date(2025, 12, 1), MONTH])
    results = {
        (c.provider.code, c.result["route"]): c.result
        for c in operations.compute(month, by="x", at=AT)
        if c.standing not in ("geen_levering", "geen_trajecten")
    }
    assert set(results) == {
        (code, row["route"])
        for code, rows in region.items()
        for row in rows
        if row["month"] == month
    }
    for (code, route), tree in results.items():
        wanted = plain_region.judgement(
            region, code, month, route, "bepaalde_tijd", True, (docents, docents)
        )
        same(tree, wanted)


def hold_region(region, docents):
    for code, rows in region.items():
        provider = make_provider(code, tst_from=date(2022, 1, 1))
        QualityMark.create(
            provider=provider, status=MarkStatus.FIXED_TERM, valid_from=date(2022, 1, 1)
        )
        for number in range(docents):
            Teacher.create(provider=provider, teacher_ref=f"D-{number}", registration=1)
        hold(provider, rows)


def same(tree, wanted):
    near = {"rel": 1e-9, "abs": 1e-9}
    assert tree["standing"] == wanted["standing"]
    assert (tree["score"] is None) == (wanted["score"] is None)
    if tree["score"] is not None:
        assert tree["score"] == pytest.approx(wanted["score"], **near)
    for code in plain_region.CODES:
        item, expected = tree["criteria"][code], wanted[code]
        assert item["n"] == expected["n"]
        assert (item["value"] is None) == (expected["value"] is None)
        if item["value"] is None:
            continue
        assert item["value"] == pytest.approx(expected["value"], **near)
        assert item["effective_n"] == pytest.approx(expected["effective_n"], **near)
        change = item["change"] or {"since": None, "direction": None}
        if tree["few_groups"]:
            assert item["change"] is None
        elif code == "wachttijd":
            since = expected["since"]
            assert change["since"] == (None if since is None else f"{since:%Y-%m}")
        elif "season" in expected:
            assert change["direction"] == expected["season"]


@pytest.mark.sqlite_first
@pytest.mark.parametrize("seed", range(3))
def test_the_order_of_rows_changes_no_judgement(db, seed):
    rows = feed(Random(seed), most=15)
    month = max(row["month"] for row in rows)
    results = []
    for listed in (rows, sorted(rows, key=str)):
        hold_region({"TA001": listed}, 0)
        results.append([c.result for c in operations.compute(month, by="x", at=AT)])
        for table in (ScoreCard, MonthFigures):
            table.delete().execute()
        forget()
    assert results[0] == results[1]


def forget():
    from providers.models import CourseTrack, Delivery, ProgressRecord  # noqa: PLC0415

    for table in (ProgressRecord, CourseTrack, Delivery, QualityMark):
        table.delete().execute()


@pytest.mark.sqlite_first
def test_one_provider_changes_how_sure_the_others_are(db):
    random = Random(2)
    region = {f"TA00{i}": feed(random, most=40) for i in range(4)}
    hold_region(region, 0)
    operations.compute(MONTH, by="x", at=AT)
    before = {(c.provider_id, c.route): c.result for c in ScoreCard.select()}
    newcomer = make_provider("TA009")
    hold(newcomer, feed(random, most=60))
    operations.recompute_after(newcomer, [MONTH], by="x", at=AT)
    after = {
        (c.provider_id, c.route): c.result
        for c in ScoreCard.select().where(ScoreCard.month == MONTH)
    }
    shared = before.keys() & after.keys()
    assert shared
    assert all(before[key]["score"] == after[key]["score"] for key in shared)
    assert any(before[key]["interval"] != after[key]["interval"] for key in shared)
