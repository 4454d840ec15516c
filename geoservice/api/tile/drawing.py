"""The series of tiles there are: features by one statement, pictures and contours in a bounded pool of threads.

Rights have been checked by whoever found the layers; a key carries the class of views it was drawn for all the same, so
that a rule about rows or columns can never be answered with another's tile.
"""

import asyncio
import logging
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from geoservice.api.layer_state import STATES
from geoservice.api.map.painting import Part, paint_block, read_language, seen_in_block
from geoservice.api.tile.archives import baked_picture, baked_vector
from geoservice.api.tile.series import COPIED, Series, edited, lifetime, looks, states
from geoservice.auth import ANONYMOUS, Caller
from geoservice.item_query import tile_clause
from geoservice.parameters import parse_number
from layers.errors import BadQuery
from layers.filter.clauses import Clause
from layers.layer import Layer
from layers.sentences import say
from tiles.archive import shelf
from tiles.cache import Finished, finished
from tiles.grid import Grid, Tile
from tiles.height import contours, elevation
from tiles.raster import imagery
from tiles.raster.encode import Format, Picture
from tiles.raster.options import RenderOptions
from tiles.vector.mvt import MEDIA_TYPE
from tiles.vector.statement import VectorTile, check_grid, tile_statement

PICTURE_FORMATS: Mapping[str, Format] = {
    "png": "png",
    "jpg": "jpeg",
    "jpeg": "jpeg",
    "webp": "webp",
    "avif": "avif",
    "tif": "tif",
    "auto": "auto",
}
VECTOR_FORMATS = ("mvt", "pbf")
DEFAULT_STYLE = "default"

log = logging.getLogger("geoservice.tiles")


def features(state: Any, layers: Sequence[Layer], grid: Grid, query: Mapping[str, str], caller: Caller) -> Series:
    """Return the vector tiles of one or several layers; those of an elevation layer are its contours.

    Raises:
        BadQuery: a parameter is unknown or wrong.
    """
    wanted = {name: value for name, value in query.items() if name not in ("v", "collections", *STATES)}
    if wanted.pop("f", "mvt") not in VECTOR_FORMATS:
        raise BadQuery(say("form-mvt"), "f")
    lasts = lifetime(layers, query.get("v"), by_anybody=caller is ANONYMOUS)
    view = caller.view.key
    if len(layers) == 1 and layers[0].kind == "elevation":
        return _contours(state, layers[0], grid, wanted, lasts, view)
    for layer in layers:
        check_grid(layer.version, grid)
    where = _where(layers, wanted)

    async def draw(tile: Tile, key: str) -> Finished:
        if where is None and len(layers) == 1 and layers[0].version.as_of is None:
            ready = await baked_vector(state, key, layers[0], grid, tile, shelf.VECTOR)
            if ready is not None:
                return ready
        statement = tile_statement(layers, VectorTile.of(grid, tile, where))
        if statement is None:
            return finished(key, b"", MEDIA_TYPE, empty=True, compress=False, timing="db;dur=0")
        began = time.perf_counter()
        if where is None:
            body = await state.database.tile(statement)
        else:
            body = bytes(await state.database.prepared_value(statement) or b"")
        took = (time.perf_counter() - began) * 1000
        _watch(state, layers, tile, took, statement.text)
        return finished(key, body, MEDIA_TYPE, empty=not body, compress=True, timing=f"db;dur={took:.2f}")

    key = f"v|{view}|{states(layers)}|{grid.id}|{where or ''}"
    return Series(grid, key, draw, lasts, edited=edited(layers))


def pictures(state: Any, layer: Layer, grid: Grid, query: Mapping[str, str], caller: Caller) -> Series:
    """Return the picture tiles of a layer: a raster by a rendering, features in the layer's style.

    Raises:
        BadQuery, BadRendering: a parameter is unknown or wrong.
    """
    if layer.kind == "vector":
        return painted(state, [layer], grid, query, caller)
    wanted = {name: value for name, value in query.items() if name not in ("v", "f", "token", *STATES)}
    form = PICTURE_FORMATS.get(query.get("f", "auto"))
    if form is None:
        raise BadQuery(say("form-not-offered", given=query["f"][:20], offered=", ".join(PICTURE_FORMATS)), "f")
    options = RenderOptions.parse({**wanted, "format": form})
    draw_picture = elevation.draw if layer.kind == "elevation" else imagery.draw

    def at_hand(tile: Tile) -> Picture | None:
        return imagery.draw_at_hand(layer, state.storage, grid, tile, options) if layer.kind == "imagery" else None

    async def draw(tile: Tile, key: str) -> Finished:
        ready = await baked_picture(state, key, layer, grid, tile, options)
        if ready is not None:
            return ready
        copied = at_hand(tile)
        if copied is not None:
            return finished(key, copied.body, copied.media_type, empty=False, compress=False, timing=COPIED)
        return await _drawn(state, key, layer, tile, draw_picture, layer, state.storage, grid, tile, options)

    lasts = lifetime([layer], query.get("v"), by_anybody=caller is ANONYMOUS)
    key = f"p|{caller.view.key}|{states([layer])}|{grid.id}|{options.key}"
    return Series(grid, key, draw, lasts, edited=edited([layer]), at_hand=at_hand)


def painted(state: Any, layers: Sequence[Layer], grid: Grid, query: Mapping[str, str], caller: Caller) -> Series:
    """Return the picture tiles of layers, the lowest first. A block of tiles is painted at once: names that
    cross its inner borders are whole, and the shapes are read once.

    Raises:
        BadQuery: a parameter is unknown or wrong.
    """
    wanted = {name: value for name, value in query.items() if name not in ("v", "collections", *STATES)}
    language, form = read_language(wanted.pop("lang", None)), wanted.pop("f", "png")
    if wanted.pop("rendering", DEFAULT_STYLE) != DEFAULT_STYLE:
        raise BadQuery(say("vector-one-style", style=DEFAULT_STYLE), "rendering")
    if form not in PICTURE_FORMATS or form == "tif":
        raise BadQuery(say("picture-form", given=form[:20]), "f")
    for layer in layers:
        if layer.kind == "vector":
            check_grid(layer.version, grid)
    where = _where(layers, wanted)
    kind: Format = "png" if form == "auto" else PICTURE_FORMATS[form]
    parts = [Part(layer, where=where) for layer in layers]
    key = f"d|{caller.view.key}|{states(layers)}|{looks(layers)}|{grid.id}|{kind}|{language}|{where or ''}"

    async def draw(tile: Tile, own: str) -> Finished:
        began = time.perf_counter()
        made = await paint_block(state, own, parts, grid, tile, kind, language)
        took = (time.perf_counter() - began) * 1000
        _watch(state, layers, tile, took, "")
        return replace(made, timing=f"draw;dur={took:.2f}")

    lasts = lifetime(layers, query.get("v"), by_anybody=caller is ANONYMOUS)
    return Series(grid, key, draw, lasts, edited=edited(layers), seen=seen_in_block)


def _contours(state: Any, layer: Layer, grid: Grid, query: Mapping[str, str], lasts: str, view: str) -> Series:
    wanted = dict(query)
    step = wanted.pop("interval", None)
    try:
        interval = parse_number(step, "interval") if step is not None else None
    except BadQuery as error:
        raise BadQuery(say("interval-metres", given=step), "interval") from error
    options = RenderOptions.parse(wanted)

    async def draw(tile: Tile, key: str) -> Finished:
        if interval is None and not options.key:
            ready = await baked_vector(state, key, layer, grid, tile, shelf.CONTOURS)
            if ready is not None:
                return ready
        arguments = (layer, state.storage, grid, tile, options, interval)
        return await _drawn(state, key, layer, tile, contours.draw, *arguments)

    key = f"c|{view}|{states([layer])}|{grid.id}|{interval}|{options.key}"
    return Series(grid, key, draw, lasts, edited=edited([layer]))


async def _drawn(state: Any, key: str, layer: Layer, tile: Tile, draw: Any, *arguments: Any) -> Finished:
    """Draw in a raster thread; what it cost stands in Server-Timing."""
    began = time.perf_counter()
    loop = asyncio.get_running_loop()
    picture: Picture = await loop.run_in_executor(state.raster_pool, draw, *arguments)
    took = (time.perf_counter() - began) * 1000
    _watch(state, [layer], tile, took, "")
    compress = picture.media_type == MEDIA_TYPE
    timing = f"draw;dur={took:.2f}"
    return finished(key, picture.body, picture.media_type, empty=picture.empty, compress=compress, timing=timing)


def _where(layers: Sequence[Layer], query: Mapping[str, str]) -> Clause | None:
    """Read ``filter`` and ``datetime`` into a condition on the one layer asked for.

    Raises:
        BadQuery: a parameter is unknown, or narrows several layers at once.
    """
    narrowing = {key: value for key, value in query.items() if key in ("filter", "filter-lang", "datetime")}
    if unknown := set(query) - set(narrowing):
        name = sorted(unknown)[0]
        raise BadQuery(say("parameter-not-here", name=name[:60]), name[:60])
    if not narrowing:
        return None
    if len(layers) != 1:
        raise BadQuery(say("filter-one-tile"), "filter")
    return tile_clause(layers[0], narrowing)


def _watch(state: Any, layers: Sequence[Layer], tile: Tile, took: float, statement: str) -> None:
    if took >= state.settings.slow_tile_ms:
        names = ",".join(layer.name for layer in layers)
        log.warning(
            "slow tile %s %s/%d/%d/%d: %.0f ms %s", names, tile.grid, tile.z, tile.row, tile.col, took, statement
        )
