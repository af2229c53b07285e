"""``taalinkoop db``: the schema, and whether the data still add up."""

import argparse

from app.checks import all_findings, file_findings
from app.commands.output import as_json, say
from app.settings import read_settings
from core.dates import now
from core.db import database
from core.migrations import applied, migrate, pending


def register(parser: argparse.ArgumentParser) -> None:
    """Describe the commands."""
    parser.set_defaults(needs_schema=False)
    commands = parser.add_subparsers(metavar="migrate|status|check", required=True)
    command = commands.add_parser("migrate", help="werk de database bij naar deze versie")
    command.set_defaults(run=run_migrate)
    command = commands.add_parser("status", help="toon welke stappen al gedaan zijn")
    command.add_argument("--json", action="store_true", help="als JSON")
    command.set_defaults(run=run_status)
    command = commands.add_parser("check", help="controleer of alle gegevens nog kloppen")
    command.add_argument("--json", action="store_true", help="als JSON")
    command.set_defaults(run=run_check, needs_schema=True, settles=False)


def run_migrate(_args: argparse.Namespace) -> int:
    """Bring the schema up to this release."""
    done = migrate(database.obj)
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
