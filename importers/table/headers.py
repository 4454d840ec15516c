"""The header of a table: in which row it is, and which titles mean ordinates, in English and Chinese.

A surveyor's X is the northing. Where X and Y alone are said, the numbers tell which is which
(``importers.crs.evidence``).
"""

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from importers.batch import ReadOptions

X_NAMES = ("lon", "lng", "long", "longitude", "经度", "东经", "x", "xcoord", "easting", "east", "东坐标", "东向",
           "横坐标", "横坐标y", "y横坐标", "东坐标y", "x坐标", "坐标x", "point_x", "pointx",
           "x_coord", "coord_x")  # fmt: skip
Y_NAMES = ("lat", "latitude", "纬度", "北纬", "y", "ycoord", "northing", "north", "北坐标", "北向",
           "纵坐标", "纵坐标x", "x纵坐标", "北坐标x", "y坐标", "坐标y", "point_y", "pointy",
           "y_coord", "coord_y")  # fmt: skip
SPELT_OUT = (("横坐标y", "纵坐标x"), ("y横坐标", "x纵坐标"), ("东坐标y", "北坐标x"), ("e", "n"), ("l", "b"))
"""Names that say which is which beyond doubt (a surveyor's Y is the easting, a geodesist's L the longitude), or only
together."""
PAIR_NAMES = ("经纬度", "经纬度坐标", "坐标", "坐标位置", "位置坐标", "位置", "地理坐标", "gps", "gps坐标",
              "lnglat", "lonlat", "latlng", "latlon", "location",
              "经度纬度", "经度,纬度", "经度，纬度", "经度、纬度", "lon,lat", "lng,lat", "x,y")  # fmt: skip
"""Columns that hold both ordinates in one text."""
WKT_NAMES = ("wkt", "geometry", "geom", "the_geom", "wkt_geom", "shape", "几何", "wkb", "wkb_geometry", "way",
             "geojson", "st_astext", "st_asewkt", "st_asewkb", "st_asgeojson")  # fmt: skip
DEGREES = frozenset({"lon", "lng", "long", "longitude", "经度", "东经", "lat", "latitude", "纬度", "北纬"})
WITHIN = (("经度", "纬度"), ("东经", "北纬"), ("longitude", "latitude"), ("lng", "lat"), ("lon", "lat"),
          ("东坐标", "北坐标"), ("x坐标", "y坐标"), ("坐标x", "坐标y"))  # fmt: skip
"""Words that longer titles have in them: 中心点经度, LONGITUDE_WGS84. They count where one column only has each."""
_PART = re.compile(r"[(（\[【]\s*([度分秒°′″'\"])\s*[)）\]】]$|[_\-]?([度分秒])$")
_PARTS = {"度": 0, "°": 0, "分": 1, "′": 1, "'": 1, "秒": 2, "″": 2, '"': 2}
_SYSTEM = re.compile(r"(wgs-?84|wgs|cgcs2000|gcj-?02|gcj|bd-?09|bd|高德|百度|火星)[\s_\-]*(?=.)")
_TOLD_APART = re.compile(r" \([^()]*\)$")
"""What tells columns of one title apart: their number, or what stands above them."""
_UNIT = re.compile(r"[(（\[【].*?[)）\]】]|[\s:：/]+m?$")


def coordinate_pairs() -> Iterator[tuple[str, str]]:
    """Yield names that go together: longitude with latitude before x with y, anything with anything last."""
    degrees_x = [name for name in X_NAMES if name in DEGREES]
    degrees_y = [name for name in Y_NAMES if name in DEGREES]
    yield from ((x, y) for x in degrees_x for y in degrees_y)
    yield from SPELT_OUT
    yield from ((x, y) for x in X_NAMES for y in Y_NAMES if x not in DEGREES and y not in DEGREES)


def columns_of_pair(titles: Sequence[Any]) -> tuple[int, int] | None:
    """Return the numbers of the columns that hold x and y, by their titles; None when no two do."""
    plain = ["" if title in (None, "") or _less_than_degrees(title) else plain_title(title) for title in titles]
    for x, y in coordinate_pairs():
        if x in plain and y in plain:
            return plain.index(x), plain.index(y)
    for x, y in WITHIN:
        found = [[number for number, title in enumerate(plain) if _has_word(title, word)] for word in (x, y)]
        if all(len(numbers) == 1 for numbers in found) and found[0] != found[1]:
            return found[0][0], found[1][0]
    return None


def _has_word(title: str, word: str) -> bool:
    """Say whether a title has a word in it: a Latin one by itself, so that a population is no latitude."""
    return word in title if not word.isascii() else word in re.split(r"[\W_\d]+", title)


def means_degrees(title: Any) -> bool:
    """Say whether a column's title means longitudes or latitudes."""
    plain = plain_title(title)
    return plain in DEGREES or any(_has_word(plain, word) for word in DEGREES)


def part_of_angle(title: Any) -> tuple[str, int] | None:
    """Return what a column of degrees (0), minutes (1) or seconds (2) is a part of, and which; None for others.

    Some tables give an angle in three columns: 经度(度), 经度(分), 经度(秒).
    """
    text = str(title).strip()
    found = _PART.search(text)
    if found is None:
        return None
    return "".join(text[: found.start()].lower().split()), _PARTS[found[1] or found[2]]


def _less_than_degrees(title: Any) -> bool:
    """Say whether a column holds the minutes or seconds of an angle whose degrees stand in another."""
    part = part_of_angle(title)
    return part is not None and part[1] > 0


def plain_title(value: Any) -> str:
    """Return a column's title as it is compared: small letters, no unit in brackets, no blanks."""
    return _SYSTEM.sub("", "".join(_UNIT.sub("", str(value).strip()).lower().split()), count=1)


def rows_above(first: list[Sequence[Any]], options: ReadOptions) -> int:
    """Return how many rows stand above the header: titles of the sheet, for example. None where no row is one."""
    told = {name.lower() for name in (options.x, options.y, options.wkt) if name}
    for names in (told, {_TOLD_APART.sub("", name) for name in told}) if told else ():
        for number, row in enumerate(first):
            if names <= _names(row, lambda v: str(v).strip().lower()):
                return number
    if told:
        return 0
    named = (n for n, row in enumerate(first) if heads(row))
    in_one = (n for n, row in enumerate(first) if _names(row) & set(PAIR_NAMES))  # may also stand over two columns
    return next(named, next(in_one, 0))


def _names(row: Sequence[Any], plain: Callable[[Any], str] = plain_title) -> set[str]:
    return {plain(value) for value in row if value not in (None, "")}


def heads(row: Sequence[Any]) -> bool:
    """Say whether a row holds titles of coordinates."""
    return bool(_names(row) & set(WKT_NAMES)) or columns_of_pair(row) is not None
