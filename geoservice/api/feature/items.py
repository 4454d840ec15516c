"""``/collections/{layer}/items``: features of a layer, and one of them.

The database writes the GeoJSON; ``geoservice.api.feature.item_pages`` frames it.
"""

from dataclasses import replace
from typing import Any

import orjson
import shapely
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from geoservice.api.callers import caller_of
from geoservice.api.etag import etag, not_modified
from geoservice.api.feature.downloads import answer_file
from geoservice.api.feature.item_pages import item_links, page_of, stream_of, streamed, with_knowledge
from geoservice.api.feature.representation import CONFORMS, JSONFG, represent
from geoservice.api.layer_state import addressed_layer
from geoservice.api.links import GEOJSON, HTML, JSON, Links, query_of
from geoservice.api.negotiation import VARY, Offered, choose
from geoservice.api.pages import html_page
from geoservice.api.resources import Resource
from geoservice.files.formats import FILE_FORMATS
from geoservice.item_query import read_item_crs, read_items_request
from layers.crs.names import CRS84
from layers.crs.output import OutputCrs
from layers.errors import FeatureNotFound, LayerNotFound, StateChanged
from layers.features import WHOLE, item_statement
from layers.layer import Layer
from layers.sentences import say
from layers.style.hints import column_title

FORMATS: Offered = {
    "json": (GEOJSON, JSON, "application/vnd.geo+json"),
    "html": HTML,
    "geojson": GEOJSON,
    "jsonfg": JSONFG,
}
PAGE_FORMATS: Offered = {**FORMATS, **{name: (form.media_type, *form.also) for name, form in FILE_FORMATS.items()}}
"""What a page of items comes as: one feature has the first four only."""
STREAM_FROM = 250
"""Pages larger than this are streamed."""


async def get_items(request: Request) -> Response:
    """Answer a page of features."""
    caller = await caller_of(request)
    layer = vector_layer(request, await addressed_layer(request, caller.view))
    asked = read_items_request(dict(request.query_params), request.app.state.frame, layer)
    form = choose(request, PAGE_FORMATS)
    headers = item_headers(layer, asked.crs)
    state = (layer.version.id, layer.version.revision, layer.version.as_of)
    tag = etag(*state, caller.view.key, form, query_of(request), _base(request))
    if unchanged := not_modified(request, tag, **headers):
        return unchanged
    headers["ETag"] = tag
    shown, query = represent(request, layer, form, asked.query, asked.crs)
    asked = await with_knowledge(request.app.state, replace(asked, query=query))
    if form == "html":
        document = orjson.loads(await page_of(request, asked, shown))
        asked_for = request.query_params
        return html_page(request, "items.html", document=document, collection=_about(layer), asked=asked_for)
    if form in FILE_FORMATS:
        return await answer_file(request, asked, form, headers)
    if asked.query.limit <= STREAM_FROM:
        return Response(await page_of(request, asked, shown), 200, headers, shown.media_type)
    return await streamed(stream_of(request, asked, shown), headers, shown.media_type)


async def get_item(request: Request) -> Response:
    """Answer one feature."""
    caller = await caller_of(request)
    layer = vector_layer(request, await addressed_layer(request, caller.view))
    crs = read_item_crs(request.query_params, request.app.state.frame, layer)
    form = choose(request, FORMATS)
    headers = item_headers(layer, crs)
    fid = feature_id(layer, request.path_params["fid"])
    shown, query = represent(request, layer, form, WHOLE, crs)
    found = await request.app.state.database.prepared_value(item_statement(layer, fid, crs, query))
    if found is None:
        raise FeatureNotFound(say("feature-none", layer=layer.name, fid=fid))
    state, _, feature = bytes(found).partition(b"\n")
    tag = state_tag(layer, fid, state.decode(), form, query_of(request), _base(request))
    wanted = request.headers.get("if-match", "*")
    if not any(one.strip() == "*" or state_of_tag(one) == state.decode() for one in wanted.split(",")):
        raise StateChanged(say("feature-changed", fid=fid))
    if unchanged := not_modified(request, tag, **headers):
        return unchanged
    headers["ETag"] = tag
    body = shown.of_feature(feature, item_links(request, layer, shown))
    if form == "html":
        document = orjson.loads(body)
        box, scale = _surroundings(document["geometry"]) if crs.uri == CRS84 else (None, None)
        return html_page(request, "item.html", document=document, collection=_about(layer), box=box, scale=scale)
    return Response(body, 200, headers, shown.media_type)


def feature_id(layer: Layer, text: str) -> int:
    """Return the feature's number from its place in the path.

    Raises:
        FeatureNotFound: it cannot be the number of a feature.
    """
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise FeatureNotFound(say("feature-id-form", layer=layer.name, given=text[:40]))
    return int(text)


def state_tag(layer: Layer, fid: int, state: str, *representation: object) -> str:
    """Return a feature's ETag: its state, which ``If-Match`` compares, and a hash of how it is shown."""
    shown = etag(*representation).removeprefix("W/").strip('"')
    return f'"{layer.version.id}.{fid}.{state}-{shown}"'


def state_of_tag(header: str) -> str:
    """Return the state an ETag was made of; what is none of ours matches no state."""
    tag = header.strip().removeprefix("W/").strip('"')
    return tag.partition("-")[0].rpartition(".")[2]


def vector_layer(request: Request, layer: Layer) -> Layer:
    """Return the layer, which must have features.

    Raises:
        LayerNotFound: it is a picture: there are no items below it.
    """
    if layer.kind != "vector" or layer.version.table is None:
        raise LayerNotFound(say("layer-has-no-items", layer=layer.name, kind=say(f"kind-{layer.kind}")))
    return layer


def item_headers(layer: Layer, crs: OutputCrs) -> dict[str, str]:
    """Return the headers of every reply that holds features."""
    scope = "no-cache" if layer.public else "private, no-cache"
    return {"Content-Crs": f"<{crs.uri}>", "Vary": VARY, "Cache-Control": scope}


def _surroundings(geometry: dict[str, Any] | None) -> tuple[tuple[float, ...] | None, int | None]:
    """Return a box in degrees around a feature that shows where it lies, and a scale to open the map at."""
    if geometry is None:
        return None, None
    west, south, east, north = shapely.from_geojson(orjson.dumps(geometry)).bounds
    middle = (west + east) / 2, (south + north) / 2
    half = max(east - west, (north - south) * 1.4, 0.002) * 0.8
    box = (middle[0] - half, middle[1] - half / 1.7, middle[0] + half, middle[1] + half / 1.7)
    return tuple(round(value, 7) for value in box), max(500, round(half * 2 * 111_000 * 0.83 / 0.16))


def _about(layer: Layer) -> dict[str, Any]:
    titles = {column.name: column_title(layer, column.name) for column in layer.version.columns}
    return {"id": layer.name, "title": layer.title, "description": layer.description, "columns": titles}


def _base(request: Request) -> str:
    return Links.of(request).base


RESOURCE = Resource(
    routes=(
        Route("/collections/{layer}/items", get_items),
        Route("/collections/{layer}/items/{fid}", get_item),
    ),
    conformance=(
        *(
            f"http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/{name}"
            for name in ("core", "geojson", "html", "oas30")
        ),
        "http://www.opengis.net/spec/ogcapi-features-2/1.0/conf/crs",
        *CONFORMS,
        *(
            f"http://www.opengis.net/spec/ogcapi-features-3/1.0/conf/{name}"
            for name in ("queryables", "queryables-query-parameters", "filter", "features-filter")
        ),
        *(
            f"http://www.opengis.net/spec/cql2/1.0/conf/{name}"
            for name in (
                *("cql2-text", "cql2-json", "basic-cql2", "advanced-comparison-operators"),
                *("case-insensitive-comparison", "accent-insensitive-comparison", "basic-spatial-functions"),
                *("basic-spatial-functions-plus", "spatial-functions", "temporal-functions", "array-functions"),
                *("property-property", "functions", "arithmetic"),
            )
        ),
    ),
)
