"""A restriction of one learner (AVG 18): kept, counted in sums, and shown to nobody."""

import io
import json
from datetime import UTC, date, datetime

import pytest

from core.accounts import Role
from core.audit import AuditLine
from core.jobs.follow_up_operations import settle
from providers.deliveries.retention_operations import learners_over
from providers.models import CourseTrack, Delivery, ProgressRecord, Restriction
from quality.cards.operations import compute
from quality.learners.acts import ESCALATED
from quality.learners.fact_operations import facts_over
from quality.learners.models import LearnerFacts
from quality.learners.person_operations import lift, restrict
from quality.models import ScoreCard, Signal
from tests.app.test_cli import run  # noqa: F401  the fixture
from tests.app.web.test_rights import address, content, rules
from tests.builders import AT, make_contract, make_provider
from tests.providers.feed.door import deliver
from tests.providers.feed.lines import csv, row
from tests.quality.learners.test_person import WHO, folder  # noqa: F401  the fixture

NUMBER = "T-777X"
MONTH = date(2026, 10, 1)
RIGHTS = f"/cursisten/rechten/0193/{NUMBER}/"
WHY = {"ground": "juistheid", "reason": "zaak 2026-123"}


@pytest.fixture
def world(app, db):
    """Two months of seven learners at one school, one of whom in every way that rows come in."""
    data = app.config["TAALINKOOP_DATA_DIR"]
    provider = make_provider("TA001")
    make_contract(provider)
    for month in ("2026-09", "2026-10"):
        lines = [
            row(trajectnummer=number, rapportagemaand=month, datum_aanmelding="01-06-2026",
                datum_eerste_les="15-08-2026", uren_gevolgd="20", uren_ongeoorloofd_verzuim="23",
                groepsgrootte="40")
            for number in (NUMBER, *(f"T-{n}" for n in range(6)))
        ]  # fmt: skip
        wrong = row(trajectnummer=NUMBER, rapportagemaand="2026-08", leerroute="Q")
        deliver(data, provider, csv(*lines, wrong))
        deliver(data, provider, csv(*lines, wrong, row(trajectnummer="T-9", leerroute="Q")))
    # Of many others too: what is asked of the database does not grow with them.
    limited = {"ground": "bezwaar", "reason": "zaak 1", "by": "test", "at": AT}
    Restriction.insert_many(
        {"municipality": 193, "number": f"ander-{n}"} | limited for n in range(500)
    ).execute()
    LearnerFacts.create(municipality=193, number=NUMBER, plan_on=date(2026, 1, 1), changed_at=AT)
    settle(data, at=AT)
    compute(MONTH, by="test", at=AT)
    Signal.update(status=ESCALATED).execute()


SCOPES = {
    Role.MUNICIPALITY: {"municipalities": ["0193"]},
    Role.PROVIDER: {"provider_code": "TA001"},
    Role.CONTRACT_MANAGER: {},
    Role.AUDITOR: {},
}
DOORS = [
    (Role.MUNICIPALITY, "/cursisten/export/csv/"),
    (Role.PROVIDER, "/signalen/"),
    (Role.MUNICIPALITY, "/signalen/signalen.csv"),
    (Role.CONTRACT_MANAGER, "/cursisten/"),
    (Role.CONTRACT_MANAGER, f"/cursisten/0193/{NUMBER}/"),
    (Role.CONTRACT_MANAGER, "/kwaliteit/2026-10/TA001/B/rijen/"),
    (Role.PROVIDER, "/leveringen/{0}/origineel/"),
    (Role.PROVIDER, "/leveringen/{1}/verbeteren.xlsx"),
    (Role.PROVIDER, "/leveringen/{0}/ontvangstbewijs.json"),
    (Role.PROVIDER, "/leveringen/{0}/rij/2/"),
    (Role.PROVIDER, "/leveringen/{0}/kolommen/"),
    (Role.AUDITOR, "/leveringen/{0}/ontvangstbewijs.json"),
]


def seen_at(client, url: str) -> bool:
    """Whether an address tells of the learner: by number, or by the row of the file."""
    page = client.get(url, status=None, check=False)
    text = content(page)
    return page.status == 200 and (NUMBER in text or '"row": 2,' in text)


@pytest.mark.both_engines
@pytest.mark.sqlite_first
def test_nobody_sees_who_is_restricted(client, world):
    numbers = [one.id for one in Delivery.select(Delivery.id).order_by(Delivery.id)]
    for restricted in (False, True):
        for role, url in DOORS:
            client.sign_in(role, **SCOPES[role])
            assert seen_at(client, url.format(*numbers)) is not restricted, (role, url)
        if not restricted:
            cards = [card.result for card in ScoreCard.select().order_by(ScoreCard.id)]
            client.sign_in(Role.MUNICIPALITY, municipalities=["0193"])
            client.post(f"{RIGHTS}beperken/", WHY, status=302)
    compute(MONTH, by="test", at=AT)
    assert [card.result for card in ScoreCard.select().order_by(ScoreCard.id)] == cards
    assert ProgressRecord.select().join(CourseTrack).where(CourseTrack.number == NUMBER).exists()


@pytest.mark.thorough
@pytest.mark.parametrize("role", SCOPES)
def test_no_route_shows_who_is_restricted(app, client, world, role):
    restrict(193, NUMBER, "bezwaar", reason="zaak 1", by="test", at=AT)
    client.sign_in(role, **SCOPES[role])
    messages = []
    for rule in rules(app):
        if "GET" not in rule.methods or rule.endpoint in ("static", "account.sign_out"):
            continue
        for kind in ("csv", "xlsx", "json") if "kind" in rule.arguments else ("csv",):
            number = NUMBER if rule.rule.startswith("/cursisten/") else 1
            url = address(
                rule, number=number, code="TA001", place="0193", row=2, route="B", kind=kind,
                criterion="wachttijd", earlier=2,
            )  # fmt: skip
            page = client.get(url, status=None, check=False)
            if page.status == 200 and NUMBER in content(page):
                messages.append(rule.endpoint)
    own = {"learners.index", "person.index", "person.everything"}
    assert set(messages) == (own if role is Role.MUNICIPALITY else set())


def test_the_gemeente_restricts_and_lifts_with_a_reason(client, world):
    client.sign_in(Role.MUNICIPALITY, municipalities=["0193"])
    for reason in ("", "belde met Fatima Yilmaz"):
        assert client.post(f"{RIGHTS}beperken/", WHY | {"reason": reason}, status=None).errors
    client.post(f"{RIGHTS}beperken/", WHY | {"reason": f"over {NUMBER}"}, status=302)
    assert "juist" not in client.get("/cursisten/").text
    assert NUMBER in client.get("/cursisten/").text
    assert client.get(f"/cursisten/0193/{NUMBER}/", status=302).location.endswith(RIGHTS)
    page = client.get(RIGHTS)
    assert "De verwerking is beperkt sinds" in page.text
    assert "AVG artikel 19" in page.text
    document = json.loads(client.get(f"{RIGHTS}alles.json").data)
    assert document["beperking"][0]["ground"] == "juistheid"
    assert len(document["rijen"]) == 2
    client.post(RIGHTS, {"reason": "x"})
    assert len(json.loads(client.get(f"{RIGHTS}alles.json").data)["rijen"]) == 2

    client.post(f"{RIGHTS}opheffen/", {"reason": "nagegaan"}, status=302)

    client.get(f"/cursisten/0193/{NUMBER}/")
    acts = AuditLine.select().where(AuditLine.thing == "learners").order_by(AuditLine.id)
    assert [line.action for line in acts] == ["restrict", "lift"]
    assert NUMBER not in str([(line.after, line.reason) for line in acts])
    client.sign_in(Role.MUNICIPALITY, email="ander@x.example", municipalities=["0166"])
    client.post(f"{RIGHTS}beperken/", WHY, status=404)
    client.sign_in(Role.CONTRACT_MANAGER)
    client.post(f"{RIGHTS}beperken/", WHY, status=403)


def test_what_the_gemeente_sends_is_refused_and_what_is_held_stays(client, world):
    restrict(193, NUMBER, "vordering", reason="zaak 1", by="test", at=AT)
    client.sign_in(Role.MUNICIPALITY, municipalities=["0193"])
    sent = f"trajectnummer;doelgroep\nT-1;asiel\n{NUMBER};asiel\n".encode()
    page = client.post(
        "/cursisten/inlezen/",
        {"municipality": "193", "file": (io.BytesIO(sent), "x.csv")},
        status=None,
    )
    assert "De verwerking van deze cursist is beperkt" in page.text
    assert LearnerFacts.get(LearnerFacts.number == NUMBER).target_group is None
    much_later = datetime(2036, 1, 1, tzinfo=UTC)
    assert learners_over(much_later.date())["rijen"] == 12
    assert facts_over(much_later) == {"cursisten": 0}
    lift(193, NUMBER, reason="klaar", by="test", at=AT)
    assert learners_over(much_later.date())["rijen"] == 14
    assert not Restriction.select().where(Restriction.number == NUMBER).exists()


def test_the_command_restricts_and_lifts(run, folder):  # noqa: F811
    assert "Kies een grond" in run("learner", "restrict", *WHO, "--ground", "x", "--reason", "y")[2]
    status, out, _ = run("learner", "restrict", *WHO, "--ground", "bezwaar", "--reason", "zaak 9")
    assert (status, "Vastgestelde scores veranderen niet" in out) == (0, True)
    again = run("learner", "restrict", *WHO, "--ground", "bezwaar", "--reason", "zaak 10")[2]
    assert "intussen beperkt door opdrachtregel, om deze reden: zaak 9" in again
    assert "beperkt" in run("learner", "erase", *WHO, "--reason", "x")[2]
    assert run("learner", "lift", *WHO, "--reason", "beslist")[0] == 0
    assert "niet beperkt" in run("learner", "lift", *WHO, "--reason", "nog eens")[2]
