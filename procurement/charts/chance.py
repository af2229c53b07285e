"""The chance that the service has started, day by day: 50 and 80 % against target and plan."""

from datetime import date
from typing import Any

from core.charts import drawing
from core.charts.pictures import Chart
from core.dates import add_months, month_of
from core.formats import day_text, month_name, percent_text
from procurement.plan.fair_forecast import FairForecast

LEFT, RIGHT, TOP, BOTTOM = 52.0, 24.0, 40.0, 40.0
SURE = (0.5, 0.8)
SHARES = (0.1, 0.25, 0.5, 0.8, 0.9, 1.0)


def start_chance(forecast: FairForecast) -> Chart:
    """The curve of one traject."""
    half, sure = (forecast.by(share) for share in SURE)
    target = "" if forecast.target is None else f" Streefdatum: {day_text(forecast.target)}."
    return Chart(
        name=f"verwachting-{forecast.process}",
        finding=f"{_share(SURE[0])} kans op een start uiterlijk {day_text(half)}, "
        f"{_share(SURE[1])} uiterlijk {day_text(sure)}.",
        measure=(
            f"Kans dat de dienst begonnen is, in {len(forecast.days)} berekeningen met de uitloop "
            "van eerdere stappen"
        ),
        description=f"Volgens het plan: {day_text(forecast.planned)}.{target}",
        headers=("Kans", "Begonnen uiterlijk"),
        rows=tuple((_share(s), day_text(forecast.by(s))) for s in SHARES),
        paint=_paint,
        data=forecast,
        height=280.0,
        width=760.0,
    )


def _paint(canvas: Any, data: FairForecast) -> None:
    axes = canvas.axes(left=LEFT, right=RIGHT, top=TOP, bottom=BOTTOM)
    lines = [("plan", data.planned, drawing.GREY)]
    if data.target is not None:
        lines.append(("streefdatum", data.target, drawing.PURPLE))
    days = [*data.days, *(day for _, day, _ in lines)]
    first, last = add_months(month_of(min(days)), -1), add_months(month_of(max(days)), 1)
    axes.set_xlim(first.toordinal(), last.toordinal())
    axes.set_ylim(0, 100)
    months = _months(first, last)
    axes.set_xticks([m.toordinal() for m in months], [_label(m) for m in months], fontsize=8.5)
    drawing.number_axis(axes.yaxis, [0, 20, 50, 80, 100], "\N{NO-BREAK SPACE}%")
    axes.grid(visible=True, axis="y", lw=0.4, color=drawing.GREY, alpha=0.4)
    total = len(data.days)
    xs = [first.toordinal(), *(day.toordinal() for day in data.days), last.toordinal()]
    ys = [0.0, *(100 * (n + 1) / total for n in range(total)), 100.0]
    axes.plot(xs, ys, color=drawing.BLUE, lw=1.8, drawstyle="steps-post")
    for height, (word, day, colour) in zip((24, 10), lines, strict=False):
        axes.axvline(day.toordinal(), color=colour, lw=1.2, ls=(0, (4, 3)))
        _write(axes, day, 100, f"{word} {day_text(day)}", height)
    for share in SURE:
        day = data.by(share)
        axes.plot([day.toordinal()], [100 * share], marker="o", ms=7, color=drawing.BLUE)
        _write(axes, day, 100 * share, f"{_share(share)} {day_text(day)}", -10)


def _write(axes: Any, day: date, y: float, text: str, dy: float) -> None:
    """To the right of its place, where the curve leaves room; to the left at the very end."""
    x, (low, high) = day.toordinal(), axes.get_xlim()
    right = high - x > (high - low) / 6
    axes.annotate(
        text, (x, y), xytext=(6 if right else -6, dy), textcoords="offset points", va="center",
        fontsize=8.5, ha="left" if right else "right", annotation_clip=False,
    )  # fmt: skip


def _months(first: date, last: date) -> list[date]:
    count = (last.year - first.year) * 12 + last.month - first.month
    every = max(1, -(-count // 12))
    return [add_months(first, n) for n in range(0, count + 1, every)]


def _label(month: date) -> str:
    return f"{month_name(month)}\n{month.year}"


def _share(share: float) -> str:
    return percent_text(100 * share, 0)
