"""What two deliveries of one month say differently, through the page, for who may see the rows."""

import re

import pytest

from core.accounts import Role
from providers.admin import history
from providers.models import ContractScope
from tests.builders import make_contract, make_provider
from tests.pages import Client
from tests.providers.feed.door import deliver, withdraw
from tests.providers.feed.lines import csv, row


@pytest.fixture
def school(client: Client):
    """A provider, with a contract, and its own account at the browser."""
    provider = make_provider("TA001")
    make_contract(provider)
    client.sign_in(Role.PROVIDER, provider_code="TA001")
    return provider


def numbered(*numbers: int, **values: str) -> list[dict[str, str]]:
    return [row(trajectnummer=f"T-{n}", **values) for n in numbers]


def test_new_changed_gone_and_equal_with_what_changed(school, client, tmp_path):
    september = numbered(1, rapportagemaand="2026-09", datum_eerste_les="02-09-2026")
    first = deliver(tmp_path, school, csv(*september, *numbered(1, 2, 3, 4, 5))).delivery
    second = deliver(
        tmp_path, school,
        csv(
            *numbered(1), *numbered(2, uren_gevolgd="39,5", uren_ongeoorloofd_verzuim="3,5"),
            *numbered(3, groep="B"), *numbered(4, uren_gevolgd="nvt"), *numbered(6),
        ),
    ).delivery  # fmt: skip
    address = f"/leveringen/{second}/verschillen/{first}/2026-10/"
    page = client.get(address)
    assert "van 5 trajecten iets anders" in page.text
    assert "2 veranderd, 1 nieuw en 2 weg." in page.text
    assert page.rows(0) == [
        ["groep", "1"], ["uren_gevolgd", "1"], ["uren_ongeoorloofd_verzuim", "1"],
    ]  # fmt: skip
    assert page.rows(1) == [
        ["T-2", "veranderd",
         "uren_gevolgd: was 40,5, werd 39,5uren_ongeoorloofd_verzuim: was 2,5, werd 3,5"],
        ["T-3", "veranderd", "groep: was –, werd B"],
        ["T-4", "weg", f"teruggestuurd uit levering {second}, rij 5"],
        ["T-5", "weg", f"staat alleen in levering {first}"],
        ["T-6", "nieuw", f"staat alleen in levering {second}"],
    ]  # fmt: skip
    assert [r[0] for r in client.get(f"{address}?soort=weg").rows(1)] == ["T-4", "T-5"]
    # Linked from both deliveries and from the calendar; each row to its history.
    for other in (f"/leveringen/{first}/", f"/leveringen/{second}/", "/leveringen/"):
        assert address in client.get(other).links
    assert f"/leveringen/{second}/rij/3/" in page.links
    lines = client.get(f"{address}verschillen.csv").data.decode("utf-8-sig").splitlines()
    assert lines[0] == "Trajectnummer;Verschil;Rij;Kolom;Was;Werd"
    assert "T-2;veranderd;3;uren_gevolgd;40,5;39,5" in lines
    assert "T-4;weg;5;;;" in lines
    assert len(lines) == 1 + 2 + 1 + 3
    assert client.get(f"{address}verschillen.xlsx").data[:2] == b"PK"


def test_a_delivery_that_repeats_the_other_says_the_same(school, client, tmp_path):
    first = deliver(tmp_path, school, csv(*numbered(1, 2))).delivery
    second = deliver(tmp_path, school, csv(*numbered(2, 1))).delivery
    page = client.get(f"/leveringen/{second}/verschillen/{first}/2026-10/")
    assert "hetzelfde als levering" in page.text
    # Also when the first is withdrawn, and its rows are those of the second.
    withdraw(first)
    page = client.get(f"/leveringen/{second}/verschillen/{first}/2026-10/")
    assert "hetzelfde als levering" in page.text


def test_pages_go_on_where_the_last_one_ended(school, client, tmp_path, monkeypatch):
    monkeypatch.setattr(history, "PAGE_SIZE", 2)
    first = deliver(tmp_path, school, csv(*numbered(1))).delivery
    second = deliver(tmp_path, school, csv(*numbered(1, 2, 3, 4, 5, 6))).delivery
    address = f"/leveringen/{second}/verschillen/{first}/2026-10/?soort=nieuw"
    seen = []
    while address:
        page = client.get(address)
        seen += [cells[0] for cells in page.rows(0)]
        address = next((link for link in page.links if "na=" in link), "")
    assert seen == ["T-2", "T-3", "T-4", "T-5", "T-6"]


def test_only_two_deliveries_of_one_provider_for_who_may_see_their_rows(school, client, tmp_path):
    first = deliver(tmp_path, school, csv(*numbered(1))).delivery
    second = deliver(tmp_path, school, csv(*numbered(1, 2, gemeentecode="0148"))).delivery
    other = deliver(tmp_path, make_provider("TA002"), csv(*numbered(1))).delivery
    address = f"/leveringen/{second}/verschillen/{first}/2026-10/"
    client.get(f"/leveringen/{first}/verschillen/{second}/2026-10/", status=404)
    client.get(f"/leveringen/{second}/verschillen/{first}/oktober/", status=404)
    for role, scope, status in (
        (Role.PROVIDER, {"provider_code": "TA002", "email": "b@example.org"}, 404),
        (Role.REGION, {}, 403),
        (Role.MUNICIPALITY, {"municipalities": ["0193"], "email": "g@example.org"}, 403),
        (Role.AUDITOR, {}, 200),
    ):
        client.sign_in(role, **scope)
        for ending in ("", "verschillen.csv"):
            client.get(f"{address}{ending}", status=status)
    client.get(f"/leveringen/{other}/verschillen/{first}/2026-10/", status=404)


def test_a_contract_manager_of_one_gemeente_sees_its_rows_only(school, client, tmp_path):
    first = deliver(tmp_path, school, csv(*numbered(1))).delivery
    second = deliver(
        tmp_path, school, csv(*numbered(1, 2), *numbered(3, gemeentecode="0148"))
    ).delivery
    ContractScope.create(contract=make_contract(school), route=1, municipality=None)
    client.sign_in(Role.CONTRACT_MANAGER, municipalities=["0193"])
    address = f"/leveringen/{second}/verschillen/{first}/2026-10/"
    assert [cells[0] for cells in client.get(address).rows(0)] == ["T-2"]


def test_who_was_open_a_month_before_and_is_missing_is_listed(school, client, tmp_path):
    september = numbered(1, 2, rapportagemaand="2026-09", datum_eerste_les="02-09-2026")
    first = deliver(tmp_path, school, csv(*september)).delivery
    second = deliver(tmp_path, school, csv(*numbered(1, 3))).delivery
    page = client.get(f"/leveringen/{second}/")
    text = "Van 2 trajecten die voor oktober 2026 nog liepen, ontbreekt er 1 in die maand."
    assert text in page.text
    assert ["T-2", "actief", "B1-route", "Zwolle"] in [
        row for at in range(len(page.all("table"))) for row in page.rows(at)
    ]
    assert f"/leveringen/{first}/rij/3/" in page.links
    result = client.get(f"/leveringen/{second}/ontbreekt/2026-10/ontbreekt.csv")
    assert result.data.decode("utf-8-sig").splitlines()[1:] == [
        "T-2;actief;B1-route;Zwolle;2026-09"
    ]
    assert "1 van 2" in client.get("/aanbieders/TA001/leveringen/").text
    client.sign_in(Role.REGION)
    page = client.get(f"/leveringen/{second}/")
    assert "Van < 5 trajecten" in page.text
    assert "T-2" not in page.text
    client.get(f"/leveringen/{second}/ontbreekt/2026-10/ontbreekt.csv", status=403)


@pytest.mark.parametrize(
    ("role", "code", "expected"),
    [
        (Role.CONTRACT_MANAGER, None, ["1 ontbreekt", "6 ontbreken"]),
        (Role.PROVIDER, "TA001", ["1 ontbreekt"]),
        # May not see rows of learners: fewer than five are hidden.
        (Role.REGION, None, ["< 5 ontbreken", "6 ontbreken"]),
    ],
)
def test_the_calendar_of_all_says_how_many_are_missing(
    school, client, tmp_path, role, code, expected
):
    other = make_provider("TA002", name="Zwaluw")
    for provider, before in ((school, 2), (other, 7)):
        september = numbered(
            *range(1, before + 1), rapportagemaand="2026-09", datum_eerste_les="02-09-2026"
        )
        deliver(tmp_path / provider.code, provider, csv(*september))
        last = deliver(tmp_path / provider.code, provider, csv(*numbered(1)))
    client.sign_in(role, provider_code=code)
    page = client.get("/leveringen/")
    # The newest month is October; what September misses cannot be known.
    cells = [re.sub("^(te laat|op tijd)", "", row[-1]) for row in page.rows(0)]
    assert cells == expected
    if role is Role.REGION:
        receipt = client.get(f"/leveringen/{last.delivery}/").text
        assert "nog liepen, ontbreken er 6 in die maand." in receipt
        table = [row[-1] for row in client.get("/aanbieders/TA001/leveringen/").rows(0)]
        assert "< 5 van < 5" in table


def test_the_calendar_is_closed_to_a_gemeente(school, client):
    client.sign_in(Role.MUNICIPALITY, municipalities=["0193"])
    assert client.get("/leveringen/", status=403).status == 403
