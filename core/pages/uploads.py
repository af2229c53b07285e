"""A file that somebody looks at before it is taken in: kept for a day, named by a sealed token."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from flask import current_app, g
from itsdangerous import BadData, URLSafeTimedSerializer
from werkzeug.datastructures import FileStorage
from werkzeug.utils import secure_filename

from core.storage import Storage

VALID_SECONDS = 24 * 3600
"""How long after a preview its file may still be taken in."""
About = dict[str, Any]
"""What a preview was of: ``sha256``, ``name``, and what the form asked besides."""


class Uploads:
    """The files of one page; a token of another page or another account is worth nothing."""

    def __init__(self, page: str) -> None:
        self.page = page

    def keep(self, file: FileStorage, **about: Any) -> About:
        """Keep a file; ``DomainError`` when it is too large."""
        limit = current_app.config["TAALINKOOP_MAX_UPLOAD_MB"] * 1_000_000
        stored = _storage().keep(file.stream, at_most=limit)
        name = secure_filename(file.filename or "") or f"{self.page}.csv"
        return {"sha256": stored.sha256, "name": name, **about}

    def sealed(self, about: About) -> str:
        """The token that a form carries to its confirmation."""
        return str(self._serializer().dumps(about | {"by": g.account.email}))

    def unsealed(self, text: str) -> About | None:
        """What a token is about; None when it is old, of somebody else, or the file is gone."""
        try:
            about: About = self._serializer().loads(text, max_age=VALID_SECONDS)
        except BadData:
            return None
        own = about["by"] == g.account.email and _storage().arrived(about["sha256"]).exists()
        return about if own else None

    @contextmanager
    def path(self, about: About) -> Iterator[Path]:
        """The kept file under its own name, for a reader that goes by it."""
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / about["name"]
            path.write_bytes(_storage().arrived(about["sha256"]).read_bytes())
            yield path

    def forget(self, about: About) -> None:
        """Remove a file that was taken in."""
        _storage().arrived(about["sha256"]).unlink(missing_ok=True)

    def _serializer(self) -> URLSafeTimedSerializer:
        return URLSafeTimedSerializer(str(current_app.secret_key), salt=self.page)


def _storage() -> Storage:
    return Storage(Path(current_app.config["TAALINKOOP_DATA_DIR"]))
