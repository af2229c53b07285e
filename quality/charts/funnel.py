"""Funnel: a percentage against what its n is worth, with the limits of chance around it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from core.charts import drawing, lettering
from core.charts.pictures import Chart
from core.formats import number_text, percent_text
from quality.charts.words import Card, few_names, n_text, name_of, write_side_labels
from quality.method.limits import (
    ALARM,
    WARNING,
    beyond_chance,
    funnel_limits,
    spread_between,
    spread_limits,
)
from quality.method.model import ScoringModel

LABELLED = 12
RIGHT = 76.0
PLAIN = {"facecolor": drawing.GROUND, "edgecolor": "none", "pad": 0.6}


@dataclass(frozen=True)
class Share:
    """One provider: a percentage of 0-100, the n it stands on, and what that n is worth."""

    name: str
    value: float
    n: int
    worth: float


@dataclass(frozen=True)
class Funnel:
    """Providers, the value of the region in the middle, and the spread between them.

    ``tau_squared`` is None with too few providers to estimate it.
    """

    shares: tuple[Share, ...]
    centre: float
    tau_squared: float | None


def shares_of(
    cards: Sequence[Card], names: Mapping[str, str], criterion: str
) -> tuple[list[Share], float]:
    """Shares of the providers that may be shown, and the region's value from just those.

    A region's value that counted the hidden ones too would tell what they are.
    """
    shares = [
        Share(name_of(card, names), item["value"], item["n"], item.get("effective_n") or item["n"])
        for card in cards
        if (item := card["criteria"].get(criterion, {})).get("judged")
    ]
    total = sum(share.n for share in shares)
    centre = sum(share.value * share.n for share in shares) / total if total else 0.0
    return shares, centre


def funnel(
    name: str,
    label: str,
    measure: str,
    shares: Sequence[Share],
    centre: float,
    *,
    model: ScoringModel,
) -> Chart:
    """Which providers differ from the region by more than chance; never a league table."""
    ordered = tuple(sorted(shares, key=lambda share: share.name.casefold()))
    data = Funnel(ordered, centre, _tau_squared(ordered, centre, model))
    places = {share: place(share, data) for share in ordered}
    sides = {
        word: [share.name for share in ordered if places[share] == word]
        for word in ("lager", "hoger")
    }
    differ = [f"{word} bij {few_names(names)}" for word, names in sides.items() if names]
    if not ordered:
        finding = f"{label}: nog geen waarden"
    elif data.tau_squared is None:
        finding = f"{label}: te weinig aanbieders om de spreiding te schatten"
    elif differ:
        finding = f"{label}: meer dan toeval {'; '.join(differ)}"
    else:
        finding = f"{label}: geen aanbieder verschilt meer dan toeval verklaart"
    return Chart(
        name=name,
        finding=finding,
        measure=f"{measure}; regio {percent_text(centre)}; grenzen 95% en 99,8%"
        + ("; spreiding niet te schatten" if data.tau_squared is None else ""),
        description=" ".join(
            f"{share.name}: {percent_text(share.value)}, {n_text(share.n)}, "
            f"{_words(places[share])}."
            for share in ordered
        )
        or "Er is niets te tonen.",
        headers=("Aanbieder", "Waarde", "n", "Telt als", "Plaats"),
        rows=tuple(
            (
                share.name,
                percent_text(share.value),
                number_text(share.n, 0),
                number_text(share.worth),
                _words(places[share]),
            )
            for share in ordered
        ),
        paint=paint_funnel,
        data=data,
        height=270,
    )


def _tau_squared(shares: Sequence[Share], centre: float, model: ScoringModel) -> float | None:
    if len(shares) < model.spread_from_providers or not 0 < centre < 100:
        return None
    pairs = [(share.value / 100, share.worth) for share in shares]
    return spread_between(pairs, centre / 100).tau_squared


def _words(side: str) -> str:
    return f"{side} dan toeval en spreiding verklaren" if side else "niet meer dan toeval"


def outside(chart: Chart) -> int:
    """How many differ from the region by more than chance and spread."""
    return sum(bool(place(share, chart.data)) for share in chart.data.shares)


def place(share: Share, data: Funnel) -> str:
    """``lager`` or ``hoger`` than chance and the spread between providers allow; else empty."""
    if not 0 < data.centre < 100:
        return ""
    position = beyond_chance(share.value / 100, share.worth, data.centre / 100, data.tau_squared)
    return position or ""


def sizes(largest: int) -> list[int]:
    """Numbers at which the limits are drawn: close together where they bend."""
    all_sizes, n = [], 5.0
    while n < largest:
        all_sizes.append(int(n))
        n = max(n + 1, n * 1.12)
    return [*all_sizes, largest]


def paint_funnel(canvas: drawing.Canvas, data: Funnel) -> None:
    """Dots in a funnel; those outside it are named."""
    if not data.shares:
        canvas.nothing("Er zijn nog geen waarden om te tonen.")
        return
    axes = canvas.axes(left=44, right=RIGHT, top=10, bottom=38)
    widest = max(10, int(max(share.worth for share in data.shares) * 1.08) + 1)
    ticks = drawing.nice_ticks(0, widest, 6)
    axes.set_xlim(0, ticks[-1])
    heights = _heights(data)
    axes.set_ylim(heights[0], heights[-1])
    drawing.number_axis(axes.xaxis, [tick for tick in ticks if tick.is_integer()])
    drawing.number_axis(axes.yaxis, heights, " %")
    axes.set_xlabel("aantal onafhankelijke cursisten dat het waard is")
    axes.axhline(data.centre, color=drawing.GREY, lw=1)
    _draw_limits(axes, data, int(ticks[-1]), heights)
    places = {share: place(share, data) for share in data.shares}
    for looks, chosen in (
        ({"marker": "o", "color": drawing.GREY}, [s for s in data.shares if not places[s]]),
        ({"marker": "^", "color": drawing.BLUE}, [s for s in data.shares if places[s] == "hoger"]),
        (
            {"marker": "v", "color": drawing.ORANGE},
            [s for s in data.shares if places[s] == "lager"],
        ),
    ):
        axes.plot(
            [s.worth for s in chosen],
            [s.value for s in chosen],
            ls="none",
            ms=6.5,
            zorder=3,
            clip_on=False,
            **looks,
        )
    _name(canvas, axes, data, places)


def _heights(data: Funnel) -> list[float]:
    """Ticks from the lowest to the highest that must be seen: all dots, and most of the limits."""
    seen = [share.value for share in data.shares]
    middle = sorted(share.worth for share in data.shares)[len(seen) // 2]
    seen += [100 * limit for limit in funnel_limits(data.centre / 100, middle, ALARM)]
    room = max(5.0, 0.1 * (max(seen) - min(seen)))
    ticks = drawing.nice_ticks(max(0.0, min(seen) - room), min(100.0, max(seen) + room))
    return [tick for tick in ticks if tick <= 100]


def _draw_limits(axes: Any, data: Funnel, last: int, heights: Sequence[float]) -> None:
    """Two pairs of limits of chance and the middle; dotted the limits with the spread in them."""
    centre = data.centre / 100
    named = [(data.centre, f"regio {percent_text(data.centre)}")]
    grid = sizes(last) if 0 < centre < 1 else []
    for confidence, dashes, word in ((WARNING, (0, (4, 3)), "95%"), (ALARM, "-", "99,8%")):
        limits = [funnel_limits(centre, n, confidence) for n in grid]
        for side in zip(*limits, strict=True):
            ys = [100 * limit for limit in side]
            axes.plot(grid, ys, color=drawing.GREY, lw=1, ls=dashes, zorder=1)
            named.append((ys[-1], f"grens {word}"))
    if data.tau_squared is not None:
        wider = [spread_limits(centre, n, WARNING, data.tau_squared) for n in grid]
        for side in zip(*wider, strict=True):
            ys = [100 * limit for limit in side]
            axes.plot(grid, ys, color=drawing.TEAL, lw=1, ls=(0, (1, 1.5)), zorder=1)
            named.append((ys[-1], "met spreiding"))
    write_side_labels(axes, named, heights)


def _name(canvas: drawing.Canvas, axes: Any, data: Funnel, places: dict[Share, str]) -> None:
    """Name who lies outside, or everyone when few; a name that finds no room is left out."""
    few = len(data.shares) <= LABELLED
    wanted = [s for s in data.shares if places[s] or few]
    wanted.sort(key=lambda s: not places[s])
    (_, right), (bottom, top) = axes.get_xlim(), axes.get_ylim()
    across, up = (canvas.width - 44 - RIGHT) / right, (canvas.height - 48) / (top - bottom)
    dots = {s: (s.worth * across, (s.value - bottom) * up) for s in data.shares}
    taken = [(x - 4, y - 4, x + 4, y + 4) for x, y in dots.values()]
    for share in wanted[: LABELLED * 2]:
        text = lettering.shorten(share.name, 130, 8.5)
        width = lettering.text_width(text, 8.5)
        x, y = dots[share]
        for left, low in (
            (x + 6, y - 4),
            (x - 6 - width, y - 4),
            (x - width / 2, y + 6),
            (x - width / 2, y - 15),
        ):
            box = (left, low, left + width, low + 9)
            inside = (
                left >= 0
                and box[2] <= right * across
                and low >= 0
                and box[3] <= (top - bottom) * up
            )
            if inside and not any(_touch(box, other) for other in taken):
                axes.text(left / across, bottom + low / up, text, size=8.5, bbox=PLAIN)
                taken.append(box)
                break


def _touch(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
