"""What was taught and what was learned: hours by month, levels by skill."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from core.charts import drawing, lettering
from core.charts.pictures import Chart
from core.dates import month_number
from core.formats import MISSING, month_text, number_text, percent_text
from providers.codes import SkillLevel
from quality.charts.trend import NAN
from quality.charts.words import Sign, n_text, write_side_labels
from quality.lessons.intensity import Shortfall


@dataclass(frozen=True)
class Hours:
    """Hours of one month; None where nothing was agreed or delivered, or of ``few`` learners."""

    month: date
    promised: float | None
    offered: float | None
    attended: float | None
    few: bool = False


KINDS = (
    ("promised", "toegezegd", drawing.PURPLE, "s", (0, (4, 2))),
    ("offered", "aangeboden", drawing.BLUE, "o", "-"),
    ("attended", "gevolgd", drawing.TEAL, "^", "-"),
)


def hours(name: str, of: str, months: Sequence[Hours], shortfall: Shortfall | None = None) -> Chart:
    """Promised, offered and attended hours side by side."""
    months_with_hours = [m for m in months if m.offered]
    offered = sum(m.offered or 0 for m in months_with_hours)
    attended = sum(m.attended or 0 for m in months_with_hours)
    if months_with_hours:
        share = percent_text(100 * attended / offered)
        finding = f"Van de aangeboden uren is {share} gevolgd"
        if shortfall is not None:
            kept = percent_text(100 * shortfall.offered / shortfall.promised)
            finding = f"Van de toegezegde uren is {kept} aangeboden; van het aanbod {share} gevolgd"
    elif any(m.few for m in months):
        finding = "Uren: te weinig cursisten om te tonen"
    else:
        finding = "Er zijn nog geen uren geleverd"
    kinds = [kind for kind in KINDS if any(getattr(m, kind[0]) is not None for m in months)]
    return Chart(
        name=name,
        finding=finding,
        measure=f"{of}: lesuren per maand",
        description=" ".join(
            f"{month_text(m.month)}: "
            + ", ".join(f"{_hours(getattr(m, key))} {word}" for key, word, *_ in kinds)
            + "."
            for m in months
        )
        or "Er is niets te tonen.",
        headers=("Maand", *(f"Uren {word}" for _, word, *_ in kinds)),
        rows=tuple(
            (
                month_text(m.month),
                *("< 5" if m.few else _hours(getattr(m, key)) for key, *_ in kinds),
            )
            for m in months
        ),
        paint=paint_hours,
        data=tuple(months),
        height=220,
        over_time=True,
    )


def _hours(value: float | None) -> str:
    return MISSING if value is None else number_text(value, 0)


def paint_hours(canvas: drawing.Canvas, months: tuple[Hours, ...]) -> None:
    """A line each, named at its end."""
    values = [v for m in months for v in (m.promised, m.offered, m.attended) if v is not None]
    if not values:
        few = any(m.few for m in months)
        canvas.nothing("Te weinig cursisten." if few else "Er zijn nog geen uren om te tonen.")
        return
    axes = canvas.axes(left=50, right=90, top=10, bottom=34)
    ordered = sorted(months, key=lambda m: m.month)
    drawing.month_axis(axes, ordered[0].month, ordered[-1].month, canvas.width - 140)
    ticks = drawing.nice_ticks(0, 1.02 * max(values) or 1, 4)
    axes.set_ylim(0, ticks[-1])
    drawing.number_axis(axes.yaxis, ticks)
    axes.grid(axis="y")
    labels: list[tuple[float, str]] = []
    signs: list[Sign] = []
    span = range(month_number(ordered[0].month), month_number(ordered[-1].month) + 1)
    for key, word, colour, shape, dashes in KINDS:
        by_month = {month_number(m.month): getattr(m, key) for m in ordered}
        ys = [NAN if by_month.get(n) is None else by_month[n] for n in span]
        axes.plot(list(span), ys, color=colour, marker=shape, ms=4, ls=dashes, clip_on=False)
        last = [y for y in by_month.values() if y is not None]
        if last:
            labels.append((last[-1], word))
            signs.append((shape, colour))
    write_side_labels(axes, labels, ticks, signs)


SKILLS = {
    "lezen": "Lezen",
    "luisteren": "Luisteren",
    "schrijven": "Schrijven",
    "spreken": "Spreken",
}
LEVELS = tuple(level.code for level in SkillLevel)
Counts = Mapping[str, int]


@dataclass(frozen=True)
class Bar:
    """Levels of one skill at one moment: (level, learners), lowest first."""

    skill: str
    moment: str
    parts: tuple[tuple[str, int], ...]


def levels(name: str, of: str, skills: Mapping[str, tuple[Counts, Counts]]) -> Chart:
    """Levels by skill at the start and now, of the same learners.

    A level with fewer than five learners is joined with the one below it until it has five.
    """
    bars = tuple(
        Bar(label, moment, joined(counts))
        for skill, label in SKILLS.items()
        for moment, counts in zip(("start", "nu"), skills.get(skill, ({}, {})), strict=True)
    )
    total = max((sum(n for _, n in bar.parts) for bar in bars), default=0)
    return Chart(
        name=name,
        finding=_levels_finding(skills, total),
        measure=f"{of}: niveau bij de start en nu, dezelfde cursisten; {n_text(total)}",
        description=" ".join(
            f"{bar.skill} {bar.moment}: "
            + ", ".join(f"{level} {n}" for level, n in bar.parts)
            + "."
            for bar in bars
            if bar.parts
        )
        or "Te weinig cursisten om te tonen.",
        headers=("Vaardigheid", "Moment", "Niveau", "Cursisten", "Deel"),
        rows=tuple(
            (bar.skill, bar.moment, level, str(n), percent_text(100 * n / total))
            for bar in bars
            for level, n in bar.parts
        ),
        paint=paint_levels,
        data=bars,
        height=214,
    )


def joined(counts: Counts) -> tuple[tuple[str, int], ...]:
    """Levels from low to high, small groups joined with their neighbour; nothing under five."""
    groups: list[tuple[list[str], int]] = []
    for level in LEVELS:
        count = counts.get(level, 0)
        if not count:
            continue
        if groups and (groups[-1][1] < 5 or count < 5):
            names, before = groups.pop()
            groups.append(([*names, level], before + count))
        else:
            groups.append(([level], count))
    if len(groups) > 1 and groups[0][1] < 5:
        names, before = groups.pop(0)
        groups[0] = ([*names, *groups[0][0]], before + groups[0][1])
    if groups and groups[0][1] < 5:
        return ()
    return tuple(
        (names[0] if len(names) == 1 else f"{names[0]}–{names[-1]}", count)
        for names, count in groups
    )


def _levels_finding(skills: Mapping[str, tuple[Counts, Counts]], total: int) -> str:
    """The skill that grew most; one whose count must stay hidden is left out."""
    if total < 5:
        return "Niveaus: te weinig cursisten om te tonen"
    gained = {}
    for skill, (start, now) in skills.items():
        before, after = _high(start), _high(now)
        if all(
            count == 0 or count >= 5 for count in (before, after, total - before, total - after)
        ):
            gained[SKILLS[skill]] = after - before
    most = max(gained, key=lambda skill: gained[skill], default="")
    if not most:
        return "Niveaus per vaardigheid, bij de start en nu"
    if gained[most] <= 0:
        return "Nog geen groei: het deel op A2 of hoger is bij geen vaardigheid gestegen"
    points = number_text(100 * gained[most] / total, 0)
    return f"De meeste groei zit in {most.lower()}: {points} procentpunt meer op A2 of hoger"


def _high(counts: Counts) -> int:
    return sum(counts.get(level, 0) for level in LEVELS[LEVELS.index("A2") :])


def paint_levels(canvas: drawing.Canvas, bars: tuple[Bar, ...]) -> None:
    """Two stacked bars per skill; darker is higher, and every part is named."""
    if not any(bar.parts for bar in bars):
        canvas.nothing("Te weinig cursisten om te tonen.")
        return
    sheet = canvas.sheet()
    left, width, height = 116.0, canvas.width - 124.0, 20.0
    for number, bar in enumerate(bars):
        y = canvas.height - 24 - number * 22 - number // 2 * 8
        if number % 2 == 0:
            sheet.text(4, y, bar.skill, va="center", weight="bold")
        sheet.text(left - 8, y, bar.moment, va="center", ha="right")
        total = sum(n for _, n in bar.parts)
        x = left
        if not total:
            sheet.text(left, y, "te weinig cursisten", va="center", size=8.5)
        for level, n in bar.parts:
            part = width * n / total
            shade = 0.10 + 0.13 * LEVELS.index(level.split("–")[-1])
            ends = ([y], [x + 0.5], [x + part - 0.5])
            sheet.hlines(
                *ends, lw=height, color=drawing.BLUE, alpha=shade, capstyle="butt", zorder=0
            )
            for text in (f"{level}: {n}", level, ""):
                if lettering.text_width(text, 8.5) <= part - 4:
                    break
            sheet.text(x + part / 2, y, text, ha="center", va="center", size=8.5)
            x += part
