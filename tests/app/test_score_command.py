"""``taalinkoop score``: output in full, exit status, twice."""

import json
from datetime import date

import jsonschema
import pytest

from app.cli import main
from quality.indicators.models import Indicator, IndicatorValue
from quality.indicators.operations import DURATION
from quality.learners.models import LearnerFacts
from quality.models import ScoreCard
from tests.builders import AT
from tests.quality.cards.test_operations import deliver

pytestmark = pytest.mark.sqlite_first

NUMBER = {"type": ["number", "null"]}
CRITERION = {
    "type": "object",
    "required": ["value", "numerator", "denominator", "n", "points", "weight", "judged", "reason"],
    "properties": {"points": NUMBER, "weight": {"type": "number"}, "judged": {"type": "boolean"}},
}
SCHEMA = {
    "type": "object",
    "required": ["month", "model", "peildatum", "scores"],
    "properties": {
        "scores": {
            "type": "array",
            "items": {
                "type": "object",
                "required": [
                    "aanbieder", "route", "status", "standing", "score", "interval", "rank",
                    "coverage", "gate", "small", "criteria",
                ],
                "properties": {
                    "route": {"enum": ["B", "O", "Z"]},
                    "status": {"enum": ["concept", "vastgesteld"]},
                    "score": NUMBER,
                    "criteria": {
                        "type": "object",
                        "required": [
                            "wachttijd", "bevoegd", "intensiteit", "avond_weekend", "keurmerk",
                        ],
                        "additionalProperties": CRITERION,
                        "properties": {
                            "wachttijd": {
                                "required": [
                                    "median_days", "p90_days", "waiting", "longest_wait",
                                    "interval",
                                ]
                            }
                        },
                    },
                },
            },
        }
    },
}  # fmt: skip


def run(capsys, *arguments):
    status = main(["score", *arguments])
    out, err = capsys.readouterr()
    return status, out, err


@pytest.fixture
def region(db):
    deliver("TA001")
    deliver("TA002", people=4)
    deliver("TA003", minutes_certified=0)


def test_json_is_one_document_in_full_precision_the_same_twice(region, capsys):
    status, out, err = run(capsys, "2026-10", "--json")
    assert (status, err) == (0, "")
    document = json.loads(out)
    jsonschema.validate(document, SCHEMA)
    assert (document["month"], document["model"], document["peildatum"]) == (
        "2026-10",
        "basis-2027",
        "2026-10-31",
    )
    by_code = {item["aanbieder"]: item for item in document["scores"]}
    assert by_code["TA002"]["standing"] == "geen_oordeel"
    assert by_code["TA002"]["score"] is None
    assert by_code["TA003"]["criteria"]["bevoegd"]["value"] == 0
    assert by_code["TA001"]["score"] != round(by_code["TA001"]["score"], 3)

    again = json.loads(run(capsys, "2026-10", "--json")[1])
    for item in (*document["scores"], *again["scores"]):
        del item["computed_at"]
    assert again == document
    assert ScoreCard.select().count() == 3


def test_a_table_for_people(region, capsys):
    status, out, _ = run(capsys, "2026-10")
    lines = out.splitlines()
    assert status == 0
    assert lines[0] == "Kwaliteit in oktober 2026 (peildatum 31-10-2026, model basis-2027)"
    assert lines[2] == "B1-route"
    (small,) = [line for line in lines if line.startswith("TA002")]
    assert small.split()[-2:] == ["geen", "oordeel"]
    assert "< 5" in small


def test_only_what_was_asked(region, capsys):
    document = json.loads(run(capsys, "2026-10", "--aanbieder", "TA003", "--json")[1])
    assert [item["aanbieder"] for item in document["scores"]] == ["TA003"]
    assert json.loads(run(capsys, "2026-10", "--route", "Z", "--json")[1])["scores"] == []


def test_fixing_twice_changes_nothing_more(region, capsys):
    first = json.loads(run(capsys, "2026-10", "--fix", "--json")[1])["scores"]
    assert {item["status"] for item in first} == {"vastgesteld"}
    assert {item["fixed_by"] for item in first} == {"opdrachtregel"}
    assert json.loads(run(capsys, "2026-10", "--fix", "--json")[1])["scores"] == first


def test_a_month_without_anything(db, capsys):
    status, out, _ = run(capsys, "2026-10")
    assert status == 0
    assert "geen aanbieders met een contract of een levering" in out
    assert run(capsys, "2026-10", "--fix")[0] == 2


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("2026-10", "--aanbieder", "XX"), "Aanbieder XX staat niet in het register."),
        (("oktober",), "schrijf de maand als JJJJ-MM"),
    ],
)
def test_wrong_usage_is_refused_with_a_sentence(region, capsys, arguments, says):
    try:
        status = main(["score", *arguments])
    except SystemExit as stop:
        status = stop.code
    assert status == 2
    assert says in capsys.readouterr().err


def test_the_run_of_the_month_brings_computed_indicators_up_to_date(region, capsys):
    indicator = Indicator.create(
        number="4", name="Duur", unit="maanden", better="lower", computation=DURATION
    )
    LearnerFacts.create(
        municipality=148, number="T-1", term_from=date(2024, 1, 1), passed_on=date(2026, 10, 5),
        changed_at=AT,
    )  # fmt: skip
    run(capsys, "2026-10", "--aanbieder", "TA001")
    assert IndicatorValue.select().count() == 0
    run(capsys, "2026-10")
    result = IndicatorValue.get(IndicatorValue.indicator == indicator)
    assert result.source == "berekend uit wat de gemeente invulde, tot en met 31-10-2026"
