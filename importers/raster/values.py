"""Publishes rasters whose values are kept: classes, 16-bit and float imagery, elevation.

They stay in their own coordinate system and grid wherever the frame can reach it by projection alone; a raster that is
turned, placed by control points, crosses 180 degrees or stands on another datum is moved to an upright grid, by
nearest neighbour unless interpolating is allowed. Windows are copied or moved to a temporary file, with progress and
cancelling between them; GDAL's COG driver makes the published file of that.
"""

import os
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
import rasterio.shutil
from rasterio.enums import Resampling as GdalResampling
from rasterio.windows import Window as RasterioWindow

from importers.batch import Progress, silent
from importers.raster.driver import READING
from importers.raster.handles import Handles, handles
from importers.raster.value_grid import TargetGrid, Values
from importers.raster.value_stats import Sampler
from importers.raster.value_window import BLOCK, STRIP_PIXELS, read_target, windows_of
from layers.crs.pixel_map import Window
from layers.crs.remap import Mask, Pixels
from layers.sentences import say

SETTINGS = {**READING, "GDAL_CACHEMAX": 128 << 20, "GDAL_TIFF_INTERNAL_MASK": True}


def write_values(values: Values, path: Path, progress: Progress = silent, watch: Any = None) -> Sampler:
    """Write the published COG at ``path`` and return what the values are like.

    ``watch(planes, mask, window)`` sees every window that is written. On any error nothing is left behind.

    Raises:
        UnreadableSource: a block of a source is damaged.
    """
    passing = path.with_name(f"{path.name}.passing.tif")
    sampler = Sampler(len(values.bands))
    try:
        with rasterio.Env(**SETTINGS), handles() as opened:
            with rasterio.open(passing, "w", **_profile(values)) as sink:
                _describe(sink, values)
                windows = list(windows_of(values))
                for done, window in enumerate(windows):
                    progress(done, len(windows) + 1, say("reading-file", file=path.name))
                    planes, mask = read_target(values, opened, window)
                    _write(sink, values, window, planes, mask)
                    sampler.add(planes, mask)
                    if watch is not None:
                        watch(planes, mask, window)
            progress(len(windows), len(windows) + 1, say("writing-file", file=path.name))
            rasterio.shutil.copy(passing, path, driver="COG", **_cog_options(values))
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    finally:
        passing.unlink(missing_ok=True)
    return sampler


def read_published(
    opened: Handles, name: str, by_average: bool, window: Window, width: int, height: int
) -> tuple[Pixels, Mask | None]:
    """Read a window of a published file as (rows, columns, bands) of ``width`` x ``height``, and its mask."""
    dataset = opened.open(name, "GTiff")
    part = RasterioWindow(window.column, window.row, window.width, window.height)
    how = GdalResampling.average if by_average else GdalResampling.nearest
    planes = dataset.read(window=part, out_shape=(dataset.count, height, width), resampling=how)
    mask = dataset.dataset_mask(window=part, out_shape=(height, width), resampling=GdalResampling.nearest)
    return np.ascontiguousarray(np.moveaxis(planes, 0, 2)), mask


def _profile(values: Values) -> dict[str, Any]:
    target = values.target
    profile: dict[str, Any] = {
        "driver": "GTiff", "width": target.width, "height": target.height, "count": len(values.bands),
        "dtype": values.dtype, "crs": target.crs, "transform": target.affine, "tiled": True, "blockxsize": BLOCK,
        "blockysize": BLOCK, "compress": "ZSTD", "zstd_level": 1, "BIGTIFF": "IF_SAFER", "interleave": "band",
        "NUM_THREADS": str(_threads(target)), "predictor": _predictor(values.dtype),
    }  # fmt: skip
    if len(values.bands) > 1:
        profile["photometric"] = "MINISBLACK"  # else GDAL calls the fourth of four bytes alpha, and its values a mask
    if values.published_nodata is not None:
        profile["nodata"] = values.published_nodata
    return profile


def _threads(target: TargetGrid) -> int:
    """Return how many threads compress: one for a small raster, which starts no others (and says nothing amiss)."""
    return max(2, os.cpu_count() or 2) if target.width * target.height > STRIP_PIXELS else 1


def _predictor(dtype: str) -> int:
    kind = np.dtype(dtype)
    return 3 if kind.kind == "f" else 2 if kind.itemsize in (2, 4) else 1


def _cog_options(values: Values) -> dict[str, str]:
    return {
        "COMPRESS": "ZSTD", "LEVEL": "9", "PREDICTOR": "YES" if _predictor(values.dtype) > 1 else "NO",
        "BLOCKSIZE": str(BLOCK), "BIGTIFF": "IF_SAFER", "NUM_THREADS": str(_threads(values.target)),
        "OVERVIEWS": "IGNORE_EXISTING", "OVERVIEW_RESAMPLING": values.overviews.upper(), "SPARSE_OK": "YES",
    }  # fmt: skip


def _describe(sink: Any, values: Values) -> None:
    for index in range(len(values.bands)):
        if values.names:
            sink.set_band_description(index + 1, values.names[index])
    if values.scales:
        sink.scales, sink.offsets = values.scales, values.offsets
    if any(values.units):
        sink.units = tuple(unit or "" for unit in values.units)
    if values.palette is not None:
        sink.write_colormap(1, values.palette)


def _write(sink: Any, values: Values, window: Window, planes: Pixels, mask: Mask | None) -> None:
    part = RasterioWindow(window.column, window.row, window.width, window.height)
    sink.write(planes, window=part)
    if (values.nodata is None and values.data in ("mask", "alpha")) or (values.nodata is None and values.moved):
        whole = np.full(planes.shape[1:], 255, np.uint8) if mask is None else mask
        sink.write_mask(whole, window=part)
