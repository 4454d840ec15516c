"""How far a distance in metres reaches in degrees: a comparison of distances is answered by the spatial index first.

``distance(geometry, POINT(…)) < 500`` measures every feature of a layer on the ellipsoid, 40 microseconds each; a box
that holds all that can be so near leaves few of them.
"""

import math

import shapely
from shapely.geometry.base import BaseGeometry

from layers.crs.names import parse_crs
from layers.filter.clauses import Binder, Expression
from layers.filter.spatial import meets_sql
from layers.frame import Bounds

_DEGREE_M = 110_000.0
"""Less than a degree of latitude is long anywhere (110 574 m at the equator), and of longitude there."""
_MOST_M = 1_000_000.0
_TURNED = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}


def within_reach(
    binder: Binder, operator: str, left: Expression, right: Expression, srid: int
) -> tuple[str, BaseGeometry] | None:
    """Return a condition that all features fulfil whose distance does, with its area; None where there is none."""
    if right.near is not None and operator in _TURNED:
        left, right, operator = right, left, _TURNED[operator]
    metres = right.literal
    if left.near is None or operator not in ("<", "<=") or not isinstance(metres, int | float):
        return None
    box = _reach(left.near, float(metres)) if parse_crs(srid).is_geographic else None
    return None if box is None else (meets_sql(binder, '"geom"', box, srid), shapely.box(*box))


def _reach(shape: BaseGeometry, metres: float) -> Bounds | None:
    """Return the box around a shape; None where it is too wide to help, reaches a pole or crosses 180 degrees."""
    if not 0 <= metres <= _MOST_M:
        return None
    west, south, east, north = shape.bounds
    up = metres / _DEGREE_M
    highest = max(abs(south), abs(north)) + up
    if highest >= 89:
        return None
    across = up / math.cos(math.radians(highest))
    box = Bounds(west - across, south - up, east + across, north + up)
    return box if -180 <= box.west and box.east <= 180 else None
