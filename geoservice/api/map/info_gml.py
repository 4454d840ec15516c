"""What lies under a pixel as GML 2.1.2 or 3.1.1, which desktops draw where they do not read GeoJSON."""

import re
import xml.etree.ElementTree as ET
from collections.abc import Mapping, Sequence
from typing import Any

from geoservice.api.map.pixel import Found
from layers.xml_text import xml_document

GML_2, GML_3 = "application/vnd.ogc.gml", "application/vnd.ogc.gml/3.1.1"
"""Media types as GeoServer and MapServer name them."""
_WFS, _GML, _CITY = "http://www.opengis.net/wfs", "http://www.opengis.net/gml", "urn:geoservice:layers"
_SRS = {False: "http://www.opengis.net/gml/srs/epsg.xml#4326", True: "urn:ogc:def:crs:OGC:1.3:CRS84"}
"""Degrees, longitude first, as each version says it: GML 2 puts x first whatever the authority does."""
_MANY = {
    "MultiPoint": ("Point", "MultiPoint", "pointMember", "MultiPoint", "pointMember"),
    "MultiLineString": ("LineString", "MultiLineString", "lineStringMember", "MultiCurve", "curveMember"),
    "MultiPolygon": ("Polygon", "MultiPolygon", "polygonMember", "MultiSurface", "surfaceMember"),
}
"""By GeoJSON type: the type of its parts, and how GML 2 and GML 3 name the whole and a part."""

for _prefix, _uri in (("wfs", _WFS), ("gml", _GML), ("city", _CITY)):
    ET.register_namespace(_prefix, _uri)


def info_gml(found: Sequence[Found], media_type: str) -> bytes:
    """Return the features as a collection of one GML version; a column's name is an element's, where XML allows it."""
    newer = media_type == GML_3
    collection = ET.Element(f"{{{_WFS}}}FeatureCollection")
    for part in found:
        for feature in part.features:
            member = ET.SubElement(collection, f"{{{_GML}}}featureMember")
            element = ET.SubElement(member, f"{{{_CITY}}}{_name(part.layer.name)}")
            identifier = f"{part.layer.name}.{feature.get('id') or 0}"
            element.set(f"{{{_GML}}}id" if newer else "fid", identifier)
            if geometry := feature.get("geometry"):
                _geometry(ET.SubElement(element, f"{{{_CITY}}}geometry"), geometry, newer, _SRS[newer])
            for name, value in feature["properties"].items():
                if value is not None:
                    ET.SubElement(element, f"{{{_CITY}}}{_name(name)}").text = str(value)
    return xml_document(collection)


def _name(text: str) -> str:
    name = re.sub(r"[^\w.-]", "_", text)
    return name if re.match(r"[^\W\d]", name) else f"_{name}"


def _geometry(parent: ET.Element, geometry: Mapping[str, Any], newer: bool, srs: str | None = None) -> None:
    kind = geometry["type"]
    if kind in _MANY:
        single, *names = _MANY[kind]
        whole, member = names[2:] if newer else names[:2]
        parts = [{"type": single, "coordinates": part} for part in geometry["coordinates"]]
    elif kind == "GeometryCollection":
        whole, member, parts = "MultiGeometry", "geometryMember", geometry["geometries"]
    else:
        whole, member, parts = kind, "", []
    element = ET.SubElement(parent, f"{{{_GML}}}{whole}")
    if srs:
        element.set("srsName", srs)
    for part in parts:
        _geometry(ET.SubElement(element, f"{{{_GML}}}{member}"), part, newer)
    if kind == "Polygon":
        for number, ring in enumerate(geometry["coordinates"]):
            side = ("exterior" if number == 0 else "interior") if newer else ("outer" if number == 0 else "inner")
            boundary = ET.SubElement(element, f"{{{_GML}}}{side if newer else f'{side}BoundaryIs'}")
            _positions(ET.SubElement(boundary, f"{{{_GML}}}LinearRing"), ring, newer, "posList")
    elif kind == "LineString":
        _positions(element, geometry["coordinates"], newer, "posList")
    elif kind == "Point":
        _positions(element, [geometry["coordinates"]], newer, "pos")


def _positions(element: ET.Element, positions: Sequence[Sequence[float]], newer: bool, name: str) -> None:
    """Write positions without their heights: what lies under a pixel is drawn on a map."""
    child = ET.SubElement(element, f"{{{_GML}}}{name if newer else 'coordinates'}")
    separator = " " if newer else ","
    child.text = " ".join(separator.join(repr(float(value)) for value in position[:2]) for position in positions)
