"""Where a vector tile lies: its box in its grid, in EPSG:3857 and in degrees, and the zoom whose detail fits it."""

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import pyproj

from layers.crs.mercator import MERCATOR_SRID, WORLD
from layers.crs.names import parse_crs
from layers.crs.operations import find_transform
from layers.filter.clauses import Clause
from layers.frame import Bounds
from layers.layer import Version
from layers.level.pieces import tile_key
from tiles.grid import Grid, Tile
from tiles.vector.mvt import EXTENT

BUFFER = 64
ROUNDED = 8
"""By how many of a tile's units a generalised shape may lie outside its feature's box."""
SPREAD = 192
"""By how many an edit may be seen beyond its box where classes are dissolved: cells are up to 24 pixels about it."""
NEAR = 512
"""A shape that reaches no further than this beyond the tile (in its units) need not be clipped."""
MOST_BENT = 4.0
"""Degrees along which no edge bends by as much as lies between a tile and what is cut off, a tenth of its length."""
SIDES = ("west", "south", "east", "north")


@dataclass(frozen=True)
class VectorTile:
    """What a statement is made of: the tile, its box in its grid's CRS and in EPSG:3857, the zoom whose detail fits.

    ``where`` narrows the features (a filter, a view's row rule); levels are then left aside, for a level may hold
    several features in one row. ``plane`` is set for a picture: shapes then come as WKB in its units.
    """

    grid: Grid
    tile: Tile
    bounds: Bounds
    mercator: Bounds
    zoom: int
    where: Clause | None = None
    plane: "Plane | None" = None

    @classmethod
    def of(cls, grid: Grid, tile: Tile, where: Clause | None = None) -> "VectorTile":
        """Place a tile; raises TileOutside."""
        grid.check(tile)
        bounds = grid.bounds(tile)
        if grid.srid == MERCATOR_SRID and grid.matrices[0].width == 1:
            return cls(grid, tile, bounds, bounds, tile.z, where)
        mercator = in_mercator(grid.crs, bounds)
        width = max(mercator.east - mercator.west, 1e-9)
        zoom = max(0, min(24, math.ceil(math.log2(WORLD / width) - 0.25)))
        return cls(grid, tile, bounds, mercator, zoom, where)

    @property
    def reach(self) -> Bounds:
        """The tile with its buffer, in EPSG:3857."""
        return _widened(self.mercator, BUFFER)

    @property
    def in_degrees(self) -> Bounds:
        """The same in degrees."""
        return _in_degrees(self.reach)

    @property
    def seen(self) -> "Seen":
        """Where edits may be seen in the tile: generalised shapes lie a little beside the features."""
        near, about = (_widened(self.mercator, BUFFER + spread) for spread in (ROUNDED, SPREAD))
        return Seen(self.zoom, near, about)

    @property
    def in_mercator(self) -> bool:
        """Whether shapes of EPSG:3857 are wanted as they lie."""
        return self.plain or (self.plane is not None and self.grid.srid == MERCATOR_SRID)

    @property
    def plain(self) -> bool:
        """Whether the tile is one of the default grid."""
        return self.plane is None and self.bounds is self.mercator

    def params(self, text: str) -> dict[str, Any]:
        """The values that a statement's text names: boxes by prefix, and what moves a shape to tile coordinates."""
        named = _named(text)
        values: dict[str, Any] = dict(zip(SIDES, self.bounds, strict=True))
        for prefix, box in self._boxes(named):
            values |= zip(_sides(prefix), box, strict=True)
        if "scale" in named:
            scale = EXTENT / (self.mercator.east - self.mercator.west)
            values |= {"scale": scale, "offset_x": -self.mercator.west * scale, "offset_y": self.mercator.north * scale}
        if "zoom" in named or "keys" in named:
            values |= self._squares()
        if self.plane is not None and "plane_x" in named:
            plane = self.plane
            values |= {"plane_x": -plane.west, "plane_y": -plane.north, "across": plane.across, "along": plane.along}
        if self.plane is not None and "joined_units" in named:
            values |= self.plane.from_square(self.bounds)
        return values

    def _boxes(self, named: frozenset[str]) -> Iterator[tuple[str, Bounds]]:
        if "reach_west" in named:
            yield "reach_", self.reach
        if "own_west" in named:
            yield "own_", self.mercator
        if "near_west" in named:
            yield "near_", _widened(self.mercator, NEAR)
        if "about_west" in named:
            yield "about_", _about(_in_degrees(_widened(self.mercator, NEAR)))
        if "degrees_west" in named:
            yield "degrees_", self.in_degrees

    def _squares(self) -> dict[str, Any]:
        """The tiles of the default grid to read: this one, or all it touches, and those above in the quadtree."""
        z, side = self.zoom, WORLD / 2.0**self.zoom
        if self.plain:
            row, col = self.tile.row, self.tile.col
            columns, rows = (col, col), (row, row)
            keys = [tile_key(z - up, col >> up, row >> up) for up in range(z + 1)]
        else:
            columns = _span(self.reach.west, self.reach.east, side)
            rows = _span(-self.reach.north, -self.reach.south, side)
            touched = [(c, r) for c in range(columns[0], columns[1] + 1) for r in range(rows[0], rows[1] + 1)]
            keys = sorted({tile_key(z - up, c >> up, r >> up) for c, r in touched for up in range(z + 1)})
        spans = {"first_column": columns[0], "last_column": columns[1], "first_row": rows[0], "last_row": rows[1]}
        # As text: an array would be encoded element by element.
        return {"zoom": z, "side": side, "keys": f"{{{','.join(map(str, keys))}}}", **spans}


@dataclass(frozen=True)
class Plane:
    """Where the shapes of a picture lie: its origin in the grid's CRS and its units to one of that, east and north."""

    west: float
    north: float
    across: float
    along: float

    def from_square(self, box: Bounds) -> dict[str, float]:
        """What brings shapes to the plane from a square of whole units that a box was fitted into, y down."""
        wide, high = (box.east - box.west) * self.across, (box.north - box.south) * self.along
        units = math.ceil(max(wide, high))
        return {
            "joined_units": units, "joined_x": wide / units, "joined_y": -high / units,
            "joined_dx": (box.west - self.west) * self.across, "joined_dy": (box.north - self.north) * self.along,
        }  # fmt: skip


def revision_of(version: Version, grid: Grid, tile: Tile) -> int:
    """Return the newest revision of a version that may be seen in a tile; 0 where it is as it was published."""
    return seen_of(grid, tile).revision(version) if version.revision else 0


@dataclass(frozen=True)
class Seen:
    """Where edits may be seen in a tile or picture (EPSG:3857), by themselves or in dissolved classes, at a zoom."""

    zoom: int
    exactly: Bounds
    dissolved: Bounds

    def revision(self, version: Version) -> int:
        """The newest revision of a version that may be seen; 0 of none."""
        return version.edited.revision_in(self.dissolved if self._dissolves(version) else self.exactly)

    def state(self, version: Version) -> str:
        """What tells how a version looks there from how it looked before; "" as it was published.

        Dissolved classes look otherwise twice after an edit: drawn over at once, and when they were renewed.
        """
        if not (revision := self.revision(version)):
            return ""
        return f"{revision}~" if revision > version.renewed and self._dissolves(version) else str(revision)

    def _dissolves(self, version: Version) -> bool:
        return any(level.kind == "tiles" and level.min_zoom <= self.zoom <= level.max_zoom for level in version.levels)


@lru_cache(maxsize=20_000)
def seen_of(grid: Grid, tile: Tile) -> Seen:
    """Where edits may be seen in a tile."""
    return VectorTile.of(grid, tile).seen


@lru_cache(maxsize=5_000)
def _named(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"%\((\w+)\)s", text))


@lru_cache
def _sides(prefix: str) -> tuple[str, ...]:
    return tuple(prefix + side for side in SIDES)


def _widened(box: Bounds, units: int) -> Bounds:
    west, south, east, north = box
    dx, dy = (east - west) * units / EXTENT, (north - south) * units / EXTENT
    return Bounds(west - dx, south - dy, east + dx, north + dy)


def _about(box: Bounds) -> Bounds:
    """A box in degrees, or more than the world where it is so wide that its edges could bend into the tile."""
    wide = max(box.east - box.west, box.north - box.south) > MOST_BENT
    return Bounds(-360.0, -180.0, 360.0, 180.0) if wide else box


def _span(low: float, high: float, side: float) -> tuple[int, int]:
    """First and last whole square that a stretch of the plane touches, none outside the world."""
    last = round(WORLD / side) - 1
    first, final = math.floor((low + WORLD / 2) / side), math.floor((high + WORLD / 2) / side)
    return min(max(first, 0), last), min(max(final, 0), last)


def _in_degrees(box: Bounds) -> Bounds:
    """A box of EPSG:3857 in degrees, by the formula; beyond the edge of the plane's square everything is taken in."""
    radius = WORLD / (2 * math.pi)

    def latitude(y: float) -> float:
        return math.copysign(90.0, y) if abs(y) >= WORLD / 2 else math.degrees(math.atan(math.sinh(y / radius)))

    return Bounds(box.west / WORLD * 360, latitude(box.south), box.east / WORLD * 360, latitude(box.north))


def _mercator(lon: float, lat: float) -> tuple[float, float]:
    sine = math.sin(math.radians(max(-85.05112878, min(85.05112878, lat))))
    return lon * WORLD / 360, WORLD / (2 * math.pi) * math.atanh(sine)


def in_mercator(crs: pyproj.CRS, bounds: Bounds) -> Bounds:
    """A box in EPSG:3857: by the formula from degrees, through PROJ from a projected CRS."""
    if crs is parse_crs(MERCATOR_SRID):
        return Bounds(*bounds)
    if not crs.is_geographic:
        degrees = find_transform(crs, parse_crs("OGC:CRS84")).bounds(bounds, densify=5)
    else:
        degrees = bounds
    return Bounds(*_mercator(degrees.west, degrees.south), *_mercator(degrees.east, degrees.north))
