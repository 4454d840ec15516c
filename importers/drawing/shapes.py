"""The geometry and text of single drawing entities: one function for each type, in the table ``DRAW``.

Each yields ``(geometry, facts)`` in world coordinates; closed curves are linear rings, which the rule for
their code or layer turns into polygons or lines later.
"""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import shapely
from ezdxf.render import MeshBuilder
from shapely.geometry.base import BaseGeometry

from importers.drawing.curves import as_array, curve_points, polyline_points
from importers.drawing.dxf_words import attribute_words, clean, paragraph_of, text_of
from importers.drawing.hatches import hatch_area
from layers.sentences import say

Facts = dict[str, Any]
Drawn = Iterator[tuple[BaseGeometry, Facts]]


class NotDrawable(Exception):
    """An entity cannot be drawn; the text says why."""


def _point(entity: Any, tolerance: float) -> Drawn:
    yield shapely.Point(*entity.dxf.location), {}


def _line(entity: Any, tolerance: float) -> Drawn:
    yield shapely.LineString([tuple(entity.dxf.start), tuple(entity.dxf.end)]), {}


def _path(points: Any, closed: bool) -> BaseGeometry:
    if len(points) < 2:
        raise NotDrawable(say("polyline-too-short"))
    if closed and len(points) >= 3:
        return shapely.LinearRing(points)
    return shapely.LineString(points)


def _polyline(entity: Any, tolerance: float) -> Drawn:
    if entity.dxftype() == "POLYLINE" and (entity.is_polygon_mesh or entity.is_poly_face_mesh):
        yield _faces(MeshBuilder.from_polyface(entity)), {}
    else:
        yield _path(*polyline_points(entity, tolerance)), {}


def _curve(entity: Any, tolerance: float) -> Drawn:
    yield _path(*curve_points(entity, tolerance)), {}


def _mesh(entity: Any, tolerance: float) -> Drawn:
    yield _faces(MeshBuilder.from_mesh(entity)), {}


def _faces(mesh: Any) -> BaseGeometry:
    faces = [shapely.Polygon(as_array(face)) for face in mesh.faces_as_vertices() if len(face) >= 3]
    if not faces:
        raise NotDrawable(say("mesh-no-faces"))
    return shapely.MultiPolygon(faces)


def _quadrilateral(entity: Any, tolerance: float) -> Drawn:
    points = as_array(entity.wcs_vertices())
    distinct = len(np.unique(points, axis=0))
    if distinct < 3:
        yield _path(points[:2], False), {}
    else:
        yield shapely.Polygon(points), {}


def _hatch(entity: Any, tolerance: float) -> Drawn:
    area = hatch_area(entity, tolerance)
    if area is None:
        raise NotDrawable(say("hatch-empty"))
    yield area, {}


def _text(entity: Any, tolerance: float) -> Drawn:
    aligned = (entity.dxf.get("halign", 0) or entity.dxf.get("valign", 0)) and entity.dxf.hasattr("align_point")
    at = entity.ocs().to_wcs(entity.dxf.align_point if aligned else entity.dxf.insert)
    named = entity.dxftype() == "ATTDEF" and not entity.is_const  # by a tag, until a reference gives it words
    embedded = entity.dxftype() == "ATTRIB" and entity.has_embedded_mtext_entity
    words = attribute_words(entity) if embedded else text_of(str(entity.dxf.get("tag" if named else "text", "")))
    yield (
        shapely.Point(*at),
        {
            "text": words,
            "text_height": float(entity.dxf.get("height", 0.0)),
            "rotation": float(entity.dxf.get("rotation", 0.0)),
        },
    )


def _mtext(entity: Any, tolerance: float) -> Drawn:
    yield (
        shapely.Point(*entity.dxf.insert),
        {
            "text": paragraph_of(entity.text),
            "text_height": float(entity.dxf.get("char_height", 0.0)),
            "rotation": float(entity.get_rotation()),
        },
    )


def measured_line(dimension: Any) -> Drawn:
    """Draw a dimension that has no picture of itself: the line it measures, and its text or measure.

    Raises:
        NotDrawable: it measures no length, or is no dimension.
    """
    if dimension.dxftype() == "ACAD_PROXY_ENTITY":
        raise NotDrawable(say("entity-foreign", kind="ACAD_PROXY_ENTITY"))
    if dimension.dxftype() != "DIMENSION":
        raise NotDrawable(say("dimension-no-parts", dimension=dimension.dxftype()))
    ends = [dimension.dxf.get(name) for name in _MEASURED.get(dimension.dimtype, ())]
    if len(ends) != 2 or any(end is None for end in ends):
        raise NotDrawable(say("dimension-no-picture"))
    line = shapely.LineString([tuple(end) for end in ends])
    said = str(dimension.dxf.get("text", "") or "<>")
    measure = dimension.dxf.get("actual_measurement")
    text = said.replace("<>", f"{line.length if measure is None else measure:.4g}").strip()
    yield line, {}
    if text:
        middle = dimension.dxf.get("text_midpoint")
        where = dimension.ocs().to_wcs(middle) if middle is not None else line.centroid.coords[0]
        yield shapely.Point(*where), {"text": clean(text)}


_MEASURED = {
    **dict.fromkeys((0, 1), ("defpoint2", "defpoint3")),  # linear, aligned: between the extension lines
    **dict.fromkeys((3, 4), ("defpoint", "defpoint4")),  # diameter, radius
}

DRAW: dict[str, Callable[[Any, float], Drawn]] = {
    "POINT": _point,
    "LINE": _line,
    "LWPOLYLINE": _polyline,
    "POLYLINE": _polyline,
    **dict.fromkeys(("ARC", "CIRCLE", "ELLIPSE", "SPLINE", "HELIX"), _curve),
    **dict.fromkeys(("3DFACE", "SOLID", "TRACE"), _quadrilateral),
    **dict.fromkeys(("HATCH", "MPOLYGON"), _hatch),
    **dict.fromkeys(("TEXT", "ATTRIB", "ATTDEF"), _text),
    "MESH": _mesh,
    "MTEXT": _mtext,
}

DRAWN = frozenset(DRAW) | {"INSERT", "DIMENSION", "ARC_DIMENSION", "LEADER", "MULTILEADER", "MLEADER", "MLINE"}
"""Entity types that can make features, those drawn by their parts included."""
