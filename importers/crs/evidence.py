"""Which coordinate system a layer may be in, each candidate with the evidence for and against it.

Nothing here decides a datum: CGCS2000, Xi'an 1980 and Beijing 1954 coordinates differ by 50 to 120 m and no range of
numbers tells them apart. What numbers do tell: degrees or metres, which zone (a prefix 38 or 39, the side of 500 km),
and whether the axes are swapped. Those are decided by rule, recorded, and only where the result lies in the frame.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import pyproj

from importers.batch import Decision, Question, ReadOptions, crs_name
from importers.crs.doubts import doubts
from importers.crs.dropped import added_decisions, dropped_digits, said_to_add
from importers.crs.ordinate_unit import other_unit, said_unit, unit_decisions
from importers.crs.placement import Placement, Points, degrees, share_in_frame
from importers.crs.zones import CERTAIN, by_prefix, mixed_zones, own_zone, zone_decisions, zone_number, zone_shift
from importers.inspection import CrsCandidate
from importers.vector.survey import Survey
from layers.crs.names import is_wgs84, parse_crs, same_datum
from layers.frame import Bounds, Frame
from layers.sentences import listed, say

DATUM_UNKNOWN = say("datum-not-in-numbers")
DECLARED = say("declared-in-file")


@dataclass(frozen=True)
class Evidence:
    """The answer for one layer: how to place it (None: must be asked), and everything that speaks for and against."""

    placement: Placement | None
    candidates: tuple[CrsCandidate, ...]
    decisions: tuple[Decision, ...] = ()
    questions: tuple[Question, ...] = ()
    warnings: tuple[str, ...] = ()


def weigh(
    survey: Survey,
    declared: pyproj.CRS | None,
    facts: tuple[str, ...],
    frame: Frame,
    options: ReadOptions,
    declared_by: str = DECLARED,
) -> Evidence:
    """Weigh what the file declares (``declared_by`` says where), what the user says and what the numbers show.

    Raises:
        UnknownCrs: the user's ``--crs`` names none.
    """
    said = parse_crs(options.crs) if options.crs else parse_crs(4326) if options.datum else None
    candidates = rank(survey, declared, facts, frame, declared_by)
    chosen = said or declared
    if chosen is None:
        question = _ask(survey, candidates, say("file-states-none"))
        if not candidates and (fits := other_unit(survey, frame) or dropped_digits(survey, frame)):
            question = replace(question, why=listed((question.why, fits)))
        return Evidence(None, candidates, questions=(question,))
    placement, decisions = _place(survey, chosen, frame, options)
    same = recognised(chosen, survey.points, frame)
    known = (say("same-as", same=same),) if same else ()
    evidence = _by(options, said, declared, declared_by) + known
    by = Decision(say("coordinate-system"), crs_name(chosen), "user" if said else "file", evidence)
    if impossible := _impossible(survey, placement) or _contradicted(survey, placement, frame):
        question = _ask(
            survey,
            candidates,
            say("given-but" if said else "declared-but", crs=crs_name(chosen), impossible=impossible),
        )
        return Evidence(None, candidates, questions=(question,))
    warnings = () if survey.bounds is None else doubts(survey, placement, frame, said, declared, candidates)
    return Evidence(placement, candidates, (by, *decisions), (), warnings)


def _by(
    options: ReadOptions, said: pyproj.CRS | None, declared: pyproj.CRS | None, declared_by: str
) -> tuple[str, ...]:
    if said is None:
        return (declared_by,)
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


def rank(
    survey: Survey, declared: pyproj.CRS | None, facts: tuple[str, ...], frame: Frame, declared_by: str = DECLARED
) -> tuple[CrsCandidate, ...]:
    """Return candidates, the likeliest first; every one with why and why not."""
    found: dict[tuple[str, bool], CrsCandidate] = {}
    if declared is not None:
        found[crs_name(declared), False] = _candidate(survey, Placement(declared), frame, True, (declared_by, *facts))
    if len(survey.points):
        for crs in _possible(survey, frame):
            for swapped in (False, True):
                place = Placement(crs, swapped)
                share = share_in_frame(survey.points, place, frame)
                if share > 0 and (crs_name(crs), False) not in found:
                    found.setdefault((crs_name(crs), swapped), _candidate(survey, place, frame, False, ()))
        for crs, swapped in by_prefix(survey):
            found.setdefault((crs_name(crs), swapped), _candidate(survey, Placement(crs, swapped), frame, False, ()))
    return tuple(sorted(found.values(), key=lambda candidate: -candidate.score))


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


def _look_like_degrees(points: Points) -> bool:
    return bool((np.abs(points).max(axis=0) <= 180.000001).all())


def _candidate(
    survey: Survey, placement: Placement, frame: Frame, declared: bool, facts: tuple[str, ...]
) -> CrsCandidate:
    crs, points = placement.crs, survey.points
    share = share_in_frame(points, placement, frame) if len(points) else 0.0
    supports, against = list(facts), []
    if share > 0:
        supports.append(say("share-in-frame", share=share, title=frame.title or frame.name))
    elif len(points):
        against.append(say("none-in-frame", title=frame.title or frame.name))
    zone = zone_number(placement.apply(points)[:, 0]) if len(points) else None
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
    """Settle axis order, zone prefix and left-out digits for a known CRS; every change is a decision."""
    plain = Placement(crs, added=said_to_add(options), unit_m=said_unit(options))
    told = (*unit_decisions(plain.unit_m), *added_decisions(plain.added))
    both = (plain, replace(plain, swapped=True))
    plain, swapped_place = (replace(place, shift=zone_shift(survey, place, frame)) for place in both)
    if options.axis:
        place = swapped_place if options.axis == "yx" else plain
        order = say("north-first") if place.swapped else say("east-first")
        return place, (Decision(say("axis-order"), order, "user"), *told, *zone_decisions(place))
    here, there = (share_in_frame(survey.points, place, frame) for place in (plain, swapped_place))
    for swapped in (False, True):
        mixed = mixed_zones(survey, crs, swapped, frame) if not told else None
        if mixed is not None:
            return mixed
    if here == 0 and there >= CERTAIN:
        evidence = (say("as-written-outside"), say("swapped-inside", there=there))
        decision = Decision(say("axis-order"), say("north-first-swapped"), "measured", evidence)
        return swapped_place, (decision, *told, *zone_decisions(swapped_place))
    return plain, (*told, *zone_decisions(plain))


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


def _contradicted(survey: Survey, placement: Placement, frame: Frame) -> str | None:
    """Say why the numbers are not of a projected CRS that puts them outside the frame; None when they may be.

    They are if they lie in the frame as degrees, or begin with the number of another zone.
    """
    if not placement.crs.is_projected or not len(survey.points) or share_in_frame(survey.points, placement, frame):
        return None
    if _look_like_degrees(survey.points):
        for swapped in (False, True):
            if share_in_frame(survey.points, Placement(parse_crs(frame.storage_srid), swapped), frame):
                return say("degrees-in-projected", bounds=_box(survey.bounds)) if survey.bounds else None
    zone, own = zone_number(placement.apply(survey.points)[:, 0]), own_zone(placement.crs)
    return say("another-zone", zone=zone, own=own) if zone and own and zone != own and not placement.zones else None


def _ask(survey: Survey, candidates: tuple[CrsCandidate, ...], why: str) -> Question:
    choices = tuple(candidate.crs for candidate in candidates if not candidate.declared)[:8]
    if survey.bounds and "ordinates" not in why:
        why = say("ordinates-run", why=why, bounds=_box(survey.bounds))
    return Question(say("the-coordinate-system"), why, "--crs", choices)


def _box(bounds: Bounds) -> str:
    return say("ordinate-box", west=bounds.west, south=bounds.south, east=bounds.east, north=bounds.north)
