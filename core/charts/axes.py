"""Axes that cost little: matplotlib makes an object with three artists for every tick.

What stands around a chart is drawn here in a few strokes: a path for the grid, one for the
ticks, and the words. Ticks are always given, never looked for. Only drawing imports this.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.axis import XAxis, YAxis
from matplotlib.colors import to_rgba
from matplotlib.patches import PathPatch
from matplotlib.path import Path
from matplotlib.text import Text
from matplotlib.transforms import IdentityTransform

from core.charts.lettering import boxed
from core.charts.svg import SCALE

GREY = "#77808a"
WORD_SIZE = 8.5
TICK = 3.0
"""Points that a tick stands out."""
PAD = 3.5
"""Points between a tick and its word."""
LABEL_PAD = 4.0
WIDTH = 0.8
LINE = 1.2
"""From one line of a word to the next, as part of its size."""
GRID = {"lw": WIDTH, "color": "black", "alpha": 0.12}


class Word(Text):
    """A line of text that a canvas which sets no letters itself writes without measuring it."""

    def draw(self, renderer: Any) -> None:
        """Hand over the place and the look; a box behind the text has to be measured."""
        write = getattr(renderer, "write", None)
        if write is None:
            # Pixels have no font but ours.
            self.set_text(boxed(self.get_text()))
        if write is None or self.get_bbox_patch() is not None:
            super().draw(renderer)
        elif self.get_visible() and self.get_text():
            write(*self.get_transform().transform(self.get_unitless_position()), self)


class _Edge:
    """One side of a chart: where its ticks are, what they say, and whether lines cross it."""

    across: bool
    length = 0.0
    size = WORD_SIZE
    far = False
    places: Sequence[float] = ()
    words: Sequence[str] = ()
    lines: dict[str, Any] | None = None
    edge = True
    """Whether the side itself is drawn."""
    axes: Any
    label: Any

    def set_ticks(self, ticks: Sequence[float], labels: Sequence[str] = (), **look: Any) -> None:
        """Put ticks here, with these words."""
        self.places = tuple(ticks)
        self.set_ticklabels(labels, **look)

    def set_ticklabels(self, labels: Sequence[str], *, fontsize: float | None = None) -> None:
        """Write these words at the ticks."""
        self.words = tuple(labels)
        self.size = fontsize or self.size

    def set_tick_params(
        self, *, length: float | None = None, labelsize: float | None = None, **_others: Any
    ) -> None:
        """Change how ticks look; what else matplotlib sets while it makes axes is of no use."""
        self.length = self.length if length is None else length
        self.size = labelsize or self.size

    def grid(self, visible: bool = True, which: str = "", **look: Any) -> None:  # noqa: ARG002  matplotlib's own
        """Draw a line across the chart at every tick."""
        self.lines = {**GRID, **look} if visible else None

    def set_clip_path(self, path: Any, transform: Any = None) -> None:
        """Words stand outside the chart: nothing is cut off."""

    def tick_top(self) -> None:
        """Put ticks and words at the other side."""
        self.far = True

    def get_ticklabels(self) -> list[Any]:
        """Words as they are drawn, each with its place."""
        labels = []
        for line, place in self._lines(self.axes.figure.dpi / 72):
            text = self._text()
            text.set(text=line, position=place)
            labels.append(text)
        return labels

    def draw(self, renderer: Any) -> None:
        """Draw the lines, the ticks and the words."""
        if not self.get_visible():  # type: ignore[attr-defined]
            return
        pixels = self._pixels()
        points = renderer.points_to_pixels(1)
        x0, y0, x1, y1 = self.axes.bbox.extents
        if self.lines is not None:
            low, high = (y0, y1) if self.across else (x0, x1)
            self._strokes(renderer, pixels, (low, high), **self.lines)
        if self.length:
            low, out = (y1, self.length) if self.far else (y0, -self.length)
            low = low if self.across else x0
            self._strokes(renderer, pixels, (low, low + out * points), lw=WIDTH, color=GREY)
        if self.edge:
            begin, end = ((x0, y0), (x1, y0)) if self.across else ((x0, y0), (x0, y1))
            _stroke(renderer, (begin, end), lw=WIDTH, color=GREY)
        if self.words:
            # A name for the words at the left, which stay in view where a picture is scrolled.
            outer = not self.across and x0 == min(one.bbox.x0 for one in self.axes.figure.axes)
            renderer.open_group(SCALE if outer else "words")
            text = self._text()
            for line, place in self._lines(points):
                text.set(text=line, position=place)
                text.draw(renderer)
            renderer.close_group(SCALE)
        if self.label.get_text():
            self._draw_label(renderer, points)

    def _pixels(self) -> list[float]:
        """Where the ticks are on the canvas."""
        number = 0 if self.across else 1
        ends = self.axes.get_xlim() if self.across else self.axes.get_ylim()
        corners = self.axes.bbox.extents
        start, stop = corners[number], corners[number + 2]
        scale = (stop - start) / (ends[1] - ends[0])
        return [start + (place - ends[0]) * scale for place in self.places]

    def _strokes(
        self, renderer: Any, pixels: Sequence[float], ends: tuple[float, float], **look: Any
    ) -> None:
        """Equal lines at every tick, as one path."""
        corners: list[tuple[float, float]] = []
        for at in pixels:
            corners += [(at, end) if self.across else (end, at) for end in ends]
        _stroke(renderer, corners, **look)

    def _text(self) -> Any:
        """The text that says the words by turns."""
        look: dict[str, Any] = {"ha": "right", "va": "center_baseline"}
        if self.across:
            look = {"ha": "center", "va": "bottom" if self.far else "top"}
        text = Word(0, 0, "", fontsize=self.size, **look)
        text.set_figure(self.axes.figure)
        return text

    def _lines(self, points: float) -> Iterator[tuple[str, tuple[float, float]]]:
        """Each line of each word with its place; first lines stand at one height."""
        x0, y0, _, y1 = self.axes.bbox.extents
        out = (self.length + PAD) * points
        for at, word in zip(self._pixels(), self.words, strict=False):
            for number, line in enumerate(word.split("\n")):
                down = number * self.size * LINE * points
                if self.across:
                    yield line, (at, (y1 + out if self.far else y0 - out) - down)
                else:
                    yield line, (x0 - out, at - down)

    def _draw_label(self, renderer: Any, points: float) -> None:
        """What is measured, below the words."""
        x0, y0, x1, _ = self.axes.bbox.extents
        boxes = [word.get_window_extent(renderer) for word in self.get_ticklabels()]
        low = min([y0, *(box.y0 for box in boxes)])
        self.label.set_transform(IdentityTransform())
        self.label.set(x=(x0 + x1) / 2, y=low - LABEL_PAD * points, va="top", ha="center")
        self.label.draw(renderer)


def _stroke(
    renderer: Any,
    corners: Sequence[tuple[float, float]],
    *,
    lw: float,
    color: str,
    alpha: float = 1.0,
) -> None:
    """Lines between each two corners, as one path."""
    if not corners:
        return
    context = renderer.new_gc()
    context.set_foreground(to_rgba(color, alpha), isRGBA=True)
    context.set_linewidth(lw)
    path = Path(corners, [Path.MOVETO, Path.LINETO] * (len(corners) // 2))
    renderer.draw_path(context, path, IdentityTransform())
    context.restore()


class _Bottom(_Edge, XAxis):  # type: ignore[misc]
    across = True
    length = TICK


class _Left(_Edge, YAxis):  # type: ignore[misc]
    across = False


class QuickAxes(Axes):
    """Axes whose ticks are given, and drawn as one."""

    def _init_axis(self) -> None:
        """Take our own edges; called by matplotlib while it makes the axes."""
        self.xaxis = _Bottom(self, clear=False)
        self.yaxis = _Left(self, clear=False)

    def _gen_axes_spines(self) -> dict[str, Any]:
        """No others: an edge draws itself."""
        return {}

    def text(self, x: float, y: float, s: str, **look: Any) -> Word:  # type: ignore[override]
        """Write a line of text; a place outside the axes is a place too."""
        word = Word(x, y, s, **{"transform": self.transData, **look})
        self._add_text(word)  # type: ignore[attr-defined]
        return word

    def hlines(self, y: Any, xmin: Any, xmax: Any, **look: Any) -> PathPatch:  # type: ignore[override]
        """Draw level lines, all in one stroke."""
        ys, starts, ends = np.broadcast_arrays(y, xmin, xmax)
        return self._strokes(np.stack((starts, ys, ends, ys), axis=-1), **look)

    def vlines(self, x: Any, ymin: Any, ymax: Any, **look: Any) -> PathPatch:  # type: ignore[override]
        """Draw upright lines, all in one stroke."""
        xs, starts, ends = np.broadcast_arrays(x, ymin, ymax)
        return self._strokes(np.stack((xs, starts, xs, ends), axis=-1), **look)

    def _strokes(self, ends: Any, **look: Any) -> PathPatch:
        corners = np.reshape(ends, (-1, 2)).astype(float)
        codes = [Path.MOVETO, Path.LINETO] * (len(corners) // 2)
        patch = PathPatch(Path(corners, codes), fill=False, **look)
        self.add_artist(patch)
        return patch
