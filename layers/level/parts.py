"""What each class covers in each tile, gathered block by block while a layer is read once."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import shapely

from layers.level.cells import Classes
from layers.level.clipping import in_tiles, mended
from layers.level.dissolving import (
    BYTES_A_VERTEX,
    Overlapping,
    dissolved_areas,
    dissolved_lines,
    joined,
    of_dimension,
    touched_tiles,
    union,
)
from layers.level.generalise import Drawn
from layers.level.plan import LARGE_FEATURE, TILE_BYTES, ZoomBand
from layers.level.scratch import Scratch
from layers.level.shapes import Block
from layers.level.square import Square
from layers.level.tile_pictures import DrawnPictures, laid_together

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
        rows = np.flatnonzero(block.own & drawn.there)
        owner, column, row = touched_tiles(drawn.boxes()[rows], band.max_zoom)
        groups, group = np.unique(column << 40 | row << 20 | block.number[rows][owner], return_inverse=True)
        order = np.argsort(group, kind="stable")
        members = np.split(owner[order], np.flatnonzero(np.diff(group[order])) + 1)
        squares = [Square(band.max_zoom, *_tile(key)) for key in groups.tolist()]
        wanted = np.zeros(len(block.own), bool)
        wanted[rows[owner[np.array([square not in painted for square in squares], bool)[group]]]] = True
        shapes = np.full(len(block.own), None, dtype=object)
        shapes[wanted] = drawn.geometries(wanted)
        cut = _cut(shapes, band.max_zoom)
        kept, bodies = [], []
        for place, (square, mine) in enumerate(zip(squares, members if len(owner) else (), strict=True)):
            body = None if square in painted else _dissolved(shapes, rows[mine], cut, dimension, square)
            if body == PAINTED:
                painted.add(square)
            if body is not None:
                kept.append(place)
                bodies.append(body)
        found = groups[kept]
        return cls(band, *_tile(found), found & 0xFFFFF, bodies)


def _tile(group: Any) -> tuple[Any, Any]:
    """Column and row of a tile out of its number with a class."""
    return group >> 40, group >> 20 & 0xFFFFF


_Cut = dict[Square, dict[int, Any]]


def _cut(shapes: Geometries, zoom: int) -> _Cut:
    """Take shapes of many vertices out; returns what lies of each, by its row, in the tiles of a zoom: where it was
    left whole, every tile would look at all of its vertices."""
    large = np.flatnonzero(shapely.get_num_coordinates(shapes) > LARGE_FEATURE)
    found = {
        square: dict(zip(large[index].tolist(), parts, strict=True))
        for square, index, parts in in_tiles(shapes[large], zoom)
    }
    shapes[large] = None
    return found


def _dissolved(shapes: Geometries, rows: Numbers, cut: _Cut, dimension: int, square: Square) -> bytes | None:
    """What shapes of one class, by their rows, cover in a tile, as WKB; None for nothing."""
    there = cut.get(square, {})
    large = np.array([there[row] for row in rows.tolist() if row in there], dtype=object)
    small = shapes[rows[~shapely.is_missing(shapes[rows])]]
    try:
        if dimension == 1:
            made = dissolved_lines(np.concatenate([small, large]), square)
        elif not len(large):
            made = dissolved_areas(small, square)
        elif BYTES_A_VERTEX * shapely.get_num_coordinates(large).sum() > TILE_BYTES:
            return PAINTED
        else:
            made = union(shapely.get_parts([*mended(large), dissolved_areas(small, square)]))
    except Overlapping:
        return PAINTED
    parts = of_dimension(made, dimension, square)
    return None if parts is None else bytes(shapely.to_wkb(parts))


class TileParts:
    """What each class covers in each tile, block by block, in a temporary file: shapes, and of areas pictures.

    ``bands`` are those whose tiles are dissolved. Where all are cells, the finest is painted too.
    """

    def __init__(self, bands: Sequence[ZoomBand], dimension: int) -> None:
        self.dimension = dimension
        self.cells = [band for band in bands if band.method == "cells"]
        self.dissolved = [band for band in bands if band.method == "dissolve"]
        self.made_of = self.dissolved or self.cells[:1]
        self.painted: set[Square] = set()
        self._scratch = Scratch()
        self._shapes: dict[Square, list[_Place]] = defaultdict(list)
        self._pictures: dict[Square, list[_Place]] = defaultdict(list)

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
        if isinstance(drawn, DrawnPictures):
            places, ranks = self._pictures, (~drawn.broad).tolist()
        else:
            places, ranks = self._shapes, drawn.number.tolist()
        at = self._scratch.append(b"".join(drawn.bodies))
        for column, row, rank, body in zip(drawn.column.tolist(), drawn.row.tolist(), ranks, drawn.bodies, strict=True):
            places[Square(drawn.band.max_zoom, column, row)].append(_Place(rank, at, len(body)))
            at += len(body)

    def read(self, band: ZoomBand) -> Iterator["KeptTile"]:
        """Read the tiles of a band that hold something, one by one, along the curve that fills one quarter first."""
        found = {square for square in (*self._shapes, *self._pictures) if square.zoom == band.max_zoom}
        for square in sorted(found, key=lambda square: square.quadkey):
            shapes, pictures = self._shapes.pop(square, []), self._pictures.pop(square, [])
            yield KeptTile(
                square, self.dimension, [place.rank for place in sorted(shapes)], self._bodies(shapes),
                self._bodies(pictures),
            )  # fmt: skip

    def _bodies(self, places: list["_Place"]) -> list[bytes]:
        return [self._scratch.read(place.at, place.size) for place in sorted(places)]


class _Place(NamedTuple):
    """Where a part lies in the file; parts of a tile are taken in the order of their rank, then as they came."""

    rank: int
    at: int
    size: int


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
        merged = {}
        for number in np.unique(numbers).tolist():
            mine = [self.bodies[place] for place in np.flatnonzero(numbers == number).tolist()]
            made = self._together(mine) if len(mine) > 1 else shapely.from_wkb(mine[0])
            if made is not None:
                merged[number] = made
        return merged

    def _together(self, bodies: Sequence[bytes]) -> Any:
        """Join the parts of several blocks: of areas only those that meet one of another block."""
        parts, block = shapely.get_parts(shapely.from_wkb(bodies), return_index=True)
        if self.dimension != 2:
            lines = joined(parts)
            del parts  # as heavy in memory as what was made of them
            return of_dimension(lines, self.dimension, self.square)
        one, other = shapely.STRtree(parts).query(parts)
        meets = np.zeros(len(parts), bool)
        meets[one[block[one] != block[other]]] = True
        made = of_dimension(union(parts[meets]), 2, self.square) if meets.any() else None
        whole = np.concatenate([parts[~meets], shapely.get_parts(made)] if made is not None else [parts[~meets]])
        return shapely.multipolygons(whole) if len(whole) else None
