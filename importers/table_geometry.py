"""Where the geometry of a table is, and how its ordinates are written: column names, degrees-minutes-seconds, WKT."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from importers.batch import (
    BATCH_ROWS,
    Decision,
    Question,
    ReadOptions,
)
from importers.errors import NothingToImport, UnreadableSource
from layers.sentences import say

X_NAMES = (
    "lon",
    "lng",
    "long",
    "longitude",
    "经度",
    "东经",
    "x",
    "xcoord",
    "easting",
    "east",
    "东坐标",
    "横坐标",
    "point_x",
)
Y_NAMES = ("lat", "latitude", "纬度", "北纬", "y", "ycoord", "northing", "north", "北坐标", "纵坐标", "point_y")
WKT_NAMES = ("wkt", "geometry", "geom", "the_geom", "wkt_geom", "shape", "几何")
DEGREES = frozenset({"lon", "lng", "long", "longitude", "经度", "东经", "lat", "latitude", "纬度", "北纬"})
_WKT = re.compile(
    r"\s*(SRID=\d+;)?\s*((MULTI)?(POINT|LINESTRING|POLYGON|CURVE|SURFACE)|GEOMETRYCOLLECTION|CIRCULARSTRING|"
    r"COMPOUNDCURVE|CURVEPOLYGON)\b",
    re.IGNORECASE,
)
_DMS = re.compile(
    r"([NSEW]|[东西南北][经纬])?\s*(\d{1,3})\s*[°度d:]\s*(\d{1,2})\s*['′’分m:]\s*(?:(\d{1,2}(?:\.\d+)?)\s*(?:\"|″|”|''|秒|s)?)?\s*([NSEW])?",
    re.IGNORECASE,
)
"""Degrees, minutes and seconds: 115°39'00"E, 东经115度39分0秒, 115:39:00."""
_DECIMAL_COMMA = re.compile(r"[+-]?\d+,\d+")
_THOUSANDS = re.compile(r"[+-]?\d{1,3},\d{3}")
Rows = Callable[[], Iterator[Sequence[Any]]]


@dataclass(frozen=True)
class Shape:
    """Where the geometry of a table is: two ordinate columns (and perhaps a third), or one of WKT.

    ``comma``: ordinates have a decimal comma.
    """

    x: int | None = None
    y: int | None = None
    z: int | None = None
    wkt: int | None = None
    comma: bool = False


def rows_above(first: list[Sequence[Any]], options: ReadOptions) -> int:
    """Return how many rows stand above the header: titles of the sheet, for example. None where no row is one."""
    wanted = {name.lower() for name in (options.x, options.y, options.wkt) if name}
    for number, row in enumerate(first):
        names = {str(value).strip().lower() for value in row if value not in (None, "")}
        if wanted <= names if wanted else names & set(WKT_NAMES) or any(x in names and y in names for x, y in _pairs()):
            return number
    return 0


def decimal_comma(body: Rows, shape: Shape) -> bool:
    """Say whether ordinates are written 115,65: every one that has a comma, and not all as thousands are parted."""
    if shape.x is None or shape.y is None:
        return False
    columns = (shape.x, shape.y)
    rows = islice(body(), BATCH_ROWS)
    texts = [str(row[i]).strip() for row in rows for i in columns if i < len(row) and "," in str(row[i])]
    return bool(texts) and all(map(_DECIMAL_COMMA.fullmatch, texts)) and not all(map(_THOUSANDS.fullmatch, texts))


def find_shape(
    path: Path, titles: list[str], body: Rows, options: ReadOptions
) -> tuple[Shape, tuple[Decision, ...], tuple[Question, ...]]:
    """Find the geometry: the columns the user names, else by name, WKT before ordinates."""
    if options.wkt or options.x or options.y:
        return _as_told(path, titles, options), (), ()
    lowered = [title.strip().lower() for title in titles]
    first = next(body(), ())
    for number, title in enumerate(lowered):
        value = first[number] if number < len(first) else None
        if title in WKT_NAMES and isinstance(value, str) and _WKT.match(value):
            return (
                Shape(wkt=number),
                (Decision(say("geometry"), say("wkt-in-column", titles=titles[number]), "rule"),),
                (),
            )
    pairs = [
        (lowered.index(x), lowered.index(y)) for x, y in _pairs() if x in lowered and y in lowered
    ]  # longest-known names first
    if not pairs:
        raise NothingToImport(say("no-coordinate-columns", file=path.name, titles=", ".join(titles)[:300]))
    x, y = pairs[0]
    decision = Decision(
        say("geometry"), say("xy-from-columns", titles=titles[x], titles2=titles[y]), "rule", (say("by-column-names"),)
    )
    return Shape(x, y), (decision,), ()


def _pairs() -> Iterator[tuple[str, str]]:
    """Yield names that go together: longitude with latitude before x with y, anything with anything last."""
    degrees_x = [name for name in X_NAMES if name in DEGREES]
    degrees_y = [name for name in Y_NAMES if name in DEGREES]
    yield from ((x, y) for x in degrees_x for y in degrees_y)
    yield from ((x, y) for x in X_NAMES for y in Y_NAMES if x not in DEGREES and y not in DEGREES)


def _as_told(path: Path, titles: list[str], options: ReadOptions) -> Shape:
    def number(name: str | None) -> int | None:
        if name is None:
            return None
        if name not in titles:
            raise UnreadableSource(say("no-such-column", file=path.name, name=name, titles=", ".join(titles)[:300]))
        return titles.index(name)

    shape = Shape(number(options.x), number(options.y), number(options.z), number(options.wkt))
    if shape.wkt is None and (shape.x is None or shape.y is None):
        raise UnreadableSource(say("x-and-y-together", file=path.name))
    return shape


def geometries_of(rows: list[Sequence[Any]], shape: Shape) -> tuple[Any, dict[int, str]]:
    """Make the geometries; a row without ordinates has none, a row with unreadable ones is refused with the reason."""
    if shape.wkt is not None:
        return _from_wkt([str(row[shape.wkt] or "") if shape.wkt < len(row) else "" for row in rows])
    assert shape.x is not None
    assert shape.y is not None
    x, y = _ordinates(rows, shape.x, shape.comma), _ordinates(rows, shape.y, shape.comma)
    geometries = np.full(len(rows), None, dtype=object)
    good = np.isfinite(x) & np.isfinite(y)
    if shape.z is not None:
        z = _ordinates(rows, shape.z, shape.comma)
        geometries[good] = shapely.points(x[good], y[good], np.where(np.isfinite(z[good]), z[good], 0.0))
    else:
        geometries[good] = shapely.points(x[good], y[good])
    reasons = {}
    for number in np.flatnonzero(~good):
        texts = [str(rows[number][i] if i < len(rows[number]) else "").strip() for i in (shape.x, shape.y)]
        if any(texts):
            reasons[int(number)] = say("not-two-numbers", texts=texts[0], texts2=texts[1])
    return geometries, reasons


def _ordinates(rows: list[Sequence[Any]], column: int, comma: bool) -> Any:
    def number(row: Sequence[Any]) -> float:
        value = row[column] if column < len(row) else None
        if comma and isinstance(value, str):
            value = value.strip().replace(",", ".")
        try:
            return float(value) if value not in (None, "") else float("nan")
        except (TypeError, ValueError):
            return _sexagesimal(str(value))

    return np.array([number(row) for row in rows])


def _sexagesimal(text: str) -> float:
    """Return degrees of degrees, minutes and seconds; NaN when it is nothing of the kind."""
    found = _DMS.fullmatch(text.strip())
    if found is None:
        return float("nan")
    before, degrees, minutes, seconds, after = found.groups()
    if float(minutes) >= 60 or float(seconds or 0) >= 60:
        return float("nan")
    size = int(degrees) + int(minutes) / 60 + float(seconds or 0) / 3600
    return -size if (before or after or "").upper()[:1] in ("S", "W", "南", "西") else size


def _from_wkt(texts: list[str]) -> tuple[Any, dict[int, str]]:
    bare = [text.split(";", 1)[1] if text[:5].upper() == "SRID=" else text for text in texts]
    try:
        geometries = shapely.from_wkt([text or None for text in bare], on_invalid="ignore")
    except NotImplementedError:  # a curve among them, which GEOS does not read
        geometries = np.array([_one_wkt(text) for text in bare], dtype=object)
    return geometries, {
        number: say("wkt-problem", wkt_problem=_wkt_problem(text), text=text[:60])
        for number, text in enumerate(bare)
        if text and geometries[number] is None
    }


def _wkt_problem(text: str) -> str:
    curved = re.match(r"\s*\w*(CURVE|CIRCULAR|SURFACE)", text, re.IGNORECASE)
    return say("wkt-curves") if curved else say("wkt-unreadable")


def _one_wkt(text: str) -> Any:
    try:
        return shapely.from_wkt(text or None, on_invalid="ignore")
    except NotImplementedError:
        return None
