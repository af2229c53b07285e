"""Verbs: all or nothing, one audit line, and what lists need kept beside it."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from core.audit import AuditLine
from core.errors import DomainError
from procurement.models import Breach, ForecastPoint, Milestone, PlannedDate
from procurement.plan import agenda, operations, queries
from procurement.plan.documents import (
    Header,
    PlanAction,
    PlanDecision,
    PlanMeeting,
    PlanParticipation,
    PlanRisk,
)
from procurement.plan.outlook import look
from procurement.plan.steps import Link, Outcome, ReplanCause

pytestmark = pytest.mark.sqlite_first

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
BY = {"by": "regio@example.nl", "at": AT}
DALFSEN, KAMPEN, ZWOLLE = "0148", "0166", "0193"
HEADER = Header(
    "SAS-2027", "Inkoop 2027", "Regio Zwolle", starts_on=date(2026, 1, 5),
    go_live=date(2027, 7, 1), contract_until=date(2031, 6, 30), tracks=900, price_cents=1_160_000,
)  # fmt: skip


def start(**more):
    joining = tuple(PlanParticipation(code, "B") for code in (DALFSEN, KAMPEN, ZWOLLE))
    values = {"template": "SAS regionaal", "participations": joining} | BY | more
    return operations.start_plan(HEADER, **values)


def outlook():
    return look(queries.load(queries.find("SAS-2027")), date(2026, 3, 2))


def test_a_plan_from_the_template_asks_every_gemeente(db):
    process = start()
    document = queries.load(process)
    assert len(document.steps) == 24
    assert [d.municipality for d in document.decisions if d.step == "8"] == [
        DALFSEN, KAMPEN, ZWOLLE,
    ]  # fmt: skip
    assert {d.step for d in document.decisions} == {"3", "8", "9", "18", "24"}
    assert {d.body for d in document.decisions if d.step == "9"} == {"raad"}
    assert document.header == HEADER
    assert ForecastPoint.select().count() == 24
    assert AuditLine.select().where(AuditLine.thing_id == "SAS-2027").count() == 1


def test_the_same_code_twice_is_refused(db):
    start()
    with pytest.raises(DomainError) as error:
        start()
    assert error.value.code == "exists"
    assert Milestone.select().count() == 24


def test_one_gemeente_moves_its_meeting_and_the_award_moves_with_it(db):
    start()
    for code in (DALFSEN, KAMPEN, ZWOLLE):
        decision = PlanDecision("8", code, "college", Outcome.SCHEDULED, date(2026, 11, 10))
        operations.decide_all("SAS-2027", [decision], **BY)
    operations.add_baseline("SAS-2027", "Eerste plan", **BY)
    before = outlook()
    # 10-11 published, 45 days to 25-12, 28 to 22-1, decision the same Friday, 20 days to Thursday
    # 11-2, three more to Sunday 14-2.
    assert before.forecasts["10"].end == date(2026, 11, 10)
    assert before.forecasts["15"].end == date(2027, 1, 22)
    assert before.forecasts["16"].end == date(2027, 2, 11)
    assert before.forecasts["17"].end == date(2027, 2, 14)

    later = PlanDecision("8", KAMPEN, "college", Outcome.SCHEDULED, date(2026, 12, 8))
    operations.decide_all("SAS-2027", [later], **BY)

    after = outlook()
    # Four weeks on: 8-12, 22-1, 19-2, standstill to Thursday 11-3, 14-3.
    assert after.forecasts["10"].end == date(2026, 12, 8)
    assert after.forecasts["15"].end == date(2027, 2, 19)
    assert after.forecasts["16"].end == date(2027, 3, 11)
    assert after.forecasts["17"].end == date(2027, 3, 14)
    assert after.cause.municipalities == (KAMPEN,)
    assert (
        "door het collegebesluit van Kampen (verplaatst van 10-11-2026 naar 08-12-2026)"
        in after.sentence
    )
    assert queries.find("SAS-2027").headline == after.sentence
    assert Milestone.get(Milestone.code == "17").expected_end == date(2027, 3, 14)
    line = AuditLine.select().order_by(AuditLine.id.desc()).get()
    assert line.before == {f"decisions 8 {KAMPEN}: meeting_on": "2026-11-10"}
    assert line.after == {f"decisions 8 {KAMPEN}: meeting_on": "2026-12-08"}


def test_doing_the_same_again_writes_nothing(db):
    start()
    decision = PlanDecision("3", KAMPEN, "college", Outcome.SCHEDULED, date(2026, 4, 14))
    assert operations.decide_all("SAS-2027", [decision], **BY)
    lines = AuditLine.select().count()
    assert operations.decide_all("SAS-2027", [decision], **BY) == {}
    assert AuditLine.select().count() == lines


@pytest.mark.parametrize(
    ("decision", "code", "field"),
    [
        (PlanDecision("3", KAMPEN, outcome=Outcome.SCHEDULED), "meeting_on", "meeting_on"),
        (PlanDecision("3", KAMPEN, outcome=Outcome.DECIDED), "decided_on", "decided_on"),
        (PlanDecision("3", KAMPEN, decided_on=date(2026, 3, 1)), "outcome", "outcome"),
        (
            PlanDecision("3", KAMPEN, outcome=Outcome.DECIDED, decided_on=date(2026, 4, 1)),
            "not_yet", "decided_on",
        ),
        (PlanDecision("3", "0202"), "no_decision", None),
        (PlanDecision("1", KAMPEN), "no_decision", None),
    ],
)  # fmt: skip
def test_decisions_that_cannot_be(db, decision, code, field):
    start()
    with pytest.raises(DomainError) as error:
        operations.decide_all("SAS-2027", [decision], **BY)
    assert (error.value.code, error.value.field) == (code, field)


def test_a_planversie_never_changes(db):
    process = start()
    assert operations.add_baseline("SAS-2027", "Eerste plan", **BY) == 1
    assert operations.add_baseline("SAS-2027", "Wet uitgesteld naar 1-7-2021", **BY) == 2
    dates = list(PlannedDate.select(PlannedDate.step, PlannedDate.ends_on).tuples())
    operations.put_step("SAS-2027", replace(queries.load(process).step("1"), duration=80), **BY)
    assert list(PlannedDate.select(PlannedDate.step, PlannedDate.ends_on).tuples()) == dates
    document = queries.load(process)
    changed = replace(document, baselines=(replace(document.baselines[0], reason="anders"),))
    with pytest.raises(DomainError) as error:
        operations.save_document(changed, **BY)
    assert error.value.code == "baseline_fixed"


def test_a_circle_is_refused_at_entry_and_nothing_changes(db):
    process = start()
    step = queries.load(process).step("4")
    with pytest.raises(DomainError) as error:
        operations.put_step("SAS-2027", step, (Link("3", "4"), Link("8", "4")), **BY)
    assert error.value.code == "circle"
    assert "4 → 5 → 7 → 8 → 4" in error.value.message
    assert {k.before for k in queries.load(process).links if k.after == "4"} == {"3"}


def test_breaches_are_kept_from_when_they_came_to_when_they_were_mended(db):
    process = start()
    step = queries.load(process).step("16")
    operations.put_step("SAS-2027", replace(step, duration=15), **BY)
    results = list(Breach.select().where(Breach.mended_at.is_null()))
    assert {(b.rule, b.step) for b in results} >= {("standstill", "16")}
    operations.put_step("SAS-2027", step, **BY)
    assert Breach.select().where(Breach.mended_at.is_null()).count() == 0
    assert Breach.select().count() == len(results)


def test_actions_risks_meetings_and_shifts(db):
    process = start()
    operations.put_action("SAS-2027", PlanAction("Bel Kampen"), **BY)
    operations.put_action("SAS-2027", PlanAction("Bel Kampen", "ja", "gebeld"), "Bel Kampen", **BY)
    operations.put_risk("SAS-2027", PlanRisk("Te weinig inschrijvers", 3, 4, step="13"), **BY)
    operations.put_calendar(
        "SAS-2027", (), (PlanMeeting(KAMPEN, "college", date(2026, 6, 2)),), **BY
    )
    document = queries.load(process)
    assert document.actions == (PlanAction("Bel Kampen", "ja", "gebeld"),)
    assert document.risks[0].step == "13"
    assert outlook().forecasts["3"].local_dates[KAMPEN] == date(2026, 6, 2)
    operations.shift_step("SAS-2027", "3", 7, KAMPEN, **BY)
    assert outlook().forecasts["3"].local_dates[KAMPEN] == date(2026, 6, 9)
    operations.shift_step("SAS-2027", "5", 10, None, **BY)
    assert queries.load(process).step("5").earliest_start is not None


def test_a_new_day_is_calculated_once(db):
    start()
    tomorrow = datetime(2026, 3, 3, 9, tzinfo=UTC)
    query = queries.ContractingProcess.select()
    assert operations.refresh(query, at=AT) == 0
    assert operations.refresh(query, at=tomorrow) == 1
    assert operations.refresh(query, at=tomorrow) == 0


def test_calendar_links_are_secret_and_can_be_revoked(db):
    process = start()
    token = agenda.make_calendar_link(process=process, **BY)
    link = agenda.calendar_link(token)
    assert link.process == process
    assert token not in str(list(AuditLine.select().dicts()))
    agenda.revoke_calendar_link(link.id, **BY)
    assert agenda.calendar_link(token) is None
    with pytest.raises(DomainError):
        agenda.revoke_calendar_link(link.id, **BY)


def test_the_law_moves_and_everything_with_it(db):
    header = Header(
        "L-1", "Wet", starts_on=date(2026, 1, 5), go_live=date(2027, 1, 1),
        contract_until=date(2030, 12, 31),
    )  # fmt: skip
    joining = (PlanParticipation("0148", "B"),)
    process = operations.start_plan(header, template="SAS regionaal", participations=joining, **BY)
    document = queries.load(process)
    tied = replace(document.step("5"), earliest_start=date(2026, 9, 1))
    operations.put_step("L-1", tied, **BY)
    planned = PlanDecision("8", "0148", "college", Outcome.SCHEDULED, date(2027, 3, 9))
    operations.decide_all("L-1", [planned], **BY)
    reason = "wet uitgesteld naar 1-7-2027"
    operations.move_goal("L-1", date(2027, 7, 1), reason, ReplanCause.LAW, **BY)
    document = queries.load(queries.find("L-1"))
    assert (document.header.go_live, document.header.contract_until) == (
        date(2027, 7, 1), date(2031, 6, 30),
    )  # fmt: skip
    assert document.step("5").earliest_start == date(2027, 3, 1)
    # The renewal follows the contract, and a meeting that a person entered stays.
    assert document.step("24").deadline == date(2030, 4, 30)
    assert [d.meeting_on for d in document.decisions if d.step == "8"] == [date(2027, 3, 9)]
    assert [(b.reason, b.go_live, b.cause) for b in document.baselines] == [
        (f"Voor het schuiven: {reason}", date(2027, 1, 1), None),
        (reason, date(2027, 7, 1), ReplanCause.LAW),
    ]
    line = AuditLine.select().order_by(AuditLine.id.desc()).get()
    assert (line.action, line.reason) == ("verschuif alles", reason)


def test_a_contract_that_ends_before_it_begins_is_refused(db):
    header = Header("L-2", "X", go_live=date(2027, 7, 1), contract_until=date(2027, 6, 30))
    with pytest.raises(DomainError, match="Bedoel je het huidige contract") as error:
        operations.start_plan(header, **BY)
    assert error.value.field == "contract_until"
