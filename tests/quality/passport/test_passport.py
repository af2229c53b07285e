"""The passport: recomputes offline, says nothing of persons, and one changed byte is found."""

import io
import json
import random
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from app import cli
from core.audit import AuditLine
from core.errors import DomainError
from providers.models import Provider
from quality.cards import operations
from quality.passport.build import passport_content
from quality.passport.recompute import differences, hours_a_week
from quality.passport.seal import opened, sealed, signing_key
from tests.builders import AT
from tests.quality.cards.test_operations import OCT, deliver

pytestmark = pytest.mark.sqlite_first

WHO = {"purpose": "bezwaar van de aanbieder", "by": "contract@zwolle.nl", "at": AT}
PAGE = "/kwaliteit/2026-10/TA001/paspoort/"


@pytest.fixture(scope="module")
def month(file_db):
    """Three schools that differ in groups, hours and docents; the first month is fixed."""
    deliver("TA001")
    deliver("TA002", minutes_certified=600, people=7, group_name="A")
    deliver("TA003", minutes_evening_weekend=0, people=9)
    operations.compute(OCT, by="x", at=AT)
    operations.fix(OCT, by="x", at=AT)


@pytest.fixture
def fixed(month, db):
    return Provider.get(code="TA001")


@pytest.fixture
def passport(fixed, tmp_path: Path) -> bytes:
    return sealed(passport_content(fixed, OCT, **WHO), signing_key(tmp_path))


def test_the_script_in_the_file_recomputes_it_without_taalinkoop(passport, tmp_path):
    content = opened(passport)
    (tmp_path / "paspoort.json").write_bytes(passport)
    (tmp_path / "recompute.py").write_text(content["script"], encoding="utf-8")
    answer = subprocess.run(
        [sys.executable, "-I", "recompute.py", "paspoort.json"],
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (answer.stdout, answer.returncode) == ("Alles komt uit.\n", 0), answer.stderr


def test_every_school_of_the_month_comes_out(fixed, tmp_path):
    for code in ("TA001", "TA002", "TA003"):
        provider = type(fixed).get(type(fixed).code == code)
        assert differences(passport_content(provider, OCT, **WHO)) == []


def test_groups_that_are_alike_do_not_differ_by_rounding():
    *_, variance, interval = hours_a_week([[92, 8640]] * 25, [0.0, 48], 4)
    assert variance == [0.0, 48]
    assert interval[0] == interval[1]


@pytest.mark.parametrize(
    "change",
    [
        lambda given: given["result"].update(score=given["result"]["score"] + 1e-8),
        lambda given: given["people"].append([400, "wacht te lang", 99]),
        lambda given: given["hours"]["bevoegd"]["groups"].append([600, 0]),
        lambda given: given["region"]["phi"].update(bevoegd=0.3),
        lambda given: given["register"].update(gate_open=False),
    ],
)
def test_a_figure_that_does_not_come_out_is_named(fixed, change):
    content = passport_content(fixed, OCT, **WHO)
    change(content["judgements"][0])
    assert differences(content)


def test_two_hundred_changed_bytes_are_all_found(passport):
    chance = random.Random(3)
    for _ in range(200):
        place = chance.randrange(len(passport))
        other = chance.choice([b for b in range(256) if b != passport[place]])
        with pytest.raises(DomainError):
            opened(passport[:place] + bytes([other]) + passport[place + 1 :])
    # JSON reads these the same.
    for same in (passport[:-1] + b" ", passport + b" ", passport.replace(b'":', b'" :', 1)):
        with pytest.raises(DomainError):
            opened(same)


def test_another_installation_cannot_sign_for_this_one(fixed, tmp_path):
    made = sealed(passport_content(fixed, OCT, **WHO), signing_key(tmp_path / "other"))
    with pytest.raises(DomainError, match="andere installatie"):
        opened(made, expected_key="AAAA")


def test_it_says_nothing_that_names_a_person_a_place_or_a_rank(passport):
    content = opened(passport)
    del content["script"], content["model"]
    text = json.dumps(content)
    assert "TA001-0" not in text, "no trajectnummer"
    for word in ("0148", "gemeente", "rank", "registered_on", "TA002", "2026-07-01"):
        assert word not in text
    assert content["judgements"][0]["people"][0][1] == "op tijd begonnen"


def test_a_month_that_is_not_fixed_has_no_passport(db):
    provider = deliver("TA001")
    operations.compute(OCT, by="x", at=AT)
    with pytest.raises(DomainError, match="nog niet vastgesteld"):
        passport_content(provider, OCT, **WHO)


def test_the_command_makes_and_verifies(fixed, tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("TAALINKOOP_DATA_DIR", str(tmp_path))
    out = tmp_path / "paspoort.json"
    command = ["passport", "2026-10", "--aanbieder", "TA001", "--out", str(out)]
    assert cli.main(command) == 0
    assert cli.main(["passport", "verify", str(out)]) == 0
    assert "alles komt uit: Taalschool TA001, 2026-10" in capsys.readouterr().out
    out.write_bytes(out.read_bytes().replace(b'"2026-10"', b'"2026-09"'))
    assert cli.main(["passport", "verify", str(out)]) == 2
    with pytest.raises(SystemExit, match="2"):
        cli.main(["passport", "oktober", "--aanbieder", "TA001", "--out", str(out)])


def test_the_page_says_whether_a_file_is_ours_and_whole(client, fixed):
    client.sign_in("contractmanager")
    made = client.post(PAGE, {"purpose": "bezwaar"}, status=200).data
    assert f"{PAGE}controle/" in client.get(PAGE).links

    def says(data: bytes) -> str:
        return client.post(f"{PAGE}controle/", {"file": (io.BytesIO(data), "p.json")}).text

    assert "Dit paspoort is echt" in says(made)
    assert "bezwaar" in says(made)
    assert "er is iets veranderd" in says(made.replace(b"bezwaar", b"bezwaaR"))
    other = sealed(opened(made), Ed25519PrivateKey.generate())
    assert "door een andere installatie ondertekend" in says(other)
    assert "geen paspoort" in says(b"{}")
    client.sign_in("aanbieder", provider_code="TA001")
    client.get(f"{PAGE}controle/", status=403)


def test_the_page_asks_what_it_is_for_and_logs_it(client, fixed):
    client.sign_in("contractmanager")
    client.get(PAGE)
    earlier = client.get(PAGE.replace("2026-10", "2026-09"))
    assert "September 2026 is nog niet vastgesteld" in earlier.text
    assert PAGE in earlier.links
    assert client.post(PAGE, {"purpose": " "}, status=200).errors
    made = client.post(PAGE, {"purpose": "bezwaar"}, status=200)
    assert opened(made.data)["purpose"] == "bezwaar"
    line = AuditLine.select().order_by(AuditLine.id.desc()).get()
    assert (line.thing, line.thing_id, line.reason) == ("passport", "TA001 2026-10", "bezwaar")
    for role in ("regio", "gemeente", "aanbieder", "auditor"):
        client.sign_in(role, municipalities=["0148"], provider_code="TA001")
        client.get(PAGE, status=403)
