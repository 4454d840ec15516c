"""Rings told to be simple are; round ones are told, wherever they lie; GEOS is the oracle."""

import numpy as np
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from importers.vector.rings import surely_simple

PLACES = st.integers(-4, 4)


@settings(deadline=None)
@given(
    st.lists(st.lists(st.tuples(PLACES, PLACES), min_size=3, max_size=9), min_size=1, max_size=8),
    st.sampled_from([(0.0, 1.0), (115.6, 1e-7), (115.6, 1e-13), (500_000.0, 0.01)]),
)
def test_a_ring_told_to_be_simple_is_valid(rings: list[list[tuple[int, int]]], place: tuple[float, float]) -> None:
    closed = [np.array([*ring, ring[0]]) * place[1] + place[0] for ring in rings]
    told = surely_simple(np.concatenate(closed), np.array([len(ring) for ring in closed]))
    assert all(shapely.Polygon(ring).is_valid for ring, sure in zip(closed, told, strict=True) if sure)


def test_parcels_are_told_in_either_direction_with_a_vertex_twice_and_a_star_is_not() -> None:
    parcel = np.array([(0, 0), (2, 0), (2, 0), (3, 1), (2, 2), (0, 2), (0, 0)]) * 1e-5 + (115.6, 34.4)
    star = np.exp(2j * np.pi * np.array([0, 2, 4, 1, 3, 0]) / 5)  # in one turn of twice the circle
    rings = [parcel, parcel[::-1], np.column_stack([star.real, star.imag])]
    assert surely_simple(np.concatenate(rings), np.array([7, 7, 6])).tolist() == [True, True, False]
    assert surely_simple(np.zeros((0, 2)), np.zeros(0, np.int64)).tolist() == []
