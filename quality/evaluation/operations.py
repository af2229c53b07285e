"""Keep an evaluation: load the one that comes with the product, and bring it up to date."""

from datetime import date, datetime
from typing import Any

from core import audit
from core.db import transaction
from core.errors import DomainError
from quality.evaluation.models import (
    EVERYTHING,
    BudgetLine,
    HeardPoint,
    HousingTask,
    PlanAction,
    PlanGoal,
    YearCount,
)
from quality.evaluation.rules import STATES, read_rows

DALFSEN = "0148"
SIDES = {"inkomsten": "income", "uitgaven": "expense"}
INTERNSHIPS = "Taalstages begonnen"


def load_reference_evaluation(*, by: str, at: datetime) -> bool:
    """Load the evaluation 'Thuis in Dalfsen' once; say whether it was new."""
    with transaction():
        if any(
            model.select().where(model.municipality == DALFSEN).exists() for model in EVERYTHING
        ):
            return False
        rows = [*_actions(), *_housing(), *_budget(), *_goals(), *_heard(), *_internships()]
        for row in rows:
            row.save(force_insert=True)
        audit.record(
            at=at, actor=by, action="load", thing="evaluation", thing_id=DALFSEN,
            after={"rows": len(rows)},
        )  # fmt: skip
    return True


def _source(row: dict[str, str]) -> str:
    place = row["bron"] if row["bron"].startswith("bijlage") else f"par. {row['bron']}"
    return f"Evaluatie 'Thuis in Dalfsen' (2019), {place}"


def _actions() -> list[PlanAction]:
    return [
        PlanAction(
            municipality=DALFSEN, number=int(row["volgnr"]), theme_number=int(row["thema_nr"]),
            theme=row["thema"], title=row["actie"], state=row["stand"],
            explanation=row["toelichting"], source=_source(row),
        )
        for row in read_rows("acties")
    ]  # fmt: skip


def _housing() -> list[HousingTask]:
    return [
        HousingTask(
            municipality=DALFSEN, year=int(row["jaar"]), assigned=int(row["taakstelling"]),
            backlog_before=None if place else int(row["achterstand_t_1"]),
            realised=int(row["realisatie"]),
            measured_on=date.fromisoformat(row["peildatum"]) if row["peildatum"] else None,
            source=_source(row),
        )
        for place, row in enumerate(read_rows("taakstelling"))
    ]  # fmt: skip


def _budget() -> list[BudgetLine]:
    return [
        BudgetLine(
            municipality=DALFSEN, year=2020, side=SIDES[row["soort"]], position=position,
            item=row["post"], cents=100 * int(row["bedrag"]), source=_source(row),
        )
        for position, row in enumerate(read_rows("begroting_2020"), 1)
        if row["soort"] in SIDES
    ]  # fmt: skip


def _goals() -> list[PlanGoal]:
    return [
        PlanGoal(
            municipality=DALFSEN, number=int(row["nr"]), name=row["indicator"], target=row["doel"],
            realised=row["realisatie"], note=row["noot"], source=_source(row),
        )
        for row in read_rows("indicatoren_pva")
    ]  # fmt: skip


def _heard() -> list[HeardPoint]:
    return [
        HeardPoint(
            municipality=DALFSEN, number=number, party=row["partij"], point=row["punt"],
            kind=row["soort"], source=_source(row),
        )
        for number, row in enumerate(read_rows("gehoord"), 1)
    ]  # fmt: skip


def _internships() -> list[YearCount]:
    return [
        YearCount(
            municipality=DALFSEN, what=INTERNSHIPS, year=int(row["jaar"]),
            count=int(row["opgestart"]), source=_source(row),
        )
        for row in read_rows("taalstages")
    ]  # fmt: skip


def update_action(
    action: PlanAction, *, state: str, explanation: str, owner: str, by: str, at: datetime
) -> None:
    """Say where an action stands; what is not simply done needs an explanation."""
    if state not in STATES:
        raise DomainError("state_unknown", "Kies waar de actie staat.", field="state")
    if state == "nee" and not explanation.strip():
        raise DomainError(
            "explanation_missing", "Vul in waarom de actie niet is uitgevoerd.", field="explanation"
        )
    _change(action, {"state": state, "explanation": explanation, "owner": owner}, by=by, at=at)


def answer_point(point: HeardPoint, *, follow_up: str, by: str, at: datetime) -> None:
    """Say what was done with a point that somebody brought forward."""
    _change(point, {"follow_up": follow_up}, by=by, at=at)


def _change(row: Any, values: dict[str, str], *, by: str, at: datetime) -> None:
    values = {name: value.strip() for name, value in values.items()}
    before = {name: getattr(row, name) for name in values}
    if before == values:
        return
    with transaction():
        for name, value in values.items():
            setattr(row, name, value)
        row.save()
        audit.record(
            at=at, actor=by, action="change", thing=row._meta.table_name,
            thing_id=f"{row.municipality}/{row.number}", before=before, after=values,
        )  # fmt: skip
