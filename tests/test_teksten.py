"""What people read keeps to the list of words in docs/teksten.md."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tests.test_architecture import PACKAGES, ROOT, modules

TAGS = re.compile(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}|<[^>]*>", re.S)


def unwanted() -> list[str]:
    """The first column of the table."""
    text = (ROOT / "docs" / "teksten.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| ([^|]+?) \| [^|]+ \|$", text, re.M)
    return [row for row in rows if row not in ("niet", "---")]


def texts() -> Iterator[tuple[Path, str]]:
    """Templates without their code, and the strings of modules that are no docstring."""
    for path in sorted((ROOT / "templates").rglob("*.html")):
        yield path, TAGS.sub(" ", path.read_text(encoding="utf-8"))
    for path in modules(*PACKAGES):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        docstrings = {id(n.value) for n in ast.walk(tree) if isinstance(n, ast.Expr)}
        for node in ast.walk(tree):
            told_here = isinstance(node, ast.Constant) and id(node) not in docstrings
            # A single word may be a code or the name of a column.
            if told_here and isinstance(node.value, str) and " " in node.value.strip():
                yield path, node.value


def test_no_text_uses_a_word_that_people_stumble_over() -> None:
    words = unwanted()
    assert len(words) > 10
    pattern = re.compile(rf"\b({'|'.join(words)})\b", re.I)
    results = [
        f"{path.relative_to(ROOT)}: {match[0]!r} in {' '.join(text.split())[:80]}"
        for path, text in texts()
        if (match := pattern.search(text))
    ]
    assert results == []
