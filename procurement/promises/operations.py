"""Take in invoices under a contract, and give a letter."""

import hashlib
from collections.abc import Sequence
from datetime import datetime

from core import audit
from core.db import transaction
from core.errors import DomainError
from procurement.promises.invoices import ReadInvoice, read_invoices
from procurement.promises.models import Invoice, InvoiceLine
from providers.models import Contract


def take_in_invoices(contract: Contract, content: bytes, *, by: str, at: datetime) -> int:
    """Keep the invoices of a file; one with the same number is replaced. Returns how many.

    Refused when a line is about another contract, or a month outside this one.
    """
    invoices = read_invoices(content)
    _check(contract, invoices)
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
    return len(invoices)


def _check(contract: Contract, invoices: Sequence[ReadInvoice]) -> None:
    for one in invoices:
        if one.contract and one.contract != contract.number:
            raise DomainError(
                "other_contract",
                f'Factuur {one.number} is van contract "{one.contract[:40]}", niet van '
                f"{contract.number}. Lees haar in bij dat contract.",
                field="file",
            )
        for line in one.lines:
            ended = contract.valid_until is not None and line.month > contract.valid_until
            if line.month < contract.valid_from.replace(day=1) or ended:
                raise DomainError(
                    "outside",
                    f"Factuur {one.number} heeft een regel over {line.month:%m-%Y}. Het contract "
                    "loopt dan niet. Controleer de maand of kies een ander contract.",
                    field="file",
                )


def record_letter(contract: Contract, year: int, *, by: str, at: datetime) -> None:
    """Leave in the log that a letter about a contract year was made."""
    with transaction():
        audit.record(
            at=at, actor=by, action="export", thing="promises",
            thing_id=f"{contract.number} jaar {year}",
        )  # fmt: skip
