"""Reading score cards: the stored judgement as the one document that every door prints."""

from collections.abc import Callable, Collection, Iterable
from datetime import date, datetime
from typing import Any

from core.accounts import Account, Role
from core.dates import add_months, month_end
from core.formats import month_text, number_text
from core.small_numbers import hide_small
from providers.codes import LearningRoute
from providers.deliveries.calendar_queries import DeliveryState, delivery_calendar
from providers.models import Provider
from quality.method.explain import total_over_routes
from quality.method.model import BASIS_2027, SHIPPED, ScoringModel
from quality.models import CONCEPT, REVISION, ScoreCard, ScoreDraws, ScoringModelVersion

ROUTE_NUMBERS = {route.code: int(route) for route in LearningRoute}
ROUTE_CODES = {number: code for code, number in ROUTE_NUMBERS.items()}
OWN_KEYS = (
    "chances",
    "border",
    "few_groups",
    "smallest",
    "coverage",
    "gate",
    "small",
    "criteria",
    "indicative",
    "active",
    "aggregation",
    "beside",
)


def model_in_force(month: date, known_on: datetime | None = None) -> ScoringModel:
    """The scoring model by which a month is judged: the shipped one until another is approved."""
    approved = ScoringModelVersion.approved_at
    by_then = approved.is_null(False) if known_on is None else approved <= known_on
    version = (
        ScoringModelVersion.select()
        .where(ScoringModelVersion.valid_from <= month, by_then)
        .order_by(ScoringModelVersion.valid_from.desc(), ScoringModelVersion.approved_at.desc())
        .first()
    )
    return BASIS_2027 if version is None else ScoringModel.from_definition(version.definition)


def model_named(code: str) -> ScoringModel:
    """A model by the code that a card keeps."""
    if code in SHIPPED:
        return SHIPPED[code]
    version = ScoringModelVersion.get_or_none(ScoringModelVersion.code == code)
    return BASIS_2027 if version is None else ScoringModel.from_definition(version.definition)


def cards_of(
    month: date,
    *,
    provider_ids: Collection[int] | Any = None,
    route: str | None = None,
    revisions: bool = False,
) -> Any:
    """Cards of a month with their provider, by code and route; revisions only when asked."""
    query = (
        ScoreCard.select(ScoreCard, Provider)
        .join(Provider)
        .where(ScoreCard.month == month)
        .order_by(Provider.code, ScoreCard.route, ScoreCard.revision)
    )
    if not revisions:
        query = query.where(ScoreCard.revision == 0)
    if provider_ids is not None:
        query = query.where(ScoreCard.provider.in_(provider_ids))
    if route is not None:
        query = query.where(ScoreCard.route == ROUTE_NUMBERS[route])
    return query


def history_of(
    provider_id: int, month: date, months: int = 12, route: str | None = None
) -> list[ScoreCard]:
    """Cards of one provider over the months up to ``month``, by route and month."""
    query = (
        ScoreCard.select(ScoreCard, Provider)
        .join(Provider)
        .where(
            ScoreCard.provider == provider_id,
            ScoreCard.month.between(add_months(month, 1 - months), month),
            ScoreCard.revision == 0,
        )
        .order_by(ScoreCard.route, ScoreCard.month)
    )
    if route is not None:
        query = query.where(ScoreCard.route == ROUTE_NUMBERS[route])
    return list(query)


def newest_cards_of(month: date, provider_ids: Collection[int]) -> dict[int, list[ScoreCard]]:
    """Per provider its cards of a month, of each route the newest revision."""
    query: Any = ScoreCard.select().where(
        ScoreCard.month == month, ScoreCard.provider.in_(list(provider_ids))
    )
    newest = {(c.provider_id, c.route): c for c in query.order_by(ScoreCard.revision)}
    by_provider: dict[int, list[ScoreCard]] = {}
    for (provider, _), card in newest.items():
        by_provider.setdefault(provider, []).append(card)
    return by_provider


def tree_of(card: ScoreCard) -> dict[str, Any]:
    """One card as data: an entry of ``scores``."""
    result = card.result
    ranked = card.rank_median is not None
    return {
        "aanbieder": card.provider.code,
        "route": result["route"],
        "status": card.status,
        "standing": card.standing,
        "score": card.score,
        "interval": None if card.interval_low is None else [card.interval_low, card.interval_high],
        "rank": _rank_of(card) if ranked else None,
        # What a method did not have yet, its cards do not have either.
        **{key: result[key] for key in OWN_KEYS if key in result},
        "borders": result.get("borders") or list(model_named(card.model).borders),
        "model": card.model,
        "computed_at": card.computed_at.isoformat(),
        "fixed_by": card.fixed_by,
        "fixed_at": card.fixed_at.isoformat() if card.fixed_at else None,
        "fingerprint": card.fingerprint or None,
    }


def _rank_of(card: ScoreCard) -> dict[str, Any]:
    rank = {"median": card.rank_median, "lo": card.rank_low, "hi": card.rank_high}
    if card.rank_best is None:
        return rank
    return rank | {"best_quarter": card.rank_best, "worst_quarter": card.rank_worst}


OUTSIDE = (Role.REGION, Role.MUNICIPALITY)
"""Roles that a figure leaves the team for; a provider sees its own learners in full."""


def shown_tree(card: ScoreCard, account: Account | None) -> dict[str, Any]:
    """A judgement as this account may see it; the command line (no account) sees all."""
    tree = tree_of(card)
    return hide_small(tree) if account is not None and account.role in OUTSIDE else tree


def document(
    month: date, cards: Iterable[ScoreCard], account: Account | None = None, *, today: date
) -> dict[str, Any]:
    """The document of ``score --json``: a month with its scores, and totals over routes."""
    complete = is_complete(month, today)
    listed = list(cards)
    trees = [
        shown_tree(card, account) | {"complete": complete}
        for card in listed
        if card.status != REVISION
    ]
    model = next((card.model for card in listed), None) or model_in_force(month).code
    return {
        "month": f"{month:%Y-%m}",
        "model": model,
        "peildatum": month_end(month).isoformat(),
        "scores": trees,
        "totals": [
            {
                "aanbieder": code,
                "score": total_over_routes(
                    [(t["score"], t["active"]) for t in trees if t["aanbieder"] == code]
                ),
            }
            for code in dict.fromkeys(t["aanbieder"] for t in trees)
        ],
    }


def draws_of(cards: Iterable[ScoreCard]) -> dict[int, bytes]:
    """Kept draws by card."""
    ids = [card.id for card in cards]
    query: Any = ScoreDraws.select(ScoreDraws.card, ScoreDraws.draws)
    rows = query.where(ScoreDraws.card.in_(ids)).tuples()
    return {card: bytes(draws) for card, draws in rows}


def judged_months() -> list[date]:
    """Months that have cards, oldest first."""
    query: Any = ScoreCard.select(ScoreCard.month).distinct().order_by(ScoreCard.month)
    return [month for (month,) in query.tuples()]


def is_complete(month: date, today: date) -> bool:
    """Whether a month is over, and nothing of it is still to come within its term."""
    if month_end(month) >= today:
        return False
    everyone = Provider.select(Provider.id)
    cells = delivery_calendar(everyone, month, month, today)
    return all(cell.state is not DeliveryState.EXPECTED for cell in cells)


def newest_judged_month(today: date, months: Iterable[date] | None = None) -> date | None:
    """The newest month of the region that is complete; None before there is one.

    An early delivery never moves pages and reports on to a month in progress. ``months`` are those
    that may be chosen: the months that have cards, unless others are given.
    """
    listed = judged_months() if months is None else months
    return next((m for m in sorted(listed, reverse=True) if is_complete(m, today)), None)


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
