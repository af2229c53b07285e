"""Invented promises, clauses and invoices for the contracts of the demo region."""

from datetime import datetime
from decimal import Decimal

from core.accounts import Account, Role
from core.dates import add_months
from procurement.promises.models import ContractClause, ContractPromise
from procurement.promises.operations import take_in_invoices
from procurement.promises.queries import ledger, years_of
from procurement.promises.rules import (
    BONUS,
    CERTIFIED,
    EVENING,
    FIXED,
    HOURS,
    MALUS,
    MONTH,
    PER_CENT,
    PER_HOUR,
    PER_LEARNER,
    PRICE,
    START,
    YEAR,
)
from providers.models import Contract
from quality.cards.inputs import newest_month_of

BIDS = (
    # Measure, in the contract (None: in the register), in the bid, where it stands.
    (HOURS, None, "13", "inschrijving G1, bladzijde 3"),
    (EVENING, "10", "15", "contract artikel 5.3; inschrijving G3"),
    (CERTIFIED, "80", "90", "contract artikel 5.1; inschrijving G2"),
    (START, None, "21", "inschrijving G1, bladzijde 5"),
)
CLAUSES = (
    ("9.1", MALUS, HOURS, PER_HOUR, YEAR, (("0", "14.50"),)),
    ("9.2", MALUS, CERTIFIED, PER_CENT, MONTH, (("0", "1"), ("5", "2"), ("10", "4"))),
    ("9.3", MALUS, START, PER_LEARNER, MONTH, (("1", "75"), ("14", "150"))),
    ("9.4", BONUS, EVENING, FIXED, YEAR, (("5", "2500"), ("10", "5000"))),
)
STAFFEL = ("8.1", PRICE, HOURS, PER_HOUR, YEAR, (("0", "14.75"), ("60000", "14.10")))
"""Of the largest school: hours above 60,000 in a year are cheaper."""
LARGEST, BILLS, BILLS_TOO_MUCH = "TA001", ("TA001", "TA002", "TA003"), "TA002"


def load_promises(*, by: str, at: datetime) -> None:
    """Put promises and clauses with every contract that has a price, and invoices with some."""
    for contract in Contract.select().order_by(Contract.number):
        if contract.hour_price_cents is None:
            continue
        for measure, value, bid, source in BIDS:
            ContractPromise.create(
                contract=contract, measure=measure, bid_value=Decimal(bid), source=source,
                value=None if value is None else Decimal(value),
            )  # fmt: skip
        code = contract.provider.code
        for article, kind, measure, basis, period, steps in (
            *([STAFFEL] if code == LARGEST else []),
            *CLAUSES,
        ):
            for threshold, amount in steps:
                ContractClause.create(
                    contract=contract, article=article, kind=kind, measure=measure, basis=basis,
                    period=period, threshold=Decimal(threshold), amount=Decimal(amount),
                )  # fmt: skip
        if code in BILLS:
            _bill(contract, too_much=code == BILLS_TOO_MUCH, by=by, at=at)


def _bill(contract: Contract, *, too_much: bool, by: str, at: datetime) -> None:
    """An invoice a month for the hours given; one school bills two months without its discounts."""
    reader = Account(role=Role.AUDITOR)
    newest = newest_month_of(contract.provider.id)
    for year in years_of(contract, newest):
        kept = ledger(contract, year, reader)
        rows = ["contractnummer;factuurnummer;factuurdatum;maand;uren;bedrag"]
        for place, month in enumerate(year.months, start=1):
            minutes = sum(h.offered for (_, m), h in kept.case.hours.items() if m == month)
            if not minutes:
                continue
            forgotten = too_much and place in (10, 11)
            cents = kept.cents(month, PRICE if forgotten else None)
            number = f"{contract.provider.code[2:]}{month:%Y%m}"
            rows.append(
                f"{contract.number};{number};{add_months(month, 1):%d-%m-%Y};{month:%Y-%m};"
                f"{minutes / 60:.2f};{cents / 100:.2f}"
            )
        take_in_invoices(contract, "\n".join(rows).encode(), by=by, at=at)
