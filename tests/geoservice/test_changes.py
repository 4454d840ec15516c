import math
import re
import time

import mapbox_vector_tile
import morecantile
import pytest

from geoservice.auth import create_token
from layers.catalogue import find_layer
from layers.layer import Column
from layers.views import ALL
from tests.feature_layers import buildings, make_layer
from tests.geoservice.api_app import api_client
from tests.waiting import until

ITEMS = "/collections/buildings/items"
CHANGES = "/collections/buildings/changes"
TRACED = "/collections/traced/items"
GRIDS = ("WebMercatorQuad", "WorldCRS84Quad", "CGCS2000Quad", "ScaleGrid4509")


@pytest.fixture(scope="module")
def client(database, tmp_path_factory):
    with database.session() as session:
        make_layer(session, "buildings", buildings(), department="land", words=True)
        make_layer(
            session, "coded", [("a", 1, "POINT(115 34)")], [Column("kind", "类", "text"), Column("n", "n", "integer")]
        )
        rows = [(f"楼{i}", i, f"POINT Z(115.{i}123456789123 34.5 {i})") for i in range(1, 6)]
        make_layer(session, "traced", rows, [Column("name", "名称", "text"), Column("n", "n", "integer")])
        token = create_token(session, "editor", ["*"], write=True)
        session.commit()
    with api_client(database, tmp_path_factory.mktemp("data")) as client:
        client.headers["Authorization"] = f"Bearer {token}"
        yield client


def feature(x=115.3, y=34.3, **properties):
    return {"type": "Feature", "geometry": {"type": "Point", "coordinates": [x, y]}, "properties": properties}


def high(x, y, **properties):
    return feature(x, y, **properties) | {"geometry": {"type": "Point", "coordinates": [x, y, 50]}}


def make(client, items=ITEMS, **properties):
    response = client.post(items, json=feature(**properties))
    assert response.status_code == 201, response.text
    return response.json()["ids"][0], client.get(response.headers["location"]).headers["etag"]


# -- a batch -----------------------------------------------------------------------------------------------------------


def test_a_batch_makes_replaces_amends_and_deletes_in_one_transaction(client):
    (one, tag1), (two, tag2), (three, tag3) = (make(client, name=f"b{i}", floors=i) for i in range(3))
    answer = client.post(
        CHANGES,
        json={
            "changes": [
                {"action": "create", "feature": feature(name="made")},
                {"action": "replace", "id": one, "etag": tag1, "feature": feature(name="replaced")},
                {"action": "update", "id": two, "etag": tag2, "patch": {"properties": {"floors": 9}}},
                {"action": "delete", "id": three, "etag": tag3},
            ]
        },
    )
    assert answer.status_code == 200, answer.text
    made, tag = answer.json()["changes"][0]["id"], answer.json()["changes"][1]["etag"]
    assert answer.json()["changes"][3]["etag"] is None
    assert [change["action"] for change in answer.json()["changes"]] == ["create", "replace", "update", "delete"]
    shown = [client.get(f"{ITEMS}/{fid}").json()["properties"] for fid in (made, one, two)]
    assert [(found["name"], found["floors"]) for found in shown] == [("made", None), ("replaced", None), ("b1", 9)]
    assert client.get(f"{ITEMS}/{three}").status_code == 404
    assert client.patch(f"{ITEMS}/{one}", json={"properties": {}}, headers={"If-Match": tag}).status_code == 204
    assert client.patch(f"{ITEMS}/{one}", json={"properties": {}}, headers={"If-Match": tag}).status_code == 412
    times = {client.get(f"{ITEMS}/{fid}/history").json()["changes"][-1]["at"] for fid in (made, two, three)}
    assert len(times) == 1


def test_a_batch_with_one_stale_change_changes_nothing_and_tells_which(client):
    (one, tag1), (two, tag2) = make(client, name="s1"), make(client, name="s2")
    client.patch(f"{ITEMS}/{two}", json={"properties": {"name": "changed"}}, headers={"If-Match": "*"})
    before = client.get(f"{ITEMS}?limit=1").json()["numberMatched"]
    answer = client.post(
        CHANGES,
        json={
            "changes": [
                {"action": "create", "feature": feature(name="never")},
                {"action": "delete", "id": one, "etag": tag1},
                {"action": "delete", "id": two, "etag": tag2},
                {"action": "delete", "id": 10**9, "etag": "*"},
            ]
        },
    )
    assert (answer.status_code, answer.json()["type"]) == (412, "/problems/state-changed")
    assert [fault["pointer"] for fault in answer.json()["errors"]] == ["/changes/2", "/changes/3"]
    assert client.get(f"{ITEMS}?limit=1").json()["numberMatched"] == before
    assert client.get(f"{ITEMS}?name=never").json()["features"] == []


def test_every_fault_of_a_batch_is_told_with_its_place(client):
    wrong = [
        {
            "action": "create",
            "feature": feature(floors="x", nosuch=1) | {"geometry": {"type": "Point", "coordinates": [1]}},
        },
        {"action": "paint"},
        {"action": "delete", "id": 1},
        {"action": "update", "id": 1, "etag": "*"},
        {"action": "replace", "id": "1", "etag": "*", "feature": feature()},
        7,
    ]
    answer = client.post(CHANGES, json={"changes": wrong})
    assert answer.status_code == 422
    assert [fault["pointer"] for fault in answer.json()["errors"]] == [
        "/changes/0/feature/properties/floors", "/changes/0/feature/properties/nosuch", "/changes/0/feature/geometry",
        "/changes/1/action", "/changes/2", "/changes/3/patch", "/changes/4/id", "/changes/5",
    ]  # fmt: skip
    chinese = client.post(CHANGES, json={"changes": wrong}, headers={"Accept-Language": "zh"}).json()
    assert all(any("\u4e00" <= sign <= "\u9fff" for sign in fault["detail"]) for fault in chinese["errors"])
    assert chinese["detail"].startswith("/changes/0/feature/properties/floors：“x”不是integer；")


def test_every_fault_of_a_collection_is_told_with_its_place(client):
    collection = {"type": "FeatureCollection", "features": [feature(), feature(floors="x"), feature(listed="no")]}
    answer = client.post(ITEMS, json=collection)
    assert [fault["pointer"] for fault in answer.json()["errors"]] == [
        "/features/1/properties/floors", "/features/2/properties/listed",
    ]  # fmt: skip


@pytest.mark.parametrize("body", [{}, {"changes": []}, {"changes": {}}, []])
def test_a_batch_of_nothing_is_refused(client, body):
    assert client.post(CHANGES, json=body).status_code == 422


def test_a_batch_needs_the_right_to_write(client):
    assert client.post(CHANGES, json={"changes": []}, headers={"Authorization": ""}).status_code == 401
    assert client.options(CHANGES).headers["allow"] == "OPTIONS, POST"


def test_heights_are_asked_for_where_the_layer_has_them_and_refused_where_it_has_not(client):
    flat = client.post(TRACED, json=feature(116.9, 34.9))
    assert (flat.status_code, flat.json()["errors"][0]["pointer"]) == (422, "/geometry")
    assert "no heights" in client.post(ITEMS, json=high(115, 34)).json()["detail"]


# -- code lists --------------------------------------------------------------------------------------------------------


def test_code_lists_are_kept_shown_and_held(client):
    lists = {"kind": {"a": "甲类", "b": "乙类"}, "n": [1, 2]}
    assert client.put("/collections/coded/domains", json=lists).status_code == 204
    assert client.get("/collections/coded/domains").json() == {"kind": lists["kind"], "n": {"1": "1", "2": "2"}}
    shown = client.get("/collections/coded/schema").json()["properties"]
    assert (shown["kind"]["enum"], shown["n"]["enum"]) == (["a", "b"], [1, 2])
    assert shown["kind"]["oneOf"][0] == {"const": "a", "title": "甲类"}
    items = "/collections/coded/items"
    assert client.post(items, json=feature(kind="b", n=2)).status_code == 201
    assert client.post(items, json=feature(kind=None)).status_code == 201
    refused = client.post(items, json=feature(kind="c", n=3))
    assert (refused.status_code, [fault["pointer"] for fault in refused.json()["errors"]]) == (
        422, ["/properties/kind", "/properties/n"],
    )  # fmt: skip
    assert "a, b" in refused.json()["errors"][0]["detail"]
    assert client.put("/collections/coded/domains", json={}).status_code == 204
    assert client.post(items, json=feature(kind="c")).status_code == 201


@pytest.mark.parametrize("lists", [[], {"nosuch": ["a"]}, {"n": ["x"]}, {"n": []}, {"kind": "a"}, {"n": ["01"]}])
def test_code_lists_that_do_not_fit_are_refused(client, lists):
    assert client.put("/collections/coded/domains", json=lists).status_code == 422


# -- JSON-FG -----------------------------------------------------------------------------------------------------------


def test_a_place_of_json_fg_is_stored_from_its_own_coordinate_system(client):
    crs = "http://www.opengis.net/def/crs/EPSG/0/4490"
    body = feature(name="fg") | {"geometry": None, "place": {"type": "Point", "coordinates": [34.25, 115.75]}}
    made = client.post(ITEMS, json=body | {"coordRefSys": crs})
    assert client.get(made.headers["location"]).json()["geometry"]["coordinates"] == [115.75, 34.25]
    whole = {"type": "FeatureCollection", "coordRefSys": crs, "features": [body]}
    made = client.post(ITEMS, json=whole)
    assert client.get(made.headers["location"]).json()["geometry"]["coordinates"] == [115.75, 34.25]
    assert client.post(ITEMS, json=body | {"coordRefSys": "EPSG:32633"}).status_code == 400


# -- the past ----------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def moments(client):
    """Edit the traced layer; return the server's time before the first change and after each."""

    def now():
        time.sleep(0.01)
        with client.app.state.database.engine.connect() as connection:
            at = connection.exec_driver_sql("SELECT clock_timestamp()").scalar_one()
        time.sleep(0.01)
        return at.isoformat()

    found = [now()]
    any_state = {"If-Match": "*"}
    client.patch(f"{TRACED}/1", json={"properties": {"name": "改"}}, headers=any_state)
    found.append(now())
    client.delete(f"{TRACED}/2", headers=any_state)
    client.post(TRACED, json=high(116.5, 34.5, name="新", n=77))
    found.append(now())
    client.put(f"{TRACED}/3", json=high(117.5, 35.5, name="移"), headers=any_state)
    client.patch(f"{TRACED}/1", json={"properties": {"name": "再改"}}, headers=any_state)
    found.append(now())
    return found


def traced(client, **query):
    response = client.get(TRACED, params={"limit": 100, **query})
    assert response.status_code == 200, response.text
    return {
        found["id"]: (found["properties"]["name"], found["geometry"]["coordinates"])
        for found in response.json()["features"]
    }


def test_a_layer_is_read_as_of_any_instant(client, moments):
    states = [traced(client, **{"as-of": moment}) for moment in moments]
    made = max(states[-1])
    all_of_them, later = [1, 2, 3, 4, 5], [1, 3, 4, 5, made]
    assert [sorted(state) for state in states] == [all_of_them, all_of_them, later, later]
    assert states[-1][made][0] == "新"
    assert [state[1][0] for state in states] == ["楼1", "改", "改", "再改"]
    assert [state[3][1][0] for state in states] == [115.312345679, 115.312345679, 115.312345679, 117.5]
    assert states[-1] == traced(client)
    assert states[0][2] == ("楼2", [115.212345679, 34.5, 2])


def test_the_past_is_filtered_sorted_paged_and_read_one_by_one(client, moments):
    before = {"as-of": moments[0]}
    assert list(traced(client, filter="n > 3 OR name = '楼1'", sortby="-n", **before)) == [5, 4, 1]
    assert sorted(traced(client, bbox="115.15,34.4,115.35,34.6", **before)) == [2, 3]
    page = client.get(TRACED, params={"limit": 2, **before}).json()
    following = next(link["href"] for link in page["links"] if link["rel"] == "next")
    assert [found["id"] for found in client.get(following).json()["features"]] == [3, 4]
    assert client.get(f"{TRACED}/2", params=before).json()["properties"]["name"] == "楼2"
    assert client.get(f"{TRACED}/2", params={"as-of": moments[2]}).status_code == 404
    assert client.get(f"{TRACED}/6", params=before).status_code == 404


def test_the_past_keeps_geometry_to_the_last_digit(client, database, moments):
    from datetime import datetime

    from layers.edit.past import layer_as_of, source_sql

    with database.session() as session:
        layer = layer_as_of(session, "traced", ALL, datetime.fromisoformat(moments[0]))
        text = f"SELECT ST_X(geom), ST_Z(geom) FROM {source_sql(layer.version)} past WHERE fid = 3"
        assert tuple(session.connection().exec_driver_sql(text).one()) == (115.3123456789123, 3)


def test_a_file_and_a_tile_show_the_past_too(client, moments):
    assert client.get(TRACED, params={"f": "csv", "as-of": moments[0]}).text.count("\n") == 6
    path = "/collections/traced/tiles/WebMercatorQuad/6/25/52"
    names = [
        {found["properties"]["name"] for found in tile_features(client.get(path, params={"as-of": moment}))}
        for moment in moments
    ]
    assert names[0] == {f"楼{i}" for i in range(1, 6)}
    assert names[1] == names[0] - {"楼1"} | {"改"}
    assert names[2] == {"改", "楼3", "楼4", "楼5", "新"}


def test_an_instant_before_the_first_version_is_404_and_no_instant_is_400(client):
    assert client.get(f"{TRACED}?as-of=1999-01-01").json()["type"] == "/problems/version-not-found"
    assert client.get(f"{TRACED}?as-of=soon").json()["parameter"] == "as-of"
    assert client.get(f"{TRACED}?as-of=2020-01-01&version=1").status_code == 400
    assert traced(client, **{"as-of": "2999-01-01"}) == traced(client)


def test_versions_by_instant_and_by_number_are_the_same(client, database):
    with database.session() as session:
        first = make_layer(session, "grown", [("a", "POINT(115 34)")], [Column("name", "name", "text")])
        session.commit()
        make_layer(session, "grown", [("b", "POINT(115 34)")], [Column("name", "name", "text")])
        session.commit()
        at = find_layer(session, "grown", ALL, 1).version.published.isoformat()
    layers = client.app.state
    until(lambda: (grown := layers.catalogue.layers.get("grown")) and grown.version.number == 2)
    items = "/collections/grown/items"

    def name(query):
        return client.get(items, params=query).json()["features"][0]["properties"]["name"]

    assert (name({"version": 1}), name({"as-of": at}), name({})) == ("a", "a", "b")
    assert first.version.number == 1


# -- fresh tiles -------------------------------------------------------------------------------------------------------


def tile_features(response):
    if response.status_code == 204 or not response.content:
        return []
    assert response.status_code == 200, response.text
    return mapbox_vector_tile.decode(response.content)["traced"]["features"]


@pytest.mark.parametrize("grid", GRIDS)
def test_after_an_edit_the_tile_of_every_grid_shows_it_here_and_in_another_process(client, database, tmp_path, grid):
    limits = client.get(f"/collections/traced/tiles/{grid}").json()["tileMatrixSetLimits"]
    last = limits[len(limits) // 2]
    path = f"/collections/traced/tiles/{grid}/{last['tileMatrix']}/{last['minTileRow']}/{last['minTileCol']}"
    matrix = client.get(f"/tileMatrixSets/{grid}").json()["tileMatrices"]
    own = next(m for m in matrix if m["id"] == last["tileMatrix"])
    x, y = middle(grid, own, last["minTileRow"], last["minTileCol"])
    with api_client(database, tmp_path) as other:
        for app in (client, other):
            assert f"格{grid}" not in {found["properties"].get("name") for found in tile_features(app.get(path))}
        made = client.post(TRACED, json=high(x, y, name=f"格{grid}"))
        assert made.status_code == 201, made.text
        assert f"格{grid}" in {found["properties"].get("name") for found in tile_features(client.get(path))}
        wanted = client.app.state.catalogue.layers["traced"].version.revision
        until(lambda: other.app.state.catalogue.layers["traced"].version.revision >= wanted)
        assert f"格{grid}" in {found["properties"].get("name") for found in tile_features(other.get(path))}
        assert (
            client.delete(re.sub(r"^http://[^/]+", "", made.headers["location"]), headers={"If-Match": "*"}).status_code
            == 204
        )
        assert f"格{grid}" not in {found["properties"].get("name") for found in tile_features(client.get(path))}


@pytest.fixture(scope="module")
def crowd(client, database):
    """Layers with levels: points so dense that middle zooms thin them, and areas with a huge one among them."""
    points = [(f"点{i}", f"POINT({115 + i % 100 / 1e4} {34 + i // 100 / 1e4})") for i in range(9_000)]
    rings = [ring(600 if i == 0 else 8, 115 + i % 10 / 1000, 34 + i // 10 / 1000) for i in range(100)]
    areas = [(f"块{i}", f"POLYGON(({', '.join(f'{x} {y}' for x, y in one)}))") for i, one in enumerate(rings)]
    named = [Column("name", "name", "text")]
    with database.session() as session:
        layers = {
            "crowd": make_layer(session, "crowd", points, named, levels=True),
            "blocks": make_layer(session, "blocks", areas, named, geometry_type="Polygon", levels=True),
        }
        session.commit()
    assert "points" in {level.kind for level in layers["crowd"].version.levels}
    assert "pieces" in {level.kind for level in layers["blocks"].version.levels}
    until(lambda: layers.keys() <= client.app.state.catalogue.layers.keys())
    return layers


def ring(count, x, y):
    turns = [2 * math.pi * k / count for k in range(count)]
    around = [(x + 4e-4 * math.cos(turn), y + 4e-4 * math.sin(turn)) for turn in turns]
    return [*around, around[0]]


@pytest.mark.parametrize("grid", ["WebMercatorQuad", "CGCS2000Quad"])
@pytest.mark.parametrize("layer", ["crowd", "blocks"])
def test_a_layer_with_levels_is_edited_and_tiles_show_it_wherever_single_features_are_drawn(client, crowd, layer, grid):
    shapes = {
        "crowd": {"type": "Point", "coordinates": [115.0001, 34.0]},
        "blocks": {"type": "Polygon", "coordinates": [[list(at) for at in ring(8, 115.0002, 34.0002)]]},
    }
    items, any_state = f"/collections/{layer}/items", {"If-Match": "*"}
    gone = 2 if grid == "WebMercatorQuad" else 3
    assert client.patch(f"{items}/1", json={"properties": {"name": grid}}, headers=any_state).status_code == 204
    new = {"type": "Feature", "geometry": shapes[layer], "properties": {"name": "新"}}
    made = client.post(items, json=new).json()["ids"][0]
    assert client.delete(f"{items}/{gone}", headers=any_state).status_code == 204
    dissolved = [level.max_zoom for level in crowd[layer].version.levels if level.kind == "tiles"]
    for zoom in {max(dissolved, default=9) + 1, 13, 16}:
        shown = seen_in(client, layer, grid, zoom, 115.0001, 34.0001)
        assert {1, made} <= shown.keys(), (zoom, shown)
        assert gone not in shown
        assert shown[1] in (None, grid)  # small scales may leave attributes out
    assert shown[made] == "新"
    assert client.delete(f"{items}/{made}", headers=any_state).status_code == 204
    assert made not in seen_in(client, layer, grid, 16, 115.0001, 34.0001)


def seen_in(client, layer, grid, zoom, lon, lat):
    if grid == "WebMercatorQuad":
        tile = morecantile.tms.get(grid).tile(lon, lat, zoom)
        row, col = tile.y, tile.x
    else:
        side = 360 / 2**zoom
        row, col = int((90 - lat) // side), int((lon + 180) // side)
    response = client.get(f"/collections/{layer}/tiles/{grid}/{zoom}/{row}/{col}")
    decoded = mapbox_vector_tile.decode(response.content) if response.content else {}
    features = decoded.get(layer, {}).get("features", [])
    assert len({found["id"] for found in features}) == len(features)
    return {found["id"]: found["properties"].get("name") for found in features}


def middle(grid, matrix, row, column):
    """The middle of a tile in degrees of CRS84."""
    from layers.crs.names import parse_crs
    from layers.crs.operations import find_transform

    side = matrix["cellSize"] * matrix["tileWidth"]
    origin = matrix["pointOfOrigin"]
    turned = matrix["pointOfOrigin"] if grid in ("WebMercatorQuad", "WorldCRS84Quad") else origin[::-1]
    x, y = turned[0] + (column + 0.5) * side, turned[1] - (row + 0.5) * side
    code = {"WebMercatorQuad": 3857, "ScaleGrid4509": 4509}.get(grid)
    if code is None:
        return x, y
    lon, lat = find_transform(parse_crs(code), parse_crs(4490)).points([x], [y])
    return float(lon[0]), float(lat[0])
