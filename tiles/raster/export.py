"""A raster layer's part in a box as one GeoTIFF: exact edges, the layer's own resolution, memory that stays flat."""

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyproj
import rasterio
from rasterio.enums import ColorInterp
from rasterio.windows import Window

from layers.frame import Bounds
from layers.layer import Layer, RasterFacts
from layers.sentences import say
from layers.storage import Storage
from tiles.errors import BadRendering
from tiles.raster.coverage import open_window
from tiles.raster.handles import gdal_settings
from tiles.raster.imagery import raster_facts
from tiles.raster.warp import Canvas, ground_size

PART = 2048
"""Pixels along the side of the squares that are read one after the other."""
MOST_PIXELS = 4_000_000_000
HEIGHT_SYSTEM = "HEIGHT_SYSTEM"
"""The metadata item under which a file of heights tells their system; imports read it back."""


def write_box(layer: Layer, storage: Storage, bounds: Bounds, crs: pyproj.CRS, path: Path) -> bool:
    """Write the layer's values over ``bounds`` (units of ``crs``, east, north) to ``path``.

    Pixels are as large as the layer's finest, made to fit the box's edges exactly. Returns whether any has data; what
    has none is nodata (heights: NaN) or masked.

    Raises:
        BadRendering: the layer has no pixels, or the box holds too many.
        NoDatumOperation, RasterUnreadable.
    """
    facts, heights = raster_facts(layer), layer.kind == "elevation"
    nodata = float("nan") if heights else facts.nodata
    profile = _profile(facts, heights, bounds, crs)
    shape = profile["height"], profile["width"]
    seen = False
    # Unasked, GDAL keeps a twentieth of the machine's memory of what is written.
    with gdal_settings(), rasterio.open(path, "w", **profile, nodata=nodata) as sink:
        _describe(sink, facts, heights)
        for window, box in _parts(bounds, shape):
            patch = open_window(layer, storage, box, crs, window.width, window.height).patch()
            mask = np.full((window.height, window.width), 255, np.uint8) if patch.mask is None else patch.mask
            seen = seen or bool(mask.any())
            values = np.moveaxis(patch.values, 2, 0)
            if nodata is not None:
                values = np.where(mask > 0, values, nodata).astype(values.dtype)
            sink.write(values, window=window)
            if nodata is None:
                sink.write_mask(np.where(mask > 0, 255, 0).astype(np.uint8), window=window)
    return seen


def _profile(facts: RasterFacts, heights: bool, bounds: Bounds, crs: pyproj.CRS) -> dict[str, Any]:
    """Return how the file is laid out. Raises BadRendering where it would have too many pixels."""
    size = ground_size(Canvas(crs, bounds, 16, 16))
    sides = float(size.dx.mean()) * 16, float(size.dy.mean()) * 16
    width, height = (max(1, math.ceil(side / facts.resolution_m - 0.01)) for side in sides)
    if width * height > MOST_PIXELS:
        raise BadRendering("sheet", say("sheet-too-large", width=width, height=height))
    step_x, step_y = (bounds.east - bounds.west) / width, (bounds.north - bounds.south) / height
    dtype = "float32" if heights or not facts.bands else facts.bands[0].dtype
    return {
        "driver": "GTiff", "width": width, "height": height, "count": max(1, len(facts.bands)), "crs": crs,
        "dtype": dtype, "transform": rasterio.Affine(step_x, 0, bounds.west, 0, -step_y, bounds.north), "tiled": True,
        "blockxsize": 512, "blockysize": 512, "compress": "DEFLATE", "BIGTIFF": "IF_SAFER",
        "photometric": "RGB" if len(facts.bands) == 3 and dtype == "uint8" else "MINISBLACK",
    }  # fmt: skip


def _describe(sink: Any, facts: RasterFacts, heights: bool) -> None:
    """Write what the values are: heights with their system, classes with their colours."""
    if heights:
        sink.descriptions, sink.units = ("height",), ("m",)
        if facts.height_system is not None:
            sink.update_tags(**{HEIGHT_SYSTEM: facts.height_system})
    if facts.colormap is not None and sink.count == 1 and sink.dtypes[0] == "uint8":
        sink.write_colormap(1, {value: tuple(colour) for value, colour in facts.colormap.items()})
        sink.colorinterp = (ColorInterp.palette,)


def _parts(bounds: Bounds, shape: tuple[int, int]) -> Iterator[tuple[Window, Bounds]]:
    """Yield the squares that are read one after the other, as windows of the file and as boxes."""
    height, width = shape
    step_x, step_y = (bounds.east - bounds.west) / width, (bounds.north - bounds.south) / height
    for row in range(0, height, PART):
        for column in range(0, width, PART):
            window = Window(column, row, min(PART, width - column), min(PART, height - row))
            west, north = bounds.west + column * step_x, bounds.north - row * step_y
            yield window, Bounds(west, north - window.height * step_y, west + window.width * step_x, north)
