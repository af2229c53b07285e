"""Put together what a passport holds: one aanbieder in one fixed month."""

from collections.abc import Collection
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core import audit
from core.dates import add_months
from core.db import transaction
from core.errors import DomainError
from core.formats import month_text
from providers.codes import LearningRoute
from providers.models import Delivery, DeliveryMonth, Provider
from quality.cards import operations, queries as cards
from quality.method.criteria import CRITERIA
from quality.method.model import ScoringModel
from quality.models import FIXED, Reaction, ScoreCard

if TYPE_CHECKING:
    from quality.method.case import Case

SCRIPT = Path(__file__).parent / "recompute.py"
ALLOWED = 1e-9
KEEP_MONTHS = 84
"""A passport is evidence of a contract: kept seven years, as the contract file is."""
KINDS = (
    "op tijd begonnen",
    "te laat begonnen",
    "wacht te lang",
    "te lang gewacht en weg",
    "wacht nog binnen de norm",
    "weg binnen de norm",
)
"""What became of somebody, by number (``quality.method.waiting.Outcome``)."""


def passport_content(
    provider: Provider, month: date, *, purpose: str, by: str, at: datetime
) -> dict[str, Any]:
    """What is signed: figures of this aanbieder, of the region how alike groups are, no rank.

    Refused when the month is not fixed by method 2, or when its figures cannot be made again from
    what was known when it was fixed.
    """
    if not purpose.strip():
        raise DomainError("purpose", "Vul in waarvoor het paspoort is.", field="purpose")
    fixed = list(
        ScoreCard.select().where(
            ScoreCard.provider == provider,
            ScoreCard.month == month,
            ScoreCard.revision == 0,
            ScoreCard.status == FIXED,
        ).order_by(ScoreCard.route)
    )  # fmt: skip
    if not fixed:
        raise DomainError(
            "not_fixed", f"{month_text(month)} is van {provider.name} nog niet vastgesteld."
        )
    known_on = max(card.fixed_at for card in fixed)
    model = cards.model_named(fixed[0].model)
    if model.method == 1:
        raise DomainError("method_1", "Een paspoort is er van maanden vanaf rekenmethode 2.")
    judgements = _judgements(provider, month, model, known_on, fixed)
    return {
        "provider": {"code": provider.code, "name": provider.name},
        "month": f"{month:%Y-%m}",
        "model": model.definition,
        "fixed_on": known_on.isoformat(),
        "judgements": judgements,
        "originals": _originals(provider, month, known_on),
        "reactions": _reactions(provider, month),
        "purpose": purpose.strip(),
        "made_by": by,
        "made_at": at.isoformat(),
        "keep_until": f"{add_months(at.date().replace(day=1), KEEP_MONTHS):%Y-%m-%d}",
        "script": SCRIPT.read_text(encoding="utf-8"),
    }


def fixed_months(provider: Provider) -> list[date]:
    """Months of which a judgement of this aanbieder is fixed, the newest first."""
    query: Any = (
        ScoreCard.select(ScoreCard.month)
        .where(
            ScoreCard.provider == provider, ScoreCard.revision == 0, ScoreCard.status == FIXED
        )
        .distinct()
        .order_by(ScoreCard.month.desc())
    )  # fmt: skip
    return [month for (month,) in query.tuples()]


def record_passport(
    provider: Provider, month: date, *, purpose: str, by: str, at: datetime
) -> None:
    """Leave in the log that a passport was made, by whom and for what."""
    with transaction():
        audit.record(
            at=at, actor=by, action="export", thing="passport",
            thing_id=f"{provider.code} {month:%Y-%m}", reason=purpose.strip(),
        )  # fmt: skip


def _judgements(
    provider: Provider, month: date, model: Any, known_on: datetime, fixed: Collection[ScoreCard]
) -> list[dict[str, Any]]:
    from quality.cards.region import measured  # noqa: PLC0415  brings numpy along
    from quality.method.figures import waiters  # noqa: PLC0415

    again = {
        route: (tree, judgement)
        for _, route, tree, judgement in operations.judged_again(
            [provider], month, model, known_on, in_region=True
        )
        if judgement is not None
    }
    judgements = []
    for card in fixed:
        if card.route not in again:
            raise DomainError("gone", _CHANGED)
        tree, judgement = again[card.route]
        if card.score is not None and abs(tree["score"] - card.score) > ALLOWED:
            raise DomainError("differs", _CHANGED)
        case = judgement.case
        norms = {card.route: case.figures.norm_days} if case.figures else {}
        view, _ = measured(provider, month, model, norms, known_on)
        people = waiters(view, model, card.route, norms.get(card.route, 0))
        judgements.append(
            {
                "route": LearningRoute(card.route).code,
                # In an order of days, so that it tells of nobody where a list began.
                "people": sorted([w.days, KINDS[w.outcome], w.group] for w in people),
                "hours": _hours(case, model),
                "region": {
                    "phi": dict(case.region.phi),
                    "variance": {
                        code: None if one is None else [one.value, one.degrees]
                        for code, one in case.region.variance.items()
                    },
                },
                "register": {
                    "mark": case.facts.mark.status,
                    "gate_open": tree["gate"]["open"],
                },
                "result": {
                    name: tree[name]
                    for name in ("standing", "score", "interval", "chances", "coverage", "criteria")
                },
            }
        )
    return judgements


_CHANGED = (
    "Deze maand is niet meer na te rekenen uit wat toen bekend was: er zijn sindsdien rijen "
    "verwijderd of het register van toen is niet bewaard. Er is geen paspoort gemaakt."
)


def _originals(provider: Provider, month: date, known_on: datetime) -> list[dict[str, str]]:
    query = (
        Delivery.select(Delivery.sha256, Delivery.received_at)
        .join(DeliveryMonth)
        .where(
            Delivery.provider == provider,
            DeliveryMonth.month.between(add_months(month, -24), month),
            Delivery.received_at <= known_on,
        )
        .distinct()
        .order_by(Delivery.received_at, Delivery.sha256)
    )
    return [{"sha256": d.sha256, "received_at": d.received_at.isoformat()} for d in query]


def _reactions(provider: Provider, month: date) -> list[dict[str, str | None]]:
    query = (
        Reaction.select()
        .where(Reaction.provider == provider, Reaction.month == month)
        .order_by(Reaction.at, Reaction.id)
    )
    return [
        {"route": LearningRoute(r.route).code, "text": r.text, "answer": r.answer} for r in query
    ]


def _hours(case: "Case", model: ScoringModel) -> dict[str, Any]:
    """Sums per group of each criterion of hours; of a survey everyone is a group alone."""
    kept = {
        code: {
            "n": hours.n,
            "numerator": hours.numerator,
            "denominator": hours.denominator,
            "groups": [list(pair) for pair in hours.groups.pairs],
            "docents": case.facts.docents if CRITERIA[code].by_docent else None,
        }
        for code, hours in (case.figures.hours if case.figures else {}).items()
    }
    survey = case.facts.survey
    for criterion in model.criteria:
        if CRITERIA[criterion.code].asks_learners:
            people = survey.people if survey else 0
            alone = [survey.answers / people, survey.yes / people] if survey and people else []
            kept[criterion.code] = {
                "n": people,
                "numerator": survey.yes if survey else 0,
                "denominator": survey.answers if survey else 0,
                "groups": [alone] * people,
                "docents": None,
            }
    return kept
