import csv
import io
import json
import time
import zipfile
from xml.etree import ElementTree

import geopandas
import numpy as np
import pyarrow.parquet as pq
import pyogrio
import pytest
import shapely

from geoservice.files.formats import FILE_FORMATS
from layers.crs.names import crs_uri
from layers.layer import Column
from layers.tables import Statement, quote, run
from tests.feature_layers import buildings, make_layer
from tests.geoservice.api_app import api_client

MANY = 4500


@pytest.fixture(scope="module")
def client(database, tmp_path_factory):
    with database.session() as session:
        make_layer(session, "buildings", buildings())
        grid = [(f"点{i}", f"POINT({115 + (i % 70) / 100} {34 + (i // 70) / 100})") for i in range(MANY)]
        make_layer(session, "many", grid, [Column("name", "name", "text")])
        awkward = [("a\vb\x01\ufffe<&>]]>𠮷", "POINT(115.65 34.44)"), (None, "POINT(115.66 34.44)")]
        make_layer(session, "awkward", awkward, [Column('备注 "a&b" <c>', "备注", "text")])
        session.commit()
    with api_client(database, tmp_path_factory.mktemp("data")) as client:
        yield client


@pytest.fixture
def truth(client, database):
    def ask(layer, srid=4490):
        table = quote(client.app.state.catalogue.layers[layer].version.table)
        sql = (
            f"SELECT fid, ST_X(g), ST_Y(g) FROM (SELECT fid, ST_Transform(geom, {srid}) g FROM {table}) t ORDER BY fid"
        )
        with database.session() as session:
            return np.array([tuple(row) for row in run(session, Statement(sql))], dtype=float)

    return ask


def fetch(client, tmp_path, form, layer="many", query=""):
    response = client.get(f"/collections/{layer}/items?f={form}{query}")
    assert response.status_code == 200, response.text
    suffix = {"shp": "shp.zip"}.get(form, form)
    assert f'filename="{layer}.{suffix}"' in response.headers["content-disposition"]
    path = tmp_path / f"{layer}.{suffix}"
    path.write_bytes(response.content)
    return path


@pytest.mark.parametrize("form", FILE_FORMATS)
def test_a_file_written_for_each_range_is_one_file(client, form):
    address = f"/collections/buildings/items?f={form}"
    whole = client.get(address)
    if form == "shp":
        time.sleep(2)  # as exactly as an archive tells time
    size = len(whole.content)
    parts = [
        client.get(address, headers={"Range": f"bytes={a}-{b}"}) for a, b in ((0, size // 2), (size // 2 + 1, size))
    ]
    assert {part.status_code for part in parts} == {206}
    assert {part.headers["etag"] for part in parts} == {whole.headers["etag"]}
    assert b"".join(part.content for part in parts) == whole.content


@pytest.mark.parametrize("form", ["gpkg", "fgb", "shp", "gml", "kml", "dxf"])
def test_a_file_holds_the_whole_layer_at_the_coordinates_of_sql(client, tmp_path, truth, form):
    path = fetch(client, tmp_path, form)
    _, _, geometry, _ = pyogrio.raw.read(f"/vsizip/{path}/many.shp" if form == "shp" else path)
    expected = truth("many")[:, 1:]
    given = shapely.get_coordinates(shapely.from_wkb(geometry))
    order = np.lexsort(np.round(given, 6).T)
    assert len(given) == MANY
    assert np.abs(given[order] - expected[np.lexsort(np.round(expected, 6).T)]).max() < 1e-7


def test_a_file_in_another_crs_is_east_north(client, tmp_path, truth):
    path = fetch(client, tmp_path, "gpkg", query=f"&crs={crs_uri(4509)}")
    meta, _, geometry, _ = pyogrio.raw.read(path)
    assert meta["crs"] == "EPSG:4509"
    given = shapely.get_coordinates(shapely.from_wkb(geometry))
    assert np.abs(given - truth("many", 4509)[:, 1:]).max() < 1e-3


def test_geoparquet_is_read_by_geopandas_with_types_and_nulls(client, tmp_path):
    path = fetch(client, tmp_path, "parquet", "buildings")
    frame = geopandas.read_parquet(path)
    assert frame.crs.to_epsg() == 4490
    assert frame["floors"].tolist() == list(range(1, 13))
    assert frame["code"].isna().sum() == 1
    assert frame.geometry.isna().sum() == 1
    assert json.loads(pq.read_schema(path).metadata[b"geo"])["version"] == "1.1.0"


def test_csv_has_wkt_and_opens_in_a_chinese_spreadsheet(client, tmp_path):
    content = fetch(client, tmp_path, "csv", "buildings").read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
    assert len(rows) == 12
    assert rows[2]["name"] == 'O\'Brien "3" Café'
    assert rows[0]["WKT"].startswith("POINT (115.1")


def test_a_shapefile_comes_in_either_encoding(client, tmp_path):
    for encoding, codec in (("UTF-8", "utf-8"), ("GBK", "gbk")):
        path = fetch(client, tmp_path, "shp", query=f"&limit=3&encoding={encoding}")
        with zipfile.ZipFile(path) as archive:
            assert {name.rsplit(".", 1)[1] for name in archive.namelist()} >= {"shp", "shx", "dbf", "prj", "cpg"}
            assert "点1".encode(codec) in archive.read("many.dbf")


@pytest.mark.parametrize("form", ["kml", "gml"])
def test_names_and_texts_that_xml_cannot_hold_leave_the_file_readable(client, tmp_path, form):
    path = fetch(client, tmp_path, form, "awkward")
    ElementTree.parse(path)
    meta, _, _, fields = pyogrio.raw.read(path, columns=None)
    [texts] = [values for name, values in zip(meta["fields"], fields, strict=True) if name.startswith("备注")]
    assert list(texts) == ["a b  <&>]]>𠮷", None]
    if form == "kml":
        assert '备注 "a&b" <c>' in meta["fields"]


def test_a_gml_is_read_with_no_columns_but_the_layer_s(client, tmp_path):
    meta, *_ = pyogrio.raw.read(fetch(client, tmp_path, "gml"))
    assert set(meta["fields"]) <= {"gml_id", "id", "fid", "name"}


def test_conditions_and_limit_choose_what_the_file_holds(client, tmp_path):
    assert len(pyogrio.read_dataframe(fetch(client, tmp_path, "gpkg", "buildings", "&filter=floors>9"))) == 3
    assert len(pyogrio.read_dataframe(fetch(client, tmp_path, "fgb", query="&limit=7"))) == 7


@pytest.mark.parametrize("asked", ["application/vnd.flatgeobuf", "application/flatgeobuf"])
def test_accept_chooses_a_file_too(client, asked):
    response = client.get("/collections/buildings/items", headers={"Accept": asked})
    assert response.headers["content-type"] == "application/vnd.flatgeobuf"


@pytest.mark.parametrize(
    ("query", "parameter"), [("sortby=name", "sortby"), ("offset=2", "offset"), ("encoding=x", "encoding")]
)
def test_what_belongs_to_pages_is_refused_for_files(client, query, parameter):
    response = client.get(f"/collections/buildings/items?f=gpkg&{query}")
    assert (response.status_code, response.json()["parameter"]) == (400, parameter)


@pytest.mark.parametrize("form", ["csv", "fgb", "gpkg", "parquet", "shp", "kml", "gml", "dxf"])
@pytest.mark.parametrize(
    "query", ["filter=nothing=1", "filter=name%3D1", "filter=(floors%2B9)^999=1", "filter=(", "sortby=nothing"]
)
def test_what_cannot_be_asked_is_told_whatever_the_form(client, form, query):
    response = client.get(f"/collections/buildings/items?f={form}&{query}")
    assert response.status_code == 400, response.text
    assert response.json()["parameter"] == query.partition("=")[0]


def test_one_feature_comes_as_geojson_or_html_only(client):
    assert client.get("/collections/buildings/items/1?f=gpkg").status_code == 400


@pytest.mark.parametrize(
    ("method", "headers", "status"),
    [
        ("GET", {}, 200), ("HEAD", {}, 200), ("HEAD", {"Range": "bytes=0-9"}, 200),
        ("GET", {"Range": "bytes=0-9"}, 206), ("GET", {"Range": "bytes=999999999-"}, 416),
        ("GET", {"Range": "bytes=a-b"}, 200),
        ("GET", {"Range": "lines=0-9"}, 200), ("GET", {"Range": "bytes=0-9", "If-Range": "TAG"}, 200),
    ],
)  # fmt: skip
def test_nothing_is_left_behind(client, tmp_path, monkeypatch, method, headers, status):
    address = "/collections/buildings/items?f=gpkg"
    made = client.head(address).headers
    assert "last-modified" not in made
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    headers = {name: value.replace("TAG", made["etag"]) for name, value in headers.items()}
    assert client.request(method, address, headers=headers).status_code == status
    assert list(tmp_path.glob("geoservice-download-*")) == []
