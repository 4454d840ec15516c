"""``/records``: the city's resource directory. OGC API Records, DCAT and ISO 19139 of every layer, and a page to read.

It has a root of its own: clients of features that walk ``/collections`` would take records for features.
"""

from collections.abc import Sequence
from typing import Any

import orjson
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from geoservice.api.callers import caller_of
from geoservice.api.directory import records_documents as documents
from geoservice.api.directory.records_paths import (
    FORMATS,
    ITEM_FORMATS,
    LIST_FORMATS,
    MAX_LIMIT,
    MAX_OFFSET,
    PARAMETERS,
    paths,
)
from geoservice.api.etag import etag, not_modified
from geoservice.api.feature.extent import period_of
from geoservice.api.language import page_language
from geoservice.api.links import GEOJSON, HTML, JSON, SCHEMA_JSON, Links
from geoservice.api.negotiation import choose
from geoservice.api.pages import html_page
from geoservice.api.resources import Resource
from geoservice.origins import NOWHERE, origins_of
from geoservice.parameters import box, integer, known, one_form, period
from geoservice.records import dcat, iso19139
from geoservice.records.asked import PROPERTIES, SORTABLES, Asked, filter_statement, read_sort, select
from geoservice.records.entry import Entry, entry_of
from geoservice.records.record import CATALOGUE, LD_JSON, XML, record
from layers.errors import BadQuery, LayerNotFound
from layers.filter.cql2 import parse_filter
from layers.layer import Layer
from layers.sentences import Language, say, worded

VARY = "Accept, Accept-Encoding, Accept-Language, Authorization, Cookie"


async def get_root(request: Request) -> Response:
    """Answer the landing page of the directory; a browser gets the directory itself."""
    known(request.query_params, PARAMETERS)
    if choose(request, FORMATS) == "html":
        return await get_items(request)
    document = documents.landing(request.app.state.frame, Links.of(request))
    return await _answer(request, orjson.dumps(document), JSON)


async def get_conformance(request: Request) -> Response:
    """Answer the classes of the standards the directory keeps."""
    known(request.query_params, ("f",))
    one_form(request.query_params)
    return await _answer(request, orjson.dumps({"conformsTo": list(documents.CLASSES)}), JSON)


async def get_catalogues(request: Request) -> Response:
    """Answer the one catalogue there is, as a list."""
    known(request.query_params, ("f",))
    one_form(request.query_params)
    links = Links.of(request)
    document = {
        "links": [links.link("self", "/records/collections", JSON, "this document")],
        "collections": [documents.catalogue(request.app.state.frame, links)],
    }
    return await _answer(request, orjson.dumps(document), JSON)


async def get_catalogue(request: Request) -> Response:
    """Answer the catalogue of layers, also whole as DCAT."""
    known(request.query_params, ("f", "lang"))
    _only_layers(request)
    form, links = choose(request, FORMATS), Links.of(request)
    if form == "html":
        return await get_items(request)
    if form == "dcat":
        entries = await entries_of(request)
        return await _answer(request, orjson.dumps(dcat.catalogue(entries, request.app.state.frame, links)), LD_JSON)
    return await _answer(request, orjson.dumps(documents.catalogue(request.app.state.frame, links)), JSON)


async def get_items(request: Request) -> Response:
    """Answer the records that meet the query, as GeoJSON, DCAT or a page."""
    known(request.query_params, PARAMETERS)
    _only_layers(request)
    form, links, language = choose(request, LIST_FORMATS), Links.of(request), page_language(request)
    limit = integer(request.query_params, "limit", 100 if form == "html" else 10, 1, MAX_LIMIT)
    offset = integer(request.query_params, "offset", 0, 0, MAX_OFFSET)
    every = await entries_of(request)
    found = await _chosen(request, every)
    page = found[offset : offset + limit]
    if form == "dcat":
        return await _answer(request, orjson.dumps(dcat.catalogue(page, request.app.state.frame, links)), LD_JSON)
    document = {
        "type": "FeatureCollection",
        "features": [record(entry, links, language) for entry in page],
        "numberMatched": len(found),
        "numberReturned": len(page),
        "timeStamp": max((entry.updated for entry in found), default=None),
        "links": documents.page_links(links, dict(request.query_params), offset, limit, len(found)),
    }
    if document["timeStamp"] is None:
        del document["timeStamp"]
    if form == "html":
        context: dict[str, Any] = {
            "entries": page,
            "every": every,
            "asked": request.query_params,
            "title": documents.TITLE,
        }
        return html_page(request, "records.html", 200, document=document, **context)
    return await _answer(request, orjson.dumps(document), GEOJSON, language)


async def get_item(request: Request) -> Response:
    """Answer one record, as GeoJSON, DCAT, ISO 19139 or a page."""
    known(request.query_params, ("f", "lang"))
    _only_layers(request)
    caller = await caller_of(request)
    layer = request.app.state.catalogue.find(request.path_params["record"], caller.view)
    form, links, language = choose(request, ITEM_FORMATS), Links.of(request), page_language(request)
    [entry] = await _described(request, [layer], language if form == "html" else "en")
    if form == "iso19139":
        return await _answer(request, iso19139.document(entry).encode(), XML)
    if form == "dcat":
        return await _answer(request, orjson.dumps(dcat.dataset(entry, links)), LD_JSON)
    document = record(entry, links, language)
    if form == "html":
        return html_page(request, "record.html", document=document, entry=entry)
    return await _answer(request, orjson.dumps(document), GEOJSON, language)


async def get_queryables(request: Request) -> Response:
    """Answer what a filter may name."""
    return await _schema(request, "queryables", tuple(PROPERTIES))


async def get_sortables(request: Request) -> Response:
    """Answer what records can be sorted by."""
    return await _schema(request, "sortables", SORTABLES)


async def entries_of(request: Request) -> list[Entry]:
    """Return the entries of all layers the caller sees, ordered by name."""
    caller = await caller_of(request)
    return await _described(request, request.app.state.catalogue.visible(caller.view))


async def _described(request: Request, layers: Sequence[Layer], language: Language = "en") -> list[Entry]:
    """Return the layers' entries: lineage in English for programs, in the reader's language on pages."""
    state, links = request.app.state, Links.of(request)

    def read() -> Any:
        with state.database.session() as session:
            return origins_of(session, layers)

    origins = await run_in_threadpool(read)
    found = []
    for layer in layers:
        origin = origins.get(layer.version.id, NOWHERE)
        report, period = worded(origin.report, language), await period_of(state, layer)
        found.append(entry_of(layer, state.frame, links, origin, report, period, language))
    return found


async def _chosen(request: Request, entries: list[Entry]) -> list[Entry]:
    given = request.query_params
    asked = Asked(
        words=_words(given.get("q")),
        boxes=box(request.query_params),
        period=period(request.query_params, "datetime"),
        types=_list(given.get("type")),
        ids=_list(given.get("ids")),
        external_ids=_list(given.get("externalIds")),
        equals=tuple((name, given[name]) for name in ("department", "theme", "kind") if given.get(name)),
        sort=read_sort(given["sortby"]) if given.get("sortby") else (),
    )
    found = select(entries, asked)
    if "filter" in given:
        language = given.get("filter-lang", "cql2-text")
        if language not in ("cql2-text", "cql2-json"):
            raise BadQuery(say("filter-lang-form"), "filter-lang")
        state = request.app.state
        statement = filter_statement(found, parse_filter(given["filter"], language), state.frame.storage_srid)
        let_through = {row[0] for row in await state.database.rows(statement)}
        found = [entry for place, entry in enumerate(found, 1) if place in let_through]
    return found


def _words(text: str | None) -> str | None:
    if text is not None and (len(text) > 500 or "\x00" in text):
        raise BadQuery(say("words-long"), "q")
    return text


def _list(text: str | None) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip()) if text else ()


def _only_layers(request: Request) -> None:
    name = request.path_params.get("catalogue", "layers")
    if name != "layers":
        raise LayerNotFound(say("records-none", name=name[:60]))


async def _schema(request: Request, name: str, properties: Sequence[str]) -> Response:
    known(request.query_params, ("f", "profile"))
    _only_layers(request)
    document = documents.schema(Links.of(request), name, properties)
    asked = SCHEMA_JSON in request.headers.get("accept", "")
    return await _answer(request, orjson.dumps(document), SCHEMA_JSON if asked else JSON)


async def _answer(request: Request, body: bytes, media_type: str, language: str | None = None) -> Response:
    tag = etag(body, media_type)
    headers = {"Vary": VARY, "Cache-Control": "no-cache", "Content-Language": language or "zh"}
    unchanged = not_modified(request, tag, **headers)
    return unchanged or Response(body, 200, {**headers, "ETag": tag}, media_type)


RESOURCE = Resource(
    routes=(
        Route("/records", get_root),
        Route("/records/conformance", get_conformance),
        Route("/records/collections", get_catalogues),
        Route("/records/collections/{catalogue}", get_catalogue),
        Route("/records/collections/{catalogue}/items", get_items),
        Route("/records/collections/{catalogue}/items/{record}", get_item),
        Route("/records/collections/{catalogue}/queryables", get_queryables),
        Route("/records/collections/{catalogue}/sortables", get_sortables),
    ),
    landing_links=lambda links: [
        links.link(documents.REL, CATALOGUE, JSON, "the resource directory"),
        links.link("related", "/records", HTML, "the resource directory, for people", f="html"),
        links.link("related", CATALOGUE, LD_JSON, "the resource directory as DCAT", f="dcat"),
    ],
    collection_links=lambda links, layer: [
        # Not describedby: GDAL takes any such link for the schema of the features.
        links.link("related", f"{CATALOGUE}/items/{layer.name}", GEOJSON, "its record in the resource directory"),
        links.link("related", f"{CATALOGUE}/items/{layer.name}", XML, "its metadata, ISO 19139", f="iso19139"),
    ],
    paths=paths,
)
