"""JSON in three shapes: ``{"leveringen": [...]}``, a bare array, or one object per line."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from providers.feed.columns import Mapping, lay_out
from providers.feed.read.delimited import encoding_of
from providers.feed.table import MAXIMUM_COLUMNS, Record, RefusedFileError, Table
from providers.feed.values import echo

MAXIMUM_BYTES = 30_000_000
MOST_NAMES = 12
SPARE = 1_000
"""So many small parts are let through in any file."""
UNREADABLE = "\N{REPLACEMENT CHARACTER}"
_SHAPE = 'Zet de rijen als objecten in een lijst: {"leveringen": [{"trajectnummer": ...}]}.'


class _DoubledKeyError(Exception):
    """An object names a key twice; either value could be meant."""


def open_json(path: Path, *, mapping: Mapping) -> Table:
    """Read all rows; the header is every key that some row has."""
    if path.stat().st_size > MAXIMUM_BYTES:
        raise RefusedFileError("F002", reason="Een JSON-bestand mag 30 MB groot zijn.")
    text = path.read_text(encoding_of(path))
    _refuse_crumbs(text)
    try:
        numbered, shape, ignored = _rows(text)
    except RecursionError:
        raise RefusedFileError("F002", reason="Dit JSON-bestand is te diep genest.") from None
    except _DoubledKeyError as error:
        raise RefusedFileError("F005", doubled=str(error)) from None
    except ValueError as error:
        where = f" (regel {error.lineno})" if isinstance(error, json.JSONDecodeError) else ""
        raise RefusedFileError("F001", reason=f"Dit JSON-bestand is beschadigd{where}.") from None
    header = list(dict.fromkeys(key for _, row in numbered for key in row))
    if len(header) > MAXIMUM_COLUMNS:
        raise RefusedFileError("F002", reason=f"Het bestand heeft {len(header)} kolommen.")
    if not header:
        raise RefusedFileError("F003", found="niets")
    layout = lay_out([_whole(key) for key in header], mapping)
    return Table(layout, _records(numbered, header), {"kind": shape} | ignored)


def _refuse_crumbs(text: str) -> None:
    """Refuse what would take far more memory and time than its size tells, before it is read.

    A row of the feed takes hundreds of characters, and a value with its name more than eight.
    """
    objects, lists = text.count("{"), text.count("[")
    if (
        objects + lists > SPARE + len(text) // 100
        or text.count(",") > SPARE + len(text) // 8
        or text.count(":") > SPARE + MAXIMUM_COLUMNS * objects
    ):
        raise RefusedFileError("F002", reason="Dit JSON-bestand heeft te veel kleine delen.")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members: dict[str, Any] = {}
    for key, value in pairs:
        if key in members:
            raise _DoubledKeyError(key)
        members[key] = value
    return members


def _load(text: str) -> Any:
    return json.loads(text, object_pairs_hook=_object, parse_int=str, parse_float=str,
                      parse_constant=str)  # fmt: skip


def _rows(text: str) -> tuple[list[tuple[int, dict[str, Any]]], str, dict[str, Any]]:
    """Numbered objects, the shape of the file, and what stands beside the list of rows."""
    try:
        loaded = _load(text)
    except json.JSONDecodeError as whole:
        lines = [(n, line) for n, line in enumerate(text.split("\n"), 1) if line.strip()]
        if len(lines) < 2 or not lines[0][1].strip().endswith("}"):
            raise
        try:
            rows = [(n, _load(line)) for n, line in lines]
        except json.JSONDecodeError:
            raise whole from None
        return _only_objects(rows), "JSON, een object per regel", {}
    ignored: dict[str, Any] = {}
    if isinstance(loaded, dict) and isinstance(loaded.get("leveringen"), list):
        if names := [echo(_whole(name), 30) for name in loaded if name != "leveringen"][
            :MOST_NAMES
        ]:
            ignored = {"beside": names}
        loaded = loaded["leveringen"]
    elif isinstance(loaded, dict):
        if any(isinstance(value, list) for value in loaded.values()):
            raise RefusedFileError("F001", reason=_SHAPE)
        loaded = [loaded]
    if not isinstance(loaded, list):
        raise RefusedFileError("F001", reason=_SHAPE)
    return _only_objects(list(enumerate(loaded, 1))), "JSON", ignored


def _only_objects(rows: list[tuple[int, Any]]) -> list[tuple[int, dict[str, Any]]]:
    if not all(isinstance(row, dict) for _, row in rows):
        raise RefusedFileError("F001", reason=_SHAPE)
    return rows


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "ja" if value else "nee"
    # A list or an object in a cell is marked, so that no rule accepts it.
    return _whole(value) if isinstance(value, str) else f"{UNREADABLE} {json.dumps(value)}"


def _whole(text: str) -> str:
    """A text without halves of characters and NUL, which no database holds and no rule accepts."""
    if text.isascii() and "\0" not in text:
        return text
    mended = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return mended.replace("\0", UNREADABLE)


def _records(rows: list[tuple[int, dict[str, Any]]], header: list[str]) -> Iterator[Record]:
    for number, row in rows:
        yield number, [_text(row.get(key)) for key in header]
