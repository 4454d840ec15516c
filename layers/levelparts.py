"""What each class covers in each tile, gathered block by block while a layer is read once."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from layers.cells import Classes
from layers.copying import Fixed, copy_rows
from layers.dissolving import (
    Overlapping,
    dissolved_areas,
    dissolved_lines,
    joined,
    of_dimension,
    touched_tiles,
    union,
)
from layers.generalise import Drawn
from layers.levelplan import ZoomBand
from layers.leveltables import LevelTables
from layers.shapes import Block
from layers.square import Square
from layers.tables import quote_column
from layers.tilepictures import DrawnPictures, laid_together

Geometries = npt.NDArray[np.object_]
Numbers = npt.NDArray[np.int64]

PAINTED = b""
"""Stands for areas that overlap too much to be dissolved or are too heavy then: their tile is shown by its picture."""


@dataclass(frozen=True)
class DrawnClasses:
    """What each class of a block's own features covers in each tile of a band (one zoom), as WKB."""

    band: ZoomBand
    column: Numbers
    row: Numbers
    number: Numbers
    bodies: Sequence[bytes]

    @classmethod
    def of(cls, band: ZoomBand, block: Block, drawn: Drawn, dimension: int, painted: set[Square]) -> "DrawnClasses":
        """Dissolve a block's shapes of the layer's dimension by class and tile.

        ``painted`` are the tiles where areas were found to overlap too much, so that no others need be dissolved there.
        """
        wanted = block.own & drawn.there
        shapes, numbers = drawn.geometries(wanted), block.number[wanted]
        owner, column, row = touched_tiles(shapely.bounds(shapes), band.max_zoom)
        groups, group = np.unique(np.column_stack([column, row, numbers[owner]]), axis=0, return_inverse=True)
        order = np.argsort(group, kind="stable")
        members = np.split(owner[order], np.flatnonzero(np.diff(group[order])) + 1)
        kept, bodies = [], []
        for place, mine in enumerate(members if len(owner) else ()):
            square = Square(band.max_zoom, int(groups[place, 0]), int(groups[place, 1]))
            body = None if square in painted else _dissolved(shapes[mine], dimension, square)
            if body == PAINTED:
                painted.add(square)
            if body is not None:
                kept.append(place)
                bodies.append(body)
        return cls(band, groups[kept, 0], groups[kept, 1], groups[kept, 2], bodies)


def _dissolved(shapes: Geometries, dimension: int, square: Square) -> bytes | None:
    """What shapes of one class cover in a tile, as WKB; None for nothing."""
    try:
        made = dissolved_areas(shapes, square) if dimension == 2 else dissolved_lines(shapes, square)
    except Overlapping:
        return PAINTED
    parts = of_dimension(made, dimension, square)
    return None if parts is None else bytes(shapely.to_wkb(parts))


class TileParts:
    """What each class covers in each tile, block by block, in temporary tables: shapes, and of areas pictures.

    ``bands`` are those whose tiles are dissolved. Where all are cells, the finest is painted too.
    """

    def __init__(self, tables: LevelTables, bands: Sequence[ZoomBand], dimension: int) -> None:
        self.tables, self.dimension = tables, dimension
        self.cells = [band for band in bands if band.method == "cells"]
        self.dissolved = [band for band in bands if band.method == "dissolve"]
        self.made_of = self.dissolved or self.cells[:1]
        self.painted: set[Square] = set()
        name = tables.table.rpartition(".")[2]
        self.shapes, self.pictures = quote_column(f"{name}_parts"), quote_column(f"{name}_pictures")
        for table, column in ((self.shapes, "number int"), (self.pictures, "broad boolean")):
            tables.run(f"CREATE TEMPORARY TABLE {table} (tile_zoom int, tile_column int, tile_row int, {column}, "
                       "body bytea)")  # fmt: skip
            tables.run(f"ALTER TABLE {table} ALTER body SET STORAGE EXTERNAL")

    def draw(self, band: ZoomBand, block: Block, drawn: Drawn) -> "list[DrawnClasses | DrawnPictures]":
        """Dissolve and paint a block for one of the bands of ``made_of``."""
        made: list[DrawnClasses | DrawnPictures] = []
        if band.method == "dissolve":
            made.append(DrawnClasses.of(band, block, drawn, self.dimension, self.painted))
        if self.dimension == 2:
            made.append(DrawnPictures.of(band, block, drawn))
        return made

    def add(self, drawn: DrawnClasses | DrawnPictures) -> None:
        """Keep a block's."""
        zooms = np.full(len(drawn.row), drawn.band.max_zoom)
        key: list[Fixed] = [(">i4", values) for values in (zooms, drawn.column, drawn.row)]
        if isinstance(drawn, DrawnPictures):
            target, key = f"{self.pictures} (tile_zoom, tile_column, tile_row, broad, body)", [*key, ("?", drawn.broad)]
        else:
            target, key = (
                f"{self.shapes} (tile_zoom, tile_column, tile_row, number, body)",
                [*key, (">i4", drawn.number)],
            )
        copy_rows(self.tables.session, target, key, drawn.bodies)

    def index(self) -> None:
        """Make the parts ready to be read tile by tile."""
        for table in (self.shapes, self.pictures):
            self.tables.run(f"CREATE INDEX ON {table} (tile_zoom, tile_column, tile_row)")
            self.tables.run(f"ANALYZE {table}")

    def drop(self) -> None:
        """Let go of the parts."""
        self.tables.run(f"DROP TABLE {self.shapes}, {self.pictures}")

    def read(self, band: ZoomBand) -> Iterator["KeptTile"]:
        """Read the tiles of a band that hold something, one by one, along the curve that fills one quarter first."""
        zoom = band.max_zoom
        found = self.tables.run(
            f"SELECT tile_column, tile_row FROM {self.shapes} WHERE tile_zoom = %(zoom)s "
            f"UNION SELECT tile_column, tile_row FROM {self.pictures} WHERE tile_zoom = %(zoom)s",
            {"zoom": zoom},
        )
        squares = sorted((Square(zoom, int(row[0]), int(row[1])) for row in found), key=lambda square: square.quadkey)
        for square in squares:
            shapes = self._of(square, f"number, body FROM {self.shapes}", "number")
            pictures = self._of(square, f"broad, body FROM {self.pictures}", "broad DESC")
            yield KeptTile(
                square, self.dimension, [int(row[0]) for row in shapes], [bytes(row[1]) for row in shapes],
                [bytes(row[1]) for row in pictures],
            )  # fmt: skip

    def _of(self, square: Square, what: str, order: str) -> list[Any]:
        return self.tables.run(
            f"SELECT {what} WHERE tile_zoom = %(zoom)s AND tile_column = %(column)s AND tile_row = %(row)s "
            f"ORDER BY {order}",
            {"zoom": square.zoom, "column": square.column, "row": square.row},
        )


@dataclass(frozen=True)
class KeptTile:
    """What the blocks of a layer left of one tile: numbers of classes and WKB, and parts of its picture."""

    square: Square
    dimension: int
    numbers: Sequence[int]
    bodies: Sequence[bytes]
    pictures: Sequence[bytes]

    def picture(self) -> Classes:
        """The tile's picture; classes are painted one higher, 0 is "nothing"."""
        return laid_together(self.pictures)

    @property
    def painted(self) -> bool:
        """Whether the tile is shown by its picture."""
        return PAINTED in self.bodies

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
