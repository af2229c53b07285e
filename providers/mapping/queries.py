"""Which mapping a provider has now."""

from typing import Any

from providers.feed.columns import NO_MAPPING, Layout, Mapping
from providers.feed.values import fold
from providers.mapping.models import ColumnMapping


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
    there = {fold(title) for title in layout.header if title}
    confirmed = {fold(header) for header in mapping.headers}
    return {
        "version": mapping.version,
        "gone": [h for h, column in mapping.headers.items() if column and fold(h) not in there],
        "new": [
            title
            for title in layout.header
            if title and fold(title) not in confirmed and title not in layout.personal
        ],
    }
