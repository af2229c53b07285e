"""Picture of what an agreement did, above the same comparison on dates without an agreement."""

from collections.abc import Sequence
from dataclasses import dataclass

from core.charts import drawing
from core.charts.pictures import NARROW, Chart
from core.dates import month_from_number
from core.formats import count_text, month_text, number_text
from quality.agreements.effect import Effect, effect_sentence

LEFT, RIGHT, TOP, BOTTOM, STEP = 128.0, 48.0, 8.0, 40.0, 22.0


@dataclass(frozen=True)
class EffectLine:
    """One comparison: what it found, with its interval; ``is_placebo`` on a date without one."""

    label: str
    effect: float
    low: float
    high: float
    is_placebo: bool


@dataclass(frozen=True)
class EffectPicture:
    """All comparisons, from above, and their unit."""

    lines: tuple[EffectLine, ...]
    unit: str


def effect_chart(
    name: str,
    subject: str,
    unit: str,
    *,
    window: int,
    effects: Sequence[Effect],
    placebos: Sequence[Effect],
) -> Chart:
    """The agreement per window after it in blue, placebo dates below it in grey.

    ``subject`` is the criterion with its article.
    """
    lines = [
        (f"maand {at * window + 1}–{(at + 1) * window} erna", one, False)
        for at, one in enumerate(effects)
    ]
    lines += [(f"proef: {month_text(month_from_number(p.month))}", p, True) for p in placebos]
    picture = tuple(
        EffectLine(text, one.effect, *one.interval, is_placebo) for text, one, is_placebo in lines
    )
    return Chart(
        name=name,
        finding=effect_sentence(effects[0], subject, unit).rstrip("."),
        measure=f"Verandering van {subject} boven die van vergelijkbare aanbieders, in {unit}, "
        "met 90%-interval",
        description=" ".join(
            f"{line.label}: {number_text(line.effect)} ({number_text(line.low)} tot "
            f"{number_text(line.high)})."
            for line in picture
        ),
        headers=(
            "Wanneer", "Ervoor", "Erna", "Verwacht zonder afspraak", "Verschil", "Van", "Tot",
            "Vergeleken met",
        ),
        rows=tuple(
            (
                text,
                number_text(one.before),
                number_text(one.after),
                number_text(one.before + one.expected),
                number_text(one.effect),
                *(number_text(end) for end in one.interval),
                f"{count_text(one.controls)} keer bij {count_text(one.schools)} aanbieders",
            )
            for text, one, _ in lines
        ),
        paint=paint_effect,
        data=EffectPicture(picture, unit),
        width=NARROW,
        height=len(picture) * STEP + TOP + BOTTOM,
    )  # fmt: skip


def paint_effect(canvas: drawing.Canvas, picture: EffectPicture) -> None:
    """Dots and whiskers around zero, on one scale."""
    axes = canvas.axes(left=LEFT, right=RIGHT, top=TOP, bottom=BOTTOM)
    ends = [0.0, *(end for line in picture.lines for end in (line.low, line.high))]
    ticks = drawing.nice_ticks(min(ends), max(ends))
    axes.set_xlim(ticks[0], ticks[-1])
    axes.set_ylim(BOTTOM, canvas.height - TOP)
    axes.set_yticks([])
    axes.yaxis.edge = False
    drawing.number_axis(axes.xaxis, ticks)
    axes.set_xlabel(picture.unit)
    axes.grid(axis="x")
    axes.vlines([0], BOTTOM, canvas.height - TOP, color=drawing.INK, lw=1, zorder=1)
    sheet = canvas.sheet()
    for at, line in enumerate(picture.lines):
        y = canvas.height - TOP - (at + 0.5) * STEP
        colour = drawing.GREY if line.is_placebo else drawing.BLUE
        face = drawing.GROUND if line.is_placebo else drawing.BLUE
        axes.hlines([y], line.low, line.high, color=colour, lw=2, zorder=2)
        axes.plot(
            [line.effect], [y], marker="o", ms=7, color=colour, markerfacecolor=face, zorder=3
        )
        sheet.text(4, y, line.label, va="center")
        sheet.text(canvas.width - 8, y, number_text(line.effect), ha="right", va="center")
