"""Two who change the same thing: nothing of the first is undone without the second seeing it."""

import os
import subprocess
import sys

import pytest

from core.audit import AuditLine
from providers.models import Location
from tests.builders import make_provider
from tests.pages import Client, Page

FIELDS = {"name": "Kerk", "postcode4": "8011", "city": "Zwolle", "evening_weekend": ""}


@pytest.fixture
def location(db) -> Location:
    return Location.create(
        provider=make_provider("TA001"), name="Kerk", postcode4="8011", city="Zwolle"
    )


@pytest.fixture
def address(location: Location) -> str:
    return f"/beheer/locaties/edit/?id={location.id}"


def typed(page: Page, **changes: str) -> dict[str, str]:
    """What a browser sends of a form as it was opened, with some fields typed over."""
    form = next(page.all("main")[0].iter("form"))
    sent = {}
    for element in form.iter():
        if element.tag == "input" and element.get("name"):
            sent[element.get("name")] = element.get("value") or ""
        elif element.tag == "textarea":
            sent[element.get("name")] = element.text or ""
        elif element.tag == "select":
            chosen = [o for o in element.iter("option") if o.get("selected") is not None]
            sent[element.get("name")] = chosen[0].get("value") if chosen else ""
    sent.pop("csrf_token")
    return sent | changes


def test_the_second_sees_what_the_first_changed_and_saves_it_knowingly(client: Client, address):
    client.sign_in("contractmanager")
    opened = client.get(address)
    client.sign_in("regio", email="kim@example.org")
    client.post(address, typed(client.get(address), city="Hattem", postcode4="8051"), status=302)

    client.sign_in("contractmanager")
    page = client.post(address, typed(opened, city="Kampen"), status=422)
    assert page.errors[0].startswith("Iemand anders heeft dit intussen gewijzigd.")
    assert (
        "Intussen gewijzigd door kim@example.org in: Hattem. Wat jij invulde, staat er nog."
        in page.text
    )
    assert "Intussen gewijzigd door kim@example.org. Dat staat nu hier." in page.text
    again = typed(page)
    assert (again["city"], again["postcode4"]) == ("Kampen", "8051")
    assert Location.get().city == "Hattem"
    client.post(address, again, status=302)
    assert (Location.get().city, Location.get().postcode4) == ("Kampen", "8051")
    assert AuditLine.select().where(AuditLine.thing == "location").count() == 2


def test_who_types_the_same_or_opened_it_after_the_change_hears_nothing(client: Client, address):
    client.sign_in("contractmanager")
    opened = client.get(address)
    client.post(address, typed(opened, city="Hattem"), status=302)
    client.post(address, typed(opened, city="Hattem"), status=302)
    client.post(address, typed(client.get(address), city="Kampen"), status=302)
    assert Location.get().city == "Kampen"


def test_two_migrations_that_start_at_once_both_end_well(tmp_path):
    environment = {**os.environ, "TAALINKOOP_DATA_DIR": str(tmp_path), "DATABASE_URL": ""}
    started = [
        subprocess.Popen(
            [sys.executable, "-m", "app.cli", "db", "migrate"],
            env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )
        for _ in range(2)
    ]  # fmt: skip
    said = [child.communicate(timeout=120) for child in started]
    assert [child.returncode for child in started] == [0, 0], said
    assert sorted(out.count("Gedaan: 0001") for out, _ in said) == [0, 1]
