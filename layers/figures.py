"""Figures as people read them: no exponents, no digits that nobody measured."""


def three_digits(value: float) -> str:
    """Write a length, an area or an accuracy to three digits: 0.5, 1.12, 45.5, 2000. Never as 2e+03."""
    digits = f"{float(f'{value:.3g}'):.12f}"
    return digits.rstrip("0").rstrip(".")
