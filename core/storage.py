"""Files as received, kept under their own SHA-256 in the data directory, never in the database.

A file is written beside its place, flushed, and then renamed: it is there in full or not at all.
Whoever writes holds a lock, so that what a killed process left behind is known and cleared away.
"""

import fcntl
import hashlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from core.errors import DomainError

CHUNK = 1 << 20
_ASIDE = "tmp"
_SURELY_LOCKED_AFTER = 60
"""Seconds after which a file that is still being written has its lock for certain."""


@dataclass(frozen=True)
class Stored:
    """A kept file: its fingerprint, its size and where it is."""

    sha256: str
    size: int
    path: Path


class Storage:
    """The kept files of one data directory."""

    def __init__(self, data_directory: Path) -> None:
        self.directory = data_directory / "originals"

    def path(self, sha256: str, suffix: str = "") -> Path:
        """Where a file with this fingerprint is, or would be."""
        return self.directory / sha256[:2] / f"{sha256}{suffix}"

    def keep(self, source: IO[bytes], *, at_most: int | None = None) -> Stored:
        """Keep what ``source`` gives; the same bytes are kept once."""
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
            kept = self.path(sha256 := fingerprint.hexdigest())
            if kept.exists():
                os.utime(kept)  # Needed again: what is too old to keep is not removed meanwhile.
            else:
                self._settle(file, kept)
        return Stored(sha256, size, kept)

    @contextmanager
    def replacement(self, sha256: str, suffix: str) -> Iterator[IO[bytes]]:
        """Write another form of a kept file beside it: there in full or not at all."""
        with self._written_aside() as file:
            yield file
            self._settle(file, self.path(sha256, suffix))

    def name(self, sha256: str) -> str:
        """Where a kept file is within the data directory."""
        return self.path(sha256).relative_to(self.directory.parent).as_posix()

    def tidy(self) -> None:
        """Clear away what a killed process was writing; every file that is kept does so too."""
        with self._written_aside():
            pass

    @contextmanager
    def _written_aside(self) -> Iterator[IO[bytes]]:
        try:
            self.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile(
                dir=self.directory, prefix=_ASIDE, delete=False
            ) as file:
                fcntl.flock(file.fileno(), fcntl.LOCK_EX)
                self._clear_leftovers(os.fstat(file.fileno()).st_mtime)
                try:
                    yield file
                finally:
                    with suppress(FileNotFoundError):
                        Path(file.name).unlink()
        except OSError as error:
            raise DomainError(
                "not_stored",
                f"Het bestand kon niet worden bewaard ({error.strerror}). Er is niets verwerkt. "
                "Vraag de beheerder naar de schijf van Taalinkoop.",
            ) from error

    def _clear_leftovers(self, now: float) -> None:
        for path in self.directory.glob(f"{_ASIDE}*"):
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
