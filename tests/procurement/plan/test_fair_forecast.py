"""The start date on past form: own finished steps stretch what is open."""

import itertools
from dataclasses import replace
from datetime import date, timedelta
from importlib import import_module

import pytest

from core.charts import pictures
from core.db import database
from procurement.charts import start_chance
from procurement.demo import CODE, DALFSEN_CODE
from procurement.models import ContractingProcess
from procurement.plan import operations, queries
from procurement.plan.documents import BaselineDate, Header, PlanBaseline, PlanDocument, PlanStep
from procurement.plan.fair_forecast import Case, fair_forecast
from procurement.plan.outlook import look
from procurement.plan.steps import OUTSIDE, Kind, Link, ReplanCause, Unit
from procurement.plan.terms import Purpose
from tests.procurement.plans import AT

TODAY = date(2026, 6, 1)
BEFORE = date(2026, 1, 1)
TARGET = TODAY + timedelta(days=25)


def plan(*steps, versions=()):
    """Steps one after another, then the start of the service."""
    start = PlanStep("S", "Start", kind=Kind.MILESTONE, purpose=Purpose.GO_LIVE)
    every = (*steps, start)
    links = tuple(Link(a.code, b.code) for a, b in itertools.pairwise(every))
    header = Header("T", "Traject", starts_on=TODAY, go_live=TARGET)
    return look(PlanDocument(header, every, links, baselines=tuple(versions)), TODAY)


def task(code="A", **more):
    return PlanStep(code, f"Stap {code}", "Voorbereiding", duration=20, **more)


def version(made_on, days, code="A"):
    dates = (BaselineDate(code, "", BEFORE, BEFORE + timedelta(days=days)),)
    return PlanBaseline(1, made_on, "Eerste plan", TARGET, dates)


def past(*ratios, phase="Voorbereiding"):
    return [Case("OUD", phase, "Eerdere stap", 100, round(100 * ratio)) for ratio in ratios]


@pytest.fixture
def slips(db):
    """What the database tells of one traject whose first step is done."""

    def tell(*, made_on=BEFORE - timedelta(days=9), days=20, first=None, later=(), **more):
        ended = {"actual_start": BEFORE, "actual_end": BEFORE + timedelta(days=30)}
        versions = [first or version(made_on, days), *later]
        outlook = plan(replace(task(), **ended | more), versions=versions)
        operations.add_document(outlook.document, by="proef", at=AT, reason="proef")
        return queries.finished_steps(ContractingProcess.select())

    return tell


def test_a_finished_step_is_measured_against_the_plan_of_before(slips):
    assert slips() == [Case("T", "Voorbereiding", "Stap A", 20, 30)]


@pytest.mark.parametrize(
    "more",
    [
        {"made_on": TODAY},
        {"days": 0},
        {"kind": Kind.STATUTORY},
        {"cancelled": True},
        {"actual_end": None},
    ],
    ids=["planned afterwards", "planned no time", "term of law", "cancelled", "open"],
)
def test_what_tells_nothing_of_our_past(slips, more):
    assert slips(**more) == []


@pytest.mark.parametrize("cause", OUTSIDE)
def test_a_replan_from_outside_while_a_step_ran_is_no_slip_of_ours(slips, cause):
    """How long it then took says nothing of our own pace, whether or not the target moved."""
    during = version(BEFORE + timedelta(days=10), 200)
    assert slips(later=[replace(during, number=2, cause=cause)]) == []


@pytest.mark.parametrize("made_on", [BEFORE - timedelta(days=5), BEFORE + timedelta(days=10)])
def test_a_replan_of_our_own_hides_no_slip(slips, made_on):
    """Neither before the step begins, nor while it runs; a later target changes nothing in that."""
    longer = replace(version(made_on, 200), number=2, cause=ReplanCause.OWN)
    slipped = [Case("T", "Voorbereiding", "Stap A", 20, 30)]
    assert slips(later=[replace(longer, go_live=TARGET + timedelta(days=181))]) == slipped


def test_after_a_replan_from_outside_its_dates_are_the_plan(slips):
    before = version(BEFORE - timedelta(days=5), 25)
    measured = [Case("T", "Voorbereiding", "Stap A", 25, 30)]
    assert slips(later=[replace(before, number=2, cause=ReplanCause.LAW)]) == measured


def test_a_step_that_came_later_is_held_to_the_first_planversie_that_has_it(slips):
    later = replace(version(BEFORE - timedelta(days=5), 25), number=2, cause=ReplanCause.OWN)
    measured = [Case("T", "Voorbereiding", "Stap A", 25, 30)]
    assert slips(first=version(BEFORE - timedelta(days=9), 5, "X"), later=[later]) == measured


def test_planversies_of_before_keep_the_cause_that_was_inferred(db):
    """From a target that moved; the law when the reason names one."""
    first = version(BEFORE, 20)
    later = TARGET + timedelta(days=181), TARGET + timedelta(days=300)
    versions = (
        first,
        replace(first, number=2, reason="Uitloop"),
        replace(first, number=3, reason="Wet uitgesteld", go_live=later[0]),
        replace(first, number=4, reason="Kort geding", go_live=later[1]),
    )
    document = plan(task(), versions=versions).document
    process = operations.add_document(document, by="proef", at=AT, reason="proef")
    import_module("migrations.0094_replan_cause").infer_causes(database.obj)
    kept = [baseline.cause for baseline in queries.load(process).baselines]
    assert kept == [None, ReplanCause.OWN, ReplanCause.LAW, ReplanCause.OTHER]


def test_fewer_than_five_cases_give_no_forecast():
    assert fair_forecast(plan(task()), past(1, 1, 1, 1)) is None
    assert fair_forecast(plan(task()), past(1, 1, 1, 1, 1)) is not None


def test_a_past_on_time_gives_the_plan_back():
    forecast = fair_forecast(plan(task()), past(1, 1, 1, 1, 1))
    assert set(forecast.days) == {TODAY + timedelta(days=20)} == {forecast.planned}
    assert forecast.chance == 1


def test_half_and_eighty_percent_follow_the_ratios():
    """With one open step of 20 days the days are those of its ratios: 20 to 60."""
    forecast = fair_forecast(plan(task()), past(1, 1, 1, 2, 3))
    assert set(forecast.days) == {TODAY + timedelta(days=n) for n in (20, 40, 60)}
    assert forecast.by(0.5) == TODAY + timedelta(days=20)
    assert forecast.by(0.8) in {TODAY + timedelta(days=40), TODAY + timedelta(days=60)}
    assert forecast.by(1) == TODAY + timedelta(days=60)
    assert forecast.chance == pytest.approx(0.6, abs=0.08)


def test_the_own_phase_counts_alone_once_it_has_five_cases():
    mixed = [*past(1, 1, 1, 1), *past(4, 4, 4, 4, 4, phase="Elders")]
    assert fair_forecast(plan(task()), mixed).by(1) == TODAY + timedelta(days=80)
    enough = [*mixed, *past(1)]
    assert fair_forecast(plan(task()), enough).by(1) == TODAY + timedelta(days=20)


def test_a_term_of_law_does_not_stretch():
    term = task("B", kind=Kind.STATUTORY, unit=Unit.CALENDAR)
    stretched = fair_forecast(plan(task(), term), past(2, 2, 2, 2, 2))
    alone = plan(replace(task(), duration=40), term)
    assert set(stretched.days) == {alone.expected_go_live}


def test_nothing_is_forecast_once_the_service_has_started_or_without_a_start():
    started = plan(task(actual_end=TODAY))
    steps = tuple(replace(s, actual_end=s.actual_end or TODAY) for s in started.document.steps)
    assert (
        fair_forecast(look(replace(started.document, steps=steps), TODAY), past(*[1] * 5)) is None
    )
    without = look(replace(started.document, steps=steps[:1], links=()), TODAY)
    assert fair_forecast(without, past(*[1] * 5)) is None


def test_the_picture_says_both_dates_and_the_target():
    chart = start_chance(fair_forecast(plan(task()), past(1, 1, 1, 2, 3)))
    assert chart.finding.startswith("50\N{NO-BREAK SPACE}% kans op een start uiterlijk 21-06-2026")
    assert "Streefdatum: 26-06-2026" in chart.description
    (axes,) = pictures.figure_of(chart).axes
    said = [text.get_text() for text in axes.texts]
    assert said[:2] == ["plan 21-06-2026", "streefdatum 26-06-2026"]
    assert said[2] == "50\N{NO-BREAK SPACE}% 21-06-2026"


def test_an_empty_plan_says_what_is_missing(db, client):
    operations.add_document(
        PlanDocument(Header("LEEG", "Nog leeg")), by="proef", at=AT, reason="proef"
    )
    client.sign_in("regio")
    assert "Vanaf 5 rekent deze pagina" in client.get("/planning/LEEG/verwachting/").text


def test_the_region_reads_how_sure_the_start_is(demo, client):
    client.sign_in("regio")
    url = f"/planning/{CODE}/verwachting/"
    assert url in client.get(f"/planning/{CODE}/").links
    page = client.get(url)
    assert "van de berekeningen" in page.text
    # The law was put off while this step ran: a delay from outside is no slip of our own.
    assert "Doorlopen aanbesteding inclusief gunning" not in page.text
    for kind in ("svg", "png", "csv"):
        assert client.get(f"/planning/{CODE}/verwachting.{kind}").headers["Content-Disposition"]
    ended = client.get(f"/planning/{DALFSEN_CODE}/verwachting/")
    assert "geen start van de dienst meer" in ended.text
    client.get(f"/planning/{DALFSEN_CODE}/verwachting.svg", status=404)


def test_a_planversie_is_opened_and_compared(demo, client):
    client.sign_in("regio")
    url = f"/planning/{DALFSEN_CODE}/planversies/1/"
    assert url in client.get(f"/planning/{DALFSEN_CODE}/verwachting/").links
    rows = {row[0]: row for row in client.get(f"{url}?met=2").rows()}
    start = next(row for name, row in rows.items() if "Start van de wet" in name)
    assert start[1:] == ["01-01-2021", "01-01-2021", "01-07-2021", "181 dagen later"]
    assert "verwachting van nu" in client.get(url).text
    client.get(f"{url}?met=9", status=404)
    client.get(f"/planning/{DALFSEN_CODE}/planversies/9/", status=404)


def test_the_past_of_others_does_not_show(demo, client):
    """A gemeente sees cases of the trajecten in which it takes part, and no others."""
    client.sign_in("gemeente", municipalities=["0193"])
    page = client.get(f"/planning/{CODE}/verwachting/")
    assert DALFSEN_CODE not in page.text
    assert "Vanaf 5 rekent deze pagina" in page.text
    client.get(f"/planning/{DALFSEN_CODE}/verwachting/", status=404)
