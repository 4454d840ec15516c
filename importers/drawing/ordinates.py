"""Where a drawing's entities lie, told from their ordinates as drawn, a few of which may be anywhere.

A title at the origin lies thousands of kilometres from the rest; an arc drawn from below (extrusion 0, 0, -1) has its
eastings in a system of its own, with the other sign.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from layers.frame import Bounds

Floats = npt.NDArray[np.float64]

MOST = 0.8
"""A drawing lies where so many of its ordinates lie."""


@dataclass(frozen=True)
class Ordinates:
    """Finite ordinates of points in the order in which the drawing has them."""

    x: Floats
    y: Floats

    @property
    def box(self) -> Bounds | None:
        """The box around all, None when there are none."""
        if not len(self.x):
            return None
        return Bounds(float(self.x.min()), float(self.y.min()), float(self.x.max()), float(self.y.max()))

    @property
    def middle(self) -> tuple[float, float] | None:
        """The median of each, which is not where the box has its middle; None when there are none."""
        return (float(np.median(self.x)), float(np.median(self.y))) if len(self.x) else None

    def read_as_gauss_krueger(self) -> bool:
        """Say whether most of them, in either order, read as northings and eastings of China in metres."""
        return any(_share_in_china(*pair) >= MOST for pair in ((self.x, self.y), (self.y, self.x)))


def _share_in_china(east: Floats, north: Floats) -> float:
    plain = (east >= 100_000) & (east <= 900_000)
    prefixed = (east >= 13_000_000) & (east <= 46_000_000)
    inside = (plain | prefixed) & (north >= 1_900_000) & (north <= 6_000_000)
    return float(inside.mean()) if len(inside) else 0.0


def ordinates_of(x: Iterable[float], y: Iterable[float]) -> Ordinates:
    """Return the finite ordinates of pairs.

    Pairs of 0, 0 are left out where there are others: headers of polylines and hatches have them and lie nowhere.
    """
    east, north = (np.fromiter(values, dtype=np.float64) for values in (x, y))
    finite = np.isfinite(east) & np.isfinite(north)
    placed = finite & ((east != 0) | (north != 0))
    finite = placed if placed.any() else finite
    return Ordinates(east[finite], north[finite])
