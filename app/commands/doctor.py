"""``taalinkoop doctor``: what is wrong with this installation, in plain words."""

import argparse
import os
import shutil
import stat
import sys
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import peewee

from app.checks import all_findings
from app.cli import release
from app.commands.output import as_json, say
from app.opening import opened_database
from app.settings import SETTINGS, read_settings, unknown_settings
from core.accounts import Account, Role
from core.db import database, is_postgresql
from core.errors import DomainError
from core.migrations import pending

SPACE_NEEDED_GB = 2


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at."""

    name: str
    good: bool
    text: str


def register(parser: argparse.ArgumentParser) -> None:
    """Describe the command."""
    parser.add_argument("--json", action="store_true", help="als JSON")
    parser.set_defaults(run=run, needs_database=False)


def run(args: argparse.Namespace) -> int:
    """Look at everything; status 1 when something asks for attention."""
    findings = list(examine())
    if args.json:
        as_json({"findings": [asdict(finding) for finding in findings]})
    else:
        for finding in findings:
            say(f"{'goed  ' if finding.good else 'LET OP'}  {finding.name}: {finding.text}")
    return 0 if all(finding.good for finding in findings) else 1


def examine() -> Iterator[Finding]:
    """Give one finding for each thing that can be wrong."""
    yield Finding("versie", good=True, text=f"{release()}, Python {sys.version.split()[0]}")
    try:
        settings = read_settings()
    except DomainError as error:
        yield Finding("instellingen", good=False, text=error.message)
        return
    yield Finding("instellingen", good=True, text="alle instellingen zijn te lezen")
    yield from _unread()
    yield from _proxy(settings)
    yield from _data_directory(settings["TAALINKOOP_DATA_DIR"])
    try:
        with opened_database(needs_schema=False):
            yield from _database()
    except (DomainError, peewee.DatabaseError) as error:
        yield Finding("database", good=False, text=str(error))


def _unread() -> Iterator[Finding]:
    """Name what was set and means nothing, with the setting that may have been meant."""
    names = [setting.name for setting in SETTINGS]
    for name in unknown_settings():
        meant = get_close_matches(name, names, n=1)
        hint = f"bedoel je {meant[0]}?" if meant else "haal hem weg"
        yield Finding("instellingen", good=False, text=f"{name} is geen instelling; {hint}")


def _proxy(settings: Mapping[str, Any]) -> Iterator[Finding]:
    if settings["TAALINKOOP_TRUSTED_PROXIES"]:
        hosts = ", ".join(settings["TAALINKOOP_HOSTS"])
        text = "zet bij TAALINKOOP_HOSTS de naam van de site, anders weigert de server haar"
        yield Finding("webserver ervoor", good=bool(hosts), text=hosts or text)


def _data_directory(path: Path) -> Iterator[Finding]:
    name = "gegevensmap"
    if not path.is_dir():
        yield Finding(name, good=False, text=f"{path} is er nog niet; hij komt er vanzelf")
        return
    if not os.access(path, os.W_OK):
        yield Finding(name, good=False, text=f"in {path} mag Taalinkoop niet schrijven")
        return
    open_to_others = stat.S_IMODE(path.stat().st_mode) & 0o077
    text = f"{path} is ook voor anderen te lezen; sluit hem met: chmod 700 {path}"
    yield Finding(name, good=not open_to_others, text=text if open_to_others else str(path))
    free = shutil.disk_usage(path).free / 10**9
    yield Finding("schijfruimte", good=free >= SPACE_NEEDED_GB, text=f"{free:.0f} GB vrij")
    key = path / "secret_key"
    if key.exists():
        safe = not stat.S_IMODE(key.stat().st_mode) & 0o077
        text = "alleen voor de eigenaar" if safe else f"te ruim; sluit hem met: chmod 600 {key}"
        yield Finding("geheime sleutel", good=safe, text=text)


def _database() -> Iterator[Finding]:
    engine = "PostgreSQL" if is_postgresql() else "SQLite"
    waiting = pending(database.obj)
    if waiting:
        text = f"{engine}, {len(waiting)} stappen achter; werk bij met: taalinkoop db migrate"
        yield Finding("database", good=False, text=text)
        return
    yield Finding("database", good=True, text=f"{engine}, schema is bij")
    broken: list[Any] = all_findings()
    yield Finding("gegevens", good=not broken, text=" ".join(broken) or "alles klopt")
    keepers = Account.select().where(Account.role == Role.ADMINISTRATOR, Account.active).count()
    text = "maak er een met: taalinkoop user add EMAIL --role beheerder"
    yield Finding("beheerder", good=keepers > 0, text=f"{keepers} actief" if keepers else text)
