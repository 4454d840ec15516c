"""Leading digits that surveys leave out (3 813 295 written as 13 295): added where told, looked for where nothing fits.

Which digits may be missing is told by the frame: those that bring the data into it. It is not done unasked: several may
do, and a site drawn from an origin of its own has such numbers, too.
"""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pyproj

from importers.batch import Decision, ReadOptions, crs_name
from importers.crs.placement import Placement, Points, share_in_frame
from importers.crs.zones import own_zone
from importers.vector.survey import Survey
from layers.crs.names import parse_crs
from layers.crs.operations import find_transform
from layers.errors import BadQuery, GeoError
from layers.frame import Frame
from layers.sentences import listed, say

STEPS = (1_000_000.0, 100_000.0, 10_000.0)
"""What a left-out digit counts, from the largest: the numbers left are smaller than it."""
FALSE_EASTING = 500_000.0
"""What Gauss-Krüger eastings have more than natural ones, which are negative west of the meridian."""
CERTAIN = 0.9
MOST = 1e8
MOST_WAYS = 3


def said_to_add(options: ReadOptions) -> tuple[float, float]:
    """Return the metres that the user says are to be added to eastings and northings.

    Raises:
        BadQuery: ``east_add_m`` or ``north_add_m`` is no number of metres.
    """
    return _metres(options, "east_add_m"), _metres(options, "north_add_m")


def _metres(options: ReadOptions, name: str) -> float:
    said = options.others.get(name, "0")
    try:
        metres = float(said)
    except ValueError:
        metres = np.nan
    if not abs(metres) < MOST:
        raise BadQuery(say("metres-to-add", name=name, said=said), name)
    return metres


def added_decisions(added: tuple[float, float]) -> tuple[Decision, ...]:
    """Return what was added, nothing where nothing was."""
    if added == (0.0, 0.0):
        return ()
    value = say("digits-added", east=added[0], north=added[1])
    return (Decision(say("leading-digits"), value, "user", (_option(added, swapped=False),)),)


def _option(added: tuple[float, float], *, swapped: bool) -> str:
    axis = "--axis yx " if swapped else ""
    return f"{axis}--option east_add_m={added[0]:.12g} --option north_add_m={added[1]:.12g}"


def dropped_digits(survey: Survey, frame: Frame, chosen: pyproj.CRS | None = None) -> str | None:
    """Say which leading digits would bring the data into the frame (its middle first); None when none would.

    ``chosen`` is the system asked about; else those of the frame's files are tried.
    """
    codes = frame.source_srids or (frame.metric_srid,)
    systems = [chosen] if chosen is not None else [parse_crs(code) for code in codes]
    ways: dict[str, tuple[float, str]] = {}
    for crs in systems:
        if crs is not None and crs.is_projected and (chosen is not None or not own_zone(crs)):  # of twins the short one
            for place, distance in _ways(survey.points, crs, frame):
                ways.setdefault(_option(place.added, swapped=place.swapped), (distance, crs_name(crs)))
    if not ways:
        return None
    nearest = sorted(ways.items(), key=lambda way: way[1])[:MOST_WAYS]
    told = listed(say("digits-would-fit", crs=crs, option=option) for option, (_, crs) in nearest)
    return say("digits-dropped", title=frame.title or frame.name, ways=told)


def _ways(points: Points, crs: pyproj.CRS, frame: Frame) -> Iterator[tuple[Placement, float]]:
    """Yield the placements that what may be added makes, for either order of the axes, and how far off the middle."""
    try:
        edges = _edges(crs, frame)
    except GeoError:
        return
    for swapped in (False, True):
        ordinates = Placement(crs, swapped).apply(points).T
        east, north = (list(_steps(*pair)) for pair in zip(ordinates, edges, strict=True))
        east = east or [FALSE_EASTING]
        for added in ((e, n) for e in east for n in north if (e, n) != (0.0, 0.0)):
            place = replace(Placement(crs, swapped), added=added)
            if share_in_frame(points, place, frame) >= CERTAIN:
                middle = np.median(ordinates, axis=1) + added
                yield place, float(np.abs(middle - edges.mean(axis=1)).max())


def _edges(crs: pyproj.CRS, frame: Frame) -> Points:
    """Return the least and greatest easting and northing of the frame in a system: (2, 2)."""
    box = frame.extent
    lon, lat = np.meshgrid(np.linspace(box.west, box.east, 5), np.linspace(box.south, box.north, 5))
    base = crs.geodetic_crs
    assert base is not None
    east, north = find_transform(base, crs).points(lon.ravel(), lat.ravel())
    return np.array([[east.min(), east.max()], [north.min(), north.max()]])


def _steps(ordinates: Points, edges: Points) -> Iterator[float]:
    """Yield the whole digits that bring ordinates between two edges: of the largest step they are smaller than."""
    low, high = float(np.quantile(ordinates, 0.05)), float(np.quantile(ordinates, 0.95))
    if low >= edges[0] and high <= edges[1]:
        yield 0.0
        return
    step = next((step for step in reversed(STEPS) if 0 <= low and high < step), None)
    if step is None:
        return
    for digits in range(int(edges[0] // step), int(edges[1] // step) + 1):
        if digits and edges[0] <= low + digits * step and high + digits * step <= edges[1]:
            yield digits * step
