"""Entering indicators, with an audit line; what the database itself refuses."""

from datetime import UTC, datetime

import peewee
import pytest

import quality.indicator_scopes  # noqa: F401  registers who sees what
from core.accounts import Account, Role
from core.audit import AuditLine
from core.errors import DomainError
from quality.indicator_metrics import cohort_rows, figures_of, indicator_list
from quality.indicator_models import CohortCount, Indicator, IndicatorValue
from quality.indicator_operations import enter_value, load_reference_figures

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
