"""``/api``: the OpenAPI document of the layers a caller sees."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from geoservice.api.callers import caller_of
from geoservice.api.etag import etag, not_modified
from geoservice.api.feature.items import PAGE_FORMATS as ITEM_FORMATS
from geoservice.api.language import page_language
from geoservice.api.links import HTML, JSON, OPENAPI_JSON, Links
from geoservice.api.negotiation import VARY, Offered, choose
from geoservice.api.pages import html_page
from geoservice.api.resources import Resource
from geoservice.openapi.document import PATH_FORMS, build_document
from geoservice.openapi.page import by_subject
from geoservice.openapi.parts import with_language
from geoservice.openapi.paths import other_paths
from geoservice.openapi.services import service_paths
from geoservice.parameters import known
from layers.errors import BadQuery
from layers.sentences import say
from layers.views import View

FORMATS: Offered = {"json": (OPENAPI_JSON, JSON, "application/openapi+json"), "html": HTML}


async def get_api(request: Request) -> Response:
    """Answer the document; written once for a catalogue, an address and a class of callers."""
    known(request.query_params, ("f", "paths"))
    paths = request.query_params.get("paths", PATH_FORMS[0])
    if paths not in PATH_FORMS:
        raise BadQuery(say("map-form", name="paths", offered=", ".join(PATH_FORMS)), "paths")
    caller = await caller_of(request)
    form = choose(request, FORMATS)
    body, tag = _document(request, caller.view, paths == "templated")
    headers = {"Vary": VARY, "Cache-Control": "no-cache"}
    if form == "html":
        layers = [layer.name for layer in request.app.state.catalogue.visible(caller.view)]
        subjects = by_subject(orjson.loads(body), layers, page_language(request))
        return html_page(request, "api.html", subjects=subjects)
    return not_modified(request, tag, **headers) or Response(body, 200, {**headers, "ETag": tag}, OPENAPI_JSON)


def _document(request: Request, view: View, templated: bool) -> tuple[bytes, str]:
    state, base = request.app.state, Links.of(request).base
    with _written(state) as written:
        if (key := (view.key, base, templated)) not in written:
            layers = None if templated else state.catalogue.visible(view)
            document = build_document(state.resources, layers, state.frame, base, list(ITEM_FORMATS))
            names = [layer.name for layer in layers or ()]
            document["paths"] |= {**other_paths(names, list(state.grids)), **service_paths(names)}
            with_language(document["paths"])
            body = orjson.dumps(document)
            if len(written) > 20:
                written.clear()
            written[key] = (body, etag(body))
        return written[key]


@contextmanager
def _written(state: Any) -> Iterator[dict[tuple[str, str, bool], tuple[bytes, str]]]:
    """Yield the documents written for the present catalogue; another catalogue begins anew."""
    kept = getattr(state, "openapi", None)
    if kept is None or kept[0] is not state.catalogue:
        kept = state.openapi = (state.catalogue, {})
    yield kept[1]


RESOURCE = Resource(routes=(Route("/api", get_api),))
