"""Every check of the data there is: a package's checks count once its module is imported."""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

import providers.checks  # noqa: F401  registers them
import quality.cards.operations  # noqa: F401  names what it owes
from core.checks import all_findings, check
from core.dates import add_months
from core.log_chain import log_texts
from core.personal_data import is_citizen_number
from core.storage import Storage, is_damaged, sha256_of
from procurement.promises.models import Invoice
from providers.deliveries.outcomes import HELD, WITHDRAWN
from providers.deliveries.retention_operations import uncleaned_originals
from providers.feed.read.cleaning import CLEANED
from providers.models import CourseTrack, Delivery, RejectedRow
from quality.learners.models import LearnerFacts

__all__ = ["all_findings", "file_findings"]


NUMBER = re.compile(r"(?=[\w-]*\d)\w[\w-]{4,31}")
"""What may be a trajectnummer; shorter ones are too often the number of something else."""


@check
def logs_hold_no_number_of_a_person() -> list[str]:
    """The logs hold a keyed digest of a trajectnummer, never the number; and no BSN."""
    findings = []
    for log, lines in log_texts():
        wrong: dict[str, list[int]] = {"trajectnummer": [], "burgerservicenummer": []}
        for batch in lines:
            named = {line: set(NUMBER.findall(text)) for line, text in batch}
            texts = set().union(*named.values())
            of_learners = _numbers_of((CourseTrack, LearnerFacts, RejectedRow), texts)
            # One in eleven of the invoice numbers of nine digits passes for a BSN.
            citizens = {text for text in texts if is_citizen_number(text)}
            citizens -= _numbers_of((Invoice,), citizens)
            for line, numbers in named.items():
                if numbers & citizens:
                    wrong["burgerservicenummer"].append(line)
                elif numbers & of_learners:
                    wrong["trajectnummer"].append(line)
        findings += [
            f"In {log} staat een {what} zoals het is: regel {lines[0]}"
            f"{f', en {len(lines) - 1} andere' if len(lines) > 1 else ''}. Een regel is niet te "
            "wijzigen: meld het bij de functionaris gegevensbescherming."
            for what, lines in wrong.items() if lines
        ]  # fmt: skip
    return findings


def _numbers_of(models: tuple[Any, ...], texts: set[str]) -> set[str]:
    """Which of these texts is the number of a row of one of these tables."""
    numbers: set[str] = set()
    listed = sorted(texts)
    for model in models:
        for start in range(0, len(listed), IN_ONE_QUESTION):
            some: Any = model.select(model.number).where(
                model.number.in_(listed[start : start + IN_ONE_QUESTION])
            )
            numbers |= {number for (number,) in some.tuples()}
    return numbers


IN_ONE_QUESTION = 500


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
