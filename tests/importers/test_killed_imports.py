"""An import killed at any moment leaves the layer as it was and, after the next start, no litter."""

import json
import os
import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio.raw
import pytest
import shapely

from geoservice.database import Database
from tests.importers.drawings import GK, survey
from tests.importers.drawings import write as write_drawing
from tests.importers.rasters import scene, write

X, Y = GK

KILLS = int(os.environ.get("GEOSERVICE_TEST_KILLS", "50"))
"""Of each kind; more of them with GEOSERVICE_TEST_KILLS=500."""
COUNT = 1_000


def _parcels(path: Path) -> Path:
    column, row = np.arange(COUNT) % 60, np.arange(COUNT) // 60
    boxes = shapely.box(350_000 + 20 * column, 3_800_000 + 20 * row, 350_018 + 20 * column, 3_800_018 + 20 * row)
    pyogrio.raw.write(
        path, geometry=shapely.to_wkb(boxes), field_data=[np.arange(COUNT)], fields=["number"], geometry_type="Polygon",
        crs="EPSG:4509", driver="GPKG", layer="parcels",
    )  # fmt: skip
    return path


def _kill(database: Database, storage: Path, file: Path, kind: str) -> list[dict[str, Any]]:
    url = database.url.render_as_string(hide_password=False)
    repository = Path(__file__).resolve().parents[2]
    done = subprocess.run(
        [sys.executable, "-m", "tests.importers.killing", url, str(storage), str(file), kind, str(KILLS), "4490"],
        capture_output=True, text=True, cwd=repository, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    found: list[dict[str, Any]] = json.loads(done.stdout.splitlines()[-1])["found"]
    return found


@pytest.mark.parametrize("kind", ["vector", "finish", "drawing", "elevation", "imagery", "mosaic"])
def test_fifty_kills_lose_nothing_and_leave_nothing(kind: str, database: Database, tmp_path: Path) -> None:
    name, make = {
        "vector": ("parcels.gpkg", _parcels), "finish": ("parcels.gpkg", _parcels), "drawing": ("plan.dxf", _drawing),
        "elevation": ("raster.tif", _heights), "imagery": ("raster.tif", _picture), "mosaic": ("raster.tif", _sheets),
    }[kind]  # fmt: skip
    file = make(tmp_path / name)
    found = _kill(database, tmp_path / "storage", file, kind)
    assert sum(one["killed"] for one in found) == KILLS, "so many were killed while still at work"
    for before, after in pairwise(found):
        advanced = after["version"] - before["version"]
        # Also a killed one may have advanced: the kill can fall between its commit and its end.
        assert advanced in (0, 1)
        assert after["rows"] == before["rows"]
    for number, one in enumerate(found):
        assert (one["unpublished"], one["tables"], one["folders"], one["lost"]) == (0, [], [], []), number


def _drawing(path: Path) -> Path:
    """A coded drawing whose mapping makes several layers of it, so that a kill may fall between two of them."""
    document = survey()
    for number in range(200):
        document.modelspace().add_line((X + number, Y), (X + number, Y + 50), dxfattribs={"layer": "DLSS"})
    return write_drawing(path, document)


def _picture(path: Path, column: int = 0) -> Path:
    return write(path, scene(300, 300, seed=column + 1), 660_000 + 150 * column, 3_812_000, 0.5)


def _sheets(path: Path) -> Path:
    folder = path.with_suffix("")
    folder.mkdir()
    for column in range(3):
        _picture(folder / f"{column}.tif", column)
    return folder


def _heights(path: Path) -> Path:
    rasterio = pytest.importorskip("rasterio")
    heights = np.add.outer(np.arange(300.0), np.arange(300.0)).astype("float32")
    transform = rasterio.Affine(0.001, 0, 115.5, 0, -0.001, 34.6)
    with rasterio.open(
        path, "w", driver="GTiff", width=300, height=300, count=1, dtype="float32", crs="EPSG:4490",
        transform=transform,
    ) as dataset:  # fmt: skip
        dataset.write(heights, 1)
    return path
