"""What was examined before, by whichever worker."""

import fcntl
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any


class Examined:
    """Kinds of elements that were examined and routes that were reached, kept in a shared folder.

    Without a folder nothing is remembered, and everything is new.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder
        self._seen: set[str] = set()

    def claim(self, kinds: list[str], *, at_least: int = 1) -> list[str]:
        """Return which of these are new, if so many are; nobody else gets them afterwards."""
        unseen = set(kinds) - self._seen
        if not unseen or self.folder is None:
            return sorted(unseen)
        with self._kept("kinds", []) as examined:
            new = sorted(unseen.difference(examined))
            if len(new) < at_least:
                return []
            examined.extend(new)
        self._seen.update(unseen)
        return new

    def reached(self, role: str, endpoints: list[str]) -> dict[str, list[str]]:
        """Note what a role reached; return what every role did until now."""
        with self._kept("reached", {}) as by_role:
            by_role[role] = endpoints
        return by_role

    @contextmanager
    def _kept(self, name: str, empty: Any) -> Iterator[Any]:
        if self.folder is None:
            yield empty
            return
        path = self.folder / f"{name}.json"
        with (self.folder / f"{name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            kept = json.loads(path.read_text(encoding="utf-8")) if path.exists() else empty
            yield kept
            path.write_text(json.dumps(kept), encoding="utf-8")
