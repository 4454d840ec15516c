"""Contour lines of an elevation layer as vector tiles.

Heights are read on the tile's own pixels with a margin, so neighbouring tiles trace the same samples where they overlap
and their lines meet. The interval follows the map scale of the level as the national series prints it; every fifth line
is an index contour, which a style draws heavier and labels.
"""

from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import shapely
from contourpy import LineType, contour_generator

from layers.layer import Layer
from layers.sentences import say
from layers.storage import Storage
from tiles.errors import BadRendering
from tiles.grid import Grid, Tile
from tiles.height.elevation import read_heights
from tiles.raster.encode import Picture
from tiles.raster.imagery import raster_facts
from tiles.raster.options import RenderOptions
from tiles.raster.warp import Canvas
from tiles.raster.window import Patch
from tiles.vector.mvt import EXTENT, MEDIA_TYPE, LineFeature, encode_lines

INTERVALS = (
    *((750, 0.5), (1_500, 1.0), (3_500, 2.0), (7_500, 2.5), (15_000, 5.0), (35_000, 10.0), (75_000, 10.0)),
    *((150_000, 20.0), (375_000, 50.0), (750_000, 100.0), (1_500_000, 200.0)),
)
"""Largest scale denominator and the interval in metres up to it (GB/T 13989's series; hilly terrain)."""
COARSEST = 500.0
INDEX = 5
"""Every fifth contour is an index contour."""
MARGIN = 5
"""Pixels of height around a tile; lines run this far past its edge, less half a pixel."""
TOLERANCE = 2.0
"""Tile units (an eighth of a pixel) by which a line may be simplified."""
SMALLEST = 48.0
"""Tile units of length under which a closed line is left out: three pixels around a single bump."""
MOST_LINES = 400
"""Heights traced in one tile; beyond, only every fifth."""


class Traced(NamedTuple):
    """The lines of one height."""

    height: float
    lines: list[npt.NDArray[np.int64]]


def draw(
    layer: Layer, storage: Storage, grid: Grid, tile: Tile, options: RenderOptions, interval: float | None = None
) -> Picture:
    """Contours of a tile as an MVT layer of the layer's name: ``height`` (the layer's unit), ``index`` (true or false).

    ``interval`` is in the layer's unit; by default that of the level's scale. Raises BadRendering, TileOutside.
    """
    grid.check(tile)
    if layer.kind != "elevation":
        raise BadRendering("layer", say("contours-of", layer=layer.name, kind=say(f"kind-{layer.kind}")))
    step = interval if interval is not None else interval_for(grid.scale_denominator(tile.z))
    if not 0.01 <= step <= 10_000:
        raise BadRendering("interval", say("contour-interval"))
    canvas = Canvas(grid.crs, grid.bounds(tile), grid.tile_size, grid.tile_size).with_margin(MARGIN)
    # Smooth sampling overshoots beside a step, which on a plain of whole metres would draw lines that are not there.
    exact = replace(options, resampling=options.resampling or "bilinear")
    patch = read_heights(raster_facts(layer), storage, canvas, exact)
    traced = [] if patch is None else trace(patch, step, grid.tile_size)
    features = [
        LineFeature(one.lines, {"height": _number(one.height), "index": round(one.height / step) % INDEX == 0})
        for one in traced
    ]
    body = encode_lines(layer.name, features)
    return Picture(body, MEDIA_TYPE, empty=not body)


def interval_for(scale: float) -> float:
    """The contour interval in metres of a map scale."""
    return next((interval for largest, interval in INTERVALS if scale <= largest), COARSEST)


def trace(patch: Patch, interval: float, tile_size: int) -> list[Traced]:
    """Contours of a patch (a tile with its margin) in tile units, lowest first."""
    heights = patch.values[..., 0].astype(np.float64)
    known = heights[np.isfinite(heights)]
    if not known.size:
        return []
    first, last = int(np.ceil(known.min() / interval)), int(np.floor(known.max() / interval))
    stride = 1 if last - first < MOST_LINES else INDEX
    # A plain of whole metres lies exactly on a contour; a hair above it, its lines are those of its edges.
    heights += interval * 1e-4
    generator = contour_generator(z=np.ma.masked_invalid(heights), name="serial", line_type=LineType.Separate)
    scale = EXTENT / tile_size
    traced = []
    for number in range(first, last + 1):
        if number % stride:
            continue
        lines = _simplified(generator.lines(number * interval), scale)
        if lines:
            traced.append(Traced(number * interval, lines))
    return traced


def _simplified(lines: list[npt.NDArray[np.float64]], scale: float) -> list[npt.NDArray[np.int64]]:
    """Lines from pixel-centre positions of the patch to whole tile units, without needless vertices and tiny rings."""
    if not lines:
        return []
    places = np.concatenate(lines)
    owners = np.repeat(np.arange(len(lines)), [len(line) for line in lines])
    traced: npt.NDArray[Any] = np.asarray(shapely.linestrings((places + 0.5 - MARGIN) * scale, indices=owners))
    shapes = shapely.simplify(traced, TOLERANCE, preserve_topology=False)
    shapes = shapes[~(shapely.is_closed(shapes) & (shapely.length(shapes) < SMALLEST))]
    coordinates, owners = shapely.get_coordinates(shapes, return_index=True)
    whole = np.rint(coordinates).astype(np.int64)
    kept = np.ones(len(whole), bool)
    kept[1:] = (np.diff(whole, axis=0) != 0).any(axis=1) | (np.diff(owners) != 0)
    parts = np.split(whole[kept], np.flatnonzero(np.diff(owners[kept])) + 1)
    return [part for part in parts if len(part) > 1]


def _number(height: float) -> float | int:
    return int(height) if height == int(height) else height
