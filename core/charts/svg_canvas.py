"""SVG out of matplotlib without measuring letters: a browser sets the text, and knows better.

Only drawing imports this.
"""

import io
from typing import Any

from matplotlib.backends.backend_svg import RendererSVG
from matplotlib.colors import to_hex
from matplotlib.font_manager import weight_dict

from core.charts.lettering import text_width
from core.charts.svg import xml_text

ANCHORS = {"left": "start", "center": "middle", "right": "end"}
ASCENT, DESCENT = 0.76, 0.24
"""Of DejaVu, as parts of the size."""
BASELINES = {
    "baseline": 0.0,
    "bottom": -DESCENT,
    "top": ASCENT,
    "center": (ASCENT - DESCENT) / 2,
    "center_baseline": ASCENT / 2,
}
"""How far the baseline lies under the place of a text, as part of its size."""
NORMAL = 400


def drawn(figure: Any) -> bytes:
    """Draw a figure of 72 dots per inch."""
    content = io.StringIO()
    width, height = figure.get_size_inches() * 72
    empty = dict.fromkeys(("Date", "Creator", "Format", "Type"))
    renderer = _Renderer(width, height, content, image_dpi=72, metadata=empty)
    figure.draw(renderer)
    renderer.finalize()
    return content.getvalue().encode()


class _Renderer(RendererSVG):
    """Writes text as text."""

    def get_text_width_height_descent(
        self,
        s: str,
        prop: Any,
        ismath: Any,  # noqa: ARG002  matplotlib's own
    ) -> tuple[float, float, float]:
        """Measure by the widths of single letters."""
        size = prop.get_size_in_points()
        width = text_width(s, size, bold=_is_bold(prop))
        return width, size * (ASCENT + DESCENT), size * DESCENT

    def draw_text(  # noqa: PLR0917  as matplotlib calls it
        self,
        gc: Any,
        x: float,
        y: float,
        s: str,
        prop: Any,
        angle: float,
        ismath: Any = False,  # noqa: ARG002
        mtext: Any = None,
    ) -> None:
        """Write a line of text; one that stands alone is anchored where it belongs."""
        anchor = "start"
        if mtext is not None and angle == 0:
            x = mtext.get_transform().transform(mtext.get_unitless_position())[0]
            anchor = ANCHORS[mtext.get_ha()]
        red, green, blue, alpha = gc.get_rgb()
        look = _look(prop, (red, green, blue), gc.get_alpha() if gc.get_forced_alpha() else alpha)
        if angle:
            look["transform"] = f"translate({x:f} {y:f}) rotate({-angle:g})"
        else:
            look |= {"x": f"{x:f}", "y": f"{y:f}"}
        self._element(s, look, anchor)

    def write(self, x: float, y: float, word: Any) -> None:
        """Write a line of text at its own place, in dots from the lower left corner."""
        prop = word.get_fontproperties()
        look = _look(prop, word.get_color(), word.get_alpha() or 1)
        down = BASELINES[word.get_va()] * prop.get_size()
        look |= {"x": f"{x:f}", "y": f"{self.height - y + down:f}"}
        self._element(word.get_text(), look, ANCHORS[word.get_ha()], word.get_gid())

    def _element(
        self, text: str, look: dict[str, str], anchor: str, gid: str | None = None
    ) -> None:
        if anchor != "start":
            look["text-anchor"] = anchor
        if gid:
            look["id"] = gid
        self.writer.element("text", xml_text(text), attrib=look)


def _look(prop: Any, colour: Any, opacity: float) -> dict[str, str]:
    look = {"font-size": f"{prop.get_size():g}px"}
    if (hexadecimal := to_hex(colour)) != "#000000":
        look["fill"] = hexadecimal
    if opacity != 1:
        look["opacity"] = f"{opacity:g}"
    if _is_bold(prop):
        look["font-weight"] = "700"
    return look


def _is_bold(prop: Any) -> bool:
    weight = prop.get_weight()
    return int(weight_dict.get(weight, weight)) > NORMAL
