"""What no server can beat: the bare statement behind a bare ASGI application, and a body from memory.

Environment: BENCH_DSN. Paths: ``/mvt/{layer}/{z}/{x}/{y}`` one ST_AsMVT over the stored geometry; ``/body`` 30 kB.
"""

import os
from typing import Any

from psycopg_pool import AsyncConnectionPool

COLUMNS = {
    "parcels": "fid, pid, code, name, dlbm, dlmc, owner, area_m2, status, reg_date, upd_date",
    "roads": "fid, rid, name, kind, lanes, width_m",
    "pois": "fid, poi_id, name, kind, rank, tel",
    "zones": "fid, zid, name, kind, risk",
}
STATEMENT = """SELECT ST_AsMVT(t, 'l', 4096, 'g') FROM (SELECT ST_AsMVTGeom(ST_Transform(geom, 3857),
ST_TileEnvelope(%(z)s, %(x)s, %(y)s), 4096, 64, true) AS g, {columns} FROM peers.{layer}
WHERE geom && ST_Transform(ST_TileEnvelope(%(z)s, %(x)s, %(y)s, margin => 0.015625), 4490)) AS t"""
BODY = os.urandom(30_000)
_pools: list[AsyncConnectionPool] = []


async def app(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """Answer one request."""
    if scope["type"] == "lifespan":
        while True:
            event = (await receive())["type"]
            if event == "lifespan.startup":
                pool = AsyncConnectionPool(
                    os.environ["BENCH_DSN"], min_size=4, max_size=8, open=False, kwargs={"autocommit": True}
                )
                await pool.open()
                _pools.append(pool)
            else:
                await _pools[0].close()
            await send({"type": event + ".complete"})
            if event == "lifespan.shutdown":
                return
    body = BODY
    if scope["path"].startswith("/mvt/"):
        _, _, layer, z, x, y = scope["path"].split("/")
        text = STATEMENT.format(columns=COLUMNS[layer], layer=layer)
        async with _pools[0].connection() as connection, connection.cursor(binary=True) as cursor:
            await cursor.execute(text, {"z": int(z), "x": int(x), "y": int(y)})
            body = bytes((await cursor.fetchone())[0] or b"")
    length = str(len(body)).encode()
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", length)]})
    await send({"type": "http.response.body", "body": body})
