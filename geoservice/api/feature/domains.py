"""The code lists of a layer's columns over HTTP, which new and changed features must keep to."""

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from geoservice.api.callers import caller_of
from geoservice.api.etag import answer_bytes
from geoservice.api.feature.edits import desk_of, read_body
from geoservice.api.feature.items import vector_layer
from geoservice.api.links import JSON
from geoservice.api.resources import Resource
from geoservice.api.sessions import in_catalogue
from geoservice.parameters import known, one_form
from layers.domains import read_domains, store_domains


async def put_domains(request: Request) -> Response:
    """Give a layer its code lists: ``{"column": {"code": "meaning"}}``."""
    desk = await desk_of(request)
    domains = read_domains(await read_body(request), desk.layer)
    await in_catalogue(request, lambda session: store_domains(session, desk.layer.name, domains))
    return Response(status_code=204)


async def get_domains(request: Request) -> Response:
    """Answer the code lists of a layer."""
    known(request.query_params, ("f",))
    one_form(request.query_params)
    caller = await caller_of(request)
    layer = vector_layer(request, request.app.state.catalogue.find(request.path_params["layer"], caller.view))
    return answer_bytes(request, orjson.dumps(dict(layer.domains)), JSON)


RESOURCE = Resource(
    routes=(
        Route("/collections/{layer}/domains", get_domains, methods=["GET"]),
        Route("/collections/{layer}/domains", put_domains, methods=["PUT"]),
    )
)
