"""``taalinkoop user``: accounts."""

import argparse
import getpass
import sys

from app.commands import as_json, say
from core.accounts import Account, Role
from core.dates import now
from core.errors import DomainError
from core.formats import moment_text
from core.identity.account_operations import (
    add_account,
    change_account,
    one_time_password,
    set_password,
)
from core.identity.second_step_operations import has_second_step, turn_off

ACTOR = "opdrachtregel"


def register(parser: argparse.ArgumentParser) -> None:
    """Describe the commands."""
    commands = parser.add_subparsers(metavar="OPDRACHT", required=True)
    command = commands.add_parser("add", help="maak een account")
    command.add_argument("email", metavar="EMAIL", help="het e-mailadres")
    command.add_argument("--role", required=True, choices=[str(r) for r in Role], help="de rol")
    command.add_argument("--name", default="", help="de naam")
    command.add_argument(
        "--gemeente", nargs="+", action="extend", default=[], metavar="CODE", help="gemeentecodes"
    )
    command.add_argument("--aanbieder", metavar="CODE", help="aanbiedercode")
    _password_option(command)
    command.set_defaults(run=run_add)
    command = commands.add_parser("list", help="toon de accounts")
    command.add_argument("--json", action="store_true", help="als JSON")
    command.set_defaults(run=run_list)
    command = commands.add_parser("password", help="geef een account een ander wachtwoord")
    command.add_argument("email", metavar="EMAIL", help="het e-mailadres")
    _password_option(command)
    command.set_defaults(run=run_password)
    command = commands.add_parser(
        "second-step-off", help="zet de tweede stap uit van wie de app kwijt is"
    )
    command.add_argument("email", metavar="EMAIL", help="het e-mailadres")
    command.set_defaults(run=run_second_step_off)
    for name, text, active in (
        ("deactivate", "sluit een account", False),
        ("activate", "open een gesloten account", True),
    ):
        command = commands.add_parser(name, help=text)
        command.add_argument("email", metavar="EMAIL", help="het e-mailadres")
        command.set_defaults(run=run_active, active=active)
        if not active:
            command.add_argument(
                "--to", metavar="EMAIL", help="wie de open mijlpalen en acties overneemt"
            )


def _password_option(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--password-stdin",
        action="store_true",
        help="lees het wachtwoord van de standaardinvoer; anders wordt het gevraagd",
    )


def run_add(args: argparse.Namespace) -> int:
    """Make an account."""
    password, made_up = _password(args)
    account = add_account(
        email=args.email,
        name=args.name,
        role=args.role,
        password=password,
        provider_code=args.aanbieder,
        municipalities=args.gemeente,
        must_change_password=made_up,
        by=ACTOR,
        at=now(),
    )
    say(f"Account {account.email} is gemaakt, met de rol {account.role}.")
    if made_up:
        say(f"Eenmalig wachtwoord: {password}")
    return 0


def run_list(args: argparse.Namespace) -> int:
    """List the accounts."""
    accounts = Account.select().order_by(Account.email)
    if args.json:
        as_json(
            {
                "accounts": [
                    {
                        "email": a.email,
                        "name": a.name,
                        "role": a.role,
                        "aanbieder": a.provider_code,
                        "gemeenten": a.municipalities,
                        "active": a.active,
                        "second_step": has_second_step(a),
                        "last_seen": a.last_seen_at and a.last_seen_at.isoformat(),
                    }
                    for a in accounts
                ]
            }
        )
        return 0
    for a in accounts:
        bound = " ".join(filter(None, [a.provider_code, *a.municipalities]))
        state = moment_text(a.last_seen_at) if a.active else "gesloten"
        say(f"{a.email:<40} {a.role:<16} {bound:<20} {state}".rstrip())
    return 0


def run_password(args: argparse.Namespace) -> int:
    """Give an account another password."""
    account = _account(args.email)
    password, made_up = _password(args)
    set_password(account, password=password, by=ACTOR, at=now(), must_change=made_up)
    say(f"Het wachtwoord van {account.email} is gewijzigd.")
    if made_up:
        say(f"Eenmalig wachtwoord: {password}")
    return 0


def run_second_step_off(args: argparse.Namespace) -> int:
    """Let a password alone do again."""
    account = _account(args.email)
    turn_off(account, by=ACTOR, at=now())
    say(f"De tweede stap van {account.email} staat uit.")
    return 0


def run_active(args: argparse.Namespace) -> int:
    """Close an account, or open it again."""
    account = _account(args.email)
    if args.active:
        change_account(account, active=True, by=ACTOR, at=now())
        say(f"Account {account.email} is geopend.")
        return 0
    from app.tasks.leavers import close_account  # noqa: PLC0415  the others do without

    successor = _account(args.to) if args.to else None
    count = close_account(account, successor=successor, by=ACTOR, at=now())
    say(f"Account {account.email} is gesloten.")
    if successor is not None:
        say(f"{count} open mijlpalen, acties en risico's zijn nu van {successor.email}.")
    return 0


def _account(email: str) -> Account:
    account = Account.get_or_none(Account.email == email.strip().lower())
    if account is None:
        raise DomainError(
            "no_account",
            f"Er is geen account met het e-mailadres {email}. Kijk met: taalinkoop user list",
        )
    return account


def _password(args: argparse.Namespace) -> tuple[str, bool]:
    """Give the password, and whether we made it up ourselves."""
    if args.password_stdin:
        return sys.stdin.readline().rstrip("\r\n"), False
    if sys.stdin.isatty():
        password = getpass.getpass("Wachtwoord (leeg: Taalinkoop maakt er een): ")
        if password:
            return password, False
    return one_time_password(), True
