"""The landing page ``/``: links to everything for programs, the viewer for people."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from geoservice.api.callers import caller_of
from geoservice.api.documents import answer_document
from geoservice.api.feature.extent import extent_of_all
from geoservice.api.links import HTML, JSON, OPENAPI_JSON, Links
from geoservice.api.negotiation import choose
from geoservice.api.pages import viewer_page
from geoservice.api.resources import Resource, conformance_classes, landing_links
from geoservice.parameters import known
from layers.crs.output import offered_crs


async def get_landing(request: Request) -> Response:
    """Answer the landing page; a browser gets the viewer."""
    known(request.query_params, ("f",))
    if choose(request, {"json": JSON, "html": HTML}) == "html":
        return await viewer_page(request)
    frame, links, caller = request.app.state.frame, Links.of(request), await caller_of(request)
    document = {
        "title": f"{frame.title.get('zh', frame.name)} · geoservice",
        "description": "A city's natural-resource and geography base: features, tiles, imagery on one frame.",
        "extent": extent_of_all(request.app.state.catalogue.visible(caller.view), frame),
        "crs": list(offered_crs(frame, frame.storage_srid)),
        "links": [
            links.link("self", "/", JSON, "this document", f="json"),
            links.link("alternate", "/", HTML, "the map", f="html"),
            links.link("service-desc", "/api", OPENAPI_JSON, "the API, as OpenAPI 3.0"),
            links.link("service-doc", "/api", HTML, "the API, for people", f="html"),
            links.link("conformance", "/conformance", JSON, "the standards this service keeps"),
            links.link(
                "http://www.opengis.net/def/rel/ogc/1.0/conformance", "/conformance", JSON, "the standards it keeps"
            ),
            *landing_links(request, links),
        ],
        "conformsTo": conformance_classes(request),
    }
    return answer_document(request, document, "json")


RESOURCE = Resource(
    routes=(Route("/", get_landing),),
    conformance=tuple(
        f"http://www.opengis.net/spec/ogcapi-common-1/1.0/conf/{name}"
        for name in ("core", "landing-page", "json", "html", "oas30")
    ),
)
