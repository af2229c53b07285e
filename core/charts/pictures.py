"""A chart as everyone uses it: page, command, pack. Texts and table first, the picture on demand.

Making a ``Chart`` costs nothing: matplotlib is loaded only when a picture is asked for that was
not drawn before, and under a server in a process of its own. Pictures are kept by the fingerprint
of all that went into them, the drawing code included, so that a kept picture is never an old one.
"""

import csv
import hashlib
import io
import logging
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cache, cached_property, partial
from importlib.metadata import version
from pathlib import Path
from threading import RLock
from typing import Any

from core.charts import drawing
from core.charts.parallel import spread
from core.charts.svg import accessible_svg, scale_beside
from core.jobs.child_process import HelperError, apart
from core.storage import write_whole

logger = logging.getLogger(__name__)

WIDTH = 560.0
"""Points. With text of 9 points it stays readable on A4 and on a screen."""
NARROW = 400.0
"""Points, for two pictures side by side."""

NOT_DRAWN = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 560 40" fill="currentColor">'
    '<text x="8" y="25" font-size="13">De grafiek kon niet worden getekend.</text></svg>'
)
NOTHING = 80.0
"""Points high."""
Paint = Callable[[drawing.Canvas, Any], None]


@dataclass(frozen=True)
class Chart:
    """A picture with all that belongs beside it.

    ``finding`` says what the picture shows, ``measure`` what was measured, ``description`` gives
    the numbers to who does not see it. ``paint(canvas, data)`` is a function of a module, ``data``
    plain values with a stable ``repr``; ``height`` is without the heading.
    """

    name: str
    finding: str
    measure: str
    description: str
    headers: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    paint: Paint
    data: Any
    height: float = 260.0
    width: float = WIDTH
    over_time: bool = False
    """Whether the newest is at the right, which a narrow screen must show first."""

    def __post_init__(self) -> None:
        """Without figures there is a sentence to show, which takes little room."""
        if not self.rows:
            object.__setattr__(self, "height", min(self.height, NOTHING))

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 of everything the picture depends on."""
        content = (self.name, self.finding, self.measure, self.description, self.data)
        drawn_by = (
            self.paint.__module__,
            self.paint.__qualname__,
            self.height,
            self.width,
            self.over_time,
        )
        code = code_fingerprint(self.paint.__module__)
        return hashlib.sha256(repr((content, drawn_by, code)).encode()).hexdigest()

    def narrow(self) -> "Chart":
        """The same picture for a column of half a page, with letters of the same size."""
        return replace(self, width=NARROW)

    def svg(self) -> str:
        """Drawing for inside a page: no heading (the page has it as text), colours of the page."""
        try:
            return _kept(self, "svg").decode()
        except HelperError:
            # The page has the table, and says what the picture would have shown.
            logger.exception("chart %s could not be drawn", self.name)
            return NOT_DRAWN

    def in_page(self) -> str:
        """The drawing, and over time the words of its axis once more for a narrow screen."""
        drawn = self.svg()
        return drawn + scale_beside(drawn)

    def svg_file(self) -> bytes:
        """Drawing that stands alone, heading included."""
        return _kept(self, "file.svg")

    def png(self) -> bytes:
        """Picture for mail and slides, heading included."""
        return _kept(self, "png")

    def csv(self) -> str:
        """Write the table as a Dutch spreadsheet opens it: semicolons, decimal commas."""
        text = io.StringIO()
        writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
        writer.writerow(self.headers)
        writer.writerows([_cell(value) for value in row] for row in self.rows)
        return text.getvalue()


def _cell(value: str) -> str:
    """Keep a spreadsheet from reading a name as a formula."""
    return f"'{value}" if value[:1] in {"=", "+", "-", "@", "\t", "\r"} else value


_ONE_AT_A_TIME = RLock()
"""matplotlib is not made for several threads, and they would draw no faster."""


class _Shelf:
    """Where pictures are kept; nowhere until the app or the command says where."""

    directory: Path | None = None


def keep_in(directory: Path | None) -> None:
    """Keep what is drawn in this directory from now on."""
    _Shelf.directory = directory


def kept_in() -> Path | None:
    """Where pictures are kept."""
    return _Shelf.directory


@cache
def code_fingerprint(module: str) -> str:
    """Fingerprint of all that can change a picture: matplotlib, this package, the painter's own."""
    digest = hashlib.sha256(version("matplotlib").encode())
    for name in (__name__, module):
        package = Path(str(sys.modules[name.partition(".")[0]].__file__)).parent
        for file in sorted((*package.rglob("*.py"), *package.rglob("*.mplstyle"))):
            digest.update(file.read_bytes())
    return digest.hexdigest()


def _kept(chart: Chart, kind: str) -> bytes:
    """Take the picture from the shelf, or draw it and put it there."""
    if _Shelf.directory is None:
        return apart(draw, chart, kind)
    path = _place(chart, kind)
    with suppress(FileNotFoundError):
        return path.read_bytes()
    # Who waits for the same picture finds it drawn.
    with _ONE_AT_A_TIME:
        with suppress(FileNotFoundError):
            return path.read_bytes()
        content = apart(draw, chart, kind)
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, content)
        return content


def _place(chart: Chart, kind: str) -> Path:
    """Where this picture is kept."""
    key = chart.fingerprint
    return (_Shelf.directory or Path()) / key[:2] / f"{key}.{kind}"


def is_drawn(chart: Chart, kind: str) -> bool:
    """Whether this picture is on the shelf."""
    return _Shelf.directory is not None and _place(chart, kind).exists()


def draw_all(charts: Sequence[Chart], kind: str) -> Iterator[bytes]:
    """Pictures of many charts, in their order; on all cores when there is much to draw."""
    if _Shelf.directory is None:
        yield from spread(partial(draw, kind=kind), charts)
        return
    missing = [chart for chart in charts if not is_drawn(chart, kind)]
    drawn = spread(
        partial(_put_away, kind=kind), missing, prepare=keep_in, given=(_Shelf.directory,)
    )
    kept = {chart.fingerprint for chart in charts} - {chart.fingerprint for chart in missing}
    for chart in charts:
        while chart.fingerprint not in kept:
            kept.add(next(drawn))
        yield _place(chart, kind).read_bytes()


def _put_away(chart: Chart, kind: str) -> str:
    """Draw and keep; give back which one it was."""
    _kept(chart, kind)
    return chart.fingerprint


def draw(chart: Chart, kind: str) -> bytes:
    """Draw now, whatever is kept."""
    with _ONE_AT_A_TIME:
        figure = figure_of(chart)
        if kind == "png":
            return drawing.png(figure, chart.finding)
        raw = drawing.svg(figure)
        spots = [] if kind == "file.svg" else drawing.spots_of(figure)
    made = accessible_svg(
        raw,
        title=chart.finding,
        description=f"{chart.measure}. {chart.description}",
        id_prefix=f"{chart.name}-",
        body_height=None if kind == "file.svg" else chart.height,
        spots=spots,
        classes=_classes(chart, figure),
        scale=_scale_of(figure) if chart.over_time and kind != "file.svg" else None,
    )
    return made.encode()


def _scale_of(figure: Any) -> float | None:
    """How many points at the left are for the words of the axes; None without axes."""
    return min((float(axes.bbox.x0) for axes in figure.axes), default=None)


def _classes(chart: Chart, figure: Any) -> str:
    """Words for the stylesheet: how wide a picture is drawn, and where it begins to be read."""
    over_time = chart.over_time and figure.axes  # without axes there is but a sentence to read
    classes = {"narrow": chart.width <= NARROW, "over-time": over_time}
    return " ".join(name for name, holds in classes.items() if holds)


def figure_of(chart: Chart) -> Any:
    """Draw a chart as a matplotlib figure, heading included."""
    canvas = drawing.blank(chart.finding, chart.measure, chart.width, chart.height)
    chart.paint(canvas, chart.data)
    return canvas.figure
