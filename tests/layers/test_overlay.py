"""A point and a polygon put to a layer: what stands there, and true areas and lengths of what is cut."""

import math

import pytest
import shapely
from pyproj import Geod
from sqlalchemy import text
from sqlalchemy.orm import Session

from layers.errors import BadQuery
from layers.layer import Column, Layer, LayerSpec, VersionFacts
from layers.overlay import MAX_VERTICES, Point, features_at, parse_polygon, statistics_in
from layers.tables import create_feature_table, index_features, run, table_extent
from layers.versions import begin_version, publish

GEOD = Geod(ellps="GRS80")
COLUMNS = (Column("use", "用途", "text"),)
SQUARES = {
    "paddy": "POLYGON ((115.60 34.40, 115.61 34.40, 115.61 34.41, 115.60 34.41, 115.60 34.40))",
    "road": "LINESTRING (115.59 34.405, 115.62 34.405)",
    "well": "POINT (115.605 34.4051)",
}


def _round(vertices: int) -> shapely.Polygon:
    """A disc of so many vertices, the first counted twice."""
    angles = [2 * math.pi * at / (vertices - 1) for at in range(vertices - 1)]
    return shapely.Polygon([(math.cos(angle), math.sin(angle)) for angle in angles])


@pytest.fixture
def layer(session: Session) -> Layer:
    draft = begin_version(session, LayerSpec(name="land", kind="vector"))
    table = create_feature_table(session, draft.id, COLUMNS, 4490)
    for fid, (use, wkt) in enumerate(SQUARES.items(), 1):
        session.execute(
            text(f"INSERT INTO {table} VALUES (:fid, :use, ST_GeomFromText(:wkt, 4490), NULL)"),
            {"fid": fid, "use": use, "wkt": wkt},
        )
    index_features(session, table)
    return publish(
        session, draft, VersionFacts(srid=4490, table=table, columns=COLUMNS), extent=table_extent(session, table)
    )


def test_a_point_finds_what_covers_it_and_what_is_near_enough(session: Session, layer: Layer) -> None:
    found = run(session, features_at(layer, Point(115.605, 34.405, 15.0)))
    assert [(fid, attributes) for fid, attributes, _ in found] == [
        (1, {"use": "paddy"}),
        (2, {"use": "road"}),
        (3, {"use": "well"}),
    ]
    assert found[2][2] == pytest.approx(GEOD.inv(115.605, 34.405, 115.605, 34.4051)[2], abs=0.01)
    assert [row[0] for row in run(session, features_at(layer, Point(115.605, 34.405, 5.0)))] == [1, 2]
    assert run(session, features_at(layer, Point(115.7, 34.5, 15.0))) == []


def test_features_of_many_vertices_are_as_far_away_as_they_are(session: Session, layer: Layer) -> None:
    """They are clipped before they are measured, which nobody may notice."""
    x, y = 115.605, 34.405
    shore = shapely.Point(x, y).buffer(0.01).difference(shapely.box(115.6, 34.404, 115.61, 34.406)).segmentize(1e-4)
    track = shapely.LineString([(115.59 + 0.0000075 * at, y + 0.008 * math.sin(at / 90)) for at in range(4000)])
    wells = shapely.MultiPoint([(115.59 + 0.00037 * (at % 80), 34.39 + 0.00041 * (at // 80)) for at in range(6000)])
    for fid, shape in enumerate((shore, track, wells), 11):
        given = {"fid": fid, "wkb": shapely.to_wkb(shapely.set_srid(shape, 4490), include_srid=True)}
        session.execute(text(f"INSERT INTO {layer.version.table} VALUES (:fid, 'large', :wkb, NULL)"), given)
    whole = text(
        "SELECT fid, ST_Distance(geom::geography, ST_SetSRID(ST_MakePoint(:lon, :lat), 4490)::geography) "
        f"FROM {layer.version.table} WHERE fid > 10"
    )
    met = set()
    for turn in range(12):
        lon, lat = x + 0.0011 * turn * math.cos(turn), y + 0.0011 * turn * math.sin(turn)
        away = {fid: metres for fid, metres in session.execute(whole, {"lon": lon, "lat": lat}) if metres <= 60}
        found = {row[0]: row[2] for row in run(session, features_at(layer, Point(lon, lat, 60.0))) if row[0] > 10}
        assert found == pytest.approx(away, abs=0.001)
        met |= set(found)
    assert met == {11, 12, 13}


def test_a_polygon_measures_what_it_cuts_on_the_ellipsoid(session: Session, layer: Layer) -> None:
    asked = shapely.box(115.605, 34.40, 115.63, 34.42)
    rows = {row[0]: row[1:] for row in run(session, statistics_in(layer, asked, "use"))}
    cut = shapely.intersection(asked, shapely.from_wkt(SQUARES["paddy"]))
    assert rows["paddy"][1] == pytest.approx(abs(GEOD.geometry_area_perimeter(cut)[0]), rel=1e-6)
    assert rows["road"][2] == pytest.approx(GEOD.line_length([115.605, 115.62], [34.405, 34.405]), rel=1e-6)
    assert rows["well"][0] == 1
    assert run(session, statistics_in(layer, shapely.box(100, 30, 101, 31), "use")) == []


def test_a_polygons_own_edge_is_no_boundary_and_ground_that_lies_in_two_areas_is_covered_once(
    session: Session, layer: Layer
) -> None:
    paddy = shapely.from_wkt(SQUARES["paddy"])
    asked = shapely.box(115.605, 34.39, 115.63, 34.42)
    ((_, count, area, _, edge, covered),) = [
        row for row in run(session, statistics_in(layer, asked, "use")) if row[0] == "paddy"
    ]
    inside = shapely.intersection(paddy.boundary, asked)
    assert (count, edge) == (1, pytest.approx(GEOD.geometry_length(inside), rel=1e-6))
    assert covered == pytest.approx(area, rel=1e-9)
    table = layer.version.table
    session.execute(text(f"INSERT INTO {table} SELECT 4, 'orchard', geom, NULL FROM {table} WHERE fid = 1"))
    rows = [row for row in run(session, statistics_in(layer, asked, "use")) if row[2]]
    assert [row[2] for row in rows] == pytest.approx([area, area])
    assert [row[5] for row in rows] == pytest.approx([covered, covered], rel=1e-6)


def test_a_class_that_is_no_column_is_refused_before_it_reaches_sql(layer: Layer) -> None:
    with pytest.raises(BadQuery, match="no column"):
        statistics_in(layer, shapely.box(0, 0, 1, 1), 'use"; DROP TABLE x; --')


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ({"type": "Point", "coordinates": [1, 2]}, "Polygon or MultiPolygon"),
        ({"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [1, 0], [0, 1], [0, 0]]]}, "not valid"),
        ("POLYGON ((0 0, 1 0, 1 1, 0 0))", "not GeoJSON"),
        (None, "not GeoJSON"),
        ({"type": "Polygon", "coordinates": []}, "GeoJSON"),
        (shapely.geometry.mapping(_round(MAX_VERTICES + 1)), "10[ ,]?000"),
    ],
)
def test_what_is_not_a_polygon_is_said_to_be_none(document: object, message: str) -> None:
    with pytest.raises(BadQuery, match=message):
        parse_polygon(document)


@pytest.mark.parametrize("shape", [shapely.box(0, 0, 3, 3) - shapely.box(1, 1, 2, 2), _round(MAX_VERTICES)])
def test_a_valid_polygon_is_read_as_it_is_up_to_the_vertices_allowed(shape: shapely.Polygon) -> None:
    assert parse_polygon(shapely.geometry.mapping(shape)).equals_exact(shape, 1e-12)


def test_the_smallest_and_the_largest_tolerance_are_allowed() -> None:
    assert (Point(115, 34, 0).tolerance_m, Point(115, 34, 1000).tolerance_m) == (0, 1000)


@pytest.mark.parametrize("place", [(200, 34, 1), (115, 91, 1), (115, 34, -1), (115, 34, 5000), (float("nan"), 34, 1)])
def test_a_place_off_the_earth_is_refused(place: tuple[float, float, float]) -> None:
    with pytest.raises(BadQuery, match="must be between"):
        Point(*place)
