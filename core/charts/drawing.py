"""Pictures by matplotlib: canvas, colours, marks, and SVG that a strict page accepts.

matplotlib writes ``style`` attributes, a ``<style>`` block and ids that clash between two charts
on a page; under a strict Content-Security-Policy that is a black rectangle. What leaves here has
presentation attributes, ids of its own, a title, a description and real text.
"""

import io
import itertools
from collections.abc import Sequence
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from core.charts import svg as plain
from core.charts.lettering import text_width, wrap
from core.dates import month_from_number, month_number
from core.formats import month_name, number_text

# Each has a contrast of 3:1 or more on white and on the dark ground, and they stay apart for
# people who are colour-blind. A shape or a word always goes with them.
BLUE = "#2f7dc8"
ORANGE = "#c8641e"
INK, GROUND = plain.INK, plain.GROUND
GREY = "#77808a"
PURPLE = "#9461c4"
TEAL = "#14877f"
SERIES = (BLUE, ORANGE, PURPLE, TEAL)

PNG_DPI = 180
TITLE_SIZE = 12.0
MEASURE_SIZE = 9.0
LINE = 1.35


@cache
def _figure_class() -> Any:
    """Load matplotlib, once, with our style."""
    import matplotlib as mpl  # noqa: PLC0415  slow to load
    from matplotlib import style  # noqa: PLC0415
    from matplotlib.figure import Figure  # noqa: PLC0415

    mpl.use("agg")
    style.use(str(Path(__file__).parent / "taalinkoop.mplstyle"))
    return Figure


@cache
def _quick() -> Any:
    from core.charts import axes  # noqa: PLC0415  loads matplotlib

    return axes


class Canvas:
    """A figure measured in points, the heading left out: (0, 0) is the lower left corner."""

    def __init__(self, figure: Any, width: float, height: float, heading: float) -> None:
        self.figure = figure
        self.width = width
        self.height = height
        self._full = height + heading

    def axes(
        self, *, left: float, right: float = 8.0, top: float = 8.0, bottom: float = 24.0
    ) -> Any:
        """Axes with these margins."""
        size = (self.width - left - right) / self.width, (self.height - top - bottom) / self._full
        return self._add(left / self.width, bottom / self._full, *size)

    def panel(self, x: float, y: float, width: float, height: float) -> Any:
        """Axes with their lower left corner here."""
        return self._add(x / self.width, y / self._full, width / self.width, height / self._full)

    def _add(self, *place: float) -> Any:
        return self.figure.add_axes(_quick().QuickAxes(self.figure, place))

    def sheet(self) -> Any:
        """Axes without a frame over the whole canvas, whose coordinates are points."""
        axes = self.panel(0, 0, self.width, self.height)
        axes.set_xlim(0, self.width)
        axes.set_ylim(0, self.height)
        axes.axis("off")
        return axes

    def text(self, x: float, y: float, text: str, **look: Any) -> Any:
        """Write at this place."""
        return _write(self.figure, (x / self.width, y / self._full), text, **look)

    def nothing(self, sentence: str) -> None:
        """Say why there is no picture, at the left: a narrow screen shows no more at first."""
        self.text(0, self.height / 2, sentence, ha="left", va="center", fontsize=10.5)


def spot(axes: Any, x: float, y: float, text: str) -> None:
    """Let a page tell ``text`` where somebody points at this place of the axes."""
    spots: list[tuple[Any, float, float, str]] = axes.figure.__dict__.setdefault("spots", [])
    spots.append((axes, x, y, text))


def spots_of(figure: Any) -> list[tuple[float, float, str]]:
    """The places of a drawn figure that tell something: points from the upper left corner."""
    height = figure.get_size_inches()[1] * 72
    return [
        (float(place[0]), float(height - place[1]), text)
        for axes, x, y, text in figure.__dict__.get("spots", [])
        for place in [axes.transData.transform((x, y))]
    ]


def _write(figure: Any, place: tuple[float, float], text: str, **look: Any) -> Any:
    """Write at a place between (0, 0) and (1, 1) of the figure."""
    word = _quick().Word(*place, text, transform=figure.transFigure, **look)
    word.set_figure(figure)
    figure.texts.append(word)
    return word


def side_of(axes: Any, at: float, *lines: str, size: float = 8.5, beyond: float = 0.0) -> str:
    """At which side of a place on the axis words go: ``left`` aligned where they fit to its right.

    There is the newest, which a narrow screen shows; ``beyond`` is room at the right of the axes.
    What fits nowhere has most room.
    """
    begin, end = axes.get_xlim()
    left = (at - begin) / (end - begin) * axes.bbox.width
    right = axes.bbox.width - left + beyond
    width = max(text_width(line, size) for line in lines) + 4
    return "left" if width <= right or left <= right else "right"


def blank(finding: str, measure: str, width: float, height: float) -> Canvas:
    """A canvas of this size with its heading above it: what it shows, and what was measured."""
    title = wrap(finding, width - 8, TITLE_SIZE, bold=True)
    below = wrap(measure, width - 8, MEASURE_SIZE)
    heading = len(title) * TITLE_SIZE * LINE + len(below) * MEASURE_SIZE * LINE + 12
    full = height + heading
    figure = _figure_class()(figsize=(width / 72, full / 72), dpi=72)
    lines = [(line, TITLE_SIZE, "bold") for line in title]
    lines += [(line, MEASURE_SIZE, "normal") for line in below]
    y = full - 4
    for number, (line, size, weight) in enumerate(lines):
        look = {"fontsize": size, "fontweight": weight, "va": "top"}
        _write(figure, (4 / width, y / full), line, gid=f"{plain.HEADING}-{number}", **look)
        y -= size * LINE
    return Canvas(figure, width, height, heading)


def png(figure: Any, title: str) -> bytes:
    """Picture on white."""
    content = io.BytesIO()
    figure.savefig(
        content,
        format="png",
        dpi=PNG_DPI,
        facecolor=GROUND,
        metadata={"Software": None, "Title": title},
    )
    return content.getvalue()


def svg(figure: Any) -> bytes:
    """Drawing as matplotlib writes it, with text as text."""
    from core.charts import svg_canvas  # noqa: PLC0415  loads matplotlib

    return svg_canvas.drawn(figure)


# What charts share: marks, axes, lines.

MARKS: dict[str, dict[str, Any]] = {
    "goed": {"marker": "o", "color": BLUE, "ms": 7.0},
    "voldoende": {
        "marker": "o",
        "color": GREY,
        "ms": 7.0,
        "fillstyle": "left",
        "markerfacecoloralt": GROUND,
    },
    "onvoldoende": {"marker": "^", "color": ORANGE, "ms": 7.5, "mfc": GROUND, "mew": 1.6},
    "geen_oordeel": {"marker": "_", "color": GREY, "ms": 8.0, "mew": 2.0},
    "geen_levering": {"marker": "o", "color": GREY, "ms": 7.0, "mfc": GROUND, "mew": 1.2},
    "geen_trajecten": {"marker": "o", "color": GREY, "ms": 4.0, "mfc": GROUND, "mew": 1.2},
}
"""A shape for every standing; colour only repeats what the shape says."""


def marks(axes: Any, places: Sequence[tuple[float, float, str]], size: float = 1.0) -> None:
    """Put the mark of a standing at each place, in one stroke per standing."""
    for standing, look in MARKS.items():
        xs = [x for x, _, at_place in places if at_place == standing]
        ys = [y for _, y, at_place in places if at_place == standing]
        if xs:
            scaled = {**look, "ms": look["ms"] * size}
            axes.plot(xs, ys, ls="none", clip_on=False, zorder=4, **scaled)
            if standing == "geen_levering":
                cross = {"marker": "x", "color": GREY, "ms": 4 * size}
                axes.plot(xs, ys, ls="none", clip_on=False, zorder=5, **cross)


def boxes(axes: Any, corners: Sequence[tuple[float, float]], width: float, height: float) -> None:
    """Dotted outlines of equal boxes, in one stroke."""
    gap = float("nan")
    xs: list[float] = []
    ys: list[float] = []
    for x, y in corners:
        xs += [x, x + width, x + width, x, x, gap]
        ys += [y, y, y + height, y + height, y, gap]
    axes.plot(xs, ys, color=GREY, lw=0.6, ls=(0, (2, 2)), zorder=0)


def number_axis(axis: Any, ticks: Sequence[float], unit: str = "") -> None:
    """Ticks with Dutch numbers."""
    decimals = 0 if all(float(tick).is_integer() for tick in ticks) else 1
    axis.set_ticks(list(ticks), [f"{number_text(float(t), decimals)}{unit}" for t in ticks])


def nice_ticks(lowest: float, highest: float, count: int = 5) -> list[float]:
    """Round values that span a range."""
    span = max(highest - lowest, 1e-9) / count
    size = 10.0 ** _exponent(span)
    step = next(s * size for s in (1, 2, 2.5, 5, 10) if s * size >= span - 1e-12)
    first, last = _floor(lowest / step), -_floor(-highest / step)
    return [n * step for n in range(first, last + 1)]


def _exponent(value: float) -> int:
    exponent = 0
    while 10.0 ** (exponent + 1) <= value:
        exponent += 1
    while 10.0**exponent > value:
        exponent -= 1
    return exponent


def _floor(value: float) -> int:
    return int(value // 1)


def month_axis(axes: Any, first: date, last: date, width: float) -> None:
    """Months along the bottom: short names, the year under the first and under each January."""
    start, end = month_number(first), month_number(last)
    count = end - start + 1
    every = next(n for n in (1, 2, 3, 6, 12) if count / n * 26 <= width or n == 12)
    ticks = [n for n in range(start, end + 1) if every == 1 or n % every == 0]
    labels = []
    year = None
    for tick in ticks:
        month = month_from_number(tick)
        name = month_name(month)
        labels.append(name if month.year == year else f"{name}\n{month.year}")
        year = month.year
    axes.set_xticks(ticks, labels)
    axes.set_xlim(start - 0.5, end + 0.5)


def apart(places: Sequence[float], distance: float) -> list[float]:
    """Move labels so that none is nearer than this to the next, as little as it takes."""
    order = sorted(range(len(places)), key=lambda n: places[n])
    moved = list(places)
    for _ in range(60):
        for low, high in itertools.pairwise(order):
            short = distance - (moved[high] - moved[low])
            if short > 1e-9:
                moved[low] -= short / 2
                moved[high] += short / 2
    return moved
