"""Which map sheets of a scale a box or a shape needs."""

from collections.abc import Iterator

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from layers.frame import Bounds
from layers.sentences import say
from layers.sheet.national import (
    LAST_BAND,
    Ratio,
    Sheet,
    SheetScale,
    UnknownSheet,
    index_of,
    milliarcseconds,
    scale_of,
    sheet_from_origin,
)


def sheets_in(bounds: Bounds, denominator: int, limit: int = 100_000) -> Iterator[Sheet]:
    """Yield the sheets that share more than an edge with a box (degrees), row by row from the north-west.

    Raises:
        UnknownSheet: no such scale, a box outside the scheme or with its sides swapped, or more than ``limit`` sheets.
    """
    series = scale_of(denominator)
    left, bottom, right, top = _span(bounds, series)
    wanted = (right - left) * (top - bottom)
    if wanted > limit:
        raise UnknownSheet(say("sheets-too-many", count=wanted, scale=denominator, most=limit))
    for row in range(top - 1, bottom - 1, -1):
        for column in range(left, right):
            yield sheet_from_origin(column * series.width, row * series.height, series)


def count_sheets(bounds: Bounds, denominator: int) -> int:
    """Count the sheets that share more than an edge with a box (degrees), without making them."""
    left, bottom, right, top = _span(bounds, scale_of(denominator))
    return (right - left) * (top - bottom)


def sheets_covering(geometry: BaseGeometry, denominator: int, limit: int = 100_000) -> list[Sheet]:
    """Return the sheets whose inside meets a polygon, line or point set (degrees east, north).

    Sheets that only touch a polygon's edge are left out; for points and lines the half-open rule is left aside and a
    sheet that touches counts.
    """
    if geometry.is_empty:
        return []
    outline = shapely.bounds(geometry)
    candidates = list(sheets_in(_widened(Bounds(*map(float, outline))), denominator, limit))
    edges = np.array([sheet.bounds for sheet in candidates])
    boxes = shapely.box(edges[:, 0], edges[:, 1], edges[:, 2], edges[:, 3])
    shapely.prepare(geometry)
    meets = shapely.intersects(geometry, boxes)
    if shapely.get_dimensions(geometry) == 2:
        meets &= ~shapely.touches(geometry, boxes)
    return [sheet for sheet, met in zip(candidates, meets, strict=True) if met]


def _widened(bounds: Bounds) -> Bounds:
    """Give a point or an axis-parallel line a little breadth, so that it lies in a sheet."""
    slack = 1e-8
    west, south, east, north = bounds
    east, north = (east if east > west else east + slack), (north if north > south else north + slack)
    return Bounds(west, south, east, north)


def _span(bounds: Bounds, series: SheetScale) -> tuple[int, int, int, int]:
    """Return first column, first row, and one past the last of each, counted from 0 E and 0 N."""
    if not (bounds.west < bounds.east and bounds.south < bounds.north):
        raise UnknownSheet(say("sheets-box", box=tuple(bounds)), "bbox")
    west, south, east, north = (milliarcseconds(value, "bbox") for value in bounds)
    left, bottom = index_of(west, series.width), index_of(south, series.height)
    right, top = _ceiling(east, series.width), _ceiling(north, series.height)
    if left < 0 or bottom < 0 or right > 30 * series.divisions or top > LAST_BAND * series.divisions:
        raise UnknownSheet(say("sheets-box-outside", box=tuple(bounds)), "bbox")
    return left, bottom, right, top


def _ceiling(value: Ratio, size: int) -> int:
    return -index_of((-value[0], value[1]), size)
