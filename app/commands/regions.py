"""``taalinkoop regions``: figures without small numbers, to and from other regions."""

import argparse
from pathlib import Path

from app.commands import month_or, say
from core.errors import DomainError

ACTOR = "opdrachtregel"


def register(parser: argparse.ArgumentParser) -> None:
    """Describe the command."""
    parser.add_argument(
        "what",
        type=month_or("read", "list"),
        metavar="MAAND|read|list",
        help="JJJJ-MM, read of list",
    )
    parser.add_argument("file", nargs="?", type=Path, metavar="BESTAND", help="bij read")
    parser.add_argument("--naam", default="", help="naam van deze regio; komt in het bestand")
    parser.add_argument("--out", type=Path, metavar="BESTAND", help="waar het bestand komt")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Make the file of this region, read that of another, or list what is there."""
    return {"read": _read, "list": _list}.get(args.what, _make)(args)


def _make(args: argparse.Namespace) -> int:
    from app.settings import read_settings  # noqa: PLC0415  help must not pay for it
    from core.dates import now  # noqa: PLC0415
    from core.storage import write_whole  # noqa: PLC0415
    from quality.passport.seal import signing_key  # noqa: PLC0415
    from quality.regions.operations import make_own, signed_file  # noqa: PLC0415

    if args.out is None:
        raise DomainError("usage", "Geef --naam REGIO en --out BESTAND.")
    table = make_own(args.what, name=args.naam, by=ACTOR, at=now())
    folder = Path(read_settings()["TAALINKOOP_DATA_DIR"])
    write_whole(args.out, signed_file(table, signing_key(folder)))
    routes = ", ".join(table.content["routes"])
    say(f"{table.region}, {table.month:%Y-%m}, leerroutes {routes}: {args.out}")
    return 0


def _read(args: argparse.Namespace) -> int:
    from core.dates import now  # noqa: PLC0415
    from quality.regions.operations import take_in  # noqa: PLC0415

    if args.file is None:
        raise DomainError("usage", "Geef het bestand: taalinkoop regions read BESTAND.")
    table = take_in(args.file.read_bytes(), by=ACTOR, at=now())
    say(f"{table.region}, {table.month:%Y-%m}: ingelezen.")
    return 0


def _list(_args: argparse.Namespace) -> int:
    from quality.models import RegionTable  # noqa: PLC0415

    for table in RegionTable.select().order_by(RegionTable.month.desc(), RegionTable.region):
        own = " (eigen regio)" if table.own else ""
        say(f"{table.month:%Y-%m}  {table.region}{own}")
    return 0
