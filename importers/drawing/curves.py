"""Curves of drawings as chains of points: arcs, bulges, ellipses and splines, to a tolerance.

Arcs are cut exactly: no chord strays from its arc by more than the tolerance. (A Bézier stand-in, ezdxf's usual way,
errs by a 3700th of the radius, 14 cm on a 500 m curve.) Points and tolerances are in the drawing's own units.
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
from ezdxf.math import BSpline, Vec3

from layers.sentences import say

Floats = npt.NDArray[np.float64]

_MOST_POINTS = 100_000
_SAME = 1e-6  # drawing units between the ends of a curve that closes; never relative to ordinates of 39 million
_SPANS, _HALVINGS = 4, 12  # pieces between two knots of a spline, and how often one is halved at most
_ROUND = 1 / 8  # of the radius: the coarsest a chord may be, so that a small circle has eight sides


def arc_points(
    start: tuple[float, float], end: tuple[float, float], bulge: float, tolerance: float
) -> list[tuple[float, float]]:
    """Return the points after ``start`` to ``end`` along an arc; ``bulge`` is tan(angle / 4), left turns positive."""
    chord = math.hypot(end[0] - start[0], end[1] - start[1])
    if bulge == 0 or chord == 0:
        return [end]
    angle = 4 * math.atan(bulge)
    radius = chord * (1 + bulge * bulge) / (4 * abs(bulge))
    pieces = int(arc_pieces(radius, abs(angle), tolerance))
    # The centre lies on the chord's bisector, at (1 - b²) / 4b chords to its left.
    shift = (1 - bulge * bulge) / (4 * bulge)
    middle = ((start[0] + end[0]) / 2, (start[1] + end[1]) / 2)
    centre = (middle[0] - shift * (end[1] - start[1]), middle[1] + shift * (end[0] - start[0]))
    first = math.atan2(start[1] - centre[1], start[0] - centre[0])
    between = [first + angle * i / pieces for i in range(1, pieces)]
    return [(centre[0] + radius * math.cos(a), centre[1] + radius * math.sin(a)) for a in between] + [end]


def arc_pieces(radius: npt.ArrayLike, angle: npt.ArrayLike, tolerance: float) -> npt.NDArray[np.int64]:
    """Return into how many chords arcs are cut; small ones still look round, vast ones stay within bounds."""
    with np.errstate(divide="ignore"):
        part = np.minimum(tolerance / np.asarray(radius, dtype=np.float64), _ROUND)
    pieces = np.ceil(np.asarray(angle) / (2 * np.arccos(1 - part)) - 1e-9)
    whole: npt.NDArray[np.int64] = np.clip(pieces, 1, _MOST_POINTS).astype(np.int64)
    return whole


def _circle_points(entity: Any, tolerance: float) -> Floats:
    radius, centre = abs(entity.dxf.radius), entity.dxf.center
    if not radius > 0:
        raise ValueError(say("circle-no-radius"))
    first, span = 0.0, math.tau
    if entity.dxftype() == "ARC":
        first = math.radians(entity.dxf.start_angle)
        span = (math.radians(entity.dxf.end_angle) - first) % math.tau
        span = span if span > 1e-12 else math.tau
    pieces = int(arc_pieces(radius, span, tolerance))
    angle = first + span * np.arange(pieces + 1) / pieces
    points = (Vec3(centre.x + radius * math.cos(a), centre.y + radius * math.sin(a), centre.z) for a in angle)
    drawn = as_array(entity.ocs().points_to_wcs(points))
    if entity.dxftype() == "CIRCLE":
        drawn[-1] = drawn[0]  # closed to the last bit
    return drawn


def bulged(vertices: Sequence[tuple[float, float, float]], closed: bool, tolerance: float) -> list[tuple[float, float]]:
    """Return the points of a polyline whose vertices are x, y, bulge (of the piece that begins there)."""
    if not vertices:
        return []
    points = [(vertices[0][0], vertices[0][1])]
    following = [*vertices[1:], vertices[0]] if closed else vertices[1:]
    for (x, y, bulge), after in zip(vertices, following, strict=False):
        points += arc_points((x, y), (after[0], after[1]), bulge, tolerance)
    return points[:-1] if closed else points


def polyline_points(entity: Any, tolerance: float) -> tuple[Floats, bool]:
    """Return the points (n x 3, in the world's coordinates) of an LWPOLYLINE or 2D/3D POLYLINE, and if it is closed."""
    if entity.dxftype() == "LWPOLYLINE":
        vertices = [(x, y, bulge) for x, y, bulge in entity.get_points("xyb")]
        level, closed = entity.dxf.elevation, entity.closed
    elif entity.is_3d_polyline:
        return as_array(v.dxf.location for v in entity.vertices if not v.dxf.flags & 16), entity.is_closed
    else:
        drawn = [v for v in entity.vertices if not v.dxf.flags & 16]  # 16: a spline's control point, not on the curve
        vertices = [(v.dxf.location.x, v.dxf.location.y, v.dxf.get("bulge", 0.0)) for v in drawn]
        level, closed = entity.dxf.elevation.z, entity.is_closed
    points = bulged(vertices, closed, tolerance)
    return as_array(entity.ocs().points_to_wcs(Vec3(x, y, level) for x, y in points)), closed


def flattened(entity: Any, tolerance: float) -> Any:
    """Return a copy of an LWPOLYLINE or 2D POLYLINE with chords for its arcs."""
    copy = entity.copy()
    if entity.dxftype() == "LWPOLYLINE":
        vertices = [(x, y, bulge) for x, y, bulge in entity.get_points("xyb")]
        copy.set_points(bulged(vertices, entity.closed, tolerance), format="xy")
        return copy
    drawn = [(v.dxf.location.x, v.dxf.location.y, v.dxf.get("bulge", 0.0)) for v in entity.vertices]
    copy.vertices.clear()
    copy.append_formatted_vertices(bulged(drawn, entity.is_closed, tolerance), format="xy")
    return copy


_FULL_TURN = 1e-7
"""An ellipse that lacks less of a turn, radians, is whole: parameters are written with nine digits."""


def curve_points(entity: Any, tolerance: float) -> tuple[Floats, bool]:
    """Return the points of an ARC, CIRCLE, ELLIPSE, SPLINE or HELIX, and whether it is closed."""
    kind = entity.dxftype()
    if kind in ("ARC", "CIRCLE"):
        return _circle_points(entity, tolerance), kind == "CIRCLE"
    if kind == "ELLIPSE":
        span = (entity.dxf.end_param - entity.dxf.start_param) % math.tau
        return as_array(entity.flattening(tolerance)), min(span, math.tau - span) < _FULL_TURN
    points = spline_points(entity.construction_tool(), tolerance)
    return points, bool(entity.closed) or (len(points) > 3 and np.abs(points[0] - points[-1]).max() < _SAME)


def spline_points(spline: BSpline, tolerance: float) -> Floats:
    """Return the points of a B-spline, between the knots where it is a curve.

    Of a periodic spline, which closed ones are in some programs, these are not the first and the last knot: beyond them
    the basis functions no longer add up to one, and ezdxf's own points fly off.
    """
    knots, first, last = spline.knots(), spline.order - 1, spline.count
    breaks = np.unique(np.array(knots[first : last + 1]))
    at = np.concatenate([np.linspace(a, b, _SPANS, endpoint=False) for a, b in pairwise(breaks)] + [breaks[-1:]])
    points = [spline.point(t) for t in at]
    chain = [points[0]]
    for t, u, start, end in zip(at, at[1:], points, points[1:], strict=False):
        chain += _halved(spline, (t, u), (start, end), tolerance, _HALVINGS)
    return as_array(chain)


def _halved(
    spline: BSpline, between: tuple[float, float], ends: tuple[Vec3, Vec3], tolerance: float, left: int
) -> Iterator[Vec3]:
    """Yield the points after a piece's start to its end, halved until its middle lies by the chord."""
    (t, u), (start, end) = between, ends
    chord, centre = end - start, (t + u) / 2
    middle = spline.point(centre)
    away = middle - start
    across = chord.cross(away).magnitude / chord.magnitude if chord.magnitude > 0 else away.magnitude
    if across < tolerance or left == 0:
        yield end
    else:
        yield from _halved(spline, (t, centre), (start, middle), tolerance, left - 1)
        yield from _halved(spline, (centre, u), (middle, end), tolerance, left - 1)


def as_array(points: Iterable[Any]) -> Floats:
    """Return ezdxf points as an n x 3 array."""
    return np.array([(p.x, p.y, p.z) for p in map(Vec3, points)], dtype=np.float64).reshape(-1, 3)
