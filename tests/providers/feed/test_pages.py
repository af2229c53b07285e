"""Sending a file in the browser: preview, accept, receipt, mend, withdraw."""

import io
import json

import pytest

from app.tasks.jobs import drain
from core.accounts import Role
from core.jobs.models import Job
from providers.admin import deliveries
from providers.deliveries.mapping import save_mapping
from providers.models import CURRENT, Delivery, ProgressRecord, Provider
from tests.builders import make_contract, make_provider
from tests.pages import Client
from tests.providers.feed.door import AT, deliver
from tests.providers.feed.lines import csv, row


@pytest.fixture
def school(client: Client) -> Client:
    """Signed in as aanbieder TA001."""
    make_provider("TA002")
    make_contract(make_provider("TA001"))
    client.sign_in(Role.PROVIDER, provider_code="TA001")
    return client


def upload(client: Client, content: bytes, name: str = "oktober.csv"):
    page = client.post(
        "/leveringen/nieuw/", {"provider": "TA001", "file": (io.BytesIO(content), name)}
    )
    assert page.status == 302, page.errors
    return client.get(page.location)


def test_shows_first_what_would_happen(school):
    page = upload(school, csv(row(), row(trajectnummer="T-2", uren_gevolgd="nvt")))
    assert page.title == "oktober.csv"
    assert "2 rijen gelezen: 1 aangenomen, 0 ongewijzigd, 1 terug te sturen." in page.text
    assert 'Vul het aantal uren in, bijvoorbeeld 12,5. Er staat "nvt".' in page.text
    assert ProgressRecord.select().count() == 0


def test_a_delivery_is_called_the_same_wherever_it_is_shown(school, tmp_path):
    faulty = csv(row(), row(trajectnummer="T-2", uren_gevolgd="nvt"))
    outcome = deliver(tmp_path, Provider.get(code="TA001"), faulty)
    assert outcome.status_word == "deels aangenomen"
    for address in ("/leveringen/", f"/leveringen/{outcome.delivery}/"):
        assert "deels aangenomen" in school.get(address).text
    school.sign_in(Role.CONTRACT_MANAGER)
    assert "deels aangenomen" in school.get("/aanbieders/TA001/leveringen/").text


def test_accepts_then_shows_the_receipt_and_completes_it(school):
    upload(school, csv(row(), row(trajectnummer="T-2", uren_gevolgd="nvt")))
    delivery = Delivery.get()
    page = school.get(school.post(f"/leveringen/{delivery.id}/aannemen/", {}).location)
    assert "1 rij is terug te sturen" in page.text
    assert ProgressRecord.select().where(CURRENT).count() == 1
    marked = school.get(f"/leveringen/{delivery.id}/verbeteren.xlsx")
    assert marked.data[:2] == b"PK"
    receipt = json.loads(school.get(f"/leveringen/{delivery.id}/ontvangstbewijs.json").data)
    assert (receipt["accepted"], receipt["rejected"]) == (1, 1)
    page = upload(school, csv(row(trajectnummer="T-2")), "verbeterd.csv")
    number = Delivery.select().order_by(Delivery.id.desc()).get().id
    school.post(f"/leveringen/{number}/aannemen/", {})
    assert ProgressRecord.select().where(CURRENT).count() == 2
    page = school.get(f"/leveringen/{delivery.id}/")
    assert "Alle rijen zijn verwerkt: wat terugkwam, is aangevuld." in page.text
    assert [f"Aangevuld door levering {number}", "1", "3"] in page.rows(1)
    page = school.get(f"/leveringen/{number}/")
    assert f"Deze levering vult levering {delivery.id} aan: rij 3." in page.text


def test_who_searches_the_deliveries_has_the_list_without_the_calendar(school):
    upload(school, csv(), "oktober.csv")
    whole = school.get("/leveringen/")
    assert "Wat elke aanbieder leverde, per rapportagemaand" in whole.text
    page = school.get("/leveringen/?zoek=oktober")
    assert "oktober.csv" in page.text
    assert "per rapportagemaand" not in page.text
    assert "/leveringen/" in [a.get("href") for a in page.all("a")]


@pytest.mark.parametrize(
    ("address", "ignored"),
    [("?stand=active", "Stand: active"), ("?aanbieder=TA009", "Aanbieder: TA009")],
)
def test_a_filter_that_does_not_exist_is_told_and_never_filters_a_download(
    school, address, ignored
):
    upload(school, csv(), "oktober.csv")
    page = school.get(f"/leveringen/{address}")
    assert f"Dit filter is niet te lezen en doet niet mee: {ignored}" in page.text
    assert "1 rij " in page.text
    refused = school.get(f"/leveringen/leveringen.csv/{address}", status=400)
    assert f"Dit filter is niet te lezen: {ignored}." in refused.text


def test_the_same_file_again_changes_nothing(school):
    upload(school, csv())
    school.post(f"/leveringen/{Delivery.get().id}/aannemen/", {})
    page = upload(school, csv(), "nog eens.csv")
    assert "Dit bestand hebben wij al" in page.text
    assert Delivery.select().count() == 1


def test_a_school_cannot_send_for_another(school):
    page = school.post(
        "/leveringen/nieuw/",
        {"provider": "TA002", "file": (io.BytesIO(csv()), "x.csv")},
        status=None,
    )
    assert page.status in (200, 403)
    assert Delivery.select().count() == 0


def test_original_is_only_a_download_with_a_safe_name(school):
    # Kept files outlive a test, by their bytes: these are of this one alone.
    content = csv(row(trajectnummer="T-4711"))
    upload(school, content, '../<img src=x>".html')
    number = Delivery.get().id
    # What waits is nobody's to read: it may hold anything.
    school.get(f"/leveringen/{number}/origineel/", status=404)
    school.post(f"/leveringen/{number}/aannemen/", {})
    page = school.get(f"/leveringen/{number}/origineel/")
    assert page.headers["Content-Disposition"].startswith("attachment; filename=levering-")
    assert page.headers["Content-Type"] == "application/octet-stream"
    assert page.data == content


def test_refused_file_says_what_is_missing(school):
    page = upload(school, b"trajectnummer;leerroute\nT-1;B\n")
    assert "Deze kolommen ontbreken: rapportagemaand, gemeentecode" in page.text


def test_contract_manager_withdraws_with_a_reason(school):
    upload(school, csv())
    delivery = Delivery.get()
    school.post(f"/leveringen/{delivery.id}/aannemen/", {})
    assert school.get(f"/leveringen/{delivery.id}/intrekken/", status=403).status == 403
    school.sign_in(Role.CONTRACT_MANAGER)
    page = school.post(f"/leveringen/{delivery.id}/intrekken/", {"reason": ""}, status=200)
    assert page.errors == ["Vul in waarom je de levering intrekt."]
    school.post(f"/leveringen/{delivery.id}/intrekken/", {"reason": "Verkeerde maand"})
    assert ProgressRecord.select().where(CURRENT).count() == 0
    assert "Verkeerde maand" in school.get(f"/leveringen/{delivery.id}/").text


def test_nil_return_stands_in_the_calendar(school):
    school.post("/leveringen/nihil/", {"provider": "TA001", "month": "2026-10"})
    assert "nihil" in school.get("/leveringen/").text
    page = school.post("/leveringen/nihil/", {"provider": "TA001", "month": "2026-10"}, status=200)
    assert page.errors == [
        "Over oktober 2026 is al een levering of een nihil-opgave aangenomen. Trek die eerst in."
    ]


def test_region_sees_counts_but_no_values(school):
    upload(school, csv(row(), row(trajectnummer="T-2", uren_gevolgd="geheim")))
    delivery = Delivery.get()
    school.post(f"/leveringen/{delivery.id}/aannemen/", {})
    school.sign_in(Role.REGION)
    page = school.get(f"/leveringen/{delivery.id}/")
    assert "1 terug te sturen" in page.text
    assert "geheim" not in page.html
    assert school.get(f"/leveringen/{delivery.id}/verbeteren.xlsx", status=403).status == 403


def test_a_large_file_is_shown_first_too_by_the_queue(school, app, monkeypatch):
    monkeypatch.setattr(deliveries, "PREVIEW_BYTES", 100)
    page = upload(school, csv(row(), row(trajectnummer="T-2", uren_gevolgd="nvt")))
    assert "Wij kijken het bestand na" in page.text
    assert "Levering aannemen" not in page.text
    delivery, job = Delivery.get(), Job.get()
    assert f"/taken/{job.id}/" in page.links
    assert "oktober.csv nakijken" in school.get(f"/taken/{job.id}/").text
    assert drain(app.config) == 1
    page = school.get(f"/leveringen/{delivery.id}/")
    assert "2 rijen gelezen: 1 aangenomen, 0 ongewijzigd, 1 terug te sturen." in page.text
    assert 'Er staat "nvt".' in page.text
    assert ProgressRecord.select().count() == 0
    school.post(f"/leveringen/{delivery.id}/aannemen/", {})
    assert "Het bestand staat in de rij" in school.get(f"/leveringen/{delivery.id}/").text
    assert drain(app.config) == 1
    assert ProgressRecord.select().where(CURRENT).count() == 1
    kept = app.config["TAALINKOOP_DATA_DIR"] / "incoming"
    assert not list(kept.rglob(f"{delivery.sha256}.{delivery.id}.*"))


def test_what_was_shown_counts_for_the_mapping_it_was_made_with(school, app, monkeypatch):
    monkeypatch.setattr(deliveries, "PREVIEW_BYTES", 100)
    upload(school, csv(row()))
    drain(app.config)
    delivery = Delivery.get()
    save_mapping(delivery.provider, headers={name: name for name in row()}, codes={}, by="x", at=AT)
    page = school.get(f"/leveringen/{delivery.id}/")
    assert "Kijk eerst na wat er zou gebeuren" in page.text
    school.post(f"/leveringen/{delivery.id}/nakijken/", {})
    school.post(f"/leveringen/{delivery.id}/nakijken/", {})
    assert drain(app.config) == 1
    assert "1 rij gelezen: 1 aangenomen" in school.get(f"/leveringen/{delivery.id}/").text


def test_a_file_that_cannot_be_read_is_refused_at_once_and_never_waits(school):
    page = upload(school, b"%PDF-1.7 brief", "brief.pdf")
    assert "Dit is een PDF." in page.text
    assert "niet aangenomen" in page.text
    assert Delivery.get().state == "refused"
    page = upload(school, csv(row()).replace(b"status", b"Fase traject"), "eigen.csv")
    assert "Kies welke kolom wat is" in page.text
    assert "Er ontbreekt een kolom: kies welke het is." in page.text
    page = upload(school, csv({"rapportagemaand": "2026-10", "cursist": "T-1"}), "weinig.csv")
    assert "Er ontbreken kolommen: kies welke het zijn." in page.text
    assert "kolommen kiezen" in school.get("/leveringen/").text
    # Once, as a choice of the filter.
    assert school.get("/leveringen/").text.count("wacht op indienen") == 1


def test_a_school_confirms_on_the_preview_that_a_month_is_replaced(school, monkeypatch):
    september = [row(trajectnummer=f"T-{n}", rapportagemaand="2026-09") for n in range(12)]
    upload(school, csv(*september), "september.csv")
    school.post(f"/leveringen/{Delivery.get().id}/aannemen/", {})
    page = upload(school, csv(*(one | {"groep": "B"} for one in september)), "oktober.csv")
    number = Delivery.select().order_by(Delivery.id.desc()).get().id
    assert "Vervangt 12 rijen van september 2026" in page.text
    assert "Indienen" in page.text
    page = school.post(f"/leveringen/{number}/aannemen/", {}, follow=True)
    assert "Er is niets verwerkt. Bevestig eerst" in page.text
    assert ProgressRecord.select().count() == 12
    school.post(f"/leveringen/{number}/aannemen/", {"vervang": "2026-09"})
    assert ProgressRecord.select().where(CURRENT, ProgressRecord.group_name == "B").count() == 12


def test_withdrawing_says_first_what_it_changes(client, tmp_path):
    school = make_provider("TA001")
    first = deliver(tmp_path, school, csv(row(), row(trajectnummer="T-2")))
    later = deliver(tmp_path, school, csv(row(groep="B"), row(trajectnummer="T-3")))
    client.sign_in(Role.CONTRACT_MANAGER)
    page = client.get(f"/leveringen/{later.delivery}/intrekken/")
    assert "Het gaat om 2 rijen. Er verdwijnt 1. Bij 1 geldt de rij van ervoor" in page.text
    deliver(tmp_path, school, csv(row(groep="C"), row(trajectnummer="T-2", groep="C")))
    page = client.get(f"/leveringen/{first.delivery}/intrekken/")
    assert "Intrekken verandert dus geen rij" in page.text
