"""300 000 polygons from a GeoPackage into PostGIS: our import against ``ogr2ogr`` with COPY, in one run, as a ratio.

Both reproject from EPSG:4509 to EPSG:4490 and build the spatial index; ours also checks every feature, writes the Web
Mercator column and its index, the primary key, the levels of small scales, the words that names are found by, the
report and the catalogue. The part that ``ogr2ogr`` does too is told apart: rows read, reprojected, checked, written and
indexed, with its CPU (the client's until the last row, the database's until the last index).

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
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

import numpy as np
import pyogrio.raw
import shapely
from sqlalchemy import text
from sqlalchemy.orm import Session

from geoservice.database import Database
from geoservice.embedded import Cluster
from importers.importing import import_path
from importers.vector import publish
from layers.frame import SHANGQIU
from layers.layer import LayerSpec
from layers.storage import Storage
from layers.tables import index_features

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


@dataclass(frozen=True)
class Marks:
    """What was spent (as ``spent`` tells) when the last row was written, and when all was indexed."""

    written: tuple[float, float, float]
    indexed: tuple[float, float, float]

    def comparable(self, begun: tuple[float, float, float]) -> tuple[float, float]:
        """Wall time and CPU of the part that ``ogr2ogr`` does too."""
        client, database = self.written[1] - begun[1], self.indexed[2] - begun[2]
        return self.indexed[0] - begun[0], client + database


def ours(cluster: Cluster, database: Database, storage: Storage, path: Path) -> tuple[str, Marks]:
    """Import with the service; returns the report and when its parts were done."""
    marks: list[tuple[float, float, float]] = []

    def index(session: Session, table: str) -> None:
        marks.append(spent(cluster))  # all rows are written
        index_features(session, table)
        marks.append(spent(cluster))

    with mock.patch.object(publish, "index_features", index), database.session() as session:
        report = import_path(session, storage, SHANGQIU, path, LayerSpec("parcels", "vector"))
        session.commit()
    return report.to_text(), Marks(*marks)


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
            storage = Storage(folder / "storage")
            storage.root.mkdir()
            ratios = []
            for number in range(rounds):
                start = spent(cluster)
                ogr2ogr(database, path)
                between = spent(cluster)
                time.sleep(0.5)  # until the database has counted the backend that ended
                between = (between[0], between[1], spent(cluster)[2])
                resumed = spent(cluster)
                shown, marks = ours(cluster, database, storage, path)
                end = spent(cluster)
                theirs, own = (
                    [b - a for a, b in zip(*pair, strict=True)] for pair in ((start, between), (resumed, end))
                )
                ratios.append(theirs[0] / own[0])
                peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
                print(
                    f"round {number}: ratio {ratios[-1]:.2f}; wall, CPU of client, of database, s: "
                    f"ogr2ogr {' '.join(f'{value:.1f}' for value in theirs)}, "
                    f"ours {' '.join(f'{value:.1f}' for value in own)}; rows written after "
                    f"{marks.written[0] - resumed[0]:.1f}; peak {peak:.0f} MB",
                    flush=True,
                )
                wall, cpu = marks.comparable(resumed)
                part = theirs[0] / wall, (theirs[1] + theirs[2]) / cpu
                print(
                    f"  rows read, reprojected, checked, written and indexed, without levels and words: {wall:.1f} s, "
                    f"CPU {cpu:.1f} s; {part[0]:.2f} x the rows per second, {part[1]:.2f} x per CPU second",
                    flush=True,
                )
                with database.session() as session:
                    rows = session.execute(text("SELECT count(*) FROM public.ogr")).scalar_one()
                    assert rows == count
            print(f"median ratio {statistics.median(ratios):.2f}\n{shown}")
            database.engine.dispose()


if __name__ == "__main__":
    main()
