"""What is held of an evaluation: one query per table."""

from dataclasses import dataclass
from typing import Any

import quality.evaluation.scopes  # noqa: F401  registers who sees what
from core.accounts import Account, visible
from quality.evaluation.models import (
    BudgetLine,
    HeardPoint,
    HousingTask,
    PlanAction,
    PlanGoal,
    YearCount,
)


@dataclass(frozen=True)
class Evaluation:
    """Everything held of one gemeente, each list in its own order."""

    municipality: str
    actions: list[PlanAction]
    housing: list[HousingTask]
    budget: list[BudgetLine]
    goals: list[PlanGoal]
    heard: list[HeardPoint]
    counts: list[YearCount]


def municipalities_with_evaluation(account: Account) -> list[str]:
    """Codes of the gemeenten whose evaluation this account may see."""
    query: Any = visible(PlanAction, account, PlanAction.select(PlanAction.municipality).distinct())
    return sorted(code for (code,) in query.tuples())


def evaluation_of(municipality: str, account: Account) -> Evaluation:
    """All rows of one gemeente that this account may see."""

    def rows(model: Any, *order: Any) -> list[Any]:
        return list(
            visible(model, account).where(model.municipality == municipality).order_by(*order)
        )

    return Evaluation(
        municipality,
        rows(PlanAction, PlanAction.number),
        rows(HousingTask, HousingTask.year),
        rows(BudgetLine, BudgetLine.year, BudgetLine.side.desc(), BudgetLine.position),
        rows(PlanGoal, PlanGoal.number),
        rows(HeardPoint, HeardPoint.number),
        rows(YearCount, YearCount.what, YearCount.year),
    )
