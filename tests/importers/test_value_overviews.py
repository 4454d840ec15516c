"""The overview of sheets that keep their values: what joins is put into it, and it is as if all had come at once."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
from sqlalchemy.orm import Session

from layers.catalogue import find_layer
from layers.layer import RasterFile
from layers.storage import Storage
from layers.views import ALL
from tests.importers.conftest import Importer
from tests.importers.rasters import write

SIDE, CELL = 100, 5.0
WEST, NORTH = 375_000.0, 3_813_000.0


def sheet(folder: Path, row: int, column: int, dtype: str = "float32", **profile: Any) -> Path:
    """One sheet of a surface that goes on over all of them, with a void in its middle."""
    folder.mkdir(exist_ok=True)
    y, x = np.mgrid[row * SIDE : (row + 1) * SIDE, column * SIDE : (column + 1) * SIDE]
    z = (60 + 20 * np.sin(x / 31) + 9 * np.cos(y / 23)).astype(dtype)
    z[40:50, 40:50] = -9999
    west, north = WEST + column * SIDE * CELL, NORTH - row * SIDE * CELL
    settings = {"crs": "EPSG:4509", "nodata": -9999} | profile
    return write(folder / f"dem_{row}_{column}.tif", z[None], west, north, CELL, **settings)


def overview(session: Session, storage: Storage, name: str) -> tuple[RasterFile, list[np.ma.MaskedArray]]:
    raster = find_layer(session, name, ALL).version.raster
    assert raster is not None
    assert raster.overview is not None
    levels = []
    with rasterio.open(storage.open_name(raster.overview.key)) as whole:
        levels.append(whole.read(masked=True))
        count = len(whole.overviews(1))
    for level in range(count):
        with rasterio.open(storage.open_name(raster.overview.key), overview_level=level) as coarse:
            levels.append(coarse.read(masked=True))
    return raster.overview, levels


@pytest.mark.parametrize("dtype", ["float32", "int16"])
def test_a_sheet_that_joins_is_put_into_the_overview_as_if_it_had_come_with_the_others(
    dtype: str, bring_in: Importer, session: Session, storage: Storage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    places = [(row, column) for row in range(5) for column in range(5)]
    for row, column in places:
        sheet(tmp_path / "all", row, column, dtype)
        if (row, column) != (2, 3):
            sheet(tmp_path / "most", row, column, dtype)
    bring_in(tmp_path / "all", name="all", kind="elevation", heights="1985")
    bring_in(tmp_path / "most", name="grown", kind="elevation", heights="1985")
    before, _ = overview(session, storage, "grown")
    last = sheet(tmp_path / "last", 2, 3, dtype)
    monkeypatch.setattr("importers.raster.value_overview._write_whole", None)  # which joining does without
    bring_in(last, name="grown", kind="elevation", heights="1985", others={"join": "yes"})
    after, levels = overview(session, storage, "grown")
    _, expected = overview(session, storage, "all")
    assert (after.bounds, after.width, after.height) == (before.bounds, before.width, before.height)
    assert after.key != before.key
    assert len(levels) == len(expected) > 2
    for ours, theirs in zip(levels, expected, strict=True):
        assert np.array_equal(np.ma.getmaskarray(ours), np.ma.getmaskarray(theirs))
        assert np.allclose(ours.filled(0), theirs.filled(0), atol=1e-4 if dtype == "float32" else 1)


def test_a_sheet_beyond_the_overview_is_joined_by_writing_it_anew(
    bring_in: Importer, session: Session, storage: Storage, tmp_path: Path
) -> None:
    for column in range(2):
        sheet(tmp_path / "all", 0, column)
        sheet(tmp_path / "first", 0, column)
    sheet(tmp_path / "all", 7, 9)
    bring_in(tmp_path / "all", name="all", kind="elevation", heights="1985")
    bring_in(tmp_path / "first", name="grown", kind="elevation", heights="1985")
    bring_in(sheet(tmp_path / "far", 7, 9), name="grown", kind="elevation", heights="1985", others={"join": "yes"})
    _, ours = overview(session, storage, "grown")
    _, theirs = overview(session, storage, "all")
    assert ours[0].shape == theirs[0].shape
    assert np.allclose(ours[0].filled(0), theirs[0].filled(0), atol=1e-4)
