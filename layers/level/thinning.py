"""From which zoom on a point is shown, so that a tile holds a bounded number and the important ones come first.

A layer's points are thinned a tile at a time, as many as fit into memory; of each tile only the few that are shown at
the smallest scales are held against those of the others. What comes out is what thinning all at once would give.
"""

from collections.abc import Iterable, Iterator

import numpy as np
import numpy.typing as npt

from layers.crs.mercator import WORLD
from layers.level.density import FINEST, Density, tile_keys
from layers.level.scratch import Scratch

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

AT_ONCE = 250_000
"""Points thinned at once, 32 bytes each and several times that while they are sorted."""
FID, X, Y, WEIGHT = range(4)


def first_zooms(points: Floats, zooms: int, cells: int, least: int = 0) -> Integers:
    """Return the zoom from which each point is shown: the smallest, from ``least`` on, at which it leads its cell.

    ``points`` (n, 4) are number, x, y (EPSG:3857) and weight. Every tile of zooms ``least`` … ``zooms`` - 1 is divided
    into ``cells`` x ``cells``; a cell shows its heaviest point, of equals one drawn by lot, always the same. A point
    that leads a cell leads the smaller one around it at the next zoom too, so nothing shown vanishes on zooming in.
    Points that never lead get ``zooms``.
    """
    first = np.full(len(points), zooms, np.int64)
    leaders = _heaviest_first(points)  # leaders are the first of their cells
    for zoom in range(zooms - 1, least - 1, -1):
        column, row = _cells(points[leaders], zoom, cells)
        _, index = np.unique(column << 32 | row, return_index=True)
        leaders = leaders[np.sort(index)]
        first[leaders] = zoom
    return first


def shared_zooms(points: Floats, zooms: range, cells: int, most: int) -> Integers:
    """Return the zoom from which each point is shown where tiles show all of theirs, unless they hold more than
    ``most``: there all occupied cells have the same share of so many, one point at least, the heaviest.

    ``points`` are all those of some tiles of the zoom before. Points that none of ``zooms`` shows get their end.
    """
    left = _heaviest_first(points)
    first = np.full(len(points), zooms.stop, np.int64)
    for zoom in zooms:
        column, row = _cells(points[left], zoom, cells)
        _, tile, held = np.unique(column // cells << 32 | row // cells, return_inverse=True, return_counts=True)
        crowded = held[tile] > most
        first[left[~crowded]] = np.minimum(first[left[~crowded]], zoom)
        left, tile, cell = left[crowded], tile[crowded], (column << 32 | row)[crowded]
        if not len(left):
            break
        _, one, cell = np.unique(cell, return_index=True, return_inverse=True)
        occupied = np.bincount(tile[one], minlength=len(held))
        share = np.maximum(most // np.maximum(occupied, 1), 1)
        shown = left[_rank(cell) < share[tile]]
        first[shown] = np.minimum(first[shown], zoom)
    return first


def _rank(group: Integers) -> Integers:
    """How many of its group stand before each."""
    order = np.argsort(group, kind="stable")
    counts = np.bincount(group)
    rank = np.empty(len(group), np.int64)
    rank[order] = np.arange(len(group)) - np.repeat(np.cumsum(counts) - counts, counts)
    return rank


def _heaviest_first(points: Floats) -> Integers:
    heavy = np.nan_to_num(points[:, WEIGHT], nan=-np.inf, neginf=-np.inf)
    return np.lexsort((_lot(points[:, FID]), -heavy))


def _cells(points: Floats, zoom: int, cells: int) -> tuple[Integers, Integers]:
    """Column and row of the cell of each, where tiles of a zoom are divided into ``cells`` x ``cells``."""
    side = WORLD / 2.0**zoom / cells
    column = np.floor((points[:, X] + WORLD / 2) / side).astype(np.int64)
    return column, np.floor((WORLD / 2 - points[:, Y]) / side).astype(np.int64)


def _lot(number: Floats) -> "npt.NDArray[np.uint64]":
    """Mix numbers to 64 bits, each to another (SplitMix64)."""
    with np.errstate(over="ignore"):
        mixed = number.astype(np.int64).astype(np.uint64) + np.uint64(0x9E3779B97F4A7C15)
        mixed = (mixed ^ mixed >> np.uint64(30)) * np.uint64(0xBF58476D1CE4E5B9)
        mixed = (mixed ^ mixed >> np.uint64(27)) * np.uint64(0x94D049BB133111EB)
        lot: npt.NDArray[np.uint64] = mixed ^ mixed >> np.uint64(31)
    return lot


def thinned(
    batches: Iterable[Floats], density: Density, zooms: int, cells: int, at_once: int = AT_ONCE
) -> Iterator[tuple[Floats, Integers]]:
    """Yield all points (as ``first_zooms`` takes them) and their first zooms, in parts; ``density`` is theirs.

    ``cells`` is a power of two.
    """
    deeper = cells.bit_length() - 1  # a tile is a cell of the zoom so much smaller
    tiles = list(_quartered(density, zooms - 1 + deeper, at_once))
    least = max(0, *(zoom - deeper for zoom, _ in tiles))
    leading = [np.zeros((0, 4))]
    for points in _parts(batches, tiles):
        first = first_zooms(points, zooms, cells, least)
        leads = first == least
        leading.append(points[leads])
        yield points[~leads], first[~leads]
    leaders = np.concatenate(leading)
    yield leaders, first_zooms(leaders, least, cells)


def by_tiles(batches: Iterable[Floats], density: Density, at_once: int = AT_ONCE) -> Iterator[Floats]:
    """Yield all points (as ``first_zooms`` takes them) in parts, all those of some tiles that ``density`` counts."""
    return _parts(batches, list(_quartered(density, FINEST, at_once)))


def _parts(batches: Iterable[Floats], tiles: list[tuple[int, int]]) -> Iterator[Floats]:
    waiting = _Sorted(np.array([high for _, high in tiles], np.int64))
    for batch in batches:
        waiting.add(batch)
    return waiting.parts()


def _quartered(density: Density, deepest: int, most: int) -> Iterator[tuple[int, int]]:
    """Yield zoom and the key after the last of tiles that fill the world, quartered where many features lie."""
    features = np.append(0, np.cumsum(density.features))
    waiting = [(0, 0)]
    while waiting:
        zoom, number = waiting.pop()
        step = 2 * (FINEST - zoom)
        first, last = np.searchsorted(density.key, (number << step, (number + 1) << step)).tolist()
        if features[last] - features[first] <= most or zoom >= min(deepest, FINEST):
            yield zoom, (number + 1) << step
        else:
            waiting += [(zoom + 1, 4 * number + quarter) for quarter in (3, 2, 1, 0)]


class _Sorted:
    """Points set aside in a file by the tiles they lie in, which end before the keys ``ends``."""

    def __init__(self, ends: Integers) -> None:
        self._ends, self._scratch = ends, Scratch()
        self._runs: list[list[tuple[int, int]]] = [[] for _ in ends]

    def add(self, points: Floats) -> None:
        """Add points, in rows as they are."""
        tile = np.searchsorted(self._ends, tile_keys(points[:, [X, Y]]), side="right")
        order = np.argsort(tile, kind="stable")
        begins = np.flatnonzero(np.diff(tile[order], prepend=-1))
        for begin, end in zip(begins.tolist(), [*begins[1:].tolist(), len(order)], strict=True):
            run = np.ascontiguousarray(points[order[begin:end]])
            self._runs[tile[order[begin]]].append((self._scratch.append(run), run.nbytes))

    def parts(self) -> Iterator[Floats]:
        """Read the points of each tile that has any."""
        for runs in self._runs:
            if runs:
                body = b"".join(self._scratch.read(at, size) for at, size in runs)
                yield np.frombuffer(body, np.float64).reshape(-1, 4)


def label_zooms(points: Floats, first: Integers, zooms: int, readable: float) -> Integers:
    """Return the zoom from which each area's name is shown.

    That is where the area (its weight: the side of its box, metres) is ``readable`` pixels wide in a tile of 512
    pixels, or where it is the largest in its cell (``first``): names of large areas crowd nothing, and a lonely small
    one is named early.
    """
    size = np.maximum(points[:, WEIGHT], 1e-9)
    wide = np.ceil(np.log2(np.maximum(readable * WORLD / 512 / size, 1.0))).astype(np.int64)
    return np.minimum(np.minimum(wide, zooms), first)
