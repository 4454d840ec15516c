"""Tiles: the hot routes. Caller, layer, rights, cache; only what is not there is drawn.

Plain Starlette routes before all others, asynchronous: a tile that is kept costs a few dictionary look-ups. A vector
tile is one statement through the async pool; a raster tile is read and drawn in a bounded pool of threads.
"""

import asyncio
import logging
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from geoservice.api.etag import matches
from geoservice.api.hot import HotTiles
from geoservice.api.item_query import tile_clause
from geoservice.api.resources import Resource
from geoservice.auth import ANONYMOUS, Caller
from layers.clauses import Clause
from layers.errors import BadQuery
from layers.layer import Layer
from tiles import contours, elevation, imagery
from tiles.cache import Finished, TileCache, TileStore, encoding_for, etag_of, finished
from tiles.encode import Picture
from tiles.errors import TileOutside
from tiles.grid import Grid, Tile
from tiles.grids import find_grid
from tiles.options import RenderOptions
from tiles.vector import MEDIA_TYPE, VectorTile, tile_statement

PICTURE_FORMATS = {"png": "png", "jpg": "jpeg", "jpeg": "jpeg", "webp": "webp", "tif": "tif", "auto": "auto"}
VECTOR_FORMATS = ("mvt", "pbf")
STALE_AFTER_S = 60
"""Seconds a client may show a tile without asking; with ``v=`` in the address, the version, for ever."""

log = logging.getLogger("geoservice.tiles")


def start(app: FastAPI) -> None:
    """Make the cache and the raster threads of this process."""
    settings = app.state.settings
    store = TileStore(app.state.storage.root / "tiles") if settings.tile_store else None
    app.state.tile_cache = TileCache(settings.tile_cache_mb * 2**20, store)
    app.state.hot_tiles = HotTiles()
    app.state.raster_pool = ThreadPoolExecutor(settings.raster_threads, thread_name_prefix="raster")


def stop(app: FastAPI) -> None:
    """Let the raster threads end."""
    app.state.raster_pool.shutdown(wait=False, cancel_futures=True)


async def get_vector_tile(request: Request) -> Response:
    """Answer ``/collections/{layer}/tiles/{grid}/{z}/{row}/{col}``: features, or contours of an elevation layer."""
    caller, place = await _caller(request), request.path_params
    layer: Layer = request.app.state.catalogue.find(place["layer"], caller.view)
    grid = find_grid(request.app.state.grids, place["grid"])
    return await answer_tile(request, [layer], grid, _tile(grid, place["z"], place["row"], place["col"]), caller)


async def get_picture_tile(request: Request) -> Response:
    """Answer ``/collections/{layer}/map/tiles/{grid}/{z}/{row}/{col}``: imagery or elevation as a picture."""
    caller, place = await _caller(request), request.path_params
    layer: Layer = request.app.state.catalogue.find(place["layer"], caller.view)
    grid = find_grid(request.app.state.grids, place["grid"])
    tile = _tile(grid, place["z"], place["row"], place["col"])
    return await answer_picture(request, layer, grid, tile, request.query_params)


async def get_dataset_tile(request: Request) -> Response:
    """Answer ``/tiles/{grid}/{z}/{row}/{col}?collections=a,b``: several layers in one tile."""
    caller, place = await _caller(request), request.path_params
    catalogue = request.app.state.catalogue
    grid = find_grid(request.app.state.grids, place["grid"])
    names = request.query_params.get("collections")
    asked = (
        [catalogue.find(name, caller.view) for name in names.split(",")] if names else catalogue.visible(caller.view)
    )
    layers = [layer for layer in asked if layer.kind == "vector"]
    return await answer_tile(request, layers, grid, _tile(grid, place["z"], place["row"], place["col"]), caller)


async def get_xyz(request: Request) -> Response:
    """Answer ``/xyz/{layer}/{z}/{x}/{y}.{suffix}`` in the Web Mercator grid, rows from the north."""
    caller, place = await _caller(request), request.path_params
    layer: Layer = request.app.state.catalogue.find(place["layer"], caller.view)
    grid = find_grid(request.app.state.grids, "WebMercatorQuad")
    row, _, suffix = place["y"].partition(".")
    tile = _tile(grid, place["z"], row, place["x"])
    if suffix in VECTOR_FORMATS:
        return await answer_tile(request, [layer], grid, tile, caller)
    if suffix not in PICTURE_FORMATS:
        raise TileOutside(f"there is no .{suffix[:10]} tile; the suffixes are mvt, png, jpg, webp")
    return await answer_picture(request, layer, grid, tile, {**request.query_params, "f": suffix})


async def answer_tile(request: Request, layers: Sequence[Layer], grid: Grid, tile: Tile, caller: Caller) -> Response:
    """Answer one vector tile of layers whose rights have been checked."""
    query = dict(request.query_params)
    for name in ("v", "collections"):
        query.pop(name, None)
    if query.pop("f", "mvt") not in VECTOR_FORMATS:
        raise BadQuery("f is mvt", "f")
    versions = ",".join(f"{layer.version.id}.{layer.version.revision}" for layer in layers)
    if len(layers) == 1 and layers[0].kind == "elevation":
        return await _answer_contours(request, layers[0], grid, tile, query)
    where = _where(layers, query)
    key = f"v|{versions}|{grid.id}|{tile.z}/{tile.row}/{tile.col}|{caller.view.key}|{where or ''}"

    async def draw() -> Finished:
        began = time.perf_counter()
        statement = tile_statement(layers, VectorTile.of(grid, tile, where))
        body = bytes(await request.app.state.database.value(statement) or b"") if statement else b""
        took = (time.perf_counter() - began) * 1000
        _watch(request, layers, tile, took, statement.text if statement else "")
        return finished(key, body, MEDIA_TYPE, empty=not body, compress=True, timing=f"db;dur={took:.2f}")

    return await _from_cache(request, key, draw, layers)


async def answer_picture(request: Request, layer: Layer, grid: Grid, tile: Tile, query: Mapping[str, str]) -> Response:
    """Answer one picture tile of a raster layer whose rights have been checked."""
    if layer.kind == "vector":
        raise BadQuery(f"layer {layer.name!r} is vector: its tiles are at /collections/{layer.name}/tiles", "layer")
    wanted = {key: value for key, value in query.items() if key not in ("v", "f", "token")}
    form = PICTURE_FORMATS.get(query.get("f", "auto"))
    if form is None:
        raise BadQuery(f"f={query['f'][:20]!r} is not offered; choose {', '.join(PICTURE_FORMATS)}", "f")
    options = RenderOptions.parse({**wanted, "format": form})
    version = layer.version
    key = f"p|{version.id}.{version.revision}|{grid.id}|{tile.z}/{tile.row}/{tile.col}|{options.key}"
    draw_picture = elevation.draw if layer.kind == "elevation" else imagery.draw

    async def draw() -> Finished:
        return await _drawn(
            request, key, [layer], tile, draw_picture, layer, request.app.state.storage, grid, tile, options
        )

    return await _from_cache(request, key, draw, [layer])


async def _answer_contours(
    request: Request, layer: Layer, grid: Grid, tile: Tile, query: Mapping[str, str]
) -> Response:
    wanted = dict(query)
    step = wanted.pop("interval", None)
    try:
        interval = float(step) if step is not None else None
    except ValueError as error:
        raise BadQuery(f"interval is metres of height, not {step!r}", "interval") from error
    options = RenderOptions.parse(wanted)
    version = layer.version
    key = f"c|{version.id}.{version.revision}|{grid.id}|{tile.z}/{tile.row}/{tile.col}|{interval}|{options.key}"

    async def draw() -> Finished:
        arguments = (layer, request.app.state.storage, grid, tile, options, interval)
        return await _drawn(request, key, [layer], tile, contours.draw, *arguments)

    return await _from_cache(request, key, draw, [layer])


async def _drawn(
    request: Request, key: str, layers: Sequence[Layer], tile: Tile, draw: Any, *arguments: Any
) -> Finished:
    """Draw in a raster thread; what it cost stands in Server-Timing."""
    began = time.perf_counter()
    loop = asyncio.get_running_loop()
    picture: Picture = await loop.run_in_executor(request.app.state.raster_pool, draw, *arguments)
    took = (time.perf_counter() - began) * 1000
    _watch(request, layers, tile, took, "")
    compress = picture.media_type == MEDIA_TYPE
    timing = f"draw;dur={took:.2f}"
    return finished(key, picture.body, picture.media_type, empty=picture.empty, compress=compress, timing=timing)


async def _from_cache(request: Request, key: str, draw: Any, layers: Sequence[Layer]) -> Response:
    """Answer from the cache or by drawing; a client that has it is told so before anything is looked up."""
    state, by_anybody = request.app.state, "authorization" not in request.headers
    headers = {"Cache-Control": _cache_control(request, layers, by_anybody), "Vary": "Accept-Encoding"}
    tag = etag_of(key)
    if matches(request.headers.get("if-none-match"), tag):
        return Response(status_code=304, headers=headers | {"ETag": tag})
    cache: TileCache = state.tile_cache
    tile = cache.get(key)
    headers["Server-Timing"] = "cache;desc=hit"
    if tile is None:
        tile = await cache.get_or_draw(key, draw)
        headers["Server-Timing"] = f"cache;desc=miss, {tile.timing}"
    headers["ETag"] = tile.etag
    body, encoding = tile.body, encoding_for(request.headers.get("accept-encoding", ""))
    smaller = await cache.encoded(key, tile, encoding) if encoding else None
    if smaller is not None and encoding is not None:
        body, headers["Content-Encoding"] = smaller, encoding
    if by_anybody:
        state.hot_tiles.remember(state.catalogue, request.scope, key, headers["Cache-Control"])
    return Response(body, 200, headers, tile.media_type)


def _cache_control(request: Request, layers: Sequence[Layer], by_anybody: bool) -> str:
    """Return how long a client may show the tile without asking: for ever when its address names this very version.

    An address with another version is an old page's, or of a version this process has not heard of yet.
    """
    if not by_anybody:
        return f"private, max-age={STALE_AFTER_S}"
    given = request.query_params.get("v")
    if given and len(layers) == 1 and given == f"{layers[0].version.number}.{layers[0].version.revision}":
        return "public, max-age=31536000, immutable"
    return f"public, max-age={STALE_AFTER_S}"


def _where(layers: Sequence[Layer], query: dict[str, str]) -> Clause | None:
    """Read ``filter`` and ``datetime`` into a condition on the one layer asked for.

    Raises:
        BadQuery: a parameter is unknown, or narrows several layers at once.
    """
    narrowing = {key: value for key, value in query.items() if key in ("filter", "filter-lang", "datetime")}
    if unknown := set(query) - set(narrowing):
        name = sorted(unknown)[0]
        raise BadQuery(f"there is no parameter {name[:60]!r} here", name[:60])
    if not narrowing:
        return None
    if len(layers) != 1:
        raise BadQuery("a filter narrows one layer; ask for its tile alone", "filter")
    return tile_clause(layers[0], narrowing)


def _tile(grid: Grid, z: str, row: str, col: str) -> Tile:
    """Read a tile's numbers.

    Raises:
        TileOutside: there is no such tile in the grid.
    """
    if not (row.isascii() and row.isdigit() and col.isascii() and col.isdigit() and len(row) < 12 and len(col) < 12):
        raise TileOutside(f"row {row[:20]!r}, column {col[:20]!r} are no numbers of a tile")
    tile = Tile(grid.id, grid.z(z), int(row), int(col))
    grid.check(tile)
    return tile


async def _caller(request: Request) -> Caller:
    header = request.headers.get("authorization")
    if header is None:
        return ANONYMOUS
    caller: Caller = await request.app.state.callers.identify(header)
    return caller


def _watch(request: Request, layers: Sequence[Layer], tile: Tile, took: float, statement: str) -> None:
    if took >= request.app.state.settings.slow_tile_ms:
        names = ",".join(layer.name for layer in layers)
        log.warning(
            "slow tile %s %s/%d/%d/%d: %.0f ms %s", names, tile.grid, tile.z, tile.row, tile.col, took, statement
        )


RESOURCE = Resource(
    routes=(
        Route("/collections/{layer}/tiles/{grid}/{z}/{row}/{col}", get_vector_tile),
        Route("/collections/{layer}/map/tiles/{grid}/{z}/{row}/{col}", get_picture_tile),
        Route("/xyz/{layer}/{z}/{x}/{y}", get_xyz),
        Route("/tiles/{grid}/{z}/{row}/{col}", get_dataset_tile),
    ),
)
