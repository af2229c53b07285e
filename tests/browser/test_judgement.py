"""A judgement in the talk: explained, tried, contradicted, fixed; and a signal handled."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from app.demo import MANAGER, PASSWORD
from core.accounts import Role
from core.dates import add_months, month_of, today
from core.formats import count_text, month_text
from tests.browser.keyboard import tab_to
from tests.browser.person import Person, press
from tests.browser.site import Site, email, taalinkoop

MONTH = add_months(month_of(today()), -1)
EARLIER = add_months(MONTH, -1)
"""The older of the two months that are concept in the demo region, so that one stays concept."""
OWN, OWN_NAME = "TA002", "Leerschip De Wachter"
SECOND_MANAGER = "tweede@regio.example"
Sit = Callable[[str], Person]


@pytest.fixture
def sit(browser: Browser, site: Site) -> Iterator[Sit]:
    """Somebody who signs in at a window of their own; what the browser complains about fails."""
    people: list[Person] = []

    def down(address: str) -> Person:
        person = Person.sit_down(browser, site)
        people.append(person)
        person.sign_in_as(address)
        return person

    yield down
    for person in people:
        person.leave()
    assert [complaint for person in people for complaint in person.complaints] == []


def number(text: str) -> float:
    return float(text.replace(".", "").replace(",", "."))


def looks_right(person: Person) -> Page:
    assert person.barriers() + person.overflow() == []
    return person.page


def test_a_score_is_explained_down_to_its_last_row(sit: Sit) -> None:
    manager = sit(MANAGER)
    page = manager.visit(f"/kwaliteit/{MONTH:%Y-%m}/?route=B")
    looks_right(manager)
    press(page.get_by_role("row").filter(has_text=OWN_NAME).get_by_role("link").first)

    # The sentence is the sum that it says it is, and the table adds up to the same.
    working = page.locator("p", has_text="Zo komt de score tot stand").inner_text()
    match = re.search(r"([\d,]+) = \((.+)\) / (\d+)", working)
    assert match is not None, working
    score, terms, total = match.groups()
    pairs = [term.split(" × ") for term in terms.split(" + ")]
    computed = sum(number(weight) * number(points) for weight, points in pairs) / number(total)
    assert computed == pytest.approx(number(score), abs=0.1)
    parts = page.locator("td[data-label='Draagt bij']").all_inner_texts()
    assert sum(map(number, parts)) == pytest.approx(number(score), abs=0.3)
    looks_right(manager)

    press(page.get_by_role("link", name="Bekijk de rijen achter deze cijfers"))
    text = page.locator("main").inner_text()
    expect(page.locator("tbody tr").first).to_be_visible()
    looks_right(manager)
    press(page.get_by_role("link", name="CSV"))
    page.get_by_label("Uitvoering van het contract").check()
    looks_right(manager)
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Download").click()
    lines = waiting.value.path().read_text(encoding="utf-8-sig").splitlines()
    assert f"{count_text(len(lines) - 1)} rijen" in text


@pytest.mark.thorough
def test_who_is_behind_a_figure_is_opened_printed_and_seen_by_the_provider_alike(
    sit: Sit, tmp_path: Path
) -> None:
    manager = sit(MANAGER)
    page = manager.visit(f"/kwaliteit/{MONTH:%Y-%m}/?route=B")
    # Who is on a border says so, in the table itself.
    row = page.get_by_role("row").filter(has_text=OWN_NAME)
    assert re.search(r"op de grens van \w+ en \w+ \(\d+.% kans\)", row.inner_text())
    press(row.get_by_role("link").first)
    assert "op de grens van" in page.locator("main").inner_text()
    why = page.locator("p", has_text="Waarom op de grens").inner_text()
    assert re.search(r"tussen .+ en .+ scheelt [\d,]+ punten", why), why

    summary = page.locator("summary", has_text="Iedereen achter de wachttijd")
    people = summary.locator("xpath=..")
    rows = people.locator("tbody tr")
    assert not rows.first.is_visible()
    if not summary.is_visible():
        # A criterion that asks for no attention is folded itself.
        page.locator("summary", has_text="Toon de uitleg over Wachttijd").click()
    summary.click()
    assert rows.first.is_visible()
    outcomes = people.locator("td[data-label='Wat er gebeurde']").all_inner_texts()
    uncounted = ("wacht nog binnen de norm", "ging weg binnen de norm")
    first_row = page.locator("tbody tr").first.locator("td[data-label='Noemer']").inner_text()
    assert sum(outcome not in uncounted for outcome in outcomes) == number(first_row)
    looks_right(manager)

    # On paper: what was opened is there, what is for hands is not.
    page.emulate_media(media="print")
    assert rows.first.is_visible()
    assert not page.locator(".site-nav").is_visible()
    page.pdf(path=str(tmp_path / "oordeel.pdf"))
    assert (tmp_path / "oordeel.pdf").stat().st_size > 10_000
    page.emulate_media(media="screen")

    own = sit(email(Role.PROVIDER)).visit(urlsplit(page.url).path)
    for label in ("Waarde", "90%-interval", "Punten", "Draagt bij"):
        cells = f"td[data-label='{label}']"
        theirs, ours = (p.locator(cells).all_inner_texts() for p in (own, page))
        assert theirs == ours


@pytest.mark.thorough
def test_a_model_is_tried_and_put_in_force_by_two(sit: Sit, site: Site) -> None:
    taalinkoop(
        site.folder, "user", "add", SECOND_MANAGER, "--role", "contractmanager",
        "--password-stdin", given=PASSWORD,
    )  # fmt: skip
    first, second = sit(MANAGER), sit(SECOND_MANAGER)
    page = first.visit("/methode/modellen/nieuw/")
    page.get_by_label("Code").fill("wachttijd-zwaar")
    page.get_by_label("Geldt vanaf").fill(month_text(add_months(MONTH, 1)))
    page.get_by_label("Waarom").fill("Wachten weegt voor de gemeenten het zwaarst.")
    for label, weight in {
        "Wachttijd": "50",
        "Bevoegde docenten": "15",
        "Intensiteit": "10",
    }.items():
        page.get_by_label(f"{label}: gewicht").fill(weight)
    press(page.get_by_role("button", name="Bekijk het effect"))
    effect = page.get_by_role("table", name="Oordelen die veranderen")
    expect(effect).to_contain_text(OWN_NAME)
    looks_right(first)
    press(page.get_by_role("button", name="Bewaar als voorstel"))
    expect(page.locator("main")).to_contain_text("Een ander moet het goedkeuren")
    expect(page.get_by_role("link", name="Keur goed")).to_have_count(0)
    looks_right(first)

    page = second.visit("/")
    press(page.get_by_role("link", name=re.compile("wachttijd-zwaar")).first)
    expect(effect).to_have_count(1)
    press(page.get_by_role("link", name="Keur goed"))
    looks_right(second)
    press(page.get_by_role("button", name="Ja, keur goed"))
    expect(page.locator("main")).to_contain_text("Het model geldt.")
    looks_right(second)


@pytest.mark.thorough
def test_hoor_en_wederhoor_up_to_fixing_the_month(sit: Sit) -> None:
    manager, provider = sit(MANAGER), sit(email(Role.PROVIDER))
    here, month = f"/kwaliteit/{EARLIER:%Y-%m}/", month_text(EARLIER)

    page = manager.visit(here)
    press(page.get_by_role("link", name="Nodig uit om te reageren"))
    looks_right(manager)
    press(page.get_by_role("button", name="Nodig uit"))
    expect(page.locator("main")).to_contain_text("kunnen reageren tot en met")

    own = provider.visit("/")
    press(own.get_by_role("link", name=re.compile(f"Reageer .* {month}")))
    names = own.locator("table.scores tbody tr").all_inner_texts()
    assert names
    assert all(OWN_NAME in name for name in names)
    press(own.get_by_role("row").filter(has_text=OWN_NAME).get_by_role("link").first)
    expect(own.locator("main")).to_contain_text("concept")
    press(own.get_by_role("link", name="Geef een reactie"))
    looks_right(provider)
    # The provider reacts with the keyboard alone.
    tab_to(own, "name", "criterion")
    own.keyboard.type("Wacht")
    tab_to(own, "name", "text")
    own.keyboard.type("Twee nieuwe groepen zijn gestart.")
    tab_to(own, "textContent", "Verstuur reactie")
    own.keyboard.press("Enter")
    own.get_by_text("Je reactie is bewaard.").wait_for()
    looks_right(provider)

    page = manager.visit(f"{here}vaststellen/")
    expect(page.locator("main")).to_contain_text("nog geen antwoord")
    page = manager.visit("/")
    # Two reactions of one school are one line; it opens into both.
    page.locator("summary").filter(has_text=f"2 reacties van {OWN_NAME}").first.click()
    press(page.get_by_role("link", name=re.compile(f"{OWN_NAME} reageerde .* {month}")))
    expect(page.get_by_role("heading", name="Wachttijd", level=3)).to_have_count(1)
    press(page.get_by_role("link", name="Beantwoord deze reactie"))
    looks_right(manager)
    page.get_by_label("Antwoord").fill("Wij zien dat volgende maand terug in de wachttijd.")
    press(page.get_by_role("button", name="Verstuur antwoord"))
    manager.visit(here)
    press(page.get_by_role("link", name="Stel vast"))
    looks_right(manager)
    press(page.get_by_role("button", name="Ja, stel vast"))
    expect(page.locator("main")).to_contain_text("zijn vastgesteld")
    looks_right(manager)
    expect(page.get_by_role("link", name="Stel vast")).to_have_count(0)

    own.reload()
    text = own.locator("main").inner_text()
    assert "Wij zien dat volgende maand terug in de wachttijd." in text
    assert "vastgesteld" in text


@pytest.mark.thorough
def test_the_gemeente_handles_a_signal(sit: Sit) -> None:
    gemeente = sit(email(Role.MUNICIPALITY))
    page = gemeente.visit("/signalen/")
    looks_right(gemeente)
    link = page.locator("tbody th a").first
    address = link.get_attribute("href")
    press(link)
    expect(page.locator("tbody tr").first).to_be_visible()
    looks_right(gemeente)
    page.get_by_label("Wat deed je?").select_option("gesprek")
    press(page.get_by_role("button", name="Afgehandeld"))
    expect(page.locator("main")).to_contain_text("Het signaal is afgehandeld.")
    looks_right(gemeente)
    gemeente.visit(str(address))
    expect(page.locator("main")).to_contain_text("gesprek gevoerd met de cursist")
