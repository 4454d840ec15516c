"""Own warp: where each pixel of a canvas lies in a source, and the remap that fetches it.

GDAL's warper asks PROJ for the operation between two coordinate systems on every tile, 20 to 45 ms each time for the
national Gauss-Krueger zones. Here the operation is looked up once per pair (and kept there), a control point
every 16 pixels is transformed exactly, and everything between is interpolated linearly: less than 0.02 pixel off from
level 6 on. OpenCV then samples all bands at once.

A ``Canvas`` is the rectangle of pixels to be filled, in any CRS, east and north up.
"""

import math
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any, Literal, NamedTuple

import cv2
import numpy as np
import numpy.typing as npt
import pyproj

from layers.crs.operations import find_transform
from layers.crs.transform import Transform
from layers.frame import Bounds
from tiles.memo import Memo

cv2.setNumThreads(1)  # tiles are many and small; parallelism is one tile a thread

Floats = npt.NDArray[np.float64]
Maps = npt.NDArray[np.float32]
Values = npt.NDArray[Any]
Resampling = Literal["nearest", "bilinear", "cubic", "smooth"]
"""``smooth`` has no creases between coarse file pixels, which a hillshade would show; ``tiles.raster.sampling`` does
it."""

STEP = 16
"""Pixels between control points."""
FAR = -1.0e12
"""Where a control point outside a projection's domain is put: outside every raster."""
SAMPLERS: dict[str, int] = {"nearest": cv2.INTER_NEAREST, "bilinear": cv2.INTER_LINEAR, "cubic": cv2.INTER_CUBIC}


@dataclass(frozen=True, eq=False)
class Canvas:
    """``width`` x ``height`` pixels over ``bounds`` (east, north; units of ``crs``), the first row northernmost."""

    crs: pyproj.CRS
    bounds: Bounds
    width: int
    height: int

    @property
    def pixel(self) -> tuple[float, float]:
        """Width and height of a pixel in CRS units."""
        west, south, east, north = self.bounds
        return (east - west) / self.width, (north - south) / self.height

    def with_margin(self, margin: int) -> "Canvas":
        """The canvas grown by ``margin`` pixels on every side, the old pixels staying where they are."""
        dx, dy = self.pixel
        west, south, east, north = self.bounds
        grown = Bounds(west - margin * dx, south - margin * dy, east + margin * dx, north + margin * dy)
        return Canvas(self.crs, grown, self.width + 2 * margin, self.height + 2 * margin)

    @cached_property
    def nodes(self) -> tuple[Floats, Floats]:
        """Control points x, y in the canvas CRS: every 16 pixels, starting 8 pixels outside the north-west corner."""
        dx, dy = self.pixel
        cols = (np.arange(_node_count(self.width)) - 0.5) * STEP
        rows = (np.arange(_node_count(self.height)) - 0.5) * STEP
        x, y = np.empty((len(rows), len(cols))), np.empty((len(rows), len(cols)))
        x[:] = self.bounds.west + cols * dx
        y[:] = (self.bounds.north - rows * dy)[:, None]
        return x, y

    @cached_property
    def _elsewhere(self) -> dict[int, tuple[Floats, Floats]]:
        return {}

    def nodes_in(self, crs: pyproj.CRS) -> tuple[Floats, Floats]:
        """The control points in another CRS, computed once for each; far away where it cannot express them.

        Raises NoDatumOperation.
        """
        known = self._elsewhere.get(id(crs))
        if known is None:
            x, y = transform_between(self.crs, crs).points(*self.nodes)
            if not np.isfinite(x.sum() + y.sum()):
                bad = ~(np.isfinite(x) & np.isfinite(y))
                x, y = np.where(bad, FAR, x), np.where(bad, FAR, y)
            known = self._elsewhere[id(crs)] = (x, y)
        return known

    def spread(self, nodes: Floats, first_row: int = 0, first_col: int = 0) -> Maps:
        """Values at control points interpolated to the pixel centres between them.

        ``nodes`` may be a part of the canvas's control points, beginning at ``first_row`` and ``first_col``; the result
        covers the pixels that ``pixels_between`` names. Float32 keeps a thousandth of a pixel only when the values are
        small: pass positions inside a window.
        """
        size = (nodes.shape[1] * STEP, nodes.shape[0] * STEP)
        full: Maps = cv2.resize(nodes.astype(np.float32), size, interpolation=cv2.INTER_LINEAR)
        rows, cols = self.pixels_between(nodes.shape, first_row, first_col)
        top, left = STEP - first_row * STEP, STEP - first_col * STEP
        return full[rows.start + top : rows.stop + top, cols.start + left : cols.stop + left]

    def pixels_between(self, count: tuple[int, ...], first_row: int, first_col: int) -> tuple[slice, slice]:
        """Rows and columns of the pixels between ``count`` control points from ``first_row``, ``first_col`` on."""
        rows, cols = (
            slice(max(0, first * STEP - STEP // 2), min(pixels, (first + points) * STEP - 3 * STEP // 2))
            for first, points, pixels in ((first_row, count[0], self.height), (first_col, count[1], self.width))
        )
        return rows, cols


def _node_count(pixels: int) -> int:
    return math.ceil((pixels + 1.5 * STEP) / STEP)


_transforms: Memo[Transform] = Memo(256)


def transform_between(source: pyproj.CRS, target: pyproj.CRS) -> Transform:
    """The operation between two CRSs, found once. Raises NoDatumOperation rather than guess."""
    return _transforms.get(lambda: find_transform(source, target), source, target)


@dataclass(frozen=True, eq=False)
class _Earth:
    """What a CRS says about the ground: the way to its degrees, semi-major axis (m), squared eccentricity.

    ``straight`` says that a pixel's ground size depends on its row alone, as in Mercator and in degrees.
    """

    to_degrees: Transform
    semi_major: float
    eccentricity2: float
    straight: bool


_earths: Memo[_Earth | None] = Memo(64)


def _earth(crs: pyproj.CRS) -> _Earth | None:
    """None for a CRS that is not tied to the Earth (a local engineering one)."""
    geodetic, ellipsoid = crs.geodetic_crs, crs.ellipsoid
    if geodetic is None or ellipsoid is None:
        return None
    flattening = 1 / ellipsoid.inverse_flattening if ellipsoid.inverse_flattening else 0.0
    straight = crs.is_geographic or crs.to_epsg() in (3857, 3395)
    return _Earth(find_transform(crs, geodetic), ellipsoid.semi_major_metre, flattening * (2 - flattening), straight)


class GroundSize(NamedTuple):
    """How a canvas's pixels lie on the ground.

    ``dx``, ``dy`` are metres of a pixel along its row and column, one value a row, shape (height, 1). ``turn`` is the
    angle in radians from true east to the row's direction, counter-clockwise, shape (height, width); 0 where rows run
    east, as in the Mercator and degrees grids.
    """

    dx: Maps
    dy: Maps
    turn: Maps | float


def ground_size(canvas: Canvas) -> GroundSize:
    """Ground size and turn of a canvas's pixels.

    Measured on the ellipsoid at five rows of both edges and interpolated; sizes are the mean of both edges, since in
    the Mercator and degrees grids they depend on the row alone and in a Gauss-Krueger zone vary by 0.05 % at most.
    """
    earth = _earths.get(lambda: _earth(canvas.crs), canvas.crs)
    if earth is None:
        dx, dy = (np.full((canvas.height, 1), size, np.float32) for size in canvas.pixel)
        return GroundSize(dx, dy, 0.0)
    if earth.straight:
        return _straight_size(earth, canvas.pixel[0], canvas.bounds.south, canvas.bounds.north, canvas.height)
    return _measure(earth, canvas.bounds, canvas.width, canvas.height)


@lru_cache(maxsize=4096)
def _straight_size(earth: _Earth, dx: float, south: float, north: float, height: int) -> GroundSize:
    """The ground size of all canvases side by side between two parallels."""
    return _measure(earth, Bounds(0.0, south, dx, north), 1, height)


def _measure(earth: _Earth, bounds: Bounds, width: int, height: int) -> GroundSize:
    dx, dy = (bounds.east - bounds.west) / width, (bounds.north - bounds.south) / height
    rows = np.linspace(0.0, height, 5)
    x, y = np.meshgrid([bounds.west, bounds.east], bounds.north - rows * dy)
    lon, lat = earth.to_degrees.points(np.stack([x, x + dx, x]), np.stack([y, y, y + dy]))
    along_east, along_north = _metres(earth, lon[0], lat[0], lon[1], lat[1])
    up_east, up_north = _metres(earth, lon[0], lat[0], lon[2], lat[2])
    centres = (np.arange(height) + 0.5).astype(np.float32)

    def by_row(values: Floats) -> Maps:
        return np.interp(centres, rows, values).astype(np.float32)[:, None]

    turn = np.arctan2(along_north, along_east)
    left, right = by_row(turn[:, 0]), by_row(turn[:, 1])
    across = ((np.arange(width) + 0.5) / width).astype(np.float32)
    return GroundSize(
        by_row(np.maximum(np.hypot(along_east, along_north), 1e-3).mean(axis=1)),  # at a pole a pixel has no width
        by_row(np.maximum(np.hypot(up_east, up_north), 1e-3).mean(axis=1)),
        0.0 if np.abs(turn).max() < 1e-6 else left + (right - left) * across,
    )


def _metres(earth: _Earth, lon1: Floats, lat1: Floats, lon2: Floats, lat2: Floats) -> tuple[Floats, Floats]:
    """Metres eastwards and northwards between near points in degrees.

    Formula: a radian is N cos(latitude) metres eastwards and M northwards, N = a / sqrt(1 - e2 sin2) and
    M = N (1 - e2) / (1 - e2 sin2) the radii of curvature (Snyder 1987, eq. 4-18 to 4-20).
    """
    latitude = np.radians(np.clip((lat1 + lat2) / 2, -90, 90))
    shrink = 1 - earth.eccentricity2 * np.sin(latitude) ** 2
    prime = earth.semi_major / np.sqrt(shrink)
    meridian = prime * (1 - earth.eccentricity2) / shrink
    return prime * np.cos(latitude) * np.radians(lon2 - lon1), meridian * np.radians(lat2 - lat1)


def remap(values: Values, x: Maps, y: Maps, resampling: Resampling) -> Values:
    """Sample ``values`` (h, w, bands) at pixel-centre positions ``x``, ``y``; shape x.shape + (bands,).

    Positions outside repeat the nearest edge pixel: the caller knows which to hide. The dtype stays as it was, save
    that integers wider than 16 bits, which OpenCV cannot sample, come back as float64.
    """
    if values.dtype.kind in "iu" and values.dtype.itemsize > 2:
        values = values.astype(np.float64)
    elif values.dtype == np.int8:
        values = values.astype(np.int16)
    bands = values.shape[2]
    sampler = SAMPLERS[resampling]
    parts = []
    for first in range(0, bands, 4):  # OpenCV samples at most four channels at once
        part = np.ascontiguousarray(values[..., first : first + 4])
        sampled: Values = cv2.remap(part, x, y, sampler, borderMode=cv2.BORDER_REPLICATE)
        parts.append(sampled.reshape(*x.shape, part.shape[2]))
    return parts[0] if len(parts) == 1 else np.concatenate(parts, axis=2)
