"""From a file with a fault to another score, as an aanbieder does it in the browser."""

import re
import time
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from app.demo import PASSWORD
from core.dates import add_months, month_of, today
from tests.browser.keyboard import choose_file, follow
from tests.browser.person import Person, press
from tests.browser.site import Site, taalinkoop

MONTH = add_months(month_of(today()), -1)
# A school that no other test looks at: what is sent here changes its judgement.
SCHOOL, SENDER = "TA001", "administratie@ijssel.example"
HEADER = (
    "trajectnummer;rapportagemaand;gemeentecode;leerroute;datum_aanmelding;datum_eerste_les;"
    "uren_aangeboden;uren_gevolgd;uren_geoorloofd_verzuim;uren_ongeoorloofd_verzuim;"
    "uren_avond_weekend;uren_bevoegd_docent;niveau_lezen;niveau_luisteren;niveau_schrijven;"
    "niveau_spreken;status"
)
LEARNERS = 40
FILE = "Bestand (verplicht)"
SCORES = f"/kwaliteit/{MONTH:%Y-%m}/?route=B"


@pytest.fixture(scope="module")
def sender(site: Site) -> str:
    """Address of somebody at the school; the demo lets in two others only."""
    taalinkoop(
        site.folder, "user", "add", SENDER, "--role", "aanbieder", "--aanbieder", SCHOOL,
        "--password-stdin", given=PASSWORD,
    )  # fmt: skip
    return SENDER


def row(learner: int, *, attended: str = "40") -> str:
    """Someone who waited half a year, and had no certified docent: it moves two criteria."""
    registered, started = add_months(MONTH, -6), MONTH
    return (
        f"NIEUW-{learner};{MONTH:%Y-%m};0166;B;{registered:%d-%m-%Y};{started:%d-%m-%Y};"
        f"40;{attended};0;0;0;0;A1;A1;A0;A1;actief"
    )


def file_with(folder: Path, name: str, rows: list[str]) -> Path:
    path = folder / name
    path.write_text("\n".join([HEADER, *rows, ""]), encoding="utf-8")
    return path


def score_shown(page: Page) -> str:
    """The own line on the B1-route of the month."""
    page.goto(SCORES)
    return page.locator("table.scores tbody tr").first.inner_text()


def scores_sent(page: Page) -> str:
    """The table on that page, asked for without a window, which takes a tenth of the time."""
    return page.request.get(SCORES).text().partition("<tbody")[2].partition("</tbody")[0]


def test_a_file_with_a_fault_is_mended_and_changes_the_score(
    person: Person, sender: str, tmp_path: Path
) -> None:
    person.sign_in_as(sender)
    page = person.page
    before, sent_before = score_shown(page), scores_sent(page)

    rows = [row(number) for number in range(LEARNERS)]
    wrong = [row(0, attended="nvt"), *rows[1:]]
    person.visit("/leveringen/nieuw/")
    page.get_by_label(FILE).set_input_files(file_with(tmp_path, "oktober.csv", wrong))
    person.send_file()

    warning = page.get_by_role("row").filter(has_text="nvt").last
    assert re.match(r"2\s+uren_gevolgd\s+nvt\s+Vul het aantal uren in", warning.inner_text())
    assert person.barriers() + person.overflow() == []
    assert score_shown(page) == before

    page.go_back()
    press(page.get_by_role("link", name="Kies een ander bestand"))
    mended = file_with(tmp_path, "oktober-verbeterd.csv", rows)
    page.get_by_label(FILE).set_input_files(mended)
    person.send_file()
    press(page.get_by_role("button", name="Indienen"))

    expect(page.locator("main")).to_contain_text(f"{LEARNERS} aangenomen")
    assert person.barriers() + person.overflow() == []
    # The worker judges again: within a moment the page shows it.
    until = time.monotonic() + 60
    while scores_sent(page) == sent_before:
        assert time.monotonic() < until, before
    assert score_shown(page) != before


def test_sending_a_file_with_the_keyboard(person: Person, sender: str, tmp_path: Path) -> None:
    person.sign_in_as(sender)
    page = person.visit("/leveringen/nieuw/")
    choose_file(page, file_with(tmp_path, "toetsenbord.csv", [row(100)]))
    follow(page, "Bekijk wat er zou gebeuren")
    follow(page, "Indienen")
    expect(page.locator("main")).to_contain_text("1 aangenomen")


@pytest.mark.thorough
def test_ten_broken_files_each_get_an_answer(person: Person, sender: str, tmp_path: Path) -> None:
    person.sign_in_as(sender)
    page = person.page
    before = person.visit("/leveringen/?stand=held").inner_text("main")
    good = HEADER.encode() + b"\n" + row(7).encode() + b"\n"
    broken = {
        "leeg.csv": b"",
        "alleen-kop.csv": HEADER.encode(),
        "zonder-kop.csv": row(7).encode(),
        "kolom-weg.csv": good.replace(b"leerroute;", b""),
        "kolom-dubbel.csv": good.replace(b"gemeentecode;", b"leerroute;"),
        "afbeelding.png": b"\x89PNG\r\n\x1a\n" + bytes(200),
        "geen-werkboek.xlsx": b"PK\x03\x04" + bytes(200),
        "nullen.csv": bytes(400),
        "half.json": b'{"leveringen": [{"trajectnummer": ',
        "brief.txt": b"Geachte heer, mevrouw, hierbij de cijfers.",
    }
    for name, content in broken.items():
        path = tmp_path / name
        path.write_bytes(content)
        person.visit("/leveringen/nieuw/")
        page.get_by_label(FILE).set_input_files(path)
        person.send_file()
        answer = page.inner_text("main")
        assert re.search(r"F0\d\d|Kies een bestand|leeg|te lezen|opnieuw", answer), (name, answer)
        expect(page.get_by_role("button", name="Indienen")).to_have_count(0)
    assert person.visit("/leveringen/?stand=held").inner_text("main") == before
