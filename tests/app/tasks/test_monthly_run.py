"""The monthly run: who gets which report, each once, also after it was stopped."""

import json

import pytest

from app import cli
from app.tasks.monthly_run import parcels
from core.accounts import Account, Role
from core.audit import AuditLine
from core.charts import pictures
from core.dates import now, today
from core.jobs.models import Job
from core.jobs.runner import do_next
from procurement.demo import load
from providers.models import Provider
from quality.cards import operations
from quality.models import ReportMail, ScoreCard
from quality.report.packs import pack_for
from tests.builders import AT
from tests.mailbox import mailbox
from tests.quality.cards.test_operations import OCT, WHO, deliver

pytestmark = pytest.mark.sqlite_first

COMMAND = ["report", "2026-10", "--mail"]


def reader(email, role, **more) -> Account:
    values = {"password_hash": "!", "session_key": email, "created_at": AT}
    return Account.create(email=email, role=role, **values, **more)


@pytest.fixture
def box(db, tmp_path, monkeypatch):
    """Two providers, of which one has an address; a contract manager and someone of the region."""
    monkeypatch.setenv("TAALINKOOP_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("TAALINKOOP_MAIL_FROM", "post@regio.nl")
    deliver("TA001")
    deliver("TA002")
    Provider.update(email="school@ta001.nl").where(Provider.code == "TA001").execute()
    reader("manager@regio.nl", Role.CONTRACT_MANAGER)
    reader("regio@regio.nl", Role.REGION)
    # not mailed to: gone, and roles that do not read for the region
    reader("weg@regio.nl", Role.REGION, active=False)
    reader("gemeente@dalfsen.nl", Role.MUNICIPALITY, municipalities=["0148"])
    reader("beheer@regio.nl", Role.ADMINISTRATOR)
    with mailbox() as result:
        monkeypatch.setenv("TAALINKOOP_SMTP_URL", result.url)
        yield result
    pictures.keep_in(None)


def addresses(box) -> list[str]:
    return [letter["To"] for letter in box.letters]


def test_everyone_gets_the_own_report_once(box, capsys):
    assert cli.main(COMMAND) == 1
    said = capsys.readouterr()
    assert said.out == "3 rapporten gemaild, 0 waren al gemaild.\n"
    assert said.err == "Zonder e-mailadres in het register, dus niet gemaild: TA002\n"
    assert box.subjects == [
        ("manager@regio.nl", "Rapportage oktober 2026: De regio (concept)"),
        ("regio@regio.nl", "Rapportage oktober 2026: De regio (concept)"),
        ("school@ta001.nl", "Rapportage oktober 2026: Taalschool TA001 (concept)"),
    ]
    files = [file.get_filename() for file in box.letters[2].iter_attachments()]
    assert files == ["kwaliteit-2026-10-TA001.pdf", "kwaliteit-2026-10-TA001.xlsx"]
    lines = AuditLine.select().where(AuditLine.action == "mail_report").order_by(AuditLine.id)
    assert [(line.thing_id, line.after["aan"]) for line in lines] == [
        ("2026-10/regio", "manager@regio.nl"),
        ("2026-10/regio", "regio@regio.nl"),
        ("2026-10/TA001", "school@ta001.nl"),
    ]
    cli.main(COMMAND)
    assert capsys.readouterr().out == "0 rapporten gemaild, 3 waren al gemaild.\n"
    assert len(box.letters) == 3


def test_what_was_stopped_goes_on_where_it_was(box, capsys, monkeypatch):
    monkeypatch.setenv("TAALINKOOP_MAIL_LINKS", "https://taal.regio.nl/")
    box.stop_after = 2
    assert cli.main(COMMAND) == 2
    assert "De mailserver brak af" in capsys.readouterr().err
    assert ReportMail.select().count() == 2
    box.stop_after = None
    cli.main(COMMAND)
    assert addresses(box) == ["manager@regio.nl", "regio@regio.nl", "school@ta001.nl"]


def test_by_setting_there_is_a_link_and_no_attachment(box, capsys, monkeypatch):
    monkeypatch.setenv("TAALINKOOP_MAIL_LINKS", "https://taal.regio.nl/")
    cli.main(COMMAND)
    text = box.letters[0].get_content()
    assert "https://taal.regio.nl/rapportages/2026-10/" in text
    assert not box.letters[0].is_multipart()
    assert {mail.as_links for mail in ReportMail.select()} == {True}


def test_a_month_that_is_fixed_goes_once_more(box, capsys, monkeypatch):
    monkeypatch.setenv("TAALINKOOP_MAIL_LINKS", "https://taal.regio.nl")
    cli.main(COMMAND)
    operations.fix(OCT, **WHO)
    capsys.readouterr()
    cli.main([*COMMAND, "--json"])
    document = json.loads(capsys.readouterr().out)
    assert [line["for"] for line in document["sent"]] == ["regio", "regio", "TA001"]
    assert document["sent_before"] == 0
    assert box.subjects[3:] == [
        ("manager@regio.nl", "Rapportage oktober 2026: De regio"),
        ("regio@regio.nl", "Rapportage oktober 2026: De regio"),
        ("school@ta001.nl", "Rapportage oktober 2026: Taalschool TA001"),
    ]


def test_an_address_that_is_refused_stops_nobody_else(box, capsys, monkeypatch):
    monkeypatch.setenv("TAALINKOOP_MAIL_LINKS", "https://taal.regio.nl")
    box.refused = {"manager@regio.nl"}
    assert cli.main(COMMAND) == 1
    assert addresses(box) == ["regio@regio.nl", "school@ta001.nl"]
    assert "geen bericht aan voor manager@regio.nl" in capsys.readouterr().err


def test_an_address_that_is_none_stops_nobody_else_and_is_named(box, capsys, monkeypatch):
    monkeypatch.setenv("TAALINKOOP_MAIL_LINKS", "https://taal.regio.nl")
    # As it could be held before addresses were checked.
    Account.update(email="manager@regio.nl\nBcc: x@y.nl").where(
        Account.email == "manager@regio.nl"
    ).execute()
    assert cli.main(COMMAND) == 1
    assert addresses(box) == ["regio@regio.nl", "school@ta001.nl"]
    assert "is geen e-mailadres" in capsys.readouterr().err


def test_one_provider_and_a_folder_at_once(box, capsys, monkeypatch, tmp_path):
    monkeypatch.setenv("TAALINKOOP_MAIL_LINKS", "https://taal.regio.nl")
    out = tmp_path / "uit"
    assert cli.main([*COMMAND, "--out", str(out), "--aanbieder", "TA001", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert {line["for"] for line in document["files"]} == {"TA001"}
    assert document["sent"] == [{"for": "TA001", "to": "school@ta001.nl"}]
    assert addresses(box) == ["school@ta001.nl"]


def test_a_month_without_scores_and_a_run_without_a_place_are_refused(box, capsys):
    assert cli.main(["report", "2031-01", "--mail"]) == 2
    assert "Van januari 2031 zijn er nog geen scores." in capsys.readouterr().err
    assert cli.main(["report", "2026-10"]) == 2
    assert "--mail" in capsys.readouterr().err


def test_what_is_late_in_the_planning_goes_to_the_addresses_given(box, capsys):
    load(today())
    assert cli.main(["plan", "digest", "--mail", "inkoop@regio.nl", "chef@regio.nl"]) == 0
    assert addresses(box) == ["inkoop@regio.nl", "chef@regio.nl"]
    assert "Te laat of geblokkeerd" in box.letters[0].get_content()


def test_without_a_mail_server_it_says_so_and_sends_nothing(box, capsys, monkeypatch):
    monkeypatch.setenv("TAALINKOOP_SMTP_URL", "")
    assert cli.main(COMMAND) == 2
    assert "Er is geen mailserver ingesteld" in capsys.readouterr().err
    assert not ReportMail.select().exists()


def test_nobody_gets_more_than_the_account_may_see(box):
    operations.compute(OCT, **WHO)
    reader("smal@regio.nl", Role.CONTRACT_MANAGER, provider_code="TA002")
    listed = {one.address: one for one in parcels(OCT)}
    results = {
        address: pack_for(one.reader, OCT, one.code, today=today()).material
        for address, one in listed.items()
    }
    assert set(results["regio@regio.nl"].names) == {"TA001", "TA002"}
    assert set(results["smal@regio.nl"].names) == {"TA002"}
    assert set(results["school@ta001.nl"].names) == {"TA001"}
    assert {tree["aanbieder"] for tree in results["smal@regio.nl"].trees} == {"TA002"}
    assert ScoreCard.select().count() == 2


def test_a_button_makes_and_mails_after_a_yes(box, client, app, monkeypatch):
    monkeypatch.setitem(app.config, "TAALINKOOP_SMTP_URL", box.url)
    monkeypatch.setitem(app.config, "TAALINKOOP_MAIL_FROM", "post@regio.nl")
    operations.compute(OCT, **WHO)
    client.sign_in("regio", email="regio@regio.nl")
    month, address = "/rapportages/2026-10/", "/rapportages/2026-10/versturen/"
    assert address in client.get(month).html
    page = client.get(address)
    assert "Er gaan 3 berichten uit." in page.text
    assert "als bijlage: een PDF en een rekenblad" in page.text
    assert "dus geen bericht: TA002" in page.text
    assert page.rows()[0] == ["manager@regio.nl", "De regio", "concept", "nog te versturen"]
    job = client.post(address, status=302).location
    assert addresses(box) == []
    assert do_next(app.config, worker="proef", clock=now)
    assert addresses(box) == ["manager@regio.nl", "regio@regio.nl", "school@ta001.nl"]
    assert month in client.get(job).html
    page = client.get(address)
    assert "Iedereen heeft het rapport al." in page.text
    assert page.rows()[0][3].startswith("verstuurd op ")
    assert client.post(address).status == 200
    assert Job.select().count() == 1


def test_a_refused_address_ends_the_task_with_what_to_do(box, client, app, monkeypatch):
    monkeypatch.setitem(app.config, "TAALINKOOP_SMTP_URL", box.url)
    monkeypatch.setitem(app.config, "TAALINKOOP_MAIL_FROM", "post@regio.nl")
    monkeypatch.setitem(app.config, "TAALINKOOP_MAIL_LINKS", "https://taal.regio.nl")
    operations.compute(OCT, **WHO)
    box.refused = {"manager@regio.nl"}
    client.sign_in("contractmanager", email="manager@regio.nl")
    assert "een link naar het rapport" in client.get("/rapportages/2026-10/versturen/").text
    job = client.post("/rapportages/2026-10/versturen/", status=302).location
    do_next(app.config, worker="proef", clock=now)
    assert "nam geen bericht aan voor manager@regio.nl" in client.get(job).text
    box.refused = set()
    client.post(f"{job}opnieuw/", status=302)
    do_next(app.config, worker="proef", clock=now)
    assert addresses(box) == ["regio@regio.nl", "school@ta001.nl", "manager@regio.nl"]


@pytest.mark.parametrize(
    ("role", "scope", "status"),
    [
        ("aanbieder", {"provider_code": "TA001"}, 403),
        ("gemeente", {"municipalities": ["0148"]}, 403),
        ("contractmanager", {"provider_code": "TA001"}, 403),
        ("contractmanager", {}, 200),
    ],
)
def test_who_sees_the_whole_region_may_mail(box, client, role, scope, status):
    operations.compute(OCT, **WHO)
    client.sign_in(role, **scope)
    page = client.get("/rapportages/2026-10/versturen/", status=status)
    if status == 200:
        assert "Er is geen mailserver ingesteld" in page.text
        assert client.post("/rapportages/2026-10/versturen/").status == 200
        client.get("/rapportages/2031-01/versturen/", status=404)
    else:
        assert "versturen" not in client.get("/rapportages/2026-10/").html
    assert box.letters == []


def test_the_page_tells_who_got_what_as_far_as_one_may_see(box, client, monkeypatch, capsys):
    monkeypatch.setenv("TAALINKOOP_MAIL_LINKS", "https://taal.regio.nl")
    cli.main(COMMAND)
    client.sign_in("contractmanager")
    page = client.get("/rapportages/2026-10/")
    assert "Verstuurd per e-mail" in page.text
    assert "school@ta001.nl" in page.text
    client.sign_in("aanbieder", provider_code="TA001")
    text = client.get("/rapportages/2026-10/").text
    assert "school@ta001.nl" in text
    assert "manager@regio.nl" not in text
    client.sign_in("gemeente", municipalities=["0148"])
    assert "Verstuurd per e-mail" not in client.get("/rapportages/2026-10/").text
