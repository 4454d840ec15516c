"""What a raster's values are like, gathered while they pass by: limits, display stretch.

However many pixels and sheets there are, a bounded sample is kept.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from layers.crs.remap import Mask, Pixels

SAMPLE = 6_000_000
"""Values kept for the percentiles, of all bands together."""
SAMPLE_OF_BAND = 2_000_000
THIN = 3
"""Of so many values one is kept where they become too many. Rows are seldom a multiple of its powers long: if they
were, the sample would hold a few columns only."""
STRETCH_PERCENT = (2.0, 98.0)


@dataclass(frozen=True)
class BandStats:
    """One band's limits and the stretch between its 2nd and 98th percentile; None when it has no data at all."""

    lowest: float | None
    highest: float | None
    stretch: tuple[float, float] | None


class Sampler:
    """Collects statistics of windows of rasters with ``bands`` bands."""

    def __init__(self, bands: int) -> None:
        self._room = max(1, min(SAMPLE_OF_BAND, SAMPLE // bands))
        self._stride = 1
        self._kept: list[list[npt.NDArray[Any]]] = [[] for _ in range(bands)]
        self._lowest = [np.inf] * bands
        self._highest = [-np.inf] * bands
        self.pixels = 0
        self.valid = 0

    def add(self, planes: Pixels, mask: Mask | None) -> None:
        """Take a window: planes (bands, rows, columns), mask (rows, columns) or None."""
        self.pixels += planes[0].size
        seen = None if mask is None else mask > 0
        self.valid += planes[0].size if seen is None else int(seen.sum())
        for band, plane in enumerate(planes):
            values = plane.ravel() if seen is None else plane[seen]
            if values.dtype.kind == "f":
                values = values[np.isfinite(values)]
            if values.size:
                self._lowest[band] = min(self._lowest[band], float(values.min()))
                self._highest[band] = max(self._highest[band], float(values.max()))
                self._kept[band].append(values[:: self._stride].copy())
        self._thin()

    def take(self, other: "Sampler") -> None:
        """Take what another one saw; a pixel of a large raster counts as much as one of a small one."""
        self.pixels += other.pixels
        self.valid += other.valid
        if other._stride > self._stride:
            self._thin(other._stride)
        ratio = self._stride // other._stride
        for band, kept in enumerate(other._kept):
            self._lowest[band] = min(self._lowest[band], other._lowest[band])
            self._highest[band] = max(self._highest[band], other._highest[band])
            self._kept[band] += [values[::ratio].copy() for values in kept]
        self._thin()

    def bands(self) -> tuple[BandStats, ...]:
        """Return the statistics of every band."""
        return tuple(self._band(index) for index in range(len(self._kept)))

    def _thin(self, stride: int = 1) -> None:
        """Keep one value of ``stride`` at most, and fewer until they fit."""
        while self._stride < stride or max(sum(map(len, kept)) for kept in self._kept) > self._room:
            self._kept = [[np.concatenate(kept)[::THIN].copy()] if kept else [] for kept in self._kept]
            self._stride *= THIN

    def _band(self, index: int) -> BandStats:
        if not self._kept[index]:
            return BandStats(None, None, None)
        low, high = np.percentile(np.concatenate(self._kept[index]).astype(np.float64), STRETCH_PERCENT)
        if low == high:  # almost one value everywhere: the limits, or at least no division by zero
            low, high = self._lowest[index], self._highest[index]
        return BandStats(
            self._lowest[index], self._highest[index], (float(low), float(high if high > low else low + 1))
        )
