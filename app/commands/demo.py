"""``taalinkoop demo``: an invented region to look around in, in a database file of its own."""

import argparse
import json
import os
import shutil
import socket
import sys
import time
from pathlib import Path

from app.commands import say
from app.opening import opened_database
from app.settings import prepare_data_directory, read_settings
from core.dates import today
from core.db import database
from core.errors import DomainError
from core.migrations import migrate

MARKER = "voorbeeldregio.json"
"""Written last of all: a folder without it was not filled to the end."""


def register(parser: argparse.ArgumentParser) -> None:
    """Describe the command."""
    parser.add_argument("--data", type=Path, metavar="MAP", help="waar de voorbeelddata staat")
    parser.add_argument("--port", type=int, default=8000, help="poort (8000)")
    parser.add_argument("--load-only", action="store_true", help="vul de gegevens en stop")
    parser.add_argument("--seed", type=int, default=2026, help="getal waaruit alles volgt (2026)")
    parser.add_argument(
        "--months", type=int, default=24, choices=range(1, 25), metavar="N",
        help="over hoeveel maanden is geleverd (24)",
    )  # fmt: skip
    parser.add_argument(
        "--database", metavar="ADRES", help="zet de regio in een lege database: postgresql://..."
    )
    parser.set_defaults(run=run, needs_database=False)


def run(args: argparse.Namespace) -> int:
    """Fill the region when that has not been done yet, show the accounts, and serve."""
    directory = (args.data or read_settings()["TAALINKOOP_DATA_DIR"] / "voorbeeldregio").absolute()
    if not args.load_only:
        _check_port(args.port)
    if not (directory / MARKER).exists():
        fill(directory, seed=args.seed, months=args.months)
    elif not args.load_only:
        say(f"De voorbeeldregio staat al in {directory}. Wat je invoerde, is er nog.")
    _use(directory)
    if args.database:
        _move(args.database)
    show_accounts()
    if args.load_only:
        return 0
    return _serve(args.port)


def _check_port(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            raise DomainError(
                "port", f"Poort {port} is al in gebruik. Kies een andere met --port."
            ) from None


def _use(directory: Path) -> None:
    """Point the settings of this process at the demo's own folder and database file."""
    os.environ["TAALINKOOP_DATA_DIR"] = str(directory)
    os.environ["DATABASE_URL"] = f"sqlite:///{directory / 'taalinkoop.sqlite'}"
    # Its accounts and their password are known to all: a phone to look around adds nothing.
    os.environ["TAALINKOOP_SECOND_STEP"] = "nee"
    os.environ["TAALINKOOP_REGION"] = "Regio Zwolle (voorbeeld)"
    # Nobody is in it, and its oldest months are there to look at.
    os.environ["TAALINKOOP_RETENTION"] = "nee"


def _move(url: str) -> None:
    """Copy the filled region to another database, unless it is there, and go on with that one."""
    from app.demo import ACCOUNTS  # noqa: PLC0415
    from app.tasks.copying import copy_installation  # noqa: PLC0415
    from core.accounts import Account  # noqa: PLC0415
    from core.dates import now  # noqa: PLC0415

    with opened_database():
        settings = read_settings()
        try:
            copy_installation(
                url, settings=settings, by="voorbeeldregio", at=now(), report=_progress
            )
        except DomainError as error:
            if error.code != "not_empty":
                raise
    os.environ["DATABASE_URL"] = url
    with opened_database():
        if not Account.select().where(Account.email == ACCOUNTS[0][0]).exists():
            raise DomainError(
                "not_a_demo", "In die database staan andere gegevens. Kies een lege database."
            )


def fill(directory: Path, *, seed: int, months: int) -> None:
    """Fill a folder beside the wanted one and move it there when all is in: never a half demo."""
    if directory.exists() and any(directory.iterdir()):
        raise DomainError(
            "not_a_demo",
            f"In {directory} staan al andere bestanden. Kies een lege map met --data.",
        )
    started = time.monotonic()
    aside = directory.with_name(directory.name + ".nieuw")
    shutil.rmtree(aside, ignore_errors=True)
    _use(aside)
    prepare_data_directory(read_settings())
    say("De voorbeeldregio wordt gevuld. Alle namen en personen zijn verzonnen.")
    with opened_database(needs_schema=False):
        from app.demo.load import load_region  # noqa: PLC0415  a second start does without

        # A filling that is interrupted is made anew, so nothing needs to survive a power cut.
        database.execute_sql("PRAGMA synchronous = OFF")
        migrate(database.obj)
        loaded = load_region(
            data_directory=aside, today=today(), seed=seed, report=_progress, months=months
        )
        # All of it into the one file, so that the folder can be moved.
        database.execute_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    facts = {
        "seed": seed,
        "last_month": f"{loaded.last_month:%Y-%m}",
        "deliveries": len(loaded.outcomes),
        "rows": loaded.rows,
        "score_cards": loaded.cards,
        "seconds": round(time.monotonic() - started, 1),
    }
    (aside / MARKER).write_text(json.dumps(facts, indent=1), encoding="utf-8")
    if directory.exists():
        directory.rmdir()
    aside.rename(directory)
    say(
        f"{facts['deliveries']} leveringen met {facts['rows']} rijen en "
        f"{facts['score_cards']} scores in {str(facts['seconds']).replace('.', ',')} seconden."
    )


def _progress(text: str) -> None:
    if sys.stderr.isatty():
        sys.stderr.write(f"  {text}\n")


def show_accounts() -> None:
    """Print who can sign in, and with which password."""
    from app.demo import ACCOUNTS, PASSWORD  # noqa: PLC0415

    width = max(len(email) for email, *_ in ACCOUNTS)
    say("")
    say("Meld je aan met een van deze accounts (alleen voor de voorbeeldregio):")
    for email, _, role, provider, municipalities in ACCOUNTS:
        bound = ", ".join([*municipalities, *([provider] if provider else [])])
        say(f"  {email:<{width}}  {role}{f' ({bound})' if bound else ''}")
    say(f"Wachtwoord voor allemaal: {PASSWORD}")
    say("In deze voorbeeldregio is een tweede stap niet nodig; in een echte installatie wel, voor")
    say("de beheerder en voor wie rijen van deelnemers ziet (TAALINKOOP_SECOND_STEP).")
    say("")
    sys.stdout.flush()


def _serve(port: int) -> int:
    from app.commands.serve import run as serve  # noqa: PLC0415  filling does without the web

    wanted = argparse.Namespace(host="127.0.0.1", port=port, threads=8, migrate=True)
    with opened_database(needs_schema=False):
        return serve(wanted)
