"""Places a picture by its ground control points: the polynomial from ground to pixels that fits them best.

A picture with control points instead of a geotransform (a scanned map, a radar scene) has no single rotation and
scale. Drawing asks which pixel lies at a ground position, so the polynomial is fitted in that direction by least
squares, on centred and scaled coordinates; the other direction is fitted too, for the outline. The order is the
largest that the number of points overdetermines, and the residuals are told.
"""

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
from rasterio.control import GroundControlPoint

from importers.errors import UnreadableSource
from layers.sentences import say

Floats = npt.NDArray[np.float64]

_POINTS_FOR_ORDER = {3: 20, 2: 10, 1: 4}
_FEWEST = 3


@dataclass(frozen=True)
class Polynomial:
    """Two polynomials of one order in two centred, scaled variables."""

    order: int
    centre: tuple[float, float]
    spread: tuple[float, float]
    first: Floats = field(repr=False, compare=False)
    second: Floats = field(repr=False, compare=False)

    def __call__(self, x: Floats, y: Floats) -> tuple[Floats, Floats]:
        """Evaluate at arrays of positions."""
        terms = _terms(np.asarray(x), np.asarray(y), self.centre, self.spread, self.order)
        return terms @ self.first, terms @ self.second


@dataclass(frozen=True)
class GroundFit:
    """Ground (x, y in the points' CRS) to pixels (column, row; corner of the first pixel is 0, 0) and back.

    ``residual_px`` is the root mean square distance, in pixels, between the points and the fit; ``worst_px`` the
    largest.
    """

    to_pixels: Polynomial
    to_ground: Polynomial
    residual_px: float
    worst_px: float
    points: int


def fit_ground(points: tuple[GroundControlPoint, ...], name: str) -> GroundFit:
    """Fit polynomials to control points.

    Raises:
        UnreadableSource: fewer than three points, or all on one line.
    """
    x = np.array([point.x for point in points], dtype=np.float64)
    y = np.array([point.y for point in points], dtype=np.float64)
    columns = np.array([point.col for point in points], dtype=np.float64)
    rows = np.array([point.row for point in points], dtype=np.float64)
    order = next((order for order, needed in _POINTS_FOR_ORDER.items() if len(points) >= needed), 1)
    if len(points) < _FEWEST or _on_a_line(x, y) or _on_a_line(columns, rows):
        raise UnreadableSource(say("gcp-cannot-place", name=name, count=len(points)))
    to_pixels = _fit(x, y, columns, rows, order)
    found_columns, found_rows = to_pixels(x, y)
    apart = np.hypot(found_columns - columns, found_rows - rows)
    return GroundFit(
        to_pixels,
        _fit(columns, rows, x, y, order),
        float(np.sqrt(np.mean(apart**2))),
        float(apart.max()),
        len(points),
    )


def _on_a_line(x: Floats, y: Floats) -> bool:
    centred = np.column_stack([x - x.mean(), y - y.mean()])
    sizes = np.linalg.svd(centred, compute_uv=False)
    return len(sizes) < 2 or bool(sizes[1] <= 1e-6 * sizes[0])


def _fit(x: Floats, y: Floats, first: Floats, second: Floats, order: int) -> Polynomial:
    centre = (float(x.mean()), float(y.mean()))
    spread = (float(np.ptp(x)) / 2 or 1.0, float(np.ptp(y)) / 2 or 1.0)
    terms = _terms(x, y, centre, spread, order)
    one, other = (np.asarray(np.linalg.lstsq(terms, values, rcond=None)[0], np.float64) for values in (first, second))
    return Polynomial(order, centre, spread, one, other)


def _terms(x: Floats, y: Floats, centre: tuple[float, float], spread: tuple[float, float], order: int) -> Floats:
    u, v = (x - centre[0]) / spread[0], (y - centre[1]) / spread[1]
    return np.stack([u**i * v**j for i in range(order + 1) for j in range(order + 1 - i)], axis=-1)
