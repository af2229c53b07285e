"""A file with its own headers and codes, made readable by keyboard; a later change is noticed."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from core.accounts import Role
from tests.browser.keyboard import choose, choose_file, follow
from tests.browser.person import Person
from tests.browser.test_delivery import MONTH
from tests.providers.feed.test_mapping import OWN


def strange(folder: Path, name: str, first: int, headers: list[str]) -> Path:
    """Six learners, in words that only this school uses."""
    lines = [
        f"{MONTH:%Y-%m};EIGEN-{n};0166;B;01-{MONTH:%m-%Y};02-{MONTH:%m-%Y};40;36;4;0;0;40;"
        f"A1;A1;A0;A1;bezig;{n}"
        for n in range(first, first + 6)
    ]
    path = folder / name
    path.write_text("\n".join([";".join(headers), *lines, ""]), encoding="utf-8")
    return path


@pytest.mark.thorough
def test_a_strange_file_is_mapped_used_and_a_changed_header_is_shown(
    person: Person, tmp_path: Path
) -> None:
    person.sign_in(Role.PROVIDER, "TA007")
    page = person.visit("/leveringen/nieuw/")
    choose_file(page, strange(tmp_path, "eigen.csv", 1, list(OWN)))
    follow(page, "Bekijk wat er zou gebeuren")
    assert person.barriers() + person.overflow() == []
    follow(page, "Kies welke kolom wat is")

    samples = page.get_by_role("row").filter(has_text="Cliëntkenmerk").inner_text()
    assert "EIGEN-1, EIGEN-2, EIGEN-3, EIGEN-4, EIGEN-5" in samples
    assert "EIGEN-6" not in samples
    assert person.barriers() + person.overflow() == []
    for place, column in enumerate(OWN.values()):
        choose(page, f"kolom-{place}", column)
    follow(page, "Bewaar en bekijk de levering")

    # The columns are read now; their codes are not ours yet.
    expect(page.locator("main")).to_contain_text("6 rijen gelezen: 0 aangenomen")
    follow(page, "Zeg wat jullie codes betekenen")
    assert person.barriers() + person.overflow() == []
    choose(page, f"code-{list(OWN).index('Fase')}-0", "actief")
    follow(page, "Bewaar en bekijk de levering")
    expect(page.locator("main")).to_contain_text("6 rijen gelezen: 6 aangenomen")
    follow(page, "Indienen")
    expect(page.locator("main")).to_contain_text("Alle rijen zijn verwerkt.")

    # The next file is read the same way, and its changed header is shown before it is accepted.
    headers = ["uren_avond_weekend" if name == "Avonduren" else name for name in OWN]
    person.visit("/leveringen/nieuw/")
    choose_file(page, strange(tmp_path, "later.csv", 11, headers))
    follow(page, "Bekijk wat er zou gebeuren")
    text = page.inner_text("main")
    assert "6 rijen gelezen: 6 aangenomen" in text
    assert "Niet meer in het bestand: Avonduren." in text
    assert "Nieuw in het bestand: uren_avond_weekend." in text
    assert person.barriers() + person.overflow() == []
