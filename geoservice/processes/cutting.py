"""The processes that make shapes of shapes: cut by a line, joined, lessened by an area. The viewer edits with them."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import shapely
from pydantic import Field
from shapely.geometry import mapping
from shapely.geometry.base import BaseGeometry

from geoservice.analysis.account import area_units
from geoservice.analysis.asking import Asking
from geoservice.analysis.inside import METHOD
from geoservice.processes.inputs import GeoJson, geometry_of, line_of, polygon_of
from geoservice.processes.process import GEOJSON, Inputs, Output, Process
from layers.edit.cutting import cut_by, joined, lessened, size_of

MOST_JOINED = 200


class SplitInputs(Inputs):
    """A shape and the line that cuts it."""

    geometry: GeoJson = Field(title="geometry", description="GeoJSON polygon or line in degrees, longitude first")
    line: GeoJson = Field(title="line", description="GeoJSON LineString in degrees, longitude first")


async def _split(asking: Asking, given: SplitInputs) -> Mapping[str, Any]:
    geometry, line = geometry_of(given.geometry, flat=False), shapely.linestrings(line_of(given.line))
    return {"result": _collection(await asking.work(cut_by, geometry, line))}


class UnionInputs(Inputs):
    """The shapes that become one."""

    geometries: Annotated[list[GeoJson], Field(min_length=2, max_length=MOST_JOINED)] = Field(
        title="geometries", description="GeoJSON polygons or lines in degrees, longitude first"
    )


async def _union(asking: Asking, given: UnionInputs) -> Mapping[str, Any]:
    geometries = [geometry_of(one, flat=False) for one in given.geometries]
    return {"result": _feature(await asking.work(joined, geometries))}


class DifferenceInputs(Inputs):
    """A shape and the area that is taken from it."""

    geometry: GeoJson = Field(title="geometry", description="GeoJSON polygon or line in degrees, longitude first")
    area: GeoJson = Field(title="area", description="GeoJSON Polygon or MultiPolygon in degrees, longitude first")


async def _difference(asking: Asking, given: DifferenceInputs) -> Mapping[str, Any]:
    geometry, area = geometry_of(given.geometry, flat=False), polygon_of(given.area, "area")
    return {"result": _feature(await asking.work(lessened, geometry, area))}


def _feature(geometry: BaseGeometry) -> dict[str, Any]:
    size = float(size_of([geometry])[0])
    figures = area_units(size) if shapely.get_dimensions(geometry) == 2 else {"length_m": round(size, 3)}
    parts = int(shapely.get_num_geometries(geometry))
    return {
        "type": "Feature", "geometry": mapping(shapely.orient_polygons(geometry)),
        "properties": {**figures, "parts": parts, "method": METHOD},
    }  # fmt: skip


def _collection(geometries: Sequence[BaseGeometry]) -> dict[str, Any]:
    return {"type": "FeatureCollection", "features": [_feature(geometry) for geometry in geometries]}


_FEATURE = {"type": "object", "format": "geojson-feature"}
_FEATURES = {"type": "object", "format": "geojson-feature-collection"}

CUTTING = (
    Process(
        "split", {"zh": "分割", "en": "Split"},
        {
            "zh": "用一条线分割面或线，返回各部分及其椭球面积或长度，最大者在前。",
            "en": "The parts that a line cuts a polygon or a line into, with their true size, the largest first.",
        },
        SplitInputs, {"result": Output({"zh": "各部分", "en": "the parts"}, _FEATURES, GEOJSON)}, _split,
    ),
    Process(
        "union", {"zh": "合并", "en": "Union"},
        {
            "zh": "把若干面或线合并为一个，返回其椭球面积或长度和部分数。",
            "en": "Polygons or lines as one, with its true area or length and the number of its parts.",
        },
        UnionInputs, {"result": Output({"zh": "合并结果", "en": "the union"}, _FEATURE, GEOJSON)}, _union,
    ),
    Process(
        "difference", {"zh": "挖除", "en": "Difference"},
        {
            "zh": "从面或线中减去一个区域；位于内部的区域成为洞。",
            "en": "What of a polygon or a line lies outside an area; an area within it becomes a hole.",
        },
        DifferenceInputs, {"result": Output({"zh": "剩余部分", "en": "what is left"}, _FEATURE, GEOJSON)}, _difference,
    ),
)  # fmt: skip
