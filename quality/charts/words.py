"""Words and small choices that the charts share."""

from collections.abc import Mapping, Sequence
from typing import Any

from core.charts import drawing
from core.formats import counted, number_text, percent_text
from providers.codes import LearningRoute, MarkStatus
from quality.method.criteria import CRITERIA, Measure

Card = Mapping[str, Any]
"""One score card as stored: an entry of ``scores`` in the JSON of ``score``."""

SHORT_MARKS = {"onbepaalde_tijd": "onbep. tijd", "bepaalde_tijd": "bep. tijd"}
MEASURES = {code: measure.picture for code, measure in CRITERIA.items() if measure.picture}
"""What a line over months shows, by criterion."""
STANDINGS = {
    "goed": "goed",
    "voldoende": "voldoende",
    "onvoldoende": "onvoldoende",
    "geen_oordeel": "geen oordeel",
    "geen_levering": "geen levering",
    "geen_trajecten": "geen trajecten",
}
NOTHING_CAME = ("geen_levering", "geen_trajecten")
"""Standings of a month of which there are no rows."""


def criteria_of(cards: Sequence[Card]) -> tuple[Measure, ...]:
    """The criteria that make up these judgements, in their own order."""
    codes = {code for card in cards for code in card["criteria"]}
    return tuple(measure for code, measure in CRITERIA.items() if code in codes)


def route_label(code: str) -> str:
    """``B1-route``."""
    return LearningRoute.from_code(code).label


def cards_in_order(cards: Sequence[Card], names: Mapping[str, str]) -> list[Card]:
    """By route, then by name: never by score."""
    routes = [route.code for route in LearningRoute]
    return sorted(
        cards,
        key=lambda c: (routes.index(c["route"]), name_of(c, names).casefold(), c["aanbieder"]),
    )


def name_of(card: Card, names: Mapping[str, str]) -> str:
    """Name of the provider; its code when it has none."""
    return names.get(card["aanbieder"]) or str(card["aanbieder"])


def learners(card: Card) -> int | None:
    """How many trajecten the card stands on: the largest n of its criteria."""
    counts = [c["n"] for c in card["criteria"].values() if isinstance(c.get("n"), int)]
    return max(counts, default=None)


def size_text(card: Card) -> str:
    """``n = 41, klein``; empty when nothing was delivered."""
    if card["standing"] in NOTHING_CAME:
        return ""
    n = learners(card)
    return n_text(n) + (", klein" if card["small"] and n is not None and n >= 5 else "")


def left_out(criterion: Mapping[str, Any] | None) -> bool:
    """Whether a criterion does not apply on this route."""
    return criterion is None or criterion.get("state") == "niet_van_toepassing"


def n_text(n: int | None) -> str:
    """``n = 41``, kept on one line; fewer than five, or hidden, is ``n < 5``."""
    few = n is None or n < 5
    return (
        "n\N{NO-BREAK SPACE}<\N{NO-BREAK SPACE}5"
        if few
        else f"n\N{NO-BREAK SPACE}=\N{NO-BREAK SPACE}{number_text(n, 0)}"
    )


def value_text(criterion: str, value: Any) -> str:
    """A criterion's value with its unit."""
    if value is None:
        return "–"
    if CRITERIA[criterion].is_status:
        return MarkStatus.from_code(value).label
    if CRITERIA[criterion].per_week:
        return f"{number_text(float(value))} uur"
    return percent_text(float(value))


def listing(names: Sequence[str], most: int = 3) -> str:
    """``A, B en C``; past ``most`` the rest is counted."""
    if len(names) > most:
        return f"{', '.join(names[:most])} en {len(names) - most} andere"
    return " en ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def bare_n(n: int | None) -> str:
    """``41`` or ``< 5``, for a column that is headed with what it counts."""
    return "< 5" if n is None or n < 5 else number_text(n, 0)


def few_names(names: Sequence[str], kind: str = "aanbieder") -> str:
    """Up to three names that fit in a heading; else how many there are."""
    if len(names) <= 3 and sum(map(len, names)) <= 90:
        return listing(names)
    plural = {"oordeel": "oordelen"}.get(kind, f"{kind}s")
    return f"{len(names)} {kind if len(names) == 1 else plural}"


def providers(count: int) -> str:
    """``1 aanbieder``, ``8 aanbieders``."""
    return counted(count, "aanbieder", "aanbieders")


SIGNS = {"o": "●", "s": "■", "^": "▲", "D": "◆"}
"""The shapes of lines as letters."""
Sign = tuple[str, str]
"""Shape and colour of a line."""


def write_side_labels(
    axes: Any,
    labels: Sequence[tuple[float, str]],
    ticks: Sequence[float],
    signs: Sequence[Sign] = (),
) -> None:
    """Write labels right of the axes, at their own height as far as they do not collide.

    With signs, each stands before its label, in the colour of the line.
    """
    points = axes.get_position().height * axes.figure.get_figheight() * 72
    scale = points / ((ticks[-1] - ticks[0]) or 1)
    places = drawing.apart([(level - ticks[0]) * scale for level, _ in labels], 11)

    def write(text: str, x: float, y: float, **look: Any) -> None:
        axes.annotate(
            text,
            (1, 0),
            (x, y),
            xycoords="axes fraction",
            textcoords="offset points",
            va="center",
            fontsize=8.5,
            annotation_clip=False,
            **look,
        )

    for place, (_, text) in zip(places, labels, strict=True):
        write(text, 18 if signs else 6, place)
    for place, (shape, colour) in zip(places, signs, strict=False):
        write(SIGNS[shape], 6, place, color=colour)
