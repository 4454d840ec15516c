"""The versions of a layer: listed for those who see it; which one is served is chosen by those who may write it."""

from collections.abc import Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from geoservice.api.bodies import read_object
from geoservice.api.callers import caller_of
from geoservice.api.links import JSON, Links
from geoservice.api.negotiation import choose
from geoservice.api.resources import Paths, Resource
from geoservice.api.sessions import in_catalogue, in_session
from geoservice.openapi.parts import FORM, JSON_CONTENT, change, operation, path_parameter
from geoservice.parameters import known
from layers.errors import BadQuery
from layers.layer import Layer
from layers.older_versions import PublishedVersion, published_versions, roll_back
from layers.sentences import say


async def get_versions(request: Request) -> Response:
    """Answer a layer's published versions, the newest first."""
    known(request.query_params, ("f",))
    choose(request, {"json": JSON})
    caller, links = await caller_of(request), Links.of(request)
    layer = request.app.state.catalogue.find(request.path_params["layer"], caller.view)
    found = await in_session(request, lambda session: published_versions(session, layer.id))
    document = {
        "layer": layer.name,
        "current": layer.version.number,
        "versions": [_listed(version, layer, links) for version in found],
        "links": [links.link("self", f"/layers/{layer.name}/versions", JSON)],
    }
    return JSONResponse(document, headers={"Cache-Control": "no-cache", "Vary": "Authorization"})


def _listed(version: PublishedVersion, layer: Layer, links: Links) -> dict[str, Any]:
    report = links.href(f"/reports/{version.report_id}") if version.report_id is not None else None
    return {
        "number": version.number,
        "published": version.published.isoformat(timespec="seconds"),
        "count": version.feature_count,
        "edits": version.revision,
        "current": version.id == layer.version.id,
        "report": report,
    }


async def put_current(request: Request) -> Response:
    """Serve an older version: ``{"number": 1}``."""
    caller = await caller_of(request)
    layer = request.app.state.catalogue.find(request.path_params["layer"], caller.view)
    caller.require_write(layer.department)
    known(request.query_params, ())
    try:
        number = int((await read_object(request, 1000))["number"])
    except (ValueError, KeyError, TypeError, OverflowError) as error:
        raise BadQuery(say("send-number"), "number") from error
    await in_catalogue(request, lambda session: roll_back(session, layer.name, number))
    return JSONResponse({"layer": layer.name, "number": number})


def _paths(layers: Sequence[Layer]) -> Paths:
    layer = path_parameter("layer", "the layer's name")
    number = {"type": "object", "required": ["number"], "properties": {"number": {"type": "integer", "minimum": 1}}}
    put = change("putCurrent", "serve an older version", [layer], None, "200") | {"tags": ["Import"]}
    put["requestBody"] = {"required": True, "content": {JSON: {"schema": number}}}
    put["responses"]["200"]["content"] = {JSON: JSON_CONTENT[JSON]}
    listing = operation(
        "getVersions", "a layer's published versions, the newest first", "Import", [layer, FORM], {JSON: _LISTING}
    )
    return {"/layers/{layer}/versions": {"get": listing}, "/layers/{layer}/current": {"put": put}}


_VERSION = {
    "type": "object",
    "required": ["number", "published", "current"],
    "properties": {
        "number": {"type": "integer", "minimum": 1},
        "published": {"type": "string", "format": "date-time"},
        "count": {"type": "integer", "nullable": True, "description": "features, or raster files"},
        "edits": {"type": "integer", "description": "changes by hand since it was published"},
        "current": {"type": "boolean", "description": "the one that is served"},
        "report": {"type": "string", "format": "uri", "nullable": True},
    },
}
_LISTING = {
    "schema": {
        "type": "object",
        "required": ["layer", "current", "versions"],
        "properties": {
            "layer": {"type": "string"},
            "current": {"type": "integer"},
            "versions": {"type": "array", "items": _VERSION},
        },
    }
}

RESOURCE = Resource(
    routes=(
        Route("/layers/{layer}/versions", get_versions),
        Route("/layers/{layer}/current", put_current, methods=["PUT"]),
    ),
    paths=_paths,
)
