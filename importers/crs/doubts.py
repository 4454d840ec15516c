"""What is doubtful about where a layer was placed, although it may lie there."""

from collections.abc import Iterator

import pyproj

from importers.batch import crs_name
from importers.crs.dropped import dropped_digits
from importers.crs.ordinate_unit import other_unit
from importers.crs.placement import Placement, partly_swapped, share_in_frame
from importers.inspection import CrsCandidate
from importers.vector.survey import Survey
from layers.crs.names import horizontal, parse_crs, raised_ellipsoid, same_datum
from layers.frame import Frame
from layers.sentences import say


def doubts(
    survey: Survey,
    placement: Placement,
    frame: Frame,
    said: pyproj.CRS | None,
    declared: pyproj.CRS | None,
    candidates: tuple[CrsCandidate, ...],
) -> tuple[str, ...]:
    """Return what to warn of: a datum nobody names, data outside the frame and what would bring them into it, rows with
    swapped axes, a declaration that the user overrules.
    """
    found = []
    base = horizontal(placement.crs).geodetic_crs
    if base is not None and base.datum is not None and base.datum.name.lower().startswith("unknown"):
        spheroid = base.ellipsoid.name if base.ellipsoid else "?"
        found.append(say("no-datum-named", spheroid=spheroid))
    if (raised := raised_ellipsoid(placement.crs)) is not None:
        found.append(say("ellipsoid-raised", metres=raised))
    if share_in_frame(survey.points, placement, frame) == 0:
        found.append(say("data-outside-frame", title=frame.title or frame.name))
        found += _would_fit(survey, placement.crs, frame, candidates)
    found += partly_swapped(survey.points, placement, frame)
    if said is not None and declared is not None and not said.equals(declared, ignore_axis_order=True):
        found.append(say("declared-but-said", declared=crs_name(declared), said=crs_name(said)))
    return tuple(found)


def _would_fit(survey: Survey, crs: pyproj.CRS, frame: Frame, candidates: tuple[CrsCandidate, ...]) -> Iterator[str]:
    """Yield what would bring data into the frame: another unit, digits left out, another system of the same datum."""
    if fits := other_unit(survey, frame, crs) or dropped_digits(survey, frame, crs):
        yield fits
        return
    for candidate in candidates:
        other = None if candidate.declared or candidate.swapped else parse_crs(candidate.crs)
        if other is not None and same_datum(other, crs) and share_in_frame(survey.points, Placement(other), frame) > 0:
            yield say("would-lie-as", crs=crs_name(other), code=candidate.crs, title=frame.title or frame.name)
            return
