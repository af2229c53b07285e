"""A provider that goes up in another, or gets another code: its past stays, its future goes on."""

import json
from datetime import date

import pytest

from app.cli import main
from core.accounts import Account, Role
from providers.deliveries.calendar_queries import DeliveryState, delivery_calendar
from providers.models import ProgressRecord, Provider
from tests.builders import make_contract, make_provider
from tests.providers.feed.door import deliver, faults_of
from tests.providers.feed.lines import csv, row

TODAY = date(2026, 11, 23)
AUGUST = {"rapportagemaand": "2026-08", "datum_aanmelding": "01-07-2026", "datum_eerste_les": ""}
MERGER = "aanbiedercode;naam;opgegaan_in;opgegaan_op\nTA001;Een;TA002;01-10-2026\n"
STAYS = "TA002;Twee;;\n"


def register(folder, text: str, capsys) -> tuple[int, str]:
    path = folder / "aanbieders.csv"
    path.write_text(text, encoding="utf-8")
    status = main(["provider", "import", str(path), "--json"])
    return status, json.loads(capsys.readouterr().out)["problems"]


def test_the_past_stays_and_the_future_is_delivered_by_the_other(db, tmp_path, capsys):
    old = make_provider("TA001")
    make_contract(old)
    waits = AUGUST | {"status": "wachtend", "uren_aangeboden": "0", "uren_gevolgd": "0",
                      "uren_geoorloofd_verzuim": "0", "uren_ongeoorloofd_verzuim": "0",
                      "uren_bevoegd_docent": "0"}  # fmt: skip
    assert deliver(tmp_path, old, csv(row(**waits))).counts.accepted == 1
    # The row of the merger stands above the one that it names.
    assert register(tmp_path, MERGER + STAYS, capsys) == (0, [])
    old, new = Provider.get(code="TA001"), Provider.get(code="TA002")

    late = deliver(tmp_path, old, csv(row(trajectnummer="T-2")))
    assert faults_of(late)[0] == (2, "rapportagemaand", "F114")
    assert "Stuur haar in een levering van Twee (TA002)." in late.problems[0].message
    mine = deliver(tmp_path, new, csv(row(aanbiedercode="TA001"), row(trajectnummer="T-2")))
    assert (mine.counts.accepted, [code for *_, code in faults_of(mine) if code < "F5"]) == (2, [])
    stored = ProgressRecord.select(ProgressRecord.provider, ProgressRecord.month)
    assert {(one.provider.code, one.month) for one in stored} == {
        ("TA001", date(2026, 8, 1)),
        ("TA002", date(2026, 10, 1)),
    }
    months = delivery_calendar([old.id], date(2026, 9, 1), date(2026, 10, 1), TODAY)
    assert [cell.state for cell in months] == [DeliveryState.MISSING, DeliveryState.NOT_OWED]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (MERGER, 'Aanbieder "TA002" staat niet in het register.'),
        (MERGER.replace("TA002", "TA001"), "Een aanbieder kan niet in zichzelf opgaan."),
        (MERGER.replace("01-10-2026", "") + STAYS, "Vul in waarin de aanbieder opging"),
        (MERGER + STAYS + "TA003;Drie;TA001;01-11-2026\n", "Een is zelf opgegaan in Twee."),
    ],
)
def test_a_merger_that_cannot_be_is_refused_by_row(db, tmp_path, capsys, text, message):
    make_provider("TA001")
    status, problems = register(tmp_path, text, capsys)
    assert status == 1
    assert message in problems[0]["message"]


def test_the_pages_of_both_point_at_each_other_and_the_new_school_sees_the_past(client, db):
    new = make_provider("TA002", name="Twee")
    old = make_provider("TA001", name="Een", merged_into=new, merged_on=date(2026, 10, 1))
    client.sign_in(Role.REGION)
    page = client.get("/aanbieders/TA001/")
    assert "Opgegaan in een andere aanbieder op 01-10-2026" in page.text
    assert "/aanbieders/TA002/" in [a.get("href") for a in page.all("a")]
    assert "Hierin ging op 01-10-2026 op: Een." in client.get("/aanbieders/TA002/").text
    page = client.get(f"/beheer/aanbieders/weg/?id={new.id}")
    assert "1 aanbieder die erin opging" in page.text
    client.sign_in(Role.PROVIDER, provider_code="TA002")
    assert "01-10-2026" in client.get(f"/aanbieders/{old.code}/").text
    client.sign_in(Role.PROVIDER, provider_code="TA001", email="oud@example.org")
    client.get("/aanbieders/TA002/", status=404)


def test_accounts_follow_a_provider_that_gets_another_code(client, db):
    school = make_provider("TA001", name="Een")
    client.sign_in(Role.PROVIDER, provider_code="TA001")
    client.sign_in(Role.REGION)
    values = {"code": "TA100", "name": "Honderd"}
    assert client.post(f"/beheer/aanbieders/edit/?id={school.id}", values).status == 302
    assert [a.provider_code for a in Account.select() if a.role == Role.PROVIDER] == ["TA100"]
