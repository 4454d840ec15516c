"""Rows of a binary COPY are exactly those that were given, none of none."""

import numpy as np
import pytest

from layers.copying import encoded


@pytest.mark.parametrize("count", [0, 1, 3])
def test_rows_have_the_bytes_of_their_fields_and_no_others(count: int) -> None:
    rows = encoded([(">i8", np.arange(count)), (">i2", np.arange(count))], [b"abc"] * count)
    assert len(rows) == count * (2 + (4 + 8) + (4 + 2) + (4 + 3))
