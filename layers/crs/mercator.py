"""The plane of web maps (EPSG:3857): its code, its width, where it ends, its formula."""

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

MERCATOR_SRID = 3857
WORLD = 40075016.685578488
"""Width of the world, metres: the circumference of WGS 84's equator."""
MOST_NORTH = 85.05112877980659
"""Latitude, degrees, at which the plane is as high as it is wide; what lies beyond is drawn at its edge."""
EARTH_RADIUS_M = 6378137.0


def to_mercator(coordinates: Floats) -> Floats:
    """Return x, y (n, 2) of EPSG:3857 from degrees east, north by the formula; latitudes end at 85.05 degrees.

    x = R lon, y = R artanh(sin(lat)), R = 6378137 m, on the sphere as EPSG:3857 defines it.
    """
    mercator = np.empty((len(coordinates), 2))
    np.multiply(coordinates[:, 0], EARTH_RADIUS_M * np.pi / 180, out=mercator[:, 0])
    north = np.clip(coordinates[:, 1], -MOST_NORTH, MOST_NORTH, out=mercator[:, 1])
    for step in (np.radians, np.sin, np.arctanh):  # in place: a shape of millions of vertices is not held five times
        step(north, out=north)
    north *= EARTH_RADIUS_M
    return mercator
