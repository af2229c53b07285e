"""``taalinkoop doctor``: what is wrong with this installation, in plain words."""

import argparse
import os
import shutil
import socket
import stat
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import timedelta
from difflib import get_close_matches
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import peewee

from app.checks import all_findings, file_findings
from app.cli import explain, release
from app.commands import as_json, say
from app.opening import opened_database
from app.settings import SETTINGS, read_settings, unknown_settings
from app.tasks.backups import holding_erased, last_backup
from core.accounts import Account, Role
from core.dates import now
from core.db import database, is_postgresql
from core.errors import DomainError, trouble_of
from core.formats import moment_text
from core.jobs.models import FAILED, INTERRUPTED, QUEUED, Job
from core.migrations import pending

SPACE_NEEDED_GB = 2
FEWEST_SIGNS = 10
"""A key with fewer different characters was typed, not drawn."""
REACH_SECONDS = 3
STALE_AFTER, LATELY, OLDEST_BACKUP = timedelta(hours=1), timedelta(days=7), timedelta(days=2)


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
    yield _retention(settings)
    yield from _data_directory(settings["TAALINKOOP_DATA_DIR"])
    yield from _address(settings)
    yield from _key(settings["TAALINKOOP_SECRET_KEY"])
    yield from _clock(settings["TAALINKOOP_DATA_DIR"])
    yield from _others(settings)
    if settings["DATABASE_URL"].startswith("postgres"):
        yield from _postgresql_programs()
    try:
        with opened_database(needs_schema=False):
            yield from _database(settings)
    except OSError as error:
        yield Finding("bestanden", good=False, text=explain(error))
    except (DomainError, peewee.DatabaseError) as error:
        trouble, text = trouble_of(error), str(error)
        if trouble is not None and trouble.sentence not in text:
            text = f"{trouble.sentence} ({text})"
        yield Finding("database", good=False, text=" ".join(text.split()))


def _address(settings: Mapping[str, Any]) -> Iterator[Finding]:
    """Whether https, the proxy and what listens fit together."""
    https, proxies = settings["TAALINKOOP_HTTPS"], settings["TAALINKOOP_TRUSTED_PROXIES"]
    if https and not proxies:
        text = (
            "TAALINKOOP_HTTPS staat aan zonder proxy; https komt van een webserver ervoor: "
            "zet TAALINKOOP_TRUSTED_PROXIES op 1"
        )
    elif proxies and not https:
        text = (
            "er staat een proxy voor, maar TAALINKOOP_HTTPS is nee: sessies gaan onversleuteld; "
            "zet TAALINKOOP_HTTPS op ja"
        )
    else:
        text = ""
    yield Finding("https en proxy", good=not text, text=text or "passen bij elkaar")
    link = settings["TAALINKOOP_MAIL_LINKS"]
    if https and link.startswith("http://"):
        text = f"TAALINKOOP_MAIL_LINKS begint met http://, en de site is https: {link}"
        yield Finding("links in mail", good=False, text=text)


def _key(key: str) -> Iterator[Finding]:
    if key and len(set(key)) < FEWEST_SIGNS:
        text = "TAALINKOOP_SECRET_KEY is te raden; maak een andere, bijvoorbeeld met: "
        yield Finding("geheime sleutel", good=False, text=f"{text}openssl rand -hex 32")


def _clock(data: Path) -> Iterator[Finding]:
    """A clock that runs behind what was written before makes every date wrong."""
    written = [path.stat().st_mtime for path in data.glob("*.sqlite*")] if data.is_dir() else []
    ahead = max(written, default=0) - time.time()
    text = "loopt niet achter op wat al is geschreven"
    if ahead > 60:
        text = f"loopt {ahead / 60:.0f} minuten achter op wat al is geschreven; stel hem gelijk"
    yield Finding("klok", good=ahead <= 60, text=text)


def _others(settings: Mapping[str, Any]) -> Iterator[Finding]:
    """Whether the mail server and the sign-in service can be reached."""
    for name, address, port in (
        ("mailserver", settings["TAALINKOOP_SMTP_URL"], 25),
        ("aanmelddienst", settings["TAALINKOOP_OIDC_ISSUER"], 443),
    ):
        if not address:
            continue
        parts = urlsplit(address)
        place = (parts.hostname or "", parts.port or (465 if parts.scheme == "smtps" else port))
        try:
            socket.create_connection(place, timeout=REACH_SECONDS).close()
        except OSError as error:
            text = f"{place[0]}:{place[1]} is niet te bereiken ({error.strerror or error})"
            yield Finding(name, good=False, text=text)
        else:
            yield Finding(name, good=True, text=f"{place[0]}:{place[1]} antwoordt")


def _postgresql_programs() -> Iterator[Finding]:
    missing = [name for name in ("pg_dump", "pg_restore", "psql") if shutil.which(name) is None]
    text = f"{', '.join(missing)} ontbreekt; installeer postgresql-client"
    yield Finding("reservekopieën", good=not missing, text=text if missing else "pg_dump is er")


def _unread() -> Iterator[Finding]:
    """Name what was set and means nothing, with the setting that may have been meant."""
    names = [setting.name for setting in SETTINGS]
    for name in unknown_settings():
        meant = get_close_matches(name, names, n=1)
        hint = f"bedoel je {meant[0]}?" if meant else "haal hem weg"
        yield Finding("instellingen", good=False, text=f"{name} is geen instelling; {hint}")


def _retention(settings: Mapping[str, Any]) -> Finding:
    by_itself = settings["TAALINKOOP_RETENTION"]
    text = "de server ruimt elke dag op wat over de termijn is"
    if not by_itself:
        text = "staat uit (TAALINKOOP_RETENTION=nee); draai zelf: taalinkoop retention --apply"
    return Finding("bewaartermijnen", good=by_itself, text=text)


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
    closed = [one for one in path.iterdir() if not os.access(one, os.R_OK | os.W_OK)]
    if closed:
        names = ", ".join(sorted(one.name for one in closed))
        text = f"bij {names} in {path} mag Taalinkoop niet; maak zijn gebruiker eigenaar (chown -R)"
        yield Finding(name, good=False, text=text)
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


def _database(settings: Mapping[str, Any]) -> Iterator[Finding]:
    engine = "PostgreSQL" if is_postgresql() else "SQLite"
    waiting = pending(database.obj)
    if waiting:
        text = f"{engine}, {len(waiting)} stappen achter; werk bij met: taalinkoop db migrate"
        yield Finding("database", good=False, text=text)
        return
    yield Finding("database", good=True, text=f"{engine}, schema is bij")
    broken: list[Any] = all_findings()
    yield Finding("gegevens", good=not broken, text=" ".join(broken) or "alles klopt")
    files = list(file_findings(settings, at=now()))
    yield Finding("ontvangen bestanden", good=not files, text=" ".join(files) or "zijn er allemaal")
    yield from _jobs()
    yield from _backup(settings)
    keepers = Account.select().where(Account.role == Role.ADMINISTRATOR, Account.active).count()
    text = "maak er een met: taalinkoop user add EMAIL --role beheerder"
    yield Finding("beheerder", good=keepers > 0, text=f"{keepers} actief" if keepers else text)


def _jobs() -> Iterator[Finding]:
    """Jobs that wait for a worker that does not come, or that ended badly."""
    waiting = Job.select().where(Job.state == QUEUED, Job.created_at < now() - STALE_AFTER).count()
    broken = Job.select().where(
        Job.state.in_((FAILED, INTERRUPTED)), Job.finished_at > now() - LATELY
    )
    wrong = []
    if waiting:
        wrong.append(
            f"{waiting} wachten al langer dan een uur; draait de server, of taalinkoop jobs?"
        )
    if number := broken.count():
        wrong.append(f"{number} zijn deze week mislukt of afgebroken; kijk op de pagina Taken")
    yield Finding("taken", good=not wrong, text="; ".join(wrong) or "geen die blijft liggen")


def _backup(settings: Mapping[str, Any]) -> Iterator[Finding]:
    made, folder = last_backup(), settings["TAALINKOOP_BACKUP_DIR"]
    how = "maak er een met: taalinkoop backup BESTAND, of zet TAALINKOOP_BACKUP_DIR"
    if made is None:
        yield Finding("laatste reservekopie", good=False, text=f"er is er nog geen; {how}")
    else:
        recent = now() - made <= OLDEST_BACKUP
        text = moment_text(made)
        yield Finding(
            "laatste reservekopie", good=recent, text=text if recent else f"{text}; {how}"
        )
    if old := holding_erased(settings):
        text = f"staat nog in {', '.join(map(str, old))}"
        yield Finding("verwijderde persoon", good=True, text=text)
    if folder is not None and not os.access(folder, os.W_OK):
        text = f"{folder} (TAALINKOOP_BACKUP_DIR) is er niet, of de server mag er niet schrijven"
        yield Finding("map voor reservekopieën", good=False, text=text)
