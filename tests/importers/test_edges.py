"""Edge match: neighbouring sheets that fit pass, shifted pictures and steps in height are measured and told."""

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
from sqlalchemy.orm import Session

from layers.catalogue import find_layer
from layers.storage import Storage
from layers.views import ALL
from tests.importers.conftest import Importer
from tests.importers.rasters import write

WEST, NORTH = 660_000.0, 3_812_000.0


def country(rows: int, columns: int) -> Any:
    """A picture without repetition: blurred noise, the same for every sheet cut from it."""
    import cv2

    noise = np.random.default_rng(5).integers(0, 256, (rows, columns, 3)).astype(np.uint8)
    return np.moveaxis(cv2.GaussianBlur(noise, (0, 0), 2.0), 2, 0)


def pictures(folder: Path, shift: int) -> Path:
    """Two sheets of 300 columns that overlap by 100; the second lies ``shift`` columns too far to the east."""
    whole = country(260, 520)
    folder.mkdir()
    write(folder / "a.tif", whole[:, :, :300], WEST, NORTH, 0.5)
    write(folder / "b.tif", whole[:, :, 200:500], WEST + (200 + shift) * 0.5, NORTH, 0.5)
    return folder


def terrain(x: Any, y: Any) -> Any:
    return 50 + 6 * np.sin(x / 170) + 5 * np.cos(y / 130)


def grids(folder: Path, step: float, overlap: int = 0) -> Path:
    folder.mkdir()
    y, x = np.mgrid[0:120, 0:120] * 5.0
    write(folder / "a.tif", terrain(x, y)[None].astype("float32"), WEST, NORTH, 5.0)
    along = (120 - overlap) * 5.0
    write(folder / "b.tif", terrain(x + along, y)[None].astype("float32") + np.float32(step), WEST + along, NORTH, 5.0)
    return folder


def found(report: Any) -> tuple[str, float, str]:
    check = next(check for check in report.checks if check.name == "edge match")
    return check.outcome, float(re.search(r"([\d.]+) m at most", check.detail)[1]), check.detail


@pytest.mark.parametrize(("shift", "outcome"), [(0, "pass"), (14, "conditional")])
def test_a_shift_between_overlapping_pictures_is_measured(
    shift: int, outcome: str, bring_in: Importer, tmp_path: Path
) -> None:
    how, metres, told = found(bring_in(pictures(tmp_path / "sheets", shift), kind="imagery"))
    assert how == outcome, told
    assert metres == pytest.approx(shift * 0.5, abs=0.3)
    assert "between a.tif and b.tif" in told


@pytest.mark.parametrize("overlap", [0, 30])
@pytest.mark.parametrize(("step", "outcome"), [(0.0, "pass"), (4.0, "conditional")])
def test_a_step_between_height_grids_is_measured(
    step: float, outcome: str, overlap: int, bring_in: Importer, tmp_path: Path
) -> None:
    said = {"kind": "elevation", "heights": "1985"}
    how, metres, told = found(bring_in(grids(tmp_path / "sheets", step, overlap), **said))
    assert how == outcome, told
    assert metres == pytest.approx(step, abs=0.3)


def test_joining_heights_copies_the_overview_where_nothing_is_new(
    bring_in: Importer, session: Session, storage: Storage, tmp_path: Path
) -> None:
    said = {"kind": "elevation", "heights": "1985"}
    bring_in(grids(tmp_path / "first", 0.0), **said)
    y, x = np.mgrid[0:120, 0:120] * 5.0
    third = write(tmp_path / "c.tif", terrain(x, y)[None].astype("float32") + 9, WEST + 40_000, NORTH, 5.0)
    before = find_layer(session, "test", ALL).version.raster
    bring_in(third, others={"join": "yes"}, **said)
    after = find_layer(session, "test", ALL).version.raster
    assert before is not None
    assert after is not None
    assert before.overview is not None
    assert after.overview is not None
    assert {file.key for file in before.files} < {file.key for file in after.files}
    with (
        rasterio.open(storage.open_name(before.overview.key)) as old,
        rasterio.open(storage.open_name(after.overview.key)) as new,
    ):
        assert new.transform.a == pytest.approx(old.transform.a)
        column, row = (round(part) for part in ~new.transform @ (old.transform.c, old.transform.f))
        window = rasterio.windows.Window(column, row, old.width, old.height)
        assert np.array_equal(new.read(1, window=window), old.read(1), equal_nan=True)
        values = new.read(1)
        assert np.nanmax(values) > np.nanmax(old.read(1)) + 5
