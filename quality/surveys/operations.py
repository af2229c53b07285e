"""Take in the answers of a survey."""

from collections.abc import Sequence
from datetime import datetime

from core import audit
from core.db import transaction
from core.errors import DomainError
from providers.models import Provider
from quality.surveys.models import SurveyCount
from quality.surveys.rules import AnswerRow


def import_answers(rows: Sequence[AnswerRow], *, by: str, at: datetime) -> int:
    """Keep the counts of a file; a count that is there already is replaced. Returns how many."""
    providers = {provider.code: provider for provider in Provider.select()}
    for row in rows:
        if row.provider not in providers:
            raise DomainError(
                "provider_unknown",
                f'Rij {row.row}: aanbieder "{row.provider}" staat niet in het register.',
                field="file",
            )
    with transaction():
        for row in rows:
            place = {
                "provider": providers[row.provider],
                "held_on": row.held_on,
                "question": row.question,
                "answer": row.answer,
            }
            count, _ = SurveyCount.get_or_create(
                **place, defaults={"count": row.count, "entered_by": by, "entered_at": at}
            )
            count.count, count.entered_by, count.entered_at = row.count, by, at
            count.save()
        audit.record(
            at=at, actor=by, action="load", thing="survey_count",
            thing_id=", ".join(sorted({row.provider for row in rows})), after={"rows": len(rows)},
        )  # fmt: skip
    return len(rows)
