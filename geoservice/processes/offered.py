"""The processes this service offers: their inputs, their outputs, and the question each one asks."""

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import Field

from geoservice.analysis import along, around, here, inside
from geoservice.analysis.asking import Asking
from geoservice.processes.cutting import CUTTING
from geoservice.processes.echo import ECHO
from geoservice.processes.inputs import (
    Box,
    Filter,
    GeoJson,
    Lat,
    LayerName,
    Lon,
    Names,
    geometry_of,
    line_of,
    point_of,
    polygon_of,
    query_of,
)
from geoservice.processes.process import GEOJSON, Inputs, Output, Process
from layers.errors import BadQuery
from layers.sentences import say

_OBJECT = {"type": "object"}
_FEATURES = {"type": "object", "format": "geojson-feature-collection"}
_FEATURE = {"type": "object", "format": "geojson-feature"}


class BufferInputs(Inputs):
    """What is buffered: a geometry, or the features of a layer."""

    geometry: GeoJson | None = Field(None, title="geometry", description="GeoJSON in degrees, longitude first")
    layer: LayerName | None = Field(None, title="layer", description="instead of a geometry: all features of a layer")
    filter: Filter | None = Field(None, title="filter", description="CQL2 text that the layer's features meet")
    bbox: Box | None = Field(None, title="box", description="west, south, east, north that the features meet")
    distance: float = Field(title="distance", description="metres, up to 50 000; negative shrinks polygons")
    segments: int = Field(16, ge=1, le=64, title="segments", description="straight parts of a quarter circle")


async def _buffer(asking: Asking, given: BufferInputs) -> Mapping[str, Any]:
    if (given.geometry is None) == (given.layer is None):
        raise BadQuery(say("geometry-or-layer"), "inputs.geometry")
    if given.layer is not None:
        layer = asking.layer(given.layer, "vector")
        query = query_of(given.filter, given.bbox)
        return {"result": await around.buffer_layer(asking, layer, query, given.distance, given.segments)}
    geometry = geometry_of(given.geometry or {})
    return {"result": await around.buffer_geometry(asking, geometry, given.distance, given.segments)}


class IntersectionInputs(Inputs):
    """A polygon and the layer it is laid over."""

    polygon: GeoJson = Field(title="polygon", description="GeoJSON Polygon or MultiPolygon in degrees, longitude first")
    layer: LayerName = Field(title="layer", description="the vector layer")
    filter: Filter | None = Field(None, title="filter", description="CQL2 text that the features meet")
    clip: bool = Field(True, title="clip", description="whether features are cut at the polygon's edge")
    limit: int = Field(1000, ge=1, le=inside.MOST_FEATURES, title="limit", description="most features answered")


async def _intersection(asking: Asking, given: IntersectionInputs) -> Mapping[str, Any]:
    layer, polygon = asking.layer(given.layer, "vector"), polygon_of(given.polygon)
    query = query_of(given.filter, None)
    return {
        "result": await inside.intersection(asking, layer, polygon, query, clip=given.clip, limit=given.limit)
    }  # fmt: skip


class StatisticsInputs(Inputs):
    """A polygon, and the layers asked."""

    polygon: GeoJson = Field(title="polygon", description="GeoJSON Polygon or MultiPolygon in degrees, longitude first")
    layers: Names | None = Field(None, title="layers", description="names; all the caller may see when left out")
    by: dict[LayerName, str] = Field(
        default_factory=dict, title="by", description="column to group by, for each layer; else the layer's own class",
        json_schema_extra={"type": "object"},
    )  # fmt: skip
    measure: Literal["value", "slope"] = Field(
        "value", title="measure", description="of elevation: heights, or slopes in the national survey's five classes"
    )
    breaks: list[float] = Field(
        default_factory=list, max_length=50, title="breaks", description="bounds of height or slope classes, rising"
    )


async def _statistics(asking: Asking, given: StatisticsInputs) -> Mapping[str, Any]:
    polygon = polygon_of(given.polygon)
    answer = await inside.area_statistics(
        asking, polygon, given.layers, given.by, measure=given.measure, breaks=given.breaks
    )
    return {"result": answer}


class NearestInputs(Inputs):
    """A place, and how far and how much is looked for."""

    lon: Lon
    lat: Lat
    layers: Names | None = Field(None, title="layers", description="vector layers; all the caller may see if left out")
    count: int = Field(5, ge=1, le=100, title="count", description="most features answered")
    within: float = Field(10_000, gt=0, le=100_000, title="within", description="metres to look around")


async def _nearest(asking: Asking, given: NearestInputs) -> Mapping[str, Any]:
    point = point_of(given.lon, given.lat)
    return {"result": await around.nearest(asking, given.layers, point, given.count, given.within)}


class HereInputs(Inputs):
    """A place."""

    lon: Lon
    lat: Lat
    tolerance: float = Field(10, ge=0, le=1000, title="tolerance", description="metres around it that still count")
    layers: Names | None = Field(None, title="layers", description="names; all the caller may see when left out")


async def _here(asking: Asking, given: HereInputs) -> Mapping[str, Any]:
    return {"result": await here.at_point(asking, point_of(given.lon, given.lat, given.tolerance), given.layers)}


class ProfileInputs(Inputs):
    """A line over an elevation layer."""

    line: GeoJson = Field(title="line", description="GeoJSON LineString in degrees, longitude first")
    layer: LayerName = Field(title="layer", description="the elevation layer")
    spacing: float | None = Field(None, gt=0, title="spacing", description="metres between heights; else one pixel")


async def _profile(asking: Asking, given: ProfileInputs) -> Mapping[str, Any]:
    layer = asking.layer(given.layer, "elevation")
    return {"result": await along.elevation_profile(asking, layer, line_of(given.line), given.spacing)}


def _result(zh: str, en: str, schema: Mapping[str, Any], media_type: str = "application/json") -> dict[str, Output]:
    return {"result": Output({"zh": zh, "en": en}, schema, media_type)}


OFFERED = (
    Process(
        "buffer", {"zh": "缓冲区", "en": "Buffer"},
        {
            "zh": "给定几何或图层要素周围一定距离内的范围，距离与面积均按椭球面计算。",
            "en": "The land within a distance of a geometry or of a layer's features; metres and areas are true ones.",
        },
        BufferInputs, _result("缓冲区范围与面积", "the buffer with its area", _FEATURE, GEOJSON), _buffer,
    ),
    Process(
        "intersection", {"zh": "叠加裁剪", "en": "Intersection"},
        {
            "zh": "用多边形裁剪矢量图层，返回落入其中的要素及其椭球面积、长度。",
            "en": "The features of a layer that a polygon cuts, clipped to it, with their ellipsoidal area and length.",
        },
        IntersectionInputs, _result("落入的要素", "the features inside", _FEATURES, GEOJSON), _intersection,
    ),
    Process(
        "area-statistics", {"zh": "面积统计", "en": "Area statistics"},
        {
            "zh": "多边形内各图层的统计：矢量按类别的数量、面积、长度，高程的高度或坡度分级，影像的波段值或类别面积。",
            "en": "What each layer holds inside a polygon: counts, areas, lengths by class, heights or slope classes, "
            "band values or areas of image classes.",
        },
        StatisticsInputs, _result("各图层统计", "each layer's figures", _OBJECT), _statistics,
    ),
    Process(
        "nearest", {"zh": "最近要素", "en": "Nearest features"},
        {
            "zh": "离某点最近的要素，按大地线距离排序。",
            "en": "The features nearest to a point, by geodesic distance.",
        },
        NearestInputs, _result("最近的要素", "the nearest features", _FEATURES, GEOJSON), _nearest,
    ),
    Process(
        "what-is-here", {"zh": "一点查询", "en": "What is here"},
        {
            "zh": "一点上所有图层的回答：要素属性、高程、像元值。",
            "en": "Every layer's answer at a point: attributes, heights, pixel values.",
        },
        HereInputs, _result("各图层的回答", "each layer's answer", _OBJECT), _here,
    ),
    Process(
        "elevation-profile", {"zh": "高程剖面", "en": "Elevation profile"},
        {
            "zh": "沿线的高程，附高程系统与精度。",
            "en": "Heights along a line, with their height system and accuracy.",
        },
        ProfileInputs, _result("剖面", "the profile", _OBJECT), _profile,
    ),
    *CUTTING,
    ECHO,
)  # fmt: skip
"""In the order they are listed."""

PROCESSES: Mapping[str, Process] = {process.id: process for process in OFFERED}
