"""The documents of the resource directory that are not records: landing page, catalogue, links of a page, schemas."""

from collections.abc import Mapping, Sequence
from typing import Any

from geoservice.api.links import GEOJSON, HTML, JSON, OPENAPI_JSON, SCHEMA_JSON, Link, Links
from geoservice.records.asked import PROPERTIES
from geoservice.records.record import CATALOGUE, LANGUAGES, LD_JSON
from layers.frame import Frame

REL = "http://www.opengis.net/def/rel/ogc/1.0/ogc-catalog"
_R1 = "http://www.opengis.net/spec/ogcapi-records-1/1.0/conf"
CLASSES = (
    *(f"{_R1}/{name}" for name in (
        "record-core", "record-collection", "record-core-query-parameters", "record-api", "searchable-catalog",
        "searchable-catalog-sorting", "searchable-catalog-filtering", "json", "html", "oas30",
    )),
    *(f"http://www.opengis.net/spec/ogcapi-common-1/1.0/conf/{name}" for name in ("core", "landing-page", "json")),
    *(f"http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/{name}" for name in ("core", "geojson", "html")),
    *(f"http://www.opengis.net/spec/ogcapi-features-3/1.0/conf/{name}" for name in (
        "queryables", "queryables-query-parameters", "filter", "features-filter")),
    *(f"http://www.opengis.net/spec/cql2/1.0/conf/{name}" for name in (
        "cql2-text", "cql2-json", "basic-cql2", "advanced-comparison-operators", "basic-spatial-functions")),
)  # fmt: skip
TITLE = {"zh": "资源目录", "en": "Resource directory"}


def title(frame: Frame) -> str:
    """Return the directory's title."""
    return f"{frame.title.get('zh', frame.name)}{TITLE['zh']}"


def landing(frame: Frame, links: Links) -> dict[str, Any]:
    """Return the landing page."""
    return {
        "title": title(frame), "description": TITLE["en"], "conformsTo": list(CLASSES),
        "links": [
            links.link("self", "/records", JSON, "this document", f="json"),
            links.link("alternate", "/records", HTML, "the directory, for people", f="html"),
            links.link("service-desc", "/api", OPENAPI_JSON, "the API, as OpenAPI 3.0"),
            links.link("service-doc", "/api", HTML, "the API, for people", f="html"),
            links.link("conformance", "/records/conformance", JSON, "the standards kept here"),
            links.link("data", "/records/collections", JSON, "the catalogues"),
            links.link(REL, CATALOGUE, JSON, "the catalogue of layers"),
        ],
    }  # fmt: skip


def catalogue(frame: Frame, links: Links) -> dict[str, Any]:
    """Return the one catalogue there is, as a collection."""
    return {
        "id": "layers", "type": "Collection", "itemType": "record", "title": title(frame),
        "description": f"{title(frame)}。 Resource directory of {frame.title.get('en', frame.name)}.",
        "conformsTo": [f"{_R1}/record-collection"], "language": LANGUAGES[0], "languages": LANGUAGES,
        "extent": {"spatial": {"bbox": [list(frame.extent)]}},
        "links": [
            links.link("self", CATALOGUE, JSON, "this document", f="json"),
            links.link("alternate", CATALOGUE, HTML, "as HTML", f="html"),
            links.link("alternate", CATALOGUE, LD_JSON, "whole, as DCAT", f="dcat"),
            links.link("items", f"{CATALOGUE}/items", GEOJSON, "the records"),
            links.link("items", f"{CATALOGUE}/items", HTML, "the records, for people", f="html"),
            links.link("http://www.opengis.net/def/rel/ogc/1.0/queryables", f"{CATALOGUE}/queryables", SCHEMA_JSON),
            links.link("http://www.opengis.net/def/rel/ogc/1.0/sortables", f"{CATALOGUE}/sortables", SCHEMA_JSON),
        ],
    }  # fmt: skip


def page_links(links: Links, given: Mapping[str, str], offset: int, limit: int, matched: int) -> list[Link]:
    """Return the links of a page of records that a query gave."""
    path = f"{CATALOGUE}/items"
    found = [
        links.link("self", path, GEOJSON, "this document", given=given),
        links.link("alternate", path, HTML, "as HTML", given={**given, "f": "html"}),
        links.link("alternate", path, LD_JSON, "as DCAT", given={**given, "f": "dcat"}),
        links.link("collection", CATALOGUE, JSON, "the catalogue"),
    ]
    if offset + limit < matched:
        found.append(links.link("next", path, GEOJSON, given={**given, "offset": offset + limit, "limit": limit}))
    if offset:
        found.append(
            links.link("prev", path, GEOJSON, given={**given, "offset": max(0, offset - limit), "limit": limit})
        )
    return found


def schema(links: Links, name: str, properties: Sequence[str]) -> dict[str, Any]:
    """Return the JSON Schema of what a filter may name (``queryables``) or records can be sorted by (``sortables``)."""
    types = {"text": "string", "number": "number", "boolean": "boolean"}
    document: dict[str, Any] = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": links.href(f"{CATALOGUE}/{name}"), "type": "object", "title": "records",
        "properties": {
            one: {"title": one, "type": "string", "format": "date-time"}
            if PROPERTIES[one][0] == "timestamp" else {"title": one, "type": types[PROPERTIES[one][0]]}
            for one in properties
        },
        "additionalProperties": False,
    }  # fmt: skip
    if name == "queryables":
        document["properties"]["geometry"] = {"format": "geometry-polygon"}
    return document
