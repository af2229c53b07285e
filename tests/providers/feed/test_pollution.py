"""Every damage that people do to a clean feed, singly and in pairs.

Each row is held as it was meant, or rejected by its number. None is lost, none altered silently.
"""

import csv
import io
import json
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from providers.feed.columns import BY_NAME
from providers.feed.table import RefusedFileError
from tests.providers.feed.books import ods, xlsx
from tests.providers.feed.checks import check_bytes
from tests.providers.feed.lines import row
from tests.providers.feed.test_rules import ENDED, WAITING

CLEAN = [
    row(trajectnummer="T-001", groep="Groep 1"),
    row(trajectnummer="T-002", groep="Één, twee")
    | {"uren_gevolgd": "40,75", "uren_geoorloofd_verzuim": "4,75"},
    row(trajectnummer="T-003") | ENDED,
    row(trajectnummer="T-004") | WAITING,
    row(trajectnummer="T-005", leerroute="Z", uren_avond_weekend="12,25"),
]  # fmt: skip
HEADER = list(dict.fromkeys(name for one in CLEAN for name in one))
DATES = [at for at, name in enumerate(HEADER) if name.startswith("datum_")]
HOURS = [at for at, name in enumerate(HEADER) if name.startswith("uren_")]
OPTIONAL = [at for at, name in enumerate(HEADER) if not BY_NAME[name].required]
KEY = HEADER.index("trajectnummer")
Meant = dict[str, tuple[object, ...]]


@dataclass
class File:
    """A feed under way to its bytes."""

    header: list[str] = field(default_factory=lambda: list(HEADER))
    rows: list[list[str]] = field(
        default_factory=lambda: [[one.get(name, "") for name in HEADER] for one in CLEAN]
    )
    above: list[list[str]] = field(default_factory=list)
    below: list[list[str]] = field(default_factory=list)
    between: list[list[str]] = field(default_factory=list)
    separator: str = ";"
    newline: str = "\r\n"
    encoding: str = "utf-8"
    first_line: str = ""
    quoting: int = csv.QUOTE_MINIMAL
    workbook: bool = False
    ods: bool = False
    json: bool = False
    sheet_per_group: bool = False

    def content(self) -> bytes:
        if self.sheet_per_group:
            return self._sheets()
        middle = len(self.rows) // 2
        lines = [*self.above, self.header, *self.rows[:middle], *self.between,
                 *self.rows[middle:], *self.below]  # fmt: skip
        if self.json:
            rows = [dict(zip(self.header, cells, strict=False)) for cells in self.rows]
            return json.dumps(rows, ensure_ascii=False).encode(self.encoding)
        if self.workbook or self.ods:
            return (xlsx if self.workbook else ods)(lines)
        out = io.StringIO()
        writer = csv.writer(out, delimiter=self.separator, lineterminator=self.newline,
                            quoting=self.quoting)  # fmt: skip
        writer.writerows(lines)
        first_line = self.first_line.format(separator=self.separator, newline=self.newline)
        return (first_line + out.getvalue()).encode(self.encoding)

    def _sheets(self) -> bytes:
        """Every other row on a second sheet, with the columns the other way around."""
        made = openpyxl.Workbook()
        first, second = made.active, made.create_sheet("Groep 2")
        for page, rows, step in ((first, self.rows[::2], 1), (second, self.rows[1::2], -1)):
            for cells in (*self.above, self.header[::step], *(one[::step] for one in rows)):
                page.append(cells)
        file = io.BytesIO()
        made.save(file)
        return file.getvalue()


def _two_rows_of_names(file: File) -> None:
    parts = [name.split("_", 1) if "_" in name else ["", name] for name in file.header]
    over = ["", *(first for first, _ in parts)]
    file.above.append([a if a != b else "" for (a, _), b in zip(parts, over, strict=False)])
    file.header = [rest for _, rest in parts]


def _cells(change: Callable[[str], str], at: list[int] | None = None) -> Callable[[File], None]:
    def damage(file: File) -> None:
        for cells in file.rows:
            for place in at if at is not None else range(len(HEADER)):
                cells[place] = change(cells[place])

    return damage


def _set(**values: object) -> Callable[[File], None]:
    return lambda file: file.__dict__.update(values)


def _iso(text: str) -> str:
    return "-".join(reversed(text.split("-"))) if text.count("-") == 2 and len(text) == 10 else text


MONTHS = ("jan", "feb", "mrt", "apr", "mei", "jun", "jul", "aug", "sep", "okt", "nov", "dec")


def _words(text: str) -> str:
    parts = text.split("-")
    if len(parts) != 3 or len(parts[0]) != 2:
        return text
    return f"{int(parts[0])} {MONTHS[int(parts[1]) - 1]} {parts[2]}"


def _clock(text: str) -> str:
    whole, _, part = text.partition(",")
    minutes = {"": 0, "25": 15, "5": 30, "75": 45}.get(part)
    return f"{whole}u{minutes:02d}" if whole.isdecimal() and minutes is not None else text


def _shuffle(file: File) -> None:
    order = list(range(len(HEADER)))
    random.Random(3).shuffle(order)
    # Damages that name columns by place come first; only the writing order changes here.
    file.rows = [[cells[at] for at in order] + cells[len(order) :] for cells in file.rows]
    file.header = [file.header[at] for at in order] + file.header[len(order) :]


def _add_column(name: str, value: str) -> Callable[[File], None]:
    def damage(file: File) -> None:
        file.header.append(name)
        for cells in file.rows:
            cells.append(value)

    return damage


def _cells_added(*cells: str) -> Callable[[File], None]:
    """Cells behind each row, and a name above the middle one when there is a word in it."""

    def damage(file: File) -> None:
        file.header += ["", cells[1], ""]
        for filled in file.rows:
            filled.extend(cells)

    return damage


HARMLESS: dict[str, Callable[[File], None]] = {
    "komma": _set(separator=","),
    "tab": _set(separator="\t"),
    "streep": _set(separator="|"),
    "Windows-1252": _set(encoding="cp1252"),
    "UTF-16": _set(encoding="utf-16"),
    "BOM": _set(encoding="utf-8-sig"),
    "LF": _set(newline="\n"),
    "CR": _set(newline="\r"),
    "alles tussen aanhalingstekens": _set(quoting=csv.QUOTE_ALL),
    "werkboek": _set(workbook=True),
    "MS-DOS": _set(encoding="cp850"),
    "Macintosh": _set(encoding="mac_roman"),
    "een blad per groep": _set(sheet_per_group=True),
    "twee rijen met namen": _two_rows_of_names,
    "uren met uur erachter": _cells(lambda t: f"{t} uur", HOURS),
    "streepjes in lege cellen": _cells(lambda t: t or "-", OPTIONAL),
    "n.v.t. in lege cellen": _cells(lambda t: t or "n.v.t.", OPTIONAL),
    "gemeente bij haar naam": _cells(lambda t: "Zwolle" if t == "0193" else t),
    "datums met een vast streepje": _cells(lambda t: t.replace("-", "\u2011"), DATES),
    "gemeente met naam en code": _cells(lambda t: "Zwolle (0193)" if t == "0193" else t),
    "dag van de week": _cells(lambda t: f"di {t}" if t[:1].isdigit() else t, DATES),
    "tijd achter de datum": _cells(lambda t: f"{t} 00:00:00" if t[:1].isdigit() else t, DATES),
    "sep-regel": _set(first_line="sep={separator}{newline}"),
    "ODS": _set(ods=True),
    "JSON": _set(json=True),
    "lege kolommen erachter": _cells_added("", "", ""),
    "legenda ernaast": _cells_added("", "Code", ""),
    "sterretje bij de kop": lambda f: f.header.__setitem__(
        slice(None), [name and f"{name} *" for name in f.header]
    ),
    "titelrijen": lambda f: f.above.extend([["Voortgang oktober"], [], ["De Brug", "2026"]]),
    "totaalrij": lambda f: f.below.append(["Totaal", "", "", "", "", "", "240"]),
    "voetnoot": lambda f: f.below.extend([[], ["* cijfers zijn voorlopig, zie de toelichting"]]),
    "lege rijen": lambda f: f.between.extend([[], ["", "", ""]]),
    "herhaalde kop": lambda f: f.between.append(list(f.header)),
    "hoofdletters in de kop": lambda f: f.header.__setitem__(
        slice(None), [name.upper() for name in f.header]
    ),
    "spaties in de kop": lambda f: f.header.__setitem__(
        slice(None), [f" {name.replace('_', ' ')} " for name in f.header]
    ),
    "spaties om de waarden": _cells(lambda t: f"  {t} " if t else t),
    "vaste spaties": _cells(lambda t: f"\u00a0{t}\u00a0" if t else t),
    "nullen achter de komma": _cells(lambda t: t if "," not in t else f"{t}0", HOURS),
    "uren en minuten": _cells(_clock, HOURS),
    "decimale punt": _cells(lambda t: t.replace(",", "."), HOURS),
    "ISO-datums": _cells(_iso, DATES),
    "datums in woorden": _cells(_words, DATES),
    "datums met schuine strepen": _cells(lambda t: t.replace("-", "/"), DATES),
    "onbekende kolom": _add_column("Kleur", "rood"),
    "persoonlijke kolom": _add_column("Achternaam", "Jansen"),
    "andere volgorde": _shuffle,
    "rijen gesorteerd": lambda f: f.rows.sort(key=lambda cells: cells[KEY], reverse=True),
}  # fmt: skip


def _in_row(number: int, change: Callable[[list[str]], None]) -> Callable[[File], None]:
    return lambda file: change(file.rows[number])


HARMFUL: dict[str, Callable[[File], None]] = {
    "cel te veel": _in_row(1, lambda cells: cells.append("los")),
    "verschoven": _in_row(1, lambda cells: cells.insert(3, "los")),
    "foutcel": _in_row(2, lambda cells: cells.__setitem__(HOURS[0], "#VERW!")),
    "jaar van twee cijfers": _in_row(0, lambda cells: cells.__setitem__(DATES[0], "01-09-26")),
    "beschadigd nummer": _in_row(3, lambda cells: cells.__setitem__(KEY, "1,23E+05")),
    "spatie in het nummer": _in_row(3, lambda cells: cells.__setitem__(KEY, "T 004")),
    "nummer met .0": _in_row(3, lambda cells: cells.__setitem__(KEY, "4.0")),
    "leeg nummer": _in_row(3, lambda cells: cells.__setitem__(KEY, "")),
    "afgebroken rij": _in_row(1, lambda cells: cells.__delitem__(slice(4, None))),
    "dubbele rij": lambda f: f.rows.append(list(f.rows[0])),
    "totaalrij zonder woord": lambda f: f.below.append(
        ["100" if at in HOURS else "" for at in range(len(HEADER))]
    ),
    "idem": _in_row(1, lambda cells: cells.__setitem__(HEADER.index("leerroute"), "idem")),
    "aanhalingsteken voor idem": _in_row(2, lambda cells: cells.__setitem__(OPTIONAL[-1], '"')),
    "procent": _in_row(4, lambda cells: cells.__setitem__(HOURS[1], "84%")),
}


@pytest.fixture(scope="module")
def meant(tmp_path_factory) -> Meant:
    clean = check_bytes(tmp_path_factory.mktemp("schoon"), File().content(), "schoon.csv")
    assert len(clean.rows) == len(CLEAN)
    return by_key(clean)


def by_key(result) -> Meant:
    # A row number, then the local number of the traject, then what is held.
    return {result.numbers[stored[1] - 1]: stored[2:] for stored in result.rows}


def _turn(name: str) -> tuple[bool, bool, bool]:
    """How numbers are written first, then spaces, then what breaks a row, then the order."""
    return name == "andere volgorde", name in HARMFUL, "spaties" in name


def judge(folder: Path, meant: Meant, *names: str) -> None:
    file = File()
    for name in sorted(names, key=_turn):
        (HARMLESS | HARMFUL)[name](file)
    if file.encoding in ("cp1252", "cp850", "mac_roman"):
        file.rows = [[cell.replace("\u200b", "") for cell in cells] for cells in file.rows]
        file.rows = [[cell.replace("\u2011", "-") for cell in cells] for cells in file.rows]
    checked = check_bytes(folder, file.content(), "vuil.csv")
    stored = by_key(checked)
    tally = checked.tally
    skipped = sum(map(len, checked.skipped.values()))
    assert tally.rows == len(checked.rows) + len(checked.again) + tally.rejected + skipped
    assert {key: meant[key] for key in stored} == stored, "a row was altered"
    damaged = [name for name in names if name in HARMFUL]
    assert len(stored) >= len(CLEAN) - len(damaged), checked.problems
    more = {"dubbele rij", "totaalrij zonder woord"}.intersection(names)
    assert len(stored) + tally.rejected + len(checked.again) == len(CLEAN) + len(more), (
        "a row was lost"
    )
    rejected = {p.row for p in checked.problems if p.severity == "error"}
    assert len(rejected) == tally.rejected, "a row was rejected without its number"


@pytest.mark.parametrize("name", [*HARMLESS, *HARMFUL])
def test_one_damage(tmp_path, meant, name):
    judge(tmp_path, meant, name)


APART = (
    # A row cut short or shifted cannot be put in another order of columns.
    {"andere volgorde", "afgebroken rij", "een blad per groep"},
    {"andere volgorde", "cel te veel", "verschoven", "een blad per groep"},
    {"komma", "tab", "streep"},
    {"Windows-1252", "UTF-16", "BOM", "MS-DOS", "Macintosh"},
    {"LF", "CR"},
    # What stands above, between or below the rows is written on no sheet of its own here.
    {"een blad per groep", "totaalrij", "totaalrij zonder woord", "voetnoot", "lege rijen",
     "herhaalde kop", "twee rijen met namen", "werkboek", "ODS", "sep-regel"},
    {"JSON", "ODS", "werkboek", "een blad per groep"},
    {"JSON", "komma", "tab", "streep", "MS-DOS", "Macintosh", "Windows-1252", "sep-regel"},
    {"JSON", "totaalrij", "totaalrij zonder woord", "voetnoot", "lege rijen", "titelrijen",
     "herhaalde kop", "twee rijen met namen", "cel te veel", "verschoven", "afgebroken rij",
     "legenda ernaast", "lege kolommen erachter"},
    {"uren en minuten", "uren met uur erachter", "nullen achter de komma", "decimale punt",
     "procent"},
    {"gemeente bij haar naam", "gemeente met naam en code"},
    # These add cells beside the table, where the other adds or shifts them.
    {"lege kolommen erachter", "legenda ernaast", "cel te veel", "verschoven", "afgebroken rij",
     "andere volgorde", "onbekende kolom", "persoonlijke kolom", "totaalrij zonder woord",
     "twee rijen met namen"},
    {"twee rijen met namen", "sterretje bij de kop"},
    {"twee rijen met namen", "titelrijen", "hoofdletters in de kop", "spaties in de kop",
     "herhaalde kop", "onbekende kolom", "persoonlijke kolom", "andere volgorde",
     "totaalrij zonder woord"},
    {"streepjes in lege cellen", "n.v.t. in lege cellen", "vaste spaties"},
    {"datums met een vast streepje", "datums in woorden", "datums met schuine strepen",
     "tijd achter de datum"},
    {"dag van de week", "tijd achter de datum"},
    {"dag van de week", "ISO-datums"},
    {"leeg nummer", "beschadigd nummer", "spatie in het nummer", "nummer met .0"},
)  # fmt: skip
"""Damages of which a file has one at most: together they are another file, or none."""


def go_together(names: list[str]) -> bool:
    return all(len(shape.intersection(names)) < 2 for shape in APART)


def spoilt_files(number: int, seed: int) -> Iterator[list[str]]:
    """Names of one to four damages that go together, for each of some files."""
    chance = random.Random(seed)
    while number:
        names = chance.sample([*HARMLESS, *HARMFUL], chance.randint(1, 4))
        if go_together(names):
            number -= 1
            yield names


@pytest.mark.parametrize("names", list(spoilt_files(40, seed=15)), ids="+".join)
def test_some_damages_together(tmp_path, meant, names):
    judge(tmp_path, meant, *names)


@pytest.mark.thorough
def test_a_thousand_spoilt_files(tmp_path, meant):
    wrong = []
    for names in spoilt_files(1_000, seed=2026):
        try:
            judge(tmp_path, meant, *names)
        except (AssertionError, RefusedFileError) as error:
            wrong.append(f"{' + '.join(names)}: {error!r:.120}")
    assert wrong == []


@settings(
    max_examples=30, deadline=None, derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)  # fmt: skip
@given(st.permutations(range(9)))
def test_order_of_rows_does_not_matter(tmp_path, order):
    def numbered(order):
        file = File()
        for change in ("foutcel", "leeg nummer", "dubbele rij", "procent"):
            HARMFUL[change](file)
        file.rows += [list(file.rows[1]), list(file.rows[4]), list(file.rows[2])]
        file.rows = [file.rows[at] for at in order]
        checked = check_bytes(tmp_path, file.content())
        tracks = [
            track for _, track, *_ in (*checked.rows, *checked.again, *checked.rejected) if track
        ]
        keys = {checked.numbers[track - 1] for track in tracks if tracks.count(track) > 1}
        stored = {key: value for key, value in by_key(checked).items() if key not in keys}
        codes = sorted(p.code for p in checked.problems)
        return stored, keys, codes

    assert numbered(order) == numbered(range(9))
