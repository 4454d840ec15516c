import json

import numpy as np
import pytest
import shapely
import sqlalchemy
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from layers.crs.names import parse_crs
from layers.crs.operations import find_transform
from layers.errors import BadFilter
from layers.filter.clauses import Binder
from layers.filter.cql2 import parse_filter
from layers.filter.functions import FUNCTIONS
from layers.filter.spatial import geometry_literal
from layers.filter.sql import MAX_NODES, compile_filter
from layers.layer import Layer
from layers.schema import fields
from layers.tables import Statement, quote, run
from tests.feature_layers import buildings, make_layer


@pytest.fixture(scope="module")
def shared(database):
    with database.session() as session:
        layer = make_layer(session, "buildings", buildings())
        session.commit()
        yield session, layer


@pytest.fixture
def select(shared):
    """The fids a filter selects, in order."""
    session, layer = shared

    def run_filter(text: str, language: str = "cql2-text", crs: str | None = None) -> list[int]:
        return _select(session, layer, text, language, crs)

    return run_filter


def _select(session: Session, layer: Layer, text: str, language: str = "cql2-text", crs: str | None = None):
    clause = compile_filter(
        parse_filter(text, language),
        fields(layer.version),
        Binder(),
        storage_srid=4490,
        crs=parse_crs(crs) if crs else None,
    )
    table = quote(layer.version.table)
    return [
        row[0]
        for row in run(session, Statement(f"SELECT fid FROM {table} WHERE {clause.text} ORDER BY 1", clause.params))
    ]


# Every expectation is worked out by hand from feature_layers.buildings(): floors = fid, area = 10.5 fid,
# name is O'Brien… where fid % 3 == 0, built 20<fid>-01-15, seen the first of month <fid> of 2020, 00:00 UTC.
@pytest.mark.parametrize(
    ("text", "fids"),
    [
        # basic CQL2
        ("floors = 3", [3]),
        ("floors <> 3 AND floors < 5", [1, 2, 4]),
        ("floors >= 11 OR floors <= 1", [1, 11, 12]),
        ("NOT floors > 2", [1, 2]),
        ("floors = 3.0", [3]),
        ("area = 10.5", [1]),
        ("area > 120.7", [12]),
        ("listed", [2, 4, 6, 8, 10, 12]),
        ("listed = false", [1, 3, 5, 9, 11]),
        ("NOT listed", [1, 3, 5, 9, 11]),
        ("code IS NULL", [5]),
        ("geometry IS NULL", [11]),
        ("code IS NOT NULL AND floors < 7", [1, 2, 3, 4, 6]),
        ("true", list(range(1, 13))),
        ("false", []),
        ("built = DATE('2003-01-15')", [3]),
        ("built > '2010-06-01'", [11, 12]),
        ("seen < TIMESTAMP('2020-03-01T00:00:00Z')", [1, 2]),
        ("seen >= '2020-12-01T08:00:00+08:00'", [12]),
        ("id = 4", [4]),
        # advanced comparison
        ("name LIKE '楼1%'", [1, 10, 11]),
        ("name NOT LIKE '楼%'", [3, 6, 9, 12]),
        ("name LIKE 'O_Brien%'", [3, 6, 9, 12]),
        ("floors BETWEEN 3 AND 5", [3, 4, 5]),
        ("built BETWEEN DATE('2001-01-01') AND DATE('2002-12-31')", [1, 2]),
        ("floors NOT BETWEEN 2 AND 11", [1, 12]),
        ("floors IN (1, 2.0, 99)", [1, 2]),
        ("code IN ('411401', '411412')", [1, 12]),
        # case and accents
        ("CASEI(name) = casei('o''BRIEN \"3\" café')", [3]),
        ("ACCENTI(name) LIKE ACCENTI('%Cafe')", [3, 6, 9, 12]),
        ("casei(accenti(name)) LIKE casei(accenti('%CAFÉ'))", [3, 6, 9, 12]),
        # spatial
        ("S_INTERSECTS(geometry, POINT(115.1 34.05))", [1]),
        ("S_INTERSECTS(geom, BBOX(115.05, 34, 115.25, 35))", [1, 2]),
        ("S_WITHIN(geometry, POLYGON((115 34, 115.35 34, 115.35 35, 115 35, 115 34)))", [1, 2, 3]),
        ("S_DISJOINT(geometry, BBOX(115.05, 34, 116.15, 35))", [12]),
        ("S_EQUALS(geometry, MULTIPOINT((115.4 34.2)))", [4]),
        ("S_TOUCHES(geometry, POLYGON((115.1 34, 116 34, 116 34.5, 115.1 34.5, 115.1 34)))", [1, 10]),
        ("S_CROSSES(geometry, LINESTRING(115 34, 116 34.5))", []),
        ("S_OVERLAPS(geometry, MULTIPOINT(115.4 34.2, 1 1))", []),
        ("S_CONTAINS(POLYGON((115 34, 115.25 34, 115.25 35, 115 35, 115 34)), geometry)", [1, 2]),
        (
            "S_INTERSECTS(geometry, GEOMETRYCOLLECTION(POINT(115.4 34.2), LINESTRING(115.5 34.25, 115.6 34.3)))",
            [4, 5, 6],
        ),
        ("S_INTERSECTS(geometry, BBOX(170, -90, -170, 90))", []),
        # temporal
        ("T_AFTER(built, DATE('2010-01-15'))", [11, 12]),
        ("T_BEFORE(seen, TIMESTAMP('2020-02-01T00:00:00Z'))", [1]),
        ("T_EQUALS(built, DATE('2002-01-15'))", [2]),
        ("T_EQUALS(seen, DATE('2020-02-01'))", []),  # a moment is not the whole day
        ("T_INTERSECTS(seen, DATE('2020-02-01'))", [2]),
        ("T_DURING(seen, INTERVAL('2020-03-15', '2020-05-15'))", [4, 5]),
        ("T_DISJOINT(built, INTERVAL('2002-01-01', '..'))", [1]),
        ("T_INTERSECTS(built, INTERVAL('..', '2001-12-31'))", [1]),
        ("T_CONTAINS(INTERVAL('2020-03-15T00:00:00Z', '2020-04-15T00:00:00Z'), seen)", [4]),
        ("T_MEETS(INTERVAL('1999-01-01', built), INTERVAL('2004-01-15', '2010-01-01'))", [4]),
        ("T_METBY(INTERVAL(built, '2050-01-01'), INTERVAL('1999-01-01', '2004-01-15'))", [4]),
        ("T_STARTS(INTERVAL(built, '2005-01-01'), INTERVAL('2004-01-15', '2010-01-01'))", [4]),
        ("T_STARTEDBY(INTERVAL('2004-01-15', '2010-01-01'), INTERVAL(built, '2005-01-01'))", [4]),
        ("T_FINISHES(INTERVAL('2003-01-01', built), INTERVAL('2001-01-01', '2004-01-15'))", [4]),
        ("T_FINISHEDBY(INTERVAL('2001-01-01', '2004-01-15'), INTERVAL('2003-01-01', built))", [4]),
        ("T_OVERLAPS(INTERVAL('2001-06-01', built), INTERVAL('2003-06-01', '2005-06-01'))", [4, 5]),
        ("T_OVERLAPPEDBY(INTERVAL(built, '2020-01-01'), INTERVAL('2003-06-01', '2005-06-01'))", [4, 5]),
        # arrays: tags is ["a"] where fid % 3 == 1, ["a", "b"] where 2, else []; null at 3
        ("A_CONTAINS(tags, ('b'))", [2, 5, 8, 11]),
        ("A_CONTAINS(tags, ('b', 'a'))", [2, 5, 8, 11]),
        ("A_EQUALS(tags, ('b', 'a'))", [2, 5, 8, 11]),
        ("A_EQUALS(tags, ('a', 'a'))", [1, 4, 7, 10]),
        ("A_CONTAINEDBY(tags, ('a', 'c'))", [1, 4, 6, 7, 9, 10, 12]),
        ("A_OVERLAPS(tags, ('b', 'z'))", [2, 5, 8, 11]),
        ("A_CONTAINS((1, 2, 3), (2.0))", list(range(1, 13))),
        # property-property, functions, arithmetic
        ("area = floors * 10.5", list(range(1, 13))),
        ("floors + 1 = 2 * 2", [3]),
        ("floors % 5 = 0", [5, 10]),
        ("floors DIV 5 = 2", [10, 11, 12]),
        ("floors / 2 = 2.5", [5]),
        ("2 ^ floors = 8", [3]),
        ("-floors = -3", [3]),
        ("floors / 0 = 1", []),
        ("upper(code) = code AND year(built) = 2003", [3]),
        ("char_length(name) = 2", [1, 2, 4, 5, 7, 8]),
        ("distance(geometry, POINT(115.1 34.05)) < 1", [1]),
        ("S_EQUALS(centroid(geometry), POINT(115.1 34.05))", [1]),
        ("A_CONTAINS(tags, (concat('b', '')))", [2, 5, 8, 11]),
    ],
)
def test_a_filter_selects_what_it_says(select, text, fids):
    assert select(text) == fids


def test_json_selects_what_text_selects(select):
    above = {"op": ">", "args": [{"property": "floors"}, 2]}
    among = {"op": "in", "args": [{"property": "floors"}, [1, 3, 4]]}
    assert select(json.dumps({"op": "and", "args": [above, among]}), "cql2-json") == [3, 4]


def test_edges_straight_in_metres_bend_in_degrees_as_those_of_bbox_do():
    """A box of Gauss-Krüger zone 39 that is 100 km wide: its northern edge is no parallel."""
    crs, way = parse_crs("EPSG:4527"), find_transform(parse_crs("EPSG:4527"), parse_crs(4490))
    west, south, east, north = 39_350_000, 3_780_000, 39_450_000, 3_820_000
    for tree in (
        {"bbox": [south, west, north, east]},
        {
            "type": "Polygon",
            "coordinates": [[[south, west], [south, east], [north, east], [north, west], [south, west]]],
        },
    ):
        area = geometry_literal(Binder(), tree, crs, 4490).literal
        lon, lat = way.points(np.linspace(west, east, 7), np.full(7, north, dtype=float))
        on_edge = shapely.points(lon, lat)
        assert (shapely.distance(area.exterior, on_edge) < 1e-7).all()
    square = geometry_literal(Binder(), {"bbox": [12_800_000, 4_000_000, 12_900_000, 4_100_000]}, parse_crs(3857), 4490)
    assert shapely.get_num_coordinates(square.literal) == 5  # degrees and Mercator keep each other's straight lines


def test_a_box_with_north_first_crosses_the_antimeridian_too():
    area = geometry_literal(Binder(), {"bbox": [-10, 170, 10, -170]}, parse_crs(4490), 4490).literal
    assert [part.bounds for part in area.geoms] == [(170, -10, 180, 10), (-180, -10, -170, 10)]


def test_geometry_in_the_filter_follows_the_axis_order_of_its_crs(select):
    assert select("S_INTERSECTS(geometry, BBOX(34, 115.05, 35, 115.25))", crs="EPSG:4490") == [1, 2]
    assert select("S_INTERSECTS(geometry, BBOX(115.05, 34, 115.25, 35))") == [1, 2]
    # EPSG:4509 is northing, easting; the box around the first two points.
    assert select("S_INTERSECTS(geometry, BBOX(3760000, 320000, 3785000, 339000))", crs="EPSG:4509") == [1, 2]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("nosuch = 1", "no property 'nosuch'"),
        ("mercator = 1", "no property 'mercator'"),
        ("pg_sleep(10) = 1", "no function 'pg_sleep'"),
        ("floors", "not a condition"),
        ("floors = 'three'", "a text value stands where a number is needed"),
        ("name = 3", "a number value stands where a text is needed"),
        ("name + 1 = 2", r"\+ takes number"),
        ("listed > 3", "a number value stands where a boolean"),
        ("floors LIKE 'x'", "like takes text"),
        ("S_INTERSECTS(geometry, name)", "compares geometries"),
        ("S_INTERSECTS(geometry, POLYGON((0 0, 1 1, 0 1, 1 0, 0 0)))", "not valid"),
        ("S_INTERSECTS(geometry, LINESTRING(0 0))", "not GeoJSON"),
        ("S_INTERSECTS(geometry, BBOX(1, 2, 3))", "four or six"),
        ("S_INTERSECTS(geometry, BBOX(1, 5, 2, 3))", "above its upper"),
        ("S_INTERSECTS(geometry, POINT(34 115))", "latitude beyond 90"),
        ("S_TOUCHES(geometry, GEOMETRYCOLLECTION(POINT(1 1)))", "not defined"),
        ("T_AFTER(name, DATE('2020-01-01'))", "date or time is needed"),
        ("T_AFTER(built, DATE('2020-13-01'))", "no date or time"),
        ("A_CONTAINS(name, ('a'))", "takes array"),
        ("casei(floors) = 'x'", "casei takes text"),
        ("floors IN ()", "list of values"),
        ("area(name) > 1", "takes a geometry"),
        ("round(1, 2) = 1", "takes 1 argument"),
        ("AND = 1", "a property"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_its_reason(select, text, reason):
    with pytest.raises(BadFilter, match=reason):
        select(text)


@pytest.mark.parametrize(
    "tree",
    [
        "[]",
        "{}",
        "null",
        '"text"',
        "3",
        '{"op": 5, "args": []}',
        '{"op": "and"}',
        '{"op": "=", "args": {"a": 1}}',
        '{"op": "=", "args": [{"property": ["floors"]}, 1]}',
        '{"op": "s_intersects", "args": [{"property": "geometry"}, {"type": "Polygon", "coordinates": "x"}]}',
        '{"op": "s_intersects", "args": [{"property": "geometry"}, {"type": "Nothing", "coordinates": [1]}]}',
        '{"op": "s_intersects", "args": [{"property": "geometry"}, {"type": "Point", "coordinates": [null, 1]}]}',
        '{"op": "s_intersects", "args": [{"property": "geometry"}, {"bbox": ["a", 1, 2, 3]}]}',
        '{"op": "t_after", "args": [{"property": "built"}, {"interval": [1]}]}',
        '{"op": "=", "args": [{"property": "built"}, {"date": 5}]}',
        '{"op": "in", "args": [{"property": "floors"}, 5]}',
        '{"op": "=", "args": [{"property": "name"}, "\\u0000"]}',
        '{"op": "=", "args": [{"property": "floors"}, {"x": 1}]}',
    ],
)
def test_json_of_the_wrong_shape_is_refused(select, tree):
    with pytest.raises(BadFilter):
        select(tree, "cql2-json")


def test_a_filter_of_too_many_parts_is_refused(select):
    with pytest.raises(BadFilter, match="parts or is nested"):
        select("1" + "+1" * (MAX_NODES + 1) + " = floors")
    with pytest.raises(BadFilter, match="parts or is nested"):
        select(" OR ".join(["floors=1"] * (MAX_NODES // 2)))


def test_values_never_reach_the_statement(shared):
    _, layer = shared
    attack = "x'); DROP TABLE layer; --"
    clause = compile_filter(
        parse_filter("name = '" + attack.replace("'", "''") + "'"), fields(layer.version), Binder(), storage_srid=4490
    )
    assert attack not in clause.text
    assert attack in clause.params.values()


def test_every_function_of_the_list_runs(shared):
    session, layer = shared
    examples = {"number": "floors", "text": "name", "geometry": "geometry", "date": "built", "timestamp": "seen"}
    for name, function in FUNCTIONS.items():
        for first in function.takes[0]:
            arguments = ", ".join([examples[first], *(examples[types[0]] for types in function.takes[1:])])
            _select(session, layer, f"{name}({arguments}) IS NOT NULL")


_values = st.one_of(
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=8),
    st.booleans(),
    st.dates().map(str),
)
_leaves = st.one_of(
    _values, st.sampled_from(["name", "floors", "area", "built", "tags", "geometry"]).map(lambda n: {"property": n})
)
_trees = st.recursive(
    _leaves,
    lambda inner: st.one_of(
        st.builds(
            lambda op, args: {"op": op, "args": args},
            st.sampled_from(
                "= < and not like in between + / % ^ isNull casei lower t_after s_touches a_overlaps round year".split()
            ),
            st.lists(inner, max_size=3),
        ),
        st.lists(inner, max_size=3),
    ),
    max_leaves=8,
)  # fmt: skip


@given(tree=_trees)
@settings(
    max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
def test_a_tree_that_compiles_also_runs_or_fails_in_its_values_only(shared, tree):
    session, layer = shared
    try:
        clause = compile_filter(tree, fields(layer.version), Binder(), storage_srid=4490)
    except BadFilter:
        return
    statement = Statement(f"SELECT count(*) FROM {quote(layer.version.table)} WHERE {clause.text}", clause.params)
    try:
        run(session, statement)
    except sqlalchemy.exc.DataError:
        session.rollback()  # a root of a negative number, a pattern that ends in a backslash: answered with 400


@pytest.mark.parametrize("text", [
    "distance(geometry, {0}) < {1}", "distance({0}, geometry) <= {1}", "{1} > distance(geometry, {0})",
    "NOT distance(geometry, {0}) <= {1}", "distance(geometry, {0}) > {1}",
    "{1} < distance(geometry, {0}) OR floors = 1",
])  # fmt: skip
def test_distances_are_compared_as_if_every_feature_were_measured(shared, select, text):
    session, layer = shared
    truth = text.replace("geometry", "geom::geography").replace("distance", "ST_Distance")
    for shape, metres in (
        ("POINT(115.3 34.15)", 0), ("POINT(115.3 34.15)", 10746), ("POINT(115.3 34.15)", 10747), ("POINT(115 34)", 5e4),
        ("LINESTRING(115 34.5, 117 34.5)", 20000), ("POLYGON((115 34, 115.4 34, 115.4 34.1, 115 34))", 12345.6),
        ("POINT(179.9 34)", 9e5), ("POINT(115 89.5)", 2e6), ("POINT(115 34)", 2e6), ("POINT(115 34)", -1),
    ):  # fmt: skip
        condition = truth.format(f"'SRID=4490;{shape}'::geography", metres)
        rows = run(session, Statement(f"SELECT fid FROM {quote(layer.version.table)} WHERE {condition} ORDER BY 1"))
        assert select(text.format(shape, metres)) == [row[0] for row in rows], (shape, metres)


def test_a_distance_is_looked_up_in_the_spatial_index(shared):
    _, layer = shared
    near = compile_filter(
        parse_filter("floors > 1 AND distance(geometry, POINT(115.3 34.15)) < 500"), fields(layer.version), Binder(),
        storage_srid=4490,
    )  # fmt: skip
    assert near.area is not None
    assert shapely.area(near.area) < 0.0002
    assert '"geom" &&' in near.text
