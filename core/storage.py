"""Files, kept under the SHA-256 of what was received in the data directory, never in the database.

What arrives waits apart, in no backup: it may hold anything. What may stay is kept beside it.

A file is written beside its place, flushed, and then renamed: it is there in full or not at all.
Whoever writes holds a lock, so that what a killed process left behind is known and cleared away.
"""

import fcntl
import hashlib
import os
import shutil
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from core.errors import DomainError, trouble_of

CHUNK = 1 << 20
_WORK = "tmp"
_ASIDE = "tmp"
_SURELY_LOCKED_AFTER = 60
"""Seconds after which a file that is still being written has its lock for certain."""


@dataclass(frozen=True)
class Stored:
    """A kept file: its fingerprint, its size and where it is."""

    sha256: str
    size: int
    path: Path


def write_whole(target: Path, content: bytes) -> None:
    """Put a file in place at once: who reads it, now or after a kill, finds all of it or none."""
    if target.exists() and not target.is_file():  # /dev/stdout, say
        target.write_bytes(content)
        return
    aside = target.with_name(f".{target.name}.{os.getpid()}-{threading.get_ident()}")
    try:
        aside.write_bytes(content)
        aside.replace(target)
    finally:
        aside.unlink(missing_ok=True)


class Storage:
    """The kept files of one data directory."""

    def __init__(self, data_directory: Path) -> None:
        self.directory = data_directory / "originals"
        self.arrivals = data_directory / "incoming"

    def arrived(self, sha256: str, suffix: str = "") -> Path:
        """Where the bytes that were received wait, until they are decided on."""
        return self.arrivals / f"{sha256}{suffix}"

    def path(self, sha256: str, suffix: str = "") -> Path:
        """Where a file with this fingerprint is, or would be."""
        return self.directory / sha256[:2] / f"{sha256}{suffix}"

    def keep(self, source: IO[bytes], *, at_most: int | None = None) -> Stored:
        """Let what ``source`` gives wait to be decided on; the same bytes are there once."""
        fingerprint = hashlib.sha256()
        size = 0
        with self._written_aside() as file:
            while chunk := source.read(CHUNK):
                size += len(chunk)
                if at_most is not None and size > at_most:
                    raise DomainError(
                        "too_large",
                        f"Het bestand is groter dan {at_most // 1_000_000} MB. Stuur het in delen.",
                        field="file",
                    )
                fingerprint.update(chunk)
                file.write(chunk)
            kept = self.arrived(sha256 := fingerprint.hexdigest())
            try:
                os.utime(kept)  # Needed again: what is too old to keep is not removed meanwhile.
            except FileNotFoundError:
                self._settle(file, kept)
        return Stored(sha256, size, kept)

    @contextmanager
    def replacement(self, path: Path) -> Iterator[IO[bytes]]:
        """Write a file in one of the two folders: there in full or not at all."""
        with self._written_aside() as file:
            yield file
            self._settle(file, path)

    def need(self, arrived: IO[bytes], path: Path) -> None:
        """Let bytes wait that are needed from now on, though another's removal of them is due.

        ``arrived`` is the file opened when it was there.
        """
        fcntl.flock(arrived, fcntl.LOCK_EX)  # until it is closed: against who removes it now
        try:
            now = time.time()  # Not the file system's own: that may lag some milliseconds.
            os.utime(path, (now, now))
        except FileNotFoundError:
            self.keep(arrived)

    def removal(self, sha256: str) -> dict[str, object]:
        """What there is to remove of what arrived, unless it is needed again from now on."""
        return {"paths": [self.name(self.arrived(sha256))], "before": time.time()}

    def keep_as_received(self, sha256: str) -> bool:
        """Keep the very bytes that arrived: there is nothing in them that may not stay.

        What arrived stays where it is until it is removed: another may be reading it. Returns
        whether the bytes were not kept yet.
        """
        target = self.path(sha256)
        if target.exists():
            return False
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            target.hardlink_to(self.arrived(sha256))
        except OSError:  # of a file system without such links
            with self.arrived(sha256).open("rb") as arrived, self.replacement(target) as file:
                shutil.copyfileobj(arrived, file)
        return True

    def let_wait(self, path: Path) -> None:
        """Put a kept file with what waits to be decided on, for the rest of its day."""
        self.arrivals.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.replace(self.arrived(path.name))
        path.unlink(missing_ok=True)  # a link to the same file is left by the line above

    def name(self, path: Path) -> str:
        """Where a file is within the data directory."""
        return path.relative_to(self.directory.parent).as_posix()

    def tidy(self) -> None:
        """Clear away what a killed process was writing; every file that is kept does so too."""
        with self._written_aside():
            pass

    @contextmanager
    def _written_aside(self) -> Iterator[IO[bytes]]:
        try:
            for folder in (self.directory, self.arrivals):
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile(
                dir=self.arrivals, prefix=_ASIDE, delete=False
            ) as file:
                fcntl.flock(file.fileno(), fcntl.LOCK_EX)
                self._clear_leftovers(os.fstat(file.fileno()).st_mtime)
                try:
                    yield file
                finally:
                    with suppress(FileNotFoundError):
                        Path(file.name).unlink()
        except OSError as error:
            trouble = trouble_of(error)
            why = trouble.sentence if trouble else f"De schijf zegt: {error.strerror}."
            raise DomainError(
                "not_stored", f"Het bestand kon niet worden bewaard. Er is niets verwerkt. {why}"
            ) from error

    def _clear_leftovers(self, now: float) -> None:
        for path in self.arrivals.glob(f"{_ASIDE}*"):
            with suppress(OSError):
                if path.stat().st_mtime < now - _SURELY_LOCKED_AFTER:
                    with path.open("rb") as left:
                        fcntl.flock(left, fcntl.LOCK_EX | fcntl.LOCK_NB)
                        path.unlink()

    def _settle(self, file: IO[bytes], path: Path) -> None:
        file.flush()
        os.fsync(file.fileno())
        path.parent.mkdir(mode=0o700, exist_ok=True)
        Path(file.name).replace(path)


def is_damaged(path: Path, sha256: str) -> bool:
    """Whether a kept file with this SHA-256 is not what its name says; other forms have no say."""
    return not path.suffix and path.name != sha256


@contextmanager
def working_folder(data_directory: Path) -> Iterator[Path]:
    """A folder for the time of some work; what a killed process left behind is cleared away."""
    place = data_directory / _WORK
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    clear_working_folders(data_directory)
    folder = Path(tempfile.mkdtemp(dir=place))
    with (folder.with_suffix(".lock")).open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)
            Path(lock.name).unlink(missing_ok=True)


def clear_working_folders(data_directory: Path) -> None:
    """Remove the working folders whose process is gone."""
    for folder in (data_directory / _WORK).glob("*"):
        lock = folder.with_suffix(".lock")
        with suppress(OSError):
            if not lock.exists():
                # A moment ago, perhaps, with its lock still to be made.
                if folder.stat().st_mtime < time.time() - _SURELY_LOCKED_AFTER:
                    shutil.rmtree(folder)
                continue
            with lock.open("rb") as left:
                fcntl.flock(left, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(lock.with_suffix(""), ignore_errors=True)
                lock.unlink()


def sha256_of(path: Path) -> str:
    """SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
