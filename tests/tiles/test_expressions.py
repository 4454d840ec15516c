"""Band expressions against Python's own arithmetic, and what they refuse."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiles.errors import BadRendering
from tiles.raster.expressions import parse_expression

BANDS = {1: np.float32([[1.0, 2.0]]), 2: np.float32([[3.0, 5.0]]), 3: np.float32([[7.0, 11.0]])}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("(b3-b2)/(b3+b2)", [0.4, 0.375]),
        ("b1", [1, 2]),
        ("-b1 + 2*b2", [5, 8]),
        ("b3 - b2 - b1", [3, 4]),
        ("b3 / b2 / 2", [7 / 6, 1.1]),
        ("2.5*(b2-b1)/(b2+6*b1-7.5*b3+1)", [2.5 * 2 / (3 + 6 - 52.5 + 1), 2.5 * 3 / (5 + 12 - 82.5 + 1)]),
        ("sqrt(b2*b2)", [3, 5]),
        ("abs(-(b1))", [1, 2]),
        ("--b1", [1, 2]),
        (" .5 * b2 ", [1.5, 2.5]),
    ],
)
def test_arithmetic_has_its_usual_meaning(text: str, expected: list[float]) -> None:
    assert parse_expression(text)(BANDS)[0] == pytest.approx(expected, rel=1e-6)


def test_an_expression_names_its_bands_and_is_equal_to_the_same_text() -> None:
    assert parse_expression("(b3 - b1)/b12").bands == (1, 3, 12)
    assert parse_expression("b1 + b2") == parse_expression("b1+b2")


def test_a_division_by_zero_is_no_number_and_no_warning() -> None:
    result = parse_expression("b1/(b2-b2)")(BANDS)
    assert not np.isfinite(result).any()


@pytest.mark.parametrize(
    "text",
    [
        *("", "b1 +", "(b1", "b1)", "b1 b2", "b0", "b100", "1+2", "x", "b1;b2", "b1,b2", "b1[0]", "b1.real", "é*b1"),
        *("__import__('os')", "b1**b2", "b1//b2", "log b1", "b1 if b2 else b3", "sqrt()", "0x10*b1"),
    ],
)
def test_anything_else_is_refused_naming_the_parameter(text: str) -> None:
    with pytest.raises(BadRendering) as caught:
        parse_expression(text)
    assert caught.value.parameter == "expression"


@pytest.mark.parametrize(
    "text", ["(" * 60 + "b1" + ")" * 60, "-" * 150 + "b1", "b1+" * 100 + "b1", "sqrt(" * 30 + "b1"]
)
def test_deep_or_long_expressions_are_refused_before_they_cost_anything(text: str) -> None:
    with pytest.raises(BadRendering):
        parse_expression(text)


@given(st.text(max_size=80))
def test_no_text_does_anything_but_parse_or_be_refused(text: str) -> None:
    try:
        expression = parse_expression(text)
    except BadRendering:
        return
    assert expression(dict.fromkeys(expression.bands, BANDS[1])).dtype == np.float32


@st.composite
def sums(draw: st.DrawFn, depth: int = 3) -> tuple[str, float]:
    """A bracketed expression of the first pixel's bands, with its value."""
    if depth == 0 or draw(st.booleans()):
        return draw(st.sampled_from([("b1", 1.0), ("b2", 3.0), ("b3", 7.0), ("0.5", 0.5), ("2", 2.0)]))
    (left, a), (right, b) = draw(sums(depth=depth - 1)), draw(sums(depth=depth - 1))
    combined = [(f"({left}+{right})", a + b), (f"({left}-{right})", a - b), (f"({left}*{right})", a * b)]
    return draw(st.sampled_from(combined))


@given(sums())
def test_sums_and_products_of_any_shape_are_python_s(pair: tuple[str, float]) -> None:
    text, expected = pair
    assert parse_expression(f"b1*0+{text}")(BANDS)[0, 0] == pytest.approx(expected, rel=1e-5, abs=1e-5)
