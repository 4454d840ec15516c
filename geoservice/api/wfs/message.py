"""What a WFS request says, by KVP or as XML: both are read into the same names in small letters (OGC 09-025r2, 6.2).

A query of a message stands apart: ``typenames``, ``propertyname``, ``srsname``, ``sortby``, ``bbox``, ``resourceid``
as KVP writes them, and ``filter`` as XML.
"""

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

from starlette.requests import Request

from geoservice.api.bodies import check_type, read_body
from geoservice.api.wfs.refusals import Refused
from layers.sentences import say
from layers.xml_reading import XmlTree, read_xml

MOST_BYTES = 8_000_000
"""Of a message in XML: an area of 100 000 positions is four."""
MOST_QUERIES = 20
TYPES = ("text/xml", "application/xml", "text/plain", "application/x-www-form-urlencoded", "application/gml+xml")
"""What a message may say that it is: scripts call XML plain text, or what their library calls every body."""
OF_QUERY = ("typenames", "propertyname", "srsname", "sortby", "bbox", "resourceid", "filter", "cql_filter")
_OLD_NAMES = {"typename": "typenames", "featureid": "resourceid", "maxfeatures": "count", "query": "filter"}
"""Names of 1.1, which many programs go on sending, and what OWSLib calls a filter."""
_NAMESPACE = re.compile(r"xmlns\(\s*(?:([^,()=]+)[,=])?\s*([^()]+?)\s*\)")

Given = Mapping[str, str]


@dataclass(frozen=True)
class Message:
    """An operation with its parameters; ``queries`` are those of GetFeature and GetPropertyValue, ad hoc ones only.

    ``namespaces`` are declared prefixes.
    """

    given: Given
    queries: tuple[Given, ...] = ()
    namespaces: Mapping[str, str] = field(default_factory=dict)


async def read_message(request: Request) -> Message:
    """Read the query of a GET, or the body of a POST.

    Raises:
        Refused, BadQuery, UploadTooLarge, WrongBodyType: it cannot be read.
    """
    if request.method == "GET":
        return _of_pairs(request.query_params.items())
    check_type(request, TYPES)
    body = await read_body(request, MOST_BYTES)
    if b"<" not in body[:100] and b"=" in body[:100]:
        return _of_pairs(parse_qsl(body.decode("utf-8", "replace"), max_num_fields=100))
    return _of_xml(read_xml(body, "body"))


def _of_pairs(pairs: Iterable[tuple[str, str]]) -> Message:
    """Read KVP, which a form may post too."""
    given = {name.lower(): value for name, value in pairs}
    for old, name in _OLD_NAMES.items():
        if old in given:
            given.setdefault(name, given.pop(old))
    namespaces = {prefix or "": uri for prefix, uri in _NAMESPACE.findall(given.get("namespaces", ""))}
    return Message(given, _queries(given), namespaces)


def _queries(given: Given) -> tuple[Given, ...]:
    """Return the queries of a KVP request: values in brackets, one pair for each, are of several queries."""
    of_query = {name: given[name] for name in OF_QUERY if given.get(name)}
    lists = {name: value[1:-1].split(")(") for name, value in of_query.items() if value[0] + value[-1] == "()"}
    number = len(lists.get("typenames", lists.get("resourceid", [""])))
    if any(len(values) != number for values in lists.values()) or not 1 <= number <= MOST_QUERIES:
        raise Refused("InvalidParameterValue", "typeNames", say("wfs-queries", most=MOST_QUERIES))
    return tuple(of_query | {name: values[at] for name, values in lists.items()} for at in range(number))


def _of_xml(tree: XmlTree) -> Message:
    root = tree.root
    given = {"request": root.tag} | {name.lower(): value for name, value in root.attrib.items()}
    listed = {
        "acceptversions": root.findall("AcceptVersions/Version"), "sections": root.findall("Sections/Section"),
        "acceptformats": root.findall("AcceptFormats/OutputFormat"), "typenames": root.findall("TypeName"),
        "storedquery_id": root.findall("StoredQueryId"),
    }  # fmt: skip
    given |= {name: ",".join((one.text or "").strip() for one in found) for name, found in listed.items() if found}
    queries = root.findall("Query")
    if len(queries) > MOST_QUERIES:
        raise Refused("InvalidParameterValue", "typeNames", say("wfs-queries", most=MOST_QUERIES))
    stored = root.find("StoredQuery")
    if stored is not None:
        given["storedquery_id"] = stored.get("id", "")
        given |= {one.get("name", "").lower(): (one.text or "").strip() for one in stored.findall("Parameter")}
    return Message(given, tuple(map(_query_of_xml, queries)), tree.namespaces)


def _query_of_xml(query: ET.Element) -> Given:
    given = {_OLD_NAMES.get(name.lower(), name.lower()): value for name, value in query.attrib.items()}
    given["typenames"] = ",".join(given.get("typenames", "").split())
    if names := [(name.text or "").strip() for name in query.findall("PropertyName")]:
        given["propertyname"] = ",".join(names)
    if keys := query.findall("SortBy/SortProperty"):
        given["sortby"] = ",".join(f"{_reference(key)} {key.findtext('SortOrder') or 'ASC'}" for key in keys)
    if (filter_ := query.find("Filter")) is not None:
        given["filter"] = ET.tostring(filter_, encoding="unicode")
    return {name: value for name, value in given.items() if name in OF_QUERY and value}


def _reference(key: ET.Element) -> str:
    return (key.findtext("ValueReference") or key.findtext("PropertyName") or "").strip()
