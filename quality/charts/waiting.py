"""The waiting-time curve: who had started after how many days, those still waiting included."""

from collections.abc import Sequence
from dataclasses import dataclass

from core.charts import drawing
from core.charts.pictures import Chart
from core.formats import MISSING, number_text, percent_text
from core.small_numbers import parts_of_total
from quality.charts.words import n_text
from quality.method.basis_2026.waiting import WaitingTime, survival_interval

Step = tuple[int, float, float, float]


@dataclass(frozen=True)
class Curve:
    """Share started by each day, with its band; and the norm."""

    steps: tuple[Step, ...]
    norm: int
    last_day: int
    share: float | None


def waiting_curve(name: str, of: str, found: WaitingTime, norm_days: int) -> Chart:
    """Share that started within so many days, with its 95 % band and the norm."""
    steps = tuple(
        (step.day, 100 * (1 - step.survival), 100 * (1 - high), 100 * (1 - low))
        for step in found.steps
        for low, high in [survival_interval(found.steps, step.day, found.n)]
    )
    hidden = found.n < 5
    # Beyond the last start nothing changes; the eye needs some of it, not all.
    longest = round(1.15 * max([3 * norm_days, *(day for day, *_ in steps)]))
    return Chart(
        name=name,
        finding=_finding(found, norm_days),
        measure=f"{of}: deel van de cursisten dat begonnen is, naar dagen na aanmelding, "
        f"wachtenden meegeteld; {n_text(found.n)}, 95%-band",
        description="Te weinig cursisten om te tonen." if hidden else _describe(found, norm_days),
        headers=("Dagen na aanmelding", "Begonnen", "Van", "Tot"),
        rows=() if hidden else tuple(_row(step) for step in weekly(steps)),
        paint=paint_waiting_curve,
        data=None if hidden else Curve(steps, norm_days, longest, _percent(found.share)),
        height=250,
    )


def _percent(share: float | None) -> float | None:
    return None if share is None else 100 * share


def _finding(found: WaitingTime, norm: int) -> str:
    if found.n < 5:
        return "Wachttijd: te weinig cursisten voor een oordeel"
    if found.share is None:
        return f"Wachttijd: nog niemand {norm} dagen gevolgd"
    return f"{percent_text(100 * found.share)} begon binnen {norm} dagen"


def _days(days: int | None) -> str:
    return "niet bereikt" if days is None else f"{number_text(days, 0)} dagen"


def _describe(found: WaitingTime, norm: int) -> str:
    within = MISSING if found.share is None else percent_text(100 * found.share)
    band = ""
    if found.interval:
        low, high = found.interval
        band = f" (95%-band {percent_text(100 * low)} tot {percent_text(100 * high)})"
    return (
        f"Binnen {norm} dagen begon {within}{band}. "
        f"De helft begon binnen: {_days(found.median_days)}. "
        f"Negen van de tien begonnen binnen: {_days(found.p90_days)}. "
        f"{_queue(found)}"
    )


def _queue(found: WaitingTime) -> str:
    """Who still waits, unless so few that it must stay hidden."""
    parts = {"begonnen": found.started, "wachtend": found.waiting, "vertrokken": found.left}
    waiting = parts_of_total(parts)["wachtend"]
    if waiting is None:
        return "Er wachten nog minder dan 5 cursisten."
    longest = "" if waiting == 0 else f"; de langste wacht: {_days(found.longest_wait)}"
    return f"Er wachten nog {number_text(waiting, 0)} cursisten{longest}."


def weekly(steps: Sequence[Step]) -> tuple[Step, ...]:
    """The curve at the end of each week: one learner's own day stays out of the table."""
    found: dict[int, Step] = {}
    for step in steps:
        week = -(-step[0] // 7) * 7
        found[week] = (week, *step[1:])
    return tuple(found.values())


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
    axes.text(curve.norm, 102, f"norm {curve.norm} dagen", ha="center", size=8)
    if curve.share is not None:
        axes.plot([curve.norm], [curve.share], marker="o", ms=6, color=drawing.ORANGE)
    axes.annotate(
        f"{percent_text(shares[-1])}\nbegonnen",
        (ticks[-1], min(shares[-1], 96)),
        (6, 0),
        textcoords="offset points",
        va="center",
        size=8,
        annotation_clip=False,
    )
