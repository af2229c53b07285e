"""The pages of the award, as buyers, auditors and others use them."""

from datetime import date, timedelta

import pytest

from core.dates import today
from core.formats import day_text
from procurement.award import decision_operations as awards, operations as bid_operations
from procurement.award.decision_operations import Case
from procurement.award.demo import FINAL_ON
from procurement.award.models import AssessorScore, Award, AwardDecision, Bid, Lot
from procurement.award.queries import joining
from procurement.demo import CODE, DALFSEN_CODE
from procurement.plan import queries
from providers.models import Contract, ContractScope, Provider
from tests.app.web.test_two_at_once import typed
from tests.procurement.lots import BY, DRAFT, decided, make_plan

HOME = f"/planning/{CODE}/inschrijvingen/"
DONE = f"/planning/{DALFSEN_CODE}/inschrijvingen/"
READ = [HOME, DONE, f"{DONE}P1/", f"{DONE}P2/"]
FILES = [f"{DONE}P1/brieven/csv/", f"{DONE}P1/rangorde/xlsx/"]
FORMS = [f"{HOME}nieuw/", f"{DONE}P1/inschrijving/", f"{DONE}P1/1/toets/", f"{DONE}P1/1/scores/"]


@pytest.fixture
def region(demo, client):
    client.sign_in("regio")
    return client


def contract_page():
    award = Award.select().join(Bid).where(Bid.tenderer == "Taalhuis De Wilg").get()
    return f"/planning/{DALFSEN_CODE}/contract/{award.id}/"


def test_who_may_see_what(region):
    forms = [*FORMS, contract_page()]
    for url in [*READ, *FILES, *forms]:
        region.get(url)
    region.sign_in("auditor")
    for url in [*READ, *FILES]:
        region.get(url)
    for url in forms:
        region.get(url, status=403)
    for role, more in (
        ("contractmanager", {}), ("gemeente", {"municipalities": ["0148"]}),
        ("aanbieder", {"provider_code": "TA001"}), ("beheerder", {}),
    ):  # fmt: skip
        region.sign_in(role, **more)
        for url in [*READ, *FILES, *forms]:
            region.get(url, status=403)
    region.sign_in("contractmanager")
    assert "Inschrijvingen" not in region.get(f"/planning/{DALFSEN_CODE}/").text


def test_the_demo_lot_shows_its_working(region):
    text = region.get(f"{DONE}P1/").text
    for words in ("Te laat: ontvangen op", "Keurmerk ingetrokken", "geen antwoord: 0 punten"):
        assert words in text
    text = region.get(f"{DONE}P2/").text
    assert "Er is geen prijs. De inschrijving is ongeldig." in text
    assert "3 inschrijvingen, 2 doen mee" in text
    letters = region.get(f"{DONE}P1/brieven/csv/").data.decode("utf-8-sig")
    assert len(letters.strip().splitlines()) == 6
    assert "niet gegund" in letters


def test_from_lot_to_register(region):
    closes = today() - timedelta(days=40)
    form = {
        "code": "P1", "title": "Z-route", "route": "Z", "closes_at": f"{day_text(closes)} 12:00",
        "suppliers": "1", "method": "bpkv", "price_weight": "40",
        "criteria-0-code": "G1", "criteria-0-title": "Wachttijd", "criteria-0-weight": "50",
    }  # fmt: skip
    page = region.post(f"{HOME}nieuw/", form)
    assert "samen 90 %" in " ".join(page.errors)
    assert "Samen 90 %: nog 10 % te verdelen." in page.text
    region.post(f"{HOME}nieuw/", form | {"criteria-0-weight": "60"}, status=302)
    assert "Samen 100 %." in region.get(f"{HOME}P1/wijzig/").text
    for name, price in (("Noordertaal", "10.000"), ("Zuidertaal", "11.000,50")):
        came = {"tenderer": name, "received_at": f"{day_text(closes)} 11:59", "price_cents": price,
                "chamber_number": "87654321" if price == "10.000" else ""}  # fmt: skip
        region.post(f"{HOME}P1/inschrijving/", came, status=302)
    proof = "register gezien"
    checks = {"passed_keurmerk": "ja", "keurmerk": proof, "passed_uitsluitingsgronden": "ja",
              "uitsluitingsgronden": proof}  # fmt: skip
    for n in (1, 2):
        region.post(f"{HOME}P1/{n}/toets/", checks, status=302)
        mine = {"score_G1": str(6 + n), "motivation_G1": "mijn eigen mening"}
        region.post(f"{HOME}P1/{n}/scores/", mine, status=302)
    assert "mijn eigen mening" in region.get(f"{HOME}P1/").text
    region.sign_in("regio", email="ander@example.org")
    assert "mijn eigen mening" not in region.get(f"{HOME}P1/").text
    for n in (1, 2):
        region.post(f"{HOME}P1/{n}/scores/", {"score_G1": "geen", "motivation_G1": ""}, status=302)
    region.post(f"{HOME}P1/consensus/", {}, status=302)
    assert "mijn eigen mening" in region.get(f"{HOME}P1/").text
    for n in (1, 2):
        both = {"score_G1": "8", "motivation_G1": "samen besproken"}
        region.post(f"{HOME}P1/{n}/consensus/", both, status=302)
    region.get(f"{HOME}P1/prijzen/")
    region.post(f"{HOME}P1/prijzen/", {}, status=302)
    sent = today() - timedelta(days=35)
    say = {"sent_on": day_text(sent), "motivation": "Laagste prijs."}
    region.get(f"{HOME}P1/gunning/")
    page = region.post(f"{HOME}P1/gunning/", say | {"chosen": "Zuidertaal"})
    assert "staat hoger" in " ".join(page.errors)
    region.post(f"{HOME}P1/gunning/", say | {"chosen": "Noordertaal"}, status=302)
    until = AwardDecision.get(AwardDecision.lot == Lot.get(Lot.title == "Z-route")).standstill_until
    page = region.post(f"{HOME}P1/definitief/", {"awarded_on": day_text(until)})
    assert "opschortende termijn" in " ".join(page.errors)
    final = day_text(until + timedelta(days=1))
    region.post(f"{HOME}P1/definitief/", {"awarded_on": final}, status=302)
    award = Award.select().join(Bid).where(Bid.tenderer == "Noordertaal").get()
    page = region.get(f"/planning/{CODE}/contract/{award.id}/")
    assert "10.000,00 per traject" in page.text
    signed = {"provider": "ta099", "number": "C-99", "municipalities": "0193", "signed_on": final,
              "starts_on": "01-07-2027", "ends_on": ""}  # fmt: skip
    region.post(f"/planning/{CODE}/contract/{award.id}/", signed, status=302)
    contract = Contract.get(Contract.number == "C-99")
    assert (contract.provider.code, contract.provider.name) == ("TA099", "Noordertaal")
    assert contract.price_cents == 1_000_000
    assert "C-99" in region.get(f"{HOME}P1/").text
    # Who signs later signs the same contract, and the plan of the gemeenten follows by itself.
    text = region.get(f"{HOME}P1/").text
    assert f"door 1 van {len(joining(Lot.get(Lot.title == 'Z-route').process, 'Z'))}" in text
    later = {"municipalities": ["0148", "0166"], "signed_on": final}
    region.post(f"/planning/{CODE}/contract/{award.id}/", later, status=302)
    covered = ContractScope.select().where(ContractScope.contract == contract)
    assert {one.municipality for one in covered} == {"0148", "0166", "0193"}
    assert Contract.select().count() == 1


def test_a_refused_contract_leaves_the_register_alone(region):
    form = {"provider": "TA077", "number": "C-7", "municipalities": "0148",
            "signed_on": "17-10-2021", "starts_on": "1-1-2022"}  # fmt: skip
    page = region.post(contract_page(), form)
    assert "Kies een dag vanaf 18-10-2021" in " ".join(page.errors)
    assert (Provider.select().count(), Contract.select().count()) == (0, 0)
    Provider.create(code="TA077", name="Iemand anders", chamber_number="11111111")
    page = region.post(contract_page(), form | {"signed_on": day_text(FINAL_ON)})
    assert "ander KvK-nummer" in " ".join(page.errors)
    assert AssessorScore.select().count() > 0


def test_the_second_of_two_sees_what_became_of_a_kort_geding_or_decision(client, db):
    lot = bid_operations.put_lot(make_plan("0193", "0148"), DRAFT, **BY)
    decided(lot)
    case = awards.put_proceedings(lot, Case("Oever", date(2026, 9, 24)), **BY)
    decision = queries.load(lot.process).decisions[0]
    row = f"{lot.process.code}.{decision.step}.{decision.municipality}-document"
    for address, field in (
        (f"/planning/T-9/inschrijvingen/{lot.code}/kort-geding/{case.id}/", "reference"),
        (f"/planning/T-9/besluiten/{decision.step}/", row),
    ):
        client.sign_in("regio")
        opened = client.get(address)
        client.sign_in("regio", email="kim@example.org")
        client.post(address, typed(opened, reason="proef", **{field: "van Kim"}), status=302)
        client.sign_in("regio")
        page = client.post(
            address, typed(opened, reason="proef", **{field: "van mij"}), status=None
        )
        assert "Intussen gewijzigd door kim@example.org in: van Kim." in page.text
        assert typed(page)[field] == "van mij"
