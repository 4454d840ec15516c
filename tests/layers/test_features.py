import json
import re

import pytest

from layers.crs.output import find_crs, offered_crs
from layers.errors import BadQuery
from layers.feature_text import feature_sql
from layers.features import count_statement, page_statement
from layers.filter.cql2 import parse_filter
from layers.frame import SHANGQIU, Bounds
from layers.layer import Column
from layers.query import LayerQuery, SortKey, check_properties, check_sort
from layers.tables import Statement, run
from tests.feature_layers import make_layer

SIDE = 150
CRS84 = next(iter(offered_crs(SHANGQIU, 4490).values()))
SMALL = Bounds(115.101, 34.101, 115.121, 34.121)
LARGE = Bounds(115.0, 34.0, 116.2, 35.2)


@pytest.fixture(scope="module")
def field(database):
    """22 500 points, so that an index pays for a small box and does not for a large one."""
    with database.session() as session:
        rows = [(f"n{i}", i % 9, f"POINT({115 + i % SIDE / 100} {34 + i // SIDE / 100})") for i in range(SIDE * SIDE)]
        layer = make_layer(session, "field", rows, [Column("name", "name", "text"), Column("kind", "kind", "integer")])
        session.commit()
        yield session, layer


def plan(session, layer, query):
    """The plan PostgreSQL keeps for a statement whose values it does not know, as it does for requests."""
    statement = page_statement(layer, query, CRS84)
    used = [name for name in statement.params if f"%({name})s" in statement.text]
    text = statement.text.replace("%%", "%")
    for number, name in enumerate(used, start=1):
        text = text.replace(f"%({name})s", f"${number}")
    values = ", ".join(f"'{statement.params[name]}'" for name in used)
    try:
        run(session, Statement("SET LOCAL plan_cache_mode = force_generic_plan"))
        run(session, Statement("DEALLOCATE ALL"))
        run(session, Statement(f"PREPARE asked AS {text}"))
        rows = run(session, Statement(f"EXPLAIN (FORMAT JSON) EXECUTE asked{f'({values})' if values else ''}"))
    finally:
        session.rollback()
    return json.dumps(rows[0][0])


def fids(session, layer, query):
    return [row[1] for row in run(session, page_statement(layer, query, CRS84))]


def test_a_small_box_is_found_by_the_spatial_index_and_a_large_one_by_walking(field):
    session, layer = field
    assert "_geom" in plan(session, layer, LayerQuery(box=(SMALL,), may_lack_geometry=False))
    wide = plan(session, layer, LayerQuery(box=(LARGE,), may_lack_geometry=False))
    assert "_geom" not in wide
    assert "_pkey" in wide


def test_the_box_of_a_filter_leads_the_plan_as_the_box_parameter_does(field):
    session, layer = field
    text = "kind = 3 AND S_INTERSECTS(geometry, BBOX({}, {}, {}, {}))"
    assert "_geom" in plan(session, layer, LayerQuery(filter=parse_filter(text.format(*SMALL))))
    assert "_geom" not in plan(session, layer, LayerQuery(filter=parse_filter(text.format(*LARGE))))


def test_a_deep_page_is_found_by_key_and_never_by_walking_what_it_skips(field):
    session, layer = field
    deep = plan(session, layer, LayerQuery(limit=10, after=(20_000,)))
    assert "Index Cond" in deep
    assert "fid > $1" in deep
    assert fids(session, layer, LayerQuery(limit=2, after=(20_000,))) == [20_001, 20_002, 20_003]


def test_statements_that_differ_in_values_only_share_one_text(field):
    _, layer = field
    other = Bounds(115.4, 34.4, 115.42, 34.42)
    texts = {page_statement(layer, LayerQuery(box=(box,)), CRS84).text for box in (SMALL, other)}
    assert len(texts) == 1
    marks = {page_statement(layer, LayerQuery(after=(fid,)), CRS84).text for fid in (1, 99_999)}
    assert len(marks) == 1


@pytest.mark.parametrize("box", [SMALL, LARGE, Bounds(115.1, 34.1, 115.10001, 34.10001)])
def test_a_box_selects_exactly_what_postgis_intersects(field, box):
    session, layer = field
    sql = f"SELECT fid FROM {layer.version.table} WHERE ST_Intersects(geom, ST_MakeEnvelope{(*box, 4490)}) ORDER BY fid"
    truth = [row[0] for row in run(session, Statement(sql))]
    assert fids(session, layer, LayerQuery(limit=50_000, box=(box,), may_lack_geometry=False)) == truth
    assert truth


def test_a_box_without_an_inside_is_a_line_or_a_point(field):
    session, layer = field
    for box, found in ((Bounds(115.1, 34.1, 115.1, 34.1), 1), (Bounds(115.1, 34.1, 115.3, 34.1), 21)):
        assert len(fids(session, layer, LayerQuery(limit=99, box=(box,), may_lack_geometry=False))) == found


def test_the_edge_of_a_box_is_exact_to_the_last_digit(field):
    session, layer = field
    # Boxes of features are kept in single precision; a point a millimetre outside must stay outside.
    outside = Bounds(115.1 + 1e-8, 34.0999, 115.2 - 1e-8, 34.1001)
    assert len(fids(session, layer, LayerQuery(limit=99, box=(outside,), may_lack_geometry=False))) == 9
    inside = Bounds(115.1 - 1e-8, 34.0999, 115.2 + 1e-8, 34.1001)
    assert len(fids(session, layer, LayerQuery(limit=99, box=(inside,), may_lack_geometry=False))) == 11


def test_counting_stops_where_it_is_told(field):
    session, layer = field
    assert run(session, count_statement(layer, LayerQuery(), 100))[0][0] == 101
    assert run(session, count_statement(layer, LayerQuery(equals=(("kind", "3"),)), 10_000))[0][0] == 2500


def test_values_stay_out_of_the_text(field):
    _, layer = field
    attack = "n1'; DROP TABLE x; --"
    statement = page_statement(layer, LayerQuery(equals=(("name", attack),), text=attack), CRS84)
    assert "DROP" not in statement.text
    assert attack in statement.params.values()


def test_the_text_of_a_feature_is_written_once_a_version(field):
    _, layer = field
    assert feature_sql(layer.version, LayerQuery(), CRS84) is feature_sql(layer.version, LayerQuery(limit=7), CRS84)
    north_first = find_crs(offered_crs(SHANGQIU, 4490), "EPSG:4490")
    assert "ST_FlipCoordinates" in feature_sql(layer.version, LayerQuery(), north_first)


def test_names_that_are_not_there_are_refused(field):
    _, layer = field
    with pytest.raises(BadQuery, match="no property"):
        check_properties(layer.version, ["name", "geom"])
    with pytest.raises(BadQuery, match="sorted by"):
        check_sort(layer.version, "geom")
    assert check_sort(layer.version, "-kind,+name, id") == (SortKey("kind", True), SortKey("name"), SortKey("id"))


def test_every_value_of_a_page_stands_with_its_type(field):
    """The driver that reads pages takes the server's word for a type, which the server would guess from a neighbour."""
    _, layer = field
    asked = [
        LayerQuery(box=(SMALL,)),
        LayerQuery(equals=(("kind", "3"), ("name", "n1"))),
        LayerQuery(text="n1 n2", after=(7,)),
        LayerQuery(sort=(SortKey("kind", True), SortKey("name")), after=(1.5, "n", 4)),
        LayerQuery(filter=parse_filter("kind > 1.5 AND name LIKE 'n%' AND kind IN (1, 2, 99999999999)")),
        LayerQuery(filter=parse_filter("S_INTERSECTS(geom, POLYGON((115 34, 115.1 34, 115.1 34.1, 115 34)))")),
    ]
    for query in asked:
        statement = page_statement(layer, query, CRS84)
        assert statement.params
        untyped = re.sub(r"%\((\w+)\)s::", "", statement.text)
        assert "%(" not in untyped, untyped
