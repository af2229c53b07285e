"""``taalinkoop passport``: a judgement as one signed file that recomputes offline."""

import argparse
from pathlib import Path

from app.commands import month_or, say
from core.errors import DomainError

ACTOR = "opdrachtregel"


def register(parser: argparse.ArgumentParser) -> None:
    """Describe the command."""
    parser.add_argument(
        "what", type=month_or("verify"), metavar="MAAND|verify", help="JJJJ-MM, of verify"
    )
    parser.add_argument("file", nargs="?", type=Path, metavar="BESTAND", help="bij verify")
    parser.add_argument("--aanbieder", metavar="CODE", help="van wie")
    parser.add_argument("--out", type=Path, metavar="BESTAND", help="waar het paspoort komt")
    parser.add_argument("--doel", default="", help="waarvoor het is; komt in het logboek")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Make a passport, or check one."""
    return _verify(args) if args.what == "verify" else _make(args)


def _make(args: argparse.Namespace) -> int:
    from app.settings import read_settings  # noqa: PLC0415  help must not pay for it
    from core.dates import now  # noqa: PLC0415
    from core.storage import write_whole  # noqa: PLC0415
    from providers.models import Provider  # noqa: PLC0415
    from quality.passport.build import passport_content, record_passport  # noqa: PLC0415
    from quality.passport.seal import sealed, signing_key  # noqa: PLC0415

    month = args.what
    if not args.aanbieder or args.out is None:
        raise DomainError("usage", "Geef --aanbieder CODE en --out BESTAND.")
    provider = Provider.get_or_none(Provider.code == args.aanbieder)
    if provider is None:
        raise DomainError("provider", f"Aanbieder {args.aanbieder} staat niet in het register.")
    purpose = args.doel or "opdrachtregel"
    content = passport_content(provider, month, purpose=purpose, by=ACTOR, at=now())
    folder = Path(read_settings()["TAALINKOOP_DATA_DIR"])
    write_whole(args.out, sealed(content, signing_key(folder)))
    record_passport(provider, month, purpose=purpose, by=ACTOR, at=now())
    say(f"Paspoort van {provider.name} over {month:%Y-%m}: {args.out}")
    return 0


def _verify(args: argparse.Namespace) -> int:
    from quality.passport.recompute import differences  # noqa: PLC0415
    from quality.passport.seal import opened  # noqa: PLC0415

    if args.file is None:
        raise DomainError("usage", "Geef het bestand: taalinkoop passport verify BESTAND.")
    content = opened(args.file.read_bytes())
    wrong = differences(content)
    for line in wrong:
        say(line)
    if not wrong:
        who, month = content["provider"]["name"], content["month"]
        say(f"De handtekening klopt en alles komt uit: {who}, {month}.")
    return 1 if wrong else 0
