"""From a register file to its tables, with the reader and the reading rules of a feed."""

from pathlib import Path

from core.errors import DomainError
from providers.feed.columns import Mapping
from providers.feed.read.reader import open_table
from providers.feed.table import RefusedFileError, Table
from providers.feed.values import clean, fold
from providers.register.rows import SHEETS, RegisterTable

EVERY_COLUMN = Mapping(headers={name: name for columns in SHEETS.values() for name in columns})


def _columns_of(sheet: str) -> Mapping:
    return Mapping(headers={name: name for name in SHEETS[sheet]})


def tables_of(path: Path, kind: str | None = None) -> list[RegisterTable]:
    """The register tables in a file: one of the named kind, or every sheet that is known.

    A CSV without a kind goes by its file name: ``keurmerken.csv``.
    """
    try:
        with open_table(path, mapping=EVERY_COLUMN) as table:
            assumed = table.assumed
    except RefusedFileError as error:
        raise DomainError(
            error.code,
            f"{path.name} is niet als register te lezen. {error.message} "
            f"Een register heeft deze bladen: {', '.join(SHEETS)}.",
        ) from None
    names = [str(assumed["sheet"]), *_other_sheets(assumed)] if "sheet" in assumed else []
    if kind is not None:
        wanted = next((name for name in names if fold(name) == kind), None)
        return [_read(path, kind, wanted)]
    known = [(name, fold(name)) for name in names if fold(name) in SHEETS]
    if known:
        return [_read(path, sheet, name) for name, sheet in known]
    if fold(path.stem) in SHEETS:
        return [_read(path, fold(path.stem), None)]
    found = f"de bladen {', '.join(names)}" if names else "een los bestand"
    raise DomainError(
        "R001",
        f"In {path.name} staat niet welk deel van het register dit is (gevonden: {found}). "
        f"Geef het mee met --kind, of gebruik een van deze namen: {', '.join(SHEETS)}.",
    )


def _other_sheets(assumed: dict[str, object]) -> list[str]:
    others = assumed.get("other_sheets")
    return [str(name) for name in others] if isinstance(others, list) else []


def _read(path: Path, sheet: str, name: str | None) -> RegisterTable:
    try:
        with open_table(path, sheet=name, mapping=_columns_of(sheet)) as table:
            return RegisterTable(sheet, table.layout.header, _rows(table))
    except RefusedFileError as error:
        if error.code != "F003":
            raise DomainError(error.code, f"{path.name}: {error.message}") from None
        # No known column at all: say which ones are missing, as for a half header.
        return RegisterTable(sheet, (), ())


def _rows(table: Table) -> list[tuple[int, list[str]]]:
    return [(number, [clean(cell) for cell in cells]) for number, cells in table.records]
