"""The mathematics of datum shifts a city supplies: plane similarity, Bursa-Wolf, and Earth-centred coordinates.

Written out rather than handed to PROJ as text, because PROJ puts its pipelines, and with them the protected numbers,
into error messages. Every sign convention is named: a wrong one is tens of metres off.
"""

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import numpy.typing as npt
import pyproj

from layers.errors import GeoError
from layers.sentences import say

Floats = npt.NDArray[np.float64]
Convention = Literal["coordinate_frame", "position_vector"]
PlaneAxes = Literal["north_east", "east_north"]

_ARCSECOND = np.pi / 180 / 3600


class BadParameters(GeoError):
    """The transformation parameters cannot be used."""


@dataclass(frozen=True)
class PlaneSimilarity:
    """Four parameters in a plane: ``X' = dX + m (X cos t - Y sin t)``, ``Y' = dY + m (X sin t + Y cos t)``.

    ``axes`` says which of X, Y is which: Chinese texts write X north, Y east (``north_east``), and t then turns from
    north towards east. ``dx``, ``dy`` in metres, ``scale`` is m - 1 in ppm, ``rotation`` is t in arc-seconds.
    """

    dx: float = field(repr=False)
    dy: float = field(repr=False)
    scale_ppm: float = field(repr=False)
    rotation_arcsec: float = field(repr=False)
    axes: PlaneAxes = "north_east"

    def __call__(self, east: Floats, north: Floats) -> tuple[Floats, Floats]:
        """Return east, north in the target plane (metres)."""
        x, y = (north, east) if self.axes == "north_east" else (east, north)
        m, t = 1 + self.scale_ppm * 1e-6, self.rotation_arcsec * _ARCSECOND
        c, s = m * np.cos(t), m * np.sin(t)
        moved_x, moved_y = self.dx + c * x - s * y, self.dy + s * x + c * y
        return (moved_y, moved_x) if self.axes == "north_east" else (moved_x, moved_y)


@dataclass(frozen=True)
class BursaWolf:
    """Seven parameters between Earth-centred frames, small angles.

    ``coordinate_frame`` is EPSG:9607, the form of Chinese texts (+rz stands in row 1, column 2);
    ``position_vector`` is EPSG:9606, the same with the rotations' signs turned. Translations in metres, rotations in
    arc-seconds, scale in ppm.
    """

    translation: tuple[float, float, float] = field(repr=False)
    rotation_arcsec: tuple[float, float, float] = field(repr=False)
    scale_ppm: float = field(repr=False)
    convention: Convention = "coordinate_frame"

    def __call__(self, x: Floats, y: Floats, z: Floats) -> tuple[Floats, Floats, Floats]:
        """Return Earth-centred coordinates in the target frame (metres)."""
        sign = 1.0 if self.convention == "coordinate_frame" else -1.0
        rx, ry, rz = (sign * angle * _ARCSECOND for angle in self.rotation_arcsec)
        dx, dy, dz = self.translation
        m = 1 + self.scale_ppm * 1e-6
        return (
            dx + m * (x + rz * y - ry * z),
            dy + m * (-rz * x + y + rx * z),
            dz + m * (ry * x - rx * y + z),
        )


@dataclass(frozen=True)
class EarthCentred:
    """Degrees and ellipsoidal heights to Earth-centred metres and back, on the ellipsoid of a CRS."""

    semi_major: float
    inverse_flattening: float

    @classmethod
    def of(cls, crs: pyproj.CRS) -> "EarthCentred":
        """Take the ellipsoid of a CRS.

        Raises:
            BadParameters: the CRS has none.
        """
        if crs.ellipsoid is None:
            raise BadParameters(say("no-ellipsoid", crs=crs.name))
        return cls(crs.ellipsoid.semi_major_metre, crs.ellipsoid.inverse_flattening)

    def to_geocentric(self, lon: Floats, lat: Floats, height: Floats) -> tuple[Floats, Floats, Floats]:
        """Return x, y, z in metres of degrees and metres."""
        phi, lam = np.radians(lat), np.radians(lon)
        e2 = self._e2
        n = self.semi_major / np.sqrt(1 - e2 * np.sin(phi) ** 2)
        return (
            (n + height) * np.cos(phi) * np.cos(lam),
            (n + height) * np.cos(phi) * np.sin(lam),
            (n * (1 - e2) + height) * np.sin(phi),
        )

    def to_geodetic(self, x: Floats, y: Floats, z: Floats) -> tuple[Floats, Floats, Floats]:
        """Return degrees and ellipsoidal height, to 1e-12 degree near the Earth's surface (Bowring, iterated)."""
        e2, a = self._e2, self.semi_major
        b = a * np.sqrt(1 - e2)
        p = np.hypot(x, y)
        beta = np.arctan2(a * z, b * p)
        for _ in range(3):
            phi = np.arctan2(z + e2 / (1 - e2) * b * np.sin(beta) ** 3, p - e2 * a * np.cos(beta) ** 3)
            beta = np.arctan2(b * np.sin(phi), a * np.cos(phi))
        n = a / np.sqrt(1 - e2 * np.sin(phi) ** 2)
        height = p * np.cos(phi) + z * np.sin(phi) - n * (1 - e2 * np.sin(phi) ** 2)
        return np.degrees(np.arctan2(y, x)), np.degrees(phi), height

    @property
    def _e2(self) -> float:
        flattening = 1 / self.inverse_flattening
        return flattening * (2 - flattening)


def shift_degrees(
    shift: BursaWolf, source: pyproj.CRS, target: pyproj.CRS, lon: Floats, lat: Floats
) -> tuple[Floats, Floats]:
    """Bring degrees on the source's ellipsoid to degrees on the target's, at height zero.

    A hundred metres of height move the result by a millimetre or so; ellipsoidal heights of old networks are not known.
    """
    start, end = EarthCentred.of(source), EarthCentred.of(target)
    x, y, z = start.to_geocentric(lon, lat, np.zeros_like(lon))
    moved_lon, moved_lat, _ = end.to_geodetic(*shift(x, y, z))
    return moved_lon, moved_lat
