"""The tasks of a working day by keyboard alone, and what each takes: presses, pages, no more.

``someone`` does it twice: with the script of the pages, and without.
"""

import io
from datetime import timedelta

import pikepdf
from playwright.sync_api import Page, expect

from app.demo import MANAGER
from core.accounts import Role
from core.dates import today
from core.formats import day_text
from quality.learners.signals import KINDS
from tests.browser.keyboard import choose, follow, tab_to
from tests.browser.person import Person

OWN_NAME = "Leerschip De Wachter"
SENDER_NAME = "Lesplein Ravelijn"


def take(page: Page, *links: str) -> None:
    """Follow these links and buttons in turn; each is one press and one page."""
    for text in links:
        follow(page, text)


def test_three_decisions_are_one_page(someone: Person) -> None:
    someone.sign_in(Role.REGION)
    page = someone.page
    take(page, "Planning", "SAS-2027", "Besluiten", "8 Besluit aanbestedingsstukken")
    fields = page.locator("[name$='-meeting_on']").evaluate_all("all => all.map(one => one.name)")
    # A Tuesday far away, and not the one that was saved before: this is a change.
    said = page.locator(f"[name='{fields[0]}']").input_value()
    day = today() + timedelta(weeks=60)
    day += timedelta(days=(1 - day.weekday()) % 7)
    if said == day_text(day):
        day += timedelta(weeks=1)
    for name in fields[:3]:
        tab_to(page, "name", name)
        page.keyboard.press("Control+A")
        page.keyboard.type(day_text(day))
    take(page, "Bewaar alles")
    expect(page.locator("main")).to_contain_text("Bewaard.")
    for name in fields[:3]:
        expect(page.locator(f"[name='{name}']")).to_have_value(day_text(day))
    assert someone.overflow() == []


def test_the_sheet_of_a_talk_is_two_presses_from_the_start(someone: Person) -> None:
    someone.sign_in(Role.CONTRACT_MANAGER)
    take(someone.page, "Kwaliteit", OWN_NAME)
    expect(someone.page.locator("h1")).to_have_text(f"Gesprek met {OWN_NAME}")


def test_a_provider_reacts_to_its_score_and_gets_an_answer(someone: Person) -> None:
    someone.sign_in(Role.PROVIDER, "TA007")
    page = someone.page
    take(page, "Kwaliteit", SENDER_NAME, "Geef een reactie")
    choose(page, "criterion", "wachttijd")
    tab_to(page, "name", "text")
    page.keyboard.type("In november beginnen twee groepen.")
    take(page, "Verstuur reactie")
    expect(page.locator("main")).to_contain_text("Je reactie is bewaard.")
    take(page, "Afmelden")

    someone.sign_in(Role.CONTRACT_MANAGER)
    take(page, f"{SENDER_NAME} reageerde", "Beantwoord deze reactie")
    tab_to(page, "name", "answer")
    page.keyboard.type("Dat zien wij dan in de wachttijd terug.")
    take(page, "Verstuur antwoord")
    expect(page.locator("main")).to_contain_text("Dat zien wij dan in de wachttijd terug.")
    page.goto("/")
    expect(page.locator("main")).not_to_contain_text(f"{SENDER_NAME} reageerde")


def test_a_gemeente_finds_prints_handles_and_enters_in_ten_pages(someone: Person) -> None:
    someone.sign_in_as("dalfsen@regio.example")
    page, visited = someone.page, []
    page.on("framenavigated", lambda frame: visited.append(frame.url))
    take(page, "Signalen")
    rows = page.locator("tbody tr").all()[:5]  # the most urgent on top
    cells = [row.locator("th, td").all_inner_texts() for row in rows]
    why = [(number, kind, detail) for number, _, _, kind, detail, *_ in cells]
    assert len({number for number, _, _ in why}) == len(why) > 1
    assert all(kind.removesuffix(", dringend") in KINDS.values() and text for _, kind, text in why)
    take(page, why[0][0], "Druk af voor het gesprek")
    expect(page.locator("main")).to_contain_text("Om over te praten")
    with pikepdf.open(io.BytesIO(page.pdf(format="A4"))) as sheet:
        assert len(sheet.pages) == 1
    page.go_back()
    choose(page, "reason", "gesprek")
    take(page, "Afgehandeld")
    expect(page.locator("main")).to_contain_text("Het signaal is afgehandeld.")
    expect(page.locator("tbody")).not_to_contain_text(why[0][0])
    take(page, "Indicatoren", "Gemiddelde duur tot slagen", "Vul een cijfer in")
    tab_to(page, "name", "year")
    page.keyboard.type("2023")
    tab_to(page, "name", "kind")
    page.keyboard.press("Space")
    for field, text in (("value", "31,5"), ("source", "Jaarverslag 2023, pagina 12")):
        tab_to(page, "name", field)
        page.keyboard.type(text)
    take(page, "Bewaar")
    expect(page.locator("main")).to_contain_text("31,5 maanden")
    assert len(visited) <= 10, visited


def test_one_search_tells_who_changed_the_norm_and_why(someone: Person) -> None:
    someone.sign_in(Role.AUDITOR)
    page = someone.page
    take(page, "Beheer", "Logboek")
    tab_to(page, "name", "zoek")
    page.keyboard.type("norm wachttijd")
    page.keyboard.press("Enter")
    change = page.locator("#lijst tbody tr", has_text="norm wachttijd (dagen) 42 → 28")
    expect(change).to_contain_text(MANAGER)
    expect(change).to_contain_text("Besluit stuurgroep")


def test_what_can_wait_is_put_off_by_who_saw_it(someone: Person) -> None:
    someone.sign_in(Role.MUNICIPALITY)
    page = someone.page
    first = page.locator(".inbox__line .inbox__what a").first.inner_text()
    tab_to(page, "textContent", "Later of klaar")
    page.keyboard.press("Enter")
    take(page, "Over een week")
    tab_to(page, "textContent", "Uitgesteld of klaar")
    page.keyboard.press("Enter")
    line = page.locator(".inbox__set-aside li").filter(has_text=first)
    expect(line).to_contain_text("Komt terug op")
    expect(line).to_contain_text("door zwolle@regio.example")
    take(page, "Zet terug")
    expect(page.locator(".inbox__set-aside").filter(has_text=first)).to_have_count(0)
