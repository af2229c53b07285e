"""All providers at once: a small line each, the deliveries calendar, the region month by month."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from core.charts import drawing, lettering
from core.charts.pictures import Chart
from core.dates import month_number, months_between
from core.formats import MISSING, month_name, month_text, number_text
from quality.charts.trend import NAN, Point, filled, in_unit, label_of, unit_of
from quality.charts.words import STANDINGS, Card, few_names, providers, write_side_labels

COLUMNS, CELL_HEIGHT = 4, 62.0


@dataclass(frozen=True)
class Small:
    """All small lines, on one scale."""

    unit: str
    first: date
    last: date
    series: tuple[tuple[str, tuple[Point, ...]], ...]


def small_multiples(
    name: str, measure: str, series: Mapping[str, Sequence[Point]], *, of: str = ""
) -> Chart:
    """One small line per provider, by name, all on the same scale; ``of`` which route."""
    label = f"{label_of(measure)} {of}".strip()
    unit = unit_of(measure)
    ordered = sorted(series.items(), key=lambda item: item[0].casefold())
    everything = [p.month for _, points in ordered for p in points]
    lines = tuple((who, filled(points)) for who, points in ordered)
    months = months_between(min(everything), max(everything)) if everything else []
    everyone = [p.value for _, points in lines for p in points if p.value is not None]
    last = {who: _last(points) for who, points in lines}
    rising = [who for who, points in lines if _change(points) > 5]
    falling = [who for who, points in lines if _change(points) < -5]
    return Chart(
        name=name,
        finding=_small_finding(label, rising, falling, len(lines), len(months)),
        measure=_small_measure(label, unit, months, everyone),
        description=" ".join(f"{who}: {in_unit(value, unit)}." for who, value in last.items())
        or "Er is niets te tonen.",
        headers=("Aanbieder", *(month_text(m) for m in months)),
        rows=tuple(
            (who, *(in_unit({p.month: p.value for p in points}.get(m), unit) for m in months))
            for who, points in lines
        ),
        paint=paint_small_multiples,
        data=Small(unit, months[0], months[-1], lines) if months else None,
        height=max(80.0, CELL_HEIGHT * -(-len(lines) // COLUMNS) + 4),
    )


def _last(points: Sequence[Point]) -> float | None:
    return next((p.value for p in reversed(points) if p.value is not None), None)


def _change(points: Sequence[Point]) -> float:
    """Last value against three months before it; no change where either is missing."""
    if len(points) < 4 or points[-1].value is None or points[-4].value is None:
        return 0.0
    return points[-1].value - points[-4].value


def _small_measure(label: str, unit: str, months: Sequence[date], values: Sequence[float]) -> str:
    parts = [f"{label} per maand en aanbieder, alle op dezelfde schaal"]
    if values:
        parts[0] += f" van {in_unit(min(values), unit)} tot {in_unit(max(values), unit)}"
    if months:
        parts.append(
            " tot en met ".join(month_text(m) for m in dict.fromkeys((months[0], months[-1])))
        )
    return "; ".join(parts)


def _small_finding(
    label: str, rising: Sequence[str], falling: Sequence[str], count: int, months: int
) -> str:
    if not count:
        return f"{label}: nog geen waarden"
    if months < 4:
        return f"{label} van {providers(count)}; na vier maanden is er een verloop"
    parts = [
        f"{word} bij {few_names(who)}"
        for who, word in ((falling, "gedaald"), (rising, "gestegen"))
        if who
    ]
    if not parts:
        whom = "1 aanbieder geen" if count == 1 else f"geen van {providers(count)} een"
        return f"{label}: bij {whom} verschil van meer dan 5 in drie maanden"
    return f"{label}: in drie maanden meer dan 5 {'; '.join(parts)}"


def paint_small_multiples(canvas: drawing.Canvas, data: Small | None) -> None:
    """Names, lines and last values on one sheet; a missing month breaks the line."""
    if data is None:
        canvas.nothing("Er zijn nog geen waarden om te tonen.")
        return
    sheet = canvas.sheet()
    values = [p.value for _, line in data.series for p in line if p.value is not None]
    low, high = 0.0, max(values, default=1.0) if data.unit == "uur" else 100.0
    span = high or 1.0
    start = month_number(data.first)
    months = month_number(data.last) - start
    width, height = canvas.width / COLUMNS, 30.0
    line_width = width - 52
    for place, (who, points) in enumerate(data.series):
        left = 4 + place % COLUMNS * width
        bottom = canvas.height - (place // COLUMNS + 1) * CELL_HEIGHT + 10
        sheet.text(left, bottom + height + 6, lettering.shorten(who, width - 12, 8.5), size=8.5)
        sheet.plot([left, left + line_width], [bottom, bottom], color=drawing.GREY, lw=0.5)
        xs = [
            left + ((month_number(p.month) - start) / months if months else 1) * line_width
            for p in points
        ]
        ys = [NAN if p.value is None else bottom + (p.value - low) / span * height for p in points]
        alone = "o" if sum(p.value is not None for p in points) == 1 else None
        sheet.plot(xs, ys, color=drawing.BLUE, lw=1.4, marker=alone, ms=3)
        last = (xs[-1], ys[-1]) if points and points[-1].value is not None else None
        _small_end(sheet, in_unit(_last(points), data.unit), last, (left + line_width, bottom))


def _small_end(
    sheet: Any, text: str, last: tuple[float, float] | None, corner: tuple[float, float]
) -> None:
    """The last value beside its dot; a dash when the last month is missing."""
    right, bottom = corner
    if last is None:
        sheet.text(right + 5, bottom, MISSING, va="center", size=8.5)
        return
    sheet.plot([last[0]], [last[1]], marker="o", ms=3.5, color=drawing.BLUE)
    sheet.text(right + 5, last[1], text.replace(" uur", ""), va="center", size=8.5)


DELIVERY_STATES = {
    "op_tijd": ("●", "op tijd"),
    "te_laat": ("◐", "te laat"),
    "met_fouten": ("▲", "met fouten"),
    "nulmelding": ("○", "niets te melden"),
    "ontbreekt": ("✕", "ontbreekt"),
    "verwacht": ("·", "verwacht"),
    "": ("", "niet nodig"),
}
_LOOKS: dict[str, dict[str, Any]] = {
    "op_tijd": {"marker": "o", "color": drawing.BLUE},
    "te_laat": {
        "marker": "o",
        "color": drawing.GREY,
        "fillstyle": "left",
        "markerfacecoloralt": drawing.GROUND,
    },
    "met_fouten": {"marker": "^", "color": drawing.ORANGE, "mfc": drawing.GROUND, "mew": 1.4},
    "nulmelding": {"marker": "o", "color": drawing.BLUE, "mfc": drawing.GROUND, "mew": 1.2},
    "ontbreekt": {"marker": "x", "color": drawing.ORANGE, "mew": 2},
    "verwacht": {"marker": ".", "color": drawing.GREY, "ms": 4},
}


@dataclass(frozen=True)
class Calendar:
    """State per provider and month."""

    months: tuple[date, ...]
    rows: tuple[tuple[str, tuple[str, ...]], ...]


def deliveries_calendar(
    name: str, months: Sequence[date], states: Mapping[str, Mapping[date, str]]
) -> Chart:
    """What came in, when: one mark per provider and month; words in the key and the table."""
    rows = tuple(
        (who, tuple(by_month.get(m, "") for m in months))
        for who, by_month in sorted(states.items(), key=lambda item: item[0].casefold())
    )
    last = months[-1] if months else None
    missing = [who for who, row in rows if row and row[-1] == "ontbreekt"]
    if last is None or not rows:
        finding = "Er zijn nog geen leveringen"
    elif missing:
        finding = f"Levering over {month_text(last)} ontbreekt van {few_names(missing)}"
    else:
        finding = f"Over {month_text(last)} ontbreekt geen levering"
    return Chart(
        name=name,
        finding=finding,
        measure="Leveringen per aanbieder en maand",
        description=" ".join(
            f"{who}: " + ", ".join(_counts([DELIVERY_STATES[s][1] for s in row if s])) + "."
            for who, row in rows
        )
        or "Er is niets te tonen.",
        headers=("Aanbieder", *(month_text(m) for m in months)),
        rows=tuple((who, *(DELIVERY_STATES[s][1] for s in row)) for who, row in rows),
        paint=paint_calendar,
        data=Calendar(tuple(months), rows),
        height=max(80.0, 16.0 * len(rows) + 70),
    )


def _counts(words: Sequence[str]) -> list[str]:
    return [f"{words.count(word)} keer {word}" for word in dict.fromkeys(words)]


def paint_calendar(canvas: drawing.Canvas, data: Calendar) -> None:
    """A grid of marks with a key below it."""
    if not data.rows or not data.months:
        canvas.nothing("Er zijn nog geen leveringen om te tonen.")
        return
    sheet = canvas.sheet()
    left, top = 160.0, canvas.height - 34
    step = min(36.0, (canvas.width - left - 8) / len(data.months))
    year = None
    every = next(n for n in (1, 2, 3, 6, 12) if n * step >= 22 or n == 12)
    for column, month in enumerate(data.months):
        if column % every == 0:
            x = left + (column + 0.5) * step
            sheet.text(x, top + 8, month_name(month), ha="center", size=8.5)
            if month.year != year:
                sheet.text(x, top + 20, str(month.year), ha="center", size=8.5, weight="bold")
                year = month.year
    by_state: dict[str, list[tuple[float, float]]] = {state: [] for state in _LOOKS}
    for row, (who, states) in enumerate(data.rows):
        y = top - (row + 0.5) * 16
        sheet.text(4, y, lettering.shorten(who, left - 12), va="center")
        for column, state in enumerate(states):
            if state:
                by_state[state].append((left + (column + 0.5) * step, y))
    x = 10.0
    for state, look in _LOOKS.items():
        places = by_state[state]
        if not places:
            continue
        word = DELIVERY_STATES[state][1]
        sheet.text(x + 8, 10, word, va="center", size=8.5)
        xs, ys = zip(*places, (x, 10.0), strict=True)
        sheet.plot(xs, ys, ls="none", **{"ms": 6, **look})
        x += lettering.text_width(word, 8.5) + 28


WIDEST = 90.0
"""Points that a column takes at most."""
SHADES = {
    "goed": (drawing.BLUE, 0.62),
    "voldoende": (drawing.GREY, 0.36),
    "onvoldoende": (drawing.ORANGE, 0.55),
    "geen_oordeel": (drawing.GREY, 0.10),
    "geen_levering": (drawing.GREY, 0.10),
    "geen_trajecten": (drawing.GREY, 0.10),
}


@dataclass(frozen=True)
class Region:
    """How many score cards of each standing, per month."""

    months: tuple[date, ...]
    counts: tuple[tuple[str, tuple[int, ...]], ...]


def region(name: str, cards: Mapping[date, Sequence[Card]]) -> Chart:
    """How the judgements of the region are divided, month by month."""
    cards = {month: month_cards for month, month_cards in cards.items() if month_cards}
    months = months_between(min(cards), max(cards)) if cards else []
    counts = tuple(
        (
            standing,
            tuple(sum(c["standing"] == standing for c in cards.get(m, ())) for m in months),
        )
        for standing in STANDINGS
    )
    totals = {standing: numbers[-1] for standing, numbers in counts} if months else {}
    enough = totals.get("goed", 0) + totals.get("voldoende", 0)
    judged = enough + totals.get("onvoldoende", 0)
    finding = (
        f"In {month_text(months[-1])} {'is' if judged == 1 else 'zijn'} {enough} van {judged} "
        f"{'oordeel' if judged == 1 else 'oordelen'} voldoende of goed"
        if months
        else "Er zijn nog geen oordelen"
    )
    return Chart(
        name=name,
        finding=finding,
        measure="Aantal oordelen per maand, een oordeel per aanbieder en leerroute",
        description=" ".join(
            f"{month_text(m)}: "
            + ", ".join(f"{numbers[n]} {STANDINGS[s]}" for s, numbers in counts if numbers[n])
            + "."
            for n, m in enumerate(months)
        )
        or "Er is niets te tonen.",
        headers=("Maand", *STANDINGS.values()),
        rows=tuple(
            (month_text(m), *(number_text(numbers[n], 0) for _, numbers in counts))
            for n, m in enumerate(months)
        ),
        paint=paint_region,
        data=Region(tuple(months), counts),
        height=230,
        over_time=True,
    )


def paint_region(canvas: drawing.Canvas, data: Region) -> None:
    """Stacked columns with their counts inside and their words beside the last one."""
    if not data.months:
        canvas.nothing("Er zijn nog geen oordelen om te tonen.")
        return
    axes = canvas.axes(left=36, right=96, top=10, bottom=34)
    drawing.month_axis(axes, data.months[0], data.months[-1], canvas.width - 132)
    xs = [month_number(m) for m in data.months]
    bottoms = [0] * len(xs)
    step = (canvas.width - 132) / len(xs)
    words: list[tuple[float, str]] = []
    totals = [sum(count_by_month[n] for _, count_by_month in data.counts) for n in range(len(xs))]
    ticks = drawing.nice_ticks(0, max([*totals, 1]), 4)
    axes.set_ylim(0, ticks[-1])
    drawing.number_axis(axes.yaxis, [tick for tick in ticks if tick.is_integer()])
    unit = (canvas.height - 44) / ticks[-1]
    for standing, count_by_month in data.counts:
        colour, alpha = SHADES[standing]
        hatch = "////" if standing == "onvoldoende" else None
        axes.bar(
            xs,
            count_by_month,
            min(0.86, WIDEST / step),
            bottom=bottoms,
            color=colour,
            alpha=alpha,
            hatch=hatch,
            edgecolor=colour,
        )
        for x, count, bottom in zip(xs, count_by_month, bottoms, strict=True):
            if count and count * unit >= 10 and step >= 14:
                axes.text(x, bottom + count / 2, str(count), ha="center", va="center", size=8.5)
        if count_by_month[-1]:
            words.append((bottoms[-1] + count_by_month[-1] / 2, STANDINGS[standing]))
        bottoms = [b + f for b, f in zip(bottoms, count_by_month, strict=True)]
    write_side_labels(axes, words, ticks)
