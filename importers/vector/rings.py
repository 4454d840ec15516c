"""Rings that surely do not cross themselves, told without asking GEOS: most of a city's parcels are."""

import numpy as np
import numpy.typing as npt

Integers = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

ROUNDING = 1e-14
"""Share of a cross product that its rounding may make up, with room to spare."""


def surely_simple(coordinates: Floats, counts: Integers) -> Flags:
    """Say of which closed rings it is sure that they neither cross nor touch themselves; the others may do either.

    ``coordinates`` (n, 2) are those of all rings in a row, ``counts`` of each. A ring is simple if all of it is seen
    from the middle of its vertices in one turn.
    """
    if not len(counts):
        return np.zeros(0, bool)
    starts = np.cumsum(counts) - counts
    middle = np.add.reduceat(coordinates, starts) / counts[:, None]
    x, y = (coordinates - np.repeat(middle, counts, axis=0)).T
    ahead, behind = np.zeros(len(x)), np.zeros(len(x))  # of the step from each vertex; none leads from a ring's last
    ahead[:-1], behind[:-1] = x[:-1] * y[1:], x[1:] * y[:-1]
    last = starts + counts - 1
    ahead[last] = behind[last] = 0
    turn = ahead - behind
    sense = np.where(np.add.reduceat(turn, starts) > 0, 1.0, -1.0)
    each = np.repeat(sense, counts)
    onward = turn * each > ROUNDING * (np.abs(ahead) + np.abs(behind))
    onward[:-1] |= (x[:-1] == x[1:]) & (y[:-1] == y[1:])
    onward[last] = True
    above = (y >= 0) ^ (each < 0)
    up = np.zeros(len(x), np.int64)
    up[:-1] = ~above[:-1] & above[1:]
    up[last] = 0
    simple: Flags = np.logical_and.reduceat(onward, starts) & (np.add.reduceat(up, starts) == 1)
    return simple
