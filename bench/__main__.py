"""``python -m bench``: our service, its peers and the limits on one database, interleaved, one table out."""

import argparse
import gzip
import json
import os
import statistics
import subprocess
import sys
import time
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from bench import rasters, servers, workload
from bench.cluster import BenchCluster
from bench.grids import in_grid
from bench.load import Measurement, largest_process, measure
from bench.servers import GRIDS, ROOT, Server
from bench.table import rows_to_markdown
from layers.crs.mercator import WORLD

RASTERS = ("ortho", "decoded", "hillshade", "mosaic")
STYLES = {
    "parcels": {"class": "dlbm"},
    "roads": {"class": "kind"},
    "pois": {"class": "kind", "label": "name", "rank": "rank"},
    "zones": {"class": "kind"},
}


@dataclass(frozen=True)
class Work:
    """One row of the table: which kind of request, on which layer, from which list of tiles."""

    title: str
    kind: str
    tiles: str
    layer: str = ""


WORKS = (
    *(Work(f"{layer} z12-16", "mvt", "detail", layer) for layer in ("parcels", "roads", "pois", "zones")),
    Work("parcels z10-11", "mvt", "middle", "parcels"),
    *(Work(f"parcels z{zoom}, whole layer", "mvt", f"z{zoom}", "parcels") for zoom in (9, 8, 7, 6)),
    *(Work(f"{layer} z12-16 in {grid}", grid, "detail", layer) for grid in GRIDS for layer in ("parcels", "zones")),
    Work("map of parcels, GetMap 512 x 512", "map", "detail", "parcels"),
    Work("map of three layers, GetMap 512 x 512", "map", "detail", "parcels,roads,pois"),
    Work("map of three layers, MapServer names points too", "named", "detail", "parcels,roads,pois"),
    Work("orthophoto, aligned, inside the data", "ortho", "inside"),
    Work("orthophoto, decoded", "decoded", "ortho"),
    Work("hillshade", "hillshade", "dem"),
    Work("mosaic of 200 sheets", "mosaic", "mosaic"),
    Work("kept tile or static body", "body", "kept", "parcels"),
)


def main() -> None:
    """Run what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scratch", type=Path, default=Path(os.environ.get("BENCH_SCRATCH", "data/bench")))
    parser.add_argument("--scale", type=float, default=0.2, help="1 is a prefecture: 300 000 parcels, about 6 GB")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=3)
    parser.add_argument("--connections", type=int, default=8)
    parser.add_argument("--only", default="", help="words, one of which a row's title must hold")
    parser.add_argument("--port", type=int, default=56400)
    parser.add_argument("--rasters", action="store_true", help="rasters alone: no vector data is made or imported")
    asked = parser.parse_args()
    works = [
        work
        for work in WORKS
        if any(word in work.title for word in asked.only.split(",")) and (work.kind in RASTERS or not asked.rasters)
    ]
    with_rasters = any(work.kind in RASTERS for work in works)
    scratch = (asked.scratch / f"scale{asked.scale:g}{'-rasters' if asked.rasters else ''}").resolve()
    scratch.mkdir(parents=True, exist_ok=True)
    workload.make(scratch / "data", 0.01 if asked.rasters else asked.scale)
    if with_rasters:
        rasters.make(scratch / "data", asked.scale)
    with BenchCluster(scratch, asked.port) as cluster:
        load(scratch, cluster.dsn, with_rasters=with_rasters)
        started: list[Server] = []
        try:
            chosen: list[servers.Start] = [servers.ours, servers.mapserver]
            if with_rasters:
                chosen += [servers.titiler, servers.copies]
            if not asked.rasters:
                chosen += [servers.tipg, servers.limit, servers.same]
            for offset, start in enumerate(chosen, 1):
                try:
                    started.append(start(scratch, cluster.dsn, asked.port + offset))
                except FileNotFoundError as missing:
                    print(
                        f"{start.__name__} is left out, {missing.filename} is missing: bench/README.md", file=sys.stderr
                    )
            if not asked.rasters:
                kept = servers.ours(scratch, cluster.dsn, asked.port + 9, cache_mb=256, name="ours, kept")
                kept.urls = {"body": kept.urls["mvt"]}
                started.append(kept)
            rows = [row for work in works for row in run(work, started, cluster.pid, scratch, asked)]
        finally:
            for server in started:
                server.stop()
    print("\n".join(rows_to_markdown(rows)))
    (scratch / "results.json").write_text(json.dumps(rows, ensure_ascii=False, indent=1), encoding="utf-8")


def load(scratch: Path, dsn: str, only: Sequence[str] = (), *, with_rasters: bool = True) -> None:
    """Import the data, all or ``only`` some layers, into our service; the peers get the same in tables of their own."""
    data = scratch / "data"
    environment = os.environ | {"GEOSERVICE_DATABASE_URL": dsn, "GEOSERVICE_DATA_DIR": str(scratch / "service")}
    program = str(Path(sys.executable).parent / "geoservice")
    files = {name: data / f"{name}.gpkg" for name in STYLES}
    if with_rasters and not only:
        files |= {"ortho": data / "ortho.tif", "dem": data / "dem.tif", "mosaic": data / "mosaic"}
    with psycopg.connect(dsn, autocommit=True) as connection:
        has = connection.execute("SELECT to_regclass('catalogue.layer') IS NOT NULL").fetchone()
        query = "SELECT l.name FROM catalogue.layer l WHERE current_id IS NOT NULL"
        there = {row[0] for row in connection.execute(query)} if has and has[0] else set()
        for name in (set(only) or files.keys()) - there:
            began = time.monotonic()
            style = ["--style", json.dumps(STYLES[name])] if name in STYLES else []
            heights = ["--kind", "elevation", "--heights", "1985"] if name == "dem" else []
            command = [
                program,
                "import",
                str(files[name]),
                "--layer",
                name,
                "--publish-failed",
                "--whole",
                *style,
                *heights,
            ]
            subprocess.run(command, env=environment, check=True, stdout=subprocess.DEVNULL, cwd=ROOT)
            print(f"imported {name} in {time.monotonic() - began:.0f} s", file=sys.stderr)
        connection.execute("CREATE SCHEMA IF NOT EXISTS peers")
        for name in only or STYLES:
            found = connection.execute(
                "SELECT v.facts->>'table', v.facts->'columns' FROM catalogue.layer l JOIN catalogue.version v "
                "ON v.id = l.current_id WHERE l.name = %s AND to_regclass('peers.' || l.name) IS NULL", (name,),
            ).fetchone()  # fmt: skip
            if found:
                names = ", ".join(f'"{column["name"]}"' for column in found[1])
                connection.execute(
                    f"CREATE TABLE peers.{name} AS SELECT fid, {names}, geom FROM {found[0]} ORDER BY geom"
                )
                connection.execute(f"ALTER TABLE peers.{name} ADD PRIMARY KEY (fid)")
                connection.execute(f"CREATE INDEX ON peers.{name} USING gist (geom)")
                connection.execute(f"ANALYZE peers.{name}")


def run(
    work: Work, started: Sequence[Server], database: int, scratch: Path, asked: argparse.Namespace
) -> list[dict[str, Any]]:
    """Measure one row: every server in turn, forwards and backwards, after a warm-up each."""
    data = scratch / "data"
    lists = json.loads((data / "tiles.json").read_text())
    if work.kind in RASTERS:
        lists |= json.loads((data / "rasters.json").read_text())
        lists["inside"] = rasters.whole_tiles(data, lists["ortho"])
    if work.kind in GRIDS:
        lists = {work.tiles: in_grid(work.kind, lists[work.tiles], data / f"{work.layer}.gpkg")}
    for tile in lists.get("small", ()):
        lists.setdefault(f"z{tile[0]}", []).append(tile)
    lists["kept"] = lists["detail"][:20] if "detail" in lists else []
    able = [server for server in started if work.kind in server.urls]
    paths = {
        server.name: [
            server.urls[work.kind].format(z=z, x=x, y=y, layer=work.layer, box=_box(z, x, y))
            for z, x, y in lists[work.tiles]
        ]
        for server in able
    }
    found: dict[str, list[Measurement]] = {server.name: [] for server in able}
    for turn in range(asked.rounds + 1):
        for server in able if turn % 2 else reversed(able):
            roots = [*server.pids, *([database] if server.uses_database else [])]
            measured = measure(
                server.base, paths[server.name], roots, connections=asked.connections,
                seconds=asked.seconds, start=turn * 61, scratch=scratch,
            )  # fmt: skip
            if turn:  # the first round warms up
                found[server.name].append(measured)
    return [_row(work, server, paths[server.name], found[server.name]) for server in able]


def _box(zoom: int | str, column: int, row: int) -> str:
    """A tile's box in EPSG:3857 as WMS writes it; nothing for other grids."""
    if isinstance(zoom, str):
        return ""
    side = WORLD / 2**zoom
    west, north = column * side - WORLD / 2, WORLD / 2 - row * side
    return f"{west:.3f},{north - side:.3f},{west + side:.3f},{north:.3f}"


def _row(work: Work, server: Server, paths: Sequence[str], runs: Sequence[Measurement]) -> dict[str, Any]:
    """Medians over the rounds, and the noise: half the range of the CPU time, relative to its median."""
    cpu = [one.cpu_ms for one in runs]
    middle = statistics.median(cpu)
    print(f"{work.title}: {server.name} {middle:.3g} ms CPU", file=sys.stderr)
    return {
        "work": work.title,
        "server": server.name,
        "cpu_ms": middle,
        "noise": (max(cpu) - min(cpu)) / max(middle, 1e-9) / 2,
        "per_second": statistics.median(one.per_second for one in runs),
        "p50": statistics.median(one.p50 for one in runs),
        "p95": statistics.median(one.p95 for one in runs),
        "kb": statistics.median(one.kilobytes for one in runs),
        "heaviest_kb": _size(server, paths) if work.kind == "mvt" else 0,
        "mb": largest_process(server.pids),
        "errors": sum(one.errors for one in runs),
    }


def _size(server: Server, paths: Sequence[str]) -> float:
    """Kilobytes of the heaviest of a few tiles, uncompressed."""
    sizes = []
    for path in paths[:30]:
        with urllib.request.urlopen(server.base + path, timeout=120) as answer:
            body = answer.read()
            sizes.append(len(gzip.decompress(body) if answer.headers.get("content-encoding") == "gzip" else body))
    return max(sizes) / 1000


if __name__ == "__main__":
    main()
