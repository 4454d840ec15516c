"""Kinds of inputs that several processes share, and how they are read into values."""

from typing import Annotated, Any

import shapely
from pydantic import Field
from shapely.geometry.base import BaseGeometry

from geoservice.analysis.inside import check_area
from layers.errors import BadQuery
from layers.filter.cql2 import parse_filter
from layers.frame import Bounds
from layers.overlay import MAX_VERTICES, Point, parse_polygon, read_geojson
from layers.query import LayerQuery
from layers.sentences import say

_GEOMETRY = {"type": "object", "format": "geojson-geometry"}

GeoJson = Annotated[dict[str, Any], Field(json_schema_extra=_GEOMETRY)]
LayerName = Annotated[str, Field(min_length=1, max_length=63)]
Names = Annotated[list[LayerName], Field(max_length=200)]
Lon = Annotated[float, Field(ge=-180, le=180, title="longitude", description="degrees east")]
Lat = Annotated[float, Field(ge=-90, le=90, title="latitude", description="degrees north")]
Box = Annotated[list[float], Field(min_length=4, max_length=4)]
Filter = Annotated[str, Field(max_length=10_000)]


def polygon_of(document: dict[str, Any], name: str = "polygon") -> BaseGeometry:
    """Read a GeoJSON polygon in degrees, valid and not too large; ``name`` is the input.

    Raises:
        BadQuery: it is none.
    """
    polygon = parse_polygon(document, name)
    check_area(polygon)
    return polygon


def geometry_of(document: dict[str, Any], *, flat: bool = True) -> BaseGeometry:
    """Read any GeoJSON geometry in degrees, or the features of a collection as one; ``flat`` leaves heights out.

    Raises:
        BadQuery: it is none, is empty, or has too many vertices.
    """
    geometry = read_geojson(document, "geometry", flat=flat)
    if shapely.get_num_coordinates(geometry) > MAX_VERTICES:
        raise BadQuery(say("geometry-vertices", most=MAX_VERTICES), "geometry")
    return geometry


def line_of(document: dict[str, Any]) -> list[tuple[float, float]]:
    """Read a GeoJSON LineString in degrees.

    Raises:
        BadQuery: it is none.
    """
    line = read_geojson(document, "line")
    if line.geom_type != "LineString":
        raise BadQuery(say("line-not", kind=line.geom_type), "line")
    return [(float(x), float(y)) for x, y in shapely.get_coordinates(line)]


def query_of(filter_text: str | None, bbox: list[float] | None) -> LayerQuery:
    """Return the query for a CQL2 text and a box in degrees.

    Raises:
        BadFilter, BadQuery.
    """
    boxes: tuple[Bounds, ...] = ()
    if bbox is not None:
        box = Bounds(*bbox)
        if not (box.west < box.east and box.south < box.north):
            raise BadQuery(say("process-bbox"), "bbox")
        boxes = (box,)
    tree = parse_filter(filter_text, "cql2-text") if filter_text else None
    return LayerQuery(box=boxes, may_lack_geometry=False, filter=tree)


def point_of(lon: float, lat: float, tolerance_m: float = 10.0) -> Point:
    """Return a place; its limits are checked with it."""
    return Point(lon, lat, tolerance_m)
