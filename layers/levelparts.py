"""What each class covers in each tile, gathered block by block while a layer is read once."""

from collections.abc import Sequence
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
from layers.square import Square
from layers.tables import quote_column
from layers.tilepictures import SIDE, cells_of, paint_shapes

Geometries = npt.NDArray[np.object_]
Numbers = npt.NDArray[np.int64]


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

    def add(self, band: ZoomBand, drawn: Drawn, numbers: Numbers, wanted: npt.NDArray[np.bool_]) -> None:
        """Dissolve a block's shapes by class and tile and keep them."""
        zoom = band.max_zoom
        wanted = wanted & drawn.there
        if not wanted.any():
            return
        shapes, numbers = drawn.geometries(wanted), numbers[wanted]
        owner, column, row = touched_tiles(shapes, zoom)
        group = np.unique(np.column_stack([column, row, numbers[owner]]), axis=0, return_inverse=True)
        order = np.argsort(group[1], kind="stable")
        members = np.split(owner[order], np.flatnonzero(np.diff(group[1][order])) + 1)
        kept = []
        for (at, down, number), mine in zip(group[0].tolist(), members, strict=True):
            square = Square(zoom, at, down)
            made = self._together(shapes[mine], square)
            if made is not None:
                kept.append((at, down, number, shapely.to_wkb(made)))
        if kept:
            columns, rows, classes, bodies = zip(*kept, strict=True)
            target = f"{self.table} (tile_zoom, tile_column, tile_row, number, geom)"
            zooms = np.full(len(columns), zoom)
            fixed = [(">i4", np.array(values)) for values in (zooms, columns, rows, classes)]
            copy_rows(self.tables.session, target, fixed, bodies)

    def _together(self, shapes: Geometries, square: Square) -> Any:
        if self.dimension != 2:
            return of_dimension(dissolved_lines(shapes, square), self.dimension, square)
        try:
            return of_dimension(dissolved_areas(shapes, square), 2, square)
        except Overlapping:
            image = np.zeros((SIDE, SIDE), np.uint16)
            paint_shapes(image, shapes, np.ones(len(shapes), np.int64), square)
            cells = cells_of(image, 1, square).get(1)
            return None if cells is None else on_lattice(cells, square)

    def index(self) -> None:
        """Make the parts ready to be read tile by tile."""
        self.tables.run(f"CREATE INDEX ON {self.table} (tile_zoom, tile_column, tile_row)")
        self.tables.run(f"ANALYZE {self.table}")

    def tiles(self, band: ZoomBand) -> list[tuple[int, int]]:
        """Columns and rows of the tiles of a band that hold something."""
        rows = self.tables.run(
            f"SELECT DISTINCT tile_column, tile_row FROM {self.table} WHERE tile_zoom = %(zoom)s ORDER BY 1, 2",
            {"zoom": band.max_zoom},
        )
        return [(int(row[0]), int(row[1])) for row in rows]

    def merged(self, square: Square) -> dict[int, Any]:
        """What each class covers in a tile, on its lattice."""
        rows = self.tables.run(
            f"SELECT number, geom FROM {self.table} WHERE tile_zoom = %(z)s AND tile_column = %(column)s "
            "AND tile_row = %(row)s ORDER BY number",
            {"z": square.zoom, "column": square.column, "row": square.row},
        )
        numbers = np.array([row[0] for row in rows])
        shapes = np.array(shapely.from_wkb([bytes(row[1]) for row in rows]), dtype=object)
        merged = {}
        for number in np.unique(numbers).tolist():
            mine = shapes[numbers == number]
            if len(mine) > 1:
                together = union(mine, most=None) if self.dimension == 2 else joined(shapely.get_parts(mine))
                mine = np.array([of_dimension(together, self.dimension, square)])
            if mine[0] is not None:
                merged[number] = mine[0]
        return merged
