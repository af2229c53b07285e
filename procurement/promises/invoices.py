"""Read invoices: CSV with a row per line, or UBL 2.1 (Peppol BIS, SI-UBL). Pure.

Only number, date, month, route, gemeente, hours and amounts without VAT are taken; what a line says
in words is left out, as it may name a learner.
"""

import csv
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any
from xml.etree import ElementTree as Xml

from core.dates import month_of
from core.errors import DomainError
from core.formats import read_day, read_decimal, read_month
from core.municipalities import names
from core.workbooks.packing import read_xml
from providers.codes import LearningRoute

REQUIRED = ("factuurnummer", "factuurdatum", "maand", "bedrag")
COLUMNS = ("contractnummer", *REQUIRED, "leerroute", "gemeente", "uren")
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
    lines: tuple[ReadLine, ...]


def read_invoices(content: bytes) -> list[ReadInvoice]:
    """Read a file; the first fault is refused with its place, its value and what to do."""
    if len(content) > MOST_BYTES:
        raise _refused(f"Het bestand is groter dan {MOST_BYTES // 1_000_000} MB. Splits het.")
    if content.lstrip(b"\xef\xbb\xbf \r\n\t").startswith((b"<", b"\xff\xfe<", b"\xfe\xff")):
        return [_ubl(content)]
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", "replace")
    return _csv(text)


def _refused(message: str) -> DomainError:
    return DomainError("invoice", message, field="file")


def _cell(place: str, value: str, read: Callable[[str], Any]) -> Any:
    try:
        return read(value)
    except ValueError as error:
        raise _refused(f'{place}: "{value[:40]}" kan niet. {error}') from None


def _cents(text: str) -> int:
    amount = read_decimal(text.replace("€", ""))
    if amount != round(amount, 2) or abs(amount) * 100 > MOST_CENTS:
        raise ValueError("Vul een bedrag in euro in, bijvoorbeeld 1.234,50.")
    return int(amount * 100)


def _minutes(text: str) -> int:
    minutes = read_decimal(text) * 60
    if abs(minutes) > MOST_CENTS:
        raise ValueError("Vul uren in, bijvoorbeeld 12,5.")
    return round(minutes)


def _number(text: str) -> str:
    if not re.fullmatch(r"[\w./ -]{1,40}", text):
        raise ValueError(f"Gebruik letters, cijfers, punt, streep; hoogstens {LONGEST_NUMBER}.")
    return text


def _route(text: str) -> int:
    try:
        return int(LearningRoute.from_code(text.upper()))
    except (KeyError, ValueError):
        raise ValueError("Kies B, O of Z.") from None


def _municipality(text: str) -> str:
    code = text.zfill(4)
    if code in names():
        return code
    by_name = {name.lower(): code for code, name in names().items()}
    if text.lower() not in by_name:
        raise ValueError("Vul de naam of de code van een gemeente in.")
    return by_name[text.lower()]


def _csv(text: str) -> list[ReadInvoice]:
    rows = text.splitlines()
    separator = ";" if rows and ";" in rows[0] else ","
    reader = csv.DictReader(rows, delimiter=separator)
    missing = [name for name in REQUIRED if name not in (reader.fieldnames or ())]
    if missing:
        raise _refused(
            f"In het bestand ontbreekt: {', '.join(missing)}. Nodig: {', '.join(REQUIRED)}; "
            "leerroute, gemeente, uren en contractnummer mogen erbij. UBL (XML) mag ook."
        )
    lines: dict[tuple[str, str, date], list[ReadLine]] = {}
    for number, cells in enumerate(reader, start=2):
        if number > MOST_LINES:
            raise _refused(f"Het bestand heeft meer dan {MOST_LINES} rijen. Splits het.")

        def cell(name: str, read: Callable[[str], Any], at: int = number, of: Any = cells) -> Any:
            value = (of.get(name) or "").strip()
            if not value and name not in REQUIRED:
                return None
            return _cell(f"Rij {at}, kolom {name}", value, read)

        key = (
            cell("contractnummer", str) or "",
            cell("factuurnummer", _number),
            cell("factuurdatum", read_day),
        )
        lines.setdefault(key, []).append(
            ReadLine(
                cell("maand", read_month), cell("bedrag", _cents), cell("uren", _minutes),
                cell("leerroute", _route), cell("gemeente", _municipality),
            )
        )  # fmt: skip
    if not lines:
        raise _refused("Het bestand heeft geen rijen.")
    return [ReadInvoice(*key, tuple(parts)) for key, parts in lines.items()]


def _ubl(content: bytes) -> ReadInvoice:
    try:
        root = read_xml(content)
    except ValueError as error:
        raise _refused(str(error)) from None
    if root.tag not in ROOTS:
        raise _refused("Dit XML-bestand is geen factuur of creditnota in UBL 2.1.")
    kind, sign = ROOTS[root.tag]
    period = _text(root, f"{CAC}InvoicePeriod/{CBC}StartDate")
    number = _cell("Factuurnummer (cbc:ID)", _text(root, f"{CBC}ID"), _number)
    on = _cell("Factuurdatum (cbc:IssueDate)", _text(root, f"{CBC}IssueDate"), read_day)
    lines = tuple(
        _ubl_line(line, place, kind, sign, period)
        for place, line in enumerate(root.findall(f"{CAC}{kind}Line"), start=1)
    )
    if not lines:
        raise _refused("De factuur heeft geen regels.")
    total = _text(root, f"{CAC}LegalMonetaryTotal/{CBC}LineExtensionAmount")
    if total and sign * _amount(total, "LegalMonetaryTotal") != sum(one.cents for one in lines):
        raise _refused(
            f'De regels van factuur {number} tellen niet op tot het totaal "{total[:40]}" '
            "zonder btw. Vraag een nieuwe factuur."
        )
    contract = _text(root, f"{CAC}ContractDocumentReference/{CBC}ID")
    return ReadInvoice(contract, number, on, lines)


def _ubl_line(line: Xml.Element, place: int, kind: str, sign: int, period: str) -> ReadLine:
    where = f"Regel {place}"
    begin = _text(line, f"{CAC}InvoicePeriod/{CBC}StartDate") or period
    if not begin:
        raise _refused(f"{where}: de periode (cac:InvoicePeriod) ontbreekt. Zet de maand erbij.")
    amount = line.find(f"{CBC}LineExtensionAmount")
    if amount is None or amount.get("currencyID", "EUR") != "EUR":
        raise _refused(f"{where}: een bedrag in euro ontbreekt (cbc:LineExtensionAmount).")
    quantity = line.find(f"{CBC}{'Invoiced' if kind == 'Invoice' else 'Credited'}Quantity")
    minutes = None
    if quantity is not None and quantity.get("unitCode") == HOUR:
        minutes = sign * _cell(f"{where}, uren", (quantity.text or "").strip(), _plain_minutes)
    return ReadLine(
        month_of(_cell(f"{where}, periode", begin, read_day)),
        sign * _amount((amount.text or "").strip(), where),
        minutes,
    )


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


def _amount(text: str, where: str) -> int:
    value: Decimal = _cell(f"{where}, bedrag", text, _plain)
    if value != round(value, 2):
        raise _refused(f'{where}, bedrag: "{text[:40]}" heeft meer dan twee decimalen.')
    return int(value * 100)
