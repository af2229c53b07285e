"""Working in the tables under Beheer: in the list itself, several at once, filters, removing."""

from datetime import date

import pytest

from core.audit import AuditLine
from core.dates import today
from providers.codes import MarkStatus
from providers.models import (
    Contract,
    ContractScope,
    Location,
    ProgressRecord,
    QualityMark,
    Teacher,
)
from quality.agreements.models import Complaint
from quality.cards import operations
from tests.builders import AT, make_contract, make_provider
from tests.procurement.plans import make_process
from tests.quality.cards.test_operations import OCT, WHO, deliver


@pytest.fixture
def manager(client):
    return client.sign_in("contractmanager")


def mark(code: str, **more) -> QualityMark:
    values = {"status": MarkStatus.INDEFINITE, "valid_from": date(2024, 1, 1)} | more
    return QualityMark.create(provider=make_provider(code), **values)


def test_a_few_marks_are_checked_today_in_one_go(client, manager):
    one, two, other = mark("TA001"), mark("TA002"), mark("TA003")
    chosen = {"rij": [one.id, two.id], "handeling": "gecontroleerd"}
    page = client.post("/beheer/keurmerken/samen/", chosen, status=200)
    assert page.with_class("answer")[0].text == "Dit gebeurt met 2 rijen."
    assert QualityMark.get_by_id(one.id).checked_on is None
    chosen |= {"bevestigd": "ja"}
    asked = client.post("/beheer/keurmerken/samen/", chosen, status=422)
    assert asked.errors == ["Vul in waarom dit verandert."]
    chosen["change_reason"] = "Maandelijkse controle"
    client.post("/beheer/keurmerken/samen/", chosen, follow=True)
    assert {line.reason for line in AuditLine} == {"Maandelijkse controle"}
    assert [QualityMark.get_by_id(m.id).checked_on for m in (one, two, other)] == [
        today(), today(), None,
    ]  # fmt: skip
    assert AuditLine.select().where(AuditLine.thing == "quality_mark").count() == 2
    client.post("/beheer/keurmerken/samen/", {"handeling": "niets", "rij": [one.id]}, status=400)


def test_complaints_are_closed_together_or_not_at_all(client, manager):
    values = {"kind": "uitleg", "summary": "Les viel uit", "created_by": "x", "created_at": AT}
    first, second = (
        Complaint.create(provider=make_provider(), received_on=date(2026, 10, day), **values)
        for day in (1, 2)
    )
    given = {"rij": [first.id, second.id], "handeling": "handel_af", "bevestigd": "ja"}
    page = client.post("/beheer/klachten/samen/", given, status=422)
    assert page.errors == ["Vul de uitkomst in."]
    Complaint.update(state="closed", closed_on=today(), outcome="x").where(
        Complaint.id == second.id
    ).execute()
    page = client.post("/beheer/klachten/samen/", given | {"value": "Excuses gemaakt"}, status=422)
    assert page.errors == ["Deze klacht is al afgehandeld."]
    assert Complaint.get_by_id(first.id).state == "open"
    client.post("/beheer/klachten/samen/", given | {"rij": [first.id], "value": "Excuses"})
    assert Complaint.get_by_id(first.id).outcome == "Excuses"


def test_cells_are_changed_in_the_list_all_or_none(client, manager):
    rows = [
        Location.create(provider=make_provider("TA001"), name=name, postcode4="8011")
        for name in ("Markt 1", "Haven 2")
    ]
    page = client.get("/beheer/locaties/?bewerk=ja")
    names = {e.get("name") for e in page.all("input")}
    first, second = (f"r{row.id}-postcode4" for row in rows)
    assert {first, second} <= names
    given = {first: "8022", second: "ab12"}
    page = client.post("/beheer/locaties/bewerk/?bewerk=ja", given, status=422)
    assert "Vul alleen de vier cijfers" in page.text
    assert Location.get_by_id(rows[0].id).postcode4 == "8011"
    client.post("/beheer/locaties/bewerk/?bewerk=ja", given | {second: "8011"}, follow=True)
    assert Location.get_by_id(rows[0].id).postcode4 == "8022"
    # Only what changed leaves a line in the log.
    assert AuditLine.select().where(AuditLine.thing == "location").count() == 1


def test_rows_of_others_are_out_of_reach_for_all_of_it(client):
    mine = Location.create(provider=make_provider("TA001"), name="Markt 1")
    theirs = Location.create(provider=make_provider("TA002"), name="Haven 2")
    foreign = mark("TA002")
    client.sign_in("contractmanager", provider_code="TA001")
    given = {f"r{mine.id}-city": "Zwolle", f"r{theirs.id}-city": "Kampen"}
    client.post("/beheer/locaties/bewerk/?bewerk=ja", given, status=404)
    client.post(
        "/beheer/keurmerken/samen/",
        {"rij": [foreign.id], "handeling": "gecontroleerd", "bevestigd": "ja"},
        status=404,
    )
    client.post(f"/beheer/locaties/weg/?id={theirs.id}", status=404)
    client.sign_in("gemeente", municipalities=["0193"])
    client.post(f"/beheer/locaties/weg/?id={mine.id}", status=403)
    client.post("/beheer/locaties/bewerk/", given, status=403)


def test_removes_what_nothing_hangs_on_and_ends_what_is_used(client, manager):
    location = Location.create(provider=make_provider(), name="Markt 1")
    client.get(f"/beheer/locaties/weg/?id={location.id}")
    client.post(f"/beheer/locaties/weg/?id={location.id}", follow=True)
    assert not Location.select().exists()
    line = AuditLine.get()
    assert (line.action, line.before["name"]) == ("remove", "Markt 1")

    contract = make_contract(number="C-1")
    deliver("TA001", OCT)
    ProgressRecord.update(contract=contract).execute()
    page = client.get(f"/beheer/contracten/weg/?id={contract.id}")
    assert "rijen uit leveringen" in page.text
    assert "Buiten gebruik zetten kan wel" in page.text
    client.post(f"/beheer/aanbieders/weg/?id={contract.provider_id}", status=422)
    assert make_provider().id == contract.provider_id


def test_a_change_of_a_contract_asks_why_and_shows_what_it_does(client, manager):
    contract = make_contract(number="C-1", waiting_norm_days=28)
    ContractScope.create(contract=contract, route=1)
    deliver("TA001", OCT, registered_on=date(2026, 9, 1), first_lesson_on=date(2026, 10, 10))
    operations.compute(OCT, **WHO)
    form = {
        "number": "C-1", "provider": contract.provider_id, "valid_from": "01-01-2022",
        "due_workday": 10, "routes": ["1"], "municipalities": "*", "waiting_norm_days": 60,
    }  # fmt: skip
    url = f"/beheer/contracten/edit/?id={contract.id}"
    assert client.post(url, form).errors == ["Vul in waarom dit verandert."]
    form["change_reason"] = "Afgesproken na de zomer"
    page = client.post(url, form)
    assert "Er is nog niets bewaard." in page.text
    assert "Taalschool TA001, B1-route, oktober 2026: " in page.text
    assert Contract.get_by_id(contract.id).waiting_norm_days == 28
    client.post(url, form | {"bevestigd": "ja"}, follow=True)
    assert Contract.get_by_id(contract.id).waiting_norm_days == 60
    line = AuditLine.select().where(AuditLine.thing == "contract").get()
    assert line.reason == "Afgesproken na de zomer"


def test_every_other_road_to_a_mark_or_contract_asks_why_and_shows_the_effect(client, manager):
    contract = make_contract(number="C-1", waiting_norm_days=28)
    ContractScope.create(contract=contract, route=1)
    stored = mark("TA001", valid_from=date(2022, 1, 1))
    deliver("TA001", OCT, registered_on=date(2026, 9, 1), first_lesson_on=date(2026, 10, 10))
    operations.compute(OCT, **WHO)

    # Several cells of the list.
    cells = {f"r{contract.id}-due_workday": 12}
    url = "/beheer/contracten/bewerk/?bewerk=ja"
    assert "Vul in waarom dit verandert." in client.post(url, cells, status=422).text
    cells["change_reason"] = "Leveren kan later"
    client.post(url, cells, follow=True)
    line = AuditLine.select().where(AuditLine.thing == "contract").get()
    assert (line.after["due_workday"], line.reason) == (12, "Leveren kan later")

    # Removal of a row.
    url = f"/beheer/keurmerken/weg/?id={stored.id}"
    assert "Taalschool TA001, B1-route, oktober 2026: " in client.get(url).text
    assert client.post(url, status=422).errors == ["Vul in waarom dit verandert."]
    assert QualityMark.select().exists()
    client.post(url, {"change_reason": "Dubbel ingevoerd"}, follow=True)
    line = AuditLine.select().where(AuditLine.thing == "quality_mark").get()
    assert (line.action, line.reason) == ("remove", "Dubbel ingevoerd")

    # A new row.
    new = {"provider": contract.provider_id, "status": "2", "valid_from": "01-01-2022"}
    page = client.post("/beheer/keurmerken/new/", new, status=200)
    assert "Taalschool TA001, B1-route, oktober 2026: " in page.text
    assert not QualityMark.select().exists()
    client.post("/beheer/keurmerken/new/", new | {"bevestigd": "ja"}, follow=True)
    assert QualityMark.select().count() == 1


def test_a_filter_is_kept_for_its_owner_and_a_page_has_as_many_rows_as_asked(client, manager):
    for number in range(55):
        Teacher.create(provider=make_provider(), teacher_ref=f"D{number:02d}", registration=1)
    page = client.get("/beheer/docenten/?per=50&aanbieder=TA001")
    assert len(page.rows()) == 50
    assert any("per=50" in link and "na=" in link for link in page.links)
    client.post("/beheer/docenten/filters/?per=50&aanbieder=TA001", {"naam": "Mijn docenten"})
    kept = client.get("/beheer/docenten/").with_class("saved-filters")[0]
    address = next(kept.iter("a")).get("href")
    assert address == "/beheer/docenten/?sorteer=teacher_ref&per=50&aanbieder=TA001"
    client.sign_in("contractmanager", email="ander@regio.example")
    assert "Mijn docenten" not in client.get("/beheer/docenten/").text
    client.sign_in("contractmanager")
    client.post("/beheer/docenten/filters/", {"vergeet": "Mijn docenten"}, follow=True)
    assert "Mijn docenten" not in client.get("/beheer/docenten/").text


def test_the_tables_of_the_planning_lead_to_their_plan(client):
    make_process(code="B1", name="Inkoop B1", status="lopend")
    client.sign_in("regio")
    assert "/planning/B1/" in client.get("/beheer/trajecten/?zoek=Inkoop").links
    client.get("/beheer/mijlpalen/?verloop=te+laat&verwacht_vanaf=01-01-2026")
    client.get("/beheer/besluiten/?traject=B1")
    client.sign_in("aanbieder", provider_code="TA001")
    client.get("/beheer/trajecten/", status=403)


def test_settings_are_told_without_their_secrets(client, monkeypatch):
    monkeypatch.setenv("TAALINKOOP_OIDC_CLIENT_SECRET", "heel-geheim")
    monkeypatch.setenv("TAALINKOOP_SMTP_URL", "smtp://post:wachtwoord@localhost")
    client.sign_in("beheerder")
    page = client.get("/beheer/instellingen/")
    rows = {row[0]: row for row in page.rows()}
    assert rows["TAALINKOOP_OIDC_CLIENT_SECRET"][1:3] == ["ingesteld", "omgeving"]
    assert rows["TAALINKOOP_SMTP_URL"][1] == "smtp://post:***@localhost"
    assert rows["TAALINKOOP_MAX_UPLOAD_MB"][1:3] == ["50", "standaard"]
    client.sign_in("regio")
    client.get("/beheer/instellingen/", status=403)


def test_the_log_says_who_changed_the_norm_and_why_in_one_search(client, manager):
    contract = make_contract(make_provider("TA002", name="De Wachter"), number="RZ-2")
    ContractScope.create(contract=contract, route=1)
    contract.waiting_norm_days = 28
    contract.save()
    form = {
        "number": "RZ-2", "provider": contract.provider_id, "valid_from": "01-01-2022",
        "due_workday": 10, "routes": ["1"], "municipalities": "*", "waiting_norm_days": 42,
        "change_reason": "Afgesproken in het gesprek van juni", "bevestigd": "ja",
    }  # fmt: skip
    client.post(f"/beheer/contracten/edit/?id={contract.id}", form, follow=True)
    Location.create(provider=contract.provider, name="Markt 1")
    client.sign_in("beheerder")
    for words in (
        "norm",
        "RZ-2",
        "wachter norm",
        "juni",
        "contract gewijzigd",
        "norm contractm",
        "a e",
    ):
        page = client.get(f"/beheer/logboek/?zoek={words}")
        assert [row[1:] for row in page.rows()] == [
            [
                "contractmanager@example.org",
                "Contract RZ-2 gewijzigd: norm wachttijd (dagen) 28 → 42.",
                "Afgesproken in het gesprek van juni",
            ]
        ], words
    assert not client.get("/beheer/logboek/?zoek=prijs").all("table")
    assert not client.get("/beheer/logboek/?zoek=norm+kampen").all("table")
