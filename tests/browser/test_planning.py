"""A plan from template to file and back, as the region makes it in the browser."""

from datetime import timedelta
from pathlib import Path

from core.accounts import Role
from core.dates import today
from core.formats import day_text
from tests.browser.keyboard import tab_to
from tests.browser.person import Person

CODE = "PROEF-2028"
HOME = f"/planning/{CODE}/"
GEMEENTEN = {"0148": "Dalfsen", "0166": "Kampen", "0193": "Zwolle"}
DECISION = "8"


def expected_start(person: Person) -> str:
    """When the services start, as the page of the plan says."""
    page = person.visit(HOME)
    return page.locator("dl.facts div").filter(has_text="Verwacht").locator("dd").inner_text()


def make_plan(person: Person) -> None:
    page = person.visit("/planning/nieuw/")
    page.get_by_label("Sjabloon").select_option("SAS regionaal")
    page.get_by_label("Code").fill(CODE)
    page.get_by_label("Naam").fill("Proeftraject")
    page.get_by_label("Begin van het traject").fill(day_text(today()))
    page.get_by_label("Streefdatum").fill(day_text(today() + timedelta(days=600)))
    page.get_by_label("B1-route").check()
    page.get_by_label("Gemeenten die meedoen").select_option(list(GEMEENTEN))
    page.locator("main button[type=submit]").click()
    page.wait_for_url(f"**{HOME}*")


def plan_meeting(person: Person, code: str, weeks: int) -> None:
    page = person.visit(f"{HOME}besluiten/{DECISION}/{code}/")
    page.get_by_label("Uitkomst").select_option("geagendeerd")
    day = today() + timedelta(weeks=weeks)
    day += timedelta(days=(1 - day.weekday()) % 7)
    page.get_by_label("Datum van de vergadering").fill(day_text(day))
    page.get_by_role("button", name="Bewaar").click()
    page.wait_for_url(f"**{HOME}*")


def test_a_plan_from_template_to_file_and_back(person: Person, tmp_path: Path) -> None:
    person.sign_in(Role.REGION)
    page = person.page
    make_plan(person)
    for code in GEMEENTEN:
        plan_meeting(person, code, 52)
    agreed = expected_start(person)

    person.visit(f"{HOME}planversies/nieuw/")
    page.get_by_label("Reden").fill("Afgesproken met de drie colleges")
    page.get_by_role("button", name="Leg vast").click()
    page.wait_for_url(f"**{HOME}*")

    # One gemeente moves its meeting: the start moves along, and the page names who did it.
    person.visit(f"{HOME}wat-als/?stap={DECISION}&gemeente=0166&dagen=56")
    assert "Kampen" in page.locator("main").inner_text()
    page.get_by_role("button", name="Neem dit over in het plan").click()
    page.wait_for_url(f"**{HOME}*")
    moved = expected_start(person)
    assert moved != agreed
    decisions = page.get_by_role("row").filter(has_text="Kampen").first
    assert "bepaalt de startdatum" in decisions.inner_text()
    versions = page.locator("table").filter(has_text="vaste kopie")
    assert agreed in versions.inner_text()
    assert person.barriers() + person.overflow() == []

    person.visit(HOME)
    with page.expect_download() as waiting:
        page.get_by_role("link", name="heel plan als XLSX").click()
    file = tmp_path / "plan.xlsx"
    waiting.value.save_as(file)
    person.visit(f"{HOME}import/")
    page.locator("input[type=file]").set_input_files(file)
    tab_to(page, "textContent", "Lees in")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{HOME}")
    assert "Er is niets veranderd" in page.locator("body").inner_text()
    assert expected_start(person) == moved
