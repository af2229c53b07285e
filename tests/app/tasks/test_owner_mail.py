"""Each owner of milestones hears of its own, once a day."""

from datetime import date, timedelta

import pytest

from app import cli
from core.accounts import Account, Role
from core.audit import AuditLine
from core.dates import today
from procurement.attention import attention
from procurement.models import Decision, DigestMail, Milestone, Participation
from tests.builders import AT
from tests.mailbox import mailbox
from tests.procurement.plans import make_milestone, make_process

pytestmark = pytest.mark.sqlite_first

COMMAND = ["plan", "digest", "--mail-owners"]


def account(email, role, **more):
    values = {"password_hash": "!", "session_key": email, "created_at": AT}
    return Account.create(email=email, role=role, **values, **more)


@pytest.fixture
def box(db, tmp_path, monkeypatch):
    """A late task of Anne, of Bo, of an address and of a role, and one that is far away."""
    monkeypatch.setenv("TAALINKOOP_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("TAALINKOOP_MAIL_FROM", "post@regio.nl")
    process = make_process(code="T-1", starts_on=today() - timedelta(days=60))
    for owner in ("Anne de Wit", "bo@dalfsen.nl", "los@bureau.nl", "inkoop"):
        make_milestone(process, owner=owner, deadline=today() - timedelta(days=30))
    make_milestone(process, owner="Cas", duration=300)
    account("anne@regio.nl", Role.REGION, name="Anne de Wit")
    account("bo@dalfsen.nl", Role.MUNICIPALITY, municipalities=["0148"])
    account("cas@regio.nl", Role.REGION, name="Cas")
    with mailbox() as result:
        monkeypatch.setenv("TAALINKOOP_SMTP_URL", result.url)
        yield result


def got(box):
    return {letter["To"]: letter.get_content() for letter in box.letters}


def test_each_gets_its_own_once_a_day_and_only_of_what_it_may_see(box, capsys):
    assert cli.main(COMMAND) == 0
    assert capsys.readouterr().out == (
        "2 berichten gemaild, 0 waren vandaag al gemaild.\nZonder account of adres: inkoop.\n"
    )
    # not mailed: Bo's gemeente does not take part, and nothing of Cas is due
    assert sorted(got(box)) == ["anne@regio.nl", "los@bureau.nl"]
    anne = got(box)["anne@regio.nl"]
    assert ("(Anne de Wit)" in anne, "bureau" in anne) == (True, False)

    Participation.create(process=Milestone.select().first().process, municipality="0148", route="B")
    cli.main(COMMAND)
    assert capsys.readouterr().out.startswith("1 berichten gemaild, 2 waren")
    assert len(box.letters) == 3
    log = [(m.address, m.owner, m.day) for m in DigestMail.select().order_by(DigestMail.id)]
    assert log == [
        ("anne@regio.nl", "Anne de Wit", today()),
        ("los@bureau.nl", "los@bureau.nl", today()),
        ("bo@dalfsen.nl", "bo@dalfsen.nl", today()),
    ]
    assert AuditLine.select().where(AuditLine.action == "mail_digest").count() == 3


def test_who_was_mailed_yesterday_hears_again_and_who_left_does_not(box, capsys):
    Account.update(active=False).where(Account.email == "anne@regio.nl").execute()
    cli.main(COMMAND)
    assert sorted(got(box)) == ["los@bureau.nl"]
    DigestMail.update(day=date(2026, 1, 5)).execute()
    cli.main(COMMAND)
    assert [letter["To"] for letter in box.letters] == ["los@bureau.nl"] * 2


def test_a_stop_half_way_goes_on_where_it_was(box, capsys):
    box.stop_after = 1
    assert cli.main(COMMAND) == 2
    assert DigestMail.select().count() == 1
    box.stop_after = None
    cli.main(COMMAND)
    assert [letter["To"] for letter in box.letters] == ["anne@regio.nl", "los@bureau.nl"]


def test_the_page_tells_the_region_who_got_what(box, client):
    cli.main(COMMAND)
    client.sign_in("regio")
    text = client.get("/planning/mijlpalen/").text
    assert "Verstuurde berichten" in text
    assert "los@bureau.nl" in text
    client.sign_in("contractmanager", email="anne@elders.nl")
    assert "Verstuurde berichten" not in client.get("/planning/mijlpalen/").text


def test_who_decides_for_a_gemeente_hears_once_a_week_what_needs_a_meeting(box, capsys):
    process = Milestone.select().first().process
    Participation.create(process=process, municipality="0148", route="B")
    step = make_milestone(
        process, title="Besluit stukken", kind="besluit", body="college", owner="Cas",
        expected_start=today() + timedelta(days=20),
    )  # fmt: skip
    decision = {"process": process, "milestone": step, "body": "college"}
    Decision.create(**decision, municipality="0148")
    # not mailed: another gemeente; one with a meeting; papers that are far away
    Decision.create(**decision, municipality="0193")
    later = make_milestone(process, kind="besluit", expected_start=today() + timedelta(days=90))
    Decision.create(**decision | {"milestone": later}, municipality="0148")
    planned = make_milestone(process, kind="besluit", expected_start=today())
    Decision.create(
        **decision | {"milestone": planned}, municipality="0148", meeting_on=date(2099, 1, 5)
    )
    cli.main(COMMAND)
    text = got(box)["bo@dalfsen.nl"]
    # One mail with what is late of its own, and what to decide.
    assert "(bo@dalfsen.nl)" in text
    assert text.count("- Dalfsen: ") == 1
    assert "- Dalfsen: Besluit stukken" in text
    assert "besluit van het college" in text
    account("bea@dalfsen.nl", Role.MUNICIPALITY, municipalities=["0148"])
    cli.main(COMMAND)
    assert got(box)["bea@dalfsen.nl"].startswith("Deze besluiten hebben nog geen vergadering:")
    DigestMail.update(day=today() - timedelta(days=3)).execute()
    box.letters.clear()
    cli.main(COMMAND)
    assert "besluit van het college" not in got(box)["bo@dalfsen.nl"]
    assert "bea@dalfsen.nl" not in got(box)
    DigestMail.delete().where(DigestMail.day == today()).execute()
    DigestMail.update(day=today() - timedelta(days=7)).execute()
    cli.main(COMMAND)
    assert "besluit van het college" in got(box)["bo@dalfsen.nl"]
    items = attention(Account.get(Account.email == "bo@dalfsen.nl"), today())
    assert [item.text for item in items if "agenda" in item.text] == [
        "Zet 'Besluit stukken' op de agenda van het college van Dalfsen."
    ]
