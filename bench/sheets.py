"""What a sheet costs as a mosaic grows: many imported at once, one more joined, tiles served at every zoom.

``python -m bench.sheets [100 1000 10000]``: sheets of 128 x 128 pixels of 0.5 m in EPSG:4547, side by side, the same
ones every time. Each size is imported by a process of its own; CPU of that process and of the database.
"""

import multiprocessing
import os
import resource
import statistics
import sys
import tempfile
import time
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before numpy is imported: see tiles/__init__.py

import numpy as np
import pyproj
import rasterio

from bench.rasters import CENTRE, _photo
from bench.vector_import import spent
from bench.workload import tile_at
from geoservice.database import Database
from geoservice.database.cluster import Cluster
from importers.batch import ImportOptions, ReadOptions
from importers.importing import import_path
from layers.catalogue import find_layer
from layers.frame import SHANGQIU
from layers.layer import Layer, LayerSpec
from layers.storage import Storage
from layers.views import ALL
from tiles.grid import Tile
from tiles.grids import default_grids
from tiles.raster import imagery
from tiles.raster.options import RenderOptions

SIDE = 128
PIXEL_M = 0.5
JOINED = 5
ZOOMS = range(10, 21)
TILES = 40
"""Tiles drawn at a zoom, as far as the mosaic has so many; each three times, the first unmeasured."""


def sheets(folder: Path, first: int, count: int, across: int) -> None:
    """Write sheets ``first`` to ``first + count`` of a mosaic that is ``across`` sheets wide."""
    folder.mkdir(parents=True)
    east, north = pyproj.Transformer.from_crs(4490, 4547, always_xy=True).transform(*CENTRE)
    pattern = folder / "pattern.tif"
    _photo(pattern, np.random.default_rng(2), east, north, 256)
    with rasterio.open(pattern) as source:
        pixels, profile = source.read()[:, :SIDE, :SIDE], source.profile
    pattern.unlink()
    profile |= {"width": SIDE, "height": SIDE, "tiled": False, "compress": "DEFLATE"}
    del profile["blockxsize"], profile["blockysize"]
    for number in range(first, first + count):
        row, column = divmod(number, across)
        west, top = east + SIDE * PIXEL_M * (column - across / 2), north - SIDE * PIXEL_M * (row - across / 2)
        profile["transform"] = rasterio.Affine(PIXEL_M, 0, west, 0, -PIXEL_M, top)
        with rasterio.open(folder / f"{number:06d}.tif", "w", **profile) as sink:
            sink.write(np.roll(pixels, number * 7, axis=2))


def measure(folder: Path, cluster: Cluster, count: int) -> None:
    """Import so many sheets, join one at a time, draw tiles; print a row."""
    across = int(np.ceil(np.sqrt(count)))
    database, storage = Database(cluster.url), Storage(folder / "storage")
    name = f"mosaic_{count}"
    sheets(folder / name, 0, count, across)
    for extra in range(JOINED):
        sheets(folder / f"{name}_{extra}", count + extra, 1, across)
    whole = _imported(cluster, database, storage, folder / name, name)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    joined = [
        _imported(cluster, database, storage, folder / f"{name}_{extra}", name, join="yes") for extra in range(JOINED)
    ]
    more, wall = (statistics.median(one[place] for one in joined) for place in (1, 0))
    with database.session() as session:
        layer = find_layer(session, name, ALL)
    assert layer.version.raster is not None
    assert len(layer.version.raster.files) == count + JOINED
    tiles = " | ".join(_served(layer, storage, zoom, across * SIDE * PIXEL_M) for zoom in ZOOMS)
    print(
        f"| {count:,} | {whole[1] / count * 1000:.0f} | {whole[0] / count * 1000:.0f} | {more * 1000:.0f} / "
        f"{wall * 1000:.0f} | {peak:.0f} | {tiles} |",
        flush=True,
    )
    database.engine.dispose()


def _imported(
    cluster: Cluster, database: Database, storage: Storage, path: Path, name: str, **others: str
) -> tuple[float, float]:
    """Import a folder of sheets; wall and CPU seconds, those of the database too."""
    start = spent(cluster)
    with database.session() as session:
        options = ImportOptions(read=ReadOptions(others=others))
        import_path(session, storage, SHANGQIU, path, LayerSpec(name, "imagery"), options)
        session.commit()
        end = spent(cluster)  # before the connection goes
    return end[0] - start[0], end[1] - start[1] + end[2] - start[2]


def _served(layer: Layer, storage: Storage, zoom: int, reach: float) -> str:
    """CPU milliseconds of a tile of one zoom, over the mosaic's middle."""
    grid, options = default_grids(SHANGQIU)["WebMercatorQuad"], RenderOptions()
    random = np.random.default_rng(zoom)
    places = random.uniform(-0.4, 0.4, (TILES, 2)) * reach / (92_300, 110_900) + CENTRE
    found = dict.fromkeys(tile_at(zoom, lon, lat) for lon, lat in places.tolist())
    tiles = [Tile(grid.id, z, row, column) for z, column, row in found]
    spent_ms = []
    for turn in range(3):
        began = time.process_time()
        for tile in tiles:
            imagery.draw(layer, storage, grid, tile, options)
        if turn:
            spent_ms.append((time.process_time() - began) / len(tiles) * 1000)
    return f"{min(spent_ms):.2g}"


def main() -> None:
    """Print one row a size."""
    counts = [int(word) for word in sys.argv[1:]] or [100, 1_000, 10_000]
    print("| sheets | CPU ms a sheet | wall ms a sheet | one more: CPU / wall, ms | peak of the import, MB | "
          f"{' | '.join(f'z{zoom}' for zoom in ZOOMS)} |")  # fmt: skip
    print("|--:|" + "--:|" * (4 + len(ZOOMS)), flush=True)
    with tempfile.TemporaryDirectory(prefix="geoservice-bench-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        with Cluster(folder / "data") as cluster:
            database = Database(cluster.url)
            database.upgrade()
            database.engine.dispose()
            Storage(folder / "storage").root.mkdir()
            for count in counts:
                worker = multiprocessing.get_context("spawn").Process(target=_in_turn, args=(folder, count))
                worker.start()
                worker.join()
                assert worker.exitcode == 0


def _in_turn(folder: Path, count: int) -> None:
    with Cluster(folder / "data") as cluster:
        measure(folder, cluster, count)


if __name__ == "__main__":
    main()
