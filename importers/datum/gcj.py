"""GCJ-02 and BD-09: the shifted coordinates of Chinese web maps, brought back by iteration.

The public shift formula is a polynomial with sines, some 520 m at Shangqiu (BD-09: 1.2 km). Its inverse has no closed
form; the one-step inverse is wrong by 0.2 to 1.7 m, so we iterate until the forward formula returns the input to
1e-10 degree. The true shift is not public: results are approximate, 5 m nominal, not for survey or cadastre. Import
only; nothing here is offered as an export.
"""

import numpy as np
import numpy.typing as npt

from layers.crs.names import parse_crs
from layers.crs.transform import Transform
from layers.errors import GeoError
from layers.sentences import say

ACCURACY_M = 5.0

Floats = npt.NDArray[np.float64]

_A = 6378245.0  # the formula's own constants: Krassowsky's axis with a rounded eccentricity
_EE = 0.00669342162296594323
_BD_TURN = np.pi * 3000.0 / 180.0
_TOLERANCE = 1e-10
_ROUNDS = 50


class UnknownShift(GeoError):
    """The coordinate shift is not known."""


def shift_transform(shift: str) -> Transform:
    """Return the transform from shifted degrees (``gcj02`` or ``bd09``) to WGS 84 degrees, kind ``approximate``.

    Raises:
        UnknownShift: another name.
    """
    names = {"gcj02": ("GCJ-02", wgs84_from_gcj02), "bd09": ("BD-09", wgs84_from_bd09)}
    if shift not in names:
        raise UnknownShift(say("unknown-shift", shift=shift))
    name, undo = names[shift]
    degrees = parse_crs(4326)
    note = say("gcj-note", name=name)
    return Transform(degrees, degrees, "approximate", (say("gcj-by-inversion", name=name),), ACCURACY_M, note, undo)


def gcj02_from_wgs84(longitude: npt.ArrayLike, latitude: npt.ArrayLike) -> tuple[Floats, Floats]:
    """Apply the shift (degrees in and out); outside China's box nothing moves. For inversion and tests."""
    lon, lat = np.asarray(longitude, dtype=np.float64), np.asarray(latitude, dtype=np.float64)
    x, y = lon - 105.0, lat - 35.0
    ripple = (20.0 * np.sin(6.0 * x * np.pi) + 20.0 * np.sin(2.0 * x * np.pi)) * 2.0 / 3.0
    north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * np.sqrt(np.abs(x)) + ripple
    north += (20.0 * np.sin(y * np.pi) + 40.0 * np.sin(y / 3.0 * np.pi)) * 2.0 / 3.0
    north += (160.0 * np.sin(y / 12.0 * np.pi) + 320.0 * np.sin(y * np.pi / 30.0)) * 2.0 / 3.0
    east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * np.sqrt(np.abs(x)) + ripple
    east += (20.0 * np.sin(x * np.pi) + 40.0 * np.sin(x / 3.0 * np.pi)) * 2.0 / 3.0
    east += (150.0 * np.sin(x / 12.0 * np.pi) + 300.0 * np.sin(x / 30.0 * np.pi)) * 2.0 / 3.0
    radians = np.radians(lat)
    root = 1 - _EE * np.sin(radians) ** 2
    inside = (lon >= 72.004) & (lon <= 137.8347) & (lat >= 0.8293) & (lat <= 55.8271)
    d_lat = north * 180.0 / (_A * (1 - _EE) / (root * np.sqrt(root)) * np.pi)
    d_lon = east * 180.0 / (_A / np.sqrt(root) * np.cos(radians) * np.pi)
    return np.where(inside, lon + d_lon, lon), np.where(inside, lat + d_lat, lat)


def wgs84_from_gcj02(longitude: npt.ArrayLike, latitude: npt.ArrayLike) -> tuple[Floats, Floats]:
    """Undo the shift by fixed-point iteration to 1e-10 degree (0.01 mm of the formula, not of the truth)."""
    lon, lat = np.asarray(longitude, dtype=np.float64), np.asarray(latitude, dtype=np.float64)
    x, y = lon.copy(), lat.copy()
    for _ in range(_ROUNDS):
        forward_x, forward_y = gcj02_from_wgs84(x, y)
        off_x, off_y = lon - forward_x, lat - forward_y
        x, y = x + off_x, y + off_y
        if not np.any(np.maximum(np.abs(off_x), np.abs(off_y)) > _TOLERANCE):  # NaN never holds us up
            break
    return x, y


def gcj02_from_bd09(longitude: npt.ArrayLike, latitude: npt.ArrayLike) -> tuple[Floats, Floats]:
    """Undo Baidu's second shift, exactly enough: Newton-like iteration on the published forward formula."""
    lon, lat = np.asarray(longitude, dtype=np.float64), np.asarray(latitude, dtype=np.float64)
    x, y = lon - 0.0065, lat - 0.006
    for _ in range(_ROUNDS):
        forward_x, forward_y = bd09_from_gcj02(x, y)
        off_x, off_y = lon - forward_x, lat - forward_y
        x, y = x + off_x, y + off_y
        if not np.any(np.maximum(np.abs(off_x), np.abs(off_y)) > _TOLERANCE):
            break
    return x, y


def bd09_from_gcj02(longitude: npt.ArrayLike, latitude: npt.ArrayLike) -> tuple[Floats, Floats]:
    """Apply Baidu's second shift to GCJ-02 degrees. For inversion and tests."""
    lon, lat = np.asarray(longitude, dtype=np.float64), np.asarray(latitude, dtype=np.float64)
    radius = np.sqrt(lon * lon + lat * lat) + 0.00002 * np.sin(lat * _BD_TURN)
    turn = np.arctan2(lat, lon) + 0.000003 * np.cos(lon * _BD_TURN)
    return radius * np.cos(turn) + 0.0065, radius * np.sin(turn) + 0.006


def wgs84_from_bd09(longitude: npt.ArrayLike, latitude: npt.ArrayLike) -> tuple[Floats, Floats]:
    """Undo both shifts of a Baidu coordinate (degrees)."""
    return wgs84_from_gcj02(*gcj02_from_bd09(longitude, latitude))
