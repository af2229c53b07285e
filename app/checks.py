"""Every check of the data there is: a package's checks count once its module is imported."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

import providers.checks  # noqa: F401  registers them
import quality.cards.operations  # noqa: F401  names what it owes
from core.checks import all_findings
from core.dates import add_months
from core.storage import Storage, is_damaged, sha256_of
from providers.deliveries.outcomes import HELD, WITHDRAWN
from providers.deliveries.retention_operations import uncleaned_originals
from providers.feed.read.cleaning import CLEANED
from providers.models import Delivery

__all__ = ["all_findings", "file_findings"]


def file_findings(settings: Mapping[str, Any], *, at: datetime) -> Iterator[str]:
    """Whether every received file that is not too old to keep is there, and as it came.

    Of a file with more than known columns there is a cleaned copy; nothing vouches for its bytes.
    """
    storage = Storage(settings["TAALINKOOP_DATA_DIR"])
    first = add_months(at.date().replace(day=1), -settings["TAALINKOOP_KEEP_FILES_MONTHS"])
    numbers: dict[str, int] = {}
    for delivery in Delivery.select():
        if delivery.state not in (HELD, WITHDRAWN):
            continue
        if delivery.findings.get("original_removed"):
            continue
        if delivery.sha256 and delivery.received_at.date() >= first:
            numbers.setdefault(delivery.sha256, delivery.id)
    advice = "Zet het terug uit een reservekopie met: taalinkoop restore"
    for sha256, number in sorted(numbers.items(), key=lambda item: item[1]):
        path = storage.path(sha256)
        if not path.exists() and not storage.path(sha256, CLEANED).exists():
            yield f"Het ontvangen bestand van levering {number} ontbreekt. {advice}"
        elif path.exists() and is_damaged(path, sha256_of(path)):
            yield f"Het ontvangen bestand van levering {number} is veranderd. {advice}"
    if number := len(uncleaned_originals(storage)):
        yield (
            f"{number} ontvangen bestanden van een oudere versie bevatten nog alles wat erin "
            "stond. Maak ze schoon met: taalinkoop retention --apply"
        )
