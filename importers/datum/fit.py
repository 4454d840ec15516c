"""Fitting a city's datum shift to control points by least squares, with everything one needs to distrust it.

Four parameters between two planes, or seven between Earth-centred frames; both are linear in the unknowns, solved on
coordinates centred on the points. Told are the parameters with their standard errors, the residual of each point, the
error at check points kept out of the fit (or, without any, the error of each point predicted by the others), points
that do not belong to the rest, and the area that the points vouch for.
"""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pyproj
import shapely
from shapely.geometry.base import BaseGeometry

from importers.datum.control import BadControl, Control
from importers.datum.doubts import doubts
from importers.datum.fit_result import Fit, Method, Residual
from importers.datum.helmert import BursaWolf, EarthCentred, PlaneSimilarity
from importers.datum.least_squares import Solution, solve
from importers.datum.plausible import check_places
from layers.crs.names import parse_crs
from layers.crs.operations import find_transform
from layers.sentences import say

Floats = npt.NDArray[np.float64]

_ARCSECOND = np.pi / 180 / 3600
_LEAST = {"plane4": 2, "helmert7": 3}
_MARGIN_DEGREES = 0.01


def fit(control: Control, method: Method, source: str | int, target: str | int) -> Fit:
    """Fit a shift to control points.

    ``plane4`` takes projected coordinates of one central meridian on both sides; ``helmert7`` any, brought to degrees
    and Earth-centred metres with the heights given (else 0: then only the horizontal shift is vouched for).

    Raises:
        BadControl: too few points, all on one spot or line, far from where their systems are used, or planes of
            different central meridians.
    """
    source_crs, target_crs = parse_crs(source), parse_crs(target)
    fitted = int((~control.is_check).sum())
    if fitted < _LEAST[method]:
        raise BadControl(say("fit-too-few", method=method, least=_LEAST[method], fitted=fitted))
    if method == "plane4":
        _check_planes(source_crs, target_crs)
    check_places(control, source_crs, target_crs)
    if method == "plane4":
        return _fit_plane(control, source_crs, target_crs)
    return _fit_bursa_wolf(control, source_crs, target_crs)


def _fit_plane(control: Control, source: pyproj.CRS, target: pyproj.CRS) -> Fit:
    used = ~control.is_check
    x, y = control.source[used, 1], control.source[used, 0]  # X north, Y east, as Chinese texts have it
    new_x, new_y = control.target[used, 1], control.target[used, 0]
    xc, yc, new_xc, new_yc = (float(v.mean()) for v in (x, y, new_x, new_y))
    zero, one = np.zeros_like(x), np.ones_like(x)
    design = np.stack(
        [np.column_stack([one, zero, x - xc, -(y - yc)]), np.column_stack([zero, one, y - yc, x - xc])], axis=1
    )
    solution = solve(design, np.column_stack([new_x - new_xc, new_y - new_yc]))
    a, b, c, d = solution.unknowns
    m, t = float(np.hypot(c, d)), float(np.arctan2(d, c))
    parameters = {
        "dx": new_xc + a - c * xc + d * yc,
        "dy": new_yc + b - d * xc - c * yc,
        "scale_ppm": (m - 1) * 1e6,
        "rotation_arcsec": t / _ARCSECOND,
    }
    jacobian = np.array(
        [
            [1, 0, -xc, yc],
            [0, 1, -yc, -xc],
            [0, 0, c / m * 1e6, d / m * 1e6],
            [0, 0, -d / m**2 / _ARCSECOND, c / m**2 / _ARCSECOND],
        ]
    )
    shift = PlaneSimilarity(**parameters, axes="north_east")
    east, north = shift(control.source[:, 0], control.source[:, 1])
    left = np.column_stack([east - control.target[:, 0], north - control.target[:, 1]])
    places = np.column_stack([control.source[:, :2], control.target[:, :2]])
    degrees = np.column_stack(find_transform(source, _degrees(source)).points(places[:, 0], places[:, 1]))
    predicted = solution.predicted()[:, ::-1]
    solved = _Solved("plane4", source, target, parameters, jacobian, solution, left, predicted, places, degrees)
    return _fit(control, solved)


def _fit_bursa_wolf(control: Control, source: pyproj.CRS, target: pyproj.CRS) -> Fit:
    start, end = _degrees(source), _degrees(target)
    places = np.column_stack(
        [
            *find_transform(source, start).points(control.source[:, 0], control.source[:, 1]),
            *find_transform(target, end).points(control.target[:, 0], control.target[:, 1]),
        ]
    )
    old = np.column_stack(EarthCentred.of(start).to_geocentric(places[:, 0], places[:, 1], control.source[:, 2]))
    new = np.column_stack(EarthCentred.of(end).to_geocentric(places[:, 2], places[:, 3], control.target[:, 2]))
    used = ~control.is_check
    centre = old[used].mean(axis=0)
    design = np.stack([_bursa_wolf_rows(point) for point in old[used] - centre])
    solution = solve(design, new[used] - old[used])
    # X = x + Tc + M (x - centre): the translation at the Earth's centre is Tc - M centre.
    at_centre = _bursa_wolf_rows(-centre)
    scale = 1 + solution.unknowns[3]
    translation = at_centre @ solution.unknowns
    rotation = solution.unknowns[4:] / scale / _ARCSECOND
    names = ("dx", "dy", "dz", "scale_ppm", "rx", "ry", "rz")
    parameters = dict(zip(names, (*translation.tolist(), (scale - 1) * 1e6, *rotation.tolist()), strict=True))
    jacobian = np.zeros((7, 7))
    jacobian[:3] = at_centre
    jacobian[3, 3] = 1e6
    jacobian[4:, 4:] = np.eye(3) / scale / _ARCSECOND
    shift = BursaWolf(tuple(translation), tuple(rotation), (scale - 1) * 1e6)
    moved = np.column_stack(shift(*old.T))
    left = _east_north_up(moved - new, places[:, 2:])
    predicted = _east_north_up(solution.predicted(), places[used, 2:])
    degrees = places[:, :2]
    solved = _Solved("helmert7", start, end, parameters, jacobian, solution, left, predicted, places, degrees)
    return _fit(control, solved)


def _bursa_wolf_rows(point: Floats) -> Floats:
    """Return the 3 x 7 design of a point for (translation, scale, rx, ry, rz), coordinate frame."""
    x, y, z = point
    return np.array(
        [[1, 0, 0, x, 0, -z, y], [0, 1, 0, y, z, 0, -x], [0, 0, 1, z, -y, x, 0]],
        dtype=np.float64,
    )


@dataclass(frozen=True)
class _Solved:
    """What a method found: ``parameters`` with the ``jacobian`` that leads to them from the solution's unknowns.

    ``left`` and ``predicted`` are residuals in metres, east, north and up; ``places`` the control points on both
    systems, ``degrees`` their longitudes and latitudes.
    """

    method: Method
    source: pyproj.CRS
    target: pyproj.CRS
    parameters: dict[str, float]
    jacobian: Floats
    solution: Solution
    left: Floats
    predicted: Floats
    places: Floats
    degrees: Floats


def _fit(control: Control, found: _Solved) -> Fit:
    solution, parameters, jacobian, left = found.solution, found.parameters, found.jacobian, found.left
    sigma = solution.sigma
    spread = np.sqrt(np.diag(jacobian @ solution.cofactors @ jacobian.T))
    sigmas = {} if sigma is None else dict(zip(parameters, (spread * sigma).tolist(), strict=True))
    chances = iter(solution.outlier_chances())
    residuals = tuple(
        Residual(
            name,
            float(row[0]),
            float(row[1]),
            float(row[2]) if len(row) > 2 and control.has_heights else None,
            bool(check),
            None if check else next(chances),
        )
        for name, row, check in zip(control.names, left, control.is_check, strict=True)
    )
    fit = Fit(
        method=found.method,
        source=found.source,
        target=found.target,
        parameters=parameters,
        sigmas=sigmas,
        sigma_m=sigma,
        rmse_m=_horizontal(left[~control.is_check]) or 0.0,
        check_rmse_m=_horizontal(left[control.is_check]),
        predicted_rmse_m=_horizontal(found.predicted) if np.isfinite(found.predicted).all() else None,
        residuals=residuals,
        area=_hull(found.degrees),
        places=found.places,
    )
    return replace(fit, warnings=doubts(fit, control, found.degrees))


def _horizontal(left: Floats) -> float | None:
    """Return the root mean square horizontal length, None of nothing."""
    return float(np.sqrt(np.mean(np.sum(left[:, :2] ** 2, axis=1)))) if len(left) else None


def _hull(degrees: Floats) -> BaseGeometry:
    hull: BaseGeometry = shapely.MultiPoint(degrees).convex_hull
    return hull.buffer(_MARGIN_DEGREES, quad_segs=2)


def _east_north_up(xyz: Floats, degrees: Floats) -> Floats:
    """Turn Earth-centred differences into east, north, up at each place."""
    lam, phi = np.radians(degrees[:, 0]), np.radians(degrees[:, 1])
    dx, dy, dz = xyz.T
    east = -np.sin(lam) * dx + np.cos(lam) * dy
    north = -np.sin(phi) * np.cos(lam) * dx - np.sin(phi) * np.sin(lam) * dy + np.cos(phi) * dz
    up = np.cos(phi) * np.cos(lam) * dx + np.cos(phi) * np.sin(lam) * dy + np.sin(phi) * dz
    return np.column_stack([east, north, up])


def _degrees(crs: pyproj.CRS) -> pyproj.CRS:
    if crs.geodetic_crs is None:
        raise BadControl(say("no-geographic-base", crs=crs.name))
    return crs.geodetic_crs


def _check_planes(source: pyproj.CRS, target: pyproj.CRS) -> None:
    for crs in (source, target):
        if not crs.is_projected:
            raise BadControl(say("fit-plane4-projected", crs=crs.name))
    first, second = central_meridian(source), central_meridian(target)
    if first is not None and second is not None and abs(first - second) > 1e-9:
        raise BadControl(say("fit-meridians", first=first, second=second))


def central_meridian(crs: pyproj.CRS) -> float | None:
    """Return the longitude of origin of a projected CRS in degrees, None when it has none."""
    operation = crs.coordinate_operation
    names = ("Longitude of natural origin", "Longitude of false origin")
    return next((float(p.value) for p in operation.params if p.name in names), None) if operation else None
