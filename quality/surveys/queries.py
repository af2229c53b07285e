"""What learners answered, per survey of a provider."""

from datetime import date
from typing import Any

import quality.surveys.scopes  # noqa: F401  registers who sees what
from core.accounts import Account, visible
from providers.models import Provider
from quality.surveys.models import SurveyCount
from quality.surveys.rules import QuestionResult, results


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
