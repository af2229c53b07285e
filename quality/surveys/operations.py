"""The answers of a survey: taken in, and per school what they say."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import quality.scopes  # noqa: F401  registers who sees what
from core import audit
from core.accounts import Account, visible
from core.db import transaction
from providers.feed.read.small_files import refuse_for
from providers.feed.values import echo
from providers.models import Provider
from quality.cards.operations import follow_register
from quality.cards.queries import judged_months, model_in_force
from quality.method.criteria import CRITERIA
from quality.models import SurveyCount
from quality.surveys.rules import AnswerRow, QuestionResult, results


def import_answers(rows: Sequence[AnswerRow], *, by: str, at: datetime) -> int:
    """Keep the counts of a file; a count that is there already is replaced. Returns how many."""
    providers = {provider.code: provider for provider in Provider.select()}
    refuse_for(
        [
            f'Rij {row.row}: aanbieder "{echo(row.provider)}" staat niet in het register.'
            for row in rows
            if row.provider not in providers
        ],
        "provider_unknown",
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
    if _is_judged():
        ids = {providers[row.provider].id for row in rows}
        follow_register(by=by, at=at, providers=ids)
    return len(rows)


def _is_judged() -> bool:
    """Whether the model of the newest month asks what learners answered, whatever its weight."""
    months = judged_months()
    return bool(months) and any(
        CRITERIA[criterion.code].asks_learners for criterion in model_in_force(months[-1]).criteria
    )


def surveys_of(provider: Provider, account: Account) -> dict[date, list[QuestionResult]]:
    """Results per day on which a survey was held, newest first."""
    query: Any = (
        visible(SurveyCount, account)
        .where(SurveyCount.provider == provider)
        .order_by(SurveyCount.held_on.desc(), SurveyCount.id)
    )
    per_day: dict[date, list[tuple[str, str, int]]] = {}
    for row in query:
        per_day.setdefault(row.held_on, []).append((row.question, row.answer, row.count))
    return {day: results(counts) for day, counts in per_day.items()}
