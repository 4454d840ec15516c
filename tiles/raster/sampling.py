"""Sample one open raster onto a canvas.

The steps: place the canvas's control points among the file's pixels, take the overview that fits, read the window they
span, sample it. When the canvas's pixels are the file's own pixels they are copied, not sampled.

Missing values (nodata, NaN, mask, alpha) never bleed into a picture: before sampling, the missing pixels next to data
are filled with the mean of their neighbours, and a sampled pixel counts as data when at least half of its weight was.
"""

import math
from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt
from rasterio.windows import Window

from tiles.raster.missing import Mask, fill_edges, missing_mask
from tiles.raster.open_raster import OpenRaster
from tiles.raster.warp import STEP, Canvas, Floats, Maps, Resampling, Values, remap

PADDING = 4
"""Pixels read around a window: what a cubic sampler and the filling of holes look at."""
SAME = 0.01
"""Part of a pixel by which a canvas may lie off the file's pixels and still copy them."""
SMOOTH = 0.75
"""File pixels per canvas pixel below which smooth sampling puts finer pixels between the file's."""
FINEST = 16
"""Finer pixels put into one file pixel at most, in each direction."""
DECIMATE = 4.0
"""File pixels per canvas pixel and direction from which GDAL thins a file without overviews while reading."""


class Reading(NamedTuple):
    """What to read of a file: bands counted from 1, how to sample, the missing value of files that state none.

    ``dtype`` is what to interpolate in; None keeps the file's own (whole numbers stay whole numbers).
    """

    bands: tuple[int, ...]
    resampling: Resampling = "bilinear"
    nodata: float | None = None
    dtype: str | None = None


class Piece(NamedTuple):
    """What one file gave: values and mask of the canvas rows and columns that it reaches."""

    rows: slice
    cols: slice
    values: Values
    mask: Mask | None


def read_piece(raster: OpenRaster, canvas: Canvas, nodes: tuple[Floats, Floats], reading: Reading) -> Piece | None:
    """Read one file where it reaches the canvas; None where it does not.

    ``nodes`` are the canvas's control points in the file's CRS.
    """
    inverse = raster.inverse
    px = inverse.a * nodes[0] + inverse.b * nodes[1] + inverse.c
    py = inverse.d * nodes[0] + inverse.e * nodes[1] + inverse.f
    reached = _reached(px, py, raster.width, raster.height)
    if reached is None:
        return None
    rows, cols = reached
    px, py = px[rows, cols], py[rows, cols]
    step = _step(px, py)
    level = Level(raster, raster.level_for(step), reading)
    px, py = px * (level.width / raster.width), py * (level.height / raster.height)
    piece = level.copy(canvas, rows.start, cols.start, px, py)
    return piece or level.sample(canvas, rows.start, cols.start, px, py)


def _reached(px: Floats, py: Floats, width: int, height: int) -> tuple[slice, slice] | None:
    """Rows and columns of the control points around every cell that touches the raster; None when no cell does."""
    touches = _cells_within(px, width) & _cells_within(py, height)
    rows, cols = np.flatnonzero(touches.any(axis=1)), np.flatnonzero(touches.any(axis=0))
    if not rows.size:
        return None
    return slice(int(rows[0]), int(rows[-1]) + 2), slice(int(cols[0]), int(cols[-1]) + 2)


def _cells_within(positions: Floats, size: int) -> npt.NDArray[np.bool_]:
    corners = positions[:-1, :-1], positions[:-1, 1:], positions[1:, :-1], positions[1:, 1:]
    low, high = np.minimum.reduce(corners), np.maximum.reduce(corners)
    within: npt.NDArray[np.bool_] = (high > 0) & (low < size)
    return within


def _step(px: Floats, py: Floats) -> float:
    """File pixels per canvas pixel: the root of the area of a middle cell, so that both directions count alike."""
    row, col = (px.shape[0] - 1) // 2, (px.shape[1] - 1) // 2
    ax, ay = px[row, col + 1] - px[row, col], py[row, col + 1] - py[row, col]
    bx, by = px[row + 1, col] - px[row, col], py[row + 1, col] - py[row, col]
    return float(np.sqrt(abs(ax * by - ay * bx))) / STEP


class Level:
    """One overview of an open raster, and how its values are wanted."""

    def __init__(self, raster: OpenRaster, number: int, reading: Reading) -> None:
        self.raster = raster
        self.number = number
        self.width, self.height = raster.size(number)
        self.reading, self.resampling = reading, reading.resampling
        self.nodata = raster.nodata if raster.nodata is not None else reading.nodata

    def copy(self, canvas: Canvas, first_row: int, first_col: int, px: Floats, py: Floats) -> Piece | None:
        """Copy the pixels when the canvas's are this level's own; None when they are not."""
        right = px - STEP * (first_col + np.arange(px.shape[1]) - 0.5)
        down = py - STEP * (first_row + np.arange(py.shape[0]) - 0.5)[:, None]
        dx, dy = round(float(right[0, 0])), round(float(down[0, 0]))
        if np.abs(right - dx).max() > SAME or np.abs(down - dy).max() > SAME:
            return None
        rows, cols = canvas.pixels_between(px.shape, first_row, first_col)
        rows = slice(max(rows.start, -dy), min(rows.stop, self.height - dy))
        cols = slice(max(cols.start, -dx), min(cols.stop, self.width - dx))
        if rows.start >= rows.stop or cols.start >= cols.stop:
            return None
        window = Window(cols.start + dx, rows.start + dy, cols.stop - cols.start, rows.stop - rows.start)
        values, mask = self.read(window)
        return Piece(rows, cols, values, mask)

    def sample(self, canvas: Canvas, first_row: int, first_col: int, px: Floats, py: Floats) -> Piece | None:
        """Read the window that the control points span and sample it at every pixel between them."""
        x0, y0 = max(0, int(px.min()) - PADDING), max(0, int(py.min()) - PADDING)
        x1, y1 = min(self.width, int(px.max()) + PADDING + 1), min(self.height, int(py.max()) + PADDING + 1)
        rows, cols = canvas.pixels_between(px.shape, first_row, first_col)
        if x0 >= x1 or y0 >= y1 or rows.start >= rows.stop or cols.start >= cols.stop:
            return None
        thinned = self._thinned(x1 - x0, y1 - y0, rows, cols)
        values, mask = self.read(Window(x0, y0, x1 - x0, y1 - y0), thinned)
        if mask is not None and not mask.any():
            return None
        fx, fy = values.shape[1] / (x1 - x0), values.shape[0] / (y1 - y0)
        x = canvas.spread((px - x0) * fx - 0.5, first_row, first_col)
        y = canvas.spread((py - y0) * fy - 0.5, first_row, first_col)
        beyond = px.min() < 0 or py.min() < 0 or px.max() > self.width or py.max() > self.height
        seen = None if mask is None else self._sampled_mask(mask, x, y)
        if mask is not None and self.resampling != "nearest":
            values = fill_edges(values, mask)
        sampled = self._sampled(values, x, y, _step(px, py) * fx)
        if beyond:
            inside = (x >= -0.5 - x0 * fx) & (x < (self.width - x0) * fx - 0.5)
            inside &= (y >= -0.5 - y0 * fy) & (y < (self.height - y0) * fy - 0.5)
            seen = inside.astype(np.uint8) * np.uint8(255) if seen is None else np.where(inside, seen, np.uint8(0))
        return Piece(rows, cols, sampled, seen)

    def _sampled(self, values: Values, x: Maps, y: Maps, step: float) -> Values:
        if self.resampling != "smooth":
            return remap(values, x, y, self.resampling)
        times = min(FINEST, math.ceil(1 / max(step, 1e-3))) if step < SMOOTH else 1
        if times > 1:
            values = finer(values, times)
            x, y = ((at + np.float32(0.5)) * np.float32(times) - np.float32(0.5) for at in (x, y))
        return remap(values, x, y, "bilinear")

    def _thinned(self, width: int, height: int, rows: slice, cols: slice) -> tuple[int, int] | None:
        """Shape to thin a window to while reading, when the file has no overview small enough."""
        factor = min(height / (rows.stop - rows.start), width / (cols.stop - cols.start))
        if factor < DECIMATE:
            return None
        return max(1, round(height / factor)), max(1, round(width / factor))

    def read(self, window: Window, shape: tuple[int, int] | None = None) -> tuple[Values, Mask | None]:
        """Values (h, w, bands) of a window, thinned to ``shape``, and its mask unless everything is there."""
        average = shape is not None and self.resampling != "nearest"
        planes = self.raster.read(self.number, self.reading.bands, window, shape, average)
        mask = self._mask(planes, window, shape)
        if self.reading.dtype is not None:
            planes = planes.astype(self.reading.dtype, copy=False)
        return interleave(planes), None if mask is None or mask.min() == 255 else mask

    def _mask(self, planes: Values, window: Window, shape: tuple[int, int] | None) -> Mask | None:
        if self.raster.mask_kind == "mask":
            mask: Mask = self.raster.read_mask(self.number, window, shape)
            return mask
        if self.raster.alpha is not None:
            alpha: Values = self.raster.read(self.number, [self.raster.alpha], window, shape)[0]
            return alpha if alpha.dtype == np.uint8 else np.where(alpha > 0, np.uint8(255), np.uint8(0))
        return missing_mask(planes, self.nodata)

    def _sampled_mask(self, mask: Mask, x: Maps, y: Maps) -> Mask:
        if self.resampling == "nearest":
            nearest: Mask = remap(mask[..., None], x, y, "nearest")[..., 0]
            return nearest
        share: Mask = remap(mask[..., None], x, y, "bilinear")[..., 0]
        return share if self.raster.mask_kind == "alpha" else np.where(share >= 128, np.uint8(255), np.uint8(0))


def interleave(planes: Values) -> Values:
    """Planes (bands, h, w) as pixels (h, w, bands); OpenCV does it thirty times faster than numpy's transpose."""
    if planes.shape[0] == 1:
        single: Values = planes[0][..., None]
        return single
    if planes.dtype.kind in "iu" and planes.dtype.itemsize > 2:
        return np.ascontiguousarray(planes.transpose(1, 2, 0))
    merged: Values = cv2.merge(list(planes))
    return merged


def finer(values: Values, times: int) -> Values:
    """Put ``times`` x ``times`` pixels into every pixel of (h, w, bands) by cubic convolution, edges repeated.

    A plane stays the same plane and slopes are continuous. OpenCV's own cubic kernel (a = -0.75) does not keep a plane
    and places samples on 1/32 of a pixel, which a hillshade shows as ripples.
    Formula: Keys (1981), IEEE Trans. ASSP 29(6), with a = -1/2.
    """
    for axis in (0, 1):
        count = values.shape[axis]
        padded = np.pad(values, [(2, 2) if a == axis else (0, 0) for a in range(values.ndim)], mode="edge")
        shape = list(values.shape)
        shape[axis] = count * times
        out = np.empty(shape, values.dtype)
        for phase in range(times):
            at = (phase + 0.5) / times - 0.5
            first = 0 if at < 0 else 1  # the padded pixel that the four taps begin with
            taps = _keys(at + 1 if at < 0 else at)
            parts = (np.take(padded, range(first + k, first + k + count), axis=axis) * taps[k] for k in range(4))
            place: list[slice] = [slice(None)] * values.ndim
            place[axis] = slice(phase, None, times)
            out[tuple(place)] = sum(parts)
        values = out
    return values


def _keys(part: float) -> npt.NDArray[np.float32]:
    """Weights of the four pixels around a place ``part`` of the way from the second to the third."""
    s = part
    weights = (-s + 2 * s**2 - s**3, 2 - 5 * s**2 + 3 * s**3, s + 4 * s**2 - 3 * s**3, s**3 - s**2)
    return np.array([weight / 2 for weight in weights], np.float32)
