"""What filters of Filter Encoding 2.0 (OGC 09-026r2) are read here, as the capabilities document says it."""

import xml.etree.ElementTree as ET

from layers.filter.fes import COMPARISONS, DISTANCES, RELATIONS, SPATIAL

_ABLE = {
    "ImplementsQuery": True, "ImplementsAdHocQuery": True, "ImplementsFunctions": False,
    "ImplementsResourceId": True, "ImplementsMinStandardFilter": True, "ImplementsStandardFilter": True,
    "ImplementsMinSpatialFilter": True, "ImplementsSpatialFilter": True, "ImplementsMinTemporalFilter": True,
    "ImplementsTemporalFilter": True, "ImplementsVersionNav": False, "ImplementsSorting": True,
    "ImplementsExtendedOperators": False, "ImplementsMinimumXPath": True, "ImplementsSchemaElementFunc": False,
}  # fmt: skip
_SHAPES = (
    "Envelope", "Point", "MultiPoint", "LineString", "Curve", "MultiCurve", "Polygon", "Surface", "MultiSurface",
    "MultiGeometry",
)  # fmt: skip


def add_filters(root: ET.Element) -> None:
    """Add ``fes:Filter_Capabilities`` to a capabilities document."""
    filters = ET.SubElement(root, "fes:Filter_Capabilities")
    conformance = ET.SubElement(filters, "fes:Conformance")
    for name, able in _ABLE.items():
        constraint = ET.SubElement(conformance, "fes:Constraint", {"name": name})
        ET.SubElement(constraint, "ows:NoValues")
        ET.SubElement(constraint, "ows:DefaultValue").text = "TRUE" if able else "FALSE"
    identifiers = ET.SubElement(filters, "fes:Id_Capabilities")
    ET.SubElement(identifiers, "fes:ResourceIdentifier", {"name": "fes:ResourceId"})
    scalar = ET.SubElement(filters, "fes:Scalar_Capabilities")
    ET.SubElement(scalar, "fes:LogicalOperators")
    comparisons = ("PropertyIsLike", "PropertyIsNull", "PropertyIsNil", "PropertyIsBetween")
    _named(scalar, "fes:ComparisonOperator", (*COMPARISONS, *comparisons))
    spatial = ET.SubElement(filters, "fes:Spatial_Capabilities")
    _named(spatial, "fes:GeometryOperand", tuple(f"gml:{shape}" for shape in _SHAPES))
    _named(spatial, "fes:SpatialOperator", ("BBOX", *SPATIAL, *DISTANCES))
    temporal = ET.SubElement(filters, "fes:Temporal_Capabilities")
    _named(temporal, "fes:TemporalOperand", ("gml:TimeInstant", "gml:TimePeriod"))
    # AnyInteracts is an operator of the standard that its schema of capabilities forgot.
    _named(temporal, "fes:TemporalOperator", tuple(name for name in RELATIONS if name != "AnyInteracts"))


def _named(parent: ET.Element, element: str, names: tuple[str, ...]) -> None:
    listed = ET.SubElement(parent, f"{element}s")
    for name in names:
        ET.SubElement(listed, element, {"name": name})
