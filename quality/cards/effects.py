"""What a change does to judgements that are still concept: watch before, tell after."""

from collections.abc import Callable
from typing import Any

from core.formats import month_text, number_text
from providers.codes import LearningRoute
from providers.models import Provider
from quality.models import CONCEPT, ScoreCard

MOST_LINES = 20


def effects_on_open_months() -> Callable[[], list[str]]:
    """Remember every judgement that is concept; what it gives tells which of them changed."""
    before = _open_judgements()

    def tell() -> list[str]:
        after = _open_judgements()
        changed = [
            key for key in sorted(before.keys() | after.keys()) if before.get(key) != after.get(key)
        ]
        lines = [_line(key, before.get(key), after.get(key)) for key in changed[:MOST_LINES]]
        rest = len(changed) - MOST_LINES
        return [*lines, f"En nog {rest} andere."] if rest > 0 else lines

    return tell


def _open_judgements() -> dict[Any, Any]:
    """Standing and score by name, month and route; read without the judgements themselves."""
    query: Any = (
        ScoreCard.select(
            Provider.name, ScoreCard.month, ScoreCard.route, ScoreCard.standing, ScoreCard.score
        )
        .join(Provider)
        .where(ScoreCard.status == CONCEPT)
    )
    return {
        (name, month, route): (standing, None if score is None else round(score, 1))
        for name, month, route, standing, score in query.tuples()
    }


def _line(key: Any, old: Any, new: Any) -> str:
    name, month, route = key
    return (
        f"{name}, {LearningRoute(route).label}, {month_text(month)}: "
        f"{_judgement(old)} wordt {_judgement(new)}"
    )


def _judgement(one: Any) -> str:
    if one is None:
        return "geen oordeel"
    standing, score = one
    word = standing.replace("_", " ")
    return word if score is None else f"{word} ({number_text(score)})"
