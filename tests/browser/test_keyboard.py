"""The keyboard alone suffices: nothing is clicked here."""

import re

from app.demo import PASSWORD
from core.accounts import Role
from tests.browser.keyboard import focused, tab_to
from tests.browser.person import Person
from tests.browser.site import email


def test_signing_in_and_out(person: Person) -> None:
    page = person.visit("/account/aanmelden/")
    tab_to(page, "name", "email")
    page.keyboard.type(email(Role.CONTRACT_MANAGER))
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{person.site.url}/")

    tab_to(page, "textContent", "Afmelden")
    page.keyboard.press("Enter")
    page.wait_for_url("**/account/aanmelden/")


CONTROLS = "link|button|textbox|searchbox|combobox|checkbox|radio|spinbutton"
SENDING = [
    'combobox "Aanbieder (verplicht)"',
    'button "Bestand (verplicht)"',
    'checkbox "Neem het bestand opnieuw in, ook als wij het al hebben"',
    'button "Bekijk wat er zou gebeuren"',
    'link "Terug zonder te bewaren"',
]


def test_controls_are_read_aloud_by_name_in_the_order_of_the_page(person: Person) -> None:
    person.sign_in(Role.CONTRACT_MANAGER)
    page = person.visit("/leveringen/nieuw/")
    read = spoken(page.locator("body").aria_snapshot())
    stops = []
    for _ in range(len(read) + 5):
        page.keyboard.press("Tab")
        stops += spoken(page.locator(":focus").aria_snapshot())
        if stops == read:
            break
    assert stops == read
    assert [one for one in read if one in SENDING] == SENDING
    assert all('"' in one for one in read), "a control without a name"


def spoken(snapshot: str) -> list[str]:
    """Role and name of each control in what a screen reader is given, in its order."""
    return re.findall(rf"^ *- '?((?:{CONTROLS})(?: \"[^\"]*\")?)", snapshot, re.MULTILINE)


def test_the_first_stop_skips_to_the_content(person: Person) -> None:
    person.sign_in(Role.CONTRACT_MANAGER)
    page = person.page
    page.keyboard.press("Tab")
    assert focused(page, "textContent") == "Naar de inhoud"
    page.keyboard.press("Enter")
    assert focused(page, "id") == "inhoud"
