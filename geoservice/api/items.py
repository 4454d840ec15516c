"""``/collections/{layer}/items``: features of a layer, and one of them.

The database writes the GeoJSON; here it is framed with links and sent. A small page comes as one value, a large one
streams row by row and is never held whole.
"""

from collections.abc import AsyncIterator, MutableMapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import orjson
from cachetools import LRUCache
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from geoservice.api.addressed import addressed_layer
from geoservice.api.downloads import answer_file
from geoservice.api.etag import etag, not_modified
from geoservice.api.imports import caller_of
from geoservice.api.item_query import ItemsRequest, read_item_crs, read_items_request, write_mark
from geoservice.api.links import GEOJSON, HTML, JSON, Link, Links, with_query
from geoservice.api.negotiation import VARY, Offered, choose
from geoservice.api.pages import html_page
from geoservice.api.representation import CONFORMS, JSONFG, Representation, represent
from geoservice.api.resources import Resource
from geoservice.writers import FILE_FORMATS
from layers.errors import FeatureNotFound, LayerNotFound
from layers.features import WHOLE, item_statement, null_geometry_statement, page_statement
from layers.hints import column_title
from layers.layer import Layer
from layers.output_crs import OutputCrs

FORMATS: Offered = {
    "json": (GEOJSON, JSON, "application/vnd.geo+json"),
    "html": HTML,
    "geojson": GEOJSON,
    "jsonfg": JSONFG,
}
PAGE_FORMATS: Offered = {**FORMATS, **{name: form.media_type for name, form in FILE_FORMATS.items()}}
"""What a page of items comes as: one feature has the first four only."""
STREAM_FROM = 250
"""Pages larger than this are streamed."""


async def get_items(request: Request) -> Response:
    """Answer a page of features."""
    caller = await caller_of(request)
    layer = vector_layer(request, await addressed_layer(request, caller.view))
    asked = read_items_request(request, layer)
    form = choose(request, PAGE_FORMATS)
    headers = item_headers(layer, asked.crs)
    state = (layer.version.id, layer.version.revision, layer.version.as_of)
    tag = etag(*state, caller.view.key, form, request.url.query, _base(request))
    if unchanged := not_modified(request, tag, **headers):
        return unchanged
    headers["ETag"] = tag
    shown, query = represent(request, layer, form, asked.query, asked.crs)
    asked = await _with_knowledge(request.app.state, replace(asked, query=query))
    if form == "html":
        document = orjson.loads(await _page(request, asked, shown))
        return html_page(request, "items.html", document=document, collection=_about(layer))
    if form in FILE_FORMATS:
        return await answer_file(request, asked, form, headers)
    if asked.query.limit <= STREAM_FROM:
        return Response(await _page(request, asked, shown), 200, headers, shown.media_type)
    return await _streamed(_stream(request, asked, shown), headers, shown.media_type)


async def get_item(request: Request) -> Response:
    """Answer one feature."""
    caller = await caller_of(request)
    layer = vector_layer(request, await addressed_layer(request, caller.view))
    crs = read_item_crs(request, layer)
    form = choose(request, FORMATS)
    headers = item_headers(layer, crs)
    fid = feature_id(layer, request.path_params["fid"])
    shown, query = represent(request, layer, form, WHOLE, crs)
    found = await request.app.state.database.prepared_value(item_statement(layer, fid, crs, query))
    if found is None:
        raise FeatureNotFound(f"layer {layer.name!r} has no feature {fid}")
    state, _, feature = bytes(found).partition(b"\n")
    tag = state_tag(layer, fid, state.decode(), form, request.url, _base(request))
    if unchanged := not_modified(request, tag, **headers):
        return unchanged
    headers["ETag"] = tag
    body = shown.of_feature(feature, _item_links(request, layer, shown))
    if form == "html":
        return html_page(request, "item.html", document=orjson.loads(body), collection=_about(layer))
    return Response(body, 200, headers, shown.media_type)


def feature_id(layer: Layer, text: str) -> int:
    """Return the feature's number from its place in the path.

    Raises:
        FeatureNotFound: it cannot be the number of a feature.
    """
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise FeatureNotFound(f"layer {layer.name!r} has no feature {text[:40]!r}; ids are whole numbers")
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
        raise LayerNotFound(f"layer {layer.name!r} is {layer.kind}: it has tiles and coverages, no features")
    return layer


def item_headers(layer: Layer, crs: OutputCrs) -> dict[str, str]:
    """Return the headers of every reply that holds features."""
    scope = "no-cache" if layer.public else "private, no-cache"
    return {"Content-Crs": f"<{crs.uri}>", "Vary": VARY, "Cache-Control": scope}


async def _with_knowledge(state: Any, asked: ItemsRequest) -> ItemsRequest:
    """Add what is known of the layer's rows and saves work: whether any has no geometry (asked once a version)."""
    query, version = asked.query, asked.layer.version
    if not query.box:
        return asked
    if not hasattr(state, "null_geometry"):
        state.null_geometry = LRUCache(10_000)
    known: MutableMapping[tuple[int, int], bool] = state.null_geometry
    key = (version.id, version.revision)
    if key not in known:
        known[key] = bool(await state.database.value(null_geometry_statement(version)))
    return asked if known[key] else replace(asked, query=replace(query, may_lack_geometry=False))


async def _page(request: Request, asked: ItemsRequest, shown: Representation) -> bytes:
    """Return a small page whole."""
    rows = await request.app.state.database.prepared_rows(page_statement(asked.layer, asked.query, asked.crs))
    more = len(rows) > asked.query.limit
    if more:
        rows.pop()
    features = b",".join([row[0] for row in rows])
    last = rows[-1][1] if more else None
    key = orjson.loads(last) if isinstance(last, str) else last
    return b"".join((shown.opening, features, _closing(request, asked, shown, len(rows), key)))


async def _stream(request: Request, asked: ItemsRequest, shown: Representation) -> AsyncIterator[bytes]:
    """Yield a page chunk by chunk; one row beyond the limit says that more follow."""
    statement = page_statement(asked.layer, asked.query, asked.crs)
    count, last, more = 0, None, False
    yield shown.opening
    async for rows in request.app.state.database.stream(statement, binary=True):
        if count + len(rows) > asked.query.limit:
            more = True
            rows = rows[: asked.query.limit - count]
        if rows:
            yield (b"," if count else b"") + b",".join([row[0] for row in rows])
            count, last = count + len(rows), rows[-1][1]
    yield _closing(request, asked, shown, count, last if more else None)


async def _streamed(parts: AsyncIterator[bytes], headers: dict[str, str], media_type: str) -> Response:
    """Return a streaming answer whose statement has already begun, so that a failure still has its own status."""
    opening, first = await anext(parts), await anext(parts)

    async def all_parts() -> AsyncIterator[bytes]:
        yield opening + first
        async for part in parts:
            yield part

    return StreamingResponse(all_parts(), 200, headers, media_type)


def _closing(
    request: Request, asked: ItemsRequest, shown: Representation, count: int, key: int | list[Any] | None
) -> bytes:
    """Return what follows the features: links, numbers, time. ``key`` is the last feature's, None on the last page."""
    query, version = asked.query, asked.layer.version
    document: dict[str, Any] = {"numberReturned": count}
    if not query.selects and version.feature_count is not None:
        document["numberMatched"] = version.feature_count
    elif key is None and query.after is None and not query.offset:
        document["numberMatched"] = count
    document["timeStamp"] = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    document["links"] = _page_links(request, asked.layer, shown, key)
    return b"]," + orjson.dumps(document)[1:]


def _page_links(request: Request, layer: Layer, shown: Representation, key: int | list[Any] | None) -> list[Link]:
    links = Links.of(request)
    path = f"/collections/{layer.name}/items"
    found = [*_own_links(request, links, path, shown), _collection_link(links, layer)]
    if key is not None:
        following = with_query(request.url.query, after=write_mark(key), offset=None)
        found.append(
            {"href": f"{links.base}{path}?{following}", "rel": "next", "type": shown.media_type, "title": "next page"}
        )
    return found


def _item_links(request: Request, layer: Layer, shown: Representation) -> list[Link]:
    links = Links.of(request)
    path = f"/collections/{layer.name}/items/{request.path_params['fid']}"
    return [*_own_links(request, links, path, shown), _collection_link(links, layer)]


def _own_links(request: Request, links: Links, path: str, shown: Representation) -> list[Link]:
    """Return the links to this document and to its other representations."""
    query, here = request.url.query, links.base + path
    return [
        {
            "href": f"{here}?{query}" if query else here,
            "rel": "self",
            "type": shown.media_type,
            "title": "this document",
        },
        _other_json(here, query, shown),
        {"href": f"{here}?{with_query(query, f='html')}", "rel": "alternate", "type": HTML, "title": "as HTML"},
    ]


def _other_json(here: str, query: str, shown: Representation) -> Link:
    """Return the link to JSON-FG from GeoJSON, and the other way round."""
    form, media_type = ("geojson", GEOJSON) if shown.media_type == JSONFG else ("jsonfg", JSONFG)
    return {
        "href": f"{here}?{with_query(query, f=form)}",
        "rel": "alternate",
        "type": media_type,
        "title": f"as {form}",
    }


def _collection_link(links: Links, layer: Layer) -> Link:
    return links.link("collection", f"/collections/{layer.name}", JSON, "the collection")


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
