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
# Then what makes the page as a whole: its headings and landmarks in their order.
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
    const marks = 'h1, h2, h3, h4, h5, h6, header, nav, main, section, aside, footer, form, [role]';
    const whole = [...document.querySelectorAll(marks)].map(one => one.tagName +
        ['role', 'aria-label', 'aria-labelledby'].map(name => one.getAttribute(name) ?? ''));
    return [[...window.ofKind.keys()], whole.join(' ')];
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
    for (const tick of document.querySelectorAll('.all-columns input')) tick.click();
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
    const wide = document.documentElement.scrollWidth;
    document.adoptedStyleSheets = [];
    const width = document.documentElement.scrollWidth;
    if (Math.max(wide, width) > innerWidth) cut.push(`${width} px, with wide letters ${wide} px`);
    return [...lost, ...cut].map(text => text.slice(0, 160));
}"""
# What is a box by its tint alone, which colours of the reader's own replace.
TINTED = """() => {
    const clear = colour => /, 0\\)/.test(colour);
    const ground = one => {
        const colour = one ? getComputedStyle(one).backgroundColor : 'rgb(255, 255, 255)';
        return clear(colour) ? ground(one.parentElement) : colour;
    };
    window.tinted = [...document.body.querySelectorAll(':not(svg *, option)')].filter(one => {
        const colour = getComputedStyle(one).backgroundColor;
        return one.checkVisibility() && !clear(colour) && colour !== ground(one.parentElement);
    });
}"""
# Its edge is then what is left of it, or a line under its text; of the tab that is open, a line
# that the others have not; and what is drawn differs from the ground, but for the faint.
FORCED_LOOK = """() => {
    const canvas = getComputedStyle(document.body).backgroundColor;
    const light = colour => colour.match(/[0-9.]+/g).slice(0, 3).map(part => part / 255)
        .map(part => part <= .04045 ? part / 12.92 : ((part + .055) / 1.055) ** 2.4)
        .reduce((sum, part, n) => sum + part * [.2126, .7152, .0722][n], 0);
    const contrast = colour => {
        const [less, more] = [light(colour), light(canvas)].sort((one, other) => one - other);
        return (more + .05) / (less + .05);
    };
    const hasEdge = one => {
        const style = getComputedStyle(one);
        return style.textDecorationLine === 'underline' || ['Top', 'Right', 'Bottom', 'Left'].some(
            side => parseFloat(style[`border${side}Width`]) >= 1
                && style[`border${side}Color`] !== canvas);
    };
    const ofBrowser = '[type=hidden], [type=checkbox], [type=radio], [type=file]';
    const controls = [...document.querySelectorAll(
        `button, select, textarea, input:not(${ofBrowser})`
    )].filter(one => one.checkVisibility());
    const open = [...document.querySelectorAll(':is(.site-nav, .tabs) [aria-current]')];
    const like = one => getComputedStyle(one).borderBottomColor;
    const unmarked = open.filter(one => one.checkVisibility() && [...one.closest('ul, nav')
        .querySelectorAll('a:not([aria-current])')].some(other => like(other) === like(one)));
    const stops = [...document.querySelectorAll(
        'a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex="0"]'
    )].filter(one => one.checkVisibility() && !one.disabled);
    const unseen = stops.filter(one => {
        one.focus();
        const style = getComputedStyle(one);
        return document.activeElement === one
            && (style.outlineStyle === 'none' || parseFloat(style.outlineWidth) < 2);
    });
    const drawn = [...document.querySelectorAll(
        'main svg :is(path, line, rect, circle, use, text)'
    )].filter(one => one.checkVisibility() && !one.closest('defs, clipPath, .ground'));
    const faint = drawn.filter(one => {
        const style = getComputedStyle(one);
        const parts = [[style.fill, style.fillOpacity], [style.stroke, style.strokeOpacity]]
            .filter(([colour, strength]) => /^rgb/.test(colour) && !/, 0\\)/.test(colour)
                && strength > .5 && style.opacity > .5);
        return parts.length && parts.every(([colour]) => contrast(colour) < 3);
    });
    return Object.entries({
        'a box without an edge': [...window.tinted, ...controls].filter(one => !hasEdge(one)),
        'the open page is not marked': unmarked, 'no focus': unseen, 'drawn too faint': faint,
    }).flatMap(([what, all]) => all.map(one => `${what}: ${one.outerHTML.slice(0, 120)}`));
}"""
EXAMINE = """async runs => {
    const violations = [];
    for (const [kinds, rules] of runs) {
        const include = kinds?.map(kind => window.ofKind.get(kind)).filter(Boolean);
        if (include?.length === 0) continue;
        const options = {resultTypes: ['violations'], runOnly: rules};
        violations.push(...(await axe.run(include ? {include} : document, options)).violations);
    }
    return violations.flatMap(
        ({id, nodes}) => nodes.map(({html}) => `${id}: ${html.slice(0, 160)}`));
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
    has_script: bool = True

    @classmethod
    def sit_down(cls, browser: Browser, site: Site, **options: Any) -> "Person":
        """Open a fresh window."""
        context = browser.new_context(
            base_url=site.url, locale="nl-NL", viewport=WIDE, accept_downloads=True, **options
        )
        context.set_default_timeout(90_000)
        person = cls(
            site, context, context.new_page(), has_script=options.get("java_script_enabled", True)
        )
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
        kinds, whole = self.page.evaluate(KINDS)
        new, new_whole = self.site.examined.claim(kinds), self.site.examined.claim([whole])
        if not new and not new_whole:
            return []
        if not self.page.evaluate("'axe' in window"):
            self.page.evaluate(AXE)
        violations = self._axe(
            (None, {"type": "rule", "values": WHOLE_PAGE}), (new, {"type": "tag", "values": NORM})
        )
        if new:
            self.page.emulate_media(color_scheme="dark")
            violations += [
                f"dark: {one}" for one in self._axe((new, {"type": "rule", "values": CONTRAST}))
            ]
            self.page.emulate_media(color_scheme="light")
        return violations

    def _axe(self, *runs: tuple[list[str] | None, dict[str, object]]) -> list[str]:
        return [f"{self.page.url}: {one}" for one in self.page.evaluate(EXAMINE, [*runs])]

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
        self.page.set_viewport_size(WIDE)
        return [f"{self.page.url}: {one}" for one in problems]

    def lost_in_own_colours(self) -> list[str]:
        """What is not seen on the page that is open where the reader's own colours replace ours."""
        self.page.evaluate(TINTED)
        lost = []
        for ground in ("light", "dark"):
            self.page.emulate_media(forced_colors="active", color_scheme=ground)
            lost += [f"{self.page.url}: {ground}: {o}" for o in self.page.evaluate(FORCED_LOOK)]
        self.page.emulate_media(forced_colors="none", color_scheme="light")
        return lost
