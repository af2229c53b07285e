"""What a provider calls our columns and codes: confirmed by a person, kept in versions."""

from collections import Counter
from collections.abc import Mapping as AnyMapping
from datetime import datetime
from typing import Any

from core.audit import record
from core.db import transaction
from core.errors import DomainError
from providers.feed.columns import BY_NAME, COLUMNS, NO_MAPPING, Layout, Mapping
from providers.feed.values import fold
from providers.models import ColumnMapping, Provider


def mapping_of(provider_id: int) -> Mapping:
    """The newest mapping of a provider; none when it never confirmed one."""
    newest: Any = (
        ColumnMapping.select()
        .where(ColumnMapping.provider == provider_id)
        .order_by(ColumnMapping.version.desc())
        .first()
    )
    if newest is None:
        return NO_MAPPING
    return Mapping(headers=newest.headers, codes=newest.codes, version=newest.version)


def header_changes(mapping: Mapping, layout: Layout) -> dict[str, Any] | None:
    """Headers that were confirmed and are gone, and headers that nobody confirmed; or none."""
    if not mapping.version:
        return None
    present = {fold(title) for title in layout.header if title}
    confirmed = {fold(header) for header in mapping.headers}
    return {
        "version": mapping.version,
        "gone": [h for h, column in mapping.headers.items() if column and fold(h) not in present],
        "new": [
            title
            for title in layout.header
            if title and fold(title) not in confirmed and title not in layout.personal
        ],
    }


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
