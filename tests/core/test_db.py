"""What differs between the engines, and is the same for whoever asks."""

import peewee
import pytest

from core.checks import all_findings
from core.db import constraint_name, is_postgresql, open_database, starts_with
from providers.models import Location, Provider
from tests.builders import make_contract, make_provider
from tests.databases import own_database


def test_names_the_constraint_alike_on_both_engines(db):
    provider = make_provider()
    Location.create(provider=provider, name="Markt")
    for refused, name in (
        (lambda: Location.create(provider=provider, name="Markt"), "location_provider_id_name"),
        (lambda: Provider.create(code=provider.code, name="x"), "provider_code"),
    ):
        with pytest.raises(peewee.IntegrityError) as error, db.atomic():
            refused()
        assert constraint_name(error.value) == name


@pytest.mark.parametrize("text", ["Ma", "100%", "a_b", "back\\slash", "Ć"])
def test_finds_what_starts_with_a_text_and_nothing_else(db, text):
    provider = make_provider()
    for name in (f"{text}rkt", f"x{text}", "100 procent", "axb", "backslash", "M"):
        Location.create(provider=provider, name=name)
    matches = Location.select().where(starts_with(Location.name, text))
    assert [row.name for row in matches] == [f"{text}rkt"]


def test_a_sound_database_has_no_findings(db):
    make_provider()
    assert all_findings() == []


def test_a_row_that_names_one_that_is_missing_is_found(db):
    contract = make_contract()
    if is_postgresql():
        db.execute_sql("SET LOCAL session_replication_role = replica")
    else:
        db.execute_sql("PRAGMA defer_foreign_keys = 1")
    db.execute_sql("DELETE FROM provider")
    assert (
        f"Rij {contract.id} van contract verwijst naar een rij van provider die ontbreekt."
        in all_findings()
    )


def test_text_is_text_in_a_postgresql_database_without_an_encoding() -> None:
    # As initdb makes where no language is set: a container, say.
    without = "ENCODING 'SQL_ASCII' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0"
    with own_database("ascii", without) as address:
        database = open_database(address)
        assert database.execute_sql("SELECT CAST('Één' AS text)").fetchone() == ("Één",)
        database.close()
