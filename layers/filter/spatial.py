"""Geometry literals and spatial predicates of a filter.

A literal comes in the axis order of its CRS's authority, is checked and brought to the storage CRS here, before the
database sees it, so that a crooked polygon is an answer with a reason and never a failed statement.
"""

import math
import struct
from typing import Any

import numpy as np
import pyproj
import shapely
from shapely.geometry import box, shape
from shapely.geometry.base import BaseGeometry

from layers.crs.names import axis_is_north_east, parse_crs, same_crs
from layers.crs.operations import find_transform
from layers.crs.transform import Transform
from layers.errors import BadFilter, GeoError
from layers.filter.clauses import Binder, Expression
from layers.frame import Bounds
from layers.sentences import reason, say
from layers.validity import invalidity, unmade

MAX_POSITIONS = 100_000
_MOST_WAYS = 256
_STEP_M, _STEP_DEGREES, _MOST_STEPS = 200.0, 0.002, 1000
_STRAIGHT = 1e-9
"""What an edge may bend, in units of the storage CRS, and still be taken for straight."""
PREDICATES = {
    "s_intersects": "ST_Intersects",
    "s_equals": "ST_Equals",
    "s_disjoint": "ST_Disjoint",
    "s_touches": "ST_Touches",
    "s_within": "ST_Within",
    "s_overlaps": "ST_Overlaps",
    "s_crosses": "ST_Crosses",
    "s_contains": "ST_Contains",
}
_BOX_SLACK = 2e-5  # degrees: more than a step of single precision at 180
_RECTANGLE = struct.Struct("<BIIII10d")
_EWKB_POLYGON = 0x20000003
_COLLECTIONS_ALLOWED = ("s_intersects", "s_disjoint")


def spatial_predicate(
    binder: Binder, operator: str, left: Expression, right: Expression, storage_srid: int
) -> Expression:
    """Return the predicate over two geometries in the storage CRS.

    Raises:
        BadFilter: one side is no geometry, or a collection where PostGIS defines none.
    """
    for side in (left, right):
        if side.type != "geometry":
            raise BadFilter(say("filter-geometries", operator=operator, found=side.type), "filter")
        if operator not in _COLLECTIONS_ALLOWED and getattr(side.literal, "geom_type", "") == "GeometryCollection":
            raise BadFilter(say("filter-collection", operator=operator, allowed=_COLLECTIONS_ALLOWED), "filter")
    area = left.literal if left.literal is not None else right.literal
    if area is None or '"geom"' not in (left.sql, right.sql) or operator == "s_disjoint":
        return Expression(f"{PREDICATES[operator]}({left.sql}, {right.sql})", "boolean")
    if operator == "s_intersects":
        return Expression(meets_sql(binder, '"geom"', _rectangle(area), storage_srid), "boolean", area=area)
    return Expression(f"{PREDICATES[operator]}({left.sql}, {right.sql})", "boolean", area=area)


def geometry_literal(binder: Binder, tree: dict[str, Any], crs: pyproj.CRS, storage_srid: int) -> Expression:
    """Bind a GeoJSON geometry or ``{"bbox": […]}`` given in ``crs`` (authority axis order) in the storage CRS.

    Raises:
        BadFilter: not a geometry, not finite, not valid, outside the CRS, or with too many positions.
    """
    north_first = crs.name != "WGS 84 (CRS84)" and axis_is_north_east(crs)
    geometry = _box(tree["bbox"], north_first) if "bbox" in tree else _geojson(tree)
    if north_first and "bbox" not in tree:
        geometry = shapely.transform(geometry, lambda xy: xy[:, ::-1])
    _check(geometry, crs)
    transform = _way(crs, storage_srid)
    if transform is not None:
        geometry = _to_storage(geometry, crs, transform)
    return Expression(bind_geometry(binder, geometry, storage_srid), "geometry", geometry)


def bind_geometry(binder: Binder, geometry: BaseGeometry, srid: int) -> str:
    """Bind a geometry and return its SQL.

    As text in hexadecimal: PostgreSQL then reads it once, when it is bound; from bytes it would once a row.
    """
    return f"{binder.bind(shapely.to_wkb(shapely.set_srid(geometry, srid), hex=True, include_srid=True))}::geometry"


def meets_sql(binder: Binder, column: str, area: Bounds | BaseGeometry, srid: int) -> str:
    """Return "the column's geometry meets the area".

    For a rectangle, geometry whose own box lies inside it meets it without a look at its vertices. Boxes are kept in
    single precision, rounded outwards, so the inside is taken a little smaller.
    """
    if not isinstance(area, Bounds):
        return f"ST_Intersects({column}, {bind_geometry(binder, area, srid)})"
    if area.west == area.east or area.south == area.north:  # a box without an inside: a line, or a point
        flat = shapely.linestrings([area[:2], area[2:]]) if area[:2] != area[2:] else shapely.points(area[:2])
        return f"ST_Intersects({column}, {bind_geometry(binder, flat, srid)})"
    whole = bind_rectangle(binder, area, srid)
    inside = Bounds(area.west + _BOX_SLACK, area.south + _BOX_SLACK, area.east - _BOX_SLACK, area.north - _BOX_SLACK)
    if inside.west >= inside.east or inside.south >= inside.north:
        return f"ST_Intersects({column}, {whole})"
    inner = bind_rectangle(binder, inside, srid)
    return f"({column} && {whole} AND CASE WHEN {column} @ {inner} THEN true ELSE ST_Intersects({column}, {whole}) END)"


def bind_rectangle(binder: Binder, bounds: Bounds, srid: int) -> str:
    """Bind a rectangle and return its SQL: EWKB of a polygon with one ring, written without a geometry library."""
    west, south, east, north = bounds
    ring = (west, south, east, south, east, north, west, north, west, south)
    return f"{binder.bind(_RECTANGLE.pack(1, _EWKB_POLYGON, srid, 1, 5, *ring).hex())}::geometry"


def _rectangle(area: BaseGeometry) -> Bounds | BaseGeometry:
    """Return the bounds of a polygon that is a rectangle along the axes, else the geometry as it is."""
    if area.geom_type == "Polygon" and shapely.get_num_coordinates(area) == 5 and area.equals(area.envelope):
        return Bounds(*area.bounds)
    return area


def _geojson(tree: dict[str, Any]) -> BaseGeometry:
    try:
        geometry: BaseGeometry = shape(tree)
    except (ValueError, TypeError, KeyError, IndexError, AttributeError, shapely.errors.ShapelyError) as error:
        raise BadFilter(say("geometry-not-geojson", why=unmade(error)), "filter") from error
    if geometry.is_empty:
        raise BadFilter(say("geometry-empty"), "filter")
    return geometry


def _box(numbers: Any, north_first: bool) -> BaseGeometry:
    """Return the polygon, east first, of four or six numbers; west > east crosses the antimeridian and gives two."""
    if not isinstance(numbers, list) or len(numbers) not in (4, 6) or not all(_is_number(n) for n in numbers):
        raise BadFilter(say("filter-box"), "filter")
    west, south, east, north = numbers if len(numbers) == 4 else (*numbers[:2], *numbers[3:5])
    if north_first:
        west, south, east, north = south, west, north, east
    if south > north:
        raise BadFilter(say("filter-box-edges", south=south, north=north), "filter")
    if west <= east:
        return box(west, south, east, north)
    return shapely.MultiPolygon([box(west, south, 180, north), box(-180, south, east, north)])


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _check(geometry: BaseGeometry, crs: pyproj.CRS) -> None:
    positions = shapely.get_coordinates(geometry)
    if len(positions) > MAX_POSITIONS:
        raise BadFilter(say("geometry-positions", count=len(positions), most=MAX_POSITIONS), "filter")
    if not np.isfinite(positions).all():
        raise BadFilter(say("geometry-not-finite"), "filter")
    if crs.is_geographic and (np.abs(positions[:, 1]) > 90).any():
        raise BadFilter(say("geometry-latitude"), "filter")
    if not geometry.is_valid:
        raise BadFilter(say("geometry-invalid", why=invalidity(geometry)), "filter")


_ways: dict[tuple[int, int], tuple[pyproj.CRS, Transform | None]] = {}
"""Operations by the identity of a CRS and a storage CRS: to compare or hash a CRS costs more than to use it."""


def _way(crs: pyproj.CRS, storage_srid: int) -> Transform | None:
    """Return the operation to the storage CRS, None where degrees stay the same degrees.

    Raises:
        BadFilter: there is none to be trusted.
    """
    key = (id(crs), storage_srid)
    if key not in _ways or _ways[key][0] is not crs:
        storage = parse_crs(storage_srid)
        try:
            transform = None if same_crs(crs, storage) else find_transform(crs, storage)
        except GeoError as error:
            raise BadFilter(reason(error), "filter-crs") from error
        if transform is not None and transform.kind == "identity" and crs.is_geographic and storage.is_geographic:
            transform = None
        if len(_ways) >= _MOST_WAYS:
            _ways.clear()
        _ways[key] = (crs, transform)
    return _ways[key][1]


def _to_storage(geometry: BaseGeometry, crs: pyproj.CRS, transform: Transform) -> BaseGeometry:
    moved = _bent(geometry, crs, transform)
    if not np.isfinite(shapely.get_coordinates(moved)).all():
        raise BadFilter(say("geometry-outside", crs=crs.name), "filter")
    return moved


def _bent(geometry: BaseGeometry, crs: pyproj.CRS, transform: Transform) -> BaseGeometry:
    """Return a geometry in the storage CRS, with points along its long edges where these bend there.

    What is straight in metres is an arc in degrees: by L² tan(lat) / 8R that is 1 mm at 200 m and 100 m at 100 km.
    """
    moved: BaseGeometry = transform.geometry(np.array([geometry]))[0]
    step = max(_STEP_DEGREES if crs.is_geographic else _STEP_M, geometry.length / _MOST_STEPS)
    ends, moved_ends = shapely.get_coordinates(geometry), shapely.get_coordinates(moved)
    long = np.hypot(*np.diff(ends, axis=0).T) > step
    if geometry.length == 0 or not long.any():
        return moved
    halfway = np.column_stack(transform.points(*((ends[:-1] + ends[1:]) / 2)[long].T))
    chord, aside = np.diff(moved_ends, axis=0)[long], halfway - moved_ends[:-1][long]
    off = np.abs(chord[:, 0] * aside[:, 1] - chord[:, 1] * aside[:, 0])
    if (off <= _STRAIGHT * np.hypot(*chord.T)).all():
        return moved
    bent: BaseGeometry = transform.geometry(np.array([shapely.segmentize(geometry, step)]))[0]
    return bent
