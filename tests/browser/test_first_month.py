"""From an empty folder to the first scored month, in the browser alone, with the usual settings."""

import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import xlsxwriter
from playwright.sync_api import Browser, Page, Request, expect

from core.dates import add_months, month_of, now, today
from core.identity.totp import code_of
from tests.browser.person import Person, press
from tests.browser.site import Site, taalinkoop
from tests.browser.test_delivery import FILE, LEARNERS, file_with, row

MONTH = add_months(month_of(today()), -1)
BEGAN = f"01-01-{MONTH.year - 1}"
PASSWORD = "lantaarn kruiwagen zeester"
REGISTER = {
    "aanbieders": [("aanbiedercode", "naam"), ("TA001", "Taalhuis IJssel")],
    "keurmerken": [("aanbiedercode", "status", "van"), ("TA001", "onbepaalde_tijd", BEGAN)],
    "contracten": [
        ("contractnummer", "aanbiedercode", "leerroutes", "gemeenten", "van"),
        ("C-1", "TA001", "B", "*", BEGAN),
    ],
}


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Site]:
    """A server on a folder with nothing in it, and the settings as they come."""
    folder = tmp_path / "empty"
    folder.mkdir()
    taalinkoop(folder, "db", "migrate")
    site = Site.start(folder, TAALINKOOP_SECOND_STEP="rollen")
    yield site
    site.stop()


def register_in(folder: Path) -> Path:
    path = folder / "register.xlsx"
    with xlsxwriter.Workbook(path) as book:
        for name, rows in REGISTER.items():
            sheet = book.add_worksheet(name)
            for at, cells in enumerate(rows):
                sheet.write_row(at, 0, cells)
    return path


def set_up_second_step(page: Page) -> None:
    secret = page.locator("code").first.inner_text().replace(" ", "")
    page.get_by_label("Huidig wachtwoord").fill(PASSWORD)
    page.get_by_label("Code uit de app").fill(code_of(secret, int(now().timestamp()) // 30))
    press(page.locator("main button[type=submit]"))
    expect(page.locator("h1")).to_have_text("Bewaar je herstelcodes")


@pytest.mark.thorough
def test_from_nothing_to_the_first_scored_month_in_six_forms(
    browser: Browser, empty: Site, tmp_path: Path
) -> None:
    sent: list[str] = []

    def note(request: Request) -> None:
        if request.method == "POST":
            sent.append(request.url.removeprefix(empty.url))

    keeper = Person.sit_down(browser, empty)
    keeper.context.on("request", note)
    page = keeper.page
    code = re.search(r"met code (\w+)", (empty.folder / "server.log").read_text())
    assert code
    page.goto("/")
    page.get_by_label("Code uit de terminal").fill(code[1])
    page.get_by_label("E-mailadres (verplicht)").fill("beheer@regio.example")
    page.get_by_label("Wachtwoord").fill(PASSWORD)
    page.get_by_label("Wie leest aanbieders en leveringen in?").fill("cm@regio.example")
    press(page.get_by_role("button", name="Maak account"))
    link = page.locator("pre code").inner_text()
    press(page.get_by_role("link", name="Verder"))
    set_up_second_step(page)

    manager = Person.sit_down(browser, empty)
    manager.context.on("request", note)
    page = manager.page
    page.goto(link)
    page.get_by_label("Nieuw wachtwoord").fill(PASSWORD)
    press(page.get_by_role("button", name="Bewaar wachtwoord"))
    set_up_second_step(page)
    press(page.get_by_role("link", name="Taalinkoop").first)
    press(page.get_by_role("link", name="Lees aanbieders, contracten en keurmerken in"))
    page.get_by_label("Bestand").set_input_files(register_in(tmp_path))
    manager.send_file("Bekijk wat er verandert")
    press(page.get_by_role("button", name="Neem dit op in het register"))
    press(page.get_by_role("link", name="Stuur de eerste levering in"))
    page.get_by_label(FILE).set_input_files(
        file_with(tmp_path, "oktober.csv", [row(number) for number in range(LEARNERS)])
    )
    manager.send_file()
    press(page.get_by_role("button", name="Levering aannemen"))
    expect(page.locator("main")).to_contain_text(f"{LEARNERS} aangenomen")

    until = time.monotonic() + 60
    while not (table := page.locator("table.scores")).count():
        assert time.monotonic() < until
        page.goto(f"/kwaliteit/{MONTH:%Y-%m}/")
    expect(table.first).to_contain_text("Taalhuis IJssel")
    # Six forms to fill in; the two others ask "is this right?" below what would change.
    asked = [path for path in sent if not path.endswith(("/opnemen/", "/aannemen/"))]
    assert len(asked) == 6, sent
    keeper.leave()
    manager.leave()
