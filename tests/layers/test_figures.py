"""Figures as people read them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layers.figures import three_digits


@pytest.mark.parametrize(
    ("value", "words"),
    [(0, "0"), (0.5, "0.5"), (1.118034, "1.12"), (45.4572, "45.5"), (2000.00025, "2000"), (123456.0, "123000")],
)  # fmt: skip
def test_a_figure_has_three_digits_and_no_exponent(value: float, words: str) -> None:
    assert three_digits(value) == words


@given(st.floats(1e-9, 1e12))
def test_a_figure_read_again_is_the_value_to_three_digits(value: float) -> None:
    assert "e" not in three_digits(value)
    assert float(three_digits(value)) == pytest.approx(value, rel=5.1e-3, abs=1e-12)
