"""From an empty folder to the first scored month by keyboard alone, with the usual settings."""

import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import xlsxwriter
from playwright.sync_api import Browser, Page, Request, expect

from core.dates import add_months, month_of, now, today
from core.identity.totp import code_of
from tests.browser.keyboard import choose_file, follow, tab_to
from tests.browser.person import Person
from tests.browser.site import Site, taalinkoop
from tests.browser.test_delivery import LEARNERS, file_with, row

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


def fill_in(page: Page, answers: dict[str, str]) -> None:
    """Type each answer in the field of that name."""
    for name, text in answers.items():
        tab_to(page, "name", name)
        page.keyboard.type(text)


def set_up_second_step(page: Page) -> None:
    secret = page.locator("code").first.inner_text().replace(" ", "")
    code = code_of(secret, int(now().timestamp()) // 30)
    fill_in(page, {"current": PASSWORD, "code": code})
    follow(page, "Zet de tweede stap aan")
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
    fill_in(
        page,
        {
            "code": code[1],
            "email": "beheer@regio.example",
            "password": PASSWORD,
            "contract_manager": "cm@regio.example",
        },
    )
    follow(page, "Maak account")
    link = page.locator("pre code").inner_text()
    follow(page, "Verder")
    set_up_second_step(page)

    manager = Person.sit_down(browser, empty)
    manager.context.on("request", note)
    page = manager.page
    page.goto(link)
    fill_in(page, {"password": PASSWORD})
    follow(page, "Bewaar wachtwoord")
    set_up_second_step(page)
    follow(page, "Taalinkoop")
    follow(page, "Lees aanbieders, contracten en keurmerken in")
    choose_file(page, register_in(tmp_path))
    # The script shows what would change in this page.
    tab_to(page, "textContent", "Bekijk wat er verandert")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Neem dit op in het register").wait_for()
    follow(page, "Neem dit op in het register")
    follow(page, "Stuur de eerste levering in")
    choose_file(
        page, file_with(tmp_path, "oktober.csv", [row(number) for number in range(LEARNERS)])
    )
    follow(page, "Bekijk wat er zou gebeuren")
    follow(page, "Levering aannemen")
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
