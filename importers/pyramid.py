"""Which tiles of the default grid a picture covers: the plan that a published picture is drawn by.

The default grid is WebMercatorQuad: at zoom z the world is 2^z x 2^z tiles of 256 pixels, row 0 in the north. A
pyramid's level 0 is the finest zoom, level k is k zooms coarser. All levels must lie on the grid, so the area is
widened to whole tiles of the coarsest level; tiles without data cost nothing, they are left out of the file.
"""

import math
from dataclasses import dataclass

from layers.frame import Bounds

TILE = 256
HALF_WORLD = math.pi * 6378137.0
MAX_ZOOM = 24
UNIT = 8
"""A unit of work is 8 x 8 tiles, 2048 x 2048 pixels: three levels of the pyramid come out of it without rereading."""


def resolution(zoom: int) -> float:
    """Return metres of EPSG:3857 per pixel at a zoom (at latitude B a metre on the ground is cos B times that)."""
    return 2 * HALF_WORLD / TILE / (1 << zoom)


def zoom_for(metres: float, tolerance: float = 1.05) -> int:
    """Return the coarsest zoom that keeps pixels of ``metres`` (in EPSG:3857), up to 5 % coarser allowed."""
    return min(MAX_ZOOM, max(0, math.ceil(math.log2(resolution(0) / (metres * tolerance)))))


@dataclass(frozen=True)
class Unit:
    """A square of tiles drawn in one go: its first tile, counted from the pyramid's, and how many along each side."""

    column: int
    row: int
    columns: int
    rows: int


@dataclass(frozen=True)
class Pyramid:
    """The tiles of one published picture.

    ``column`` and ``row`` are the first tile's indices in the grid at ``zoom``; ``columns`` and ``rows`` the size in
    tiles, multiples of 2^(levels-1). ``data`` is the box that holds pixels, in EPSG:3857.
    """

    zoom: int
    levels: int
    column: int
    row: int
    columns: int
    rows: int
    data: Bounds

    @property
    def width(self) -> int:
        """Pixels from west to east at level 0."""
        return self.columns * TILE

    @property
    def height(self) -> int:
        """Pixels from north to south at level 0."""
        return self.rows * TILE

    @property
    def bounds(self) -> Bounds:
        """The box of the whole pyramid in EPSG:3857, padding included."""
        return self.box(0, 0, 0, self.columns, self.rows)

    @property
    def unit_levels(self) -> int:
        """How many levels above its own a unit makes by itself."""
        return min(UNIT.bit_length() - 1, self.levels - 1)

    def box(self, level: int, column: int, row: int, columns: int = 1, rows: int = 1) -> Bounds:
        """Return the box in EPSG:3857 of tiles of a level, counted from the pyramid's first."""
        side = resolution(self.zoom - level) * TILE
        west = ((self.column >> level) + column) * side - HALF_WORLD
        north = HALF_WORLD - ((self.row >> level) + row) * side
        return Bounds(west, north - rows * side, west + columns * side, north)

    def units(self) -> list[Unit]:
        """Return the units that may hold data, row by row so that a source stored in strips is read once."""
        size = 1 << self.unit_levels
        side = resolution(self.zoom) * TILE
        west, south, east, north = self.data
        first_column = max(0, math.floor((west + HALF_WORLD) / side) - self.column) // size
        first_row = max(0, math.floor((HALF_WORLD - north) / side) - self.row) // size
        last_column = min(self.columns, math.ceil((east + HALF_WORLD) / side) - self.column)
        last_row = min(self.rows, math.ceil((HALF_WORLD - south) / side) - self.row)
        return [
            Unit(column * size, row * size, size, size)
            for row in range(first_row, max(first_row + 1, -(-last_row // size)))
            for column in range(first_column, max(first_column + 1, -(-last_column // size)))
        ]


def plan_pyramid(data: Bounds, zoom: int) -> Pyramid:
    """Plan the tiles for a box in EPSG:3857 at a zoom: levels up to where the whole is at most 2 x 2 tiles."""
    side = resolution(zoom) * TILE
    slack = side / TILE / 1000  # a thousandth of a pixel beyond a tile's edge is rounding, not data
    last = 2**zoom - 1
    west = min(last, max(0, math.floor((data.west + HALF_WORLD + slack) / side)))
    north = min(last, max(0, math.floor((HALF_WORLD - data.north + slack) / side)))
    east = min(last, max(west, math.ceil((data.east + HALF_WORLD - slack) / side) - 1))
    south = min(last, max(north, math.ceil((HALF_WORLD - data.south - slack) / side) - 1))
    above = 0
    while above < zoom and ((east >> above) - (west >> above) > 1 or (south >> above) - (north >> above) > 1):
        above += 1
    column, row = west >> above << above, north >> above << above
    columns = ((east >> above) + 1 << above) - column
    rows = ((south >> above) + 1 << above) - row
    return Pyramid(zoom, above + 1, column, row, columns, rows, data)
