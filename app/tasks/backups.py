"""Backups: one archive with the database and the files as received, checked both ways.

The database is copied while it is in use, first; files are kept under their own fingerprint and
before their row, so every file that the copied rows name is there. The secret key is not in it.

An archive is a tar.gz that ends with a seal: an empty part of gzip (RFC 1952) whose comment is the
SHA-256 of all bytes before it, so that no flipped bit goes unseen. With a recipient it is encrypted
in the format of age (https://age-encryption.org/v1); whoever has the identity opens it here, or
with the program ``age``.
"""

import fcntl
import gzip
import hashlib
import io
import json
import os
import shutil
import sqlite3
import subprocess
import tarfile
import threading
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import IO, Any
from urllib.parse import urlsplit, urlunsplit

from core.audit import AuditLine, record
from core.dates import AMSTERDAM
from core.db import database, is_postgresql, transaction
from core.errors import DomainError
from core.formats import day_text
from core.jobs.models import Job
from core.log_chain import forget_head
from core.storage import is_damaged, sha256_of, working_folder

MANIFEST = "taalinkoop.json"
FORMAT = 2
ORIGINALS = "originals"
DATABASE_NAMES = {False: "database.sqlite", True: "database.dump"}
AGE = b"age-encryption.org/v1"
BACKUP_JOB = "backup"
NIGHT_HOUR = 2
"""When a server with a folder for backups makes one, by the clock of Amsterdam."""
TRY_AGAIN_AFTER = timedelta(hours=6)
UNFINISHED = ".bezig"
CHUNK = 1 << 20


def back_up(
    target: Path, *, settings: Mapping[str, Any], by: str, at: datetime, recipient: str = ""
) -> dict[str, Any]:
    """Write an archive beside ``target`` and rename it: there in full, or not at all.

    Returns what it says of itself, with ``damaged``: kept files that are not what their name says.
    """
    data: Path = settings["TAALINKOOP_DATA_DIR"]
    with working_folder(data) as folder, _written_aside(target) as file:
        copy = folder / DATABASE_NAMES[is_postgresql()]
        _copy_database(copy, settings["DATABASE_URL"])
        if recipient:
            with _encrypted(file, recipient) as inner:
                manifest = _write(inner, copy, data, at)
        else:
            manifest = _write(file, copy, data, at)
    with transaction():
        record(
            at=at, actor=by, action="backup", thing="installation", thing_id=target.name[:80],
            after={"sha256": sha256_of(target), "size": target.stat().st_size},
        )  # fmt: skip
    return manifest


@contextmanager
def _written_aside(target: Path) -> Iterator[IO[bytes]]:
    """Write beside a place and rename; clears away what a killed process was writing there."""
    for left in target.absolute().parent.glob(f".*{UNFINISHED}"):
        with suppress(OSError), left.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            left.unlink()
    aside = target.with_name(f".{target.name}.{os.getpid()}{UNFINISHED}")
    handle = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield file
            file.flush()
            os.fsync(file.fileno())
            aside.replace(target)
    finally:
        aside.unlink(missing_ok=True)


def _write(file: Any, copy: Path, data: Path, at: datetime) -> dict[str, Any]:
    """Write archive and seal."""
    kept = sorted(p for p in (data / ORIGINALS).glob("??/*") if p.is_file())
    members = {copy.name: copy} | {p.relative_to(data).as_posix(): p for p in kept}
    sums, damaged = {}, []
    sealed: Any = _Digesting(file)
    with tarfile.open(fileobj=sealed, mode="w:gz", compresslevel=1) as archive:
        for name, path in members.items():
            # What retention removes meanwhile is needed no more.
            with suppress(FileNotFoundError):
                sums[name] = _add(archive, name, path)
                if is_damaged(path, sums[name]):
                    damaged.append(name)
        manifest = {"format": FORMAT, "made_at": at.isoformat(), "files": sums, "damaged": damaged}
        content = json.dumps(manifest).encode()
        entry = tarfile.TarInfo(MANIFEST)
        entry.size = len(content)
        archive.addfile(entry, io.BytesIO(content))
    file.write(_seal(sealed.digest.hexdigest()))
    return manifest


class _Digesting:
    """A file that keeps the SHA-256 of what goes through it."""

    def __init__(self, file: Any) -> None:
        self.file = file
        self.digest = hashlib.sha256()

    def write(self, content: bytes) -> int:
        """Write, and count it in."""
        self.digest.update(content)
        return int(self.file.write(content))

    def flush(self) -> None:
        """Pass on what gzip asks."""
        self.file.flush()

    def read(self, size: int = -1) -> bytes:
        """Read, and count it in."""
        content: bytes = self.file.read(size)
        self.digest.update(content)
        return content


def _add(archive: tarfile.TarFile, name: str, path: Path) -> str:
    with path.open("rb") as source:
        entry = archive.gettarinfo(arcname=name, fileobj=source)
        reading = _Digesting(source)
        archive.addfile(entry, reading)
        return reading.digest.hexdigest()


def _seal(sha256: str) -> bytes:
    """An empty member of gzip with a comment (FLG.FCOMMENT): the same bytes for the same digest."""
    header = b"\x1f\x8b\x08\x10\0\0\0\0\0\xff"
    return header + f"taalinkoop-sha256:{sha256}".encode() + b"\0" + b"\x03\0" + bytes(8)


SEAL_SIZE = len(_seal("0" * 64))


@contextmanager
def _encrypted(file: IO[bytes], recipient: str) -> Iterator[IO[bytes]]:
    """Give a file of which all that is written comes out encrypted."""
    import pyrage  # noqa: PLC0415  most commands do without

    key = pyrage.x25519.Recipient.from_str(recipient)
    reading, writing = os.pipe()
    failed: list[BaseException] = []

    def encrypt() -> None:
        with os.fdopen(reading, "rb") as source:
            try:
                pyrage.encrypt_io(source, file, [key])
            except BaseException as error:  # noqa: BLE001  told in the thread that writes
                failed.append(error)

    thread = threading.Thread(target=encrypt)
    thread.start()
    try:
        with os.fdopen(writing, "wb") as inner:
            yield inner
    except BrokenPipeError:
        pass  # The other side failed, and says why.
    finally:
        thread.join()
    if failed:
        raise failed[0]


def new_identity(file: Path) -> str:
    """Write a new secret key for backups, and return the public one; never over another file."""
    import pyrage  # noqa: PLC0415

    identity = pyrage.x25519.Identity.generate()
    handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="ascii") as out:
        out.write(f"# public key: {identity.to_public()}\n{identity}\n")
    return str(identity.to_public())


def restore(
    source: Path,
    *,
    settings: Mapping[str, Any],
    by: str,
    at: datetime,
    identity: Path | None = None,
) -> dict[str, Any]:
    """Check an archive in full, keep what is there now, then put the archive in its place."""
    data: Path = settings["TAALINKOOP_DATA_DIR"]
    with working_folder(data) as folder:
        manifest = unpacked(source, folder, identity=identity)
        copy = folder / DATABASE_NAMES[is_postgresql()]
        if not copy.exists():
            raise DomainError(
                "backup_engine",
                "Deze reservekopie is van een andere soort database (SQLite of PostgreSQL). "
                "Zet haar terug bij de soort waarvan zij gemaakt is, en verhuis daarna met: "
                "taalinkoop db copy",
            )
        kept = data / f"voor-terugzetten-{at:%Y%m%d-%H%M%S}.{copy.suffix.lstrip('.')}"
        _copy_database(kept, settings["DATABASE_URL"])
        # Files first: one that no row names yet does no harm, a row whose file is missing does.
        _put_files_back(folder / ORIGINALS, data / ORIGINALS)
        # Before and after: killed between the two, or with a server that writes meanwhile, the
        # logs begin again from what is there.
        forget_head()
        _put_back(copy, settings["DATABASE_URL"])
        forget_head()
    with transaction():
        record(at=at, actor=by, action="restore", thing="installation", thing_id=source.name[:80])
    return manifest | {"kept": str(kept)}


def _put_files_back(source: Path, target: Path) -> None:
    """Put files back that are missing, or are no longer what they were when they were copied."""
    for path in source.glob("??/*"):
        place = target / path.relative_to(source)
        if not place.exists() or sha256_of(place) != sha256_of(path):
            place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            path.replace(place)


def verify(
    source: Path, *, settings: Mapping[str, Any], identity: Path | None = None
) -> dict[str, Any]:
    """Check an archive in full without putting anything back; give what it says of itself.

    An encrypted one whose identity is not given is held against the audit trail: ``DomainError``
    unless it was made here and no byte of it has changed.
    """
    if _is_encrypted(source) and identity is None:
        made = AuditLine.select().where(
            AuditLine.thing == "installation", AuditLine.action == "backup"
        )
        sha256 = sha256_of(source)
        if any((line.after or {}).get("sha256") == sha256 for line in made):
            return {"made_at": None, "files": {}, "damaged": [], "sealed": True}
        raise DomainError(
            "backup_key",
            f"De reservekopie {source.name} is versleuteld, en is niet dezelfde als een die hier "
            "gemaakt is. Geef de geheime sleutel om haar te controleren: --identity BESTAND",
        )
    with working_folder(settings["TAALINKOOP_DATA_DIR"]) as folder:
        manifest = unpacked(source, folder, identity=identity)
        for name in DATABASE_NAMES.values():
            _check_database(folder / name)
    return manifest


def _check_database(copy: Path) -> None:
    if copy.suffix == ".sqlite" and copy.exists():
        source = sqlite3.connect(copy)
        try:
            sound = source.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
        except sqlite3.DatabaseError:
            sound = False
        finally:
            source.close()
        if not sound:
            raise DomainError(
                "backup_database",
                "De database in deze reservekopie is beschadigd. Kies een andere.",
            )
    if copy.suffix == ".dump" and copy.exists():
        _run_program("pg_restore", f"--file={os.devnull}", str(copy))


def last_backup() -> datetime | None:
    """When the last backup was made."""
    made = AuditLine.select(AuditLine.at).where(
        AuditLine.thing == "installation", AuditLine.action == "backup"
    )
    line: AuditLine | None = made.order_by(AuditLine.id.desc()).first()
    return None if line is None else line.at


SCHEDULED = "taalinkoop-*.tar.gz*"
"""Names of the backups that the server makes by itself, the oldest first in alphabetical order."""


@dataclass(frozen=True)
class OldBackup:
    """A backup from before a moment: its file, and the day the server lets it go, if it does."""

    name: str
    expires_on: date | None

    def __str__(self) -> str:
        """Its file, and when it goes."""
        when = "blijft tot je hem verwijdert"
        if self.expires_on is not None:
            when = f"weg op {day_text(self.expires_on)}"
        return f"{self.name} ({when})"


def backups_before(moment: datetime, settings: Mapping[str, Any]) -> list[OldBackup]:
    """Backups in the folder of the settings that were made before a moment, oldest first.

    The server makes one a night and lets the oldest go, so that each has a day of its own.
    """
    folder: Path | None = settings["TAALINKOOP_BACKUP_DIR"]
    if folder is None or not folder.is_dir():
        return []
    keep: int = settings["TAALINKOOP_BACKUP_KEEP"]
    own = sorted(folder.glob(SCHEDULED))
    days = {path: moment_of(path).astimezone(AMSTERDAM).date() for path in own}
    newest = max(days.values(), default=None)
    backups = []
    for path in sorted(one for one in folder.iterdir() if one.is_file()):
        if moment_of(path) < moment and not path.name.startswith("."):
            left = None if newest is None or path not in days else keep - own[::-1].index(path)
            expires = None if left is None or newest is None else newest + timedelta(days=left)
            backups.append(OldBackup(path.name, expires))
    return backups


def moment_of(path: Path) -> datetime:
    """When a backup was made."""
    return datetime.fromtimestamp(path.stat().st_mtime, UTC)


def last_erasure() -> datetime | None:
    """When a person was removed last."""
    lines = AuditLine.select(AuditLine.at).where(AuditLine.action == "erase")
    line: AuditLine | None = lines.order_by(AuditLine.id.desc()).first()
    return None if line is None else line.at


def holding_erased(settings: Mapping[str, Any]) -> list[OldBackup]:
    """Backups from before the last person was removed: they hold that person still."""
    erased = last_erasure()
    return [] if erased is None else backups_before(erased, settings)


def backup_is_due(*, at: datetime) -> bool:
    """Whether the backup of last night is still to be made, and was not tried a moment ago."""
    local = at.astimezone(AMSTERDAM)
    night = local.replace(hour=NIGHT_HOUR, minute=0, second=0, microsecond=0)
    if night > local:
        night -= timedelta(days=1)
    made = last_backup()
    if made is not None and made >= night:
        return False
    lately = Job.created_at > at - TRY_AGAIN_AFTER
    return not Job.select().where(Job.kind == BACKUP_JOB, lately).exists()


def scheduled_backup(settings: Mapping[str, Any], *, by: str, at: datetime) -> Path:
    """Make a backup in the folder of the settings, verify it, and let the oldest ones go."""
    folder: Path | None = settings["TAALINKOOP_BACKUP_DIR"]
    if folder is None or not folder.is_dir():
        raise DomainError(
            "no_folder",
            f"De map voor reservekopieën ({folder}) is er niet. Maak haar, of wijzig "
            "TAALINKOOP_BACKUP_DIR.",
        )
    recipient = settings["TAALINKOOP_BACKUP_RECIPIENT"]
    target = folder / f"taalinkoop-{at.astimezone(AMSTERDAM):%Y%m%d-%H%M%S}.tar.gz"
    if recipient:
        target = target.with_name(f"{target.name}.age")
    back_up(target, settings=settings, by=by, at=at, recipient=recipient)
    verify(target, settings=settings)
    for old in sorted(folder.glob(SCHEDULED))[: -settings["TAALINKOOP_BACKUP_KEEP"]]:
        old.unlink(missing_ok=True)
    return target


def unpacked(source: Path, folder: Path, *, identity: Path | None = None) -> dict[str, Any]:
    """Unpack an archive and check every byte of it; give what it says of itself."""
    damaged = DomainError(
        "backup_damaged",
        f"De reservekopie {source.name} is beschadigd of niet van Taalinkoop. "
        "Er is niets gewijzigd. Kies een andere kopie.",
    )
    try:
        plain = _decrypted(source, folder, identity) if _is_encrypted(source) else source
        if not _is_sealed(plain):
            raise damaged
        with tarfile.open(plain) as archive:
            _extract(archive, folder)
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        sums = manifest["files"].items()
        whole = manifest["format"] == FORMAT and all(sha256_of(folder / n) == s for n, s in sums)
    except FileNotFoundError:
        if not source.exists():
            raise
        raise damaged from None
    except (tarfile.TarError, zlib.error, gzip.BadGzipFile, ValueError, KeyError, EOFError):
        raise damaged from None
    if not whole:
        raise damaged
    return dict(manifest)


def _extract(archive: tarfile.TarFile, folder: Path) -> None:
    """Write the files of an archive below a folder; it holds nothing else when it is ours.

    By hand: the tarfile of Debian 12 (Python 3.11.2) knows no filter that keeps it there.
    """
    for entry in archive:
        path = folder / entry.name
        if not entry.isfile() or not path.resolve().is_relative_to(folder.resolve()):
            raise ValueError(entry.name)
        path.parent.mkdir(parents=True, exist_ok=True)
        with archive.extractfile(entry) or io.BytesIO() as content, path.open("wb") as file:
            shutil.copyfileobj(content, file)
        path.chmod(entry.mode & 0o755)
        os.utime(path, (entry.mtime, entry.mtime))


def _is_encrypted(source: Path) -> bool:
    with source.open("rb") as file:
        return file.read(len(AGE)) == AGE


def _decrypted(source: Path, folder: Path, identity: Path | None) -> Path:
    import pyrage  # noqa: PLC0415

    if identity is None:
        raise DomainError(
            "backup_key",
            f"De reservekopie {source.name} is versleuteld. "
            "Geef het bestand met de geheime sleutel: --identity BESTAND",
        )
    lines = identity.read_text(encoding="ascii", errors="replace").splitlines()
    try:
        keys = [pyrage.x25519.Identity.from_str(line) for line in lines if line.startswith("AGE-")]
    except pyrage.IdentityError:
        keys = []
    plain = folder / "kopie.tar.gz"
    try:
        with source.open("rb") as encrypted, plain.open("wb") as out:
            pyrage.decrypt_io(encrypted, out, keys)
    except pyrage.DecryptError as error:
        raise DomainError(
            "backup_not_opened",
            f"De reservekopie {source.name} gaat met deze sleutel niet open, of is beschadigd. "
            "Er is niets gewijzigd. Kies de sleutel die bij de kopie hoort, of een andere kopie.",
        ) from error
    return plain


def _is_sealed(archive: Path) -> bool:
    """Whether the bytes of an archive are those that it was sealed with."""
    digest, left = hashlib.sha256(), archive.stat().st_size - SEAL_SIZE
    with archive.open("rb") as file:
        while left > 0 and (chunk := file.read(min(CHUNK, left))):
            digest.update(chunk)
            left -= len(chunk)
        return file.read() == _seal(digest.hexdigest())


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
    _check_database(copy)
    source = sqlite3.connect(copy)
    try:
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
    path = shutil.which(program)
    if path is None:
        raise DomainError(
            "no_pg_dump",
            f"Het programma {program} is niet gevonden. Installeer de PostgreSQL-client "
            "(postgresql-client), of maak de reservekopie op de databaseserver.",
        )
    environment = os.environ | ({"PGPASSWORD": password} if password else {})
    done = subprocess.run(  # noqa: S603  our own arguments, no shell
        [path, *arguments],
        env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        reason = " ".join(done.stderr.split())
        raise DomainError("postgresql", f"{program} meldt: {reason}. Er is niets gewijzigd.")
