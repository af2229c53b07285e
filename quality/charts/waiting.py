"""The waiting-time curve: who had started after how many days, those still waiting included."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from core.charts import drawing
from core.charts.pictures import Chart
from core.formats import number_text, percent_text
from core.small_numbers import MINIMUM
from quality.charts.words import n_text
from quality.method.curve import Step as CurveStep, survival_at, survival_interval

Step = tuple[int, float, float, float]


@dataclass(frozen=True)
class Curve:
    """Share started by each day, with its band; and the norm."""

    steps: tuple[Step, ...]
    norm: int
    last_day: int
    share: float | None


def waiting_curve(name: str, of: str, curve: Sequence[CurveStep], item: Mapping[str, Any]) -> Chart:
    """Share that began within so many days, with its 95 % band and the norm.

    ``item`` is the waiting time of the judgement, without the numbers that must stay hidden.
    """
    n, norm = item.get("n"), item["norm_days"]
    hidden = n is None or n < MINIMUM
    followed = 0 if hidden or n is None else n
    steps = tuple(
        (step.day, 100 * (1 - step.survival), 100 * (1 - high), 100 * (1 - low))
        for step in (() if hidden else curve)
        for low, high in [survival_interval(curve, step.day, followed)]
    )
    # Beyond the last start nothing changes; the eye needs some of it, not all.
    longest = round(1.15 * max([3 * norm, *(day for day, *_ in steps)]))
    share = 100 * (1 - survival_at(curve, norm))
    return Chart(
        name=name,
        finding=_finding(item, share, hidden=hidden),
        measure=f"{of}: deel van de cursisten dat begonnen is, naar dagen na aanmelding, "
        f"wachtenden meegeteld; {n_text(n)}, 95%-band",
        description="Te weinig cursisten om te tonen." if hidden else _describe(item, share),
        headers=("Dagen na aanmelding", "Begonnen", "Van", "Tot"),
        rows=() if hidden else tuple(_row(step) for step in weekly(steps)),
        paint=paint_waiting_curve,
        data=None if hidden else Curve(steps, norm, longest, share),
        height=250,
    )


def _finding(item: Mapping[str, Any], share: float, *, hidden: bool) -> str:
    if hidden:
        return "Wachttijd: te weinig cursisten voor een oordeel"
    return f"Naar schatting begint {percent_text(share)} binnen {item['norm_days']} dagen"


def _days(days: int | None) -> str:
    return "niet bereikt" if days is None else f"{number_text(days, 0)} dagen"


def _describe(item: Mapping[str, Any], share: float) -> str:
    return (
        f"Volgens de curve begint {percent_text(share)} binnen {item['norm_days']} dagen. "
        f"De helft begon binnen: {_days(item['median_days'])}. "
        f"Negen van de tien begonnen binnen: {_days(item['p90_days'])}. "
        f"{_queue(item)}"
    )


def _queue(item: Mapping[str, Any]) -> str:
    """Who still waits, unless so few that it must stay hidden."""
    waiting, longest = item["waiting"], item["longest_wait"]
    if waiting is None:
        return "Er wachten nog minder dan 5 cursisten."
    longest_text = "" if not waiting or longest is None else f"; de langste wacht: {_days(longest)}"
    return f"Er wachten nog {number_text(waiting, 0)} cursisten{longest_text}."


def weekly(steps: Sequence[Step]) -> tuple[Step, ...]:
    """The curve at the end of each week: one learner's own day stays out of the table."""
    by_week: dict[int, Step] = {}
    for step in steps:
        week = -(-step[0] // 7) * 7
        by_week[week] = (week, *step[1:])
    return tuple(by_week.values())


def _row(step: Step) -> tuple[str, ...]:
    day, share, low, high = step
    return number_text(day, 0), percent_text(share), percent_text(low), percent_text(high)


def paint_waiting_curve(canvas: drawing.Canvas, curve: Curve | None) -> None:
    """Stairs with a band, and the norm as a line."""
    if curve is None or not curve.steps:
        why = "Te weinig cursisten om te tonen." if curve is None else "Nog niemand is begonnen."
        canvas.nothing(why)
        return
    axes = canvas.axes(left=44, right=90, top=20, bottom=38)
    ticks = drawing.nice_ticks(0, curve.last_day, 6)
    axes.set_xlim(0, ticks[-1])
    axes.set_ylim(0, 100)
    drawing.number_axis(axes.xaxis, ticks)
    drawing.number_axis(axes.yaxis, (0, 20, 40, 60, 80, 100), " %")
    axes.set_xlabel("dagen na aanmelding")
    axes.grid(axis="y")
    first = (0, 0.0, 0.0, 0.0) if curve.steps[0][0] > 0 else ()
    steps = [*([first] if first else []), *curve.steps]
    steps.append((int(ticks[-1]), *steps[-1][1:]))
    days, shares, lows, highs = zip(*steps, strict=True)
    axes.fill_between(days, lows, highs, step="post", color=drawing.BLUE, alpha=0.2, lw=0)
    axes.plot(days, shares, drawstyle="steps-post", color=drawing.BLUE, lw=2)
    axes.axvline(curve.norm, color=drawing.ORANGE, lw=1.4, ls=(0, (4, 2)))
    axes.text(curve.norm, 102, f"norm {curve.norm} dagen", ha="center", size=8.5)
    if curve.share is not None:
        axes.plot([curve.norm], [curve.share], marker="o", ms=6, color=drawing.ORANGE)
    axes.annotate(
        f"{percent_text(shares[-1])}\nbegonnen",
        (ticks[-1], min(shares[-1], 96)),
        (6, 0),
        textcoords="offset points",
        va="center",
        size=8.5,
        annotation_clip=False,
    )
