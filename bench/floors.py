"""The floors: what a kept tile costs, what we add to the SQL of a new one, what a page of features weighs.

Everything runs in one go on this machine: a private cluster, generated parcels, ``geoservice serve`` as it is run. CPU
is read in nanoseconds from the processes' clocks. Each figure is told twice: *alone*, one request at a time on one
connection, each of which wakes every process up from sleep; and *busy*, eight connections at once, which is when cost
matters. Server and SQL alone are asked in turn, so that a busy machine slows both. The SQL alone is told twice too:
what the database spends on one statement after the other, and what a client without HTTP and the database spend
together on eight connections, for who asks a database has a client.
"""

import asyncio
import itertools
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import asyncpg
import mercantile
import psycopg

from bench.clocks import cpu, other_backends, read, resident, since
from bench.small_city import SIDE, SOUTH, WEST, parcels, server
from geoservice.database import REQUEST_SETTINGS
from geoservice.database.reader import positional
from geoservice.jobs.import_request import ImportRequest
from geoservice.jobs.importing import run_import
from geoservice.service import Service, open_service
from geoservice.settings import Settings
from importers.batch import silent
from layers.catalogue import find_layer
from layers.layer import Layer
from layers.tables import Statement
from layers.views import ALL
from tiles.grid import Grid, Tile
from tiles.grids import default_grids
from tiles.vector.statement import VectorTile, tile_statement

CONNECTIONS = 8
MOST_TILES = 64
BUSY_TURNS = 3
LUA = Path(__file__).with_name("load.lua")


class Asker:
    """Asks over one kept connection, so that connecting is not what is measured."""

    def __init__(self, base: str) -> None:
        import httpx2

        self.client = httpx2.Client(base_url=base, timeout=60, headers={"Accept-Encoding": "identity"})

    def __call__(self, path: str) -> bytes:
        answer = self.client.get(path)
        answer.raise_for_status()
        return answer.content


def crowd(base: str, paths: Sequence[str], seconds: int) -> int:
    """Ask for the paths on several connections at once for some seconds; returns the number of answers."""
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
        file.write("\n".join(paths) + "\n")
        file.flush()
        command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "-s", str(LUA), base]
        environment = os.environ | {"BENCH_PATHS": file.name, "BENCH_START": "0"}
        answer = subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout
    found = json.loads(answer.strip().splitlines()[-1])
    if found["errors"]:
        raise RuntimeError(f"{found['errors']} errors of {found['requests']} requests")
    return int(found["requests"])


def kept_tile(service: Service, requests: int) -> tuple[float, float, int]:
    """Server CPU milliseconds of a tile that is kept, alone and busy, and its bytes."""
    tile = mercantile.tile(WEST + 0.15, SOUTH + 0.15, 14)
    path = f"/collections/parcels/tiles/WebMercatorQuad/14/{tile.y}/{tile.x}"
    with server(service) as (base, pid):
        ask = Asker(base)
        for _ in range(200):
            body = ask(path)
        before = cpu(pid)
        for _ in range(requests):
            ask(path)
        alone = (cpu(pid) - before) / requests * 1000
        crowd(base, [path], 1)
        before = cpu(pid)
        count = crowd(base, [path], 3)
        return alone, (cpu(pid) - before) / count * 1000, len(body)


def new_tile(service: Service, rounds: int) -> dict[int, tuple[float, ...]]:
    """CPU milliseconds of vector tiles with nothing kept (server and database) and of their SQL alone, by zoom.

    For each zoom: alone, its SQL; busy, its SQL, its SQL with a client. They are asked in turn; CPU is what a busy
    machine disturbs least.
    """
    with service.database.session() as session:
        layer = find_layer(session, "parcels", ALL)
    grid = default_grids(service.frame)["WebMercatorQuad"]
    found = {}
    with (
        server(service, GEOSERVICE_TILE_CACHE_MB="0") as (base, pid),
        psycopg.connect(service.database.conninfo, autocommit=True, options="-c jit=off") as connection,
    ):
        ask = Asker(base)
        for zoom in (12, 13, 14, 15, 16):
            tile = mercantile.tile(WEST + 0.15, SOUTH + 0.15, zoom)
            statement = tile_statement([layer], VectorTile.of(grid, Tile(grid.id, zoom, tile.y, tile.x)))
            assert statement is not None
            path = f"/collections/parcels/tiles/WebMercatorQuad/{zoom}/{tile.y}/{tile.x}"
            with connection.cursor(binary=True) as cursor:

                def bare() -> None:
                    cursor.execute(statement.text, statement.params).fetchone()  # noqa: B023

                for _ in range(10):  # both have planned and warmed up
                    bare()
                    ask(path)
                ours, alone = [pid, *other_backends(connection)], [connection.info.backend_pid]
                before = read(ours), read(alone)
                for _ in range(rounds):
                    bare()
                    ask(path)
                quiet = [since(early) / rounds * 1000 for early in before]
                found[zoom] = (*quiet, *_busy(connection, layer, grid, zoom, base, pid))
    return found


def _busy(
    connection: psycopg.Connection, layer: Layer, grid: Grid, zoom: int, base: str, pid: int
) -> tuple[float, float, float]:
    """CPU milliseconds a tile: of many asked for at once, of their statements in turn, and of those with a client."""
    tiles = list(mercantile.tiles(WEST + 0.01, SOUTH + 0.01, WEST + 0.29, SOUTH + 0.29, zoom))
    tiles = tiles[:: max(1, len(tiles) // MOST_TILES)]
    paths = [f"/collections/parcels/tiles/WebMercatorQuad/{zoom}/{tile.y}/{tile.x}" for tile in tiles]
    placed = [VectorTile.of(grid, Tile(grid.id, zoom, tile.y, tile.x)) for tile in tiles]
    statements = [statement for one in placed if (statement := tile_statement([layer], one))]
    spent, counts = [0.0, 0.0, 0.0], [0, 0, 0]
    with connection.cursor(binary=True) as cursor:
        crowd(base, paths, 1)
        for _ in range(BUSY_TURNS):
            backends = other_backends(connection)
            before = read([pid, *backends])
            counts[0] += crowd(base, paths, 1)
            spent[0] += since(before)
            before, end = read([connection.info.backend_pid]), time.monotonic() + 1
            while time.monotonic() < end:
                for statement in statements:
                    cursor.execute(statement.text, statement.params).fetchone()
                counts[1] += len(statements)
            spent[1] += since(before)
            count, used = asyncio.run(_client(connection.info, statements))
            counts[2] += count
            spent[2] += used
    ours, bare, client = (1000 * used / count for used, count in zip(spent, counts, strict=True))
    return ours, bare, client


async def _client(server: psycopg.ConnectionInfo, statements: Sequence[Statement]) -> tuple[int, float]:
    """Ask for statements on several connections for a second, through asyncpg and nothing else; returns how many, and
    the CPU seconds of this process and of its connections.
    """
    address = {"host": server.host, "port": server.port, "user": server.user, "database": server.dbname}
    connections = [await asyncpg.connect(**address, server_settings=REQUEST_SETTINGS) for _ in range(CONNECTIONS)]
    asked = [(positional(one.text), one.params) for one in statements]
    given = [(text, tuple(params[name] for name in names)) for (text, names), params in asked]
    for connection in connections:  # each has planned and warmed up
        for text, values in given[:6]:
            await connection.fetchval(text, *values)
    turns, count = itertools.cycle(given), 0

    async def ask(connection: asyncpg.Connection) -> None:
        nonlocal count
        while time.monotonic() < end:
            text, values = next(turns)
            await connection.fetchval(text, *values)
            count += 1

    before, end = read([os.getpid(), *[one.get_server_pid() for one in connections]]), time.monotonic() + 1
    await asyncio.gather(*map(ask, connections))
    used = since(before)
    for connection in connections:
        await connection.close()
    return count, used


def feature_page(service: Service, requests: int) -> tuple[float, float, int]:
    """Server CPU milliseconds of 1000 features, the MB by which pages ten times as large raise the server's memory
    peak, and the bytes of such a large page.
    """
    with server(service) as (base, pid):
        ask = Asker(base)
        for _ in range(5):
            ask("/collections/parcels/items?limit=1000")
        before = cpu(pid)
        for page in range(requests):
            ask(f"/collections/parcels/items?limit=1000&offset={page * 100}")
        spent, peak = cpu(pid) - before, resident(pid, "VmHWM")
        for page in range(5):
            body = ask(f"/collections/parcels/items?limit=10000&offset={page * 100}")
        return spent / requests * 1000, resident(pid, "VmHWM") - peak, len(body)


def run(quick: bool) -> None:
    """Measure and print the table."""
    with tempfile.TemporaryDirectory(prefix="geoservice-bench-") as folder:
        os.chmod(folder, 0o755)
        path = Path(folder) / "parcels.gpkg"
        parcels(path)
        with open_service(Settings(_env_file=None, data_dir=Path(folder))) as service:
            began = time.perf_counter()
            run_import(service, ImportRequest((path,), "parcels", style={"class": "dlbm"}), silent)
            print(f"imported {SIDE * SIDE} parcels in {time.perf_counter() - began:.1f} s\n")
            print("| floor | alone | busy | busy, over a client's | asked |\n|---|--:|--:|--:|--:|")
            alone, busy, size = kept_tile(service, 500 if quick else 5000)
            print(f"| kept tile, {size / 1000:.0f} kB: server CPU | {alone:.3f} ms | {busy:.3f} ms | | < 0.3 ms |")
            for zoom, figures in new_tile(service, 100 if quick else 400).items():
                pairs = (figures[:2], figures[2:4], (figures[2], figures[4]))
                told = " | ".join(f"{ours:.2f} / {bare:.2f} ms = {ours / bare:.2f}" for ours, bare in pairs)
                print(f"| new tile z{zoom}: CPU ours / its SQL | {told} | < 1.3 |")
            alone, grown, size = feature_page(service, 10 if quick else 50)
            print(f"| 1000 features: server CPU | {alone:.1f} ms | | | |")
            print(
                f"| 10 000 features, {size / 1e6:.1f} MB: growth of the memory peak | {grown:.1f} MB | | | < 2 pages |"
            )


if __name__ == "__main__":
    run("--quick" in sys.argv)
