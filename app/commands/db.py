"""``taalinkoop db``: the schema, and whether the data still add up."""

import argparse
import sys
from dataclasses import asdict
from pathlib import Path

from app.checks import all_findings, file_findings
from app.commands import as_json, say
from app.opening import upgrade
from app.settings import read_settings
from core.dates import now
from core.db import database
from core.migrations import applied, pending

ACTOR = "opdrachtregel"


def register(parser: argparse.ArgumentParser) -> None:
    """Describe the commands."""
    parser.set_defaults(needs_schema=False)
    commands = parser.add_subparsers(metavar="migrate|status|check|copy", required=True)
    command = commands.add_parser("migrate", help="werk de database bij naar deze versie")
    command.set_defaults(run=run_migrate)
    command = commands.add_parser("status", help="toon welke stappen al gedaan zijn")
    command.add_argument("--json", action="store_true", help="als JSON")
    command.set_defaults(run=run_status)
    command = commands.add_parser("check", help="controleer of alle gegevens nog kloppen")
    command.add_argument("--json", action="store_true", help="als JSON")
    command.set_defaults(run=run_check, needs_schema=True, settles=False)
    command = commands.add_parser("copy", help="verhuis alles naar een andere database")
    command.add_argument(
        "--to", required=True, metavar="ADRES", help="postgresql://... of sqlite:///..."
    )
    command.add_argument(
        "--data",
        type=Path,
        metavar="MAP",
        help="zet ook de ontvangen bestanden in deze gegevensmap",
    )
    command.add_argument("--json", action="store_true", help="als JSON")
    command.set_defaults(run=run_copy, needs_schema=True)


def run_migrate(_args: argparse.Namespace) -> int:
    """Bring the installation up to this release."""
    done = upgrade(by=ACTOR, at=now())
    for name in done:
        say(f"Gedaan: {name}")
    say("De database is bij." if done else "De database was al bij.")
    return 0


def run_status(args: argparse.Namespace) -> int:
    """Tell which migrations ran; status 1 when some have not."""
    done, waiting = applied(database.obj), pending(database.obj)
    if args.json:
        as_json({"applied": done, "pending": waiting})
    else:
        for name in done:
            say(f"gedaan    {name}")
        for name in waiting:
            say(f"te doen   {name}")
        if waiting:
            say("Werk de database bij met: taalinkoop db migrate")
        else:
            say("De database is bij.")
    return 1 if waiting else 0


def run_check(args: argparse.Namespace) -> int:
    """Check the integrity of the data; status 1 when something does not add up."""
    findings = [*all_findings(), *file_findings(read_settings(), at=now())]
    if args.json:
        as_json({"findings": findings})
    else:
        for finding in findings:
            say(finding)
        say("Alles klopt." if not findings else f"{len(findings)} dingen kloppen niet.")
    return 1 if findings else 0


def run_copy(args: argparse.Namespace) -> int:
    """Copy everything to an empty database; status 1 when something does not add up there."""
    from app.tasks.copying import copy_installation  # noqa: PLC0415  it reads every table there is

    copied = copy_installation(
        args.to, settings=read_settings(), by="opdrachtregel", at=now(),
        data_directory=args.data, report=_show,
    )  # fmt: skip
    if args.json:
        as_json(asdict(copied))
    else:
        rows, tables = sum(copied.rows.values()), len(copied.rows)
        say(f"{rows} rijen uit {tables} tabellen staan er, en zijn gelijk aan wat hier staat.")
        if args.data:
            say(f"{copied.files} ontvangen bestanden staan in {args.data}, met de geheime sleutel.")
        for finding in copied.findings:
            say(finding)
        say("Stop nu de server, zet DATABASE_URL op het nieuwe adres, en start hem weer.")
    return 1 if copied.findings else 0


def _show(table: str) -> None:
    if sys.stderr.isatty():
        sys.stderr.write(f"  {table}\n")
