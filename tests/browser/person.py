"""Someone who uses the site: signs in, looks around, and notices what is wrong with a page."""

from dataclasses import dataclass, field
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from app.demo import PASSWORD
from core.accounts import Role
from tests.browser.site import Site, email

AXE = Axe().axe_script
NORM = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# What axe says about a page as a whole; the rest it says about elements.
WHOLE_PAGE = [
    "bypass",
    "document-title",
    "heading-order",
    "html-has-lang",
    "html-lang-valid",
    "landmark-one-main",
    "landmark-unique",
    "meta-viewport",
    "page-has-heading-one",
    "region",
]
CONTRAST = ["color-contrast"]
NARROW, WIDE = {"width": 320, "height": 640}, {"width": 1280, "height": 900}
# One element of each kind: what it is, and inside what. Two of a kind look and work the same.
KINDS = """() => {
    window.ofKind = new Map();
    const visit = (parent, path) => {
        for (const one of parent.children) {
            const own = `${one.tagName}.${one.getAttribute('class') ?? ''}`;
            const kind = `${path} ${own} ${one.getAttributeNames()} ${one.getAttribute('type')}`;
            window.ofKind.set(kind, one);
            visit(one, `${path} ${own}`);
        }
    };
    visit(document.body, '');
    return [...window.ofKind.keys()];
}"""
# Texts that are seen on a wide screen, and where Tab goes from there against the way one reads.
WIDE_LOOK = """() => {
    const texts = [...document.querySelectorAll('body *')].filter(one => one.checkVisibility()
        && [...one.childNodes].some(node => node.nodeType === 3 && node.data.trim()));
    window.texts = texts;
    const stops = [...document.querySelectorAll(
        'a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex="0"]'
    )].filter(one => one.checkVisibility() && !one.disabled && !one.closest('.skip-link'));
    const places = stops.map(one => [one, one.getBoundingClientRect()]);
    return places.slice(1).filter(([, here], n) => {
        const before = places[n][1];
        return here.bottom <= before.top && here.left < before.left;
    }).map(([one]) => `Tab goes back up to ${one.outerHTML.slice(0, 90)}`);
}"""
# On a screen of 320 px, which is 400 % on one of 1280, and with the text spacing of WCAG 1.4.12.
# What waits for a tick is ticked first.
NARROW_LOOK = """() => {
    document.querySelector('#alle-kolommen')?.click();
    const lost = window.texts.filter(one => !one.checkVisibility()
        && !one.closest('details:not([open])')).map(one => `lost: ${one.outerHTML}`);
    const spaced = new CSSStyleSheet();
    spaced.replaceSync(`* { line-height: 1.5 !important; letter-spacing: .12em !important;
        word-spacing: .16em !important } p { margin-bottom: 2em !important }`);
    document.adoptedStyleSheets = [spaced];
    const cut = window.texts.filter(one => {
        const style = getComputedStyle(one);
        return /hidden|clip/.test(style.overflow) && style.clipPath === 'none'
            && (one.scrollWidth > one.clientWidth + 1 || one.scrollHeight > one.clientHeight + 1);
    }).map(one => `cut off: ${one.outerHTML}`);
    const width = document.documentElement.scrollWidth;
    document.adoptedStyleSheets = [];
    if (width > innerWidth) cut.push(`with wide letters ${width} px`);
    return [...lost, ...cut].map(text => text.slice(0, 160));
}"""
EXAMINE = """async ([kinds, rules]) => {
    const include = kinds?.map(kind => window.ofKind.get(kind)).filter(Boolean);
    if (include?.length === 0) return [];
    const options = {resultTypes: ['violations'], runOnly: rules};
    return (await axe.run(include ? {include} : document, options)).violations;
}"""


def press(leads_on: Locator) -> None:
    """Press what leads to another page, and wait until that page is there."""
    with leads_on.page.expect_navigation():
        leads_on.click()


@dataclass
class Person:
    """A browser window with a session of its own."""

    site: Site
    context: BrowserContext
    page: Page
    complaints: list[str] = field(default_factory=list)

    @classmethod
    def sit_down(cls, browser: Browser, site: Site, **options: Any) -> "Person":
        """Open a fresh window."""
        context = browser.new_context(
            base_url=site.url, locale="nl-NL", viewport=WIDE, accept_downloads=True, **options
        )
        context.set_default_timeout(90_000)
        person = cls(site, context, context.new_page())
        person.page.on("console", person._hear)
        person.page.on("pageerror", lambda error: person.complaints.append(str(error)))
        return person

    def _hear(self, message: Any) -> None:
        # A page that answers 4xx on purpose is mentioned in the console; the tests look at it.
        if message.type in {"error", "warning"} and "status of 4" not in message.text:
            self.complaints.append(f"{self.page.url}: {message.text}")

    def leave(self) -> None:
        """Close the window."""
        self.context.close()

    def sign_in(self, role: Role, provider: str = "") -> None:
        """Sign in as this role, as a person does."""
        self.sign_in_as(email(role, provider))

    def sign_in_as(self, address: str) -> None:
        """Sign in with this address, as a person does."""
        self.page.goto("/account/aanmelden/")
        self.page.get_by_label("E-mailadres").fill(address)
        self.page.get_by_label("Wachtwoord").fill(PASSWORD)
        press(self.page.get_by_role("button", name="Meld aan"))
        expect(self.page).to_have_url(f"{self.site.url}/")

    def visit(self, address: str) -> Page:
        """Go to an address; it must be there."""
        answer = self.page.goto(address)
        assert answer is not None
        assert answer.status == 200, f"{address}: {answer.status}"
        return self.page

    def send_file(self, button: str = "Bekijk wat er zou gebeuren") -> None:
        """Send the chosen file off and wait for the answer: in this page, or as the next one."""
        self.page.get_by_role("button", name=button).click()
        # The script says how far the upload is until the answer takes the place of the form.
        self.page.locator("p.upload").wait_for(state="detached")

    def barriers(self) -> list[str]:
        """What axe finds on the page that is open, in what is new on it.

        In dark mode it looks for a lack of contrast only.
        """
        self.page.wait_for_load_state()
        new = self.site.examined.claim(self.page.evaluate(KINDS))
        self.page.evaluate(AXE)
        found = self._axe(None, {"type": "rule", "values": WHOLE_PAGE})
        found += self._axe(new, {"type": "tag", "values": NORM})
        self.page.emulate_media(color_scheme="dark")
        found += [f"dark: {one}" for one in self._axe(new, {"type": "rule", "values": CONTRAST})]
        self.page.emulate_media(color_scheme="light")
        return found

    def _axe(self, kinds: list[str] | None, rules: dict[str, object]) -> list[str]:
        return [
            f"{self.page.url}: {violation['id']}: {node['html'][:160]}"
            for violation in self.page.evaluate(EXAMINE, [kinds, rules])
            for node in violation["nodes"]
        ]

    def overflow(self) -> list[str]:
        """Tell whether the page that is open must be scrolled sideways on a narrow screen."""
        self.page.set_viewport_size(NARROW)
        width = self.page.evaluate("document.documentElement.scrollWidth")
        self.page.set_viewport_size(WIDE)
        return [f"{self.page.url}: {width} px"] if width > NARROW["width"] else []

    def hard_to_read(self) -> list[str]:
        """What is lost or out of order on the page that is open: wide, narrow, wide letters."""
        problems = self.page.evaluate(WIDE_LOOK)
        self.page.set_viewport_size(NARROW)
        problems += self.page.evaluate(NARROW_LOOK)
        return [f"{self.page.url}: {one}" for one in problems] + self.overflow()
