"""What features look like, as a GML 3.2 application schema (OGC 07-036, 21): DescribeFeatureType.

An element for each layer, with its columns in the order they are written, each under its XML name; the name it came
with, and where XML cannot hold the column's own name that too, stand in its documentation.
"""

import xml.etree.ElementTree as ET
from collections.abc import Sequence

from layers.gml_text import geometry_element
from layers.layer import Column, Layer
from layers.schema import geometry_format
from layers.xml_names import NAMESPACE, PREFIX, xml_name
from layers.xml_text import xml_document

GML = "http://www.opengis.net/gml/3.2"
GML_SCHEMA = "http://schemas.opengis.net/gml/3.2.1/gml.xsd"
XSD = "http://www.w3.org/2001/XMLSchema"
FORMAT = "application/gml+xml; version=3.2"
_TYPES = {
    "text": "xsd:string", "integer": "xsd:int", "bigint": "xsd:long", "float": "xsd:double",
    "boolean": "xsd:boolean", "date": "xsd:date", "timestamp": "xsd:dateTime", "json": "xsd:string",
}  # fmt: skip
_GEOMETRIES = {
    "geometry-point": "Point", "geometry-multipoint": "MultiPoint", "geometry-linestring": "Curve",
    "geometry-multilinestring": "MultiCurve", "geometry-polygon": "Surface",
    "geometry-multipolygon": "MultiSurface", "geometry-geometrycollection": "MultiGeometry",
}  # fmt: skip


def application_schema(layers: Sequence[Layer]) -> bytes:
    """Return the schema of some layers."""
    root = ET.Element(
        "xsd:schema",
        {
            "xmlns:xsd": XSD, "xmlns:gml": GML, f"xmlns:{PREFIX}": NAMESPACE, "targetNamespace": NAMESPACE,
            "elementFormDefault": "qualified", "version": "1.0",
        },
    )  # fmt: skip
    ET.SubElement(root, "xsd:import", {"namespace": GML, "schemaLocation": GML_SCHEMA})
    for layer in layers:
        _layer(root, layer)
    return xml_document(root)


def _layer(root: ET.Element, layer: Layer) -> None:
    name = xml_name(layer.name)
    ET.SubElement(
        root,
        "xsd:element",
        {"name": name, "type": f"{PREFIX}:{name}Type", "substitutionGroup": "gml:AbstractFeature"},
    )
    kind = ET.SubElement(root, "xsd:complexType", {"name": f"{name}Type"})
    extension = ET.SubElement(ET.SubElement(kind, "xsd:complexContent"), "xsd:extension")
    extension.set("base", "gml:AbstractFeatureType")
    sequence = ET.SubElement(extension, "xsd:sequence")
    for column in layer.version.columns:
        _told(_element(sequence, column.name, _TYPES[column.type]), column)
    shape = _GEOMETRIES.get(geometry_format(layer.version), "Geometry")
    _element(sequence, geometry_element(layer.version), f"gml:{shape}PropertyType")


def _element(sequence: ET.Element, name: str, type_: str) -> ET.Element:
    return ET.SubElement(sequence, "xsd:element", {"name": xml_name(name), "type": type_, "minOccurs": "0"})


def _told(element: ET.Element, column: Column) -> None:
    told = [text for text in dict.fromkeys((column.title, column.name)) if text and text != element.get("name")]
    if told:
        documentation = ET.SubElement(ET.SubElement(element, "xsd:annotation"), "xsd:documentation")
        documentation.text = "; ".join(told)
