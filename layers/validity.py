"""What GEOS finds wrong with a geometry, as a sentence: the fault, and where it lies."""

import re
from collections.abc import Mapping
from typing import Any, Final

import shapely

from layers.sentences import Table, say

SENTENCES: Final[Table] = {
    "self-intersection": ("Self-intersection", "自相交"),
    "ring-self-intersection": ("Ring Self-intersection", "环自相交"),
    "too-few-points": ("Too few points in geometry component", "组成部分的点太少"),
    "hole-outside-shell": ("Hole lies outside shell", "洞在外环之外"),
    "holes-nested": ("Holes are nested", "洞相互嵌套"),
    "nested-shells": ("Nested shells", "外环相互嵌套"),
    "duplicate-rings": ("Duplicate Rings", "环重复"),
    "interior-disconnected": ("Interior is disconnected", "内部不连通"),
    "invalid-coordinate": ("Invalid Coordinate", "坐标无效"),
    "ring-not-closed": ("Ring is not closed", "环未闭合"),
    "geometry-type-unknown": ("no geometry has this type", "没有这种几何类型"),
    "coordinates-unlike": ("its coordinates are not those of its type", "坐标与几何类型不符"),
    "fault-at": ("{fault} at {place}", "{place}处{fault}"),
}

_UNMADE: Final = (
    (re.compile(r"closed linestring"), "ring-not-closed"),
    (re.compile(r"at least 4 coordinates|Invalid number of points|0 or >1 elements"), "too-few-points"),
    (re.compile(r"Unknown geometry type|'type' not found|attribute 'lower'"), "geometry-type-unknown"),
)


def unmade(error: Exception) -> str:
    """Return why there is no such geometry, when GEOS or shapely refuses to make it of GeoJSON."""
    told = str(error)
    return say(next((code for pattern, code in _UNMADE if pattern.search(told)), "coordinates-unlike"))


def has_open_ring(document: Mapping[str, Any]) -> bool:
    """Whether a ring of a GeoJSON geometry does not end where it begins: ``shape`` closes it across what is missing."""
    if document["type"] == "GeometryCollection":
        return any(has_open_ring(one) for one in document["geometries"])
    polygons = {"Polygon": [document["coordinates"]], "MultiPolygon": document["coordinates"]}.get(document["type"], [])
    return any(list(ring[0]) != list(ring[-1]) for rings in polygons for ring in rings if len(ring))


def fault(told: str) -> str:
    """Return what GEOS says is wrong with a geometry (``Self-intersection[12 7]``) as a sentence, without the place."""
    name = told.split("[")[0].strip()
    code = name.lower().replace(" lies ", " ").replace(" are ", " ").replace(" is ", " ").replace(" ", "-")
    code = "too-few-points" if code.startswith("too-few-points") else code
    return say(code) if code in SENTENCES else name


def invalidity(geometry: Any) -> str:
    """Return what is wrong with an invalid geometry, and where, in its own coordinates."""
    told = str(shapely.is_valid_reason(geometry))
    place = told.partition("[")[2].rstrip("]").replace(" ", ", ")
    return say("fault-at", fault=fault(told), place=place) if place else fault(told)
