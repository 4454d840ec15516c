"""How unlikely a residual is: the F distribution's upper tail, by the continued fraction of the incomplete beta.

(Abramowitz and Stegun 26.5.8, evaluated by Lentz's method.) Thirty lines instead of a dependency on SciPy.
"""

import math

_TINY = 1e-300
_PRECISION = 1e-13
_ROUNDS = 500


def f_tail(value: float, above: float, below: float) -> float:
    """Return the probability that an F variable with ``above`` and ``below`` degrees of freedom exceeds ``value``."""
    if not value > 0:
        return 1.0
    if math.isinf(value):
        return 0.0
    return incomplete_beta(below / 2, above / 2, below / (below + above * value))


def incomplete_beta(a: float, b: float, x: float) -> float:
    """Return the regularised incomplete beta function I_x(a, b) for 0 <= x <= 1."""
    if x <= 0 or x >= 1:
        return 0.0 if x <= 0 else 1.0
    if x > (a + 1) / (a + b + 2):
        return 1 - incomplete_beta(b, a, 1 - x)
    front = math.exp(math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x)) / a
    return front * _fraction(a, b, x)


def _fraction(a: float, b: float, x: float) -> float:
    c, d = 1.0, 1 / _away(1 - (a + b) * x / (a + 1))
    result = d
    for m in range(1, _ROUNDS):
        for term in (
            m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
            -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
        ):
            d = 1 / _away(1 + term * d)
            c = _away(1 + term / c)
            result *= c * d
        if abs(c * d - 1) < _PRECISION:
            break
    return result


def _away(value: float) -> float:
    return value if abs(value) > _TINY else _TINY
