"""Entering indicators, with an audit line; what the database itself refuses."""

from datetime import UTC, date, datetime

import peewee
import pytest

from core.accounts import Account, Role
from core.audit import AuditLine
from core.errors import DomainError
from providers.codes import EndReason, TrackStatus
from quality.indicators.duration import Learner
from quality.indicators.models import CohortCount, Indicator, IndicatorValue
from quality.indicators.operations import (
    compute_value,
    enter_value,
    load_reference_figures,
    refresh_computed,
)
from quality.indicators.queries import cohort_rows, figures_of, indicator_list, learners_until
from tests.builders import make_delivery, make_record, make_track

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
    assert figures_of([duration.id])[duration.id, "target"][2020].value == 32.0
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


JANUARY, FEBRUARY, MARCH = (date(2026, m, 1) for m in (1, 2, 3))
PASSED = {"status": TrackStatus.COMPLETED, "end_reason": EndReason.DIPLOMA}
REGISTERED = date(2025, 1, 1)


def test_learners_are_known_by_their_newest_row(db):
    track = make_track()
    make_record(track=track, month=JANUARY)
    make_record(track=track, month=FEBRUARY, ended_on=date(2026, 2, 10), **PASSED)
    dropped = {"status": TrackStatus.DROPPED_OUT, "end_reason": EndReason.DROPOUT}
    make_record(month=MARCH, ended_on=date(2026, 3, 9), **dropped)
    # not counted: later month
    make_record(month=date(2026, 4, 1))
    # not counted: another gemeente
    make_record(month=JANUARY, municipality=193)
    # not counted: superseded
    delivery = make_delivery()
    make_record(month=JANUARY, delivery=delivery, superseded_by=delivery)

    found = learners_until(MARCH, "0148")

    start = REGISTERED.toordinal()
    assert set(found) == {
        Learner(start, JANUARY.toordinal(), date(2026, 2, 10).toordinal(), None),
        Learner(start, MARCH.toordinal(), None, date(2026, 3, 9).toordinal()),
    }
    assert len(learners_until(MARCH, None)) == 3


def test_a_computed_figure_says_what_it_rests_on(db):
    indicator = make_indicator(number="4", unit="maanden", computation="duration_until_pass")
    for _ in range(4):
        make_record(month=JANUARY)
    make_record(month=JANUARY, ended_on=date(2026, 1, 31), **PASSED)
    value = compute_value(indicator=indicator, year=2026, last_month=FEBRUARY, by="x", at=AT)
    assert value.people == 5
    assert value.source == "berekend uit de leveringen tot en met februari 2026"
    # 395 days to the diploma; of the five at risk one passed, 28 days before the end
    assert value.value == pytest.approx((395 + 0.8 * 28) / (365.25 / 12), abs=1e-3)
    assert (value.detail["passed"], value.detail["under_way"]) == (1, 4)


@pytest.mark.parametrize(("year", "code"), [(2026, "nobody_passed"), (2027, "no_month_yet")])
def test_no_figure_when_there_is_nothing_to_compute(db, year, code):
    indicator = make_indicator(unit="maanden", computation="duration_until_pass")
    make_record(month=JANUARY)
    with pytest.raises(DomainError) as error:
        compute_value(indicator=indicator, year=year, last_month=FEBRUARY, by="x", at=AT)
    assert error.value.code == code


def test_only_a_computed_indicator_is_computed(db):
    with pytest.raises(DomainError, match="met de hand"):
        compute_value(indicator=make_indicator(), year=2026, last_month=JANUARY, by="x", at=AT)


def test_computed_figures_follow_new_deliveries_and_leave_what_was_entered(db):
    indicator = make_indicator(number="4", unit="maanden", computation="duration_until_pass")
    by_hand = make_indicator(number="5", unit="maanden", computation="duration_until_pass")
    enter(by_hand, year=2026, kind="realised", value=30.0)
    for _ in range(5):
        make_record(month=JANUARY)
    refresh_computed(by="x", at=AT)
    assert IndicatorValue.select().where(IndicatorValue.indicator == indicator).count() == 0

    make_record(month=FEBRUARY, ended_on=date(2026, 2, 20), **PASSED)
    refresh_computed(by="x", at=AT)
    first = IndicatorValue.get(IndicatorValue.indicator == indicator)
    assert (first.year, first.detail["passed"]) == (2026, 1)

    make_record(month=FEBRUARY, ended_on=date(2026, 2, 25), **PASSED)
    refresh_computed(by="x", at=AT)
    again = IndicatorValue.get(IndicatorValue.indicator == indicator)
    assert again.detail["passed"] == 2
    assert IndicatorValue.get(IndicatorValue.indicator == by_hand).value == 30.0


def test_a_correction_reaches_the_year_it_is_about(db):
    indicator = make_indicator(number="4", unit="maanden", computation="duration_until_pass")
    last_year = date(2025, 12, 1)
    make_record(month=last_year, ended_on=date(2025, 12, 20), **PASSED)
    compute_value(indicator=indicator, year=2025, last_month=last_year, by="x", at=AT)
    make_record(month=last_year, ended_on=date(2025, 12, 22), **PASSED)
    make_record(month=JANUARY)
    refresh_computed(by="x", at=AT)
    corrected = IndicatorValue.get(
        IndicatorValue.indicator == indicator, IndicatorValue.year == 2025
    )
    assert corrected.people == 2
