"""Deliveries one after another: replace, repeat, complete, withdraw; nothing lost, all told."""

import io
import random
from dataclasses import replace
from datetime import date
from typing import Any

import openpyxl
import pytest

from app.checks import all_findings
from core.audit import AuditLine
from core.db import database, is_postgresql
from core.errors import DomainError
from core.storage import Storage
from providers.deliveries import operations
from providers.deliveries.outcomes import outcome_of
from providers.feed.read.cleaning import kept_file
from providers.feed.tell.marked_workbook import write_marked
from providers.feed.tell.outcome import Outcome
from providers.feed.tell.receipt import lines
from providers.feed.tell.standalone import check_file
from providers.models import (
    CURRENT,
    ContractScope,
    CourseTrack,
    Delivery,
    DeliveryMonth,
    Problem,
    ProgressRecord,
    TeachingMethod,
)
from tests.builders import make_contract, make_provider
from tests.providers.feed.books import table
from tests.providers.feed.door import AT, REQUEST, current, deliver, faults_of, sums, withdraw
from tests.providers.feed.lines import csv, row
from tests.providers.feed.test_rules import ENDED


@pytest.fixture
def school(db):
    """A provider with a contract for every route in the whole region."""
    provider = make_provider("TA001")
    contract = make_contract(provider)
    for route in (1, 2, 3):
        ContractScope.create(contract=contract, route=route, municipality=None)
    return provider


def test_holds_rows_and_adds_up(school, tmp_path):
    outcome = deliver(
        tmp_path, school, csv(row(), row(trajectnummer="T-2", status="?"), row(trajectnummer=""))
    )
    assert (sums(outcome), outcome.status.value) == ((3, 1, 0, 2, 0), "partly_accepted")
    delivery = Delivery.get_by_id(outcome.delivery)
    assert (delivery.state, delivery.rejected) == ("held", 2)
    assert [(p.row, p.code) for p in Problem.select().order_by(Problem.id)] == [
        (3, "F306"), (4, "F013"),
    ]  # fmt: skip
    assert [(m.month, m.rows) for m in DeliveryMonth.select()] == [(date(2026, 10, 1), 1)]
    assert CourseTrack.select().count() == 1
    assert [a.action for a in AuditLine.select().order_by(AuditLine.id)] == ["receive", "accept"]


def test_same_bytes_change_nothing(school, tmp_path):
    first = deliver(tmp_path, school, csv(row()))
    again = deliver(tmp_path, school, csv(row()), name="andere naam.csv")
    assert (again.status.value, again.delivery) == ("already_delivered", first.delivery)
    assert (Delivery.select().count(), ProgressRecord.select().count()) == (1, 1)


def test_later_delivery_replaces_and_keeps_history(school, tmp_path):
    first = deliver(tmp_path, school, csv(row(), row(trajectnummer="T-2")))
    second = deliver(tmp_path, school, csv(row(groep="B"), row(trajectnummer="T-2")))
    assert sums(second) == (2, 1, 1, 0, 0)
    assert ProgressRecord.select().count() == 3
    third = deliver(tmp_path, school, csv(row(), row(trajectnummer="T-2")))
    assert third.status.value == "already_delivered"
    assert (third.superseded_by, third.differing) == (second.delivery, 1)
    fourth = deliver(tmp_path, school, csv(row(), row(trajectnummer="T-2")), again=True)
    assert sums(fourth) == (2, 1, 1, 0, 0)
    assert Delivery.get_by_id(fourth.delivery).again_of_id == first.delivery


def test_the_database_knows_at_once_how_many_rows_a_large_delivery_added(school, tmp_path):
    tracks = (row(trajectnummer=f"T-{n}") for n in range(1_000))
    assert sums(deliver(tmp_path, school, csv(*tracks))) == (1_000, 1_000, 0, 0, 0)
    if is_postgresql():  # SQLite plans without such a count
        estimate = "SELECT reltuples FROM pg_class WHERE relname = 'progress_record'"
        assert database.execute_sql(estimate).fetchone()[0] >= 1_000


def test_preview_counts_as_accept_does_and_holds_nothing(school, tmp_path):
    deliver(tmp_path, school, csv(row(), row(trajectnummer="T-2")))
    path = tmp_path / "x.csv"
    path.write_bytes(csv(row(groep="B"), row(trajectnummer="T-2"), row(trajectnummer="T-3")))
    before = (Delivery.select().count(), current(school))
    seen = operations.preview(path, file_name="x.csv", provider=school, request=REQUEST)
    assert (Delivery.select().count(), current(school)) == before
    assert sums(seen) == sums(deliver(tmp_path, school, path.read_bytes())) == (3, 2, 1, 0, 0)


def test_doubled_keys_are_both_rejected_also_when_one_is_faulty(school, tmp_path):
    outcome = deliver(
        tmp_path, school,
        csv(row(), row(trajectnummer="T-2"), row(groep="B"),
            row(trajectnummer="T-3", leerroute="?"), row(trajectnummer="T-3")),
    )  # fmt: skip
    assert sums(outcome) == (5, 1, 0, 4, 0)
    doubled = [p for p in outcome.problems if p.code == "F501"]
    assert [(p.row, p.value) for p in doubled] == [(2, "T-1"), (4, "T-1"), (5, "T-3"), (6, "T-3")]
    assert "rij 2, 4" in doubled[0].message


def test_the_same_row_twice_counts_once_and_is_told(school, tmp_path):
    outcome = deliver(tmp_path, school, csv(row(), row(trajectnummer="T-2"), row()))
    assert (sums(outcome), faults_of(outcome)) == ((3, 2, 1, 0, 0), [(4, "trajectnummer", "F510")])


def test_a_file_without_a_new_row_is_not_accepted_in_part(school, tmp_path):
    deliver(tmp_path, school, csv(row()))
    again = deliver(tmp_path, school, csv(row(), row(trajectnummer="T-2", uren_gevolgd="x")))
    assert (sums(again), again.status_word) == ((2, 0, 1, 1, 0), "niets nieuws aangenomen")
    wrong = deliver(tmp_path, school, csv(row(trajectnummer="T-3", uren_gevolgd="x")))
    assert (sums(wrong), wrong.status_word) == ((1, 0, 0, 1, 0), "geen enkele rij aangenomen")


def test_a_number_that_lost_its_zeros_is_asked_and_makes_no_second_learner(school, tmp_path):
    september = row(
        rapportagemaand="2026-09", trajectnummer="000100", datum_eerste_les="15-09-2026"
    )
    deliver(tmp_path, school, csv(september))
    elsewhere = row(trajectnummer="200", gemeentecode="0148")
    outcome = deliver(tmp_path, school, csv(row(trajectnummer="100"), elsewhere))
    assert faults_of(outcome) == [(2, "trajectnummer", "F511")]
    assert "Eerder was dit traject 000100." in outcome.problems[0].message
    assert deliver(tmp_path, school, csv(row(trajectnummer="000100"))).problems == []
    assert set(current(school)) == {
        ("000100", "2026-09"),
        ("000100", "2026-10"),
        ("200", "2026-10"),
    }


def test_a_traject_of_another_provider_in_the_file_leaves_ours_alone(school, tmp_path):
    rows = row(aanbiedercode="TA001"), row(aanbiedercode="TA002")
    outcome = deliver(tmp_path, school, csv(*rows))
    assert (sums(outcome), faults_of(outcome)) == ((2, 1, 0, 1, 0), [(3, "aanbiedercode", "F304")])
    path = tmp_path / "twee.csv"
    path.write_bytes(csv(*rows))
    assert check_file(path, today=REQUEST.today).counts.accepted == 2


@pytest.mark.parametrize("one_file", [True, False])
def test_no_month_after_the_end(school, tmp_path, one_file):
    ended = ENDED | {"rapportagemaand": "2026-09", "datum_einde": "30-09-2026"}
    files = [[row(**ended)], [row(), row(rapportagemaand="2026-11")]]
    if one_file:
        files = [[*files[1], *files[0]]]
    for rows in files:
        outcome = deliver(tmp_path, school, csv(*rows))
    assert [code for _, _, code in faults_of(outcome)] == ["F502", "F502"]
    assert list(current(school)) == [("T-1", "2026-09")]


@pytest.mark.parametrize("one_file", [True, False])
def test_warns_when_aanmelding_route_or_level_jumps(school, tmp_path, one_file):
    before = row(rapportagemaand="2026-09", niveau_lezen="B1", datum_eerste_les="20-09-2026")
    now = row(datum_aanmelding="02-09-2026", leerroute="Z", datum_eerste_les="20-09-2026")
    files = [[now, before]] if one_file else [[before], [now]]
    for rows in files:
        outcome = deliver(tmp_path, school, csv(*rows))
    assert sorted(code for _, _, code in faults_of(outcome)) == ["F503", "F504", "F505"]
    assert "was 01-09-2026 en is nu 02-09-2026" in str(outcome.problems)
    assert len(current(school)) == 2


def test_warns_when_a_replaced_row_changes_aanmelding(school, tmp_path):
    deliver(tmp_path, school, csv(row()))
    outcome = deliver(tmp_path, school, csv(row(datum_aanmelding="02-09-2026")))
    assert faults_of(outcome) == [(2, "datum_aanmelding", "F503")]


def test_warns_when_a_traject_is_active_at_two_providers(school, tmp_path):
    deliver(tmp_path, school, csv(row()))
    other = make_provider("TA002")
    ContractScope.create(contract=make_contract(other), route=1, municipality="0193")
    assert faults_of(deliver(tmp_path, other, csv(row()))) == [(2, "trajectnummer", "F506")]


def test_one_warning_for_rows_that_no_contract_covers(db, tmp_path):
    school = make_provider("TA001")
    contract = make_contract(school, number="C-1")
    ContractScope.create(contract=contract, route=1, municipality="0193")
    outcome = deliver(
        tmp_path, school,
        csv(row(contractnummer="c-1"), row(trajectnummer="T-2", gemeentecode="0148"),
            row(trajectnummer="T-3", gemeentecode="0148")),
    )  # fmt: skip
    assert sums(outcome) == (3, 3, 0, 0, 0)
    (problem,) = outcome.problems
    assert (problem.row, problem.code) == (None, "F507")
    assert "Dalfsen (0148) met leerroute B: 2 rijen" in problem.message


def test_refused_file_is_kept_and_taken_up_again(school, tmp_path):
    content = b"trajectnummer;leerroute\nT-1;B\n"
    first = deliver(tmp_path, school, content)
    assert first.status.value == "refused"
    assert first.missing_columns[:2] == ["rapportagemaand", "gemeentecode"]
    second = deliver(tmp_path, school, content)
    assert (second.status.value, second.delivery) == ("refused", first.delivery)
    assert (Delivery.select().count(), ProgressRecord.select().count()) == (1, 0)


def test_personal_cells_are_not_kept(school, tmp_path):
    content = csv(row() | {"Naam": "Jansen"}, row(trajectnummer="123456782") | {"Naam": "Kim"})
    outcome = deliver(tmp_path, school, content)
    assert outcome.findings["cleaned"]
    kept = kept_file(Storage(tmp_path), outcome.sha256).read_text()
    assert "Jansen" not in kept
    assert "123456782" not in kept
    everything = "".join(p.read_text(errors="replace") for p in tmp_path.rglob("*") if p.is_file())
    assert "123456782" not in everything
    assert "123456782" not in repr(list(Problem.select().dicts()))


def test_mended_workbook_completes_the_first_delivery(school, tmp_path):
    rows = [row(trajectnummer=f"T-{n}") for n in range(5)]
    rows[1]["uren_gevolgd"], rows[3]["uren_gevolgd"] = "nvt", "?"
    first = deliver(tmp_path, school, csv(*rows))
    file = io.BytesIO()
    write_marked(file, first, kept_file(Storage(tmp_path), first.sha256))
    book = openpyxl.load_workbook(file)
    page = book["Te verbeteren"]
    assert page.max_row == 3
    at = [cell.value for cell in page[1]].index("uren_gevolgd") + 1
    assert "F204" in page.cell(2, at).comment.text
    assert book["Jullie bestand"].cell(3, at).value == "nvt"
    # Sorted the other way round, and both mended.
    swapped = [[cell.value for cell in page[n]] for n in (3, 2)]
    for number, values in enumerate(swapped, 2):
        for column, value in enumerate(values, 1):
            page.cell(number, column).value = "40,5" if column == at else value
    mended = io.BytesIO()
    book.save(mended)
    second = deliver(tmp_path, school, mended.getvalue(), name="verbeterd.xlsx")
    assert sums(second) == (2, 2, 0, 0, 0)
    assert second.findings["mended"] == {first.sha256: 2}
    assert len(current(school)) == 5
    other = make_provider("TA002")
    refused = deliver(tmp_path, other, mended.getvalue())
    assert faults_of(refused) == [(None, None, "F008")]


def test_rows_of_a_second_sheet_are_told_and_mended_by_their_own_number(school, tmp_path):
    made = openpyxl.Workbook()
    made.active.title = "Groep 1"
    good, wrong = row(), row(trajectnummer="T-2", uren_gevolgd="nul")
    for name, rows in (("Groep 1", [good]), ("Groep 2", [wrong, row(trajectnummer="T-3")])):
        page = made[name] if name in made.sheetnames else made.create_sheet(name)
        for cells in table(*rows):
            page.append(cells)
    file = io.BytesIO()
    made.save(file)
    first = deliver(tmp_path, school, file.getvalue(), name="groepen.xlsx")
    assert sums(first) == (3, 2, 0, 1, 0)
    kept = outcome_of(Delivery.get_by_id(first.delivery))
    assert [(p["sheet"], p["row"]) for p in kept.document()["problems"]] == [("Groep 2", 2)]
    assert "Terug te sturen: blad Groep 2, rij 2, kolom" in "\n".join(lines(kept))
    book = io.BytesIO()
    write_marked(book, kept, kept_file(Storage(tmp_path), first.sha256))
    page = openpyxl.load_workbook(book)["Te verbeteren"]
    cells = [cell.value for cell in page[2]]
    cells[[cell.value for cell in page[1]].index("uren_gevolgd")] = "40,5"
    mended = openpyxl.Workbook()
    mended.active.append([cell.value for cell in page[1]])
    mended.active.append(cells)
    file = io.BytesIO()
    mended.save(file)
    second = deliver(tmp_path, school, file.getvalue(), name="verbeterd.xlsx")
    assert (sums(second), second.findings["drift"]) == ((1, 1, 0, 0, 0), [])
    assert "Vult levering 1 aan".replace("1", str(first.delivery)) in "\n".join(lines(second))
    assert "blad Groep 2, rij 2" in "\n".join(lines(second))


def test_withdraw_restores_whatever_the_order(school, tmp_path):
    """Against a model: what is held is the deliveries that stand, replayed in order."""
    random.seed(7)
    keys = [(f"T-{n}", f"2026-{m:02d}") for n in range(3) for m in (8, 9, 10)]
    for _ in range(6):
        standing: dict[int, dict] = {}
        tries = 0
        while len(standing) < 5 and tries < 12:
            tries += 1
            chosen = random.sample(keys, random.randint(1, 5))
            rows = {k: random.choice("AB") for k in chosen}
            content = csv(*(
                row(trajectnummer=t, rapportagemaand=m, groep=g, datum_aanmelding="01-01-2026",
                    datum_eerste_les="02-01-2026")
                for (t, m), g in rows.items()
            ))  # fmt: skip
            outcome = deliver(tmp_path, school, content, again=True)
            standing[outcome.delivery] = rows
            _same_as_replayed(school, standing)
        for number in random.sample(sorted(standing), len(standing)):
            withdraw(number)
            del standing[number]
            _same_as_replayed(school, standing)
    assert current(school) == {}


def _same_as_replayed(school, standing):
    expected: dict = {}
    for number in sorted(standing):
        expected |= standing[number]
    assert {key: values[-1] for key, values in current(school).items()} == expected


def test_withdrawing_the_first_leaves_each_row_to_who_repeated_it_first(school, tmp_path):
    feed = [row(trajectnummer=f"T-{n}") for n in range(4)]
    first = deliver(tmp_path, school, csv(*feed)).delivery
    half = deliver(tmp_path, school, csv(*feed[2:])).delivery
    whole = deliver(tmp_path, school, csv(*feed) + b"\n").delivery
    withdraw(first)
    stored = ProgressRecord.select(ProgressRecord.delivery, ProgressRecord.row).where(CURRENT)
    assert sorted(stored.tuples()) == [(half, 2), (half, 3), (whole, 2), (whole, 3)]
    assert all_findings() == []


def test_withdraw_asks_a_reason_and_only_once(school, tmp_path):
    outcome = deliver(tmp_path, school, csv(row()))
    delivery = Delivery.get_by_id(outcome.delivery)
    with pytest.raises(DomainError, match="waarom"):
        operations.withdraw(delivery, reason=" ", by="test", at=AT)
    withdraw(outcome.delivery)
    with pytest.raises(DomainError, match="al ingetrokken"):
        withdraw(outcome.delivery)
    assert sums(deliver(tmp_path, school, csv(row()))) == (1, 1, 0, 0, 0)


def test_nothing_is_held_when_writing_fails_half_way(school, tmp_path, monkeypatch):
    storage = Storage(tmp_path)
    delivery, _ = operations.receive(
        io.BytesIO(csv(row())), file_name="x.csv", provider=school, storage=storage, by="t", at=AT
    )

    def fail(*_arguments):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(operations.intake, "keep_problems", fail)
    with pytest.raises(OSError, match="No space"):
        operations.accept(delivery, storage=storage, request=REQUEST, by="t", at=AT)
    monkeypatch.undo()
    assert (ProgressRecord.select().count(), CourseTrack.select().count()) == (0, 0)
    assert sums(deliver(tmp_path, school, csv(row()))) == (1, 1, 0, 0, 0)
    assert Delivery.select().count() == 1


def test_the_columns_of_feed_1_1_are_held_and_a_file_without_them_stays_valid(school, tmp_path):
    TeachingMethod.create(provider=school, name="De Opmaat")
    extra = {
        "doelgroep": "asiel", "lesmethode": "de opmaat", "taalstage": "ja", "duaal": "nee",
        "les_sluit_aan": "Ja",
    }  # fmt: skip
    other = {"trajectnummer": "T-2", "lesmethode": "Onbekend"}
    outcome = deliver(tmp_path, school, csv(row(**extra), row(**other)))
    assert faults_of(outcome) == [(None, "lesmethode", "F509")]
    stored = ProgressRecord.get(ProgressRecord.row == 2)
    assert (stored.target_group, stored.teaching_method) == (1, "de opmaat")
    assert (stored.language_internship, stored.combined, stored.lesson_fits) == (1, 0, 1)
    first_version = deliver(tmp_path, school, csv(row(rapportagemaand="2026-11")))
    assert first_version.status.value == "accepted"


def test_a_month_that_may_be_the_wrong_one_is_asked_first(school, tmp_path):
    november = operations.Request(today=date(2026, 11, 23))

    def send(content: bytes, **more: Any) -> Outcome:
        return deliver(tmp_path, school, content, request=replace(november, **more))

    september = [row(trajectnummer=f"T-{n}", rapportagemaand="2026-09") for n in range(20)]
    assert send(csv(*september)).status.value == "accepted"
    # One row of an earlier month may change, two of twenty too; three are asked about.
    for changed, status in ((2, "accepted"), (3, "needs_consent")):
        mended = [one | {"groep": f"{changed}"} for one in september[:changed]]
        outcome = send(csv(*mended, *september[changed:]))
        assert outcome.status.value == status
    assert outcome.document()["replaces"] == [{"month": "2026-09", "rows": 3}]
    assert [stored[-1] for stored in current(school).values()].count("3") == 0
    assert Delivery.get_by_id(outcome.delivery).state == "received"
    confirmed = send(csv(*mended, *september[3:]), replace={date(2026, 9, 1)})
    assert (confirmed.delivery, confirmed.status.value) == (outcome.delivery, "accepted")
    assert [stored[-1] for stored in current(school).values()].count("3") == 3
    # The month that is due is replaced without a question; the month in progress is provisional.
    october = [row(trajectnummer=f"T-{n}") for n in range(4)]
    send(csv(*october))
    assert send(csv(*(one | {"groep": "B"} for one in october))).status.value == "accepted"
    provisional = send(csv(row(rapportagemaand="2026-11")))
    assert provisional.document()["provisional"] == ["2026-11"]
