"""Milestone trend: what was expected, month after month. A line that climbs is slipping."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from core.charts import drawing, lettering
from core.charts.pictures import Chart
from core.dates import add_months, month_of, parse_month
from core.formats import MISSING, day_text, month_text, short_month_text
from procurement.plan.health import Health
from procurement.plan.outlook import Outlook
from procurement.plan.terms import Purpose

SHOWN = (
    Purpose.PUBLICATION, Purpose.SUBMISSION, Purpose.AWARD_DECISION, Purpose.CONTRACT,
    Purpose.GO_LIVE,
)  # fmt: skip
MARKS = ("o", "s", "^", "v", "D")
COLOURS = (drawing.BLUE, drawing.ORANGE, drawing.PURPLE, drawing.TEAL, drawing.GREY)
LEFT, RIGHT, TOP, BOTTOM = 74.0, 190.0, 10.0, 34.0


@dataclass(frozen=True)
class Line:
    """Expectations of one step: days as ordinals, by month of reporting."""

    label: str
    points: tuple[tuple[int, int], ...]
    reached: bool


@dataclass(frozen=True)
class Lines:
    """All that is drawn."""

    lines: tuple[Line, ...]
    first: date
    last: date


def milestone_trend(outlook: Outlook) -> Chart | None:
    """Forecasts of the main milestones by month of reporting; none before the second month."""
    history = outlook.document.forecasts
    months = sorted(history)
    if len(months) < 2:
        return None
    steps = [s for s in outlook.document.steps if s.purpose in SHOWN]
    lines = tuple(
        Line(
            step.title,
            tuple(
                (parse_month(m).toordinal(), history[m][step.code].toordinal())
                for m in months
                if step.code in history[m]
            ),
            outlook.judgements[step.code].health in (Health.DONE, Health.DONE_LATE),
        )
        for step in steps
    )
    lines = tuple(line for line in lines if line.points)
    if not lines:
        return None
    days = [day for line in lines for _, day in line.points]
    return Chart(
        name=f"trend-{outlook.document.header.code}",
        finding=_finding(lines),
        measure=(
            "Verwachte datum per maand van rapporteren. Stijgt een lijn, dan loopt het uit. "
            "Waar een lijn de stippellijn raakt, is de mijlpaal gehaald"
        ),
        description="; ".join(
            f"{line.label}: van {day_text(date.fromordinal(line.points[0][1]))} naar "
            f"{day_text(date.fromordinal(line.points[-1][1]))}"
            for line in lines
        ),
        headers=("Gezegd in", *(line.label for line in lines)),
        rows=tuple(
            (
                month_text(parse_month(month)),
                *(
                    next(
                        (
                            day_text(date.fromordinal(day))
                            for said, day in line.points
                            if said == parse_month(month).toordinal()
                        ),
                        MISSING,
                    )
                    for line in lines
                ),
            )
            for month in months
        ),
        paint=_paint,
        data=Lines(
            lines,
            parse_month(months[0]),
            add_months(max(month_of(date.fromordinal(max(days))), parse_month(months[-1])), 1),
        ),
        height=300.0,
    )  # fmt: skip


def _finding(lines: tuple[Line, ...]) -> str:
    moved = [(line.points[-1][1] - line.points[0][1], line.label) for line in lines]
    days, label = max(moved)
    if days > 0:
        return f"{label} schoof het meest op: {days} dagen later dan eerst verwacht."
    return "Geen van deze mijlpalen is later dan eerst verwacht."


def _apart(said: list[int]) -> list[int]:
    """The months to name below the axis; one does not report every month."""
    named = said[:1]
    for day in said[1:]:
        if day - named[-1] >= (said[-1] - said[0]) / 6:
            named.append(day)
    return named


def _paint(canvas: Any, data: Lines) -> None:
    axes = canvas.axes(left=LEFT, right=RIGHT, top=TOP, bottom=BOTTOM)
    said = sorted({month for line in data.lines for month, _ in line.points})
    expected = [day for line in data.lines for _, day in line.points]
    axes.set_xlim(said[0] - 12, said[-1] + 12)
    axes.set_ylim(min(*expected, said[0]) - 20, max(expected) + 30)
    named = _apart(said)
    axes.set_xticks(named, [_month(day) for day in named], fontsize=8.5)
    months = _quarters(min(*expected, said[0]), max(expected))
    axes.set_yticks(months, [_month(day) for day in months], fontsize=8.5)
    axes.grid(visible=True, axis="y", lw=0.4, color=drawing.GREY, alpha=0.4)
    # On the diagonal the expected day is the day of reporting: there a line ends when it is met.
    axes.plot([said[0], said[-1]], [said[0], said[-1]], color=drawing.GREY, lw=1, ls=(0, (4, 3)))
    heights = [float(line.points[-1][1]) for line in data.lines]
    low, high = axes.get_ylim()
    gap = 12 * (high - low) / (canvas.height - TOP - BOTTOM)
    for line, place, mark, colour in zip(
        data.lines, drawing.apart(heights, gap), MARKS, COLOURS, strict=False
    ):
        xs, ys = zip(*line.points, strict=True)
        axes.plot(xs, ys, color=colour, lw=1.6, marker=mark, ms=5)
        label = f"{line.label} (gehaald)" if line.reached else line.label
        axes.annotate(
            lettering.shorten(label, RIGHT - 16, 8.5), (said[-1] + 12, place),
            xytext=(6, 0), textcoords="offset points", va="center", fontsize=8.5,
            annotation_clip=False,
        )  # fmt: skip


def _month(ordinal: int) -> str:
    day = date.fromordinal(ordinal)
    return short_month_text(day)


def _quarters(first: int, last: int) -> list[int]:
    month = month_of(date.fromordinal(first))
    quarters = []
    while month.toordinal() <= last + 31:
        if month.month % 3 == 1:
            quarters.append(month.toordinal())
        month = add_months(month, 1)
    return quarters
