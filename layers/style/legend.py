"""A layer's legend as data: one entry per symbol, with the same colours as the map.

An entry is ``{"label": {"zh", "en"}, "symbol": {"type": "fill" | "line" | "circle" | "ramp" | "image", …}}``; entries
of a classified layer also carry the ``value`` of the class column, so that a client can show only those in view.
"""

from collections.abc import Callable
from typing import Any

from layers.frame import Text
from layers.layer import Layer
from layers.style.hints import Hints, hints
from layers.style.symbols import (
    ASPECT,
    BUILDING,
    BUILDINGS,
    DRAWING,
    LAND_USE,
    LAND_USE_GROUPS,
    PLAN,
    RELIEF,
    ROAD_CASING,
    ROAD_WIDTH,
    ROADS,
    SLOPE,
    Symbol,
)

Entry = dict[str, Any]


def legend(layer: Layer) -> list[Entry]:
    """Return the legend of a layer, in the order in which it should be read."""
    wish = hints(layer)
    make = LEGENDS.get(wish.preset, _generic)
    return make(wish, layer.title)


def elevation_ramp(rendering: str, low: float, high: float) -> list[Entry]:
    """Return the legend of a rendering of elevation; relief tints run from ``low`` to ``high`` metres."""
    if rendering == "slope":
        stops = [{"colour": colour, "label": f"{value:g}°"} for value, colour in SLOPE]
        return [_entry({"zh": "坡度", "en": "Slope"}, {"type": "ramp", "stops": stops})]
    if rendering == "relief":
        heights = [low + share * (high - low) for share, _ in RELIEF]
        stops = [{"colour": colour, "label": f"{h:.0f} m"} for h, (_, colour) in zip(heights, RELIEF, strict=True)]
        return [_entry({"zh": "高程", "en": "Height"}, {"type": "ramp", "stops": stops})]
    if rendering == "aspect":
        stops = [{"colour": colour, "label": label} for label, colour in ASPECT]
        return [_entry({"zh": "坡向", "en": "Aspect"}, {"type": "ramp", "stops": stops})]
    stops = [{"colour": grey, "label": ""} for grey in ("#55555c", "#8b8b91", "#bdbdbf", "#f4f4f0")]
    return [_entry({"zh": "背光 → 受光", "en": "Shaded to lit"}, {"type": "ramp", "stops": stops})]


def _counties(wish: Hints, title: Text) -> list[Entry]:
    return [_entry(title, {"type": "fill", "fill": "#fffefb", "outline": "#86648f", "dash": True, "glow": "#a383ab"})]


def _places(wish: Hints, title: Text) -> list[Entry]:
    symbol = {"type": "circle", "fill": "#ffffff", "outline": "#3d3a45"}
    if not wish.rank:
        return [_entry(title, {**symbol, "radius": 3})]
    sizes = (
        (4.6, "人口 100 万以上", "1 million people and more"),
        (3.6, "30 万以上", "300 000 and more"),
        (2.8, "10 万以上", "100 000 and more"),
        (2.0, "10 万以下", "fewer"),
    )
    return [_entry({"zh": zh, "en": en}, {**symbol, "radius": radius}) for radius, zh, en in sizes]


def _parcels(wish: Hints, title: Text) -> list[Entry]:
    if not wish.class_:
        return [_entry(title, {"type": "fill", "fill": "#eadfc8", "outline": "#8d7a5e"})]
    return [
        _class(symbol, {"type": "fill", "fill": symbol.colour, "outline": "#8d7a5e"})
        for symbol in (*LAND_USE, *LAND_USE_GROUPS)
    ]


def _plan(wish: Hints, title: Text) -> list[Entry]:
    if not wish.class_:
        return [_entry(title, {"type": "fill", "fill": "#ecebe6", "outline": "#7d5a52"})]
    return [_class(symbol, {"type": "fill", "fill": symbol.colour, "outline": "#7d5a52"}) for symbol in PLAN]


def _buildings(wish: Hints, title: Text) -> list[Entry]:
    other = _entry(
        {"zh": "其他建筑" if wish.class_ else title["zh"], "en": "Other" if wish.class_ else title["en"]},
        {"type": "fill", "fill": BUILDING, "outline": "#7d6a55"},
    )
    if not wish.class_:
        return [other]
    return [
        *(_class(symbol, {"type": "fill", "fill": symbol.colour, "outline": "#7d6a55"}) for symbol in BUILDINGS),
        other,
    ]


def _roads(wish: Hints, title: Text) -> list[Entry]:
    if not wish.class_:
        return [_entry(title, {"type": "line", "colour": "#ffffff", "casing": "#c9bda8", "width": 3})]
    return [
        _class(
            symbol,
            {
                "type": "line",
                "colour": symbol.colour,
                "casing": ROAD_CASING.get(symbol.value, "#c9bda8"),
                "width": round(4 * ROAD_WIDTH[symbol.value], 1),
            },
        )
        for symbol in ROADS
    ]


def _heritage(wish: Hints, title: Text) -> list[Entry]:
    point = _entry(
        {"zh": "文物点", "en": "Heritage site"},
        {"type": "circle", "fill": "#a63d34", "outline": "#fff6ec", "radius": 5},
    )
    zone = _entry(
        {"zh": "保护范围", "en": "Protected area"},
        {"type": "fill", "fill": "rgba(166,61,52,0.12)", "outline": "#a63d34", "dash": True},
    )
    return {"point": [point], "polygon": [zone], "line": [zone]}.get(wish.shape, [point, zone])


def _drawing(wish: Hints, title: Text) -> list[Entry]:
    if not wish.class_:
        return [_entry(title, {"type": "line", "colour": "#6b6f7a", "width": 1.2})]
    return [_class(symbol, {"type": "line", "colour": symbol.colour, "width": 1.4}) for symbol in DRAWING]


def _one(symbol: Entry) -> Callable[[Hints, Text], list[Entry]]:
    return lambda wish, title: [_entry(title, symbol)]


def _generic(wish: Hints, title: Text) -> list[Entry]:
    line = {"type": "line", "colour": wish.colour, "width": 2}
    symbols: dict[str, list[Entry]] = {
        "point": [{"type": "circle", "fill": wish.colour, "outline": "#ffffff", "radius": 4}],
        "line": [line],
        "polygon": [{"type": "fill", "fill": wish.colour, "opacity": 0.2, "outline": wish.colour}],
    }
    return [_entry(title, symbol) for symbol in symbols.get(wish.shape, [line])]


def _entry(label: Text, symbol: Entry) -> Entry:
    return {"label": {"zh": label.get("zh", ""), "en": label.get("en", "")}, "symbol": symbol}


def _class(symbol: Symbol, drawing: Entry) -> Entry:
    return {"value": symbol.value, **_entry({"zh": symbol.zh, "en": symbol.en}, drawing)}


LEGENDS: dict[str, Callable[[Hints, Text], list[Entry]]] = {
    "counties": _counties,
    "places": _places,
    "parcels": _parcels,
    "plan": _plan,
    "landcover": _parcels,
    "buildings": _buildings,
    "roads": _roads,
    "heritage": _heritage,
    "stations": _one({"type": "circle", "fill": "#2f8f83", "outline": "#ffffff", "radius": 4}),
    "rivers": _one({"type": "line", "colour": "#8fc1dc", "width": 2.5}),
    "water": _one({"type": "fill", "fill": "#b9dcee", "outline": "#8fc1dc"}),
    "basin": _one({"type": "line", "colour": "#4f94b8", "width": 2, "dash": True}),
    "boundaries": _one({"type": "line", "colour": "#86648f", "width": 1.6, "dash": True}),
    "drawing": _drawing,
    "contours": _one({"type": "line", "colour": "#b98d63", "width": 1}),
    "imagery": _one({"type": "image"}),
    "elevation": lambda wish, title: elevation_ramp("hillshade", 0, 0),
}
