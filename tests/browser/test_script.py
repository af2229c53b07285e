"""What the script of the pages adds, and that every task is done without it too."""

import sqlite3
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from core.accounts import Role
from core.dates import add_months, month_of, today
from tests.browser.person import Person, press
from tests.browser.site import Site

# Half a year back; the name of each file has its month.
MONTH = f"{add_months(month_of(today()), -6):%y%m}"
RECORD = "/aanbieders/TA002/gesprek/vastleggen/"
PASTED = "15-01-2027\n29-01-2027\n12-02-2027"
PASTE = """([id, text]) => {
    const data = new DataTransfer();
    data.setData("text", text);
    document.getElementById(id).dispatchEvent(
        new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
}"""


@pytest.fixture
def plain(browser: Browser, site: Site) -> Iterator[Person]:
    """Someone whose browser runs no scripts."""
    person = Person.sit_down(browser, site, java_script_enabled=False)
    yield person
    person.leave()


def test_a_list_narrows_while_typing(person: Person) -> None:
    person.sign_in(Role.CONTRACT_MANAGER)
    page = person.visit("/leveringen/?sorteer=-received_at")
    page.get_by_role("searchbox", name="Zoeken").press_sequentially(MONTH)
    expect(page.locator("#lijst tbody tr").first).to_contain_text(MONTH)
    expect(page.locator(".list-state p").first).to_contain_text(f"zoekterm: “{MONTH}”")
    assert f"zoek={MONTH}" in page.url
    assert person.barriers() == []


def test_a_list_narrows_by_its_button_without_a_script(plain: Person) -> None:
    plain.sign_in(Role.CONTRACT_MANAGER)
    page = plain.visit("/leveringen/?sorteer=-received_at")
    page.get_by_role("searchbox", name="Zoeken").fill(MONTH)
    page.get_by_role("button", name="Toon").click()
    expect(page.locator("#lijst tbody tr").first).to_contain_text(MONTH)


def test_a_long_choice_is_typed_and_chosen_by_keyboard(person: Person) -> None:
    person.sign_in(Role.CONTRACT_MANAGER)
    page = person.visit("/kwaliteit/vergelijken/")
    box = page.get_by_role("combobox", name="Aanbieder 1")
    box.focus()
    box.press_sequentially("wacht")
    expect(page.get_by_role("option", name="Leerschip De Wachter")).to_be_visible()
    assert person.barriers() == []
    box.press("Enter")
    expect(box).to_have_value("Leerschip De Wachter")
    box.fill("bestaat niet")
    box.press("Escape")
    expect(box).to_have_value("Leerschip De Wachter")
    press(page.get_by_role("button", name="Vergelijk"))
    assert "aanbieder=TA002" in page.url
    expect(page.locator("figure.chart").first).to_be_visible()


def test_a_long_choice_is_a_plain_select_without_a_script(plain: Person) -> None:
    plain.sign_in(Role.CONTRACT_MANAGER)
    page = plain.visit("/kwaliteit/vergelijken/")
    page.get_by_label("Aanbieder 1").select_option("TA002")
    press(page.get_by_role("button", name="Vergelijk"))
    assert "aanbieder=TA002" in page.url


def test_a_chart_tells_its_values_on_hover_and_by_the_arrow_keys(person: Person) -> None:
    person.sign_in(Role.CONTRACT_MANAGER)
    page = person.visit("/aanbieders/TA002/")
    chart = page.locator("figure.chart").first
    picture = chart.locator(".chart__picture")
    picture.focus()
    tip = chart.locator(".chart__tip")
    expect(tip).to_be_hidden()
    picture.press("ArrowRight")
    expect(tip).to_be_visible()
    first = tip.text_content()
    picture.press("ArrowRight")
    expect(tip).not_to_have_text(str(first))
    assert person.barriers() == []
    picture.press("Escape")
    expect(tip).to_be_hidden()
    chart.locator(".spots circle").nth(2).hover()
    expect(tip).to_be_visible()


def test_a_chart_has_its_table_without_a_script(plain: Person) -> None:
    plain.sign_in(Role.CONTRACT_MANAGER)
    page = plain.visit("/aanbieders/TA002/")
    chart = page.locator("figure.chart").first
    chart.get_by_text("Toon als tabel").click()
    expect(chart.locator("table")).to_be_visible()
    assert chart.locator(".spots circle title").first.text_content()


def test_a_column_is_pasted_and_unsaved_work_is_not_lost(person: Person) -> None:
    person.sign_in(Role.CONTRACT_MANAGER)
    page = person.visit(RECORD)
    page.evaluate(PASTE, ["due_on_1", PASTED])
    for number, day in enumerate(PASTED.split("\n"), 1):
        expect(page.locator(f"#due_on_{number}")).to_have_value(day)
    expect(page.locator(".grid-message")).to_contain_text("3 cellen geplakt")
    page.locator("#due_on_1").press("Enter")
    expect(page.locator("#due_on_2")).to_be_focused()

    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    with page.expect_event("dialog"):
        page.get_by_role("link", name="Start").first.click(no_wait_after=True)
    assert asked == ["beforeunload"]
    assert page.url.endswith(RECORD)
    # Sending it is no loss.
    page.get_by_role("button", name="Bewaar het gesprek").click()
    expect(page.locator(".error-summary")).to_be_visible()
    assert asked == ["beforeunload"]


def test_a_refused_upload_comes_back_in_the_same_page(person: Person) -> None:
    person.sign_in(Role.PROVIDER, "TA002")
    page = person.visit("/leveringen/nieuw/")
    page.set_input_files("input[type=file]", {
        "name": "leeg.csv", "mimeType": "text/csv", "buffer": b"",
    })  # fmt: skip
    person.send_file()
    expect(page.locator("main")).to_contain_text("leeg")
    assert person.barriers() == []


def test_the_page_of_a_job_follows_it(person: Person, site: Site) -> None:
    person.sign_in(Role.CONTRACT_MANAGER)
    with sqlite3.connect(site.folder / "taalinkoop.sqlite") as db:
        number = db.execute(
            "INSERT INTO job (kind, title, arguments, state, step, done, total, message,"
            " attempts, created_by, created_at) VALUES ('report', 'Rapport', '{}', 'running',"
            " 'Tekenen', 3, 9, '', 1, 'contractmanager@regio.example', '2026-11-23 09:00:00')"
        ).lastrowid
    page = person.visit(f"/taken/{number}/")
    expect(page.locator("#taak")).to_contain_text("Tekenen: 3 van 9.")
    page.evaluate("window.samePage = true")
    with sqlite3.connect(site.folder / "taalinkoop.sqlite") as db:
        db.execute("UPDATE job SET state = 'done' WHERE id = ?", (number,))
    expect(page.locator("#taak")).to_contain_text("Deze taak is klaar.")
    assert page.evaluate("window.samePage")


def test_who_is_about_to_be_signed_out_hears_it_and_goes_on(person: Person) -> None:
    person.sign_in(Role.REGION)
    person.page.clock.install()
    page = person.visit("/planning/SAS-2027/inschrijvingen/nieuw/")
    page.clock.fast_forward("01:54:00")
    expect(page.locator("#sessie-eindigt")).to_have_count(0)
    page.clock.fast_forward("02:00")
    expect(page.get_by_role("alert")).to_contain_text("Over 5 minuten word je afgemeld.")
    assert person.barriers() == []
    page.get_by_role("button", name="Blijf aangemeld").press("Enter")
    expect(page.locator("#sessie-eindigt")).to_have_count(0)
    expect(page.get_by_role("status").last).to_have_text("Je blijft aangemeld.")
    page.clock.fast_forward("01:56:00")
    expect(page.get_by_role("alert")).to_be_visible()


def test_until_when_one_is_signed_in_stands_on_the_page_without_a_script(plain: Person) -> None:
    plain.sign_in(Role.REGION)
    expect(plain.visit("/planning/").get_by_role("contentinfo")).to_contain_text("Aangemeld tot ")


def test_weights_add_up_while_they_are_typed(person: Person) -> None:
    person.sign_in(Role.REGION)
    page = person.visit("/planning/SAS-2027/inschrijvingen/nieuw/")
    total = page.locator("[data-weights]")
    expect(total).to_have_text("Samen 30 %: nog 70 % te verdelen.")
    page.get_by_label("Weging (%), regel 1").press_sequentially("45")
    page.get_by_label("Weging (%), regel 2").press_sequentially("30")
    expect(total).to_have_text("Samen 105 %: 5 % te veel.")
    page.get_by_label("Weging (%), regel 2").fill("25")
    expect(total).to_have_text("Samen 100 %.")
    page.get_by_label("Manier van gunnen").select_option("waarde")
    expect(total).to_be_hidden()
    assert person.barriers() == []
