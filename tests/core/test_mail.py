"""E-mail over a real line, to a server on this machine."""

import base64
import logging
from datetime import UTC, datetime

import pytest

from core.errors import DomainError
from core.mail import Attachment, Letter, PostOffice
from tests.mailbox import mailbox

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
    with mailbox() as found:
        yield found


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
