"""Watches heights pass by and counts what cannot be terrain: sea-level fills, spikes, impossible heights, voids.

Nothing is mended here; the report tells where and how many, and the data's owner decides.
"""

import math
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from importers.height.heights import HIGHEST_M, LOWEST_M
from importers.raster.value_grid import NO_VALUE
from layers.crs.pixel_map import Window
from layers.crs.remap import Mask, Pixels
from layers.sentences import say

Floats = npt.NDArray[np.float32]

SMALLEST_SPIKE_M = 20.0
FILL_FAR_FROM_SEA_M = 5.0
SAMPLE = 500_000
FEWEST_FLAT = 400
CHUNK = 1024
"""Columns looked at in one go: the copies that takes stay small however wide the grid is."""
UNITS = {"dm": 0.1, "cm": 0.01, "mm": 0.001, "ft": 0.3048}
_RING = np.ones((5, 5), np.uint8)
_RING[1:4, 1:4] = 0
_NEIGHBOURS = np.array([[1, 1, 1], [1, 0, 1], [1, 1, 1]], np.uint8)


@dataclass(frozen=True)
class Blunders:
    """What was counted, in cells. ``first`` tells one place (column, row) of each kind, by name."""

    cells: int
    voids: int
    flat_zero: int
    spikes: int
    impossible: int
    flat: int
    median_m: float | None
    lowest_m: float
    highest_m: float
    is_whole: bool
    first: dict[str, tuple[int, int]]

    def remarks(self, name: str) -> tuple[str, ...]:
        """Return what the report should say without doubting the heights."""
        told = []
        if self.voids:
            told.append(
                say("cells-void", name=name, voids=self.voids, cells=self.cells, voids2=self.voids / self.cells)
            )
        if self.flat >= FEWEST_FLAT and not self.is_even:
            told.append(say("cells-flat", name=name, flat=self.flat, where=self._where("flat")))
        return tuple(told)

    def unlikely(self, name: str, usual: tuple[float, float]) -> tuple[str, ...]:
        """Return a doubt when most heights lie outside those to be expected, with the unit in which they would not."""
        low, high = usual
        if self.median_m is None or low <= self.median_m <= high:
            return ()
        units = [unit for unit, metres in UNITS.items() if low <= self.median_m * metres <= high]
        hint = say("heights-in-other-unit", units=" or ".join(units), units2=units[0]) if units else ""
        return (say("heights-unexpected", name=name, median_m=self.median_m, low=low, high=high, hint=hint),)

    def blunders(self, name: str) -> tuple[str, ...]:
        """Return what cannot be terrain."""
        told = []
        if self.flat_zero and self.median_m is not None and abs(self.median_m) > FILL_FAR_FROM_SEA_M:
            told.append(
                say(
                    "sea-level-fill",
                    name=name,
                    flat_zero=self.flat_zero,
                    median_m=self.median_m,
                    where=self._where("flat_zero"),
                )
            )
        if self.cells - self.voids > 1 and self.lowest_m == self.highest_m:
            told.append(say("one-height", name=name, lowest_m=self.lowest_m))
        if self.spikes:
            told.append(say("spikes", name=name, spikes=self.spikes, where=self._where("spikes")))
        if self.impossible:
            told.append(
                say(
                    "impossible-heights",
                    name=name,
                    impossible=self.impossible,
                    lowest_m=LOWEST_M,
                    highest_m=HIGHEST_M,
                    where=self._where("impossible"),
                )
            )
        return tuple(told)

    @property
    def is_even(self) -> bool:
        """Say whether equal neighbours mean nothing: heights in whole metres, or all of them one."""
        return self.is_whole or self.flat >= self.cells - self.voids - self.flat

    def _where(self, kind: str) -> str:
        return say("first-cell", first=self.first[kind][0], first2=self.first[kind][1]) if kind in self.first else ""


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
        self._counts = {"cells": 0, "voids": 0, "flat_zero": 0, "spikes": 0, "impossible": 0, "flat": 0}
        self._range = (math.inf, -math.inf)
        self._first: dict[str, tuple[int, int]] = {}

    def __call__(self, planes: Pixels, mask: Mask | None, window: Window) -> None:
        """Look at a window: heights in metres (1, rows, columns), and where they are."""
        _, rows, columns = planes.shape
        for left in range(0, columns, CHUNK):
            first, last = max(0, left - 2), min(columns, left + CHUNK + 2)
            inner = slice(left - first, min(columns, left + CHUNK) - first)
            part = None if mask is None else mask[:, first:last]
            self._look(planes[0, :, first:last], part, inner, Window(window.column + left, window.row, CHUNK, rows))

    def _look(self, plane: Pixels, mask: Mask | None, inner: slice, window: Window) -> None:
        """Look at a part and two columns around it; only its ``inner`` columns count."""
        heights = plane.astype(np.float32)
        known = np.isfinite(heights) if mask is None else (mask > 0) & np.isfinite(heights)
        seen = np.zeros_like(known)
        seen[:, inner] = known[:, inner]
        self._counts["cells"] += seen[:, inner].size
        self._counts["voids"] += int(seen[:, inner].size - seen.sum())
        if not seen.any():
            return
        self._range = min(self._range[0], float(heights[seen].min())), max(self._range[1], float(heights[seen].max()))
        self._sample.append(heights[seen][:: self._stride].astype(np.float64))
        self._count("impossible", (seen & ((heights < LOWEST_M) | (heights > HIGHEST_M)))[:, inner], window)
        high, low = (np.where(known, heights, void).astype(np.float32) for void in (-np.inf, np.inf))
        highest, lowest = cv2.dilate(high, _NEIGHBOURS), cv2.erode(low, _NEIGHBOURS)
        alone = (highest <= -NO_VALUE) | (lowest >= NO_VALUE)  # beyond the grid OpenCV takes the largest number
        with np.errstate(invalid="ignore"):
            apart = (heights - highest > self._spike_m) | (lowest - heights > self._spike_m)
            apart |= self._in_a_clump(heights, high, low)
        self._count("spikes", (seen & ~alone & apart)[:, inner], window)
        even = seen & (heights == highest) & (heights == lowest)
        self._count("flat", (even & (heights != 0))[:, inner], window)
        self._count("flat_zero", (even & (heights == 0))[:, inner], window)

    def result(self) -> Blunders:
        """Return the counts."""
        sample = np.concatenate(self._sample) if self._sample else np.empty(0)
        return Blunders(
            **self._counts, median_m=float(np.median(sample)) if sample.size else None, lowest_m=self._range[0],
            highest_m=self._range[1], is_whole=bool((sample == np.rint(sample)).all()), first=dict(self._first),
        )  # fmt: skip

    def _in_a_clump(self, heights: Floats, high: Floats, low: Floats) -> npt.NDArray[np.bool_]:
        """Say where two or three bad cells side by side stand apart from the ring of cells around them."""
        limit = 1.5 * self._spike_m
        highest, lowest = cv2.dilate(high, _RING), cv2.erode(low, _RING)
        found = (heights - highest > limit) | (lowest - heights > limit)
        clump: npt.NDArray[np.bool_] = found & (highest > -NO_VALUE) & (lowest < NO_VALUE)
        return clump

    def _count(self, kind: str, found: npt.NDArray[np.bool_], window: Window) -> None:
        number = int(found.sum())
        self._counts[kind] += number
        if number and kind not in self._first:
            row, column = np.argwhere(found)[0]
            self._first[kind] = (window.column + int(column), window.row + int(row))
