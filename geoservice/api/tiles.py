"""INTERIM (lead): enough to start the app; the vector-tile helper replaces this file."""

from collections.abc import Mapping
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from geoservice.api.imports import caller_of
from geoservice.api.links import Links
from geoservice.api.resources import Resource
from layers.catalogue import Layer
from layers.tables import Statement, quote, quote_column
from tiles import elevation, imagery
from tiles.grid import Grid, Tile
from tiles.grids import find_grid
from tiles.options import RenderOptions


def start(app: Any) -> None:
    pass


def stop(app: Any) -> None:
    pass


async def _asked(request: Request) -> tuple[Layer, Grid, Tile]:
    caller = await caller_of(request)
    p = request.path_params
    layer = request.app.state.catalogue.find(p["layer"], caller.view)
    grid = find_grid(request.app.state.grids, p.get("grid", "WebMercatorQuad"))
    tile = Tile(grid.id, grid.z(p["z"]), int(p["row"]), int(p["col"]))
    grid.check(tile)
    return layer, grid, tile


async def vector(request: Request) -> Response:
    layer, grid, tile = await _asked(request)
    return await answer_tile(request, layer, grid, tile, "vector", {})


async def picture(request: Request) -> Response:
    layer, grid, tile = await _asked(request)
    return await answer_tile(request, layer, grid, tile, "map", {k: v for k, v in request.query_params.items() if k != "v"})


async def answer_tile(request: Request, layer: Layer, grid: Grid, tile: Tile, kind: str, options: Mapping[str, str]) -> Response:
    if kind == "vector":
        w, s, e, n = grid.bounds(tile)
        columns = "".join(f", {quote_column(c.name)}" for c in layer.version.columns)
        geom = f"ST_Transform(ST_SetSRID(geom, 4326), {grid.srid})" if grid.srid != 3857 else "mercator"
        text = (
            f"WITH t AS (SELECT fid{columns}, ST_AsMVTGeom({geom}, ST_MakeEnvelope(%(w)s,%(s)s,%(e)s,%(n)s,{grid.srid}), 4096, 64) AS g "
            f"FROM {quote(layer.version.table or '')} WHERE mercator && ST_Transform(ST_MakeEnvelope(%(w)s,%(s)s,%(e)s,%(n)s,{grid.srid}), 3857)) "
            "SELECT ST_AsMVT(t, %(name)s, 4096, 'g', 'fid') FROM t"
        )
        body = await request.app.state.database.value(Statement(text, {"w": w, "s": s, "e": e, "n": n, "name": layer.name}))
        return Response(bytes(body), media_type="application/vnd.mapbox-vector-tile")
    draw = elevation.draw if layer.kind == "elevation" else imagery.draw
    wanted = RenderOptions.parse(options)
    drawn = await run_in_threadpool(draw, layer, request.app.state.storage, grid, tile, wanted)
    return Response(drawn.body, media_type=drawn.media_type)


async def grids(request: Request) -> Response:
    links = Links.of(request)
    return JSONResponse({"tileMatrixSets": [
        {"id": g.id, "title": g.title["en"], "links": [links.link("self", f"/tileMatrixSets/{g.id}", "application/json")]}
        for g in request.app.state.grids.values()
    ]})


async def grid(request: Request) -> Response:
    return JSONResponse(find_grid(request.app.state.grids, request.path_params["grid"]).tms_json())


RESOURCE = Resource(routes=(
    Route("/collections/{layer}/tiles/{grid}/{z}/{row}/{col}", vector),
    Route("/collections/{layer}/map/tiles/{grid}/{z}/{row}/{col}", picture),
    Route("/tileMatrixSets", grids),
    Route("/tileMatrixSets/{grid}", grid),
))
