"""A folder for SFTP: one folder per provider; what was taken in is moved aside with its receipt."""

import json
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

from core.errors import DomainError
from core.storage import Storage
from providers import operations
from providers.feed.outcome import STATUS_LABELS, Outcome, Status
from providers.models import Provider

DONE_FOLDER, REFUSED_FOLDER = "verwerkt", "teruggestuurd"
QUIET_SECONDS = 5
"""A file that changed more recently may still be arriving."""


class Watched:
    """The folder, and what is done with a file in it."""

    def __init__(
        self,
        directory: Path,
        storage: Storage,
        *,
        take_one: Callable[..., Outcome],
        recompute: Callable[[Provider, Iterable[date]], None],
    ) -> None:
        self.directory = directory
        self.storage = storage
        self.take_one = take_one
        self.recompute = recompute

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
            files = [
                path
                for path in sorted(folder.iterdir())
                if path.is_file()
                and not path.is_symlink()
                and not path.name.startswith(".")
                and at - path.stat().st_mtime >= QUIET_SECONDS
            ]
            for path in files:
                yield self._take(folder, path, today)

    def _take(self, folder: Path, path: Path, today: date) -> str:
        try:
            provider = operations.find_provider(folder.name)
            request = operations.Request(today=today)
            outcome = self.take_one(path, provider, self.storage, request, again=False)
        except DomainError as error:
            self._move(path, folder / REFUSED_FOLDER, {"message": error.message})
            return f"{folder.name}/{path.name}: {error.message}"
        if outcome.changed:
            self.recompute(provider, outcome.months)
        refused = outcome.status is Status.REFUSED
        target = folder / (REFUSED_FOLDER if refused else DONE_FOLDER)
        self._move(path, target, outcome.document())
        return f"{folder.name}/{path.name}: {STATUS_LABELS[outcome.status]}"

    @staticmethod
    def _move(path: Path, folder: Path, receipt: dict[str, Any]) -> None:
        folder.mkdir(exist_ok=True)
        target = folder / path.name
        number = 1
        while target.exists():
            number += 1
            target = folder / f"{path.stem}-{number}{path.suffix}"
        path.rename(target)
        answer = target.with_name(f"{target.name}.ontvangstbewijs.json")
        answer.write_text(json.dumps(receipt, ensure_ascii=False, indent=2), encoding="utf-8")
