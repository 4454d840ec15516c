import io

import pyogrio
import pytest

from layers.crs.names import CRS84, crs_uri
from layers.layer import Column
from tests.feature_layers import buildings, make_layer
from tests.geoservice.api_app import api_client

ITEMS = "/collections/buildings/items"
JSONFG = "application/vnd.ogc.fg+json"
SPANS = (Column("name", "名称", "text"), Column("valid_from", "起", "date"), Column("valid_to", "止", "date"))


@pytest.fixture(scope="module")
def client(database, tmp_path_factory):
    with database.session() as session:
        layer = make_layer(session, "buildings", buildings())
        rows = [("a", "2020-01-01", "2021-01-01"), ("b", None, "2021-01-01"), ("c", None, None)]
        make_layer(session, "spans", [(*row, "POINT(115.5 34.5)") for row in rows], SPANS)
        instants = [("x", "2020-01-01T08:00:00+08:00", "POINT(115.5 34.5)")]
        make_layer(session, "seen", instants, [Column("name", "name", "text"), Column("at", "at", "timestamp")])
        from layers.domains import store_domains

        store_domains(session, layer.name, {"floors": {"1": "一层", "2": "二'层 50%"}})
        session.commit()
    with api_client(database, tmp_path_factory.mktemp("data")) as client:
        yield client


def read(client, path, **query):
    response = client.get(path, params={"f": "jsonfg", **query})
    assert response.status_code == 200, response.text
    assert response.headers["content-type"] == JSONFG
    return response.json()


def test_in_wgs_84_the_geometry_is_geojsons_and_there_is_no_place(client):
    page = read(client, ITEMS, limit=2)
    assert page["conformsTo"][0] == "http://www.opengis.net/spec/json-fg-1/1.0/conf/core"
    assert (page["featureType"], page["coordRefSys"]) == ("buildings", CRS84)
    assert page["featureSchema"] == "http://city.example/collections/buildings/schema"
    first = page["features"][0]
    assert (first["geometry"]["coordinates"], first["place"]) == ([115.1, 34.05], None)
    assert first["time"] == {"date": "2001-01-15"}
    assert first["properties"]["name"] == "楼1"


def test_in_another_system_the_place_is_in_its_axis_order_and_both_on_wish(client):
    page = read(client, ITEMS, limit=1, crs=crs_uri(4490))
    assert page["coordRefSys"] == crs_uri(4490)
    assert (page["features"][0]["place"]["coordinates"], page["features"][0]["geometry"]) == ([34.05, 115.1], None)
    plus = read(client, ITEMS, limit=1, crs=crs_uri(4490), profile="jsonfg-plus")
    assert plus["features"][0]["geometry"]["coordinates"] == [115.1, 34.05]
    assert plus["features"][0]["place"]["coordinates"] == [34.05, 115.1]


def test_time_is_a_date_an_instant_or_an_interval_whatever_properties_are_asked_for(client):
    spans = read(client, "/collections/spans/items", properties="name")["features"]
    assert [feature["time"] for feature in spans] == [
        {"interval": ["2020-01-01", "2021-01-01"]}, {"interval": ["..", "2021-01-01"]}, None,
    ]  # fmt: skip
    assert list(spans[0]["properties"]) == ["name"]
    (seen,) = read(client, "/collections/seen/items")["features"]
    assert seen["time"] == {"timestamp": "2020-01-01T00:00:00.000Z"}


def test_one_feature_and_a_feature_without_geometry_come_too(client):
    one = read(client, f"{ITEMS}/1", crs=crs_uri(4509))
    assert (one["type"], one["featureType"], one["geometry"], one["coordRefSys"]) == (
        "Feature", "buildings", None, crs_uri(4509),
    )  # fmt: skip
    assert one["place"]["coordinates"][0] == pytest.approx(3_769_000, abs=2_000_000)
    bare = read(client, f"{ITEMS}/11", crs=crs_uri(4490))
    assert (bare["place"], bare["geometry"]) == (None, None)


def test_accept_chooses_json_fg_and_pages_stay_in_it(client):
    response = client.get(f"{ITEMS}?limit=5", headers={"Accept": JSONFG})
    assert response.headers["content-type"] == JSONFG
    following = next(link for link in response.json()["links"] if link["rel"] == "next")
    assert following["type"] == JSONFG
    assert {link["rel"]: link["type"] for link in response.json()["links"]}["self"] == JSONFG


def test_gdal_reads_json_fg_with_its_coordinate_system(client):
    body = client.get(ITEMS, params={"f": "jsonfg", "crs": crs_uri(4509), "limit": 10, "filter": "floors < 6"}).content
    meta, _, geometry, _ = pyogrio.raw.read(io.BytesIO(body))
    assert "4509" in str(meta["crs"])
    assert len(geometry) == 5


def test_codes_are_shown_by_their_meaning_on_wish(client):
    def floors(**query):
        return [
            found["properties"]["floors"]
            for found in client.get(ITEMS, params={"limit": 3, **query}).json()["features"]
        ]

    assert floors() == floors(profile="val-as-code") == [1, 2, 3]
    assert floors(profile="val-as-title") == ["一层", "二'层 50%", 3]
    assert "一层" in client.get(f"{ITEMS}?f=html&limit=3").text


def test_an_unknown_profile_is_400(client):
    assert client.get(f"{ITEMS}?profile=nosuch").json()["parameter"] == "profile"
    assert client.get(f"{ITEMS}?profile=http://www.opengis.net/def/profile/OGC/0/rfc7946").status_code == 200
