"""Whether control points lie where their coordinate systems say: swapped axes and foreign zones fit one another well.

A shift between numbers that are all wrong in the same way has small residuals; only the place gives it away.
"""

import numpy as np
import numpy.typing as npt
import pyproj

from importers.datum.control import BadControl, Control
from layers.crs.operations import find_transform
from layers.sentences import say

Floats = npt.NDArray[np.float64]

BESIDE_DEGREES = 3.0
"""How far beside the area of its system a point may lie: zones are drawn out to the next, and areas are rounded."""
NAMED = 5


def check_places(control: Control, source: pyproj.CRS, target: pyproj.CRS) -> None:
    """Refuse points that lie far from where their system is used.

    Raises:
        BadControl: the sentence names the side, the points, and what is amiss as a rule.
    """
    for side, crs, ordinates in (("source", source, control.source), ("target", target, control.target)):
        outside = _outside(crs, ordinates[:, 0], ordinates[:, 1])
        if not outside.any():
            continue
        if not _outside(crs, ordinates[:, 1], ordinates[:, 0])[outside].any():
            code = "control-axes-swapped" if outside.all() else "control-axes-swapped-of"
        else:
            code = "control-outside"
        names = [name for name, is_outside in zip(control.names, outside, strict=True) if is_outside]
        shown = ", ".join(names[:NAMED]) + (", …" if len(names) > NAMED else "")
        raise BadControl(say(code, side=side, crs=crs.name, names=shown))


def _outside(crs: pyproj.CRS, east: Floats, north: Floats) -> npt.NDArray[np.bool_]:
    geographic = crs.geodetic_crs
    if geographic is None:
        return np.zeros(len(east), dtype=bool)
    with np.errstate(all="ignore"):
        lon, lat = (east, north) if crs.is_geographic else find_transform(crs, geographic).points(east, north)
        away = ~(np.isfinite(lon) & np.isfinite(lat) & (np.abs(lat) <= 90))
        if (area := crs.area_of_use) is not None and area.west <= area.east:
            away |= (lon < area.west - BESIDE_DEGREES) | (lon > area.east + BESIDE_DEGREES)
            away |= (lat < area.south - BESIDE_DEGREES) | (lat > area.north + BESIDE_DEGREES)
    outside: npt.NDArray[np.bool_] = away
    return outside
