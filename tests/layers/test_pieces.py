"""Large features cut along tiles: what a box holds of them, no more and no less."""

from itertools import pairwise

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from layers.level.pieces import clip

BOX = (0.0, 0.0, 10.0, 10.0)
whole = st.integers(-12, 22)


def star(x, y, radius, spikes):
    angle = np.linspace(0, 2 * np.pi, 2 * spikes, endpoint=False)
    reach = np.where(np.arange(2 * spikes) % 2, radius, radius / 3)
    return shapely.Polygon(np.column_stack([x + reach * np.cos(angle), y + reach * np.sin(angle)]))


stars = st.lists(st.builds(star, whole, whole, st.integers(1, 9), st.integers(2, 7)), min_size=1, max_size=8)


@given(st.lists(stars, min_size=1, max_size=4))
@settings(max_examples=150, deadline=None)
def test_of_areas_in_parts_a_box_holds_what_geos_says(several):
    shapes = np.array([shapely.make_valid(shapely.union_all(parts)) for parts in several], dtype=object)
    held = clip(shapes, BOX)
    expected = shapely.intersection(shapes, shapely.box(*BOX))
    assert shapely.is_valid(held).all()
    assert shapely.area(held) == pytest.approx(shapely.area(expected), abs=1e-9)
    assert shapely.area(shapely.symmetric_difference(held, expected)) == pytest.approx(0, abs=1e-9)


@given(st.lists(st.lists(st.tuples(whole, whole), min_size=2, max_size=9), min_size=1, max_size=4))
@settings(max_examples=150, deadline=None)
def test_of_lines_in_parts_a_box_holds_every_stretch_once(lines):
    box = (0.35, 0.35, 9.65, 9.65)  # no line lies along its edge
    (held,) = clip(np.array([shapely.MultiLineString(lines)], dtype=object), box)
    stretches = [shapely.LineString(pair) for line in lines for pair in pairwise(line)]
    assert held.length == pytest.approx(shapely.length(shapely.intersection(stretches, shapely.box(*box))).sum())


def test_a_shape_inside_is_left_alone_and_of_others_only_the_parts_on_the_edge_are_cut():
    inside, across, away = shapely.box(1, 1, 2, 2), shapely.box(8, 8, 12, 12), shapely.box(20, 20, 30, 30)
    broken = shapely.Polygon([(3, 3), (5, 5), (5, 3), (3, 5)])  # nobody looks at it, for nothing is cut
    shapes = np.array([shapely.MultiPolygon([inside, across, away]), broken, away, shapely.Point(3, 3)], dtype=object)
    held = clip(shapes, BOX)
    assert held[0].equals(shapely.MultiPolygon([inside, shapely.box(8, 8, 10, 10)]))
    assert held[1] is broken
    assert held[2].is_empty
    assert held[3] is shapes[3]
