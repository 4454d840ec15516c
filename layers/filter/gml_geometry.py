"""Geometry literals of Filter Encoding: GML 3.2, and what is left of GML 2 in older clients, to GeoJSON.

Positions stay in the axis order they were written in; curves of straight segments only are read.
"""

import math
import re
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator
from typing import NoReturn

from layers.errors import BadFilter
from layers.filter.cql2_tokens import Tree
from layers.sentences import say

Position = list[float]
_NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")


def is_geometry(element: ET.Element) -> bool:
    """Say whether an element is a geometry or an envelope."""
    return element.tag in _READ or element.tag in _BOXES


def read_gml(element: ET.Element) -> Tree:
    """Return the GeoJSON of a geometry, ``{"bbox": […]}`` of an envelope.

    Raises:
        BadFilter: it is none that is known here, or its positions are not numbers.
    """
    if element.tag in _BOXES:
        low, high, *more = _positions(element) or [[], []]
        if more or len(low) != len(high):
            _refuse(element)
        return {"bbox": [*low, *high]}
    if element.tag not in _READ:
        _refuse(element)
    return _READ[element.tag](element)


def srs_name(element: ET.Element) -> str | None:
    """Return the name of the system that a geometry says, itself or in one of its parts."""
    return next((name for part in element.iter() if (name := part.get("srsName"))), None)


def turned(tree: Tree) -> Tree:
    """Return a filter's tree with the first two ordinates of every position in it changed about."""
    if isinstance(tree, list):
        return [turned(part) for part in tree]
    if not isinstance(tree, dict):
        return tree
    found = {name: turned(part) for name, part in tree.items() if name in ("args", "geometries")}
    if "bbox" in tree:
        half = len(tree["bbox"]) // 2
        found["bbox"] = [*_swapped(tree["bbox"][:half]), *_swapped(tree["bbox"][half:])]
    if "coordinates" in tree:
        found["coordinates"] = _swapped(tree["coordinates"])
    return tree | found


def _swapped(positions: Tree) -> Tree:
    if positions and not isinstance(positions[0], list):
        return [positions[1], positions[0], *positions[2:]]
    return [_swapped(part) for part in positions]


def _point(element: ET.Element) -> Tree:
    positions = _positions(element)
    if len(positions) != 1:
        _refuse(element)
    return {"type": "Point", "coordinates": positions[0]}


def _line(element: ET.Element) -> Tree:
    return {"type": "LineString", "coordinates": _positions(element)}


def _curve(element: ET.Element) -> Tree:
    """Read the segments of a curve; each begins where the one before ends."""
    line: list[Position] = []
    for segment in _inside(element, "segments"):
        if segment.tag != "LineStringSegment":
            _refuse(segment)
        line += _positions(segment)[1 if line else 0 :]
    return {"type": "LineString", "coordinates": line}


def _polygon(element: ET.Element) -> Tree:
    outer: list[list[Position]] = []
    inner: list[list[Position]] = []
    for boundary in element:
        if boundary.tag in ("exterior", "outerBoundaryIs", "interior", "innerBoundaryIs"):
            kept = outer if boundary.tag in ("exterior", "outerBoundaryIs") else inner
            kept += [_positions(ring) for ring in boundary if ring.tag == "LinearRing"]
    if len(outer) != 1:
        _refuse(element)
    return {"type": "Polygon", "coordinates": [*outer, *inner]}


def _surface(element: ET.Element) -> Tree:
    patches = [_polygon(patch) for patch in _inside(element, "patches", "polygonPatches")]
    if len(patches) == 1:
        return patches[0]
    return {"type": "MultiPolygon", "coordinates": [patch["coordinates"] for patch in patches]}


def _many(kind: str, *members: str) -> Callable[[ET.Element], Tree]:
    def read(element: ET.Element) -> Tree:
        parts = [read_gml(part) for part in _inside(element, *members)]
        found = []
        for part in parts:
            if part.get("type") == kind:  # a surface of several patches
                found += part["coordinates"]
            elif part.get("type") == kind.removeprefix("Multi"):
                found.append(part["coordinates"])
            else:
                _refuse(element)
        return {"type": kind, "coordinates": found}

    return read


def _collection(element: ET.Element) -> Tree:
    parts = [read_gml(part) for part in _inside(element, "geometryMember", "geometryMembers")]
    return {"type": "GeometryCollection", "geometries": parts}


def _inside(element: ET.Element, *names: str) -> Iterator[ET.Element]:
    return (part for property_ in element if property_.tag in names for part in property_)


def _positions(element: ET.Element, dimension: int | None = None) -> list[Position]:
    """Return what ``pos``, ``posList``, ``coordinates``, ``coord`` or corners of an element hold."""
    dimension = _dimension(element) or dimension
    found: list[Position] = []
    for part in element:
        if part.tag in ("pos", "lowerCorner", "upperCorner"):
            found.append(_numbers(part, (part.text or "").split()))
        elif part.tag == "posList":
            numbers = _numbers(part, (part.text or "").split())
            size = _dimension(part) or dimension or 2
            if len(numbers) % size:
                _refuse(part)
            found += [numbers[at : at + size] for at in range(0, len(numbers), size)]
        elif part.tag == "coordinates":
            given = (part.text or "").replace(part.get("cs", ","), ",")
            found += [_numbers(part, position.split(",")) for position in given.split()]
        elif part.tag == "coord":
            found.append(_numbers(part, [axis.text or "" for axis in part]))
        elif part.tag in ("pointProperty", "pointRep", "Point"):
            found += _positions(part, dimension)
    if any(not 2 <= len(position) <= 3 for position in found):
        _refuse(element)
    return found


def _dimension(element: ET.Element) -> int | None:
    text = element.get("srsDimension", element.get("dimension", ""))
    return int(text) if text in ("2", "3") else None


def _numbers(element: ET.Element, texts: list[str]) -> list[float]:
    if not all(_NUMBER.fullmatch(text) for text in texts):
        _refuse(element)
    numbers = [float(text) for text in texts]
    if not all(map(math.isfinite, numbers)):
        _refuse(element)
    return numbers


def _refuse(element: ET.Element) -> NoReturn:
    raise BadFilter(say("gml-geometry", name=element.tag[:40]), "filter")


_BOXES = ("Envelope", "Box")
_READ: dict[str, Callable[[ET.Element], Tree]] = {
    "Point": _point,
    "LineString": _line,
    "Curve": _curve,
    "Polygon": _polygon,
    "Surface": _surface,
    "MultiPoint": _many("MultiPoint", "pointMember", "pointMembers"),
    "MultiLineString": _many("MultiLineString", "lineStringMember"),
    "MultiCurve": _many("MultiLineString", "curveMember", "curveMembers"),
    "MultiPolygon": _many("MultiPolygon", "polygonMember"),
    "MultiSurface": _many("MultiPolygon", "surfaceMember", "surfaceMembers"),
    "MultiGeometry": _collection,
}
