"""Keep an evaluation: take in a file of it, and bring it up to date."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from core import audit
from core.db import transaction
from core.errors import DomainError
from providers.register.files import tables_of
from providers.register.rows import Register, RegisterRow
from quality.evaluation.files import (
    DATA,
    EVALUATION,
    EXPENSE,
    INCOME,
    cell_text,
    read_evaluation,
    with_title,
)
from quality.evaluation.models import (
    EVERYTHING,
    BudgetLine,
    HeardPoint,
    HousingTask,
    PlanAction,
    PlanGoal,
    YearCount,
)
from quality.evaluation.rules import STATES
from quality.indicators.models import CohortCount

DALFSEN = "0148"
TITLE = "Evaluatie 'Thuis in Dalfsen' (2019)"
SIDES = {INCOME: "income", EXPENSE: "expense"}
SIDE_WORDS = {side: word for word, side in SIDES.items()}


@dataclass(frozen=True)
class Part:
    """What a sheet becomes: the field of each column, and where the order of the rows goes."""

    model: Any
    fields: dict[str, str]
    order: str | None = None

    @property
    def empty(self) -> dict[str, Any]:
        """What a column has that the file leaves out."""
        fields = {column: getattr(self.model, name) for column, name in self.fields.items()}
        return {column: None if one.null else "" for column, one in fields.items()}


PARTS = {
    "acties": Part(
        PlanAction,
        {"volgnr": "number", "thema_nr": "theme_number", "thema": "theme", "actie": "title",
         "stand": "state", "toelichting": "explanation", "eigenaar": "owner", "bron": "source"},
    ),
    "taakstelling": Part(
        HousingTask,
        {"jaar": "year", "taakstelling": "assigned", "achterstand_t_1": "backlog_before",
         "realisatie": "realised", "peildatum": "measured_on", "bron": "source"},
    ),
    "cohorten": Part(
        CohortCount,
        {"peildatum": "measured_on", "stand": "status", "jaar": "start_year", "aantal": "people",
         "bron": "source"},
    ),
    "aantallen": Part(
        YearCount, {"wat": "what", "jaar": "year", "aantal": "count", "bron": "source"}
    ),
    "indicatoren": Part(
        PlanGoal,
        {"nr": "number", "indicator": "name", "doel": "target", "realisatie": "realised",
         "noot": "note", "bron": "source"},
    ),
    "begroting": Part(
        BudgetLine,
        {"jaar": "year", "soort": "side", "post": "item", "bedrag": "cents", "bron": "source"},
        order="position",
    ),
    "gehoord": Part(
        HeardPoint,
        {"partij": "party", "punt": "point", "soort": "kind", "wat_ermee_gebeurde": "follow_up",
         "bron": "source"},
        order="number",
    ),
}  # fmt: skip
Values = dict[str, Any]
"""A row by the columns of its sheet."""


@dataclass(frozen=True)
class Change:
    """A row that a file makes (``before`` is None), changes, or removes (``after`` is None)."""

    sheet: str
    key: tuple[Any, ...]
    before: Values | None
    after: Values | None


def changes_of(register: Register, municipality: str) -> list[Change]:
    """What a file would change; a sheet with rows stands for the whole of its part."""
    return [
        Change(sheet, key, current.get(key), given.get(key))
        for sheet, current, given in _parts(register, municipality)
        for key in [*given, *(key for key in current if key not in given)]
        if current.get(key) != given.get(key)
    ]


def take_in(register: Register, municipality: str, *, by: str, at: datetime) -> list[Change]:
    """Make an evaluation what a file says, and return what that changed.

    A part without rows in the file stays as it is, and so does a column that the file leaves out.
    """
    if register.problems:
        first = register.problems[0]
        raise DomainError(first.code, f"{first.place()}: {first.message}", field="file")
    with transaction():
        changes = changes_of(register, municipality)
        for sheet, current, given in _parts(register, municipality):
            if list(current.items()) != list(given.items()):
                _write(PARTS[sheet], municipality, given.values())
        for change in changes:
            audit.record(
                at=at, actor=by, action=_action(change),
                thing=PARTS[change.sheet].model._meta.table_name,
                thing_id="/".join([municipality, *map(str, change.key)]),
                before=_as_audited(change.before), after=_as_audited(change.after),
            )  # fmt: skip
    return changes


def _action(change: Change) -> str:
    if change.before is None:
        return "create"
    return "change" if change.after else "remove"


def _as_audited(values: Values | None) -> Values | None:
    if values is None:
        return None
    return {
        name: value.isoformat() if isinstance(value, date) else value
        for name, value in values.items()
    }


Keyed = dict[tuple[Any, ...], Values]


def _parts(register: Register, municipality: str) -> Iterable[tuple[str, Keyed, Keyed]]:
    """Of each sheet that has rows: what is held, and what it becomes."""
    for sheet, rows in register.rows.items():
        if rows:
            current = _keyed(sheet, held_rows(sheet, municipality))
            given = _keyed(sheet, (row.values for row in rows))
            empty = PARTS[sheet].empty
            yield (
                sheet,
                current,
                {
                    key: current.get(key, empty)
                    | {name: empty[name] if it is None else it for name, it in values.items()}
                    for key, values in given.items()
                },
            )


def _keyed(sheet: str, rows: Iterable[Values]) -> Keyed:
    return {tuple(row[name] for name in EVALUATION.keys[sheet]): row for row in rows}


def held_rows(sheet: str, municipality: str) -> list[Values]:
    """The rows of a part as its sheet has them, in their order."""
    part = PARTS[sheet]
    rows: Any = (
        part.model.select()
        .where(part.model.municipality == municipality)
        .order_by(getattr(part.model, part.order) if part.order else part.model.id)
    )
    return [
        {
            column: SIDE_WORDS[row.side] if name == "side" else getattr(row, name)
            for column, name in part.fields.items()
        }
        for row in rows
    ]


def cells_of(municipality: str) -> dict[str, list[list[str]]]:
    """Every part as the cells of its sheet: the file that would make this evaluation."""
    return {
        sheet: [
            [cell_text(sheet, column, row.get(column)) for column in columns]
            for row in held_rows(sheet, municipality)
        ]
        for sheet, columns in EVALUATION.sheets.items()
    }


def _write(part: Part, municipality: str, rows: Iterable[Values]) -> None:
    part.model.delete().where(part.model.municipality == municipality).execute()
    for place, row in enumerate(rows, 1):
        values = {name: row[column] for column, name in part.fields.items()}
        if "side" in values:
            values["side"] = SIDES[values["side"]]
        if part.order:
            values[part.order] = place
        part.model(municipality=municipality, **values).save(force_insert=True)


def load_reference_evaluation(*, by: str, at: datetime) -> bool:
    """Load the evaluation 'Thuis in Dalfsen' once; say whether it was new."""
    if any(model.select().where(model.municipality == DALFSEN).exists() for model in EVERYTHING):
        return False
    register = read_evaluation(
        table for path in sorted(DATA.glob("*.csv")) for table in tables_of(path, None, EVALUATION)
    )
    for rows in register.rows.values():
        rows[:] = [_with_title(row) for row in rows]
    take_in(register, DALFSEN, by=by, at=at)
    return True


def _with_title(row: RegisterRow) -> RegisterRow:
    return replace(row, values=row.values | {"bron": with_title(TITLE, row.values["bron"])})


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
