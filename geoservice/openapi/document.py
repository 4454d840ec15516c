"""Our own OpenAPI 3.0.3 document.

FastAPI writes 3.1, which the OGC suites cannot read. Item paths are literal, one pair per collection with its
queryables as parameters, because GDAL and QGIS look for them there; beyond a few hundred layers one templated pair
stands for all. A templated document names no layer at all: what a generator makes of it is a client of any city, and
none of those in Go, Python or TypeScript can write a property's Chinese name. No reference leaves the document.
"""

from collections.abc import Iterable, Sequence

from geoservice import __version__
from geoservice.api.bodies import MERGE_PATCH
from geoservice.api.feature.representation import JSONFG
from geoservice.api.links import GEOJSON, HTML, JSON, OPENAPI_JSON, SCHEMA_JSON
from geoservice.api.resources import Resource
from geoservice.files.formats import FILE_FORMATS
from geoservice.item_query import PARAMETERS
from geoservice.openapi.parts import (
    JSON_CONTENT,
    RESPONSES,
    SCHEMAS,
    Document,
    change,
    operation,
    path_parameter,
    query_parameter,
)
from geoservice.openapi.shared import BBOX, DATETIME, LIMIT, shared_parameters
from layers import schema
from layers.frame import Frame
from layers.layer import Layer

MOST_LITERAL = 300
PATH_FORMS = ("literal", "templated")
TAGS = ("Capabilities", "Features", "Tiles", "Maps", "Processes", "Catalogue", "Records", "STAC", "Import")
JSON_ONLY: Document = {JSON: {"schema": {"type": "object"}}}


def build_document(
    resources: Iterable[Resource], layers: Sequence[Layer] | None, frame: Frame, base: str, formats: Sequence[str]
) -> Document:
    """Return the whole document for the layers a caller sees, or a templated one for None of them.

    ``formats`` are the ``f`` values of items.
    """
    templated, layers = layers is None, layers or ()
    vector = [layer for layer in layers if layer.kind == "vector"]
    paths: Document = dict(_fixed_paths([layer.name for layer in layers]))
    if not templated and len(vector) <= MOST_LITERAL:
        for layer in vector:
            paths |= _item_paths(layer.name, frame, formats, layer)
    else:
        paths |= _item_paths("{collectionId}", frame, formats, None)
    for resource in resources:
        if resource.paths:
            paths |= resource.paths(layers)
    return {
        "openapi": "3.0.3",
        "info": {
            "title": "geoservice" if templated else f"{frame.title.get('zh', frame.name)} · geoservice",
            "version": __version__,
            "description": "Features, tiles, imagery and elevation of a city on one frame.",
            "license": {"name": "Apache-2.0", "url": "https://www.apache.org/licenses/LICENSE-2.0"},
            "contact": {"name": frame.title.get("en", frame.name), "url": base},
        },
        "servers": [{"url": base}],
        "tags": [{"name": name} for name in TAGS],
        "security": [{}, {"token": []}],
        "paths": paths,
        "components": {
            "parameters": shared_parameters(frame, formats),
            "responses": RESPONSES,
            "schemas": SCHEMAS,
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


def _json_of(name: str) -> Document:
    return {JSON: {"schema": {"$ref": f"#/components/schemas/{name}"}}, HTML: {"schema": {"type": "string"}}}


def _ref(name: str) -> Document:
    return {"$ref": f"#/components/parameters/{name}"}


def _fixed_paths(names: Sequence[str]) -> Document:
    one = path_parameter("collectionId", "the layer's name", **({"enum": list(names)} if names else {}))
    form = _ref("f")
    about = {SCHEMA_JSON: {"schema": {"type": "object"}}, **JSON_CONTENT}
    per_collection = {
        name: {"get": operation(f"get{name.title()}", text, "Features", [one, form, _ref("profile")], about)}
        for name, text in {
            "schema": "JSON Schema of the features", "queryables": "what a filter may name",
            "sortables": "what items can be sorted by",
        }.items()
    }  # fmt: skip
    return {
        "/": {"get": operation("getLandingPage", "the landing page", "Capabilities", [form], _json_of("landingPage"))},
        "/conformance": {
            "get": operation("getConformance", "standards kept", "Capabilities", [form], _json_of("confClasses"))
        },
        "/api": {
            "get": operation(
                "getApi", "this document", "Capabilities", [form, PATHS],
                {OPENAPI_JSON: {"schema": {"type": "object"}}, HTML: {"schema": {"type": "string"}}},
            )
        },
        "/collections": {
            "get": operation("getCollections", "the layers", "Capabilities", [form], _json_of("collections"))
        },
        "/collections/{collectionId}": {
            "get": operation("getCollection", "one layer", "Capabilities", [one, form], _json_of("collection"))
        },
        **{f"/collections/{{collectionId}}/{name}": item for name, item in per_collection.items()},
        "/collections/{collectionId}/changes": {
            "post": change("changeFeatures", "change several features, all or none", [one], JSON, done="200")
        },
        "/collections/{collectionId}/domains": {
            "get": operation("getDomains", "code lists of a layer's columns", "Features", [one, form], JSON_ONLY),
            "put": change("setDomains", "set the code lists of a layer's columns", [one], JSON),
        },
        "/functions": {
            "get": operation(
                "getFunctions", "functions of filters", "Features", [], JSON_ONLY
            )
        },
    }  # fmt: skip


def _item_paths(name: str, frame: Frame, formats: Sequence[str], layer: Layer | None) -> Document:
    template = layer is None
    in_path = [path_parameter("collectionId", "the layer's name")] if template else []
    feature = path_parameter("featureId", "the feature's id", pattern="^[0-9]+$")
    suffix = "" if template else f".{name}"
    shared = [_ref(parameter) for parameter in PARAMETERS if parameter not in ("limit", "bbox", "datetime")]
    content = {
        GEOJSON: {"schema": {"$ref": "#/components/schemas/featureCollectionGeoJSON"}},
        JSONFG: {"schema": {"$ref": "#/components/schemas/featureCollectionGeoJSON"}},
        HTML: {"schema": {"type": "string"}},
        **{form.media_type: {"schema": {"type": "string", "format": "binary"}} for form in FILE_FORMATS.values()},
    }
    single = {
        GEOJSON: {"schema": {"$ref": "#/components/schemas/featureGeoJSON"}},
        JSONFG: {"schema": {"$ref": "#/components/schemas/featureGeoJSON"}},
        HTML: {"schema": {"type": "string"}},
    }
    items = operation(
        f"getFeatures{suffix}", f"features of {name}", "Features",
        [*in_path, LIMIT, BBOX, DATETIME, *shared, *(_queryable_parameters(layer) if layer else [])], content,
    )  # fmt: skip
    item = operation(
        f"getFeature{suffix}",
        f"one feature of {name}",
        "Features",
        [*in_path, feature, _ref("f"), _ref("crs"), _ref("version"), _ref("as-of"), _ref("profile")],
        single,
    )
    item["responses"] |= {"412": {"$ref": "#/components/responses/StateChanged"}}
    history = operation(f"getHistory{suffix}", f"changes of a feature of {name}", "Features", [*in_path, feature])
    history["responses"] |= {"403": {"$ref": "#/components/responses/Forbidden"}}
    history["security"] = [{"token": []}]
    changes = _changes(suffix, name, [*in_path, feature, IF_MATCH], {GEOJSON: single[GEOJSON]})
    create = change(f"createFeature{suffix}", f"add features to {name}", [*in_path, PREFER], GEOJSON, done="201")
    return {
        f"/collections/{name}/items": {"get": items, "post": create},
        f"/collections/{name}/items/{{featureId}}": {"get": item, **changes},
        f"/collections/{name}/items/{{featureId}}/history": {"get": history},
    }


def _changes(suffix: str, name: str, one: Sequence[Document], shown: Document) -> Document:
    """Return the operations that change one feature; an editor may prefer to be shown it."""
    forms = (("put", "replace", GEOJSON), ("patch", "update", MERGE_PATCH), ("delete", "delete", None))
    found = {
        method: change(f"{verb}Feature{suffix}", f"{verb} a feature of {name}", one, form)
        for method, verb, form in forms
    }
    for method in ("put", "patch"):
        found[method]["parameters"].append(PREFER)
        found[method]["responses"]["200"] = {"description": "the feature as it now stands", "content": shown}
    return found


def _queryable_parameters(layer: Layer) -> list[Document]:
    """Return one parameter per property that can be compared with a text; OpenAPI 3.0 schemas."""
    described = []
    for column in layer.version.columns:
        if column.type == "json" or column.name in PARAMETERS:
            continue
        members = schema.property_schema(column)
        title = members.pop("title")
        described.append(query_parameter(column.name, f"{title}: only features with this value", **members))
    return described


PATHS = query_parameter(
    "paths", "templated: one path for the features of all layers, for generators of clients; literal: one for each",
    default=PATH_FORMS[0], enum=list(PATH_FORMS),
)  # fmt: skip
IF_MATCH: Document = {
    "name": "If-Match", "in": "header", "required": True, "schema": {"type": "string"},
    "description": "the ETag of the feature as it was read, or * for whatever it is now",
}  # fmt: skip
PREFER: Document = {
    "name": "Prefer", "in": "header", "required": False, "schema": {"type": "string"},
    "description": "return=representation answers one feature as it now stands, return=minimal no body",
}  # fmt: skip
