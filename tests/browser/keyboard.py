"""Hands that only have a keyboard."""

from pathlib import Path

from playwright.sync_api import Download, Page

FOCUSED = "document.activeElement.{}"
NO_FOCUS_SEEN = """() => {
    const style = getComputedStyle(document.activeElement);
    return style.outlineStyle === 'none' || parseFloat(style.outlineWidth) < 2;
}"""


def focused(page: Page, attribute: str) -> str:
    return str(page.evaluate(FOCUSED.format(attribute)))


def tab_to(page: Page, attribute: str, wanted: str, *, at_most: int = 150) -> None:
    """Press Tab until the wanted element has the focus; every stop on the way shows where it is."""
    for _ in range(at_most):
        page.keyboard.press("Tab")
        assert not page.evaluate(NO_FOCUS_SEEN), focused(page, "outerHTML")
        if wanted in focused(page, attribute):
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
    if focused(page, "value") != option:
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
