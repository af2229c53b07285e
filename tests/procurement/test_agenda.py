"""Agendas and releases as outsiders read them, from one change of a plan to the next."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import icalendar

from core.dates import AMSTERDAM
from procurement.exchange.publication import publish
from procurement.models import ContractingProcess
from procurement.plan import operations, queries
from procurement.plan.agenda import write_calendar
from procurement.plan.steps import Outcome
from tests.procurement.test_exchange import full

AT = datetime(2026, 11, 23, 9, tzinfo=AMSTERDAM)
LATER = AT + timedelta(hours=1)


def put(document, at=AT):
    operations.save_document(document, by="x", at=at)
    return document


def events(owner=None):
    content = write_calendar(queries.agenda(ContractingProcess.select(), owner), name="x")
    assert all(len(line) <= 75 for line in content.split(b"\r\n"))
    return {str(e["UID"]): e for e in icalendar.Calendar.from_ical(content).walk("VEVENT")}


def meeting(document, day):
    return replace(
        document,
        decisions=tuple(
            replace(d, outcome=Outcome.SCHEDULED, meeting_on=day)
            if (d.step, d.municipality) == ("8", "0148")
            else d
            for d in document.decisions
        ),
    )


def test_an_agenda_follows_the_plan(db):
    document = meeting(full(), date(2027, 7, 6))
    operations.add_document(document, by="x", at=AT)
    result = events()
    planned = result["SAS-2027.8.0148@taalinkoop"]
    assert (planned["DTSTART"].dt, planned["DTEND"].dt) == (date(2027, 7, 6), date(2027, 7, 7))
    assert planned["DTSTART"].params["VALUE"] == "DATE"
    assert str(planned["SUMMARY"]) == "SAS-2027: college Dalfsen – Besluit aanbestedingsstukken"
    # A meeting that nobody planned is no appointment, one that is over neither.
    assert "SAS-2027.8.0193@taalinkoop" not in result
    assert "SAS-2027.3.0148@taalinkoop" not in result
    assert len(events(owner="inkoop")) < len(result)

    document = put(meeting(document, date(2027, 7, 13)), LATER)
    moved = events()["SAS-2027.8.0148@taalinkoop"]
    assert (int(planned["SEQUENCE"]), int(moved["SEQUENCE"])) == (0, 1)
    assert moved["LAST-MODIFIED"].dt > planned["LAST-MODIFIED"].dt

    odd = replace(document.steps[4], title="Komma, punt; schuin\\ en\nregel – 🎓" + "é" * 60)
    last = replace(document.steps[-1], cancelled=True)
    put(replace(document, steps=(*document.steps[:4], odd, *document.steps[5:-1], last)), LATER)
    result = events()
    assert str(result["SAS-2027.5@taalinkoop"]["SUMMARY"]) == f"SAS-2027: {odd.title}: klaar"
    gone = "SAS-2027.24@taalinkoop"
    assert (result[gone]["STATUS"], int(result[gone]["SEQUENCE"])) == ("CANCELLED", 1)
    operations.recalculate("SAS-2027", at=LATER + timedelta(days=400))
    assert gone not in events()


def test_a_plan_without_a_begin_has_only_what_was_done(db):
    header = replace(full().header, starts_on=None)
    operations.add_document(replace(full(), header=header, baselines=()), by="x", at=AT)
    assert set(events()) == {"SAS-2027.1@taalinkoop"}


def test_releases_are_kept_and_none_is_made_twice(db):
    document = replace(full(), baselines=())
    process = operations.add_document(document, by="x", at=AT)
    (first,) = publish(process, at=AT, prefix="ocds-a1b2c3")
    assert first["ocid"] == "ocds-a1b2c3-SAS-2027"
    # The forecast slides from day to day; what is published does not.
    assert publish(process, at=AT + timedelta(days=2), prefix="ocds-a1b2c3") == [first]
    put(replace(document, header=replace(document.header, go_live=date(2027, 9, 1))), LATER)
    process = queries.find("SAS-2027")
    operations.add_baseline("SAS-2027", "Uitgesteld", by="x", at=LATER)
    kept, second = publish(process, at=LATER, prefix="ocds-a1b2c3")
    assert (kept, second["tag"]) == (first, ["planningUpdate"])
    assert second["id"] != first["id"]
