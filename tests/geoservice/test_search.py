import pytest

from layers.layer import Column
from tests.feature_layers import make_layer
from tests.geoservice.api_app import api_client
from tests.waiting import until

COLUMNS = (Column("name", "名称", "text"), Column("kind", "类别", "text"))


@pytest.fixture(scope="module")
def client(database, tmp_path_factory):
    shops = [("商丘新华书店", "书店"), ("新华书店", "书店"), ("永城书店", "书店")]
    streets = [("新华路", "路"), ("书店街", "街")]
    with database.session() as session:
        for name, rows, public in (("shops", shops, True), ("streets", streets, True), ("secret", shops, False)):
            places = [(*row, f"POINT(115 {34 + i / 10})") for i, row in enumerate(rows)]
            make_layer(session, name, places, COLUMNS, words=True, public=public, style={"label": "name"})
        session.commit()
    with api_client(database, tmp_path_factory.mktemp("data")) as client:
        yield client


def titles(response):
    assert response.status_code == 200, response.text
    return [feature["title"] for feature in response.json()["features"]]


@pytest.mark.parametrize("words", ["新华书店", "xinhuashudian", "xhsd", "xinhuash"])
def test_names_of_all_visible_layers_are_found_the_very_name_first(client, words):
    found = titles(client.get("/search", params={"q": words}))
    assert set(found) == {"新华书店", "商丘新华书店"}
    if words == "新华书店":
        assert found[0] == "新华书店"


def test_a_hit_is_a_feature_that_tells_its_collection_and_its_address(client):
    response = client.get("/search", params={"q": "新华路"})
    (hit,) = response.json()["features"]
    assert (hit["type"], hit["collection"], hit["geometry"]["type"]) == ("Feature", "streets", "Point")
    assert client.get(hit["links"][0]["href"]).json()["properties"]["name"] == "新华路"
    assert response.headers["content-type"] == "application/geo+json"


def test_a_hit_tells_what_it_was_found_by_where_its_title_does_not(client, database):
    with database.session() as session:
        columns = (Column("name", "名称", "text"), Column("address", "地址", "text"))
        make_layer(
            session, "houses", [("B7", "云帆大道12号", "POINT(115 34)")], columns, words=True, style={"label": "name"}
        )
        session.commit()
    found = until(lambda: client.get("/search?q=yunfan").json()["features"])
    assert [(hit["title"], hit["matched"]) for hit in found] == [("B7", "云帆大道12号")]
    assert [hit.get("matched") for hit in client.get("/search?q=b7").json()["features"]] == [None]


def test_what_is_so_called_comes_before_what_only_mentions_it_in_pinyin_too(client, database):
    with database.session() as session:
        columns = (Column("code", "代码", "text"), Column("address", "地址", "text"))
        lots = [("GB1", "睢阳大道1号", "POINT(115 34)")]
        make_layer(session, "lots", lots, columns, words=True, style={"label": "code", "order": 90})
        make_layer(session, "towns", [("睢阳区", "区", "POINT(115 34)")], COLUMNS, words=True, style={"label": "name"})
        session.commit()
    until(lambda: len(titles(client.get("/search?q=suiyang"))) == 2)
    for words in ("suiyang", "睢阳"):
        assert titles(client.get("/search", params={"q": words})) == ["睢阳区", "GB1"]


def test_layers_can_be_named_and_hits_bounded(client):
    assert set(titles(client.get("/search?q=shudian&collections=streets"))) == {"书店街"}
    assert len(titles(client.get("/search?q=shudian&limit=1"))) == 2
    assert client.get("/search?q=shudian&collections=secret").status_code == 404


@pytest.mark.parametrize("query", ["", "?q=", "?q=%00", "?q=a&limit=0", "?q=a&other=1", "?q=" + "a" * 501])
def test_what_cannot_be_searched_is_400(client, query):
    assert client.get(f"/search{query}").status_code == 400


def test_items_are_searched_alike_and_what_is_edited_is_found_at_once(client, database):
    from geoservice.auth import create_token

    with database.session() as session:
        token = create_token(session, "editor", ["*"], write=True)
        session.commit()
    headers = {"Authorization": f"Bearer {token}", "If-Match": "*"}
    items = "/collections/streets/items"
    feature = {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [115, 34]},
        "properties": {"name": "归德路"},
    }
    location = client.post(items, json=feature, headers=headers).headers["location"]

    def named(words):
        return [found["properties"]["name"] for found in client.get(f"{items}?q={words}").json()["features"]]

    assert named("guide") == named("gdl") == ["归德路"]
    client.patch(location, json={"properties": {"name": "宋城路"}}, headers=headers)
    assert (named("guide"), named("songcheng")) == ([], ["宋城路"])
    client.delete(location, headers=headers)
    assert named("songcheng") == []
