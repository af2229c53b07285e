"""Reserve copies: one archive with the database and the files as received, checked both ways.

The database is copied while it is in use, first; files are kept under their own fingerprint and
before their row, so every file that the copied rows name is there. The secret key is not in it.
"""

import gzip
import hashlib
import io
import json
import os
import shutil
import sqlite3
import subprocess
import tarfile
import tempfile
import zlib
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from core.audit import AuditLine, record
from core.db import database, is_postgresql, transaction
from core.errors import DomainError

MANIFEST = "taalinkoop.json"
FORMAT = 1
ORIGINALS = "originals"
DATABASE_NAMES = {False: "database.sqlite", True: "database.dump"}


def back_up(target: Path, *, settings: Mapping[str, Any], by: str, at: datetime) -> dict[str, Any]:
    """Write an archive beside ``target`` and rename it: there in full, or not at all."""
    name = DATABASE_NAMES[is_postgresql()]
    aside = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        with tempfile.TemporaryDirectory(dir=settings["TAALINKOOP_DATA_DIR"]) as folder:
            copy = Path(folder) / name
            _copy_database(copy, settings["DATABASE_URL"])
            handle = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(handle, "wb") as file:
                manifest = _write(file, copy, settings["TAALINKOOP_DATA_DIR"], at)
                file.flush()
                os.fsync(file.fileno())
        aside.replace(target)
    finally:
        aside.unlink(missing_ok=True)
    with transaction():
        record(at=at, actor=by, action="backup", thing="installation", thing_id=target.name)
    return manifest


def _write(file: Any, copy: Path, data: Path, at: datetime) -> dict[str, Any]:
    kept = sorted(p for p in (data / ORIGINALS).rglob("*") if p.is_file())
    members = {copy.name: copy} | {p.relative_to(data).as_posix(): p for p in kept}
    sums = {}
    with tarfile.open(fileobj=file, mode="w:gz", compresslevel=1) as archive:
        for name, path in members.items():
            archive.add(path, name, recursive=False)
            sums[name] = _sha256(path)
        manifest = {"format": FORMAT, "made_at": at.isoformat(), "files": sums}
        content = json.dumps(manifest).encode()
        entry = tarfile.TarInfo(MANIFEST)
        entry.size = len(content)
        archive.addfile(entry, io.BytesIO(content))
    return manifest


def restore(source: Path, *, settings: Mapping[str, Any], by: str, at: datetime) -> dict[str, Any]:
    """Check an archive in full, keep what is there now, then put the archive in its place."""
    data: Path = settings["TAALINKOOP_DATA_DIR"]
    with tempfile.TemporaryDirectory(dir=data) as name:
        folder = Path(name)
        manifest = unpacked(source, folder)
        copy = folder / DATABASE_NAMES[is_postgresql()]
        if not copy.exists():
            raise DomainError(
                "backup_engine",
                "Deze reservekopie is van een andere soort database (SQLite of PostgreSQL). "
                "Zet haar terug bij de soort waarvan zij gemaakt is.",
            )
        kept = data / f"voor-terugzetten-{at:%Y%m%d-%H%M%S}.{copy.suffix.lstrip('.')}"
        _copy_database(kept, settings["DATABASE_URL"])
        # Files first: one that no row names yet does no harm, a row whose file is missing does.
        _put_files_back(folder / ORIGINALS, data / ORIGINALS)
        _put_back(copy, settings["DATABASE_URL"])
    with transaction():
        record(at=at, actor=by, action="restore", thing="installation", thing_id=source.name)
    return manifest | {"kept": str(kept)}


def _put_files_back(source: Path, target: Path) -> None:
    """Put files back that are missing, or are no longer what their name says."""
    for path in source.rglob("*"):
        place = target / path.relative_to(source)
        if path.is_file() and not (place.exists() and _sha256(place) == _sha256(path)):
            place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            path.replace(place)


def last_backup() -> datetime | None:
    """When the last backup was made."""
    made = AuditLine.select(AuditLine.at).where(
        AuditLine.thing == "installation", AuditLine.action == "backup"
    )
    line: AuditLine | None = made.order_by(AuditLine.id.desc()).first()
    return None if line is None else line.at


def unpacked(source: Path, folder: Path) -> dict[str, Any]:
    """Unpack an archive and check every file in it; give what it says of itself."""
    damaged = DomainError(
        "backup_damaged",
        f"De reservekopie {source.name} is beschadigd of niet van Taalinkoop. "
        "Er is niets gewijzigd. Kies een andere kopie.",
    )
    try:
        with tarfile.open(source) as archive:
            archive.extractall(folder, filter="data")
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        sums = manifest["files"].items()
        whole = manifest["format"] == FORMAT and all(_sha256(folder / n) == s for n, s in sums)
    except FileNotFoundError:
        if not source.exists():
            raise
        raise damaged from None
    except (tarfile.TarError, zlib.error, gzip.BadGzipFile, ValueError, KeyError, EOFError):
        raise damaged from None
    if not whole:
        raise damaged
    return dict(manifest)


def _copy_database(target: Path, url: str) -> None:
    if is_postgresql():
        _run_postgresql("pg_dump", url, "--format=custom", f"--file={target}")
        return
    copy = sqlite3.connect(target)
    try:
        database.connection().backup(copy)
    finally:
        copy.close()
    target.chmod(0o600)


def _put_back(copy: Path, url: str) -> None:
    if is_postgresql():
        _put_back_postgresql(copy, url)
        return
    source = sqlite3.connect(copy)
    try:
        if source.execute("PRAGMA integrity_check").fetchone()[0] != "ok":
            raise DomainError(
                "backup_database",
                "De database in deze reservekopie is beschadigd. Kies een andere.",
            )
        # Into the open database: whoever is reading meanwhile sees the old rows or the new ones.
        source.backup(database.connection())
    finally:
        source.close()


def _put_back_postgresql(copy: Path, url: str) -> None:
    """Replace every table in one transaction, also those that a later release made."""
    script = copy.with_suffix(".sql")
    _run_program("pg_restore", "--no-owner", f"--file={script}", str(copy))
    there = ", ".join(f'"{name}"' for name in database.get_tables())
    drop = f"--command=DROP TABLE IF EXISTS {there} CASCADE" if there else "--command=SELECT 1"
    database.close()
    _run_postgresql(
        "psql", url, "--no-psqlrc", "--quiet", "--single-transaction",
        "--set=ON_ERROR_STOP=1", drop, f"--file={script}",
    )  # fmt: skip
    database.connect()


def _run_postgresql(program: str, url: str, *arguments: str) -> None:
    """Run a program on the database; the password goes by the environment, not the command."""
    parts = urlsplit(url)
    address = parts.netloc.rpartition("@")[2]
    user = f"{parts.username}@" if parts.username else ""
    plain = urlunsplit(("postgresql", f"{user}{address}", parts.path, parts.query, ""))
    _run_program(program, f"--dbname={plain}", *arguments, password=parts.password)


def _run_program(program: str, *arguments: str, password: str | None = None) -> None:
    found = shutil.which(program)
    if found is None:
        raise DomainError(
            "no_pg_dump",
            f"Het programma {program} is niet gevonden. Installeer de PostgreSQL-client "
            "(postgresql-client), of maak de reservekopie op de databaseserver.",
        )
    environment = os.environ | ({"PGPASSWORD": password} if password else {})
    done = subprocess.run(  # noqa: S603  our own arguments, no shell
        [found, *arguments],
        env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        reason = " ".join(done.stderr.split())
        raise DomainError("postgresql", f"{program} meldt: {reason}. Er is niets gewijzigd.")


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
