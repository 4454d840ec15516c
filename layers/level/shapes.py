"""A layer's shapes in blocks that fit into memory, each with the neighbours that share its boundaries."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from layers.crs.mercator import WORLD
from layers.level.areas import Areas
from layers.level.density import FINEST, Density
from layers.level.spool import Records, Spool

Geometries = npt.NDArray[np.object_]
Integers = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

BLOCK_VERTICES = 100_000
"""Vertices read at once: about 25 MB with all that is derived from them, and a few blocks are worked on at a time."""
STRETCH = 16
"""Segments of an outline in one line, when what it touches is looked for."""
MOST_STRETCHES = 20_000


@dataclass(frozen=True)
class Block:
    """Shapes of a block: feature id, class number, shape (EPSG:3857); neighbours are there but not ``own``.

    Areas are arrays; ``others`` are geometries, None in the place of areas.
    """

    fid: Integers
    number: Integers
    own: Flags
    areas: Areas
    others: Geometries


@dataclass(frozen=True)
class _Part:
    """A tile that makes a block: its side, its first record and the one after its last.

    ``reach`` is the box (1, 4) around its features but those wider than itself; (0, 4) where there are only such.
    """

    side: float
    start: int
    end: int
    reach: Floats


def read_blocks(spool: Spool) -> Iterator[Block]:
    """Yield every feature of a spool once as its block's own.

    Features lie in the block that holds the middle of their box. The neighbours of a block are those that touch the box
    around its own features, so that every boundary is seen with all who share it; of features wider than the block
    those that touch their outline.
    """
    tiles = list(_quartered(spool.density()))
    parts, broad = _sorted(spool, tiles)
    numbers = spool.renumbering()
    for part in parts:
        own = spool.records(part.start, part.end)
        found = [own, *(_neighbours(spool, part, own, parts, broad) if len(parts) > 1 else ())]
        records = np.concatenate(found)
        order = np.argsort(~records["simple"], kind="stable")
        is_own = np.arange(len(records)) < len(own)
        yield Block(  # whose shapes, which may be large, are not held here while the next are read
            records["fid"][order], numbers[records["number"][order]], is_own[order], *spool.shapes(records[order])
        )


def _quartered(density: Density) -> Iterator[tuple[int, int, int]]:
    """Yield zoom, first key and the key after the last of tiles, quartered until each holds few enough vertices."""
    vertices = np.append(0, np.cumsum(density.vertices))
    features = np.append(0, np.cumsum(density.features))
    waiting = [(0, 0)]
    while waiting:
        zoom, number = waiting.pop()
        step = 2 * (FINEST - zoom)
        low, high = number << step, (number + 1) << step
        first, last = np.searchsorted(density.key, (low, high)).tolist()
        if features[first] == features[last]:
            continue
        if vertices[last] - vertices[first] <= BLOCK_VERTICES or zoom == FINEST:
            yield zoom, low, high
        else:
            waiting += [(zoom + 1, 4 * number + quarter) for quarter in (3, 2, 1, 0)]


def _sorted(spool: Spool, tiles: list[tuple[int, int, int]]) -> tuple[list[_Part], Records]:
    """Sort a spool's records by block; returns the blocks, and the records of features wider than theirs."""
    density = spool.density()
    features = np.append(0, np.cumsum(density.features))
    keys = [high for _, _, high in tiles]
    ends = features[np.searchsorted(density.key, keys)].tolist()
    parts: list[_Part] = []
    broad = []
    for records in spool.sort(ends, keys):
        first = parts[-1].end if parts else 0
        while len(parts) < len(tiles) and ends[len(parts)] <= first + len(records):
            zoom = tiles[len(parts)][0]
            side, start, end = WORLD / 2.0**zoom, parts[-1].end if parts else 0, ends[len(parts)]
            mine = records[start - first : end - first]
            far = _wide(mine, side)
            broad.append(mine[far])
            parts.append(_Part(side, start, end, _around(mine["box"][~far])))
    return parts, np.concatenate(broad) if broad else spool.records(0, 0)


def _neighbours(spool: Spool, part: _Part, own: Records, parts: list[_Part], broad: Records) -> Iterator[Records]:
    """Yield the records of other blocks that touch a block's."""
    far = _wide(own, part.side)
    beside = [other for other in parts if len(other.reach) and other is not part]
    reaches = np.concatenate([np.zeros((0, 4)), *(other.reach for other in beside)])
    others = np.concatenate([reaches, broad["box"][~np.isin(broad["fid"], own["fid"])]])
    touched = own[far][_meet(own["box"][far], others)]
    vicinity = _Vicinity(_around(own["box"][~far]), shapely.STRtree(_outlines(spool, touched)))
    near = vicinity.met(reaches)
    for other in (beside[place] for place in np.flatnonzero(near).tolist()):
        records = spool.records(other.start, other.end)
        records = records[~_wide(records, other.side)]
        yield records[vicinity.met(records["box"])]
    met = broad[vicinity.met(broad["box"])]
    yield met[~np.isin(met["fid"], own["fid"])]


@dataclass(frozen=True)
class _Vicinity:
    """What touches a block: the box (1, 4) around its features, and outlines of those that are wider than itself."""

    around: Floats
    outlines: shapely.STRtree

    def met(self, boxes: npt.NDArray[Any]) -> Flags:
        """Which boxes (n, 4) touch it."""
        met = np.zeros(len(boxes), bool)
        for west, south, east, north in self.around.tolist():
            met |= (boxes[:, 0] <= east) & (boxes[:, 2] >= west) & (boxes[:, 1] <= north) & (boxes[:, 3] >= south)
        if len(self.outlines):
            squares: Any = shapely.box(*boxes.astype(np.float64).T)
            met[self.outlines.query(squares, predicate="intersects")[0]] = True
        return met


def _meet(boxes: npt.NDArray[Any], others: npt.NDArray[Any]) -> Flags:
    """Which boxes (n, 4) meet any of the others."""
    met = np.zeros(len(boxes), bool)
    if not len(boxes):
        return met
    squares: Any = shapely.box(*others.astype(np.float64).T)
    tree = shapely.STRtree(squares)
    met[tree.query(shapely.box(*boxes.astype(np.float64).T))[0]] = True
    return met


def _outlines(spool: Spool, records: Records) -> Geometries:
    """The outlines of areas in stretches of a few vertices, of more where there are very many."""
    areas, _ = spool.shapes(records[np.argsort(~records["simple"], kind="stable")])
    closed, offsets = areas.closed()
    stretched = max(STRETCH, len(closed) // MOST_STRETCHES)
    counts = -(-(np.diff(offsets) - 1) // stretched)
    ring = np.repeat(np.arange(len(counts)), counts)
    starts = offsets[ring] + stretched * (np.arange(len(ring)) - (np.cumsum(counts) - counts)[ring])
    sizes = np.minimum(starts + stretched + 1, offsets[1:][ring]) - starts
    stretch = np.repeat(np.arange(len(starts)), sizes)
    at = np.arange(len(stretch)) + (starts - np.cumsum(sizes) + sizes)[stretch]
    lines: Geometries = shapely.linestrings(closed[at], indices=stretch) if len(at) else np.zeros(0, object)
    return lines


def _wide(records: Records, side: float) -> Flags:
    box = records["box"].astype(np.float64)
    wide: Flags = (box[:, 2:] - box[:, :2]).max(axis=1, initial=0) > side
    return wide


def _around(boxes: npt.NDArray[Any]) -> Floats:
    """The box (1, 4) around boxes; (0, 4) around none."""
    if not len(boxes):
        return np.zeros((0, 4))
    around: Floats = np.concatenate([boxes[:, :2].min(axis=0), boxes[:, 2:].max(axis=0)]).astype(np.float64)
    return around[None]
