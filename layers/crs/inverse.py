"""The way back of an operation that is known one way only, as the city's own are: found step by step.

A tile of a raster asks where in the source its pixels lie, while parameters lead from the source to the frame.
"""

from dataclasses import replace

import numpy as np
import pyproj

from layers.crs.names import horizontal
from layers.crs.operations import find_transform
from layers.crs.transform import Floats, Transform

STEPS = 20
SEAM = 1e5
"""Two pieces of a registry do not meet where they adjoin: between them nothing is found. What comes nearest is taken if
it is off by no more than so many times the aim, a metre, so that a picture has no crack there."""


def inverse(transform: Transform) -> Transform:
    """Return the way back of a transform, also beyond its area: tiles reach over the edge of a sheet that lies in it.

    Newton's method with the derivatives of the first step (the chord method), to 1e-10 degree or 0.01 mm, begun at the
    place that has the same degrees on the source's own datum; between two pieces what comes nearest. NaN where there is
    no way back.
    """
    there = transform.beyond or transform.apply
    down = find_transform(transform.target, _degrees(transform.target))
    up = find_transform(_degrees(transform.source), transform.source)
    step = 1e-5 if transform.source.is_geographic else 1.0
    close = 1e-10 if transform.target.is_geographic else 1e-5

    def back(x: Floats, y: Floats) -> tuple[Floats, Floats]:
        with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
            east, north = up.points(*down.points(x, y))
            (here_x, here_y), (east_x, east_y) = there(east, north), there(east + step, north)
            north_x, north_y = there(east, north + step)
            a, b = (east_x - here_x) / step, (north_x - here_x) / step
            c, d = (east_y - here_y) / step, (north_y - here_y) / step
            for _ in range(STEPS):
                off_x, off_y = x - here_x, y - here_y
                if not (np.hypot(off_x, off_y) > close).any():
                    break
                east = east + (d * off_x - b * off_y) / (a * d - b * c)
                north = north + (a * off_y - c * off_x) / (a * d - b * c)
                here_x, here_y = there(east, north)
            found = np.hypot(x - here_x, y - here_y) <= SEAM * close
        return np.where(found, east, np.nan), np.where(found, north, np.nan)

    return replace(transform, source=transform.target, target=transform.source, apply=back, beyond=None)


def _degrees(crs: pyproj.CRS) -> pyproj.CRS:
    """Return the degrees that a CRS stands on."""
    return horizontal(crs).geodetic_crs or crs
