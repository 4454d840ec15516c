"""Which pictures of a layer are offered: its ways of being drawn, and the grids it is drawn in."""

from geoservice.api.tile.drawing import DEFAULT_STYLE
from layers.errors import BadQuery
from layers.layer import Layer
from tiles.grid import Grid
from tiles.height.renderings import RENDERINGS
from tiles.vector.statement import check_grid

NUMBERS = ("terrain-rgb", "terrarium")
"""Renderings whose pixels are heights: not pictures, and JPEG, which every layer here offers, would change them."""


def renderings(layer: Layer) -> tuple[str, ...]:
    """Return the styles of a layer, its default first: a raster's renderings but those that carry numbers."""
    if layer.kind == "vector":
        return (DEFAULT_STYLE,)
    if layer.kind == "imagery":
        return ("rgb",)
    wanted = layer.style.get("rendering") or "hillshade"
    return (wanted, *(name for name in RENDERINGS if name not in (wanted, *NUMBERS)))


def is_drawn_in(layer: Layer, grid: Grid) -> bool:
    """Say whether a layer has pictures in a grid: features only where no datum is shifted."""
    if layer.kind != "vector":
        return True
    try:
        check_grid(layer.version, grid)
    except BadQuery:
        return False
    return True
