"""What weakens a fit though its numbers look well: few points, points in a line or on a spot, large residuals."""

from itertools import combinations

import numpy as np
import numpy.typing as npt

from importers.datum.control import Control
from importers.datum.fit_result import Fit
from layers.crs.names import DEGREE_M
from layers.sentences import say

Floats = npt.NDArray[np.float64]

WISE = 4
USUAL_PPM = 100.0
USUAL_ARCSEC = 60.0
LARGE_M = 0.5
"""No control of a city is that wrong: such residuals tell of a wrong point, another datum, or several areas."""
IN_LINE = 0.05
"""Points whose spread across is that small a share of the one along lie in a line, as good as."""
SEVEN_WITHIN_M = 20_000.0
"""On less ground seven parameters cannot be told apart: a turn and a shift look alike."""
ON_ONE_SPOT_M = 0.01


def doubts(found: Fit, control: Control, degrees: Floats) -> tuple[str, ...]:
    """Return what is to be said against a fit; ``degrees`` are the points' longitudes and latitudes."""
    used = ~control.is_check
    fitted = int(used.sum())
    turns = [abs(found.parameters[name]) for name in ("rotation_arcsec", "rx", "ry", "rz") if name in found.parameters]
    ground = _ground(degrees)
    along, across = _spread(ground[used])
    size = float(np.hypot(*np.ptp(ground[used], axis=0)))
    seven = found.method == "helmert7"
    spots = _on_one_spot(control, ground)
    said = {
        say("fit-few-points", fitted=fitted, wise=WISE): fitted < WISE,
        say("fit-no-check"): not control.is_check.any(),
        say("fit-no-heights"): seven and not control.has_heights,
        say("fit-outliers", outliers=", ".join(found.outliers)): bool(found.outliers),
        say("fit-large", rmse_m=found.rmse_m): found.rmse_m > LARGE_M,
        say("fit-in-line"): fitted > 2 and across < IN_LINE * along,
        say("fit-small-area", size_km=size / 1000): seven and size < SEVEN_WITHIN_M,
        say("fit-one-spot", names=", ".join(spots)): bool(spots),
        say("fit-unusual"): abs(found.parameters["scale_ppm"]) > USUAL_PPM or max(turns) > USUAL_ARCSEC,
    }
    return tuple(text for text, is_so in said.items() if is_so)


def _ground(degrees: Floats) -> Floats:
    """Return metres east and north, good enough to compare distances."""
    middle = degrees.mean(axis=0)
    ground: Floats = (degrees - middle) * DEGREE_M * np.array([np.cos(np.radians(middle[1])), 1.0])
    return ground


def _spread(ground: Floats) -> tuple[float, float]:
    """Return how far points spread along their longest direction and across it."""
    values = np.linalg.svd(ground - ground.mean(axis=0), compute_uv=False)
    return float(values[0]), float(values[1]) if len(values) > 1 else 0.0


def _on_one_spot(control: Control, ground: Floats) -> list[str]:
    """Return the names of points that lie where another lies: it counts twice in the fit."""
    near = (
        (a, b)
        for a, b in combinations(range(len(control)), 2)
        if abs(ground[a, 0] - ground[b, 0]) < ON_ONE_SPOT_M and abs(ground[a, 1] - ground[b, 1]) < ON_ONE_SPOT_M
    )
    return [f"{control.names[a]} = {control.names[b]}" for a, b in near]
