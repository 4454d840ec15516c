"""What a raster's values are like, gathered while they pass by: limits, display stretch, how many classes."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from layers.crs.remap import Mask, Pixels

SAMPLE = 2_000_000
"""Values kept per band for the percentiles."""
STRETCH_PERCENT = (2.0, 98.0)


@dataclass(frozen=True)
class BandStats:
    """One band's limits and the stretch between its 2nd and 98th percentile; None when it has no data at all."""

    lowest: float | None
    highest: float | None
    stretch: tuple[float, float] | None


class Sampler:
    """Collects statistics of windows of a raster of ``pixels`` pixels and ``bands`` bands."""

    def __init__(self, bands: int, pixels: int) -> None:
        self._stride = max(1, round(pixels / SAMPLE))
        self._kept: list[list[npt.NDArray[np.float64]]] = [[] for _ in range(bands)]
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
                self._kept[band].append(values[:: self._stride].astype(np.float64))

    def bands(self) -> tuple[BandStats, ...]:
        """Return the statistics of every band."""
        return tuple(self._band(index) for index in range(len(self._kept)))

    def distinct(self, band: int = 0) -> int:
        """Return how many different values the sample of a band holds."""
        return len(np.unique(np.concatenate(self._kept[band]))) if self._kept[band] else 0

    def _band(self, index: int) -> BandStats:
        if not self._kept[index]:
            return BandStats(None, None, None)
        low, high = np.percentile(np.concatenate(self._kept[index]), STRETCH_PERCENT)
        if low == high:  # almost one value everywhere: the limits, or at least no division by zero
            low, high = self._lowest[index], self._highest[index]
        return BandStats(
            self._lowest[index], self._highest[index], (float(low), float(high if high > low else low + 1))
        )


def merged(samplers: Sequence[Sampler]) -> Sampler:
    """Return the statistics of several rasters as of one; a large one counts as much per pixel as a small one."""
    whole = Sampler(len(samplers[0]._kept), 1)
    coarsest = max(sampler._stride for sampler in samplers)
    for sampler in samplers:
        whole.pixels += sampler.pixels
        whole.valid += sampler.valid
        thin = max(1, coarsest // sampler._stride)
        for band, kept in enumerate(sampler._kept):
            whole._lowest[band] = min(whole._lowest[band], sampler._lowest[band])
            whole._highest[band] = max(whole._highest[band], sampler._highest[band])
            whole._kept[band] += [values[::thin] for values in kept]
    return whole
