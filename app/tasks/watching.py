"""A folder for SFTP: one folder per provider; what was taken in is moved aside with its receipt."""

import json
import logging
import os
import stat
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

from core.errors import DomainError
from core.storage import Storage
from providers.deliveries import operations
from providers.deliveries.outcomes import shown_name
from providers.feed.tell.outcome import Outcome, Status
from providers.models import Provider

DONE_FOLDER, REFUSED_FOLDER = "verwerkt", "teruggestuurd"
QUIET_SECONDS = 5
"""A file that changed more recently may still be arriving."""
ARRIVING = (".part", ".filepart", ".partial", ".crdownload", ".tmp")
"""What programs put behind the name of a file until all of it is there."""
LONGEST_NAME = 200
"""Bytes of a name that are kept: room for a number and for the name of its receipt."""


def _has_come_to_rest(path: Path, at: float) -> bool:
    """Whether this is a file that nobody is still sending or has open."""
    if path.name.startswith((".", "~$")) or path.name.lower().endswith(ARRIVING):
        return False
    try:
        status = path.lstat()
    except FileNotFoundError:
        return False
    # The clock of whoever sent it may be ahead.
    return stat.S_ISREG(status.st_mode) and abs(at - status.st_mtime) >= QUIET_SECONDS


class Watched:
    """The folder, and what is done with a file in it."""

    def __init__(
        self,
        directory: Path,
        storage: Storage,
        *,
        take_one: Callable[..., Outcome],
        judge_again: Callable[[Provider], None],
    ) -> None:
        self.directory = directory
        self.storage = storage
        self.take_one = take_one
        self.judge_again = judge_again

    def check(self) -> None:
        """Refuse to watch what is not there."""
        if not self.directory.is_dir():
            raise DomainError(
                "no_directory",
                f"De map {self.directory} is er niet. Maak haar, met daarin een map per aanbieder.",
            )

    def look(self, *, today: date, at: float) -> Iterator[str]:
        """Take in every file that has come to rest; yield one line about each."""
        for folder in sorted(path for path in self.directory.iterdir() if path.is_dir()):
            for path in sorted(folder.iterdir()):
                if _has_come_to_rest(path, at):
                    outcome = self._try_to_take(folder, path, today)
                    yield f"{folder.name}/{shown_name(path.name)}: {outcome}"

    def _try_to_take(self, folder: Path, path: Path, today: date) -> str:
        """Whatever is the matter with one file, the others are taken in."""
        try:
            return self._take(folder, path, today)
        except Exception:
            logging.getLogger(__name__).exception("a file was not taken in")
            return "Dit is niet gelukt. Het bestand blijft staan en wordt opnieuw geprobeerd."

    def _take(self, folder: Path, path: Path, today: date) -> str:
        before = path.stat()
        try:
            provider = operations.find_provider(folder.name)
            request = operations.Request(today=today)
            outcome = self.take_one(path, provider, self.storage, request, again=False)
        except DomainError as error:
            self._move(path, folder / REFUSED_FOLDER, {"message": error.message})
            return error.message
        if outcome.changed:
            self.judge_again(provider)
        after = path.stat()
        if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
            return "Het bestand veranderde onder het lezen. Het wordt straks opnieuw gelezen."
        refused = outcome.status in (Status.REFUSED, Status.NEEDS_CONSENT)
        target = folder / (REFUSED_FOLDER if refused else DONE_FOLDER)
        self._move(path, target, outcome.document())
        return outcome.status_word

    @staticmethod
    def _move(path: Path, folder: Path, receipt: dict[str, Any]) -> None:
        folder.mkdir(exist_ok=True)
        name = Path(os.fsdecode(os.fsencode(path.name)[:LONGEST_NAME]))
        target = folder / name
        number = 1
        while target.exists():
            number += 1
            target = folder / f"{name.stem}-{number}{name.suffix}"
        path.rename(target)
        answer = target.with_name(f"{target.name}.ontvangstbewijs.json")
        answer.write_text(json.dumps(receipt, ensure_ascii=False, indent=2), encoding="utf-8")
