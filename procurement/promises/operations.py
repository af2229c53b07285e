"""Take in invoices under a contract, and give a letter."""

import hashlib
from collections.abc import Iterator, Sequence
from datetime import datetime

from core import audit
from core.accounts import Account
from core.db import transaction
from core.errors import DomainError
from procurement.promises.invoices import ReadInvoice, read_invoices
from procurement.promises.letter import appendix, file_name, letter
from procurement.promises.models import Invoice, InvoiceLine
from procurement.promises.queries import (
    Ledger,
    ledger,
    numbers_of,
    rows_behind,
    rows_removed,
    settled_year,
    years_of,
)
from providers.feed.read.small_files import refuse_for
from providers.models import Contract
from quality.cards.inputs import newest_month_of
from quality.report.pdf import pdf


def take_in_invoices(
    contract: Contract, content: bytes, *, by: str, at: datetime
) -> tuple[str, ...]:
    """Keep the invoices of a file; one with the same number is replaced.

    Returns the columns that were left out. Refused when a line is about another contract, or a
    month outside this one.
    """
    file = read_invoices(content)
    invoices = file.invoices
    refuse_for(list(_faults(contract, invoices)), "outside")
    digest = hashlib.sha256(content).hexdigest()
    with transaction():
        for one in invoices:
            Invoice.delete().where(
                Invoice.contract == contract, Invoice.number == one.number
            ).execute()
            row = Invoice.create(
                contract=contract, number=one.number, invoiced_on=one.invoiced_on, sha256=digest,
                entered_by=by, entered_at=at,
            )  # fmt: skip
            for line in one.lines:
                InvoiceLine.create(
                    invoice=row, month=line.month, route=line.route,
                    municipality=line.municipality, minutes=line.minutes, cents=line.cents,
                )  # fmt: skip
        audit.record(
            at=at, actor=by, action="load", thing="invoice", thing_id=contract.number,
            after={"invoices": [one.number for one in invoices], "sha256": digest},
        )  # fmt: skip
    return file.ignored


def _faults(contract: Contract, invoices: Sequence[ReadInvoice]) -> Iterator[str]:
    for one in invoices:
        if one.contract and one.contract != contract.number:
            yield (
                f'Factuur {one.number} is van contract "{one.contract[:40]}", niet van '
                f"{contract.number}. Lees haar in bij dat contract."
            )
            continue
        for month in sorted({line.month for line in one.lines}):
            ended = contract.valid_until is not None and month > contract.valid_until
            if month < contract.valid_from.replace(day=1) or ended:
                yield (
                    f"Factuur {one.number} heeft een regel over {month:%m-%Y}. Het contract "
                    "loopt dan niet. Controleer de maand of kies een ander contract."
                )


def settle(
    contract: Contract, number: int | None, account: Account, *, by: str, at: datetime
) -> tuple[Ledger, dict[str, bytes]]:
    """Make the letter and appendix of a contract year, the newest complete one unless asked.

    ``DomainError`` when there are no rows of it.
    """
    year = settled_year(years_of(contract, newest_month_of(contract.provider.id)), number)
    if year is None or rows_removed(contract, year):
        raise DomainError(
            "year", "Van dit contractjaar zijn er geen rijen, of ze zijn opgeruimd. Kies een ander."
        )
    year_ledger = ledger(contract, year, account)
    rows = rows_behind(year_ledger, account, year_ledger.lines)
    numbers = numbers_of({row.track for behind in rows for row in behind})
    sheet, name = (
        letter(year_ledger, provider=contract.provider.name, today=at.date()),
        file_name(year_ledger),
    )
    files = {
        f"brief-{name}.pdf": pdf(sheet, at=at),
        f"bijlage-{name}.xlsx": appendix(year_ledger, rows, numbers),
    }
    record_letter(contract, year.number, by=by, at=at)
    return year_ledger, files


def record_letter(contract: Contract, year: int, *, by: str, at: datetime) -> None:
    """Leave in the log that a letter about a contract year was made."""
    with transaction():
        audit.record(
            at=at, actor=by, action="export", thing="promises",
            thing_id=f"{contract.number} jaar {year}",
        )  # fmt: skip
