"""Shapes cut by a line, joined with their neighbours and lessened by an area: nothing is lost, no digit changes."""

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import LineString, MultiPolygon, Point, Polygon, box

from layers.edit.cutting import cut_by, joined, lessened, size_of
from layers.errors import BadQuery

SQUARE = box(115.0, 34.0, 115.01, 34.01)
COURT = Polygon(SQUARE.exterior, [box(115.004, 34.004, 115.006, 34.006).exterior])
across = st.floats(115.0005, 115.0095)


def positions(shape):
    return {tuple(position) for position in shapely.get_coordinates(shape)}


@given(across, across, st.lists(st.tuples(across, st.floats(34.0005, 34.0095)), max_size=4))
@settings(max_examples=100, deadline=None)
def test_parts_cover_the_shape_and_keep_its_vertices_to_the_last_digit(west, east, between):
    line = LineString([(west, 33.999), *between, (east, 34.011)])
    for shape in (SQUARE, COURT):
        parts = cut_by(shape, line)
        assert len(parts) > 1
        assert all(part.geom_type == "Polygon" and part.is_valid for part in parts)
        assert sum(part.area for part in parts) == pytest.approx(shape.area, rel=1e-12)
        assert positions(shape) <= set().union(*map(positions, parts))
        sizes = list(size_of(parts))
        assert sizes == sorted(sizes, reverse=True)
        again = joined(parts)
        assert again.geom_type == "Polygon"
        assert shapely.symmetric_difference(again, shape).area < 1e-15


def test_a_line_that_ends_on_the_edges_cuts_and_one_that_ends_inside_does_not():
    west = shapely.line_interpolate_point(LineString([(115, 34), (115, 34.01)]), 1 / 3, normalized=True)
    assert len(cut_by(SQUARE, LineString([west, (115.005, 34.003), (115.01, 34.0071)]))) == 2
    with pytest.raises(BadQuery, match="all the way across"):
        cut_by(SQUARE, LineString([west, (115.005, 34.003)]))
    with pytest.raises(BadQuery, match="all the way across"):
        cut_by(COURT, LineString([(114.99, 34.005), (115.005, 34.005)]))  # as far as the court


def test_parts_that_the_line_leaves_whole_stay_with_the_largest():
    shape = MultiPolygon([SQUARE, box(116, 34, 116.001, 34.001)])
    largest, other = cut_by(shape, LineString([(115.003, 33.9), (115.003, 34.1)]))
    assert (largest.geom_type, len(largest.geoms), other.geom_type) == ("MultiPolygon", 2, "Polygon")


def test_lines_are_cut_where_they_cross_and_go_on_as_one_when_joined():
    road = LineString([(115, 34, 40), (115.01, 34, 50), (115.02, 34, 60)])
    parts = cut_by(road, LineString([(115.004, 33.9), (115.004, 34.1)]))
    assert len(parts) == 2
    assert shapely.get_coordinates(parts[1], include_z=True)[:, 2] == pytest.approx([40, 44])
    assert joined(parts).geom_type == "LineString"
    with pytest.raises(BadQuery, match="all the way across"):
        cut_by(road, LineString([(115.002, 34), (115.005, 34)]))  # along it


def test_heights_of_the_shape_are_kept_and_given_to_where_it_is_cut():
    roof = Polygon([(115, 34, 10), (115.01, 34, 20), (115.01, 34.01, 20), (115, 34.01, 10)])
    for part in cut_by(roof, LineString([(115.005, 33.99), (115.005, 34.02)])):
        heights = shapely.get_coordinates(part, include_z=True)
        assert np.isfinite(heights).all()
        assert heights[np.isclose(heights[:, 0], 115.005), 2] == pytest.approx(15)


def test_an_area_within_becomes_a_hole_and_one_across_the_edge_is_cut_off():
    hole = lessened(SQUARE, box(115.004, 34.004, 115.006, 34.006))
    assert len(hole.interiors) == 1
    assert positions(SQUARE) < positions(hole)
    notch = lessened(SQUARE, box(115.009, 34.009, 115.02, 34.02))
    assert len(notch.interiors) == 0
    assert size_of([hole, notch]) == pytest.approx([size_of([SQUARE])[0] * 0.96, size_of([SQUARE])[0] * 0.99], rel=1e-5)


def test_what_makes_no_sense_is_refused():
    with pytest.raises(BadQuery, match="nothing would be left"):
        lessened(SQUARE, box(114, 33, 116, 35))
    with pytest.raises(BadQuery, match="outside of it"):
        lessened(SQUARE, box(115.01, 34, 115.02, 34.01))
    with pytest.raises(BadQuery, match="polygons are joined with polygons"):
        joined([SQUARE, LineString([(115, 34), (116, 34)])])
    with pytest.raises(BadQuery, match="not a Point"):
        joined([Point(115, 34), SQUARE])
