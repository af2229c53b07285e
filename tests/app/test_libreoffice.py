"""What is downloaded opens in LibreOffice as the page shows it."""

import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest

from core.accounts import Role
from providers.models import Contract
from tests.builders import make_provider
from tests.pages import Client, text_of

DUTCH_CSV = "Text - txt - csv (StarCalc):59,34,76,1,,1043,false,true"
"""Semicolons, double quotes, UTF-8, from the first row, in Dutch, with days as days."""
NUMBERS = ("C-2026/1", "=1+1", "-12", "@SOM", 'a "b"; c', "Één & <twee>", "1.5e3x")


def opened(path: Path) -> list[list[str]]:
    """The cells as a person sees them; LibreOffice reads the file and writes what it read."""
    out = path.parent / path.suffix[1:]
    options = [f"--infilter={DUTCH_CSV}"] if path.suffix == ".csv" else []
    subprocess.run(
        ["soffice", f"-env:UserInstallation=file://{out}/profile", "--headless", *options,
         "--convert-to", "xlsx", "--outdir", str(out), str(path)],
        check=True, capture_output=True, timeout=120,
    )  # fmt: skip
    sheet = openpyxl.load_workbook(out / f"{path.stem}.xlsx").active
    return [[as_displayed(cell.value) for cell in row] for row in sheet.iter_rows()]


def as_displayed(value: object) -> str:
    if isinstance(value, datetime):
        return f"{value:%d-%m-%Y}"
    text = "–" if value is None else str(value)
    # A spreadsheet keeps the apostrophe of a CSV that makes text of a formula.
    return text.removeprefix("'")


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice (soffice) is not here")
def test_a_list_opens_as_the_page_shows_it(client: Client, db, tmp_path: Path):
    school = make_provider("TA001", name="=HYPERLINK(1)")
    for at, number in enumerate(NUMBERS, start=1):
        Contract.create(
            number=number, provider=school, due_workday=at, valid_from=date(2026, 1, at),
            valid_until=None if at % 2 else date(2027, 12, 31),
        )  # fmt: skip
    client.sign_in(Role.REGION)
    page = client.get("/beheer/contracten/")
    titles = [text_of(cell).removesuffix(" ▲") for cell in page.all("thead")[0].iter("th")]
    paths = [tmp_path / "contracten.csv", tmp_path / "contracten.xlsx"]
    for path in paths:
        address = f"/beheer/contracten/export/{path.suffix[1:]}/"
        path.write_bytes(client.get(address, check=False).data)
    with ThreadPoolExecutor() as at_once:
        for header, *rows in at_once.map(opened, paths):
            places = [header.index(title) for title in titles]
            assert [[cells[at] for at in places] for cells in rows] == page.rows(0)
