"""What each class covers in each tile, gathered block by block while a layer is read once."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from layers.copying import copy_rows
from layers.dissolving import (
    Overlapping,
    dissolved_areas,
    dissolved_lines,
    joined,
    of_dimension,
    on_lattice,
    touched_tiles,
    union,
)
from layers.generalise import Drawn
from layers.levelplan import ZoomBand
from layers.leveltables import LevelTables
from layers.shapes import Block
from layers.square import Square
from layers.tables import quote_column
from layers.tilepictures import SIDE, cells_of, paint_shapes, placed

Geometries = npt.NDArray[np.object_]
Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True)
class DrawnClasses:
    """What each class of a block's own features covers in each tile of a band (one zoom), as WKB."""

    band: ZoomBand
    column: Numbers
    row: Numbers
    number: Numbers
    bodies: Sequence[bytes]

    @classmethod
    def of(cls, band: ZoomBand, block: Block, drawn: Drawn, dimension: int) -> "DrawnClasses":
        """Dissolve a block's shapes of the layer's dimension by class and tile."""
        wanted = block.own & drawn.there
        shapes, numbers = drawn.geometries(wanted), block.number[wanted]
        owner, column, row = touched_tiles(shapes, band.max_zoom)
        groups, group = np.unique(np.column_stack([column, row, numbers[owner]]), axis=0, return_inverse=True)
        order = np.argsort(group, kind="stable")
        members = np.split(owner[order], np.flatnonzero(np.diff(group[order])) + 1)
        kept, bodies = [], []
        for place, mine in enumerate(members if len(owner) else ()):
            square = Square(band.max_zoom, int(groups[place, 0]), int(groups[place, 1]))
            made = _together(shapes[mine], dimension, square)
            if made is not None:
                kept.append(place)
                bodies.append(shapely.to_wkb(made))
        return cls(band, groups[kept, 0], groups[kept, 1], groups[kept, 2], bodies)


def _together(shapes: Geometries, dimension: int, square: Square) -> Any:
    """What shapes of one class cover in a tile."""
    if dimension != 2:
        return of_dimension(dissolved_lines(shapes, square), dimension, square)
    try:
        return of_dimension(dissolved_areas(shapes, square), 2, square)
    except Overlapping:
        image = np.zeros((SIDE, SIDE), np.uint16)
        paint_shapes(image, shapes, np.ones(len(shapes), np.int64), square)
        areas, numbers = placed(cells_of(image, 1), 1, square)
        return on_lattice(areas.polygons()[0], square) if len(numbers) else None


class TileParts:
    """What each class covers in each tile, block by block, in a temporary table.

    ``bands`` are those whose tiles are dissolved. Where all are cells, the finest is dissolved too, to be painted.
    """

    def __init__(self, tables: LevelTables, bands: Sequence[ZoomBand], dimension: int) -> None:
        self.tables, self.dimension = tables, dimension
        self.cells = [band for band in bands if band.method == "cells"]
        self.dissolved = [band for band in bands if band.method == "dissolve"]
        self.made_of = self.dissolved or self.cells[:1]
        self.table = quote_column(f"{tables.table.rpartition('.')[2]}_parts")
        tables.run(f"CREATE TEMPORARY TABLE {self.table} (tile_zoom int, tile_column int, tile_row int, number int, "
                   "geom bytea)")  # fmt: skip
        tables.run(f"ALTER TABLE {self.table} ALTER geom SET STORAGE EXTERNAL")

    def add(self, drawn: DrawnClasses) -> None:
        """Keep a block's."""
        zooms = np.full(len(drawn.column), drawn.band.max_zoom)
        fixed = [(">i4", values) for values in (zooms, drawn.column, drawn.row, drawn.number)]
        target = f"{self.table} (tile_zoom, tile_column, tile_row, number, geom)"
        copy_rows(self.tables.session, target, fixed, drawn.bodies)

    def index(self) -> None:
        """Make the parts ready to be read tile by tile."""
        self.tables.run(f"CREATE INDEX ON {self.table} (tile_zoom, tile_column, tile_row)")
        self.tables.run(f"ANALYZE {self.table}")

    def read(self, band: ZoomBand) -> Iterator["KeptTile"]:
        """Read the tiles of a band that hold something, one by one, along the curve that fills one quarter first."""
        key = "tile_zoom = %(zoom)s AND tile_column = %(column)s AND tile_row = %(row)s"
        zoom = band.max_zoom
        found = self.tables.run(
            f"SELECT DISTINCT tile_column, tile_row FROM {self.table} WHERE tile_zoom = %(zoom)s", {"zoom": zoom}
        )
        squares = sorted((Square(zoom, int(row[0]), int(row[1])) for row in found), key=lambda square: square.quadkey)
        for square in squares:
            rows = self.tables.run(
                f"SELECT number, geom FROM {self.table} WHERE {key} ORDER BY number",
                {"zoom": zoom, "column": square.column, "row": square.row},
            )
            yield KeptTile(square, self.dimension, [int(row[0]) for row in rows], [bytes(row[1]) for row in rows])


@dataclass(frozen=True)
class KeptTile:
    """What the blocks of a layer left of one tile: numbers of classes and WKB."""

    square: Square
    dimension: int
    numbers: Sequence[int]
    bodies: Sequence[bytes]

    def merged(self) -> dict[int, Any]:
        """What each class covers in the tile, on its lattice."""
        numbers = np.array(self.numbers)
        shapes = np.array(shapely.from_wkb(self.bodies), dtype=object)
        merged = {}
        for number in np.unique(numbers).tolist():
            mine = shapes[numbers == number]
            if len(mine) > 1:
                mine = np.array([self._together(*shapely.get_parts(mine, return_index=True))])
            if mine[0] is not None:
                merged[number] = mine[0]
        return merged

    def _together(self, parts: Geometries, block: Numbers) -> Any:
        """Join the parts of several blocks: of areas only those that meet one of another block."""
        if self.dimension != 2:
            return of_dimension(joined(parts), self.dimension, self.square)
        one, other = shapely.STRtree(parts).query(parts)
        meets = np.zeros(len(parts), bool)
        meets[one[block[one] != block[other]]] = True
        made = of_dimension(union(parts[meets]), 2, self.square) if meets.any() else None
        whole = np.concatenate([parts[~meets], shapely.get_parts(made)] if made is not None else [parts[~meets]])
        return shapely.multipolygons(whole) if len(whole) else None
