"""Hands that only have a keyboard."""

from pathlib import Path

from playwright.sync_api import Download, Page

# A long drop-down is a box to type in; what is sent is the drop-down behind it.
BEHIND = "document.activeElement.closest('.combo')?.querySelector('select')"
FOCUSED = f"({BEHIND} ?? document.activeElement).{{}}"
STOP = f"""attribute => {{
    const style = getComputedStyle(document.activeElement);
    // Nowhere: past the last stop, or the browser only now comes to the part behind the #.
    const unseen = document.activeElement !== document.body
        && (style.outlineStyle === 'none' || parseFloat(style.outlineWidth) < 2);
    // Around a wide table or a chart all of it is the text; only what can be pressed counts.
    const inside = attribute === 'textContent'
        && !document.activeElement.matches('a, button, summary');
    const value = inside ? '' : ({BEHIND} ?? document.activeElement)[attribute];
    return [unseen, String(value), document.activeElement.outerHTML];
}}"""
TEXT = f"value => [...{BEHIND}.options].find(option => option.value === value).text"
MARKED = """() => {
    const id = document.activeElement.getAttribute('aria-activedescendant');
    return document.getElementById(id)?.textContent;
}"""


def focused(page: Page, attribute: str) -> str:
    return str(page.evaluate(FOCUSED.format(attribute)))


def tab_to(page: Page, attribute: str, wanted: str, *, at_most: int = 150) -> None:
    """Press Tab until the wanted element has the focus; every stop on the way shows where it is."""
    for _ in range(at_most):
        page.keyboard.press("Tab")
        unseen, value, html = page.evaluate(STOP, attribute)
        assert not unseen, html
        if wanted in value:
            return
    raise AssertionError(f"Tab does not reach {wanted}")


def follow(page: Page, wanted: str, *, by: str = "textContent") -> None:
    """Go to the link or button with this text, and press it; the next page is there afterwards."""
    tab_to(page, by, wanted)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def choose(page: Page, select: str, option: str) -> None:
    """Make sure that a drop-down says what is wanted; the first option when that is nothing."""
    tab_to(page, "name", select)
    if focused(page, "value") == option:
        return
    if page.evaluate("document.activeElement.role === 'combobox'"):
        text = page.evaluate(TEXT, option)
        page.keyboard.type(text)
        while page.evaluate(MARKED) != text:
            page.keyboard.press("ArrowDown")
        page.keyboard.press("Enter")
    else:
        page.keyboard.press("Home")
        page.keyboard.type(option)
    assert focused(page, "value") == option


def choose_file(page: Page, path: Path) -> None:
    """Choose a file; the window for it belongs to the system, and opens with the space bar.

    Listening from before the first Tab on: a press that comes while the browser is still being told
    to hand the window over opens a real one, which nobody answers.
    """
    page.on("filechooser", lambda _: None)
    tab_to(page, "type", "file")
    with page.expect_file_chooser() as chooser:
        page.keyboard.press("Space")
    chooser.value.set_files(path)


def save(page: Page, text: str) -> Download:
    """Press a download link."""
    tab_to(page, "textContent", text)
    with page.expect_download() as download:
        page.keyboard.press("Enter")
    return download.value
