"""Pictures of the judgement of one month: scores with their interval, and the criteria."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from core.charts import drawing, lettering
from core.charts.pictures import Chart
from core.formats import MISSING, month_text, number_text
from quality.charts.words import (
    NOTHING_CAME,
    STANDINGS,
    Card,
    bare_n,
    cards_in_order,
    few_names,
    learners,
    name_of,
    route_label,
    size_text,
)

NAME_WIDTH, SIZE_END, SCORE_END, MARK = 132.0, 200.0, 230.0, 240.0
"""Columns before the picture, that a narrow screen shows without scrolling."""
LEFT, RIGHT, TOP, BOTTOM = 256.0, 82.0, 14.0, 20.0
ROOM_FOR_NOTE = 45.0
"""Score above which a remark finds room to the left of it."""


@dataclass(frozen=True)
class ScoreLine:
    """One row of the chart; a row with only a name is the heading of a route."""

    name: str
    n: str = ""
    standing: str = ""
    score: float | None = None
    low: float | None = None
    high: float | None = None
    note: str = ""


@dataclass(frozen=True)
class Scores:
    """All rows, and the scores from which the model that judged them says voldoende and goed."""

    lines: tuple[ScoreLine, ...]
    borders: tuple[float, float]


def borders_of(cards: Sequence[Card]) -> tuple[float, float]:
    """The borders of the model that judged these cards; without any there is nothing to draw."""
    sufficient, good = cards[0]["borders"] if cards else (0.0, 100.0)
    return sufficient, good


def scores(month: date, cards: Sequence[Card], names: Mapping[str, str]) -> Chart:
    """Score with its 90 % interval per provider, by name within each route."""
    ordered = cards_in_order(cards, names)
    lines: list[ScoreLine] = []
    for card in ordered:
        heading = route_label(card["route"])
        if heading not in [line.name for line in lines if not line.standing]:
            lines.append(ScoreLine(heading))
        low, high = card.get("interval") or (None, None)
        lines.append(
            ScoreLine(
                name_of(card, names),
                size_text(card),
                card["standing"],
                card["score"],
                low,
                high,
                "" if card["gate"]["open"] else "geen geldig keurmerk",
            )
        )
    return Chart(
        name=f"scores-{month:%Y-%m}",
        finding=_finding(ordered, names),
        measure=f"Score van 0 tot 100 met 90%-interval, {month_text(month)}",
        description=_describe(lines),
        headers=("Aanbieder", "Route", "Aantal", "Score", "Interval van", "tot", "Oordeel"),
        rows=tuple(_score_row(card, names) for card in ordered),
        paint=paint_scores,
        data=Scores(tuple(lines), borders_of(ordered)),
        height=max(80.0, len(lines) * _row_height(len(lines)) + TOP + BOTTOM),
    )


def _row_height(count: int) -> float:
    return 19.0 if count <= 30 else 14.5


def _finding(cards: Sequence[Card], names: Mapping[str, str]) -> str:
    """Who meets the norm, of those who could be judged."""
    judged = [c for c in cards if c["standing"] not in ("geen_oordeel", *NOTHING_CAME)]
    below = [c for c in judged if c["standing"] == "onvoldoende"]
    if not cards:
        return "Er zijn nog geen scores van deze maand"
    if not judged:
        return "Van geen enkele aanbieder is er een oordeel"
    several = len({c["route"] for c in cards}) > 1
    who = [
        f"{name_of(c, names)} ({route_label(c['route'])})" if several else name_of(c, names)
        for c in below
    ]
    if len(judged) == 1:
        kind = "oordeel is" if several else "aanbieder scoort"
    else:
        kind = "oordelen zijn" if several else "aanbieders scoren"
    sentence = f"{len(judged) - len(below)} van {len(judged)} {kind} voldoende of goed"
    if not below:
        return sentence
    return f"{sentence}; onvoldoende: {few_names(who, 'oordeel' if several else 'aanbieder')}"


def _describe(lines: Sequence[ScoreLine]) -> str:
    parts = []
    for line in lines:
        if not line.standing:
            parts.append(f"{line.name}:")
        elif line.score is None:
            parts.append(f"{line.name}: {STANDINGS[line.standing]}.")
        else:
            because = f" ({line.note})" if line.note else ""
            word = STANDINGS[line.standing] + because
            parts.append(f"{line.name}: {_score_text(line)}, {word}, {line.n}.")
    return " ".join(parts) or "Er is niets te tonen."


def _score_text(line: ScoreLine) -> str:
    if line.low is None or line.high is None:
        return number_text(line.score)
    return f"{number_text(line.score)} ({number_text(line.low)} tot {number_text(line.high)})"


def _score_row(card: Card, names: Mapping[str, str]) -> tuple[str, ...]:
    low, high = card.get("interval") or (None, None)
    return (
        name_of(card, names),
        route_label(card["route"]),
        bare_n(learners(card)) if size_text(card) else MISSING,
        number_text(card["score"]),
        number_text(low),
        number_text(high),
        STANDINGS[card["standing"]] + ("" if card["gate"]["open"] else " (geen geldig keurmerk)"),
    )


def paint_scores(canvas: drawing.Canvas, data: Scores) -> None:
    """Dots and whiskers on one scale down the page."""
    lines = data.lines
    if not lines:
        canvas.nothing("Voor deze maand zijn er nog geen scores.")
        return
    axes = canvas.axes(left=LEFT, right=RIGHT, top=TOP, bottom=BOTTOM)
    axes.set_xlim(0, 100)
    axes.set_ylim(BOTTOM, canvas.height - TOP)
    axes.set_yticks([])
    axes.yaxis.edge = False
    draw_zones(axes, data.borders, BOTTOM, canvas.height - TOP)
    step = (canvas.height - TOP - BOTTOM) / len(lines)
    places = [(canvas.height - TOP - (n + 0.5) * step, line) for n, line in enumerate(lines)]
    _write_lines(canvas, places)
    _draw_lines(axes, places)


def draw_zones(axes: Any, borders: tuple[float, float], low: float, high: float) -> None:
    """Draw the borders down the scale, and write the word of each part above it."""
    sufficient, good = borders
    drawing.number_axis(axes.xaxis, sorted({0.0, *borders, 100.0}))
    axes.grid(axis="x")
    axes.vlines(borders, low, high, color=drawing.GREY, lw=1, ls=(0, (4, 3)), zorder=1)
    middles = sufficient / 2, (sufficient + good) / 2, (good + 100) / 2
    for word, middle in zip(("onvoldoende", "voldoende", "goed"), middles, strict=True):
        axes.text(middle, high + 3, word, size=8.5, ha="center")


def _draw_lines(axes: Any, places: Sequence[tuple[float, ScoreLine]]) -> None:
    """Whiskers and marks; a dotted line where there is no score."""
    for standing, look in drawing.MARKS.items():
        bars = [
            (y, line.low, line.high)
            for y, line in places
            if line.standing == standing and line.low is not None
        ]
        if bars:
            ys, lows, highs = zip(*bars, strict=True)
            axes.hlines(ys, lows, highs, color=look["color"], lw=2.2, zorder=2)
    without = [y for y, line in places if line.standing and line.score is None]
    axes.hlines(without, 0, 100, color=drawing.GREY, lw=0.8, ls=(0, (1, 4)), zorder=1)
    drawing.marks(
        axes, [(line.score, y, line.standing) for y, line in places if line.score is not None]
    )
    for y, line in places:
        if line.note and line.score is not None:
            low, high = line.low or line.score, line.high or line.score
            x, side = (low - 3, "right") if low > ROOM_FOR_NOTE else (high + 3, "left")
            axes.text(x, y, line.note, ha=side, va="center", size=8.5)


def _write_lines(canvas: drawing.Canvas, places: Sequence[tuple[float, ScoreLine]]) -> None:
    """Name, n, score and mark of every row before the picture; its word after it."""
    sheet = canvas.sheet()
    for y, line in places:
        if not line.standing:
            sheet.text(4, y, line.name, va="center", weight="bold")
            continue
        sheet.text(4, y, lettering.shorten(line.name, NAME_WIDTH - 4), va="center")
        sheet.text(SIZE_END, y, line.n, ha="right", va="center", size=8.5)
        sheet.text(SCORE_END, y, number_text(line.score), ha="right", va="center")
        sheet.text(canvas.width - RIGHT + 12, y, STANDINGS[line.standing], va="center")
    drawing.marks(sheet, [(MARK, y, line.standing) for y, line in places if line.standing], 0.8)
