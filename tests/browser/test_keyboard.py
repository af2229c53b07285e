"""The keyboard alone suffices: nothing is clicked here."""

from playwright.sync_api import Page

from app.demo.accounts import PASSWORD
from core.accounts import Role
from tests.browser.person import Person
from tests.browser.site import email

FOCUSED = "document.activeElement.{}"
NO_FOCUS_SEEN = """() => {
    const style = getComputedStyle(document.activeElement);
    return style.outlineStyle === 'none' || parseFloat(style.outlineWidth) < 2;
}"""


def focused(page: Page, attribute: str) -> str:
    return str(page.evaluate(FOCUSED.format(attribute)))


def tab_to(page: Page, attribute: str, wanted: str, *, at_most: int = 60) -> None:
    """Press Tab until the wanted element has the focus; every stop on the way shows where it is."""
    for _ in range(at_most):
        page.keyboard.press("Tab")
        assert not page.evaluate(NO_FOCUS_SEEN), focused(page, "outerHTML")
        if wanted in focused(page, attribute):
            return
    raise AssertionError(f"Tab does not reach {wanted}")


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
