"""Numbers as people read them on a map: round steps, spaced thousands, lengths in the unit that suits them."""

import math
from collections.abc import Iterator


def steps(first: float, last: float, step: float) -> Iterator[float]:
    """Yield values from ``first`` to ``last``, both when they meet, ``step`` apart."""
    for number in range(int((last - first) / step) + 1 if last >= first else 0):
        yield first + number * step


def round_step(about: float) -> float:
    """Return the largest of 1, 2, 5 times a power of ten that is not above ``about``."""
    power = 10.0 ** math.floor(math.log10(about))
    return next(factor * power for factor in (5, 2, 1) if factor * power <= about * 1.0000001)


def kilometres(value: float, step: float) -> str:
    """Return metres in kilometres with as many digits as a grid of ``step`` metres needs."""
    digits = max(0, math.ceil(-math.log10(step / 1000) - 1e-9))
    return f"{value / 1000:.{digits}f}"


def length(metres: float) -> str:
    """Return a length with two digits that count, in the unit that suits it."""
    return f"{float(f'{metres:.2g}'):g} m" if metres < 1000 else f"{float(f'{metres / 1000:.2g}'):g} km"


def spaced(number: float) -> str:
    """Return a whole number with its thousands apart."""
    return f"{number:,.0f}".replace(",", " ")
