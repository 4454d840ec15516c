"""MapLibre style documents: of one layer, or of the whole map.

One style serves every client: browsers through ol-mapbox-style, MapLibre, QGIS. Tile addresses are given by the caller,
since only the service knows its own address; a vector layer's features lie in the tile layer that bears the layer's
name, the label points of polygons in ``<name>_label``.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from layers.layer import Layer
from layers.style.cartography import draw
from layers.style.hints import drawing_order, hints, style_columns
from layers.style.symbols import PAPER
from layers.style.topography import contour_lines

__all__ = ["contour_style", "hints", "maplibre_style", "style_columns", "style_layers"]

TILE_PIXELS = {"imagery": 256, "elevation": 256}


def maplibre_style(
    layers: Sequence[Layer],
    tile_urls: Mapping[str, str],
    *,
    language: str = "zh",
    name: str = "geoservice",
    background: bool = True,
) -> dict[str, Any]:
    """Return a MapLibre style (version 8) of the layers, the lowest first.

    ``tile_urls`` gives each layer's tile address by layer name, with ``{z}``, ``{x}`` and ``{y}``, in Web Mercator. The
    style asks for no glyphs and no sprite: MapLibre then draws every character with the fonts of its own machine.
    """
    ordered = sorted(layers, key=drawing_order)
    paper = [{"id": "paper", "type": "background", "paint": {"background-color": PAPER}}] if background else []
    drawn = [painted for layer in ordered for painted in style_layers(layer, language)]
    # Names are written after everything else, or the next layer's areas would cover them.
    below = [painted for painted in drawn if painted["type"] != "symbol"]
    above = [painted for painted in drawn if painted["type"] == "symbol"]
    return {
        "version": 8,
        "name": name,
        "sources": {layer.name: _source(layer, tile_urls[layer.name]) for layer in ordered},
        "layers": [*paper, *below, *above],
    }


def contour_style(layer: Layer, url: str) -> dict[str, Any]:
    """Return the MapLibre style of an elevation layer's contours; ``url`` is the address of their vector tiles."""
    facts = layer.version.facts
    source = {"type": "vector", "tiles": [url], "minzoom": facts.min_zoom, "maxzoom": facts.max_zoom}
    if layer.attribution:
        source["attribution"] = layer.attribution
    painted = [
        {"id": f"{layer.name}-{number}-{paint['type']}", "source": layer.name, "source-layer": layer.name, **paint}
        for number, paint in enumerate(contour_lines())
    ]
    return {"version": 8, "name": layer.name, "sources": {layer.name: source}, "layers": painted}


def style_layers(layer: Layer, language: str) -> list[dict[str, Any]]:
    """Return the style layers of a layer, the lowest first, names in ``language`` ("zh" or "en")."""
    wish = hints(layer)
    if layer.kind != "vector":
        return [{"id": layer.name, "type": "raster", "source": layer.name, "paint": {"raster-opacity": 1}}]
    painted = []
    for number, paint in enumerate(draw(wish, language)):
        on_points = paint["type"] == "symbol" and wish.shape == "polygon"
        inside = f"{layer.name}_label" if on_points else layer.name
        painted.append(
            {"id": f"{layer.name}-{number}-{paint['type']}", "source": layer.name, "source-layer": inside, **paint}
        )
    return painted


def _source(layer: Layer, url: str) -> dict[str, Any]:
    facts = layer.version.facts
    source: dict[str, Any] = {"tiles": [url], "minzoom": facts.min_zoom, "maxzoom": facts.max_zoom}
    if layer.attribution:
        source["attribution"] = layer.attribution
    if layer.kind == "vector":
        return {"type": "vector", **source}
    return {"type": "raster", "tileSize": TILE_PIXELS[layer.kind], **source}
