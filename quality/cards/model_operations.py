"""Change the scoring model: propose, see the effect, and a second person puts it in force."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from core import audit
from core.db import transaction
from core.errors import DomainError
from core.formats import month_text
from quality.cards import inputs as metrics, operations, queries as cards
from quality.method.basis_2026.scoring import judge, judged_otherwise
from quality.method.basis_2026.scoring_model import BASIS_2026, ScoringModel
from quality.models import CONCEPT, FIXED, ScoreCard, ScoringModelVersion


@dataclass(frozen=True, slots=True)
class Effect:
    """What another model would have made of one judgement."""

    month: date
    provider: str
    route: str
    score: float | None
    new_score: float | None
    standing: str
    new_standing: str

    @property
    def changes(self) -> bool:
        """Whether the standing changes."""
        return self.standing != self.new_standing


def effect(model: ScoringModel, months: Sequence[date]) -> list[Effect]:
    """What a model would have made of these months, by month, provider and route."""
    found = []
    for month in months:
        for card in cards.cards_of(month):
            measured_alike = _measures_alike(cards.model_named(card.model), model)
            score, standing = (
                judged_otherwise(card.result | {"standing": card.standing}, model)
                if measured_alike
                else _judged_from_rows(card, model)
            )
            found.append(
                Effect(
                    month=month,
                    provider=card.provider.name,
                    route=card.result["route"],
                    score=card.score,
                    new_score=score,
                    standing=card.standing,
                    new_standing=standing,
                )
            )
    return found


def _measures_alike(first: ScoringModel, second: ScoringModel) -> bool:
    """Whether both measure the same values: the same norms and windows."""

    def measures(model: ScoringModel) -> dict[str, tuple[int, int | None]]:
        return {c.code: (c.window_months, c.norm_days) for c in model.criteria}

    return measures(first) == measures(second)


def _judged_from_rows(card: ScoreCard, model: ScoringModel) -> tuple[float | None, str]:
    for inputs in metrics.route_inputs(card.provider, card.month, model):
        if inputs.route == card.result["route"]:
            judgement = judge(inputs, model)
            return judgement.score, judgement.standing
    return card.score, card.standing


def propose(
    model: ScoringModel, *, valid_from: date, reason: str, by: str, at: datetime
) -> ScoringModelVersion:
    """Keep a model that somebody else has to approve."""
    if not reason.strip():
        raise DomainError("no_reason", "Vul in waarom je het model verandert.", field="reason")
    taken = ScoringModelVersion.select().where(ScoringModelVersion.code == model.code).exists()
    if taken or model.code == BASIS_2026.code:
        raise DomainError(
            "code_taken", f"De code {model.code} bestaat al. Kies een andere.", field="code"
        )
    _refuse_fixed(valid_from)
    with transaction():
        version = ScoringModelVersion.create(
            code=model.code,
            valid_from=valid_from,
            definition=model.definition,
            reason=reason.strip(),
            proposed_by=by,
            proposed_at=at,
        )
        _record("propose_model", version, by=by, at=at)
    return version


def approve(version: ScoringModelVersion, *, by: str, at: datetime) -> list[date]:
    """Put a proposed model in force; compute the concept months it holds for, and return them."""
    if version.approved_at is not None:
        raise DomainError("approved", "Dit model is al goedgekeurd.")
    if version.proposed_by == by:
        raise DomainError(
            "same_person", "Een ander moet dit model goedkeuren: je hebt het zelf voorgesteld."
        )
    _refuse_fixed(version.valid_from)
    with transaction():
        version.approved_by, version.approved_at = by, at
        version.save()
        _record("approve_model", version, by=by, at=at)
        months = _concept_months(version.valid_from)
        for month in months:
            operations.compute(month, by=by, at=at)
    return months


def _refuse_fixed(valid_from: date) -> None:
    """A month that is fixed keeps the model by which it was fixed."""
    query = ScoreCard.select(ScoreCard.month).where(ScoreCard.status == FIXED)
    last = query.order_by(ScoreCard.month.desc()).first()
    if last is not None and valid_from <= last.month:
        raise DomainError(
            "month_fixed",
            f"{month_text(last.month).capitalize()} is al vastgesteld. "
            "Laat het model op een latere maand ingaan.",
            field="valid_from",
        )


def _concept_months(valid_from: date) -> list[date]:
    query = ScoreCard.select(ScoreCard.month).where(
        ScoreCard.month >= valid_from, ScoreCard.status == CONCEPT
    )
    return sorted({card.month for card in query})


def _record(action: str, version: ScoringModelVersion, *, by: str, at: datetime) -> None:
    audit.record(
        at=at,
        actor=by,
        action=action,
        thing="scoring_model",
        thing_id=version.code,
        after={"valid_from": f"{version.valid_from:%Y-%m}", "definition": version.definition},
        reason=version.reason,
    )
