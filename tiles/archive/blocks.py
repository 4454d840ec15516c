"""What to bake: the tiles of a layer in a grid, in blocks that are drawn by one process at a time.

A block is at most 16 x 16 tiles of one level. Blocks where the layer has nothing are left out before any tile is tried
(the cells of a vector layer's occupancy, the boxes of a mosaic's sheets), so empty ground costs one look a block.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from layers.crs.names import parse_crs
from layers.crs.operations import find_transform
from layers.frame import Bounds
from layers.layer import Layer
from layers.occupancy import is_occupied
from layers.sentences import say
from tiles.errors import BakeRefused
from tiles.grid import Grid, Limits, Tile
from tiles.raster.mosaic import choose_files
from tiles.raster.warp import Canvas
from tiles.tilejson import limits_of
from tiles.vector.place import VectorTile

SIDE = 16
FEATURES_TO = 17
"""Zoom to which features are drawn ahead when no levels are asked for. Its tiles hold every feature to 7 cm, and
viewers enlarge them; a thousand times as many tiles of zoom 22 would say the same."""
MOST_TILES = 100_000_000


class Block(NamedTuple):
    """Tiles of level ``z``: rows and columns from the first to the last, both included."""

    z: int
    first_row: int
    first_col: int
    last_row: int
    last_col: int

    @property
    def size(self) -> int:
        """Number of tiles."""
        return (self.last_row - self.first_row + 1) * (self.last_col - self.first_col + 1)

    def tiles(self, grid: Grid) -> Iterator[Tile]:
        """Each tile, row by row."""
        for row in range(self.first_row, self.last_row + 1):
            for col in range(self.first_col, self.last_col + 1):
                yield Tile(grid.id, self.z, row, col)

    def bounds(self, grid: Grid) -> Bounds:
        """The box of the block in the grid's CRS."""
        first = grid.bounds(Tile(grid.id, self.z, self.first_row, self.first_col))
        return first.union(grid.bounds(Tile(grid.id, self.z, self.last_row, self.last_col)))


@dataclass(frozen=True)
class Plan:
    """The levels to bake and, for each, the rows and columns: within them a tile that is not kept is an empty one."""

    grid: Grid
    limits: dict[int, Limits]

    @property
    def count(self) -> int:
        """Number of tiles, empty ones included."""
        return sum((one.max_row - one.min_row + 1) * (one.max_col - one.min_col + 1) for one in self.limits.values())

    def blocks(self) -> Iterator[Block]:
        """The blocks, coarsest level first; their corners are multiples of 16, so a plan always has the same ones."""
        for z, (min_row, max_row, min_col, max_col) in sorted(self.limits.items()):
            for row in range(min_row - min_row % SIDE, max_row + 1, SIDE):
                for col in range(min_col - min_col % SIDE, max_col + 1, SIDE):
                    last_row, last_col = min(row + SIDE - 1, max_row), min(col + SIDE - 1, max_col)
                    yield Block(z, max(row, min_row), max(col, min_col), last_row, last_col)


def plan(
    layer: Layer, grid: Grid, first: int | None = None, last: int | None = None, box: Bounds | None = None
) -> Plan:
    """The tiles of a layer from level ``first`` to ``last``, within ``box`` (degrees) when there is one.

    Without levels: those whose scales the layer's own zooms have. Raises BakeRefused for levels the grid does not have,
    a box beside the layer, or more than a hundred million tiles.
    """
    extent = layer.version.extent
    if extent is None:
        raise BakeRefused(say("bake-layer-empty", layer=layer.name))
    if box is not None:
        if not box.intersects(extent):
            raise BakeRefused(say("bake-box-beside", layer=layer.name, extent=tuple(extent)))
        extent = Bounds(
            max(extent.west, box.west), max(extent.south, box.south),
            min(extent.east, box.east), min(extent.north, box.north),
        )  # fmt: skip
    lowest, highest = default_levels(layer, grid)
    first, last = lowest if first is None else first, highest if last is None else last
    if not 0 <= first <= last <= grid.max_zoom:
        raise BakeRefused(say("bake-levels", first=first, last=last, grid=grid.id, highest=grid.max_zoom))
    by_name = limits_of(grid, extent)
    names = grid.zoom_ids
    made = Plan(grid, {z: by_name[names[z]] for z in range(first, last + 1) if names[z] in by_name})
    if not made.limits:
        raise BakeRefused(say("bake-grid-beside", grid=grid.id, layer=layer.name))
    if made.count > MOST_TILES:
        raise BakeRefused(say("bake-too-many", count=made.count, most=MOST_TILES))
    return made


def default_levels(layer: Layer, grid: Grid) -> tuple[int, int]:
    """The levels of a grid whose scales the layer's zooms have (those count in Web Mercator), of features to
    ``FEATURES_TO``."""
    facts, extent = layer.version.facts, layer.version.extent
    deepest = min(facts.max_zoom, max(facts.min_zoom, FEATURES_TO)) if layer.kind == "vector" else facts.max_zoom
    if grid.srid == 3857 and grid.matrices[0].width == 1:
        return min(facts.min_zoom, grid.max_zoom), min(deepest, grid.max_zoom)
    shrink = math.cos(math.radians((extent.south + extent.north) / 2)) if extent else 1.0
    whole = 559_082_264.0287178 * shrink  # ground scale denominator of Web Mercator's level 0 there
    scales = grid.scale_denominators
    if grid.crs.is_geographic:
        scales = tuple(scale * shrink for scale in scales)
    first = next((z for z, scale in enumerate(scales) if scale <= whole / 2**facts.min_zoom * 1.1), 0)
    last = next((z for z, scale in enumerate(scales) if scale <= whole / 2**deepest * 1.1), grid.max_zoom)
    return first, last


def may_hold(layer: Layer, grid: Grid, block: Block) -> bool:
    """Whether the layer may have anything in a block; false only when it surely has not."""
    if layer.kind == "vector":
        corners = (
            VectorTile.of(grid, Tile(grid.id, block.z, block.first_row, block.first_col)),
            VectorTile.of(grid, Tile(grid.id, block.z, block.last_row, block.last_col)),
        )
        return is_occupied(layer.version, corners[0].reach.union(corners[1].reach))
    facts = layer.version.raster
    if facts is None:
        return False
    if len(facts.files) < 2:
        return True
    return bool(choose_files(facts, Canvas(grid.crs, block.bounds(grid), 256, 256), sheets_only=True))


def box_of(grid: Grid, limits: Limits, z: int) -> Bounds:
    """Degrees (longitude, latitude) around some rows and columns of a level."""
    block = Block(z, limits.min_row, limits.min_col, limits.max_row, limits.max_col)
    return find_transform(grid.crs, parse_crs("OGC:CRS84")).bounds(block.bounds(grid))
