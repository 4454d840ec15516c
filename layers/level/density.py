"""How heavily a feature table lies on the ground: features and vertices in the fullest tile of every zoom.

Features are counted by the finest tile as they come; coarser zooms are sums of four. All that decides how a layer is
generalised is read from here, so that a tile reads a bounded number of rows and vertices whatever the layer's size.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from layers.crs.mercator import WORLD

Integers = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

FINEST = 16
"""Zoom of the finest tiles counted."""
LARGE = 256
"""Vertices from which a feature's are counted one by one."""
AT_ONCE = 250_000
"""Vertices counted at once."""
MOST_APART = 64
"""Batches counted before they are summed up."""


class Load(NamedTuple):
    """What a tile holds; ``features`` with the holes of large ones, each of which is to be drawn like one; ``length``
    is that of lines and boundaries, in EPSG:3857 metres."""

    features: int
    vertices: int
    length: float


@dataclass(frozen=True)
class Density:
    """Counts of the tiles of zoom 16: features by the middle of their box, vertices and holes of large ones where they
    lie; what was taken apart counts part by part.

    ``key`` numbers the tiles along the curve that fills one quarter first, ascending. ``rows`` of the table were
    counted. ``dimension`` is that of most features: 0 points, 1 lines, 2 areas; ``mixed`` says that others are of
    another.
    """

    key: Integers
    features: Integers
    vertices: Integers
    length: Floats
    holes: Integers
    rows: int
    dimension: int
    mixed: bool = False

    @property
    def total(self) -> int:
        """How many features the whole layer holds."""
        return int(self.features.sum())

    @property
    def whole(self) -> int:
        """The features of the load of a tile that holds all."""
        return self.total + int(self.holes.sum())

    def heaviest(self, zoom: int) -> Load:
        """The most features, vertices and length that a tile of a zoom holds (not always the same tile)."""
        _, place = np.unique(self.key >> 2 * (FINEST - zoom), return_inverse=True)
        drawn = self.features + self.holes
        most = [np.bincount(place, weights=each).max(initial=0.0) for each in (drawn, self.vertices, self.length)]
        return Load(int(most[0]), int(most[1]), float(most[2]))


class Counting:
    """Counts a layer's features as they come; of large ones vertices are counted where they lie, with their length."""

    def __init__(self) -> None:
        self._found: list[Floats] = []
        self._rows = 0
        self._of_dimension = np.zeros(3, np.int64)

    def add(
        self, boxes: Floats, coordinates: Floats, counts: Integers, lengths: Floats, dimension: Integers,
        holes: Floats | None = None, rows: int | None = None,
    ) -> Integers:  # fmt: skip
        """Count features by their boxes, vertices (in order, ``counts`` of each), length and dimension (EPSG:3857);
        ``holes`` are places (n, 2) of those of large ones; so many ``rows`` they come from, if not one each.

        Returns the key of the tile that holds the middle of each.
        """
        keys = tile_keys((boxes[:, :2] + boxes[:, 2:]) / 2)
        large = counts > LARGE
        small = ~large
        self._of_dimension += np.bincount(dimension, minlength=3)
        found = [np.column_stack([keys, np.ones(len(keys)), counts * small, lengths * small, np.zeros(len(keys))])]
        if holes is not None and len(holes):
            counted = np.zeros((len(holes), 5))
            counted[:, 0], counted[:, 4] = tile_keys(holes), 1
            found.append(_summed(counted))
        if large.any():
            ends = np.cumsum(counts)
            for row in np.flatnonzero(large).tolist():
                own = coordinates[ends[row] - counts[row] : ends[row]]
                found += _vertex_by_vertex(own, float(lengths[row] / counts[row]))
        self._rows += len(keys) if rows is None else rows
        self._found.append(_summed(np.concatenate(found)))
        if len(self._found) > MOST_APART:
            self._found = [_summed(np.concatenate(self._found))]
        return keys

    def density(self) -> Density:
        """Return the counts so far."""
        sums = _summed(np.concatenate([np.zeros((0, 5)), *self._found]))
        key, features, vertices = sums[:, :3].astype(np.int64).T
        mixed = int(np.count_nonzero(self._of_dimension)) > 1
        holes = sums[:, 4].astype(np.int64)
        return Density(key, features, vertices, sums[:, 3], holes, self._rows, int(self._of_dimension.argmax()), mixed)


def _vertex_by_vertex(coordinates: Floats, length: float) -> Iterator[Floats]:
    """Count vertices where they lie, each with a length, some at a time."""
    for at in range(0, len(coordinates), AT_ONCE):
        key, count = np.unique(tile_keys(coordinates[at : at + AT_ONCE]), return_counts=True)
        yield np.column_stack([key, np.zeros(len(key)), count, length * count, np.zeros(len(key))])


def _summed(rows: Floats) -> Floats:
    """Sum up the rows of each key, in the order of the keys."""
    rows = rows[np.argsort(rows[:, 0], kind="stable")]
    begins = np.flatnonzero(np.diff(rows[:, 0], prepend=-1))
    summed = np.add.reduceat(rows, begins) if len(begins) else rows
    summed[:, 0] = rows[begins, 0]
    return summed


def tile_keys(points: Floats) -> Integers:
    """Number the tiles of zoom 16 that hold points (n, 2) along the curve that fills one quarter first."""
    side = WORLD / 2**FINEST
    column = np.clip(np.floor((WORLD / 2 + points[:, 0]) / side).astype(np.int64), 0, 2**FINEST - 1)
    row = np.clip(np.floor((WORLD / 2 - points[:, 1]) / side).astype(np.int64), 0, 2**FINEST - 1)
    return key_of(column, row)


def key_of(column: Integers, row: Integers) -> Integers:
    """Keys of tiles by their columns and rows."""
    return _spread(column) | _spread(row) << 1


def tile_of(keys: Integers) -> tuple[Integers, Integers]:
    """Columns and rows of tiles by their keys."""
    return _gathered(keys), _gathered(keys >> 1)


def _gathered(number: Integers) -> Integers:
    """Take every second bit of numbers of 32, what ``_spread`` puts apart."""
    number = number & 0x55555555
    for shift, mask in ((1, 0x33333333), (2, 0x0F0F0F0F), (4, 0x00FF00FF), (8, 0x0000FFFF)):
        number = (number | number >> shift) & mask
    return number


def _spread(number: Integers) -> Integers:
    """Put a zero before every bit of numbers of 16."""
    for shift, mask in ((8, 0x00FF00FF), (4, 0x0F0F0F0F), (2, 0x33333333), (1, 0x55555555)):
        number = (number | number << shift) & mask
    return number
