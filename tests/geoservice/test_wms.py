"""WMS 1.3.0 and 1.1.1: axis order, styles, filters, time, legends, pixels asked about, refusals with their codes."""

import io
import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import geopandas
import numpy as np
import pytest
import shapely.geometry
from lxml import etree
from PIL import Image
from starlette.testclient import TestClient

from geoservice.api.map.info_gml import GML_2, GML_3, info_gml
from geoservice.api.map.moments import Moments
from geoservice.api.map.pixel import Found
from geoservice.auth import create_token
from geoservice.database import Database
from layers.crs.names import axis_is_north_east, parse_crs
from layers.crs.operations import find_transform
from layers.filter.periods import read_period
from layers.frame import Bounds
from layers.layer import Band, Column, LayerSpec, RasterFacts, VersionFacts
from layers.versions import begin_version, publish
from tests.feature_layers import make_layer
from tests.geoservice.api_app import api_client
from tests.tiles.rasters import describe_file, write_tif

WEST, SOUTH, EAST, NORTH = 115.60, 34.40, 115.70, 34.46
AROUND = Bounds(115.5, 34.35, 115.8, 34.5)
COLUMNS = (Column("name", "名称", "text"), Column("kind", "类别", "text"), Column("built", "建成", "date"))
BOX = f"POLYGON(({WEST} {SOUTH}, {EAST} {SOUTH}, {EAST} {NORTH}, {WEST} {NORTH}, {WEST} {SOUTH}))"
PINS = [
    (f"点{i}", "a" if i % 2 else "b", f"20{10 + i}-06-01", f"POINT({WEST + i * 0.01} {SOUTH + 0.02})")
    for i in range(11)
]
BLUE = (0xB9, 0xDC, 0xEE)
SYSTEMS = ("EPSG:4490", "EPSG:4326", "EPSG:3857", "EPSG:4509", "EPSG:4526", "EPSG:4527", "EPSG:4547", "EPSG:4548")
MAP = {"request": "GetMap", "layers": "lake", "styles": "", "format": "image/png", "transparent": "TRUE"}


FLIGHTS = {date(2019, 5, 1): 60, date(2021, 6, 1): 200}
"""What both flights over the same ground recorded everywhere."""


def make_flights(session: Any, storage: Path) -> None:
    """Publish imagery of one band from two flights; the later lies on top."""
    draft = begin_version(session, LayerSpec("flights", "imagery", public=True))
    files = []
    for day, level in FLIGHTS.items():
        key = f"rasters/{draft.number}/{day}.tif"
        (storage / key).parent.mkdir(parents=True, exist_ok=True)
        ground = np.full((1, 200, 300), level, np.uint8)
        path = write_tif(storage / key, ground, "EPSG:4490", AROUND.west, AROUND.north, 0.001)
        files.append(describe_file(path, key, captured=day))
    facts = VersionFacts(srid=4490, raster=RasterFacts((Band("grey", "uint8"),), files[0].resolution_m))
    publish(session, draft, facts, extent=files[0].extent, files=files)


@pytest.fixture(scope="module")
def api(database: Database, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    folder = tmp_path_factory.mktemp("wms")
    with database.session() as session:
        make_flights(session, folder / "storage")
        water = {"preset": "water"}
        make_layer(session, "lake", [("湖", "x", None, BOX)], COLUMNS, "Polygon", style=water, public=True)
        make_layer(session, "pins", PINS, COLUMNS, style={"colour": "#ff0000", "label": "name"}, public=True)
        make_layer(session, "one", [("点", "x", "2015-03-01", PINS[0][3])], COLUMNS, public=True)
        make_layer(session, "secret", [("密", "x", None, BOX)], COLUMNS, "Polygon", department="land", public=False)
        token = create_token(session, "land reader", ["land"], write=False)
        session.commit()
    with api_client(database, folder) as client:
        client.land = {"Authorization": f"Bearer {token}"}  # type: ignore[attr-defined]
        yield client


def around(crs: str) -> tuple[float, float, float, float]:
    return find_transform(parse_crs(4490), parse_crs(crs)).bounds(AROUND)


def asked(crs: str, version: str = "1.3.0", size: tuple[int, int] = (600, 400), **more: Any) -> dict[str, Any]:
    """A GetMap of the place in a CRS, its box as the version writes it."""
    west, south, east, north = around(crs)
    swapped = version == "1.3.0" and axis_is_north_east(parse_crs(crs))
    box = (south, west, north, east) if swapped else (west, south, east, north)
    name = "crs" if version == "1.3.0" else "srs"
    place = {name: crs, "bbox": ",".join(map(str, box)), "width": size[0], "height": size[1]}
    return MAP | {"version": version} | place | more


def image(answer: Any) -> Any:
    assert answer.headers["content-type"].startswith("image/"), answer.text
    assert answer.status_code == 200
    return np.asarray(Image.open(io.BytesIO(answer.content)).convert("RGBA")).astype(int)


def pixel(crs: str, lon: float, lat: float, size: tuple[int, int] = (600, 400)) -> tuple[int, int]:
    (x,), (y,) = find_transform(parse_crs(4490), parse_crs(crs)).points([lon], [lat])
    west, south, east, north = around(crs)
    return int((north - y) / (north - south) * size[1]), int((x - west) / (east - west) * size[0])


def refused(answer: Any) -> tuple[str | None, int]:
    root = etree.fromstring(answer.content)
    assert etree.QName(root).localname == "ServiceExceptionReport"
    (exception,) = root
    assert exception.text
    return exception.get("code"), answer.status_code


@pytest.mark.parametrize("version", ["1.3.0", "1.1.1"])
@pytest.mark.parametrize("crs", SYSTEMS)
def test_an_area_lies_on_its_pixels_in_every_system_and_axis_order(api: TestClient, crs: str, version: str) -> None:
    drawn = image(api.get("/wms", params=asked(crs, version)))
    assert drawn.shape == (400, 600, 4)
    for lon, lat, inside in (
        (WEST + 0.002, 34.43, True), (WEST - 0.002, 34.43, False), (EAST - 0.002, 34.41, True),
        (EAST + 0.002, 34.41, False), (115.63, NORTH - 0.002, True), (115.63, NORTH + 0.002, False),
        (115.63, SOUTH + 0.002, True), (115.63, SOUTH - 0.002, False),
    ):  # fmt: skip
        found = drawn[pixel(crs, lon, lat)]
        assert (np.abs(found[:3] - BLUE).max() <= 3) == inside, (crs, lon, lat, found)
        assert (found[3] > 0) == inside


@pytest.mark.parametrize("code", ["EPSG:900913", "epsg:102100", "EPSG:3785"])
def test_web_mercator_is_known_by_the_numbers_older_programs_gave_it(api: TestClient, code: str) -> None:
    query = asked("EPSG:3857", "1.1.1")
    assert api.get("/wms", params=query | {"srs": code}).content == api.get("/wms", params=query).content


def test_crs84_is_longitude_first_in_both_versions(api: TestClient) -> None:
    box = ",".join(map(str, AROUND))
    new = image(api.get("/wms", params=asked("EPSG:4490") | {"crs": "CRS:84", "bbox": box}))
    old = image(api.get("/wms", params=asked("EPSG:4326", "1.1.1")))
    assert np.abs(new - old).mean() < 0.5


def test_getmap_needs_no_service_and_takes_names_in_any_case(api: TestClient) -> None:
    query = {name.upper(): value for name, value in asked("EPSG:3857").items()}
    assert "SERVICE" not in query
    assert (image(api.get("/wms", params=query))[..., 3] > 0).any()
    assert (image(api.get("/collections/lake/wms", params=query))[..., 3] > 0).any()


def test_background_transparency_and_formats(api: TestClient) -> None:
    query = asked("EPSG:3857")
    red = image(api.get("/wms", params=query | {"transparent": "FALSE", "bgcolor": "0xFF0000"}))
    assert red[0, 0].tolist() == [255, 0, 0, 255]
    assert image(api.get("/wms", params=query))[0, 0, 3] == 0
    assert image(api.get("/wms", params=query | {"format": "image/jpeg"}))[0, 0].min() > 250
    for form in ("image/webp", "image/tiff"):
        answer = api.get("/wms", params=query | {"format": form})
        assert answer.headers["content-type"].startswith(form)
        assert Image.open(io.BytesIO(answer.content)).size == (600, 400)


def test_a_filter_a_time_and_a_resolution_change_the_picture(api: TestClient) -> None:
    query = asked("EPSG:4490", layers="pins")
    ink = {
        name: int((image(api.get("/wms", params=query | more))[..., 3] > 100).sum())
        for name, more in (
            ("all", {}), ("half", {"cql_filter": "kind='a'"}), ("early", {"time": "2010-01-01/2012-12-31"}),
            ("fine", {"dpi": "200"}), ("none", {"cql_filter": "kind='z'"}),
        )
    }  # fmt: skip
    assert ink["none"] == 0
    assert 0 < ink["early"] < ink["half"] < ink["all"] < ink["fine"]


def test_an_exception_may_stand_in_the_picture_or_leave_it_blank(api: TestClient) -> None:
    wrong = asked("EPSG:3857", layers="nowhere")
    told = image(api.get("/wms", params=wrong | {"exceptions": "INIMAGE", "transparent": "FALSE"}))
    blank = image(api.get("/wms", params=wrong | {"exceptions": "BLANK", "transparent": "FALSE"}))
    assert told.shape == blank.shape == (400, 600, 4)
    assert (told != 255).any()
    assert (blank == 255).all()


@pytest.mark.parametrize(
    ("change", "code", "status"),
    [
        ({"layers": "nowhere"}, "LayerNotDefined", 404),
        ({"layers": "secret"}, "LayerNotDefined", 404),
        ({"layers": "lake,nowhere"}, "LayerNotDefined", 404),
        ({"styles": "pretty"}, "StyleNotDefined", 400),
        ({"crs": "EPSG:2000"}, "InvalidCRS", 400),
        ({"version": "1.1.1", "srs": "EPSG:2000"}, "InvalidSRS", 400),
        ({"format": "image/gif"}, "InvalidFormat", 400),
        ({"bbox": "1,2,3"}, "InvalidParameterValue", 400),
        ({"bbox": "3,3,1,1"}, "InvalidParameterValue", 400),
        ({"bbox": "nan,0,1,1"}, "InvalidParameterValue", 400),
        ({"width": "0"}, "InvalidParameterValue", 400),
        ({"width": "100000"}, "InvalidParameterValue", 400),
        ({"height": None}, "MissingParameterValue", 400),
        ({"time": "yesterday"}, "InvalidDimensionValue", 400),
        ({"time": "2012-13", "layers": "pins"}, "InvalidDimensionValue", 400),
        ({"time": "2012,never", "layers": "pins"}, "InvalidDimensionValue", 400),
        ({"time": "2021", "layers": "pins"}, "InvalidDimensionValue", 400),
        ({"time": "2010-05-31", "layers": "pins"}, "InvalidDimensionValue", 400),
        ({"time": "2012,2031", "layers": "lake,pins"}, "InvalidDimensionValue", 400),
        ({"time": "../2009-12-31", "layers": "pins"}, "InvalidDimensionValue", 400),
        ({"time": ",".join(["2012"] * 101), "layers": "pins"}, "InvalidDimensionValue", 400),
        ({"time": "2021-01-01T00:00:00Z", "layers": "pins", "version": "1.1.1"}, "InvalidDimensionValue", 400),
        ({"request": "GetLegendGraphic", "layer": "lake", "format": "image/gif"}, "InvalidFormat", 400),
        ({"cql_filter": "nothing = 1"}, "InvalidParameterValue", 400),
        ({"cql_filter": "kind = 'a') OR (1=1"}, "InvalidParameterValue", 400),
        ({"bgcolor": "red;drop", "transparent": "FALSE"}, "InvalidParameterValue", 400),
        ({"request": "GetEverything"}, "OperationNotSupported", 400),
        ({"sld_body": "<StyledLayerDescriptor/>"}, "OperationNotSupported", 400),
        ({"SLD": "http://elsewhere.example/x.sld"}, "OperationNotSupported", 400),
        ({"request": "GetFeatureInfo", "query_layers": "pins", "i": "1", "j": "1"}, "LayerNotDefined", 400),
        ({"request": "GetFeatureInfo", "query_layers": "lake", "i": "600", "j": "1"}, "InvalidPoint", 400),
        ({"request": "GetFeatureInfo", "query_layers": "lake", "i": "1", "j": "-1"}, "InvalidPoint", 400),
        ({"request": "GetFeatureInfo", "query_layers": "lake", "i": "1"}, "InvalidPoint", 400),
        (
            {"request": "GetFeatureInfo", "query_layers": "lake", "i": "1", "j": "1", "info_format": "x/y"},
            "InvalidFormat", 400,
        ),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_with_its_code(api: TestClient, change: dict[str, Any], code: str, status: int) -> None:
    query = {name: value for name, value in (asked("EPSG:3857") | change).items() if value is not None}
    assert refused(api.get("/wms", params=query)) == (code, status)


def test_what_lies_under_a_pixel_is_told_in_every_form(api: TestClient) -> None:
    row, col = pixel("EPSG:4509", WEST + 0.05, SOUTH + 0.02)
    query = asked("EPSG:4509", layers="lake,pins") | {
        "request": "GetFeatureInfo", "query_layers": "lake,pins", "i": col, "j": row, "feature_count": 5,
    }  # fmt: skip
    found = api.get("/wms", params=query | {"info_format": "application/json"}).json()["features"]
    assert [(f["collection"], f["properties"]["name"]) for f in found] == [("lake", "湖"), ("pins", "点5")]
    assert found[1]["geometry"]["coordinates"] == pytest.approx([WEST + 0.05, SOUTH + 0.02], abs=1e-8)
    assert "名称 = 点5" in api.get("/wms", params=query).text
    assert api.get("/wms", params=query | {"info_format": "application/geojson"}).json()["features"] == found
    assert "<td>点5</td>" in api.get("/wms", params=query | {"info_format": "text/html"}).text
    old = asked("EPSG:4509", "1.1.1", layers="pins") | {
        "request": "GetFeatureInfo",
        "query_layers": "pins",
        "x": col,
        "y": row,
    }
    assert "点5" in api.get("/wms", params=old).text


@pytest.mark.parametrize(
    ("narrowing", "told"),
    [
        ({"time": "2014-01-01/2015-12-31"}, ["湖", "点5"]),
        ({"time": "2018-01-01/2020-12-31"}, ["湖"]),
        ({"cql_filter": ";kind='a'"}, ["湖", "点5"]),
        ({"cql_filter": ";kind='b'"}, ["湖"]),
    ],
)
def test_under_a_pixel_lies_what_the_picture_shows(api: TestClient, narrowing: dict[str, str], told: list[str]) -> None:
    row, col = pixel("EPSG:4490", WEST + 0.05, SOUTH + 0.02)
    query = asked("EPSG:4490", layers="lake,pins") | narrowing | {
        "request": "GetFeatureInfo", "query_layers": "lake,pins", "i": col, "j": row, "info_format": "application/json",
    }  # fmt: skip
    found = api.get("/wms", params=query).json()["features"]
    assert [feature["properties"]["name"] for feature in found] == told


@pytest.mark.parametrize("form", ["application/vnd.ogc.gml", "application/vnd.ogc.gml/3.1.1"])
@pytest.mark.parametrize("version", ["1.3.0", "1.1.1"])
def test_gdal_reads_what_lies_under_a_pixel_from_both_versions_of_gml(
    api: TestClient, tmp_path: Path, form: str, version: str
) -> None:
    row, col = pixel("EPSG:3857", WEST + 0.05, SOUTH + 0.02)
    names = {"i": col, "j": row} if version == "1.3.0" else {"x": col, "y": row}
    query = asked("EPSG:3857", version, layers="lake,pins") | names | {
        "request": "GetFeatureInfo", "query_layers": "lake,pins", "feature_count": 5,
    }  # fmt: skip
    answer = api.get("/wms", params=query | {"info_format": form})
    assert answer.headers["content-type"] == form
    told = api.get("/wms", params=query | {"info_format": "application/json"}).json()["features"]
    (tmp_path / "info.gml").write_bytes(answer.content)
    for feature in told:
        (row_read,) = geopandas.read_file(tmp_path / "info.gml", layer=feature["collection"]).itertuples()
        assert row_read.name == feature["properties"]["name"]
        assert shapely.equals_exact(row_read.geometry, shapely.geometry.shape(feature["geometry"]), 1e-9)


def test_gml_of_geometries_of_every_kind_and_of_names_xml_has_not_is_read_by_gdal(tmp_path: Path) -> None:
    hole = "POLYGON ((0 0, 9 0, 9 9, 0 9, 0 0), (1 1, 2 1, 2 2, 1 2, 1 1))"
    kinds = [hole, "LINESTRING (0 0, 1 2)", "MULTIPOINT (0 0, 1 2)", "MULTILINESTRING ((0 0, 1 2), (3 3, 4 4))",
             f"MULTIPOLYGON ({hole.removeprefix('POLYGON ')})",
             f"GEOMETRYCOLLECTION ({hole}, POINT (5 5))"]  # fmt: skip
    layer = SimpleNamespace(name="1-层")
    for number, wkt in enumerate(kinds):
        shape = shapely.from_wkt(wkt)
        feature = {
            "id": number, "geometry": json.loads(shapely.to_geojson(shape)),
            "properties": {"地类 1": "a<b&\x01c", "none": None},
        }  # fmt: skip
        for form in (GML_2, GML_3):
            path = tmp_path / f"{number}{form == GML_3}.gml"
            path.write_bytes(info_gml([Found(layer, [feature])], form))  # type: ignore[arg-type]
            (read,) = geopandas.read_file(path).to_dict("records")
            assert shapely.equals_exact(shapely.normalize(read["geometry"]), shapely.normalize(shape), 1e-9), (
                wkt,
                form,
            )
            assert read["地类_1"] == "a<b& c"


def test_a_private_layer_is_offered_and_drawn_for_its_department_only(api: TestClient) -> None:
    land = api.land  # type: ignore[attr-defined]
    whole = {"service": "WMS", "request": "GetCapabilities"}
    assert "secret" not in api.get("/wms", params=whole).text
    assert "secret" in api.get("/wms", params=whole, headers=land).text
    query = asked("EPSG:4490", layers="secret")
    assert (image(api.get("/wms", params=query, headers=land))[..., 3] > 0).any()
    assert api.get("/wms", params=query, headers={"Authorization": "Bearer wrong"}).status_code == 401
    assert api.get("/collections/secret/wms", params=whole).status_code == 404
    legend = {"request": "GetLegendGraphic", "layer": "secret", "format": "image/png"}
    assert refused(api.get("/wms", params=legend)) == ("LayerNotDefined", 404)


@pytest.mark.parametrize("version", ["1.3.0", "1.1.1"])
def test_capabilities_have_every_system_with_the_box_in_its_order(api: TestClient, version: str) -> None:
    body = api.get("/wms", params={"service": "WMS", "request": "GetCapabilities", "version": version}).content
    root = etree.fromstring(body)
    assert root.get("version") == version
    name = "CRS" if version == "1.3.0" else "SRS"
    boxes = {
        box.get(name): [float(box.get(side)) for side in ("minx", "miny", "maxx", "maxy")]
        for layer in root.iter("{*}Layer") if layer.findtext("{*}Name") == "lake"
        for box in layer.findall("{*}BoundingBox")
    }  # fmt: skip
    assert set(SYSTEMS) <= set(boxes)
    assert boxes["EPSG:4490"][0] == pytest.approx(SOUTH if version == "1.3.0" else WEST)
    assert (boxes["EPSG:4509"][0] > 3e6) == (version == "1.3.0")  # northing of the south-west corner
    assert all(box[0] < box[2] and box[1] < box[3] for box in boxes.values())


@pytest.mark.parametrize("version", ["1.3.0", "1.1.1"])
def test_capabilities_have_the_period_of_features_with_times_and_of_no_others(api: TestClient, version: str) -> None:
    body = api.get("/wms", params={"service": "WMS", "request": "GetCapabilities", "version": version}).content
    layers = {layer.findtext("{*}Name"): layer for layer in etree.fromstring(body).iter("{*}Layer")}
    dimension = layers["pins"].find("{*}Dimension")
    assert (dimension.get("name"), dimension.get("units")) == ("time", "ISO8601")
    extent = dimension if version == "1.3.0" else layers["pins"].find("{*}Extent[@name='time']")
    assert extent.text == "2010-06-01T00:00:00Z/2020-06-01T00:00:00Z/PT0S"
    assert extent.get("default") == "2010-06-01T00:00:00Z/2020-06-01T00:00:00Z"
    assert extent.get("multipleValues") == "1"
    assert layers["lake"].find("{*}Dimension") is None
    instant = layers["one"].find("{*}Dimension" if version == "1.3.0" else "{*}Extent[@name='time']")
    assert instant.text == instant.get("default") == "2015-03-01T00:00:00Z"
    spots = [pixel("EPSG:4490", WEST + i * 0.01, SOUTH + 0.02) for i in range(len(PINS))]
    span = extent.get("default")
    for more, drawn in (
        ({}, 11), ({"time": span}, 11), ({"time": span.partition("/")[0]}, 1), ({"time": "2012"}, 1),
        ({"time": "2012/2014"}, 3), ({"time": "2015-06"}, 1), ({"time": "2015-05"}, 0), ({"time": "../2012-06"}, 3),
        ({"time": "2012,2014-06-01,2018/2031"}, 5), ({"time": "2020-06-01/2031"}, 1), ({"time": "Current"}, 11),
    ):  # fmt: skip
        opacity = image(api.get("/wms", params=asked("EPSG:4490", layers="pins", **more)))[..., 3]
        assert sum(opacity[spot] > 100 for spot in spots) == drawn


def test_time_is_passed_over_for_a_layer_that_declares_none(api: TestClient) -> None:
    assert image(api.get("/wms", params=asked("EPSG:4490", time="1900")))[..., 3].any()


@pytest.mark.parametrize(
    ("time", "level"),
    [("", 200), ("2019-05-01", 60), ("2021-06", 200), ("../2020-12-31", 60), ("2019-05-01,2021-06-01", 200)],
)
def test_a_pixel_of_imagery_is_asked_about_at_the_time_of_the_picture(api: TestClient, time: str, level: int) -> None:
    query = asked("EPSG:4490", layers="flights", time=time)
    assert image(api.get("/wms", params=query))[200, 300, :3].tolist() == [level] * 3
    info = {"request": "GetFeatureInfo", "query_layers": "flights", "i": 300, "j": 200}
    (found,) = api.get("/wms", params=query | info | {"info_format": "application/json"}).json()["features"]
    assert found["properties"]["grey"] == level


@pytest.mark.parametrize(
    ("layer", "subset", "level"),
    [
        ("flights", "time(*:*)", 200), ("flights", "time(*)", 200), ("flights", 'time("2019")', 60),
        ("flights", 'time("2019-05":*)', 200), ("flights", 'time("2019-05-01T12Z")', 60),
        ("flights", 'time(*:"2019-05-01T12:00Z")', 60), ("flights", 'time("1800":"2014")', None),
        ("flights", 'time("2020")', None), ("flights", "Lat(200:300)", None),
        ("lake", 'time("1800")', 220), ("lake", 'time("1800"),Lat(34.35:34.5)', 220),
    ],
)  # fmt: skip
def test_a_part_of_the_time_of_a_map_is_drawn_and_where_there_is_none_not_found(
    api: TestClient, layer: str, subset: str, level: int | None
) -> None:
    """As OGC's suite of Maps asks; what has no time of its own is there at any."""
    answer = api.get(f"/collections/{layer}/map", params={"subset": subset, "width": 60, "height": 30, "f": "png"})
    if level is None:
        assert (answer.status_code, answer.json()["type"]) == (404, "/problems/outside-extent"), answer.text
    else:
        assert abs(image(answer)[15, 30, 1] - level) <= 1
    both = api.get("/map", params={"collections": f"{layer},one", "subset": subset, "width": 60, "height": 30})
    assert both.status_code == (404 if level is None else 200)


@pytest.mark.parametrize("time", ["2020-01-01", "2018", "2019-05-01,2020-01-01", "2022/2031"])
def test_imagery_of_a_day_without_a_flight_is_refused(api: TestClient, time: str) -> None:
    for version in ("1.3.0", "1.1.1"):
        answer = api.get("/wms", params=asked("EPSG:4490", version, layers="flights", time=time))
        assert refused(answer) == ("InvalidDimensionValue", 400)
    assert "2019-05-01" in answer.text


@pytest.mark.parametrize(
    ("layer", "time", "told"),
    [
        ("flights", "", {"grey": 200}), ("flights", "2019-05-01", {"grey": 60}),
        ("pins", "2015-06-01", {"name": "点5"}), ("pins", "2012", None),
    ],
)  # fmt: skip
def test_a_pixel_of_a_wmts_tile_is_asked_about_at_its_time(
    api: TestClient, layer: str, time: str, told: dict[str, Any] | None
) -> None:
    lon, lat, level = WEST + 0.05, SOUTH + 0.02, 13
    across, down = (lon + 180) / 180 * 2**level, (90 - lat) / 180 * 2**level
    query = {
        "service": "WMTS", "request": "GetFeatureInfo", "version": "1.0.0", "layer": layer, "style": "default",
        "format": "image/png", "tilematrixset": "WorldCRS84Quad", "tilematrix": level, "tilerow": int(down),
        "tilecol": int(across), "i": int(across % 1 * 256), "j": int(down % 1 * 256), "infoformat": "application/json",
    }  # fmt: skip
    found = api.get("/wmts", params=query | ({"time": time} if time else {})).json()["features"]
    assert [{name: feature["properties"][name] for name in told or ()} for feature in found] == [told] * len(found)
    assert bool(found) == (told is not None)
    assert api.get("/wmts", params=query | {"time": "yesterday"}).status_code == 400


def test_the_days_of_a_raster_are_declared_one_by_one_and_no_other_lies_in_them() -> None:
    days = Moments(days=(date(2019, 5, 1), date(2021, 6, 1)))
    assert (days.extent, days.default) == ("2019-05-01,2021-06-01", "2019-05-01/2021-06-01")
    for text, met in (
        ("2019-05-01", True), ("2020-01-01", False), ("2020-01-01/..", True), ("../2019-04-30", False),
        ("2021-06-01T23:00:00Z", True), ("2019-05-02/2021-05-31", False),
    ):  # fmt: skip
        assert days.meet(read_period(text, "time")) == met, text
    assert Moments(days=(date(2019, 5, 1),)).extent == "2019-05-01"


def test_a_period_without_an_end_is_not_declared_and_holds_all_after_its_beginning() -> None:
    running = Moments(ends=("1999-05-01T00:00:00Z", None))
    assert (running.extent, running.default) == (None, None)
    assert running.meet(read_period("2031-01-01", "time"))
    assert not running.meet(read_period("1999-04-30", "time"))


def test_the_capabilities_of_1_1_1_declare_xlink_where_their_dtd_does(api: TestClient) -> None:
    """A DTD knows no namespaces: it has the declaration as an attribute of OnlineResource, and of nothing else."""
    text = api.get("/wms", params={"service": "WMS", "request": "GetCapabilities", "version": "1.1.1"}).text
    assert '<WMT_MS_Capabilities version="1.1.1">' in text
    assert text.count("<OnlineResource ") == text.count("xmlns:xlink=") > 3
    assert text.count("xmlns") == text.count('<OnlineResource xmlns:xlink="http://www.w3.org/1999/xlink"')


def test_a_version_is_agreed_on(api: TestClient) -> None:
    query = {"service": "WMS", "request": "GetCapabilities"}
    for given, agreed in (
        ("1.3.0", "1.3.0"),
        ("9.9.9", "1.3.0"),
        ("1.1.0", "1.1.1"),
        ("1.0.0", "1.1.1"),
        ("", "1.3.0"),
    ):
        answer = api.get("/wms", params=query | ({"version": given} if given else {}))
        assert etree.fromstring(answer.content).get("version") == agreed


def test_a_legend_is_a_picture_in_both_languages(api: TestClient) -> None:
    query = {"request": "GetLegendGraphic", "layer": "lake", "format": "image/png"}
    legend = image(api.get("/wms", params=query))
    assert (np.abs(legend[..., :3] - BLUE).max(axis=2) <= 3).any()
    assert (legend[:, 45:, :3] < 120).any()  # a name beside it
    larger = image(api.get("/wms", params=query | {"dpi": "180"}))
    assert larger.shape[0] > 1.8 * legend.shape[0]
    assert image(api.get("/collections/lake/legend", params={"f": "png", "lang": "en"})).shape[2] == 4
    assert api.get("/collections/lake/legend").json()["entries"]
    known = {"If-None-Match": api.get("/wms", params=query).headers["etag"]}
    assert api.get("/wms", params=query, headers=known).status_code == 304


def test_a_map_that_the_client_has_is_not_drawn_again(api: TestClient) -> None:
    answer = api.get("/wms", params=asked("EPSG:3857"))
    again = api.get("/wms", params=asked("EPSG:3857"), headers={"If-None-Match": answer.headers["etag"]})
    assert again.status_code == 304


def test_a_box_beyond_the_projection_draws_what_can_be_drawn(api: TestClient) -> None:
    query = asked("EPSG:4509") | {"bbox": "-90000000,-90000000,90000000,90000000", "width": 64, "height": 64}
    assert image(api.get("/wms", params=query)).shape == (64, 64, 4)
