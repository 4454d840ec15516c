"""Missing values: which pixels have none, and how those beside data are filled so that none bleeds into a picture."""

import math

import cv2
import numpy as np
import numpy.typing as npt

from tiles.raster.warp import Values

Mask = npt.NDArray[np.uint8]


def missing_mask(planes: Values, nodata: float | None) -> Mask | None:
    """Mask of planes (bands, h, w): 0 where every band is nodata or not a number; None when nothing is missing."""
    missing: npt.NDArray[np.bool_] | None = None
    if nodata is not None and not math.isnan(nodata):
        missing = planes == (np.float32(nodata) if planes.dtype == np.float32 else nodata)
    if planes.dtype.kind == "f" and math.isnan(planes.sum(dtype=np.float64)):
        missing = np.isnan(planes) if missing is None else missing | np.isnan(planes)
    if missing is None or not missing.any():
        return None
    return np.where(missing.all(axis=0), np.uint8(0), np.uint8(255))


REACH = 2
"""Pixels from data that are filled."""
FEW = 16
"""An edge of less than one in so many pixels is filled pixel by pixel, not by blurring everything."""
_AROUND = np.ones((2 * REACH + 1, 2 * REACH + 1), np.uint8)


def fill_edges(values: Values, mask: Mask) -> Values:
    """Give the missing pixels (mask 0) within two pixels of data the mean of the data around them; the dtype stays."""
    there = np.where(mask > 0, np.uint8(1), np.uint8(0))
    known: Values = cv2.bitwise_and(values, values, mask=there).reshape(values.shape)  # NaN and nodata become 0
    edge = cv2.findNonZero(cv2.subtract(cv2.dilate(there, _AROUND), there))  # x, y
    if edge is None:
        return known
    if len(edge) * FEW < mask.size:
        cols, rows = edge.reshape(-1, 2).T
        _fill_few(known, there, rows + REACH, cols + REACH)
        return known
    share = cv2.blur(there.astype(np.float32), (5, 5))
    mean = cv2.blur(known.astype(np.float32), (5, 5)).reshape(values.shape) / np.maximum(share, 1e-3)[..., None]
    np.copyto(known, mean.astype(values.dtype), where=((there == 0) & (share > 1e-3))[..., None])
    return known


def _fill_few(known: Values, there: Mask, rows: npt.NDArray[np.int32], cols: npt.NDArray[np.int32]) -> None:
    """Fill the pixels at ``rows``, ``cols`` (counted with a margin of ``REACH``) in place."""
    width = there.shape[1]
    values = np.pad(known, ((REACH, REACH), (REACH, REACH), (0, 0))).reshape(-1, known.shape[2])
    counts = np.pad(there, REACH).ravel()
    at = rows * (width + 2 * REACH) + cols
    total, count = np.zeros((len(at), known.shape[2]), np.float64), np.zeros(len(at), np.int32)
    for down in range(-REACH, REACH + 1):
        for across in range(-REACH, REACH + 1):
            beside = at + down * (width + 2 * REACH) + across
            total += values[beside]
            count += counts[beside]
    known[rows - REACH, cols - REACH] = (total / count[:, None]).astype(known.dtype)
