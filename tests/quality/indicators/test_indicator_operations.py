"""Entering indicators, with an audit line; what the database itself refuses."""

import csv
import random
from datetime import UTC, date, datetime, timedelta

import peewee
import pytest

from core.accounts import Account, Role
from core.audit import AuditLine
from core.errors import DomainError
from providers.codes import EndReason
from quality.indicators.computed import DURATION
from quality.indicators.models import CohortCount, Indicator, IndicatorValue
from quality.indicators.operations import (
    compute_value,
    enter_value,
    load_reference_figures,
    refresh_computed,
)
from quality.indicators.queries import cohort_rows, figures_of, indicator_list
from quality.learners.fact_operations import import_facts
from quality.learners.models import LearnerFacts, LearnerSummary
from tests.builders import make_provider, make_record

AT = datetime(2026, 11, 23, 12, tzinfo=UTC)


def make_indicator(**more) -> Indicator:
    values = {
        "number": "1",
        "name": "Aandeel met een PIP",
        "unit": "%",
        "better": "higher",
        "municipality": "0148",
    }
    return Indicator.create(**{**values, **more})


def enter(indicator: Indicator, **more) -> IndicatorValue:
    values = {
        "year": 2026,
        "kind": "realised",
        "value": 80.0,
        "people": 41,
        "source": "jaarverslag 2026",
        "by": "regio@example.nl",
        "at": AT,
    }
    return enter_value(indicator=indicator, **{**values, **more})


def test_entering_and_correcting_leaves_both_figures_in_the_audit_trail(db):
    indicator = make_indicator()
    enter(indicator)
    enter(indicator, value=82.0)
    enter(indicator, value=82.0)
    lines = list(AuditLine.select().order_by(AuditLine.id))
    assert [(line.action, line.thing_id) for line in lines] == [
        ("enter", "1/2026/realised"),
        ("change", "1/2026/realised"),
    ]
    assert (lines[1].before["value"], lines[1].after["value"]) == (80.0, 82.0)
    assert [v.value for v in indicator.values] == [82.0]


@pytest.mark.parametrize(
    ("wrong", "code", "field"),
    [
        ({"value": 101.0}, "percentage_over_100", "value"),
        ({"value": -1.0}, "value_not_positive", "value"),
        ({"value": float("nan")}, "value_not_positive", "value"),
        ({"year": 26}, "year_out_of_range", "year"),
        ({"people": -1}, "people_negative", "people"),
        ({"source": " "}, "source_missing", "source"),
    ],
)
def test_a_figure_that_cannot_be_is_refused(db, wrong, code, field):
    indicator = make_indicator()
    with pytest.raises(DomainError) as error:
        enter(indicator, **wrong)
    assert (error.value.code, error.value.field) == (code, field)
    assert not IndicatorValue.select().exists()
    assert not AuditLine.select().exists()


@pytest.mark.parametrize("wrong", [{"kind": "hope"}, {"year": 1999}, {"people": -1}])
def test_the_database_itself_refuses(db, wrong):
    values = {
        "indicator": make_indicator(),
        "year": 2026,
        "kind": "target",
        "value": 1,
        "source": "s",
        "entered_by": "x",
        "entered_at": AT,
    }
    with pytest.raises(peewee.IntegrityError), db.atomic():
        IndicatorValue.create(**{**values, **wrong})


def test_two_indicators_of_the_region_cannot_share_a_number(db):
    make_indicator(municipality=None)
    make_indicator(municipality="0148")
    with pytest.raises(peewee.IntegrityError), db.atomic():
        make_indicator(municipality=None)


def test_the_reference_figures_load_once_and_keep_corrections(db):
    assert load_reference_figures(by="opdrachtregel", at=AT) == 22 + 18
    duration = Indicator.get(Indicator.number == "4")
    assert (duration.better, duration.computation) == ("lower", "duration_until_pass")
    enter(duration, year=2020, kind="target", value=32.0)
    assert load_reference_figures(by="opdrachtregel", at=AT) == 0
    assert figures_of([duration], account(Role.REGION))[duration.id, "target"][2020].value == 32.0
    assert CohortCount.select().where(CohortCount.people.is_null()).count() == 7


def account(role: Role, *municipalities: str) -> Account:
    return Account(email="x", role=role, municipalities=list(municipalities))


@pytest.mark.parametrize(
    ("who", "numbers", "cohorts"),
    [
        (account(Role.REGION), ["1", "2", "3"], True),
        (account(Role.CONTRACT_MANAGER), ["1", "2", "3"], True),
        (account(Role.MUNICIPALITY, "0148"), ["1", "3"], True),
        (account(Role.MUNICIPALITY, "0193"), ["2", "3"], False),
        (account(Role.PROVIDER), [], False),
        (account(Role.ADMINISTRATOR), [], False),
    ],
)
def test_who_sees_which_indicator(db, who, numbers, cohorts):
    make_indicator(number="1", municipality="0148")
    make_indicator(number="2", municipality="0193")
    make_indicator(number="3", municipality=None)
    CohortCount.create(
        municipality="0148", measured_on=AT.date(), start_year=2016, status="Voldaan", source="DUO"
    )
    assert [i.number for i in indicator_list(who)] == numbers
    assert bool(cohort_rows(who)) is cohorts


def test_searching_by_name(db):
    make_indicator(number="1", name="Aandeel met een PIP")
    make_indicator(number="4", name="Gemiddelde duur tot slagen")
    assert [i.number for i in indicator_list(account(Role.REGION), search="duur")] == ["4"]


TERM_FROM = date(2024, 1, 1)


def make_facts(number: int, **more) -> LearnerFacts:
    values = {"municipality": 148, "term_from": TERM_FROM, "changed_at": AT}
    return LearnerFacts.create(number=f"T-{number}", **{**values, **more})


def make_summary(number: int, **more) -> LearnerSummary:
    values = {"municipality": 148, "provider": more.get("provider") or make_provider(f"P{number}")}
    return LearnerSummary.create(number=f"T-{number}", **{**values, **more})


def make_duration(number: str = "4", **more) -> Indicator:
    return make_indicator(number=number, unit="maanden", computation=DURATION, **more)


def compute(indicator: Indicator, year: int = 2026) -> IndicatorValue:
    return compute_value(indicator=indicator, year=year, last_month=date(2026, 2, 1), by="x", at=AT)


def test_the_duration_runs_from_the_first_day_of_the_term_to_the_day_of_passing(db):
    for number in range(4):
        make_facts(number)
    make_facts(5, passed_on=date(2026, 1, 31))
    # moved away on the day before: counted up to then, as a provider told
    make_facts(6)
    make_summary(6, ended_on=date(2026, 1, 30), end_reason=EndReason.MOVED)
    # not an end of the inburgering
    make_summary(1, ended_on=date(2025, 1, 30), end_reason=EndReason.PROVIDER_CHANGED)
    # not counted: passed before the year, or began after it
    make_facts(7, passed_on=date(2025, 12, 31))
    make_facts(8, term_from=date(2026, 3, 1))
    # not counted, and told: no first day of the term, or nothing filled in at all
    make_facts(9, term_from=None, passed_on=date(2026, 1, 31))
    make_summary(10)
    make_facts(11, municipality=193, passed_on=date(2026, 1, 1))

    value = compute(make_duration())
    assert value.people == 6
    assert value.source == "berekend uit wat de gemeente invulde, tot en met 28-02-2026"
    # 761 days to the day of passing; of the five at risk then one passed, 28 days before the end
    assert value.value == pytest.approx((761 + 0.8 * 28) / (365.25 / 12), abs=1e-3)
    counted = {name: value.detail[name] for name in ("passed", "under_way", "left", "no_term")}
    assert counted == {"passed": 1, "under_way": 4, "left": 1, "no_term": 2}


@pytest.mark.parametrize(
    ("year", "facts", "code"),
    [
        (2026, {}, "nobody_passed"),
        (2026, {"term_from": None, "passed_on": date(2026, 1, 31)}, "no_term"),
        (2027, {}, "no_month_yet"),
    ],
)
def test_no_figure_when_there_is_nothing_to_compute(db, year, facts, code):
    make_facts(1, **facts)
    with pytest.raises(DomainError) as error:
        compute(make_duration(), year)
    assert error.value.code == code


def test_only_a_computed_indicator_is_computed(db):
    with pytest.raises(DomainError, match="met de hand"):
        compute(make_indicator())


def test_computed_figures_follow_what_is_filled_in_and_leave_what_was_entered(db):
    indicator, by_hand = make_duration(), make_duration("5")
    enter(by_hand, year=2026, kind="realised", value=30.0)
    make_record(month=date(2026, 1, 1))
    make_facts(1, passed_on=date(2025, 12, 20))
    compute(indicator, 2025)
    make_facts(2)
    refresh_computed(by="x", at=AT)
    values = IndicatorValue.select().where(IndicatorValue.indicator == indicator)
    values = values.order_by(IndicatorValue.year)
    assert [(one.year, one.people) for one in values] == [(2025, 2)], "nobody passed in 2026"
    make_facts(3, passed_on=date(2026, 1, 20))
    refresh_computed(by="x", at=AT)
    assert [(one.year, one.people) for one in values.clone()] == [(2025, 3), (2026, 2)]
    assert IndicatorValue.get(IndicatorValue.indicator == by_hand).value == 30.0


def plain_duration(rows, year, until):
    """The mean in months once more, from the cells of the files, day by day."""
    first = date(year, 1, 1)
    lives = []
    for cells in rows:
        if not cells["termijn_van"]:
            continue
        begin, passed = (
            date(*map(int, reversed(cells[name].split("-")))) if cells[name] else None
            for name in ("termijn_van", "geslaagd_op")
        )
        last = passed if passed and passed <= until else until
        if begin <= until and last >= max(first, begin):
            lives.append(((max(first, begin) - begin).days, (last - begin).days, last == passed))
    survival, area = 1.0, 0.0
    for day in range(min(1096, max(stay[1] for stay in lives))):
        at_risk = sum(entry <= day <= left for entry, left, _ in lives)
        events = sum(left == day and done for _, left, done in lives)
        survival *= 1 - events / at_risk if at_risk else 1
        area += survival
    return area / (365.25 / 12), len(lives), sum(done for _, _, done in lives)


def test_the_durations_of_a_generated_gemeente_equal_an_independent_reading_of_its_file(
    db, tmp_path
):
    rng = random.Random(5)
    rows = []
    for number in range(300):
        begin = date(2021, 6, 1) + timedelta(rng.randrange(1900))
        passed = begin + timedelta(rng.randrange(300, 1500))
        rows.append({
            "trajectnummer": f"T-{number}",
            "termijn_van": f"{begin:%d-%m-%Y}" if rng.random() < 0.9 else "",
            "geslaagd_op": f"{passed:%d-%m-%Y}" if passed <= AT.date() else "",
        })  # fmt: skip
    file = tmp_path / "cursisten.csv"
    with file.open("w", newline="") as target:
        writer = csv.DictWriter(target, list(rows[0]), delimiter=";")
        writer.writeheader()
        writer.writerows(rows)
    import_facts(
        file, file_name=file.name, municipality=148, by="x", at=AT, today=AT.date(),
    )  # fmt: skip
    for year, until in ((2024, date(2024, 12, 31)), (2025, date(2025, 12, 31))):
        value = compute_value(
            indicator=make_duration(str(year)), year=year, last_month=date(2026, 10, 1), by="x",
            at=AT,
        )  # fmt: skip
        mean, people, passed = plain_duration(rows, year, until)
        assert (value.people, value.detail["passed"]) == (people, passed)
        assert value.value == pytest.approx(mean, abs=1e-3)
        assert value.detail["no_term"] == sum(not row["termijn_van"] for row in rows)
