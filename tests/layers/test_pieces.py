"""Large features cut along tiles: what a box holds of them, no more and no less."""

from itertools import pairwise

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from layers.level.clipping import clip, mended
from layers.level.pieces import cut
from layers.level.square import Square

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


def knot(x, y, radius, turns):
    """A ring that crosses itself, as a lattice makes of a fine one: the corners of a star taken in turns."""
    angle = 2 * np.pi * turns * np.arange(7) / 7
    return shapely.Polygon(np.column_stack([x + radius * np.cos(angle), y + radius * np.sin(angle)]))


def test_parts_that_cross_themselves_are_mended_and_the_others_left_alone():
    knots = [knot(0, 0, 9, 2), knot(40, 0, 9, 3)]
    sound = shapely.box(80, 0, 90, 9)
    several = shapely.MultiPolygon([*knots, sound])
    lines = shapely.MultiLineString([[(0, 0), (5, 5)], [(5, 0), (0, 5)]])
    made = mended(np.array([several, sound, lines], dtype=object))
    assert all(part.is_valid for part in shapely.get_parts(made[0]))
    outline = shapely.union_all([shapely.unary_union(polygon.exterior) for polygon in knots])
    reached = shapely.union_all([*shapely.get_parts(shapely.polygonize([outline])), sound])
    assert shapely.union_all(shapely.get_parts(made[0])).area == pytest.approx(reached.area, rel=0.4)
    assert shapely.covers(reached.buffer(1e-9), made[0])
    assert made[1] is sound
    assert made[2] is lines
    whole = np.array([sound, lines], dtype=object)
    assert mended(whole) is whole


def test_every_tile_holds_its_valid_part_of_a_shape_that_crosses_itself():
    side = Square(3, 0, 0).side
    rough = shapely.MultiPolygon([knot(side, side, 1.7 * side, 3), knot(-2 * side, side, 0.9 * side, 2)])
    whole = shapely.union_all(shapely.get_parts(mended(np.array([rough], dtype=object))))
    rows = list(cut(np.array([1]), np.array([rough], dtype=object), 3, 3, leaves=False))
    assert len(rows) > 10
    for key, zoom, fid, leaf, _, body in rows:
        square = Square(zoom, key >> 25 & (1 << 25) - 1, key & (1 << 25) - 1)
        held = shapely.from_wkb(body)
        assert (fid, leaf, held.is_valid) == (1, False, True)
        assert held.area == pytest.approx(shapely.box(*square.box).intersection(whole).area, rel=1e-9)
