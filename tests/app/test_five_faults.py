"""Every file that somebody sends names all that is wrong in it at once, with place and value."""

import io
from datetime import date

import pytest

from tests.builders import make_contract, make_delivery, make_provider, make_record
from tests.procurement.plans import make_process
from tests.procurement.promises.test_promises import UBL, UBL_LINE

INVOICES = """factuurnummer;factuurdatum;maand;bedrag;uren;gemeente
F1;31-02-2026;oktober 2026;12,50;1;Zwolle
F2;1-11-2026;herfst;12,505;nvt;Atlantis
"""
E_INVOICE = (
    UBL.format(
        lines=UBL_LINE.format(hours="tachtig", amount="12.505", day="2026-09-31")
        + UBL_LINE.format(hours="1", amount="veel", day="")
    )
    .replace("2026-117", "Factuur?")
    .replace("2026-11-03", "2026-02-31")
)
ANSWERS = """aanbiedercode;datum;vraag;antwoord;aantal
TA001;31-02-2026;kantine;misschien;veel
TA001;1-11-2026;docent;ja;-4
"""
FIGURES = """naam;jaar;waarde;bron;datum
Divosa;later;veel;;31-02-2026
Divosa;2025;nan;Benchmark;1-1-2026
"""
REGISTER = """aanbiedercode;naam;kvk;plaats;email;tst_erkenning_van;tst_erkenning_tot
TA 9;School;12;Zwolle;bij ons;31-02-2026;01-01-2027
TA8;;12345678;Zwolle;info@ta8.nl;;bijna
"""
FACTS = """trajectnummer;doelgroep;termijn_van;termijn_tot;participatie;uitstroom
B-1;zomaar;31-02-2025;later;soms;misschien
"""
PLAN = """code;titel;soort;duur;eenheid;voortgang;begint_niet_voor
1;Raming;taak;lang;wd;10;31-02-2027
2;Besluit;zomaar;3;weken;veel;01-03-2027
"""


@pytest.mark.parametrize(
    ("role", "address", "sent", "content", "wrong"),
    [
        (
            "regio", "/planning/SAS-1/import/", {}, PLAN,
            ["lang", "31-02-2027", "zomaar", "weken", "veel"],
        ),
        (
            "contractmanager", "/aanbieders/TA001/beloften/facturen/", {}, INVOICES,
            ["Rij 2, kolom factuurdatum: \"31-02-2026\" kan niet. Vul een dag in die bestaat,",
             "Rij 3, kolom maand: \"herfst\"", "Rij 3, kolom bedrag: \"12,505\"",
             "Rij 3, kolom uren: \"nvt\"",
             "Rij 3, kolom gemeente: \"Atlantis\""],
        ),
        (
            "contractmanager", "/aanbieders/TA001/beloften/facturen/", {}, E_INVOICE,
            ["Factuurnummer (cbc:ID): \"Factuur?\"", "Factuurdatum (cbc:IssueDate): \"2026-02-31\"",
             "Regel 1, periode: \"2026-09-31\"", "Regel 1, bedrag: \"12.505\"",
             "Regel 1, uren: \"tachtig\"", "Regel 2: de periode (cac:InvoicePeriod) ontbreekt",
             "Regel 2, bedrag: \"veel\""],
        ),
        (
            "contractmanager", "/tevredenheid/antwoorden/", {}, ANSWERS,
            ["Rij 2, kolom datum: \"31-02-2026\"", "kolom vraag: \"kantine\"",
             "kolom antwoord: \"misschien\"", "kolom aantal: \"veel\"",
             "Rij 3, kolom aantal: \"-4\""],
        ),
        (
            "regio", "/indicatoren/criteria/", {"criterion": "wachttijd", "route": "1"}, FIGURES,
            ["Rij 2, kolom jaar: \"later\"", "kolom waarde: \"veel\"",
             "kolom bron: de cel is leeg. Vul bron in.", "kolom datum: \"31-02-2026\"",
             "Rij 3, kolom waarde: \"nan\""],
        ),
        (
            "contractmanager", "/beheer/register-inlezen/", {"kind": "aanbieders"}, REGISTER,
            ["\"TA 9\"", "\"12\"", "\"bij ons\"", "\"31-02-2026\"", "Vul naam in.", "\"bijna\""],
        ),
        (
            "gemeente", "/cursisten/inlezen/", {"municipality": "148"}, FACTS,
            ["zomaar", "31-02-2025", "later", "soms", "misschien"],
        ),
    ],
    ids=[
        "plan", "facturen", "e-factuur", "antwoorden", "cijfers van anderen", "register",
        "cursisten",
    ],
)  # fmt: skip
def test_all_that_is_wrong_is_named_at_once(client, role, address, sent, content, wrong):
    provider = make_provider("TA001")
    contract = make_contract(provider, valid_from=date(2026, 1, 1))
    make_record(contract=contract, delivery=make_delivery(provider), month=date(2026, 10, 1))
    make_process(code="SAS-1")
    client.sign_in(role, municipalities=["0148"] if role == "gemeente" else ())
    file = {"file": (io.BytesIO(content.encode()), "bestand.csv")}
    page = client.post(address, sent | file, check=False)
    assert [words for words in wrong if words not in page.text] == []
