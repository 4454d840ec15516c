"""Least squares: unknowns with their cofactors, residuals, and how much each point had to say in the solution."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from importers.datum.control import BadControl
from importers.datum.significance import f_tail
from layers.sentences import say

Floats = npt.NDArray[np.float64]

_WORST_CONDITION = 1e7


@dataclass(frozen=True)
class Solution:
    """A least-squares solution: unknowns, their cofactors, residuals (n x k) and what each point's say in it was."""

    unknowns: Floats
    cofactors: Floats
    residuals: Floats
    freedom: int
    leverage: Floats  # n x k x k: how far each point pulls the solution to itself

    @property
    def sigma(self) -> float | None:
        """The standard error of one observation, None without redundancy."""
        return float(np.sqrt(np.sum(self.residuals**2) / self.freedom)) if self.freedom > 0 else None

    def predicted(self) -> Floats:
        """Return each point's residual as the other points alone would leave it."""
        n, k = self.residuals.shape
        free = np.eye(k) - self.leverage
        result = np.full((n, k), np.nan)
        for i in range(n):
            if np.linalg.cond(free[i]) < 1e9:
                result[i] = np.linalg.solve(free[i], self.residuals[i])
        return result

    def outlier_chances(self) -> list[float | None]:
        """Return for each point the chance of being this far off by accident, corrected for the number of points."""
        n, k = self.residuals.shape
        if self.freedom - k < 1:
            return [None] * n
        total = float(np.sum(self.residuals**2))
        if total < 1e-18:
            return [1.0] * n
        own = np.einsum("ij,ij->i", self.residuals, np.nan_to_num(self.predicted()))
        rest = np.maximum((total - own) / (self.freedom - k), 1e-30)
        return [min(1.0, n * f_tail(float(o / k / r), k, self.freedom - k)) for o, r in zip(own, rest, strict=True)]


def solve(design: Floats, observed: Floats) -> Solution:
    """Solve for the unknowns; ``design`` is n x k x u, ``observed`` n x k. Columns are scaled to be comparable.

    Raises:
        BadControl: the points do not determine the unknowns.
    """
    n, k, u = design.shape
    matrix = design.reshape(n * k, u)
    norms = np.linalg.norm(matrix, axis=0)
    if n * k < u or (norms == 0).any() or np.linalg.cond(matrix / norms) > _WORST_CONDITION:
        raise BadControl(say("fit-degenerate"))
    scaled = matrix / norms
    unknowns, *_ = np.linalg.lstsq(scaled, observed.ravel(), rcond=None)
    inverse = np.linalg.inv(scaled.T @ scaled)
    hat = np.einsum("iju,uv,ikv->ijk", design / norms, inverse, design / norms)
    residuals = (scaled @ unknowns - observed.ravel()).reshape(n, k)
    return Solution(unknowns / norms, inverse / np.outer(norms, norms), residuals, n * k - u, hat)
