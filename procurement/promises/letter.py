"""The letter about a contract year, and its appendix with the rows."""

import io
import zipfile
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from core.export import may_be_formula
from core.formats import day_text, euro_text
from core.small_numbers import NOT_SHOWN
from procurement.promises.queries import Ledger
from procurement.promises.rules import BONUS, MALUS, PRICE, Row
from procurement.promises.words import (
    COUNTING,
    LINE_HEADERS,
    MONTH_HEADERS,
    PROMISE_HEADERS,
    SUM_HEADERS,
    answer_text,
    clause_text,
    missing_text,
    month_rows,
    period_text,
    promise_rows,
    route_text,
    summed_rows,
    working_text,
    year_text,
)
from quality.report.blocks import Block, Bullets, Report, Section, Table, Text
from quality.report.pdf import pdf

APPENDIX = (
    "De bijlage (XLSX) noemt bij elk bedrag de trajectnummers. De som van die regels is het bedrag "
    "in deze brief."
)
ANSWER_TERM = "Klopt er iets niet? Laat het binnen tien werkdagen na ontvangst weten, per regel."


def letter(ledger: Ledger, *, provider: str, today: date) -> Report:
    """The letter to the aanbieder: what was promised and given, and what that comes to."""
    return Report(
        title=f"Afrekening van contract {ledger.contract.number}",
        subject=f"Aan {provider}, over {year_text(ledger)}. Gemaakt op {day_text(today)}",
        answer=answer_text(ledger, provider),
        facts=facts(ledger),
        sections=(
            Section("Wat is beloofd, en wat is gegeven", _promises(ledger)),
            Section("Maand voor maand", _months(ledger)),
            Section("Bedragen", _amounts(ledger)),
            Section("Zo is gerekend", (Bullets(COUNTING),)),
            Section(
                "Bijlage en reactie",
                (Text(APPENDIX), Text(ANSWER_TERM)),
            ),
        ),
    )  # fmt: skip


def facts(ledger: Ledger) -> tuple[tuple[str, str], ...]:
    """What it comes to, in five figures."""
    has_amounts = ledger.has_price and not ledger.hides_amounts
    parts = [
        ("Waarde van de uren", ledger.cents(kind=PRICE)),
        ("Korting (malus)", ledger.cents(kind=MALUS)),
        ("Toeslag (bonus)", ledger.cents(kind=BONUS)),
        ("Volgens het contract", ledger.cents()),
    ]
    lines = [(label, euro_text(cents) if has_amounts else NOT_SHOWN) for label, cents in parts]
    if not ledger.has_price:
        lines = [("Prijs per lesuur", "niet afgesproken")]
    if ledger.invoiced:
        lines.append(("Gefactureerd", euro_text(ledger.invoiced_cents)))
    return tuple(lines)


def _table(
    caption: str, headers: Sequence[str], rows: Sequence[tuple[str, ...]], numeric: Any
) -> Table:
    return Table(caption, tuple(headers), tuple(rows), tuple(numeric))


HOURS_COLUMNS = 6
"""On paper hours and amounts are two tables: nine columns do not fit."""


def _months(ledger: Ledger) -> tuple[Block, ...]:
    rows = month_rows(ledger)
    hours = [row[:HOURS_COLUMNS] for row in rows]
    amounts = [(row[0], *row[HOURS_COLUMNS:]) for row in rows]
    names = (MONTH_HEADERS[0], *MONTH_HEADERS[HOURS_COLUMNS:])
    missing = missing_text(ledger)
    return (
        *([Text(missing)] if missing else []),
        _table("Uren per maand", MONTH_HEADERS[:HOURS_COLUMNS], hours, range(1, HOURS_COLUMNS)),
        _table("Bedragen per maand, zonder btw", names, amounts, (1, 2, 3)),
    )


def _promises(ledger: Ledger) -> tuple[Block, ...]:
    rows = promise_rows(ledger)
    if not rows:
        return (Text("In het contract en de inschrijving staan geen beloften."),)
    return (_table("Beloften over het hele jaar", PROMISE_HEADERS, rows, (2, 3, 4)),)


def _amounts(ledger: Ledger) -> tuple[Block, ...]:
    if not ledger.lines:
        return (Text("Het contract geeft over dit jaar geen bedragen."),)
    return (_table("Bedragen per clausule, zonder btw", SUM_HEADERS, summed_rows(ledger), (3,)),)


ROW_HEADERS = (
    "Bedrag nr.", "Clausule", "Leerroute", "Maand", "Trajectnummer", "Uren beloofd",
    "Uren gegeven", "Uren avond en weekend", "Uren bevoegde docent", "Dagen tot de eerste les",
    "Euro",
)  # fmt: skip


def appendix(ledger: Ledger, rows: Sequence[Sequence[Row]], numbers: Mapping[int, str]) -> bytes:
    """A workbook: every amount, every row behind it, and a formula that adds the rows up again."""
    import xlsxwriter  # noqa: PLC0415  only when a workbook is asked for

    content = io.BytesIO()
    book = xlsxwriter.Workbook(content, {"in_memory": True, "strings_to_formulas": False})
    book.set_properties({"title": f"Afrekening {ledger.contract.number}", "created": None})
    bold, euro = book.add_format({"bold": True}), book.add_format({"num_format": "#,##0.00"})
    quoted = book.add_format({"quote_prefix": True})
    amounts, detail = book.add_worksheet("Bedragen"), book.add_worksheet("Regels")
    amounts.set_column(0, 0, 6)
    amounts.set_column(1, 4, 34)
    amounts.set_column(5, 7, 16)
    detail.set_column(0, len(ROW_HEADERS) - 1, 18)
    amounts.write_row(0, 0, ("Nr.", *LINE_HEADERS, "Som van de regels", "Verschil"), bold)
    detail.write_row(0, 0, ROW_HEADERS, bold)
    for page in (amounts, detail):
        page.freeze_panes(1, 0)
    at = 0
    for place, (line, behind) in enumerate(zip(ledger.lines, rows, strict=True), start=1):
        texts = (clause_text(line), route_text(line.route), period_text(line), working_text(line))
        amounts.write_number(place, 0, place)
        for column, text in enumerate(texts, start=1):
            amounts.write_string(place, column, text)
        amounts.write_number(place, 5, line.cents / 100, euro)
        total = f"=SUMIF(Regels!A:A,A{place + 1},Regels!K:K)"
        amounts.write_formula(place, 6, total, euro, sum(row.cents for row in behind) / 100)
        amounts.write_formula(place, 7, f"=ROUND(F{place + 1}-G{place + 1},2)", euro, 0)
        for row in behind:
            at += 1
            detail.write_number(at, 0, place)
            for column, text in enumerate((*texts[:3], numbers[row.track]), start=1):
                shape = quoted if may_be_formula(text) else None
                detail.write_string(at, column, text, shape)
            for column, value in enumerate(_cells(row), start=5):
                if value is not None:
                    detail.write_number(at, column, value)
            detail.write_number(at, 10, row.cents / 100, euro)
    last = len(ledger.lines) + 1
    amounts.write_string(last, 1, "Totaal", bold)
    amounts.write_formula(last, 5, f"=SUM(F1:F{last})", euro, ledger.cents() / 100)
    book.close()
    return content.getvalue()


def _cells(row: Row) -> tuple[float | None, ...]:
    hours = row.hours
    owed = None if hours.owed is None else float(hours.owed) / 60
    if row.days is not None:
        return None, None, None, None, row.days
    return owed, hours.offered / 60, hours.evening / 60, hours.certified / 60, None


def file_name(ledger: Ledger) -> str:
    """For downloads: contract and year, without signs that a file name cannot have."""
    safe = "".join(c if c.isalnum() or c in "-_" else "-" for c in ledger.contract.number)
    return f"{safe}-jaar-{ledger.year.number}"


def parcel(report: Report, workbook: bytes, *, name: str, at: datetime) -> bytes:
    """Letter and appendix in one ZIP."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr(f"brief-{name}.pdf", pdf(report, at=at))
        file.writestr(f"bijlage-{name}.xlsx", workbook)
    return content.getvalue()
