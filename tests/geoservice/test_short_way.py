"""Items are answered on a way of their own; whatever is asked, it says what the way of all other routes says."""

import re

import pytest

from geoservice.api.feature.short import ShortWay
from layers.layer import Column
from tests.feature_layers import buildings, make_layer
from tests.geoservice.api_app import api_client

ITEMS = "/collections/buildings/items"


@pytest.fixture(scope="module")
def client(database, tmp_path_factory):
    with database.session() as session:
        make_layer(session, "buildings", buildings())
        many = [(f"n{i}", f"POINT({115 + i / 1000} 34)") for i in range(600)]
        make_layer(session, "many", many, [Column("name", "name", "text")])
        make_layer(session, "secret", buildings(), public=False, department="land")
        session.commit()
    with api_client(database, tmp_path_factory.mktemp("data")) as client:
        yield client


@pytest.fixture
def shortly(client, monkeypatch):
    """The paths that were answered on the short way."""
    found = []
    answer = ShortWay.answer

    async def noted(self, scope, receive, send):
        answered = await answer(self, scope, receive, send)
        if answered:
            found.append(scope["path"])
        return answered

    monkeypatch.setattr(ShortWay, "answer", noted)
    return found


@pytest.fixture
def at_length(client, monkeypatch):
    """Ask as ``client.get`` does, on the way of all other routes."""

    async def passed_by(self, scope, receive, send):
        return False

    def get(path, headers):
        with monkeypatch.context() as patch:
            patch.setattr(ShortWay, "answer", passed_by)
            return client.get(path, headers=headers)

    return get


def told(response):
    headers = {name: value for name, value in response.headers.items() if name != "date"}
    return response.status_code, headers, re.sub(r'"timeStamp":"[^"]*"', "", response.text)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        (ITEMS, 200),
        (f"{ITEMS}?limit=3&sortby=-name&crs=http://www.opengis.net/def/crs/EPSG/0/4490", 200),
        (f"{ITEMS}?bbox=114,33,117,35&f=html", 200),
        (f"{ITEMS}?f=csv", 200),
        (f"{ITEMS}/3", 200),
        (f"{ITEMS}/3?f=jsonfg", 200),
        ("/collections/many/items?limit=500", 200),
        (f"{ITEMS}?filter=name%20%3D", 400),
        (f"{ITEMS}?nothing=1", 400),
        (f"{ITEMS}?filter=sqrt(-1.0*fid)%3E1&filter-lang=cql2-text", 400),
        (f"{ITEMS}?f=html&limit=nought", 400),
        (f"{ITEMS}/999999", 404),
        (f"{ITEMS}/none", 404),
        ("/collections/nothing/items", 404),
        ("/collections/secret/items", 404),
        ("/collections/secret/items/1", 404),
    ],
)
@pytest.mark.parametrize(
    "headers",
    [{}, {"Accept-Encoding": "identity", "Accept-Language": "zh"}, {"Origin": "https://elsewhere.example"}],
)
def test_the_short_way_answers_as_the_long_one_does(client, shortly, at_length, path, status, headers):
    here, there = client.get(path, headers=headers), at_length(path, headers)
    assert here.status_code == status, here.text
    assert len(shortly) == 1
    assert told(here) == told(there)


def test_a_client_that_has_a_page_is_told_so_on_both_ways(client, shortly, at_length):
    known = {"If-None-Match": client.get(ITEMS).headers["etag"]}
    here, there = client.get(ITEMS, headers=known), at_length(ITEMS, known)
    assert here.status_code == 304
    assert told(here) == told(there)
    assert len(shortly) == 2


@pytest.mark.parametrize("encoding", ["gzip", "br", "zstd", "*"])
def test_a_page_is_compressed_on_both_ways(client, shortly, at_length, encoding):
    path, wanted = "/collections/many/items?limit=200", {"Accept-Encoding": encoding}
    here, there = client.get(path, headers=wanted), at_length(path, wanted)
    assert here.headers.get("content-encoding") == (None if encoding == "*" else encoding)
    assert here.headers.get("content-encoding") == there.headers.get("content-encoding")
    assert told(here) == told(there)
    assert len(shortly) == 1


@pytest.mark.parametrize(
    "path", [f"{ITEMS}/", f"/{ITEMS}", f"{ITEMS}/3/history", "/collections//items", "/collections"]
)
def test_other_paths_go_the_long_way(client, shortly, path):
    client.get(path)
    assert not shortly


@pytest.mark.parametrize("method", ["HEAD", "OPTIONS", "POST"])
def test_other_methods_go_the_long_way(client, shortly, method):
    client.request(method, ITEMS)
    assert not shortly


def test_a_proxy_is_believed_on_the_short_way(client, shortly, at_length):
    forwarded = {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "map.example", "X-Forwarded-Prefix": "/geo"}
    links = client.get(ITEMS, headers=forwarded).json()["links"]
    here = {link["href"] for link in links}
    there = {link["href"] for link in at_length(ITEMS, forwarded).json()["links"]}
    assert here == there
    assert len(shortly) == 1


def test_what_nobody_foresaw_is_a_problem_on_the_short_way_too(client, shortly, monkeypatch):
    monkeypatch.setattr("geoservice.api.feature.items.read_items_request", lambda *_: 1 / 0)
    response = client.get(ITEMS)
    assert (response.status_code, response.headers["content-type"]) == (500, "application/problem+json")
    assert shortly == [ITEMS]


def test_what_is_answered_shortly_is_counted(client, shortly):
    def counted():
        lines = client.get("/metrics").text.splitlines()
        return sum(
            float(line.split()[-1]) for line in lines if line.startswith('geoservice_requests_total{family="items"')
        )

    before = counted()
    client.get(ITEMS)
    assert counted() == before + 1
    assert shortly == [ITEMS]
