"""Make the pictures in ``docs/pictures``: the pages of the demo region, as people see them."""

import io
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, ViewportSize, sync_playwright

from core.accounts import Role
from core.dates import add_months, month_of, today
from tests.browser.conftest import ARGUMENTS, find_chromium
from tests.browser.person import Person
from tests.browser.site import Site, fill, taalinkoop

FOLDER = Path(__file__).parent.parent.parent / "docs" / "pictures"
WINDOW = ViewportSize(width=1280, height=1280)
TELEPHONE = ViewportSize(width=375, height=720)
PROVIDER = "TA002"
COLOURS = 96


def main() -> None:
    """Fill the demo region in a temporary folder, and photograph it."""
    month = f"{add_months(month_of(today()), -1):%Y-%m}"
    pages = {
        "start": "/",
        "kwaliteit": f"/kwaliteit/{month}/",
        "aanbieder": f"/aanbieders/{PROVIDER}/",
        "leveringen": "/leveringen/",
        "planning": "/planning/SAS-2027/",
    }
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as temporary, sync_playwright() as playwright:
        data = Path(temporary) / "data"
        fill(data)
        # The charts of the month beside the pages: the region's, as drawings with their tables.
        taalinkoop(data, "charts", month, "--out", str(FOLDER), "--aanbieder", "regio")
        site = Site.start(data, TAALINKOOP_REGION="Regio Zwolle (voorbeeld)")
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=ARGUMENTS)
        try:
            person = Person.sit_down(browser, site)
            person.sign_in(Role.CONTRACT_MANAGER)
            for name, address in pages.items():
                person.page.set_viewport_size(WINDOW)
                take(person.visit(address), name)
            person.page.set_viewport_size(TELEPHONE)
            take(person.visit(pages["kwaliteit"]), "kwaliteit-telefoon")
        finally:
            browser.close()
            site.stop()


def take(page: Page, name: str) -> None:
    """Photograph what is seen; our pages have few colours, which makes a picture half as large."""
    picture = Image.open(io.BytesIO(page.screenshot()))
    few = picture.convert("RGB").quantize(COLOURS)
    few.save(FOLDER / f"{name}.png", optimize=True)


if __name__ == "__main__":
    main()
