"""Publishes rasters whose values are kept: classes, 16-bit and float imagery, elevation.

They stay in their own coordinate system and grid wherever the frame can reach it by projection alone; a raster that is
turned, placed by control points, crosses 180 degrees or stands on another datum is moved to an upright grid, by
nearest neighbour unless interpolating is allowed. Windows are copied or moved to a temporary file, with progress and
cancelling between them; GDAL's COG driver makes the published file of that.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import numpy as np
import rasterio
import rasterio.shutil
from affine import Affine
from rasterio.enums import Resampling as GdalResampling
from rasterio.windows import Window as RasterioWindow

from importers.batch import Progress, silent
from importers.groundpoints import GroundFit
from importers.picture import Handles, handles, way_to_pixels
from importers.rasterdriver import damaged
from importers.valuestats import Sampler
from layers.crs import parse_crs
from layers.frame import Bounds
from layers.operations import Transform
from layers.remap import Mask, Pixels, Resampling, Window, remap_window
from layers.sentences import say

BLOCK = 256
WINDOW = 2048
STRIP_PIXELS = 8_000_000
GDAL_CACHE = 128 << 20

NO_VALUE = 1e37
"""No float as large as this is a value: programs write the largest they know, cut by a few digits, for none."""

DataRule = Literal["all", "nodata", "nan", "mask", "alpha"]


@dataclass(frozen=True)
class SourceBand:
    """One band to be published: the file GDAL opens with the one driver, and the band's number in it."""

    name: str
    driver: str
    number: int


@dataclass(frozen=True)
class TargetGrid:
    """The upright grid that is published: CRS as text, geotransform, size."""

    crs: str
    affine: Affine
    width: int
    height: int

    @property
    def bounds(self) -> Bounds:
        """The box of the grid in its CRS."""
        west, north = self.affine.c, self.affine.f
        return Bounds(west, north + self.height * self.affine.e, west + self.width * self.affine.a, north)


@dataclass(frozen=True)
class Values:
    """A raster to be published with its values.

    All bands lie on the source grid ``affine``, ``width`` x ``height``, ``crs``. ``moved`` says whether pixels must be
    moved to the target (else source and target differ at most in which way up and left of which meridian they are).
    ``data`` tells what has data in the source: "nodata" where no band equals ``nodata``, "nan" where no band is NaN,
    "mask" by the file's mask, "alpha" by band ``alpha`` of the first file; ``also_void`` are never data. What
    is published is the stored value x ``factor`` + ``addend`` (heights in metres).
    """

    bands: tuple[SourceBand, ...]
    affine: Affine
    width: int
    height: int
    crs: str
    target: TargetGrid
    dtype: str
    data: DataRule
    nodata: float | None
    published_nodata: float | None = None
    moved: bool = False
    shift: float = 0.0
    fit: GroundFit | None = None
    city: tuple[Transform, ...] = ()
    area: Bounds | None = None
    alpha: int | None = None
    also_void: tuple[float, ...] = ()
    factor: float = 1.0
    addend: float = 0.0
    resampling: Resampling = "nearest"
    overviews: Literal["average", "mode", "nearest"] = "average"
    palette: dict[int, tuple[int, int, int, int]] | None = field(default=None, repr=False)
    names: tuple[str, ...] = ()
    scales: tuple[float, ...] = ()
    offsets: tuple[float, ...] = ()
    units: tuple[str | None, ...] = ()


def write_values(values: Values, path: Path, progress: Progress = silent, watch: Any = None) -> Sampler:
    """Write the published COG at ``path`` and return what the values are like.

    ``watch(planes, mask, window)`` sees every window that is written. On any error nothing is left behind.

    Raises:
        UnreadableSource: a block of a source is damaged.
    """
    passing = path.with_name(f"{path.name}.passing.tif")
    target = values.target
    sampler = Sampler(len(values.bands), target.width * target.height)
    try:
        with rasterio.Env(GDAL_CACHEMAX=GDAL_CACHE, GDAL_TIFF_INTERNAL_MASK=True), handles() as opened:
            with rasterio.open(passing, "w", **_profile(values)) as sink:
                _describe(sink, values)
                windows = list(_windows(values))
                for done, window in enumerate(windows):
                    progress(done, len(windows) + 1, say("reading-file", file=path.name))
                    planes, mask = _read_target(values, opened, window)
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


def _windows(values: Values) -> Iterator[Window]:
    """Give the windows of the target: whole strips when copying, squares when moving."""
    target = values.target
    wide = WINDOW if values.moved else target.width
    tall = WINDOW if values.moved else max(BLOCK, STRIP_PIXELS // target.width // len(values.bands) // BLOCK * BLOCK)
    for row in range(0, target.height, tall):
        for column in range(0, target.width, wide):
            yield Window(column, row, min(wide, target.width - column), min(tall, target.height - row))


def _read_target(values: Values, opened: Handles, window: Window) -> tuple[Pixels, Mask | None]:
    """Return a window of the target as (bands, rows, columns) in its dtype, and its mask."""
    if not values.moved:
        pixels, mask = _read(values, opened, _in_source(values, window), window.width, window.height)
        if values.affine.e > 0:
            pixels, mask = pixels[:, ::-1], None if mask is None else mask[::-1]
    else:
        found = _moved(values, opened, window)
        shape = (len(values.bands), window.height, window.width)
        if found is None:
            pixels, mask = np.zeros(shape, values.dtype), np.zeros(shape[1:], np.uint8)
        else:
            pixels, mask = np.moveaxis(found[0].reshape(*shape[1:], shape[0]), 2, 0), found[1]
    return _converted(values, pixels, mask), mask


def _in_source(values: Values, window: Window) -> Window:
    """Return the same window in the source's rows and columns."""
    inverse = ~values.affine
    west = values.target.affine.c + window.column * values.target.affine.a + values.shift
    column = round(inverse.a * west + inverse.c)
    top = values.target.affine.f + window.row * values.target.affine.e
    row = round(inverse.e * top + inverse.f)
    if values.affine.e > 0:
        row -= window.height
    return Window(column, row, window.width, window.height)


def _moved(values: Values, opened: Handles, window: Window) -> tuple[Pixels, Mask | None] | None:
    affine = values.target.affine
    west, north = affine.c + window.column * affine.a, affine.f + window.row * affine.e
    box = Bounds(west, north + window.height * affine.e, west + window.width * affine.a, north)
    way = way_to_pixels(parse_crs(values.target.crs), parse_crs(values.crs), values.fit, values.city, values.area)

    def read(part: Window, width: int, height: int) -> tuple[Pixels, Mask | None]:
        planes, mask = _read(values, opened, part, width, height)
        return np.ascontiguousarray(np.moveaxis(planes, 0, 2)), mask

    return remap_window(
        read, values.affine, (values.width, values.height), way, box, window.width, window.height, values.resampling,
        shift=values.shift,
    )  # fmt: skip


def _read(values: Values, opened: Handles, window: Window, width: int, height: int) -> tuple[Pixels, Mask | None]:
    """Read a window of the source grid from all files: (bands, rows, columns) as stored, and its mask."""
    part = RasterioWindow(window.column, window.row, window.width, window.height)
    how = GdalResampling.nearest if values.resampling == "nearest" else GdalResampling.average
    options: dict[str, Any] = {"window": part, "out_shape": (height, width), "resampling": how}
    name = values.bands[0].name
    try:
        planes = []
        for band in values.bands:
            name = band.name
            planes.append(opened.open(band.name, band.driver).read(band.number, **options))
        first = opened.open(values.bands[0].name, values.bands[0].driver)
        pixels = np.stack(planes)
        if values.data == "mask":
            return pixels, np.ascontiguousarray(first.read_masks(values.bands[0].number, **options))
        if values.data == "alpha":
            return pixels, np.where(first.read(values.alpha, **options) > 0, 255, 0).astype(np.uint8)
    except rasterio.errors.RasterioIOError as error:
        raise damaged(name, error) from error
    return pixels, _mask_of_values(values, pixels)


def _mask_of_values(values: Values, pixels: Pixels) -> Mask | None:
    """Return what has data by the values themselves; infinities and what stands for them never have."""
    if pixels.dtype.kind == "f":
        known = (np.abs(pixels) < NO_VALUE).all(axis=0)
    elif values.data == "all" and not values.also_void:
        return None
    else:
        known = np.ones(pixels.shape[1:], bool)
    if values.data == "nodata" and values.nodata is not None and not np.isnan(values.nodata):
        known &= (pixels != np.array(values.nodata).astype(pixels.dtype)).any(axis=0)
    for void in values.also_void:
        known &= (pixels != void).any(axis=0)
    return None if known.all() else np.where(known, 255, 0).astype(np.uint8)


def _converted(values: Values, pixels: Pixels, mask: Mask | None) -> Pixels:
    """Return the pixels in the target's dtype and unit, with its nodata where there is no data."""
    if values.factor != 1.0 or values.addend:
        pixels = pixels.astype(np.float64) * values.factor + values.addend
    if mask is None:
        return pixels.astype(values.dtype)
    blank = np.array(values.published_nodata or 0).astype(values.dtype)
    with np.errstate(invalid="ignore", over="ignore"):
        return np.where(mask > 0, pixels.astype(values.dtype), blank)


def _write(sink: Any, values: Values, window: Window, planes: Pixels, mask: Mask | None) -> None:
    part = RasterioWindow(window.column, window.row, window.width, window.height)
    sink.write(planes, window=part)
    if (values.nodata is None and values.data in ("mask", "alpha")) or (values.nodata is None and values.moved):
        whole = np.full(planes.shape[1:], 255, np.uint8) if mask is None else mask
        sink.write_mask(whole, window=part)
