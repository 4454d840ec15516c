"""Tiles: the hot routes. Caller, layer, rights, series; then the tile, from the cache or drawn.

Plain Starlette routes before all others. This is the long way, taken once for an address (``geoservice.api.tile.hot``).
"""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from geoservice.api.layer_state import STATES, addressed_layer
from geoservice.api.map.painting import Studio, shown_at_first
from geoservice.api.metrics import STORE_FAILURES
from geoservice.api.resources import Resource
from geoservice.api.tile import drawing
from geoservice.api.tile.drawing import PICTURE_FORMATS, VECTOR_FORMATS
from geoservice.api.tile.hot import HotTiles
from geoservice.api.tile.kept import KeptAnswers
from geoservice.api.tile.series import Answer, Asked, Series, answer
from geoservice.auth import ANONYMOUS, Caller
from layers.errors import BadQuery
from layers.layer import Layer
from layers.sentences import say
from tiles.cache import TileCache
from tiles.errors import TileOutside
from tiles.grid import Grid, Tile
from tiles.grids import find_grid
from tiles.raster import handles
from tiles.stores import open_store


def start(app: FastAPI) -> None:
    """Make the cache and the raster threads of this process."""
    settings = app.state.settings
    address = settings.tile_store_address
    store = open_store(address, settings.tile_store_mb * 2**20, STORE_FAILURES.inc) if address else None
    app.state.tile_cache = TileCache(settings.tile_cache_mb * 2**20, store)
    app.state.hot_tiles = HotTiles()
    app.state.kept_answers = KeptAnswers(app.state)
    handles.configure(cache_mb=settings.raster_cache_mb, files=settings.raster_files)
    app.state.raster_pool = ThreadPoolExecutor(settings.raster_threads, thread_name_prefix="raster")
    app.state.studio = Studio(settings.picture_processes, settings.picture_seconds)


def stop(app: FastAPI) -> None:
    """Let the raster threads end."""
    app.state.raster_pool.shutdown(wait=False, cancel_futures=True)
    app.state.studio.close()
    app.state.tile_cache.close()


async def get_vector_tile(request: Request) -> Response:
    """Answer ``/collections/{layer}/tiles/{grid}/{z}/{row}/{col}``: features, or contours of an elevation layer."""
    caller, place = await _caller(request), request.path_params
    layer, grid = await addressed_layer(request, caller.view), _grid(request)
    series = drawing.features(request.app.state, [layer], grid, request.query_params, caller)
    return await _answer(request, series.limited([layer]), caller, place["z"], place["row"], place["col"])


async def get_picture_tile(request: Request) -> Response:
    """Answer ``/collections/{layer}/map/tiles/{grid}/{z}/{row}/{col}``: a layer as a picture."""
    caller, place = await _caller(request), request.path_params
    layer, grid = await addressed_layer(request, caller.view), _grid(request)
    series = drawing.pictures(request.app.state, layer, grid, request.query_params, caller)
    return await _answer(request, series.limited([layer]), caller, place["z"], place["row"], place["col"])


async def get_dataset_tile(request: Request) -> Response:
    """Answer ``/tiles/{grid}/{z}/{row}/{col}?collections=a,b``: several layers in one tile."""
    caller, place = await _caller(request), request.path_params
    catalogue = request.app.state.catalogue
    names = request.query_params.get("collections")
    asked = (
        [catalogue.find(name, caller.view) for name in names.split(",")] if names else catalogue.visible(caller.view)
    )
    layers = [layer for layer in asked if layer.kind == "vector"]
    for name in STATES:
        if name in request.query_params:
            raise BadQuery(say("version-one-layer"), name)
    series = drawing.features(request.app.state, layers, _grid(request), request.query_params, caller)
    return await _answer(request, series.limited(layers), caller, place["z"], place["row"], place["col"])


async def get_dataset_picture(request: Request) -> Response:
    """Answer ``/map/tiles/{grid}/{z}/{row}/{col}?collections=a,b``: layers as one picture, the first lowest.

    Without ``collections`` it is the map as it begins.
    """
    caller, place = await _caller(request), request.path_params
    catalogue = request.app.state.catalogue
    names = request.query_params.get("collections")
    if names:
        layers = [catalogue.find(name, caller.view) for name in names.split(",")]
    else:
        layers = shown_at_first(catalogue.visible(caller.view))
    for name in STATES:
        if name in request.query_params:
            raise BadQuery(say("version-one-layer"), name)
    series = drawing.painted(request.app.state, layers, _grid(request), request.query_params, caller)
    return await _answer(request, series.limited(layers), caller, place["z"], place["row"], place["col"])


async def get_xyz(request: Request) -> Response:
    """Answer ``/xyz/{layer}/{z}/{x}/{y}.{suffix}`` in the Web Mercator grid, rows from the north."""
    caller, place = await _caller(request), request.path_params
    layer = await addressed_layer(request, caller.view)
    grid = find_grid(request.app.state.grids, "WebMercatorQuad")
    row, _, suffix = place["y"].partition(".")
    query: Mapping[str, str] = request.query_params
    if suffix in VECTOR_FORMATS:
        series = drawing.features(request.app.state, [layer], grid, query, caller)
    elif suffix in PICTURE_FORMATS:
        query = {**query, "f": suffix}
        series = drawing.pictures(request.app.state, layer, grid, query, caller)
    else:
        raise TileOutside(say("tile-suffix", suffix=suffix[:10]))
    return await _answer(request, series, caller, place["z"], row, place["x"])


WMTS_SUFFIXES = ("png", "jpg", "jpeg", "webp")


async def get_wmts_tile(request: Request) -> Response:
    """Answer ``/wmts/1.0.0/{layer}/{style}/{grid}/{z}/{row}/{col}.{suffix}``, the tile template of WMTS.

    WMTS knows limits only where its capabilities state them, and ours do not: every tile of a matrix has its picture.
    """
    caller, place = await _caller(request), request.path_params
    layer, grid = await addressed_layer(request, caller.view), _grid(request)
    col, _, suffix = place["col"].partition(".")
    if suffix not in WMTS_SUFFIXES:
        raise TileOutside(say("tile-suffix", suffix=suffix[:10]))
    query: Mapping[str, str] = {**request.query_params, "f": suffix}
    if place["style"] != drawing.DEFAULT_STYLE:
        query = {**query, "rendering": place["style"]}
    series = drawing.pictures(request.app.state, layer, grid, query, caller)
    return await _answer(request, series, caller, place["z"], place["row"], col)


async def answer_picture(request: Request, layer: Layer, grid: Grid, tile: Tile, query: Mapping[str, str]) -> Response:
    """Answer one picture tile of a layer whose rights have been checked."""
    series = drawing.pictures(request.app.state, layer, grid, query, await _caller(request))
    cache: TileCache = request.app.state.tile_cache
    return _response(await answer(cache, series, tile, Asked.of(request.scope["headers"])))


async def _answer(request: Request, series: Series, caller: Caller, z: str, row: str, col: str) -> Response:
    """Answer one tile; what anybody may read goes the short way from now on."""
    state = request.app.state
    tile = series.tile(z, row, col)
    if caller is ANONYMOUS and not {"filter", "datetime", "as-of"} & request.query_params.keys():
        state.hot_tiles.remember(state.catalogue, request.scope, series)
    return _response(await answer(state.tile_cache, series, tile, Asked.of(request.scope["headers"])))


def _response(found: Answer) -> Response:
    response = Response(found.body, found.status)
    response.raw_headers = found.headers
    return response


def _grid(request: Request) -> Grid:
    return find_grid(request.app.state.grids, request.path_params["grid"])


async def _caller(request: Request) -> Caller:
    header = request.headers.get("authorization")
    if header is None:
        return ANONYMOUS
    caller: Caller = await request.app.state.callers.identify(header)
    return caller


RESOURCE = Resource(
    routes=(
        Route("/collections/{layer}/tiles/{grid}/{z}/{row}/{col}", get_vector_tile),
        Route("/collections/{layer}/map/tiles/{grid}/{z}/{row}/{col}", get_picture_tile),
        Route("/xyz/{layer}/{z}/{x}/{y}", get_xyz),
        Route("/wmts/1.0.0/{layer}/{style}/{grid}/{z}/{row}/{col}", get_wmts_tile),
        Route("/map/tiles/{grid}/{z}/{row}/{col}", get_dataset_picture),
        Route("/tiles/{grid}/{z}/{row}/{col}", get_dataset_tile),
    ),
)
