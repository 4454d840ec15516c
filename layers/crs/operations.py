"""Operations between coordinate systems: PROJ's with a stated accuracy, the city's own, or none at all.

PROJ offers "ballpark" operations that pass coordinates through unchanged where it knows no datum shift; Beijing 1954 or
Xi'an 1980 data would land 50 to 120 m off without a word. So every operation here is asked for with
``allow_ballpark=False``. The one identity let through is WGS 84 <-> CGCS2000: the ellipsoids differ by 0.1 mm, but
CGCS2000 is fixed at epoch 2000.0 while WGS 84 positions ride the Eurasian plate, about 0.72 m in 25 years at Shangqiu.
It is recorded as nominal 1 m.
"""

import warnings
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import lru_cache

import pyproj
from pyproj.exceptions import ProjError
from pyproj.transformer import AreaOfInterest, TransformerGroup

from layers.crs.names import (
    datum_name,
    horizontal,
    is_cgcs2000,
    is_registered_datum,
    is_wgs84,
    on_cgcs2000,
    parse_crs,
    same_crs,
    same_datum,
)  # fmt: skip
from layers.crs.transform import Floats, Transform, chain, compose, runner
from layers.crs.valid_area import outside_share
from layers.errors import NoDatumOperation
from layers.frame import Bounds
from layers.sentences import say

IDENTITY_ACCURACY_M = 1.0


def fitting(
    city: Sequence[Transform], area: Bounds | None, where: tuple[Floats, Floats] | None = None
) -> list[Transform]:
    """Return city-supplied operations, those first outside whose area least of the data lies; else in their order."""
    return sorted(city, key=lambda supplied: outside_share(supplied.area, area, where))


def find_transform(
    source: pyproj.CRS,
    target: pyproj.CRS,
    *,
    area: Bounds | None = None,
    city: Sequence[Transform] = (),
    where: tuple[Floats, Floats] | None = None,
) -> Transform:
    """Find the best trustworthy operation between two coordinate systems.

    Order: an operation the city supplied (``city``) for just these CRSs; the same CRS; the same datum (only projected);
    one the city supplied between the two datums, projections put around it; the WGS 84 / CGCS2000 identity; an EPSG
    operation with a stated accuracy that covers ``area`` (degrees, east/north). Of several city-supplied ones the one
    whose area holds most of the data (``where``, longitudes and latitudes; else ``area``) is taken.

    Raises:
        NoDatumOperation: only a ballpark (do-nothing) operation exists.
    """
    if city:
        return _with_city(source, target, area, city, where)
    # A CRS is hashed by its whole text, which takes longer than many a transformation; most are the same few objects.
    key = id(source), id(target), area
    known = _known.get(key)
    if known is None or known[0] is not source or known[1] is not target:
        if len(_known) >= MOST_KNOWN:
            _known.clear()
        known = _known[key] = source, target, _find(horizontal(source), horizontal(target), area)
    return known[2]


_known: dict[tuple[int, int, Bounds | None], tuple[pyproj.CRS, pyproj.CRS, Transform]] = {}
MOST_KNOWN = 512


def _with_city(
    source: pyproj.CRS,
    target: pyproj.CRS,
    area: Bounds | None,
    city: Sequence[Transform],
    where: tuple[Floats, Floats] | None,
) -> Transform:
    source, target = horizontal(source), horizontal(target)
    city = fitting(city, area, where)
    for supplied in city:
        if same_crs(supplied.source, source) and same_crs(supplied.target, target):
            return supplied
    if same_datum(source, target):
        return _find(source, target, area)
    for supplied in city:
        if same_datum(supplied.source, source) and same_datum(supplied.target, target):
            return around(supplied, source, target)
    return _find(source, target, area)


def around(supplied: Transform, source: pyproj.CRS, target: pyproj.CRS) -> Transform:
    """Put projections before and after a city-supplied operation of the same two datums, so that it joins the CRSs."""
    if same_crs(supplied.source, source) and same_crs(supplied.target, target):
        return supplied
    before, after = _find(source, supplied.source, None), _find(supplied.target, target, None)
    steps = (*before.steps, *supplied.steps, *after.steps)
    joined = compose(compose(before, supplied), after)
    beyond = None
    if supplied.beyond is not None:
        beyond = compose(compose(before, replace(supplied, apply=supplied.beyond)), after).apply
    return replace(supplied, source=source, target=target, steps=steps, apply=joined.apply, beyond=beyond)


@lru_cache(maxsize=512)
def _find(source: pyproj.CRS, target: pyproj.CRS, area: Bounds | None) -> Transform:
    if same_crs(source, target):
        return Transform(source, target, "same", (), 0.0, say("same-system"), lambda x, y: (x, y))
    if same_datum(source, target):
        return _by_projection(source, target)
    if _joined_by_identity(source, target):
        return _by_identity(source, target)
    return _by_epsg(source, target, area)


def _by_projection(source: pyproj.CRS, target: pyproj.CRS) -> Transform:
    steps = (say("projection-only", source=source.name, target=target.name),)
    return Transform(source, target, "projection", steps, 0.0, say("same-datum"), _projector(source, target))


def _by_identity(source: pyproj.CRS, target: pyproj.CRS) -> Transform:
    """Go down to degrees on the source's ellipsoid, take them as degrees of the target's, and go up again."""
    degrees = {True: parse_crs("EPSG:4490"), False: parse_crs("EPSG:4326")}
    down = _projector(source, degrees[is_cgcs2000(source)])
    up = _projector(degrees[is_cgcs2000(target)], target)
    return Transform(
        source,
        target,
        "identity",
        (say("taken-as-one-datum", source=source.name, target=target.name),),
        IDENTITY_ACCURACY_M,
        say("identity-note"),
        lambda x, y: up(*down(x, y)),
    )


def _projector(source: pyproj.CRS, target: pyproj.CRS) -> Callable[[Floats, Floats], tuple[Floats, Floats]]:
    """Return the function between two CRSs of one datum."""
    if same_crs(source, target):
        return lambda x, y: (x, y)
    if is_cgcs2000(source):
        # One datum goes by several names in Chinese files (D_2000, China_2000); one name keeps PROJ from adding a step.
        source, target = on_cgcs2000(source), on_cgcs2000(target)
    return runner(pyproj.Transformer.from_crs(source, target, always_xy=True))


def _by_epsg(source: pyproj.CRS, target: pyproj.CRS, area: Bounds | None) -> Transform:
    """Take PROJ's best operation that states an accuracy and covers the area (or, unsaid, all the source's area)."""
    interest = AreaOfInterest(*area) if area else None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # said in the note below instead
            group = TransformerGroup(source, target, always_xy=True, area_of_interest=interest, allow_ballpark=False)
        candidates = [t for t in group.transformers if t.accuracy >= 0 and _covers(t, area or _area_of_use(source))]
    except ProjError:
        candidates = []
    if not candidates:
        return _by_way_of_wgs84(source, target, area)
    best = candidates[0]
    names = tuple(step.name for step in best.operations or () if not step.name.startswith("axis order")) or (
        best.description,
    )
    note = say("epsg-operation")
    if not group.best_available:
        note = note + say("better-needs-grid")
    return Transform(source, target, "epsg", names, best.accuracy, note, runner(best))


def _covers(transformer: pyproj.Transformer, area: Bounds | None) -> bool:
    """Say whether every step of the operation is meant for the area: Ordos parameters are wrong in Henan."""
    if area is None or "allpark" in transformer.description:
        return False
    used = [operation.area_of_use for operation in transformer.operations or ()] or [transformer.area_of_use]
    slack = 0.5  # degrees; areas of use are drawn generously and files run a little over
    return all(
        use is None
        or use.west > use.east  # across the antimeridian
        or (
            use.west - slack <= area.west
            and area.east <= use.east + slack
            and use.south - slack <= area.south
            and area.north <= use.north + slack
        )
        for use in used
    )


def _area_of_use(crs: pyproj.CRS) -> Bounds | None:
    use = crs.area_of_use or (crs.geodetic_crs.area_of_use if crs.geodetic_crs else None)
    return Bounds(use.west, use.south, use.east, use.north) if use else None


def _by_way_of_wgs84(source: pyproj.CRS, target: pyproj.CRS, area: Bounds | None) -> Transform:
    """Compose an EPSG operation with the WGS 84 / CGCS2000 identity: how NAD83 or Web Mercator data reach CGCS2000."""
    wgs84 = parse_crs("EPSG:4326")
    try:
        if is_cgcs2000(target) and not is_wgs84(source):
            return chain(_by_epsg(source, wgs84, area), _by_identity(wgs84, target))
        if is_cgcs2000(source) and not is_wgs84(target):
            return chain(_by_identity(source, wgs84), _by_epsg(wgs84, target, area))
    except NoDatumOperation:
        pass  # of a part of the way: told of the whole below
    raise NoDatumOperation(_no_operation(source, target))


def _no_operation(source: pyproj.CRS, target: pyproj.CRS) -> str:
    base = source.geodetic_crs
    datum = base.datum.name.lower() if base is not None and base.datum is not None else ""
    if base is not None and base.ellipsoid is not None and ("unknown" in datum or "unnamed" in datum):
        return say("no-datum-in-crs", source=source.name, ellipsoid=base.ellipsoid.name)
    for crs in (source, target):
        if not is_registered_datum(crs):
            return say("datum-unheard-of", source=source.name, target=target.name, datum=datum_name(crs))
    return say("no-real-operation", source=source.name, target=target.name)


def _joined_by_identity(a: pyproj.CRS, b: pyproj.CRS) -> bool:
    return (is_cgcs2000(a) and is_wgs84(b)) or (is_wgs84(a) and is_cgcs2000(b))
