"""The parameters of a registry's record, closed into functions of coordinates so that no value leaves them."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyproj

from importers.datum.helmert import BadParameters, BursaWolf, PlaneSimilarity, shift_degrees
from layers.sentences import say

Floats = npt.NDArray[np.float64]
Apply = Callable[[Floats, Floats], tuple[Floats, Floats]]


def functions(
    name: str, method: str, record: Mapping[str, Any], source: pyproj.CRS, target: pyproj.CRS, folder: Path
) -> tuple[Apply | None, Apply | None]:
    """Return what a record's parameters do to coordinates, and the same with the rotations' signs turned.

    Grids are looked for in ``folder``; None where a method has no such function.

    Raises:
        BadParameters, KeyError, TypeError, ValueError, OverflowError: a parameter is missing or malformed.
    """
    if method == "piecewise":
        return None, None
    values = record["parameters"]
    if method == "plane4":
        if not (source.is_projected and target.is_projected):
            raise BadParameters(say("datum-entry-plane4", name=name))
        return _plane(values, 1.0), _plane(values, -1.0)
    if not (source.is_geographic and target.is_geographic):
        raise BadParameters(say("datum-entry-geographic", name=name, method=method))
    if method == "helmert7":
        return _bursa_wolf(name, values, source, target, 1.0), _bursa_wolf(name, values, source, target, -1.0)
    if not isinstance(values["grid"], str):
        raise TypeError("a grid is named by its file")
    return _grid(name, folder / Path(values["grid"]).name), None


def _plane(values: Mapping[str, Any], sign: float) -> Apply:
    axes = values["axes"]
    if axes not in ("north_east", "east_north"):
        raise BadParameters(say("datum-entry-axes"))
    numbers = _numbers(values, "dx", "dy", "scale_ppm", "rotation_arcsec")
    return PlaneSimilarity(numbers[0], numbers[1], numbers[2], sign * numbers[3], axes)


def _bursa_wolf(name: str, values: Mapping[str, Any], source: pyproj.CRS, target: pyproj.CRS, sign: float) -> Apply:
    convention = values["convention"]
    if convention not in ("coordinate_frame", "position_vector"):
        raise BadParameters(say("datum-entry-convention", name=name))
    dx, dy, dz, rx, ry, rz, scale = _numbers(values, "dx", "dy", "dz", "rx", "ry", "rz", "scale_ppm")
    shift = BursaWolf((dx, dy, dz), (sign * rx, sign * ry, sign * rz), scale, convention)
    return lambda lon, lat: shift_degrees(shift, source, target, lon, lat)


def _numbers(values: Mapping[str, Any], *names: str) -> list[float]:
    numbers = [float(values[name]) for name in names]
    if not all(np.isfinite(numbers)):
        raise ValueError(say("number-not-finite"))
    return numbers


def _grid(name: str, path: Path) -> Apply:
    if not path.is_file():
        raise BadParameters(say("datum-grid-missing", name=name, file=path.name))
    quoted = str(path).replace('"', "")
    try:
        transformer = pyproj.Transformer.from_pipeline(
            "+proj=pipeline +step +proj=unitconvert +xy_in=deg +xy_out=rad "
            f'+step +proj=hgridshift +grids="{quoted}" +step +proj=unitconvert +xy_in=rad +xy_out=deg'
        )
    except pyproj.exceptions.ProjError:
        raise BadParameters(say("datum-grid-bad", name=name, file=path.name)) from None

    def apply(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
        x, y = transformer.transform(lon, lat)
        return np.asarray(x), np.asarray(y)

    return apply
