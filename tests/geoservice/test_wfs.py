"""WFS 2.0: schema-valid GML, axis order, pages, filters and boxes, stored query, values, refusals, rights."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyogrio
import pytest
from lxml import etree
from starlette.testclient import TestClient

from geoservice.api.wfs import snapshots
from geoservice.api.wfs.marks import Marks
from geoservice.auth import create_token
from geoservice.database import Database
from geoservice.errors import Busy
from layers.features import page_statement
from layers.layer import Column
from layers.tables import Statement, quote, run
from tests.feature_layers import buildings, make_layer
from tests.geoservice.api_app import api_client

WELLS = 600
WFS, GML, CITY = "{http://www.opengis.net/wfs/2.0}", "{http://www.opengis.net/gml/3.2}", "{urn:geoservice:layers}"
BY_ID = "urn:ogc:def:query:OGC-WFS::GetFeatureById"
SHAPES = {
    "points": ("Point", "POINT(115.1 34.2)"),
    "lines": ("LineString", "LINESTRING(115.1 34.2, 115.3 34.4)"),
    "areas": ("Polygon", "POLYGON((115 34, 115.2 34, 115.2 34.2, 115 34), "
                         "(115.1 34.02, 115.15 34.02, 115.15 34.1, 115.1 34.02))"),
    "many-points": ("MultiPoint", "MULTIPOINT(115.1 34.2, 115.3 34.4)"),
    "many-lines": ("MultiLineString", "MULTILINESTRING((115.1 34.2, 115.3 34.4), (115 34, 115 35))"),
    "many-areas": ("MultiPolygon", "MULTIPOLYGON(((115 34, 115.2 34, 115.2 34.2, 115 34)), "
                                   "((116 34, 116.2 34, 116.2 34.2, 116 34)))"),
    "one-of-many": ("MultiPolygon", "POLYGON((115 34, 115.2 34, 115.2 34.2, 115 34))"),
    "deep": ("Point", "POINT Z(115.1 34.2 88.5)"),
    "any-point": ("Geometry", "POINT(115.1 34.2)"),
    "any-lines": ("Geometry", "MULTILINESTRING((115.1 34.2, 115.3 34.4))"),
    "any-kinds": ("Geometry",
                  "GEOMETRYCOLLECTION(POINT(115 34), MULTIPOINT(115 34, 116 35), LINESTRING(115 34, 116 35))"),
    "nowhere": ("Point", None),
    "empty": ("Polygon", "POLYGON EMPTY"),
}  # fmt: skip
AWKWARD = (
    Column("1 号", "号", "text"), Column("长度(m)", "长度(m)", "float"), Column("用途", "用途", "text"),
    Column("geometry", "几何", "text"), Column("when", "when", "timestamp"), Column("𠀀", "𠀀", "json"),
)  # fmt: skip


@pytest.fixture(scope="module")
def layers() -> dict[str, Any]:
    return {}


@pytest.fixture(scope="module")
def api(database: Database, layers: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    with database.session() as session:
        made = [make_layer(session, "buildings", buildings(), public=True)]
        wells = [(f"井{i}", i % 7, f"POINT({115 + (i % 50) / 100} {34 + (i // 50) / 100})") for i in range(WELLS)]
        columns = [Column("name", "名称", "text"), Column("kind", "类", "integer")]
        made.append(make_layer(session, "wells", wells, columns, public=True))
        for name, (kind, wkt) in SHAPES.items():
            made.append(make_layer(session, name, [("甲", wkt)], [Column("name", "name", "text")], kind, public=True))
        nasty = (
            "a&b<c>\x0b\"'",
            float("-inf"),
            None,
            "字",
            "2020-02-29T08:00:00.5+08:00",
            '{"a": [1]}',
            "POINT(115 34)",
        )
        made.append(make_layer(session, "awkward", [nasty], AWKWARD, public=True))
        made.append(make_layer(session, "secret", [("密", "POINT(115 34)")], [Column("name", "n", "text")],
                               department="land", public=False))  # fmt: skip
        token = create_token(session, "land reader", ["land"], write=False)
        session.commit()
    layers |= {layer.name: layer for layer in made}
    with api_client(database, tmp_path_factory.mktemp("wfs")) as client:
        client.land = {"Authorization": f"Bearer {token}"}  # type: ignore[attr-defined]
        yield client


def ask(api: TestClient, request: str = "GetFeature", path: str = "/wfs", **given: str) -> Any:
    return api.get(path, params={"SERVICE": "WFS", "VERSION": "2.0.0", "REQUEST": request} | given)


def document(answer: Any) -> Any:
    assert answer.status_code == 200, answer.text
    return etree.fromstring(answer.content)


def features(answer: Any) -> list[Any]:
    return document(answer).findall(f"{WFS}member/*")


def fids(answer: Any) -> list[int]:
    return [int(feature.get(f"{GML}id").rpartition(".")[2]) for feature in features(answer)]


def refused(answer: Any) -> tuple[str | None, str | None, int]:
    root = etree.fromstring(answer.content)
    assert root.tag == "{http://www.opengis.net/ows/1.1}ExceptionReport", answer.text
    (exception,) = root
    assert exception[0].text
    return exception.get("exceptionCode"), exception.get("locator"), answer.status_code


def posted(api: TestClient, body: str, **headers: str) -> Any:
    return api.post("/wfs", content=body.encode(), headers={"Content-Type": "text/xml"} | headers)


def message(query: str, **attributes: str) -> str:
    given = " ".join(f'{name}="{value}"' for name, value in attributes.items())
    return (
        '<?xml version="1.0"?><wfs:GetFeature service="WFS" version="2.0.0" xmlns:wfs="http://www.opengis.net/wfs/2.0" '
        'xmlns:fes="http://www.opengis.net/fes/2.0" xmlns:gml="http://www.opengis.net/gml/3.2" '
        f'xmlns:c="urn:geoservice:layers" {given}>{query}</wfs:GetFeature>'
    )


# -- schemas -------------------------------------------------------------------------------------------------------

_STANDARD = """<xsd:schema xmlns:xsd="http://www.w3.org/2001/XMLSchema" xmlns:gml="http://www.opengis.net/gml/3.2"
 targetNamespace="http://www.opengis.net/gml/3.2" elementFormDefault="qualified">
<xsd:attribute name="id" type="xsd:ID"/>
<xsd:complexType name="AbstractFeatureType" abstract="true"><xsd:attribute ref="gml:id" use="required"/>
</xsd:complexType>
<xsd:element name="AbstractFeature" type="gml:AbstractFeatureType" abstract="true"/>
<xsd:complexType name="GeometryPropertyType"><xsd:choice>{members}</xsd:choice></xsd:complexType>
{types}{elements}
<xsd:complexType name="Points"><xsd:simpleContent><xsd:extension base="gml:doubles">
<xsd:attribute name="srsDimension" type="xsd:positiveInteger"/></xsd:extension></xsd:simpleContent></xsd:complexType>
<xsd:simpleType name="doubles"><xsd:list itemType="xsd:double"/></xsd:simpleType>
<xsd:complexType name="Ring"><xsd:sequence><xsd:element name="LinearRing"><xsd:complexType><xsd:sequence>
<xsd:element name="posList" type="gml:Points"/></xsd:sequence></xsd:complexType></xsd:element></xsd:sequence>
</xsd:complexType>
</xsd:schema>"""
_CONTENT = {
    "Point": '<xsd:element name="pos" type="gml:Points"/>',
    "LineString": '<xsd:element name="posList" type="gml:Points"/>',
    "Polygon": '<xsd:element name="exterior" type="gml:Ring"/>'
               '<xsd:element name="interior" type="gml:Ring" minOccurs="0" maxOccurs="unbounded"/>',
    "MultiPoint": '<xsd:element name="pointMember" type="gml:PointPropertyType" maxOccurs="unbounded"/>',
    "MultiCurve": '<xsd:element name="curveMember" type="gml:CurvePropertyType" maxOccurs="unbounded"/>',
    "MultiSurface": '<xsd:element name="surfaceMember" type="gml:SurfacePropertyType" maxOccurs="unbounded"/>',
    "MultiGeometry": '<xsd:element name="geometryMember" type="gml:GeometryPropertyType" maxOccurs="unbounded"/>',
}  # fmt: skip
_HOLDS = {"Curve": "LineString", "Surface": "Polygon"}


def schema_of(answer: Any) -> Any:
    """The schema that describes layers, on top of the part of GML 3.2 that features are made of."""
    elements = "".join(
        f'<xsd:element name="{name}"><xsd:complexType><xsd:sequence>{content}</xsd:sequence>'
        '<xsd:attribute ref="gml:id" use="required"/><xsd:attribute name="srsName" type="xsd:anyURI"/>'
        "</xsd:complexType></xsd:element>"
        for name, content in _CONTENT.items()
    )
    names = ("Point", "Curve", "Surface", "MultiPoint", "MultiCurve", "MultiSurface", "MultiGeometry")
    types = "".join(
        f'<xsd:complexType name="{name}PropertyType"><xsd:sequence><xsd:element ref="gml:{_HOLDS.get(name, name)}"/>'
        "</xsd:sequence></xsd:complexType>"
        for name in names
    )
    members = "".join(f'<xsd:element ref="gml:{name}"/>' for name in _CONTENT)
    standard = _STANDARD.format(members=members, types=types, elements=elements)

    class Local(etree.Resolver):
        def resolve(self, url: str, public: str, context: Any) -> Any:
            return self.resolve_string(standard, context)

    parser = etree.XMLParser(no_network=True)
    parser.resolvers.add(Local())
    return etree.XMLSchema(etree.fromstring(answer.content, parser))


@pytest.mark.parametrize("name", [*SHAPES, "buildings", "awkward"])
def test_features_are_valid_by_the_schema_they_name(api: TestClient, name: str) -> None:
    collection = document(ask(api, TYPENAMES=f"city:{name}"))
    place = collection.get("{http://www.w3.org/2001/XMLSchema-instance}schemaLocation").split()
    described = dict(zip(place[::2], place[1::2], strict=True))["urn:geoservice:layers"]
    schema = schema_of(api.get(described))
    found = collection.findall(f"{WFS}member/*")
    assert len(found) == int(collection.get("numberReturned")) > 0
    for feature in found:
        assert schema.validate(etree.fromstring(alone(feature))), schema.error_log
    identifiers = collection.xpath("//@gml:id", namespaces={"gml": GML[1:-1]})
    assert len(identifiers) == len(set(identifiers))


@pytest.mark.parametrize("name", [*SHAPES, "buildings", "awkward"])
def test_a_gml_file_holds_the_features_that_the_service_gives(api: TestClient, name: str) -> None:
    file = document(api.get(f"/collections/{name}/items?f=gml"))
    place = file.get("{http://www.w3.org/2001/XMLSchema-instance}schemaLocation").split()
    schema = schema_of(api.get(dict(zip(place[::2], place[1::2], strict=True))["urn:geoservice:layers"]))
    found = [alone(one) for one in file.iterfind(f"{GML}featureMember/*")]
    assert all(schema.validate(etree.fromstring(one)) for one in found), schema.error_log
    assert found == [alone(one) for one in features(ask(api, TYPENAMES=name))]


def alone(feature: Any) -> bytes:
    """A feature without what stands around it."""
    return etree.tostring(feature, method="c14n", exclusive=True)


def test_the_schema_refuses_what_the_features_are_not(api: TestClient) -> None:
    schema = schema_of(ask(api, "DescribeFeatureType", TYPENAMES="buildings"))
    (feature, *_) = features(ask(api, TYPENAMES="buildings"))
    feature.find(f"{CITY}floors").text = "four"
    assert not schema.validate(etree.fromstring(etree.tostring(feature)))


def test_awkward_names_and_values_come_back_as_they_were(api: TestClient) -> None:
    (feature,) = features(ask(api, TYPENAMES="awkward"))
    values = {etree.QName(child).localname: child.text for child in feature}
    assert values["_x0031__x0020_号"] == "a&b<c> \"'"
    assert values["长度_x0028_m_x0029_"] == "-INF"
    assert "用途" not in values  # null
    assert values["geometry"] == "字"
    assert values["when"] == "2020-02-29T00:00:00.5+00:00"
    assert json.loads(values["_x20000_"]) == {"a": [1]}
    assert feature.find(f"{CITY}geometryProperty/{GML}Point/{GML}pos").text == "34 115"
    assert fids(ask(api, TYPENAMES="awkward", PROPERTYNAME="city:geometryProperty,长度_x0028_m_x0029_")) == [1]
    equal = "<PropertyIsEqualTo><ValueReference>{}</ValueReference><Literal>字</Literal></PropertyIsEqualTo>"
    for name, wanted in (("geometry", [1]), ("_x0031__x0020_号", []), ("city:awkward/city:用途", [])):
        assert fids(ask(api, TYPENAMES="awkward", FILTER=f"<Filter>{equal.format(name)}</Filter>")) == wanted


# -- coordinates ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "srid", "north_first"),
    [
        ("urn:ogc:def:crs:EPSG::4490", 4490, True), ("EPSG:4490", 4490, True),
        ("urn:ogc:def:crs:EPSG::4326", 4326, True), ("EPSG:3857", 3857, False),
        ("http://www.opengis.net/def/crs/EPSG/0/4547", 4547, True), ("EPSG:4509", 4509, True),
        ("urn:ogc:def:crs:OGC:1.3:CRS84", 4326, False), ("", 4490, True),
    ],
)  # fmt: skip
def test_coordinates_are_those_of_sql_in_the_order_of_the_authority(
    api: TestClient, database: Database, layers: dict[str, Any], name: str, srid: int, north_first: bool
) -> None:
    table = quote(layers["wells"].version.table)
    with database.session() as session:
        moved = f"SELECT ST_X(g), ST_Y(g) FROM (SELECT fid, ST_Transform(geom, {srid}) g FROM {table}) t ORDER BY fid"
        truth = [tuple(row) for row in run(session, Statement(moved))]
    found = features(ask(api, TYPENAMES="wells", **({"SRSNAME": name} if name else {})))
    assert len(found) == len(truth) == WELLS
    for feature, (x, y) in zip(found, truth, strict=True):
        (point,) = feature.iter(f"{GML}Point")
        assert point.get("srsName") == (
            "urn:ogc:def:crs:OGC:1.3:CRS84" if "CRS84" in name else f"urn:ogc:def:crs:EPSG::{srid}"
        )
        first, second = map(float, point.findtext(f"{GML}pos").split())
        wanted = (y, x) if north_first else (x, y)
        assert (first, second) == pytest.approx(wanted, abs=1e-7 if srid in (4490, 4326) else 1e-4)


def test_geojson_is_longitude_first_and_east_first_in_a_system_that_is_named(api: TestClient) -> None:
    plain = ask(api, TYPENAMES="wells", OUTPUTFORMAT="application/json", COUNT="1").json()
    assert plain["features"][0]["geometry"]["coordinates"] == [115, 34]
    assert "crs" not in plain
    assert (plain["numberMatched"], plain["numberReturned"]) == (WELLS, 1)
    named = ask(api, TYPENAMES="wells", OUTPUTFORMAT="json", COUNT="1", SRSNAME="EPSG:4547").json()
    east, north = named["features"][0]["geometry"]["coordinates"]
    assert 4e5 < east < 7e5 < 3e6 < north
    assert named["crs"]["properties"]["name"] == "urn:ogc:def:crs:EPSG::4547"
    assert features(ask(api, TYPENAMES="wells", COUNT="1"))[0].find(f".//{GML}pos").text == "34 115"


def test_features_come_as_files_too(api: TestClient, tmp_path: Path) -> None:
    rows = ask(api, TYPENAMES="buildings", OUTPUTFORMAT="csv", CQL_FILTER="floors > 9").content.decode("utf-8-sig")
    assert len(rows.splitlines()) == 4
    for form, name in (("SHAPE-ZIP", "shp.zip"), ("application/geopackage+sqlite3", "a.gpkg")):
        answer = ask(api, TYPENAMES="wells", OUTPUTFORMAT=form, COUNT="7", SRSNAME="EPSG:4547")
        (tmp_path / name).write_bytes(answer.content)
        info = pyogrio.read_info(tmp_path / name)
        assert (info["features"], info["crs"]) == (7, "EPSG:4547")
    for locator, value in (("startIndex", "5"), ("resultType", "hits"), ("sortBy", "name")):
        page = ask(api, TYPENAMES="wells", OUTPUTFORMAT="csv", **{locator: value})
        assert refused(page) == ("OptionNotSupported", locator, 400)


def test_heights_are_kept(api: TestClient) -> None:
    (feature,) = features(ask(api, TYPENAMES="deep"))
    position = feature.find(f".//{GML}pos")
    assert (position.text, position.get("srsDimension")) == ("34.2 115.1 88.5", "3")


# -- what is asked for ---------------------------------------------------------------------------------------------


def test_all_features_come_without_a_count_and_the_numbers_say_so(api: TestClient) -> None:
    collection = document(ask(api, TYPENAMES="wells"))
    assert len(collection) == WELLS
    assert (collection.get("numberMatched"), collection.get("numberReturned")) == (str(WELLS), str(WELLS))
    assert collection.get("next") is None
    some = document(ask(api, TYPENAMES="wells", CQL_FILTER="kind < 6"))
    assert (some.get("numberMatched"), some.get("numberReturned"), len(some)) == ("515", "515", 515)


@pytest.mark.parametrize("count", [70, 300])
@pytest.mark.parametrize("narrowed", [False, True])
def test_pages_hold_every_feature_once_forth_and_back(api: TestClient, count: int, narrowed: bool) -> None:
    given = {"CQL_FILTER": "kind < 6"} if narrowed else {}
    page = document(ask(api, TYPENAMES="wells", COUNT=str(count), SORTBY="kind DESC,name", **given))
    whole = fids(ask(api, TYPENAMES="wells", SORTBY="kind DESC,name", **given))
    met, last = [], page
    while True:
        met += [int(one.get(f"{GML}id").rpartition(".")[2]) for one in page.findall(f"{WFS}member/*")]
        assert page.get("numberReturned") == str(len(page))
        last = page
        if page.get("next") is None:
            break
        assert page.get("numberMatched") == ("unknown" if narrowed else str(WELLS))
        page = document(api.get(page.get("next")))
    assert met == whole
    assert last.get("numberMatched") == str(len(whole))
    before = document(api.get(last.get("previous")))
    assert len(before) == count


@pytest.mark.parametrize("order", ["", "kind DESC", "name,kind"])
@pytest.mark.parametrize(("count", "form"), [(100, "gml32"), (270, "gml32"), (70, "json")])
def test_a_page_goes_on_where_the_one_before_ended_and_is_what_it_would_be_alone(
    api: TestClient, monkeypatch: pytest.MonkeyPatch, order: str, count: int, form: str
) -> None:
    walked: list[int] = []

    def spied(layer: Any, query: Any, crs: Any) -> Any:
        walked.append(query.offset)
        return page_statement(layer, query, crs)

    def page(start: int) -> list[int]:
        given = {"TYPENAMES": "wells", "COUNT": f"{count}", "STARTINDEX": f"{start}", "OUTPUTFORMAT": form}
        answer = ask(api, **given, CQL_FILTER="kind <> 2", **({"SORTBY": order} if order else {}))
        return [one["id"] for one in answer.json()["features"]] if form == "json" else fids(answer)

    monkeypatch.setattr("geoservice.api.wfs.features.page_statement", spied)
    state = api.app.state  # type: ignore[attr-defined]
    alone = []
    for start in range(0, WELLS, count):
        state.page_marks = Marks()
        alone.append(page(start))
    assert walked == list(range(0, WELLS, count))
    walked.clear()
    assert [page(start) for start in range(0, WELLS, count)] == alone
    assert set(walked[: -(-514 // count)]) == {0}  # after the last feature there is nothing to remember
    assert len({fid for part in alone for fid in part}) == sum(map(len, alone)) == 514


def test_the_next_page_of_a_message_in_xml_is_an_address(api: TestClient) -> None:
    query = (
        '<wfs:Query typeNames="c:wells" srsName="EPSG:4547"><wfs:PropertyName>c:name</wfs:PropertyName><fes:Filter>'
        '<fes:PropertyIsLike wildCard="*" singleChar="?" escapeChar="!"><fes:ValueReference>c:name</fes:ValueReference>'
        "<fes:Literal>井1*</fes:Literal></fes:PropertyIsLike></fes:Filter><fes:SortBy><fes:SortProperty>"
        "<fes:ValueReference>c:name</fes:ValueReference><fes:SortOrder>DESC</fes:SortOrder></fes:SortProperty></fes:SortBy>"
        "</wfs:Query>"
    )
    first = posted(api, message(query, count="60"))
    following = api.get(document(first).get("next"))
    names = [feature.findtext(f"{CITY}name") for answer in (first, following) for feature in features(answer)]
    wanted = sorted((f"井{i}" for i in range(WELLS) if f"{i}".startswith("1")), reverse=True)
    assert names == wanted
    assert not list(document(following).iter(f"{GML}Point"))


def test_hits_count_and_lead_to_the_first_page(api: TestClient) -> None:
    hits = document(ask(api, TYPENAMES="wells", RESULTTYPE="hits", COUNT="2", CQL_FILTER="kind = 3"))
    assert (hits.get("numberMatched"), hits.get("numberReturned"), len(hits)) == ("86", "0", 0)
    assert hits.get("previous") is None
    first = document(api.get(hits.get("next")))
    assert first.get("numberReturned") == "2"


def test_a_box_is_met_in_the_order_of_its_system_and_never_by_what_lies_nowhere(api: TestClient) -> None:
    wanted = fids(ask(api, TYPENAMES="buildings", CQL_FILTER="S_INTERSECTS(geometry, BBOX(115.25, 34, 115.85, 35))"))
    assert wanted == [3, 4, 5, 6, 7, 8]
    for box in (
        "34,115.25,35,115.85", "34,115.25,35,115.85,urn:ogc:def:crs:EPSG::4326", "115.25,34,115.85,35,EPSG:4490",
        "34,115.25,35,115.85,http://www.opengis.net/def/crs/EPSG/0/4490",
        "115.25,34,115.85,35,http://www.opengis.net/gml/srs/epsg.xml#4326",
        "115.25,34,115.85,35,urn:ogc:def:crs:OGC:1.3:CRS84",
    ):  # fmt: skip
        assert fids(ask(api, TYPENAMES="buildings", BBOX=box)) == wanted, box
    assert 11 not in fids(ask(api, TYPENAMES="buildings", BBOX="-90,-180,90,180"))  # it has no geometry
    for box in ("115.25,34,115.85,35", "34,115.25,35,115.85,EPSG:4490", "115.25,34,115.85,EPSG:4490"):
        assert refused(ask(api, TYPENAMES="buildings", BBOX=box)) == ("InvalidParameterValue", "bbox", 400), box


def test_a_filter_is_read_in_the_system_it_names_else_in_the_layer_s_own(api: TestClient) -> None:
    def within(srs: str, corners: str) -> list[int]:
        low, high = corners.split(";")
        named = f' srsName="{srs}"' if srs else ""
        box = (
            f"<BBOX><ValueReference>geometry</ValueReference><Envelope{named}><lowerCorner>{low}</lowerCorner>"
            f"<upperCorner>{high}</upperCorner></Envelope></BBOX>"
        )
        return fids(ask(api, TYPENAMES="buildings", FILTER=f"<Filter>{box}</Filter>"))

    assert within("", "34 115.25;35 115.85") == [3, 4, 5, 6, 7, 8]
    assert within("urn:ogc:def:crs:OGC:1.3:CRS84", "115.25 34;115.85 35") == [3, 4, 5, 6, 7, 8]
    assert within("EPSG:4326", "115.25 34;115.85 35") == [3, 4, 5, 6, 7, 8]
    assert within("EPSG:4547", "610000 3765000;650000 3800000") == [2, 3, 4, 5, 6]
    assert within("urn:ogc:def:crs:EPSG::4547", "3765000 610000;3800000 650000") == [2, 3, 4, 5, 6]


def test_properties_identifiers_and_one_layer_s_own_address(api: TestClient) -> None:
    (feature, *_) = features(ask(api, TYPENAMES="buildings", PROPERTYNAME="city:name,city:floors"))
    assert [etree.QName(child).localname for child in feature] == ["name", "floors"]
    assert fids(ask(api, RESOURCEID="buildings.7,buildings.2", TYPENAMES="buildings")) == [2, 7]
    assert fids(ask(api, FEATUREID="buildings.7")) == [7]
    assert fids(ask(api, RESOURCEID="wells.7", TYPENAMES="buildings")) == []
    below = document(ask(api, "GetCapabilities", "/collections/buildings/wfs"))
    assert [one.text for one in below.iter(f"{WFS}Name")] == ["city:buildings"]
    assert len(fids(ask(api, path="/collections/buildings/wfs", TYPENAMES="buildings"))) == 12
    assert refused(ask(api, path="/collections/buildings/wfs", TYPENAMES="wells"))[0] == "InvalidParameterValue"


def test_several_queries_are_collections_in_one_and_share_the_count(api: TestClient) -> None:
    whole = document(ask(api, TYPENAMES="(city:buildings)(city:wells)", COUNT="15"))
    assert (whole.get("numberMatched"), whole.get("numberReturned")) == (str(12 + WELLS), "15")
    inner = whole.findall(f"{WFS}member/{WFS}FeatureCollection")
    assert [len(one) for one in inner] == [12, 3]
    two = '<wfs:Query typeNames="c:buildings"/><wfs:Query typeNames="c:wells"/>'
    again = document(posted(api, message(two, count="15")))
    assert [len(one) for one in again.findall(f"{WFS}member/{WFS}FeatureCollection")] == [12, 3]
    like = '<Filter><PropertyIsLike wildCard="*" singleChar="." escapeChar="!"><ValueReference>name</ValueReference>'
    filters = [f"{like}<Literal>{text}</Literal></PropertyIsLike></Filter>" for text in ("*(not there)*", "井59*")]
    both = document(ask(api, TYPENAMES="(buildings)(wells)", FILTER=f"({filters[0]})({filters[1]})"))
    assert [len(one) for one in both.findall(f"{WFS}member/{WFS}FeatureCollection")] == [0, 11]
    assert fids(ask(api, TYPENAMES="(wells)", FILTER=f"({filters[1]})", COUNT="2")) == [60, 591]
    mixed = ask(api, RESOURCEID="buildings.3,wells.4", OUTPUTFORMAT="json").json()
    assert [feature["id"] for feature in mixed["features"]] == [3, 4]


def test_a_feature_by_its_identifier_stands_alone(api: TestClient) -> None:
    root = document(ask(api, STOREDQUERY_ID=BY_ID, ID="buildings.3"))
    assert (root.tag, root.get(f"{GML}id")) == (f"{CITY}buildings", "buildings.3")
    stored = f'<wfs:StoredQuery id="{BY_ID}"><wfs:Parameter name="ID">buildings.3</wfs:Parameter></wfs:StoredQuery>'
    assert document(posted(api, message(stored))).get(f"{GML}id") == "buildings.3"
    for unknown in ("buildings.99", "nothing.3", "3", "secret.1", "buildings.x"):
        assert refused(ask(api, STOREDQUERY_ID=BY_ID, ID=unknown)) == ("NotFound", "ID", 404)
    (query,) = document(ask(api, "ListStoredQueries"))
    assert query.get("id") == BY_ID
    described = document(ask(api, "DescribeStoredQueries", STOREDQUERY_ID=BY_ID))
    assert described[0].find(f"{WFS}Parameter").get("name") == "ID"


def test_values_of_one_property(api: TestClient) -> None:
    values = document(ask(api, "GetPropertyValue", TYPENAMES="buildings", VALUEREFERENCE="city:code"))
    assert values.tag == f"{WFS}ValueCollection"
    assert values.get("numberReturned") == values.get("numberMatched") == "11"  # one has none
    assert values.findtext(f"{WFS}member/{CITY}code") == "411401"
    some = ask(
        api, "GetPropertyValue", TYPENAMES="buildings", VALUEREFERENCE="geometry", COUNT="2", BBOX="34,115.25,35,115.85"
    )
    assert [one.text for one in document(some).iter(f"{GML}pos")] == ["34.15 115.3", "34.2 115.4"]
    assert document(some).get("next")


# -- refusals ------------------------------------------------------------------------------------------------------


def test_versions_are_agreed_on_as_the_standard_says(api: TestClient) -> None:
    for accepted in ("2.0.0", "3.0.0,2.0.0,1.1.0"):
        answer = api.get("/wfs", params={"service": "WFS", "request": "GetCapabilities", "acceptversions": accepted})
        assert document(answer).get("version") == "2.0.0"
    assert document(api.get("/wfs?service=WFS&request=GetCapabilities&version=1.1.0")).get("version") == "2.0.0"
    failed = refused(api.get("/wfs?service=WFS&request=GetCapabilities&acceptversions=1.1.0,1.0.0"))
    assert failed == ("VersionNegotiationFailed", None, 400)
    body = (
        '<GetCapabilities service="WFS" xmlns="http://www.opengis.net/wfs/2.0" xmlns:ows="http://www.opengis.net/ows/1.1">'
        "<ows:AcceptVersions><ows:Version>{}</ows:Version></ows:AcceptVersions></GetCapabilities>"
    )
    assert document(posted(api, body.format("2.0.0"))).get("version") == "2.0.0"
    assert refused(posted(api, body.format("1.1.0"))) == failed


def test_sections_of_the_capabilities(api: TestClient) -> None:
    root = document(ask(api, "GetCapabilities", SECTIONS="FeatureTypeList"))
    assert [etree.QName(one).localname for one in root] == ["FeatureTypeList"]
    assert refused(ask(api, "GetCapabilities", SECTIONS="Nothing")) == ("InvalidParameterValue", "sections", 400)


INVALID, WELLS_ASKED = "InvalidParameterValue", "request=GetFeature&version=2.0.0&typenames=wells"


@pytest.mark.parametrize(
    ("query", "code", "locator"),
    [
        ("", "MissingParameterValue", "request"),
        ("request=Transaction&version=2.0.0", "OperationNotSupported", "request"),
        (f"{WELLS_ASKED}&service=WMS", INVALID, "service"),
        ("request=GetFeature&typenames=wells", "MissingParameterValue", "version"),
        ("request=GetFeature&version=1.1.0&typenames=wells", INVALID, "version"),
        ("request=GetFeature&version=2.0.0", "MissingParameterValue", "typeNames"),
        ("request=GetFeature&version=2.0.0&typenames=none", INVALID, "typeNames"),
        ("request=GetFeature&version=2.0.0&typenames=x:wells&namespaces=xmlns(x,urn:other)", INVALID, "typeNames"),
        ("request=GetFeature&version=2.0.0&typenames=wells,buildings", "OptionNotSupported", "typeNames"),
        ("request=GetFeature&version=2.0.0&typenames=(wells)(buildings)&bbox=(34,115,35,116)", INVALID, "typeNames"),
        (f"{WELLS_ASKED}&count=-1", INVALID, "count"),
        (f"{WELLS_ASKED}&startindex=x", INVALID, "startIndex"),
        (f"{WELLS_ASKED}&srsname=EPSG:2154", INVALID, "srsName"),
        (f"{WELLS_ASKED}&bbox=1,2,3", INVALID, "bbox"),
        (f"{WELLS_ASKED}&bbox=34,115,35,116,EPSG:2154", INVALID, "bbox"),
        (f"{WELLS_ASKED}&bbox=34,115,nan,116", INVALID, "bbox"),
        (f"{WELLS_ASKED}&propertyname=none", INVALID, "propertyName"),
        (f"{WELLS_ASKED}&sortby=none", INVALID, "sortBy"),
        (f"{WELLS_ASKED}&outputformat=shape", INVALID, "outputFormat"),
        (f"{WELLS_ASKED}&resulttype=some", INVALID, "resultType"),
        (f"{WELLS_ASKED}&filter=<Filter>", INVALID, "filter"),
        (f"{WELLS_ASKED}&filter=<a/>", INVALID, "filter"),
        (f"{WELLS_ASKED}&filter=<Filter><PropertyIsNull><ValueReference>x</ValueReference></PropertyIsNull></Filter>",
         INVALID, "filter"),
        (f"{WELLS_ASKED}&bbox=34,115,35,116&resourceid=wells.1", INVALID, "resourceId"),
        ("request=GetFeature&version=2.0.0&storedquery_id=none", INVALID, "STOREDQUERY_ID"),
        (f"request=GetFeature&version=2.0.0&storedquery_id={BY_ID}", "MissingParameterValue", "ID"),
        ("request=DescribeStoredQueries&version=2.0.0&storedquery_id=none", INVALID, "STOREDQUERY_ID"),
        ("request=DescribeFeatureType&version=2.0.0&typenames=none", INVALID, "typeNames"),
        ("request=GetPropertyValue&version=2.0.0&typenames=wells", "MissingParameterValue", "valueReference"),
        ("request=GetPropertyValue&version=2.0.0&typenames=wells&valuereference=x", INVALID, "valueReference"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_with_the_standard_s_code_and_the_parameter(
    api: TestClient, query: str, code: str, locator: str
) -> None:
    assert refused(api.get(f"/wfs?{query}")) == (code, locator, 400)


def test_a_filter_that_the_database_cannot_evaluate_is_refused(api: TestClient) -> None:
    answer = ask(api, TYPENAMES="wells", CQL_FILTER="kind = 1 / 0 ^ -1e300")
    assert refused(answer) == ("OperationProcessingFailed", "filter", 403)


@pytest.mark.parametrize(
    "body",
    [
        "", "{}", "<wfs:GetFeature>", "<a/>", '<!DOCTYPE a [<!ENTITY x "y">]><GetFeature>&x;</GetFeature>',
        "<GetFeature service='WFS' version='2.0.0'>" + "<And>" * 500, "<" * 4096,
    ],
)  # fmt: skip
def test_a_message_that_cannot_be_read_is_refused(api: TestClient, body: str) -> None:
    code, locator, status = refused(posted(api, body))
    assert (code in ("OperationParsingFailed", "OperationNotSupported"), locator) == (True, "request")
    assert status == 400


def test_a_form_may_be_posted_and_other_types_are_refused(api: TestClient) -> None:
    form = {"service": "WFS", "version": "2.0.0", "request": "GetFeature", "typenames": "buildings", "count": "2"}
    assert fids(api.post("/wfs", data=form)) == [1, 2]
    assert fids(
        posted(api, message('<wfs:Query typeNames="c:wells"/>', count="1"), **{"Content-Type": "text/plain"})
    ) == [1]
    answer = posted(api, "{}", **{"Content-Type": "application/json"})
    assert (answer.status_code, answer.headers["accept-post"].split(",")[0]) == (415, "text/xml")
    assert posted(api, "x", **{"Content-Encoding": "gzip"}).status_code == 415


def test_entities_are_never_expanded_and_nesting_and_size_are_bounded(api: TestClient) -> None:
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10 if n else "ha"}">' for n in range(9))
    bomb = f"<!DOCTYPE x [{laughs}]>" + message('<wfs:Query typeNames="&l8;"/>').partition("?>")[2]
    assert refused(posted(api, bomb))[0] == "OperationParsingFailed"
    deep = message(
        f'<wfs:Query typeNames="c:wells"><fes:Filter>{"<fes:Not>" * 4096}{"</fes:Not>" * 4096}</fes:Filter></wfs:Query>'
    )
    assert refused(posted(api, deep))[0] == "OperationParsingFailed"
    large = message(f'<wfs:Query typeNames="c:wells"/><!--{"x" * 8_000_000}-->')
    code, _, status = refused(posted(api, large))
    assert (code, status) == ("OperationParsingFailed", 413)
    assert len(fids(ask(api, TYPENAMES="wells"))) == WELLS


def test_a_refusal_is_worded_in_chinese_for_who_reads_it(api: TestClient) -> None:
    answer = api.get("/wfs?request=GetFeature&version=2.0.0&typenames=none", headers={"Accept-Language": "zh-CN"})
    assert "没有图层" in answer.text
    assert answer.headers["content-language"] == "zh"


# -- rights and caches ---------------------------------------------------------------------------------------------


def test_a_private_layer_is_there_for_its_department_alone(api: TestClient) -> None:
    land = api.land  # type: ignore[attr-defined]
    query = {"service": "WFS", "version": "2.0.0", "request": "GetFeature", "typenames": "secret"}
    assert refused(api.get("/wfs", params=query)) == refused(api.get("/wfs", params=query | {"typenames": "none"}))
    mine = api.get("/wfs", params=query, headers=land)
    assert fids(mine) == [1]
    assert "private" in mine.headers["cache-control"]
    tag = mine.headers["etag"]
    assert api.get("/wfs", params=query, headers=land | {"If-None-Match": tag}).status_code == 304
    assert refused(api.get("/wfs", params=query, headers={"If-None-Match": tag}))[0] == "InvalidParameterValue"
    for operation in ("GetCapabilities", "DescribeFeatureType", "ListStoredQueries", "DescribeStoredQueries"):
        assert "secret" not in ask(api, operation).text
        shown = api.get("/wfs", params={"service": "WFS", "version": "2.0.0", "request": operation}, headers=land)
        assert "secret" in shown.text
    assert api.get("/wfs", params=query, headers={"Authorization": "Bearer none"}).status_code == 401


def test_answers_that_nobody_reads_on_leave_half_of_the_connections_to_others(
    api: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(snapshots, "WAIT_S", 0.05)
    state = api.app.state  # type: ignore[attr-defined]
    count, rows = Statement("SELECT 1::bigint"), Statement("SELECT i FROM generate_series(1, 1000) i")

    async def crowd() -> None:
        places = snapshots.Snapshots(state.database, 2)
        begun = [places.read(count, rows) for _ in range(3)]
        assert [await anext(one) for one in begun[:2]] == [[(1,)], [(1,)]]
        with pytest.raises(Busy, match="ask again"):
            await anext(begun[2])
        await begun[0].aclose()
        again = places.read(count, rows)
        assert [len(part) async for part in again] == [1, *[200] * 5]
        await begun[1].aclose()

    api.portal.call(crowd)  # type: ignore[union-attr]


def test_an_unchanged_answer_is_not_sent_again(api: TestClient) -> None:
    query = "/wfs?service=WFS&version=2.0.0&request=GetFeature&typenames=buildings"
    tag = api.get(query).headers["etag"]
    assert api.get(query, headers={"If-None-Match": tag}).status_code == 304
    assert api.get(query + "&count=3", headers={"If-None-Match": tag}).status_code == 200
