"""CPU milliseconds of our raster tiles in one process, without HTTP, on generated data of a city's kind.

    OPENBLAS_NUM_THREADS=1 python bench/raster_tiles.py [--quick] [--profile NAME]

The data (seeded, in a temporary folder): an orthophoto of 0.5 m as a JPEG COG aligned to Web Mercator, the same in
EPSG:4547, a DEM of 5 m in EPSG:4547, and a mosaic of sheets in EPSG:4547, all near 115.6 E 34.4 N. Every row draws the
same tiles several times, the first round unmeasured; CPU time is the process's, so other work matters little.
"""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before numpy is imported: see tiles/__init__.py

import argparse
import cProfile
import pstats
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from layers.crs.names import parse_crs
from layers.crs.operations import find_transform
from layers.frame import SHANGQIU
from layers.layer import Band, Layer
from layers.storage import Storage
from tests.tiles.rasters import describe_file, raster_layer, texture, write_aligned, write_tif
from tiles.grids import Grid, Tile, default_grids
from tiles.height import elevation
from tiles.raster import handles, imagery
from tiles.raster.options import RenderOptions

GRIDS = default_grids(SHANGQIU)
WEST, NORTH = 645_000.0, 3_812_000.0
"""North-west corner of the data in EPSG:4547 (114 E zone): about 115.58 E 34.43 N."""


def ortho(folder: Path, size: int) -> tuple[Layer, Layer]:
    """The aligned Web Mercator COG, and the same kind of picture as a JPEG COG in EPSG:4547."""
    import rasterio
    from rasterio.shutil import copy as gdal_copy

    plain = write_tif(folder / "plain.tif", texture(size, size), "EPSG:4547", WEST, NORTH, 0.5)
    gdal_copy(plain, folder / "gk.tif", driver="COG", COMPRESS="JPEG", QUALITY="85", BLOCKSIZE="256", NUM_THREADS="2")
    write_aligned(folder / "aligned.tif", plain, levels=6)
    with rasterio.open(folder / "aligned.tif") as opened:
        assert opened.crs.to_epsg() == 3857
    bands = [Band(name, "uint8") for name in ("red", "green", "blue")]
    aligned = raster_layer("imagery", [describe_file(folder / "aligned.tif", aligned=True)], bands)
    return aligned, raster_layer("imagery", [describe_file(folder / "gk.tif")], bands)


def dem(folder: Path, size: int) -> Layer:
    rng = np.random.default_rng(3)
    heights = sum(
        cv2.resize(rng.random((size // step + 2,) * 2).astype(np.float32), (size, size), interpolation=cv2.INTER_CUBIC)
        * step
        * 0.4
        for step in (512, 128, 32)
    )
    path = write_tif(
        folder / "dem.tif", np.asarray(heights)[None], "EPSG:4547", WEST, NORTH, 5.0, overviews=(2, 4, 8, 16),
        compress="deflate", predictor=3,
    )  # fmt: skip
    return raster_layer("elevation", [describe_file(path)], [Band("height", "float32")], stretch=((0.0, 300.0),))


def mosaic(folder: Path, across: int, size: int) -> Layer:
    files = []
    for number in range(across * across):
        row, col = divmod(number, across)
        west, north = WEST + col * size * 0.5, NORTH - row * size * 0.5
        path = write_tif(
            folder / f"sheet{number}.tif", texture(size, size, number), "EPSG:4547", west, north, 0.5,
            overviews=(2, 4, 8), compress="jpeg", photometric="ycbcr", interleave="pixel",
        )  # fmt: skip
        files.append(describe_file(path, order=number))
    return raster_layer("imagery", files, [Band(name, "uint8") for name in ("red", "green", "blue")])


def some_tiles(grid: Grid, layer: Layer, zooms: range, count: int, seed: int = 7) -> list[Tile]:
    """Tiles wholly inside the layer, drawn evenly over the zooms that have any."""
    assert layer.version.raster is not None
    files = layer.version.raster.files
    whole = files[0].bounds
    for file in files[1:]:
        whole = whole.union(file.bounds)
    inside = find_transform(parse_crs(files[0].crs), grid.crs)
    chosen = random.Random(seed)
    tiles: list[Tile] = []
    for z in zooms:
        found: set[Tile] = set()
        for _ in range(count * 5):
            east, north = chosen.uniform(whole.west, whole.east), chosen.uniform(whole.south, whole.north)
            x, y = inside.points([east], [north])
            tile = grid.tile_at(float(x[0]), float(y[0]), z)
            box = find_transform(grid.crs, parse_crs(files[0].crs)).bounds(grid.bounds(tile), densify=3)
            if whole.west < box.west and box.east < whole.east and whole.south < box.south and box.north < whole.north:
                found.add(tile)
        tiles += sorted(found)[: max(1, count // len(zooms))]
    chosen.shuffle(tiles)
    return tiles


def measure(draw: Callable[[Tile], object], tiles: list[Tile], rounds: int) -> tuple[float, float]:
    """Median and spread of CPU milliseconds per tile over rounds; the first round warms caches."""
    for tile in tiles:
        draw(tile)
    figures = []
    for _ in range(rounds):
        start = time.process_time()
        for tile in tiles:
            draw(tile)
        figures.append((time.process_time() - start) / len(tiles) * 1000)
    return statistics.median(figures), max(figures) - min(figures)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small data, for a smoke run")
    parser.add_argument("--only", default="", help="only the rows whose name contains this")
    parser.add_argument("--cache-mb", type=int, default=64, help="GDAL's block cache")
    parser.add_argument("--files", type=int, default=64, help="raster files kept open")
    parser.add_argument("--profile", help="profile the rows whose name contains this")
    arguments = parser.parse_args()
    handles.configure(cache_mb=arguments.cache_mb, files=arguments.files)
    size = 3000 if arguments.quick else 10_000
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        storage = Storage(folder)
        aligned, gauss = ortho(folder, size)
        heights = dem(folder, 2000 if arguments.quick else 6000)
        sheets = mosaic(folder, 4 if arguments.quick else 10, 1000)
        mercator = GRIDS["WebMercatorQuad"]
        rows: list[tuple[str, Layer, Grid, range, dict[str, str]]] = [
            ("aligned ortho, copied", aligned, mercator, range(14, 19), {}),
            ("aligned ortho, decoded (bands=3,2,1)", aligned, mercator, range(14, 19), {"bands": "3,2,1"}),
            ("aligned ortho in CGCS2000Quad", aligned, GRIDS["CGCS2000Quad"], range(14, 18), {}),
            ("ortho in 4547, warped", gauss, mercator, range(14, 19), {}),
            ("ortho in 4547, scale grid", gauss, GRIDS["ScaleGrid4509"], range(6, 11), {}),
            ("hillshade from 4547, jpeg", heights, mercator, range(11, 16), {}),
            ("hillshade from 4547, png", heights, mercator, range(11, 16), {"format": "png"}),
            ("hillshade from 4547, webp", heights, mercator, range(11, 16), {"format": "webp"}),
            ("slope", heights, mercator, range(11, 16), {"rendering": "slope"}),
            ("relief", heights, mercator, range(11, 16), {"rendering": "relief"}),
            ("terrain-rgb png", heights, mercator, range(11, 16), {"rendering": "terrain-rgb"}),
            ("mosaic of sheets in 4547", sheets, mercator, range(13, 19), {}),
        ]
        for title, layer, grid, zooms, query in rows:
            if arguments.only not in title:
                continue
            options = RenderOptions.parse(query)
            kind = elevation if layer.kind == "elevation" else imagery

            def draw(tile: Tile, layer=layer, grid=grid, options=options, kind=kind) -> object:  # type: ignore[no-untyped-def]
                return kind.draw(layer, storage, grid, tile, options)

            tiles = some_tiles(grid, layer, zooms, 40 if arguments.quick else 150)
            if arguments.profile is not None and arguments.profile in title:
                profile = cProfile.Profile()
                measure(draw, tiles, 1)
                profile.runcall(measure, draw, tiles, 3)
                pstats.Stats(profile).sort_stats("tottime").print_stats(22)
            elif arguments.profile is None:
                median, spread = measure(draw, tiles, 5)
                print(f"{title:42s} {median:8.3f} ms CPU/tile  (spread {spread:.3f}, {len(tiles)} tiles)", flush=True)


if __name__ == "__main__":
    main()
