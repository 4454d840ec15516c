"""Sheets by whatever name they come with: today's codes, numbers from before 1992, the city's square sheets.

A name like ``3813.25-375.75`` is a square sheet's; one that begins with a band such as ``J-50`` or ``10-50`` is an old
number; all others are codes of GB/T 13989-2012. Files are named after their sheets, so a code is looked for in file
names too.
"""

import re

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from layers.crs.names import parse_crs
from layers.crs.operations import find_transform
from layers.sheet.national import LAST_BAND, Sheet, UnknownSheet, find_sheet
from layers.sheet.old import find_old_sheet
from layers.sheet.squares import SquareScheme, SquareSheet, find_square_sheet

AnySheet = Sheet | SquareSheet
_SQUARE = re.compile(r"\s*(\d+)(\.\d+)?\s*[-–—－]\s*\d+(\.\d+)?\s*")
_OLD = re.compile(r"\s*(?:[A-Oa-o]|1[0-5]|[1-9])\s*[-–—－]\s*\d")
_IN_A_NAME = re.compile(r"(?<![A-Z0-9])[A-N](?:4[3-9]|5[0-3])[B-K](?:\d{8}|\d{6})(?:-[1-9])?(?!\d)", re.IGNORECASE)
EDGE_POINTS = 33


def read_sheet(name: str, scheme: SquareScheme | None = None, denominator: int | None = None) -> AnySheet:
    """Read a sheet's name; ``scheme`` says that a number such as ``13-75`` is a square sheet's, and in which CRS.

    Raises:
        UnknownSheet: it is no name of a sheet; the message says which part is wrong.
    """
    square = _SQUARE.fullmatch(name)
    if square and (scheme is not None or square[2] or square[3] or int(square[1]) > LAST_BAND):
        return find_square_sheet(name, scheme, denominator)
    return find_old_sheet(name) if _OLD.match(name) else find_sheet(name)


def sheet_in_name(stem: str) -> Sheet | None:
    """Return the national sheet whose code stands in a file's name; None when there is none, or several."""
    codes = {match.upper() for match in _IN_A_NAME.findall(stem)}
    try:
        return find_sheet(codes.pop()) if len(codes) == 1 else None
    except UnknownSheet:
        return None


def sheet_area(sheet: AnySheet, storage_srid: int) -> BaseGeometry:
    """Return a sheet's outline in degrees of the storage CRS; a square sheet's sides are followed point by point.

    Raises:
        NoDatumOperation: the square sheet's CRS cannot be brought onto the frame.
    """
    if isinstance(sheet, Sheet):
        return shapely.box(*sheet.bounds)
    west, south, east, north = sheet.bounds
    along, back = np.linspace(0, 1, EDGE_POINTS), np.linspace(1, 0, EDGE_POINTS)
    low, high = np.zeros(EDGE_POINTS), np.ones(EDGE_POINTS)
    x = west + (east - west) * np.concatenate([along, high, back, low])
    y = south + (north - south) * np.concatenate([low, along, high, back])
    way = find_transform(parse_crs(sheet.srid), parse_crs(storage_srid))
    return shapely.Polygon(np.column_stack(way.points(x, y)))
