"""The words of the style language that cartography is written in: fill, line, circle, name, and values that vary.

Each returns one MapLibre style layer without id and source, or an expression. Sizes are CSS pixels, zooms MapLibre's.
"""

from collections.abc import Sequence
from typing import Any

from layers.style.hints import Hints
from layers.style.symbols import FONT, FONT_BOLD, HALO, Symbol

Paint = dict[str, Any]
Expression = list[Any]

POLYGONS = ["==", "$type", "Polygon"]
LINES = ["==", "$type", "LineString"]
POINTS = ["==", "$type", "Point"]
NOT_POINTS = ["!=", "$type", "Point"]


def fill(colour: Any, opacity: Any, outline: str | None = None) -> Paint:
    """Return a fill layer."""
    paint: Paint = {"fill-color": colour, "fill-opacity": opacity}
    if outline:
        paint["fill-outline-color"] = outline
    return {"type": "fill", "paint": paint}


def line(
    colour: Any, width: Any, opacity: Any = 1, dash: Sequence[float] = (), blur: float = 0, cap: str = "butt"
) -> Paint:
    """Return a line layer with round joins; ``dash`` is in line widths."""
    paint: Paint = {"line-color": colour, "line-width": width, "line-opacity": opacity}
    if dash:
        paint["line-dasharray"] = list(dash)
    if blur:
        paint["line-blur"] = blur
    return {"type": "line", "layout": {"line-join": "round", "line-cap": cap}, "paint": paint}


def circle(colour: Any, radius: Any, stroke: str, stroke_width: float) -> Paint:
    """Return a circle layer; ``radius`` and ``stroke_width`` in pixels."""
    paint = {
        "circle-color": colour,
        "circle-radius": radius,
        "circle-stroke-color": stroke,
        "circle-stroke-width": stroke_width,
    }
    return {"type": "circle", "paint": paint}


def name(
    hints: Hints,
    language: str,
    *,
    colour: Any,
    size: Any,
    bold: bool = False,
    along: bool = False,
    anchor: str = "center",
    offset: tuple[float, float] = (0, 0),
    spacing: float = 0,
    sort: Any = None,
    minzoom: float | None = None,
    maxzoom: float | None = None,
) -> list[Paint]:
    """Return the one style layer that writes a feature's name, or none when the layer names no label column."""
    if hints.label is None:
        return []
    text: Any = ["to-string", ["get", hints.label]]
    if language == "en" and hints.label_en != hints.label:
        text = ["to-string", ["coalesce", ["get", hints.label_en], ["get", hints.label]]]
    layout: Paint = {"text-field": text, "text-font": list(FONT_BOLD if bold else FONT), "text-size": size}
    if along:
        layout |= {"symbol-placement": "line", "symbol-spacing": 320, "text-max-angle": 35}
    else:
        layout |= {"text-anchor": anchor, "text-offset": list(offset), "text-max-width": 8, "text-padding": 3}
    if spacing:
        layout["text-letter-spacing"] = spacing
    if sort is not None:
        layout["symbol-sort-key"] = ["-", 0, sort]
    layer: Paint = {
        "type": "symbol",
        "layout": layout,
        "paint": {"text-color": colour, "text-halo-color": HALO, "text-halo-width": 1.4},
    }
    limits = {"minzoom": minzoom, "maxzoom": maxzoom}
    return [layer | {key: value for key, value in limits.items() if value is not None}]


def zoomed(zoom0: float, value0: float, zoom1: float, value1: float) -> Expression:
    """Return a value that grows linearly between two zooms."""
    return ["interpolate", ["linear"], ["zoom"], zoom0, value0, zoom1, value1]


def match(value: Any, symbols: Sequence[Symbol], otherwise: Any) -> Expression:
    """Return the colour of a class value, by a table of symbols."""
    return ["match", value, *[item for symbol in symbols for item in (symbol.value, symbol.colour)], otherwise]


def number(column: str | None) -> Expression | None:
    """Return a column as a number, 0 where it is none; None without a column."""
    return ["to-number", ["coalesce", ["get", column], 0], 0] if column else None
