"""The capabilities document of WFS 2.0.0 (OGC 09-025r2, 8): what it is able to, the layers, the filters."""

import xml.etree.ElementTree as ET
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from geoservice.api.tile.wmts_capabilities import OWS, XLINK, XSI
from geoservice.api.wfs.filters import add_filters
from geoservice.api.wfs.forms import FORMS
from geoservice.api.wfs.refusals import VERSION
from geoservice.api.wfs.schema import FORMAT
from layers.crs.output import OutputCrs
from layers.frame import Frame
from layers.gml_text import crs_urn
from layers.layer import Layer
from layers.xml_names import NAMESPACE, PREFIX, xml_name
from layers.xml_text import xml_document

WFS, FES = "http://www.opengis.net/wfs/2.0", "http://www.opengis.net/fes/2.0"
SCHEMA = f"{WFS} http://schemas.opengis.net/wfs/2.0/wfs.xsd"
OPERATIONS = (
    "GetCapabilities", "DescribeFeatureType", "GetFeature", "GetPropertyValue", "ListStoredQueries",
    "DescribeStoredQueries",
)  # fmt: skip
SECTIONS = (
    "ServiceIdentification", "ServiceProvider", "OperationsMetadata", "FeatureTypeList", "Filter_Capabilities",
)  # fmt: skip
_ABLE = {
    "ImplementsBasicWFS": True, "ImplementsTransactionalWFS": False, "ImplementsLockingWFS": False,
    "KVPEncoding": True, "XMLEncoding": True, "SOAPEncoding": False, "ImplementsInheritance": False,
    "ImplementsRemoteResolve": False, "ImplementsResultPaging": True, "ImplementsStandardJoins": False,
    "ImplementsSpatialJoins": False, "ImplementsTemporalJoins": False, "ImplementsFeatureVersioning": False,
    "ManageStoredQueries": False, "PagingIsTransactionSafe": False,
}  # fmt: skip


@dataclass(frozen=True)
class Offer:
    """What the document describes: ``address`` answers; ``systems`` of each layer, its own first."""

    base: str
    address: str
    frame: Frame
    layers: Sequence[Layer]
    systems: Mapping[str, Sequence[OutputCrs]]


def capabilities(offer: Offer, sections: frozenset[str] = frozenset()) -> bytes:
    """Return the document, whole or only the named sections."""
    spaces = {"wfs": WFS, "fes": FES, "ows": OWS, "xlink": XLINK, "xsi": XSI, PREFIX: NAMESPACE}
    spaces |= {"gml": "http://www.opengis.net/gml/3.2", "xsd": "http://www.w3.org/2001/XMLSchema"}
    attributes = {f"xmlns:{prefix}": uri for prefix, uri in spaces.items()}
    root = ET.Element("wfs:WFS_Capabilities", {**attributes, "version": VERSION, "xsi:schemaLocation": SCHEMA})
    wanted = sections or frozenset(SECTIONS)
    title = offer.frame.title.get("zh") or offer.frame.name
    if "ServiceIdentification" in wanted:
        identification = child(root, "ows:ServiceIdentification")
        child(identification, "ows:Title", title)
        child(identification, "ows:Abstract", "A city's natural-resource and geography base on one frame.")
        child(identification, "ows:ServiceType", "WFS")
        child(identification, "ows:ServiceTypeVersion", VERSION)
        child(identification, "ows:Fees", "NONE")
        child(identification, "ows:AccessConstraints", "NONE")
    if "ServiceProvider" in wanted:
        provider = child(root, "ows:ServiceProvider")
        child(provider, "ows:ProviderName", title)
        child(provider, "ows:ProviderSite").set("xlink:href", offer.base)
        child(provider, "ows:ServiceContact")
    if "OperationsMetadata" in wanted:
        _operations(root, offer)
    if "FeatureTypeList" in wanted and offer.layers:
        listed = child(root, "wfs:FeatureTypeList")
        for layer in offer.layers:
            _layer(listed, offer, layer)
    if "Filter_Capabilities" in wanted:
        add_filters(root)
    return xml_document(root)


def child(parent: ET.Element, name: str, text: str | None = None) -> ET.Element:
    """Add an element, with its text."""
    element = ET.SubElement(parent, name)
    element.text = text
    return element


def _operations(root: ET.Element, offer: Offer) -> None:
    metadata = child(root, "ows:OperationsMetadata")
    parameters: Mapping[str, Mapping[str, Sequence[str]]] = {
        "GetCapabilities": {
            "AcceptVersions": (VERSION,), "AcceptFormats": ("text/xml", "application/xml"), "Sections": SECTIONS,
        },
        "DescribeFeatureType": {"outputFormat": (FORMAT,)},
        "GetFeature": {"outputFormat": tuple(FORMS), "resultType": ("results", "hits")},
        "GetPropertyValue": {"outputFormat": (FORMAT,), "resultType": ("results", "hits")},
    }  # fmt: skip
    for name in OPERATIONS:
        operation = child(metadata, "ows:Operation")
        operation.set("name", name)
        http = child(child(operation, "ows:DCP"), "ows:HTTP")
        child(http, "ows:Get").set("xlink:href", f"{offer.address}?")
        child(http, "ows:Post").set("xlink:href", offer.address)
        for parameter, values in parameters.get(name, {}).items():
            _domain(operation, "ows:Parameter", parameter, values)
    _domain(metadata, "ows:Parameter", "version", (VERSION,))
    for name, able in _ABLE.items():
        constraint = child(metadata, "ows:Constraint")
        constraint.set("name", name)
        child(constraint, "ows:NoValues")
        child(constraint, "ows:DefaultValue", "TRUE" if able else "FALSE")
    _domain(metadata, "ows:Constraint", "QueryExpressions", ("wfs:Query", "wfs:StoredQuery"))


def _domain(parent: ET.Element, element: str, name: str, values: Sequence[str]) -> None:
    domain = child(parent, element)
    domain.set("name", name)
    allowed = child(domain, "ows:AllowedValues")
    for value in values:
        child(allowed, "ows:Value", value)


def _layer(listed: ET.Element, offer: Offer, layer: Layer) -> None:
    element = child(listed, "wfs:FeatureType")
    child(element, "wfs:Name", f"{PREFIX}:{xml_name(layer.name)}")
    child(element, "wfs:Title", layer.title.get("zh") or layer.title.get("en") or layer.name)
    if text := layer.description.get("zh") or layer.description.get("en"):
        child(element, "wfs:Abstract", text)
    if layer.theme:
        child(child(element, "ows:Keywords"), "ows:Keyword", layer.theme)
    default, *others = offer.systems[layer.name]
    child(element, "wfs:DefaultCRS", crs_urn(default))
    for system in others:
        child(element, "wfs:OtherCRS", crs_urn(system))
    west, south, east, north = layer.version.extent or offer.frame.extent
    box = child(element, "ows:WGS84BoundingBox")
    child(box, "ows:LowerCorner", f"{west:.9f} {south:.9f}")
    child(box, "ows:UpperCorner", f"{east:.9f} {north:.9f}")
    metadata = f"{offer.base}/records/collections/layers/items/{layer.name}?f=iso19139"
    child(element, "wfs:MetadataURL").set("xlink:href", metadata)
