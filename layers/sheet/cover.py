"""Which map sheets of a scale a box or an area needs."""

from collections.abc import Iterable, Iterator

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from layers.frame import Bounds
from layers.sentences import say
from layers.sheet.names import AnySheet, sheet_area
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


def sheets_entered(candidates: Iterable[AnySheet], area: BaseGeometry, storage_srid: int = 4490) -> list[AnySheet]:
    """Return those of the sheets that an area (degrees of the storage CRS) enters, not those that it only touches."""
    sheets = list(candidates)
    outlines = np.array([sheet_area(sheet, storage_srid) for sheet in sheets], dtype=object)
    shapely.prepare(area)
    entered = shapely.intersects(area, outlines) & ~shapely.touches(area, outlines)
    return [sheet for sheet, is_entered in zip(sheets, entered, strict=True) if is_entered]


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
