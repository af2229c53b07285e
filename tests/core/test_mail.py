"""E-mail over a real line, to a server on this machine."""

import base64
import logging
import shutil
from contextlib import ExitStack
from datetime import UTC, datetime

import pytest

from core.errors import DomainError
from core.mail import Attachment, Letter, PostOffice
from tests.mailbox import certificate, mailbox

AT = datetime(2026, 11, 23, 9, tzinfo=UTC)
LETTER = Letter(
    "inkoop@dalfsen.nl",
    "Rapportage – één maand",
    "Goedendag,\n\nDe score is € 5 en één punt.\n.\nGroet",
    key="2026-10/regio",
    attachments=(Attachment("kwaliteit.pdf", b"%PDF-\x00\xff", "application/pdf"),),
)


@pytest.fixture
def box():
    with mailbox() as result:
        yield result


def send(office: PostOffice, *letters: Letter) -> None:
    with office.opened() as hand_over:
        for letter in letters:
            hand_over(letter, AT)


def test_text_and_attachment_arrive_as_they_were(box):
    send(PostOffice(box.url, "Taalinkoop <post@regio.nl>"), LETTER)
    (got,) = box.letters
    assert got["Subject"] == LETTER.subject
    assert (got["From"], got["To"]) == ("Taalinkoop <post@regio.nl>", "inkoop@dalfsen.nl")
    assert got["Date"].datetime == AT
    body = got.get_body()
    assert body.get_content_charset() == "utf-8"
    assert body.get_content().strip().splitlines() == LETTER.text.splitlines()
    (file,) = got.iter_attachments()
    assert (file.get_filename(), file.get_content()) == ("kwaliteit.pdf", b"%PDF-\x00\xff")


def test_the_same_letter_sent_again_has_the_same_identity(box):
    office = PostOffice(box.url, "post@regio.nl")
    send(office, LETTER, LETTER)
    first, second = (letter["Message-ID"] for letter in box.letters)
    assert first == second
    assert first.endswith("@regio.nl>")


def test_without_a_server_nothing_goes_and_the_log_says_so(caplog):
    with caplog.at_level(logging.WARNING), pytest.raises(DomainError) as error:
        send(PostOffice("", "post@regio.nl"), LETTER)
    assert error.value.code == "no_mail"
    assert "no e-mail is sent" in caplog.text
    assert "dalfsen" not in caplog.text


def test_name_and_password_of_the_address_are_used(box):
    url = box.url.replace("smtp://", "smtp://post%40regio.nl:a%2Fb@")
    send(PostOffice(url, "post@regio.nl"), LETTER)
    (said,) = (line for line in box.said if line.startswith("AUTH PLAIN"))
    assert base64.b64decode(said.split()[-1]) == b"\0post@regio.nl\0a/b"


def test_a_refused_address_is_named_and_the_others_go_on(box):
    box.refused = {"weg@school.nl"}
    with PostOffice(box.url, "post@regio.nl").opened() as hand_over:
        with pytest.raises(DomainError) as error:
            hand_over(Letter("weg@school.nl", "x", "x", key="1"), AT)
        hand_over(LETTER, AT)
    assert "voor weg@school.nl" in error.value.message
    assert len(box.letters) == 1


def test_a_server_that_breaks_off_is_said(box):
    box.stop_after = 0
    with pytest.raises(DomainError) as error:
        send(PostOffice(box.url, "post@regio.nl"), LETTER)
    assert error.value.code == "mail_stopped"


def test_a_server_that_is_not_there_is_said():
    with pytest.raises(DomainError) as error:
        send(PostOffice("smtp://127.0.0.1:9", "post@regio.nl"), LETTER)
    assert error.value.code == "mail_server"


def test_an_address_can_not_add_a_header():
    with pytest.raises(ValueError, match="may not contain linefeed"):
        PostOffice("smtp://x", "post@regio.nl").message(
            Letter("a@b.nl\nBcc: c@d.nl", "x", "x", key="1"), AT
        )


@pytest.fixture(params=[True, False], ids=["smtps", "starttls"])
def secured(request, tmp_path):
    """Return a maker of servers that speak TLS and say that they are some host."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed, so there is no certificate to test with")
    with ExitStack() as stack:
        yield lambda host: stack.enter_context(
            mailbox(certificate(tmp_path, host), from_the_start=request.param)
        )


def with_password(url: str) -> PostOffice:
    return PostOffice(url.replace("://", "://post:wachtwoord@"), "post@regio.nl")


def test_a_password_goes_over_a_line_that_is_encrypted(secured, tmp_path, monkeypatch):
    box = secured("localhost")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "localhost.pem"))
    send(with_password(box.url), LETTER)
    assert box.letters[0]["Subject"] == LETTER.subject
    secret = base64.b64encode(b"\0post\0wachtwoord").decode()
    safe_from = 0 if box.url.startswith("smtps") else box.said.index("STARTTLS")
    assert box.said.index(f"AUTH PLAIN {secret}") > safe_from


# trusted by nobody; trusted, but as another than it was called by
@pytest.mark.parametrize(("says", "trusted"), [("localhost", "other"), ("other", "other")])
def test_a_server_that_cannot_prove_who_it_is_gets_nothing(
    secured, says, trusted, tmp_path, monkeypatch
):
    box = secured(says)
    if says != trusted:
        certificate(tmp_path, trusted)
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / f"{trusted}.pem"))
    with pytest.raises(DomainError) as error:
        send(with_password(box.url), LETTER)
    assert error.value.code == "mail_server"
    assert box.letters == []
    assert not any("AUTH" in line for line in box.said)
