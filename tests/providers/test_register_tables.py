"""The register as tables under Beheer: through the page, as a person."""

from datetime import date

import pytest

from core.accounts import Role
from core.audit import AuditLine
from providers.codes import MarkStatus
from providers.models import Contract, ContractScope, Location, Provider, QualityMark, Teacher
from tests.builders import make_contract, make_provider

TABLES = ("aanbieders", "contracten", "keurmerken", "docenten", "locaties")


@pytest.fixture
def provider(db) -> Provider:
    return make_provider("TA001", name="Aardig")


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize(
    ("role", "scope", "makes"),
    [
        (Role.CONTRACT_MANAGER, {}, True),
        (Role.REGION, {}, True),
        (Role.MUNICIPALITY, {"municipalities": ["0193"]}, False),
        (Role.PROVIDER, {"provider_code": "TA001"}, False),
        (Role.AUDITOR, {}, False),
    ],
)
def test_who_reads_and_who_changes(provider, client, table, role, scope, makes) -> None:
    client.sign_in(role, **scope)
    client.get(f"/beheer/{table}/")
    client.get(f"/beheer/{table}/new/", status=200 if makes else 403)


def test_an_overlapping_mark_is_refused_beside_its_field(provider, client) -> None:
    QualityMark.create(provider=provider, status=MarkStatus.INDEFINITE, valid_from=date(2024, 1, 1))
    client.sign_in(Role.CONTRACT_MANAGER)
    given = {
        "provider": provider.id, "status": int(MarkStatus.SUSPENDED),
        "valid_from": "01-06-2024", "valid_until": "31-08-2024",
    }  # fmt: skip
    page = client.post("/beheer/keurmerken/new/", given)
    (error,) = page.errors
    assert error.startswith(
        "De periode 01-06-2024 tot en met 31-08-2024 overlapt met vanaf 01-01-2024 van dezelfde "
    )
    assert QualityMark.select().count() == 1
    # The same period at another provider is fine.
    page = client.post("/beheer/keurmerken/new/", given | {"provider": make_provider("TA2").id})
    assert page.status == 302
    assert AuditLine.get(thing="quality_mark").actor == "contractmanager@example.org"


def test_a_mark_may_be_changed_in_place(provider, client) -> None:
    mark = QualityMark.create(
        provider=provider, status=MarkStatus.INDEFINITE, valid_from=date(2024, 1, 1)
    )
    client.sign_in(Role.CONTRACT_MANAGER)
    url = f"/beheer/keurmerken/edit/?id={mark.id}"
    given = {"provider": provider.id, "status": 2, "valid_from": "01-01-2024"}
    given["change_reason"] = "Register"
    assert client.post(url, given | {"valid_until": "31-12-2023"}).errors == [
        "Kies een einddatum op of na 01-01-2024."
    ]
    assert client.post(url, given | {"valid_until": "31-12-2024"}).status == 302
    assert QualityMark.get().valid_until == date(2024, 12, 31)


def test_a_contract_is_made_with_what_it_covers(provider, client) -> None:
    client.sign_in(Role.CONTRACT_MANAGER)
    given = {
        "number": "C-1", "provider": provider.id, "valid_from": "01-01-2026",
        "due_workday": "10", "price_cents": "11.600,50", "routes": ["1", "3"],
        "municipalities": "Zwolle, 0148",
    }  # fmt: skip
    assert client.post("/beheer/contracten/new/", given).status == 302
    contract = Contract.get()
    assert contract.price_cents == 1_160_050
    scopes = ContractScope.select(ContractScope.route, ContractScope.municipality)
    assert set(scopes.tuples()) == {(1, "0148"), (1, "0193"), (3, "0148"), (3, "0193")}
    page = client.get(f"/beheer/contracten/details/?id={contract.id}")
    assert "B1-route, Z-route" in page.text
    assert "Dalfsen, Zwolle" in page.text

    edit = f"/beheer/contracten/edit/?id={contract.id}"
    form = client.get(edit)
    values = {e.get("name"): e.get("value") for e in form.all("input")}
    assert values["municipalities"] == "Dalfsen, Zwolle"
    boxes = [e for e in form.all("input") if e.get("name") == "routes"]
    assert [e.get("value") for e in boxes if e.get("checked") is not None] == ["1", "3"]
    given |= {"routes": ["1"], "municipalities": "*", "change_reason": "Afspraak"}
    assert client.post(edit, given).status == 302
    assert list(scopes.tuples()) == [(1, None)]
    line = AuditLine.select().order_by(AuditLine.id.desc()).get()
    assert line.after["scopes"] == [[1, "*"]]
    assert len(line.before["scopes"]) == 4


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"routes": []}, "Kies ten minste een leerroute."),
        ({"municipalities": ""}, "Vul de gemeenten in, of * voor de hele regio."),
        ({"municipalities": "Nu"}, "De gemeente 'Nu' is niet bekend. Controleer de naam."),
        ({"due_workday": "31"}, "Vul een getal in van 1 tot en met 23."),
        ({"weekly_minutes_b1": "41"}, "Vul een getal in van 40 of lager."),
        (
            {"weekly_minutes_b1": "12,1"},
            "Vul uren in tot op een kwartier, bijvoorbeeld 12,5 of 12,25.",
        ),
        ({"valid_until": "31-12-2025"}, "Kies een einddatum op of na 01-01-2026."),
        ({"number": "BEZET"}, "Dit contractnummer bestaat al."),
    ],
)  # fmt: skip
def test_a_contract_that_cannot_be_is_refused_with_a_sentence(
    provider, client, change, error
) -> None:
    make_contract(provider, number="BEZET")
    client.sign_in(Role.CONTRACT_MANAGER)
    given = {
        "number": "C-1", "provider": provider.id, "valid_from": "01-01-2026",
        "due_workday": "10", "routes": ["1"], "municipalities": "*",
    }  # fmt: skip
    assert client.post("/beheer/contracten/new/", given | change).errors == [error]
    assert Contract.select().count() == 1


def test_a_location_is_there_once_and_its_postcode_is_four_digits(provider, client) -> None:
    client.sign_in(Role.REGION)
    given = {"provider": provider.id, "name": "De Brink", "postcode4": "8011"}
    assert client.post("/beheer/locaties/new/", given).status == 302
    assert client.post("/beheer/locaties/new/", given).errors == [
        "Deze aanbieder heeft al een locatie die zo heet."
    ]
    assert client.post("/beheer/locaties/new/", given | {"postcode4": "80AB"}).errors == [
        "Vul alleen de vier cijfers van de postcode in."
    ]
    assert Location.select().count() == 1


def test_a_docent_and_an_aanbieder_can_be_added(provider, client) -> None:
    client.sign_in(Role.REGION)
    docent = {"provider": provider.id, "teacher_ref": "D-1", "registration": "1",
              "valid_from": "01-01-2026", "valid_until": "01-01-2025"}  # fmt: skip
    assert client.post("/beheer/docenten/new/", docent).errors == [
        "Kies een einddatum op of na 01-01-2026."
    ]
    assert client.post("/beheer/docenten/new/", docent | {"valid_until": ""}).status == 302
    assert Teacher.get().teacher_ref == "D-1"
    # A school has many docenten: which one goes is said before it goes.
    page = client.get(f"/beheer/docenten/weg/?id={Teacher.get().id}")
    assert page.title.endswith(", D-1")
    assert client.post("/beheer/aanbieders/new/", {"code": "TA001", "name": "x"}).errors == [
        "Deze code is al van een andere aanbieder."
    ]


def test_a_provider_that_was_a_mistake_is_removed_and_one_in_use_is_not(provider, client) -> None:
    client.sign_in(Role.REGION)
    mistake = make_provider("TA099")
    page = client.get(f"/beheer/aanbieders/weg/?id={mistake.id}")
    assert "Er hangt niets aan TA099." in page.text
    client.post(f"/beheer/aanbieders/weg/?id={mistake.id}", {})
    assert Provider.get_or_none(Provider.code == "TA099") is None
    make_contract(provider)
    page = client.get(f"/beheer/aanbieders/weg/?id={provider.id}")
    assert "hangt nog: 1 contract. Verwijderen kan daarom niet." in page.text
    client.post(f"/beheer/aanbieders/weg/?id={provider.id}", {})
    assert Provider.get_or_none(Provider.code == provider.code) is not None
