"""A plan as plain tables: the sheets of a workbook, or one CSV each. Nothing is lost either way."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from core.dates import Recess
from core.errors import DomainError
from procurement.exchange.cells import (
    Column,
    code,
    day,
    municipality,
    number,
    one_of,
    optional_code,
    optional_municipality,
    optional_number,
    text,
    yes,
)
from procurement.plan.documents import (
    BaselineDate,
    Header,
    PlanAction,
    PlanBaseline,
    PlanDecision,
    PlanDocument,
    PlanMeeting,
    PlanParticipation,
    PlanRisk,
    PlanStep,
)
from procurement.plan.steps import Kind, Link, LinkType, Outcome, Unit
from procurement.plan.terms import Procedure, Purpose

Row = Sequence[Any]
Sheets = dict[str, list[Row]]
"""Rows of each sheet; the first row holds the names of the columns."""

WAIT = re.compile(r"(\S+?)(?:\s+(FS|SS|FF)?\s*(?:([+-]\s*\d{1,4})\s*(wd|cd))?)?")


class PlanFileError(DomainError):
    """A plan file that cannot be read, with everything that is wrong in it."""

    def __init__(self, problems: list[str]) -> None:
        rest = f" En nog {len(problems) - 1} andere." if len(problems) > 1 else ""
        super().__init__("plan_file", problems[0] + rest)
        self.problems = problems


@dataclass(frozen=True)
class PlanFile:
    """A plan as a file says it, and what of the file the plan cannot hold or holds otherwise."""

    document: PlanDocument
    notices: tuple[str, ...] = ()


def _purpose(value: Any) -> Purpose | None:
    return one_of(Purpose)(value) if code(value) else None


HEADER_COLUMNS = (
    Column("code", "code", code),
    Column("naam", "name", text),
    Column("regio", "region", text),
    Column("procedure", "procedure", one_of(Procedure)),
    Column("stand", "status", code),
    Column("elektronisch", "electronic", yes),
    Column("penvoerder", "lead_municipality", optional_municipality),
    Column("begin", "starts_on", day),
    Column("streefdatum_start", "go_live", day),
    Column("contract_tot_en_met", "contract_until", day),
    Column("aantal_trajecten", "tracks", optional_number),
    Column("prijs_per_traject_eurocent", "price_cents", optional_number),
    Column("goede_vrijdag_vrij", "good_friday_off", yes),
    Column("toelichting", "note", text),
)
STEP_COLUMNS = (
    Column("code", "code", code),
    Column("titel", "title", text),
    Column("fase", "phase", text),
    Column("soort", "kind", one_of(Kind)),
    Column("betekenis", "purpose", _purpose),
    Column("eigenaar", "owner", text),
    Column("duur", "duration", number),
    Column("eenheid", "unit", one_of(Unit)),
    Column("orgaan", "body", code),
    Column("besluit_per_gemeente", "per_municipality", yes),
    Column("begint_niet_voor", "earliest_start", day),
    Column("uiterste_datum", "deadline", day),
    Column("begonnen_op", "actual_start", day),
    Column("gereed_op", "actual_end", day),
    Column("voortgang", "progress", number),
    Column("vervallen", "cancelled", yes),
    Column("toelichting", "note", text),
    Column("bewijs", "evidence", text),
)
WAITS = "afhankelijk_van"


@dataclass(frozen=True)
class Sheet:
    """A sheet that carries one part of the document as it is."""

    name: str
    part: str
    item: Callable[..., Any]
    columns: tuple[Column, ...]


PLAIN_SHEETS = (
    Sheet(
        "besluiten", "decisions", PlanDecision,
        (
            Column("mijlpaal", "step", code),
            Column("gemeente", "municipality", municipality),
            Column("orgaan", "body", code),
            Column("uitkomst", "outcome", one_of(Outcome)),
            Column("vergadering", "meeting_on", day),
            Column("besloten_op", "decided_on", day),
            Column("document", "document", text),
        ),
    ),
    Sheet(
        "deelname", "participations", PlanParticipation,
        (
            Column("gemeente", "municipality", municipality),
            Column("leerroute", "route", code),
            Column("schaal", "scale", code),
            Column("reden", "reason", text),
        ),
    ),
    Sheet(
        "reces", "recesses", Recess,
        (
            Column("van", "first", day),
            Column("tot_en_met", "last", day),
            Column("naam", "name", text),
        ),
    ),
    Sheet(
        "vergaderingen", "meetings", PlanMeeting,
        (
            Column("gemeente", "municipality", municipality),
            Column("orgaan", "body", code),
            Column("datum", "held_on", day),
        ),
    ),
    Sheet(
        "acties", "actions", PlanAction,
        (
            Column("actie", "text", text),
            Column("gedaan", "state", code),
            Column("reden", "reason", text),
            Column("eigenaar", "owner", text),
            Column("voor", "due_on", day),
        ),
    ),
    Sheet(
        "risicos", "risks", PlanRisk,
        (
            Column("risico", "title", text),
            Column("kans", "chance", number),
            Column("gevolg", "impact", number),
            Column("maatregel", "measure", text),
            Column("eigenaar", "owner", text),
            Column("mijlpaal", "step", optional_code),
        ),
    ),
)  # fmt: skip
VERSION_COLUMNS = (
    Column("nummer", "number", number),
    Column("gemaakt_op", "made_on", day),
    Column("reden", "reason", text),
    Column("streefdatum_start", "go_live", day),
)
VERSION_DATE_COLUMNS = (
    Column("nummer", "number", number),
    Column("mijlpaal", "step", code),
    Column("gemeente", "municipality", lambda value: municipality(value) if code(value) else ""),
    Column("begin", "starts_on", day),
    Column("einde", "ends_on", day),
)


def to_sheets(document: PlanDocument) -> Sheets:
    """Every sheet of a plan."""
    sheets: Sheets = {
        "traject": [
            ("veld", "waarde"),
            *((c.name, _cell(getattr(document.header, c.field))) for c in HEADER_COLUMNS),
        ],
        "mijlpalen": _step_rows(document),
    }
    for sheet in PLAIN_SHEETS:
        sheets[sheet.name] = _rows(sheet.columns, getattr(document, sheet.part))
    sheets["planversies"] = _rows(VERSION_COLUMNS, document.baselines)
    sheets["planversie_data"] = [
        tuple(c.name for c in VERSION_DATE_COLUMNS),
        *(
            (b.number, d.step, d.municipality, d.starts_on, d.ends_on)
            for b in document.baselines
            for d in b.dates
        ),
    ]
    return sheets


def _rows(columns: tuple[Column, ...], items: Iterable[Any]) -> list[Row]:
    return [
        tuple(c.name for c in columns),
        *(tuple(_cell(getattr(item, c.field)) for c in columns) for item in items),
    ]


def _step_rows(document: PlanDocument) -> list[Row]:
    waits: dict[str, list[str]] = {}
    for link in document.links:
        waits.setdefault(link.after, []).append(wait_text(link))
    rows = _rows(STEP_COLUMNS, document.steps)
    return [
        (*row, WAITS if place == 0 else "; ".join(waits.get(str(row[0]), ())))
        for place, row in enumerate(rows)
    ]


def wait_text(link: Link) -> str:
    """``10``, ``10 FS+45cd`` or ``8 SS``: what a step waits for."""
    if link.lag:
        return f"{link.before} {link.type}{link.lag:+d}{link.unit}"
    if link.type is LinkType.FINISH_START and link.unit is Unit.CALENDAR:
        return link.before
    unit = "" if link.unit is Unit.CALENDAR else f"+0{link.unit}"
    return f"{link.before} {link.type}{unit}"


def read_waits(value: Any, after: str) -> tuple[Link, ...]:
    """The inverse of ``wait_text``, for several waits with ``;`` between them."""
    links = []
    for part in filter(None, (p.strip() for p in text(value).split(";"))):
        match = WAIT.fullmatch(part)
        if match is None:
            raise ValueError(
                f"schrijf een afhankelijkheid als 5, als 8 SS of als 10 FS+45cd. Er staat {part!r}"
            )
        before, kind, lag, unit = match.groups()
        links.append(
            Link(
                before,
                after,
                LinkType(kind or "FS"),
                int((lag or "0").replace(" ", "")),
                Unit(unit or "cd"),
            )
        )
    return tuple(links)


def _cell(value: Any) -> Any:
    if value is None:
        return ""
    return str(value) if isinstance(value, StrEnum) else value


def from_sheets(sheets: Mapping[str, list[Row]], base: PlanDocument | None = None) -> PlanDocument:
    """Read sheets into a plan; parts without a sheet stay as in ``base``."""
    problems: list[str] = []
    document = base
    if "traject" in sheets:
        header = _header(sheets["traject"], problems)
        document = PlanDocument(header) if base is None else replace(base, header=header)
    if document is None:
        raise PlanFileError(["Het blad traject ontbreekt. Zet daar de code en de naam in."])
    changes: dict[str, Any] = {}
    if "mijlpalen" in sheets:
        changes["steps"], changes["links"] = _steps(sheets["mijlpalen"], problems)
    for sheet in PLAIN_SHEETS:
        if sheet.name in sheets:
            found = _read(sheet.name, sheets[sheet.name], sheet.columns, problems)
            changes[sheet.part] = tuple(sheet.item(**values) for _, values in found)
    if "planversies" in sheets:
        changes["baselines"] = _versions(sheets, problems)
    if problems:
        raise PlanFileError(problems)
    return replace(document, **changes)


def _header(rows: list[Row], problems: list[str]) -> Header:
    given = {code(row[0]): row[1] for row in rows[1:] if len(row) > 1 and code(row[0])}
    names = {c.name: c for c in HEADER_COLUMNS}
    values: dict[str, Any] = {"code": "", "name": ""}
    for name, value in given.items():
        column = names.get(name)
        if column is None:
            problems.append(f"Blad traject: het veld {name!r} is onbekend. Haal het weg.")
            continue
        try:
            values[column.field] = column.read(value)
        except ValueError as error:
            problems.append(f"Blad traject, veld {name}: {error}.")
    return Header(**values)


def _steps(rows: list[Row], problems: list[str]) -> tuple[tuple[PlanStep, ...], tuple[Link, ...]]:
    waits = Column(WAITS, WAITS, text)
    steps: list[PlanStep] = []
    links: list[Link] = []
    for place, values in _read("mijlpalen", rows, (*STEP_COLUMNS, waits), problems):
        waiting = values.pop(WAITS, "")
        steps.append(PlanStep(**values))
        try:
            links.extend(read_waits(waiting, values["code"]))
        except ValueError as error:
            problems.append(f"Blad mijlpalen, rij {place}, kolom {WAITS}: {error}.")
    return tuple(steps), tuple(links)


def _versions(sheets: Mapping[str, list[Row]], problems: list[str]) -> tuple[PlanBaseline, ...]:
    dates: dict[int, list[BaselineDate]] = {}
    rows = sheets.get("planversie_data", [])
    for _, values in _read("planversie_data", rows, VERSION_DATE_COLUMNS, problems):
        number_ = values.pop("number")
        dates.setdefault(number_, []).append(BaselineDate(**values))
    found = _read("planversies", sheets["planversies"], VERSION_COLUMNS, problems)
    return tuple(
        PlanBaseline(**values, dates=tuple(dates.get(values["number"], ()))) for _, values in found
    )


OPTIONAL_DAYS = {c.field for c in (*STEP_COLUMNS, *HEADER_COLUMNS) if c.read is day} | {
    "meeting_on", "decided_on", "due_on",
}  # fmt: skip


def _read(
    sheet: str, rows: list[Row], columns: tuple[Column, ...], problems: list[str]
) -> list[tuple[int, dict[str, Any]]]:
    """Values by field of every row, with the row number that a spreadsheet shows."""
    if not rows:
        return []
    heads = [code(cell).lower() for cell in rows[0]]
    known = {c.name: c for c in columns}
    unknown = [h for h in heads if h and h not in known]
    if unknown:
        problems.append(
            f"Blad {sheet}: de kolom {unknown[0]!r} is onbekend. Bekende kolommen: "
            f"{', '.join(known)}."
        )
    if columns[0].name not in heads:
        problems.append(f"Blad {sheet}: de kolom {columns[0].name!r} ontbreekt.")
        return []
    found = []
    for place, row in enumerate(rows[1:], start=2):
        if not any(code(cell) for cell in row):
            continue
        values = {}
        for head, cell in zip(heads, row, strict=False):
            column = known.get(head)
            if column is None:
                continue
            try:
                values[column.field] = column.read(cell)
                if column.read is day and values[column.field] is None:
                    _require_day(column)
            except ValueError as error:
                problems.append(f"Blad {sheet}, rij {place}, kolom {head}: {error}.")
                values.pop(column.field, None)
        missing = _missing(columns, values)
        if missing and not problems:
            problems.append(f"Blad {sheet}, rij {place}: de kolom {missing[0]!r} ontbreekt.")
        if not missing:
            found.append((place, values))
    return found


def _require_day(column: Column) -> None:
    if column.field not in OPTIONAL_DAYS:
        raise ValueError("vul een datum in, bijvoorbeeld 23-11-2026")


REQUIRED = {
    "code", "title", "step", "municipality", "route", "first", "last", "body", "held_on", "text",
    "number", "made_on", "reason", "starts_on", "ends_on",
}  # fmt: skip


def _missing(columns: tuple[Column, ...], values: Mapping[str, Any]) -> list[str]:
    return [c.name for c in columns if c.field in REQUIRED and c.field not in values]
