"""Which coordinate system a layer may be in, each candidate with the evidence for and against it.

Nothing here decides a datum: CGCS2000, Xi'an 1980 and Beijing 1954 coordinates differ by 50 to 120 m and no range of
numbers tells them apart. What numbers do tell: degrees or metres, which zone (a prefix 38 or 39, the side of 500 km),
and whether the axes are swapped. Those are decided by rule, recorded, and only where the result lies in the frame.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import pyproj

from importers.batch import CrsCandidate, Decision, Question, ReadOptions, crs_name
from importers.survey import Survey
from layers.crs import horizontal, is_wgs84, parse_crs, same_datum
from layers.errors import GeoError
from layers.frame import Bounds, Frame
from layers.operations import Transform, find_transform
from layers.sentences import listed, say

Points = npt.NDArray[np.float64]

MARGIN = 0.25
"""Degrees beyond the frame that still count as lying in it: files overlap the city's boundary."""
CERTAIN = 0.9
DATUM_UNKNOWN = say("datum-not-in-numbers")
# First code of each series of Gauss-Krüger zones, by datum: 3-degree zones 25-45, 6-degree zones 13-23 (EPSG registry).
ZONES_3 = {"CGCS2000": 4513, "Xi'an 1980": 2349, "Beijing 1954": 2401}
ZONES_6 = {"CGCS2000": 4491, "Xi'an 1980": 2327, "Beijing 1954": 21413}


@dataclass(frozen=True)
class Placement:
    """How a layer's numbers become east and north of ``crs``: axes swapped or not, and what is added to the easting.

    ``zones`` are the zone numbers in front of the eastings where there are several: each ordinate pair is then of its
    own zone's system (``zone_crs``).
    """

    crs: pyproj.CRS
    swapped: bool = False
    shift: float = 0.0
    zones: tuple[int, ...] = ()

    def apply(self, points: Points) -> Points:
        """Return east, north (n, 2) of the CRS."""
        ordered = points[:, ::-1] if self.swapped else points
        return ordered + np.array([self.shift, 0.0]) if self.shift else ordered


@dataclass(frozen=True)
class Evidence:
    """The answer for one layer: how to place it (None: must be asked), and everything that speaks for and against."""

    placement: Placement | None
    candidates: tuple[CrsCandidate, ...]
    decisions: tuple[Decision, ...] = ()
    questions: tuple[Question, ...] = ()
    warnings: tuple[str, ...] = ()


def weigh(
    survey: Survey, declared: pyproj.CRS | None, facts: tuple[str, ...], frame: Frame, options: ReadOptions
) -> Evidence:
    """Weigh what the file declares, what the user says and what the numbers show.

    Raises:
        UnknownCrs: the user's ``--crs`` names none.
    """
    said = parse_crs(options.crs) if options.crs else parse_crs(4326) if options.datum else None
    candidates = rank(survey, declared, facts, frame)
    chosen = said or declared
    if chosen is None:
        return Evidence(None, candidates, questions=(_ask(survey, candidates, say("file-states-none")),))
    placement, decisions = _place(survey, chosen, frame, options)
    same = recognised(chosen, survey.points, frame)
    known = (say("same-as", same=same),) if same else ()
    evidence = _by(options, said, declared) + known
    by = Decision(say("coordinate-system"), crs_name(chosen), "user" if said else "file", evidence)
    if impossible := _impossible(survey, placement):
        question = _ask(
            survey,
            candidates,
            say("given-but" if said else "declared-but", crs=crs_name(chosen), impossible=impossible),
        )
        return Evidence(None, candidates, questions=(question,))
    warnings = () if survey.bounds is None else _warnings(survey, placement, frame, said, declared)
    return Evidence(placement, candidates, (by, *decisions), (), warnings)


def _by(options: ReadOptions, said: pyproj.CRS | None, declared: pyproj.CRS | None) -> tuple[str, ...]:
    if said is None:
        return (say("declared-in-file"),)
    given = f"--crs {options.crs}" if options.crs else say("datum-option", datum=options.datum)
    return (given, say("file-declares", declared=crs_name(declared)) if declared else say("file-declares-none"))


def recognised(crs: pyproj.CRS, points: Points, frame: Frame) -> str | None:
    """Return the registered system that gives the same numbers on the same datum, under whatever name the file has it.

    Names and codes in files are not trusted: the points are put through both, and only equality to 1e-9 degree counts.
    """
    if crs.to_authority(min_confidence=100) or not len(points):
        return None
    for code in (*frame.source_srids, frame.storage_srid, *_utm(frame)):
        other = parse_crs(code)
        if not (same_datum(crs, other) or (is_wgs84(crs) and is_wgs84(other))):
            continue
        here, there = degrees(points, Placement(crs)), degrees(points, Placement(other))
        if all(np.abs(a - b).max() <= 1e-9 for a, b in zip(here, there, strict=True)):
            return crs_name(other)
    return None


def rank(survey: Survey, declared: pyproj.CRS | None, facts: tuple[str, ...], frame: Frame) -> tuple[CrsCandidate, ...]:
    """Return candidates, the likeliest first; every one with why and why not."""
    found: dict[tuple[str, bool], CrsCandidate] = {}
    if declared is not None:
        found[crs_name(declared), False] = _candidate(survey, Placement(declared), frame, True, facts)
    if len(survey.points):
        for crs in _possible(survey, frame):
            for swapped in (False, True):
                place = Placement(crs, swapped)
                share = share_in_frame(survey.points, place, frame)
                if share > 0 and (crs_name(crs), False) not in found:
                    found.setdefault((crs_name(crs), swapped), _candidate(survey, place, frame, False, ()))
        for crs, swapped in _by_prefix(survey):
            found.setdefault((crs_name(crs), swapped), _candidate(survey, Placement(crs, swapped), frame, False, ()))
    return tuple(sorted(found.values(), key=lambda candidate: -candidate.score))


def share_in_frame(points: Points, placement: Placement, frame: Frame) -> float:
    """Return the share of points that lie in the frame (with a margin) if they are placed so."""
    lon, lat = degrees(points, placement)
    box = frame.extent
    inside = (lon >= box.west - MARGIN) & (lon <= box.east + MARGIN) & (lat >= box.south - MARGIN)
    return float(np.mean(inside & (lat <= box.north + MARGIN))) if len(points) else 0.0


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


def _possible(survey: Survey, frame: Frame) -> Iterator[pyproj.CRS]:
    """Yield the systems files of this place come in, of the kind (degrees or metres) the numbers allow."""
    geographic = _look_like_degrees(survey.points)
    codes = frame.source_srids or (frame.storage_srid, 4326, frame.metric_srid)
    for code in (*codes, *_utm(frame), 3857):
        crs = parse_crs(code)
        if crs.is_geographic == geographic:
            yield crs


def _utm(frame: Frame) -> tuple[int, ...]:
    lon, lat = frame.centre
    return (int((lon + 180) // 6) + (32601 if lat >= 0 else 32701),)


def _by_prefix(survey: Survey) -> Iterator[tuple[pyproj.CRS, bool]]:
    """Yield the Gauss-Krüger zones that prefixed eastings name, wherever in China that is."""
    for swapped in (False, True):
        east, north = (survey.points[:, ::-1] if swapped else survey.points).T
        zone = _prefix(east)
        if zone is None or not ((north > 1.8e6) & (north < 6.1e6)).all():
            continue
        first, series = (25, ZONES_3) if zone >= 25 else (13, ZONES_6)
        for code in series.values():
            yield parse_crs(code + zone - first), swapped


def _prefix(east: Points) -> int | None:
    """Return the zone number in front of every easting: 38 of 38 651 652; None when there is none or several."""
    zones = np.unique(np.floor(east / 1e6)) if len(east) else np.empty(0)
    within = east - zones[0] * 1e6 if len(zones) == 1 else np.empty(0)
    if len(zones) != 1 or not (13 <= zones[0] <= 45) or 23 < zones[0] < 25:
        return None
    return int(zones[0]) if ((within > 1e5) & (within < 9e5)).all() else None


def _look_like_degrees(points: Points) -> bool:
    return bool((np.abs(points).max(axis=0) <= 180.000001).all())


def _candidate(
    survey: Survey, placement: Placement, frame: Frame, declared: bool, facts: tuple[str, ...]
) -> CrsCandidate:
    crs, points = placement.crs, survey.points
    share = share_in_frame(points, placement, frame) if len(points) else 0.0
    supports, against = list(facts), []
    if declared:
        supports.insert(0, say("declared-in-file"))
    if share > 0:
        supports.append(say("share-in-frame", share=share, title=frame.title or frame.name))
    elif len(points):
        against.append(say("none-in-frame", title=frame.title or frame.name))
    zone = _prefix(placement.apply(points)[:, 0]) if len(points) else None
    if zone is not None and crs.is_projected:
        supports.append(say("eastings-begin-with", zone=zone))
    if placement.swapped:
        against.append(say("axes-would-swap"))
    if not declared:
        against.append(DATUM_UNKNOWN)
        if _local_meridian_possible(placement.apply(points), crs):
            against.append(say("local-meridian-possible"))
    code = crs.to_authority(min_confidence=100)
    score = round(60 * share) + 50 * declared - 20 * placement.swapped + (5 if zone is not None else 0)
    score += 4 if "2000" in crs.name else 3 if "WGS" in crs.name else 0
    return CrsCandidate(
        ":".join(code) if code else crs.name,
        crs.name,
        score,
        tuple(supports),
        tuple(against),
        declared,
        placement.swapped,
    )


def _local_meridian_possible(points: Points, crs: pyproj.CRS) -> bool:
    east = points[:, 0] if len(points) else np.empty(0)
    return bool(len(east) and crs.is_projected and (east > 400_000).all() and (east < 600_000).all())


def _place(
    survey: Survey, crs: pyproj.CRS, frame: Frame, options: ReadOptions
) -> tuple[Placement, tuple[Decision, ...]]:
    """Settle axis order and zone prefix for a known CRS; every change is a decision."""
    if options.axis:
        swapped = options.axis == "yx"
        place = Placement(crs, swapped, _shift(survey, Placement(crs, swapped), frame))
        return place, (
            Decision(say("axis-order"), say("north-first") if swapped else say("east-first"), "user"),
            *_shifted(place),
        )
    plain = Placement(crs)
    plain = Placement(crs, False, _shift(survey, plain, frame))
    swapped_place = Placement(crs, True)
    swapped_place = Placement(crs, True, _shift(survey, swapped_place, frame))
    here, there = (share_in_frame(survey.points, place, frame) for place in (plain, swapped_place))
    for swapped in (False, True):
        mixed = _mixed_zones(survey, crs, swapped, frame)
        if mixed is not None:
            return mixed
    if here == 0 and there >= CERTAIN:
        evidence = (say("as-written-outside"), say("swapped-inside", there=there))
        decision = Decision(say("axis-order"), say("north-first-swapped"), "measured", evidence)
        return swapped_place, (decision, *_shifted(swapped_place))
    return plain, _shifted(plain)


def _mixed_zones(
    survey: Survey, crs: pyproj.CRS, swapped: bool, frame: Frame
) -> tuple[Placement, tuple[Decision, ...]] | None:
    """Place features of several zones, each by the zone number before its eastings; None when it is not so."""
    if not crs.is_projected or not len(survey.points):
        return None
    numbers, counts = np.unique(np.floor(Placement(crs, swapped).apply(survey.points)[:, 0] / 1e6), return_counts=True)
    zones = tuple(int(number) for number in numbers)
    if not 2 <= len(zones) <= 4 or any(zone_crs(crs, zone) is None for zone in zones):
        return None
    place = Placement(crs, swapped, 0.0, zones)
    if share_in_frame(survey.points, place, frame) < CERTAIN:
        return None
    seen = listed(say("vertices-in-zone", count=count, zone=zone) for zone, count in zip(zones, counts, strict=True))
    value = say("zones-mixed", names=", ".join(map(str, zones)))
    decisions = [Decision(say("zone-prefix"), value, "measured", (seen, say("so-placed-inside")))]
    if swapped:
        decisions.insert(0, Decision(say("axis-order"), say("north-first-swapped"), "measured", (seen,)))
    return place, tuple(decisions)


def _shift(survey: Survey, placement: Placement, frame: Frame) -> float:
    """Return what brings zone-prefixed eastings to an unprefixed CRS or the other way round; 0: nothing is amiss."""
    if not placement.crs.is_projected or not len(survey.points):
        return 0.0
    zone = _prefix(placement.apply(survey.points)[:, 0])
    own = int(_false_easting(placement.crs) // 1e6)
    if (zone or 0) == own or not (zone or own):
        return 0.0
    shift = (own - (zone or 0)) * 1e6
    moved = Placement(placement.crs, placement.swapped, shift)
    better = share_in_frame(survey.points, moved, frame) >= CERTAIN
    return shift if better and share_in_frame(survey.points, placement, frame) == 0 else 0.0


def _shifted(placement: Placement) -> tuple[Decision, ...]:
    if not placement.shift:
        return ()
    zone, removed = int(abs(placement.shift) // 1e6), placement.shift < 0
    value = say("zone-taken-off" if removed else "zone-added", zone=zone)
    crs = placement.crs.name
    evidence = (say("crs-no-zone", crs=crs) if removed else say("crs-carries-zone", crs=crs, zone=zone),)
    return (Decision(say("zone-prefix"), value, "measured", evidence),)


def _false_easting(crs: pyproj.CRS) -> float:
    operation = crs.coordinate_operation
    values = {p.name.lower(): p.value for p in operation.params} if operation else {}
    return float(values.get("false easting", 0.0))


def _impossible(survey: Survey, placement: Placement) -> str | None:
    """Say why the numbers cannot be in the CRS; None when they can."""
    if survey.bounds is None:
        return None
    lon, lat = degrees(survey.points, placement)
    share = float(
        np.mean(np.isfinite(lon) & np.isfinite(lat) & (np.abs(lat) <= 90.000001) & (np.abs(lon) <= 360.000001))
    )
    if share >= 0.5:
        return None
    return say("not-places-in-it", bounds=_box(survey.bounds))


def _warnings(
    survey: Survey, placement: Placement, frame: Frame, said: pyproj.CRS | None, declared: pyproj.CRS | None
) -> tuple[str, ...]:
    found = []
    base = horizontal(placement.crs).geodetic_crs
    if base is not None and base.datum is not None and base.datum.name.lower().startswith("unknown"):
        spheroid = base.ellipsoid.name if base.ellipsoid else "?"
        found.append(say("no-datum-named", spheroid=spheroid))
    if share_in_frame(survey.points, placement, frame) == 0:
        found.append(say("data-outside-frame", title=frame.title or frame.name))
    if said is not None and declared is not None and not said.equals(declared, ignore_axis_order=True):
        found.append(say("declared-but-said", declared=crs_name(declared), said=crs_name(said)))
    return tuple(found)


def _ask(survey: Survey, candidates: tuple[CrsCandidate, ...], why: str) -> Question:
    choices = tuple(candidate.crs for candidate in candidates if not candidate.declared)[:8]
    if survey.bounds and "ordinates" not in why:
        why = say("ordinates-run", why=why, bounds=_box(survey.bounds))
    return Question(say("the-coordinate-system"), why, "--crs", choices)


def _box(bounds: Bounds) -> str:
    return say("ordinate-box", west=bounds.west, south=bounds.south, east=bounds.east, north=bounds.north)
