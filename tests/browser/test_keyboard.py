"""The keyboard alone suffices: nothing is clicked here."""

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


def test_the_first_stop_skips_to_the_content(person: Person) -> None:
    person.sign_in(Role.CONTRACT_MANAGER)
    page = person.page
    page.keyboard.press("Tab")
    assert focused(page, "textContent") == "Naar de inhoud"
    page.keyboard.press("Enter")
    assert focused(page, "id") == "inhoud"
