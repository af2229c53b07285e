"""``taalinkoop promises``: settle a contract year, as a letter with its appendix."""

import argparse
from pathlib import Path

from app.commands import say
from core.errors import DomainError

ACTOR = "opdrachtregel"


def register(parser: argparse.ArgumentParser) -> None:
    """Describe the command."""
    parser.add_argument("contract", metavar="CONTRACT", help="contractnummer")
    parser.add_argument("--jaar", type=int, metavar="N", help="contractjaar; anders het nieuwste")
    parser.add_argument("--out", type=Path, metavar="MAP", required=True, help="waar ze komen")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Write the letter and the appendix."""
    from core.accounts import Account, Role  # noqa: PLC0415  help must not pay for it
    from core.dates import now, today  # noqa: PLC0415
    from core.formats import euro_text  # noqa: PLC0415
    from procurement.promises.letter import appendix, file_name, letter  # noqa: PLC0415
    from procurement.promises.operations import record_letter  # noqa: PLC0415
    from procurement.promises.queries import (  # noqa: PLC0415
        ledger,
        numbers_of,
        rows_behind,
        rows_removed,
        settled_year,
        years_of,
    )
    from providers.models import Contract  # noqa: PLC0415
    from quality.cards.inputs import newest_month_of  # noqa: PLC0415
    from quality.report.pdf import pdf  # noqa: PLC0415

    contract = Contract.get_or_none(Contract.number == args.contract)
    if contract is None:
        raise DomainError("contract", f"Contract {args.contract} staat niet in het register.")
    years = years_of(contract, newest_month_of(contract.provider.id))
    year = settled_year(years, args.jaar)
    if year is None or rows_removed(contract, year):
        raise DomainError(
            "year", "Van dit contractjaar zijn er geen rijen, of ze zijn opgeruimd. Kies een ander."
        )
    everyone = Account(role=Role.AUDITOR, email=ACTOR)
    settled = ledger(contract, year, everyone)
    rows = rows_behind(settled, everyone, settled.lines)
    numbers = numbers_of({row.track for behind in rows for row in behind})
    sheet = letter(settled, provider=contract.provider.name, today=today())
    args.out.mkdir(parents=True, exist_ok=True)
    name = file_name(settled)
    (args.out / f"brief-{name}.pdf").write_bytes(pdf(sheet, at=now()))
    (args.out / f"bijlage-{name}.xlsx").write_bytes(appendix(settled, rows, numbers))
    record_letter(contract, year.number, by=ACTOR, at=now())
    amount = euro_text(settled.cents()) if settled.has_price else "geen prijs per lesuur"
    say(f"Contract {contract.number}, jaar {year.number}: {amount}. Brief en bijlage: {args.out}")
    return 0
