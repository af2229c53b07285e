"""MS Project, out and in: its own recalculation gives our dates, and nothing is lost or guessed."""

import json
import os
import re
import subprocess
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from procurement.exchange.files import read_plan, write_plan
from procurement.exchange.sheets import PlanFileError
from procurement.plan.documents import Header, PlanDecision, PlanDocument, PlanStep
from procurement.plan.outlook import look
from procurement.plan.steps import Kind, Link, LinkType, Outcome, Unit
from procurement.plan.templates import TEMPLATES
from tests.procurement.random_plans import TODAY, random_plan
from tests.procurement.test_exchange import full

CASES = Path(__file__).parent.parent / "data" / "cases"
EMPTY = PlanDocument(Header("P-1", "Proef", starts_on=date(2026, 9, 7)))
PLANS = [TEMPLATES[name](full().header) for name in TEMPLATES] + [full()]


def case(name, base=EMPTY):
    result = read_plan(name, (CASES / name).read_bytes(), base)
    return result.document, result.notices


def project(*tasks, base=EMPTY, head=""):
    """Read a small file of Project."""
    text = "".join(f"<Task>{task}</Task>" for task in tasks)
    content = (
        '<Project xmlns="http://schemas.microsoft.com/project">'
        f"{head}<Tasks>{text}</Tasks></Project>"
    )
    return read_plan("plan.xml", content.encode(), base)


def task(uid, name, more="", *, days=2):
    return (
        f"<UID>{uid}</UID><ID>{uid}</ID><Name>{name}</Name><Duration>PT{days * 8}H0M0S</Duration>"
        f"<DurationFormat>7</DurationFormat>{more}"
    )


def link(uid, kind=1, lag=0, form=7):
    return (
        f"<PredecessorLink><PredecessorUID>{uid}</PredecessorUID><Type>{kind}</Type>"
        f"<LinkLag>{lag}</LinkLag><LagFormat>{form}</LagFormat></PredecessorLink>"
    )


def rescheduled(plans, folder):
    """Start and end of every task, as MPXJ calculates them, by UID; a list per plan."""
    if not os.environ.get("REQUIRE_ALL"):
        pytest.skip("an independent scheduler (Java) runs with REQUIRE_ALL=1")
    files = []
    for number, plan in enumerate(plans):
        files.append(folder / f"{number}.xml")
        files[-1].write_bytes(write_plan(look(plan, TODAY), ".xml"))
    program = Path(__file__).parent / "reschedule.py"
    done = subprocess.run([sys.executable, program, *files], capture_output=True, check=True)
    return list(zip(files, json.loads(done.stdout), strict=True))


def test_what_project_recalculates_gives_our_dates(tmp_path):
    plans = [*PLANS, *(random_plan(seed) for seed in range(60))]
    for plan, (file, dates) in zip(plans, rescheduled(plans, tmp_path), strict=True):
        outlook = look(plan, TODAY)
        for code, uid in codes_of(file).items():
            expected = outlook.forecasts[code]
            ours = [expected.start.isoformat(), expected.end.isoformat()]
            assert dates[uid] == ours, (file, code)


def codes_of(file):
    """UID of the task of each milestone."""
    results = {}
    for text in re.findall(r"<Task>.*?</Task>", file.read_text(encoding="utf-8"), re.DOTALL):
        code = re.search(r"<FieldID>188743731</FieldID><Value>([^<]+)", text)
        if code:
            results[code[1]] = re.search(r"<UID>(\d+)</UID>", text)[1]
    return results


@pytest.mark.parametrize("plan", [*PLANS, *(random_plan(seed) for seed in range(8))])
def test_a_file_that_comes_back_unchanged_changes_nothing(plan):
    result = read_plan("plan.xml", write_plan(look(plan, TODAY), ".xml"), plan)
    assert result.notices == ()
    assert set(result.document.links) == set(plan.links)
    assert replace(result.document, links=plan.links) == plan


def test_durations_and_lags_count_in_the_days_of_the_file():
    document, notices = case("f03_elapsed_weeks.xml")
    assert [(s.duration, s.unit) for s in document.steps] == [(14, "cd"), (2, "cd")]
    assert document.links[0].lag == 2
    assert notices == ()
    document, notices = case("f03_minutes_per_day_432.xml")
    assert [(s.duration, s.unit) for s in document.steps] == [(10, "wd"), (20, "wd")]
    assert (document.links[0].lag, document.links[0].unit, notices) == (20, Unit.WORKING, ())


def test_parts_of_a_day_are_rounded_up_and_said():
    document, notices = case("f03_part_of_day.xml")
    assert [s.duration for s in document.steps] == [1, 2, 1, 1]
    assert notices[0] == "De duur van 'Halve dag' is 0,5 werkdagen, afgerond op 1."
    assert len(notices) == 5


def test_percent_and_blank_rows():
    document, notices = case("f19_percent_33_5.xml")
    assert document.steps[0].progress == 33
    assert notices == ("De voortgang van 'A' is 33,5 %, afgerond op 33 %.",)
    document, notices = case("f19_blank_row.xml")
    assert [s.title for s in document.steps] == ["A", "B"]
    assert [(k.before, k.after) for k in document.links] == [("P1", "P3")]


@pytest.mark.parametrize("name", ["f05_row_inserted_in_project", "f05_row_replaced_in_project"])
def test_a_row_that_project_inserts_takes_nothing_of_another(name):
    base = TEMPLATES["SAS regionaal"](Header("MP32", "Proef", starts_on=date(2026, 9, 7)))
    decided = PlanDecision("4", "0148", "college", Outcome.DECIDED, None, date(2026, 10, 6))
    base = replace(base, decisions=(decided,))
    document, _ = case(f"{name}.xml", base)
    new = [s for s in document.steps if base.step(s.code) is None]
    assert [(s.title, s.kind, s.code) for s in new] == [("Juridische toets", Kind.TASK, "P90")]
    gone = {"3"} if "replaced" in name else set()
    assert {s.code for s in document.steps} == {s.code for s in base.steps} - gone | {"P90"}
    assert all(s.kind == base.step(s.code).kind for s in document.steps if s not in new)
    assert document.decisions == (decided,)


def test_every_type_of_link_and_percent_lags():
    result = project(
        task(1, "A", days=10),
        task(2, "B", link(1, 3)),
        task(3, "C", link(1, 0, 4800)),
        task(4, "D", link(1, 2), days=3),
        task(5, "E", link(1, 1, 50, 19)),
    )
    assert result.document.links == (
        Link("P1", "P2", LinkType.START_START),
        Link("P1", "P3", LinkType.FINISH_FINISH, 1, Unit.WORKING),
        Link("P1", "P4", LinkType.START_START, -3, Unit.WORKING),
        Link("P1", "P5", LinkType.FINISH_START, 5, Unit.WORKING),
    )


def test_links_of_a_summary_hold_for_the_tasks_under_it():
    summary = "<Summary>1</Summary><OutlineLevel>1</OutlineLevel>"
    under = "<OutlineLevel>2</OutlineLevel>"
    result = project(
        task(1, "Voorbereiding", summary), task(2, "A", under), task(3, "B", under),
        task(4, "Markt", summary + link(1)), task(5, "C", under),
    )  # fmt: skip
    assert [(k.before, k.after) for k in result.document.links] == [("P2", "P5"), ("P3", "P5")]
    phases = [s.phase for s in result.document.steps]
    assert phases == ["Voorbereiding", "Voorbereiding", "Markt"]


def test_what_a_plan_cannot_hold_is_said():
    constraint = (
        "<ConstraintType>{}</ConstraintType><ConstraintDate>2027-01-05T08:00:00</ConstraintDate>"
    )
    result = project(
        task(1, "A", constraint.format(2)),
        task(2, "B", constraint.format(7)),
        task(3, "C", constraint.format(6)),
        task(4, "D", "<Active>0</Active>"),
        task(5, "E", "<ExternalTask>1</ExternalTask>"),
        task(6, "F", "<Manual>1</Manual><ManualStart>2027-02-02T08:00:00</ManualStart>" + link(4)),
        head="<Calendars><Calendar><Exceptions><Exception/></Exceptions></Calendar></Calendars>",
    )
    a, b, c, f = result.document.steps
    assert (a.earliest_start, b.deadline) == (date(2027, 1, 5), date(2027, 1, 5))
    assert (c.earliest_start, f.earliest_start) == (None, date(2027, 2, 2))
    assert [n.split(":")[0] for n in result.notices] == [
        (
            "Taak 'A' moet in Project beginnen op 05-01-2027. In het plan begint zij niet eerder; "
            "later kan wel."
        ),
        "Taak 'C'",
        "Taak 'D' staat in Project op inactief en is niet overgenomen.",
        "Taak 'E' hoort bij een ander projectbestand en is niet overgenomen.",
        "Taak 'F' is in Project met de hand gepland",
        "Taak 'F'",
        (
            "De vrije dagen uit de kalender van Project zijn niet overgenomen. Vul het reces "
            "in bij Kalender."
        ),
    ]


def test_a_meeting_moved_in_project_moves_in_the_plan():
    base = full()
    meeting = PlanDecision("8", "0148", "college", Outcome.SCHEDULED, date(2027, 6, 1))
    base = replace(
        base,
        decisions=tuple(meeting if (d.step, d.municipality) == ("8", "0148") else d
                        for d in base.decisions),
    )  # fmt: skip
    text = write_plan(look(base, TODAY), ".xml").decode()
    assert text.count("Besluit aanbestedingsstukken – Dalfsen") == 1
    before = "<ConstraintDate>2027-06-01T12:00:00"
    assert text.count(before) == 1
    changed = text.replace(before, "<ConstraintDate>2027-06-15T12:00:00")
    result = read_plan("plan.xml", changed.encode(), base).document
    moved = [d for d in result.decisions if d not in base.decisions]
    assert moved == [replace(meeting, meeting_on=date(2027, 6, 15))]


def test_the_steps_of_another_traject_are_refused():
    content = write_plan(look(full(), TODAY), ".xml")
    with pytest.raises(PlanFileError, match="hoort bij traject SAS-2027, niet bij P-1"):
        read_plan("plan.xml", content, EMPTY)


@pytest.mark.parametrize(
    ("tasks", "sentence"),
    [
        ([task(1, "A", "<PercentComplete>140</PercentComplete>")], "de voortgang '140'"),
        ([task(1, "A"), task(2, "B", link(1, 9))], "het soort koppeling '9'"),
        ([task(1, "A"), task(2, "B", link(1, 1, "x"))], "de tussentijd 'x' is geen getal"),
        (["<UID>1</UID><Name>A</Name><Duration>P2D</Duration>"], "de duur 'P2D'"),
    ],
)
def test_odd_numbers_get_a_sentence(tasks, sentence):
    with pytest.raises(PlanFileError, match=re.escape(sentence)):
        project(*tasks)


@pytest.mark.parametrize(
    "content",
    [
        "<!DOCTYPE x><Project/>".encode("utf-16"),
        b'<?xml version="1.0" encoding="wat-is-dit"?><Project/>',
        b"<Project>\0</Project>",
        b"<html/>",
    ],
)
def test_what_is_no_file_of_project(content):
    with pytest.raises(PlanFileError, match="XML"):
        read_plan("plan.xml", content, EMPTY)


def test_a_step_keeps_its_code_when_project_copies_the_row():
    base = replace(EMPTY, steps=(PlanStep("1", "Een", duration=5),))
    text = write_plan(look(base, TODAY), ".xml").decode()
    row = re.search(r"<Task>.*?</Task>", text)[0]
    copy = re.sub(r"<UID>\d+", "<UID>77", row).replace(">Een<", ">Kopie<")
    result = read_plan("plan.xml", text.replace("</Tasks>", copy + "</Tasks>").encode(), base)
    assert [(s.code, s.title) for s in result.document.steps] == [("1", "Een"), ("P77", "Kopie")]
    assert "draagt de code van mijlpaal 1" in result.notices[0]
