"""Words beside a chart: what a line is, where it ends."""

from collections.abc import Sequence
from typing import Any

from core.charts import drawing

SIGNS = {"o": "●", "s": "■", "^": "▲", "D": "◆"}
"""The shapes of lines as letters."""
Sign = tuple[str, str]
"""Shape and colour of a line."""


def write_beside(
    axes: Any,
    labels: Sequence[tuple[float, str]],
    ticks: Sequence[float],
    signs: Sequence[Sign] = (),
) -> None:
    """Write labels right of the axes, at their own height as far as they do not collide.

    With signs, each stands before its label, in the colour of the line.
    """
    points = axes.get_position().height * axes.figure.get_figheight() * 72
    scale = points / ((ticks[-1] - ticks[0]) or 1)
    places = drawing.apart([(level - ticks[0]) * scale for level, _ in labels], 11)

    def write(text: str, x: float, y: float, **look: Any) -> None:
        axes.annotate(
            text,
            (1, 0),
            (x, y),
            xycoords="axes fraction",
            textcoords="offset points",
            va="center",
            fontsize=8.5,
            annotation_clip=False,
            **look,
        )

    for place, (_, text) in zip(places, labels, strict=True):
        write(text, 18 if signs else 6, place)
    for place, (shape, colour) in zip(places, signs, strict=False):
        write(SIGNS[shape], 6, place, color=colour)
