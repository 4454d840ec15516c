import threading

import geopandas
import numpy as np
import pytest
import shapely

from geoservice.auth import create_token
from layers.catalogue import find_layer, load_catalogue
from layers.crs.names import crs_uri, parse_crs
from layers.crs.operations import find_transform
from layers.layer import Column
from layers.tables import Statement, quote, run
from layers.versions import tell
from tests.feature_layers import buildings, make_layer
from tests.geoservice.api_app import api_client
from tests.waiting import PATIENCE_S, until

ITEMS = "/collections/buildings/items"


@pytest.fixture(scope="module")
def tokens(database):
    with database.session() as session:
        make_layer(session, "buildings", buildings(), department="land")
        area = "MULTIPOLYGON(((115 34, 115.1 34, 115.1 34.1, 115 34)))"
        make_layer(session, "areas", [("a", area)], [Column("name", "name", "text")], geometry_type="MultiPolygon")
        some = [("high", "POINT Z (115.1 34.1 50)"), ("flat", "POINT (115.2 34.2)")]
        make_layer(session, "some", some, [Column("name", "name", "text")])
        make_layer(session, "codes", [], [Column("bsm", "bsm", "bigint")])
        found = {
            "editor": create_token(session, "editor", ["*"], write=True),
            "reader": create_token(session, "reader", ["*"], write=False),
            "other": create_token(session, "other", ["transport"], write=True),
        }
        session.commit()
    return found


@pytest.fixture(scope="module")
def client(database, tokens, tmp_path_factory):
    with api_client(database, tmp_path_factory.mktemp("data")) as client:
        client.headers["Authorization"] = f"Bearer {tokens['editor']}"
        yield client


def feature(x=115.3, y=34.3, **properties):
    return {"type": "Feature", "geometry": {"type": "Point", "coordinates": [x, y]}, "properties": properties}


def make(client, **properties):
    response = client.post(ITEMS, json=feature(**properties))
    assert response.status_code == 201, response.text
    return response.headers["location"]


def test_a_new_feature_is_there_with_every_value(client):
    given = {
        "name": "新楼", "code": None, "floors": 3, "area": 1.25, "listed": True, "built": "2024-02-29",
        "seen": "2024-02-29T08:00:00+08:00", "tags": ["x", 1],
    }  # fmt: skip
    location = make(client, **given)
    kept = client.get(location).json()
    assert kept["properties"] == given | {"seen": "2024-02-29T00:00:00+00:00"}
    assert kept["geometry"]["coordinates"] == [115.3, 34.3]


def test_a_whole_number_that_a_browser_would_round_may_be_written_as_its_digits(client):
    made = client.post("/collections/codes/items", json=feature(bsm="412321196705120017"))
    assert made.status_code == 201, made.text
    assert '"bsm":412321196705120017' in client.get(made.headers["location"]).text
    for said in ("12", "41232119670512001x", "99999999999999999999"):
        assert client.post("/collections/codes/items", json=feature(bsm=said)).status_code == 422


def test_ids_of_deleted_features_are_not_given_again(client):
    first = make(client, name="a")
    assert client.delete(first, headers={"If-Match": "*"}).status_code == 204
    assert client.get(first).status_code == 404
    assert int(make(client, name="b").rsplit("/", 1)[1]) > int(first.rsplit("/", 1)[1])


def test_many_features_are_added_all_or_none(client):
    collection = {"type": "FeatureCollection", "features": [feature(name=f"batch{i}") for i in range(5)]}
    assert len(client.post(ITEMS, json=collection).json()["ids"]) == 5
    collection["features"][3]["properties"]["floors"] = "many"
    for item in collection["features"]:
        item["properties"]["name"] = "refused"
    assert client.post(ITEMS, json=collection).status_code == 422
    assert client.get(f"{ITEMS}?name=refused").json()["features"] == []


def test_put_replaces_the_whole_feature(client):
    location = make(client, name="old", floors=9)
    tag = client.get(location).headers["etag"]
    response = client.put(location, json=feature(116, 34.5, name="new"), headers={"If-Match": tag})
    assert response.status_code == 204
    kept = client.get(location)
    assert (kept.json()["properties"]["name"], kept.json()["properties"]["floors"]) == ("new", None)
    assert kept.json()["geometry"]["coordinates"] == [116, 34.5]
    assert kept.headers["etag"] != tag


def test_patch_changes_what_it_names_and_keeps_the_geometry_to_the_last_digit(client, database):
    location = client.post(ITEMS, json=feature(115.123456789123, 34.3, name="p", floors=2)).headers["location"]
    patch = {"properties": {"floors": 5}}
    headers = {"If-Match": client.get(location).headers["etag"], "Content-Type": "application/merge-patch+json"}
    assert client.patch(location, json=patch, headers=headers).status_code == 204
    assert client.get(location).json()["properties"] | {"floors": 5} == client.get(location).json()["properties"]
    table = quote(client.app.state.catalogue.layers["buildings"].version.table)
    fid = int(location.rsplit("/", 1)[1])
    with database.session() as session:
        (row,) = run(session, Statement(f"SELECT ST_X(geom), ST_X(mercator) FROM {table} WHERE fid = {fid}"))
    assert row[0] == 115.123456789123
    assert row[1] == pytest.approx(find_transform(parse_crs(4490), parse_crs(3857)).points([row[0]], [34.3])[0][0])


def test_a_layer_with_heights_of_some_takes_features_of_both_kinds_and_writes_both(client, tmp_path):
    items = "/collections/some/items"
    for position in ([115.3, 34.3], [115.4, 34.4, 51.5]):
        new = {"type": "Feature", "geometry": {"type": "Point", "coordinates": position}, "properties": {"name": "new"}}
        location = client.post(items, json=new).headers["location"]
        assert client.get(location).json()["geometry"]["coordinates"] == position
    kept = [item["geometry"]["coordinates"] for item in client.get(items).json()["features"]]
    assert sorted(map(len, kept)) == [2, 2, 3, 3]
    for form, name in (("gpkg", "a.gpkg"), ("fgb", "a.fgb"), ("parquet", "a.parquet")):
        answer = client.get(f"{items}?f={form}&limit=100")
        assert answer.status_code == 200, answer.text
        (tmp_path / name).write_bytes(answer.content)
        read = (geopandas.read_parquet if form == "parquet" else geopandas.read_file)(tmp_path / name)
        heights = shapely.get_coordinates(read.geometry, include_z=True)[:, 2]
        assert sorted(heights[np.isfinite(heights)]) == [50, 51.5], form


def test_an_editor_who_prefers_it_is_answered_the_feature_as_it_stands(client):
    wish = {"Prefer": "respond-async, return=representation; x=1", "Accept": "text/html", "If-None-Match": "*"}
    made = client.post(ITEMS, json=feature(name="preferred", floors=1), headers=wish)
    assert made.status_code == 201
    assert made.headers["preference-applied"] == "return=representation"
    location = made.headers["location"]
    assert made.json() == client.get(f"{location}?f=json").json()
    assert made.headers["etag"] == client.get(f"{location}?f=json").headers["etag"]
    wish["If-None-Match"] = '"another"'
    changed = client.patch(location, json={"properties": {"floors": 2}}, headers={**wish, "If-Match": "*"})
    assert (changed.status_code, changed.json()["properties"]["floors"]) == (200, 2)
    put = client.put(location, json=feature(name="put"), headers={**wish, "If-Match": changed.headers["etag"]})
    assert (put.status_code, put.json()["properties"]["name"]) == (200, "put")
    assert {link["rel"] for link in put.json()["links"]} >= {"self", "collection"}


def test_an_editor_who_prefers_little_is_answered_where_the_feature_is(client):
    wish = {"Prefer": 'return="minimal"', "If-Match": "*"}
    made = client.post(ITEMS, json=feature(name="minimal"), headers=wish)
    assert (made.status_code, made.content) == (201, b"")
    assert made.headers["preference-applied"] == "return=minimal"
    kept = client.get(made.headers["location"])
    assert made.headers["etag"].partition("-")[0] == kept.headers["etag"].partition("-")[0]
    changed = client.patch(made.headers["location"], json={"properties": {"floors": 3}}, headers=wish)
    assert (changed.status_code, changed.headers["preference-applied"]) == (204, "return=minimal")


def test_a_preference_nobody_knows_and_one_of_many_features_change_nothing(client):
    for wish in ("return=everything", "handling=strict", ""):
        made = client.post(ITEMS, json=feature(name="plain"), headers={"Prefer": wish})
        assert "preference-applied" not in made.headers
        assert set(made.json()) == {"ids", "items"}
    many = {"type": "FeatureCollection", "features": [feature(name="a"), feature(name="b")]}
    made = client.post(ITEMS, json=many, headers={"Prefer": "return=representation"})
    assert len(made.json()["ids"]) == 2


def test_the_second_of_two_editors_is_told(client):
    location = make(client, name="both")
    tag = client.get(location).headers["etag"]
    assert client.put(location, json=feature(name="first"), headers={"If-Match": tag}).status_code == 204
    for method in ("PUT", "PATCH"):
        refused = client.request(method, location, json=feature(name="second"), headers={"If-Match": tag})
        assert (refused.status_code, refused.json()["type"]) == (412, "/problems/state-changed")
    assert client.delete(location, headers={"If-Match": tag}).status_code == 412
    assert client.get(location).json()["properties"]["name"] == "first"


def test_the_etag_of_a_change_serves_the_next_one(client):
    made = client.post(ITEMS, json=feature(name="1"))
    location, tag = made.headers["location"], made.headers["etag"]
    several = client.post(ITEMS, json={"type": "FeatureCollection", "features": [feature(name="a"), feature(name="b")]})
    assert "etag" not in several.headers
    for name in ("2", "3"):
        response = client.put(location, json=feature(name=name), headers={"If-Match": tag})
        assert response.status_code == 204
        tag = response.headers["etag"]


def test_who_reads_with_if_match_is_answered_that_state_or_412(client):
    location = make(client, name="first")
    tag = client.get(location).headers["etag"]
    for wanted in (tag, "*", f'"other", {tag}'):
        assert client.get(location, headers={"If-Match": wanted}).status_code == 200
    for method in ("GET", "HEAD"):
        assert client.request(method, location, headers={"If-Match": '"other"'}).status_code == 412
    client.patch(location, json={"properties": {"name": "second"}}, headers={"If-Match": tag})
    assert client.get(location, headers={"If-Match": tag}).json()["type"].endswith("/state-changed")


def test_a_feature_that_should_not_be_there_yet_is_not_overwritten(client):
    location = make(client, name="first")
    none = {"If-None-Match": "*"}
    assert client.put(location, json=feature(name="second"), headers=none).status_code == 412
    assert client.put(location, json=feature(name="second"), headers=none | {"If-Match": "*"}).status_code == 412
    assert client.get(location).json()["properties"]["name"] == "first"
    assert client.put(f"{ITEMS}/999999", json=feature(), headers=none).status_code == 404


def test_a_body_that_says_it_is_another_feature_is_refused(client):
    location = make(client, name="first")
    fid = int(location.rpartition("/")[2])
    any_state = {"If-Match": "*"}
    for method in ("PUT", "PATCH"):
        answer = client.request(method, location, json=feature(name="x") | {"id": fid + 1}, headers=any_state)
        assert answer.status_code == 422, answer.text
        assert answer.json()["errors"][0]["pointer"] == "/id"
        assert str(fid + 1) in answer.json()["errors"][0]["detail"]
        for same in (fid, str(fid)):
            said = feature(name="x") | {"id": same}
            assert client.request(method, location, json=said, headers=any_state).status_code == 204
    changes = [
        {"action": "replace", "id": fid, "etag": "*", "feature": feature(name="y") | {"id": fid + 1}},
        {"action": "update", "id": fid, "etag": "*", "patch": {"id": "else"}},
    ]
    answer = client.post("/collections/buildings/changes", json={"changes": changes})
    assert [one["pointer"] for one in answer.json()["errors"]] == ["/changes/0/feature/id", "/changes/1/patch/id"]
    assert client.get(location).json()["properties"]["name"] == "x"


def test_a_change_without_if_match_is_428(client):
    location = make(client, name="x")
    for method in ("PUT", "PATCH", "DELETE"):
        assert client.request(method, location, json=feature()).status_code == 428


def test_content_crs_is_honoured_with_its_axis_order(client):
    headers = {"Content-Crs": f"<{crs_uri(4490)}>"}
    location = client.post(ITEMS, json=feature(34.2, 115.2, name="yx"), headers=headers).headers["location"]
    assert client.get(location).json()["geometry"]["coordinates"] == [115.2, 34.2]


def test_the_history_tells_who_when_before_and_after(client):
    location = make(client, name="h1")
    client.put(location, json=feature(name="h2"), headers={"If-Match": "*"})
    client.delete(location, headers={"If-Match": "*"})
    changes = client.get(f"{location}/history").json()["changes"]
    assert [change["action"] for change in changes] == ["create", "replace", "delete"]
    assert {change["caller"] for change in changes} == {"editor"}
    names = [
        [(change[side] or {}).get("properties", {}).get("name") for side in ("before", "after")] for change in changes
    ]
    assert names == [[None, "h1"], ["h1", "h2"], ["h2", None]]


def test_who_wrote_reads_what_was_written(client):
    for number in range(3):
        before = client.get(f"{ITEMS}?limit=1")
        make(client, name=f"counted{number}")
        after = client.get(f"{ITEMS}?limit=1", headers={"If-None-Match": before.headers["etag"]})
        assert after.status_code == 200
        assert after.json()["numberMatched"] == before.json()["numberMatched"] + 1


def test_an_edit_is_not_hidden_by_a_reading_of_the_catalogue_that_began_before_it(client, database, monkeypatch):
    read, go_on, told = threading.Event(), threading.Event(), threading.Event()

    def slow(session, known):
        found = load_catalogue(session, known)
        read.set()
        assert go_on.wait(PATIENCE_S)
        return found

    def late(*given):
        assert told.wait(PATIENCE_S)
        return find_layer(*given)

    monkeypatch.setattr("geoservice.following.load_catalogue", slow)
    with database.session() as session:
        tell(session)
        session.commit()
    assert read.wait(PATIENCE_S)
    monkeypatch.setattr("geoservice.following.find_layer", late)  # what the edit itself will bring about
    make(client, name="meanwhile")
    edited = client.app.state.catalogue
    go_on.set()
    try:
        until(lambda: client.app.state.catalogue is not edited)
        now = client.app.state.catalogue.layers["buildings"].version
        assert now.revision == edited.layers["buildings"].version.revision
    finally:
        told.set()


def test_another_process_follows(client, database, tmp_path):
    with api_client(database, tmp_path) as other:
        make(client, name="told")
        wanted = client.get(f"{ITEMS}?limit=1").json()["numberMatched"]
        until(lambda: other.get(f"{ITEMS}?limit=1").json()["numberMatched"] == wanted, "the other process was not told")


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ([], "not an object"),
        ({"type": "Nothing"}, "not a GeoJSON feature"),
        (feature(nosuch=1), "/properties/nosuch"),
        (feature(floors="3"), "/properties/floors"),
        (feature(floors=2.5), "/properties/floors"),
        (feature(floors=2**40), "/properties/floors"),
        (feature(listed=1), "/properties/listed"),
        (feature(built="soon"), "/properties/built"),
        (feature(name="\x00"), "/properties/name"),
        (feature(34.3, 115.3), "outside the degrees"),
        (feature() | {"geometry": {"type": "Point", "coordinates": []}}, "/geometry"),
        (feature() | {"geometry": {"type": "LineString", "coordinates": [[1, 1], [2, 2]]}}, "in a layer of point"),
        (feature() | {"geometry": {"type": "Point", "coordinates": ["a", 1]}}, "/geometry"),
        ({"type": "FeatureCollection", "features": []}, "1 to"),
    ],
)
def test_what_does_not_fit_the_schema_is_422_with_its_place(client, document, said):
    response = client.post(ITEMS, json=document)
    assert response.status_code == 422, response.text
    assert said in response.json()["detail"]


def test_a_polygon_becomes_a_multipolygon_where_the_layer_has_those_and_a_crooked_one_is_refused(client):
    ring = [[115, 34], [115.1, 34], [115.1, 34.1], [115, 34]]
    body = {"type": "Feature", "geometry": {"type": "Polygon", "coordinates": [ring]}, "properties": {}}
    location = client.post("/collections/areas/items", json=body).headers["location"]
    assert client.get(location).json()["geometry"]["type"] == "MultiPolygon"
    body["geometry"]["coordinates"] = [[[115, 34], [115.1, 34.1], [115, 34.1], [115.1, 34], [115, 34]]]
    assert "Self-intersection at " in client.post("/collections/areas/items", json=body).json()["detail"]
    chinese = {"Accept-Language": "zh"}
    assert "自相交" in client.post("/collections/areas/items", json=body, headers=chinese).json()["detail"]
    cut_off = [[[115, 34], [115.1, 34], [115.1, 34.1], [115, 34.1]]]
    for coordinates, fault in (
        ([[[115, 34], [115.1, 34]]], "组成部分的点太少"),
        (cut_off, "环未闭合"),
        ("x", "坐标与几何类型不符"),
    ):
        body["geometry"]["coordinates"] = coordinates
        told = client.post("/collections/areas/items", json=body, headers=chinese).json()["detail"]
        assert told == f"/geometry：不是GeoJSON：{fault}"


def test_only_who_may_write_the_department_changes_anything(client, tokens):
    location = make(client, name="mine")
    for token, status in (("reader", 403), ("other", 403), (None, 401)):
        headers = {"Authorization": f"Bearer {tokens[token]}" if token else "", "If-Match": "*"}
        assert client.post(ITEMS, json=feature(), headers=headers).status_code == status
        assert client.put(location, json=feature(), headers=headers).status_code == status
        assert client.delete(location, headers=headers).status_code == status
        assert client.get(f"{location}/history", headers=headers).status_code == status


def test_options_tells_that_editing_is_there(client):
    assert client.options(ITEMS).headers["allow"] == "GET, HEAD, OPTIONS, POST"
    assert client.options(f"{ITEMS}/1").headers["allow"] == "DELETE, GET, HEAD, OPTIONS, PATCH, PUT"
