"""The safe base of every table: hostile addresses, other people's rows, forms, downloads."""

import csv
import io
from datetime import date

import openpyxl
import peewee
import pytest
from flask import Flask

from app import create_app
from core.accounts import Account
from core.audit import AuditLine
from core.errors import DomainError
from core.pages.lists import PAGE_SIZE, choice_filter
from core.pages.model_view import SafeModelView
from providers.codes import MarkStatus
from providers.models import Location, Provider, QualityMark
from tests.builders import make_provider
from tests.pages import Client

MARKS = [(int(mark), mark.label) for mark in MarkStatus]
HUGE = "9" * 23


class LocationTable(SafeModelView):
    """A table with a foreign key, a unique pair and an optional yes or no."""

    thing = "register"
    column_list = ("name", "provider.name", "postcode4", "city", "evening_weekend")
    form_columns = ("provider", "name", "postcode4", "city", "evening_weekend")
    joined = (Location.provider,)
    search_columns = (Location.name, Provider.name)
    default_sort = "name"
    refusals = {
        "location_provider_id_name": ("name", "Deze locatie bestaat al bij deze aanbieder.")
    }

    def check(self, row: Location) -> None:
        """Refuse one name, to see where a domain error lands."""
        if row.name == "verboden":
            raise DomainError("name", "Deze naam mag niet.", field="name")


class MarkTable(SafeModelView):
    """A table with dates and a code."""

    thing = "register"
    column_list = ("provider.name", "status", "valid_from", "valid_until")
    form_columns = ("provider", "status", "valid_from", "valid_until")
    joined = (QualityMark.provider,)
    choices = {"status": MARKS}
    list_filters = (choice_filter("status", "Status", QualityMark.status, MARKS),)
    default_sort = "-valid_until"


@pytest.fixture(scope="module")
def tables_app(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    folder = tmp_path_factory.mktemp("tables")
    app = create_app(
        {
            "TAALINKOOP_DATA_DIR": folder,
            "TAALINKOOP_SECRET_KEY": "only for the tests, and nowhere else",
            "DATABASE_URL": f"sqlite:///{folder}/unused.sqlite",
            "TAALINKOOP_SECOND_STEP": "nee",
        }
    )
    admin = app.extensions["admin"][0]
    admin.add_view(LocationTable(Location, "Proeflocaties", url="/beheer/proeflocaties"))
    admin.add_view(MarkTable(QualityMark, "Proefkeurmerken", url="/beheer/proefkeurmerken"))
    return app


@pytest.fixture
def client(tables_app: Flask, db: peewee.Database) -> Client:
    return Client(tables_app)


@pytest.fixture
def manager(client: Client) -> Account:
    """A contract manager of one school, TA001; the other, TA002, is not hers."""
    return client.sign_in("contractmanager", provider_code="TA001")


@pytest.fixture
def mine(manager: Account) -> Location:
    return Location.create(provider=make_provider("TA001"), name="Markt 1", city="Zwolle")


@pytest.fixture
def theirs(manager: Account) -> Location:
    return Location.create(provider=make_provider("TA002"), name="Haven 2", city="Kampen")


URL = "/beheer/proeflocaties"
FIELDS = {"name": "Markt 1", "postcode4": "8011", "city": "Zwolle", "evening_weekend": "True"}


def test_list_details_and_form_show_only_what_is_hers(client, mine, theirs):
    page = client.get(f"{URL}/")
    assert page.rows() == [["Markt 1", "Taalschool TA001", "–", "Zwolle", "–"]]
    assert client.get(f"{URL}/details/?id={mine.id}").title == "Markt 1"
    client.get(f"{URL}/details/?id={theirs.id}", status=404)
    client.get(f"{URL}/edit/?id={theirs.id}", status=404)
    options = [option.text for option in client.get(f"{URL}/edit/?id={mine.id}").all("option")]
    assert "Taalschool TA001" in options
    assert "Taalschool TA002" not in options


def test_search_and_filter_do_not_reach_beyond_what_is_hers(client, mine, theirs):
    for query in ("zoek=Haven", "zoek=TA002", "zoek=%25", "sorteer=-city", "sorteer=provider.name"):
        assert "Haven" not in str(client.get(f"{URL}/?{query}").with_class("stacks"))
    for kind in ("csv", "xlsx"):
        assert b"Haven" not in client.get(f"{URL}/export/{kind}/?zoek=Haven").data


def test_changes_a_row_and_records_what_it_was(client, manager, mine):
    page = client.post(
        f"{URL}/edit/?id={mine.id}", FIELDS | {"provider": mine.provider_id}, follow=True
    )

    assert page.title == "Markt 1"
    assert Location.get_by_id(mine.id).postcode4 == "8011"
    line = AuditLine.get()
    assert (line.actor, line.action, line.thing) == (manager.email, "change", "location")
    assert (line.before["postcode4"], line.after["postcode4"]) == (None, "8011")
    assert (line.before["evening_weekend"], line.after["evening_weekend"]) == (None, True)


@pytest.mark.parametrize(
    ("path", "data"),
    [
        ("edit/?id={theirs}", {}),
        ("edit/?id={mine}", {"provider": "theirs"}),
        ("new/", {"provider": "theirs", "name": "Nieuw"}),
    ],
)
def test_refuses_other_peoples_rows_and_parents(client, mine, theirs, path, data):
    parent = theirs.provider_id if data.get("provider") == "theirs" else mine.provider_id
    values = FIELDS | data | {"provider": parent}

    page = client.post(f"{URL}/{path.format(mine=mine.id, theirs=theirs.id)}", values)

    assert page.status in (404, 422)
    assert Location.get_by_id(mine.id).provider.code == "TA001"
    assert Location.get_by_id(theirs.id).name == "Haven 2"
    assert Location.select().count() == 2
    assert AuditLine.select().count() == 0


@pytest.mark.parametrize(
    "path", ["delete/", "action/", "ajax/update/", "ajax/lookup/?name=provider", "export/json/"]
)
def test_the_stock_doors_are_not_there(client, mine, path):
    for status in (client.get(f"{URL}/{path}", status=404), client.post(f"{URL}/{path}")):
        assert status.status == 404
    assert Location.select().count() == 1


def test_a_reader_sees_no_buttons_and_cannot_change(client, mine):
    client.sign_in("gemeente", municipalities=["0193"])
    page = client.get(f"{URL}/details/?id={mine.id}")
    assert not page.with_class("button")
    client.get(f"{URL}/new/", status=403)
    client.get(f"{URL}/edit/?id={mine.id}", status=403)
    client.post(f"{URL}/edit/?id={mine.id}", FIELDS, status=403)
    client.post(f"{URL}/new/", FIELDS, status=403)


def test_explains_a_constraint_and_a_domain_error_beside_the_field(client, mine):
    twice = client.post(f"{URL}/new/", FIELDS | {"provider": mine.provider_id}, status=422)
    assert twice.errors == ["Deze locatie bestaat al bij deze aanbieder."]
    assert "#name" in twice.links
    values = FIELDS | {"provider": mine.provider_id, "name": "verboden"}
    assert client.post(f"{URL}/new/", values).errors == ["Deze naam mag niet."]
    # The connection still works after a refused row, also on PostgreSQL.
    values = FIELDS | {"provider": mine.provider_id, "name": "Nieuw"}
    assert client.post(f"{URL}/new/", values).status == 302
    assert Location.select().count() == 2


def test_names_what_is_missing_and_what_cannot_be_read(client, manager):
    url = "/beheer/proefkeurmerken/new/"
    empty = client.post(url, {}, status=422)
    assert empty.errors == ["Vul in: Aanbieder.", "Vul in: Status.", "Vul in: Van."]
    odd = client.post(url, {"status": "99", "valid_from": "31-02-2026", "valid_until": "morgen"})
    assert odd.errors == [
        "Vul in: Aanbieder.",
        "Kies een van de mogelijkheden uit de lijst.",
        "De dag '31-02-2026' bestaat niet. Controleer dag en maand.",
        "Schrijf de datum als dag-maand-jaar, bijvoorbeeld 23-11-2026.",
    ]
    assert 'value="31-02-2026"' in odd.html


@pytest.mark.parametrize(
    "query",
    [
        f"page={HUGE}", "page=-5", "zoek=%00", f"zoek={'x' * 5000}", "zoek=%F0%9F%98%80",
        f"status={HUGE}", "status=abc", "sorteer=password_hash", "sorteer=--", "na=abc", "voor=%00",
        "na=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "na=" + "A" * 9000, "flt0_35=1",
        "page_size=1000000",
    ],
)  # fmt: skip
def test_whatever_the_address_says_the_list_answers(client, mine, query):
    expected = 400 if "%00" in query else 200
    client.get(f"/beheer/proefkeurmerken/?{query}", status=expected)
    # A file with all rows where one asked for some would be taken for the answer.
    unreadable = query in (f"status={HUGE}", "status=abc")
    download = f"/beheer/proefkeurmerken/export/csv/?{query}"
    client.get(download, status=400 if unreadable else expected)


@pytest.mark.parametrize("number", ["", "abc", "-1", "0", HUGE, "1.5", "%00", "1;drop", "²", "1e3"])
def test_a_row_that_cannot_be_is_not_found(client, mine, number):
    expected = 400 if number == "%00" else 404
    client.get(f"{URL}/details/?id={number}", status=expected)
    client.get(f"{URL}/edit/?id={number}", status=expected)
    client.post(f"{URL}/edit/?id={number}", FIELDS, status=expected)


@pytest.mark.parametrize("value", ["\0", "x" * 100_000, "NaN", HUGE, "<script>alert(1)</script>"])
def test_whatever_a_field_says_the_form_answers(client, mine, value):
    for name in ("name", "postcode4", "provider", "evening_weekend"):
        values = FIELDS | {"name": "Nieuw", "provider": mine.provider_id, name: value}
        page = client.post(f"{URL}/new/", values)
        assert page.status == 400 if value == "\0" else page.status in (302, 422)
        assert "<script>" not in page.html


@pytest.mark.parametrize("order", ["valid_until", "-valid_until", "valid_from", "-valid_from", ""])
def test_pages_meet_and_miss_nothing_in_any_order(client, manager, order):
    provider = make_provider("TA001")
    rows = [
        {
            "provider": provider, "status": 1,
            "valid_from": date(2020, 1 + n % 12, 1 + n // 12),
            "valid_until": date(2026, 1, 1 + n % 3) if n % 4 else None,
        }
        for n in range(2 * PAGE_SIZE + 7)
    ]  # fmt: skip
    QualityMark.insert_many(rows).execute()
    base = "/beheer/proefkeurmerken/"

    def walk(url: str, link: str) -> list[list[list[str]]]:
        results = []
        while url:
            page = client.get(url)
            results.append(page.rows())
            nexts = [a.get("href") for a in page.all("a") if a.get("rel") == link]
            url = f"{base}{nexts[0]}" if nexts else ""
        return results

    forward = walk(f"{base}?sorteer={order}", "next")
    assert [len(rows) for rows in forward] == [PAGE_SIZE, PAGE_SIZE, 7]
    every = [tuple(row) for rows in forward for row in rows]
    assert len(set(every)) == 2 * PAGE_SIZE + 7
    last = client.get(f"{base}?sorteer={order}")
    for _ in range(2):
        url = next(a.get("href") for a in last.all("a") if a.get("rel") == "next")
        last = client.get(base + url)
    back = next(a.get("href") for a in last.all("a") if a.get("rel") == "prev")
    assert walk(base + back, "prev") == [forward[1], forward[0]]


def test_downloads_open_in_a_dutch_excel_and_hold_no_formulas(client, manager, mine):
    for start in "=+-@\t":
        Location.create(provider=mine.provider, name=f"{start}1+1", city="Zwolle")

    text = client.get(f"{URL}/export/csv/?sorteer=name").data.decode("utf-8")
    assert text.startswith("\ufeffLocatie;Aanbieder;")
    cells = [row[0] for row in csv.reader(io.StringIO(text), delimiter=";")][1:]
    assert sorted(cells) == sorted(["Markt 1", "'=1+1", "'+1+1", "'-1+1", "'@1+1", "'\t1+1"])

    book = openpyxl.load_workbook(io.BytesIO(client.get(f"{URL}/export/xlsx/").data))
    results = {row[0].value: row[0] for row in book.active.iter_rows(min_row=2)}
    assert results["=1+1"].data_type == "s"
    assert results["=1+1"]._style.quotePrefix
    line = AuditLine.select().order_by(AuditLine.id.desc()).get()
    assert (line.actor, line.action, line.thing) == (manager.email, "export", "location")


def test_a_list_costs_two_queries_the_session_one_and_kept_filters_one(client, mine, db):
    for number in range(20):
        Location.create(provider=mine.provider, name=f"Plek {number}")
    asked: list[str] = []
    execute = db.execute_sql
    db.execute_sql = lambda sql, *args: asked.append(sql) or execute(sql, *args)
    try:
        client.get(f"{URL}/")
    finally:
        del db.execute_sql
    assert len(asked) == 4, asked
