"""What small scales show of a large layer until its levels are made: the commonest class on squares of the ground.

While rows are written each feature is counted in the tiles of zoom 16 that it lies in (some 500 m of ground here).
Those counts are a picture already: it costs no second look at the shapes, and a tile drawn of it weighs no more than
one of a level. Zooms whose tiles hold few enough features are not sketched: they are read from the feature table.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from sqlalchemy.orm import Session

from layers.layer import Column, Level
from layers.level.cells import Classes, halve
from layers.level.class_tally import ClassTally
from layers.level.density import FINEST, Counting, Density, key_of, tile_keys, tile_of
from layers.level.dissolving import touched_tiles
from layers.level.pictures import blank
from layers.level.plan import PLAIN_FEATURES, pixel
from layers.level.spool import Bytes, Floats, Geometries, Integers, boxes_of
from layers.level.square import Square
from layers.level.tile_rows import Row, TileRows
from layers.level.tiles import CELLS, drawn_cells, quarter

MOST_VERTICES = 150_000
"""Vertices of a tile that may be read from the feature table: some 350 kB of shapes, and …"""
MOST_FEATURES = PLAIN_FEATURES
"""… features."""
BASE = FINEST - 9
"""The zoom of whose tiles a tile of the finest zoom is one pixel."""
WIDE = 256
"""Tiles that a feature is counted in; a wider one is counted where its vertices lie."""
MOST_APART = 64
"""Batches counted before they are summed up."""


class Sketch:
    """Counts shapes as a spool does (``layers.level.spool``), and keeps none of them."""

    def __init__(self, class_column: Column | None = None) -> None:
        self.class_column = class_column
        self.counting = Counting()
        self._classes = ClassTally()
        self._found: list[Integers] = []

    def add(
        self, fid: Integers, geometries: Geometries, coordinates: Floats, body: Callable[[int], Bytes],
        classes: Sequence[str | None] | None,
    ) -> Floats:  # fmt: skip
        """Count features; as ``Spool.add``."""
        counts = shapely.get_num_coordinates(geometries).astype(np.int64)
        boxes, rows = boxes_of(coordinates, counts)
        if not len(rows):
            return boxes
        numbers = self._classes.add([classes[row] for row in rows.tolist()]) if classes else np.zeros(len(rows), int)
        counts, own = counts[rows], boxes[rows]
        dimension = shapely.get_dimensions(geometries[rows]).astype(np.int64)
        keys = self.counting.add(own, coordinates, counts, np.zeros(len(rows)), dimension)
        owner, keys = _lain_in(own, keys, coordinates, counts)
        self._found.append(_summed(np.column_stack([keys, numbers[owner], np.ones(len(owner), np.int64)])))
        if len(self._found) > MOST_APART:
            self._found = [_summed(np.concatenate(self._found))]
        return boxes

    def density(self) -> Density:
        """How heavily the layer lies on the ground."""
        return self.counting.density()

    def draw(self, table: str) -> "DrawnSketch | None":
        """Draw the sketch of a feature table; needs no connection. None when all zooms may be read from the table."""
        finest = _finest(self.density())
        if finest is None:
            return None
        rows = TileRows(f"{table}_sketch")
        rows.add(_Drawing(*self._commonest(), finest).rows())
        numbers = self._classes.numbers()
        return DrawnSketch(rows, finest, self.class_column if numbers else None, numbers)

    def _commonest(self) -> tuple[Integers, Classes]:
        """The tiles of the finest zoom that hold something, by key, and one more than the number of the class most met
        there."""
        key, number, count = _summed(np.concatenate(self._found)).T
        order = np.lexsort((count, key))
        last = np.flatnonzero(np.diff(key[order], append=-1))
        number = self._classes.renumbering()[number] if self._classes.numbers() else np.zeros(len(number), np.int64)
        return key[order][last], (number[order][last] + 1).astype(np.uint16)


@dataclass(frozen=True)
class DrawnSketch:
    """The rows of a sketch, its largest zoom, its classes."""

    rows: TileRows
    finest: int
    class_column: Column | None
    numbers: Mapping[str, int]

    def write(self, session: Session) -> Level:
        """Write its table."""
        self.rows.write(session, self.class_column, self.numbers)
        kept = (self.class_column.name,) if self.class_column else ()
        return Level(self.rows.name, 0, self.finest, kept, pixel(BASE), "tiles")


def _lain_in(boxes: Floats, keys: Integers, coordinates: Floats, counts: Integers) -> tuple[Integers, Integers]:
    """Index of a feature and key of a tile for every tile of the finest zoom that a feature is counted in.

    One smaller than a tile is counted where its middle lies, as on paper it would be drawn once.
    """
    side = Square(FINEST, 0, 0).side
    across = np.ceil((boxes[:, 2:] - boxes[:, :2]) / side).prod(axis=1)
    small, wide = np.flatnonzero(across <= 1), across > WIDE
    some = np.flatnonzero((across > 1) & ~wide)
    index, column, row = touched_tiles(boxes[some], FINEST, 0)
    owners, found = [small, some[index]], [keys[small], key_of(column, row)]
    if wide.any():
        vertex = np.repeat(np.arange(len(counts)), counts)
        owners.append(vertex[wide[vertex]])
        found.append(tile_keys(coordinates[wide[vertex]]))
    return np.concatenate(owners), np.concatenate(found)


def _summed(rows: Integers) -> Integers:
    """Sum up the counts of each key and number."""
    rows = rows[np.lexsort((rows[:, 1], rows[:, 0]))]
    begins = np.flatnonzero(np.diff(rows[:, 0] << 16 | rows[:, 1], prepend=-1))
    summed = rows[begins]
    if len(begins):
        summed[:, 2] = np.add.reduceat(rows[:, 2], begins)
    return summed


def _finest(density: Density) -> int | None:
    """The largest zoom whose fullest tile is too heavy to be read from the feature table."""
    for zoom in range(FINEST, -1, -1):
        load = density.heaviest(zoom)
        if load.features > MOST_FEATURES or load.vertices > MOST_VERTICES:
            return zoom
    return None


def _coarseness(zoom: int) -> int:
    """How many pixels of a tile the squares of its picture are wide."""
    return 1 << max(zoom - BASE, 0)


def _sides(zoom: int) -> tuple[int, ...]:
    """Sides of the cells that a tile may be drawn in: whole numbers of the squares its picture consists of."""
    square = _coarseness(zoom)
    return tuple(side for side in CELLS if side % square == 0) or (square,)


class _Drawing:
    """Tiles drawn of the commonest classes (one higher, 0 is nothing) of tiles of the finest zoom, by key ascending."""

    def __init__(self, key: Integers, commonest: Classes, finest: int) -> None:
        self.key, self.commonest, self.finest = key, commonest, finest
        self.column, self.row = tile_of(key)

    def rows(self) -> Iterator[Row]:
        """Make them, each after those below it."""
        for made in self._below(Square(0, 0, 0), 0):
            if isinstance(made, tuple):
                yield made

    def _below(self, square: Square, number: int) -> Iterator[Row | Classes]:
        """Yield the rows of a tile, by its number along the curve, and of all below it, and last its picture."""
        step = 2 * (FINEST - square.zoom)
        begin, end = np.searchsorted(self.key, (number << step, (number + 1) << step)).tolist()
        if begin == end:
            return
        image = blank() if square.zoom < BASE else self._picture(square, begin, end)
        for place, child in enumerate(square.children if square.zoom < max(BASE, self.finest) else ()):
            for made in self._below(child, 4 * number + place):
                if isinstance(made, tuple):
                    yield made
                elif square.zoom < BASE:
                    image[quarter(place)] = halve(made)
        if square.zoom <= self.finest:
            yield from drawn_cells(square, image, _sides(square.zoom), _coarseness(square.zoom))[0]
        yield image

    def _picture(self, square: Square, begin: int, end: int) -> Classes:
        side = 1 << (FINEST - square.zoom)
        cells = np.zeros((side, side), np.uint16)
        at = self.row[begin:end] - square.row * side, self.column[begin:end] - square.column * side
        cells[at] = self.commonest[begin:end]
        return cells
