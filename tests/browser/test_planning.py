"""A plan from template to file and back, by keyboard alone, as the region makes it."""

from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from core.accounts import Role
from core.dates import today
from core.formats import day_text
from tests.browser.keyboard import choose, choose_file, focused, follow, save, tab_to
from tests.browser.person import Person

CODE = "PROEF-2028"
HOME = f"/planning/{CODE}/"
DECISION = "8"


def fill(page: Page, name: str, text: str) -> None:
    """Go to a field and type; what was in it goes."""
    tab_to(page, "name", name)
    page.keyboard.press("Control+A")
    page.keyboard.type(text)


def expected_start(page: Page) -> str:
    """When the services start, as the page of the plan says."""
    facts = page.locator("dl.facts div").filter(has_text="Verwacht")
    return facts.locator("dd").first.inner_text()


def answer(page: Page) -> str:
    return page.locator("p.answer").inner_text()


def make_plan(page: Page) -> list[tuple[str, str]]:
    """A plan of the regional template; code and name of the three gemeenten in it."""
    follow(page, "Nieuw traject")
    tab_to(page, "name", "template")
    assert focused(page, "value") == "SAS regionaal"
    fill(page, "code", CODE)
    fill(page, "name", "Proeftraject")
    fill(page, "current_until", day_text(today() + timedelta(days=599)))
    tab_to(page, "id", "routes-0")
    page.keyboard.press("Space")
    places = []
    for number in range(3):
        tab_to(page, "id", f"municipalities-{number}")
        page.keyboard.press("Space")
        label = page.locator(f"label[for=municipalities-{number}]").inner_text()
        places.append((str(focused(page, "value")), label))
    follow(page, "Maak dit traject")
    return places


def plan_meeting(person: Person, code: str, weeks: int) -> None:
    """Put the decision of a gemeente on the agenda of a Tuesday."""
    page = person.visit(f"{HOME}besluiten/{DECISION}/")
    row = f"{CODE}.{DECISION}.{code}"
    choose(page, f"{row}-outcome", "geagendeerd")
    day = today() + timedelta(weeks=weeks)
    day += timedelta(days=(1 - day.weekday()) % 7)
    fill(page, f"{row}-meeting_on", day_text(day))
    follow(page, "Bewaar alles")


@pytest.mark.thorough
def test_a_plan_from_template_to_file_and_back(person: Person, tmp_path: Path) -> None:
    person.sign_in(Role.REGION)
    page = person.visit("/planning/")
    places = make_plan(page)
    assert len(places) == 3
    follow(page, "Maak dit traject actief")
    for code, _ in places:
        plan_meeting(person, code, 52)
    person.visit(HOME)
    agreed = expected_start(page)

    person.visit(HOME)
    follow(page, "Verwachting")
    follow(page, "Nieuwe planversie")
    fill(page, "reason", "Afgesproken met de drie colleges")
    follow(page, "Leg vast")
    assert person.barriers() + person.overflow() == []

    # One gemeente moves its meeting: the start moves along, and the page names who did it.
    mover = places[1][1]
    person.visit(HOME)
    tab_to(page, "id", "stap")
    page.keyboard.type("Besluit aanbestedingsstukken")
    page.keyboard.press("Enter")
    tab_to(page, "name", "gemeente")
    page.keyboard.type(mover)
    fill(page, "dagen", "56")
    follow(page, "Reken uit")
    expect(page.locator("main")).to_contain_text(mover)
    assert person.barriers() + person.overflow() == []
    follow(page, "Neem dit over in het plan")
    moved = expected_start(page)
    assert moved != agreed
    assert f"door het collegebesluit van {mover} (verplaatst van" in answer(page)
    # The planversie keeps what was agreed.
    follow(page, "Verwachting")
    expect(page.locator("table").filter(has_text="vaste kopie")).to_contain_text(agreed)
    assert person.barriers() + person.overflow() == []

    file = tmp_path / "plan.xlsx"
    person.visit(f"{HOME}mijlpalen/")
    save(page, "heel plan als XLSX").save_as(file)
    person.visit(f"{HOME}mijlpalen/")
    follow(page, "Lees een plan in")
    assert person.barriers() + person.overflow() == []
    choose_file(page, file)
    tab_to(page, "textContent", "Bekijk wat er verandert")
    page.keyboard.press("Enter")
    # The script sends the file, and puts the answer in the place of the form.
    expect(page.get_by_text("Er verandert niets")).to_be_visible()
    person.visit(HOME)
    assert expected_start(page) == moved
