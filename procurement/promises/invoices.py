"""Read invoices: a table with a row per line, or UBL 2.1 (Peppol BIS, SI-UBL). Pure.

Only number, date, month, route, gemeente, hours and amounts without VAT are taken; what a line says
in words is left out, as it may name a learner.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any
from xml.etree import ElementTree as Xml

from core.workbooks.packing import read_xml
from providers.feed.read.small_files import (
    FileColumn,
    a_day,
    a_month,
    a_municipality,
    a_number,
    cell_fault,
    read_small_file,
    refuse_for,
)
from providers.register.cells import ROUTE_WORDS

MOST_BYTES = 2_000_000
MOST_LINES = 10_000
MOST_CENTS = 10**9
LONGEST_NUMBER = 40
CBC = "{urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2}"
CAC = "{urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2}"
ROOTS = {
    "{urn:oasis:names:specification:ubl:schema:xsd:Invoice-2}Invoice": ("Invoice", 1),
    "{urn:oasis:names:specification:ubl:schema:xsd:CreditNote-2}CreditNote": ("CreditNote", -1),
}
"""The document of a file: how its lines are called, and the sign of its amounts."""
HOUR = "HUR"
"""An hour in UN/ECE Recommendation 20."""


@dataclass(frozen=True, slots=True)
class ReadLine:
    """A line of an invoice."""

    month: date
    cents: int
    minutes: int | None = None
    route: int | None = None
    municipality: str | None = None


@dataclass(frozen=True, slots=True)
class ReadInvoice:
    """An invoice with its lines; ``contract`` is empty when the file names none."""

    contract: str
    number: str
    invoiced_on: date
    lines: list[ReadLine]


@dataclass(frozen=True)
class ReadFile:
    """The invoices of a file, and the columns of it that were left out."""

    invoices: list[ReadInvoice]
    ignored: tuple[str, ...] = ()


def read_invoices(content: bytes) -> ReadFile:
    """Read a file; ``DomainError`` names each fault with its place, its value and what to do."""
    if not content.lstrip(b"\xef\xbb\xbf \r\n\t").startswith((b"<", b"\xff\xfe<", b"\xfe\xff")):
        return _table(content)
    if len(content) > MOST_BYTES:
        refuse_for([f"Het bestand is groter dan {MOST_BYTES // 1_000_000} MB. Splits het."])
    try:
        root = read_xml(content)
    except ValueError as error:
        refuse_for([str(error)])
    if root.tag not in ROOTS:
        refuse_for(["Dit XML-bestand is geen factuur of creditnota in UBL 2.1."])
    return ReadFile([_Ubl(root).invoice()])


def _cents(text: str) -> int:
    amount = a_number(text.replace("€", ""))
    if amount != round(amount, 2) or abs(amount) * 100 > MOST_CENTS:
        raise ValueError("Vul een bedrag in euro in, bijvoorbeeld 1.234,50.")
    return int(amount * 100)


def _minutes(text: str) -> int:
    minutes = a_number(text) * 60
    if abs(minutes) > MOST_CENTS:
        raise ValueError("Vul uren in, bijvoorbeeld 12,5.")
    return round(minutes)


def _number(text: str) -> str:
    if not re.fullmatch(r"[\w./ -]{1,40}", text):
        raise ValueError(f"Gebruik letters, cijfers, punt, streep; hoogstens {LONGEST_NUMBER}.")
    return text


def _route(text: str) -> int:
    route = ROUTE_WORDS.get(text.casefold())
    if route is None:
        raise ValueError("Kies B, O of Z.")
    return route


TABLE = (
    FileColumn("contractnummer", required=False),
    FileColumn("factuurnummer", _number),
    FileColumn("factuurdatum", a_day, as_displayed=False),
    FileColumn("maand", a_month, as_displayed=False),
    FileColumn("bedrag", _cents, as_displayed=False),
    FileColumn("leerroute", _route, required=False),
    FileColumn("gemeente", a_municipality, required=False),
    FileColumn("uren", _minutes, required=False, as_displayed=False),
)


COLUMNS = tuple(column.name for column in TABLE)


def _table(content: bytes) -> ReadFile:
    file = read_small_file(content, TABLE, most_bytes=MOST_BYTES, most_rows=MOST_LINES)
    invoices: dict[str, tuple[int, ReadInvoice]] = {}
    faults = []
    for number, row in file.rows:
        line = ReadLine(row["maand"], row["bedrag"], row["uren"], row["leerroute"], row["gemeente"])
        head = (row["contractnummer"] or "", row["factuurnummer"], row["factuurdatum"])
        first, invoice = invoices.setdefault(head[1], (number, ReadInvoice(*head, [])))
        if head != (invoice.contract, invoice.number, invoice.invoiced_on):
            faults.append(
                f"Rij {number}: factuur {head[1]} heeft op rij {first} een andere datum of een "
                "ander contract. Geef elke factuur een eigen nummer."
            )
        invoice.lines.append(line)
    refuse_for(faults)
    return ReadFile([invoice for _, invoice in invoices.values()], file.ignored)


class _Ubl:
    """An invoice or credit note in UBL; every fault in it is noted."""

    def __init__(self, root: Xml.Element) -> None:
        self._root = root
        self._kind, self._sign = ROOTS[root.tag]
        self._faults: list[str] = []

    def invoice(self) -> ReadInvoice:
        """All of it; ``DomainError`` names what is wrong."""
        number = self._read("Factuurnummer (cbc:ID)", _text(self._root, f"{CBC}ID"), _number)
        day = _text(self._root, f"{CBC}IssueDate")
        on = self._read("Factuurdatum (cbc:IssueDate)", day, a_day)
        elements = self._root.findall(f"{CAC}{self._kind}Line")
        if not elements:
            self._faults.append("De factuur heeft geen regels.")
        lines = [self._line(line, f"Regel {at}") for at, line in enumerate(elements, start=1)]
        given = _text(self._root, f"{CAC}LegalMonetaryTotal/{CBC}LineExtensionAmount")
        total = self._read("Totaal zonder btw (LegalMonetaryTotal)", given, _amount) if given else 0
        refuse_for(self._faults)
        if given and self._sign * total != sum(line.cents for line in lines):
            what = f'tellen niet op tot het totaal "{given[:40]}" zonder btw'
            refuse_for([f"De regels van factuur {number} {what}. Vraag een nieuwe factuur."])
        contract = _text(self._root, f"{CAC}ContractDocumentReference/{CBC}ID")
        return ReadInvoice(contract, number, on, lines)

    def _read(self, place: str, text: str, read: Callable[[str], Any]) -> Any:
        try:
            return read(text)
        except ValueError as error:
            self._faults.append(cell_fault(place, text, error))
            return None

    def _line(self, line: Xml.Element, where: str) -> ReadLine:
        begin = f"{CAC}InvoicePeriod/{CBC}StartDate"
        period = _text(line, begin) or _text(self._root, begin)
        month = None
        if period:
            month = self._read(f"{where}, periode", period, a_month)
        else:
            self._faults.append(
                f"{where}: de periode (cac:InvoicePeriod) ontbreekt. Zet de maand erbij."
            )
        amount = line.find(f"{CBC}LineExtensionAmount")
        cents = None
        if amount is None or amount.get("currencyID", "EUR") != "EUR":
            self._faults.append(f"{where}: een bedrag in euro ontbreekt (cbc:LineExtensionAmount).")
        else:
            cents = self._read(f"{where}, bedrag", (amount.text or "").strip(), _amount)
        quantity = line.find(
            f"{CBC}{'Invoiced' if self._kind == 'Invoice' else 'Credited'}Quantity"
        )
        minutes = None
        if quantity is not None and quantity.get("unitCode") == HOUR:
            minutes = self._read(f"{where}, uren", (quantity.text or "").strip(), _plain_minutes)
        signed = [None if value is None else self._sign * value for value in (cents, minutes)]
        return ReadLine(month, signed[0], signed[1])  # type: ignore[arg-type]  # refused when None


def _text(node: Xml.Element, path: str) -> str:
    return (node.findtext(path) or "").strip()


def _plain(text: str) -> Decimal:
    """A number as XML writes it: a point before the decimals."""
    try:
        value = Decimal(text)
    except InvalidOperation:
        raise ValueError("Hier hoort een getal, bijvoorbeeld 1234.50.") from None
    if not value.is_finite() or abs(value) * 100 > MOST_CENTS:
        raise ValueError("Hier hoort een getal, bijvoorbeeld 1234.50.")
    return value


def _plain_minutes(text: str) -> int:
    return round(_plain(text) * 60)


def _amount(text: str) -> int:
    value = _plain(text)
    if value != round(value, 2):
        raise ValueError("Een bedrag heeft hoogstens twee decimalen.")
    return int(value * 100)
