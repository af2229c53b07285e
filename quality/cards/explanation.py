"""Why a score is what it is, and why it is not what it was a month ago."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from core.dates import add_months
from providers.models import Provider
from providers.register.queries import dossier
from providers.register.rules import Dossier
from quality.cards import operations, queries as cards
from quality.cards.inputs import Corrected, Moment
from quality.models import ScoreCard

Tree = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Change:
    """The difference with the month before, in points, split by what made it."""

    total: float
    corrections: float
    model: float
    new_month: float
    criteria: dict[str, float]


def change_since_last_month(card: ScoreCard) -> Change | None:
    """Split the difference in rows corrected since, another model, and the new month.

    The month before is judged twice more, with the rows of today: by its own model and by this
    month's. None when either month has no score.
    """
    month: date = card.month
    before = next(
        iter(
            cards.cards_of(
                add_months(month, -1), provider_ids=[card.provider.id], route=card.result["route"]
            )
        ),
        None,
    )
    if card.score is None or before is None or before.score is None:
        return None
    corrected = _judged_again(card.provider, before, before.model)
    remodelled = corrected
    if before.model != card.model:
        remodelled = _judged_again(card.provider, before, card.model)
    if corrected is None or remodelled is None:
        return None
    return Change(
        total=card.score - before.score,
        corrections=corrected - before.score,
        model=remodelled - corrected,
        new_month=card.score - remodelled,
        criteria=_by_criterion(card.result, before.result),
    )


@dataclass(frozen=True, slots=True)
class Difference:
    """What separates a revision from the fixed score, in points, split by what made it."""

    total: float
    rules: float
    """Another norm, mark, recognition or model."""
    corrected: float
    """Rows that were known when the score was fixed, and changed or went since."""
    added: float
    """Rows that came since."""


def difference(fixed: ScoreCard, revision: ScoreCard) -> Difference | None:
    """Explain a revision: the rows of then by the rules of now, then corrected, then complete.

    None when one of these has no score.
    """
    provider, then, now = fixed.provider, fixed.fixed_at, revision.computed_at
    registers = {provider.id: dossier(provider, now)}
    by_rules = _judged_again(provider, revision, revision.model, then, registers)
    corrected = _judged_again(provider, revision, revision.model, Corrected(then, now), registers)
    before, after = fixed.score, revision.score
    if before is None or by_rules is None or corrected is None or after is None:
        return None
    return Difference(
        total=after - before,
        rules=by_rules - before,
        corrected=corrected - by_rules,
        added=after - corrected,
    )


def _judged_again(
    provider: Provider,
    card: ScoreCard,
    model_code: str,
    known_on: Moment = None,
    registers: Mapping[int, Dossier] | None = None,
) -> float | None:
    model = cards.model_named(model_code)
    for _, route, tree, _ in operations.judged_again(
        [provider], card.month, model, known_on, registers
    ):
        if route == card.route:
            return tree["score"]
    return None


def _by_criterion(now: Tree, before: Tree) -> dict[str, float]:
    return {
        code: (item["contribution"] or 0) - (before["criteria"][code]["contribution"] or 0)
        for code, item in now["criteria"].items()
        if code in before["criteria"]
    }
