"""CPU milliseconds of a mosaic's tiles from 100 to 10 000 sheets, in one process, without HTTP.

    OPENBLAS_NUM_THREADS=1 python -m bench.mosaic_curve [100 1000 10000]

The sheets (512 x 512 pixels of 0.5 m in EPSG:4547, JPEG, overviews) lie side by side; every size draws 200 tiles of
zooms 17 to 19 all over its own ground, in rounds that take the sizes in turn. The first round warms up. Last stand
how many files are open and the memory of the process.
"""

import argparse
import os
import random
import resource
import statistics
import tempfile
import time
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before numpy is imported: see tiles/__init__.py

from bench.raster_tiles import GRIDS, NORTH, WEST, some_tiles
from layers.layer import Band, Layer
from layers.storage import Storage
from tests.tiles.rasters import describe_file, raster_layer, texture, write_tif
from tiles.raster import imagery
from tiles.raster.handles import POOL
from tiles.raster.options import RenderOptions

SIDE = 512
ROUNDS = 5


def mosaic(folder: Path, count: int) -> Layer:
    """``count`` sheets in a square of their own folder."""
    across = max(1, round(count**0.5))
    planes = [texture(SIDE, SIDE, seed) for seed in range(8)]
    files = []
    for number in range(count):
        row, col = divmod(number, across)
        west, north = WEST + col * SIDE * 0.5, NORTH - row * SIDE * 0.5
        path = folder / f"{count}-{number}.tif"
        write_tif(
            path, planes[number % 8], "EPSG:4547", west, north, 0.5, overviews=(2,), compress="jpeg",
            photometric="ycbcr", interleave="pixel",
        )  # fmt: skip
        files.append(describe_file(path, order=number))
    return raster_layer("imagery", files, [Band(name, "uint8") for name in ("red", "green", "blue")])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sizes", nargs="*", type=int, default=[100, 1000, 10_000])
    sizes = parser.parse_args().sizes
    grid, options = GRIDS["WebMercatorQuad"], RenderOptions()
    with tempfile.TemporaryDirectory() as name:
        folder, storage = Path(name), Storage(Path(name))
        layers = {size: mosaic(folder, size) for size in sizes}
        tiles = {size: some_tiles(grid, layers[size], range(17, 20), 200) for size in sizes}
        found: dict[int, list[float]] = {size: [] for size in sizes}
        for turn in range(ROUNDS + 1):
            for size in random.Random(turn).sample(sizes, len(sizes)):
                began = time.process_time()
                for tile in tiles[size]:
                    imagery.draw(layers[size], storage, grid, tile, options)
                if turn:
                    found[size].append((time.process_time() - began) / len(tiles[size]) * 1000)
        for size in sizes:
            spread = max(found[size]) - min(found[size])
            print(
                f"{size:6d} sheets {statistics.median(found[size]):8.3f} ms CPU/tile (spread {spread:.3f})", flush=True
            )
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(f"{len(POOL)} files open, peak memory {peak:.0f} MB")


if __name__ == "__main__":
    main()
