"""Neighbours simplified together keep their common boundary."""

import numpy as np
import pytest
import shapely

from layers.level import significance
from layers.level.areas import Areas
from layers.level.coverage import take_apart
from tests.city import parcels


def test_taken_apart_and_put_together_polygons_are_what_they_were() -> None:
    shapes, _ = parcels(12)
    again = take_apart(Areas.of(shapes)).areas.polygons()
    assert shapely.equals(shapely.normalize(again), shapely.normalize(shapes)).all()


@pytest.mark.parametrize("at_once", [1, 3, 50])
def test_vertices_weigh_the_same_however_many_are_measured_at_once(
    at_once: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    rng = np.random.default_rng(3)
    places = rng.normal(0, 10, (400, 2)).cumsum(axis=0).round()
    starts, ends = np.array([0, 3, 4, 60, 61]), np.array([2, 4, 59, 61, 399])
    whole = significance.weigh(places, starts, ends)
    monkeypatch.setattr(significance, "AT_ONCE", at_once)
    assert (significance.weigh(places, starts, ends) == whole).all()


def test_holes_islands_and_several_parts_survive() -> None:
    island = shapely.box(4, 4, 6, 6)
    ring = shapely.box(0, 0, 10, 10).difference(island)
    apart = shapely.MultiPolygon([shapely.box(20, 0, 25, 5), shapely.box(30, 0, 35, 5)])
    shapes = np.array([ring, island, apart], dtype=object)
    again = take_apart(Areas.of(shapes)).simplified(0.5).polygons()
    assert shapely.equals(again, shapes).all()
    assert len(again[2].geoms) == 2


@pytest.mark.parametrize("tolerance", [5.0, 15.0, 30.0])
def test_no_gap_and_no_overlap_opens_between_simplified_neighbours(tolerance: float) -> None:
    shapes, _ = parcels(30)
    simple = take_apart(Areas.of(shapes)).simplified(tolerance).polygons()
    assert shapely.get_num_coordinates(simple).sum() < 0.6 * shapely.get_num_coordinates(shapes).sum()
    union = shapely.union_all(simple)
    # Only the outer edge moves; whatever lies between the parcels is covered exactly once.
    assert shapely.area(simple).sum() == pytest.approx(union.area, rel=1e-9)
    assert len(union.interiors) == 0
    assert union.area == pytest.approx(shapely.area(shapes).sum(), rel=0.01)


def test_polygons_read_alone_or_with_their_neighbours_get_the_same_common_edge() -> None:
    shapes, _ = parcels(6)
    whole = take_apart(Areas.of(shapes)).simplified(10).polygons()
    # A block sees its own parcels and those that touch them.
    own = shapes[14]
    around = np.array([own, *[s for s in shapes if s is not own and s.touches(own)]], dtype=object)
    assert take_apart(Areas.of(around)).simplified(10).polygons()[0].equals(whole[14])


def test_rounding_to_a_lattice_moves_common_corners_alike() -> None:
    shapes, _ = parcels(20)
    rounded = take_apart(Areas.of(shapes)).simplified(10).rounded(4.0, (0.0, 0.0)).polygons()
    at = shapely.get_coordinates(rounded)
    assert np.allclose(at / 4, np.round(at / 4))
    assert shapely.area(rounded).sum() == pytest.approx(shapely.union_all(rounded).area, rel=1e-9)


def test_overlapping_polygons_are_simplified_too() -> None:
    circle = shapely.Point(0, 0).buffer(100, quad_segs=64)
    shapes = np.array([circle, shapely.box(0, 0, 150, 150), shapely.box(-50, -50, 50, 50)], dtype=object)
    simple = take_apart(Areas.of(shapes)).simplified(2).polygons()
    assert shapely.get_num_coordinates(simple[0]) < 60
    assert shapely.area(simple) == pytest.approx(shapely.area(shapes), rel=0.03)


def test_what_is_no_area_gives_nothing() -> None:
    shapes = np.array([shapely.Point(1, 1), shapely.Polygon(), shapely.box(0, 0, 1, 1)], dtype=object)
    assert [shape is None for shape in take_apart(Areas.of(shapes)).areas.polygons()] == [True, True, False]
    assert len(take_apart(Areas.of(np.array([], dtype=object))).areas.polygons()) == 0
