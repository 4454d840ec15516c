"""What the paths of the OpenAPI document are made of: operations, parameters, answers, schemas."""

from collections.abc import Sequence
from typing import Any

from geoservice.api.links import HTML, JSON, PROBLEM_JSON

Document = dict[str, Any]


def operation(
    identifier: str, summary: str, tag: str, parameters: Sequence[Document] = (), content: Document | None = None,
    **more: Any,
) -> Document:  # fmt: skip
    """Return a GET operation with the answers every resource may give. ``content`` is that of the 200 answer."""
    return {
        "operationId": identifier,
        "summary": summary,
        "tags": [tag],
        "parameters": list(parameters),
        "responses": {"200": {"description": summary, "content": content or JSON_CONTENT}, **FAILURES},
        **more,
    }


def get(
    identifier: str, summary: str, tag: str, parameters: Sequence[Document] = (), content: Document | None = None
) -> Document:
    """Return a path item with a GET operation alone, of any JSON where ``content`` says nothing else."""
    return {"get": operation(identifier, summary, tag, parameters, content or JSON_OBJECT)}


def path_parameter(name: str, description: str, **schema_members: Any) -> Document:
    """Return a parameter that stands in the path."""
    return {
        "name": name, "in": "path", "required": True, "description": description,
        "schema": {"type": "string", **schema_members},
    }  # fmt: skip


def query_parameter(name: str, description: str, **schema_members: Any) -> Document:
    """Return an optional query parameter, one value, not exploded."""
    return {
        "name": name, "in": "query", "required": False, "description": description, "style": "form", "explode": False,
        "schema": {"type": "string", **schema_members},
    }  # fmt: skip


def with_language(paths: Document) -> Document:
    """Return the paths, of which every one that people get as a page takes ``lang``."""
    shared = {"$ref": "#/components/parameters/lang"}
    for path in paths.values():
        found = path.get("get", {})
        if HTML in found.get("responses", {}).get("200", {}).get("content", ()) and not any(
            parameter == shared or parameter.get("name") == "lang" for parameter in found["parameters"]
        ):
            found["parameters"].append(shared)
    return paths


def change(
    identifier: str, summary: str, parameters: Sequence[Document], form: str | None, done: str = "204"
) -> Document:
    """Return an operation that changes features; it needs a token."""
    refused = {
        code: {"$ref": f"#/components/responses/{name}"}
        for code, name in {
            "403": "Forbidden", "408": "TooSlow", "409": "Conflict", "412": "StateChanged", "413": "TooLarge",
            "415": "WrongType", "422": "Unprocessable", "428": "StateNeeded",
        }.items()
    }  # fmt: skip
    failures = {code: answer for code, answer in FAILURES.items() if code not in ("304", "406")}
    found: Document = {
        "operationId": identifier, "summary": summary, "tags": ["Features"], "parameters": list(parameters),
        "security": [{"token": []}], "responses": {done: {"description": "done"}, **failures, **refused},
    }  # fmt: skip
    if form:
        body = {"schema": {"type": "object"}}
        found["requestBody"] = {"required": True, "content": {form: body}}
    return found


JSON_OBJECT: Document = {"application/json": {"schema": {"type": "object"}}}
JSON_CONTENT: Document = {JSON: {"schema": {"type": "object"}}, HTML: {"schema": {"type": "string"}}}
BINARY: Document = {"schema": {"type": "string", "format": "binary"}}
FORM: Document = {"$ref": "#/components/parameters/f"}
FAILURES: Document = {
    code: {"$ref": f"#/components/responses/{name}"}
    for code, name in {
        "304": "NotModified", "400": "BadRequest", "401": "Unauthorized", "404": "NotFound", "405": "NotAllowed",
        "406": "NotAcceptable", "500": "ServerError", "503": "Unavailable",
    }.items()
}  # fmt: skip
# A browser, and whoever says f=html, gets a page.
_PROBLEM = {PROBLEM_JSON: {"schema": {"$ref": "#/components/schemas/problem"}}, HTML: {"schema": {"type": "string"}}}
RESPONSES: Document = {
    "NotModified": {"description": "The client has this already."},
    "BadRequest": {"description": "A parameter is unknown or wrong; `parameter` names it.", "content": _PROBLEM},
    "Unauthorized": {"description": "The token is not valid.", "content": _PROBLEM},
    "Forbidden": {"description": "The token does not allow this.", "content": _PROBLEM},
    "Conflict": {"description": "This layer is not changed feature by feature.", "content": _PROBLEM},
    "StateChanged": {"description": "The feature has changed since it was read.", "content": _PROBLEM},
    "StateNeeded": {"description": "If-Match is missing.", "content": _PROBLEM},
    "TooSlow": {"description": "The body comes too slowly.", "content": _PROBLEM},
    "TooLarge": {"description": "The body is too large.", "content": _PROBLEM},
    "WrongType": {"description": "The body is of a type that is not taken here.", "content": _PROBLEM},
    "Unprocessable": {"description": "The feature does not fit the layer's schema.", "content": _PROBLEM},
    "NotFound": {"description": "There is nothing here, or nothing the caller may see.", "content": _PROBLEM},
    "NotAllowed": {"description": "This method is not done here.", "content": _PROBLEM},
    "NotAcceptable": {"description": "No representation meets Accept.", "content": _PROBLEM},
    "ServerError": {"description": "Something went wrong here.", "content": _PROBLEM},
    "Unavailable": {"description": "The database is busy or away; try again.", "content": _PROBLEM},
}
_LINKS = {"type": "array", "items": {"$ref": "#/components/schemas/link"}}
_MEMBERS: Document = {
    "problem": {
        "type": "object",
        "required": ["type", "title", "status"],
        "properties": {
            "type": {"type": "string"},
            "title": {"type": "string"},
            "status": {"type": "integer"},
            "detail": {"type": "string"},
            "parameter": {"type": "string"},
        },
    },
    "link": {
        "type": "object",
        "required": ["href", "rel", "type"],
        "properties": {name: {"type": "string"} for name in ("href", "rel", "type", "title")},
    },
    "landingPage": {
        "type": "object",
        "required": ["links"],
        "properties": {"title": {"type": "string"}, "description": {"type": "string"}, "links": _LINKS},
    },
    "confClasses": {
        "type": "object",
        "required": ["conformsTo"],
        "properties": {"conformsTo": {"type": "array", "items": {"type": "string"}}},
    },
    "collection": {
        "type": "object",
        "required": ["id", "links"],
        "properties": {
            "id": {"type": "string"},
            "title": {"type": "string"},
            "description": {"type": "string"},
            "extent": {"type": "object"},
            "crs": {"type": "array", "items": {"type": "string"}},
            "storageCrs": {"type": "string"},
            "itemType": {"type": "string"},
            "links": _LINKS,
        },
    },
    "collections": {
        "type": "object",
        "required": ["collections", "links"],
        "properties": {
            "collections": {"type": "array", "items": {"$ref": "#/components/schemas/collection"}},
            "links": _LINKS,
        },
    },
    "featureGeoJSON": {
        "type": "object",
        "required": ["type", "geometry", "properties"],
        "properties": {
            "type": {"type": "string", "enum": ["Feature"]},
            "id": {"type": "integer"},
            "geometry": {"type": "object", "nullable": True},
            "properties": {"type": "object", "nullable": True},
            "links": _LINKS,
        },
    },
    "featureCollectionGeoJSON": {
        "type": "object",
        "required": ["type", "features"],
        "properties": {
            "type": {"type": "string", "enum": ["FeatureCollection"]},
            "features": {"type": "array", "items": {"$ref": "#/components/schemas/featureGeoJSON"}},
            "links": _LINKS,
            "timeStamp": {"type": "string", "format": "date-time"},
            "numberMatched": {"type": "integer", "minimum": 0},
            "numberReturned": {"type": "integer", "minimum": 0},
        },
    },
}
# Without the last member generated clients (Go's) refuse answers that hold more than these.
SCHEMAS: Document = {name: {**schema, "additionalProperties": True} for name, schema in _MEMBERS.items()}
