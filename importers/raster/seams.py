"""The seams of a mosaic: how well neighbouring sheets fit, measured where they overlap or meet.

Pictures that overlap are laid over each other and the shift between them is found by phase correlation. Heights are
compared cell by cell where they overlap; where sheets only meet, the heights across the edge are held against the
slope just before it. What is compared is bounded: so many pairs, a window of so many pixels each.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from importers.raster.handles import Handles
from importers.raster.published import Plane, plane_of
from importers.raster.sheet_index import SheetIndex
from importers.report import Check
from layers.frame import Bounds
from layers.layer import RasterFile
from layers.sentences import say
from layers.storage import Storage

MOST_PAIRS = 100
WINDOW = 256
"""Pixels along the side of the window that two sheets are compared in."""
SMALLEST = 24
CLEAR = 0.15
"""Response of the phase correlation below which no shift can be told (water, fields of one colour)."""
FEWEST_CELLS = 20


@dataclass(frozen=True)
class Seam:
    """Two neighbouring sheets and how far they are apart: metres on the ground (pictures) or in height."""

    one: str
    other: str
    apart_m: float


@dataclass(frozen=True)
class Seams:
    """What was found along the seams of a mosaic; ``pairs`` is how many there are, also those not looked at."""

    seams: tuple[Seam, ...]
    pairs: int

    def check(self, limit_m: float, what: str) -> Check | None:
        """Judge the seams by the largest usual difference; None when there was nothing to compare."""
        if not self.seams:
            return None
        apart = np.array([seam.apart_m for seam in self.seams])
        worst = self.seams[int(apart.argmax())]
        bad = int((apart > limit_m).sum())
        told = say(
            "seams-compared",
            count=len(self.seams),
            pairs=self.pairs,
            what=what,
            np=np.median(apart),
            apart_m=worst.apart_m,
            one=worst.one,
            other=worst.other,
            bad=bad,
            limit_m=limit_m,
        )
        return Check(say("edge-match"), "conditional" if bad else "pass", told)


def match_edges(index: SheetIndex, fresh: frozenset[str], storage: Storage, *, heights: bool, ground: float) -> Seams:
    """Compare the files with keys ``fresh`` with their neighbours; ``ground`` is true metres in one of EPSG:3857."""
    pairs = _pairs(index, fresh)
    step = max(1, -(-len(pairs) // MOST_PAIRS))
    seams = []
    opened = Handles()
    try:
        for one, other in pairs[::step]:
            found = _compare(index, one, other, storage, opened, heights, ground)
            if found is not None:
                seams.append(Seam(index.files[one].source, index.files[other].source, found))
    finally:
        opened.close()
    return Seams(tuple(seams), len(pairs))


def _pairs(index: SheetIndex, fresh: frozenset[str]) -> list[tuple[int, int]]:
    """Return neighbours, each pair once: boxes that overlap or lie within two pixels of each other."""
    found = set()
    for number, (file, box) in enumerate(zip(index.files, index.boxes, strict=True)):
        if file.key not in fresh:
            continue
        slack = 2 * _pixel(file, box)
        wider = Bounds(box.west - slack, box.south - slack, box.east + slack, box.north + slack)
        for other in index.near(wider):
            if other != number and index.files[other].source != file.source:
                found.add((min(number, other), max(number, other)))
    return sorted(found)


def _pixel(file: RasterFile, box: Bounds) -> float:
    """Return a file's pixel in metres of EPSG:3857, roughly."""
    west, _, east, _ = file.bounds
    width = (east - west) / file.width
    return width if file.crs == "EPSG:3857" else max((box.east - box.west) / file.width, 1e-6)


def _compare(
    index: SheetIndex, one: int, other: int, storage: Storage, opened: Handles, heights: bool, ground: float
) -> float | None:
    a, b = index.boxes[one], index.boxes[other]
    side = max(_pixel(index.files[one], a), _pixel(index.files[other], b))
    west, east, south, north = max(a.west, b.west), min(a.east, b.east), max(a.south, b.south), min(a.north, b.north)
    overlapping = min(east - west, north - south) >= SMALLEST * side
    if not overlapping and not heights:
        return None
    middle = (west + east) / 2, (south + north) / 2
    half = WINDOW / 2 * side
    box = Bounds(middle[0] - half, middle[1] - half, middle[0] + half, middle[1] + half)
    if overlapping:
        box = Bounds(max(box.west, west), max(box.south, south), min(box.east, east), min(box.north, north))
    size = max(1, round((box.east - box.west) / side)), max(1, round((box.north - box.south) / side))
    first, second = (plane_of(index.files[place], storage, opened, box, size) for place in (one, other))
    if first is None or second is None:
        return None
    both = np.isfinite(first) & np.isfinite(second)
    if heights:
        if both.sum() >= FEWEST_CELLS:
            return float(np.median(np.abs(first - second)[both]))
        return _across(first, second) if not overlapping else None
    return _shift(first, second, both, side * ground)


def _shift(first: Plane, second: Plane, both: npt.NDArray[np.bool_], pixel_m: float) -> float | None:
    """Return by how many metres two pictures of the same ground are shifted; None where nothing tells."""
    if both.mean() < 0.5 or min(both.shape) < SMALLEST:
        return None
    flat = [np.where(both, plane - float(plane[both].mean()), 0).astype(np.float32) for plane in (first, second)]
    window = cv2.createHanningWindow((both.shape[1], both.shape[0]), cv2.CV_32F)
    (x, y), response = cv2.phaseCorrelate(flat[0], flat[1], window)
    return float(np.hypot(x, y)) * pixel_m if response >= CLEAR else None


def _across(first: Plane, second: Plane) -> float | None:
    """Return the step in height where two grids meet, beyond what the slope before the edge explains."""
    steps = [*_steps(first, second), *_steps(first.T, second.T)]
    return float(np.median(np.abs(steps))) if len(steps) >= FEWEST_CELLS else None


def _steps(first: Plane, second: Plane) -> Sequence[float]:
    """Return the steps from one plane to the other along every row in which the one ends where the other begins."""
    found = []
    for a, b in zip(first, second, strict=True):
        left, right = np.flatnonzero(np.isfinite(a)), np.flatnonzero(np.isfinite(b))
        if len(left) < 3 or len(right) < 3:
            continue
        if left[0] > right[0]:
            a, b, left, right = b, a, right, left
        if 0 < right[0] - left[-1] <= 3:
            gap = int(right[0] - left[-1])
            slope = (a[left[-1]] - a[left[-3]]) / 2
            found.append(float(b[right[0]] - a[left[-1]] - slope * gap))
    return found
