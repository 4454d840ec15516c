import os
import time
from types import SimpleNamespace

import ezdxf
import numpy as np
import pyogrio
import pytest
import shapely

from geoservice.auth import create_token
from geoservice.files.exports import clean_exports
from geoservice.jobs import worker
from geoservice.service import Service
from layers.layer import Column
from layers.storage import Storage
from tests.feature_layers import COLUMNS, buildings, make_layer
from tests.geoservice.api_app import api_client

KINDS = (Column("类别", "类别", "text"), Column("big", "big", "bigint"))
MANY = 5_000


@pytest.fixture(scope="module")
def tokens(database):
    with database.session() as session:
        make_layer(session, "buildings", buildings(), COLUMNS)
        rows = [
            ("道路" if i % 2 else "房屋/1", 2**53 + i, f"POINT({115 + i / 1e5} {34 + i / 1e5})") for i in range(MANY)
        ]
        make_layer(session, "kinds", rows, KINDS, style={"class": "类别"})
        make_layer(session, "secret", rows[:1], KINDS, public=False, department="land")
        found = {name: create_token(session, name, [], write=False) for name in ("reader", "other")}
        session.commit()
    return found


@pytest.fixture(scope="module")
def client(database, tokens, tmp_path_factory):
    with api_client(database, tmp_path_factory.mktemp("data"), export_mb=50) as client:
        client.headers["Authorization"] = f"Bearer {tokens['reader']}"
        yield client


@pytest.fixture
def service(client, database):
    state = client.app.state
    return Service(state.settings, state.frame, database, Storage(state.settings.storage_root))


def export(client, service, layer="kinds", **query):
    """Ask, do the job here, and return the job."""
    response = client.post(f"/collections/{layer}/exports", params=query)
    assert response.status_code == 202, response.text
    job_id = worker._claim(service)
    worker.run_job(service, job_id)
    return client.get(response.headers["location"]).json()


def fetch(client, job, tmp_path):
    href = next(link["href"] for link in job["links"] if link["rel"] == "enclosure")
    response = client.get(href)
    assert response.status_code == 200
    path = tmp_path / href.rsplit("/", 1)[1]
    path.write_bytes(response.content)
    return path


@pytest.mark.parametrize("form", ["gpkg", "fgb", "parquet", "geojson", "shp", "gml", "kml", "csv"])
def test_a_job_writes_the_whole_layer_in_every_form(client, service, tmp_path, form):
    job = export(client, service, f=form)
    assert (job["state"], job["outcome"]["features"]) == ("done", MANY)
    path = fetch(client, job, tmp_path)
    if form == "parquet":
        import geopandas

        frame = geopandas.read_parquet(path)
        names, bigs = frame["类别"].tolist(), frame["big"].tolist()
    else:
        meta, _, geometry, fields = pyogrio.raw.read(f"/vsizip/{path}" if form == "shp" else path)
        assert len(geometry if geometry is not None else fields[0]) == MANY
        columns = dict(zip([str(name) for name in meta["fields"]], fields, strict=True))
        names, bigs = columns["类别"].tolist(), [int(value) for value in columns["big"]]
    assert sorted(zip(bigs, names, strict=True))[:2] == [(2**53, "房屋/1"), (2**53 + 1, "道路")]


def test_dates_nulls_and_int64_survive_in_a_geopackage(client, service, tmp_path):
    frame = pyogrio.read_dataframe(fetch(client, export(client, service, "buildings", f="gpkg"), tmp_path))
    assert frame["built"].isna().sum() == 1
    assert str(frame["built"].dropna().iloc[0])[:10] == "2001-01-15"
    assert frame["code"].isna().sum() == 1
    assert str(frame["seen"].iloc[0]).startswith("2020-01-01 00:00:00")
    assert frame.geometry.isna().sum() == 1


def test_a_drawing_has_the_layers_of_its_classes(client, service, tmp_path):
    path = fetch(client, export(client, service, f="dxf", limit=100), tmp_path)
    drawing = ezdxf.readfile(path)
    assert {"道路", "房屋_1"} <= {layer.dxf.name for layer in drawing.layers}
    drawn = [entity.dxf.layer for entity in drawing.modelspace()]
    assert (drawn.count("道路"), drawn.count("房屋_1")) == (50, 50)


def test_conditions_and_coordinates_are_those_of_items(client, service, tmp_path):
    crs = "http://www.opengis.net/def/crs/EPSG/0/4509"
    job = export(client, service, f="gpkg", crs=crs, filter="big < 9007199254741002")
    assert job["outcome"]["features"] == 10
    meta, _, geometry, _ = pyogrio.raw.read(fetch(client, job, tmp_path))
    assert "4509" in meta["crs"]
    at = shapely.get_coordinates(shapely.from_wkb(geometry))
    assert np.all((at[:, 0] > 300_000) & (at[:, 0] < 700_000) & (at[:, 1] > 3_700_000))


def test_part_of_the_file_can_be_fetched(client, service):
    job = export(client, service, f="csv", limit=10)
    href = next(link["href"] for link in job["links"] if link["rel"] == "enclosure")
    part = client.get(href, headers={"Range": "bytes=0-9"})
    assert (part.status_code, len(part.content)) == (206, 10)


WRITTEN = "the moment it was written"
EARLY, LATE = "Mon, 01 Jan 2001 00:00:00 GMT", "Fri, 01 Jan 2100 00:00:00 GMT"


CONDITIONS = [
    ({"If-None-Match": "TAG"}, 304), ({"If-None-Match": '"other", TAG', "Range": "bytes=0-9"}, 304),
    ({"If-None-Match": '"other"', "If-Modified-Since": LATE}, 200), ({"If-Modified-Since": WRITTEN}, 304),
    ({"If-Modified-Since": EARLY}, 200), ({"If-Modified-Since": "some day"}, 200),
    ({"If-Match": "TAG"}, 200), ({"If-Match": "*"}, 200), ({"If-Match": '"other"'}, 412),
    ({"If-Match": "TAG", "If-Unmodified-Since": EARLY}, 200), ({"If-Unmodified-Since": EARLY}, 412),
    ({"If-Unmodified-Since": LATE, "Range": "bytes=0-9"}, 206),
    ({"Range": "bytes=0-9", "If-Range": "TAG"}, 206), ({"Range": "bytes=0-9", "If-Range": '"other"'}, 200),
    ({"Range": "bytes=0-9", "If-Range": WRITTEN}, 206), ({"Range": "bytes=0-9", "If-Range": "W/TAG"}, 200),
    # What is no range of bytes is passed over, and one beyond the end is not (RFC 9110, 14.2).
    ({"Range": "lines=0-9"}, 200), ({"Range": "bytes=9-0"}, 200), ({"Range": "bytes=a-b"}, 200),
    ({"Range": "bytes=-"}, 200), ({"Range": "bytes=999999999-"}, 416), ({"Range": "bytes=0-1, 4-5"}, 206),
]  # fmt: skip


def test_a_file_is_sent_on_the_conditions_that_the_client_makes(client, service):
    job = export(client, service, f="csv", limit=10)
    href = next(link["href"] for link in job["links"] if link["rel"] == "enclosure")
    made = client.head(href).headers
    for condition, status in CONDITIONS:
        headers = {
            name: value.replace("TAG", made["etag"]).replace(WRITTEN, made["last-modified"])
            for name, value in condition.items()
        }
        for method in ("GET", "HEAD"):
            answer = client.request(method, href, headers=headers)
            expected = 200 if method == "HEAD" and status in (206, 416) else status  # ranges are GET's (14.2)
            assert answer.status_code == expected, (method, condition)
            assert bool(answer.content) == (method == "GET" and status in (200, 206))


def test_only_its_owner_follows_a_job_and_an_anonymous_asks_for_none(client, service, tokens):
    job = export(client, service, f="csv", limit=1)
    path = f"/jobs/{job['id']}"
    assert client.get(path, headers={"Authorization": f"Bearer {tokens['other']}"}).status_code == 404
    assert client.post("/collections/kinds/exports", headers={"Authorization": ""}).status_code == 401
    assert client.post("/collections/secret/exports").status_code == 404
    assert [found["id"] for found in client.get("/jobs?limit=1").json()["jobs"]] == [job["id"]]


@pytest.mark.parametrize(
    "query", ["f=mp3", "f=html", "sortby=big", "filter=nosuch=1", "bbox=1", "encoding=x", "other=1"]
)
def test_what_cannot_be_exported_is_refused_at_once(client, query):
    assert client.post(f"/collections/kinds/exports?{query}").status_code == 400


def test_a_cancelled_export_leaves_nothing(client, service):
    response = client.post("/collections/kinds/exports?f=gpkg")
    job_id = worker._claim(service)
    assert client.delete(response.headers["location"]).status_code == 200
    from geoservice.jobs import queue

    before = queue.WRITE_EVERY_S
    queue.WRITE_EVERY_S = 0.0
    try:
        worker.run_job(service, job_id)
    finally:
        queue.WRITE_EVERY_S = before
    job = client.get(response.headers["location"]).json()
    assert (job["state"], job["outcome"] or {}) == ("cancelled", {})
    assert not service.storage.path(f"exports/{job_id}").exists()


def test_a_file_that_outgrows_the_room_fails_and_leaves_nothing(client, service, monkeypatch):
    names = ("export_hours", "export_mb", "public_url")
    small = SimpleNamespace(**{name: getattr(service.settings, name) for name in names})
    small.export_mb = 0
    job = export(client, Service(small, service.frame, service.database, service.storage), f="csv")
    assert job["state"] == "failed"
    assert "GEOSERVICE_EXPORT_MB" in job["message"]


def test_old_files_go_and_the_oldest_first_where_room_is_short(tmp_path):
    for age, name in ((50, "old"), (3, "b"), (2, "c"), (1, "d")):
        folder = tmp_path / "exports" / name
        folder.mkdir(parents=True)
        (folder / "f").write_bytes(bytes(2**20))
        os.utime(folder / "f", (time.time() - age * 3600,) * 2)
    clean_exports(Storage(tmp_path), 24, 4)
    assert sorted(path.name for path in (tmp_path / "exports").iterdir()) == ["c", "d"]


def test_a_file_whose_time_has_passed_is_gone(client, service):
    job = export(client, service, f="csv", limit=1)
    path = service.storage.path(f"exports/{job['id']}/kinds.csv")
    os.utime(path, (time.time() - 25 * 3600,) * 2)
    assert client.get(f"/exports/{job['id']}/kinds.csv").status_code == 404
    assert client.get(f"/exports/{job['id']}/../../x").status_code == 404
