"""What areas of two million vertices take: looked at, imported, and imported with their levels.

Each is a multipolygon of eleven noisy outlines, as land cover traced from pictures has them. The memory is that of the
largest process of the command, of which one reads the file, MB; CPU is that of all of them and of the database.

Usage: ``python -m bench.heavy_areas [areas]`` (2; ten were measured for docs/performance.md).
"""

import multiprocessing
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pyogrio.raw
import shapely

from bench.vector_import import ours, spent
from geoservice.database import Database
from geoservice.database.cluster import Cluster

OUTLINES, VERTICES = 11, 180_000


def areas(path: Path, count: int) -> None:
    """Write the areas, the same ones every time."""
    random = np.random.default_rng(7)
    made = np.array(
        [shapely.multipolygons([_outline(random, *at) for at in _middles(number)]) for number in range(count)]
    )
    pyogrio.raw.write(
        path, geometry=shapely.to_wkb(made), field_data=[np.arange(count)], fields=["number"],
        geometry_type="MultiPolygon", crs="EPSG:4509", driver="GPKG", layer="areas",
    )  # fmt: skip


def _middles(number: int) -> list[tuple[float, float]]:
    west, south = 310_000 + number % 5 * 40_000, 3_740_000 + number // 5 * 40_000
    return [(west + outline % 4 * 9_000, south + outline // 4 * 9_000) for outline in range(OUTLINES)]


def _outline(random: np.random.Generator, x: float, y: float) -> shapely.Polygon:
    angle = np.linspace(0, 2 * np.pi, VERTICES, endpoint=False)
    drift = 20 * np.cumsum(random.normal(0, 0.02, VERTICES))
    reach = 3_000 + 300 * np.sin(37 * angle) + drift + random.normal(0, 1.5, VERTICES)
    return shapely.Polygon(np.column_stack([x + reach * np.cos(angle), y + reach * np.sin(angle)]))


def main() -> None:
    """Look at the areas and import them twice, in a cluster of its own."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 2
    with tempfile.TemporaryDirectory(prefix="geoservice-bench-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        path = folder / "areas.gpkg"
        maker = multiprocessing.get_context("spawn").Process(target=areas, args=(path, count))
        maker.start()
        maker.join()
        with Cluster(folder / "data") as cluster:
            database = Database(cluster.url)
            database.upgrade()
            commands = {
                "looked at": ("inspect", str(path)),
                "imported": ("import", str(path), "--layer", "areas"),
                "whole": ("import", str(path), "--layer", "whole", "--whole"),
            }
            for what, said in commands.items():
                before = spent(cluster)
                _, peak = ours(cluster, folder, *said)
                time.sleep(0.5)  # the database counts its backend when that has ended
                wall, client, served = np.subtract(spent(cluster), before).tolist()
                print(
                    f"{count} areas of {OUTLINES * VERTICES} vertices, {what}: {peak} MB, {wall - 0.5:.0f} s, "
                    f"CPU of client {client:.0f}, of database {served:.0f}", flush=True,
                )  # fmt: skip
            database.engine.dispose()


if __name__ == "__main__":
    main()
