"""What a fit of a datum shift found, as values: residuals, quality, and the entry for the registry."""

from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pyproj
import shapely
from shapely.geometry.base import BaseGeometry

from layers.sentences import Language, say, worded

Floats = npt.NDArray[np.float64]
Method = Literal["plane4", "helmert7"]

OUTLIER_RISK = 0.001
"""The chance, over all points of a fit, that a good one is called an outlier."""

_SLACK_M = 10_000.0
"""How far beyond its control points a fit may be used; such a shift bends by millimetres over ten kilometres."""

_TITLES = {"plane4": say("plane4"), "helmert7": say("helmert7-frame")}


@dataclass(frozen=True)
class Residual:
    """What is left at one point: transformed minus given, metres east, north and up (None where heights have no part).

    ``outlier_chance`` is how likely a point this far off the others is when nothing is wrong, corrected for the number
    of points; None for check points and where too few points are left to judge.
    """

    name: str
    east_m: float
    north_m: float
    up_m: float | None
    is_check: bool
    outlier_chance: float | None = None

    @property
    def length_m(self) -> float:
        """Horizontal length in metres."""
        return float(np.hypot(self.east_m, self.north_m))

    @property
    def is_outlier(self) -> bool:
        """Whether the point does not belong to the rest."""
        return self.outlier_chance is not None and self.outlier_chance < OUTLIER_RISK


@dataclass(frozen=True)
class Fit:
    """A fitted shift. ``parameters`` and ``sigmas`` by name are protected and have no text form but ``to_text(True)``.

    ``places`` are east, north in the source and in the target, one row a residual. ``sigma_m`` is the standard error
    of one ordinate; ``rmse_m`` horizontal, inner; ``check_rmse_m`` at check points;
    ``predicted_rmse_m`` of each point by the others; ``area`` the hull of the points in degrees of the source.
    """

    method: Method
    source: pyproj.CRS
    target: pyproj.CRS
    parameters: dict[str, float] = field(repr=False)
    sigmas: dict[str, float] = field(repr=False)
    sigma_m: float | None
    rmse_m: float
    check_rmse_m: float | None
    predicted_rmse_m: float | None
    residuals: tuple[Residual, ...]
    area: BaseGeometry = field(repr=False)
    places: Floats = field(repr=False)
    warnings: tuple[str, ...] = ()

    @property
    def outliers(self) -> tuple[str, ...]:
        """Names of the points that do not belong to the rest."""
        return tuple(r.name for r in self.residuals if r.is_outlier)

    @property
    def max_residual_m(self) -> float:
        """The largest horizontal residual of a fitted point."""
        return max(r.length_m for r in self.residuals if not r.is_check)

    def to_text(self, parameters: bool = False, language: Language = "en") -> str:
        """Return the result for a person; the parameters only when asked, for they are protected."""
        return "\n".join(worded(line, language) for line in self._lines(parameters))

    def _lines(self, parameters: bool) -> list[str]:
        fitted = [r for r in self.residuals if not r.is_check]
        lines = [
            say("fit-head", title=_TITLES[self.method], source=self.source.name, target=self.target.name),
            say("fit-points", count=len(fitted), count2=len(self.residuals) - len(fitted)),
        ]
        if parameters:
            lines += [
                f"  {name:16s} {value: .9g}  ± {self.sigmas.get(name, float('nan')):.3g}"
                for name, value in self.parameters.items()
            ]
        lines += [
            say("fit-sigma", sigma_m=_m(self.sigma_m)),
            say(
                "fit-rmse",
                rmse_m=_m(self.rmse_m),
                check_rmse_m=_m(self.check_rmse_m),
                predicted_rmse_m=_m(self.predicted_rmse_m),
                max_residual_m=_m(self.max_residual_m),
            ),
        ]
        west, south, east, north = shapely.bounds(self.area)
        lines.append(say("fit-area", west=west, east=east, south=south, north=north))
        lines.append(say("fit-columns"))
        for r in self.residuals:
            mark = say("fit-check") if r.is_check else say("fit-outlier") if r.is_outlier else ""
            row = f"{r.name:16s} {r.east_m:9.4f} {r.north_m:9.4f} {r.length_m:9.4f}"
            lines.append(say("both", first=row, then=mark))
        return lines + [say("warning-line", warning=warning) for warning in self.warnings]

    def to_record(self, id: str, supplier: str = "", date: str = "", secrecy: str = "protected") -> dict[str, Any]:
        """Return the entry for the datum registry (``importers.datum.registry``), with a check point from the data."""
        chosen = next((i for i, r in enumerate(self.residuals) if r.is_check), 0)
        tolerance = max(0.05, 3 * self.residuals[chosen].length_m)
        form = {"axes": "north_east"} if self.method == "plane4" else {"convention": "coordinate_frame"}
        quality = {
            "rmse_m": self.rmse_m,
            "check_rmse_m": self.check_rmse_m if self.check_rmse_m is not None else self.predicted_rmse_m,
            "max_residual_m": self.max_residual_m,
            "points": sum(not r.is_check for r in self.residuals),
            "check_points": sum(r.is_check for r in self.residuals),
        }
        return {
            "id": id,
            "method": self.method,
            "source": crs_text(self.source),
            "target": crs_text(self.target),
            "parameters": self.parameters | form,
            "check": [
                {
                    "source": self.places[chosen, :2].tolist(),
                    "target": self.places[chosen, 2:].tolist(),
                    "tolerance_m": tolerance,
                }
            ],
            "area": shapely.geometry.mapping(self.area),
            "slack_m": _SLACK_M,
            "quality": quality,
            "supplier": supplier,
            "date": date,
            "secrecy": secrecy,
        }


def _m(value: float | None) -> str:
    return say("not-known") if value is None else f"{value:.4f} m"


def crs_text(crs: pyproj.CRS) -> str:
    """Return ``EPSG:n`` where certain, else WKT."""
    code = crs.to_epsg(min_confidence=100)
    return f"EPSG:{code}" if code else crs.to_wkt()
