"""Score cards by the hundred, out of those that were computed: for what must hold with many."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from core.dates import add_months
from core.db import transaction
from providers.models import Provider
from quality.models import ScoreCard

AT_ONCE = 30


def earlier_months(month: date, count: int) -> None:
    """Give every card of a month so many months before it, each with other values."""
    _insert(
        {**_varied(card, 13 * back + 7 * number), "month": add_months(month, -back)}
        for back in range(1, count)
        for number, card in enumerate(_cards(month))
    )


def other_providers(month: date, count: int) -> None:
    """Put so many providers beside the first, each with cards like those of the first."""
    first = Provider.select().order_by(Provider.id).first()
    template = [card for card in _cards(month) if card["provider"] == first.id]
    names = {f"TB{number:03}": f"Taalschool {number:03} {'van de hele regio ' * (number % 3)}"
             for number in range(count)}  # fmt: skip
    made = [Provider.create(code=code, name=name.strip()) for code, name in names.items()]
    _insert(
        {**_varied(card, 7 * number), "provider": provider.id}
        for number, provider in enumerate(made)
        for card in template
    )


def _cards(month: date) -> list[dict[str, Any]]:
    result: Any = ScoreCard.select().where(ScoreCard.month == month).order_by(ScoreCard.id)
    return list(result.dicts())


def _varied(card: dict[str, Any], seed: int) -> dict[str, Any]:
    """The same card with a score and values up to twenty points lower."""
    less = seed % 21

    def lower(value: Any) -> Any:
        return max(0.0, value - less) if isinstance(value, float) else value

    criteria = {
        code: {**item, "value": lower(item["value"]), "points": lower(item["points"])}
        for code, item in card["result"]["criteria"].items()
    }
    result = {**card["result"], "criteria": criteria}
    varied = {**card, "score": lower(card["score"]), "result": result}
    return {name: value for name, value in varied.items() if name != "id"}


def _insert(rows: Iterable[dict[str, Any]]) -> None:
    listed = list(rows)
    with transaction():
        for start in range(0, len(listed), AT_ONCE):
            ScoreCard.insert_many(listed[start : start + AT_ONCE]).execute()
