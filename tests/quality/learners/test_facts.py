"""What a gemeente adds about its own learners: through the command, the API and the operation."""

import io
import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from core.accounts import Role
from core.dates import today as real_today
from core.identity.api_token_operations import make_token
from providers.feed.tell.outcome import Outcome, Status
from quality.learners.fact_operations import facts_of, import_facts, remove_rows_to_mend
from quality.learners.facts import FACT_COLUMNS, FACT_RULES
from quality.learners.models import FactsImport, LearnerFacts
from tests.builders import AT

TODAY = date(2026, 11, 23)
HEADER = "trajectnummer;doelgroep;termijn_van;termijn_tot;termijn_verlengd_tot;pip_op"


def take_in(folder: Path, text: str, **more: Any) -> Outcome:
    file = folder / "cursisten.csv"
    file.write_text(text, encoding="utf-8")
    values = {"municipality": 148, "by": "dalfsen@example.nl", "at": AT, "today": TODAY} | more
    return import_facts(file, file_name=file.name, **values)


def faults_of(outcome: Outcome) -> list[tuple[int | None, str | None, str]]:
    return [(p.row, p.column, p.code) for p in outcome.problems]


def test_each_row_ends_in_one_place_and_the_sum_is_told(db, tmp_path):
    outcome = take_in(
        tmp_path,
        f"{HEADER}\n"
        "B-1;asiel;02-01-2025;01-01-2028;;01-01-2025\n"
        "B-2;gezin;02-01-2025;01-01-2024;;\n"  # ends before it begins
        "123456782;asiel;;;;\n"  # a BSN
        "B-3;zomaar;;;;31-12-2030\n"  # no such group
        ";;;;;\n"
        "Totaal;3;;;;\n"
        "B-4;overig;;;;01-12-2026\n"  # still to come
        "B-5;overig;;;;\n"
        "B-5;asiel;;;;\n",
    )
    assert faults_of(outcome) == [
        (3, "termijn_tot", "L102"),
        (4, "trajectnummer", "F301"),
        (5, "doelgroep", "F306"),
        (8, "pip_op", "L101"),
        (9, "trajectnummer", "F501"),
        (10, "trajectnummer", "F501"),
    ]
    counts = outcome.counts
    assert (counts.rows, counts.accepted, counts.rejected, counts.skipped) == (9, 1, 6, 2)
    assert outcome.status is Status.PARTLY_ACCEPTED
    assert "123456782" not in json.dumps(FactsImport.get().receipt)
    assert list(facts_of(148, ["B-1", "B-2"])) == ["B-1"]


def test_a_column_that_is_not_there_leaves_what_is_known_and_an_empty_cell_empties_it(db, tmp_path):
    take_in(tmp_path, f"{HEADER}\nB-1;asiel;02-01-2025;01-01-2028;;01-01-2025\n")
    later = take_in(tmp_path, "Traject;Verlengd tot;doelgroep\nB-1;01-07-2028;\n")
    assert (later.counts.accepted, later.counts.replaced) == (1, 1)
    facts = LearnerFacts.get()
    assert (facts.term_until, facts.term_extended_until) == (date(2028, 1, 1), date(2028, 7, 1))
    assert facts.target_group is None
    # The rules see what is known already.
    wrong = take_in(tmp_path, "trajectnummer;termijn_verlengd_tot\nB-1;01-07-2027\n")
    assert faults_of(wrong) == [(2, "termijn_verlengd_tot", "L103")]


def test_the_same_file_again_changes_nothing_unless_it_is_asked_for(db, tmp_path):
    text = f"{HEADER}\nB-1;asiel;;;;\n"
    first = take_in(tmp_path, text)
    again = take_in(tmp_path, text)
    assert (again.status, again.delivery) == (Status.ALREADY_DELIVERED, first.delivery)
    assert take_in(tmp_path, text, again=True).counts.unchanged == 1
    assert take_in(tmp_path, text, municipality=193).counts.accepted == 1
    assert FactsImport.select().count() == 3


def test_nothing_is_kept_of_a_proof_or_of_a_file_that_cannot_be_read(db, tmp_path):
    assert take_in(tmp_path, f"{HEADER}\nB-1;;;;;\n", dry_run=True).status is Status.DRY_RUN
    refused = take_in(tmp_path, "naam;doelgroep\nKim;asiel\n")
    assert (refused.status, faults_of(refused)) == (Status.REFUSED, [(None, None, "F004")])
    assert not LearnerFacts.select().exists()
    assert "Kim" not in json.dumps(FactsImport.get().receipt)


@pytest.mark.both_engines
def test_the_empty_workbook_comes_back_marked_and_goes_in_mended(client, db):
    def send(book: openpyxl.Workbook, name: str) -> Any:
        file = io.BytesIO()
        book.save(file)
        file.seek(0)
        return client.post("/cursisten/inlezen/", {"municipality": "148", "file": (file, name)})

    def marked(number: int) -> openpyxl.Workbook:
        answer = client.get(f"/cursisten/inlezen/{number}/verbeteren.xlsx", check=False)
        return openpyxl.load_workbook(io.BytesIO(answer.data))

    client.sign_in("gemeente", municipalities=["0148"])
    empty = client.get("/cursisten/inlezen/leeg.xlsx", check=False)
    book = openpyxl.load_workbook(io.BytesIO(empty.data))
    page = book["Cursisten"]
    assert [cell.value for cell in page[1]] == [column.name for column in FACT_COLUMNS]
    for row in (["B-1", "asiel"], ["B-2", "zomaar"], ["123456782", "gezin"]):
        page.append(row)
    answer = send(book, "cursisten.xlsx")
    assert "1 aangenomen, 0 ongewijzigd, 2 terug te sturen" in answer.text
    first = FactsImport.get()
    link = f"/cursisten/inlezen/{first.id}/verbeteren.xlsx"
    assert link in answer.links

    back = marked(first.id)
    mend = back["Te verbeteren"]
    cells = [[cell.value for cell in row[:2]] for row in mend.iter_rows(min_row=2)]
    assert cells == [["B-2", "zomaar"], ["", "gezin"]]  # a BSN is kept nowhere
    assert "F306" in mend["B2"].comment.text
    assert mend["B2"].fill.bgColor.rgb != mend["A2"].fill.bgColor.rgb
    mend["B2"], mend["A3"] = "overig", "B-3"
    assert "2 aangenomen, 0 ongewijzigd, 0 terug te sturen" in send(back, "verbeterd.xlsx").text
    assert set(facts_of(148, ["B-1", "B-2", "B-3"])) == {"B-1", "B-2", "B-3"}

    client.sign_out()
    client.sign_in("gemeente", email="zwolle@example.org", municipalities=["0193"])
    client.get(link, status=404)
    remove_rows_to_mend(first.received_at + timedelta(seconds=1))
    client.sign_out()
    client.sign_in("gemeente", municipalities=["0148"])
    client.get(link, status=302)
    assert link not in client.get("/cursisten/inlezen/").links


def test_a_file_without_a_good_row_is_not_accepted_in_part(db, client):
    client.sign_in("gemeente", municipalities=["0148"])
    file = io.BytesIO(b"trajectnummer;doelgroep\nB-1;zomaar\n")
    values = {"municipality": "148", "file": (file, "fout.csv")}
    answer = client.post("/cursisten/inlezen/", values)
    # In the answer, and in the list of what came in last.
    assert answer.text.count("geen enkele rij aangenomen") == 2
    assert "deels aangenomen" not in answer.text


@pytest.fixture
def caller(app, db):
    _, token = make_token(
        name="klantvolgsysteem", role=Role.MUNICIPALITY, provider_code=None,
        municipalities=["0148"], permissions=["learners:create"], expires_on=None, by="test", at=AT,
    )  # fmt: skip
    return lambda path, rows: app.test_client().post(
        f"/api/v1/learners{path}", json=rows, headers={"Authorization": f"Bearer {token}"}
    )


def test_a_system_of_the_gemeente_sends_its_own_learners_only(caller):
    rows = [{"trajectnummer": "B-1", "vestiging_op": f"{real_today():%Y-%m-%d}"}]
    sent = caller("", rows)
    assert (sent.status_code, sent.json["accepted"]) == (201, 1)
    assert caller("?gemeente=GM0148", rows).status_code == 200
    assert caller("?gemeente=0193", rows).status_code == 403
    refused = caller("", [{"doelgroep": "asiel"}])
    assert (refused.status_code, refused.json["receipt"]["status"]) == (422, "refused")
    assert {facts.municipality for facts in LearnerFacts.select()} == {148}


def test_every_column_and_rule_is_documented(root):
    text = (root / "docs" / "learner-facts.md").read_text(encoding="utf-8")
    assert all(f"| `{column.name}` | {column.note} |" in text for column in FACT_COLUMNS)
    assert all(f"| {one.rule.code} | {one.rule.definition} |" in text for one in FACT_RULES)
