"""Files out and in again without loss; calendars and releases as outsiders read them."""

import json
from dataclasses import fields, replace
from datetime import UTC, date, datetime
from pathlib import Path

import jsonschema
import pytest

from core.dates import Recess
from procurement.exchange.files import read_plan, write_plan
from procurement.exchange.ocds import content_of, package, record_package, release
from procurement.exchange.sheets import (
    HEADER_COLUMNS,
    STEP_COLUMNS,
    PlanFileError,
    from_sheets,
    read_waits,
    to_sheets,
    wait_text,
)
from procurement.plan.documents import (
    Header,
    PlanAction,
    PlanDecision,
    PlanMeeting,
    PlanParticipation,
    PlanRisk,
    PlanStep,
    to_plan,
    with_decision_rows,
)
from procurement.plan.operations import baseline_of
from procurement.plan.outlook import look
from procurement.plan.steps import Link, LinkType, Outcome, Unit
from procurement.plan.templates import SAS_LINKS, TEMPLATES

OCDS = Path(__file__).parent.parent / "data" / "ocds-1.1.5"

TODAY = date(2026, 11, 23)
NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)


def full():
    header = Header(
        "SAS-2027", "Inkoop =2027; 'regio'", "Regio Zwolle", lead_municipality="0193",
        starts_on=date(2026, 1, 5), go_live=date(2027, 7, 1), contract_until=date(2031, 6, 30),
        tracks=900, price_cents=1_160_000, good_friday_off=True, note="regel 1\nregel 2",
    )  # fmt: skip
    document = TEMPLATES["SAS regionaal"](header)
    first = document.steps[0]
    done = replace(
        first, actual_start=date(2026, 1, 5), actual_end=date(2026, 3, 9), progress=100,
        note="=1+1", evidence="'=ook geen formule",
    )  # fmt: skip
    document = replace(
        document,
        steps=(done, *document.steps[1:]),
        links=(*SAS_LINKS, Link("5", "8", LinkType.FINISH_FINISH, -3, Unit.WORKING)),
        participations=(
            PlanParticipation("0148", "B", "lokaal", "veel vraag"),
            PlanParticipation("0193", "Z"),
        ),
        recesses=(Recess(date(2026, 12, 19), date(2027, 1, 3), "kerst"),),
        meetings=(PlanMeeting("0148", "college", date(2026, 12, 8)),),
        actions=(PlanAction("Bel", "deels", "geen gehoor", "Anna", date(2026, 12, 1)),),
        risks=(PlanRisk("Te duur", 3, 4, "onderzoek", "Bas", "6"), PlanRisk("Los risico")),
    )
    document = with_decision_rows(document)
    decided = PlanDecision(
        "3", "0148", "college", Outcome.CONDITIONAL, date(2026, 5, 12), date(2026, 5, 12), "doc.pdf"
    )
    others = tuple(d for d in document.decisions if (d.step, d.municipality) != ("3", "0148"))
    document = replace(document, decisions=(decided, *others))
    baseline = baseline_of(look(document, TODAY), 1, date(2026, 1, 6), "Eerste plan")
    return replace(document, baselines=(baseline,))


@pytest.mark.parametrize("suffix", [".xlsx", ".zip"])
def test_a_whole_plan_comes_back_the_same(suffix):
    document = full()
    content = write_plan(look(document, TODAY), suffix)
    result = read_plan(f"plan{suffix}", content, None).document
    assert set(result.links) == set(document.links)
    assert replace(result, links=document.links) == document


@pytest.mark.parametrize("suffix", [".csv", ".xml"])
def test_steps_and_links_come_back_the_same(suffix):
    document = full()
    result = read_plan(
        f"plan{suffix}", write_plan(look(document, TODAY), suffix), document
    ).document
    assert result.steps == document.steps
    assert set(result.links) == set(document.links)
    assert replace(result, links=document.links) == document


def test_every_field_has_a_column():
    assert {f.name for f in fields(PlanStep)} == {c.field for c in STEP_COLUMNS}
    assert {f.name for f in fields(Header)} == {c.field for c in HEADER_COLUMNS}


@pytest.mark.parametrize(
    ("link", "text"),
    [
        (Link("5", "7"), "5"),
        (Link("8", "9", LinkType.START_START), "8 SS"),
        (Link("10", "13", lag=45), "10 FS+45cd"),
        (Link("a-1", "7", LinkType.FINISH_FINISH, -3, Unit.WORKING), "a-1 FF-3wd"),
        (Link("5", "7", unit=Unit.WORKING), "5 FS+0wd"),
    ],
)
def test_how_a_wait_is_written(link, text):
    assert wait_text(link) == text
    assert read_waits(text, link.after) == (link,)


def test_faults_name_sheet_row_and_column():
    sheets = to_sheets(full())
    sheets["mijlpalen"][2] = ("2", "Raming", "", "raar", "", "", "tien", "wd", *([""] * 11))
    sheets["besluiten"][1] = ("3", "148", "college", "besloten", "31-02-2026", "", "")
    with pytest.raises(PlanFileError) as error:
        from_sheets(sheets)
    assert error.value.problems == [
        (
            "Blad mijlpalen, rij 3, kolom soort: kies taak, mijlpaal, besluit, "
            "wettelijke_termijn. Er staat 'raar'."
        ),
        "Blad mijlpalen, rij 3, kolom duur: vul een heel getal in. Er staat 'tien'.",
        "Blad besluiten, rij 2, kolom vergadering: de dag '31-02-2026' bestaat niet.",
    ]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("plan.pdf", b"x"),
        ("plan.xlsx", b"geen werkmap"),
        ("plan.zip", b"geen zip"),
        ("plan.xml", b"<Project"),
        ("plan.xml", b'<!DOCTYPE x [<!ENTITY a "b">]><Project/>'),
        ("plan.xml", b"<Project/>"),
        ("plan.csv", b""),
        ("plan.csv", b"naam;duur\r\nx;1\r\n"),
        ("plan.csv", b"code;titel\r\n1;a\0b\r\n"),
    ],
)
def test_files_that_are_no_plan(name, content):
    base = full() if name.endswith(".xml") else None
    with pytest.raises(PlanFileError) as error:
        read_plan(name, content, base)
    assert error.value.problems


def finished():
    document = full()
    days = {s.code: date(2026, 1, 10) for s in document.steps}
    steps = tuple(
        replace(s, actual_end=days[s.code], actual_start=None)
        if s.code not in ("21", "23", "24")
        else s
        for s in document.steps
    )
    return replace(document, steps=steps)


@pytest.mark.parametrize("document", [full(), finished()], ids=["planned", "contracted"])
def test_the_release_is_valid_against_the_official_schema(document):
    result = release(content_of(look(document, TODAY)), moment=NOW)
    schema = json.loads((OCDS / "release-schema.json").read_text(encoding="utf-8"))
    validator = jsonschema.Draft4Validator(schema, format_checker=jsonschema.FormatChecker())
    assert [e.message for e in validator.iter_errors(result)] == []
    around = {"moment": NOW, "publisher": "Regio Zwolle", "address": "urn:x:SAS-2027"}
    whole = package([result], licence="https://creativecommons.org/licenses/by/4.0/", **around)
    outer = json.loads((OCDS / "release-package-schema.json").read_text(encoding="utf-8"))
    outer["properties"]["releases"] = {"type": "array"}
    assert [e.message for e in jsonschema.Draft4Validator(outer).iter_errors(whole)] == []
    records = record_package([result], **around)
    outer = json.loads((OCDS / "record-package-schema.json").read_text(encoding="utf-8"))
    outer["definitions"]["record"]["properties"]["releases"] = {"type": "array"}
    outer["definitions"]["record"]["properties"]["compiledRelease"] = {"type": "object"}
    assert [e.message for e in jsonschema.Draft4Validator(outer).iter_errors(records)] == []
    assert incoherent(result) == []


def incoherent(result):
    """What a reader of a release would stumble over, whatever the schema says."""
    faults = []
    now = result["date"]
    parties = {party["id"]: party["roles"] for party in result["parties"]}
    for milestone in result["planning"]["milestones"] + result["tender"]["milestones"]:
        met = milestone["status"] == "met"
        if met != ("dateMet" in milestone) or milestone.get("dateMet", now) > now:
            faults.append(f"{milestone['id']} met")
        late = milestone.get("dueDate", now) < now[:10]
        if milestone["status"] == ("scheduled" if late else "notMet"):
            faults.append(f"{milestone['id']} due")
    for name in ("tenderPeriod", "enquiryPeriod", "awardPeriod"):
        period = result["tender"].get(name)
        if period and period["startDate"] > period["endDate"]:
            faults.append(name)
    references = [result.get("buyer"), result["tender"].get("procuringEntity")]
    awards = {award["id"]: award for award in result.get("awards", [])}
    for award in awards.values():
        references.extend(award.get("suppliers", []))
    faults.extend(r["id"] for r in references if r and r["id"] not in parties)
    faults.extend(c["id"] for c in result.get("contracts", []) if c["awardID"] not in awards)
    for tag, part in (("award", "awards"), ("contract", "contracts")):
        if (tag in result["tag"]) != (part in result):
            faults.append(tag)
    return faults


def test_what_a_release_says():
    planned, made = (release(content_of(look(d, TODAY)), moment=NOW) for d in (full(), finished()))
    assert (planned["tag"], planned["tender"]["status"]) == (["planning"], "planned")
    assert planned["tender"]["value"] == {"amount": 10_440_000.0, "currency": "EUR"}
    assert made["tag"] == ["planning", "tender", "award", "contract"]
    assert made["contracts"][0]["awardID"] == made["awards"][0]["id"]
    assert made["tender"]["status"] == "complete"
    # A forecast is no due date, and a step that no longer counts is no milestone.
    first = full().steps[0]
    gone = replace(full(), steps=(replace(first, cancelled=True), *full().steps[1:]), baselines=())
    milestones = content_of(look(gone, TODAY))["planning"]["milestones"]
    assert first.code not in {m["id"] for m in milestones}
    due = {m["id"] for m in milestones if "dueDate" in m}
    assert due == {s.code for s in to_plan(gone, TODAY).steps if s.deadline} & {
        m["id"] for m in milestones
    }
