"""``/collections``: the layers as OGC API collections, and what can be asked of each: schema, queryables, sortables."""

from collections.abc import Mapping
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from geoservice.api.callers import caller_of
from geoservice.api.documents import answer_document
from geoservice.api.etag import answer_bytes
from geoservice.api.feature.extent import extent_of
from geoservice.api.feature.items import PAGE_FORMATS as ITEM_FORMATS
from geoservice.api.feature.items import vector_layer
from geoservice.api.language import in_language, page_language
from geoservice.api.licences import licence_links
from geoservice.api.links import GEOJSON, HTML, JSON, SCHEMA_JSON, Link, Links
from geoservice.api.negotiation import Offered, choose
from geoservice.api.resources import Resource, collection_links
from geoservice.parameters import known
from layers import schema
from layers.crs.names import crs_uri
from layers.crs.output import offered_crs
from layers.filter.functions import FUNCTIONS
from layers.frame import Text
from layers.layer import Layer
from layers.sentences import Language
from layers.style.hints import column_title

FORMATS: Offered = {"json": JSON, "html": HTML}
SCHEMA_FORMATS: Offered = {"json": (JSON, SCHEMA_JSON, "application/geo+json"), "html": HTML}
_REL = "http://www.opengis.net/def/rel/ogc/1.0/"


async def get_collections(request: Request) -> Response:
    """Answer all collections the caller may see."""
    known(request.query_params, ("f",))
    caller = await caller_of(request)
    form = choose(request, FORMATS)
    layers = request.app.state.catalogue.visible(caller.view)
    links, language = Links.of(request), page_language(request)
    document = {
        "title": "Collections",
        "links": [
            links.link("self", "/collections", JSON, "this document", f="json"),
            links.link("alternate", "/collections", HTML, "as HTML", f="html"),
        ],
        "collections": [await describe(request, links, layer, language) for layer in layers],
    }
    return answer_document(request, document, form, template="collections.html", language=language)


async def get_collection(request: Request) -> Response:
    """Answer one collection."""
    known(request.query_params, ("f",))
    caller = await caller_of(request)
    layer = request.app.state.catalogue.find(request.path_params["layer"], caller.view)
    form = choose(request, FORMATS)
    language = page_language(request)
    document = await describe(request, Links.of(request), layer, language)
    return answer_document(request, document, form, template="collection.html", language=language)


async def get_schema(request: Request) -> Response:
    """Answer the JSON Schema of a collection's features."""
    return await _schema(request, "schema", schema.returnables)


async def get_queryables(request: Request) -> Response:
    """Answer what a filter may name."""
    return await _schema(request, "queryables", schema.queryables)


async def get_sortables(request: Request) -> Response:
    """Answer what items can be sorted by."""
    return await _schema(request, "sortables", schema.sortables)


async def get_functions(request: Request) -> Response:
    """Answer the functions a filter may call, besides the standard's own."""
    known(request.query_params, ("f",))
    choose(request, {"json": JSON})
    functions = [
        {
            "name": name,
            "description": function.description,
            "arguments": [{"type": _json_types(types)} for types in function.takes],
            "returns": _json_types((function.gives,)),
        }
        for name, function in FUNCTIONS.items()
    ]
    return answer_bytes(request, orjson.dumps({"functions": functions}), JSON)


async def describe(request: Request, links: Links, layer: Layer, language: Language) -> dict[str, Any]:
    """Return a layer's collection document; the same in ``/collections`` and on its own."""
    path = f"/collections/{layer.name}"
    document: dict[str, Any] = {
        "id": layer.name,
        "title": in_language(layer.title, language) or layer.name,
        "description": in_language(layer.description, language),
        "attribution": layer.attribution,
        "license": layer.licence,
        "extent": await extent_of(request.app.state, layer),
        "crs": list(offered_crs(request.app.state.frame, layer.version.srid)),
        "storageCrs": crs_uri(layer.version.srid),
        "links": [
            links.link("self", path, JSON, "this document", f="json"),
            links.link("alternate", path, HTML, "as HTML", f="html"),
        ],
    }
    if layer.kind == "vector":
        document["itemType"] = "feature"
        document["links"] += _feature_links(links, path)
    else:
        # The suite of Features wants items of every collection. Those of a raster are its sheets, not features.
        document["itemType"] = "sheet"
        document["links"].append(
            links.link("items", f"/stac/collections/{layer.name}/items", GEOJSON, "its sheets, as STAC items")
        )
        del document["crs"], document["storageCrs"]
    document["links"] += [*collection_links(request, links, layer), *licence_links(layer.licence)]
    return document


def _feature_links(links: Links, path: str) -> list[Link]:
    items, about = f"{path}/items", f"{path}/schema"
    types: dict[str, str] = {}
    for form, offered in ITEM_FORMATS.items():
        types.setdefault(offered if isinstance(offered, str) else offered[0], form)
    return [
        # GDAL 3.6 puts "/<fid>" behind this link as it stands, so the first one has no query.
        *(
            links.link("items", items, kind, f"the features as {form}", f=None if kind == GEOJSON else form)
            for kind, form in types.items()
        ),
        # GDAL 3.6 looks for describedBy, 3.12 for describedby; both want the schema's own type.
        links.link("describedby", about, SCHEMA_JSON, "schema of the features", f="json"),
        links.link("describedBy", about, SCHEMA_JSON, "schema of the features", f="json"),
        links.link(f"{_REL}schema", about, SCHEMA_JSON, "schema of the features", f="json"),
        links.link(f"{_REL}queryables", f"{path}/queryables", SCHEMA_JSON, "what a filter may name", f="json"),
        links.link("queryables", f"{path}/queryables", SCHEMA_JSON, "what a filter may name", f="json"),
        links.link(f"{_REL}sortables", f"{path}/sortables", SCHEMA_JSON, "what can be sorted by", f="json"),
    ]


async def _schema(request: Request, name: str, properties: Any) -> Response:
    known(request.query_params, ("f", "profile"))
    caller = await caller_of(request)
    layer = vector_layer(request, request.app.state.catalogue.find(request.path_params["layer"], caller.view))
    form = choose(request, SCHEMA_FORMATS)
    identifier = Links.of(request).href(f"/collections/{layer.name}/{name}")
    document = schema.document(layer, identifier, properties(layer))
    # GDAL refuses schema+json unless it asked for it, and it asks for JSON.
    asked = SCHEMA_JSON in request.headers.get("accept", "")
    titles = {column.name: column_title(layer, column.name) for column in layer.version.columns}
    return answer_document(
        request, document, form, media_type=SCHEMA_JSON if asked else JSON, heading=_SCHEMAS[name], titles=titles
    )


_SCHEMAS: Mapping[str, Text] = {
    "schema": {"zh": "要素的结构", "en": "Columns of the features"},
    "queryables": {"zh": "可用于过滤的属性", "en": "What a filter may name"},
    "sortables": {"zh": "可用于排序的属性", "en": "What can be sorted by"},
}


def _json_types(types: tuple[str, ...]) -> list[str]:
    names = {"text": "string", "number": "number", "boolean": "boolean", "date": "date", "timestamp": "datetime"}
    return [names.get(name, name) for name in types]


_FEATURES_5 = (
    *("schemas", "returnables-and-receivables", "queryables", "sortables"),
    *("profile-parameter", "profile-references", "profile-codelists"),
)

RESOURCE = Resource(
    routes=(
        Route("/collections", get_collections),
        Route("/collections/{layer}", get_collection),
        Route("/collections/{layer}/schema", get_schema),
        Route("/collections/{layer}/queryables", get_queryables),
        Route("/collections/{layer}/sortables", get_sortables),
        Route("/functions", get_functions),
    ),
    conformance=(
        "http://www.opengis.net/spec/ogcapi-common-2/1.0/conf/collections",
        "https://www.opengis.net/spec/ogcapi-common-2/1.0/conf/collections",
        *(f"http://www.opengis.net/spec/ogcapi-common-3/1.0/conf/{name}" for name in _FEATURES_5),
        *(f"http://www.opengis.net/spec/ogcapi-features-5/1.0/conf/{name}" for name in _FEATURES_5),
        *(
            f"http://www.opengis.net/spec/ogcapi-features-8/1.0/conf/{name}"
            for name in ("sorting", "features-sorting", "sortables")
        ),
    ),
    landing_links=lambda links: [
        links.link("data", "/collections", JSON, "the layers as collections", f="json"),
        links.link("data", "/collections", HTML, "the layers as HTML", f="html"),
        links.link(f"{_REL}functions", "/functions", JSON, "functions of filters"),
    ],
)
