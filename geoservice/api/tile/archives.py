"""Baked tiles: taken from an archive instead of being drawn, and archives to download for the field.

``/collections/{layer}/archives`` lists what has been baked of a layer's version, and whether edits came after; a file
is sent whole or by byte range, which is all that a PMTiles reader needs to show the map straight from this address.
"""

import gzip
from collections.abc import Callable
from typing import Any

import orjson
from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from geoservice.api.callers import caller_of
from geoservice.api.etag import answer_bytes
from geoservice.api.links import JSON, Link, Links
from geoservice.api.ranged import stored_file
from geoservice.api.resources import Resource
from geoservice.errors import ArchiveNotFound
from geoservice.parameters import known, one_form
from layers.edit.edited import EVERYWHERE
from layers.errors import StorageError
from layers.layer import Layer
from layers.sentences import say
from tiles.archive.archives import media_type_of
from tiles.archive.shelf import Shelf, Shelved, list_archives
from tiles.cache import Finished, finished
from tiles.grid import Grid, Tile
from tiles.height import elevation
from tiles.raster.encode import MEDIA_TYPES, Picture, nothing
from tiles.raster.options import RenderOptions
from tiles.vector.mvt import MEDIA_TYPE

BAKED = "baked"
"""What Server-Timing says of a tile that came from an archive."""


def start(app: FastAPI) -> None:
    """Open the shelf of this process."""
    app.state.shelf = Shelf(app.state.storage)


async def baked_vector(state: Any, key: str, layer: Layer, grid: Grid, tile: Tile, name: str) -> Finished | None:
    """Return a vector tile from an archive; None when it must be drawn."""
    body = await _asked(state.shelf, state.shelf.vector, layer, grid, tile, name)
    if body is None:
        return None
    plain = gzip.decompress(body) if body else b""
    made = finished(key, plain, MEDIA_TYPE, empty=not plain, compress=True, timing=BAKED)
    return made.also("gzip", body) if made.compressible else made


async def baked_picture(
    state: Any, key: str, layer: Layer, grid: Grid, tile: Tile, options: RenderOptions
) -> Finished | None:
    """Return a picture tile from an archive; None when it must be drawn."""
    if options.format == "tif":
        return None
    wanted = None if options.format == "auto" else MEDIA_TYPES[options.format]
    body = await _asked(state.shelf, state.shelf.picture, layer, grid, tile, options, wanted)
    if body is None:
        return None
    picture = Picture(body, media_type_of(body)) if body else _empty(layer, grid, options)
    return finished(key, picture.body, picture.media_type, empty=picture.empty, compress=False, timing=BAKED)


async def _asked(shelf: Shelf, find: Callable[..., bytes | None], *arguments: Any) -> bytes | None:
    """Look into the shelf, in a thread where that waits for a network; what a silent bucket holds is drawn."""
    if not shelf.far:
        return find(*arguments)
    try:
        return await run_in_threadpool(find, *arguments)
    except StorageError:
        return None


def _empty(layer: Layer, grid: Grid, options: RenderOptions) -> Picture:
    if layer.kind == "elevation":
        return elevation.empty(layer, grid.tile_size, options)
    return nothing(grid.tile_size, options.format)


async def get_archives(request: Request) -> Response:
    """Answer which archives of baked tiles a layer has."""
    known(request.query_params, ("f",))
    one_form(request.query_params)
    layer, links = await _layer(request), Links.of(request)
    found = await run_in_threadpool(lambda: list(list_archives(request.app.state.storage, layer.version)))
    own = f"/collections/{layer.name}/archives"
    document = {
        "archives": [_described(links, request.app.state.grids, own, layer, one) for one in found],
        "links": [links.link("self", own, JSON), links.link("collection", f"/collections/{layer.name}", JSON)],
    }
    return answer_bytes(request, orjson.dumps(document), JSON)


async def get_archive(request: Request) -> Response:
    """Send an archive, or the byte ranges asked for.

    Raises:
        ArchiveNotFound: nothing of that name has been baked of the layer's version.
    """
    layer = await _layer(request)
    known(request.query_params, ("v",))
    wanted = request.path_params["grid"], request.path_params["file"]
    storage = request.app.state.storage
    found = await run_in_threadpool(
        lambda: {(a.contents.grid, a.file): a for a in list_archives(storage, layer.version)}
    )
    archive = found.get(wanted)
    if archive is None:
        raise ArchiveNotFound(
            say("archive-none", file=wanted[1][:60], grid=wanted[0][:60], layer=layer.name, name=layer.name)
        )
    headers = {"Cache-Control": "public, max-age=60" if layer.public else "private, max-age=60"}
    name = f"{layer.name}-{archive.contents.grid}-{archive.file}"
    return await stored_file(request, storage, archive.key, archive.media_type, name, headers)


async def _layer(request: Request) -> Layer:
    caller = await caller_of(request)
    layer: Layer = request.app.state.catalogue.find(request.path_params["layer"], caller.view)
    return layer


def _described(links: Links, grids: dict[str, Grid], own: str, layer: Layer, archive: Shelved) -> dict[str, Any]:
    contents, grid = archive.contents, grids.get(archive.contents.grid)
    edited = layer.version.edited.revision_in(EVERYWHERE)
    names = {z: grid.zoom_ids[z] if grid else str(z) for z in contents.levels}
    return {
        "grid": contents.grid,
        "name": contents.name,
        "format": contents.form,
        "version": contents.version,
        "revision": contents.revision,
        "current": edited <= contents.revision,
        "tiles": contents.count,
        "bytes": archive.size,
        "limits": [
            {"tileMatrix": names[z], "minTileRow": limits.min_row, "maxTileRow": limits.max_row,
             "minTileCol": limits.min_col, "maxTileCol": limits.max_col}
            for z, limits in sorted(contents.levels.items())
        ],
        "links": [links.link("enclosure", f"{own}/{contents.grid}/{archive.file}", archive.media_type)],
    }  # fmt: skip


def _collection(links: Links, layer: Layer) -> list[Link]:
    return [links.link("related", f"/collections/{layer.name}/archives", JSON, "baked tiles to download")]


RESOURCE = Resource(
    routes=(
        Route("/collections/{layer}/archives", get_archives),
        Route("/collections/{layer}/archives/{grid}/{file}", get_archive),
    ),
    collection_links=_collection,
)
