"""Lines over months: one measure with its interval, or some providers side by side."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from core.charts import drawing
from core.charts.pictures import Chart
from core.dates import month_from_number, month_number, months_between, parse_month
from core.formats import MISSING, month_text, number_text, percent_text
from quality.charts.words import (
    MEASURES,
    NOTHING_CAME,
    STANDINGS,
    bare_n,
    left_out,
    n_text,
    write_side_labels,
)
from quality.method.criteria import CRITERIA
from quality.method.words import change_text

NAN = float("nan")


@dataclass(frozen=True)
class Point:
    """One month: a value, or the reason why there is none."""

    month: date
    value: float | None = None
    n: int | None = None
    low: float | None = None
    high: float | None = None
    reason: str = "geen levering"
    alone: float | None = None
    """The month by itself, where the value is of a longer window."""
    change: Mapping[str, Any] | None = None
    """The word of change that this month carries, as its judgement has it."""


@dataclass(frozen=True)
class Span:
    """A period to shade, with what it was."""

    first: date
    last: date
    label: str


@dataclass(frozen=True)
class Line:
    """Everything in a trend chart."""

    unit: str
    points: tuple[Point, ...]
    norm: float | None
    spans: tuple[Span, ...]
    model_changes: tuple[date, ...]
    references: tuple[tuple[float, str], ...] = ()
    """What others reached, and who."""
    borders: tuple[tuple[float, str], ...] = ()
    """Of a score: where a word begins, and which."""
    top: float = 100.0


def unit_of(measure: str) -> str:
    """``%``, ``uur``, or nothing for the score."""
    if measure == "score":
        return ""
    return "uur" if CRITERIA[measure].per_week else "%"


def label_of(measure: str) -> str:
    """Name of a criterion, or of the score."""
    return "Score" if measure == "score" else CRITERIA[measure].label


def in_unit(value: float | None, unit: str) -> str:
    """A value with its unit."""
    if value is None:
        return MISSING
    if unit == "%":
        return percent_text(value)
    return f"{number_text(value)} {unit}".strip()


def filled(points: Sequence[Point]) -> tuple[Point, ...]:
    """Every month from first to last; a month without a point is one without a value."""
    if not points:
        return ()
    by_month = {point.month: point for point in points}
    return tuple(by_month.get(m) or Point(m) for m in months_between(min(by_month), max(by_month)))


def joined(spans: Sequence[Span]) -> tuple[Span, ...]:
    """Periods that follow on each other become one, with both names."""
    spans_joined: list[Span] = []
    for span in sorted(spans, key=lambda s: s.first):
        before = spans_joined[-1] if spans_joined else None
        if before and month_number(span.first) - month_number(before.last) <= 1:
            label = before.label if span.label in before.label else f"{before.label}, {span.label}"
            spans_joined[-1] = Span(before.first, max(before.last, span.last), label)
        else:
            spans_joined.append(span)
    return tuple(spans_joined)


def trend(
    name: str,
    measure: str,
    points: Sequence[Point],
    *,
    of: str = "",
    norm: float | None = None,
    borders: Sequence[tuple[float, str]] = (),
    top: float = 100.0,
    spans: Sequence[Span] = (),
    model_changes: Sequence[date] = (),
    references: Sequence[tuple[float, str]] = (),
) -> Chart:
    """One measure over months, with its interval and the start of a change.

    ``top`` is where its axis ends, the same for every provider, so that pictures can be compared.
    """
    months = filled(points)
    unit = unit_of(measure)
    alone = ["De maand alleen"] if any(p.alone is not None for p in months) else []
    return Chart(
        name=name,
        finding=_finding(measure, months, norm),
        measure=_measure(measure, of, months),
        description=_describe(months, unit, norm, references),
        headers=("Maand", label_of(measure), "Aantal", "Van", "Tot", *alone, "Bijzonderheid"),
        rows=_rows(months, unit, model_changes),
        paint=paint_trend,
        data=Line(
            unit,
            months,
            norm,
            joined(spans),
            tuple(model_changes),
            tuple(references),
            tuple(borders),
            top,
        ),
        height=210,
        over_time=True,
    )


def _finding(measure: str, months: Sequence[Point], norm: float | None) -> str:
    label = label_of(measure)
    if not any(p.value is not None for p in months):
        return f"{label}: nog geen waarde"
    last = months[-1]
    if last.value is None:
        return f"{label}: geen waarde in {month_text(last.month)} ({last.reason})"
    parts = [f"{label}: {in_unit(last.value, unit_of(measure))} in {month_text(last.month)}"]
    # A score under the norm may still be voldoende: its own word says so, not this sentence.
    if measure != "score" and norm is not None and last.value < norm:
        parts.append("onder de norm")
    if last.change is not None:
        parts.append(change_text(last.change))
    return ", ".join(parts)


def _measure(measure: str, of: str, months: Sequence[Point]) -> str:
    parts = [MEASURES.get(measure, "Score van 0 tot 100 met 90%-interval")]
    if of:
        parts.insert(0, of)
    if measure != "score" and any(p.low is not None for p in months):
        parts.append("band: 90%-interval")
    if any(p.alone is not None for p in months):
        parts.append("open stip: de maand alleen")
    counts = [p.n for p in months if p.n is not None and p.value is not None]
    if counts:
        low, high = min(counts), max(counts)
        parts.append(n_text(low) if low == high else f"n van {low} tot {high} per maand")
    return "; ".join(parts)


def _describe(
    months: Sequence[Point],
    unit: str,
    norm: float | None,
    references: Sequence[tuple[float, str]],
) -> str:
    parts = [
        f"{month_text(p.month)}: "
        + (in_unit(p.value, unit) if p.value is not None else f"geen waarde ({p.reason})")
        + (f", {change_text(p.change)}" if p.change else "")
        for p in months
    ]
    if norm is not None:
        parts.append(f"Norm {in_unit(norm, unit)}")
    parts += [f"{name}: {in_unit(value, unit)}" for value, name in references]
    return ". ".join(parts) + "." if parts else "Er is niets te tonen."


def _rows(
    months: Sequence[Point],
    unit: str,
    model_changes: Sequence[date],
) -> tuple[tuple[str, ...], ...]:
    rows = []
    with_months = any(point.alone is not None for point in months)
    for point in months:
        remarks = [change_text(point.change)] if point.change else []
        if point.value is None:
            remarks.append(point.reason)
        if point.month in model_changes:
            remarks.append("nieuwe rekenregels")
        rows.append(
            (
                month_text(point.month),
                in_unit(point.value, unit),
                MISSING if point.value is None else bare_n(point.n),
                in_unit(point.low, unit),
                in_unit(point.high, unit),
                *([in_unit(point.alone, unit)] if with_months else []),
                ", ".join(remarks) or "geen",
            )
        )
    return tuple(rows)


def paint_trend(canvas: drawing.Canvas, line: Line) -> None:
    """Values with gaps, intervals, starts of a change, shaded periods and changes of the model."""
    months = line.points
    if not any(p.value is not None for p in months):
        canvas.nothing("Er is nog geen waarde om te tonen.")
        return
    axes = canvas.axes(left=44, right=104, top=16, bottom=34)
    _time_axis(axes, canvas, months[0].month, months[-1].month)
    highest = max(v for p in months for v in (p.value, p.high, p.alone) if v is not None)
    ticks = drawing.nice_ticks(0, line.top if line.unit == "%" else max(line.top, highest), 4)
    axes.set_ylim(0, ticks[-1])
    drawing.number_axis(axes.yaxis, ticks, " %" if line.unit == "%" else "")
    axes.grid(axis="y")
    _backdrop(axes, line, ticks[-1])
    xs = [month_number(p.month) for p in months]
    ys = [NAN if p.value is None else p.value for p in months]
    for stretch in _stretches(months):
        at = [float(month_number(p.month)) for p in stretch]
        # A month alone has a band as wide as a line.
        at = [at[0] - 0.12, at[0] + 0.12] if len(at) == 1 else at
        lows, highs = [_low(p) for p in stretch], [_high(p) for p in stretch]
        if len(stretch) == 1:
            lows, highs = lows * 2, highs * 2
        axes.fill_between(at, lows, highs, color=drawing.BLUE, alpha=0.2, lw=0, zorder=1)
    axes.plot(xs, ys, color=drawing.INK, marker="o", ms=3.5, lw=1.4, zorder=3, clip_on=False)
    dots = [(month_number(p.month), p.alone) for p in months if p.alone is not None]
    if dots:
        axes.plot(
            *zip(*dots, strict=True), ls="none", marker="o", ms=4.2, mfc=drawing.GROUND,
            mec=drawing.GREY, mew=1.1, zorder=2, clip_on=False,
        )  # fmt: skip
        for number, alone in dots:
            month = month_text(month_from_number(number))
            drawing.spot(axes, number, alone, f"{month} alleen: {in_unit(alone, line.unit)}")
    for point in months:
        if point.value is not None:
            text = f"{month_text(point.month)}: {in_unit(point.value, line.unit)}"
            count = f", {n_text(point.n)}" if point.n is not None else ""
            drawing.spot(axes, month_number(point.month), point.value, text + count)
    _mark_change(axes, line, ticks[-1])
    _mark_gaps(axes, months, ticks[0])
    _label_levels(axes, line, ticks)


def _time_axis(axes: Any, canvas: drawing.Canvas, first: date, last: date) -> None:
    drawing.month_axis(axes, first, last, canvas.width - 148)


def _low(point: Point) -> float:
    return point.low or 0.0


def _high(point: Point) -> float:
    return point.high or 0.0


def _stretches(months: Sequence[Point]) -> list[list[Point]]:
    """Months with an interval, as far as they follow on each other: a gap breaks the band."""
    stretches: list[list[Point]] = [[]]
    for point in months:
        if point.low is None or point.high is None:
            stretches.append([])
        else:
            stretches[-1].append(point)
    return [stretch for stretch in stretches if stretch]


def _backdrop(axes: Any, line: Line, top: float) -> None:
    """Periods of suspension and changes of the model, named at the top."""
    first, last = month_number(line.points[0].month), month_number(line.points[-1].month)
    for number, span in enumerate(line.spans):
        start = max(month_number(span.first), first) - 0.5
        end = min(month_number(span.last), last) + 0.5
        if start < end:
            axes.axvspan(start, end, color=drawing.ORANGE, alpha=0.14, lw=0, zorder=0)
            late = start > (first + last) / 2
            axes.annotate(
                span.label,
                (end if late else start, top),
                (0, (3, -9)[number % 2]),
                textcoords="offset points",
                ha="right" if late else "left",
                fontsize=8.5,
                annotation_clip=False,
            )
    for change in line.model_changes:
        at = month_number(change) - 0.5
        if first <= at <= last:
            axes.axvline(at, color=drawing.PURPLE, lw=1, ls=(0, (2, 2)), zorder=1)
            words = "nieuwe rekenregels"
            side = drawing.side_of(axes, at, words)
            axes.annotate(
                words,
                (at, top),
                (3 if side == "left" else -3, 3 - 12 * min(len(line.spans), 2)),
                textcoords="offset points",
                ha=side,
                fontsize=8.5,
            )


def _mark_change(axes: Any, line: Line, top: float) -> None:
    """A vertical mark where the change began that the newest month tells, with its month."""
    change = line.points[-1].change
    if change is None or change["since"] is None:
        return
    since = parse_month(change["since"])
    at = month_number(since) - 0.5
    if at < month_number(line.points[0].month) - 0.5:
        return
    axes.axvline(at, color=drawing.ORANGE, lw=1.6, zorder=2)
    words = (f"{change['direction']} sinds", month_text(since))
    # Short lines, at the side of the newest where they fit: that a narrow screen shows.
    side = drawing.side_of(axes, at, *words)
    for number, word in enumerate(words):
        axes.annotate(
            word,
            (at, top / 8),
            (3 if side == "left" else -3, -11 * number),
            textcoords="offset points",
            ha=side,
            fontsize=8.5,
        )


def _mark_gaps(axes: Any, months: Sequence[Point], bottom: float) -> None:
    """A crossed circle on the axis where a month is missing."""
    drawing.marks(
        axes,
        [(month_number(p.month), bottom, "geen_levering") for p in months if p.value is None],
        0.8,
    )


def _label_levels(axes: Any, line: Line, ticks: Sequence[float]) -> None:
    """The norm or the borders, each written at its own height."""
    levels = list(line.borders)
    if line.norm is not None:
        levels.append((line.norm, f"norm {in_unit(line.norm, line.unit)}"))
    levels = [level for level in levels if ticks[0] <= level[0] <= ticks[-1]]
    for height, _ in levels:
        axes.axhline(height, color=drawing.TEAL, lw=1.2, ls=(0, (1, 1.5)), zorder=1)
    others = [level for level in line.references if ticks[0] <= level[0] <= ticks[-1]]
    for height, _ in others:
        axes.axhline(height, color=drawing.GREY, lw=1.2, ls=(0, (5, 3)), zorder=1)
    write_side_labels(axes, sorted([*levels, *others]), ticks)


def score_points(cards: Mapping[date, Mapping[str, Any]], measure: str = "score") -> list[Point]:
    """Points of a trend from stored score cards by month."""
    return [_point(month, cards[month], measure) for month in sorted(cards)]


def _point(month: date, card: Mapping[str, Any], measure: str) -> Point:
    counts = [c["n"] for c in card["criteria"].values() if isinstance(c.get("n"), int)]
    if card["standing"] in NOTHING_CAME:
        return Point(month, reason=STANDINGS[card["standing"]])
    if measure == "score":
        low, high = card.get("interval") or (None, None)
        n = max(counts, default=None)
        reason = "geen oordeel"
        return Point(month, card["score"], n, low, high, reason)
    item = card["criteria"].get(measure)
    if left_out(item) or item is None:
        return Point(month, reason="telt niet mee")
    low, high = item.get("interval") or (None, None)
    value = item["value"] if item.get("judged", True) else None
    reason = item.get("reason") or "geen oordeel"
    return Point(
        month, value, item.get("n"), low, high, reason, item.get("alone"), item.get("change")
    )
