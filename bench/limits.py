"""What no server can beat: a statement behind a bare ASGI application, through asyncpg, and a body from memory.

Environment: BENCH_DSN. Paths: ``/mvt/{layer}/{z}/{x}/{y}`` one ST_AsMVT over the stored geometry, ``/same/…`` the very
statement our service runs for the tile, made before it is measured; ``/items/{kind}/{values}``
GeoJSON of parcels written by one statement; ``/body`` 30 kB.
"""

import asyncio
import os
from typing import Any

import asyncpg

from geoservice.database import REQUEST_SETTINGS, Database
from geoservice.database.reader import positional
from layers.catalogue import load_catalogue
from layers.frame import SHANGQIU
from tiles.grid import Tile
from tiles.grids import default_grids
from tiles.vector.statement import VectorTile, tile_statement

COLUMNS = {
    "parcels": "fid, pid, code, name, dlbm, dlmc, owner, area_m2, status, reg_date, upd_date",
    "roads": "fid, rid, name, kind, lanes, width_m",
    "pois": "fid, poi_id, name, kind, rank, tel",
    "zones": "fid, zid, name, kind, risk",
}
STATEMENT = """SELECT ST_AsMVT(t, 'l', 4096, 'g') FROM (SELECT ST_AsMVTGeom(ST_Transform(geom, 3857),
ST_TileEnvelope($1, $2, $3), 4096, 64, true) AS g, {columns} FROM peers.{layer}
WHERE geom && ST_Transform(ST_TileEnvelope($1, $2, $3, margin => 0.015625), 4490)) AS t"""
_FEATURE = f"""'{{"type":"Feature","id":' || fid || ',"geometry":' || ST_AsGeoJSON(geom, 9, 0) || ',"properties":' ||
row_to_json((SELECT r FROM (SELECT {COLUMNS["parcels"].removeprefix("fid, ")}) r)) || '}}'"""
ITEMS = {
    "bbox": "ST_Intersects(geom, ST_MakeEnvelope($1::float8, $2::float8, $3::float8, $4::float8, 4490)) LIMIT 100",
    "attribute": "dlbm = $1::text ORDER BY fid LIMIT 100",
    "id": "fid = $1::bigint",
    "deep": "fid > $1::bigint ORDER BY fid LIMIT 100",
    "cql2": "area_m2 > $1::float8 AND dlmc = $2::text "
    "AND ST_Intersects(geom, ST_MakeEnvelope($3::float8, $4::float8, $5::float8, $6::float8, 4490)) LIMIT 100",
}
BODY = os.urandom(30_000)
CONNECTIONS = 8

_free: asyncio.LifoQueue[Any] = asyncio.LifoQueue()
_statements: dict[str, tuple[str, tuple[Any, ...]]] = {}
_known: dict[str, Any] = {}


async def app(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """Answer one request."""
    if scope["type"] == "lifespan":
        await _live(receive, send)
        return
    path, body = scope["path"], BODY
    if path != "/body":
        statement = _statements.get(path)
        if statement is None:
            statement = _statements[path] = _made(path)
        text, values = statement
        if text:
            connection = await _free.get()
            body = await connection.fetchval(text, *values) or b""
            _free.put_nowait(connection)
        else:
            body = b""
    length = str(len(body)).encode()
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", length)]})
    await send({"type": "http.response.body", "body": body})


def _made(path: str) -> tuple[str, tuple[Any, ...]]:
    if path.startswith("/items/"):
        return _items(path)
    _, kind, layer, z, x, y = path.split("/")
    if kind == "mvt":
        return STATEMENT.format(columns=COLUMNS[layer], layer=layer), (int(z), int(x), int(y))
    grid = _known["grid"]
    statement = tile_statement(
        [_known["catalogue"].layers[layer]], VectorTile.of(grid, Tile(grid.id, int(z), int(y), int(x)))
    )
    if statement is None:
        return "", ()
    text, names = positional(statement.text)
    return text, tuple(statement.params[name] for name in names)


def _items(path: str) -> tuple[str, tuple[Any, ...]]:
    """The statement of a page of parcels as one GeoJSON text, in bytes."""
    kind, given = path.split("/")[2:]
    features = f"SELECT string_agg({_FEATURE}, ',') FROM (SELECT * FROM peers.parcels WHERE {ITEMS[kind]}) t"
    text = f"""SELECT convert_to('{{"features":[' || coalesce(({features}), '') || ']}}', 'UTF8')"""
    parts = given.split(",")
    if kind in ("id", "deep"):
        return text, (int(parts[0]),)
    return text, tuple(part if kind == "attribute" or ord(part[0]) > 127 else float(part) for part in parts)


async def _live(receive: Any, send: Any) -> None:
    while True:
        event = (await receive())["type"]
        if event == "lifespan.startup":
            database = Database(os.environ["BENCH_DSN"])
            with database.session() as session:
                _known["catalogue"] = load_catalogue(session)
            _known["grid"] = default_grids(SHANGQIU)["WebMercatorQuad"]
            for _ in range(CONNECTIONS):
                _free.put_nowait(await asyncpg.connect(os.environ["BENCH_DSN"], server_settings=REQUEST_SETTINGS))
        await send({"type": event + ".complete"})
        if event == "lifespan.shutdown":
            return
