"""The road of one learner as a picture: levels against the PIP and the term, hours, and marks."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from core.charts import drawing
from core.charts.pictures import Chart
from core.dates import month_number, month_of
from core.formats import MISSING, day_text, month_text, number_text
from providers.codes import SkillLevel
from quality.charts.trend import NAN
from quality.charts.words import Sign, write_side_labels

SKILLS = ("lezen", "luisteren", "schrijven", "spreken")
LOOKS = (
    (drawing.BLUE, "o", "-"), (drawing.TEAL, "s", "-"), (drawing.ORANGE, "^", "-"),
    (drawing.PURPLE, "D", "-"),
)  # fmt: skip
LEVELS = tuple(level.code for level in SkillLevel)
NUDGE = 0.07
"""Lines that fall together are drawn this part of a level apart."""


@dataclass(frozen=True)
class RoadMonth:
    """One month: levels as numbers of ``SkillLevel``, hours; ``paused`` when it was a pause."""

    month: date
    levels: tuple[int, int, int, int]
    offered: float
    attended: float
    paused: bool = False


@dataclass(frozen=True)
class RoadMark:
    """Something that came to pass, with a letter at its place and its words in the list."""

    month: date
    sign: str
    text: str


@dataclass(frozen=True)
class RoadPicture:
    """What is drawn."""

    months: tuple[RoadMonth, ...]
    aim: int | None
    term: date | None
    marks: tuple[RoadMark, ...]


def road_chart(
    name: str, months: Sequence[RoadMonth], *, aim: int | None, term: date | None,
    estimated: bool, marks: Sequence[RoadMark], finding: str,
    height: float = 330,
) -> Chart:  # fmt: skip
    """Levels as steps, hours as bars, moves and pauses as marks."""
    until = f"; termijn tot {day_text(term)}{' (geschat)' if estimated else ''}" if term else ""
    goal = f"; PIP {LEVELS[aim]}" if aim is not None else ""
    signs = ". ".join(f"{mark.sign}: {mark.text}" for mark in marks)
    return Chart(
        name=name,
        finding=finding,
        measure=f"Niveau per vaardigheid en uren per maand{goal}{until}",
        description=" ".join(_sentence(one) for one in months) + (f" {signs}." if signs else "")
        or "Er zijn nog geen maanden.",
        headers=("Maand", "Lezen", "Luisteren", "Schrijven", "Spreken", "Uren les",
                 "Uren gevolgd"),
        rows=tuple(
            (month_text(one.month), *(LEVELS[level] for level in one.levels),
             _hours(one.offered), _hours(one.attended))
            for one in months
        ),
        paint=paint_road,
        data=RoadPicture(tuple(months), aim, term, tuple(marks)),
        height=height,
    )  # fmt: skip


def _hours(value: float) -> str:
    return number_text(value, 1) if value else MISSING


def _sentence(one: RoadMonth) -> str:
    levels = ", ".join(
        f"{word} {LEVELS[level]}" for word, level in zip(SKILLS, one.levels, strict=True)
    )
    return f"{month_text(one.month)}: {levels}; {_hours(one.attended)} uur gevolgd."


def paint_road(canvas: drawing.Canvas, data: RoadPicture) -> None:
    """Two panels under one another on the same months."""
    if not data.months:
        canvas.nothing("Er zijn nog geen maanden.")
        return
    first, last = data.months[0].month, data.months[-1].month
    end = max(last, month_of(data.term)) if data.term else last
    left, right = 50.0, 86.0
    width = canvas.width - left - right
    low = canvas.height / 4
    lower = canvas.panel(left, 34, width, low)
    at_once = max(Counter(mark.month for mark in data.marks).values(), default=0)
    bottom = 34 + low + 14 + 11 * at_once
    upper = canvas.panel(left, bottom, width, canvas.height - bottom - 14)
    for axes in (upper, lower):
        drawing.month_axis(axes, first, end, width)
    upper.set_xticks([], [])
    _levels(upper, data)
    _lessons(lower, data, low)


def _span(data: RoadPicture) -> list[int]:
    months = [month_number(one.month) for one in data.months]
    return list(range(months[0], months[-1] + 1))


def _levels(axes: Any, data: RoadPicture) -> None:
    by_month = {month_number(one.month): one for one in data.months}
    axes.set_ylim(-0.4, len(LEVELS) - 0.6)
    axes.yaxis.set_ticks(list(range(len(LEVELS))), LEVELS)
    axes.grid(axis="y")
    labels: list[tuple[float, str]] = []
    signs: list[Sign] = []
    for place, (word, (colour, shape, dashes)) in enumerate(zip(SKILLS, LOOKS, strict=True)):
        shift = (place - 1.5) * NUDGE
        ys = [by_month[n].levels[place] + shift if n in by_month else NAN for n in _span(data)]
        axes.plot(_span(data), ys, color=colour, marker=shape, ms=3.2, ls=dashes, clip_on=False)
        labels.append((ys[-1], word))
        signs.append((shape, colour))
    ticks = (-0.4, len(LEVELS) - 0.6)
    write_side_labels(axes, labels, ticks, signs)
    if data.aim is not None:
        axes.axhline(data.aim, color=drawing.INK, lw=1.1, ls=(0, (4, 2)), zorder=1)
        axes.text(month_number(data.months[0].month) - 0.4, data.aim + 0.12, "PIP", fontsize=8,
                  va="bottom")  # fmt: skip
    if data.term is not None:
        axes.text(_place(data.term), len(LEVELS) - 0.62, "einde termijn ", fontsize=8, ha="right",
                  va="top", color=drawing.ORANGE)  # fmt: skip
        axes.axvline(_place(data.term), color=drawing.ORANGE, lw=1.4, ls=(0, (4, 2)), zorder=1)


def _place(day: date) -> float:
    return month_number(month_of(day)) - 0.5 + day.day / 31


def _lessons(axes: Any, data: RoadPicture, low: float) -> None:
    most = max((one.offered for one in data.months), default=0) or 1
    ticks = drawing.nice_ticks(0, 1.25 * most, 3)
    axes.set_ylim(0, ticks[-1])
    drawing.number_axis(axes.yaxis, ticks, " u")
    axes.grid(axis="y")
    places = [month_number(one.month) for one in data.months]
    axes.bar(places, [one.offered for one in data.months], width=0.8, color=drawing.BLUE,
             alpha=0.28, lw=0)  # fmt: skip
    axes.bar(places, [one.attended for one in data.months], width=0.5, color=drawing.TEAL, lw=0)
    for one in data.months:
        if one.paused:
            at = month_number(one.month)
            axes.axvspan(at - 0.5, at + 0.5, color=drawing.GREY, alpha=0.2, lw=0, zorder=0)
    stacked: dict[int, int] = {}
    for mark in data.marks:
        at = month_number(mark.month)
        level = stacked.get(at, 0)
        stacked[at] = level + 1
        if level == 0:
            axes.axvline(at, color=drawing.PURPLE, lw=0.9, ls=(0, (2, 2)), zorder=1)
        axes.text(at, ticks[-1] * (1.04 + 11 / low * level), mark.sign, ha="center", va="bottom",
                  fontsize=8.5, fontweight="bold", clip_on=False)  # fmt: skip
