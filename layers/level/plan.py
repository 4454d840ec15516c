"""Which zooms of a layer are served from what, so that every tile is bounded in rows, vertices and bytes.

From the largest scale down: the feature table itself while a tile reads little; the same features simplified; fewer
columns; then, where a tile would hold more features than a screen has room for, areas and lines dissolved by the class
that the style draws, ready-cut per tile, areas as cells where most are below a pixel; points thinned by rank.
"""

from dataclasses import dataclass
from typing import Literal

from layers.crs.mercator import WORLD
from layers.level.density import FINEST, Density, Load

Method = Literal["simplify", "thin", "dissolve", "cells"]

TILE_BYTES = 490_000
"""What a vector tile may weigh before compression."""
PLAIN_VERTICES = 8_000
PLAIN_FEATURES = 4_000
PLAIN_POINTS = 8_000
SIMPLE_FEATURES = 6_500
DISSOLVED_FEATURES = 22_000
LARGE_FEATURE = 512
"""Vertices from which a feature is also kept in pieces for the detailed zooms."""

VERTEX_BYTES = 2.3
FEATURE_BYTES = 3.0
_SIMPLIFIED = 0.65  # share of the vertices that a quarter of a pixel leaves, seen on parcels
_CORNERS = 5.0  # vertices that half a pixel leaves of every feature …
_STRIDE = 6.0  # … and pixels of its length per further vertex


@dataclass(frozen=True)
class ZoomBand:
    """Consecutive zooms served from one table, how its content is made and which columns it keeps."""

    min_zoom: int
    max_zoom: int
    method: Method
    all_columns: bool

    @property
    def tolerance(self) -> float:
        """How far a line may move (EPSG:3857 metres): invisible at the band's largest scale."""
        return pixel(self.max_zoom) / (4 if self.all_columns else 2)

    @property
    def unit(self) -> float:
        """Spacing of the lattice that vertices are rounded to: the tile's own units at the largest scale."""
        return pixel(self.max_zoom) / 8


def pixel(zoom: int) -> float:
    """Side of a pixel (EPSG:3857 metres) of a tile drawn 512 pixels wide, as MapLibre draws it."""
    return WORLD / 512 / 2.0**zoom


def plan_bands(density: Density, all_bytes: float, few_bytes: float) -> list[ZoomBand]:
    """Return the bands of a layer, largest scale first; none when its own table serves every zoom.

    ``all_bytes`` and ``few_bytes`` are the bytes of a feature's attributes in a tile: of all columns, of those drawn.
    """
    zooms: list[ZoomBand] = []
    for zoom in range(FINEST, -1, -1):
        load = density.heaviest(zoom)
        made = _method(density.dimension, load, zoom, all_bytes, few_bytes)
        if made is not None:
            # Where one tile holds the whole layer, smaller scales can only repeat it.
            least = 0 if load.features == density.whole and made[0] == "simplify" else zoom
            zooms.append(ZoomBand(least, zoom, *made))
            if least < zoom:
                break
    return _join(zooms)


def _method(dimension: int, load: Load, zoom: int, all_bytes: float, few_bytes: float) -> tuple[Method, bool] | None:
    """How a zoom is made and whether it keeps all columns; None when the feature table serves it."""
    most = PLAIN_POINTS if dimension == 0 else PLAIN_FEATURES
    if load.features <= most and _bytes(load, all_bytes, zoom, finer=2) <= TILE_BYTES:
        return None if load.vertices <= PLAIN_VERTICES or dimension == 0 else ("simplify", True)
    if dimension == 0:
        return "thin", False
    if load.features <= SIMPLE_FEATURES and _bytes(load, few_bytes, zoom) <= TILE_BYTES:
        return "simplify", False
    if dimension == 2 and load.features > DISSOLVED_FEATURES:
        return "cells", False
    return "dissolve", False


def _bytes(load: Load, attributes: float, zoom: int, finer: int = 1) -> float:
    """Estimate a tile's bytes from what simplification to half a pixel (or ``finer``) is known to leave."""
    if load.length == 0:
        return load.features * attributes  # points: measured with their attributes
    corners = load.features * _CORNERS + load.length / (_STRIDE / finer * pixel(zoom))
    vertices = min(load.vertices * _SIMPLIFIED, corners)
    return load.features * (attributes + FEATURE_BYTES) + vertices * VERTEX_BYTES


def _join(zooms: list[ZoomBand]) -> list[ZoomBand]:
    """Serve two zooms from one simplified table; thinning is made zoom by zoom, and so is what is cut per tile."""
    bands: list[ZoomBand] = []
    for zoom in zooms:
        last = bands[-1] if bands else None
        pair = last and last.method == zoom.method == "simplify" and last.min_zoom == last.max_zoom
        if last and pair and last.all_columns == zoom.all_columns and zoom.min_zoom == zoom.max_zoom:
            bands[-1] = ZoomBand(zoom.min_zoom, last.max_zoom, last.method, last.all_columns)
        else:
            bands.append(zoom)
    return bands
