"""What GEOS finds wrong with a geometry, as a sentence: the fault, and where it lies."""

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
    "fault-at": ("{fault} at {place}", "{place}处{fault}"),
}


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
