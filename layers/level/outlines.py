"""Outlines of the areas of equal cells in an array, as arrays: traced all at once, without walking along any.

Every side of a cell that no cell of its area lies behind is an edge, walked with the cell on the right hand. From the
cells ahead follows whether the next edge turns right, goes straight on or turns left, so every straight run of edges
knows the run after it; which runs make a ring and in what order is found by doubling steps (list ranking).
"""

import cv2
import numpy as np
import numpy.typing as npt

from layers.level.areas import Areas

Cells = npt.NDArray[np.uint16]
Integers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

AHEAD = ((0, 1), (1, 0), (0, -1), (-1, 0))
"""Row and column steps along the top, right, bottom and left side of a cell."""
START = ((0, 0), (0, 1), (1, 1), (1, 0))
"""Row and column of the corner at which each side begins."""


def outline(cells: Cells) -> tuple[Areas, Integers]:
    """Return the areas of each value but 0, neighbours by sides belonging together, and the values in order.

    Coordinates are x right and y down, in cells; vertices lie at the corners only.
    """
    area = _components(cells)
    after, corner, row, column = _runs(area)
    first, rank = _rings(after)
    order = np.lexsort((rank, first))
    ring = np.cumsum(np.diff(first[order], prepend=-1) > 0) - 1
    begins = np.flatnonzero(np.diff(ring, prepend=-1))
    x, y = corner[order, 1].astype(np.float64), corner[order, 0].astype(np.float64)
    following = np.arange(1, len(ring) + 1)
    following[np.append(begins[1:], len(ring))[: len(begins)] - 1] = begins
    sense = np.add.reduceat(x * y[following] - x[following] * y, begins) if len(begins) else np.zeros(0)
    at = row[order][begins], column[order][begins]
    # of one value the areas together, of one area the shell before its holes
    place = np.lexsort((sense < 0, area[at], cells[at]))
    moved = np.argsort(np.argsort(place)[ring], kind="stable")
    counts = np.diff(np.append(begins, len(ring)))[place]
    values, owner = np.unique(cells[at][place], return_inverse=True)
    starts_part = np.diff(area[at][place], prepend=-1) != 0
    part = np.cumsum(starts_part) - 1
    coordinates = np.column_stack([x, y])[moved]
    areas = Areas(coordinates, np.repeat(np.arange(len(begins)), counts), part, owner[starts_part], len(values))
    return areas, values.astype(np.int64)


def _components(cells: Cells) -> Integers:
    """Number of the area of every cell, 0 of none, seen with walls between cells that differ."""
    rows, columns = cells.shape
    open_ = np.zeros((2 * rows - 1, 2 * columns - 1), np.uint8)
    open_[::2, ::2] = cells > 0
    open_[::2, 1::2] = (cells[:, 1:] == cells[:, :-1]) & (cells[:, 1:] > 0)
    open_[1::2, ::2] = (cells[1:] == cells[:-1]) & (cells[1:] > 0)
    _, labels = cv2.connectedComponents(open_, connectivity=4)
    numbers: Integers = labels[::2, ::2].astype(np.int64)
    return numbers


def _runs(area: Integers) -> tuple[Integers, Integers, Integers, Integers]:
    """Return for every straight run the one after it, the corner it begins at, row and column of its first cell."""
    wide = np.pad(area, 1)
    number = np.zeros((4, *wide.shape), np.int64)
    lasts, corners, rows, columns = [], [], [], []
    count = 0
    for side, (down, across) in enumerate(AHEAD):
        beside_down, beside_across = AHEAD[side - 1]  # what lies behind the side is what its left turn walks to
        edge = (wide > 0) & (wide != np.roll(wide, (-beside_down, -beside_across), (0, 1)))
        row, column = _walked(edge, side)
        here = wide[row, column]
        straight = (wide[row + down, column + across] == here) & (
            wide[row + down + beside_down, column + across + beside_across] != here
        )
        begins = np.append(True, ~straight[:-1])[: len(row)]
        number[side, row, column] = count + np.cumsum(begins) - 1
        lasts.append((row[~straight], column[~straight]))
        corners.append(np.column_stack([row[begins] + START[side][0] - 1, column[begins] + START[side][1] - 1]))
        rows.append(row[begins] - 1)
        columns.append(column[begins] - 1)
        count += int(np.count_nonzero(begins))
    after = []
    for side, (row, column) in enumerate(lasts):
        down, across = AHEAD[side]
        left_down, left_across = AHEAD[side - 1]
        # Where an area meets itself in a corner its rings part there: none touches itself.
        left = wide[row + down + left_down, column + across + left_across] == wide[row, column]
        after.append(np.where(
            left,
            number[side - 1, row + down + left_down, column + across + left_across],
            number[(side + 1) % 4, row, column],
        ))  # fmt: skip
    return np.concatenate(after), np.concatenate(corners), np.concatenate(rows), np.concatenate(columns)


def _walked(edge: Flags, side: int) -> tuple[Integers, Integers]:
    """Rows and columns of edges in the order in which their side is walked."""
    if side % 2:
        column, row = np.nonzero(edge.T)
    else:
        row, column = np.nonzero(edge)
    return (row, column) if side < 2 else (row[::-1], column[::-1])


def _rings(after: Integers) -> tuple[Integers, Integers]:
    """Return of every run the smallest number in its ring, and how many runs lie between that one and it."""
    first, step = np.arange(len(after)), after
    while not np.array_equal(first, first[after]):
        first = np.minimum(first, first[step])
        step = step[step]
    before = np.empty_like(after)
    before[after] = np.arange(len(after))
    leads = first == np.arange(len(after))
    before[leads] = np.flatnonzero(leads)
    rank = np.where(leads, 0, 1)
    while not leads[before].all():
        rank += rank[before]
        before = before[before]
    return first, rank
