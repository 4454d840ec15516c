"""A first look at a layer: its first features counted, measured and sampled, before anything is decided about it."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from importers.batch import SourceLayer
from importers.vector.families import KINDS
from layers.frame import Bounds

LOOKED_AT = 20_000
SAMPLED = 4_000
ENOUGH_FOR_STEP = 20
AT_ONCE = 100_000
"""Vertices measured at once."""


@dataclass(frozen=True)
class Survey:
    """What the first features show. ``points`` (n, 2) are sampled vertices in the file's own coordinates, finite ones.

    ``complete`` says that it was the whole layer, so that ``count`` is exact; ``flat`` that some have no height.
    """

    count: int
    complete: bool
    kinds: Mapping[str, int]
    bounds: Bounds | None
    points: npt.NDArray[np.float64] = field(repr=False)
    has_z: bool
    flat: bool
    heights: tuple[float, float] | None
    done: Mapping[str, int]
    refused: int
    reasons: tuple[str, ...]
    step: float | None

    @property
    def drawable(self) -> int:
        """How many of the features looked at have a geometry."""
        return sum(number for kind, number in self.kinds.items() if kind not in ("none", "empty"))


def survey(layer: SourceLayer, limit: int = LOOKED_AT) -> Survey:
    """Read the first ``limit`` features or a few more.

    Raises:
        UnreadableSource: the file cannot be read.
    """
    kinds: Counter[str] = Counter()
    done: Counter[str] = Counter()
    reasons: Counter[str] = Counter()
    count = refused = 0
    seen = _Vertices()
    complete, flat = True, False
    for batch in layer.look(limit):
        count += len(batch) + len(batch.refused)
        refused += len(batch.refused)
        reasons.update(refusal.reason for refusal in batch.refused)
        kinds.update(_kinds(batch.geometries))
        done.update(batch.done)
        flat = flat or bool((~shapely.is_missing(batch.geometries) & ~shapely.has_z(batch.geometries)).any())
        seen.add(batch.geometries)
        del batch  # before the next is read
        if count >= limit:
            complete = layer.claimed is not None and layer.claimed == count
            if layer.first is None:  # else it ends by itself
                break
    points, low, high = seen.points, seen.low.tolist(), seen.high.tolist()
    return Survey(
        count=count,
        complete=complete,
        kinds=dict(kinds),
        bounds=Bounds(*low[:2], *high[:2]) if len(points) else None,
        points=points,
        has_z=seen.has_heights,
        flat=flat,
        heights=(low[2], high[2]) if seen.has_heights else None,
        done=dict(done),
        refused=refused,
        reasons=tuple(reasons),
        step=coordinate_step(points),
    )


class _Vertices:
    """The box of vertices (n, 3) that come in parts, and a sample of them: every so many-th, never all of many.

    ``low`` and ``high`` are the least and largest x, y and height; heights that are not there do not count.
    """

    def __init__(self) -> None:
        self.low, self.high = np.full(3, np.inf), np.full(3, -np.inf)
        self._kept: list[npt.NDArray[np.float64]] = []
        self._count, self._every = 0, 1

    def add(self, geometries: npt.NDArray[Any]) -> None:
        """Take the vertices of more geometries whose x and y are finite."""
        coordinates = shapely.get_coordinates(geometries, include_z=True)
        for start in range(0, len(coordinates), AT_ONCE):
            part = coordinates[start : start + AT_ONCE]
            self._add(part[np.isfinite(part[:, :2]).all(axis=1)])

    def _add(self, part: npt.NDArray[np.float64]) -> None:
        finite = np.where(np.isfinite(part), part, np.nan)
        self.low = np.fmin(self.low, np.fmin.reduce(finite, axis=0, initial=np.inf))
        self.high = np.fmax(self.high, np.fmax.reduce(finite, axis=0, initial=-np.inf))
        self._kept.append(part[-self._count % self._every :: self._every, :2].copy())
        self._count += len(part)
        while self._count // self._every > 2 * SAMPLED:
            self._kept = [self.points[::2].copy()]
            self._every *= 2

    @property
    def points(self) -> npt.NDArray[np.float64]:
        """The sample (n, 2)."""
        return np.concatenate(self._kept) if self._kept else np.empty((0, 2))

    @property
    def has_heights(self) -> bool:
        """Say whether any vertex has a height."""
        return bool(self.low[2] <= self.high[2])


def _kinds(geometries: npt.NDArray[Any]) -> Counter[str]:
    types = shapely.get_type_id(geometries)
    counted = Counter(KINDS[kind] for kind in types[types >= 0].tolist())
    empty = int(np.count_nonzero(shapely.is_empty(geometries) & (types >= 0)))
    if empty:
        counted["empty"] = empty
        for kind in shapely.get_type_id(geometries[shapely.is_empty(geometries) & (types >= 0)]).tolist():
            counted[KINDS[kind]] -= 1
    counted["none"] = int(np.count_nonzero(types < 0))
    return Counter({kind: number for kind, number in counted.items() if number})


def coordinate_step(points: npt.NDArray[np.float64]) -> float | None:
    """Return the decimal step the coordinates are written in (0.01, 0.0001, …); None when no step down to 1e-9 shows.

    Coordinates given to two decimals of a degree cannot be better than about a kilometre, whatever else is claimed.
    """
    if len(np.unique(points, axis=0)) < ENOUGH_FOR_STEP:
        return None  # a few round numbers are chance or a sketch, not a step
    for decimals in range(-3, 10):
        step = 10.0**-decimals
        if np.abs(np.round(points / step) * step - points).max() < step * 1e-4 + 1e-11:
            return step
    return None
