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

    def within(self, unit: Unit, box: Bounds) -> Unit | None:
        """Return the tiles of a unit that a box in EPSG:3857 touches; None when it touches none."""
        first_column, first_row, last_column, last_row = self._touched(box)
        first_column, first_row = max(first_column, unit.column), max(first_row, unit.row)
        last_column = min(last_column, unit.column + unit.columns - 1)
        last_row = min(last_row, unit.row + unit.rows - 1)
        if first_column > last_column or first_row > last_row:
            return None
        return Unit(first_column, first_row, last_column - first_column + 1, last_row - first_row + 1)

    def _touched(self, box: Bounds) -> tuple[int, int, int, int]:
        """Return the first and last column and row of tiles of level 0 that a box touches."""
        side = resolution(self.zoom) * TILE
        west, north = _first(box.west + HALF_WORLD, side), _first(HALF_WORLD - box.north, side)
        east, south = _last(box.east + HALF_WORLD, side), _last(HALF_WORLD - box.south, side)
        return west - self.column, north - self.row, max(west, east) - self.column, max(north, south) - self.row

    def units(self) -> list[Unit]:
        """Return the units that may hold data, row by row so that a source stored in strips is read once."""
        size = 1 << self.unit_levels
        first_column, first_row, last_column, last_row = self._touched(self.data)
        columns = range(max(0, first_column) // size, min(last_column, self.columns - 1) // size + 1)
        rows = range(max(0, first_row) // size, min(last_row, self.rows - 1) // size + 1)
        return [Unit(column * size, row * size, size, size) for row in rows for column in columns]


def _first(metres: float, side: float) -> int:
    """Return the tile in which something begins; a thousandth of a pixel beyond an edge is rounding, not data."""
    return math.floor(metres / side + 0.001 / TILE)


def _last(metres: float, side: float) -> int:
    """Return the tile in which something ends."""
    return math.ceil(metres / side - 0.001 / TILE) - 1


def plan_pyramid(data: Bounds, zoom: int) -> Pyramid:
    """Plan the tiles for a box in EPSG:3857 at a zoom: levels up to where the whole is at most 2 x 2 tiles."""
    side = resolution(zoom) * TILE
    last = 2**zoom - 1
    west = min(last, max(0, _first(data.west + HALF_WORLD, side)))
    north = min(last, max(0, _first(HALF_WORLD - data.north, side)))
    east = min(last, max(west, _last(data.east + HALF_WORLD, side)))
    south = min(last, max(north, _last(HALF_WORLD - data.south, side)))
    above = 0
    while above < zoom and ((east >> above) - (west >> above) > 1 or (south >> above) - (north >> above) > 1):
        above += 1
    column, row = west >> above << above, north >> above << above
    columns = ((east >> above) + 1 << above) - column
    rows = ((south >> above) + 1 << above) - row
    return Pyramid(zoom, above + 1, column, row, columns, rows, data)
