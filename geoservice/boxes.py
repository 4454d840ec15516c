"""``bbox`` of items: a box in any offered coordinate system, as areas in the storage CRS."""

from collections.abc import Mapping

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from geoservice.parameters import numbers
from layers.crs.names import CRS84, parse_crs
from layers.crs.operations import find_transform
from layers.crs.output import OutputCrs, find_crs
from layers.errors import BadQuery
from layers.frame import Bounds
from layers.layer import Version
from layers.sentences import say

_EDGE_POINTS = 33


def read_box(
    given: Mapping[str, str], offered: Mapping[str, OutputCrs], version: Version
) -> tuple[Bounds | BaseGeometry, ...]:
    """Read ``bbox`` in ``bbox-crs`` (authority axis order) to areas in the storage CRS."""
    ends = numbers(given, "bbox", (4, 6))
    crs = find_crs(offered, given.get("bbox-crs", CRS84), "bbox-crs")
    if ends is None:
        return ()
    low, high = (ends[:2], ends[2:]) if len(ends) == 4 else (ends[:2], ends[3:5])
    if crs.north_east:
        low, high = low[::-1], high[::-1]
    (west, south), (east, north) = low, high
    if south > north:
        raise BadQuery(say("bbox-south-north", south=south, north=north), "bbox")
    if crs.crs.is_geographic:
        return _degrees(west, south, east, north)
    if west > east:
        raise BadQuery(say("bbox-west-east", west=west, east=east), "bbox")
    return (_bent(crs, version, west, south, east, north),)


def _degrees(west: float, south: float, east: float, north: float) -> tuple[Bounds, ...]:
    if south < -90 or north > 90:
        raise BadQuery(
            say("bbox-latitude"),
            "bbox",
        )
    if abs(west) > 360 or abs(east) > 360:
        raise BadQuery(say("bbox-longitude"), "bbox")
    if west <= east and (west < -180 or east > 180):  # of a map that goes on beyond the antimeridian
        if east - west >= 360:
            west, east = -180.0, 180.0
        else:
            west, east = (end - 360 if end > 180 else end + 360 if end < -180 else end for end in (west, east))
    if west <= east:
        return (Bounds(west, south, east, north),)
    return Bounds(west, south, 180, north), Bounds(-180, south, east, north)


def _bent(crs: OutputCrs, version: Version, west: float, south: float, east: float, north: float) -> BaseGeometry:
    """Return a projected box in the storage CRS: its edges bend there, so they get points along them."""
    x, y = np.linspace(west, east, _EDGE_POINTS), np.linspace(south, north, _EDGE_POINTS)
    ring_x = np.concatenate([x, np.full_like(y, east), x[::-1], np.full_like(y, west)])
    ring_y = np.concatenate([np.full_like(x, south), y, np.full_like(x, north), y[::-1]])
    lon, lat = find_transform(crs.crs, parse_crs(version.srid)).points(ring_x, ring_y)
    if not (np.isfinite(lon).all() and np.isfinite(lat).all()):
        raise BadQuery(say("bbox-outside", crs=crs.crs.name), "bbox")
    area: BaseGeometry = shapely.Polygon(np.column_stack([lon, lat]))
    return area if area.is_valid else area.buffer(0)
