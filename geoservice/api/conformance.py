"""``/conformance``: the classes of the standards this service keeps, gathered from all its parts."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from geoservice.api.documents import answer_document
from geoservice.api.links import HTML, JSON, Links
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
    return answer_document(request, document, heading={"zh": "符合的标准", "en": "Standards kept"})


RESOURCE = Resource(routes=(Route("/conformance", get_conformance),))
