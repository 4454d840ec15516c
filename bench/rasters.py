"""An orthophoto and a height model by rule, in the city's Gauss-Krüger zone, and what peers need of them."""

import json
import math
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pyproj
import rasterio
import rasterio.shutil

from bench.workload import tile_at

CENTRE = (115.65, 34.41)
SHEETS = (10, 20)
"""Rows and columns of the mosaic's sheets."""
SHEET = 1000
"""Pixels along each side of a sheet."""


def make(folder: Path, scale: float) -> None:
    """Write ``ortho.tif`` (0.5 m), ``dem.tif`` (5 m), ``mosaic/`` and the peers' COGs, unless they are there."""
    if (folder / "rasters.json").exists():
        return
    rng = np.random.default_rng(20261123)
    east, north = pyproj.Transformer.from_crs(4490, 4547, always_xy=True).transform(*CENTRE)
    side = max(int(20_000 * np.sqrt(scale)) // 512 * 512, 2048)
    _photo(folder / "ortho.tif", rng, east - side / 4, north + side / 4, side)
    heights = max(int(8_000 * np.sqrt(scale)), 1000)
    _heights(folder / "dem.tif", rng, east - heights * 2.5, north + heights * 2.5, heights)
    (folder / "mosaic").mkdir(exist_ok=True)
    across = SHEET * 0.5
    for row in range(SHEETS[0]):
        for column in range(SHEETS[1]):
            corner = east + (column - SHEETS[1] / 2) * across, north - (row - SHEETS[0] / 2) * across
            _photo(folder / "plain.tif", rng, *corner, SHEET)
            _as_cog(folder / "plain.tif", folder / "mosaic" / f"sheet_{row}_{column}.tif")
    _for_peers(folder)
    spans = {
        "ortho": (side * 0.5, range(12, 19)),
        "dem": (heights * 5.0, range(11, 16)),
        "mosaic": (SHEETS[0] * across, range(13, 19)),
    }
    lists = {name: _tiles(rng, span, zooms) for name, (span, zooms) in spans.items()}
    (folder / "rasters.json").write_text(json.dumps(lists), encoding="utf-8")


def whole_tiles(folder: Path, tiles: list[list[int]]) -> list[list[int]]:
    """Those tiles of the orthophoto that lie wholly inside it: only such may be copied."""
    with rasterio.open(folder / "ortho.tif") as opened:
        reach = opened.width * opened.res[0] / 2 * 0.98

    def inside(z: int, x: int, y: int) -> bool:
        corners = [(x + dx, y + dy) for dx in (0, 1) for dy in (0, 1)]
        lon = [column / 2**z * 360 - 180 for column, _ in corners]
        lat = [math.degrees(math.atan(math.sinh(math.pi * (1 - 2 * row / 2**z)))) for _, row in corners]
        return all(
            abs(east - CENTRE[0]) * 92_300 < reach and abs(north - CENTRE[1]) * 110_900 < reach
            for east, north in zip(lon, lat, strict=True)
        )

    return [tile for tile in tiles if inside(*tile)]


def _tiles(rng: np.random.Generator, span: float, zooms: range) -> list[tuple[int, int, int]]:
    """Tiles whose middle lies well inside a square of ``span`` metres around the centre."""
    found = set()
    for zoom in zooms:
        for _ in range(60):
            dx, dy = rng.uniform(-0.38, 0.38, 2) * span
            found.add(tile_at(zoom, CENTRE[0] + dx / 92_300, CENTRE[1] + dy / 110_900))
    ordered = sorted(found)
    return [ordered[i] for i in rng.permutation(len(ordered))]


def _photo(path: Path, rng: np.random.Generator, west: float, north: float, side: int) -> None:
    fields = rng.integers(70, 170, (side // 64 + 1, side // 64 + 1, 3))
    square = {"driver": "GTiff", "width": side, "height": side, "crs": "EPSG:4547", "tiled": True}
    profile = square | {"count": 3, "dtype": "uint8", "photometric": "RGB"}
    profile["transform"] = rasterio.Affine(0.5, 0, west, 0, -0.5, north)
    with rasterio.open(path, "w", **profile) as out:
        for top in range(0, side, 256):
            rows = min(256, side - top)
            patch = fields[np.arange(top, top + rows) // 64][:, np.arange(side) // 64]
            noisy = np.clip(patch + rng.integers(-14, 15, (rows, side, 1)), 0, 255).astype("uint8")
            out.write(noisy.transpose(2, 0, 1), window=rasterio.windows.Window(0, top, side, rows))


def _heights(path: Path, rng: np.random.Generator, west: float, north: float, side: int) -> None:
    y, x = np.mgrid[0:side, 0:side] / side * 2 * np.pi
    heights = 300 + sum(
        rng.normal(0, 120 / k) * np.sin(k * x + rng.uniform(0, 6)) * np.cos(k * y) for k in (1, 3, 7, 19, 53)
    )
    profile = {"driver": "GTiff", "width": side, "height": side, "count": 1, "dtype": "float32", "crs": "EPSG:4547",
               "nodata": -9999, "transform": rasterio.Affine(5, 0, west, 0, -5, north)}  # fmt: skip
    with rasterio.open(path, "w", **profile) as out:
        out.write(np.asarray(heights, "float32"), 1)


def _as_cog(plain: Path, cog: Path) -> None:
    """A JPEG COG with overviews, as a survey delivers its sheets and as its readers want them."""
    rasterio.shutil.copy(plain, cog, driver="COG", COMPRESS="JPEG", QUALITY="85", BLOCKSIZE="256")


def _for_peers(folder: Path) -> None:
    """A JPEG COG on the tiles of Web Mercator, a COG of the heights, an index of the mosaic for each peer."""
    run = [
        "gdalwarp",
        "-q",
        "-overwrite",
        "-of",
        "COG",
        str(folder / "ortho.tif"),
        str(folder / "ortho_cog.tif"),
        "-dstalpha",
    ]
    subprocess.run(
        [
            *run,
            "-co",
            "TILING_SCHEME=GoogleMapsCompatible",
            "-co",
            "ALIGNED_LEVELS=7",
            "-co",
            "COMPRESS=JPEG",
            "-r",
            "bilinear",
        ],
        check=True,
    )
    translate = ["gdal_translate", "-q", "-of", "COG", str(folder / "dem.tif"), str(folder / "dem_cog.tif")]
    subprocess.run([*translate, "-co", "COMPRESS=DEFLATE", "-co", "PREDICTOR=YES"], check=True)
    sheets = sorted(str(path) for path in (folder / "mosaic").glob("*.tif"))
    (folder / "mosaic_index.shp").unlink(missing_ok=True)
    subprocess.run(["gdaltindex", str(folder / "mosaic_index.shp"), *sheets], check=True, stdout=subprocess.DEVNULL)
    # Of the peers' environment: MosaicJSON is titiler's.
    program = (
        "import json, sys\nfrom cogeo_mosaic.mosaic import MosaicJSON\n"
        "files = json.load(sys.stdin)\n"
        "print(MosaicJSON.from_urls(files, minzoom=12, maxzoom=19, quiet=True).model_dump_json(exclude_none=True))"
    )
    found = subprocess.run([peers_python(), "-c", program], input=json.dumps(sheets), capture_output=True, text=True)
    if found.returncode == 0:
        (folder / "mosaic.json").write_text(found.stdout, encoding="utf-8")
    else:
        print(f"no mosaic for titiler: {found.stderr.strip().splitlines()[-1]}; see bench/README.md", file=sys.stderr)


def peers_python() -> str:
    """The Python of the peers' environment."""
    own = Path(__file__).resolve().parents[1] / ".venv-bench" / "bin" / "python"
    return os.environ.get("BENCH_PEERS_PYTHON") or str(own)
