"""The one stored query that every WFS has: a feature by its identifier (OGC 09-025r2, 7.9.3.6)."""

import xml.etree.ElementTree as ET

from geoservice.api.tile.wmts_capabilities import XSI
from geoservice.api.wfs.capabilities import SCHEMA, WFS, child
from geoservice.api.wfs.message import Given
from geoservice.api.wfs.refusals import Refused
from layers.layer import Layer
from layers.sentences import say
from layers.xml_names import NAMESPACE, PREFIX, xml_name
from layers.xml_text import xml_document

BY_ID = "urn:ogc:def:query:OGC-WFS::GetFeatureById"
NAMES = (BY_ID, "http://www.opengis.net/def/query/OGC-WFS/0/GetFeatureById")
"""As WFS 2.0.0 and 2.0.2 call it."""
_LANGUAGE = "urn:ogc:def:queryLanguage:OGC-WFS::WFS_QueryExpression"


def list_queries(layers: list[Layer]) -> bytes:
    """Return the answer of ListStoredQueries."""
    root = _root("ListStoredQueriesResponse")
    query = child(root, "wfs:StoredQuery")
    query.set("id", BY_ID)
    child(query, "wfs:Title", "GetFeatureById")
    for layer in layers:
        child(query, "wfs:ReturnFeatureType", f"{PREFIX}:{xml_name(layer.name)}")
    return xml_document(root)


def describe_queries(given: Given, layers: list[Layer]) -> bytes:
    """Return the answer of DescribeStoredQueries. Raises Refused where another query is named."""
    for name in given.get("storedquery_id", BY_ID).split(","):
        known(name.strip())
    root = _root("DescribeStoredQueriesResponse")
    described = child(root, "wfs:StoredQueryDescription")
    described.set("id", BY_ID)
    child(described, "wfs:Title", "GetFeatureById")
    child(described, "wfs:Abstract", "The feature with this identifier.")
    child(described, "wfs:Parameter").attrib.update({"name": "ID", "type": "xsd:string"})
    text = child(described, "wfs:QueryExpressionText")
    names = " ".join(f"{PREFIX}:{xml_name(layer.name)}" for layer in layers)
    text.attrib.update({"isPrivate": "true", "language": _LANGUAGE, "returnFeatureTypes": names})
    return xml_document(root)


def known(name: str) -> None:
    """Raise Refused unless it is the name of the stored query."""
    if name not in NAMES:
        said = say("key-none-of", name="STOREDQUERY_ID", given=name[:80], offered=BY_ID)
        raise Refused("InvalidParameterValue", "STOREDQUERY_ID", said)


def _root(name: str) -> ET.Element:
    spaces = {"wfs": WFS, "xsi": XSI, "xsd": "http://www.w3.org/2001/XMLSchema", PREFIX: NAMESPACE}
    return ET.Element(
        f"wfs:{name}", {**{f"xmlns:{prefix}": uri for prefix, uri in spaces.items()}, "xsi:schemaLocation": SCHEMA}
    )
