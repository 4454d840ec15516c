"""One entry of the datum registry: read from its record, checked for form.

A record is a JSON object::

    {"id": "xian80-4p", "method": "plane4", "source": "EPSG:2384", "target": "EPSG:4548",
     "parameters": {"dx": …, "dy": …, "scale_ppm": …, "rotation_arcsec": …, "axes": "north_east"},
     "check": [{"source": [east, north], "target": [east, north], "tolerance_m": 0.1}],
     "area": [west, south, east, north] or GeoJSON (degrees), "slack_m": 2000,
     "quality": {"rmse_m": …, "check_rmse_m": …, "max_residual_m": …, "points": 8, "check_points": 3},
     "supplier": "…", "date": "…", "secrecy": "…"}

``method`` is ``plane4`` (projected CRSs), ``helmert7`` (``dx dy dz rx ry rz scale_ppm convention``), ``ntv2``
(``{"grid": "file.gsb"}`` beside the registry) or ``piecewise`` (``"pieces": [{"polygon": GeoJSON, "use": id}]``).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyproj
import shapely
from pyproj import Geod
from shapely.geometry.base import BaseGeometry

from importers.datum.helmert import BadParameters
from importers.datum.parameters import Apply, functions
from layers.crs.names import parse_crs
from layers.errors import UnknownCrs
from layers.sentences import listed, say

LABELS = {
    "plane4": say("plane4"),
    "helmert7": say("helmert7"),
    "ntv2": say("ntv2"),
    "piecewise": say("piecewise"),
}
_DEGREE_M = 111_000.0
_DEFAULT_SLACK_M = 2_000.0


@dataclass(frozen=True)
class Quality:
    """How well a transform fits, in metres; None where nobody said."""

    rmse_m: float | None = None
    check_rmse_m: float | None = None
    max_residual_m: float | None = None
    points: int | None = None
    check_points: int | None = None

    @property
    def accuracy_m(self) -> float | None:
        """The error to reckon with: at independent check points, else the inner one."""
        return self.check_rmse_m if self.check_rmse_m is not None else self.rmse_m

    def to_text(self) -> str:
        """Return the quality in a line."""
        said = (
            say("quality-rmse", metres=self.rmse_m) if self.rmse_m is not None else "",
            say("quality-check", metres=self.check_rmse_m) if self.check_rmse_m is not None else "",
            say("quality-largest", metres=self.max_residual_m) if self.max_residual_m is not None else "",
            say("quality-points", count=self.points) if self.points else "",
            say("quality-check-points", count=self.check_points) if self.check_points else "",
        )
        return listed(filter(None, said)) or say("accuracy-not-stated")


@dataclass(frozen=True)
class Check:
    """A point known in both systems (east, north or degrees), which the transform must hit."""

    source: tuple[float, float] = field(repr=False)
    target: tuple[float, float] = field(repr=False)
    tolerance_m: float

    def missed_by(self, apply: Apply, entry: "Entry") -> float:
        """Return by how many metres a transform misses the target."""
        with np.errstate(all="ignore"):
            x, y = apply(np.array([self.source[0]]), np.array([self.source[1]]))
        if not (np.isfinite(x[0]) and np.isfinite(y[0])):
            return float("inf")
        if entry.target.is_geographic:
            ellipsoid = entry.target.ellipsoid
            geod = (
                Geod(a=ellipsoid.semi_major_metre, rf=ellipsoid.inverse_flattening)
                if ellipsoid
                else Geod(ellps="GRS80")
            )
            return float(geod.inv(x[0], y[0], *self.target)[2])
        return float(np.hypot(x[0] - self.target[0], y[0] - self.target[1]))


@dataclass(frozen=True)
class Entry:
    """A record read and checked. ``apply`` holds the parameters; ``turned`` is it with the rotations' signs turned."""

    id: str
    method: str
    source: pyproj.CRS
    target: pyproj.CRS
    quality: Quality
    checks: tuple[Check, ...]
    area: BaseGeometry | None = field(default=None, repr=False)
    slack_degrees: float = 0.0
    supplier: str = ""
    date: str = ""
    secrecy: str = "protected"
    pieces: tuple[tuple[BaseGeometry, str], ...] = field(default=(), repr=False)
    apply: Apply | None = field(default=None, repr=False)
    turned: Apply | None = field(default=None, repr=False)

    @property
    def label(self) -> str:
        """The method in words."""
        return LABELS[self.method]


def read_entry(record: Mapping[str, Any], folder: Path) -> Entry:
    """Read one record; grids are looked for in ``folder``.

    Raises:
        BadParameters: something is missing or malformed; the message names the field, never its value.
    """
    if not isinstance(record, Mapping):
        raise BadParameters(say("datum-entry-no-object"))
    name = _name(record.get("id"))
    if not name:
        raise BadParameters(say("datum-entry-no-id"))
    try:
        return _read(name, record, folder)
    except BadParameters:
        raise
    except KeyError as error:
        raise BadParameters(say("datum-entry-missing", name=name, args=error.args[0])) from None
    except (TypeError, ValueError, OverflowError, IndexError, AttributeError, shapely.errors.ShapelyError):
        # The original message would quote the value.
        raise BadParameters(say("datum-entry-form", name=name)) from None


def _read(name: str, record: Mapping[str, Any], folder: Path) -> Entry:
    method = str(record["method"])
    if method not in LABELS:
        raise BadParameters(say("datum-entry-method", name=name, labels=", ".join(LABELS)))
    source, target = _system(name, record, "source"), _system(name, record, "target")
    apply, turned = functions(name, method, record, source, target, folder)
    area = _area(record.get("area"))
    pieces = tuple((_polygon(piece["polygon"]), _name(piece["use"])) for piece in record.get("pieces", ()))
    if method == "piecewise" and not pieces:
        raise BadParameters(say("datum-entry-no-pieces", name=name))
    return Entry(
        id=name,
        method=method,
        source=source,
        target=target,
        quality=_quality(record.get("quality", {})),
        checks=_checks(name, record),
        area=area,
        slack_degrees=float(record.get("slack_m", _DEFAULT_SLACK_M)) / _DEGREE_M,
        supplier=str(record.get("supplier", "")),
        date=str(record.get("date", "")),
        secrecy=str(record.get("secrecy", "protected")),
        pieces=pieces,
        apply=apply,
        turned=turned,
    )


def _name(value: Any) -> str:
    """Return an id; of what is no text nothing is told, for it may be a parameter in the wrong place."""
    return value.strip() if isinstance(value, str) else str(value) if isinstance(value, int) else ""


def _system(name: str, record: Mapping[str, Any], side: str) -> pyproj.CRS:
    try:
        return parse_crs(str(record[side]))
    except UnknownCrs:  # its message would quote the text, which may have TOWGS84 in it
        raise BadParameters(say("datum-entry-crs", name=name, side=side)) from None


def _checks(name: str, record: Mapping[str, Any]) -> tuple[Check, ...]:
    given = record.get("check") or ()
    given = [given] if isinstance(given, Mapping) else given
    checks = []
    for check in given:
        (sx, sy), (tx, ty) = check["source"], check["target"]
        checks.append(Check((float(sx), float(sy)), (float(tx), float(ty)), float(check.get("tolerance_m", 0.5))))
    if not checks:
        raise BadParameters(say("datum-no-check-point", name=name))
    return tuple(checks)


def _quality(values: Mapping[str, Any]) -> Quality:
    metres = {
        key: float(values[key]) for key in ("rmse_m", "check_rmse_m", "max_residual_m") if values.get(key) is not None
    }
    counts = {key: int(values[key]) for key in ("points", "check_points") if values.get(key) is not None}
    return Quality(metres.get("rmse_m"), metres.get("check_rmse_m"), metres.get("max_residual_m"), **counts)


def _area(value: Any) -> BaseGeometry | None:
    if value is None:
        return None
    if isinstance(value, list):
        west, south, east, north = (float(edge) for edge in value)
        return shapely.box(west, south, east, north)
    return _polygon(value)


def _polygon(value: Any) -> BaseGeometry:
    shape: BaseGeometry = shapely.geometry.shape(value)
    if shape.geom_type not in ("Polygon", "MultiPolygon") or shape.is_empty:
        raise ValueError(say("not-a-polygon"))
    return shape
