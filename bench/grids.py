"""Which tiles of the other grids are asked for: those about the places of the default grid's, where the layer lies."""

import math
from collections.abc import Sequence
from pathlib import Path

import pyogrio

from bench import workload
from layers.crs.names import parse_crs
from layers.crs.operations import find_transform
from layers.frame import SHANGQIU, Bounds
from tiles.grid import Grid, Tile
from tiles.grids import default_grids
from tiles.tilejson import is_within_limits


def in_grid(name: str, tiles: Sequence[tuple[int, int, int]], layer: Path) -> list[tuple[str, int, int]]:
    """Level, column and row of the tiles of another grid in which the middles of default tiles lie, as large as they.

    Those outside the limits of the layer, a file, are left out: OGC API Tiles answers 404 there.
    """
    extent = Bounds(*pyogrio.read_info(layer, force_total_bounds=True)["total_bounds"])
    grid = default_grids(SHANGQIU)[name]
    found = [_tile_about(grid, zoom, *workload.middle_of(zoom, column, row)) for zoom, column, row in tiles]
    return [(grid.zoom_ids[one.z], one.col, one.row) for one in found if is_within_limits(grid, extent, one)]


def _tile_about(grid: Grid, zoom: int, lon: float, lat: float) -> Tile:
    """The tile that holds a place, about as large on the ground as those of the default grid are at a zoom."""
    x, y = find_transform(parse_crs("OGC:CRS84"), grid.crs).points([lon], [lat])
    ground = 40_075_016.7 * math.cos(math.radians(lat)) / 2**zoom
    unit = 111_320.0 if grid.crs.is_geographic else 1.0
    z = min(range(len(grid.matrices)), key=lambda z: abs(math.log(grid.resolution(z) * unit * grid.tile_size / ground)))
    return grid.tile_at(float(x[0]), float(y[0]), z)
