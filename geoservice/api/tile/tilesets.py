"""What tiles there are: tilesets of a layer and of all layers, TileJSON (OGC API Tiles 1, TMS 2.0)."""

from collections.abc import Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from geoservice.api.callers import caller_of
from geoservice.api.documents import answer_document
from geoservice.api.links import JSON, Link, Links
from geoservice.api.map.painting import read_language, shown_at_first
from geoservice.api.resources import Resource
from geoservice.api.tile.offered import is_drawn_in
from geoservice.api.tile.series import version_tag
from geoservice.api.tile.tile_matrix_sets import REL, TMS, scheme_link
from geoservice.parameters import known
from layers.errors import BadQuery
from layers.frame import Bounds
from layers.layer import Layer
from layers.sentences import say
from tiles.grid import Grid
from tiles.grids import find_grid
from tiles.raster.options import RenderOptions
from tiles.tilejson import tilejson, tileset
from tiles.vector.mvt import MEDIA_TYPE

REL_MAPS = "https://www.opengis.net/def/rel/ogc/1.0/"
"""As OGC API Maps spells the same relations."""
PICTURES = (("png", "image/png"), ("jpeg", "image/jpeg"), ("webp", "image/webp"))
T1 = "http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/"


async def get_tilesets(request: Request) -> Response:
    """Answer the vector tilesets of a layer, one a grid."""
    return await _list(request, "vector", "tiles")


async def get_map_tilesets(request: Request) -> Response:
    """Answer the picture tilesets of a layer, one a grid."""
    return await _list(request, "map", "map/tiles")


async def get_tileset(request: Request) -> Response:
    """Answer the metadata of a layer's vector tileset in a grid."""
    return await _one(request, "vector", "tiles")


async def get_map_tileset(request: Request) -> Response:
    """Answer the metadata of a layer's picture tileset in a grid."""
    return await _one(request, "map", "map/tiles")


async def get_dataset_tilesets(request: Request) -> Response:
    """Answer the tilesets of all vector layers together."""
    known(request.query_params, ("f",))
    layers = await _vectors(request)
    links = Links.of(request)
    entries = [_dataset(links, grid, layers) for grid in request.app.state.grids.values()]
    return answer_document(request, {"tilesets": entries, "links": [links.link("self", "/tiles", JSON)]})


async def get_dataset_tileset(request: Request) -> Response:
    """Answer the metadata of the tileset of all vector layers in a grid."""
    known(request.query_params, ("f", "collections"))
    grid = find_grid(request.app.state.grids, request.path_params["grid"])
    return answer_document(request, _dataset(Links.of(request), grid, await _vectors(request)))


async def get_dataset_map_tilesets(request: Request) -> Response:
    """Answer the picture tilesets of several layers together."""
    known(request.query_params, ("f",))
    layers, links = await _shown(request), Links.of(request)
    entries = [_dataset(links, grid, layers, "map") for grid in request.app.state.grids.values()]
    return answer_document(request, {"tilesets": entries, "links": [links.link("self", "/map/tiles", JSON)]})


async def get_dataset_map_tileset(request: Request) -> Response:
    """Answer the metadata of the picture tileset of several layers in a grid."""
    known(request.query_params, ("f", "collections"))
    grid = find_grid(request.app.state.grids, request.path_params["grid"])
    return answer_document(request, _dataset(Links.of(request), grid, await _shown(request), "map"))


async def get_tilejson(request: Request) -> Response:
    """Answer a layer's TileJSON; ``rendering`` and the like stand in its tile address."""
    caller = await caller_of(request)
    layer: Layer = request.app.state.catalogue.find(request.path_params["layer"], caller.view)
    query = {name: value for name, value in request.query_params.items() if name not in ("f", "v")}
    language = query.pop("lang", None)
    read_language(language)  # refused here, not at the first tile
    if layer.kind == "vector":
        known(request.query_params, ("f", "v", "filter", "filter-lang", "datetime", "format", "lang"))
        suffix = query.pop("format", "mvt")
        if suffix not in ("mvt", "png", "jpg", "webp"):
            raise BadQuery(say("tilejson-format"), "format")
        if suffix != "mvt" and language:  # names are painted in it; a vector tile has those of all languages
            query["lang"] = language
    else:
        suffix = query.pop("format", "png")
        RenderOptions.parse(query)
        if suffix not in ("png", "jpg", "webp"):
            raise BadQuery(say("tilejson-picture"), "format")
    template = f"/xyz/{layer.name}/{{z}}/{{x}}/{{y}}.{suffix}"
    url = Links.of(request).href(template, query | {"v": version_tag(layer)})
    document = tilejson(layer, url)
    if suffix != "mvt":
        document.pop("vector_layers", None)
    return answer_document(request, document)


async def _list(request: Request, data_type: str, path: str) -> Response:
    known(request.query_params, ("f",))
    layer, links = await _layer(request, data_type), Links.of(request)
    grids = request.app.state.grids.values()
    own = f"/collections/{layer.name}/{path}"
    document = {
        "tilesets": [
            _document(links, layer, grid, data_type, path)
            for grid in grids
            if data_type == "vector" or is_drawn_in(layer, grid)
        ],
        "links": [
            links.link("self", own, JSON, f="json"),
            links.link("collection", f"/collections/{layer.name}", JSON),
        ],
    }
    return answer_document(request, document)


async def _one(request: Request, data_type: str, path: str) -> Response:
    known(request.query_params, ("f", "rendering"))
    layer = await _layer(request, data_type)
    grid = find_grid(request.app.state.grids, request.path_params["grid"])
    return answer_document(request, _document(Links.of(request), layer, grid, data_type, path))


async def _layer(request: Request, data_type: str) -> Layer:
    caller = await caller_of(request)
    layer: Layer = request.app.state.catalogue.find(request.path_params["layer"], caller.view)
    if data_type == "vector" and layer.kind == "imagery":
        raise BadQuery(say("imagery-tiles", layer=layer.name, name=layer.name), "layer")
    return layer


async def _vectors(request: Request) -> list[Layer]:
    caller = await caller_of(request)
    return [layer for layer in request.app.state.catalogue.visible(caller.view) if layer.kind == "vector"]


async def _shown(request: Request) -> list[Layer]:
    caller = await caller_of(request)
    return shown_at_first(request.app.state.catalogue.visible(caller.view))


def _document(links: Links, layer: Layer, grid: Grid, data_type: str, path: str) -> dict[str, Any]:
    own = f"/collections/{layer.name}/{path}/{grid.id}"
    described = [
        links.link("self", own, JSON, f="json"),
        scheme_link(links, grid),
        *_items(links, own, data_type),
        links.link(f"{REL}geodata", f"/collections/{layer.name}", JSON),
    ]
    if grid.id == "WebMercatorQuad":
        described.append(links.link("describedby", f"/collections/{layer.name}/tilejson", JSON, "TileJSON"))
    title = layer.title.get("zh") or layer.title.get("en") or layer.name
    return tileset(layer, grid, layer.version.extent, data_type, described, title)


def _dataset(links: Links, grid: Grid, layers: Sequence[Layer], data_type: str = "vector") -> dict[str, Any]:
    extent: Bounds | None = None
    for layer in layers:
        if layer.version.extent:
            extent = extent.union(layer.version.extent) if extent else layer.version.extent
    own = f"{'/map' if data_type == 'map' else ''}/tiles/{grid.id}"
    described = [links.link("self", own, JSON, f="json"), scheme_link(links, grid), *_items(links, own, data_type)]
    title = "the map / 地图" if data_type == "map" else "all vector layers / 全部矢量图层"
    return tileset(None, grid, extent, data_type, described, title, layers)


def _items(links: Links, own: str, data_type: str) -> list[Link]:
    path = own + "/{tileMatrix}/{tileRow}/{tileCol}"
    if data_type == "vector":
        return [links.link("item", path, MEDIA_TYPE, templated=True, f="mvt")]
    return [links.link("item", path, media_type, templated=True, f=form) for form, media_type in PICTURES]


def _landing(links: Links) -> list[Link]:
    return [
        links.link(f"{REL}tilesets-vector", "/tiles", JSON, "tiles of all vector layers"),
        *(links.link(f"{rel}tilesets-map", "/map/tiles", JSON, "pictures of the map") for rel in (REL, REL_MAPS)),
    ]


def _collection(links: Links, layer: Layer) -> list[Link]:
    found = [links.link("describedby", f"/collections/{layer.name}/tilejson", JSON, "TileJSON")]
    if layer.kind != "imagery":
        found.append(links.link(f"{REL}tilesets-vector", f"/collections/{layer.name}/tiles", JSON))
    for rel in (REL, REL_MAPS):
        found.append(links.link(f"{rel}tilesets-map", f"/collections/{layer.name}/map/tiles", JSON))
    return found


RESOURCE = Resource(
    routes=(
        Route("/collections/{layer}/tiles", get_tilesets),
        Route("/collections/{layer}/tiles/{grid}", get_tileset),
        Route("/collections/{layer}/map/tiles", get_map_tilesets),
        Route("/collections/{layer}/map/tiles/{grid}", get_map_tileset),
        Route("/collections/{layer}/tilejson", get_tilejson),
        Route("/map/tiles", get_dataset_map_tilesets),
        Route("/map/tiles/{grid}", get_dataset_map_tileset),
        Route("/tiles", get_dataset_tilesets),
        Route("/tiles/{grid}", get_dataset_tileset),
    ),
    conformance=(
        *(f"{T1}{name}" for name in ("core", "tileset", "tilesets-list", "dataset-tilesets", "geodata-tilesets")),
        *(f"{T1}{name}" for name in ("collections-selection", "oas30", "mvt", "png", "jpeg")),
        *(f"{TMS}{name}" for name in ("tilesetmetadata", "json-tilesetmetadata")),
    ),
    landing_links=_landing,
    collection_links=_collection,
)
