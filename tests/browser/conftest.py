"""One server and one browser for the tests of this folder that share a worker."""

import fcntl
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from tests.browser.examined import Examined
from tests.browser.person import Person
from tests.browser.site import Site, fill

NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"]
ELSEWHERE = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"
# A year to compare with and some more: what every page needs to have something on it.
MONTHS = 14
# What one role needs for its tasks.
FEW_MONTHS = 6
# The last such list counts, so this holds what Playwright switches off too; and the pages that
# Chromium keeps ready under its own address bar, which cost as much as those that are tested.
SWITCHED_OFF = [
    "WebUIOmniboxPopup", "WebUIOmniboxAimPopup", "WebUIOmniboxFullPopup",
    "AvoidUnnecessaryBeforeUnloadCheckSync", "DestroyProfileOnBrowserClose", "HttpsUpgrades",
    "HttpsFirstBalancedModeAutoEnable", "LensOverlay", "MediaRouter", "PaintHolding",
    "ThirdPartyStoragePartitioning", "AvoidCorsURLLoaderRestartOnRedirect", "OptimizationHints",
    "NetworkTimeServiceQuerying", "AimEnabled", "PreconnectToSearch",
]  # fmt: skip
ARGUMENTS = [
    "--no-sandbox",
    "--disable-dev-shm-usage",
    "--disable-gpu",
    "--in-process-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    f"--disable-features={','.join(SWITCHED_OFF)}",
]


# On a machine that does much at once an answer takes its time.
expect.set_options(timeout=60_000)


def find_chromium() -> str | None:
    """Path of a browser that is installed here."""
    paths = [path for name in NAMES if (path := shutil.which(name))]
    return next(iter(paths), ELSEWHERE if Path(ELSEWHERE).exists() else None)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything in this folder needs a browser."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Headless Chromium of this machine; nothing is downloaded."""
    path = find_chromium()
    if path is None:
        pytest.skip("Chromium is not installed")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that all workers share."""
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "browser"
    folder.mkdir(exist_ok=True)
    return folder


def _filled(shared: Path, months: int) -> Path:
    """The demo region, filled by the first of the workers that comes for it."""
    region = shared / "region"
    with (shared / "region.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not region.exists():
            fill(region, months)
    return region


@pytest.fixture(scope="session")
def site(
    browser: Browser,
    shared: Path,
    pytestconfig: pytest.Config,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Site]:
    """A running server with the demo region in it."""
    months = MONTHS if pytestconfig.getoption("thorough") else FEW_MONTHS
    folder = tmp_path_factory.mktemp("site") / "data"
    shutil.copytree(_filled(shared, months), folder)
    site = Site.start(folder, Examined(shared))
    yield site
    site.stop()


@pytest.fixture
def person(browser: Browser, site: Site) -> Iterator[Person]:
    """Someone at a browser, not signed in yet; what the browser complains about fails the test."""
    person = Person.sit_down(browser, site)
    yield person
    person.leave()
    assert person.complaints == []


PLAIN = pytest.param(False, marks=pytest.mark.thorough)


@pytest.fixture(params=[True, PLAIN], ids=["script", "plain"])
def someone(browser: Browser, site: Site, request: pytest.FixtureRequest) -> Iterator[Person]:
    """Whoever has a keyboard, and a browser that runs scripts or does not."""
    person = Person.sit_down(browser, site, java_script_enabled=request.param)
    yield person
    person.leave()
    assert person.complaints == []
