"""The only importer of matplotlib: canvas, colours, marks, and SVG that a strict page accepts.

matplotlib writes ``style`` attributes, a ``<style>`` block and ids that clash between two charts
on a page; under a strict Content-Security-Policy that is a black rectangle. What leaves here has
presentation attributes, ids of its own, a title, a description and real text.
"""

import io
import itertools
import re
import threading
from collections.abc import Sequence
from datetime import date
from functools import cache
from html import escape
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from core.dates import month_from_number, month_number
from core.formats import MONTHS, number_text
from core.pictures import Chart

# Each has a contrast of 3:1 or more on white and on the dark ground, and they stay apart for
# people who are colour-blind. A shape or a word always goes with them.
BLUE = "#2f7dc8"
ORANGE = "#c8641e"
GREY = "#77808a"
PURPLE = "#9461c4"
TEAL = "#14877f"
INK = "#000000"
GROUND = "#ffffff"
SERIES = (BLUE, ORANGE, PURPLE, TEAL)

PNG_DPI = 180
TITLE_SIZE = 12.0
MEASURE_SIZE = 9.0
LINE = 1.35

_SVG = "http://www.w3.org/2000/svg"
_XLINK = "http://www.w3.org/1999/xlink"
_HEADING = "heading"
_FONTS = "system-ui, 'Segoe UI', Roboto, 'DejaVu Sans', sans-serif"
# matplotlib is not made for several threads at once; the web server has several.
_lock = threading.RLock()


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
def _font(*, bold: bool) -> Any:
    from matplotlib import font_manager  # noqa: PLC0415  slow to load

    weight = "bold" if bold else "normal"
    path = font_manager.findfont(font_manager.FontProperties(family="DejaVu Sans", weight=weight))
    return font_manager.get_font(path)


@cache
def _advance(character: str, *, bold: bool) -> float:
    """Width of one character at 1 point."""
    font = _font(bold=bold)
    font.set_size(100, 72)
    return float(font.load_char(ord(character)).linearHoriAdvance) / 65_536 / 100


def text_width(text: str, size: float = 9.0, *, bold: bool = False) -> float:
    """Width in points. Measured in DejaVu, which is wider than the fonts of most pages."""
    return size * sum(_advance(character, bold=bold) for character in text)


def shorten(text: str, width: float, size: float = 9.0, *, bold: bool = False) -> str:
    """Cut a name to a width, with an ellipsis; the table beside the chart has it in full."""
    if text_width(text, size, bold=bold) <= width:
        return text
    while text and text_width(f"{text.rstrip()}…", size, bold=bold) > width:
        text = text[:-1]
    return f"{text.rstrip()}…"


def wrap(text: str, width: float, size: float, *, bold: bool = False) -> list[str]:
    """Break a sentence into lines of at most this width."""
    lines: list[str] = []
    for word in text.split(" "):
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and text_width(longer, size, bold=bold) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


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
        return self.figure.add_axes((left / self.width, bottom / self._full, *size))

    def panel(self, x: float, y: float, width: float, height: float) -> Any:
        """Axes with their lower left corner here."""
        return self.figure.add_axes(
            (x / self.width, y / self._full, width / self.width, height / self._full)
        )

    def sheet(self) -> Any:
        """Axes without a frame over the whole canvas, whose coordinates are points."""
        axes = self.panel(0, 0, self.width, self.height)
        axes.set_xlim(0, self.width)
        axes.set_ylim(0, self.height)
        axes.axis("off")
        return axes

    def text(self, x: float, y: float, text: str, **look: Any) -> Any:
        """Write at this place."""
        return self.figure.text(x / self.width, y / self._full, text, **look)

    def nothing(self, sentence: str) -> None:
        """Say why there is no picture."""
        self.text(
            self.width / 2, self.height / 2, sentence, ha="center", va="center", fontsize=10.5
        )


def figure_of(chart: Chart) -> Any:
    """Draw a chart as a matplotlib figure, heading included."""
    with _lock:
        figure_class = _figure_class()
        title = wrap(chart.finding, chart.width - 8, TITLE_SIZE, bold=True)
        measure = wrap(chart.measure, chart.width - 8, MEASURE_SIZE)
        heading = len(title) * TITLE_SIZE * LINE + len(measure) * MEASURE_SIZE * LINE + 12
        full = chart.height + heading
        figure = figure_class(figsize=(chart.width / 72, full / 72), dpi=72)
        lines = [(line, TITLE_SIZE, "bold") for line in title]
        lines += [(line, MEASURE_SIZE, "normal") for line in measure]
        y = full - 4
        for number, (line, size, weight) in enumerate(lines):
            place = 4 / chart.width, y / full
            look = {"fontsize": size, "fontweight": weight, "va": "top"}
            figure.text(*place, line, gid=f"{_HEADING}-{number}", **look)
            y -= size * LINE
        chart.paint(Canvas(figure, chart.width, chart.height, heading), chart.data)
        return figure


def png(chart: Chart) -> bytes:
    """Picture on white."""
    with _lock:
        content = io.BytesIO()
        figure_of(chart).savefig(
            content,
            format="png",
            dpi=PNG_DPI,
            facecolor=GROUND,
            metadata={"Software": None, "Title": chart.finding},
        )
        return content.getvalue()


def svg(chart: Chart, *, alone: bool = False) -> str:
    """Drawing for in a page, or for a file that stands alone (with heading and fonts)."""
    with _lock:
        content = io.BytesIO()
        figure_of(chart).savefig(
            content, format="svg", metadata=dict.fromkeys(("Date", "Creator", "Format", "Type"))
        )
    raw = content.getvalue()
    return accessible_svg(
        raw,
        title=chart.finding,
        description=f"{chart.measure}. {chart.description}",
        id_prefix=f"{chart.name}-",
        body_height=None if alone else chart.height,
    )


def accessible_svg(
    raw: bytes,
    *,
    title: str,
    description: str,
    id_prefix: str,
    body_height: float | None = None,
) -> str:
    """Make matplotlib's SVG fit for a page; with ``body_height`` its heading is left out.

    Without ``body_height`` the drawing stands alone: it keeps its heading, names its fonts, and
    has a white ground, since a dark viewer would show black on black.
    """
    root = ElementTree.fromstring(raw)  # noqa: S314  our own output  # nosec B314
    _, _, width, height = (float(n) for n in root.attrib["viewBox"].split())
    top = 0.0 if body_height is None else height - body_height
    drop = {"metadata", "style"}
    for parent in list(root.iter()):
        for child in list(parent):
            heading = top and child.get("id", "").startswith(_HEADING)
            if heading or _local(child.tag) in drop:
                parent.remove(child)
    referred = set(re.findall(rb"#([A-Za-z0-9_.-]+)", raw))
    for element in root.iter():
        _plain_attributes(element, id_prefix, referred)
    inside = "".join(_serialise(child) for child in root)
    look = paper = ""
    if body_height is None:
        look = f'font-family="{escape(_FONTS)}" '
        paper = f'<rect width="{_short(width)}" height="{_short(height)}" fill="{GROUND}"/>'
    return (
        f'<svg xmlns="{_SVG}" viewBox="0 {_short(top)} {_short(width)} {_short(height - top)}" '
        f'role="img" aria-labelledby="{id_prefix}title {id_prefix}desc" {look}'
        'fill="currentColor" stroke-linejoin="round" stroke-linecap="butt">'
        f'<title id="{id_prefix}title">{escape(title)}</title>'
        f'<desc id="{id_prefix}desc">{escape(description)}</desc>{paper}{inside}</svg>'
    )


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]


def _plain_attributes(element: Any, prefix: str, referred: set[bytes]) -> None:
    """Move ``style`` into attributes, name ids after the chart, round coordinates."""
    attributes = element.attrib
    for declaration in attributes.pop("style", "").split(";"):
        name, _, value = declaration.partition(":")
        if name.strip() and name.strip() not in {"font-family", "font"}:
            attributes[name.strip()] = value.strip()
    name = attributes.pop("id", None)
    if name is not None and name.encode() in referred:
        attributes["id"] = prefix + name
    link = attributes.pop(f"{{{_XLINK}}}href", None)
    if link is not None:
        attributes["href"] = f"#{prefix}{link[1:]}"
    for key, value in list(attributes.items()):
        if value.startswith("url(#"):
            attributes[key] = f"url(#{prefix}{value[5:]}"
        elif key in {"fill", "stroke"}:
            if value == INK:
                attributes[key] = "currentColor"
            elif value == GROUND:
                attributes["class"] = "ground"
        elif key in {"d", "x", "y", "transform", "width", "height", "points"}:
            attributes[key] = _NUMBER.sub(lambda m: _short(float(m[0])), " ".join(value.split()))


_NUMBER = re.compile(r"-?\d+\.\d+(?:e-?\d+)?")


def _short(number: float) -> str:
    """Write a coordinate with two decimals at most."""
    text = f"{number:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


_INHERITED = ("fill", "fill-opacity", "stroke", "stroke-width", "stroke-linecap", "stroke-linejoin")


def _hoist(group: Any) -> None:
    """Say once for a group what all its marks say: a calendar has thousands."""
    if any(_local(child.tag) != "use" for child in group):
        return
    for name in _INHERITED:
        values = {child.get(name) for child in group}
        if len(values) == 1 and None not in values and name not in group.attrib:
            group.set(name, values.pop())
            for child in group:
                del child.attrib[name]


def _serialise(element: Any) -> str:
    """Write one element without namespaces, leaving out groups that say nothing."""
    tag = _local(element.tag)
    if tag == "g" and len(element) > 1:
        _hoist(element)
    inside = "".join(_serialise(child) for child in element)
    text = escape(element.text, quote=False) if tag == "text" and element.text else ""
    if tag in {"g", "defs"} and not (inside or text):
        return ""
    if tag == "g" and not element.attrib:
        return inside
    attributes = "".join(f' {name}="{escape(value)}"' for name, value in element.attrib.items())
    return f"<{tag}{attributes}>{text}{inside}</{tag}>"


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
}
"""A shape for every standing; colour only repeats what the shape says."""


def marks(axes: Any, places: Sequence[tuple[float, float, str]], size: float = 1.0) -> None:
    """Put the mark of a standing at each place, in one stroke per standing."""
    for standing, look in MARKS.items():
        xs = [x for x, _, found in places if found == standing]
        ys = [y for _, y, found in places if found == standing]
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


def month_name(month: date) -> str:
    """``okt``; March is ``mrt``."""
    return "mrt" if month.month == 3 else MONTHS[month.month - 1][:3]


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
