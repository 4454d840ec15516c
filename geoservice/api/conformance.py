"""``/conformance``: the classes of the standards this service keeps, gathered from all its parts."""

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from geoservice.api.etag import etag, not_modified
from geoservice.api.links import HTML, JSON, Links
from geoservice.api.negotiation import VARY, choose
from geoservice.api.pages import html_page
from geoservice.api.resources import Resource, conformance_classes
from geoservice.parameters import known


async def get_conformance(request: Request) -> Response:
    """Answer the list of conformance classes."""
    known(request.query_params, ("f",))
    links = Links.of(request)
    document = {
        "conformsTo": conformance_classes(request),
        "links": [
            links.link("self", "/conformance", JSON, "this document", f="json"),
            links.link("alternate", "/conformance", HTML, "as HTML", f="html"),
        ],
    }
    if choose(request, {"json": JSON, "html": HTML}) == "html":
        heading = {"zh": "符合的标准", "en": "Standards kept"}
        return html_page(request, "document.html", document=document, heading=heading)
    body = orjson.dumps(document)
    tag, headers = etag(body), {"Vary": VARY, "Cache-Control": "no-cache"}
    return not_modified(request, tag, **headers) or Response(body, 200, {**headers, "ETag": tag}, JSON)


RESOURCE = Resource(routes=(Route("/conformance", get_conformance),))
