"""The header of a table: in which row it is, and which titles mean ordinates, in English and Chinese.

A surveyor's X is the northing. Where X and Y alone are said, the numbers tell which is which
(``importers.crs.evidence``).
"""

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from importers.batch import ReadOptions

X_NAMES = ("lon", "lng", "long", "longitude", "经度", "东经", "x", "xcoord", "easting", "east", "东坐标", "东向",
           "横坐标", "横坐标y", "y横坐标", "东坐标y", "x坐标", "坐标x", "point_x", "pointx")  # fmt: skip
Y_NAMES = ("lat", "latitude", "纬度", "北纬", "y", "ycoord", "northing", "north", "北坐标", "北向",
           "纵坐标", "纵坐标x", "x纵坐标", "北坐标x", "y坐标", "坐标y", "point_y", "pointy")  # fmt: skip
SPELT_OUT = (("横坐标y", "纵坐标x"), ("y横坐标", "x纵坐标"), ("东坐标y", "北坐标x"), ("e", "n"), ("l", "b"))
"""Names that say which is which beyond doubt (a surveyor's Y is the easting, a geodesist's L the longitude), or only
together."""
PAIR_NAMES = ("经纬度", "经纬度坐标", "坐标", "lnglat", "lonlat", "latlng", "latlon", "location")
"""Columns that hold both ordinates in one text."""
WKT_NAMES = ("wkt", "geometry", "geom", "the_geom", "wkt_geom", "shape", "几何", "wkb", "wkb_geometry", "way",
             "geojson", "st_astext", "st_asewkt", "st_asewkb", "st_asgeojson")  # fmt: skip
DEGREES = frozenset({"lon", "lng", "long", "longitude", "经度", "东经", "lat", "latitude", "纬度", "北纬"})
_SYSTEM = re.compile(r"(wgs-?84|wgs|cgcs2000|gcj-?02|gcj|bd-?09|bd|高德|百度|火星)[\s_\-]*(?=.)")
_UNIT = re.compile(r"[(（\[【].*?[)）\]】]|[\s:：/]+m?$")


def coordinate_pairs() -> Iterator[tuple[str, str]]:
    """Yield names that go together: longitude with latitude before x with y, anything with anything last."""
    degrees_x = [name for name in X_NAMES if name in DEGREES]
    degrees_y = [name for name in Y_NAMES if name in DEGREES]
    yield from ((x, y) for x in degrees_x for y in degrees_y)
    yield from SPELT_OUT
    yield from ((x, y) for x in X_NAMES for y in Y_NAMES if x not in DEGREES and y not in DEGREES)


def plain_title(value: Any) -> str:
    """Return a column's title as it is compared: small letters, no unit in brackets, no blanks."""
    return _SYSTEM.sub("", "".join(_UNIT.sub("", str(value).strip()).lower().split()), count=1)


def rows_above(first: list[Sequence[Any]], options: ReadOptions) -> int:
    """Return how many rows stand above the header: titles of the sheet, for example. None where no row is one."""
    told = {name.lower() for name in (options.x, options.y, options.wkt) if name}
    if told:
        return next((n for n, row in enumerate(first) if told <= _names(row, lambda v: str(v).strip().lower())), 0)
    named = (n for n, row in enumerate(first) if heads(row))
    in_one = (n for n, row in enumerate(first) if _names(row) & set(PAIR_NAMES))  # may also stand over two columns
    return next(named, next(in_one, 0))


def _names(row: Sequence[Any], plain: Callable[[Any], str] = plain_title) -> set[str]:
    return {plain(value) for value in row if value not in (None, "")}


def heads(row: Sequence[Any]) -> bool:
    """Say whether a row holds titles of coordinates."""
    names = _names(row)
    return bool(names & set(WKT_NAMES)) or any(x in names and y in names for x, y in coordinate_pairs())
