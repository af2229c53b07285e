"""The history of one row: every version and attempt, through the page, for who may see the row."""

from datetime import timedelta

import pytest

from core.accounts import Role
from core.storage import Storage
from providers.deliveries import operations
from providers.models import Delivery
from tests.builders import make_contract, make_provider
from tests.pages import Client
from tests.providers.feed.door import AT, REQUEST, deliver, withdraw
from tests.providers.feed.lines import csv, row


@pytest.fixture
def school(client: Client):
    """A provider, with a contract, and its own account at the browser."""
    provider = make_provider("TA001")
    make_contract(provider)
    client.sign_in(Role.PROVIDER, provider_code="TA001")
    return provider


def send(tmp_path, provider, hours: int, *rows, again: bool = False) -> int:
    """Send a file so many hours later."""
    outcome = deliver(tmp_path, provider, csv(*rows), again=again)
    number = outcome.delivery or 0
    later = AT + timedelta(hours=hours)
    Delivery.update(received_at=later, decided_at=later).where(Delivery.id == number).execute()
    return number


def happenings(page) -> list[str]:
    """What happened, newest first."""
    return [what for _, what, _, _ in page.rows()]


def differences(page) -> list[str]:
    return [difference for *_, difference in page.rows()]


def test_every_version_and_attempt_is_told_newest_first(school, client, tmp_path):
    first = send(tmp_path, school, 0, row())
    wrong = send(tmp_path, school, 1, row(uren_gevolgd="nvt"))
    same = send(tmp_path, school, 2, row(), row(trajectnummer="T-2"))
    other = send(tmp_path, school, 3, row(groep="B", datum_eerste_les="16-09-2026"))
    page = client.get(f"/leveringen/{first}/rij/2/")
    assert page.title == "Traject T-1 in oktober 2026"
    assert f"Wat nu geldt, staat in levering {other} van 23-11-2026, rij 2." in page.text
    assert happenings(page) == [
        f"aangenomen: levering {other}, rij 2. Dit geldt nu.",
        f"opnieuw gestuurd, zonder verschil: levering {same}, rij 2.",
        f"teruggestuurd: levering {wrong}, rij 2.",
        f"aangenomen: levering {first}, rij 2. Vervangen door levering {other}.",
    ]
    assert differences(page) == [
        "datum_eerste_les: was 15-09-2026, werd 16-09-2026groep: was –, werd B",
        "–",
        'uren_gevolgd: Vul het aantal uren in, bijvoorbeeld 12,5. Er staat "nvt".',
        "de eerste keer",
    ]
    assert ["uren_gevolgd", "40,5"] in page.rows(1)
    # The same page from each of its rows.
    for number in (wrong, same, other):
        assert happenings(client.get(f"/leveringen/{number}/rij/2/")) == happenings(page)


def test_a_withdrawal_says_what_came_back(school, client, tmp_path):
    first = send(tmp_path, school, 0, row())
    middle = send(tmp_path, school, 1, row(groep="B"))
    operations.withdraw(
        Delivery.get_by_id(middle), reason="Verkeerde groep", by="chef@example.org",
        at=AT + timedelta(hours=2),
    )  # fmt: skip
    page = client.get(f"/leveringen/{middle}/rij/2/")
    assert happenings(page)[0] == (
        f"ingetrokken: levering {middle}. Reden: Verkeerde groep "
        f"De rij van levering {first} geldt weer."
    )
    assert page.rows()[0][2] == "chef@example.org"
    assert differences(page)[0] == "groep: was B, werd –"
    withdraw(first)
    page = client.get(f"/leveringen/{first}/rij/2/")
    assert "Van deze rij geldt nu niets" in page.text


def test_withdrawing_what_was_replaced_already_changes_nothing(school, client, tmp_path):
    first = send(tmp_path, school, 0, row())
    send(tmp_path, school, 1, row(groep="B"))
    operations.withdraw(Delivery.get_by_id(first), reason="x", by="x", at=AT + timedelta(hours=2))
    assert (
        "Dat verandert niets aan wat geldt."
        in happenings(client.get(f"/leveringen/{first}/rij/2/"))[0]
    )


def test_a_row_that_was_never_accepted_has_a_history_too(school, client, tmp_path):
    number = send(tmp_path, school, 0, row(leerroute="?"), row(trajectnummer="111222333"))
    page = client.get(f"/leveringen/{number}/rij/2/")
    assert "Deze rij is nog niet aangenomen." in page.text
    # Without a key there is nothing to follow; nor for a row that is not there.
    for missing in (3, 99):
        client.get(f"/leveringen/{number}/rij/{missing}/", status=404)
    assert f"/leveringen/{number}/rij/2/" in client.get(f"/leveringen/{number}/").links
    assert f"/leveringen/{number}/rij/3/" not in client.get(f"/leveringen/{number}/").links


def test_only_who_may_see_the_row_sees_its_history(school, client, tmp_path):
    number = send(tmp_path, school, 0, row())
    sent_back = send(tmp_path, school, 1, row(uren_gevolgd="nvt"))
    both = (f"/leveringen/{number}/rij/2/", f"/leveringen/{sent_back}/rij/2/")
    make_provider("TA002")
    for role, scope, status in (
        (Role.PROVIDER, {"provider_code": "TA002", "email": "b@example.org"}, 404),
        (Role.CONTRACT_MANAGER, {"provider_code": "TA002"}, 404),
        (Role.MUNICIPALITY, {"municipalities": ["0148"], "email": "g@example.org"}, 404),
        (Role.REGION, {}, 403),
        (Role.ADMINISTRATOR, {}, 403),
    ):
        client.sign_in(role, **scope)
        for address in both:
            client.get(address, status=status)
    client.sign_in(Role.MUNICIPALITY, municipalities=["0193"], email="zwolle@example.org")
    page = client.get(both[0])
    # A gemeente sees its rows, not what a provider sent wrong, nor the deliveries.
    assert happenings(page) == [f"aangenomen: levering {number}, rij 2. Dit geldt nu."]
    assert not [link for link in page.links if link.startswith("/leveringen/")]
    client.get(both[1], status=404)


def test_two_accept_the_same_delivery_and_it_is_taken_in_once(school, client, tmp_path):
    storage = Storage(tmp_path)
    number = deliver(tmp_path, school, csv(row())).delivery
    twice = operations.accept(
        Delivery.get_by_id(number), storage=storage, request=REQUEST, by="ander", at=AT
    )
    assert twice.status.value == "already_delivered"
    assert len(happenings(client.get(f"/leveringen/{number}/rij/2/"))) == 1
