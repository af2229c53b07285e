"""Gantt: forecast bars, the planversie as a thin bar under them, decisions as diamonds."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from core.charts import drawing, lettering
from core.charts.pictures import Chart
from core.dates import add_months, month_of
from core.formats import MISSING, day_text, month_name
from procurement.plan.health import Health
from procurement.plan.outlook import Outlook
from procurement.plan.steps import Kind

ROW, TOP, BOTTOM, LEFT = 19.0, 20.0, 26.0, 218.0
POINTS_WIDTH = 940.0
AFTER_GOAL = 150


@dataclass(frozen=True)
class Bar:
    """One row; days as ordinals."""

    label: str
    start: int
    end: int
    planned: tuple[int, int] | None
    critical: bool
    diamond: bool
    done: bool


@dataclass(frozen=True)
class Rows:
    """All that is drawn."""

    bars: tuple[Bar, ...]
    today: int
    first: date
    last: date


def gantt(outlook: Outlook) -> Chart:
    """All steps of one inkooptraject over time."""
    steps = [
        s for s in outlook.document.steps if outlook.judgements[s.code].health != Health.CANCELLED
    ]
    baseline = outlook.document.last_baseline
    planned = {d.step: d for d in baseline.dates if not d.municipality} if baseline else {}
    bars, table = [], []
    for step in steps:
        forecast, judgement = outlook.forecasts[step.code], outlook.judgements[step.code]
        own = planned.get(step.code)
        done = judgement.health in (Health.DONE, Health.DONE_LATE)
        bars.append(
            Bar(
                f"{step.code}  {step.title}",
                forecast.start.toordinal(),
                forecast.end.toordinal(),
                (own.starts_on.toordinal(), own.ends_on.toordinal()) if own else None,
                forecast.critical,
                step.kind in (Kind.DECISION, Kind.MILESTONE),
                done,
            )
        )
        table.append(
            (
                f"{step.code} {step.title}",
                f"{day_text(own.starts_on)} – {day_text(own.ends_on)}" if own else MISSING,
                f"{day_text(forecast.start)} – {day_text(forecast.end)}",
                "ja" if forecast.critical else "nee",
                str(judgement.health),
            )
        )
    days = [n for b in bars for n in (b.start, b.end, *(b.planned or ()))]
    days.append(outlook.plan.today.toordinal())
    goal = outlook.expected_go_live
    # What comes years later, such as the renewal, would press the rest together.
    shown_until = max(days) if goal is None else min(max(days), goal.toordinal() + AFTER_GOAL)
    critical = [s.title for s in steps if outlook.forecasts[s.code].critical]
    version = f", planversie {baseline.number} als dunne balk eronder" if baseline else ""
    return Chart(
        name=f"gantt-{outlook.document.header.code}",
        finding=outlook.sentence,
        measure=(
            f"Verwachte data per mijlpaal{version}. Ruit: besluit of moment. "
            "Dikke rand: kritiek, geen speling"
        ),
        description=(
            f"{len(bars)} mijlpalen van {day_text(date.fromordinal(min(days)))} tot "
            f"{day_text(date.fromordinal(max(days)))}. Zonder speling: "
            f"{', '.join(critical) or 'geen'}."
        ),
        headers=("Mijlpaal", "Gepland", "Verwacht", "Kritiek", "Stand"),
        rows=tuple(table),
        paint=_paint,
        data=Rows(
            tuple(bars),
            outlook.plan.today.toordinal(),
            month_of(date.fromordinal(min(days))),
            add_months(month_of(date.fromordinal(shown_until)), 1),
        ),
        height=TOP + BOTTOM + ROW * max(1, len(bars)),
        width=POINTS_WIDTH,
    )


def _paint(canvas: Any, data: Rows) -> None:
    axes = canvas.axes(left=LEFT, right=12, top=TOP, bottom=BOTTOM)
    count = len(data.bars)
    axes.set_xlim(data.first.toordinal(), data.last.toordinal())
    axes.set_ylim(count - 0.5, -0.5)
    _month_ticks(axes, data.first, data.last, canvas.width - LEFT - 12)
    axes.set_yticks(
        range(count), [lettering.shorten(bar.label, LEFT - 12, 9.5) for bar in data.bars]
    )
    axes.tick_params(axis="y", length=0, labelsize=9.5)
    axes.grid(visible=True, axis="x", lw=0.4, color=drawing.GREY, alpha=0.35)
    for place, bar in enumerate(data.bars):
        _bar(axes, place, bar)
    axes.axvline(data.today, color=drawing.PURPLE, lw=1.4, ls=(0, (4, 2)), zorder=6)
    axes.text(
        data.today, -0.62, "vandaag", color=drawing.PURPLE, fontsize=9.5, ha="center", va="bottom"
    )


def _bar(axes: Any, place: int, bar: Bar) -> None:
    colour = drawing.GREY if bar.done else drawing.ORANGE if bar.critical else drawing.BLUE
    last = axes.get_xlim()[1]
    if bar.end > last:
        text = f"{day_text(date.fromordinal(bar.end))} →"
        axes.text(last, place, text, fontsize=9.5, ha="right", va="center", zorder=6)
        if bar.start > last:
            return
    edge = 2.0 if bar.critical and not bar.done else 0.8
    if bar.planned is not None:
        width = max(bar.planned[1] - bar.planned[0], 2)
        axes.barh(place + 0.34, width, 0.14, bar.planned[0], color=drawing.GREY, zorder=2)
    if bar.end > bar.start:
        axes.barh(
            place - 0.06, bar.end - bar.start, 0.46, bar.start, color=colour,
            alpha=0.45 if bar.done else 0.85, edgecolor=drawing.INK if edge > 1 else colour,
            lw=edge if edge > 1 else 0.5, zorder=3,
        )  # fmt: skip
    if bar.diamond:
        axes.plot(
            [bar.end], [place - 0.06], marker="D", ms=7, color=colour, mec=drawing.INK, mew=edge,
            zorder=5, clip_on=False,
        )  # fmt: skip


def _month_ticks(axes: Any, first: date, last: date, width: float) -> None:
    months = []
    month = first
    while month <= last:
        months.append(month)
        month = add_months(month, 1)
    every = next(n for n in (1, 2, 3, 6, 12) if len(months) / n * 30 <= width or n == 12)
    ticks, labels, year = [], [], None
    for month in months:
        if (month.month - 1) % every == 0:
            name = month_name(month)
            ticks.append(month.toordinal())
            labels.append(name if month.year == year else f"{name}\n{month.year}")
            year = month.year
    axes.set_xticks(ticks, labels, fontsize=9.5)
