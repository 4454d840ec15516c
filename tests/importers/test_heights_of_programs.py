"""Heights as programs and agencies hand them out: Esri grids, GTOPO30, points with marks, quality beside them."""

import json
import struct
import zipfile
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy.orm import Session

from importers.inspect import inspect
from layers.frame import Frame
from layers.storage import Storage
from tests.importers.conftest import Importer
from tests.importers.rasters import write
from tests.importers.test_elevation import NORTH, WEST, dem, hills, published

VOID = np.float32(-3.4028234663852886e38)


def esri_grid(folder: Path, heights: np.ndarray, cell: float = 5.0) -> Path:
    """Write an Arc/Info binary grid of floats, in tiles of 256 x 4 cells, and the tables it shares beside it."""
    folder.mkdir(parents=True)
    rows, columns = heights.shape
    down, across = -(-rows // 4), -(-columns // 256)
    south = NORTH - rows * cell
    (folder / "hdr.adf").write_bytes(
        struct.pack(">8s8xii232x4d5i", b"GRID1.2\0", 2, 1, cell, cell, WEST, south, across, down, 256, 1, 4)
    )
    (folder / "dblbnd.adf").write_bytes(struct.pack(">4d", WEST, south, WEST + columns * cell, NORTH))
    (folder / "sta.adf").write_bytes(struct.pack(">4d", np.nanmin(heights), np.nanmax(heights), 50, 8))
    padded = np.full((down * 4, across * 256), VOID, ">f4")
    padded[:rows, :columns] = np.where(np.isfinite(heights), heights, VOID)
    body = index = b""
    for row in range(down):
        for column in range(across):
            tile = padded[row * 4 : row * 4 + 4, column * 256 : column * 256 + 256].tobytes()
            index += struct.pack(">ii", (100 + len(body)) // 2, len(tile) // 2)
            body += struct.pack(">H", len(tile) // 2) + tile
    for name, inside in (("w001001.adf", body), ("w001001x.adf", index)):
        head = struct.pack(">8s16xi72x", bytes.fromhex("0000270afffffc14"), (100 + len(inside)) // 2)
        (folder / name).write_bytes(head + inside)
    (folder.parent / "info").mkdir()
    (folder.parent / "info" / "arc.dir").write_bytes(bytes(380))
    return folder


@pytest.mark.parametrize("handed_in", ["folder", "folder around it", "file", "archive"])
def test_an_esri_grid_is_one_raster_however_it_is_handed_in(
    handed_in: str, bring_in: Importer, session: Session, storage: Storage, tmp_path: Path, frame: Frame
) -> None:
    heights = hills()
    heights[20:30, 40:60] = np.nan
    grid = esri_grid(tmp_path / "survey" / "hills", heights)
    given = {"folder": grid, "folder around it": grid.parent, "file": grid / "w001001.adf"}.get(handed_in)
    if given is None:
        given = tmp_path / "survey.zip"
        with zipfile.ZipFile(given, "w") as archive:
            for path in grid.parent.rglob("*"):
                archive.write(path, path.relative_to(grid.parent))
    looked = inspect(given, frame)
    assert (looked.kind, looked.layers[0].name) == ("elevation", "hills")
    report = bring_in(given, crs="EPSG:4509", heights="1985", kind="elevation")
    _, ours = published(session, storage)
    assert np.array_equal(ours.filled(np.nan), heights, equal_nan=True)
    assert (report.counts.read, report.counts.kept, report.counts.refused) == (1, 1, 0)
    assert not any("arc.dir" in note for note in report.notes)
    assert {"hdr.adf", "w001001.adf"} <= {source.name for source in report.sources} or handed_in == "archive"


def test_a_dem_with_a_header_beside_it_is_bare_cells_as_of_gtopo30(
    bring_in: Importer, session: Session, storage: Storage, tmp_path: Path
) -> None:
    cells = hills().round().astype(">i2")
    cells[:3, :4] = -9999
    (tmp_path / "E100N40.DEM").write_bytes(cells.tobytes())
    said = {
        "BYTEORDER": "M", "LAYOUT": "BIL", "NROWS": 100, "NCOLS": 120, "NBANDS": 1, "NBITS": 16, "NODATA": -9999,
        "ULXMAP": 115.6, "ULYMAP": 34.5, "XDIM": 1 / 1200, "YDIM": 1 / 1200,
    }  # fmt: skip
    (tmp_path / "E100N40.HDR").write_text("".join(f"{name} {value}\n" for name, value in said.items()))
    bring_in(tmp_path / "E100N40.DEM", crs="EPSG:4490", heights="egm96", kind="elevation")
    _, ours = published(session, storage)
    assert np.array_equal(ours.filled(-9999), cells)


def test_a_mark_of_voids_among_points_is_told_in_a_report_that_can_be_kept(
    bring_in: Importer, session: Session, storage: Storage, tmp_path: Path
) -> None:
    heights = hills()
    heights[10:20, 10:20] = -9999
    rows, columns = np.indices(heights.shape)
    x, y = WEST + 5 * columns.ravel(), NORTH - 5 * rows.ravel()
    np.savetxt(tmp_path / "points.xyz", np.column_stack([x, y, heights.ravel()]), fmt="%.2f")
    report = bring_in(tmp_path / "points.xyz", crs="EPSG:4509", heights="1985", kind="elevation")
    _, ours = published(session, storage)
    assert int(ours.mask.sum()) == 100
    assert any("-9999" in str(decision.value) for decision in report.decisions)
    json.dumps(report.stored(), allow_nan=False)


@pytest.mark.parametrize(
    ("heights", "others"),
    [
        ("ASTGTMV003_N34E115_dem.tif", ("ASTGTMV003_N34E115_num.tif",)),
        ("N034E115_AVE_DSM.tif", ("N034E115_AVE_MSK.tif", "N034E115_AVE_STK.tif")),
        ("Copernicus_DSM_10_N34_00_E115_00_DEM.tif", ("Copernicus_DSM_10_N34_00_E115_00_WBM.tif",)),
    ],
)
def test_rasters_of_quality_beside_heights_are_left_aside(
    heights: str, others: tuple[str, ...], bring_in: Importer, session: Session, storage: Storage, tmp_path: Path
) -> None:
    dem(tmp_path, hills(), heights)
    for number, other in enumerate(others):
        dem(tmp_path, np.full((100, 120), 3 + number, np.uint8), other)
    report = bring_in(tmp_path, heights="egm96", kind="elevation")
    assert (report.kind, report.counts.read, report.counts.kept) == ("elevation", 1, 1)
    assert all(any(other in note for note in report.notes) for other in others)
    _, ours = published(session, storage)
    assert np.array_equal(ours.data, hills())


def test_a_cell_with_no_neighbours_is_no_blunder(bring_in: Importer, tmp_path: Path) -> None:
    cell = write(tmp_path / "dem.tif", np.array([[[55]]], np.float32), WEST, NORTH, 5.0, crs="EPSG:4509")
    assert bring_in(cell, kind="elevation", heights="1985").verdict == "pass"
    row = write(tmp_path / "row.tif", hills()[None, :1], WEST, NORTH, 5.0, crs="EPSG:4509")
    assert bring_in(row, kind="elevation", heights="1985").verdict == "pass"
