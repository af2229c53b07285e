"""From promise to euro: three contracts worked by hand, the rows behind them, letter and pages."""

import io
import zipfile
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, strategies as st
from openpyxl import load_workbook

from app import cli
from core.access_log import AccessLine
from core.accounts import Account, Role
from core.audit import AuditLine
from core.errors import DomainError
from core.formats import euro_text
from core.identity.api_token_operations import make_token
from procurement.promises import words
from procurement.promises.letter import appendix, letter
from procurement.promises.models import ContractClause, ContractPromise, Invoice, InvoiceLine
from procurement.promises.operations import take_in_invoices
from procurement.promises.queries import Ledger, ledger, numbers_of, rows_behind, years_of
from procurement.promises.rules import apportioned
from providers.codes import LearningRoute, TrackStatus
from providers.models import Contract, ContractScope, DeliveryMonth
from providers.register.rules import whole_cents
from tests.builders import (
    AT,
    make_contract,
    make_delivery,
    make_provider,
    make_record,
    make_track,
)

JAN, FEB, SEP, OCT = (date(2026, month, 1) for month in (1, 2, 9, 10))
EVERYTHING = Account(role=Role.AUDITOR, email="auditor@example.org")
B = LearningRoute.B1


def contract(code: str, since: date, **more) -> Contract:
    made = make_contract(make_provider(code), number=f"RZ-{code}", valid_from=since, **more)
    ContractScope.create(contract=made, route=B, municipality=None)
    return made


def clause(of: Contract, *what: str, steps: dict[str, str]) -> None:
    article, kind, measure, basis, period = what
    for threshold, amount in steps.items():
        ContractClause.create(
            contract=of, article=article, kind=kind, measure=measure, basis=basis, period=period,
            threshold=Decimal(threshold), amount=Decimal(amount),
        )  # fmt: skip


def lessons(of: Contract, month: date, hours: list[float], **more) -> None:
    for number, offered in enumerate(hours):
        track = make_track(of.provider, f"{of.provider.code}-{number}")
        values = {"minutes_offered": round(60 * offered), "municipality": 148 + 45 * (number % 2)}
        make_record(month=month, provider=of.provider, track=track, **values | more)


def newest_ledger(of: Contract, newest: date, account: Account = EVERYTHING) -> Ledger:
    return ledger(of, years_of(of, newest)[0], account)


def amounts(result: Ledger) -> dict[tuple[str, str], int]:
    return {(line.clause.article, words.period_text(line)): line.cents for line in result.lines}


@pytest.fixture
def short_of_hours(db) -> Contract:
    """12 hours a week for three learners; 285 of 303.43 hours given at 14.50 an hour."""
    made = contract("TA001", JAN, weekly_minutes_b1=720, hour_price_cents=1450)
    clause(made, "9.1", "malus", "uren", "uur", "jaar", steps={"0": "14.50"})
    lessons(made, JAN, [48, 48, 48])
    lessons(made, FEB, [48, 47, 46])
    # Not counted: who waits, another provider, and what a later delivery replaced.
    make_record(month=JAN, provider=made.provider, status=TrackStatus.WAITING)
    make_record(month=JAN, provider=make_provider("TA009"))
    gone = make_record(month=JAN, provider=made.provider)
    gone.superseded_by = gone.delivery
    gone.save()
    return made


@pytest.fixture
def short_of_docents_and_late(db) -> Contract:
    """75 of 80 % by certified docenten, and of three new learners two not within 28 days."""
    made = contract("TA002", OCT, hour_price_cents=1000, waiting_norm_days=28)
    ContractPromise.create(contract=made, measure="bevoegd", value=Decimal(80), bid_value=90)
    clause(made, "9.2", "malus", "bevoegd", "procent", "maand", steps={"0": "1", "5": "2"})
    clause(made, "9.3", "malus", "start", "cursist", "maand", steps={"1": "75", "14": "150"})
    lessons(made, OCT, [40], minutes_certified=0)
    for registered, began in ((date(2026, 9, 10), 20), (date(2026, 10, 1), 12), (None, None)):
        when = {"registered_on": registered, "first_lesson_on": date(2026, 10, began or 1)}
        hours = {"minutes_offered": 2400, "minutes_certified": 2400}
        make_record(month=OCT, provider=made.provider, **hours, **when if registered else {})
    waits = {"status": TrackStatus.WAITING, "registered_on": date(2026, 9, 5)}
    make_record(month=OCT, provider=made.provider, **waits)
    return made


@pytest.fixture
def staffel_and_bonus(db) -> Contract:
    """Above 100 hours a year 12 instead of 15 euros; 17 instead of 10 % in the evening."""
    made = contract("TA003", SEP)
    ContractPromise.create(contract=made, measure="avond", value=Decimal(10))
    clause(made, "8.1", "prijs", "uren", "uur", "jaar", steps={"0": "15", "100": "12"})
    clause(made, "9.4", "bonus", "avond", "vast", "jaar", steps={"5": "250", "10": "500"})
    lessons(made, SEP, [40.25, 40.25], minutes_evening_weekend=600)
    lessons(made, OCT, [2000 / 60, 2000 / 60], minutes_evening_weekend=150)
    return made


def test_a_shortfall_of_hours_over_the_year(short_of_hours):
    ledger = newest_ledger(short_of_hours, FEB)
    # 3 x 12 x (31 + 28) / 7 = 303.43 promised; 18.43 missing x 14.50 = 267.214
    assert amounts(ledger) == {
        ("prijs", "januari 2026"): 208_800,
        ("prijs", "februari 2026"): 204_450,
        ("9.1", "hele jaar"): -26_721,
    }
    assert ledger.cents() == 386_529
    # By the hours that each of them missed: 5.14, 6.14 and 7.14.
    (behind,) = rows_behind(ledger, EVERYTHING, ledger.lines[-1:])
    assert sorted(row.cents for row in behind) == [-10_357, -8_907, -7_457]
    assert words.working_text(ledger.lines[-1]) == (
        "303,43 uur beloofd, 285,00 gegeven: 18,43 uur x €\N{NO-BREAK SPACE}14,50"
    )


def test_a_staffel_of_docents_and_of_days_too_late(short_of_docents_and_late):
    ledger = newest_ledger(short_of_docents_and_late, OCT)
    # 160 hours; 5 points short: 2 % of 1600. Twelve days late 75, 28 days and waiting still 150.
    assert amounts(ledger) == {
        ("prijs", "oktober 2026"): 160_000,
        ("9.2", "oktober 2026"): -3_200,
        ("9.3", "oktober 2026"): -22_500,
    }
    assert [(one.days, one.late) for one in ledger.case.starts] == [
        (40, True), (11, False), (56, True),
    ]  # fmt: skip
    assert words.promise_rows(ledger)[0][2:] == (
        "90,0\N{NO-BREAK SPACE}%", "80,0\N{NO-BREAK SPACE}%", "75,0\N{NO-BREAK SPACE}%", "nee",
    )  # fmt: skip


def test_a_price_that_falls_over_the_year_and_a_bonus(staffel_and_bonus):
    ledger = newest_ledger(staffel_and_bonus, OCT)
    # October: 19.5 hours at 15 and 47 1/6 at 12. Evening: 25 of 147 1/6 hours is 6.99 points over.
    assert amounts(ledger) == {
        ("8.1", "september 2026"): 120_750,
        ("8.1", "oktober 2026"): 85_850,
        ("9.4", "hele jaar"): 25_000,
    }


def test_without_a_price_there_is_no_amount_instead_of_nothing_due(db):
    made = contract("TA004", OCT)
    lessons(made, OCT, [40])
    ledger = newest_ledger(made, OCT)
    assert not ledger.has_price
    assert "geen prijs per lesuur" in words.answer_text(ledger, "x")
    assert words.month_rows(ledger)[0][6] == "–"


def test_a_month_without_a_delivery_is_not_a_month_without_lessons(short_of_hours):
    lessons(short_of_hours, date(2026, 4, 1), [50])
    ledger = newest_ledger(short_of_hours, date(2026, 4, 1))
    text = words.missing_text(ledger)
    assert text == "Geen levering over maart 2026: daarvan is hier niets gerekend."
    assert text in repr(letter(ledger, provider="x", today=OCT))
    assert words.month_rows(ledger)[2][1] == "geen levering"


@pytest.fixture
def contracts(short_of_hours, short_of_docents_and_late, staffel_and_bonus) -> list[Contract]:
    return [short_of_hours, short_of_docents_and_late, staffel_and_bonus]


def test_rows_add_up_to_the_letter(contracts):
    for made, newest in zip(contracts, (FEB, OCT, OCT), strict=True):
        ledger = newest_ledger(made, newest)
        rows = rows_behind(ledger, EVERYTHING, ledger.lines)
        assert [sum(row.cents for row in behind) for behind in rows] == [
            line.cents for line in ledger.lines
        ]
        numbers = numbers_of({row.track for behind in rows for row in behind})
        book = load_workbook(io.BytesIO(appendix(ledger, rows, numbers)), data_only=True)
        totals = [row[6] for row in book["Bedragen"].iter_rows(min_row=2, values_only=True)]
        in_rows = sum(row[10] for row in book["Regels"].iter_rows(min_row=2, values_only=True))
        in_all = sum(total for total in totals if total is not None)
        assert round(100 * in_all) == round(100 * in_rows) == ledger.cents()
        sections = {s.heading: s for s in letter(ledger, provider="x", today=OCT).sections}
        assert sections["Bedragen"].blocks[0].rows[-1][-1] == euro_text(ledger.cents())


@pytest.mark.parametrize(
    ("amount", "cents"),
    [((1, 2), 1), ((-1, 2), -1), ((5, 2), 3), ((4999, 10000), 0), ((-7, 1), -7)],
)
def test_half_a_cent_goes_away_from_zero(amount, cents):
    assert whole_cents(Fraction(*amount)) == cents


@given(st.integers(-(10**7), 10**7), st.lists(st.integers(-500, 5000), min_size=1, max_size=40))
def test_cents_are_divided_without_losing_one(cents, weights):
    fractions = [Fraction(weight, 7) for weight in weights]
    parts = apportioned(cents, fractions)
    whole = sum(fractions)
    assert sum(parts) == (cents if whole else 0)
    if whole:
        assert all(
            abs(part - cents * one / whole) < 1 for part, one in zip(parts, fractions, strict=True)
        )


UBL = """<?xml version="1.0"?>
<Invoice xmlns="urn:oasis:names:specification:ubl:schema:xsd:Invoice-2"
 xmlns:cac="urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2"
 xmlns:cbc="urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2">
<cbc:ID>2026-117</cbc:ID><cbc:IssueDate>2026-11-03</cbc:IssueDate>
<cac:ContractDocumentReference><cbc:ID>RZ-TA003</cbc:ID></cac:ContractDocumentReference>
<cac:LegalMonetaryTotal>
<cbc:LineExtensionAmount currencyID="EUR">2107.50</cbc:LineExtensionAmount>
</cac:LegalMonetaryTotal>{lines}</Invoice>"""
UBL_LINE = """<cac:InvoiceLine><cbc:InvoicedQuantity unitCode="HUR">{hours}</cbc:InvoicedQuantity>
<cbc:LineExtensionAmount currencyID="EUR">{amount}</cbc:LineExtensionAmount>
<cac:InvoicePeriod><cbc:StartDate>{day}</cbc:StartDate></cac:InvoicePeriod>
<cac:Item><cbc:Name>Lessen van mevrouw Jansen</cbc:Name></cac:Item></cac:InvoiceLine>"""


def ubl(october: str = "900.00") -> bytes:
    lines = UBL_LINE.format(hours="80.5", amount="1207.50", day="2026-09-01")
    return UBL.format(
        lines=lines + UBL_LINE.format(hours="66.67", amount=october, day="2026-10-01")
    ).encode()


CSV = "factuurnummer;factuurdatum;maand;uren;bedrag\n"


def test_an_invoice_stands_beside_what_the_contract_gives(staffel_and_bonus):
    for _ in range(2):
        take_in_invoices(staffel_and_bonus, ubl(), by="x", at=AT)
    ledger = newest_ledger(staffel_and_bonus, OCT)
    assert Invoice.select().count() == 1
    assert [row[7:] for row in words.month_rows(ledger)] == [
        ("€\N{NO-BREAK SPACE}1.207,50", "€\N{NO-BREAK SPACE}0,00"),
        ("€\N{NO-BREAK SPACE}900,00", "€\N{NO-BREAK SPACE}41,50"),
    ]
    assert ledger.invoiced[SEP].minutes == 4830


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (ubl("900.01"), "tellen niet op"),
        (b"<!DOCTYPE x [<!ENTITY a 'b'>]><x/>", "DOCTYPE"),
        (b"<Invoice/>", "geen factuur"),
        (b"factuurnummer;maand\n1;2", "erbij, .* factuurdatum, bedrag"),
        ((CSV + "F1;3-11-2026;oktober 2026;nvt;12,50").encode(), 'Rij 2, kolom uren: "nvt"'),
        ((CSV + "F1;3-11-2026;2026-10;1;12,505").encode(), "kolom bedrag"),
        ((CSV + "F1;3-11-2026;2025-10;1;12,50").encode(), "Het contract loopt dan niet"),
        ((CSV + "Jan Jansen!;3-11-2026;2026-10;1;12,50").encode(), "kolom factuurnummer"),
        (CSV.encode(), "geen rijen"),
        (b"\x00\xff" * 9, "opnieuw"),
        ((CSV + "F1;3-11-2026;2026-10;1;1.234").encode(), "kan 1234 zijn of 1,234"),
        (
            (CSV + "F1;3-11-2026;2026-10;1;2\nF1;4-11-2026;2026-10;1;2").encode(),
            "Rij 3: factuur F1 heeft op rij 2 een andere datum",
        ),
        (b"x" * 2_000_001, "groter dan 2 MB"),
    ],
)
def test_a_faulty_invoice_is_refused_whole_with_its_place(staffel_and_bonus, content, says):
    with pytest.raises(DomainError, match=says):
        take_in_invoices(staffel_and_bonus, content, by="x", at=AT)
    assert not Invoice.select().exists()


PAGE = "/aanbieders/TA002/beloften/"


def test_the_contract_manager_reads_opens_and_sends(client, short_of_docents_and_late):
    client.sign_in("contractmanager")
    page = client.get(PAGE)
    assert "komt dat op € 1.343,00" in page.text.replace("\N{NO-BREAK SPACE}", " ")
    rows = client.get(PAGE + "bedrag/?nr=3").rows()
    assert [row[1:] for row in rows] == [["40", "€ -75,00"],
                                         ["56", "€ -150,00"]]  # fmt: skip
    looked = AccessLine.select().order_by(AccessLine.id.desc()).get()
    assert (looked.what, looked.count, looked.about) == ("promises", 2, "RZ-TA002 jaar 1 nr. 3")
    client.get(PAGE + "brief/")
    parts = zipfile.ZipFile(io.BytesIO(client.get(PAGE + "brief.zip").data))
    assert parts.namelist() == ["brief-RZ-TA002-jaar-1.pdf", "bijlage-RZ-TA002-jaar-1.xlsx"]
    assert parts.read(parts.namelist()[0]).startswith(b"%PDF")
    line = AuditLine.select().order_by(AuditLine.id.desc()).get()
    assert (line.thing, line.thing_id) == ("promises", "RZ-TA002 jaar 1")
    client.get(PAGE + "bedrag/?nr=9", status=404)
    client.get(PAGE + "?contract=RZ-TA003", status=404)


def test_the_region_reads_no_amount_that_tells_of_a_few(client, short_of_docents_and_late):
    client.sign_in("regio")
    page = client.get(PAGE)
    assert "niet getoond" in page.text
    assert "225,00" not in page.text
    assert "1.343,00" not in page.text
    assert [row[4] for row in page.rows(0)] == ["75,0 %", "niet getoond"], "three who began"
    for address in ("bedrag/?nr=3", "brief/", "brief.xlsx"):
        client.get(PAGE + address, status=403)


def test_each_sees_its_own(client, short_of_docents_and_late, staffel_and_bonus):
    client.sign_in("aanbieder", provider_code="TA002")
    client.get(PAGE + "brief/")
    client.get("/aanbieders/TA003/beloften/", status=404)
    client.get(PAGE + "facturen/", status=403)
    for role in ("gemeente", "beheerder"):
        client.sign_in(role, municipalities=["0148"])
        client.get(PAGE, status=403)
    client.sign_in("contractmanager", email="zwolle@example.org", municipalities=["0193"])
    page = client.get("/aanbieders/TA003/beloften/")
    assert "alleen de cursisten van jouw gemeenten" in page.text
    assert page.rows(1)[0][2] == "40,3", "one of two learners"
    client.get("/aanbieders/TA003/beloften/brief/", status=403)
    client.get("/aanbieders/TA003/beloften/facturen/", status=403)
    client.get("/beheer/clausules/new/", status=403)


def test_invoices_and_clauses_are_entered_on_pages(client, staffel_and_bonus):
    client.sign_in("contractmanager")
    address = "/aanbieders/TA003/beloften/facturen/"
    assert client.post(address, {"file": (io.BytesIO(b"x"), "f.csv")}, status=200).errors
    page = client.post(address, {"file": (io.BytesIO(ubl()), "f.xml")}, follow=True)
    assert "2026-117" in page.text
    entered = {"contract": staffel_and_bonus.id, "article": "9.5", "kind": "malus",
               "measure": "start", "basis": "uur", "period": "maand",
               "threshold": "1", "amount": "50"}  # fmt: skip
    made = client.post("/beheer/clausules/new/", entered)
    assert made.errors == ["Bij begin van de lessen kan het bedrag zijn: cursist."]
    client.post("/beheer/clausules/new/", entered | {"basis": "cursist"}, status=302)
    promise = {"contract": staffel_and_bonus.id, "measure": "uren", "value": "12"}
    assert "in het register" in client.post("/beheer/beloften/new/", promise).errors[0]


def test_a_thousand_invoices_stand_in_parts_and_count_in_full(client, staffel_and_bonus):
    lines = [f"F-{n:04d};03-11-2026;2026-10;1;2,00\n" for n in range(1000)]
    take_in_invoices(staffel_and_bonus, (CSV + "".join(lines)).encode(), by="x", at=AT)
    client.sign_in("contractmanager")
    page = client.get("/aanbieders/TA003/beloften/")
    assert "Facturen over deze maanden, deel 1 van 40" in page.text
    assert "F-0024" in page.text
    assert "F-0025" not in page.text
    assert "2.000,00" in page.text
    following = next(link for link in page.links if "deel=2" in link)
    assert "F-0025" in client.get(following.partition("#")[0]).text


def test_a_year_of_which_rows_were_removed_is_not_settled_from_the_rest(client, short_of_hours):
    delivery = make_delivery(short_of_hours.provider)
    DeliveryMonth.create(delivery=delivery, month=JAN, rows=4, removed=4)
    client.sign_in("contractmanager")
    page = client.get("/aanbieders/TA001/beloften/")
    assert "niet meer af te rekenen" in page.text
    client.get("/aanbieders/TA001/beloften/brief/", status=404)


def test_a_wrong_invoice_is_removed_with_its_lines(client, staffel_and_bonus):
    take_in_invoices(staffel_and_bonus, ubl(), by="x", at=AT)
    client.sign_in("contractmanager")
    client.post(f"/beheer/facturen/weg/?id={Invoice.get().id}", status=302)
    assert not InvoiceLine.select().exists()


def test_the_command_writes_letter_and_appendix(staffel_and_bonus, tmp_path, capsys):
    for _ in range(2):
        assert cli.main(["promises", "RZ-TA003", "--out", str(tmp_path)]) == 0
    assert "RZ-TA003, jaar 1: € 2.316,00" in capsys.readouterr().out.replace(
        "\N{NO-BREAK SPACE}", " "
    )
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "bijlage-RZ-TA003-jaar-1.xlsx", "brief-RZ-TA003-jaar-1.pdf",
    ]  # fmt: skip
    assert cli.main(["promises", "RZ-TA003", "--jaar", "9", "--out", str(tmp_path)]) == 2
    assert cli.main(["promises", "NIETS", "--out", str(tmp_path)]) == 2


def test_the_api_gives_the_same_amounts_and_no_small_number(app, short_of_hours):
    def asked(role: Role, **more) -> Any:
        token = make_token(
            name="x", role=role, permissions=("promises:read",), municipalities=[],
            expires_on=None, by="x", at=AT, **{"provider_code": None} | more,
        )[1]  # fmt: skip
        headers = {"Authorization": f"Bearer {token}"}
        return app.test_client().get("/api/v1/ledger?contract=RZ-TA001&jaar=1", headers=headers)

    ledger = newest_ledger(short_of_hours, FEB)
    for role, more in ((Role.CONTRACT_MANAGER, {}), (Role.PROVIDER, {"provider_code": "TA001"})):
        given = asked(role, **more).get_json()
        assert given["cents"] == ledger.cents() == sum(one["cents"] for one in given["amounts"])
        assert given["promises"][0]["given"] == words.promise_rows(ledger)[0][4]
    few = asked(Role.REGION).get_json()
    assert (few["hidden"], few["cents"], few["amounts"]) == (True, None, [])
    make_provider("TA005")
    assert asked(Role.PROVIDER, provider_code="TA005").status_code == 404
