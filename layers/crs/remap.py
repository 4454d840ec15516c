"""Raster windows moved from one coordinate system to another: what importers and tiles share.

Where the pixels lie, ``layers.crs.pixel_map`` finds out; OpenCV moves them. Arrays are (rows, columns) or (rows,
columns, bands); a mask is uint8, 255 where there is data, and None where there is data everywhere.
"""

from collections.abc import Callable
from typing import Any, Literal

import cv2
import numpy as np
import numpy.typing as npt
from affine import Affine

from layers.crs.pixel_map import PixelMap, Window, pixel_map
from layers.crs.transform import Transform
from layers.frame import Bounds

Pixels = npt.NDArray[Any]
Mask = npt.NDArray[np.uint8]
Resampling = Literal["nearest", "bilinear", "cubic"]

_FLAGS = {"nearest": cv2.INTER_NEAREST, "bilinear": cv2.INTER_LINEAR, "cubic": cv2.INTER_CUBIC}
_CV_DTYPES = ("uint8", "uint16", "int16", "float32", "float64")
_CV_BANDS = 4


Read = Callable[[Window, int, int], tuple[Pixels, Mask | None]]
"""``read(window, width, height)`` gives the window's pixels resampled to width x height, and its mask."""


def remap(
    pixels: Pixels, mask: Mask | None, where: PixelMap, resampling: Resampling = "bilinear"
) -> tuple[Pixels, Mask | None]:
    """Move a window's pixels to the target, same dtype; the mask says where the target has data.

    ``pixels`` is the reading of ``where.window``. A target pixel has data when the source pixel nearest to it has; what
    has none never bleeds into its neighbours. Pixels without data are 0 or whatever lay there.
    """
    if pixels.dtype.name not in _CV_DTYPES:
        wide, seen = remap(pixels.astype(np.float64), mask, where, resampling)
        return _as_dtype(wide, pixels.dtype), seen
    if mask is not None and mask.all():
        mask = None
    seen = _moved_mask(mask, where)
    if mask is None or resampling == "nearest":
        return _move(pixels, where, resampling), seen
    return _move_weighted(pixels, mask, where), seen


def remap_window(
    read: Read,
    affine: Affine,
    size: tuple[int, int],
    to_source: Transform,
    bounds: Bounds,
    width: int,
    height: int,
    resampling: Resampling = "bilinear",
    *,
    shift: float = 0.0,
) -> tuple[Pixels, Mask | None] | None:
    """Draw a source into a target box: find its pixels, read them at a fitting size, move them.

    Arguments as for ``pixel_map``. Returns the pixels and mask of the box, or None where the two do not meet.
    """
    where = pixel_map(to_source, affine, size, bounds, width, height, shift=shift)
    if where is None:
        return None
    pixels, mask = read(where.window, where.read_width, where.read_height)
    return remap(pixels, mask, where, resampling)


def _move(pixels: Pixels, where: PixelMap, resampling: Resampling) -> Pixels:
    """Let OpenCV move the pixels, four bands at a time; outside the source its edge is repeated."""
    flag = _FLAGS[resampling]
    border = cv2.BORDER_REPLICATE
    if pixels.ndim == 2 or pixels.shape[2] <= _CV_BANDS:
        moved: Pixels = cv2.remap(pixels, where.columns, where.rows, flag, borderMode=border)
        return moved.reshape(*where.columns.shape, *pixels.shape[2:])
    parts = [
        _move(np.ascontiguousarray(pixels[:, :, first : first + _CV_BANDS]), where, resampling)
        for first in range(0, pixels.shape[2], _CV_BANDS)
    ]
    return np.concatenate(parts, axis=2)


def _move_weighted(pixels: Pixels, mask: Mask, where: PixelMap) -> Pixels:
    """Move with the pixels without data weighing nothing."""
    weight = (mask > 0).astype(np.float32)
    weighted = np.where(_with_bands(mask > 0, pixels), pixels, 0).astype(np.float32)
    weighted = _move(weighted, where, "bilinear")
    share = np.maximum(_move(weight, where, "bilinear"), np.float32(1e-6))
    return _as_dtype(weighted / _with_bands(share, weighted), pixels.dtype)


def _moved_mask(mask: Mask | None, where: PixelMap) -> Mask | None:
    if mask is None and where.inside:
        return None
    if mask is None:
        mask = np.full((where.read_height, where.read_width), 255, np.uint8)
    seen: Mask = cv2.remap(
        mask, where.columns, where.rows, cv2.INTER_NEAREST, borderMode=cv2.BORDER_CONSTANT, borderValue=0.0
    )
    return None if seen.all() else seen


def _with_bands(plane: npt.NDArray[Any], like: Pixels) -> npt.NDArray[Any]:
    return plane if like.ndim == 2 else plane[:, :, np.newaxis]


def _as_dtype(values: Pixels, dtype: np.dtype[Any]) -> Pixels:
    """Round and clip to an integer dtype; floats are only cast."""
    if dtype.kind not in "iu":
        return values.astype(dtype)
    limits = np.iinfo(dtype)
    return np.clip(np.rint(values), limits.min, limits.max).astype(dtype)
