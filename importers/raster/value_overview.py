"""The low-zoom overview of sheets that keep their values: heights, classes, reflectances.

Its zoom is found as for pictures; where joining sheets do not lie, pixels of the overview before are copied.
"""

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
import rasterio.shutil
from affine import Affine
from rasterio.windows import Window as RasterioWindow

from importers.batch import Progress
from importers.raster.driver import READING
from importers.raster.picture import Handles, handles
from importers.raster.published import values_of
from importers.raster.pyramid import resolution
from importers.raster.sheet_index import SheetIndex, overview_zoom, pixels_of
from layers.crs.mercator import MERCATOR_SRID
from layers.frame import Bounds
from layers.layer import RasterFile
from layers.sentences import say
from layers.storage import Storage

OVERVIEW_PART = 512


def write_value_overview(
    index: SheetIndex, storage: Storage, path: Path, by_average: bool, progress: Progress,
    previous: RasterFile | None = None, changed: Sequence[Bounds] = (),
) -> tuple[Bounds, tuple[int, int]]:  # fmt: skip
    """Write the overview of files that keep their values, in EPSG:3857. Returns its box and size in pixels.

    Its pixels lie on whole multiples of their size, so that those of ``previous`` (``overview_before``) are the same
    ones: outside the boxes ``changed`` (EPSG:3857) they are copied, and files farther than a part from there are not
    asked for.
    """
    side = resolution(overview_zoom(index)) if previous is None else pixel_of(previous)
    west, south, east, north = index.whole
    west, north = math.floor(west / side) * side, math.ceil(north / side) * side
    width, height = max(1, int(np.ceil((east - west) / side))), max(1, int(np.ceil((north - south) / side)))
    affine = Affine(side, 0, west, 0, -side, north)
    passing = path.with_name(f"{path.name}.passing.tif")
    try:
        with rasterio.Env(**READING, GDAL_TIFF_INTERNAL_MASK=True), handles() as opened:
            with rasterio.open(storage.open_name(index.files[0].key)) as first:
                profile = _value_profile(first, width, height, affine)
                colours = first.colormap(1) if first.colorinterp[0].name == "palette" else None
            windows = [(c, r) for r in range(0, height, OVERVIEW_PART) for c in range(0, width, OVERVIEW_PART)]
            with rasterio.open(passing, "w", **profile) as sink:
                if colours:
                    sink.write_colormap(1, colours)
                for done, (column, row) in enumerate(windows):
                    progress(done, len(windows), say("drawing-overview"))
                    size = (min(OVERVIEW_PART, width - column), min(OVERVIEW_PART, height - row))
                    box = _box(affine, column, row, *size)
                    if previous is not None and not any(box.intersects(one) for one in changed):
                        _copy_values(sink, previous, storage, opened, box, (column, row, *size))
                        continue
                    _paste_values(sink, index, storage, opened, box, (column, row, *size), by_average)
            how = "AVERAGE" if by_average else "MODE"
            rasterio.shutil.copy(
                passing, path, driver="COG", COMPRESS="ZSTD", BLOCKSIZE="256", OVERVIEW_RESAMPLING=how, SPARSE_OK="YES"
            )
    finally:
        passing.unlink(missing_ok=True)
    return _box(affine, 0, 0, width, height), (width, height)


def overview_before(previous: RasterFile | None) -> RasterFile | None:
    """Return an overview that can be taken over: its pixels lie on whole multiples of their size. None otherwise."""
    if previous is None:
        return None
    side = pixel_of(previous)
    away = [abs(edge / side - round(edge / side)) for edge in (previous.bounds.west, previous.bounds.north)]
    return previous if max(away) < 1e-3 else None


def pixel_of(overview: RasterFile) -> float:
    """Return the side of an overview's pixel in metres of EPSG:3857."""
    return (overview.bounds.east - overview.bounds.west) / overview.width


def _copy_values(
    sink: Any, previous: RasterFile, storage: Storage, opened: Handles, box: Bounds, part: tuple[int, int, int, int]
) -> None:
    """Copy a window from the layer's overview as it was; what lies beyond it stays empty."""
    column, row, width, height = part
    old = opened.open(storage.open_name(previous.key), "GTiff")
    side = old.transform.a
    left, top = round((box.west - old.transform.c) / side), round((old.transform.f - box.north) / side)
    first_column, last_column = max(0, -left), min(width, old.width - left)
    first_row, last_row = max(0, -top), min(height, old.height - top)
    if first_column >= last_column or first_row >= last_row:
        return
    size = (last_column - first_column, last_row - first_row)
    source = RasterioWindow(left + first_column, top + first_row, *size)
    window = RasterioWindow(column + first_column, row + first_row, *size)
    sink.write(old.read(window=source), window=window)
    if sink.nodata is None:
        sink.write_mask(old.dataset_mask(window=source), window=window)


def _value_profile(first: Any, width: int, height: int, affine: Affine) -> dict[str, Any]:
    return {
        "driver": "GTiff", "width": width, "height": height, "count": first.count, "dtype": first.dtypes[0],
        "crs": f"EPSG:{MERCATOR_SRID}", "transform": affine, "nodata": first.nodata, "tiled": True, "blockxsize": 256,
        "blockysize": 256, "compress": "ZSTD", "BIGTIFF": "IF_SAFER", "sparse_ok": True,
    }  # fmt: skip


def _box(affine: Affine, column: int, row: int, width: int, height: int) -> Bounds:
    west, north = affine.c + column * affine.a, affine.f + row * affine.e
    return Bounds(west, north + height * affine.e, west + width * affine.a, north)


def _paste_values(
    sink: Any, index: SheetIndex, storage: Storage, opened: Handles, box: Bounds, part: tuple[int, int, int, int],
    by_average: bool,
) -> None:  # fmt: skip
    column, row, width, height = part
    blank = sink.nodata if sink.nodata is not None else 0
    canvas = np.full((height, width, sink.count), blank, sink.dtypes[0])
    mask = np.zeros((height, width), np.uint8)
    for file, extent in index.touching(box):
        place = pixels_of(extent, box, width, height)
        if place is None:
            continue
        rows, columns, around = place
        size = (columns.stop - columns.start, rows.stop - rows.start)
        drawn = values_of(file, storage, opened, around, *size, by_average)
        if drawn is None:
            continue
        pixels, seen = drawn
        known = np.ones(pixels.shape[:2], bool) if seen is None else seen > 0
        canvas[rows, columns][known] = pixels.reshape(*known.shape, -1)[known]
        mask[rows, columns][known] = 255
    window = RasterioWindow(column, row, width, height)
    sink.write(np.moveaxis(canvas, 2, 0), window=window)
    if sink.nodata is None:
        sink.write_mask(mask, window=window)
