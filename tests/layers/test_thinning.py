"""Points appear in the order of their importance and never vanish on zooming in."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from layers.level.density import Counting
from layers.level.thinning import first_zooms, label_zooms, thinned

WORLD = 40075016.685578488


def _crowd(count: int, seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    at = rng.normal(1.2e7, 3e4, count), rng.normal(4e6, 3e4, count)
    return np.column_stack([np.arange(count), *at, rng.zipf(1.8, count).astype(float)])


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 400), st.integers(0, 1000), st.integers(1, 14))
def test_no_cell_shows_two_points_and_none_with_points_shows_none(count: int, seed: int, zooms: int) -> None:
    points = _crowd(count, seed)
    x, y = points[:, 1], points[:, 2]
    first = first_zooms(points, zooms, 16)
    for zoom in range(zooms):
        side = WORLD / 2**zoom / 16
        column, row = np.floor((x + WORLD / 2) / side), np.floor((WORLD / 2 - y) / side)
        shown = first <= zoom
        cells = set(zip(column.tolist(), row.tolist(), strict=True))
        seen = list(zip(column[shown].tolist(), row[shown].tolist(), strict=True))
        assert len(seen) == len(set(seen))
        assert set(seen) == cells


def test_the_heaviest_point_is_shown_from_the_smallest_scale_on() -> None:
    points = _crowd(500)
    points[123, 3] = 1e9
    assert first_zooms(points, 12, 16)[123] == 0


def test_points_without_weight_are_thinned_too_and_always_the_same() -> None:
    points = _crowd(500)
    points[:, 3] = np.nan
    once, again = first_zooms(points, 10, 8), first_zooms(points[::-1], 10, 8)
    assert (once == again[::-1]).all()
    assert 0 < (once <= 5).sum() < 500


def test_a_large_area_is_named_where_it_is_wide_enough_and_a_lonely_small_one_early() -> None:
    areas = np.array([[1, 1000.0, -1000.0, 1e6], [2, 1010.0, -1010.0, 50.0], [3, 1e7, -1e7, 50.0]])
    zooms = label_zooms(areas, first_zooms(areas, 17, 8), 17, 24.0)
    assert zooms[0] == 0  # the largest of its cell
    assert zooms[2] == 0  # alone in its cell
    assert zooms[1] > 10  # waits beside the large one


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 400), st.integers(0, 1000), st.integers(1, 17), st.sampled_from([1, 8, 64]), st.integers(1, 90))
def test_thinning_in_parts_gives_what_thinning_at_once_gives(
    count: int, seed: int, zooms: int, cells: int, at_once: int
) -> None:
    points = _crowd(count, seed)
    points[:, 3] = np.where(points[:, 3] > 1, np.nan, points[:, 3])
    counting, each = Counting(), np.ones(count, np.int64)
    counting.add(points[:, [1, 2, 1, 2]], points[:, 1:3], each, np.zeros(count), 0 * each)
    batches = np.array_split(points, 3)
    found = list(thinned((batch for batch in batches if len(batch)), counting.density(), zooms, cells, at_once))
    parts, first = (np.concatenate(values) for values in zip(*found, strict=True))
    order = np.argsort(parts[:, 0])
    assert np.array_equal(parts[order], points, equal_nan=True)
    assert first[order].tolist() == first_zooms(points, zooms, cells).tolist()
