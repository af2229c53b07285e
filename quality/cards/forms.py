"""Forms about scores: reactions, and versions of the scoring model."""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

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


def read_knots(text: str) -> Knots:
    """Read what ``knots_text`` writes."""
    try:
        pairs = [part.split("=") for part in text.split(";") if part.strip()]
        return tuple((_number(value), _number(points)) for value, points in pairs)
    except ValueError:
        raise ScoringError(
            "knots_unreadable", "Schrijf de knikpunten zo: 0 = 0; 75 = 50; 90 = 80; 100 = 100."
        ) from None


def _number(text: str) -> float:
    return float(text.strip().replace(",", "."))


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
    for criterion in model.criteria:
        label = CRITERIA[criterion.code].label
        fields[f"weight_{criterion.code}"] = DutchDecimalField(
            f"{label}: gewicht", [Required(f"Vul het gewicht van {label.lower()} in.")], low=0
        )
        if criterion.norm_days:
            fields[f"norm_{criterion.code}"] = WholeNumberField(
                f"{label}: norm in dagen", [Required("Vul de norm in.")], low=1, high=365
            )
        for route in criterion.knots:
            where = "" if route == EVERY_ROUTE else f" ({LearningRoute.from_code(route).label})"
            fields[f"knots_{criterion.code}_{_safe(route)}"] = TextField(
                f"{label}: knikpunten{where}",
                [Required("Vul de knikpunten in.")],
                description="Waarde = punten, gescheiden door een puntkomma.",
            )
    return type("ScoringModelForm", (SafeForm,), fields)


def _safe(route: str) -> str:
    return "alle" if route == EVERY_ROUTE else route


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
        for route, knots in criterion.knots.items():
            values[f"knots_{criterion.code}_{_safe(route)}"] = knots_text(knots)
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
        knots={
            route: read_knots(data[f"knots_{base.code}_{_safe(route)}"]) for route in base.knots
        },
    )
