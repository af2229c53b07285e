"""Confirm what a provider calls its columns and codes."""

from collections import Counter
from collections.abc import Mapping as AnyMapping
from datetime import datetime

from core.audit import record
from core.db import transaction
from core.errors import DomainError
from providers.feed.columns import BY_NAME, COLUMNS
from providers.mapping.models import ColumnMapping
from providers.mapping.queries import mapping_of
from providers.models import Provider


def save_mapping(
    provider: Provider,
    *,
    headers: AnyMapping[str, str],
    codes: AnyMapping[str, AnyMapping[str, str]],
    by: str,
    at: datetime,
) -> ColumnMapping | None:
    """Keep a new version of a mapping; ``None`` when it is the one in use already."""
    _check(headers)
    codes = {column: dict(own) for column, own in codes.items() if own}
    with transaction():
        before = mapping_of(provider.id)
        if before.version and (before.headers, before.codes) == (dict(headers), codes):
            return None
        mapping = ColumnMapping.create(
            provider=provider,
            version=before.version + 1,
            headers=dict(headers),
            codes=codes,
            created_by=by,
            created_at=at,
        )
        record(
            at=at,
            actor=by,
            action="confirm",
            thing="column_mapping",
            thing_id=f"{provider.code}/{mapping.version}",
            before={"headers": before.headers, "codes": before.codes},
            after={"headers": dict(headers), "codes": codes},
        )
    return mapping


def _check(headers: AnyMapping[str, str]) -> None:
    chosen = Counter(column for column in headers.values() if column)
    unknown = [column for column in chosen if column not in BY_NAME]
    if unknown:
        raise DomainError("unknown_column", f"De kolom {unknown[0]} kennen wij niet.")
    doubled = [column for column, count in chosen.items() if count > 1]
    if doubled:
        raise DomainError(
            "column_twice",
            f"Je koos {doubled[0]} voor meer dan een kolom. Kies elke kolom hoogstens een keer.",
        )
    missing = [c.name for c in COLUMNS if c.required and c.name not in chosen]
    if missing:
        raise DomainError(
            "column_missing",
            "Kies ook welke kolom dit is: " + ", ".join(missing) + ".",
        )
