"""From a source's coordinates to the frame: placement, web-map shift, datum step and projection as one transform."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pyproj

from importers.batch import ReadOptions
from importers.crs.placement import Placement, by_zone, zone_crs
from layers.crs.names import parse_crs
from layers.crs.operations import find_transform
from layers.crs.transform import Transform, compose
from layers.errors import NoDatumOperation
from layers.frame import Bounds, Frame
from layers.sentences import say

Floats = npt.NDArray[np.float64]


def storage_transform(
    placement: Placement,
    where: tuple[Floats, Floats],
    frame: Frame,
    options: ReadOptions,
    city: Sequence[Transform] = (),
) -> Transform:
    """Return the transform from the file's x, y as stored to east, north degrees of the frame's storage CRS.

    ``where`` are longitudes and latitudes of the data on their own datum; the operation must be meant for that area.

    Raises:
        NoDatumOperation: there is no trustworthy operation.
    """
    target = parse_crs(frame.storage_srid)
    if options.datum:
        from importers.datum.gcj import shift_transform

        unshift = shift_transform(options.datum)
        return _placed(placement, compose(unshift, find_transform(unshift.target, target)))
    area = _area(*where)
    if placement.zones:
        return _of_zones(placement, target, area, city)
    try:
        found = find_transform(placement.crs, target, area=area, city=city, where=where)
    except NoDatumOperation:
        if not _outside_own_area(placement, area):
            raise
        found = find_transform(placement.crs, target, city=city, where=where)
        found = replace(found, note=say("outside-crs-area", note=found.note, crs=placement.crs.name))
    return _placed(placement, found)


def _of_zones(placement: Placement, target: pyproj.CRS, area: Bounds | None, city: Sequence[Transform]) -> Transform:
    """Join the transforms of several zones into one that goes by the number before each easting."""

    def of(system: pyproj.CRS) -> Transform:
        return find_transform(system, target, area=area, city=city)

    systems = [system for zone in placement.zones if (system := zone_crs(placement.crs, zone)) is not None]
    first = of(systems[0])

    def apply(x: Floats, y: Floats) -> tuple[Floats, Floats]:
        return by_zone(placement, of, *((y, x) if placement.swapped else (x, y)))

    steps = tuple(dict.fromkeys(step for system in systems for step in of(system).steps))
    return replace(first, source=placement.crs, steps=steps, apply=apply, beyond=None)


def _placed(placement: Placement, transform: Transform) -> Transform:
    """Put axis swap, unit, zone number and digits that were left out before the transform."""
    more_east, more_north = placement.moved
    if not placement.swapped and not more_east and not more_north and placement.unit_m == 1.0:
        return transform

    def apply(x: Floats, y: Floats) -> tuple[Floats, Floats]:
        east, north = (y, x) if placement.swapped else (x, y)
        return transform.points(east * placement.unit_m + more_east, north * placement.unit_m + more_north)

    kind = "projection" if transform.kind == "same" else transform.kind
    return replace(transform, kind=kind, apply=apply, beyond=None)


def _outside_own_area(placement: Placement, area: Bounds | None) -> bool:
    """Say whether the data lie where nobody uses their CRS: no operation can be meant for them there."""
    use = placement.crs.area_of_use
    return area is not None and use is not None and not Bounds(*use.bounds).intersects(area)


def _area(lon: Floats, lat: Floats) -> Bounds | None:
    good = np.isfinite(lon) & np.isfinite(lat)
    if not good.any():
        return None
    low, high = np.percentile(lon[good], [1, 99]), np.percentile(lat[good], [1, 99])
    # rounded outwards, so that a layer's versions ask PROJ the same question
    return Bounds(
        float(np.floor(low[0] * 2) / 2),
        float(np.floor(high[0] * 2) / 2),
        float(np.ceil(low[1] * 2) / 2),
        float(np.ceil(high[1] * 2) / 2),
    )


def steps_told(transform: Transform) -> str:
    """Return what a transform does, step by step, and its note."""
    return say("steps-told", steps=transform.steps or say("nothing-to-do"), note=transform.note)
