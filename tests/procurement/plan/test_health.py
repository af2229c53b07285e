"""Health with its reason, the cause that is named, and 'wat als'."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from core.dates import Calendar, Recess
from core.errors import DomainError
from procurement.plan.documents import Header, PlanDecision, PlanDocument, PlanStep
from procurement.plan.health import (
    Health,
    distance,
    headline,
    judge,
    listing,
    meeting_conflict,
    naming,
)
from procurement.plan.outlook import digest, look, nothing_due
from procurement.plan.planning import differences, schedule, shifted
from procurement.plan.steps import Kind, Link, LocalDecision, Outcome, Plan, Step
from procurement.plan.terms import Purpose

TODAY = date(2026, 6, 1)


def judged(step, baseline=None, *, today=TODAY):
    plan = Plan((step,), (), today, TODAY)
    return judge(plan, schedule(plan), {("1", ""): baseline} if baseline else {})["1"]


@pytest.mark.parametrize(
    ("step", "baseline", "health", "reason"),
    [
        (Step("1", duration=10, deadline=date(2026, 6, 30)), None, Health.ON_TRACK,
         "Verwacht 11-06-2026, 13 werkdagen speling."),
        (Step("1", duration=10, deadline=date(2026, 6, 18)), None, Health.ON_TRACK,
         "Verwacht 11-06-2026, 5 werkdagen speling."),
        (Step("1", duration=10, deadline=date(2026, 6, 17)), None, Health.RISK,
         "Verwacht 11-06-2026, met maar 4 werkdagen speling."),
        (Step("1", duration=10, deadline=date(2026, 6, 30)), date(2026, 6, 10), Health.RISK,
         "Verwacht 11-06-2026, 1 dag later dan gepland (10-06-2026)."),
        (Step("1", duration=10, deadline=date(2026, 6, 10)), None, Health.LATE,
         "Verwacht 11-06-2026, 1 dag na de uiterste datum 10-06-2026."),
        (Step("1", actual_end=date(2026, 5, 29)), None, Health.DONE, "Gereed op 29-05-2026."),
        (Step("1", actual_end=date(2026, 5, 29), deadline=date(2026, 5, 28)), None,
         Health.DONE_LATE, "Gereed op 29-05-2026, 1 dag na 28-05-2026."),
        (Step("1", actual_end=date(2026, 5, 29)), date(2026, 5, 27), Health.DONE_LATE,
         "Gereed op 29-05-2026, 2 dagen na 27-05-2026."),
        (Step("1", cancelled=True), None, Health.CANCELLED, "Deze stap telt niet meer mee."),
    ],
)  # fmt: skip
def test_health_with_its_reason(step, baseline, health, reason):
    result = judged(step, baseline)
    assert (result.health, result.reason) == (health, reason)


def test_what_should_have_been_done_says_so():
    health = judged(Step("1", duration=3, deadline=date(2026, 6, 4)), today=date(2026, 6, 8))
    assert health.reason == (
        "Verwacht 08-06-2026, 4 dagen na de uiterste datum 04-06-2026, want de stap had al "
        "klaar moeten zijn en is nog open."
    )


def test_one_rejection_blocks_and_says_so_downstream():
    no = LocalDecision("0166", "college", Outcome.REJECTED, None, date(2026, 5, 20))
    steps = (
        Step("8", "Besluit stukken", Kind.DECISION, 30, decisions=(no,)),
        Step("10", "Publicatie", Kind.MILESTONE),
        Step("21", "Start dienstverlening", Kind.MILESTONE, deadline=date(2026, 12, 1)),
    )
    plan = Plan(steps, (Link("8", "10"), Link("10", "21")), TODAY, TODAY)
    result = judge(plan, schedule(plan), {})
    assert {j.health for j in result.values()} == {Health.BLOCKED}
    assert result["8"].reason == "Kampen heeft dit afgewezen. Zoek eerst een oplossing."
    assert result["10"].reason == "Wacht op 'Besluit stukken', dat is geblokkeerd."
    assert headline(plan, schedule(plan), {}, "21") == (
        "Start dienstverlening is geblokkeerd bij 'Besluit stukken': Kampen heeft dit afgewezen. "
        "Zoek eerst een oplossing."
    )


def document(**more):
    steps = (
        PlanStep("7", "Stukken", owner="regio", duration=10),
        PlanStep("8", "Besluit", kind=Kind.DECISION, duration=14),
        PlanStep("21", "Start dienstverlening", kind=Kind.MILESTONE, purpose=Purpose.GO_LIVE),
    )
    decisions = tuple(
        PlanDecision("8", code, "college", Outcome.SCHEDULED, date(2026, 6, 23))
        for code in ("0148", "0166")
    )
    header = Header("T", "Traject", starts_on=TODAY, go_live=date(2026, 6, 30))
    return PlanDocument(header, steps, (Link("7", "8"), Link("8", "21")), decisions, **more)


@pytest.mark.parametrize(
    ("meeting", "sentence"),
    [
        (date(2026, 6, 23), "23-06-2026, 7 dagen voor de streefdatum."),
        (date(2026, 6, 30), "30-06-2026, precies op de streefdatum."),
        (date(2026, 7, 7), "07-07-2026, 7 dagen na de streefdatum."),
    ],
)
def test_the_sentence_on_top(meeting, sentence):
    given = document()
    moved = replace(given.decisions[1], meeting_on=meeting)
    view = look(replace(given, decisions=(given.decisions[0], moved)), TODAY)
    assert view.sentence == f"Start dienstverlening verwacht {sentence}"


def test_no_goal_and_a_goal_that_was_met():
    given = document()
    assert (
        "nog geen mijlpaal" in look(replace(given, steps=given.steps[:2], links=()), TODAY).sentence
    )
    met = replace(given.steps[2], actual_end=date(2026, 5, 30))
    view = look(replace(given, steps=(*given.steps[:2], met)), TODAY)
    assert view.sentence == "Start dienstverlening gehaald op 30-05-2026."
    assert view.health is Health.DONE


def test_shifting_one_gemeente_shows_what_moves():
    outlook = look(document(), TODAY)
    changes = differences(outlook.plan, outlook.forecasts, shifted(outlook.plan, "8", 14, "0166"))
    assert [(c.code, c.before, c.after, c.days) for c in changes] == [
        ("8", date(2026, 6, 23), date(2026, 7, 7), 14),
        ("21", date(2026, 6, 23), date(2026, 7, 7), 14),
    ]
    assert changes[0].municipalities == ("0148", "0166")
    # Four days earlier than the other gemeente changes nothing.
    assert (
        differences(outlook.plan, outlook.forecasts, shifted(outlook.plan, "8", -4, "0166")) == []
    )


def test_a_shift_to_a_weekend_takes_the_first_meeting_day_after_it():
    outlook = look(document(), TODAY)
    (first, _) = differences(outlook.plan, outlook.forecasts, shifted(outlook.plan, "8", 4))
    assert first.after == date(2026, 6, 29)  # 27 June is a Saturday


def test_shifting_a_task_and_a_milestone():
    outlook = look(document(), TODAY)
    changes = differences(outlook.plan, outlook.forecasts, shifted(outlook.plan, "7", 30))
    assert [(c.code, c.after) for c in changes][:2] == [
        ("7", date(2026, 7, 11)), ("8", date(2026, 7, 13)),
    ]  # fmt: skip
    changes = differences(outlook.plan, outlook.forecasts, shifted(outlook.plan, "21", 3))
    assert [(c.code, c.after) for c in changes] == [("21", date(2026, 6, 26))]


@pytest.mark.parametrize(
    ("step", "municipality", "code"),
    [("99", None, "no_step"), ("8", "0193", "no_decision"), ("7", None, "finished"),
     ("8", "0148", "decided")],
)  # fmt: skip
def test_shifts_that_cannot_be(step, municipality, code):
    given = document()
    done = replace(given.steps[0], actual_end=date(2026, 5, 30))
    decided = replace(given.decisions[0], outcome=Outcome.DECIDED, decided_on=date(2026, 5, 30))
    given = replace(given, steps=(done, *given.steps[1:]), decisions=(decided, given.decisions[1]))
    with pytest.raises(DomainError) as error:
        shifted(look(given, TODAY).plan, step, 5, municipality)
    assert error.value.code == code


def test_names():
    assert listing([]) == ""
    assert listing(["a"]) == "a"
    assert listing(["a", "b", "c"]) == "a, b en c"
    assert naming(["0148", "0166"]) == "Dalfsen en Kampen"
    assert naming(["0148", "0166", "0193", "0175"]) == "4 gemeenten"


def test_the_digest_tells_what_is_late_or_due():
    text = digest([look(document(), TODAY)], TODAY)
    assert text == (
        "Traject (T)\n"
        "Start dienstverlening verwacht 23-06-2026, 7 dagen voor de streefdatum.\n\n"
        "Klaar voor 15-06-2026:\n"
        "- 7 Stukken (regio): Verwacht 11-06-2026, met maar 3 werkdagen speling.\n"
    )
    late = look(replace(document(), header=replace(document().header, go_live=TODAY)), TODAY)
    assert "Te laat of geblokkeerd:\n- 7 Stukken" in digest([late], TODAY)
    assert digest([late], TODAY, ["regio"]).count("\n- ") == 1
    assert digest([late], TODAY, ["niemand"]) == ""
    assert nothing_due("niemand") == (
        "Er is niets te laat en de komende twee weken hoeft niets van niemand klaar te zijn.\n"
    )


def test_slip_is_told_in_days_that_do_not_stand_still_in_a_recess():
    """Six lengthenings within the recess: six different sentences."""
    days = [date(2026, 12, 21) + timedelta(days=3 * n) for n in range(6)]
    assert [distance(date(2026, 12, 18), day) for day in days] == [
        "3 dagen na", "6 dagen na", "9 dagen na", "12 dagen na", "15 dagen na",
        "18 dagen na",
    ]  # fmt: skip
    assert distance(date(2026, 12, 18), date(2026, 11, 20)) == "4 weken voor"


def test_a_meeting_that_cannot_be_stays_and_says_why():
    recess = Recess(date(2026, 12, 19), date(2027, 1, 3), "kerst")
    decision = LocalDecision("0148", "college", Outcome.SCHEDULED, date(2026, 12, 29))
    step = Step("1", "Besluit", Kind.DECISION, decisions=(decision,))
    plan = Plan((step,), (), date(2026, 11, 1), date(2026, 11, 2), Calendar((recess,)))
    forecast = schedule(plan)["1"]
    assert forecast.local_dates["0148"] > date(2027, 1, 3)
    assert meeting_conflict(plan, decision, forecast) == (
        "De vergadering van 29-12-2026 valt in het reces (kerst)."
    )
    early = replace(plan, starts_on=date(2027, 2, 1))
    assert meeting_conflict(early, decision, schedule(early)["1"]).endswith("in het reces (kerst).")
    fine = replace(decision, meeting_on=date(2027, 1, 12))
    kept = replace(plan, steps=(replace(step, decisions=(fine,)),))
    assert meeting_conflict(kept, fine, schedule(kept)["1"]) == ""
