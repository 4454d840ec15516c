"""Coverages: the values of a raster layer over a box, for analysis rather than for looking at."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyproj

from layers.frame import Bounds
from layers.layer import Layer, RasterFacts
from layers.sentences import say
from layers.storage import Storage
from tiles.errors import BadRendering, WindowTooLarge
from tiles.raster.encode import Picture, geotiff_strips
from tiles.raster.imagery import raster_facts
from tiles.raster.missing import Mask
from tiles.raster.mosaic import choose_files
from tiles.raster.options import Order, Span
from tiles.raster.sampling import Reading
from tiles.raster.warp import Canvas, Resampling, ground_size
from tiles.raster.window import Patch, read_patch

MOST_PIXELS = 4096 * 4096
"""Pixels of one window; more is asked for in parts."""
STRIP = 256
"""Rows read and written at once: a row of the GeoTIFF's blocks."""


@dataclass(frozen=True)
class Window:
    """A box of a raster layer, which bands of it and how to sample them; ``canvas`` is its pixels."""

    layer: Layer
    storage: Storage
    canvas: Canvas
    reading: Reading
    order: Order = "layer"
    spans: tuple[Span, ...] = ()

    @property
    def dtype(self) -> np.dtype[Any]:
        """What the numbers are: float32 for heights, else what holds all the bands."""
        facts = raster_facts(self.layer)
        if self.layer.kind == "elevation" or not facts.bands:
            return np.dtype("float32" if self.layer.kind == "elevation" else "uint8")
        return np.result_type(*(facts.bands[band - 1].dtype for band in self.reading.bands))

    def patch(self, canvas: Canvas | None = None) -> Patch:
        """The values on the window's canvas or a part of it. Raises NoDatumOperation, RasterUnreadable."""
        facts, canvas = raster_facts(self.layer), canvas or self.canvas
        files = choose_files(facts, canvas, self.order, self.spans)
        patch = read_patch(files, self.storage, canvas, self.reading)
        if patch is None:
            shape = (canvas.height, canvas.width)
            empty = np.zeros((*shape, len(self.reading.bands)), self.dtype)
            patch = Patch(empty, np.zeros(shape, np.uint8), canvas)
        return _in_unit(patch, facts, self.reading.bands) if self.layer.kind == "elevation" else patch

    def strips(self) -> Iterator[tuple[npt.NDArray[Any], Mask | None]]:
        """Values and mask from north to south, 256 rows at a time."""
        west, _, east, north = self.canvas.bounds
        height = self.canvas.pixel[1]
        for first in range(0, self.canvas.height, STRIP):
            last = min(first + STRIP, self.canvas.height)
            bounds = Bounds(west, north - last * height, east, north - first * height)
            patch = self.patch(Canvas(self.canvas.crs, bounds, self.canvas.width, last - first))
            values = patch.values
            if values.dtype.kind == "f" and self.dtype.kind in "iu":
                values = np.rint(values)  # whole numbers too wide for the sampler went through float64
            yield values.astype(self.dtype, copy=False), patch.mask


def open_window(
    layer: Layer,
    storage: Storage,
    bounds: Bounds,
    crs: pyproj.CRS,
    width: int | None = None,
    height: int | None = None,
    resampling: Resampling | None = None,
    *,
    bands: tuple[int, ...] | None = None,
    order: Order = "layer",
    spans: tuple[Span, ...] = (),
) -> Window:
    """A window over ``bounds`` (east, north; units of ``crs``); without a size, at the layer's own ground resolution.

    Imagery keeps its numbers and dtype; elevation is float32 in the layer's unit, NaN where there is no height. Where
    nothing lies the mask is 0. Classes are sampled by nearest neighbour, the rest bilinearly unless said otherwise.
    Nothing is read yet. Raises BadRendering for an empty box or an unknown band, WindowTooLarge.
    """
    facts = raster_facts(layer)
    canvas = _canvas(facts, bounds, crs, width, height)
    chosen = bands or tuple(range(1, max(1, len(facts.bands)) + 1))
    if min(chosen) < 1 or max(chosen) > max(1, len(facts.bands)):
        raise BadRendering("bands", say("bands-up-to", most=max(1, len(facts.bands))))
    heights = layer.kind == "elevation"
    default: Resampling = "nearest" if facts.colormap is not None else "smooth" if heights else "bilinear"
    reading = Reading(chosen, resampling or default, facts.nodata, "float32" if heights else None)
    return Window(layer, storage, canvas, reading, order, spans)


def window_tiff(window: Window) -> Picture:
    """A window as a GeoTIFF: nodata where the layer has such a value (NaN for heights), else an internal mask.

    It is read and written strip by strip and never lies in memory as a whole. Raises NoDatumOperation,
    RasterUnreadable.
    """
    nodata = float("nan") if window.layer.kind == "elevation" else raster_facts(window.layer).nodata
    canvas = window.canvas
    shape = (canvas.height, canvas.width, len(window.reading.bands))
    return geotiff_strips(window.strips(), shape, window.dtype, canvas.bounds, canvas.crs, nodata)


def _in_unit(patch: Patch, facts: RasterFacts, bands: tuple[int, ...]) -> Patch:
    values = patch.values.astype(np.float32, copy=False)
    for column, band in enumerate(bands):
        if band <= len(facts.bands) and (facts.bands[band - 1].scale, facts.bands[band - 1].offset) != (1.0, 0.0):
            values[..., column] *= np.float32(facts.bands[band - 1].scale)
            values[..., column] += np.float32(facts.bands[band - 1].offset)
    if patch.mask is not None:
        values[patch.mask == 0] = np.nan
    return Patch(values, patch.mask, patch.canvas)


def _canvas(facts: RasterFacts, bounds: Bounds, crs: pyproj.CRS, width: int | None, height: int | None) -> Canvas:
    west, south, east, north = bounds
    if not (all(map(math.isfinite, bounds)) and west < east and south < north):
        raise BadRendering("bbox", say("box-extent"))
    if width is None and height is None:
        size = ground_size(Canvas(crs, bounds, 16, 16))
        width = max(1, round(float(size.dx.mean()) * 16 / facts.resolution_m))
        height = max(1, round(float(size.dy.mean()) * 16 / facts.resolution_m))
    elif height is None and width is not None:
        height = max(1, round(width * (north - south) / (east - west)))
    elif width is None and height is not None:
        width = max(1, round(height * (east - west) / (north - south)))
    assert width is not None
    assert height is not None
    if width < 1 or height < 1:
        raise BadRendering("width" if width < 1 else "height", say("at-least-one"))
    if width * height > MOST_PIXELS:
        raise WindowTooLarge(say("window-large", width=width, height=height, most=MOST_PIXELS))
    return Canvas(crs, bounds, width, height)
