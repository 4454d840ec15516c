"""Hatches and filled polygons of drawings as areas: their boundaries as rings, and what the rings enclose."""

from collections.abc import Iterable
from typing import Any

import numpy as np
import shapely
from ezdxf.entities.boundary_paths import ArcEdge, EllipseEdge, LineEdge, SplineEdge
from ezdxf.math import BSpline, Vec3, fit_points_to_cad_cv
from shapely.geometry.base import BaseGeometry

from importers.drawing.curves import Floats, arc_pieces, as_array, bulged, spline_points


def hatch_area(hatch: Any, tolerance: float) -> BaseGeometry | None:
    """Return a hatch's area, its boundaries taken by the even-odd rule; None when they enclose nothing.

    Boundaries that the hatch's style leaves aside, all but the outermost or all islands, are no part of it.
    """
    ocs, level = hatch.ocs(), hatch.dxf.elevation.z
    rings = []
    for boundary in _filled(hatch):
        for points in _boundary(boundary, tolerance):
            if len(points) >= 3:
                placed = as_array(ocs.points_to_wcs(Vec3(x, y, level) for x, y in points))
                rings.append(shapely.polygons(shapely.linearrings(placed)))
    if not rings:
        return None
    area = even_odd(rings)
    return None if area.is_empty else area


_EXTERNAL, _OUTERMOST = 1, 16  # flags of a boundary
_TO_THE_OUTERMOST, _OVER_ISLANDS = 1, 2  # styles of a hatch; the usual one, 0, fills every second ring


def _filled(hatch: Any) -> list[Any]:
    """Return the boundaries that the hatch's style fills; all where none is marked as what it asks for."""
    every = list(hatch.paths)
    style = hatch.dxf.get("hatch_style", 0) if hatch.dxftype() == "HATCH" else 0
    outer = [path for path in every if path.path_type_flags & _EXTERNAL]
    inner = [path for path in every if path.path_type_flags & (_EXTERNAL | _OUTERMOST) == _OUTERMOST]
    if style == _OVER_ISLANDS and outer:
        return outer
    return outer + inner if style == _TO_THE_OUTERMOST and outer and inner else every


def even_odd(polygons: list[Any]) -> BaseGeometry:
    """Return what an odd number of polygons cover; heights are taken from the first."""
    largest_first = sorted(polygons, key=lambda p: -p.area)
    area: BaseGeometry = largest_first[0]
    if len(largest_first) > 1:
        level = shapely.get_coordinates(area, include_z=True)[0, 2] if shapely.has_z(area) else 0.0
        sound = shapely.make_valid(shapely.force_2d(np.array(largest_first, dtype=object)))
        while len(sound) > 1:  # pairwise, level by level: quicker than one after the other
            paired = shapely.symmetric_difference(sound[0 : len(sound) // 2 * 2 : 2], sound[1::2])
            sound = np.concatenate([paired, sound[len(sound) // 2 * 2 :]])
        area = shapely.force_3d(_only_areas(sound[0]), level)
    return area


def _only_areas(geometry: Any) -> Any:
    parts = [part for part in shapely.get_parts(geometry) if part.geom_type in ("Polygon", "MultiPolygon")]
    return (
        parts[0] if len(parts) == 1 else shapely.multipolygons(shapely.get_parts(parts)) if parts else shapely.Polygon()
    )


def _boundary(boundary: Any, tolerance: float) -> Iterable[list[tuple[float, float]]]:
    """Yield the rings of a boundary: of a polyline one, of edges those they make, joined end to end."""
    if hasattr(boundary, "vertices"):
        yield bulged([(v[0], v[1], v[2] if len(v) > 2 else 0.0) for v in boundary.vertices], True, tolerance)
        return
    chain: Floats = np.empty((0, 2))
    for edge in boundary.edges:
        points = _edge_points(edge, tolerance)
        if len(points) < 2:
            continue
        joined, gap = _joined(chain, points)
        # Edges are written with fewer digits than the corners they share.
        near = max(tolerance / 10, 1e-9 * float(np.abs(points).max()))
        if gap > near and np.abs(chain[0] - chain[-1]).max() <= near:
            yield list(map(tuple, chain))
            joined = points
        chain = joined
    yield list(map(tuple, chain))


def _joined(chain: Floats, points: Floats) -> tuple[Floats, float]:
    """Return an edge at the end of the chain it lies nearest to, either of them turned if need be, and the gap."""
    if len(chain) == 0:
        return points, 0.0
    ways = ((chain, points), (chain, points[::-1]), (points, chain), (chain[::-1], points))
    gaps = [float(np.abs(before[-1] - after[0]).max()) for before, after in ways]
    best = min(range(len(ways)), key=gaps.__getitem__)
    return np.concatenate(ways[best]), gaps[best]


def _edge_points(edge: Any, tolerance: float) -> Floats:
    """Return the points (n x 2, in the hatch's plane) of an edge; none of one that is no curve."""
    if isinstance(edge, LineEdge):
        return as_array((edge.start, edge.end))[:, :2]
    if isinstance(edge, ArcEdge):
        return _arc_points(edge, tolerance)
    if isinstance(edge, EllipseEdge):
        if edge.major_axis.magnitude == 0:
            return np.empty((0, 2))
        return as_array(edge.construction_tool().flattening(tolerance))[:, :2]
    if isinstance(edge, SplineEdge) and (spline := _edge_spline(edge)) is not None:
        return spline_points(spline, tolerance)[:, :2]
    return np.empty((0, 2))


def _arc_points(edge: ArcEdge, tolerance: float) -> Floats:
    radius, first = abs(edge.radius), np.radians(edge.start_angle)
    span = np.radians(edge.end_angle) - first
    span = 2 * np.pi if abs(span) >= 2 * np.pi - 1e-9 else span % (2 * np.pi)
    if radius == 0 or span == 0:
        return np.empty((0, 2))
    angle = first + span * np.linspace(0, 1, int(arc_pieces(radius, span, tolerance)) + 1)
    return np.column_stack([edge.center.x + radius * np.cos(angle), edge.center.y + radius * np.sin(angle)])


def _edge_spline(edge: SplineEdge) -> BSpline | None:
    if len(edge.control_points):
        knots, weights = edge.knot_values or None, edge.weights or None
        return BSpline(map(Vec3, edge.control_points), edge.degree + 1, knots, weights)
    if len(edge.fit_points) < 2:
        return None
    given = edge.start_tangent is not None and edge.end_tangent is not None
    tangents = (Vec3(edge.start_tangent), Vec3(edge.end_tangent)) if given else None
    return fit_points_to_cad_cv(map(Vec3, edge.fit_points), tangents=tangents)
