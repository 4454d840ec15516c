"""Areas at scales where most are smaller than a pixel: a picture of their classes, turned back into polygons.

The class that covers a pixel's place is painted (``paint``), coarser zooms take every second pixel, so that the shares
of the classes stay true, and what a tile shows is the prevailing class of cells of a few pixels, dissolved into one
multipolygon per class (``layers.level.outlines``). A tile then costs the same whatever the number of features under it.
"""

from itertools import pairwise

import cv2
import numpy as np
import numpy.typing as npt

from layers.level.areas import Areas

Classes = npt.NDArray[np.uint16]

SUBPIXEL_BITS = 4
NEIGHBOURHOOD = 16


def paint(image: Classes, areas: Areas, numbers: npt.NDArray[np.int64]) -> None:
    """Paint areas (pixel coordinates, y downward, corner of the image at 0, 0), each with its number.

    The largest come first, so that smaller ones stay visible; one smaller than a pixel still gets one.
    """
    # OpenCV takes fixed-point numbers and counts from the middle of the first pixel.
    points = np.round((areas.coordinates - 0.5) * (1 << SUBPIXEL_BITS)).astype(np.int32)
    begins = areas.first.tolist()
    rings = [points[begin:end] for begin, end in pairwise([*begins, len(points)])]
    shells = np.flatnonzero(areas.shell)
    ends = np.append(shells, len(rings))[1:]
    order = np.argsort(-areas.area()[areas.owner], kind="stable")
    values = numbers[areas.owner][order].tolist()
    for shell, end, value in zip(shells[order].tolist(), ends[order].tolist(), values, strict=True):
        cv2.fillPoly(image, rings[shell:end], value, lineType=cv2.LINE_8, shift=SUBPIXEL_BITS)


def halve(image: Classes) -> Classes:
    """The next coarser picture: every second pixel (two opposite ones in turn), which keeps the shares of classes.

    Where that loses all that a neighbourhood holds, one pixel of it is kept: a lonely village stays on the map.
    """
    small = image[::2, ::2].copy()
    small[1::2] = image[1::2, 1::2][1::2]
    before, after = _neighbourhoods(image, 2 * NEIGHBOURHOOD), _neighbourhoods(small, NEIGHBOURHOOD)
    for row, column in np.argwhere(before.any(axis=2) & ~after.any(axis=2)).tolist():
        pixel = int(np.argmax(before[row, column] > 0))
        at = (pixel // (2 * NEIGHBOURHOOD) // 2, pixel % (2 * NEIGHBOURHOOD) // 2)
        small[row * NEIGHBOURHOOD + at[0], column * NEIGHBOURHOOD + at[1]] = before[row, column, pixel]
    return small


def _neighbourhoods(image: Classes, side: int) -> Classes:
    """The pixels of every side x side block of a picture: rows, columns, side * side."""
    rows, columns = image.shape[0] // side, image.shape[1] // side
    blocks: Classes = image.reshape(rows, side, columns, side).swapaxes(1, 2).reshape(rows, columns, side * side)
    return blocks


def prevailing(image: Classes, cell: int) -> Classes:
    """The commonest class of every ``cell`` x ``cell`` block of pixels; 0 (nothing) only where nothing else is."""
    rows, columns = image.shape[0] // cell, image.shape[1] // cell
    pixels = np.sort(_neighbourhoods(image[: rows * cell, : columns * cell], cell), axis=2)
    values: Classes = np.ascontiguousarray(pixels.transpose(2, 0, 1))
    best: Classes = values[-1].copy()
    best_count, count, before = np.zeros_like(best), np.zeros_like(best), values[0]
    for value in values:  # equal ones follow each other
        count = np.where(value == before, count, 0).astype(np.uint16) + np.uint16(1)
        better = (count > best_count) & (value > 0)
        best[better], best_count[better], before = value[better], count[better], value
    return best


def count_corners(cells: Classes) -> int:
    """How many vertices the outlines of dissolved cells have."""
    wide = np.pad(cells, 1)
    here = wide[1:-1, 1:-1]
    count = 0
    for down, across in ((0, 0), (0, 2), (2, 0), (2, 2)):  # the four corners of every cell
        rows, columns = wide.shape[0] - 2, wide.shape[1] - 2
        beside = wide[1:-1, across : across + columns] == here
        above = wide[down : down + rows, 1:-1] == here
        beyond = wide[down : down + rows, across : across + columns] == here
        turns = (~beside & ~above) | (beside & above & ~beyond)
        count += int(np.count_nonzero(turns & (here > 0)))
    return count
