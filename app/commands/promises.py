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
    from core.dates import now  # noqa: PLC0415
    from core.formats import euro_text  # noqa: PLC0415
    from core.storage import write_whole  # noqa: PLC0415
    from procurement.promises.operations import settle  # noqa: PLC0415
    from providers.models import Contract  # noqa: PLC0415

    contract = Contract.get_or_none(Contract.number == args.contract)
    if contract is None:
        raise DomainError("contract", f"Contract {args.contract} staat niet in het register.")
    everyone = Account(role=Role.AUDITOR, email=ACTOR)
    settled, files = settle(contract, args.jaar, everyone, by=ACTOR, at=now())
    args.out.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        write_whole(args.out / name, content)
    amount = euro_text(settled.cents()) if settled.has_price else "geen prijs per lesuur"
    number = settled.year.number
    say(f"Contract {contract.number}, jaar {number}: {amount}. Brief en bijlage: {args.out}")
    return 0
