"""Watches heights pass by and counts what cannot be terrain: sea-level fills, spikes, impossible heights, voids.

Nothing is mended here; the report tells where and how many, and the data's owner decides.
"""

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from importers.heights import HIGHEST_M, LOWEST_M
from layers.remap import Mask, Pixels, Window

Floats = npt.NDArray[np.float32]

SMALLEST_SPIKE_M = 20.0
FILL_FAR_FROM_SEA_M = 5.0
SAMPLE = 500_000
_NEIGHBOURS = np.array([[1, 1, 1], [1, 0, 1], [1, 1, 1]], np.uint8)


@dataclass(frozen=True)
class Blunders:
    """What was counted, in cells. ``first`` tells one place (column, row) of each kind, by name."""

    cells: int
    voids: int
    flat_zero: int
    spikes: int
    impossible: int
    median_m: float | None
    first: dict[str, tuple[int, int]]

    def sentences(self, name: str) -> tuple[str, ...]:
        """Return what the report should say; nothing where nothing is amiss."""
        told = []
        if self.voids:
            told.append(
                f"{name}: {self.voids} of {self.cells} cells ({self.voids / self.cells:.1%}) are voids, kept as no data"
            )
        return (*told, *self.blunders(name))

    def blunders(self, name: str) -> tuple[str, ...]:
        """Return what cannot be terrain."""
        told = []
        if self.flat_zero and self.median_m is not None and abs(self.median_m) > FILL_FAR_FROM_SEA_M:
            told.append(
                f"{name}: {self.flat_zero} cells lie in flat patches of exactly 0 m while the median height is "
                f"{self.median_m:.0f} m: probably sea level filled into voids{self._where('flat_zero')}"
            )
        if self.spikes:
            told.append(
                f"{name}: {self.spikes} cells stand alone far above or below all neighbours{self._where('spikes')}"
            )
        if self.impossible:
            told.append(
                f"{name}: {self.impossible} cells are below {LOWEST_M:.0f} m or above {HIGHEST_M:.0f} m, which no "
                f"place on land is{self._where('impossible')}; is the unit right?"
            )
        return tuple(told)

    def _where(self, kind: str) -> str:
        return f" (the first at column {self.first[kind][0]}, row {self.first[kind][1]})" if kind in self.first else ""


def spike_m(cell_m: float) -> float:
    """Return how far a cell must stand alone above or below all eight neighbours to be no terrain, in metres.

    As far as the next cell is away (a slope of 45 degrees to all sides), flatter for cells above 100 m, where summits
    fall within a cell; never less than 20 m, which a tower in a surface model reaches.
    """
    return max(SMALLEST_SPIKE_M, cell_m) if cell_m <= 100 else 100 + 0.4 * (cell_m - 100)


class BlunderWatch:
    """Counts blunders window by window; ``cell_m`` is the cell's size on the ground."""

    def __init__(self, cell_m: float, cells: int) -> None:
        self._spike_m = spike_m(cell_m)
        self._stride = max(1, cells // SAMPLE)
        self._sample: list[npt.NDArray[np.float64]] = []
        self._counts = {"cells": 0, "voids": 0, "flat_zero": 0, "spikes": 0, "impossible": 0}
        self._first: dict[str, tuple[int, int]] = {}

    def __call__(self, planes: Pixels, mask: Mask | None, window: Window) -> None:
        """Look at a window: heights in metres (1, rows, columns), and where they are."""
        heights = planes[0].astype(np.float32)
        seen = np.isfinite(heights) if mask is None else (mask > 0) & np.isfinite(heights)
        self._counts["cells"] += heights.size
        self._counts["voids"] += int(heights.size - seen.sum())
        if not seen.any():
            return
        self._sample.append(heights[seen][:: self._stride].astype(np.float64))
        self._count("impossible", seen & ((heights < LOWEST_M) | (heights > HIGHEST_M)), window)
        highest = cv2.dilate(np.where(seen, heights, -np.inf).astype(np.float32), _NEIGHBOURS)
        lowest = cv2.erode(np.where(seen, heights, np.inf).astype(np.float32), _NEIGHBOURS)
        alone = ~np.isfinite(highest) | ~np.isfinite(lowest)
        with np.errstate(invalid="ignore"):
            apart = (heights - highest > self._spike_m) | (lowest - heights > self._spike_m)
        self._count("spikes", seen & ~alone & apart, window)
        self._count("flat_zero", seen & (heights == 0) & (highest == 0) & (lowest == 0), window)

    def result(self) -> Blunders:
        """Return the counts."""
        median = float(np.median(np.concatenate(self._sample))) if self._sample else None
        return Blunders(**self._counts, median_m=median, first=dict(self._first))

    def _count(self, kind: str, found: npt.NDArray[np.bool_], window: Window) -> None:
        number = int(found.sum())
        self._counts[kind] += number
        if number and kind not in self._first:
            row, column = np.argwhere(found)[0]
            self._first[kind] = (window.column + int(column), window.row + int(row))
