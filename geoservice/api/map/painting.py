"""Pictures of layers on any canvas: shapes read through the pool, features painted in processes, rasters in threads.

Rights have been checked by whoever found the layers.
"""

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import groupby
from typing import Any, cast

from layers.errors import BadQuery
from layers.filter.clauses import Clause
from layers.layer import Layer
from layers.query import LayerQuery
from layers.sentences import say
from layers.style.hints import drawing_order, hints
from tiles.cache import Finished, finished
from tiles.grid import Grid, Tile
from tiles.picture.compose import Colour, Pixels, from_bytes, overlay, paint_raster
from tiles.picture.job import Job, Row
from tiles.picture.painters import Painters
from tiles.picture.scene import STANDARD_DPI, Plan, check_size, plan, seen_in
from tiles.raster.encode import Format, Picture, geotiff, nothing, picture
from tiles.raster.options import RenderOptions
from tiles.raster.warp import Canvas
from tiles.vector.place import Seen

LANGUAGES = ("zh", "en")
AS_IMPORTED = RenderOptions()
BLOCK = 4
"""Tiles along the side of a block that is painted at once."""


class Studio:
    """The painting processes of this API process, and the pictures under way that several requests wait for."""

    def __init__(self, processes: int, seconds: float) -> None:
        self._painters = Painters(processes, seconds)
        self._threads = ThreadPoolExecutor(processes, thread_name_prefix="picture")
        self._under_way: dict[Hashable, asyncio.Task[Any]] = {}

    async def paint(self, job: Job) -> bytes:
        """Return what a job draws. Raises PictureTooLarge, PictureFailed."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._painters.paint, job)

    async def once(self, key: Hashable, make: Callable[[], Awaitable[Any]]) -> Any:
        """Return what ``make`` makes, made once for all who ask for ``key`` meanwhile."""
        task = self._under_way.get(key)
        if task is None or task.get_loop() is not asyncio.get_running_loop():
            task = self._under_way[key] = asyncio.ensure_future(make())
            task.add_done_callback(lambda _: self._under_way.pop(key, None))
        return await asyncio.shield(task)

    def close(self) -> None:
        """End the threads and the processes."""
        self._threads.shutdown(wait=True, cancel_futures=True)
        self._painters.close()


@dataclass(frozen=True)
class Part:
    """One layer of a picture: how a raster is rendered, which features are drawn.

    ``shown`` says the same as ``where`` and is asked where features are read instead of drawn.
    """

    layer: Layer
    options: RenderOptions = AS_IMPORTED
    where: Clause | None = None
    shown: LayerQuery = field(default_factory=LayerQuery)


async def paint(
    state: Any,
    parts: Sequence[Part],
    canvas: Canvas,
    *,
    language: str = "zh",
    dpi: float = STANDARD_DPI,
    background: Colour | None = None,
) -> Pixels:
    """Return the picture of layers on a canvas, the lowest first: RGBA (height, width, 4).

    Raises:
        BadQuery, BadRendering, PictureTooLarge, PictureFailed, NoDatumOperation.
    """
    check_size(canvas.width, canvas.height)
    loop = asyncio.get_running_loop()
    pictures: list[Pixels] = []
    for is_vector, run in groupby(parts, key=lambda part: part.layer.kind == "vector"):
        if is_vector:
            pictures.append(await _paint_features(state, list(run), canvas, language, dpi, bool(pictures)))
            continue
        for part in run:
            drawn = await loop.run_in_executor(
                state.raster_pool, paint_raster, part.layer, state.storage, canvas, part.options
            )
            if drawn is not None:
                pictures.append(drawn)
    return await loop.run_in_executor(state.raster_pool, overlay, pictures, canvas, background)


async def _paint_features(
    state: Any, parts: Sequence[Part], canvas: Canvas, language: str, dpi: float, over: bool
) -> Pixels:
    where = {part.layer.name: part.where for part in parts if part.where is not None}
    layers = [part.layer for part in parts]
    planned = plan(layers, canvas, language=language, dpi=dpi, where=where, over_picture=over)
    job = planned.job(await read_shapes(state, planned))
    return from_bytes(await state.studio.paint(job), canvas)


async def read_shapes(state: Any, planned: Plan) -> list[list[Row]]:
    """Return the rows that answer a picture's questions."""
    return [[tuple(row) for row in await state.database.prepared_rows(one.statement)] for one in planned.questions]


async def encode(
    state: Any, pixels: Pixels, form: str, canvas: Canvas, *, keep_hidden: bool = False
) -> tuple[bytes, str]:
    """Return a picture's bytes and media type; "tif" is a GeoTIFF that lies where the canvas does.

    ``keep_hidden`` keeps the colour of what is transparent.
    """

    def work() -> Picture:
        if form == "tif":
            return geotiff(pixels, None, canvas.bounds, canvas.crs, None)
        return picture(pixels, None, cast(Format, form), keep_hidden=keep_hidden)

    drawn = await asyncio.get_running_loop().run_in_executor(state.raster_pool, work)
    return drawn.body, drawn.media_type


async def paint_block(
    state: Any, key: str, parts: Sequence[Part], grid: Grid, tile: Tile, form: Format, language: str
) -> Finished:
    """Return a picture tile of vector layers, whose key is ``key``; the others of its block are kept in the cache too.

    The keys of all tiles of a block end alike: they show the same edits.
    """
    block, ending = _block(grid, tile), key.partition("|")[2]

    async def make() -> dict[Tile, Finished]:
        pixels = await paint(state, parts, block.canvas, language=language)
        loop = asyncio.get_running_loop()
        made = await loop.run_in_executor(state.raster_pool, _cut, pixels, grid, block.tiles, ending, form)
        for other, done in made.items():
            if other != tile:
                state.tile_cache.put(_key(other, ending), done)
        return made

    found: dict[Tile, Finished] = await state.studio.once((ending, block.tiles[0]), make)
    return found[tile]


@dataclass(frozen=True)
class _Block:
    """Tiles that are painted at once."""

    tiles: tuple[Tile, ...]
    canvas: Canvas


def _block(grid: Grid, tile: Tile) -> _Block:
    matrix = grid.matrix(tile.z)
    first_row, first_col = tile.row - tile.row % BLOCK, tile.col - tile.col % BLOCK
    rows = range(first_row, min(first_row + BLOCK, matrix.height))
    cols = range(first_col, min(first_col + BLOCK, matrix.width))
    tiles = tuple(Tile(grid.id, tile.z, row, col) for row in rows for col in cols)
    bounds = grid.bounds(tiles[0]).union(grid.bounds(tiles[-1]))
    return _Block(tiles, Canvas(grid.crs, bounds, len(cols) * grid.tile_size, len(rows) * grid.tile_size))


@lru_cache(maxsize=20_000)
def seen_in_block(grid: Grid, tile: Tile) -> Seen:
    """Where edits may be seen in the block of a picture tile: a name may come from afar and push another aside."""
    return seen_in(_block(grid, tile).canvas)


def _cut(pixels: Pixels, grid: Grid, tiles: Sequence[Tile], key: str, form: Format) -> dict[Tile, Finished]:
    """Encode the tiles of a block."""
    size, first, made = grid.tile_size, tiles[0], {}
    for tile in tiles:
        row, col = tile.row - first.row, tile.col - first.col
        if grid.matrix(tile.z).from_bottom:
            row = tiles[-1].row - tile.row
        part = pixels[row * size : (row + 1) * size, col * size : (col + 1) * size]
        drawn = picture(part, None, form) if part[..., 3].any() else nothing(size, form)
        made[tile] = finished(
            _key(tile, key), drawn.body, drawn.media_type, empty=drawn.empty, compress=False, timing="block"
        )
    return made


def _key(tile: Tile, key: str) -> str:
    return f"{tile.z}/{tile.row}/{tile.col}|{key}"


def shown_at_first(layers: Iterable[Layer]) -> list[Layer]:
    """Return the layers that the map begins with, the lowest first; all where none says that it is one of them."""
    ordered = sorted(layers, key=drawing_order)
    return [layer for layer in ordered if hints(layer).visible] or ordered


def read_language(text: str | None) -> str:
    """Read ``lang``: the language of names.

    Raises:
        BadQuery: it is not offered.
    """
    if text is not None and text not in LANGUAGES:
        raise BadQuery(say("lang-offered", given=text[:20]), "lang")
    return text or "zh"
