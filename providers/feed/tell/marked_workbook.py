"""The provider's own workbook sent back: what to mend in front, every faulty cell marked.

The first sheet, *Te verbeteren*, has only the rejected rows that have not come again. Its hidden
last column says of which file and row each row is, so that the mended sheet completes the first
delivery, sorted or not.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping as AnyMapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from core.formats import count_text
from providers.feed.check.checking import Problem
from providers.feed.check.rules import ERROR, RULES, Rule
from providers.feed.columns import KEY_COLUMNS, NO_MAPPING, Layout, Mapping
from providers.feed.read.cleaning import kept_table
from providers.feed.table import Record, RefusedFileError, Table
from providers.feed.tell.outcome import Outcome
from providers.feed.tell.receipt import assumed_text, grouped, sum_text

TO_MEND = "Te verbeteren"
WHOLE_TABLE_AT_MOST = 20_000
"""Above so many rows only the rows to mend are sent back."""
_SHADES = {"error": "#F8CBAD", "warning": "#FFE699"}


def write_marked(
    target: Path | IO[bytes],
    outcome: Outcome,
    source: Path,
    *,
    mapping: Mapping = NO_MAPPING,
) -> None:
    """Write the workbook with what is still to be mended of a delivery."""
    assumed = outcome.findings.get("assumed", {})
    with _book(target, outcome, RULES) as book:
        try:
            with kept_table(source, mapping=mapping, sheet=assumed.get("sheet")) as table:
                _write_tables(book, table, outcome, _by_row(outcome))
        except RefusedFileError as error:
            page = book.add_worksheet(TO_MEND)
            page.set_column(0, 0, 100)
            page.write_string(0, 0, error.message)


def write_marked_rows(
    target: Path | IO[bytes],
    outcome: Outcome,
    layout: Layout,
    rows: Iterable[Record],
    *,
    rules: AnyMapping[str, Rule],
) -> None:
    """Write the same workbook of rows that are at hand; all of them are to be mended."""
    by_row = _by_row(outcome)
    with _book(target, outcome, rules) as book:
        formats, page = _shades(book), book.add_worksheet(TO_MEND)
        _write_header(book, page, layout)
        for at, (row, cells) in enumerate(rows, 1):
            _write_row(page, at, cells, by_row.get(row, []), layout=layout, formats=formats)


@contextmanager
def _book(
    target: Path | IO[bytes], outcome: Outcome, rules: AnyMapping[str, Rule]
) -> Iterator[Any]:
    """A workbook to put the tables in; the receipt and the rules follow them."""
    import xlsxwriter  # noqa: PLC0415  only when a workbook is asked for

    # Day numbers of the file go back as they came, so that they must count from the same day.
    epoch = outcome.findings.get("assumed", {}).get("epoch")
    book = xlsxwriter.Workbook(
        target if not isinstance(target, Path) else str(target),
        {"strings_to_formulas": False, "date_1904": epoch == "1904"},
    )
    yield book
    _write_summary(book, outcome)
    _write_rules(book, outcome, rules)
    book.close()


def _by_row(outcome: Outcome) -> dict[int, list[Problem]]:
    by_row: dict[int, list[Problem]] = defaultdict(list)
    for problem in outcome.problems:
        if problem.row is not None:
            by_row[problem.row].append(problem)
    return by_row


def _shades(book: Any) -> dict[str, Any]:
    return {name: book.add_format({"bg_color": shade}) for name, shade in _SHADES.items()}


def _write_header(book: Any, page: Any, layout: Layout, at: int = 0) -> None:
    bold = book.add_format({"bold": True, "bottom": 1})
    for column, title in enumerate(layout.header):
        page.write_string(at, column, title, bold)
    page.freeze_panes(at + 1, 0)
    page.set_column(0, max(0, len(layout.header) - 1), 16)


def _write_tables(
    book: Any, table: Table, outcome: Outcome, by_row: dict[int, list[Problem]]
) -> None:
    formats = _shades(book)
    layout = table.layout
    mend = book.add_worksheet(TO_MEND)
    whole = (
        book.add_worksheet("Jullie bestand")
        if outcome.counts.rows <= WHOLE_TABLE_AT_MOST and len(outcome.sheets) < 2
        else None
    )
    # A month that was said beside the file goes back in it, so that it need not be said again.
    month = outcome.findings.get("assumed", {}).get("month")
    month_column = len(layout.header)
    key_column = month_column + 1 if month else month_column
    header_row = table.assumed.get("header_row", 1)
    first = header_row if isinstance(header_row, int) else 1
    for page, at in ((mend, 0), (whole, first - 1)):
        if page is not None:
            _write_header(book, page, layout, at)
    if month:
        mend.write_string(
            0, month_column, "rapportagemaand", book.add_format({"bold": True, "bottom": 1})
        )
        mend.set_column(month_column, month_column, 16)
    mend.write_string(0, key_column, KEY_COLUMNS[0])
    mend.set_column(key_column, key_column, 12, None, {"hidden": True})
    shift = 0 if isinstance(header_row, int) and "header_row" in table.assumed else 1
    sent_again = {
        row for fate in outcome.sent_back if fate.taken_up_by is not None for row in fate.rows
    }
    # Of a held delivery these are all rows to mend, also those whose problems are too many to tell.
    to_mend = set(outcome.to_mend) | {
        row
        for row, problems_of_row in by_row.items()
        if any(p.severity == ERROR for p in problems_of_row)
    }
    line = 0
    for row, cells in table.records:
        problems = by_row.get(row, [])
        if whole is not None:
            _write_row(whole, row - 1 + shift, cells, problems, layout=layout, formats=formats)
        if row in to_mend - sent_again:
            line += 1
            _write_row(mend, line, cells, problems, layout=layout, formats=formats)
            if month:
                mend.write_string(line, month_column, month)
            mend.write_string(line, key_column, f"{outcome.sha256}:{row}")


def _write_row(
    page: Any,
    at: int,
    cells: list[str],
    problems: list[Problem],
    *,
    layout: Layout,
    formats: dict[str, Any],
) -> None:
    marks: dict[int, list[Problem]] = defaultdict(list)
    for problem in problems:
        marks[layout.positions.get(problem.column or "", 0)].append(problem)
    kept = [
        "" if column in layout.personal_positions else cell
        for column, cell in enumerate(cells[: len(layout.header)])
    ]
    for column, cell in enumerate(kept):
        of_cell = marks.get(column)
        if not of_cell:
            if cell:
                page.write_string(at, column, cell)
            continue
        worst = ERROR if any(p.severity == ERROR for p in of_cell) else "warning"
        hidden = any(p.code == "F301" for p in of_cell)
        page.write_string(at, column, "" if hidden else cell, formats[worst])
        text = "\n".join(f"{p.code}: {p.message}" for p in of_cell)
        page.write_comment(at, column, text[:1000], {"x_scale": 2, "y_scale": 1.5})


def _write_summary(book: Any, outcome: Outcome) -> None:
    bold = book.add_format({"bold": True})
    page = book.add_worksheet("Ontvangstbewijs")
    page.set_column(0, 0, 100)
    texts = [outcome.file, sum_text(outcome), assumed_text(outcome.findings), ""]
    texts += ["Verbeter de rijen op het blad Te verbeteren en stuur dit werkboek terug."]
    for line, text in enumerate(texts):
        page.write_string(line, 0, text, bold if line == 0 else None)
    for line, group in enumerate(grouped(outcome.problems, outcome.sheets), len(texts) + 1):
        place = f" (kolom {group.column})" if group.column else ""
        page.write_string(
            line, 0, f"{count_text(group.count)} keer {group.code}{place}: {group.message}"
        )


def _write_rules(book: Any, outcome: Outcome, rules: AnyMapping[str, Rule]) -> None:
    bold = book.add_format({"bold": True, "bottom": 1})
    page = book.add_worksheet("Regels")
    page.set_column(0, 0, 8)
    page.set_column(1, 2, 70)
    for column, title in enumerate(("Regel", "Wat klopt er", "Wat het betekent voor de cijfers")):
        page.write_string(0, column, title, bold)
    for line, code in enumerate(sorted({problem.code for problem in outcome.problems}), 1):
        rule = rules[code]
        for column, text in enumerate((code, rule.definition, rule.manager)):
            page.write_string(line, column, text)
