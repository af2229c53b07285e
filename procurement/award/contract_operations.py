"""From an award to the register: the contract, and the aanbieder when it is a new one."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from core.db import transaction
from core.errors import DomainError
from core.formats import day_text
from procurement.award.decision_operations import Signed, sign_contract
from procurement.award.models import Award
from procurement.award.queries import lot_file, price_of
from providers.models import Contract, Provider
from providers.register.cells import WHOLE_REGION
from providers.register.operations import import_register
from providers.register.rows import RegisterTable, read_tables
from quality.cards.operations import follow_register

FIELDS = {
    "aanbiedercode": "provider",
    "contractnummer": "number",
    "gemeenten": "municipalities",
    "van": "starts_on",
    "tot": "ends_on",
}
"""Column of the register -> field of the form."""


def known_provider(award: Award) -> Provider | None:
    """The aanbieder that this tenderer already is: by its number at the chamber of commerce."""
    number = award.bid.chamber_number
    return Provider.get_or_none(Provider.chamber_number == number) if number else None


def register_contract(
    award: Award, provider: str, signed: Signed, joining: Sequence[str], *, by: str, at: datetime
) -> None:
    """Put the contract in the register, then close the award; all of it or nothing.

    Signed by no gemeente in particular it is of the whole region, and all that join have signed.
    """
    bid = award.bid
    registered = Provider.get_or_none(Provider.code == provider)
    if (
        registered is not None
        and bid.chamber_number
        and registered.chamber_number != bid.chamber_number
    ):
        raise DomainError(
            "provider",
            f"{provider} is {registered.name}, met een ander KvK-nummer. Kies een andere code.",
            field="provider",
        )
    if Contract.select().where(Contract.number == signed.number).exists():
        raise DomainError(
            "number", f"Contract {signed.number} staat al in het register.", field="number"
        )
    tables = [_table("contracten", _contract(award, provider, signed, signed.municipalities))]
    if registered is None:
        row = {
            "aanbiedercode": provider,
            "naam": bid.tenderer,
            "kvk": bid.chamber_number or "",
            "email": bid.email,
        }
        tables.insert(0, _table("aanbieders", row))
    everyone = replace(signed, municipalities=signed.municipalities or tuple(joining))
    _keep(award, tables, everyone, by=by, at=at)


def add_signatures(award: Award, signed: Signed, *, by: str, at: datetime) -> None:
    """Let more gemeenten sign a contract that is in the register; it covers them from then on."""
    contract = Contract.get_or_none(Contract.number == signed.number)
    if contract is None:
        raise DomainError(
            "number", f"Contract {signed.number} staat niet meer in het register.", field="number"
        )
    file = lot_file(award.bid.lot.process, award.bid.lot.code)
    before = file.signatures.get(award.id, {}) if file else {}
    covered = sorted({*before, *signed.municipalities})
    row = _contract(award, contract.provider.code, signed, covered)
    _keep(award, [_table("contracten", row)], signed, by=by, at=at)


def _contract(
    award: Award, provider: str, signed: Signed, municipalities: Sequence[str]
) -> dict[str, str]:
    return {
        "contractnummer": signed.number,
        "aanbiedercode": provider,
        "leerroutes": str(award.bid.lot.route),
        "gemeenten": ", ".join(municipalities) or WHOLE_REGION,
        "van": day_text(signed.starts_on),
        "tot": day_text(signed.ends_on) if signed.ends_on else "",
        # Who has no price is not ranked, and so not awarded.
        "prijs_per_traject": f"{Decimal(price_of(award) or 0) / 100:.2f}".replace(".", ","),
    }


def _keep(
    award: Award, tables: list[RegisterTable], signed: Signed, *, by: str, at: datetime
) -> None:
    with transaction():
        register = read_tables(tables)
        result = import_register(register, by=by, at=at)
        problems = [*register.problems, *result.problems]
        if problems:
            first = problems[0]
            raise DomainError(first.code, first.message, field=FIELDS.get(first.column or ""))
        sign_contract(award, signed, by=by, at=at)
        follow_register(by=by, at=at, providers=result.providers)


def _table(sheet: str, row: dict[str, str]) -> RegisterTable:
    return RegisterTable(sheet, list(row), [(2, list(row.values()))])
