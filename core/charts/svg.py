"""SVG that a strict page accepts, out of the SVG that matplotlib writes."""

import re
from collections.abc import Sequence
from html import escape
from typing import Any
from xml.etree import ElementTree

INK = "#000000"
"""Drawn black is the colour of the text, whatever that is where it is shown."""
GROUND = "#ffffff"
"""Drawn white is the colour of the page."""
HEADING = "heading"
"""How the ids of a heading begin."""
SCALE = "scale"
"""How the ids of the words at the left of axes begin."""

_SVG = "http://www.w3.org/2000/svg"
_XLINK = "http://www.w3.org/1999/xlink"
_FONTS = "system-ui, 'Segoe UI', Roboto, 'DejaVu Sans', sans-serif"


REM = 33 / 400
"""A point of a drawing on a narrow screen, where it is scrolled: see ``.chart__picture`` in CSS."""
BOX = "□"
"""Stands for a sign that cannot be drawn."""
_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def xml_text(text: str) -> str:
    """Text that XML can hold: a box for each sign that it cannot (XML 1.0, 2.2)."""
    return _NO_XML.sub(BOX, text)


def accessible_svg(
    raw: bytes,
    *,
    title: str,
    description: str,
    id_prefix: str,
    body_height: float | None = None,
    spots: Sequence[tuple[float, float, str]] = (),
    classes: str = "",
    scale: float | None = None,
) -> str:
    """Make matplotlib's SVG fit for a page; with ``body_height`` its heading is left out.

    ``spots`` are places that tell a value to who points at them. ``scale`` is how many points at
    the left are for the words there: see ``scale_beside``.
    Without ``body_height`` the drawing stands alone: it keeps its heading, names its fonts, and
    has a white ground, since a dark viewer would show black on black.
    """
    # A chart may be named after what somebody typed; an id holds no space, and no quote ends it.
    id_prefix = re.sub(r"[^\w-]", "_", id_prefix)
    root = ElementTree.fromstring(raw)  # noqa: S314  our own output  # nosec B314
    _, _, width, height = (float(n) for n in root.attrib["viewBox"].split())
    top = 0.0 if body_height is None else height - body_height
    drop = {"metadata", "style"}
    for parent in list(root.iter()):
        for child in list(parent):
            heading = top and child.get("id", "").startswith(HEADING)
            if heading or _local(child.tag) in drop:
                parent.remove(child)
    for group in root.iter():
        if scale and group.get("id", "").startswith(SCALE):
            group.set("class", SCALE)
    referred = set(re.findall(rb"#([A-Za-z0-9_.-]+)", raw))
    for element in root.iter():
        _plain_attributes(element, id_prefix, referred)
    inside = "".join(_serialise(child) for child in root)
    look = f'class="{classes}" ' if classes else ""
    if scale:
        look += f'data-scale="{_short(scale)}" '
    paper = ""
    if body_height is None:
        look += f'font-family="{escape(_FONTS)}" '
        paper = f'<rect width="{_short(width)}" height="{_short(height)}" fill="{GROUND}"/>'
    return (
        f'<svg xmlns="{_SVG}" viewBox="0 {_short(top)} {_short(width)} {_short(height - top)}" '
        f'role="img" aria-labelledby="{id_prefix}title {id_prefix}desc" {look}'
        'fill="currentColor" stroke-linejoin="round" stroke-linecap="butt">'
        f'<title id="{id_prefix}title">{escape(xml_text(title))}</title>'
        f'<desc id="{id_prefix}desc">{escape(xml_text(description))}</desc>{paper}'
        f"{inside}{_spots(spots)}</svg>"
    )


_SCALED = re.compile(r'viewBox="0 (\S+) \S+ (\S+)"[^>]* data-scale="([^"]+)"')
_WORDS = re.compile(rf'<g class="{SCALE}">.*?</g>')


def scale_beside(svg: str) -> str:
    """The words at the left of a drawing once more, to keep in view where it is scrolled.

    As wide as they are in the drawing on a narrow screen. Nothing where it has no ``scale``.
    """
    size = _SCALED.search(svg)
    if size is None:
        return ""
    top, height, width = size.groups()
    return (
        f'<svg xmlns="{_SVG}" class="scale" aria-hidden="true" fill="currentColor" '
        f'viewBox="0 {top} {width} {height}" '
        f'width="{_short(float(width) * REM)}rem" height="{_short(float(height) * REM)}rem">'
        f"{''.join(_WORDS.findall(svg))}</svg>"
    )


def _spots(spots: Sequence[tuple[float, float, str]]) -> str:
    circles = "".join(
        f'<circle cx="{_short(x)}" cy="{_short(y)}" r="9">'
        f"<title>{escape(xml_text(text))}</title></circle>"
        for x, y, text in spots
    )
    return f'<g class="spots" fill-opacity="0">{circles}</g>' if circles else ""


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
