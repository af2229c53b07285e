"""A plan as plain tables: the sheets of a workbook, or one CSV each. Nothing is lost either way."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from core.dates import Recess
from core.errors import DomainError
from core.workbooks.sheets import fault
from procurement.exchange.cells import (
    Column,
    code,
    day,
    echo,
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
from procurement.plan.steps import Kind, Link, LinkType, Outcome, ReplanCause, Unit
from procurement.plan.terms import Procedure, Purpose

Row = Sequence[Any]
Sheets = dict[str, list[Row]]
"""Rows of each sheet; the first row holds the names of the columns."""

HEADER_WITHIN = 20
"""So many rows may stand above the names of the columns."""
WAIT = re.compile(r"(\S+?)(?:\s+(FS|SS|FF)?\s*(?:([+-]\s*\d{1,4})\s*(wd|cd))?)?")


class PlanFileError(DomainError):
    """A plan file that cannot be read, with everything that is wrong in it."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("plan_file", problems[0], field="file", more=problems[1:])
        self.problems = problems


@dataclass(frozen=True)
class PlanFile:
    """A plan as a file says it, and what of the file the plan cannot hold or holds otherwise."""

    document: PlanDocument
    notices: tuple[str, ...] = ()


def _purpose(value: Any) -> Purpose | None:
    return one_of(Purpose)(value) if code(value) else None


def _cause(value: Any) -> ReplanCause | None:
    return one_of(ReplanCause)(value) if code(value) else None


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
    Column("huidig_contract_tot_en_met", "current_until", day),
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
    key: tuple[str, ...]
    columns: tuple[Column, ...]


PLAIN_SHEETS = (
    Sheet(
        "besluiten", "decisions", PlanDecision, ("step", "municipality"),
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
        "deelname", "participations", PlanParticipation, ("municipality", "route"),
        (
            Column("gemeente", "municipality", municipality),
            Column("leerroute", "route", code),
            Column("schaal", "scale", code),
            Column("reden", "reason", text),
        ),
    ),
    Sheet(
        "reces", "recesses", Recess, ("first", "last", "name"),
        (
            Column("van", "first", day),
            Column("tot_en_met", "last", day),
            Column("naam", "name", text),
        ),
    ),
    Sheet(
        "vergaderingen", "meetings", PlanMeeting, ("municipality", "body", "held_on"),
        (
            Column("gemeente", "municipality", municipality),
            Column("orgaan", "body", code),
            Column("datum", "held_on", day),
        ),
    ),
    Sheet(
        "acties", "actions", PlanAction, ("text",),
        (
            Column("actie", "text", text),
            Column("gedaan", "state", code),
            Column("reden", "reason", text),
            Column("eigenaar", "owner", text),
            Column("voor", "due_on", day),
        ),
    ),
    Sheet(
        "risicos", "risks", PlanRisk, ("title",),
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
    Column("verschoven_door", "cause", _cause),
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
                "schrijf een afhankelijkheid als 5, als 8 SS of als 10 FS+45cd. "
                f"Er staat {echo(part)}"
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


def from_sheets(sheets: Mapping[str, list[Row]], base: PlanDocument | None = None) -> PlanFile:
    """Read sheets into a plan; parts, rows' columns and fields that are absent stay as in ``base``.

    A sheet or column that is not ours is named, and left out.
    """
    problems: list[str] = []
    notices = _named_sheets(sheets, problems)
    document = base
    if "traject" in sheets:
        header = _header(sheets["traject"], base, problems, notices)
        document = PlanDocument(header) if base is None else replace(base, header=header)
    if document is None:
        raise PlanFileError(
            problems or ["Het blad traject ontbreekt. Zet daar de code en de naam in."]
        )
    changes: dict[str, Any] = {}
    if "mijlpalen" in sheets:
        changes["steps"], changes["links"] = _steps(
            sheets["mijlpalen"], document, problems, notices
        )
    for sheet in PLAIN_SHEETS:
        if sheet.name in sheets:
            rows = _read(sheet.name, sheets[sheet.name], sheet.columns, problems, notices)
            present = {_key(item, sheet.key): item for item in getattr(document, sheet.part)}
            changes[sheet.part] = tuple(
                _item(values, present.get(tuple(values.get(k) for k in sheet.key)), sheet.item)
                for _, values in rows
            )
    if "planversies" in sheets:
        changes["baselines"] = _versions(sheets, problems, notices)
    if problems:
        raise PlanFileError(problems)
    return PlanFile(_without_gone(replace(document, **changes), sheets), tuple(notices))


def _without_gone(document: PlanDocument, sheets: Mapping[str, list[Row]]) -> PlanDocument:
    """Let decisions and risks go along with milestones that are no longer there."""
    codes = {step.code for step in document.steps}
    if "besluiten" not in sheets:
        kept = tuple(d for d in document.decisions if d.step in codes)
        document = replace(document, decisions=kept)
    if "risicos" not in sheets:
        risks = (r if r.step in codes else replace(r, step=None) for r in document.risks)
        document = replace(document, risks=tuple(risks))
    return document


def _key(item: Any, names: tuple[str, ...]) -> tuple[Any, ...]:
    return tuple(getattr(item, name) for name in names)


def _item(values: dict[str, Any], present: Any, make: Callable[..., Any]) -> Any:
    """A new item, or the present one with what the file says of it."""
    return make(**values) if present is None else replace(present, **values)


def _columns_of(name: str) -> tuple[Column, ...]:
    if name == "mijlpalen":
        return (*STEP_COLUMNS, Column(WAITS, WAITS, text))
    if name in ("planversies", "planversie_data"):
        return VERSION_COLUMNS if name == "planversies" else VERSION_DATE_COLUMNS
    return next((sheet.columns for sheet in PLAIN_SHEETS if sheet.name == name), ())


SHEET_NAMES = (
    "traject", "mijlpalen", *(sheet.name for sheet in PLAIN_SHEETS), "planversies",
    "planversie_data",
)  # fmt: skip


def _named_sheets(sheets: Mapping[str, list[Row]], problems: list[str]) -> list[str]:
    """Refuse what is no plan, or has a sheet of the plan under another name; name the rest."""
    plan_sheets = [name for name in sheets if name in SHEET_NAMES]
    others = [name for name in sheets if name not in SHEET_NAMES]
    for name in others:
        twin = _looks_like(sheets[name], plan_sheets)
        if twin:
            problems.append(
                f"Blad {echo(name)} heeft de kolommen van het blad {twin}, maar niet die naam. "
                f"Noem het weer {twin}."
            )
    if not {"traject", "mijlpalen"} & set(plan_sheets) and not problems:
        names = ", ".join(echo(name) for name in sheets) or "geen enkel blad"
        message = (
            f"Dit bestand is geen plan. Gevonden: {names}. Een plan heeft een blad mijlpalen (en "
            "traject, als het nieuw is)."
        )
        raise PlanFileError([message])
    return [f"Het blad {echo(name)} hoort niet bij een plan en is niet gelezen." for name in others]


def _looks_like(rows: list[Row], plan_sheets: list[str]) -> str | None:
    for name in SHEET_NAMES:
        columns = {c.name for c in _columns_of(name)}
        if name not in plan_sheets and columns:
            least = max(3, len(columns) // 2)
            for row in rows[:HEADER_WITHIN]:
                if len(columns & {_head(cell) for cell in row}) >= least:
                    return name
    return None


def _header(
    rows: list[Row], base: PlanDocument | None, problems: list[str], notices: list[str]
) -> Header:
    names = {c.name: c for c in HEADER_COLUMNS}
    values: dict[str, Any] = {}
    seen = False
    for row in rows:
        if not row or not code(row[0]):
            continue
        value = row[1] if len(row) > 1 else ""
        column = names.get(_head(row[0]))
        if column is None:
            # Titles above the fields are no fields.
            if seen and _head(row[0]) != "veld":
                notices.append(f"Blad traject: het veld {echo(code(row[0]))} is niet gelezen.")
            continue
        seen = True
        try:
            _require_value(value)
            values[column.field] = column.read(value)
        except ValueError as error:
            problems.append(f"Blad traject, veld {column.name}: {_sentence(error)}")
    if base is not None:
        given = values.get("code", base.header.code)
        if given != base.header.code:
            problems.append(
                f"Dit plan is van traject {given}, niet van {base.header.code}. Kies het goede "
                "traject of bestand."
            )
        return replace(base.header, **values)
    return Header(**({"code": "", "name": ""} | values))


def _steps(
    rows: list[Row], document: PlanDocument, problems: list[str], notices: list[str]
) -> tuple[tuple[PlanStep, ...], tuple[Link, ...]]:
    steps: list[PlanStep] = []
    links: list[Link] = []
    present = {step.code: step for step in document.steps}
    for place, values in _read(
        "mijlpalen", rows, _columns_of("mijlpalen"), problems, notices, existing=present
    ):
        waiting = values.pop(WAITS, None)
        step = _item(values, present.get(values["code"]), PlanStep)
        steps.append(step)
        if waiting is None:
            links.extend(link for link in document.links if link.after == step.code)
            continue
        try:
            links.extend(read_waits(waiting, step.code))
        except ValueError as error:
            problems.append(f"Blad mijlpalen, rij {place}, kolom {WAITS}: {_sentence(error)}")
    # What a step waits for may have gone from the file while its column stayed away.
    codes = {step.code for step in steps}
    if not any(_head(cell) == WAITS for row in rows[:HEADER_WITHIN] for cell in row):
        links = [link for link in links if link.before in codes]
    return tuple(steps), tuple(links)


def _versions(
    sheets: Mapping[str, list[Row]], problems: list[str], notices: list[str]
) -> tuple[PlanBaseline, ...]:
    dates: dict[int, list[BaselineDate]] = {}
    rows = sheets.get("planversie_data", [])
    for _, values in _read("planversie_data", rows, VERSION_DATE_COLUMNS, problems, notices):
        version = values.pop("number")
        dates.setdefault(version, []).append(BaselineDate(**values))
    versions = _read("planversies", sheets["planversies"], VERSION_COLUMNS, problems, notices)
    return tuple(
        PlanBaseline(**values, dates=tuple(dates.get(values["number"], ())))
        for _, values in versions
    )


OPTIONAL_DAYS = {c.field for c in (*STEP_COLUMNS, *HEADER_COLUMNS) if c.read is day} | {
    "meeting_on", "decided_on", "due_on",
}  # fmt: skip


def _read(
    sheet: str,
    rows: list[Row],
    columns: tuple[Column, ...],
    problems: list[str],
    notices: list[str],
    *,
    existing: Mapping[str, Any] | None = None,
) -> list[tuple[int, dict[str, Any]]]:
    """Values by field of every row, with the row number that a spreadsheet shows.

    ``existing`` holds what has a code already: of that, only the code must be there.
    """
    by_name = {c.name: c for c in columns}
    at = _header_row(rows, by_name)
    if at is None:
        if any(code(cell) for row in rows for cell in row):
            problems.append(
                f"Blad {sheet}: de kolom {columns[0].name!r} ontbreekt. Bekende kolommen: "
                f"{', '.join(by_name)}."
            )
        return []
    heads = [_head(cell) for cell in rows[at]]
    for head in dict.fromkeys(heads):
        if head and head not in by_name:
            notices.append(f"Blad {sheet}: de kolom {echo(head)} is onbekend en niet gelezen.")
        elif head and heads.count(head) > 1:
            problems.append(f"Blad {sheet}: de kolom {head!r} staat er twee keer. Haal er een weg.")
    rows_read = []
    for place, row in enumerate(rows[at + 1 :], start=at + 2):
        if any(str(cell).strip() for cell in row):
            where = f"Blad {sheet}, rij {place}"
            values = _read_row(where, row, heads, by_name, problems)
            missing = _missing(columns, values)
            if existing is not None and values.get("code") in existing:
                missing = []
            if missing and not problems:
                problems.append(f"Blad {sheet}, rij {place}: de kolom {missing[0]!r} ontbreekt.")
            if not missing:
                rows_read.append((place, values))
    return rows_read


def _read_row(
    where: str,
    row: Row,
    heads: list[str],
    by_name: Mapping[str, Column],
    problems: list[str],
) -> dict[str, Any]:
    values = {}
    if any(str(cell).strip() for cell in row[len(heads) :]):
        problems.append(
            f"{where}: er staan meer cellen dan kolommen. Zet tekst met een "
            "scheidingsteken tussen aanhalingstekens."
        )
    # Blank cells at the end of a row are in no file.
    cells = [*row, *[""] * (len(heads) - len(row))]
    for head, cell in zip(heads, cells, strict=False):
        column = by_name.get(head)
        if column is None:
            continue
        try:
            _require_value(cell)
            values[column.field] = column.read(cell)
            if column.read is day and values[column.field] is None:
                _require_day(column)
        except ValueError as error:
            problems.append(f"{where}, kolom {head}: {_sentence(error)}")
            values.pop(column.field, None)
    return values


def _header_row(rows: list[Row], by_name: Mapping[str, Column]) -> int | None:
    """Place of the row that names most columns, the first of them among these."""
    first = next(iter(by_name))
    best: tuple[int, int] | None = None
    for place, row in enumerate(rows[:HEADER_WITHIN]):
        heads = {_head(cell) for cell in row}
        score = len(heads & set(by_name))
        if first in heads and (best is None or score > best[0]):
            best = (score, place)
    return None if best is None else best[1]


def _head(cell: Any) -> str:
    """Name of a column, however it is spelled: ``Uiterste datum`` is ``uiterste_datum``."""
    try:
        return re.sub(r"[\s_-]+", "_", code(cell).lower()).strip("_:")
    except ValueError:
        return ""


def _require_value(cell: Any) -> None:
    """Refuse what stands for no value: an error, a formula without result, a merged cell."""
    if isinstance(cell, str) and (sentence := fault(cell)):
        raise ValueError(sentence)


def _sentence(error: ValueError) -> str:
    text_ = str(error)
    return text_ if text_.endswith(".") else f"{text_}."


def _require_day(column: Column) -> None:
    if column.field not in OPTIONAL_DAYS:
        raise ValueError("vul een datum in, bijvoorbeeld 23-11-2026")


REQUIRED = {
    "code", "title", "step", "municipality", "route", "first", "last", "body", "held_on", "text",
    "number", "made_on", "reason", "starts_on", "ends_on",
}  # fmt: skip


def _missing(columns: tuple[Column, ...], values: Mapping[str, Any]) -> list[str]:
    return [c.name for c in columns if c.field in REQUIRED and c.field not in values]
