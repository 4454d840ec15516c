"""GDAL, OWSLib and QGIS read by WFS 2.0 what SQL says is there, in every axis order."""

import json
import re
import shutil
import subprocess
import urllib.request
import xml.etree.ElementTree as ET
from functools import cache
from typing import Any

import pyogrio
import pytest
import shapely
from owslib.fes2 import And, BBox, PropertyIsEqualTo, PropertyIsLike
from owslib.wfs import WebFeatureService

from tests.clients.conftest import WELLS
from tests.clients.qgis import Qgis, by_each_qgis

pytestmark = pytest.mark.clients
SYSTEMS = {4490: 1e-7, 4326: 1e-7, 4547: 1e-4, 3857: 1e-4}
"""The systems compared, with what may be lacking, in their units."""
INSIDE = "SELECT count(*) FROM {table} WHERE ST_Intersects(geom, ST_MakeEnvelope(115.1, 34.1, 115.2, 34.2, 4490))"


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch):
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.setenv(name, "127.0.0.1")


def points_of(live, srid):
    moved = f"SELECT name, ST_X(g), ST_Y(g) FROM (SELECT name, ST_Transform(geom, {srid}) g FROM {{table}}) t"
    return sorted(live.truth("wells", moved))


def agree(found, truth, within):
    assert len(found) == len(truth)
    for (name, x, y), (true_name, true_x, true_y) in zip(sorted(found), truth, strict=True):
        assert name == true_name
        assert (x, y) == pytest.approx((true_x, true_y), abs=within)


# -- GDAL ----------------------------------------------------------------------------------------------------------


def read(live, layer, **options):
    return pyogrio.raw.read(f"WFS:{live.url}/wfs", layer=f"city:{layer}", **options)


@pytest.mark.cell("GDAL of pyogrio", "WFS")
def test_pyogrio_lists_the_layers(live):
    names = [name for name, _ in pyogrio.list_layers(f"WFS:{live.url}/wfs")]
    assert {name.removeprefix("city:") for name in names} == set(live.catalogue.layers)


@pytest.mark.cell("GDAL of pyogrio", "WFS")
def test_pyogrio_reads_every_page_of_points_with_values_and_coordinates_of_sql(live):
    meta, _, shapes, columns = read(live, "wells")
    assert "4490" in meta["crs"]
    values = dict(zip(meta["fields"], columns, strict=True))
    points = shapely.get_coordinates(shapely.from_wkb(shapes))
    agree([(n, x, y) for n, (x, y) in zip(values["name"], points, strict=True)], points_of(live, 4490), 1e-7)


@pytest.mark.cell("GDAL of pyogrio", "WFS")
@pytest.mark.parametrize("srid", SYSTEMS)
def test_pyogrio_in_another_system_gets_the_coordinates_of_sql(live, srid):
    address = f"WFS:{live.url}/wfs?SRSNAME=urn:ogc:def:crs:EPSG::{srid}"
    meta, _, shapes, columns = pyogrio.raw.read(address, layer="city:wells")
    values = dict(zip(meta["fields"], columns, strict=True))
    points = shapely.get_coordinates(shapely.from_wkb(shapes))
    found = [(n, x, y) for n, (x, y) in zip(values["name"], points, strict=True)]
    agree(found, points_of(live, srid), SYSTEMS[srid])
    assert any(f"EPSG::{srid}" in one for one in live.asked())


@pytest.mark.cell("GDAL of pyogrio", "WFS")
def test_pyogrio_reads_types_nulls_and_areas_whole(live):
    meta, _, shapes, columns = read(live, "buildings")
    values = dict(zip(meta["fields"], columns, strict=True))
    assert dict(zip(meta["fields"], meta["ogr_types"], strict=True))["floors"] == "OFTInteger"
    assert dict(zip(meta["fields"], meta["ogr_types"], strict=True))["built"] == "OFTDate"
    assert list(values["floors"]) == list(range(1, 13))
    assert values["code"][4] is None
    assert shapes[10] is None
    assert values["name"][2] == 'O\'Brien "3" Café'
    areas = sorted(shapely.area(shapely.from_wkb(read(live, "parcels")[2])))
    truth = sorted(row[0] for row in live.truth("parcels", "SELECT ST_Area(geom) FROM {table}"))
    assert areas == pytest.approx(truth, rel=1e-6)


@pytest.mark.cell("GDAL of pyogrio", "WFS")
def test_pyogrio_sends_boxes_and_conditions_to_the_server(live):
    _, _, shapes, _ = read(live, "wells", bbox=(115.1, 34.1, 115.2, 34.2))
    assert len(shapes) == live.truth("wells", INSIDE)[0][0]
    _, _, shapes, _ = read(live, "wells", where="kind = 3 AND (name LIKE '井1%' OR name IS NULL)")
    truth = "SELECT count(*) FROM {table} WHERE kind = 3 AND left(name, 2) = '井1'"
    assert len(shapes) == live.truth("wells", truth)[0][0]
    asked = [one for one in live.asked() if "/wfs" in one]
    assert any("BBOX=" in one.upper() or "Envelope" in one for one in asked)
    assert any("PropertyIsLike" in one for one in asked)


@pytest.fixture
def ogrinfo():
    program = shutil.which("ogrinfo")
    if program is None:
        pytest.skip("no gdal-bin on this machine")

    def run_it(*arguments):
        command = [program, "-ro", "--config", "OGR_WFS_PAGE_SIZE", "500", *arguments]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run_it


@pytest.mark.cell("GDAL of Debian", "WFS")
def test_debians_gdal_reads_every_page(live, ogrinfo):
    out = ogrinfo(f"WFS:{live.url}/wfs", "city:wells")
    found = re.findall(r"name \(String\) = (\S+)\n.*\n\s+POINT \((\S+) (\S+)\)", out)
    agree([(name, float(x), float(y)) for name, x, y in found], points_of(live, 4490), 1e-7)


@pytest.mark.cell("GDAL of Debian", "WFS")
def test_debians_gdal_reads_boxes_conditions_and_one_feature(live, ogrinfo):
    box = ogrinfo(f"WFS:{live.url}/wfs", "city:wells", "-so", "-spat", "115.1", "34.1", "115.2", "34.2")
    assert f"Feature Count: {live.truth('wells', INSIDE)[0][0]}" in box
    some = ogrinfo(f"WFS:{live.url}/wfs", "city:wells", "-so", "-where", "kind IN (1, 2) AND name <> '井8'")
    truth = live.truth("wells", "SELECT count(*) FROM {table} WHERE kind IN (1, 2) AND name <> '井8'")
    assert f"Feature Count: {truth[0][0]}" in some
    one = ogrinfo(f"WFS:{live.url}/wfs", "city:buildings", "-where", "gml_id = 'buildings.4'")
    assert "楼4" in one
    assert "Feature Count: 1" in one


# -- OWSLib --------------------------------------------------------------------------------------------------------


@pytest.fixture
def wfs(live):
    return WebFeatureService(f"{live.url}/wfs", version="2.0.0")


def positions(body):
    """Name and position of every well in a document, as written."""
    for well in ET.fromstring(body).iter("{urn:geoservice:layers}wells"):
        first, second = well.findtext(".//{http://www.opengis.net/gml/3.2}pos").split()
        yield well.findtext("{urn:geoservice:layers}name"), float(first), float(second)


@pytest.mark.cell("OWSLib", "WFS")
def test_owslib_reads_the_capabilities_and_the_schema(live, wfs):
    assert set(wfs.contents) == {f"city:{name}" for name in live.catalogue.layers}
    wells = wfs.contents["city:wells"]
    assert wells.crsOptions[0].code == 4490
    assert wells.boundingBoxWGS84 == pytest.approx((115, 34, 115.49, 34.46))
    schema = wfs.get_schema("city:buildings")
    assert schema["properties"]["floors"] == "int"
    assert schema["geometry"] == "Point"
    assert {"GetFeature", "GetPropertyValue"} <= {operation.name for operation in wfs.operations}
    assert [query.id for query in wfs.storedqueries] == ["urn:ogc:def:query:OGC-WFS::GetFeatureById"]


@pytest.mark.cell("OWSLib", "WFS")
@pytest.mark.parametrize("srid", SYSTEMS)
def test_owslib_in_every_system_gets_the_coordinates_of_sql(live, wfs, srid):
    answer = wfs.getfeature("city:wells", srsname=f"urn:ogc:def:crs:EPSG::{srid}")
    swapped = srid != 3857  # the authority's order: north first
    found = [(name, *((b, a) if swapped else (a, b))) for name, a, b in positions(answer.read())]
    agree(found, points_of(live, srid), SYSTEMS[srid])


@pytest.mark.cell("OWSLib", "WFS")
def test_owslib_selects_as_sql_does_by_box_filter_and_identifier_by_get_and_by_post(live, wfs):
    urn = "urn:ogc:def:crs:EPSG::4490"
    box = wfs.getfeature("city:wells", bbox=(115.1, 34.1, 115.2, 34.2, urn), srsname=urn)  # it turns them
    assert len(list(positions(box.read()))) == live.truth("wells", INSIDE)[0][0]
    some = And([PropertyIsEqualTo("kind", "3"), PropertyIsLike("name", "井1%", wildCard="%")])
    here = BBox([34.1, 115.1, 34.2, 115.2], crs=urn)
    filter_ = '<Filter xmlns="http://www.opengis.net/fes/2.0">{}</Filter>'
    for condition, sql in (
        (some, "SELECT count(*) FROM {table} WHERE kind = 3 AND left(name, 2) = '井1'"), (here, INSIDE),
    ):  # fmt: skip
        text = filter_.format(ET.tostring(condition.toXML(), encoding="unicode"))
        for method in ("Get", "Post"):
            answer = wfs.getfeature("city:wells", filter=text, method=method)
            assert len(list(positions(answer.read()))) == live.truth("wells", sql)[0][0], (method, sql)
    (one,) = json.loads(wfs.getfeature(featureid=["wells.7"], outputFormat="application/json").read())["features"]
    assert one["id"] == 7
    answer = wfs.getfeature(
        storedQueryID="urn:ogc:def:query:OGC-WFS::GetFeatureById", storedQueryParams={"ID": "wells.7"}
    )
    assert b'gml:id="wells.7"' in answer.read()


@pytest.mark.cell("OWSLib", "WFS")
def test_owslib_turns_pages_in_an_order(live, wfs):
    names = []
    for start in range(0, WELLS, 1000):
        page = wfs.getfeature("city:wells", maxfeatures=1000, startindex=start, sortby=["kind D"])
        names += [name for name, _, _ in positions(page.read())]
    truth = live.truth("wells", "SELECT name FROM {table} ORDER BY kind DESC, fid")
    assert names == [row[0] for row in truth]


# -- QGIS ----------------------------------------------------------------------------------------------------------


@cache
def seen(qgis: Qgis, url: str) -> Any:
    """What one QGIS read of the service, read once."""
    return qgis.run("qgis_wfs.py", url)


@by_each_qgis("WFS")
def test_qgis_reads_every_page_with_the_values_and_coordinates_of_sql(live, qgis):
    found = seen(qgis, live.url)
    place = [name for name, _ in found["fields"]].index("name")
    agree([(row["values"][place], *row["point"]) for row in found["wells"]], points_of(live, 4490), 1e-7)
    assert found["crs"] == "EPSG:4490"


@by_each_qgis("WFS")
def test_qgis_selects_by_box_and_condition_as_sql_does(live, qgis):
    found = seen(qgis, live.url)
    assert found["inside"] == live.truth("wells", INSIDE)[0][0]
    truth = live.truth("wells", "SELECT count(*) FROM {table} WHERE kind = 3 AND left(name, 2) = '井1'")
    assert found["filtered"][0] == truth[0][0]


@by_each_qgis("WFS")
def test_qgis_reads_areas_whole_and_features_without_geometry(live, qgis):
    found = seen(qgis, live.url)
    truth = sorted(row[0] for row in live.truth("parcels", "SELECT ST_Area(geom) FROM {table}"))
    assert sorted(row["area"] for row in found["parcels"]) == pytest.approx(truth, rel=1e-6)
    assert found["parcel_type"] == 6  # MultiPolygon
    assert len(found["buildings"]) == 12


@by_each_qgis("WFS")
@pytest.mark.parametrize("srid", [4326, 4547])
def test_qgis_in_another_system_gets_the_coordinates_of_sql(live, qgis, srid):
    found = seen(qgis, live.url)["systems"][f"EPSG:{srid}"]
    truth = sorted((x, y) for _, x, y in points_of(live, srid))
    assert len(found) == len(truth)
    for point, true in zip(sorted(map(tuple, found)), truth, strict=True):
        assert point == pytest.approx(true, abs=SYSTEMS[srid])


# -- files ---------------------------------------------------------------------------------------------------------


@pytest.mark.cell("GDAL of pyogrio", "WFS")
@pytest.mark.parametrize("layer", ["parcels", "tracks", "buildings"])
def test_pyogrio_reads_a_gml_file_by_the_schema_it_names(live, tmp_path, layer):
    path = tmp_path / f"{layer}.gml"
    with urllib.request.urlopen(f"{live.url}/collections/{layer}/items?f=gml") as answer:
        path.write_bytes(answer.read())
    meta, _, shapes, columns = pyogrio.raw.read(path)
    values = dict(zip(meta["fields"], columns, strict=True))
    code = {"parcels": "dlbm", "buildings": "code", "tracks": "time"}[layer]
    assert any("DescribeFeatureType" in one for one in live.asked())
    truth = live.truth(layer, f"SELECT {code}, ST_AsBinary(geom) FROM {{table}} ORDER BY fid")
    if layer != "tracks":
        assert list(values[code]) == [row[0] for row in truth]  # '0101' is a text
    found, stored = (
        shapely.normalize(shapely.from_wkb(wkb)) for wkb in (shapes, [row[1] for row in truth])
    )  # areas are turned
    nowhere = shapely.is_missing(stored)
    assert (shapely.is_missing(found) == nowhere).all()
    assert shapely.equals_exact(found, stored, 1e-7)[~nowhere].all()


@pytest.mark.cell("GDAL of Debian", "WFS")
def test_debians_gdal_keeps_the_zeros_of_codes_in_a_gml_file(live, ogrinfo, tmp_path):
    path = tmp_path / "parcels.gml"
    with urllib.request.urlopen(f"{live.url}/collections/parcels/items?f=gml") as answer:
        path.write_bytes(answer.read())
    assert "dlbm (String) = 0101" in ogrinfo(str(path), "parcels", "-fid", "1")
