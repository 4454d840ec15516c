"""One document as JSON for programs and as a page for people, with a validator of its own for each."""

from typing import Any, Final

import orjson
from starlette.requests import Request
from starlette.responses import Response

from geoservice.api.etag import etag, not_modified
from geoservice.api.language import VARY as VARY_OF_LANGUAGE
from geoservice.api.language import page_language
from geoservice.api.links import HTML, JSON
from geoservice.api.negotiation import VARY, choose
from geoservice.api.pages import html_page, page_theme
from layers.sentences import Language

FORMS: Final = {"json": JSON, "html": HTML}


def answer_document(
    request: Request,
    document: dict[str, Any],
    form: str | None = None,
    *,
    template: str = "document.html",
    media_type: str = JSON,
    language: Language | None = None,
    **page: Any,
) -> Response:
    """Answer a document in a form, ``json`` or ``html``, by default the one the request chooses; 304 when unchanged.

    ``language`` is that of the document, where it depends on the reader's; ``page`` is what the template takes besides
    the document, such as a heading of its own.

    Raises:
        BadQuery, NotAcceptable: neither form is what the request asks for.
    """
    form = form or choose(request, FORMS)
    body = orjson.dumps(document)
    # A page of the same document is another page in another language, and at night.
    spoken = page_language(request) if form == "html" else language
    tag = etag(form, body, media_type, spoken, page_theme(request) if form == "html" else None)
    headers = {"Vary": VARY_OF_LANGUAGE if spoken else VARY, "Cache-Control": "no-cache"}
    if unchanged := not_modified(request, tag, **headers):
        return unchanged
    headers["ETag"] = tag
    if spoken:
        headers["Content-Language"] = spoken
    if form != "html":
        return Response(body, 200, headers, media_type)
    answer = html_page(request, template, document=document, **page)
    answer.headers.update(headers)
    return answer
