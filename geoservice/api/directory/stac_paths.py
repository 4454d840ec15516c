"""STAC's part of the OpenAPI document."""

from collections.abc import Sequence
from typing import Any

from geoservice.api.directory.stac_documents import COG
from geoservice.api.directory.stac_search import DEFAULT, MOST
from geoservice.api.links import GEOJSON, HTML, JSON, SCHEMA_JSON
from geoservice.openapi.parts import BINARY, FORM, operation, path_parameter, query_parameter
from layers.crs.names import CRS84
from layers.layer import Layer

_ASKED = (
    query_parameter("limit", "items in the page", type="integer", minimum=1, maximum=MOST, default=DEFAULT),
    query_parameter("token", "page mark of a next link"),
    query_parameter("bbox", "west, south, east, north", type="array", items={"type": "number"}, minItems=4, maxItems=6),
    query_parameter("datetime", "instant or interval, RFC 3339"),
    query_parameter("intersects", "a GeoJSON geometry the items meet"),
    query_parameter("ids", "items of these ids", type="array", items={"type": "string"}),
    query_parameter("collections", "items of these layers", type="array", items={"type": "string"}),
    query_parameter("sortby", "order: +name or -name, several with commas", type="array", items={"type": "string"}),
    query_parameter("filter", "CQL2 condition"),
    query_parameter("filter-lang", "language of filter", default="cql2-text", enum=["cql2-text", "cql2-json"]),
    query_parameter("filter-crs", "coordinate system of the geometries in filter", enum=[CRS84]),
    query_parameter("fields", "members of the items: name or -name", type="array", items={"type": "string"}),
)


def paths(layers: Sequence[Layer]) -> dict[str, Any]:
    """Return the OpenAPI path items."""
    layer, item = path_parameter("collectionId", "the layer's name"), path_parameter("itemId", "the sheet's id")
    form, one = FORM, query_parameter("f", "representation", enum=["json"])
    plain, about = {JSON: {"schema": {"type": "object"}}}, {SCHEMA_JSON: {"schema": {"type": "object"}}}
    geojson = {GEOJSON: {"schema": {"type": "object"}}}
    page = {HTML: {"schema": {"type": "string"}}}
    below = "/stac/collections/{collectionId}"

    def get(identifier: str, summary: str, parameters: Sequence[Any], content: Any) -> dict[str, Any]:
        return {"get": operation(identifier, summary, "STAC", parameters, content)}

    found = get("stac.search", "sheets of all layers", [form, *_ASKED], geojson | page)
    post = operation("stac.postSearch", "sheets of all layers, asked by JSON", "STAC", [], geojson)
    failures = {code: answer for code, answer in post["responses"].items() if code not in ("304", "406")}
    refused = {"408": "TooSlow", "413": "TooLarge", "415": "WrongType"}
    post["responses"] = failures | {code: {"$ref": f"#/components/responses/{name}"} for code, name in refused.items()}
    post["requestBody"] = {"required": True, "content": {JSON: {"schema": {"type": "object"}}}}
    pixels = operation(
        "stac.getData", "a sheet's pixels, whole or by byte ranges", "STAC", [layer, item], {COG: BINARY}
    )
    pixels["responses"] |= {
        "206": {"description": "a part of them", "content": {COG: BINARY}},
        "412": {"description": "they are others than If-Match or If-Unmodified-Since says"},
        "416": {"description": "there are not so many bytes"},
    }
    return {
        "/stac": get("stac.getLandingPage", "the imagery catalogue", [form], plain | page),
        "/stac/conformance": get("stac.getConformance", "what it conforms to", [one], plain),
        "/stac/collections": get("stac.getCollections", "imagery and elevation layers", [form], plain | page),
        below: get("stac.getCollection", "one layer of the imagery catalogue", [layer, form], plain | page),
        f"{below}/items": get("stac.getItems", "its sheets", [layer, form, *_ASKED], geojson | page),
        f"{below}/items/{{itemId}}": get("stac.getItem", "one sheet", [layer, item, form], geojson | page),
        f"{below}/items/{{itemId}}/data": {"get": pixels},
        f"{below}/queryables": get("stac.getQueryables", "what a filter of sheets may name", [layer, one], about),
        "/stac/search": {**found, "post": post},
        "/stac/queryables": get("stac.getAllQueryables", "what a filter of sheets may name", [one], about),
    }
