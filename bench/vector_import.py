"""300 000 polygons from a GeoPackage into PostGIS: our import against ``ogr2ogr`` with COPY, in one run, as a ratio.

Timed are two commands from start to end, ``ogr2ogr`` and ``geoservice import FILE --layer parcels``. Both reproject
from EPSG:4509 to EPSG:4490 and build the spatial index; ours also checks every feature, writes the Web Mercator column
and its index, the primary key, a sketch for small scales, the report and the catalogue: the layer is published. What a
running service does next, levels of small scales and words that names are found by, is timed apart, as the command
``geoservice finish``.

Usage: ``python -m bench.vector_import [rounds [features]]``.
"""

import multiprocessing
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pyogrio.raw
import shapely
from sqlalchemy import text

from geoservice.database import Database
from geoservice.database.cluster import Cluster

LETTERS = np.array(["商", "丘", "市", "梁", "园", "区", "睢", "阳", "地", "块"])


def parcels(path: Path, count: int) -> None:
    """Write neighbouring parcels of 24 vertices with ten attributes, the same ones every time."""
    random = np.random.default_rng(4490)
    side = int(np.ceil(np.sqrt(count)))
    column, row = np.arange(count) % side, np.arange(count) // side
    west, south = 310_000 + 150.0 * column, 3_735_000 + 110.0 * row
    along = np.linspace(0, 1, 7)[:-1]
    ring_x = np.concatenate([along, np.ones(6), 1 - along, np.zeros(6), [0]])
    ring_y = np.concatenate([np.zeros(6), along, np.ones(6), 1 - along, [0]])
    x = west[:, None] + 145 * ring_x[None, :] + random.uniform(0, 2, (count, 25))
    y = south[:, None] + 105 * ring_y[None, :] + random.uniform(0, 2, (count, 25))
    x[:, -1], y[:, -1] = x[:, 0], y[:, 0]
    rings = shapely.linearrings(np.stack([x.ravel(), y.ravel()], axis=1), indices=np.repeat(np.arange(count), 25))
    names = ["".join(pair) for pair in LETTERS[random.integers(0, 10, (count, 6))]]
    fields = {
        "parcel_no": np.array([f"4114{number:08d}" for number in range(count)], dtype=object),
        "name": np.array(names, dtype=object),
        "class_code": np.array([f"{code:04d}" for code in random.integers(101, 1207, count)], dtype=object),
        "owner": np.array(names[::-1], dtype=object),
        "area": random.uniform(100, 20000, count),
        "price": random.uniform(1, 9000, count),
        "floors": random.integers(0, 30, count).astype(np.int32),
        "number": random.integers(0, 1 << 40, count),
        "used": random.integers(0, 2, count).astype(np.int32),
        "surveyed": (np.datetime64("2000-01-01") + random.integers(0, 9000, count)).astype("datetime64[D]"),
    }
    pyogrio.raw.write(
        path, geometry=shapely.to_wkb(shapely.polygons(rings)), field_data=list(fields.values()), fields=list(fields),
        geometry_type="Polygon", crs="EPSG:4509", driver="GPKG", layer="parcels",
    )  # fmt: skip


def ogr2ogr(database: Database, path: Path) -> None:
    """Import with GDAL's own tool."""
    url = database.url
    socket = url.query.get("host") or url.host
    where = (
        f"PG:host={socket} port={url.query.get('port') or url.port or 5432} user={url.username} dbname={url.database}"
    )
    subprocess.run(
        ["ogr2ogr", "-q", "-f", "PostgreSQL", where, str(path), "-nln", "public.ogr", "-overwrite",
         "-t_srs", "EPSG:4490", "-lco", "GEOMETRY_NAME=geom", "--config", "PG_USE_COPY", "YES"], check=True,
    )  # fmt: skip


def ours(cluster: Cluster, folder: Path, *said: str) -> tuple[str, int]:
    """Run our command on the same database; returns what it printed and the memory peak of its largest process, MB."""
    environment = os.environ | {
        "GEOSERVICE_DATABASE_URL": cluster.url,
        "GEOSERVICE_DATA_DIR": str(folder / "data"),
        "GEOSERVICE_STORAGE_DIR": str(folder / "storage"),
    }
    with tempfile.TemporaryFile() as printed:
        process = subprocess.Popen([sys.executable, "-m", "geoservice", *said], env=environment, stdout=printed)
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        assert process.returncode == 0, said
        printed.seek(0)
        return printed.read().decode(), used.ru_maxrss // 1024


def spent(cluster: Cluster) -> tuple[float, float, float]:
    """Return wall time, CPU of this process and its children, CPU of the database, seconds."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    postmaster = int((cluster.pgdata / "postmaster.pid").read_text().split()[0])
    ticks = reading = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue  # it ended meanwhile
        if int(stat.parent.name) == postmaster:
            ticks += sum(map(int, fields[11:15]))  # its own and that of the backends that ended
        elif int(fields[1]) == postmaster:
            ticks += sum(map(int, fields[11:13]))
        elif int(fields[1]) == os.getpid():
            reading += sum(map(int, fields[11:13]))
    second = os.sysconf("SC_CLK_TCK")
    client = time.process_time() + used.ru_utime + used.ru_stime + reading / second
    return time.perf_counter(), client, ticks / second


def _settled(cluster: Cluster) -> list[tuple[float, float, float]]:
    """What was spent at the end of a run, and at the start of the next, when the database has counted its backend."""
    ended = spent(cluster)
    time.sleep(0.5)
    settled = spent(cluster)
    return [(ended[0], ended[1], settled[2]), settled]


def main() -> None:
    """Run the rounds, interleaved, and print the ratio of every round and the median."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 300_000
    with tempfile.TemporaryDirectory(prefix="geoservice-bench-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        path = folder / "parcels.gpkg"
        # in a process of its own: making the file takes more memory than importing it
        maker = multiprocessing.get_context("spawn").Process(target=parcels, args=(path, count))
        maker.start()
        maker.join()
        print(f"{count} polygons, {path.stat().st_size / 1e6:.0f} MB")
        with Cluster(folder / "data") as cluster:
            database = Database(cluster.url)
            database.upgrade()
            ratios = []
            for number in range(rounds):
                marks = [spent(cluster)]
                ogr2ogr(database, path)
                marks += _settled(cluster)
                shown, peak = ours(cluster, folder, "import", str(path), "--layer", "parcels")
                marks += _settled(cluster)
                _, later = ours(cluster, folder, "finish")
                marks += _settled(cluster)
                theirs, own, rest = (
                    [b - a for a, b in zip(*pair, strict=True)] for pair in (marks[:2], marks[2:4], marks[4:6])
                )
                ratios.append(theirs[0] / own[0])
                told = [" ".join(f"{value:.1f}" for value in each) for each in (theirs, own, rest)]
                print(
                    f"round {number}: {ratios[-1]:.2f} x the rows per second, "
                    f"{sum(theirs[1:]) / sum(own[1:]):.2f} x per CPU second; wall, CPU of client, of database, s: "
                    f"ogr2ogr {told[0]}, import {told[1]}, peak {peak} MB; finish {told[2]}, peak {later} MB",
                    flush=True,
                )
                with database.session() as session:
                    rows = session.execute(text("SELECT count(*) FROM public.ogr")).scalar_one()
                    assert rows == count
            print(f"median ratio {statistics.median(ratios):.2f}\n{shown}")
            database.engine.dispose()


if __name__ == "__main__":
    main()
