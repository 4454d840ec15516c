"""One feature's shape made of others': cut by a line, joined with its neighbours, lessened by an area.

Everything is done in the degrees that shapes are stored in, where an edge is straight: what is not cut keeps its
last digit.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry import LineString, MultiLineString, MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry
from shapely.ops import split

from layers.crs.area import geodesic_area, geodesic_length
from layers.errors import BadQuery
from layers.sentences import say
from layers.validity import invalidity

BEYOND = 1e-8
"""Degrees, about a millimetre, by which a cutting line reaches beyond its ends: an end that was snapped to an edge lies
on it but for the last digit."""
_DIMENSIONS = {"LineString": 1, "MultiLineString": 1, "Polygon": 2, "MultiPolygon": 2}


def cut_by(geometry: BaseGeometry, line: BaseGeometry) -> list[BaseGeometry]:
    """Return the parts that a line cuts a polygon or line into, the largest first; what stays whole goes with it.

    Raises:
        BadQuery: it is neither polygon nor line, or is not cut.
    """
    dimension = _dimension(geometry)
    longer = LineString(_beyond(shapely.get_coordinates(line)))
    whole, pieces = [], list[BaseGeometry]()
    for part in shapely.get_parts(geometry):
        # A line that runs along another is no cut of it, and shapely refuses it.
        along = dimension == 1 and part.intersection(longer).length > 0
        cuts = [part] if along else list(split(part, longer).geoms)
        if len(cuts) > 1:
            pieces += cuts
        else:
            whole.append(part)
    if not pieces:
        raise BadQuery(say("not-cut"), "line")
    pieces.sort(key=lambda piece: -float(size_of([piece])[0]))
    return [_together([pieces[0], *whole]), *pieces[1:]]


def joined(geometries: Sequence[BaseGeometry]) -> BaseGeometry:
    """Return polygons, or lines, as one; lines that meet end to end go on as one line.

    Raises:
        BadQuery: they are of two kinds, or points.
    """
    if len({_dimension(geometry) for geometry in geometries}) > 1:
        raise BadQuery(say("join-kinds"), "geometries")
    union = shapely.union_all(list(geometries))
    return shapely.line_merge(union) if union.geom_type == "MultiLineString" else union


def lessened(geometry: BaseGeometry, area: BaseGeometry) -> BaseGeometry:
    """Return what of a polygon or line lies outside an area: an area within it becomes a hole.

    Raises:
        BadQuery: nothing is left, or nothing is taken away.
    """
    dimension = _dimension(geometry)
    rest = shapely.difference(geometry, area)
    if rest.is_empty:
        raise BadQuery(say("nothing-left"), "area")
    if shapely.get_dimensions(shapely.intersection(geometry, area)) < dimension:
        raise BadQuery(say("nothing-taken"), "area")
    parts = [part for part in shapely.get_parts(rest) if _DIMENSIONS.get(part.geom_type) == dimension]
    return _together(parts)


def size_of(geometries: Sequence[BaseGeometry]) -> npt.NDArray[np.float64]:
    """Return geodesic areas in m², of lines their lengths in m."""
    flat = np.array([shapely.force_2d(geometry) for geometry in geometries], dtype=object)
    return geodesic_area(flat) if _dimension(geometries[0]) == 2 else geodesic_length(flat)


def _dimension(geometry: BaseGeometry) -> int:
    if geometry.geom_type not in _DIMENSIONS:
        raise BadQuery(say("cut-kind", kind=geometry.geom_type), "geometry")
    if not geometry.is_valid:
        raise BadQuery(say("polygon-invalid", why=invalidity(geometry)), "geometry")
    return _DIMENSIONS[geometry.geom_type]


def _together(parts: Sequence[BaseGeometry]) -> BaseGeometry:
    if len(parts) == 1:
        return parts[0]
    if parts[0].area:
        return MultiPolygon([part for part in parts if isinstance(part, Polygon)])
    return MultiLineString([part for part in parts if isinstance(part, LineString)])


def _beyond(positions: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return a line's positions with one more before its first and one after its last, a little further on."""
    ends = []
    for end, inner in ((positions[0], positions[1]), (positions[-1], positions[-2])):
        step = end - inner
        length = float(np.hypot(*step)) or 1.0
        ends.append(end + step / length * BEYOND)
    return np.vstack([ends[0], positions, ends[1]])
