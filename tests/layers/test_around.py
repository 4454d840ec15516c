"""What is nearest, and what lies within a distance: against geodesic measures taken one by one."""

import json
import math

import numpy as np
import pytest
import shapely
from pyproj import Geod
from sqlalchemy.orm import Session

from layers.around import buffer_of_geometry, buffer_of_layer, nearest_features, selection_size
from layers.crs.area import geodesic_area
from layers.errors import BadQuery
from layers.frame import Bounds
from layers.layer import Column, Layer
from layers.overlay import features_in
from layers.query import LayerQuery
from layers.tables import run
from tests.feature_layers import make_layer

GEOD = Geod(ellps="GRS80")
NUMBER = [Column("number", "number", "integer")]


@pytest.fixture
def scattered(session: Session) -> Layer:
    at = np.random.default_rng(7).uniform((115.0, 34.0), (115.2, 34.2), (400, 2))
    return make_layer(session, "wells", [(i, f"POINT({x} {y})") for i, (x, y) in enumerate(at)], NUMBER)


@pytest.mark.parametrize("place", [(115.1, 34.1), (115.0, 34.0), (114.9, 34.3)])
def test_the_nearest_are_those_that_a_walk_over_all_finds(
    session: Session, scattered: Layer, place: tuple[float, float]
) -> None:
    rows = run(session, nearest_features(scattered, *place, count=7))
    every = run(session, nearest_features(scattered, *place, count=100))
    points = [json.loads(row[3])["coordinates"] for row in every]
    away = [GEOD.inv(*place, x, y)[2] for x, y in points]
    assert [row[2] for row in every] == pytest.approx(away, abs=0.001)
    assert [row[0] for row in rows] == [row[0] for row in every[:7]]
    assert away == sorted(away)
    assert rows[0][1] == {"number": rows[0][0] - 1}


def test_metres_order_the_nearest_and_not_degrees(session: Session) -> None:
    # 0.0100 degrees east is 917 m here, 0.0095 degrees north 1054 m: degrees would say north.
    two = make_layer(session, "two", [(1, "POINT(115.01 34.5)"), (2, "POINT(115.0 34.5095)")], NUMBER)
    [row] = run(session, nearest_features(two, 115.0, 34.5, count=1))
    assert row[1] == {"number": 1}


def test_nothing_beyond_the_reach_is_near(session: Session, scattered: Layer) -> None:
    rows = run(session, nearest_features(scattered, 115.1, 34.1, count=100, within_m=1500))
    assert rows
    assert all(row[2] <= 1500 for row in rows)
    assert run(session, nearest_features(scattered, 110.0, 30.0, count=1, within_m=1000)) == []
    for wrong in ({"count": 0}, {"count": 101}, {"count": 1, "within_m": 0.0}):
        with pytest.raises(BadQuery):
            nearest_features(scattered, 115.0, 34.0, **wrong)


def test_the_nearest_point_of_a_line_is_on_it(session: Session) -> None:
    road = make_layer(session, "road", [(1, "LINESTRING(115.09 34.0, 115.11 34.0)")], NUMBER, "LineString")
    [row] = run(session, nearest_features(road, 115.1, 34.01, count=1))
    assert json.loads(row[3])["coordinates"] == pytest.approx([115.1, 34.0], abs=1e-4)
    assert row[2] == pytest.approx(GEOD.inv(115.1, 34.01, 115.1, 34.0)[2], abs=1.0)


@pytest.mark.parametrize("distance", [5.0, 500.0, 20_000.0])
def test_a_buffer_of_a_point_reaches_as_far_as_it_says_in_every_direction(session: Session, distance: float) -> None:
    [(geometry, area, _)] = run(session, buffer_of_geometry(shapely.Point(115.6, 34.4), distance, 4490, 32))
    ring = shapely.get_coordinates(shapely.from_geojson(geometry))
    away = [GEOD.inv(115.6, 34.4, x, y)[2] for x, y in ring]
    assert away == pytest.approx([distance] * len(away), rel=3e-6, abs=0.001)
    sides = 4 * 32
    assert area == pytest.approx(sides / 2 * math.sin(2 * math.pi / sides) * distance**2, rel=1e-5)


def test_a_buffer_far_from_the_middle_is_as_wide_as_near_it(session: Session) -> None:
    line = shapely.LineString([(115.0, 34.4), (116.5, 34.4)])
    [(geometry, _, _)] = run(session, buffer_of_geometry(line, 1000.0, 4490))
    edge = shapely.from_geojson(geometry)
    west = shapely.get_coordinates(edge)[:, 0].min()
    assert GEOD.inv(115.0, 34.4, west, 34.4)[2] == pytest.approx(1000, rel=1.3e-4)


def test_a_negative_buffer_shrinks_a_polygon_and_may_leave_nothing(session: Session) -> None:
    square = shapely.box(115.60, 34.40, 115.61, 34.41)
    [(geometry, area, _)] = run(session, buffer_of_geometry(square, -100.0, 4490))
    assert area < geodesic_area([square])[0]
    assert square.contains(shapely.from_geojson(geometry))
    [(_, area, _)] = run(session, buffer_of_geometry(square, -5000.0, 4490))
    assert area == 0


def test_a_layers_buffers_are_dissolved_into_one(session: Session) -> None:
    near = [(1, "POINT(115.6 34.4)"), (2, "POINT(115.601 34.4)"), (3, "POINT(115.7 34.4)")]
    layer = make_layer(session, "near", near, NUMBER)
    [row] = run(session, selection_size(layer, LayerQuery(), 10))
    assert tuple(row[:2]) == (3, 3)
    [(geometry, area, _)] = run(session, buffer_of_layer(layer, LayerQuery(), Bounds(*row[2:]), 100.0))
    shape = shapely.from_geojson(geometry)
    assert (shape.geom_type, len(shape.geoms)) == ("MultiPolygon", 2)
    assert math.pi * 100**2 * 2 < area < math.pi * 100**2 * 3


@pytest.mark.parametrize("distance", [0.0, 50_001.0, -60_000.0])
def test_an_absurd_distance_is_refused(distance: float) -> None:
    with pytest.raises(BadQuery):
        buffer_of_geometry(shapely.Point(115, 34), distance, 4490)
    with pytest.raises(BadQuery, match="wider"):
        buffer_of_geometry(shapely.LineString([(110, 34), (116, 34)]), 10.0, 4490)


def test_a_polygon_cuts_features_and_measures_the_parts(session: Session) -> None:
    shapes = [
        (1, "POLYGON((115.0 34.0, 115.02 34.0, 115.02 34.02, 115.0 34.02, 115.0 34.0))"),
        (2, "LINESTRING(114.99 34.01, 115.05 34.01)"),
        (3, "POINT(115.005 34.005)"),
        (4, "POLYGON((115.01 34.0, 115.03 34.0, 115.03 33.99, 115.01 33.99, 115.01 34.0))"),  # touches an edge only
        (5, "POLYGON((115.002 34.002, 115.003 34.002, 115.003 34.003, 115.002 34.003, 115.002 34.002))"),
    ]
    layer = make_layer(session, "mixed", shapes, NUMBER, "Geometry")
    asked = shapely.box(115.0, 34.0, 115.01, 34.01)
    rows = {row[0]: row for row in run(session, features_in(layer, asked, 10))}
    assert sorted(rows) == [1, 2, 3, 5]
    part = shapely.from_geojson(rows[1][2])
    assert part.equals(asked)
    assert rows[1][3] == pytest.approx(geodesic_area([asked])[0], rel=1e-6)
    assert rows[2][4] == pytest.approx(GEOD.line_length([115.0, 115.01], [34.01, 34.01]), rel=1e-6)
    assert [rows[fid][5] for fid in (1, 2, 3, 5)] == [False, False, True, True]
    whole = {row[0]: row for row in run(session, features_in(layer, asked, 10, clip=False))}
    assert shapely.from_geojson(whole[1][2]).equals(shapely.from_wkt(shapes[0][1]))
    assert whole[1][3] == rows[1][3]
    assert len(run(session, features_in(layer, asked, 2))) == 3
