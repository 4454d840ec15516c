"""How a layer's ordinates become places: its system, swapped axes, zone numbers before the eastings."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import pyproj

from layers.crs.names import horizontal, parse_crs, same_datum
from layers.crs.operations import find_transform
from layers.crs.transform import Transform
from layers.errors import GeoError
from layers.frame import Frame
from layers.sentences import say

Points = npt.NDArray[np.float64]
MARGIN = 0.25
"""Degrees beyond the frame that still count as lying in it: files overlap the city's boundary."""
# First code of each series of Gauss-Krüger zones, by datum: 3-degree zones 25-45, 6-degree zones 13-23 (EPSG registry).
ZONES_3 = {"CGCS2000": 4513, "Xi'an 1980": 2349, "Beijing 1954": 2401}
ZONES_6 = {"CGCS2000": 4491, "Xi'an 1980": 2327, "Beijing 1954": 21413}


@dataclass(frozen=True)
class Placement:
    """How a layer's numbers become east and north of ``crs``: axes swapped or not, and what is added to the easting.

    ``added`` are leading digits that were left out, of easting and northing (``importers.crs.dropped``). ``zones`` are
    the zone numbers in front of the eastings where there are several: each ordinate pair is then of its own zone's
    system (``zone_crs``). ``unit_m`` is what one unit of the numbers counts, before anything is added.
    """

    crs: pyproj.CRS
    swapped: bool = False
    shift: float = 0.0
    zones: tuple[int, ...] = ()
    added: tuple[float, float] = (0.0, 0.0)
    unit_m: float = 1.0

    @property
    def moved(self) -> tuple[float, float]:
        """What is added to easting and northing in all."""
        return self.shift + self.added[0], self.added[1]

    def apply(self, points: Points) -> Points:
        """Return east, north (n, 2) of the CRS."""
        ordered = points[:, ::-1] if self.swapped else points
        ordered = ordered if self.unit_m == 1.0 else ordered * self.unit_m
        return ordered + np.array(self.moved) if any(self.moved) else ordered


def share_in_frame(points: Points, placement: Placement, frame: Frame) -> float:
    """Return the share of points that lie in the frame (with a margin) if they are placed so."""
    lon, lat = degrees(points, placement)
    box = frame.extent
    inside = (lon >= box.west - MARGIN) & (lon <= box.east + MARGIN) & (lat >= box.south - MARGIN)
    return float(np.mean(inside & (lat <= box.north + MARGIN))) if len(points) else 0.0


def partly_swapped(points: Points, placement: Placement, frame: Frame) -> tuple[str, ...]:
    """Say that some of the points lie in the frame and others only with their axes swapped."""
    other = replace(placement, swapped=not placement.swapped)
    here, there = share_in_frame(points, placement, frame), share_in_frame(points, other, frame)
    return (say("partly-swapped", here=here, there=there),) if here > 0 and there > 0 and here + there <= 1.0 else ()


def degrees(points: Points, placement: Placement) -> tuple[Points, Points]:
    """Return longitude and latitude on the CRS's own datum; not finite where it cannot express the point."""
    east, north = placement.apply(points).T
    if placement.zones:
        return by_zone(placement, _unprojector, east, north)
    if horizontal(placement.crs).is_geographic and placement.crs.axis_info[0].unit_name.startswith("degree"):
        return east, north
    try:
        return _unprojector(placement.crs).points(east, north)
    except GeoError:
        return np.full(len(points), np.nan), np.full(len(points), np.nan)


def by_zone(
    placement: Placement, transform_of: Callable[[pyproj.CRS], Transform], east: Points, north: Points
) -> tuple[Points, Points]:
    """Bring each point on with the transform of the zone whose number stands before its easting."""
    x, y = np.full(len(east), np.nan), np.full(len(east), np.nan)
    with np.errstate(invalid="ignore"):
        numbers = np.floor(east / 1e6)
    for zone in placement.zones:
        chosen = numbers == zone
        system = zone_crs(placement.crs, zone)
        if chosen.any() and system is not None:
            x[chosen], y[chosen] = transform_of(system).points(east[chosen], north[chosen])
    return x, y


@lru_cache(maxsize=256)
def zone_crs(crs: pyproj.CRS, zone: int) -> pyproj.CRS | None:
    """Return the zone-prefixed Gauss-Krüger system of a zone number on the datum of a CRS; None when there is none."""
    first, series = (25, ZONES_3) if zone >= 25 else (13, ZONES_6)
    if not (13 <= zone <= 23 or 25 <= zone <= 45):
        return None
    systems = (parse_crs(code + zone - first) for code in series.values())
    return next((system for system in systems if same_datum(system, crs)), None)


@lru_cache(maxsize=256)
def _unprojector(crs: pyproj.CRS) -> Transform:
    base = horizontal(crs).geodetic_crs
    return find_transform(crs, base if base is not None else crs)
