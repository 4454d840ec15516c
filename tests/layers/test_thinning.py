"""Points appear in the order of their importance and never vanish on zooming in."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from layers.level.thinning import first_zooms, label_zooms

WORLD = 40075016.685578488


def _crowd(count: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    return rng.normal(1.2e7, 3e4, count), rng.normal(4e6, 3e4, count), rng.zipf(1.8, count).astype(float)


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 400), st.integers(0, 1000), st.integers(1, 14))
def test_no_cell_shows_two_points_and_none_with_points_shows_none(count: int, seed: int, zooms: int) -> None:
    x, y, weight = _crowd(count, seed)
    first = first_zooms(x, y, weight, zooms, 16)
    for zoom in range(zooms):
        side = WORLD / 2**zoom / 16
        column, row = np.floor((x + WORLD / 2) / side), np.floor((WORLD / 2 - y) / side)
        shown = first <= zoom
        cells = set(zip(column.tolist(), row.tolist(), strict=True))
        seen = list(zip(column[shown].tolist(), row[shown].tolist(), strict=True))
        assert len(seen) == len(set(seen))
        assert set(seen) == cells


def test_the_heaviest_point_is_shown_from_the_smallest_scale_on() -> None:
    x, y, weight = _crowd(500)
    weight[123] = 1e9
    assert first_zooms(x, y, weight, 12, 16)[123] == 0


def test_points_without_weight_are_thinned_too_and_always_the_same() -> None:
    x, y, _ = _crowd(500)
    nothing = np.full(500, np.nan)
    once, again = first_zooms(x, y, nothing, 10, 8), first_zooms(x, y, nothing, 10, 8)
    assert (once == again).all()
    assert 0 < (once <= 5).sum() < 500


def test_a_large_area_is_named_where_it_is_wide_enough_and_a_lonely_small_one_early() -> None:
    x, y = np.array([1000.0, 1010.0, 1e7]), np.array([-1000.0, -1010.0, -1e7])
    size = np.array([1e6, 50.0, 50.0])
    zooms = label_zooms(x, y, size, 17, 8, 24.0)
    assert zooms[0] == 0  # the largest of its cell
    assert zooms[2] == 0  # alone in its cell
    assert zooms[1] > 10  # waits beside the large one
