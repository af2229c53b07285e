"""Every route and every object, as every role and as nobody. A later page joins by itself.

Values in an address come from ``SAMPLES``; what only others may see is named "verborgen", and no
answer may contain that word.
"""

import hashlib
import io
import os
import re
import zipfile
from collections.abc import Iterator
from datetime import date

import peewee
import pytest
from flask import Flask
from werkzeug.routing import Rule

from app.web.access import declared_access
from core.accounts import RIGHTS, Role, may, visible
from core.admin import Page as AdminPage, action_needed
from core.pages.model_view import SafeModelView
from core.storage import Storage
from providers.codes import MarkStatus, TeacherRegistration
from providers.deliveries.operations import receive
from providers.models import (
    ContractScope,
    Delivery,
    DeliveryMonth,
    Location,
    Problem,
    ProgressRecord,
    QualityMark,
    Teacher,
)
from tests.builders import (
    AT,
    make_contract,
    make_delivery,
    make_provider,
    make_record,
    make_track,
)
from tests.pages import Client
from tests.providers.feed import lines
from tests.providers.feed.door import deliver

MONTH = date(2026, 10, 1)
THOROUGH = pytest.mark.thorough
ROLES = pytest.mark.parametrize(
    "role", [Role.PROVIDER, *(pytest.param(r, marks=THOROUGH) for r in Role if r != Role.PROVIDER)]
)
SAMPLES = {
    "chart": "scores-2026-10",
    "code": "TA002",
    "month": "2026-10",
    "kind": "csv",
    "form": "csv",
    "filename": "app.css",
}
# Routes for machines: they answer by a token of their own, and tests/app/test_api.py walks them.
BY_TOKEN = re.compile(r"/api/v1/")
SCOPE = {
    Role.PROVIDER: {"provider_code": "TA001"},
    Role.MUNICIPALITY: {"municipalities": ["0193"]},
    Role.CONTRACT_MANAGER: {"provider_code": "TA001"},
}
# Who must not read the word, and in which form: all of TA002, or its learners only.
HIDDEN = {
    Role.PROVIDER: "verborgen",
    Role.CONTRACT_MANAGER: "verborgen",
    Role.MUNICIPALITY: "verborgen-traject",
    Role.REGION: "verborgen-traject",
    Role.ADMINISTRATOR: "verborgen-traject",
}
ASKED = ("id", "maand", "page", "gemeente", "route", "aanbieder", "jaar")
QUERIES = [[name] for name in ASKED] if os.environ.get("REQUIRE_ALL") else [ASKED]
"""What is asked of a page: everything at once, and each alone where everything must hold."""


@pytest.fixture
def world(app: Flask, db: peewee.Database) -> None:
    """One provider that the account may see, and one that it may not."""
    fill_world(Storage(app.config["TAALINKOOP_DATA_DIR"]))


def fill_world(storage: Storage) -> None:
    """Make what ``world`` says, with the file of each delivery."""
    for code, hidden, municipality in (("TA001", "", 193), ("TA002", "verborgen ", 166)):
        provider = make_provider(code, name=f"{hidden}Taalschool", contact_person=f"{hidden}Kim")
        Location.create(provider=provider, name=f"{hidden}Markt 1")
        QualityMark.create(
            provider=provider, status=MarkStatus.INDEFINITE, valid_from=date(2022, 1, 1),
            source=f"{hidden}register",
        )  # fmt: skip
        Teacher.create(
            provider=provider, teacher_ref=f"{hidden}D1", registration=TeacherRegistration.BVNT2
        )
        contract = make_contract(provider, number=f"{hidden}C1")
        ContractScope.create(contract=contract, route=1, municipality=f"{municipality:04d}")
        number = f"{hidden.strip() or 'open'}-traject-1"
        file = f"trajectnummer;{hidden}kolom\n{number};x\n".encode()
        delivery = make_delivery(
            provider, file_name=f"{hidden}levering.csv", rows=1, accepted=1, size=len(file),
            sha256=hashlib.sha256(file).hexdigest(),
        )  # fmt: skip
        path = storage.path(delivery.sha256)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(file)
        DeliveryMonth.create(delivery=delivery, month=MONTH, rows=1)
        Problem.create(
            delivery=delivery, row=3, column="a", code="F204", severity="warning",
            value=f"{hidden}waarde", message=f"{hidden}uitleg",
        )  # fmt: skip
        track = make_track(provider, number)
        make_record(
            month=MONTH, provider=provider, track=track, delivery=delivery, contract=contract,
            municipality=municipality,
        )  # fmt: skip


def rules(app: Flask) -> Iterator[Rule]:
    return (rule for rule in app.url_map.iter_rules() if not BY_TOKEN.match(rule.rule))


def address(rule: Rule, /, **more: object) -> str:
    """An address of this route, with values of the provider that is not ours."""
    url = rule.rule
    for name in rule.arguments:
        value = str({**SAMPLES, **more}.get(name, 2))
        listed = re.search(rf"<any\(([^)]*)\):{name}>", url)
        if listed and value not in listed[1].split(", "):
            value = listed[1].split(", ")[0]
        url = re.sub(rf"<[^<>]*\b{name}>", value, url)
    assert "<" not in url, f"give SAMPLES a value for {rule.rule}"
    return url


def view_of(app: Flask, rule: Rule) -> tuple[AdminPage, object] | None:
    """The page and its function behind a route, for routes that are pages."""
    function = app.view_functions[rule.endpoint]
    page = getattr(function, "__self__", None)
    return (page, function) if isinstance(page, AdminPage) else None


def test_every_route_declares_who_may_use_it(app):
    for rule in rules(app):
        if rule.endpoint != "static":
            declared = declared_access(app.view_functions[rule.endpoint])
            assert declared, f"{rule.rule} declares no right"
        view = view_of(app, rule)
        if view:
            _, function = view
            for method in rule.methods - {"HEAD", "OPTIONS"}:
                needed = action_needed(function, method)
                expected = {
                    a for roles in RIGHTS.values() for actions in roles.values() for a in actions
                }
                assert needed in expected, f"{method} {rule.rule} needs an unknown action"


def test_every_view_is_ours(app):
    for view in app.extensions["admin"][0]._views:
        assert isinstance(view, AdminPage), f"{view} is not a core.admin.Page"
        assert not hasattr(view, "model") or isinstance(view, SafeModelView)
        assert view.thing in RIGHTS


def test_nobody_is_sent_to_the_sign_in_page(app, client, world):
    client.sign_in("beheerder", email="iemand@example.org")
    client.sign_out()
    for rule in rules(app):
        if rule.endpoint == "static":
            continue
        if declared_access(app.view_functions[rule.endpoint]) != "public":
            page = client.get(address(rule), status=None, check=False)
            assert page.status in (302, 405), f"{rule.rule} answers {page.status} to nobody"
            if page.status == 302:
                assert page.location.startswith("/account/aanmelden/")


def content(page) -> str:
    """Everything an answer tells, also inside a workbook."""
    if page.data[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(page.data)) as book:
            return "".join(book.read(name).decode("utf-8", "replace") for name in book.namelist())
    return page.data.decode("utf-8", "replace") + page.location


@ROLES
def test_every_route_as_every_role(app, client: Client, world, role):
    account = client.sign_in(role, **SCOPE.get(role, {}))
    read: list[str] = []
    for rule in rules(app):
        if rule.endpoint in ("static", "account.sign_out"):
            continue
        for method in sorted(rule.methods - {"HEAD", "OPTIONS"}):
            for values in ({}, {"number": 1, "code": "TA001"}) if rule.arguments else ({},):
                url = address(rule, **values)
                if method == "GET":
                    page = client.get(url, status=None)
                else:
                    page = client.post(url, status=None)
                hidden = HIDDEN.get(role)
                read.append(content(page))
                assert not hidden or hidden not in read[-1], f"{role} reads {hidden} at {url}"
                view = view_of(app, rule)
                if view:
                    needed = action_needed(view[1], method)
                    if not may(account, needed, view[0].thing):
                        assert page.status == 403, f"{role} {method} {url}: {page.status}"
    # The walk finds what is hidden where it may be read, so its silence elsewhere says something.
    if role is Role.AUDITOR:
        assert "verborgen" in "".join(read)


@pytest.mark.both_engines
@pytest.mark.sqlite_first
def test_every_page_can_be_asked_for(app, client: Client, world):
    client.sign_in("regio")
    for rule in rules(app):
        if "GET" in rule.methods and rule.endpoint != "static":
            client.get(address(rule, number=1, code="TA001"), status=None)


@pytest.mark.parametrize(
    "value",
    ["9" * 23, *(pytest.param(v, marks=THOROUGH) for v in ("%C2%B2", "-1", "9999-99", "0"))],
)
def test_whatever_stands_in_an_address_no_page_fails(app, client, world, value):
    client.sign_in("contractmanager")
    for rule in rules(app):
        names = dict.fromkeys(rule.arguments, value)
        if names and rule.endpoint != "static":
            client.get(address(rule, **names), status=None)
        if "GET" in rule.methods and not names and rule.endpoint != "static":
            for query in QUERIES:
                asked = "&".join(f"{name}={value}" for name in query)
                client.get(f"{address(rule)}?{asked}", status=None, check=False)


@ROLES
def test_every_row_of_every_table_by_its_number(app, client: Client, world, role):
    account = client.sign_in(role, **SCOPE.get(role, {}))
    for view in app.extensions["admin"][0]._views:
        if not isinstance(view, SafeModelView):
            continue
        key = view.model._meta.primary_key
        mine = {row.get_id() for row in visible(view.model, account)}
        for number in [row.get_id() for row in view.model.select(key)] + [2**31 - 1]:
            expected = (
                403 if not may(account, "read", view.thing) else 200 if number in mine else 404
            )
            page = client.get(f"{view.url}/details/?id={number}", status=None)
            assert page.status == expected, f"{role} {view.url} {number}"
            page = client.get(f"{view.url}/edit/?id={number}", status=None)
            if expected != 200:
                assert page.status in (403, 404), f"{role} edits {view.url} {number}"


def test_a_contract_manager_of_a_gemeente_sees_no_learner_of_another(app, client, tmp_path):
    """Through every door; a delivery that is not accepted yet, accepted rows and rejected ones."""
    provider = make_provider("TA001")
    contract = make_contract(provider)
    for route in (1, 2, 3):
        ContractScope.create(contract=contract, route=route, municipality=None)
    for month in ("2026-09", "2026-10"):
        deliver(app.config["TAALINKOOP_DATA_DIR"], provider, _of_two_gemeenten(month))
    waiting, _ = receive(
        io.BytesIO(_of_two_gemeenten("2026-08")), file_name="x.csv", provider=provider, by="test",
        storage=Storage(app.config["TAALINKOOP_DATA_DIR"]), at=AT,
    )  # fmt: skip
    numbers = [*(d.id for d in Delivery.select()), waiting.id]
    rows = {p.row for p in Problem.select()} | {r.row for r in ProgressRecord.select()}
    assert len(rows) > 5
    client.sign_in("contractmanager", municipalities=["0193"])
    read = []
    for rule in rules(app):
        if "GET" not in rule.methods or rule.endpoint == "static":
            continue
        for number in numbers if rule.rule.startswith("/leveringen/<") else [numbers[1]]:
            for row in rows if "row" in rule.arguments else [2]:
                url = address(rule, number=number, earlier=numbers[0], row=row, code="TA001")
                read.append(content(client.get(url, status=None, check=False)))
                assert "elders-" not in read[-1], url
    assert "eigen-1" in "".join(read)
    for door in ("origineel/", "verbeteren.xlsx", "kolommen/"):
        client.get(f"/leveringen/{numbers[1]}/{door}", status=403)


def _of_two_gemeenten(month: str) -> bytes:
    """Of each gemeente a right row, one with a warning and two that are sent back."""
    return lines.csv(
        *(
            lines.row(trajectnummer=f"{place}-{n}", gemeentecode=code, rapportagemaand=month,
                datum_aanmelding="01-07-2026", datum_eerste_les="15-07-2026", **wrong)
            for place, code in (("eigen", "0193"), ("elders", "0166"))
            for n, wrong in enumerate(
                ({}, {"groepsgrootte": "40"}, {"uren_gevolgd": "veel"}, {"leerroute": "Q"})
            )
        )
    )  # fmt: skip


def test_every_address_on_every_page_keeps_the_prefix_of_a_proxy(app, client, world):
    client.sign_in("auditor")
    own = re.compile(r'(?:href|src|action)="(/(?!inkoop/)[^"]*)"')
    without = {}
    for rule in rules(app):
        if "GET" in rule.methods and rule.endpoint != "static":
            url = address(rule, number=1, code="TA001")
            with client.browser.get(url, base_url="http://localhost/inkoop") as page:
                if page.mimetype == "text/html" and (wrong := own.findall(page.text)):
                    without[rule.rule] = wrong
    assert without == {}


def test_a_forgotten_declaration_is_refused(app, client, world):
    """What a route without any declaration would answer."""
    function = app.view_functions["public.privacy"]
    app.view_functions["public.privacy"] = lambda: "geheim"
    try:
        client.sign_in("beheerder")
        assert client.get("/privacy/", status=403).title == "Deze pagina is niet voor jouw rol"
    finally:
        app.view_functions["public.privacy"] = function


def test_auditor_reads_everything_and_changes_nothing(client):
    account = client.sign_in("auditor")
    actions = {a for roles in RIGHTS.values() for actions in roles.values() for a in actions}
    assert {a for a in actions if any(may(account, a, thing) for thing in RIGHTS)} == {"read"}


def test_an_auditor_posts_to_no_page(app, client, world):
    client.sign_in("auditor")
    for rule in rules(app):
        if view_of(app, rule) and "POST" in rule.methods:
            page = client.post(address(rule), status=None, check=False)
            assert page.status == 403, rule.rule
