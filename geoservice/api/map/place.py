"""Place, size and scale of a map (OGC 20-058): what is said, brought together into a canvas."""

import math
from collections.abc import Mapping, Sequence

import pyproj
from starlette.requests import Request

from geoservice.api.subsets import Range, subset_axes
from geoservice.errors import OutsideExtent
from geoservice.parameters import integer, number, numbers
from layers.crs.names import CRS84, parse_crs
from layers.crs.operations import find_transform
from layers.crs.output import OutputCrs, find_crs, offered_crs
from layers.errors import BadQuery
from layers.frame import Bounds
from layers.layer import Layer
from layers.sentences import reason, say
from tiles.picture.scene import LONGEST_SIDE
from tiles.raster.warp import Canvas

PLACE = (
    *("bbox", "bbox-crs", "subset", "subset-crs", "center", "center-crs", "crs"),
    *("width", "height", "scale-denominator", "mm-per-pixel"),
)
DEFAULT_SIDE = 1024
PIXEL_MM = 0.28
EARTH = Bounds(-180.0, -90.0, 180.0, 90.0)
METRES_A_DEGREE = math.pi / 180 * 6378137
"""As scales of maps in degrees are counted (OGC 17-083r4, 6.1.1.1)."""
AXES: Mapping[bool, Mapping[str, int]] = {
    True: {"lon": 0, "lat": 1},
    False: {"e": 0, "x": 0, "n": 1, "y": 1},
}
"""By whether degrees: the names an axis goes by, and whether it points east (0) or north (1)."""


def read_canvas(request: Request, layers: Sequence[Layer], crs: OutputCrs) -> Canvas:
    """Read place, size and scale into a canvas: a box or a centre, pixels or a scale, what is not said fits the rest.

    Without a box the middle is that of the layers, and without a scale a map is as wide as they are.

    Raises:
        BadQuery: they contradict each other, or there is too little.
    """
    mm = pixel_mm(request)
    sides = [integer(request.query_params, name, 0, 1, LONGEST_SIDE) for name in ("width", "height")]
    scale = number(request.query_params, "scale-denominator", 0.0)
    if scale < 0 or ("scale-denominator" in request.query_params and scale == 0):
        raise BadQuery(say("scale-positive"), "scale-denominator")
    pixel = scale * mm / 1000 / (METRES_A_DEGREE if crs.crs.is_geographic else 1.0)
    centre = _centre(request, crs)
    box = _box(request, layers, crs)
    if centre is not None:
        if box is not None:
            raise BadQuery(say("bbox-or-center"), "center")
    bounds = box or _extent_in(request, layers, crs.crs)
    across, along = bounds.east - bounds.west, bounds.north - bounds.south
    if centre is not None or (box is None and pixel and any(sides)):
        x, y = centre or ((bounds.west + bounds.east) / 2, (bounds.south + bounds.north) / 2)
        width, height = (side or DEFAULT_SIDE for side in sides)
        pixel = pixel or max(across, along) / max(width, height)
        half_width, half_height = width * pixel / 2, height * pixel / 2
        return Canvas(crs.crs, Bounds(x - half_width, y - half_height, x + half_width, y + half_height), width, height)
    if pixel:
        if any(sides):
            raise BadQuery(say("bbox-scale-size"), "width")
        return _sized(crs, bounds, across / pixel, along / pixel)
    width, height = sides
    if width and height:
        return Canvas(crs.crs, bounds, width, height)
    longest = max(across, along)
    wide = width or (height * across / along if height else DEFAULT_SIDE * across / longest)
    high = height or wide * along / across
    return _sized(crs, bounds, wide, high)


def _sized(crs: OutputCrs, bounds: Bounds, width: float, height: float) -> Canvas:
    if max(width, height) > LONGEST_SIDE:
        raise BadQuery(say("picture-size", width=width, height=height), "bbox")
    return Canvas(crs.crs, bounds, max(1, round(width)), max(1, round(height)))


def pixel_mm(request: Request) -> float:
    """Return ``mm-per-pixel``.

    Raises:
        BadQuery: it is no size of a pixel.
    """
    value = number(request.query_params, "mm-per-pixel", PIXEL_MM)
    if not 0.02 <= value <= 2:
        raise BadQuery(say("pixel-size"), "mm-per-pixel")
    return value


def read_crs(request: Request, name: str) -> OutputCrs | None:
    """Return the coordinate system a parameter names; None when it is not there.

    Raises:
        UnknownCrs: it is not offered.
    """
    text, frame = request.query_params.get(name), request.app.state.frame
    return find_crs(offered_crs(frame, frame.storage_srid), text, name) if text else None


def native_crs(request: Request, layers: Sequence[Layer]) -> OutputCrs:
    """Return the coordinate system of a map that is asked for in none: a vector layer's own, else the frame's."""
    frame = request.app.state.frame
    srid = layers[0].version.srid if len(layers) == 1 and layers[0].kind == "vector" else frame.storage_srid
    offered = offered_crs(frame, frame.storage_srid)
    return find_crs(offered, f"EPSG:{srid}", "crs")


def _box(request: Request, layers: Sequence[Layer], crs: OutputCrs) -> Bounds | None:
    """Read bbox, in degrees (CRS84) or in ``bbox-crs`` by its authority's order, and bring it to the map's CRS."""
    given = numbers(request.query_params, "bbox", (4, 6))
    ranges = subset_axes(request)
    if given is None or ranges:
        if given is not None:
            raise BadQuery(say("map-bbox-and-subset"), "subset")
        return _subset(request, ranges, layers, crs) if ranges else None
    first, second, third, fourth = given if len(given) == 4 else (given[0], given[1], given[3], given[4])
    source = read_crs(request, "bbox-crs")
    swapped = source is not None and source.north_east
    bounds = Bounds(second, first, fourth, third) if swapped else Bounds(first, second, third, fourth)
    if not (bounds.west < bounds.east and bounds.south < bounds.north):
        raise BadQuery(say("bbox-corners"), "bbox")
    in_degrees = source is None or source.crs.is_geographic
    if in_degrees and not (_within(bounds, EARTH) or (crs.crs.is_geographic and _touches(bounds, EARTH))):
        raise BadQuery(say("bbox-degrees"), "bbox")
    return find_transform(source.crs if source else parse_crs(CRS84), crs.crs).bounds(bounds)


def _within(box: Bounds, area: Bounds) -> bool:
    return area.west <= box.west and area.south <= box.south and box.east <= area.east and box.north <= area.north


def _touches(box: Bounds, area: Bounds) -> bool:
    """Whether a box has ground in an area and, where it reaches beyond it, not farther than the area is large.

    A map of the whole Earth may have void around it; a latitude of 115° is a longitude that stands in the wrong place.
    """
    reach = max(abs(value) for value in box) <= 360
    return reach and box.west < area.east and box.east > area.west and box.south < area.north and box.north > area.south


def _subset(request: Request, ranges: Mapping[str, Range], layers: Sequence[Layer], crs: OutputCrs) -> Bounds:
    """Read ``subset`` in ``subset-crs``, CRS84 where none is said; an axis or an end left out is that of the layers."""
    source = read_crs(request, "subset-crs")
    system = source.crs if source else parse_crs(CRS84)
    names = AXES[system.is_geographic]
    for axis in ranges:
        if axis not in names:
            raise BadQuery(say("subset-axis", axis=axis, axes="Lat, Lon" if system.is_geographic else "E, N"), "subset")
    whole = _extent_in(request, layers, system)
    (low_x, high_x), (low_y, high_y) = (
        next((ranges[axis] for axis in names if names[axis] == place and axis in ranges), (None, None))
        for place in (0, 1)
    )
    bounds = Bounds(
        *(whole.west if low_x is None else low_x, whole.south if low_y is None else low_y),
        *(whole.east if high_x is None else high_x, whole.north if high_y is None else high_y),
    )
    if not (bounds.west < bounds.east and bounds.south < bounds.north):
        raise BadQuery(say("subset-empty"), "subset")
    if system.is_geographic and not _within(bounds, EARTH):
        error = BadQuery(say("subset-degrees"), "subset")
        raise error if _touches(bounds, EARTH) else OutsideExtent(reason(error))
    return find_transform(system, crs.crs).bounds(bounds)


def _centre(request: Request, crs: OutputCrs) -> tuple[float, float] | None:
    given = numbers(request.query_params, "center", (2,))
    if given is None:
        return None
    source = read_crs(request, "center-crs")
    x, y = given[::-1] if source is not None and source.north_east else given
    east, north = find_transform(source.crs if source else parse_crs(CRS84), crs.crs).points([x], [y])
    if not (math.isfinite(east[0]) and math.isfinite(north[0])):
        raise BadQuery(say("center-outside"), "center")
    return float(east[0]), float(north[0])


def _extent_in(request: Request, layers: Sequence[Layer], crs: pyproj.CRS) -> Bounds:
    """The layers' extent in a CRS, no point of no size."""
    frame = request.app.state.frame
    extents = [layer.version.extent for layer in layers if layer.version.extent] or [frame.extent]
    whole = extents[0]
    for extent in extents[1:]:
        whole = whole.union(extent)
    west, south, east, north = whole
    if not (west < east and south < north):
        west, south, east, north = west - 0.005, south - 0.005, east + 0.005, north + 0.005
    return find_transform(parse_crs(frame.storage_srid), crs).bounds(Bounds(west, south, east, north))
