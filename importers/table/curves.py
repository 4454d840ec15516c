"""Curves written as WKT (ISO 19125: CIRCULARSTRING, COMPOUNDCURVE, CURVEPOLYGON and their collections), made lines.

GEOS reads none of them. The grammar is small: a name, perhaps ``Z``, ``M`` or ``ZM``, and in brackets either points or
further such texts; a part without a name is a line, or a ring.
"""

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import shapely

from importers.vector.wkb import Point, UnreadableGeometry, arc
from layers.sentences import say

CURVED = re.compile(r"\b(CIRCULARSTRING|COMPOUNDCURVE|CURVEPOLYGON|MULTICURVE|MULTISURFACE)", re.IGNORECASE)
SURFACES = {"TIN": "TIN", "TRIANGLE": "triangle", "POLYHEDRALSURFACE": "polyhedral surface"}
MOST_NESTED = 32
_TOKEN = re.compile(r"\s*([A-Za-z]+|[(),]|[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)")
_COLLECTED: dict[str, Any] = {
    "MULTICURVE": shapely.MultiLineString, "MULTILINESTRING": shapely.MultiLineString,
    "MULTISURFACE": shapely.MultiPolygon, "MULTIPOLYGON": shapely.MultiPolygon,
    "MULTIPOINT": shapely.MultiPoint, "GEOMETRYCOLLECTION": shapely.GeometryCollection,
}  # fmt: skip
_MEMBER = {"MULTICURVE": "LINESTRING", "MULTILINESTRING": "LINESTRING", "MULTISURFACE": "POLYGON",
           "MULTIPOLYGON": "POLYGON", "MULTIPOINT": "POINT", "COMPOUNDCURVE": "LINESTRING",
           "CURVEPOLYGON": "LINESTRING", "POLYGON": "LINESTRING"}  # fmt: skip
"""What a part without a name is, within each."""


def read_curves(text: str, tolerance: float) -> Any:
    """Return the geometry that a text of curves writes; arcs keep within ``tolerance`` (units of its ordinates).

    Raises:
        UnreadableGeometry: it is none; the message is a sentence.
    """
    return _Reader(text, tolerance).whole()


class _Reader:
    def __init__(self, text: str, tolerance: float) -> None:
        self._tokens, self._tolerance = list(_tokens(text)), tolerance
        self._at = 0
        self._measured = False

    def whole(self) -> Any:
        try:
            geometry = self._geometry("", 0)
        except (IndexError, KeyError):
            raise UnreadableGeometry(say("wkt-unreadable")) from None
        except (ValueError, NotImplementedError, AttributeError, shapely.GEOSException) as error:
            raise UnreadableGeometry(say("geometry-malformed", error=str(error).strip())) from None
        if self._at != len(self._tokens):
            raise UnreadableGeometry(say("wkt-unreadable"))
        return geometry

    def _next(self) -> str:
        token = self._tokens[self._at]
        self._at += 1
        return token

    def _ends(self) -> bool:
        """Take what follows a member: a comma, or the bracket that ends them all."""
        token = self._next()
        if token not in (",", ")"):
            raise UnreadableGeometry(say("wkt-unreadable"))
        return token == ")"

    def _geometry(self, unnamed: str, depth: int) -> Any:
        if depth > MOST_NESTED:
            raise UnreadableGeometry(say("nested-too-deeply"))
        name = self._name() or unnamed
        if self._tokens[self._at].upper() == "EMPTY":
            self._at += 1
            return shapely.from_wkt(f"{_PLAIN.get(name, name)} EMPTY")
        if self._next() != "(":
            raise UnreadableGeometry(say("wkt-unreadable"))
        if name in ("POINT", "LINESTRING", "CIRCULARSTRING"):
            return self._of_points(name)
        members = [self._geometry(_MEMBER.get(name, ""), depth + 1)]
        while not self._ends():
            members.append(self._geometry(_MEMBER.get(name, ""), depth + 1))
        if name == "COMPOUNDCURVE":
            return _chained(members)
        if name in ("POLYGON", "CURVEPOLYGON"):
            return shapely.Polygon(members[0].coords, [ring.coords for ring in members[1:]])
        return _COLLECTED[name](members)

    def _name(self) -> str:
        """Take a name, with the letters that say which ordinates there are."""
        name = ""
        while (token := self._tokens[self._at].upper()).isalpha() and token != "EMPTY":
            self._at += 1
            if token in ("Z", "M", "ZM"):
                self._measured = "M" in token
            else:
                name = token
        for ordinates in ("ZM", "Z", "M"):  # also written without a blank: CIRCULARSTRINGZ
            if name.endswith(ordinates) and name.removesuffix(ordinates) in _NAMES:
                self._measured = "M" in ordinates
                return name.removesuffix(ordinates)
        return name

    def _of_points(self, name: str) -> Any:
        points = [self._point()]
        while not self._ends():
            points.append(self._point())
        if name == "POINT":
            return shapely.Point(points[0])
        if name == "LINESTRING":
            return shapely.LineString(points)
        if len(points) < 3 or len(points) % 2 == 0:
            raise UnreadableGeometry(say("circular-string-of", count=len(points)))
        line = points[:1]
        for start, middle, end in zip(points[:-2:2], points[1:-1:2], points[2::2], strict=True):
            line += arc(start, middle, end, self._tolerance)
        return shapely.LineString(line)

    def _point(self) -> Point:
        bracketed = self._tokens[self._at] == "("  # MULTIPOINT((1 2), (3 4))
        self._at += bracketed
        numbers: list[float] = []
        while (token := self._tokens[self._at]) not in (",", "(", ")"):
            if token.isalpha():
                raise UnreadableGeometry(say("wkt-unreadable"))
            numbers.append(float(self._next()))
        self._at += bracketed
        if self._measured or len(numbers) > 3:
            numbers.pop()
        if len(numbers) not in (2, 3):
            raise UnreadableGeometry(say("wkt-unreadable"))
        return tuple(numbers)


_NAMES = frozenset({"POINT", "LINESTRING", "CIRCULARSTRING", *_MEMBER, *_COLLECTED})
_PLAIN = {"CIRCULARSTRING": "LINESTRING", "COMPOUNDCURVE": "LINESTRING", "CURVEPOLYGON": "POLYGON",
          "MULTICURVE": "MULTILINESTRING", "MULTISURFACE": "MULTIPOLYGON"}  # fmt: skip


def _tokens(text: str) -> Iterator[str]:
    at = 0
    text = text.strip()
    while at < len(text):
        found = _TOKEN.match(text, at)
        if found is None:
            raise UnreadableGeometry(say("wkt-unreadable"))
        yield found[1]
        at = found.end()


def _chained(parts: list[Any]) -> Any:
    """Join the parts of a compound curve, each of which begins where the one before ends."""
    for before, after in pairwise(parts):
        if before.coords[-1][:2] != after.coords[0][:2]:
            raise UnreadableGeometry(say("wkt-curve-broken"))
    first, *rest = parts
    return shapely.LineString([*first.coords, *(point for part in rest for point in part.coords[1:])])
