"""A style layer's values as Mapnik symbolizers: what MapLibre calls fill, line, circle, symbol (text).

Values are evaluated already, so an element holds plain numbers and colours. Sizes are CSS pixels, as in the style;
Mapnik multiplies them by the picture's scale factor. Not drawn: ``line-blur``.
"""

import xml.etree.ElementTree as ET
from collections.abc import Callable, Mapping, Sequence
from typing import Any

Values = Mapping[str, Any]
FONTS = "names"
BOLD_FONTS = "bold-names"
"""The two lists of typefaces that a map has (``tiles.picture.painter``)."""

ALIGNED: Mapping[str, tuple[str, str]] = {
    "center": ("middle", "middle"),
    "left": ("right", "middle"),
    "right": ("left", "middle"),
    "top": ("middle", "bottom"),
    "bottom": ("middle", "top"),
    "top-left": ("right", "bottom"),
    "top-right": ("left", "bottom"),
    "bottom-left": ("right", "top"),
    "bottom-right": ("left", "top"),
}
"""Which part of a text its anchor is, as the side of the anchor on which Mapnik puts the text."""
OUTLINE_WIDTH = 1.0
LINE_LABEL_GAP = 250


def symbolizers(kind: str, values: Values) -> list[ET.Element]:
    """Return the symbolizers of a style layer of a kind, by its evaluated paint and layout; none if nothing shows."""
    return KINDS[kind](values)


def _fill(values: Values) -> list[ET.Element]:
    opacity = float(values.get("fill-opacity", 1))
    colour = str(values.get("fill-color", "#000000"))
    found = []
    if opacity > 0 and not is_clear(colour):
        found.append(_element("PolygonSymbolizer", fill=colour, fill_opacity=_text(opacity)))
    if outline := values.get("fill-outline-color"):
        found.append(
            _element(
                "LineSymbolizer", stroke=str(outline), stroke_width=_text(OUTLINE_WIDTH), stroke_opacity=_text(opacity)
            )
        )
    return found


def _line(values: Values) -> list[ET.Element]:
    width, opacity = float(values.get("line-width", 1)), float(values.get("line-opacity", 1))
    colour = str(values.get("line-color", "#000000"))
    if width <= 0 or opacity <= 0 or is_clear(colour):
        return []
    element = _element(
        "LineSymbolizer",
        stroke=colour,
        stroke_width=_text(width),
        stroke_opacity=_text(opacity),
        stroke_linejoin=str(values.get("line-join", "miter")),
        stroke_linecap=str(values.get("line-cap", "butt")),
    )
    if dashes := values.get("line-dasharray"):
        element.set("stroke-dasharray", ",".join(_text(float(dash) * width) for dash in dashes))
    return [element]


def _circle(values: Values) -> list[ET.Element]:
    """A circle whose rim lies outside its radius, as MapLibre draws it; Mapnik's lies half on each side."""
    radius, rim = float(values.get("circle-radius", 5)), float(values.get("circle-stroke-width", 0))
    element = _element(
        "MarkersSymbolizer",
        width=_text(2 * radius + rim),
        height=_text(2 * radius + rim),
        fill=str(values.get("circle-color", "#000000")),
        fill_opacity=_text(float(values.get("circle-opacity", 1))),
        stroke=str(values.get("circle-stroke-color", "#000000")),
        stroke_width=_text(rim),
        stroke_opacity="1" if rim > 0 else "0",
        allow_overlap="true",
        ignore_placement="false" if values.get("blocks") else "true",
        placement="point",
    )
    return [element]


def _symbol(values: Values) -> list[ET.Element]:
    size = float(values.get("text-size", 16))
    element = _element(
        "TextSymbolizer",
        fontset_name=BOLD_FONTS if any("Bold" in name for name in values.get("text-font", ())) else FONTS,
        size=_text(size),
        fill=str(values.get("text-color", "#000000")),
        halo_fill=str(values.get("text-halo-color", "rgba(0,0,0,0)")),
        halo_radius=_text(float(values.get("text-halo-width", 0))),
        character_spacing=_text(float(values.get("text-letter-spacing", 0)) * size),
    )
    if values.get("symbol-placement") == "line":
        turn = float(values.get("text-max-angle", 45))
        spacing = float(values.get("symbol-spacing", LINE_LABEL_GAP))
        _set(
            element, placement="line", spacing=_text(spacing), repeat_distance=_text(spacing / 2),
            max_char_angle_delta=_text(turn), margin=_text(float(values.get("text-padding", 2))),
            # A line is cut at the picture's edge, and its names begin anew: none may lie across the edge.
            avoid_edges="true", upright="auto",
        )  # fmt: skip
    else:
        horizontal, vertical = ALIGNED[str(values.get("text-anchor", "center"))]
        dx, dy = (float(part) * size for part in values.get("text-offset", (0, 0)))
        _set(
            element, placement=str(values.get("placement", "point")), horizontal_alignment=horizontal,
            vertical_alignment=vertical, dx=_text(dx), dy=_text(dy),
            wrap_width=_text(float(values.get("text-max-width", 10)) * size),
            margin=_text(float(values.get("text-padding", 2))),
        )  # fmt: skip
    if values.get("overlap"):
        _set(element, allow_overlap="true", margin="0")
    element.text = "[t]"
    return [element]


KINDS: Mapping[str, Callable[[Values], list[ET.Element]]] = {
    "fill": _fill,
    "line": _line,
    "circle": _circle,
    "symbol": _symbol,
}


def is_clear(colour: str) -> bool:
    """Say whether a colour is wholly transparent."""
    plain = colour.replace(" ", "")
    return plain.startswith("rgba(") and plain.rstrip(")").rpartition(",")[2] in ("0", "0.0")


def rule(name: str, number: int, elements: Sequence[ET.Element]) -> ET.Element:
    """Return the rule of the features whose value ``name`` is ``number``."""
    found = ET.Element("Rule")
    ET.SubElement(found, "Filter").text = f"[{name}] = {number}"
    found.extend(elements)
    return found


def _element(name: str, **attributes: str) -> ET.Element:
    element = ET.Element(name)
    _set(element, **attributes)
    return element


def _set(element: ET.Element, **attributes: str) -> None:
    for name, value in attributes.items():
        element.set(name.replace("_", "-"), value)


def _text(number: float) -> str:
    return f"{number:.6g}"
