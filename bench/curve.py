"""What a tile costs as a layer grows: features made in SQL on the same ground, levels built, tiles read by zoom.

``python -m bench.curve --most 10000000``; CPU of the database alone, for a tile is its statement and nothing else.
"""

import argparse
import os
import resource
import statistics
import time
from datetime import UTC, datetime
from pathlib import Path

import psycopg
from sqlalchemy.orm import Session

from bench.clocks import cpu
from bench.cluster import BenchCluster
from bench.workload import EAST, NORTH, SOUTH, WEST, tile_at
from geoservice.database import REQUEST_SETTINGS, Database
from layers.frame import SHANGQIU, Bounds
from layers.layer import Column, Layer, Version, VersionFacts
from layers.level.levels import build_levels
from layers.tables import Statement, create_feature_table, drop_table, index_features, run
from tiles.grid import Tile
from tiles.grids import default_grids
from tiles.vector.statement import VectorTile, tile_statement

COLUMNS = (Column("kind", "kind", "text"), Column("name", "name", "text"), Column("rank", "rank", "integer"))
SHAPES = {
    "parcels": "ST_MakeEnvelope(x, y, x + dx, y + dy, 4490)",
    "points": "ST_SetSRID(ST_MakePoint(x + dx * random(), y + dy * random()), 4490)",
}
STYLE = {"parcels": {"class": "kind"}, "points": {"class": "kind", "rank": "rank"}}
ZOOMS = (6, 8, 10, 12, 14, 16)


def main() -> None:
    """Print one table a kind of layer."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scratch", type=Path, default=Path(os.environ.get("BENCH_SCRATCH", "data/bench")))
    parser.add_argument("--least", type=int, default=10_000)
    parser.add_argument("--most", type=int, default=1_000_000)
    parser.add_argument("--kinds", default="parcels,points")
    parser.add_argument("--port", type=int, default=56420)
    asked = parser.parse_args()
    folder = (asked.scratch / "curve").resolve()
    folder.mkdir(parents=True, exist_ok=True)
    with BenchCluster(folder, asked.port) as cluster:
        database = Database(cluster.dsn)
        database.upgrade()
        for kind in asked.kinds.split(","):
            print(f"\n| {kind} | levels, CPU s | peak, MB | {' | '.join(f'z{zoom}: ms, kB' for zoom in ZOOMS)} |")
            print("|--:|--:|--:|" + "--:|" * len(ZOOMS))
            count = asked.least
            while count <= asked.most:
                with database.session() as session:
                    layer, took = made(session, kind, count)
                    session.commit()
                    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
                    cells = " | ".join(measured(cluster.dsn, layer))
                    print(f"| {count:,} | {took:.0f} | {peak} | {cells} |", flush=True)
                    for level in layer.version.levels:
                        drop_table(session, level.table)
                    drop_table(session, str(layer.version.table))
                    session.commit()
                count *= 10
        database.engine.dispose()


def made(session: Session, kind: str, count: int) -> tuple[Layer, float]:
    """Fill a table with features and build its levels; and the CPU seconds (ours, the database's) of its levels."""
    table = create_feature_table(session, 1, COLUMNS, 4490)
    fill(session, table, kind, count)
    index_features(session, table)
    backend = int(run(session, Statement("SELECT pg_backend_pid()"))[0][0])
    began = time.process_time() + cpu(backend)
    levels = build_levels(session, table, COLUMNS, STYLE[kind])
    took = time.process_time() + cpu(backend) - began
    facts = VersionFacts(table=table, columns=COLUMNS, srid=4490, levels=levels, geometry_type=kind)
    version = Version(1, 1, 0, datetime.now(UTC), Bounds(WEST, SOUTH, EAST, NORTH), count, None, facts)
    return Layer(1, kind, "vector", {}, {}, "", "", True, "", "", STYLE[kind], version, (1,)), took


def fill(session: Session, table: str, kind: str, count: int) -> None:
    """Fill a table with about ``count`` features."""
    side = round(count**0.5)
    run(session, Statement("SELECT setseed(0.4490)"))
    run(
        session,
        Statement(
            f"INSERT INTO {table} (fid, kind, name, rank, geom, mercator) SELECT fid, kind, name, rank, geom, "
            "ST_Transform(ST_SetSRID(geom, 4326), 3857) FROM (SELECT row_number() OVER () AS fid, "
            "(ARRAY['0102','0103','0702','0601','0201'])[1 + mod(i * 7919 + j * 104729, 5)] AS kind, "
            f"'第' || i * {side} + j || '号' AS name, floor(1000 * random() ^ 8)::int AS rank, {SHAPES[kind]} AS geom "
            f"FROM (SELECT i, j, dx, dy, {WEST} + i * dx AS x, {SOUTH} + j * dy AS y FROM "
            f"(SELECT i, j, {EAST - WEST}::float8 / {side} AS dx, {NORTH - SOUTH}::float8 / {side} AS dy "
            f"FROM generate_series(0, {side} - 1) AS i, generate_series(0, {side} - 1) AS j) AS steps) AS places) "
            "AS features"
        ),
    )


def measured(dsn: str, layer: Layer) -> list[str]:
    """CPU milliseconds of the database and kilobytes of the tile in the middle, by zoom."""
    grid = default_grids(SHANGQIU)["WebMercatorQuad"]
    options = " ".join(f"-c {name}={value}" for name, value in REQUEST_SETTINGS.items())
    cells = []
    with psycopg.connect(dsn, autocommit=True, options=options, prepare_threshold=0) as connection:
        for zoom in ZOOMS:
            z, column, row = tile_at(zoom, (WEST + EAST) / 2, (SOUTH + NORTH) / 2)
            statement = tile_statement([layer], VectorTile.of(grid, Tile(grid.id, z, row, column)))
            assert statement is not None
            with connection.cursor(binary=True) as cursor:
                size, spent = 0, []
                for turn in range(4):
                    before, began, rounds = cpu(connection.info.backend_pid), time.monotonic(), 0
                    while rounds < 3 or time.monotonic() < began + 0.5:
                        size = len(cursor.execute(statement.text, statement.params).fetchall()[0][0] or b"")
                        rounds += 1
                    if turn:
                        spent.append((cpu(connection.info.backend_pid) - before) / rounds * 1000)
            cells.append(f"{statistics.median(spent):.2g}, {size / 1000:.0f}")
    return cells


if __name__ == "__main__":
    main()
