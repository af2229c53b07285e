"""From the drift alarm to a complete delivery, by keyboard alone: what came back is mended.

``someone`` does it twice: with the script of the pages, and without.
"""

from pathlib import Path

import openpyxl
import pytest
from playwright.sync_api import Download, Page, expect

from core.accounts import Role
from tests.browser.keyboard import choose_file, follow, save
from tests.browser.person import Person
from tests.browser.test_delivery import file_with, row

LEARNERS = 14
WRONG = {1: "nvt", 4: "?", 9: "veel"}


def mended(download: Download, path: Path, *, only: int | None = None) -> Path:
    """Mend the hours in the workbook, and turn its rows round; keep only some when asked."""
    download.save_as(path)
    book = openpyxl.load_workbook(path)
    page = book["Te verbeteren"]
    header, *rows = page.iter_rows(values_only=True)
    at = header.index("uren_gevolgd")
    kept = [[*cells[:at], "40", *cells[at + 1 :]] for cells in reversed(rows)][:only]
    page.delete_rows(2, len(rows))
    for cells in kept:
        page.append(cells)
    book.save(path)
    return path


def trouble(person: Person) -> list[str]:
    """What is hard to use on the page that is open; axe needs a browser that runs scripts."""
    return person.overflow() + (person.barriers() if person.has_script else [])


def send(person: Person, path: Path) -> str:
    """Send a file from the page that is open, look at it first; return its address."""
    page = person.page
    choose_file(page, path)
    follow(page, "Bekijk wat er zou gebeuren")
    assert trouble(person) == []
    follow(page, "Indienen")
    return page.url


def answer(page: Page) -> str:
    return page.locator("p.answer").inner_text()


@pytest.mark.thorough
def test_what_came_back_is_mended_with_the_workbook_until_the_delivery_is_complete(
    someone: Person, tmp_path: Path
) -> None:
    person = someone
    # Who has no script delivers other learners: what was delivered already would be unchanged.
    first_number = 200 if person.has_script else 300
    person.sign_in(Role.PROVIDER, "TA007")
    page = person.visit("/leveringen/nieuw/")
    rows = [row(first_number + n, attended=WRONG.get(n, "40")) for n in range(LEARNERS)]
    choose_file(page, file_with(tmp_path, "ravelijn.csv", rows))
    follow(page, "Bekijk wat er zou gebeuren")

    # The alarm is there before anything is accepted.
    alarm = page.locator("[aria-labelledby=drift]").inner_text()
    assert "anders dan in eerdere leveringen" in alarm
    assert "De kolom groep is voor 0 % gevuld" in alarm.replace("\N{NO-BREAK SPACE}", " ")
    assert trouble(person) == []
    follow(page, "Indienen")
    first = page.url
    assert answer(page).startswith("3 rijen zijn terug te sturen")
    expect(page.locator("main")).to_contain_text(
        "14 rijen gelezen: 11 aangenomen, 0 ongewijzigd, 3 terug te sturen"
    )

    # Two of the three, the other way round.
    sheet = mended(save(page, "werkboek met de fouten"), tmp_path / "twee.xlsx", only=2)
    page.reload()
    second = send(person, sheet)
    expect(page.locator("main")).to_contain_text("2 rijen gelezen: 2 aangenomen")
    expect(page.locator("main")).to_contain_text("vult levering")
    person.visit(first)
    assert answer(page).startswith("1 rij is nog terug te sturen")
    assert trouble(person) == []

    # The workbook now asks for the last one only.
    sheet = mended(save(page, "werkboek met de fouten"), tmp_path / "een.xlsx")
    page.reload()
    send(person, sheet)
    expect(page.locator("main")).to_contain_text("1 rij gelezen: 1 aangenomen")
    person.visit(first)
    assert answer(page) == "Alle rijen zijn verwerkt: wat terugkwam, is aangevuld."

    # How one of them went, and what the second delivery says differently.
    follow(page, "/rij/11/", by="href")
    expect(page.locator("tbody tr").nth(1)).to_be_visible()
    expect(page.locator("main")).to_contain_text("Dit geldt nu.")
    assert trouble(person) == []
    person.visit(second)
    follow(page, "dan in levering")
    assert "2 nieuw en 11 weg" in answer(page)
    assert trouble(person) == []
