"""Geometry literals of CQL2 text: well-known text to GeoJSON."""

from collections.abc import Callable

from layers.errors import BadFilter
from layers.filter.cql2_tokens import Cursor, Tree
from layers.sentences import say

_TYPES = {
    "POINT": "Point",
    "LINESTRING": "LineString",
    "POLYGON": "Polygon",
    "MULTIPOINT": "MultiPoint",
    "MULTILINESTRING": "MultiLineString",
    "MULTIPOLYGON": "MultiPolygon",
    "GEOMETRYCOLLECTION": "GeometryCollection",
}


def opens_geometry(cursor: Cursor) -> bool:
    """Say whether a geometry stands next: ``POINT(``, ``POINT Z (`` or ``POINT EMPTY``, not a property named point."""
    if not cursor.word(*_TYPES):
        return False
    return cursor.sign("(", ahead=1) or cursor.word("Z", "EMPTY", ahead=1)


def read_geometry(cursor: Cursor, *, member: bool = False) -> Tree:
    """Read one geometry; returns GeoJSON in the axis order it was written in.

    Raises:
        BadFilter: it is empty, or a collection inside a collection.
    """
    if not opens_geometry(cursor) or (member and cursor.word("GEOMETRYCOLLECTION")):
        cursor.fail(say("filter-wants-member") if member else say("filter-wants-geometry"))
    kind = _TYPES[cursor.take().text.upper()]
    cursor.skip_word("Z")
    if cursor.word("EMPTY"):
        raise BadFilter(say("filter-empty-geometry"), "filter")
    if kind == "GeometryCollection":
        return {"type": kind, "geometries": cursor.listing(lambda: read_geometry(cursor, member=True))}
    return {"type": kind, "coordinates": _COORDINATES[kind](cursor)}


def _position(cursor: Cursor) -> list[int | float]:
    """Read ``x y`` or ``x y z``."""
    position = [cursor.signed()]
    while cursor.peek().kind == "number" or cursor.sign("-", "+"):
        position.append(cursor.signed())
    if not 2 <= len(position) <= 3:
        cursor.fail(say("filter-wants-ordinates"))
    return position


def _point(cursor: Cursor) -> list[int | float]:
    """Read ``(x y)``."""
    cursor.expect("(")
    position = _position(cursor)
    cursor.expect(")")
    return position


def _line(cursor: Cursor) -> Tree:
    return cursor.listing(lambda: _position(cursor))


def _rings(cursor: Cursor) -> Tree:
    return cursor.listing(lambda: _line(cursor))


_COORDINATES: dict[str, Callable[[Cursor], Tree]] = {
    "Point": _point,
    "LineString": _line,
    "Polygon": _rings,
    "MultiPoint": lambda cursor: cursor.listing(lambda: _point(cursor) if cursor.sign("(") else _position(cursor)),
    "MultiLineString": _rings,
    "MultiPolygon": lambda cursor: cursor.listing(lambda: _rings(cursor)),
}
