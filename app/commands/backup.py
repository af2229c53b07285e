"""``taalinkoop backup FILE`` and ``taalinkoop restore FILE``."""

import argparse
import sys
from pathlib import Path
from typing import Any

from app.checks import all_findings, file_findings
from app.commands import as_json, say
from app.opening import check_schema, opened_database, set_broken_aside
from app.settings import prepare_data_directory, read_settings
from app.tasks.backups import back_up, new_identity, restore, verify
from core.dates import now
from core.errors import DomainError

ACTOR = "opdrachtregel"


def register(parser: argparse.ArgumentParser) -> None:
    """Describe the command."""
    parser.add_argument("file", metavar="BESTAND", type=Path, help="de reservekopie (.tar.gz)")
    parser.add_argument("--json", action="store_true", help="als JSON")
    parser.add_argument(
        "--identity", type=Path, metavar="SLEUTEL", help="de geheime sleutel (bestand van age)"
    )
    if parser.prog.endswith("restore"):
        parser.set_defaults(run=run_restore, needs_database=False)
        return
    parser.add_argument("--verify", action="store_true", help="controleer de kopie, en niets meer")
    parser.add_argument(
        "--recipient", metavar="AGE1...", help="versleutel voor deze openbare sleutel"
    )
    parser.add_argument(
        "--new-key", action="store_true", help="maak in BESTAND een geheime sleutel voor kopieën"
    )
    parser.set_defaults(run=run_backup)


def run_backup(args: argparse.Namespace) -> int:
    """Make a backup, while the server may go on; or verify one, or make a key for them."""
    settings = read_settings()
    prepare_data_directory(settings)
    if args.verify:
        return _verify(args, settings)
    if not args.file.absolute().parent.is_dir():
        raise DomainError("no_folder", f"De map {args.file.absolute().parent} bestaat niet.")
    if args.new_key:
        say(f"De openbare sleutel: {new_identity(args.file)}")
        say(
            f"De geheime sleutel staat in {args.file}. Bewaar haar op een andere plek dan de kopie."
        )
        return 0
    recipient = args.recipient or settings["TAALINKOOP_BACKUP_RECIPIENT"]
    manifest = back_up(args.file, settings=settings, by=ACTOR, at=now(), recipient=recipient)
    _tell(args, manifest, f"Reservekopie gemaakt: {args.file}")
    return _tell_damaged(manifest)


def _verify(args: argparse.Namespace, settings: dict[str, Any]) -> int:
    manifest = verify(args.file, settings=settings, identity=args.identity)
    if args.json:
        as_json(manifest)
    elif manifest["made_at"] is None:
        say(f"{args.file} is byte voor byte de reservekopie die hier gemaakt is.")
    else:
        _tell(args, manifest, f"De reservekopie van {manifest['made_at']} is heel.")
    return _tell_damaged(manifest)


def run_restore(args: argparse.Namespace) -> int:
    """Put a backup back; status 1 when what comes out of it does not add up."""
    settings = read_settings()
    prepare_data_directory(settings)
    aside = set_broken_aside(settings, at=now())
    with opened_database(needs_schema=False):
        manifest = restore(args.file, settings=settings, by=ACTOR, at=now(), identity=args.identity)
        _tell(args, manifest, f"Reservekopie van {manifest['made_at']} is teruggezet.")
        if not args.json:
            say(f"Wat er stond is bewaard in {aside or manifest['kept']}")
        check_schema()
        findings = [*all_findings(), *file_findings(settings, at=now())]
    for finding in findings:
        sys.stderr.write(f"{finding}\n")
    return 1 if findings else 0


def _tell(args: argparse.Namespace, manifest: dict[str, Any], text: str) -> None:
    if args.json:
        as_json(manifest)
    else:
        say(f"{text} ({len(manifest['files']) - 1} ontvangen bestanden)")


def _tell_damaged(manifest: dict[str, Any]) -> int:
    for name in manifest["damaged"]:
        sys.stderr.write(f"Het bestand {name} was al beschadigd toen de kopie gemaakt werd.\n")
    return 1 if manifest["damaged"] else 0
