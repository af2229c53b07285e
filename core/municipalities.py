"""Gemeenten by their CBS code, with the days between which each exists (``gemeenten.csv``).

A gemeente that was merged keeps its code in what came in before, and counts with the gemeente that
it became from then on. One that was split counts with the first of its parts; who is reported by
another part since is handed over to it (``quality.learners``). A newer list is laid over ours
without waiting for a release: ``use``.
"""

import csv
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from core.errors import DomainError

OURS = Path(__file__).parent / "gemeenten.csv"
COLUMNS = ("gemeentecode", "naam", "van", "tot", "opgegaan_in")


@dataclass(frozen=True)
class Municipality:
    """One gemeente: from and until when it exists, and which it became (CBS codes).

    ``parts`` are the others of those that it was split into.
    """

    code: str
    name: str
    since: date
    until: date | None
    successor: str
    parts: tuple[str, ...] = ()

    def exists_on(self, day: date) -> bool:
        """Whether it is a gemeente on a day."""
        return self.since <= day and (self.until is None or day < self.until)


_newer: list[Path] = []
_today: list[Callable[[], date]] = []
_region: list[str] = []


def use(newer: Path | None, today: Callable[[], date], *, region: str = "") -> None:
    """Lay a newer list over ours, say by which clock gemeenten come and go, and name the region.

    Raises ``DomainError`` when a line of the list cannot be read.
    """
    listed = [] if newer is None else [newer]
    if listed != _newer:
        _newer[:] = listed
        _listed.cache_clear()
        _names.cache_clear()
        _merged.cache_clear()
    _today[:] = [today]
    _region[:] = [region] if region else []
    _listed()


def in_use() -> tuple[Path | None, date]:
    """The newer list and the day that count here, for ``use`` in a process of its own."""
    return (_newer[0] if _newer else None), _day()


def named_region() -> str:
    """What the region of this installation is called; nothing when nobody named it."""
    return _region[0] if _region else ""


def region_name() -> str:
    """Name of the region where there must be one, such as the head of a report."""
    return named_region() or "De regio"


def names() -> Mapping[str, str]:
    """Name by four-digit gemeentecode, of the gemeenten that exist today."""
    return _names(_day())


def merged() -> Mapping[str, str]:
    """Code of each gemeente that is no more, and of the gemeente of today that it is part of."""
    return _merged(_day())


def split() -> dict[str, list[str]]:
    """Code of each gemeente that was split, and the gemeenten of today beside its first part."""
    return {
        code: sorted({code_today(part) for part in _listed()[code].parts} - {became})
        for code, became in merged().items()
        if _listed()[code].parts
    }


def former() -> dict[str, str]:
    """What the gemeenten that are no more were called."""
    return {code: _listed()[code].name for code in merged()}


def current(code: int) -> int:
    """The gemeente of today that a code stands for."""
    return int(merged().get(f"{code:04d}", code))


def code_today(code: str) -> str:
    """The same for a code as text; a code that is unknown stays as it is."""
    return merged().get(code, code)


def with_merged(codes: Iterable[str | int]) -> list[int]:
    """The gemeenten of today that codes stand for, and those that were merged into them."""
    own = {current(int(code)) for code in codes}
    return sorted(own | {int(old) for old, new in merged().items() if int(new) in own})


def name(code: str | int) -> str:
    """Name of one gemeente, also of one that is no more; of an unknown one the code itself."""
    text = f"{code:04d}" if isinstance(code, int) else code
    one = _listed().get(text)
    return text if one is None else one.name


def _day() -> date:
    # Without a clock every change that is known has come.
    return _today[0]() if _today else date.max


@cache
def _names(day: date) -> Mapping[str, str]:
    return {code: one.name for code, one in sorted(_listed().items()) if one.exists_on(day)}


@cache
def _merged(day: date) -> Mapping[str, str]:
    over = {
        code: one.successor
        for code, one in _listed().items()
        if one.until is not None and one.until <= day
    }
    successors = {}
    for code, became in over.items():
        passed, now = {code}, became
        while now in over and now not in passed:
            passed.add(now)
            now = over[now]
        successors[code] = now
    return successors


@cache
def _listed() -> dict[str, Municipality]:
    listed: dict[str, Municipality] = {}
    for path in (OURS, *_newer):
        listed |= {one.code: one for one in _read(path)}
    for one in listed.values():
        for became in filter(None, (one.successor, *one.parts)):
            if became not in listed:
                raise DomainError(
                    "municipalities",
                    f"Gemeente {one.code} gaat op in {became}, en die staat niet in de lijst.",
                )
    return listed


def _read(path: Path) -> Iterable[Municipality]:
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError):
        raise DomainError(
            "municipalities",
            f"De lijst van gemeenten {path} is niet te lezen. Controleer de plaats, en bewaar haar "
            "als CSV in UTF-8.",
        ) from None
    delimiter = ";" if lines and ";" in lines[0] else ","
    for number, row in enumerate(csv.DictReader(lines, delimiter=delimiter), start=2):
        code, called, since, until, became = ((row.get(c) or "").strip() for c in COLUMNS)
        successor, *parts = (part.strip() for part in became.split("+"))
        try:
            if not (len(code) == 4 and code.isascii() and code.isdigit() and called):
                raise ValueError
            if bool(until) != bool(successor):
                raise ValueError
            yield Municipality(
                code, called, date.fromisoformat(since) if since else date.min,
                date.fromisoformat(until) if until else None, successor, tuple(parts),
            )  # fmt: skip
        except ValueError:
            raise DomainError(
                "municipalities",
                f"Regel {number} van {path.name} klopt niet. De kolommen zijn "
                f"{', '.join(COLUMNS)}: een code van vier cijfers, een naam, en datums als "
                "2028-01-01; tot en opgegaan_in staan er samen, of geen van beide.",
            ) from None
