"""``/search``: one box for all layers. Names by a part of them, by pinyin, by first letters, wherever they are."""

import asyncio
from collections.abc import Sequence
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from geoservice.api.callers import caller_of
from geoservice.api.links import GEOJSON, JSON, Links
from geoservice.api.negotiation import VARY, choose
from geoservice.api.resources import Paths, Resource
from geoservice.item_query import read_words
from geoservice.openapi.parts import operation, query_parameter
from geoservice.parameters import integer, known
from layers.catalogue import Catalogue
from layers.crs.names import CRS84
from layers.crs.output import offered_crs
from layers.errors import BadQuery
from layers.features import page_statement
from layers.layer import Layer
from layers.query import LayerQuery
from layers.sentences import say
from layers.style.hints import hints
from layers.views import View
from layers.words import normal, says

PER_LAYER, MOST_PER_LAYER = 4, 50
AT_ONCE = 4
"""Layers asked at the same time: the others of the pool's connections are for tiles."""


async def get_search(request: Request) -> Response:
    """Answer features whose names meet ``q``, a few of each layer; what is so called before what mentions it."""
    known(request.query_params, ("q", "limit", "collections", "f"))
    choose(request, {"json": (GEOJSON, JSON)})
    caller = await caller_of(request)
    text = read_words(request.query_params.get("q"))
    if text is None:
        raise BadQuery(say("words-needed"), "q")
    limit = integer(request.query_params, "limit", PER_LAYER, 1, MOST_PER_LAYER)
    layers = _searched(request.app.state.catalogue, caller.view, request.query_params.get("collections"))
    gate = asyncio.Semaphore(AT_ONCE)

    async def found_in(layer: Layer) -> list[dict[str, Any]]:
        async with gate:
            return await _found(request, layer, LayerQuery(limit=limit, text=text))

    hits = [hit for found in await asyncio.gather(*map(found_in, layers)) for hit in found]
    hits.sort(key=lambda hit: _distance(hit, normal(text)))
    links = Links.of(request)
    for hit in hits:
        hit["links"] = [links.link("self", f"/collections/{hit['collection']}/items/{hit['id']}", GEOJSON)]
    body = {"type": "FeatureCollection", "features": hits, "numberReturned": len(hits)}
    return Response(orjson.dumps(body), 200, {"Vary": VARY, "Cache-Control": "no-cache"}, GEOJSON)


def _searched(catalogue: Catalogue, view: View, names: str | None) -> list[Layer]:
    """Return the layers to look into: those named, else all that have names; the topmost of the map first."""
    if names is not None:
        return [catalogue.find(name, view) for name in names.split(",")]
    layers = [layer for layer in catalogue.visible(view) if layer.kind == "vector"]
    layers = [layer for layer in layers if layer.version.facts.words or hints(layer).label]
    return sorted(layers, key=lambda layer: -hints(layer).order)


async def _found(request: Request, layer: Layer, query: LayerQuery) -> list[dict[str, Any]]:
    crs = offered_crs(request.app.state.frame, layer.version.srid)[CRS84]
    rows = await request.app.state.database.prepared_rows(page_statement(layer, query, crs))
    features = [orjson.loads(row[0]) for row in rows[: query.limit]]
    return [_hit(layer, feature, query.text or "") for feature in features]


def _hit(layer: Layer, feature: dict[str, Any], text: str) -> dict[str, Any]:
    """Return a feature with its title, and with the value that was met where the title does not say it."""
    properties = feature["properties"]
    title = _title(layer, properties)
    hit = feature | {"collection": layer.name, "title": title}
    if not says(str(title or ""), text):
        values = (properties.get(name) for name in layer.version.facts.named)
        hit["matched"] = next((value for value in values if value and says(str(value), text)), None)
    return hit


def _title(layer: Layer, properties: dict[str, Any]) -> Any:
    """Return what a person calls the feature: its label, else the first of its names that is there."""
    label = hints(layer).label
    names = [label, *layer.version.facts.named] if label else layer.version.facts.named
    return next((properties[name] for name in names if properties.get(name)), None)


def _distance(hit: dict[str, Any], text: str) -> int:
    """Return how far a feature is from what was asked: so called, called so at the beginning, in a part, elsewhere."""
    title = normal(str(hit["title"] or ""))
    return 0 if title == text else 1 if title.startswith(text) else 3 if "matched" in hit else 2


def _paths(layers: Sequence[Layer]) -> Paths:
    parameters = [
        query_parameter("q", "a part of a name, its pinyin or its first letters", maxLength=500) | {"required": True},
        query_parameter("limit", "features of each layer", type="integer", minimum=1, maximum=MOST_PER_LAYER),
        query_parameter("collections", "the layers looked into, divided by commas"),
    ]
    schema = {GEOJSON: {"schema": {"type": "object"}}}
    return {"/search": {"get": operation("search", "features of all layers by name", "Features", parameters, schema)}}


RESOURCE = Resource(
    routes=(Route("/search", get_search),),
    paths=_paths,
)
