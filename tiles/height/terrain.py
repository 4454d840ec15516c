"""Terrain: slope, aspect and shade of a patch of heights, in plain numpy.

Slopes follow Horn (1981), "Hill shading and the reflectance map", the 3 x 3 rule that gdaldem uses by default, with the
true ground size of a pixel in both directions; so a plane of 45 degrees has one shade at every zoom, latitude and grid.
Every function takes heights with a margin of one pixel around what it returns, which makes neighbouring tiles seamless.
Where a neighbour has no height the centre's own stands in for it, so data keeps its shade up to its edge.

Azimuths count clockwise from true north, also in a Gauss-Krueger grid, whose rows are turned by up to two degrees.
"""

from collections.abc import Callable, Mapping
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Heights = npt.NDArray[np.float32]

MARGIN = 1
"""Pixels of height needed around the picture by everything that looks at neighbours."""


class Ground(NamedTuple):
    """How pixels lie on the ground: metres along a row and up a column (scalars or one value a row), and the angle in
    radians from true east to the row's direction, counter-clockwise (a scalar or one value a pixel)."""

    dx: float | Heights
    dy: float | Heights
    turn: float | Heights = 0.0


class Gradient(NamedTuple):
    """Rise per metre of ground, eastwards and northwards (dimensionless)."""

    east: Heights
    north: Heights


def gradient(heights: Heights, ground: Ground, exaggeration: float = 1.0) -> Gradient:
    """Horn's gradient of ``heights`` (metres, shape (h + 2, w + 2), NaN for none); shape (h, w).

    Formula: Horn (1981), Proc. IEEE 69(1): weighted differences of the 3 x 3 neighbourhood over 8 pixels.
    """
    down = heights[:-2] + 2 * heights[1:-1] + heights[2:]
    across = heights[:, :-2] + 2 * heights[:, 1:-1] + heights[:, 2:]
    east = down[:, 2:] - down[:, :-2]
    north = across[:-2] - across[2:]
    if np.isnan(north.sum()):
        _mend(east, north, heights)
    return _scaled(east, north, ground, exaggeration)


def _mend(east: Heights, north: Heights, heights: Heights) -> None:
    """Difference again, in place, where a neighbour is missing: the centre's height stands in for it."""
    rows, cols = np.nonzero((np.isnan(east) | np.isnan(north)) & ~np.isnan(heights[1:-1, 1:-1]))
    centre = heights[rows + 1, cols + 1]

    def at(row: int, col: int) -> Heights:
        neighbour = heights[rows + row, cols + col]
        return np.where(np.isnan(neighbour), centre, neighbour)

    east[rows, cols] = at(0, 2) + 2 * at(1, 2) + at(2, 2) - at(0, 0) - 2 * at(1, 0) - at(2, 0)
    north[rows, cols] = at(0, 0) + 2 * at(0, 1) + at(0, 2) - at(2, 0) - 2 * at(2, 1) - at(2, 2)


def _scaled(east: Heights, north: Heights, ground: Ground, exaggeration: float) -> Gradient:
    east *= np.asarray(exaggeration / (8 * np.asarray(ground.dx)), dtype=np.float32)
    north *= np.asarray(exaggeration / (8 * np.asarray(ground.dy)), dtype=np.float32)
    if isinstance(ground.turn, float) and ground.turn == 0.0:
        return Gradient(east, north)
    cosine, sine = np.cos(ground.turn, dtype=np.float32), np.sin(ground.turn, dtype=np.float32)
    return Gradient(east * cosine - north * sine, east * sine + north * cosine)


def slope_degrees(slope: Gradient) -> Heights:
    """Angle of the steepest descent in degrees, 0 to 90."""
    return np.degrees(np.arctan(np.hypot(slope.east, slope.north)))


def aspect_degrees(slope: Gradient) -> Heights:
    """Azimuth of the steepest descent in degrees clockwise from north, 0 up to 360; NaN where the ground is flat."""
    azimuth = np.degrees(np.arctan2(-slope.east, -slope.north)) % 360
    return np.where((slope.east == 0) & (slope.north == 0), np.float32(np.nan), azimuth).astype(np.float32)


def illumination(slope: Gradient, azimuth: float, altitude: float) -> Heights:
    """Cosine of the angle between the surface normal and a light at ``azimuth`` and ``altitude`` (degrees), -1 to 1."""
    az, alt = np.radians(azimuth), np.radians(altitude)
    lit: Heights = slope.east * np.float32(-np.cos(alt) * np.sin(az))
    lit -= slope.north * np.float32(np.cos(alt) * np.cos(az))
    lit += np.float32(np.sin(alt))
    lit /= np.sqrt(1 + slope.east * slope.east + slope.north * slope.north)
    return lit


def shade_single(slope: Gradient, azimuth: float, altitude: float) -> Heights:
    """Light from one direction, 0 (dark) to 1."""
    return np.maximum(illumination(slope, azimuth, altitude), 0)


def shade_multidirectional(slope: Gradient, azimuth: float, altitude: float) -> Heights:
    """Light from four directions 45 degrees apart, 0 (dark) to 1; with ``azimuth`` 315 they are 225, 270, 315 and 360.

    Formula: Mark (1992), USGS Open-File Report 92-422, with gdaldem's weights: the squared cosine between a light and
    the direction of descent. They sum to two, hence the division.
    """
    steepness = slope.east * slope.east + slope.north * slope.north
    lit = np.zeros_like(steepness)
    for light in (azimuth - 90, azimuth - 45, azimuth, azimuth + 45):
        east, north = np.float32(np.sin(np.radians(light))), np.float32(np.cos(np.radians(light)))
        along = slope.east * east + slope.north * north
        lit += along * along * shade_single(slope, light, altitude)
    flat = steepness == 0
    lit /= np.where(flat, np.float32(1), 2 * steepness)
    lit[flat] = np.float32(np.sin(np.radians(altitude)))
    return np.minimum(lit, 1)


def shade_combined(slope: Gradient, azimuth: float, altitude: float) -> Heights:
    """Oblique light darkened by steepness, 0 to 1: flat ground is white, which suits plains under other layers.

    Formula: one minus the product of the angle of incidence and the slope angle, both as parts of a right angle.
    """
    incidence = np.arccos(np.clip(illumination(slope, azimuth, altitude), -1, 1))
    steep = np.arctan(np.hypot(slope.east, slope.north))
    return np.maximum(1 - incidence * steep / np.float32((np.pi / 2) ** 2), np.float32(0))


SHADES: Mapping[str, Callable[[Gradient, float, float], Heights]] = {
    "hillshade": shade_single,
    "multidirectional": shade_multidirectional,
    "combined": shade_combined,
}
