"""How far each vertex of a path stands out, so that one pass tells what Douglas-Peucker keeps at every tolerance.

The algorithm keeps the vertex farthest from the chord of a path if that is farther than the tolerance, and goes on with
the two halves. Here all paths go down together, one halving a round, on whole arrays: a vertex weighs its distance,
and never more than the vertex that split the path before it. ``weight > tolerance`` is then the simplified path.

Douglas, D. H., Peucker, T. K. (1973): Algorithms for the reduction of the number of points required to represent a
digitized line or its caricature. Cartographica 10 (2), 112-122.
"""

from itertools import pairwise

import numpy as np
import numpy.typing as npt

Integers = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

AT_ONCE = 100_000
"""Vertices measured at once."""


def weigh(coordinates: Floats, starts: Integers, ends: Integers, least: float = 0.0) -> Floats:
    """Return the weight of every vertex of paths ``starts[i]`` … ``ends[i]`` (inclusive) in ``coordinates`` (n, 2).

    Weights are distances in the coordinates' unit; ends weigh infinity, and what weighs no more than ``least`` may be
    given as 0. Paths share no vertex but their ends.
    """
    weights = np.zeros(len(coordinates))
    weights[starts] = weights[ends] = np.inf
    limit = np.full(len(starts), np.inf)
    while True:
        inside = ends - starts > 1
        starts, ends, limit = starts[inside], ends[inside], limit[inside]
        if not len(starts):
            return weights
        farthest, distance = _farthest(coordinates, starts, ends)
        limit = np.minimum(limit, distance)
        split = limit > least
        starts, ends, farthest, limit = starts[split], ends[split], farthest[split], limit[split]
        weights[farthest] = limit
        starts, ends = np.concatenate([starts, farthest]), np.concatenate([farthest, ends])
        limit = np.concatenate([limit, limit])


def _farthest(coordinates: Floats, starts: Integers, ends: Integers) -> tuple[Integers, Floats]:
    """Return the first of the vertices inside each path that are farthest from its chord, and how far it is.

    Paths are looked at in stretches, some at a time: one of millions of vertices needs no arrays as long as itself.
    """
    counts = -(-(ends - starts - 1) // AT_ONCE)
    path = np.repeat(np.arange(len(counts)), counts)
    offsets = np.cumsum(counts) - counts
    first = starts[path] + 1 + AT_ONCE * (np.arange(len(path)) - offsets[path])
    sizes = np.minimum(first + AT_ONCE, ends[path]) - first
    groups = np.flatnonzero(np.diff(np.cumsum(sizes) // AT_ONCE, prepend=-1))
    at, square = np.empty(len(path), np.int64), np.empty(len(path))
    for low, high in pairwise([*groups.tolist(), len(path)]):
        own = slice(low, high)
        chords = coordinates[starts[path[own]]], coordinates[ends[path[own]]]
        at[own], square[own] = _farthest_of(coordinates, first[own], sizes[own], *chords)
    most = np.maximum.reduceat(square, offsets)
    here = np.flatnonzero(square == most[path])
    return at[here[np.diff(path[here], prepend=-1) > 0]], np.sqrt(most)


def _farthest_of(
    coordinates: Floats, first: Integers, sizes: Integers, begin: Floats, end: Floats
) -> tuple[Integers, Floats]:
    """Return the first of the vertices of each stretch farthest from a chord, and the square of its distance."""
    offsets = np.cumsum(sizes) - sizes
    stretch = np.repeat(np.arange(len(sizes)), sizes)
    at = np.arange(len(stretch)) + (first - offsets)[stretch]
    along_x, along_y = (end - begin).T
    square = along_x * along_x + along_y * along_y
    away_x, away_y = (coordinates[at] - begin[stretch]).T
    # distance to the chord as a segment: its foot lies between the ends, or the nearer end is it
    share = away_x * along_x[stretch] + away_y * along_y[stretch]
    share /= np.where(square > 0, square, 1.0)[stretch]
    np.clip(share, 0.0, 1.0, out=share)
    away_x -= share * along_x[stretch]
    away_y -= share * along_y[stretch]
    distance = away_x * away_x + away_y * away_y
    most = np.maximum.reduceat(distance, offsets)
    here = np.flatnonzero(distance == most[stretch])
    return at[here[np.diff(stretch[here], prepend=-1) > 0]], most
