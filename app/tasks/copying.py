"""Move an installation to another database, SQLite or PostgreSQL, and prove that nothing changed.

Every row keeps its number. What arrived is read back and compared with what left: how many rows
each table has, and a digest of all their values in a form that is the same on both engines.
"""

import hashlib
import importlib
import json
import pkgutil
import shutil
import struct
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import peewee

from app.checks import all_findings
from core import log_chain
from core.audit import record
from core.db import BaseModel, database, open_database, transaction
from core.errors import DomainError
from core.migrations import migrate
from core.storage import is_damaged, sha256_of

PACKAGES = ("core", "providers", "quality", "procurement")
HISTORY = "schema_migration"
BATCH = 5_000
ORIGINALS = "originals"
KEY = "secret_key"


@dataclass
class Copied:
    """What went: rows per table, files, and what does not add up on the other side."""

    rows: dict[str, int] = field(default_factory=dict)
    files: int = 0
    findings: list[str] = field(default_factory=list)


def copy_installation(
    url: str,
    *,
    settings: Mapping[str, Any],
    by: str,
    at: datetime,
    data_directory: Path | None = None,
    report: Callable[[str], object] = lambda _table: None,
) -> Copied:
    """Copy all tables to an empty database, in one transaction there, and check what arrived.

    The received files go along when there is another data directory for them.
    """
    if url == settings["DATABASE_URL"]:
        raise DomainError("same_database", "Dit is de database waarin de gegevens al staan.")
    source, target, copied = database.obj, open_database(url), Copied()
    try:
        target.connect()
    except peewee.OperationalError as error:
        raise DomainError(
            "no_database",
            f"De andere database is niet te openen ({' '.join(str(error).split())}). "
            "Maak haar eerst, en controleer het adres achter --to.",
        ) from error
    try:
        _refuse_filled(target)
        if data_directory is not None:
            copied.files = _copy_files(settings["TAALINKOOP_DATA_DIR"], data_directory)
        migrate(target)
        digests = {}
        with source.atomic(), target.atomic():
            _empty(target)
            for model in models():
                report(model._meta.table_name)
                digests[model] = _copy(model, source, target)
            for model, (count, digest) in digests.items():
                copied.rows[model._meta.table_name] = count
                if _digest_of(_rows(model, target), model) != (count, digest):
                    raise DomainError(
                        "copy_differs",
                        f"Tabel {model._meta.table_name} kwam anders aan dan zij vertrok. "
                        "Er is niets verhuisd; meld dit bij de makers.",
                    )
        with _instead(target), log_chain.head_in(data_directory):
            copied.findings = all_findings()
            with transaction():
                record(
                    at=at, actor=by, action="copy", thing="installation", thing_id="database",
                    after={"rows": sum(copied.rows.values())},
                )  # fmt: skip
    finally:
        target.close()
    return copied


def models() -> list[type[peewee.Model]]:
    """Every table of the product, those that others refer to first."""
    for package in PACKAGES:
        for module in pkgutil.walk_packages(
            importlib.import_module(package).__path__, f"{package}."
        ):
            if module.name.endswith(("models", "audit", "access_log", "log_chain", "accounts")):
                importlib.import_module(module.name)
    models = peewee.sort_models(BaseModel.__subclasses__())  # type: ignore[attr-defined]
    # Whoever ran ANALYZE on SQLite has tables of statistics.
    there = {name for name in database.get_tables() if not name.startswith("sqlite_")}
    left = there - {m._meta.table_name for m in models} - {HISTORY}
    if left:
        raise DomainError(
            "unknown_tables",
            f"In de database staan tabellen die Taalinkoop niet kent: {', '.join(sorted(left))}. "
            "Zet die eerst ergens anders.",
        )
    return list(models)


def _refuse_filled(target: peewee.Database) -> None:
    # A copy that was interrupted left a schema with no more in it than the schema brings itself.
    there = {"account", "provider", "audit_line"} & set(target.get_tables())
    if any(target.execute_sql(f"SELECT 1 FROM {name} LIMIT 1").fetchone() for name in there):  # noqa: S608
        raise DomainError(
            "not_empty", "De andere database is niet leeg. Kies een lege, of maak een nieuwe."
        )


def _empty(target: peewee.Database) -> None:
    """Take away what the schema brings itself; it comes with the rest."""
    if not _is_postgresql(target):
        target.execute_sql("PRAGMA defer_foreign_keys = ON")
    for model in reversed(models()):
        target.execute_sql(f'DELETE FROM "{model._meta.table_name}"')  # noqa: S608  our own name


def _copy(
    model: type[peewee.Model], source: peewee.Database, target: peewee.Database
) -> tuple[int, str]:
    """Copy one table; return how many rows it has, and their digest."""
    table, names = model._meta.table_name, _columns(model)
    listed = ", ".join(f'"{name}"' for name in names)
    digest = _Digest(model)
    rows = digest.passing(_rows(model, source))
    if _is_postgresql(target):
        with target.cursor().copy(f'COPY "{table}" ({listed}) FROM STDIN') as copy:
            for row in rows:
                copy.write_row(row)
        target.execute_sql(
            f"SELECT setval(pg_get_serial_sequence('\"{table}\"', 'id'), "  # noqa: S608
            f'(SELECT COALESCE(MAX(id), 0) + 1 FROM "{table}"), false)'
        )
    else:
        marks = ", ".join("?" * len(names))
        target.connection().executemany(
            f'INSERT INTO "{table}" ({listed}) VALUES ({marks})',  # noqa: S608
            ([_for_sqlite(value) for value in row] for row in rows),
        )
    return digest.result()


def _columns(model: type[peewee.Model]) -> list[str]:
    return [one.column_name for one in model._meta.sorted_fields]


def _rows(model: type[peewee.Model], db: peewee.Database) -> Iterator[tuple[Any, ...]]:
    """All rows in the order of their number; JSON as text, yes and no as such."""
    postgresql = _is_postgresql(db)
    listed = ", ".join(
        f'"{one.column_name}"::text'
        if postgresql and isinstance(one, peewee.JSONField)
        else f'"{one.column_name}"'
        for one in model._meta.sorted_fields
    )
    flags = {
        place
        for place, one in enumerate(model._meta.sorted_fields)
        if isinstance(one, peewee.BooleanField)
    }
    key = [one.name for one in model._meta.sorted_fields].index("id")
    mark = "%s" if postgresql else "?"
    query = (
        f'SELECT {listed} FROM "{model._meta.table_name}" '  # noqa: S608  our own names
        f"WHERE id > {mark} ORDER BY id LIMIT {BATCH}"
    )
    last = -1
    while rows := db.execute_sql(query, (last,)).fetchall():
        for row in rows:
            yield tuple(
                bool(value) if place in flags and value is not None else value
                for place, value in enumerate(row)
            )
        last = rows[-1][key]


def _for_sqlite(value: Any) -> Any:
    if isinstance(value, Decimal):
        return str(value)
    return str(value) if hasattr(value, "isoformat") else value


class _Digest:
    """Number and SHA-256 of rows, whatever engine they come from."""

    def __init__(self, model: type[peewee.Model]) -> None:
        self.kinds = [type(one) for one in model._meta.sorted_fields]
        self.count = 0
        self.sha256 = hashlib.sha256()

    def passing(self, rows: Iterator[tuple[Any, ...]]) -> Iterator[tuple[Any, ...]]:
        """Count rows in while somebody else reads them."""
        for row in rows:
            self.count += 1
            values = [self._plain(kind, value) for kind, value in zip(self.kinds, row, strict=True)]
            self.sha256.update(repr(values).encode())
            yield row

    @staticmethod
    def _plain(kind: type[peewee.Field], value: Any) -> Any:  # noqa: PLR0911  a table
        if value is None:
            return None
        if issubclass(kind, peewee.JSONField):
            return json.dumps(json.loads(value), sort_keys=True)
        if issubclass(kind, peewee.BlobField):
            return bytes(value)
        if issubclass(kind, peewee.DecimalField):
            return str(Decimal(str(value)).normalize())
        if issubclass(kind, peewee.DoubleField):
            return float(value)
        if issubclass(kind, peewee.FloatField):
            return struct.pack("f", value)  # four bytes, as REAL of PostgreSQL holds
        return value if isinstance(value, int | bytes) else str(value)

    def result(self) -> tuple[int, str]:
        """How many rows, and their digest."""
        return self.count, self.sha256.hexdigest()


def _digest_of(rows: Iterator[tuple[Any, ...]], model: type[peewee.Model]) -> tuple[int, str]:
    digest = _Digest(model)
    for _ in digest.passing(rows):
        pass
    return digest.result()


def _copy_files(source: Path, target: Path) -> int:
    """Copy the received files and the secret key; refuse one that arrives damaged."""
    target.mkdir(mode=0o700, parents=True, exist_ok=True)
    count = 0
    for path in sorted((source / ORIGINALS).glob("??/*")):
        place = target / path.relative_to(source)
        if not place.exists() or sha256_of(place) != sha256_of(path):
            place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            shutil.copy2(path, place)
        if is_damaged(place, sha256_of(place)):
            raise DomainError(
                "damaged",
                f"Het ontvangen bestand {path.name} is beschadigd. Zet het eerst terug uit een "
                "reservekopie met: taalinkoop restore",
            )
        count += 1
    # The logs are linked, and second steps sealed, with this key.
    if (source / KEY).exists():
        shutil.copy2(source / KEY, target / KEY)
    return count


@contextmanager
def _instead(target: peewee.Database) -> Iterator[None]:
    """Let everything work on the other database for a while."""
    source = database.obj
    database.initialize(target)
    try:
        yield
    finally:
        database.initialize(source)


def _is_postgresql(db: peewee.Database) -> bool:
    return isinstance(db, peewee.PostgresqlDatabase)
