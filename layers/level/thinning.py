"""From which zoom on a point is shown, so that a tile holds a bounded number and the important ones come first."""

import numpy as np
import numpy.typing as npt

from layers.crs.mercator import WORLD

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]


def first_zooms(x: Floats, y: Floats, weight: Floats, zooms: int, cells: int) -> Integers:
    """Return the zoom from which each point (EPSG:3857) is shown: the smallest at which it leads its cell.

    Every tile of zooms 0 … ``zooms`` - 1 is divided into ``cells`` x ``cells``; a cell shows its heaviest point, of
    equals one drawn by lot, always the same. A point that leads a cell leads the smaller one around it at the next
    zoom too, so nothing shown vanishes on zooming in. Points that never lead get ``zooms``.
    """
    first = np.full(len(x), zooms, np.int64)
    heavy = np.nan_to_num(weight, nan=-np.inf, neginf=-np.inf)
    lot = np.random.default_rng(len(x)).permutation(len(x))
    # From here on every point's successor in a cell is lighter: leaders are the first of their cells.
    leaders = np.lexsort((lot, -heavy))
    for zoom in range(zooms - 1, -1, -1):
        side = WORLD / 2.0**zoom / cells
        column = np.floor((x[leaders] + WORLD / 2) / side).astype(np.int64)
        row = np.floor((WORLD / 2 - y[leaders]) / side).astype(np.int64)
        _, index = np.unique(column << 32 | row, return_index=True)
        leaders = leaders[np.sort(index)]
        first[leaders] = zoom
    return first


def label_zooms(x: Floats, y: Floats, size: Floats, zooms: int, cells: int, readable: float) -> Integers:
    """Return the zoom from which each area's name is shown.

    That is where the area (``size``: side of its box, metres) is ``readable`` pixels wide in a tile of 512 pixels, or
    where it is the largest in its cell: names of large areas crowd nothing, and a lonely small one is named early.
    """
    wide = np.ceil(np.log2(np.maximum(readable * WORLD / 512 / np.maximum(size, 1e-9), 1.0))).astype(np.int64)
    return np.minimum(np.minimum(wide, zooms), first_zooms(x, y, size, zooms, cells))
