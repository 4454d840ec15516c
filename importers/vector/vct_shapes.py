"""Geometries of VCT objects: areas put together from the lines that bound them, arcs made lines."""

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

import numpy as np
import shapely

from importers.vector.nested_rings import area_of
from importers.vector.vct_text import THROUGH, Coordinates, VctObject
from importers.vector.wkb import arc
from layers.sentences import say


class NoShape(Exception):
    """An object has no geometry; the text is the sentence that says why."""


Curves = Mapping[int, Coordinates]
"""The vertices of lines, by number."""


def shape_of(section: str, one: VctObject, curves: Curves, tolerance: float) -> Any:
    """Return an object's geometry in the file's ordinates; arcs keep within ``tolerance`` of them.

    Raises:
        NoShape: it has none that can be drawn.
    """
    if one.fault is not None:
        raise NoShape(one.fault)
    try:
        return _MAKERS[section](one, curves, tolerance)
    except (ValueError, shapely.GEOSException):
        raise NoShape(say("vct-too-few", count=sum(len(part) for _, part in one.parts))) from None


def vertices(one: VctObject, tolerance: float) -> Coordinates:
    """Return the vertices of a line of several parts, each of which begins where the one before ends."""
    if len(one.parts) == 1 and one.parts[0][0] != THROUGH:
        return one.parts[0][1]
    joined: list[Coordinates] = []
    for kind, part in one.parts:
        points = _along(part, tolerance) if kind == THROUGH else part
        again = bool(joined) and np.array_equal(joined[-1][-1], points[0])
        joined.append(points[1:] if again else points)
    return np.concatenate(joined) if joined else np.empty((0, 2))


def _along(part: Coordinates, tolerance: float) -> Coordinates:
    if len(part) != 3:
        raise ValueError("an arc has three points")
    start, middle, end = (tuple(point) for point in part.tolist())
    return np.array([start, *arc(start, middle, end, tolerance)])


def _points(one: VctObject, curves: Curves, tolerance: float) -> Any:
    kind, points = one.parts[0]
    if kind == 3 or len(points) == 1:  # one that has a direction, which is no place
        return shapely.Point(points[0])
    return shapely.MultiPoint(points)


def _line(one: VctObject, curves: Curves, tolerance: float) -> Any:
    if one.references:
        parts = [_part(curves, number) for number in one.references if number]
        return shapely.line_merge(shapely.MultiLineString(parts))
    return shapely.LineString(vertices(one, tolerance))


def _area(one: VctObject, curves: Curves, tolerance: float) -> Any:
    if not one.references:
        return area_of([_along(part, tolerance) if kind == THROUGH else part for kind, part in one.parts])
    groups = [list(numbers) for parts, numbers in groupby(one.references, key=lambda number: number == 0) if not parts]
    rings = [ring for group in groups for ring in _rings([_part(curves, number) for number in group])]
    return area_of(rings)


def _part(curves: Curves, number: int) -> Coordinates:
    found = curves.get(abs(number))
    if found is None or not len(found):
        raise NoShape(say("vct-no-such-line", line=abs(number)))
    return found[::-1] if number < 0 else found


def _rings(parts: Sequence[Coordinates]) -> list[Coordinates]:
    """Return the rings that lines make, one after the other as they are named, else in whatever order they join.

    Raises:
        NoShape: they do not close.
    """
    rings: list[Coordinates] = []
    chain: list[Coordinates] = []
    for part in parts:
        if chain and not np.array_equal(chain[-1][-1], part[0]):
            return _joined(parts)
        chain.append(part[1:] if chain else part)
        if np.array_equal(chain[0][0], part[-1]):
            rings.append(np.concatenate(chain))
            chain = []
    return rings if not chain else _joined(parts)


def _joined(parts: Sequence[Coordinates]) -> list[Coordinates]:
    merged = shapely.line_merge(shapely.MultiLineString([part[:, :2] for part in parts]))
    rings = shapely.get_parts(merged)
    if not shapely.is_closed(rings).all():
        raise NoShape(say("vct-open-outline"))
    return [shapely.get_coordinates(ring) for ring in rings]


def _words(one: VctObject, curves: Curves, tolerance: float) -> Any:
    return shapely.Point(one.parts[0][1][0, :2])  # the third value is an angle


_MAKERS = {"point": _points, "line": _line, "polygon": _area, "annotation": _words}
