"""How each preset is drawn: from hints to the paint of MapLibre style layers.

Every function returns style layers without ids and sources, bottom first; ``layers.style.documents`` adds those. Only
the part of the style language that both MapLibre and ol-mapbox-style draw is used: no patterns, no gradients, no
variable anchors. Widths and sizes are CSS pixels, zooms those of MapLibre (512-pixel tiles). A text of a polygon layer
sits on the label points that vector tiles carry beside the polygons, so that a name stands once and not once in every
tile.
"""

from collections.abc import Callable
from typing import Any

from layers.style import land, topography
from layers.style.hints import Hints
from layers.style.paint import NOT_POINTS, POINTS, POLYGONS, Paint, circle, fill, line, name, zoomed


def draw(hints: Hints, language: str) -> list[Paint]:
    """Return the style layers of a vector layer, bottom first, names in ``language`` ("zh" or "en")."""
    layers = PRESETS.get(hints.preset, _generic)(hints, language)
    if hints.min_zoom is not None:
        layers = [{**layer, "minzoom": max(hints.min_zoom, layer.get("minzoom", 0))} for layer in layers]
    return layers


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
    "counties": topography.counties,
    "basin": topography.basin,
    "boundaries": topography.boundaries,
    "places": topography.places,
    "stations": topography.stations,
    "rivers": topography.rivers,
    "water": topography.water,
    "parcels": land.parcels,
    "plan": land.plan,
    "landcover": land.landcover,
    "buildings": land.buildings,
    "roads": topography.roads,
    "heritage": land.heritage,
    "contours": topography.contours,
    "drawing": land.drawing,
    "generic": _generic,
}
