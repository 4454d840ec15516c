"""How far each vertex of a path stands out, so that one pass tells what Douglas-Peucker keeps at every tolerance.

The algorithm keeps the vertex farthest from the chord of a path if that is farther than the tolerance, and goes on with
the two halves. Here all paths go down together, one halving a round, on whole arrays: a vertex weighs its distance,
and never more than the vertex that split the path before it. ``weight > tolerance`` is then the simplified path.

Douglas, D. H., Peucker, T. K. (1973): Algorithms for the reduction of the number of points required to represent a
digitized line or its caricature. Cartographica 10 (2), 112-122.
"""

import numpy as np
import numpy.typing as npt

Integers = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


def weigh(coordinates: Floats, starts: Integers, ends: Integers, least: float = 0.0) -> Floats:
    """Return the weight of every vertex of paths ``starts[i]`` … ``ends[i]`` (inclusive) in ``coordinates`` (n, 2).

    Weights are distances in the coordinates' unit; ends weigh infinity, and what weighs no more than ``least`` may be
    given as 0. Paths share no vertex but their ends.
    """
    x, y = np.ascontiguousarray(coordinates[:, 0]), np.ascontiguousarray(coordinates[:, 1])
    weights = np.zeros(len(x))
    weights[starts] = weights[ends] = np.inf
    limit = np.full(len(starts), np.inf)
    while True:
        inside = ends - starts > 1
        starts, ends, limit = starts[inside], ends[inside], limit[inside]
        if not len(starts):
            return weights
        farthest, distance = _farthest(x, y, starts, ends)
        limit = np.minimum(limit, distance)
        split = limit > least
        starts, ends, farthest, limit = starts[split], ends[split], farthest[split], limit[split]
        weights[farthest] = limit
        starts, ends = np.concatenate([starts, farthest]), np.concatenate([farthest, ends])
        limit = np.concatenate([limit, limit])


def _farthest(x: Floats, y: Floats, starts: Integers, ends: Integers) -> tuple[Integers, Floats]:
    """Return the first of the vertices inside each path that are farthest from its chord, and how far it is."""
    counts = ends - starts - 1
    offsets = np.cumsum(counts) - counts
    path = np.repeat(np.arange(len(counts)), counts)
    at = np.arange(len(path)) + (starts + 1 - offsets)[path]
    along_x, along_y = x[ends] - x[starts], y[ends] - y[starts]
    square = along_x * along_x + along_y * along_y
    away_x, away_y = x[at] - x[starts][path], y[at] - y[starts][path]
    # distance to the chord as a segment: its foot lies between the ends, or the nearer end is it
    share = away_x * along_x[path] + away_y * along_y[path]
    share /= np.where(square > 0, square, 1.0)[path]
    np.clip(share, 0.0, 1.0, out=share)
    away_x -= share * along_x[path]
    away_y -= share * along_y[path]
    distance = away_x * away_x + away_y * away_y
    most = np.maximum.reduceat(distance, offsets)
    here = np.flatnonzero(distance == most[path])
    first = here[np.diff(path[here], prepend=-1) > 0]
    return at[first], np.sqrt(most)
