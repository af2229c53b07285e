"""``taalinkoop backup FILE`` and ``taalinkoop restore FILE``."""

import argparse
import sys
from pathlib import Path

from app.checks import all_findings
from app.commands.output import as_json, say
from app.opening import check_schema
from app.settings import prepare_data_directory, read_settings
from app.tasks.backups import back_up, restore
from core.dates import now
from core.errors import DomainError


def register(parser: argparse.ArgumentParser) -> None:
    """Describe the command."""
    parser.add_argument("file", metavar="BESTAND", type=Path, help="de reservekopie (.tar.gz)")
    parser.add_argument("--json", action="store_true", help="als JSON")
    parser.set_defaults(run=run_restore if parser.prog.endswith("restore") else run_backup)
    if parser.prog.endswith("restore"):
        parser.set_defaults(needs_schema=False)


def run_backup(args: argparse.Namespace) -> int:
    """Make a reserve copy; the server may go on."""
    settings = read_settings()
    prepare_data_directory(settings)
    if not args.file.absolute().parent.is_dir():
        raise DomainError("no_folder", f"De map {args.file.absolute().parent} bestaat niet.")
    manifest = back_up(args.file, settings=settings, by="opdrachtregel", at=now())
    _tell(args, manifest, f"Reservekopie gemaakt: {args.file}")
    return 0


def run_restore(args: argparse.Namespace) -> int:
    """Put a reserve copy back; status 1 when what comes out of it does not add up."""
    settings = read_settings()
    prepare_data_directory(settings)
    manifest = restore(args.file, settings=settings, by="opdrachtregel", at=now())
    _tell(args, manifest, f"Reservekopie van {manifest['made_at']} is teruggezet.")
    if not args.json:
        say(f"Wat er stond is bewaard in {manifest['kept']}")
    check_schema()
    findings = all_findings()
    for finding in findings:
        sys.stderr.write(f"{finding}\n")
    return 1 if findings else 0


def _tell(args: argparse.Namespace, manifest: dict[str, object], text: str) -> None:
    if args.json:
        as_json(manifest)
    else:
        files = manifest["files"]
        count = len(files) - 1 if isinstance(files, dict) else 0
        say(f"{text} ({count} ontvangen bestanden)")
