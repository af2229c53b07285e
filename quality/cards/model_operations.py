"""Change the scoring model: propose, see the effect, and a second person puts it in force."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from core import audit
from core.dates import add_months
from core.db import transaction
from core.errors import DomainError
from core.formats import month_text
from quality.cards import inputs, operations, queries as cards
from quality.method.model import SHIPPED, ScoringModel
from quality.models import CONCEPT, FIXED, ScoreCard, ScoringModelVersion

if TYPE_CHECKING:
    from quality.method.judge import Judgement


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
    chance: float | None
    """Chance of the new standing, from the draws; None when that cannot be said."""
    border: bool

    @property
    def changes(self) -> bool:
        """Whether the standing changes."""
        return self.standing != self.new_standing


def effect(model: ScoringModel, months: Sequence[date]) -> list[Effect]:
    """What a model would have made of these months, by month, provider and route."""
    from quality.cards.region import kept_regions, measured_region  # noqa: PLC0415  brings numpy
    from quality.method.draws import draw  # noqa: PLC0415

    effects = []
    everyone = inputs.providers_named()
    for month in months:
        force = cards.model_in_force(month)
        if windows_alike(force, model):
            now, ago, _ = kept_regions(month, model, everyone)
        else:
            now = measured_region(month, model, everyone)
            ago = measured_region(add_months(month, -12), model, everyone)
        judged = now.judgements(ago)
        draw(judged.values())
        for card in cards.cards_of(month):
            judgement = judged.get((card.provider.id, card.route))
            if judgement is not None:
                effects.append(_effect(card, judgement))
    return effects


def windows_alike(first: ScoringModel, second: ScoringModel) -> bool:
    """Whether both sum the same figures: the same norms and windows."""

    def windows(model: ScoringModel) -> dict[str, tuple[int, int | None]]:
        return {c.code: (c.window_months, c.norm_days) for c in model.criteria}

    return windows(first) == windows(second)


def _effect(card: ScoreCard, judgement: "Judgement") -> Effect:
    chances = judgement.chances
    return Effect(
        month=card.month,
        provider=card.provider.name,
        route=card.result["route"],
        score=card.score,
        new_score=judgement.score,
        standing=card.standing,
        new_standing=judgement.standing,
        chance=None if chances is None else chances[judgement.standing],
        border=judgement.border,
    )


def propose(
    model: ScoringModel, *, valid_from: date, reason: str, by: str, at: datetime
) -> ScoringModelVersion:
    """Keep a model that somebody else has to approve."""
    if not reason.strip():
        raise DomainError("no_reason", "Vul in waarom je het model verandert.", field="reason")
    taken = ScoringModelVersion.select().where(ScoringModelVersion.code == model.code).exists()
    if taken or model.code in SHIPPED:
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
