"""Zone numbers before eastings: found, taken off, added, or several in one file."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pyproj

from importers.batch import Decision
from importers.crs.placement import ZONES_3, ZONES_6, Placement, Points, share_in_frame, zone_crs
from importers.vector.survey import Survey
from layers.crs.names import parse_crs
from layers.frame import Frame
from layers.sentences import listed, say

CERTAIN = 0.9


def by_prefix(survey: Survey) -> Iterator[tuple[pyproj.CRS, bool]]:
    """Yield the Gauss-Krüger zones that prefixed eastings name, wherever in China that is."""
    for swapped in (False, True):
        east, north = (survey.points[:, ::-1] if swapped else survey.points).T
        zone = zone_number(east)
        if zone is None or not ((north > 1.8e6) & (north < 6.1e6)).all():
            continue
        first, series = (25, ZONES_3) if zone >= 25 else (13, ZONES_6)
        for code in series.values():
            yield parse_crs(code + zone - first), swapped


def zone_number(east: Points) -> int | None:
    """Return the zone number in front of every easting: 38 of 38 651 652; None when there is none or several."""
    zones = np.unique(np.floor(east / 1e6)) if len(east) else np.empty(0)
    within = east - zones[0] * 1e6 if len(zones) == 1 else np.empty(0)
    if len(zones) != 1 or not (13 <= zones[0] <= 45) or 23 < zones[0] < 25:
        return None
    return int(zones[0]) if ((within > 1e5) & (within < 9e5)).all() else None


def mixed_zones(
    survey: Survey, crs: pyproj.CRS, swapped: bool, frame: Frame
) -> tuple[Placement, tuple[Decision, ...]] | None:
    """Place features of several zones, each by the zone number before its eastings; None when it is not so.

    Some may have no such number, those with swapped axes for example: they are placed nowhere.
    """
    if not crs.is_projected or not len(survey.points):
        return None
    every = np.floor(Placement(crs, swapped).apply(survey.points)[:, 0] / 1e6)
    numbers, counts = np.unique(every, return_counts=True)
    found = {int(zone): int(n) for zone, n in zip(numbers, counts, strict=True) if zone_crs(crs, int(zone)) is not None}
    zones, numbered = tuple(found), np.isin(every, list(found))
    if not 2 <= len(zones) <= 4 or numbered.mean() <= 0.5:
        return None
    place = Placement(crs, swapped, 0.0, zones)
    if share_in_frame(survey.points[numbered], place, frame) < CERTAIN:
        return None
    seen = listed(say("vertices-in-zone", count=count, zone=zone) for zone, count in found.items())
    value = say("zones-mixed", names=", ".join(map(str, zones)))
    decisions = [Decision(say("zone-prefix"), value, "measured", (seen, say("so-placed-inside")))]
    if swapped:
        decisions.insert(0, Decision(say("axis-order"), say("north-first-swapped"), "measured", (seen,)))
    return place, tuple(decisions)


def zone_shift(survey: Survey, placement: Placement, frame: Frame) -> float:
    """Return what brings zone-prefixed eastings to an unprefixed CRS or the other way round; 0: nothing is amiss."""
    if not placement.crs.is_projected or not len(survey.points):
        return 0.0
    zone = zone_number(placement.apply(survey.points)[:, 0])
    own = own_zone(placement.crs)
    if (zone or 0) == own or not (zone or own):
        return 0.0
    shift = (own - (zone or 0)) * 1e6
    moved = replace(placement, shift=shift)
    better = share_in_frame(survey.points, moved, frame) >= CERTAIN
    return shift if better and share_in_frame(survey.points, placement, frame) == 0 else 0.0


def zone_decisions(placement: Placement) -> tuple[Decision, ...]:
    """Return what was done to the zone number before the eastings; nothing where nothing was."""
    if not placement.shift:
        return ()
    zone, removed = int(abs(placement.shift) // 1e6), placement.shift < 0
    value = say("zone-taken-off" if removed else "zone-added", zone=zone)
    crs = placement.crs.name
    evidence = (say("crs-no-zone", crs=crs) if removed else say("crs-carries-zone", crs=crs, zone=zone),)
    return (Decision(say("zone-prefix"), value, "measured", evidence),)


def own_zone(crs: pyproj.CRS) -> int:
    """Return the zone number that a CRS has in front of its eastings; 0 when it has none."""
    operation = crs.coordinate_operation
    values = {p.name.lower(): p.value for p in operation.params} if operation else {}
    return int(float(values.get("false easting", 0.0)) // 1e6)
