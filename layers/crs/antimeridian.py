"""Shapes in degrees that go over the antimeridian, where longitude jumps from 180 to -180.

RFC 7946 (3.1.9) has them cut there. Read as straight lines in degrees, as everything else here reads them, an edge from
179 to -179 runs around the Earth the other way.
"""

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

HALF = 180.0


def goes_around(geometry: BaseGeometry) -> bool:
    """Return whether an edge (degrees, longitude first) goes more than half way around the Earth: none is meant to."""
    return any(
        len(longitudes) > 1 and float(np.abs(np.diff(longitudes)).max()) > HALF
        for longitudes in (shapely.get_coordinates(line)[:, 0] for line in _lines(geometry))
    )


def cut(geometry: BaseGeometry) -> BaseGeometry | None:
    """Return areas that were written without heed of the antimeridian cut there; None where they lie about a pole.

    They are narrower than half the Earth, so that what jumps is known to have crossed.
    """
    if not goes_around(geometry):
        return geometry
    eastern = shapely.transform(geometry, lambda at: np.column_stack([at[:, 0] % 360, at[:, 1]]))
    if goes_around(eastern):
        return None
    sides = [shapely.intersection(eastern, shapely.box(west, -90, west + HALF, 90)) for west in (0.0, HALF)]
    sides[1] = shapely.transform(sides[1], lambda at: at - [360, 0])
    return shapely.union_all([side for side in sides if not side.is_empty])


def _lines(geometry: BaseGeometry) -> list[BaseGeometry]:
    parts = shapely.get_parts(geometry)
    rings = shapely.get_rings(parts[shapely.get_type_id(parts) == shapely.GeometryType.POLYGON])
    return [*rings, *parts[shapely.get_type_id(parts) == shapely.GeometryType.LINESTRING]]
