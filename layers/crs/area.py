"""True areas and lengths on the CGCS2000 ellipsoid; never from the plane of a projection.

Land surveys report the area that the closed formula of the 2008 national notice (No. 32) gives: each edge of a polygon
is a trapezoid between two parallels and a fixed meridian, its area a series in the sines of the latitude difference
and the cosines of the mean latitude. ``ellipsoidal_area`` is that formula; ``geodesic_area`` is the independent one of
GeographicLib, whose edges are geodesics. For parcels the two agree to better than a square millimetre; on long edges
they differ because the edges do: a polygon of a plane is to be densified there before it is brought to degrees.
"""

from typing import Any

import numpy as np
import numpy.typing as npt
import shapely
from pyproj import Geod

from layers.crs.names import SEMI_MAJOR_M

FLATTENING = 1 / 298.257222101
MU_M2 = 10_000 / 15

Floats = npt.NDArray[np.float64]
Geometries = npt.NDArray[Any]

_GEOD = Geod(a=SEMI_MAJOR_M, f=FLATTENING)
_E2 = FLATTENING * (2 - FLATTENING)
_SERIES = (
    1 + 3 / 6 * _E2 + 30 / 80 * _E2**2 + 35 / 112 * _E2**3 + 630 / 2304 * _E2**4,
    -(1 / 6 * _E2 + 15 / 80 * _E2**2 + 21 / 112 * _E2**3 + 420 / 2304 * _E2**4),
    3 / 80 * _E2**2 + 7 / 112 * _E2**3 + 180 / 2304 * _E2**4,
    -(1 / 112 * _E2**3 + 45 / 2304 * _E2**4),
    5 / 2304 * _E2**4,
)


def ellipsoidal_area(geometries: npt.ArrayLike) -> Floats:
    """Return the area in m² of each geometry (degrees east, north on CGCS2000) by the national formula.

    Polygons and multipolygons (also inside collections) count, holes subtract, everything else is 0; null gives NaN.
    Edges run as straight lines in longitude and latitude. The direction of the rings does not matter.
    """
    given = np.atleast_1d(np.asarray(geometries, dtype=object))
    polygons, owner = _polygons(given)
    rings, of_polygon = shapely.get_rings(polygons, return_index=True)
    areas = np.zeros(len(given))
    if len(rings):
        is_hole = np.concatenate([[False], of_polygon[1:] == of_polygon[:-1]])
        np.add.at(areas, owner[of_polygon], np.where(is_hole, -1.0, 1.0) * _ring_areas(rings))
    areas[shapely.is_missing(given)] = np.nan
    return areas


def geodesic_area(geometries: npt.ArrayLike) -> Floats:
    """Return the area in m² of each geometry (degrees) with geodesic edges, rings in any direction; null gives NaN."""
    given = np.atleast_1d(np.asarray(geometries, dtype=object))
    polygons, owner = _polygons(given)
    areas = np.zeros(len(given))
    for polygon, i in zip(shapely.orient_polygons(polygons), owner, strict=True):
        areas[i] += _GEOD.geometry_area_perimeter(polygon)[0]
    areas[shapely.is_missing(given)] = np.nan
    return areas


def geodesic_length(geometries: npt.ArrayLike) -> Floats:
    """Return the length in m of each geometry (degrees): lines their length, polygons all their rings."""
    given = np.atleast_1d(np.asarray(geometries, dtype=object))
    return np.array([np.nan if g is None else float(_GEOD.geometry_length(g)) for g in given], dtype=np.float64)


def cell_area(west: float, south: float, east: float, north: float) -> float:
    """Return the area in m² of a cell between two meridians and two parallels (degrees), by the same formula."""
    return float(_trapezoid(np.radians([south]), np.radians([north]), np.radians([east - west]))[0])


def _polygons(geometries: Geometries) -> tuple[Geometries, npt.NDArray[np.intp]]:
    """Return all polygons inside the geometries and, for each, which geometry it came from."""
    parts, owner = geometries, np.arange(len(geometries))
    while np.any(shapely.get_type_id(parts) > shapely.GeometryType.POLYGON):
        parts, index = shapely.get_parts(parts, return_index=True)
        owner = owner[index]
    chosen = shapely.get_type_id(parts) == shapely.GeometryType.POLYGON
    return parts[chosen], owner[chosen]


def _ring_areas(rings: Geometries) -> Floats:
    """Return the absolute area of each ring: the sum of its edges' trapezoids against the ring's first meridian."""
    coordinates, index = shapely.get_coordinates(rings, return_index=True)
    lengths = np.bincount(index, minlength=len(rings))
    starts = np.concatenate([[0], np.cumsum(lengths)[:-1]])
    longitude = np.radians(coordinates[:, 0] - np.repeat(coordinates[np.minimum(starts, len(index) - 1), 0], lengths))
    latitude = np.radians(coordinates[:, 1])
    same_ring = index[1:] == index[:-1]
    edges = np.zeros(len(index))
    edges[:-1][same_ring] = _trapezoid(latitude[:-1], latitude[1:], (longitude[:-1] + longitude[1:]) / 2)[same_ring]
    return np.abs(np.bincount(index, weights=edges, minlength=len(rings)))


def _trapezoid(south: Floats, north: Floats, width: Floats) -> Floats:
    """Return the signed area between two parallels over a longitude difference, all in radians."""
    half, middle = (north - south) / 2, (north + south) / 2
    semi_minor = SEMI_MAJOR_M * (1 - FLATTENING)
    total = np.zeros_like(half)
    for i, factor in enumerate(_SERIES):
        total += factor * np.sin((2 * i + 1) * half) * np.cos((2 * i + 1) * middle)
    return 2 * semi_minor**2 * width * total
