"""STAC API at its own root: the imagery and elevation sheets of the city, as catalogues of assets.

It stands apart from ``/collections`` because a STAC client takes every collection it meets for a STAC collection.
Everything is answered from the catalogue in memory: a sheet is a value there already.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

import orjson
import shapely
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from geoservice.api.bodies import read_object
from geoservice.api.callers import caller_of
from geoservice.api.directory.stac_documents import (
    COG,
    CONFORMS,
    STAC_VERSION,
    collection_document,
    item_document,
    item_id,
    sheets_of,
    time_of,
)
from geoservice.api.directory.stac_paths import paths
from geoservice.api.directory.stac_queryables import filter_statement, ordered, queryables
from geoservice.api.directory.stac_search import PARAMETERS, Search, from_body, from_query
from geoservice.api.documents import answer_document
from geoservice.api.etag import answer_bytes, etag
from geoservice.api.links import GEOJSON, HTML, JSON, SCHEMA_JSON, Links
from geoservice.api.negotiation import Offered, choose
from geoservice.api.pages import html_page
from geoservice.api.ranged import stored_file
from geoservice.api.resources import Resource
from geoservice.parameters import known, one_form
from layers.errors import FeatureNotFound, LayerNotFound
from layers.layer import Layer, RasterFile
from layers.rasters import outline
from layers.sentences import say

MAX_BODY = 1_000_000
FORMS: Offered = {"json": (JSON, GEOJSON), "html": HTML}
PAGE = "stac.html"
_QUERYABLES = "http://www.opengis.net/def/rel/ogc/1.0/queryables"


async def get_root(request: Request) -> Response:
    """Answer the STAC landing page."""
    links, layers = Links.of(request), await _rasters(request)
    frame = request.app.state.frame
    document = {
        "type": "Catalog", "stac_version": STAC_VERSION, "id": f"geoservice-{frame.name}",
        "title": frame.title.get("en", frame.name), "description": "Imagery and elevation sheets / 影像与高程图幅",
        "conformsTo": list(CONFORMS),
        "links": [
            links.link("self", "/stac", "application/json"),
            links.link("root", "/stac", "application/json"),
            links.link("conformance", "/stac/conformance", "application/json"),
            links.link("data", "/stac/collections", "application/json"),
            links.link("search", "/stac/search", GEOJSON) | {"method": "GET"},
            links.link("search", "/stac/search", GEOJSON) | {"method": "POST"},
            links.link(_QUERYABLES, "/stac/queryables", SCHEMA_JSON),
            links.link("service-desc", "/api", "application/vnd.oai.openapi+json;version=3.0"),
            links.link("service-doc", "/api", "text/html", f="html"),
            *(links.link("child", f"/stac/collections/{layer.name}", "application/json") for layer in layers),
        ],
    }  # fmt: skip
    shown = {"collections": [collection_document(links, layer) for layer in layers], "links": document["links"]}
    return _answer(request, document, JSON, shown)


async def get_conformance(request: Request) -> Response:
    """Answer what this STAC API conforms to."""
    return _json(request, {"conformsTo": list(CONFORMS)})


async def get_collections(request: Request) -> Response:
    """Answer one STAC collection a raster layer."""
    links = Links.of(request)
    documents = [collection_document(links, layer) for layer in await _rasters(request)]
    root = [
        links.link(rel, path, "application/json") for rel, path in (("self", "/stac/collections"), ("root", "/stac"))
    ]
    return _answer(request, {"collections": documents, "links": root})


async def get_collection(request: Request) -> Response:
    """Answer one STAC collection."""
    return _answer(request, collection_document(Links.of(request), await _raster(request)))


async def get_items(request: Request) -> Response:
    """Answer the sheets of a layer."""
    layer = await _raster(request)
    return await _page(request, [layer], from_query(_query(request)), f"/stac/collections/{layer.name}/items")


async def get_item(request: Request) -> Response:
    """Answer one sheet."""
    layer, file = await _sheet(request)
    return _answer(request, item_document(Links.of(request), layer, file), GEOJSON)


async def search(request: Request) -> Response:
    """Answer a search over all raster layers, asked by GET or POST."""
    layers = await _rasters(request)
    if request.method == "POST":
        known(request.query_params, ())
        wanted = from_body(await read_object(request, MAX_BODY))
    else:
        wanted = from_query(_query(request))
    if wanted.collections:
        layers = [layer for layer in layers if layer.name in wanted.collections]
    return await _page(request, layers, wanted, "/stac/search")


async def get_queryables(request: Request) -> Response:
    """Answer what a filter may name, of all items or of a collection's."""
    if "layer" not in request.path_params:
        return _json(request, queryables(Links.of(request), "/stac/queryables"), SCHEMA_JSON)
    path = f"/stac/collections/{(await _raster(request)).name}/queryables"
    return _json(request, queryables(Links.of(request), path), SCHEMA_JSON)


async def get_asset(request: Request) -> Response:
    """Answer a sheet's pixels as they are stored, whole or by byte ranges: a COG is read so, a few blocks of it."""
    layer, file = await _sheet(request)
    name = f"{layer.name}-{item_id(file)}.tif"
    return await stored_file(request, request.app.state.storage, file.key, COG, name, {"Cache-Control": "no-cache"})


async def _rasters(request: Request) -> list[Layer]:
    caller = await caller_of(request)
    return [layer for layer in request.app.state.catalogue.visible(caller.view) if layer.version.raster]


async def _raster(request: Request) -> Layer:
    caller = await caller_of(request)
    layer: Layer = request.app.state.catalogue.find(request.path_params["layer"], caller.view)
    if layer.version.raster is None:
        raise LayerNotFound(say("stac-vector", layer=layer.name))
    return layer


async def _sheet(request: Request) -> tuple[Layer, RasterFile]:
    layer = await _raster(request)
    for file in sheets_of(layer):
        if item_id(file) == request.path_params["item"]:
            return layer, file
    raise FeatureNotFound(say("layer-no-sheet", layer=layer.name, sheet=request.path_params["item"]))


async def _page(request: Request, layers: Iterable[Layer], wanted: Search, path: str) -> Response:
    """Answer one page; the next link repeats the question with a higher token."""
    links = Links.of(request)
    found = ordered(_matching(layers, wanted), wanted.sort)
    if wanted.filter is not None:
        statement = filter_statement(found, wanted.filter)
        let_through = {row[0] for row in await request.app.state.database.rows(statement)}
        found = [sheet for place, sheet in enumerate(found, 1) if place in let_through]
    chosen = found[wanted.start : wanted.start + wanted.limit]
    items = [item_document(links, layer, file) for layer, file in chosen]
    document: dict[str, Any] = {
        "type": "FeatureCollection",
        "features": [wanted.fields.of(item) for item in items] if wanted.fields else items,
        "numberMatched": len(found),
        "numberReturned": len(chosen),
        "links": [links.link("root", "/stac", "application/json"), links.link("self", path, GEOJSON)],
    }
    following = wanted.start + len(chosen)
    if following < len(found):
        if request.method == "POST":
            again = links.link("next", path, GEOJSON) | {
                "method": "POST",
                "merge": True,
                "body": {"token": str(following)},
            }
        else:
            query = dict(request.query_params) | {"token": str(following)}
            again = {"rel": "next", "href": links.href(path, **query), "type": GEOJSON, "method": "GET"}
        document["links"].append(again)
    if request.method != "POST" and choose(request, FORMS) == "html":
        return html_page(request, PAGE, document=document | {"features": items})
    tag = etag(GEOJSON, orjson.dumps(document))
    document["timeStamp"] = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    return answer_bytes(request, orjson.dumps(document), GEOJSON, tag=tag)


def _answer(
    request: Request, document: dict[str, Any], media_type: str = JSON, shown: dict[str, Any] | None = None
) -> Response:
    """Answer a document to programs, and a page to people: of ``shown`` where that says more than the document."""
    known(request.query_params, ("f",))
    form = choose(request, FORMS)
    page = shown if shown is not None and form == "html" else document
    return answer_document(request, page, form, template=PAGE, media_type=media_type)


def _json(request: Request, document: dict[str, Any], media_type: str = JSON) -> Response:
    """Answer a document that has no page."""
    known(request.query_params, ("f",))
    one_form(request.query_params)
    return answer_bytes(request, orjson.dumps(document), media_type)


def _matching(layers: Iterable[Layer], wanted: Search) -> Iterator[tuple[Layer, RasterFile]]:
    for layer in layers:
        for file in sheets_of(layer):
            time = time_of(layer, file)
            if wanted.ids and item_id(file) not in wanted.ids:
                continue
            if wanted.boxes and not any(box.intersects(file.extent) for box in wanted.boxes):
                continue
            if (wanted.after and time < wanted.after) or (wanted.before and time > wanted.before):
                continue
            if wanted.intersects is not None and not shapely.intersects(wanted.intersects, outline(file)):
                continue
            yield layer, file


def _query(request: Request) -> dict[str, str]:
    known(request.query_params, (*PARAMETERS, "f"))
    return dict(request.query_params)


RESOURCE = Resource(
    routes=(
        Route("/stac", get_root),
        Route("/stac/conformance", get_conformance),
        Route("/stac/collections", get_collections),
        Route("/stac/collections/{layer}", get_collection),
        Route("/stac/collections/{layer}/items", get_items),
        Route("/stac/collections/{layer}/items/{item}", get_item),
        Route("/stac/collections/{layer}/items/{item}/data", get_asset),
        Route("/stac/search", search, methods=["GET", "POST"]),
        Route("/stac/queryables", get_queryables),
        Route("/stac/collections/{layer}/queryables", get_queryables),
    ),
    landing_links=lambda links: [
        links.link("related", "/stac", JSON, "the imagery catalogue (STAC)", f="json"),
        links.link("related", "/stac", HTML, "the imagery catalogue, for people", f="html"),
    ],
    paths=paths,
)
