"""One grid (tile matrix set) and the tiles in it.

A grid is arithmetic on a few numbers per level, so it is kept as plain frozen values; the morecantile model
(``Grid.tms``) is made once, when somebody asks for it, and never on the way of a tile. Coordinates are east, north
throughout; only the OGC document (``Grid.tms_json``) writes the axis order of the CRS's authority.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import pyproj

from layers.frame import Bounds
from layers.sentences import say
from tiles.errors import TileOutside

EDGE = 1e-6
"""Part of a tile by which an extent may touch a neighbour without claiming it."""


class Tile(NamedTuple):
    """One tile. ``z`` counts a grid's levels from 0, coarsest first; the wire writes ``grid.zoom_ids[z]``."""

    grid: str
    z: int
    row: int
    col: int


class Limits(NamedTuple):
    """Inclusive ranges of rows and columns."""

    min_row: int
    max_row: int
    min_col: int
    max_col: int


@dataclass(frozen=True)
class Matrix:
    """One level: wire identifier, units per pixel, scale denominator, west and north edge, size in tiles."""

    id: str
    cell: float
    scale: float
    left: float
    top: float
    width: int
    height: int
    title: str = ""
    from_bottom: bool = False


@dataclass(frozen=True, eq=False)
class Grid:
    """A tile matrix set.

    ``title`` has "zh" and "en". ``north_first`` says that its documents write positions north, east. ``srid`` is 0 when
    the CRS has no EPSG code.
    """

    id: str
    title: Mapping[str, str]
    crs: pyproj.CRS
    srid: int
    crs_uri: str
    ordered_axes: tuple[str, str]
    matrices: tuple[Matrix, ...]
    north_first: bool = False
    tile_size: int = 256
    uri: str | None = None
    scale_set: str | None = None

    @cached_property
    def zoom_ids(self) -> tuple[str, ...]:
        """Wire identifiers of the levels, coarsest first."""
        return tuple(matrix.id for matrix in self.matrices)

    @cached_property
    def scale_denominators(self) -> tuple[float, ...]:
        """OGC scale denominators (0.28 mm pixel), coarsest first."""
        return tuple(matrix.scale for matrix in self.matrices)

    @cached_property
    def _positions(self) -> dict[str, int]:
        return {name: z for z, name in enumerate(self.zoom_ids)}

    @property
    def max_zoom(self) -> int:
        """The finest level."""
        return len(self.matrices) - 1

    def z(self, wire_id: str) -> int:
        """Level of a wire identifier; raises TileOutside when the grid has no such level."""
        try:
            return self._positions[wire_id]
        except KeyError:
            raise TileOutside(
                say("grid-matrix", grid=self.id, given=wire_id, first=self.zoom_ids[0], last=self.zoom_ids[-1])
            ) from None

    def matrix(self, z: int) -> Matrix:
        """Level ``z``; raises TileOutside."""
        if not 0 <= z < len(self.matrices):
            raise TileOutside(say("grid-levels", grid=self.id, last=self.max_zoom, given=z))
        return self.matrices[z]

    def resolution(self, z: int) -> float:
        """CRS units per pixel of level ``z``."""
        return self.matrix(z).cell

    def scale_denominator(self, z: int) -> float:
        """OGC scale denominator of level ``z``."""
        return self.matrix(z).scale

    def check(self, tile: Tile) -> None:
        """Raise TileOutside unless the tile exists in this grid."""
        matrix = self.matrix(tile.z)
        if not (0 <= tile.row < matrix.height and 0 <= tile.col < matrix.width):
            raise TileOutside(
                say(
                    "grid-rows",
                    grid=self.id,
                    level=matrix.id,
                    last_row=matrix.height - 1,
                    last_column=matrix.width - 1,
                    row=tile.row,
                    column=tile.col,
                )
            )

    def bounds(self, tile: Tile) -> Bounds:
        """Bounds of a tile in the grid's CRS (east, north; its units). Raises TileOutside for an unknown level."""
        matrix = self.matrix(tile.z)
        span = matrix.cell * self.tile_size
        row = matrix.height - 1 - tile.row if matrix.from_bottom else tile.row
        left, top = matrix.left + tile.col * span, matrix.top - row * span
        return Bounds(left, matrix.top - (row + 1) * span, matrix.left + (tile.col + 1) * span, top)

    def tile_at(self, x: float, y: float, z: int) -> Tile:
        """The tile of level ``z`` that holds a point of the grid's CRS; raises TileOutside."""
        matrix = self.matrix(z)
        span = matrix.cell * self.tile_size
        row, col = math.floor((matrix.top - y) / span), math.floor((x - matrix.left) / span)
        tile = Tile(self.id, z, matrix.height - 1 - row if matrix.from_bottom else row, col)
        self.check(tile)
        return tile

    def limits(self, z: int, bounds: Bounds) -> Limits | None:
        """Rows and columns of level ``z`` that ``bounds`` (grid CRS) covers a part of; None when there are none."""
        matrix = self.matrix(z)
        span = matrix.cell * self.tile_size
        first_col, last_col = _touched((bounds.west - matrix.left) / span, (bounds.east - matrix.left) / span)
        first_row, last_row = _touched((matrix.top - bounds.north) / span, (matrix.top - bounds.south) / span)
        first_row, last_row = max(first_row, 0), min(last_row, matrix.height - 1)
        first_col, last_col = max(first_col, 0), min(last_col, matrix.width - 1)
        if first_row > last_row or first_col > last_col:
            return None
        if matrix.from_bottom:
            first_row, last_row = matrix.height - 1 - last_row, matrix.height - 1 - first_row
        return Limits(first_row, last_row, first_col, last_col)

    def tiles(self, z: int, bounds: Bounds) -> Iterator[Tile]:
        """Every tile of level ``z`` that ``bounds`` (grid CRS) touches, row by row."""
        limits = self.limits(z, bounds)
        if limits is None:
            return
        for row in range(limits.min_row, limits.max_row + 1):
            for col in range(limits.min_col, limits.max_col + 1):
                yield Tile(self.id, z, row, col)

    def zoom_for(self, resolution: float) -> int:
        """The coarsest level whose pixels are not larger than ``resolution`` (CRS units), else the finest."""
        fits = (z for z, matrix in enumerate(self.matrices) if matrix.cell <= resolution * (1 + EDGE))
        return next(fits, self.max_zoom)

    def tms_json(self) -> dict[str, Any]:
        """The OGC TileMatrixSet 2.0 document, in the authority's axis order."""
        document: dict[str, Any] = {"id": self.id, "title": self.title["en"]}
        if self.uri:
            document["uri"] = self.uri
        document |= {"crs": self.crs_uri, "orderedAxes": list(self.ordered_axes)}
        if self.scale_set:
            document["wellKnownScaleSet"] = self.scale_set
        return document | {"tileMatrices": [self._matrix_json(matrix) for matrix in self.matrices]}

    def _matrix_json(self, matrix: Matrix) -> dict[str, Any]:
        top = matrix.top - matrix.height * matrix.cell * self.tile_size if matrix.from_bottom else matrix.top
        document: dict[str, Any] = {"id": matrix.id}
        if matrix.title:
            document["title"] = matrix.title
        return document | {
            "scaleDenominator": matrix.scale,
            "cellSize": matrix.cell,
            "cornerOfOrigin": "bottomLeft" if matrix.from_bottom else "topLeft",
            "pointOfOrigin": [top, matrix.left] if self.north_first else [matrix.left, top],
            "tileWidth": self.tile_size,
            "tileHeight": self.tile_size,
            "matrixWidth": matrix.width,
            "matrixHeight": matrix.height,
        }

    @cached_property
    def tms(self) -> Any:
        """The same grid as a ``morecantile.TileMatrixSet``, made once (its level identifiers stay the wire's)."""
        import morecantile

        return morecantile.TileMatrixSet.model_validate(self.tms_json())


def _touched(first: float, last: float) -> tuple[int, int]:
    """Whole tiles between two positions counted in tiles, both ends inclusive; a point belongs to one tile."""
    low = math.floor(first + EDGE)
    return low, max(low, math.ceil(last - EDGE) - 1)
