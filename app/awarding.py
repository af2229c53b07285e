"""From an award to the register: the contract, and the aanbieder when it is a new one."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from core.db import transaction
from core.errors import DomainError
from core.formats import day_text
from procurement.bid_models import Award
from procurement.bid_operations import sign_contract
from providers.models import Contract, Provider
from providers.register import RegisterTable, read_tables
from providers.register_operations import import_register
from quality.operations import follow_register

from providers.register_values import WHOLE_REGION
FIELDS = {
    "aanbiedercode": "provider",
    "contractnummer": "number",
    "gemeenten": "municipalities",
    "van": "starts_on",
    "tot": "ends_on",
}
"""Column of the register -> field of the form."""


@dataclass(frozen=True, slots=True)
class Signed:
    """What a person confirms about the contract of an award."""

    provider: str
    number: str
    municipalities: tuple[str, ...]
    signed_on: date
    starts_on: date
    ends_on: date | None


def known_provider(award: Award) -> Provider | None:
    """The aanbieder that this tenderer already is: by its number at the chamber of commerce."""
    number = award.bid.chamber_number
    return Provider.get_or_none(Provider.chamber_number == number) if number else None


def register_contract(award: Award, signed: Signed, *, by: str, at: datetime) -> None:
    """Put the contract in the register, then close the award; all of it or nothing."""
    bid = award.bid
    # Who has no price is not ranked, and so not awarded.
    price = Decimal(bid.price_cents or 0) / 100
    known = Provider.get_or_none(Provider.code == signed.provider)
    if known is not None and bid.chamber_number and known.chamber_number != bid.chamber_number:
        raise DomainError(
            "provider",
            f"{signed.provider} is {known.name}, met een ander KvK-nummer. Kies een andere code.",
            field="provider",
        )
    if Contract.select().where(Contract.number == signed.number).exists():
        raise DomainError(
            "number", f"Contract {signed.number} staat al in het register.", field="number"
        )
    contract = {
        "contractnummer": signed.number,
        "aanbiedercode": signed.provider,
        "leerroutes": str(bid.lot.route),
        "gemeenten": ", ".join(signed.municipalities) or WHOLE_REGION,
        "van": day_text(signed.starts_on),
        "tot": day_text(signed.ends_on) if signed.ends_on else "",
        "prijs_per_traject": f"{price:.2f}".replace(".", ","),
    }
    tables = [_table("contracten", contract)]
    if known is None:
        provider = {
            "aanbiedercode": signed.provider,
            "naam": bid.tenderer,
            "kvk": bid.chamber_number or "",
            "email": bid.email,
        }
        tables.insert(0, _table("aanbieders", provider))
    with transaction():
        register = read_tables(tables)
        result = import_register(register, by=by, at=at)
        problems = [*register.problems, *result.problems]
        if problems:
            first = problems[0]
            raise DomainError(first.code, first.message, field=FIELDS.get(first.column or ""))
        sign_contract(
            award, signed.number, signed_on=signed.signed_on, starts_on=signed.starts_on,
            ends_on=signed.ends_on, by=by, at=at,
        )  # fmt: skip
        follow_register(by=by, at=at, providers=result.providers)


def _table(sheet: str, row: dict[str, str]) -> RegisterTable:
    return RegisterTable(sheet, list(row), [(2, list(row.values()))])
