"""Filter Encoding selects what the same filter in CQL2 selects, and refuses the rest in a sentence."""

import xml.etree.ElementTree as ET

import pytest

from layers.errors import BadFilter, BadQuery
from layers.filter.clauses import Binder
from layers.filter.cql2 import parse_filter
from layers.filter.fes import METRES, read_fes
from layers.filter.gml_geometry import turned
from layers.filter.sql import compile_filter
from layers.schema import fields
from layers.tables import Statement, quote, run
from layers.xml_names import plain_name, xml_name
from layers.xml_reading import MOST_DEPTH, MOST_ELEMENTS, read_xml
from tests.feature_layers import buildings, make_layer

FES = 'xmlns="http://www.opengis.net/fes/2.0" xmlns:gml="http://www.opengis.net/gml/3.2" xmlns:c="urn:x"'
RING = "115.25 34 115.85 34 115.85 35 115.25 35 115.25 34"
POLYGON = (
    f'<gml:Polygon srsName="S"><gml:exterior><gml:LinearRing><gml:posList>{RING}</gml:posList></gml:LinearRing>'
    "</gml:exterior></gml:Polygon>"
)


@pytest.fixture(scope="module")
def shared(database):
    with database.session() as session:
        layer = make_layer(session, "buildings", buildings())
        session.commit()
        yield session, layer


def read(layer, body):
    def number(name):
        return int(name.rpartition(".")[2]) if name.startswith("buildings.") else None

    element = read_xml(f"<Filter {FES}>{body}</Filter>", "filter").root
    return read_fes(element, fields(layer.version), "shape", number)


def selected(shared, tree):
    session, layer = shared
    clause = compile_filter(tree, fields(layer.version), Binder(), storage_srid=4490)
    rows = run(session, Statement(f"SELECT fid FROM {quote(layer.version.table)} WHERE {clause.text}", clause.params))
    return {row[0] for row in rows}


def compare(name, value, operator="EqualTo", more=""):
    reference = f"<ValueReference>{name}</ValueReference>"
    return f"<PropertyIs{operator}{more}>{reference}<Literal>{value}</Literal></PropertyIs{operator}>"


REFERENCE = "<ValueReference>geometry</ValueReference>"
PERIOD = (
    "<gml:TimePeriod><gml:beginPosition>2020-03-01T00:00:00Z</gml:beginPosition>"
    "<gml:endPosition>2020-06-01T00:00:00Z</gml:endPosition></gml:TimePeriod>"
)
SAME = [
    (compare("floors", "4"), "floors = 4"),
    (compare("c:buildings/c:floors", " 4 "), "floors = 4"),
    ("<PropertyIsEqualTo><Literal>4</Literal><ValueReference>floors</ValueReference></PropertyIsEqualTo>",
     "4 = floors"),
    (compare("floors", "4", "NotEqualTo"), "floors <> 4"),
    (compare("area", "42", "LessThanOrEqualTo"), "area <= 42"),
    (compare("area", "4.2e1", "GreaterThan"), "area > 42"),
    (compare("code", "411404"), "code = '411404'"),
    (compare("name", "楼4", "LessThan"), "name < '楼4'"),
    (compare("name", "O'BRIEN \"3\" CAFÉ", more=' matchCase="false"'), "CASEI(name) = CASEI('O''BRIEN \"3\" CAFÉ')"),
    (compare("listed", "true"), "listed = TRUE"),
    (compare("listed", "0"), "listed = FALSE"),
    (compare("built", "2004-01-15"), "built = DATE('2004-01-15')"),
    (compare("seen", "2020-04-01T08:00:00+08:00", "GreaterThanOrEqualTo"), "seen >= TIMESTAMP('2020-04-01T00:00:00Z')"),
    (f"<And>{compare('floors', 2, 'GreaterThan')}{compare('floors', 9, 'LessThan')}{compare('listed', 1)}</And>",
     "floors > 2 AND floors < 9 AND listed = TRUE"),
    (f"<Or>{compare('floors', 2)}<Not>{compare('floors', 9, 'LessThan')}</Not></Or>", "floors = 2 OR NOT floors < 9"),
    ("<PropertyIsNull><ValueReference>code</ValueReference></PropertyIsNull>", "code IS NULL"),
    ("<PropertyIsNil><ValueReference>built</ValueReference></PropertyIsNil>", "built IS NULL"),
    ("<PropertyIsBetween><ValueReference>floors</ValueReference><LowerBoundary><Literal>3</Literal></LowerBoundary>"
     "<UpperBoundary><Literal>5</Literal></UpperBoundary></PropertyIsBetween>", "floors BETWEEN 3 AND 5"),
    (compare("name", "楼*", "Like", ' wildCard="*" singleChar="." escapeChar="!"'), "name LIKE '楼%'"),
    (compare("name", "楼.", "Like", ' wildCard="*" singleChar="." escapeChar="!"'), "name LIKE '楼_'"),
    (compare("name", "%Café", "Like", ' wildCard="%" singleChar="_" escapeChar="\\"'), "name LIKE '%Café'"),
    (compare("name", "!*", "Like", ' wildCard="*" singleChar="." escapeChar="!"'), "name = '*'"),
    (compare("name", "%", "Like", ' wildCard="*" singleChar="." escapeChar="!"'), "name = '%'"),
    (compare("name", "*café", "Like", ' wildCard="*" singleChar="." escapeChar="!" matchCase="false"'),
     "CASEI(name) LIKE CASEI('%café')"),
    ('<ResourceId rid="buildings.3"/><ResourceId rid="buildings.7"/><ResourceId rid="roads.1"/>', "fid IN (3, 7)"),
    ('<ResourceId rid="roads.3"/>', "fid = 0"),
    (f"<BBOX>{REFERENCE}<gml:Envelope><gml:lowerCorner>115.25 34</gml:lowerCorner><gml:upperCorner>115.85 35"
     "</gml:upperCorner></gml:Envelope></BBOX>", "S_INTERSECTS(geometry, BBOX(115.25, 34, 115.85, 35))"),
    ("<BBOX><gml:Envelope><gml:lowerCorner>115.25 34</gml:lowerCorner><gml:upperCorner>115.85 35"
     "</gml:upperCorner></gml:Envelope></BBOX>", "S_INTERSECTS(geometry, BBOX(115.25, 34, 115.85, 35))"),
    ("<BBOX><ValueReference>gml:boundedBy</ValueReference><gml:Envelope><gml:lowerCorner>115.25 34</gml:lowerCorner>"
     "<gml:upperCorner>115.85 35</gml:upperCorner></gml:Envelope></BBOX>",
     "S_INTERSECTS(geometry, BBOX(115.25, 34, 115.85, 35))"),
    ("<BBOX><ValueReference>c:shape</ValueReference><gml:Envelope><gml:lowerCorner>115.25 34</gml:lowerCorner>"
     "<gml:upperCorner>115.85 35</gml:upperCorner></gml:Envelope></BBOX>",
     "S_INTERSECTS(geometry, BBOX(115.25, 34, 115.85, 35))"),
    ("<BBOX><gml:Box><gml:coordinates>115.25,34 115.85,35</gml:coordinates></gml:Box></BBOX>",
     "S_INTERSECTS(geometry, BBOX(115.25, 34, 115.85, 35))"),
    (f"<Intersects>{REFERENCE}{POLYGON}</Intersects>", "S_INTERSECTS(geometry, POLYGON((WKT)))"),
    (f"<Within>{REFERENCE}{POLYGON}</Within>", "S_WITHIN(geometry, POLYGON((WKT)))"),
    (f"<Disjoint>{REFERENCE}{POLYGON}</Disjoint>", "S_DISJOINT(geometry, POLYGON((WKT)))"),
    (f"<DWithin>{REFERENCE}<gml:Point><gml:pos>115.3 34.15</gml:pos></gml:Point><Distance uom='km'>11</Distance>"
     "</DWithin>",
     "distance(geometry, POINT(115.3 34.15)) <= 11000"),
    (f"<Beyond>{REFERENCE}<gml:Point><gml:pos>115.3 34.15</gml:pos></gml:Point><Distance uom='m'>11000</Distance>"
     "</Beyond>",
     "distance(geometry, POINT(115.3 34.15)) > 11000"),
    (f"<During><ValueReference>seen</ValueReference>{PERIOD}</During>",
     "T_DURING(seen, INTERVAL('2020-03-01T00:00:00Z', '2020-06-01T00:00:00Z'))"),
    (f"<During><ValueReference>seen</ValueReference><Literal>{PERIOD}</Literal></During>",
     "T_DURING(seen, INTERVAL('2020-03-01T00:00:00Z', '2020-06-01T00:00:00Z'))"),
    ("<After><ValueReference>built</ValueReference><gml:TimeInstant><gml:timePosition>2005-01-15</gml:timePosition>"
     "</gml:TimeInstant></After>", "T_AFTER(built, DATE('2005-01-15'))"),
    ("<Before><ValueReference>built</ValueReference><Literal>2005-01-15</Literal></Before>",
     "T_BEFORE(built, DATE('2005-01-15'))"),
]  # fmt: skip


@pytest.mark.parametrize(("fes", "cql"), SAME, ids=[cql for _, cql in SAME])
def test_a_filter_in_xml_selects_what_it_selects_in_cql2(shared, fes, cql):
    wkt = ", ".join(" ".join(pair) for pair in zip(RING.split()[::2], RING.split()[1::2], strict=True))
    truth = selected(shared, parse_filter(cql.replace("WKT", wkt)))
    assert selected(shared, read(shared[1], fes.replace(' srsName="S"', "")).tree) == truth
    assert truth != set() or "roads" in fes or "'%'" in cql or "'*'" in cql


SHAPES = [
    ("<gml:Point><gml:pos>1 2 3</gml:pos></gml:Point>", "POINT(1 2 3)"),
    ("<gml:LineString><gml:pos>1 2</gml:pos><gml:pos>3 4</gml:pos></gml:LineString>", "LINESTRING(1 2, 3 4)"),
    ('<gml:LineString srsDimension="3"><gml:posList>1 2 0 3 4 0</gml:posList></gml:LineString>',
     "LINESTRING(1 2 0, 3 4 0)"),
    ('<gml:LineString><gml:posList srsDimension="3">1 2 0 3 4 0</gml:posList></gml:LineString>',
     "LINESTRING(1 2 0, 3 4 0)"),
    ("<gml:Curve><gml:segments><gml:LineStringSegment><gml:posList>1 2 3 4</gml:posList></gml:LineStringSegment>"
     "<gml:LineStringSegment><gml:posList>3 4 5 6</gml:posList></gml:LineStringSegment></gml:segments></gml:Curve>",
     "LINESTRING(1 2, 3 4, 5 6)"),
    ("<gml:Surface><gml:patches><gml:PolygonPatch><gml:exterior><gml:LinearRing><gml:posList>0 0 9 0 9 9 0 0"
     "</gml:posList></gml:LinearRing></gml:exterior><gml:interior><gml:LinearRing>"
     "<gml:posList>5 1 6 1 6 2 5 1</gml:posList>"
     "</gml:LinearRing></gml:interior></gml:PolygonPatch></gml:patches></gml:Surface>",
     "POLYGON((0 0, 9 0, 9 9, 0 0), (5 1, 6 1, 6 2, 5 1))"),
    ("<gml:Polygon><gml:outerBoundaryIs><gml:LinearRing><gml:coordinates>0,0 9,0 9,9 0,0</gml:coordinates>"
     "</gml:LinearRing></gml:outerBoundaryIs></gml:Polygon>", "POLYGON((0 0, 9 0, 9 9, 0 0))"),
    ("<gml:MultiPoint><gml:pointMember><gml:Point><gml:pos>1 2</gml:pos></gml:Point></gml:pointMember>"
     "<gml:pointMembers><gml:Point><gml:pos>3 4</gml:pos></gml:Point></gml:pointMembers></gml:MultiPoint>",
     "MULTIPOINT(1 2, 3 4)"),
    ("<gml:MultiCurve><gml:curveMember><gml:LineString><gml:posList>1 2 3 4</gml:posList></gml:LineString>"
     "</gml:curveMember></gml:MultiCurve>", "MULTILINESTRING((1 2, 3 4))"),
    ("<gml:MultiSurface><gml:surfaceMember><gml:Polygon><gml:exterior><gml:LinearRing><gml:posList>0 0 9 0 9 9 0 0"
     "</gml:posList></gml:LinearRing></gml:exterior></gml:Polygon></gml:surfaceMember></gml:MultiSurface>",
     "MULTIPOLYGON(((0 0, 9 0, 9 9, 0 0)))"),
    ("<gml:MultiGeometry><gml:geometryMember><gml:Point><gml:pos>1 2</gml:pos></gml:Point></gml:geometryMember>"
     "</gml:MultiGeometry>", "GEOMETRYCOLLECTION(POINT(1 2))"),
]  # fmt: skip


@pytest.mark.parametrize(("gml", "wkt"), SHAPES, ids=[wkt for _, wkt in SHAPES])
def test_geometry_is_read_as_the_same_in_well_known_text(shared, gml, wkt):
    found = read(shared[1], f"<Intersects>{REFERENCE}{gml}</Intersects>").tree
    assert found == parse_filter(f"S_INTERSECTS(geometry, {wkt})")


def test_the_system_of_a_geometry_is_told_and_two_of_them_are_refused(shared):
    one = f"<Intersects>{REFERENCE}{POLYGON}</Intersects>"
    assert read(shared[1], one).srs_name == "S"
    with pytest.raises(BadFilter, match="in one coordinate system"):
        read(shared[1], "<And>" + one + one.replace('srsName="S"', 'srsName="T"') + "</And>")


@pytest.mark.parametrize(
    ("fes", "told"),
    [
        ("", "holds no operator"),
        (compare("floors", "four"), "four"),
        (compare("floors", "1_0"), "1_0"),
        ("<PropertyIsFunny/>", "PropertyIsFunny"),
        ("<And/>", "And takes 2 operands"),
        (f"<And>{compare('floors', 1)}</And>", "And takes 2 operands, not 1"),
        (compare("floors", 1) * 2, "Filter takes 1 operands, not 2"),
        ("<PropertyIsEqualTo><Function name='f'/><Literal>1</Literal></PropertyIsEqualTo>", "Function"),
        (f"<DWithin>{REFERENCE}<gml:Point><gml:pos>1 2</gml:pos></gml:Point><Distance uom='ell'>1</Distance></DWithin>",
         f"these units: {', '.join(METRES)}"),
        (f"<Intersects>{REFERENCE}<gml:Point><gml:pos>1</gml:pos></gml:Point></Intersects>", "Point"),
        (f"<Intersects>{REFERENCE}<gml:Point><gml:pos>1 nan</gml:pos></gml:Point></Intersects>", "pos"),
        (f"<Intersects>{REFERENCE}<gml:Point><gml:pos>１ ２</gml:pos></gml:Point></Intersects>", "pos"),
        (f"<Intersects>{REFERENCE}<gml:Arc/></Intersects>", "Arc"),
        ("<During><ValueReference>seen</ValueReference><gml:TimePeriod/></During>", "TimePeriod"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_refused_with_its_name(shared, fes, told):
    with pytest.raises(BadFilter, match=told.replace("(", r"\(")):
        selected(shared, read(shared[1], fes).tree)


@pytest.mark.parametrize(
    "text",
    [
        "<Filter>", "<Filter></filter>", "", "no XML", "<a>&b;</a>",
        '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', '<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>',
        f"{'<a>' * (MOST_DEPTH + 1)}{'</a>' * (MOST_DEPTH + 1)}", f"<a>{'<b/>' * MOST_ELEMENTS}</a>",
        "<" * 4096, "<a>" * 100_000,
        "<a>\x00</a>", "<a>\ud800</a>",
    ],
)  # fmt: skip
def test_hostile_xml_is_refused_before_it_is_a_tree(text):
    with pytest.raises(BadQuery) as refused:
        read_xml(text, "filter")
    assert refused.value.parameter == "filter"


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("用途", "用途"), ("DLMC", "DLMC"), ("1 号", "_x0031__x0020_号"), ("a%b", "a_x0025_b"),
        ("长度(m)", "长度_x0028_m_x0029_"),

        ("_x0031_", "_x005F_x0031_"), ("a:b", "a_x003A_b"), ("-", "_x002D_"),
        ("𠀀", "_x20000_"), ("㐀々", "_x3400_々"), ("x·1", "x·1"), ("", ""),
    ],
)  # fmt: skip
def test_names_are_xml_names_and_come_back_as_they_were(name, written):
    assert xml_name(name) == written
    assert plain_name(written) == name
    if name:
        ET.fromstring(f"<{written}/>")


def test_a_filter_of_the_other_axis_order_has_every_position_turned():
    text = (
        "S_INTERSECTS(geometry, {}) AND (floors > 2 OR S_WITHIN(geometry, {})) AND S_CROSSES(geometry, BBOX({})) "
        "AND NOT S_TOUCHES(geometry, GEOMETRYCOLLECTION(POINT({}), MULTIPOLYGON(((1 2, 3 4, 5 6, 1 2)))))"
    )
    one = text.format("POINT(1 2 9)", "LINESTRING(1 2, 3 4)", "1, 2, 3, 4", "5 6")
    other = text.format("POINT(2 1 9)", "LINESTRING(2 1, 4 3)", "2, 1, 4, 3", "6 5")
    other = other.replace("1 2, 3 4, 5 6, 1 2", "2 1, 4 3, 6 5, 2 1")
    assert turned(parse_filter(one)) == parse_filter(other)
