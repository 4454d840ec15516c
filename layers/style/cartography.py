"""How each preset is drawn: from hints to the paint of MapLibre style layers.

Every function returns style layers without ids and sources, bottom first; ``layers.style.documents`` adds those. Only
the part of the style language that both MapLibre and ol-mapbox-style draw is used: no patterns, no gradients, no
variable anchors. Widths and sizes are CSS pixels, zooms those of MapLibre (512-pixel tiles). A text of a polygon layer
sits on the label points that vector tiles carry beside the polygons, so that a name stands once and not once in every
tile.
"""

from collections.abc import Callable
from typing import Any

from layers.style.hints import Hints
from layers.style.paint import (
    NOT_POINTS,
    POINTS,
    POLYGONS,
    Expression,
    Paint,
    circle,
    fill,
    line,
    match,
    name,
    number,
    zoomed,
)
from layers.style.symbols import (
    BUILDING,
    BUILDINGS,
    DRAWING,
    DRAWING_FILL,
    FONT,
    HALO,
    LAND_USE,
    LAND_USE_GROUPS,
    PLAN,
    ROAD_CASING,
    ROAD_WIDTH,
    ROADS,
)


def draw(hints: Hints, language: str) -> list[Paint]:
    """Return the style layers of a vector layer, bottom first, names in ``language`` ("zh" or "en")."""
    layers = PRESETS.get(hints.preset, _generic)(hints, language)
    if hints.min_zoom is not None:
        layers = [{**layer, "minzoom": max(hints.min_zoom, layer.get("minzoom", 0))} for layer in layers]
    return layers


def _counties(hints: Hints, language: str) -> list[Paint]:
    return [
        # Only on white paper: over imagery the viewer leaves out what is marked as paper.
        fill("#fffefb", 0.95) | {"metadata": {"geoservice:paper": True}},
        # Not wider than the rim a tile carries beyond its edge, or the edge itself would show.
        line("#a383ab", zoomed(7, 2, 12, 7), opacity=0.17),
        # A winding line drawn small would break up into specks if it were dashed.
        line("#8f6f98", zoomed(6, 0.5, 10, 1.1), opacity=0.85) | {"maxzoom": 10},
        line("#86648f", zoomed(10, 1.3, 14, 1.9), opacity=0.9, dash=(7, 2.2, 1.2, 2.2)) | {"minzoom": 10},
        *name(hints, language, colour="#5a4763", size=zoomed(6, 11, 11, 18), bold=True, spacing=0.14, maxzoom=12.5),
    ]


def _basin(hints: Hints, language: str) -> list[Paint]:
    return [
        line("#4f94b8", zoomed(5, 4, 10, 10), opacity=0.14, blur=1),
        line("#4f94b8", zoomed(5, 1, 10, 1.8), opacity=0.8, dash=(4, 2)),
        *name(hints, language, colour="#3d7593", size=12, spacing=0.1),
    ]


def _boundaries(hints: Hints, language: str) -> list[Paint]:
    return [
        line("#86648f", zoomed(6, 0.8, 13, 1.8), opacity=0.85, dash=(7, 2.2, 1.2, 2.2)),
        *name(hints, language, colour="#5a4763", size=12),
    ]


def _places(hints: Hints, language: str) -> list[Paint]:
    rank = number(hints.rank)
    size: Any = zoomed(6, 11, 12, 14)
    radius: Any = zoomed(6, 2.2, 12, 3.2)
    if rank is not None:
        # A town's size shows in its dot and its name, at every zoom alike.
        size = ["step", rank, 11, 20_000, 11.5, 100_000, 13, 300_000, 14.5, 1_000_000, 17]
        radius = ["step", rank, 2, 100_000, 2.8, 300_000, 3.6, 1_000_000, 4.6]
    dot = circle("#ffffff", radius, stroke="#3d3a45", stroke_width=1.3)
    names = name(hints, language, colour="#2e2b36", size=size, anchor="left", offset=(0.75, 0), sort=rank)
    if rank is not None:
        # Small places wait until there is room for them.
        wait = ["step", ["zoom"], [">=", rank, 300_000], 6.5, [">=", rank, 50_000], 7.5, [">=", rank, 5_000], 9, True]
        return [{**layer, "filter": wait} for layer in (dot, *names)]
    return [dot, *names]


def _stations(hints: Hints, language: str) -> list[Paint]:
    return [
        circle("#2f8f83", zoomed(5, 2.6, 12, 6), stroke="#ffffff", stroke_width=1.4),
        *name(hints, language, colour="#1f6a61", size=11.5, anchor="top", offset=(0, 0.6), minzoom=7.5),
    ]


def _rivers(hints: Hints, language: str) -> list[Paint]:
    return [
        line("#8fc1dc", zoomed(5, 0.8, 13, 4), cap="round"),
        *name(hints, language, colour="#3a7ca5", size=zoomed(7, 10.5, 13, 13), along=True, spacing=0.15),
    ]


def _water(hints: Hints, language: str) -> list[Paint]:
    return [
        fill("#b9dcee", 0.95, outline="#8fc1dc"),
        *name(hints, language, colour="#3a7ca5", size=zoomed(9, 11, 15, 13), spacing=0.1),
    ]


def _parcels(hints: Hints, language: str) -> list[Paint]:
    tint: Any = "#eadfc8"
    if hints.class_:
        code = ["to-string", ["get", hints.class_]]
        by_group = match(["slice", code, 0, 2], LAND_USE_GROUPS, "#eadfc8")
        tint = match(["slice", code, 0, 4], LAND_USE, by_group)
    return [
        fill(tint, zoomed(12, 0.85, 15, 0.68)),
        line("#8d7a5e", zoomed(12, 0.15, 17, 1.1), opacity=zoomed(12, 0.25, 15, 0.7)),
        *name(hints, language, colour="#6b5a3f", size=10.5, minzoom=15.5),
    ]


def _plan(hints: Hints, language: str) -> list[Paint]:
    tint: Any = "#ecebe6"
    if hints.class_:
        code = ["to-string", ["get", hints.class_]]
        groups = [symbol for symbol in PLAN if len(symbol.value) == 2]
        classes = [symbol for symbol in PLAN if len(symbol.value) == 4]
        tint = match(["slice", code, 0, 4], classes, match(["slice", code, 0, 2], groups, tint))
    return [
        fill(tint, zoomed(12, 0.9, 16, 0.78)),
        line("#7d5a52", zoomed(12, 0.3, 17, 1.6), opacity=zoomed(12, 0.35, 15, 0.85)),
        *name(hints, language, colour="#5a3b34", size=11, minzoom=14.5),
    ]


def _landcover(hints: Hints, language: str) -> list[Paint]:
    return [{**layer, "minzoom": 0} for layer in _parcels(hints, language)]


def _buildings(hints: Hints, language: str) -> list[Paint]:
    tint: Any = BUILDING
    if hints.class_:
        tint = match(["to-string", ["get", hints.class_]], BUILDINGS, BUILDING)
    return [
        {**fill(tint, 1), "minzoom": 11.5},
        {**line("#7d6a55", zoomed(13, 0.2, 17, 1.2), opacity=0.9), "minzoom": 12.5},
        *name(hints, language, colour="#6a5a48", size=10.5, minzoom=16),
    ]


def _roads(hints: Hints, language: str) -> list[Paint]:
    kind: Any = ["to-string", ["get", hints.class_]] if hints.class_ else "residential"
    casing: Any = ["match", kind, *[item for pair in ROAD_CASING.items() for item in pair], "#c9bda8"]
    return [
        line(casing if hints.class_ else "#c9bda8", _road_width(kind, 1.6), cap="round"),
        line(match(kind, ROADS, "#ffffff") if hints.class_ else "#ffffff", _road_width(kind, 0), cap="round"),
        *name(hints, language, colour="#5e5443", size=zoomed(12, 10.5, 17, 13), along=True, minzoom=12.5),
    ]


def _road_width(kind: Any, casing: float) -> Expression:
    """Return a road's width in pixels at a zoom; a casing is that much wider than the road it lies under."""

    def at(base: float) -> Any:
        if not isinstance(kind, list):
            return round(base * ROAD_WIDTH["residential"] + casing * min(1, base / 3), 2)
        widths = [
            (kind_name, round(base * share + casing * min(1, base / 3), 2)) for kind_name, share in ROAD_WIDTH.items()
        ]
        return [
            "match",
            kind,
            *[item for pair in widths for item in pair],
            round(base * 0.6 + casing * min(1, base / 3), 2),
        ]

    stops = ((5, 0.6), (9, 1.6), (12, 3), (15, 9), (18, 26))
    return ["interpolate", ["exponential", 1.4], ["zoom"], *[item for zoom, base in stops for item in (zoom, at(base))]]


def _heritage(hints: Hints, language: str) -> list[Paint]:
    return [
        {**fill("#a63d34", 0.12), "filter": POLYGONS},
        {**line("#a63d34", zoomed(9, 1, 16, 2), dash=(3, 1.6)), "filter": NOT_POINTS},
        {**circle("#a63d34", zoomed(6, 3.4, 15, 6.5), stroke="#fff6ec", stroke_width=1.6), "filter": POINTS},
        *name(
            hints,
            language,
            colour="#8c2f28",
            size=12,
            bold=True,
            anchor="top" if hints.shape == "point" else "center",
            offset=(0, 0.7 if hints.shape == "point" else 0),
            minzoom=8,
        ),
    ]


def _contours(hints: Hints, language: str) -> list[Paint]:
    return [
        line("#b98d63", zoomed(9, 0.4, 16, 1.2), opacity=0.8),
        *name(hints, language, colour="#93683f", size=10, along=True, minzoom=12),
    ]


def contour_lines() -> list[Paint]:
    """Return the style layers of the contours that an elevation layer's vector tiles hold: ``height`` and ``index``.

    Every fifth line, the index contour, is heavier and bears its height, as on a printed map.
    """
    index: Expression = ["==", ["get", "index"], True]
    label: Paint = {
        "type": "symbol",
        "filter": index,
        "minzoom": 10,
        "layout": {
            "symbol-placement": "line",
            "symbol-spacing": 320,
            "text-field": ["to-string", ["get", "height"]],
            "text-font": list(FONT),
            "text-size": 10,
            "text-max-angle": 30,
        },
        "paint": {"text-color": "#7d5330", "text-halo-color": HALO, "text-halo-width": 1.4},
    }
    return [
        {**line("#b98d63", zoomed(9, 0.3, 16, 0.7), opacity=0.75), "filter": ["!", index]},
        {**line("#a3764a", zoomed(9, 0.7, 16, 1.4), opacity=0.9), "filter": index},
        label,
    ]


def _drawing(hints: Hints, language: str) -> list[Paint]:
    """Draw a survey drawing: fine lines in the colours of its themes, texts where the draughtsman set them."""
    theme: Any = ["to-string", ["get", hints.class_]] if hints.class_ else "other"
    ink = match(theme, DRAWING, "#6b6f7a") if hints.class_ else "#6b6f7a"
    tint = match(theme, DRAWING_FILL, "rgba(0,0,0,0)") if hints.class_ else "rgba(0,0,0,0)"
    dot = circle(ink, zoomed(14, 0.9, 18, 2.4), stroke="#ffffff", stroke_width=0)
    if hints.label:
        dot["filter"] = ["all", POINTS, ["!has", hints.label]]
    words = name(hints, language, colour=ink, size=zoomed(15, 9, 19, 13), minzoom=15)
    return [
        {**fill(tint, 1), "filter": POLYGONS},
        {**line(ink, zoomed(11, 0.25, 17, 1.1)), "filter": NOT_POINTS},
        {**dot, "minzoom": 13.5},
        *({**one, "filter": POINTS} for one in words),
    ]


def _generic(hints: Hints, language: str) -> list[Paint]:
    colour = hints.colour
    layers: list[Paint] = []
    if hints.shape in ("polygon", "mixed"):
        layers.append({**fill(colour, 0.16), "filter": POLYGONS})
    if hints.shape != "point":
        # Outlines of areas retreat at small scales, where many would cover what they enclose.
        areas = hints.shape == "polygon"
        width = zoomed(8, 0.3, 16, 1.8) if areas else zoomed(6, 0.8, 16, 1.8)
        opacity = zoomed(8, 0.4, 13, 0.95) if areas else 0.95
        layers.append({**line(colour, width, opacity=opacity), "filter": NOT_POINTS})
    if hints.shape in ("point", "mixed"):
        layers.append({**circle(colour, zoomed(6, 2.6, 15, 5.5), stroke="#ffffff", stroke_width=1.2), "filter": POINTS})
    where: dict[str, Any] = {"anchor": "top", "offset": (0, 0.6)} if hints.shape == "point" else {}
    return layers + name(hints, language, colour=colour, size=11.5, along=hints.shape == "line", minzoom=9, **where)


PRESETS: dict[str, Callable[[Hints, str], list[Paint]]] = {
    "counties": _counties,
    "basin": _basin,
    "boundaries": _boundaries,
    "places": _places,
    "stations": _stations,
    "rivers": _rivers,
    "water": _water,
    "parcels": _parcels,
    "plan": _plan,
    "landcover": _landcover,
    "buildings": _buildings,
    "roads": _roads,
    "heritage": _heritage,
    "contours": _contours,
    "drawing": _drawing,
    "generic": _generic,
}
