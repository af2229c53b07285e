"""The tasks of a working day by keyboard alone, and what each takes: presses, pages, no more."""

from datetime import timedelta

from playwright.sync_api import Page, expect

from core.accounts import Role
from core.dates import today
from core.formats import day_text
from tests.browser.keyboard import choose, follow, tab_to
from tests.browser.person import Person

OWN_NAME = "Leerschip De Wachter"


def take(page: Page, *links: str) -> None:
    """Follow these links and buttons in turn; each is one press and one page."""
    for text in links:
        follow(page, text)


def test_three_decisions_are_one_page(person: Person) -> None:
    person.sign_in(Role.REGION)
    page = person.page
    take(page, "Planning", "SAS-2027", "Besluiten", "8 Besluit aanbestedingsstukken")
    fields = page.locator("[name$='-meeting_on']").evaluate_all("all => all.map(one => one.name)")
    # Tuesdays far away, so that whatever a gemeente said before, this is a change.
    day = today() + timedelta(weeks=60)
    day += timedelta(days=(1 - day.weekday()) % 7)
    for name in fields[:3]:
        tab_to(page, "name", name)
        page.keyboard.press("Control+A")
        page.keyboard.type(day_text(day))
    take(page, "Bewaar alles")
    expect(page.locator("main")).to_contain_text("Bewaard.")
    for name in fields[:3]:
        expect(page.locator(f"[name='{name}']")).to_have_value(day_text(day))
    assert person.barriers() + person.overflow() == []


def test_the_sheet_of_a_talk_is_two_presses_from_the_start(person: Person) -> None:
    person.sign_in(Role.CONTRACT_MANAGER)
    take(person.page, "Kwaliteit", OWN_NAME)
    expect(person.page.locator("h1")).to_have_text(f"Gesprek met {OWN_NAME}")


def test_a_provider_reacts_to_its_score(person: Person) -> None:
    person.sign_in(Role.PROVIDER, "TA007")
    page = person.page
    take(page, "Kwaliteit", "Lesplein Ravelijn", "Geef een reactie")
    choose(page, "criterion", "wachttijd")
    tab_to(page, "name", "text")
    page.keyboard.type("In november beginnen twee groepen.")
    take(page, "Verstuur reactie")
    expect(page.locator("main")).to_contain_text("Je reactie is bewaard.")
