"""Windows of the grid that is published, read from the source grid or moved from it, with what has data in them."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
import rasterio
from rasterio.enums import Resampling as GdalResampling
from rasterio.windows import Window as RasterioWindow

from importers.raster.driver import damaged, masked_too
from importers.raster.handles import Handles
from importers.raster.picture import way_to_pixels
from importers.raster.value_grid import NO_VALUE, Values
from layers.crs.names import parse_crs
from layers.crs.pixel_map import Window
from layers.crs.remap import Mask, Pixels, remap_window
from layers.frame import Bounds

BLOCK = 256
WINDOW = 2048
STRIP_PIXELS = 8_000_000
FLOAT_STEPS = 10 * 2.0**-23


def windows_of(values: Values) -> Iterator[Window]:
    """Give the windows of the target: whole strips when copying, squares when moving."""
    target = values.target
    wide = WINDOW if values.moved else target.width
    tall = WINDOW if values.moved else max(BLOCK, STRIP_PIXELS // target.width // len(values.bands) // BLOCK * BLOCK)
    for row in range(0, target.height, tall):
        for column in range(0, target.width, wide):
            yield Window(column, row, min(wide, target.width - column), min(tall, target.height - row))


def read_target(values: Values, opened: Handles, window: Window) -> tuple[Pixels, Mask | None]:
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
            there = first.read(values.alpha, **options) > 0
            if masked_too(first):
                there &= first.read_masks(values.bands[0].number, **options) > 0
            return pixels, np.where(there, 255, 0).astype(np.uint8)
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
        known &= ~_equals(pixels, values.nodata).all(axis=0)
    for void in values.also_void:
        known &= ~_equals(pixels, void).all(axis=0)
    return None if known.all() else np.where(known, 255, 0).astype(np.uint8)


def _equals(pixels: Pixels, void: float) -> npt.NDArray[np.bool_]:
    """Say where pixels are a value that stands for none; of floats the last digits may have been lost in writing it.

    As far as GDAL lets them differ: ten steps of a float of 32 bits.
    """
    if pixels.dtype.kind != "f" or abs(void) >= NO_VALUE:
        return np.asarray(pixels == np.array(void).astype(pixels.dtype))
    return np.asarray(np.abs(pixels - pixels.dtype.type(void)) <= FLOAT_STEPS * abs(void))


def _converted(values: Values, pixels: Pixels, mask: Mask | None) -> Pixels:
    """Return the pixels in the target's dtype and unit, with its nodata where there is no data."""
    if values.factor != 1.0 or values.addend:
        pixels = pixels.astype(np.float64) * values.factor + values.addend
    if mask is None:
        return pixels.astype(values.dtype)
    blank = np.array(values.published_nodata or 0).astype(values.dtype)
    with np.errstate(invalid="ignore", over="ignore"):
        return np.where(mask > 0, pixels.astype(values.dtype), blank)
