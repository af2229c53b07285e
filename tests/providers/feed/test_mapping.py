"""Column mapping: guessed, confirmed by a person, used by every door, and its changes told."""

from datetime import UTC, date, datetime
from io import BytesIO
from pathlib import Path

import peewee
import pytest

from core.audit import AuditLine
from core.errors import DomainError
from core.storage import Storage
from providers.deliveries.mapping import mapping_of, save_mapping
from providers.deliveries.operations import Request, accept, receive
from providers.deliveries.outcomes import outcome_of
from providers.feed.columns import NO_MAPPING, Context, Mapping, lay_out
from providers.feed.read.guessing import guess_columns
from providers.models import ColumnMapping, Delivery, ProgressRecord
from tests.builders import make_provider

TODAY = date(2026, 11, 23)
AT = datetime(2026, 11, 23, 12, tzinfo=UTC)
CONTEXT = Context(provider_code="TA001", today=TODAY)

OWN = {
    "Verslagperiode": "rapportagemaand",
    "Cliëntkenmerk": "trajectnummer",
    "Woonregio": "gemeentecode",
    "Lijn": "leerroute",
    "Intake": "datum_aanmelding",
    "Gestart": "datum_eerste_les",
    "Les uren": "uren_aangeboden",
    "Aanwezig uren": "uren_gevolgd",
    "Afgemeld": "uren_geoorloofd_verzuim",
    "Weggebleven": "uren_ongeoorloofd_verzuim",
    "Avonduren": "uren_avond_weekend",
    "Bevoegd": "uren_bevoegd_docent",
    "Lezen": "niveau_lezen",
    "Luisteren": "niveau_luisteren",
    "Schrijven": "niveau_schrijven",
    "Spreken": "niveau_spreken",
    "Fase": "status",
    "Intern nummer": "",
}
LINE = "2026-10;T-1;0148;B;01-09-2026;15-09-2026;40;36;4;0;0;40;A1;A1;A1;A1;bezig;77"
CODES = {"status": {"bezig": "actief"}}


def content(headers=OWN, line=LINE, rows=3) -> bytes:
    lines = [line.replace("T-1", f"T-{n}") for n in range(1, rows + 1)]
    return "\n".join([";".join(headers), *lines]).encode()


def deliver(tmp_path: Path, data: bytes) -> Delivery:
    provider, storage = make_provider(), Storage(tmp_path)
    delivery, _ = receive(
        BytesIO(data), file_name="x.csv", provider=provider, storage=storage, by="x", at=AT
    )
    accept(delivery, storage=storage, request=Request(today=TODAY), by="x", at=AT)
    return Delivery.get_by_id(delivery.id)


def guess(header: str, *values: str, mapping: Mapping = NO_MAPPING):
    (result,) = guess_columns(
        lay_out([header], mapping), [[value] for value in values], mapping=mapping, context=CONTEXT
    )
    return result


@pytest.mark.parametrize(
    ("header", "values", "column", "reason"),
    [
        ("Leerroute", ["B"], "leerroute", "de naam is bekend"),
        ("uren aangebodenn", ["40"], "uren_aangeboden", "de naam lijkt erop"),
        ("Verslagperiode", ["2026-10", "2026-09"], "rapportagemaand", "de waarden passen"),
        ("Lijn", ["B", "Z", "Z"], "leerroute", "de waarden passen"),
        # any of four levels, any amount: a person has to say it
        ("Kolom 7", ["A1", "A2", "B1"], None, ""),
        ("Kolom 8", ["12", "14"], None, ""),
        ("Kolom 9", [], None, ""),
    ],
)
def test_a_guess_and_why(header, values, column, reason):
    result = guess(header, *values)
    assert (result.column, result.reason) == (column, reason)


def test_five_different_values_are_shown_and_no_citizen_number():
    assert guess("Kolom", "a", "a", "b", "c", "d", "e", "f").samples == ("a", "b", "c", "d", "e")
    assert guess("Nummer", "111222333", "T-1").samples == ("T-1",)
    assert guess("Achternaam", "Jansen").samples_text == "leeg"
    assert guess("Achternaam", "Jansen").personal


def test_own_codes_are_listed_even_when_they_have_a_meaning_already():
    mapping = Mapping(headers={"Fase": "status"}, codes=CODES, version=1)
    result = guess("Fase", "bezig", "actief", "gestopt", mapping=mapping)
    assert result.own_codes == ("bezig", "gestopt")
    assert result.reason == "eerder gekozen"
    unused = Mapping(headers={"Leerroute": ""}, version=1)
    assert guess("Leerroute", "B", mapping=unused).column is None


def test_a_strange_file_is_read_once_its_columns_are_confirmed(db, tmp_path):
    refused = deliver(tmp_path, content())
    assert refused.state == "refused"
    save_mapping(make_provider(), headers=OWN, codes=CODES, by="x", at=AT)
    stored = deliver(tmp_path, content())
    assert stored.id == refused.id
    assert (stored.state, stored.accepted) == ("held", 3)
    assert outcome_of(stored).findings["mapping"] == {"version": 1, "gone": [], "new": []}
    assert ProgressRecord.select().count() == 3


def test_a_changed_header_in_a_later_file_is_told(db, tmp_path):
    save_mapping(make_provider(), headers=OWN, codes=CODES, by="x", at=AT)
    later = [h if h != "Avonduren" else "uren_avond_weekend" for h in OWN]
    later = [h if h != "Intern nummer" else "Extra" for h in later]
    stored = deliver(tmp_path, content(later))
    assert stored.accepted == 3
    assert stored.findings["mapping"] == {
        "version": 1,
        "gone": ["Avonduren"],
        "new": ["uren_avond_weekend", "Extra"],
    }


def test_versions_are_kept_and_the_same_choice_makes_none(db):
    provider = make_provider()
    first = save_mapping(provider, headers=OWN, codes={}, by="x", at=AT)
    assert first is not None
    assert save_mapping(provider, headers=OWN, codes={"status": {}}, by="x", at=AT) is None
    save_mapping(provider, headers=OWN, codes=CODES, by="x", at=AT)
    assert mapping_of(provider.id).version == 2
    assert [m.version for m in ColumnMapping.select().order_by(ColumnMapping.version)] == [1, 2]
    assert [line.thing_id for line in AuditLine.select().order_by(AuditLine.id)] == [
        "TA001/1",
        "TA001/2",
    ]
    assert mapping_of(make_provider("TA002").id) is NO_MAPPING
    with pytest.raises(peewee.IntegrityError), db.atomic():
        ColumnMapping.create(provider=provider, version=0, created_by="x", created_at=AT)


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        (OWN | {"Extra": "status"}, "column_twice"),
        (OWN | {"Fase": ""}, "column_missing"),
        (OWN | {"Fase": "onzin"}, "unknown_column"),
    ],
)
def test_a_choice_that_cannot_be(db, headers, code):
    with pytest.raises(DomainError) as error:
        save_mapping(make_provider(), headers=headers, codes={}, by="x", at=AT)
    assert error.value.code == code
    assert not ColumnMapping.select().exists()


def test_a_school_maps_its_own_file_in_the_browser(client, app):
    make_provider("TA001")
    client.sign_in("aanbieder", provider_code="TA001")
    upload = {"provider": "TA001", "file": (BytesIO(content()), "strange.csv")}
    page = client.post(
        "/leveringen/nieuw/", upload, follow=True, content_type="multipart/form-data"
    )
    delivery = Delivery.get()
    address = f"/leveringen/{delivery.id}/kolommen/"
    assert address in page.links
    page = client.get(address)
    guessed = [row[3] for row in page.rows()]
    assert "geen idee: kies zelf" in guessed
    choices = {f"kolom-{n}": column for n, column in enumerate(OWN.values())}
    half = client.post(address, choices | {"kolom-16": ""}, status=200)
    assert half.errors == ["Kies ook welke kolom dit is: status."]
    page = client.post(address, choices, follow=True)
    assert "De kolommen zijn bewaard." in page.text
    # the words of the school for a status are asked next, and keep what was chosen before
    page = client.get(address)
    assert "bezig" in page.text
    page = client.post(address, choices | {"code-16-0": "actief"}, follow=True)
    again = client.post(address, choices | {"code-16-0": "actief"}, follow=True)
    assert "Er is niets veranderd aan de kolommen." in again.text
    client.post(f"/leveringen/{delivery.id}/aannemen/", follow=True)
    assert Delivery.get().accepted == 3
    assert mapping_of(delivery.provider.id).codes == CODES


def test_who_may_not_see_rows_or_send_files_does_not_map(client, tmp_path):
    delivery = deliver(tmp_path, content())
    address = f"/leveringen/{delivery.id}/kolommen/"
    client.sign_in("aanbieder", provider_code="TA002")
    client.get(address, status=404)
    for role in ("regio", "gemeente", "auditor", "beheerder"):
        client.sign_in(role, municipalities=["0148"])
        client.get(address, status=403)
        client.post(address, status=403)
