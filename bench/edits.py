"""What an edit costs as a layer grows: one feature made, replaced, deleted in a transaction each.

``python -m bench.edits --most 1000000``; milliseconds of CPU of this process and the database together, and wall time.
With ``--levels`` the layer has its small scales, and what renewing them behind an edit of one parcel in the layer's
middle costs is measured instead.
"""

import argparse
import json
import os
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import shapely
from sqlalchemy import text
from sqlalchemy.orm import Session

from bench.clocks import cpu
from bench.cluster import BenchCluster
from bench.curve import COLUMNS, STYLE, fill
from bench.workload import EAST, NORTH, SOUTH, WEST
from geoservice.database import Database
from layers.catalogue import find_layer
from layers.crs.names import CRS84
from layers.crs.output import offered_crs
from layers.edit.new_features import BodyCrs, NewFeature, read_feature
from layers.edit.writing import Edit
from layers.frame import SHANGQIU
from layers.layer import LayerSpec, VersionFacts
from layers.level.levels import build_levels
from layers.level.renewal import renew
from layers.older_versions import remove_layer
from layers.tables import create_feature_table, index_features, table_extent
from layers.versions import begin_version, publish
from layers.views import ALL

ROUNDS = 30


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scratch", type=Path, default=Path(os.environ.get("BENCH_SCRATCH", "data/bench")))
    parser.add_argument("--most", type=int, default=1_000_000)
    parser.add_argument("--port", type=int, default=56421)
    parser.add_argument("--levels", action="store_true")
    asked = parser.parse_args()
    folder = (asked.scratch / "edits").resolve()
    folder.mkdir(parents=True, exist_ok=True)
    if asked.levels:
        print("| parcels | edit one: CPU / wall, ms | renew the small scales behind it |\n|--:|--:|--:|")
    else:
        print("| parcels | make: CPU / wall, ms | replace | delete at the layer's edge |\n|--:|--:|--:|--:|")
    with BenchCluster(folder, asked.port) as cluster:
        database = Database(cluster.dsn)
        database.upgrade()
        for count in (10_000, 100_000, 300_000, 1_000_000):
            if count <= asked.most:
                with database.session() as session:
                    figures = _renewed(session, count) if asked.levels else _measured(session, count)
                    print(f"| {count:,} | {' | '.join(figures)} |", flush=True)
        database.engine.dispose()


def _published(session: Session, count: int, *, levels: bool) -> None:
    draft = begin_version(session, LayerSpec("parcels", "vector", style=STYLE["parcels"]))
    table = create_feature_table(session, draft.id, COLUMNS, 4490)
    fill(session, table, "parcels", count)
    index_features(session, table)
    made = build_levels(session, table, COLUMNS, STYLE["parcels"]) if levels else ()
    facts = VersionFacts(table=table, columns=COLUMNS, srid=4490, geometry_type="Polygon", levels=made)
    publish(session, draft, facts, extent=table_extent(session, table), feature_count=count)
    session.commit()


def _renewed(session: Session, count: int) -> list[str]:
    """CPU and wall milliseconds of an edit of one parcel, and of renewing what small scales show of it."""
    _published(session, count, levels=True)
    x, y = (WEST + EAST) / 2, (SOUTH + NORTH) / 2
    places = iter([shapely.box(x + i * 0.003, y, x + i * 0.003 + 0.002, y + 0.002) for i in range(2 * ROUNDS)])
    backend = session.execute(text("SELECT pg_backend_pid()")).scalar_one()
    edits, renewals = [], []
    for _ in range(ROUNDS):
        edits.append(_each(session, lambda edit, feature: edit.create([feature(next(places))]), rounds=1))
        began, before = time.perf_counter(), cpu(backend) + time.process_time()
        assert renew(session, "parcels")
        session.commit()
        spent = cpu(backend) + time.process_time() - before
        renewals.append(((spent * 1000), (time.perf_counter() - began) * 1000))
    cpus, walls = zip(*renewals, strict=True)
    remove_layer(session, "parcels")
    session.commit()
    return [sorted(edits)[ROUNDS // 2], f"{statistics.median(cpus):.0f} / {statistics.median(walls):.0f}"]


def _measured(session: Session, count: int) -> list[str]:
    _published(session, count, levels=False)
    new: list[int] = []
    west = shapely.box(WEST - 0.01, NORTH, WEST, NORTH + 0.01)
    found = [
        _each(session, lambda edit, feature: new.extend(edit.create([feature(west)]))),
        _each(session, lambda edit, feature: edit.replace(new[-1], feature(west), None)),
        _each(session, lambda edit, _: edit.delete(new.pop(), None)),
    ]
    remove_layer(session, "parcels")
    session.commit()
    return found


def _each(
    session: Session, work: Callable[[Edit, Callable[[shapely.Geometry], NewFeature]], object], rounds: int = ROUNDS
) -> str:
    backend = session.execute(text("SELECT pg_backend_pid()")).scalar_one()
    crs = offered_crs(SHANGQIU, 4490)[CRS84]
    times, before = [], cpu(backend) + time.process_time()
    for _ in range(rounds):
        began = time.perf_counter()
        layer = find_layer(session, "parcels", ALL)

        def feature(shape: shapely.Geometry, layer: object = layer) -> NewFeature:
            geometry = json.loads(shapely.to_geojson(shape))
            document = {"type": "Feature", "geometry": geometry, "properties": {"kind": "0102"}}
            return read_feature(document, layer, BodyCrs(crs, crs, {}))  # type: ignore[arg-type]

        edit = Edit(session, layer, "bench", crs)
        work(edit, feature)
        edit.finish()
        session.commit()
        times.append((time.perf_counter() - began) * 1000)
    spent = (cpu(backend) + time.process_time() - before) / rounds * 1000
    return f"{spent:.1f} / {statistics.median(times):.1f}"


if __name__ == "__main__":
    main()
