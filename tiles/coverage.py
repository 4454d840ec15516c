"""Coverages: the values of a raster layer over a box, for analysis rather than for looking at."""

import math

import numpy as np
import pyproj

from layers.frame import Bounds
from layers.layer import Layer, RasterFacts
from layers.storage import Storage
from tiles.encode import Picture, geotiff
from tiles.errors import BadRendering, WindowTooLarge
from tiles.imagery import raster_facts
from tiles.mosaic import choose_files
from tiles.options import Order, Span
from tiles.sampling import Reading
from tiles.warp import Canvas, Resampling, ground_size
from tiles.window import Patch, read_patch

MOST_PIXELS = 4096 * 4096
"""Pixels of one window; more is asked for in parts."""


def read_window(
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
    span: Span | None = None,
) -> Patch:
    """Values over ``bounds`` (east, north; units of ``crs``); without a size, at the layer's own ground resolution.

    Imagery keeps its numbers and dtype; elevation is float32 in the layer's unit, NaN where there is no height. Where
    nothing lies the mask is 0. Classes are sampled by nearest neighbour, the rest bilinearly unless said otherwise.
    Raises BadRendering for an empty box or an unknown band, WindowTooLarge, NoDatumOperation, RasterUnreadable.
    """
    facts = raster_facts(layer)
    canvas = _canvas(facts, bounds, crs, width, height)
    chosen = bands or tuple(range(1, max(1, len(facts.bands)) + 1))
    if min(chosen) < 1 or max(chosen) > max(1, len(facts.bands)):
        raise BadRendering("bands", f"the layer has bands 1 to {max(1, len(facts.bands))}")
    heights = layer.kind == "elevation"
    default: Resampling = "nearest" if facts.colormap is not None else "smooth" if heights else "bilinear"
    reading = Reading(chosen, resampling or default, facts.nodata, "float32" if heights else None)
    patch = read_patch(choose_files(facts, canvas, order, span), storage, canvas, reading)
    if patch is None:
        dtype = "float32" if heights or not facts.bands else facts.bands[chosen[0] - 1].dtype
        shape = (canvas.height, canvas.width)
        patch = Patch(np.zeros((*shape, len(chosen)), dtype), np.zeros(shape, np.uint8), canvas)
    return _in_unit(patch, facts, chosen) if heights else patch


def window_tiff(layer: Layer, patch: Patch) -> Picture:
    """A patch as a GeoTIFF: nodata where the layer has such a value (NaN for heights), else an internal mask."""
    nodata = float("nan") if layer.kind == "elevation" else raster_facts(layer).nodata
    return geotiff(patch.values, patch.mask, patch.bounds, patch.crs, nodata)


def _in_unit(patch: Patch, facts: RasterFacts, bands: tuple[int, ...]) -> Patch:
    values = patch.values.astype(np.float32)
    for column, band in enumerate(bands):
        if band <= len(facts.bands):
            values[..., column] *= np.float32(facts.bands[band - 1].scale)
            values[..., column] += np.float32(facts.bands[band - 1].offset)
    if patch.mask is not None:
        values[patch.mask == 0] = np.nan
    return Patch(values, patch.mask, patch.canvas)


def _canvas(facts: RasterFacts, bounds: Bounds, crs: pyproj.CRS, width: int | None, height: int | None) -> Canvas:
    west, south, east, north = bounds
    if not (all(map(math.isfinite, bounds)) and west < east and south < north):
        raise BadRendering("bbox", "the box must have an extent: west < east and south < north")
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
        raise BadRendering("width" if width < 1 else "height", "must be at least 1")
    if width * height > MOST_PIXELS:
        raise WindowTooLarge(
            f"{width} x {height} pixels; at most {MOST_PIXELS} at once. Ask for a smaller box or give a smaller size"
        )
    return Canvas(crs, bounds, width, height)
