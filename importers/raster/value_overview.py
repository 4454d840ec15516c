"""The low-zoom overview of sheets that keep their values: heights, classes, reflectances.

Its zoom is found as for pictures; where joining sheets do not lie, pixels of the overview before are copied.
"""

import math
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
import rasterio.shutil
from affine import Affine
from rasterio.windows import Window as RasterioWindow

from importers.batch import Progress
from importers.raster.driver import READING
from importers.raster.handles import Handles, handles
from importers.raster.published import values_of
from importers.raster.pyramid import TILE, Pyramid, Unit, plan_pyramid, resolution
from importers.raster.sheet_index import SheetIndex, overview_zoom, pixels_of
from importers.raster.value_amend import MOST_CHANGED, Region, amended_values, can_be_amended
from layers.crs.mercator import MERCATOR_SRID
from layers.crs.remap import Mask, Pixels
from layers.frame import Bounds
from layers.layer import RasterFile
from layers.sentences import say
from layers.storage import Storage

OVERVIEW_PART = 512
MOST_WIDENED = 32
"""Times its area that an overview is widened at most; twice what a square that lies awkwardly wants."""


def write_value_overview(
    index: SheetIndex, storage: Storage, path: Path, by_average: bool, progress: Progress,
    previous: RasterFile | None = None, changed: Sequence[Bounds] = (),
) -> tuple[Bounds, tuple[int, int]]:  # fmt: skip
    """Write the overview of files that keep their values, in EPSG:3857. Returns its box and size in pixels.

    It covers whole tiles of the default grid up to its coarsest level, as an overview of pictures does, unless nearly
    all of that were empty. Of ``previous`` (``overview_before``) what lies outside the boxes ``changed`` (EPSG:3857)
    stays, and files farther than a part from there are not asked for.
    """
    zoom = overview_zoom(index) if previous is None else _zoom_of(previous)
    pyramid = _without_emptiness(plan_pyramid(index.whole, zoom), index.whole)
    bounds, size = pyramid.bounds, (pyramid.width, pyramid.height)
    with rasterio.Env(**READING, GDAL_TIFF_INTERNAL_MASK=True), handles() as opened:
        if (
            pyramid.levels > 1
            and previous is not None
            and previous.bounds == bounds
            and (previous.width, previous.height) == size
        ):
            before = storage.local(previous.key)
            part = _changed(pyramid, changed) if can_be_amended(before) else None
            if part is not None:
                drawn = _region(index, storage, opened, pyramid, part, before, by_average)
                if amended_values(before, path, drawn, by_average):
                    return bounds, size
        _write_whole(index, storage, path, by_average, progress, previous, changed, pyramid, opened)
    return bounds, size


def _without_emptiness(pyramid: Pyramid, whole: Bounds) -> Pyramid:
    """Leave out what widening to coarse tiles adds where that is nearly all: sheets far apart in a row. GDAL writes
    empty ground, too, and such an overview is written whole each time."""
    used = pyramid.within(Unit(0, 0, pyramid.columns, pyramid.rows), whole)
    if used is None or pyramid.columns * pyramid.rows <= MOST_WIDENED * used.columns * used.rows:
        return pyramid
    column, row = pyramid.column + used.column, pyramid.row + used.row
    return replace(pyramid, levels=1, column=column, row=row, columns=used.columns, rows=used.rows)


def _changed(pyramid: Pyramid, boxes: Sequence[Bounds]) -> Unit | None:
    """Return the tiles that boxes touch; None when they are too many to be drawn at once."""
    whole = Unit(0, 0, pyramid.columns, pyramid.rows)
    found = [part for box in boxes if (part := pyramid.within(whole, box)) is not None]
    if not found:
        return None
    column, row = min(part.column for part in found), min(part.row for part in found)
    east, south = max(part.column + part.columns for part in found), max(part.row + part.rows for part in found)
    if (east - column) * (south - row) * TILE * TILE > MOST_CHANGED:
        return None
    return Unit(column, row, east - column, south - row)


def _region(
    index: SheetIndex, storage: Storage, opened: Handles, pyramid: Pyramid, part: Unit, before: Path, by_average: bool
) -> Region:
    """Draw the tiles that changed, anew from all sheets that touch them."""
    with rasterio.open(before) as old:
        count, dtype, nodata = old.count, old.dtypes[0], old.nodata
    box = pyramid.box(0, part.column, part.row, part.columns, part.rows)
    size = (part.columns * TILE, part.rows * TILE)
    canvas, _ = _drawn(index, storage, opened, box, size, (count, dtype, nodata), by_average)
    return Region(part.column * TILE, part.row * TILE, np.ascontiguousarray(np.moveaxis(canvas, 2, 0)))


def _write_whole(
    index: SheetIndex, storage: Storage, path: Path, by_average: bool, progress: Progress, previous: RasterFile | None,
    changed: Sequence[Bounds], pyramid: Pyramid, opened: Handles,
) -> None:  # fmt: skip
    """Write the overview from its beginning, window by window."""
    width, height = pyramid.width, pyramid.height
    west, _, _, north = pyramid.bounds
    side = resolution(pyramid.zoom)
    affine = Affine(side, 0, west, 0, -side, north)
    passing = path.with_name(f"{path.name}.passing.tif")
    try:
        first = opened.open(storage.open_name(index.files[0].key), "GTiff")
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
                if index.near(box):
                    _paste_values(sink, index, storage, opened, box, (column, row, *size), by_average)
        how = "AVERAGE" if by_average else "MODE"
        rasterio.shutil.copy(
            passing, path, driver="COG", COMPRESS="ZSTD", BLOCKSIZE="256", OVERVIEW_RESAMPLING=how, SPARSE_OK="YES",
            BIGTIFF="IF_SAFER",
        )  # fmt: skip
    finally:
        passing.unlink(missing_ok=True)


def _zoom_of(overview: RasterFile) -> int:
    return round(math.log2(resolution(0) / pixel_of(overview)))


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
    canvas, mask = _drawn(
        index, storage, opened, box, (width, height), (sink.count, sink.dtypes[0], sink.nodata), by_average
    )
    window = RasterioWindow(column, row, width, height)
    sink.write(np.moveaxis(canvas, 2, 0), window=window)
    if sink.nodata is None:
        sink.write_mask(mask, window=window)


def _drawn(
    index: SheetIndex, storage: Storage, opened: Handles, box: Bounds, size: tuple[int, int],
    form: tuple[int, str, float | None], by_average: bool,
) -> tuple[Pixels, Mask]:  # fmt: skip
    """Draw values of all sheets that touch a box, the highest last; ``form`` is bands, type and what is no data."""
    (width, height), (count, dtype, nodata) = size, form
    canvas = np.full((height, width, count), 0 if nodata is None else nodata, dtype)
    mask = np.zeros((height, width), np.uint8)
    for file, extent in index.touching(box):
        place = pixels_of(extent, box, width, height)
        if place is None:
            continue
        rows, columns, around = place
        shape = (columns.stop - columns.start, rows.stop - rows.start)
        drawn = values_of(file, storage, opened, around, *shape, by_average)
        if drawn is None:
            continue
        pixels, seen = drawn
        known = np.ones(pixels.shape[:2], bool) if seen is None else seen > 0
        canvas[rows, columns][known] = pixels.reshape(*known.shape, -1)[known]
        mask[rows, columns][known] = 255
    return canvas, mask
