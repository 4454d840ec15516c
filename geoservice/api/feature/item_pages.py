"""A page of features as it is sent: what the database wrote, framed with numbers, time and links.

A small page comes as one value; a large one streams row by row and is never held whole.
"""

from collections.abc import AsyncIterator, Mapping, MutableMapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import orjson
from cachetools import LRUCache
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from geoservice.api.feature.representation import JSONFG, Representation
from geoservice.api.links import GEOJSON, HTML, JSON, Link, Links, query_of, with_query
from geoservice.item_query import ItemsRequest, write_mark
from layers.features import null_geometry_statement, page_statement
from layers.layer import Layer
from layers.query import LayerQuery

Key = int | list[Any]


async def with_knowledge(state: Any, asked: ItemsRequest) -> ItemsRequest:
    """Add what is known of the layer's rows and saves work: whether any has no geometry (asked once a version)."""
    query, version = asked.query, asked.layer.version
    if not query.box:
        return asked
    if not hasattr(state, "null_geometry"):
        state.null_geometry = LRUCache(10_000)
    known: MutableMapping[tuple[int, int], bool] = state.null_geometry
    key = (version.id, version.revision)
    if key not in known:
        known[key] = bool(await state.database.prepared_value(null_geometry_statement(version)))
    return asked if known[key] else replace(asked, query=replace(query, may_lack_geometry=False))


async def page_of(request: Request, asked: ItemsRequest, shown: Representation) -> bytes:
    """Return a small page whole."""
    rows = await request.app.state.database.prepared_rows(page_statement(asked.layer, asked.query, asked.crs))
    more = len(rows) > asked.query.limit
    if more:
        rows.pop()
    features = b",".join([row[0] for row in rows])
    ends = (_key(rows[0][1]), _key(rows[-1][1])) if rows else None
    return b"".join((shown.opening, features, _closing(request, asked, shown, len(rows), ends, more)))


async def stream_of(request: Request, asked: ItemsRequest, shown: Representation) -> AsyncIterator[bytes]:
    """Yield a large page chunk by chunk; one row beyond the limit says that more follow."""
    statement = page_statement(asked.layer, asked.query, asked.crs)
    count, first, last, more = 0, None, None, False
    yield shown.opening
    async for rows in request.app.state.database.stream(statement, binary=True):
        if count + len(rows) > asked.query.limit:
            more = True
            rows = rows[: asked.query.limit - count]
        if rows:
            yield (b"," if count else b"") + b",".join([row[0] for row in rows])
            first = rows[0][1] if first is None else first
            count, last = count + len(rows), rows[-1][1]
    yield _closing(request, asked, shown, count, (_key(first), _key(last)) if count else None, more)


async def streamed(parts: AsyncIterator[bytes], headers: dict[str, str], media_type: str) -> Response:
    """Return a streaming answer whose statement has already begun, so that a failure still has its own status."""
    opening, first = await anext(parts), await anext(parts)

    async def all_parts() -> AsyncIterator[bytes]:
        yield opening + first
        async for part in parts:
            yield part

    return StreamingResponse(all_parts(), 200, headers, media_type)


def _key(mark: Any) -> Key:
    found: Key = orjson.loads(mark) if isinstance(mark, str) else mark
    return found


def _closing(
    request: Request, asked: ItemsRequest, shown: Representation, count: int, ends: tuple[Key, Key] | None, more: bool
) -> bytes:
    """Return what follows the features: links, numbers, time.

    ``ends`` are the keys of the first feature and the last, None of an empty page; ``more`` says that features follow,
    or in a page that ends before a mark, that features go before.
    """
    query, version = asked.query, asked.layer.version
    document: dict[str, Any] = {"numberReturned": count}
    if not query.selects and version.feature_count is not None:
        document["numberMatched"] = version.feature_count
    elif not more and query.after is None and query.before is None and not query.offset:
        document["numberMatched"] = count
    document["timeStamp"] = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    document["links"] = _page_links(request, asked.layer, shown, _turns(query, ends, more))
    return b"]," + orjson.dumps(document)[1:]


def _turns(query: LayerQuery, ends: tuple[Key, Key] | None, more: bool) -> dict[str, dict[str, str | None]]:
    """Return the marks of the pages that follow and go before, by their relation. An empty page leads nowhere."""
    if ends is None:
        return {}
    back = query.before is not None
    turns: dict[str, dict[str, str | None]] = {}
    if more if back else query.after is not None or query.offset > 0:
        turns["prev"] = {"before": write_mark(ends[0]), "after": None}
    if more or back:
        turns["next"] = {"after": write_mark(ends[1]), "before": None}
    return turns


def _page_links(
    request: Request, layer: Layer, shown: Representation, turns: Mapping[str, Mapping[str, str | None]]
) -> list[Link]:
    """Return the links of a page; ``turns`` are the marks of the pages before and after it, by their relation."""
    links, sent = Links.of(request), query_of(request)
    path = f"/collections/{layer.name}/items"
    found = [*_own_links(request, links, path, shown), _collection_link(links, layer)]
    for rel, mark in turns.items():
        href = f"{links.base}{path}?{with_query(sent, offset=None, **mark)}"
        title = "next page" if rel == "next" else "page before"
        found.append({"href": href, "rel": rel, "type": shown.media_type, "title": title})
    return found


def item_links(request: Request, layer: Layer, shown: Representation) -> list[Link]:
    """Return the links of a single feature."""
    links = Links.of(request)
    path = f"/collections/{layer.name}/items/{request.path_params['fid']}"
    return [*_own_links(request, links, path, shown), _collection_link(links, layer)]


def _own_links(request: Request, links: Links, path: str, shown: Representation) -> list[Link]:
    """Return the links to this document and to its other representations."""
    query, here = query_of(request), links.base + path
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
