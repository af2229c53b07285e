"""Forms about scores: reactions, and versions of the scoring model."""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any, NamedTuple

from wtforms import SelectChoice, SelectField, TextAreaField

from core.formats import number_text
from core.pages.fields import (
    DutchDateField,
    DutchDecimalField,
    DutchMonthField,
    Required,
    SafeForm,
    TextField,
    WholeNumberField,
)
from providers.codes import LearningRoute
from quality.method.criteria import CRITERIA
from quality.method.model import (
    EVERY_ROUTE,
    Criterion,
    Knots,
    ScoringError,
    ScoringModel,
    share_knots,
)

LONGEST_WINDOW = 12
"""Months that a criterion is taken over at most: a judgement rests on whole rows of a year."""
WHOLE = SelectChoice("", "De score als geheel")


class InvitationForm(SafeForm):
    """Until when a provider is invited to react."""

    until = DutchDateField(
        "Reageren tot en met",
        [Required("Vul de laatste dag in waarop je een reactie verwacht.")],
        description="Bijvoorbeeld: 04-12-2026. Een reactie na deze dag blijft mogelijk.",
    )


class ReactionForm(SafeForm):
    """What a provider says."""

    criterion = SelectField(
        "Waarover",
        choices=[WHOLE, *(SelectChoice(code, measure.label) for code, measure in CRITERIA.items())],
    )
    text = TextAreaField(
        "Reactie",
        [Required("Schrijf je reactie op.")],
        description="Schrijf geen namen of nummers van deelnemers op.",
        render_kw={"rows": 6, "maxlength": 4000},
    )


class AnswerForm(SafeForm):
    """What the contract manager answers."""

    answer = TextAreaField(
        "Antwoord", [Required("Schrijf je antwoord op.")], render_kw={"rows": 6, "maxlength": 4000}
    )


def knots_text(knots: Knots) -> str:
    """``0 = 0; 75 = 50; 90 = 80; 100 = 100``."""
    return "; ".join(f"{_plain(value)} = {_plain(points)}" for value, points in knots)


def _plain(number: float) -> str:
    text = number_text(number, 2)
    return text.rstrip("0").rstrip(",")


def with_every_share(model: ScoringModel) -> ScoringModel:
    """The model with the shares that it does not have yet, at a weight of 0."""
    own_codes = {criterion.code for criterion in model.criteria}
    added = tuple(
        Criterion(code, 0, share_knots(0, 70, 80, 100))
        for code, measure in CRITERIA.items()
        if code not in own_codes
        and (measure.asks_learners or (measure.numerator and not measure.per_week))
    )
    return replace(model, criteria=model.criteria + added)


def form_for(model: ScoringModel) -> type[SafeForm]:
    """A form with the fields of this model."""
    fields: dict[str, Any] = {
        "code": TextField(
            "Code", [Required("Geef het model een code, bijvoorbeeld basis-2027.")],
            render_kw={"maxlength": 40},
        ),
        "valid_from": DutchMonthField(
            "Geldt vanaf", [Required("Vul de maand in waarop het model ingaat.")],
            description="Bijvoorbeeld: januari 2027, of 2027-01.",
        ),
        "reason": TextAreaField(
            "Waarom", [Required("Vul in waarom je het model verandert.")],
            render_kw={"rows": 3, "maxlength": 1000},
        ),
        "aggregation": SelectField(
            "Manier van optellen",
            choices=[
                SelectChoice("linear", "lineair: een laag cijfer is goed te maken"),
                SelectChoice("geometric", "meetkundig: een laag cijfer weegt zwaarder"),
            ],
        ),
        "good_from": DutchDecimalField("Goed vanaf", [Required("Vul de grens voor goed in.")]),
        "sufficient_from": DutchDecimalField(
            "Voldoende vanaf", [Required("Vul de grens voor voldoende in.")]
        ),
        "docent_month_hours": WholeNumberField(
            "Lesuren die een docent hoogstens geeft in een maand",
            [Required("Vul het aantal lesuren in, bijvoorbeeld 130.")], low=1, high=300,
            description="Alleen om opgegeven uren aan het register te toetsen; telt niet mee.",
        ),
    }  # fmt: skip
    general, parts = list(fields), []
    for criterion in model.criteria:
        own = _fields_of(criterion)
        tables = {_caption(route): _knot_fields(criterion, route) for route in criterion.knots}
        knots = {name: one for table in tables.values() for row in table for name, one in row}
        fields |= own | knots
        rows = {
            caption: [[name for name, _ in row] for row in table]
            for caption, table in tables.items()
        }
        parts.append(Part(CRITERIA[criterion.code].label, list(own), rows))
    return type("ScoringModelForm", (SafeForm,), fields | {"general": general, "parts": parts})


class Part(NamedTuple):
    """What the form asks about one criterion: names of fields, and the tables of its knots.

    A table has a caption, and a row of two fields for each knot.
    """

    label: str
    fields: list[str]
    knots: dict[str, list[list[str]]]


def _fields_of(criterion: Criterion) -> dict[str, Any]:
    measure = CRITERIA[criterion.code]
    label, code = measure.label, criterion.code
    fields: dict[str, Any] = {
        f"weight_{code}": DutchDecimalField(
            f"{label}: gewicht", [Required(f"Vul het gewicht van {label.lower()} in.")], low=0
        )
    }
    if criterion.norm_days:
        fields[f"norm_{code}"] = WholeNumberField(
            f"{label}: norm in dagen", [Required("Vul de norm in.")], low=1, high=365
        )
    if criterion.norm_days or measure.numerator:
        fields[f"window_{code}"] = WholeNumberField(
            f"{label}: over hoeveel maanden", [Required("Vul het aantal maanden in.")],
            low=1, high=LONGEST_WINDOW,
        )  # fmt: skip
    return fields


def _caption(route: str) -> str:
    where = "" if route == EVERY_ROUTE else f", {LearningRoute.from_code(route).label}"
    return f"Van waarde naar punten{where}"


def _knot_names(code: str, route: str, number: int) -> tuple[str, str]:
    name = f"knots_{code}_{'alle' if route == EVERY_ROUTE else route}_{number}"
    return f"{name}_value", f"{name}_points"


def _knot_fields(criterion: Criterion, route: str) -> list[list[tuple[str, DutchDecimalField]]]:
    """Two fields a knot, with a row to spare."""
    where = CRITERIA[criterion.code].label + _caption(route).removeprefix("Van waarde naar punten")
    return [
        [
            (name, DutchDecimalField(f"{where}, knikpunt {number}: {what}", low=0))
            for name, what in zip(
                _knot_names(criterion.code, route, number), ("waarde", "punten"), strict=True
            )
        ]
        for number in range(1, len(criterion.knots[route]) + 2)
    ]


def values_of(model: ScoringModel) -> dict[str, Any]:
    """What the form starts with."""
    values: dict[str, Any] = {
        "aggregation": model.aggregation,
        "good_from": _decimal(model.good_from),
        "sufficient_from": _decimal(model.sufficient_from),
        "docent_month_hours": model.docent_month_hours,
    }
    for criterion in model.criteria:
        values[f"weight_{criterion.code}"] = _decimal(criterion.weight)
        values[f"norm_{criterion.code}"] = criterion.norm_days
        values[f"window_{criterion.code}"] = criterion.window_months
        for route, knots in criterion.knots.items():
            for number, knot in enumerate(knots, start=1):
                names = _knot_names(criterion.code, route, number)
                values |= zip(names, map(_decimal, knot), strict=True)
    return values


def _decimal(number: float) -> Decimal:
    return Decimal(f"{number:g}")


def model_of(base: ScoringModel, data: Mapping[str, Any]) -> ScoringModel:
    """The model that a filled-in form describes; ``ScoringError`` when it cannot be."""
    return replace(
        base,
        code=data["code"].strip(),
        aggregation=data["aggregation"],
        good_from=float(data["good_from"]),
        sufficient_from=float(data["sufficient_from"]),
        docent_month_hours=data["docent_month_hours"],
        criteria=tuple(_criterion(c, data) for c in base.criteria),
    )


def _criterion(base: Criterion, data: Mapping[str, Any]) -> Criterion:
    return replace(
        base,
        weight=float(data[f"weight_{base.code}"]),
        norm_days=data.get(f"norm_{base.code}") or base.norm_days,
        window_months=data.get(f"window_{base.code}") or base.window_months,
        knots={route: _knots(base, route, data) for route in base.knots},
    )


def _knots(base: Criterion, route: str, data: Mapping[str, Any]) -> Knots:
    """The knots that were filled in; an empty row is none, half a row is refused."""
    knots = []
    for number in range(1, len(base.knots[route]) + 2):
        names = _knot_names(base.code, route, number)
        value, points = (data.get(name) for name in names)
        if value is None and points is None:
            continue
        if value is None or points is None:
            raise ScoringError(
                "half_a_knot", "Vul van een knikpunt de waarde en de punten in, of geen van beide.",
                field=names[0] if value is None else names[1],
            )  # fmt: skip
        knots.append((float(value), float(points)))
    return tuple(knots)
