"""HTTP itself: conditional requests, HEAD, OPTIONS, slashes, encodings, other sites, proxies, on every resource."""

import asyncio
import gzip
import re

import pytest
import zstandard
from starlette.responses import StreamingResponse
from starlette.testclient import TestClient

from geoservice.api.middleware import HeadMiddleware
from tests.feature_layers import buildings, make_layer
from tests.geoservice.api_app import api_client

RESOURCES = (
    "/", "/conformance", "/api", "/collections", "/collections/buildings", "/collections/buildings/items",
    "/collections/buildings/items/1", "/collections/buildings/schema", "/collections/buildings/queryables",
    "/collections/buildings/sortables", "/collections/buildings/tiles", "/collections/buildings/tiles/WebMercatorQuad",
    "/collections/buildings/tiles/WebMercatorQuad/0/0/0", "/collections/buildings/tilejson", "/tiles",
    "/tiles/WebMercatorQuad", "/tileMatrixSets", "/tileMatrixSets/WebMercatorQuad", "/xyz/buildings/0/0/0.mvt",
    "/collections/buildings/style", "/style.json", "/catalogue", "/functions", "/collections/buildings/legend?f=png",
    "/wmts/1.0.0/WMTSCapabilities.xml", "/wms?service=WMS&request=GetCapabilities", "/stac", "/stac/collections",
    "/stac/search", "/collections/buildings/archives",
)  # fmt: skip
LINKED = (
    "/", "/collections", "/collections/buildings", "/collections/buildings/items?limit=2", "/tiles", "/api",
    "/collections/buildings/tilejson", "/style.json?layers=buildings", "/tileMatrixSets",
)  # fmt: skip
LONG = "/collections/buildings/items?limit=12"


@pytest.fixture(scope="module")
def layers(database):
    with database.session() as session:
        make_layer(session, "buildings", buildings())
        session.commit()
    return database


@pytest.fixture(scope="module")
def client(layers, tmp_path_factory):
    with api_client(layers, tmp_path_factory.mktemp("data")) as client:
        yield client


@pytest.mark.parametrize("path", RESOURCES)
def test_what_a_client_has_already_is_not_sent_again(client, path):
    first = client.get(path)
    assert first.status_code == 200
    tag = first.headers["etag"]
    again = client.get(path, headers={"If-None-Match": tag})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == tag
    assert client.get(path, headers={"If-None-Match": '"other"'}).status_code == 200
    assert client.get(path, headers={"If-None-Match": f'"other", {tag}'}).status_code == 304


@pytest.mark.parametrize(
    "path",
    [
        *("/style.json", "/collections/buildings/style", "/catalogue", "/records/collections", "/stac", "/stac/search"),
        *("/collections/buildings/domains", "/collections/buildings/archives", "/what-is-here?lon=115&lat=34"),
    ],
)
def test_a_form_that_is_not_there_is_refused_where_there_is_but_one(client, path):
    more = "&" if "?" in path else "?"
    refused = client.get(f"{path}{more}f=xml")
    assert (refused.status_code, refused.json()["parameter"]) == (400, "f")
    assert client.get(f"{path}{more}f=json").status_code == 200


@pytest.mark.parametrize(
    "path",
    ["/api", "/collections/buildings/items?f=jsonfg&limit=9",
     "/collections/buildings/styles/default?f=sld11", "/collections/buildings/items?f=kml&limit=9"],
)  # fmt: skip
def test_text_is_compressed_whatever_it_is_called(client, path):
    plain = client.get(path, headers={"Accept-Encoding": "identity"})
    small = client.get(path, headers={"Accept-Encoding": "gzip"})
    assert "content-encoding" not in plain.headers
    assert small.headers["content-encoding"] == "gzip"
    assert int(small.headers.get("content-length", 0)) < len(plain.content)
    assert small.headers["content-type"] == plain.headers["content-type"]


@pytest.mark.parametrize("path", RESOURCES)
def test_head_is_get_without_its_body(client, path):
    answer, head = client.get(path), client.head(path)
    assert head.status_code == answer.status_code
    assert head.content == b""
    for name in ("content-type", "etag"):
        assert head.headers.get(name) == answer.headers.get(name), name
    assert varies(head) == varies(answer)


def varies(answer):
    """What an answer depends on, besides who asks from where."""
    return {part.strip().lower() for part in answer.headers.get("vary", "").split(",")} - {"origin"}


@pytest.mark.parametrize("path", RESOURCES)
def test_options_tells_the_truth(client, path):
    answer = client.options(path)
    allowed = {method.strip() for method in answer.headers["allow"].split(",")}
    assert answer.status_code == 200
    assert {"GET", "HEAD", "OPTIONS"} <= allowed
    for method in {"POST", "PUT", "PATCH", "DELETE", "TRACE"} - allowed:
        refused = client.request(method, path)
        assert refused.status_code == 405, method
        assert refused.headers["content-type"] == "application/problem+json"
        assert {part.strip() for part in refused.headers["allow"].split(",")} == allowed
    for method in allowed & {"POST", "PUT", "PATCH", "DELETE"}:
        assert client.request(method, path).status_code != 405, method


@pytest.mark.parametrize("path", [path for path in RESOURCES if path != "/" and "?" not in path])
def test_a_last_slash_makes_no_difference(client, path):
    plain, slashed = client.get(path), client.get(f"{path}/", follow_redirects=False)
    assert slashed.status_code == 200
    assert slashed.headers["content-type"] == plain.headers["content-type"]


@pytest.mark.parametrize("path", [*RESOURCES, "/collections/nowhere", "/xyz/buildings/3/6/3.mvt"])
def test_no_answer_may_be_kept_for_another_caller(client, path):
    for _ in range(3):  # the long way, the short way, from the cache
        answer = client.get(path)
        assert "authorization" in varies(answer)
        if tag := answer.headers.get("etag"):
            unchanged = client.get(path, headers={"If-None-Match": tag})
            assert unchanged.status_code == 304
            assert varies(unchanged) <= varies(answer)
            assert "authorization" in varies(unchanged)


@pytest.mark.parametrize("path", [*RESOURCES, "/collections/nowhere", "/xyz/buildings/3/6/3.mvt", "/pages.css"])
def test_each_header_that_an_answer_varies_by_is_named_once(client, path):
    for given in ({}, {"Accept": "text/html"}, {"Origin": "https://town.example"}, {"Accept-Encoding": "identity"}):
        answer = client.get(path, headers=given)
        assert answer.headers.get_list("vary") == [answer.headers["vary"]]
        named = [part.strip().lower() for part in answer.headers["vary"].split(",")]
        assert len(named) == len(set(named)), (given, named)


def test_a_browser_that_shows_json_finds_the_icon_where_it_looks_for_one(client):
    answer = client.get("/favicon.ico")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/svg+xml")
    assert client.get("/favicon.ico", headers={"If-None-Match": answer.headers["etag"]}).status_code == 304
    assert 'href="http://city.example/favicon.ico"' in client.get("/collections", headers={"Accept": "text/html"}).text


def test_java_s_way_of_taking_anything_is_understood(client):
    wanted = "text/html;q=0, image/gif, *; q=.2, */*; q=.2"
    for accept in ("*", wanted):
        answer = client.get("/collections", headers={"Accept": accept})
        assert answer.headers["content-type"] == "application/json", accept


@pytest.mark.parametrize("path", ["/", "/collections", "/collections/buildings", "/collections/buildings/items"])
def test_what_depends_on_accept_says_so(client, path):
    assert {"accept", "accept-encoding"} <= {
        part.strip().lower() for part in client.get(path).headers["vary"].split(",")
    }


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        (None, "application/geo+json"), ("*/*", "application/geo+json"), ("application/json", "application/geo+json"),
        ("text/html", "text/html"), ("text/html;q=0.5, application/geo+json", "application/geo+json"),
        ("application/geo+json;q=0.1, text/html;q=0.9", "text/html"), ("text/*", "text/html"),
        ("application/xml, */*;q=0.1", "application/geo+json"),
        ("application/geo+json;q=0, application/json;q=0, text/html;q=0.1", "text/html"),
        ("application/geo+json;q=0, */*", "text/html"),
    ],
)  # fmt: skip
def test_accept_is_weighed(client, accept, media_type):
    headers = {"Accept": accept} if accept else {}
    client.headers.pop("accept", None)
    answer = client.get("/collections/buildings/items", headers=headers)
    assert answer.headers["content-type"].split(";")[0] == media_type


def test_what_nobody_can_give_is_406_and_f_comes_before_accept(client):
    items = "/collections/buildings/items"
    assert client.get(items, headers={"Accept": "image/png"}).status_code == 406
    assert client.get(f"{items}?f=json", headers={"Accept": "image/png"}).status_code == 200
    assert client.get(f"{items}?f=nothing").status_code == 400
    for written in ("application/geo%2Bjson", "application/geo+json"):
        assert client.get(f"{items}?f={written}").headers["content-type"] == "application/geo+json"
    assert client.get(f"{items}?f=text/html").headers["content-type"].startswith("text/html")
    assert client.get(f"{items}?f=image/png").status_code == 400


@pytest.mark.parametrize("path", ["/collections/buildings/items", "/collections/buildings/map?width=40", "/api"])
def test_who_accepts_problem_documents_alone_is_answered_as_who_accepts_anything(client, path):
    """A client generated in Python asks so for a picture: its refusals are the only JSON that the document names."""
    told, asked = (client.get(path, headers={"Accept": accept}) for accept in ("*/*", "application/problem+json"))
    assert (asked.status_code, asked.headers["content-type"]) == (200, told.headers["content-type"])


@pytest.mark.parametrize(
    ("asked", "given"),
    [
        ("gzip", "gzip"), ("gzip, deflate, br, zstd", "zstd"), ("br", "br"), ("zstd;q=0, gzip", "gzip"),
        ("identity", None), ("*", None), ("*;q=0.5, gzip", "gzip"), ("", None),
    ],
)  # fmt: skip
def test_a_body_is_encoded_as_it_is_asked_for_and_only_by_name(client, asked, given):
    plain = client.get(LONG, headers={"Accept-Encoding": "identity"})
    answer = client.get(LONG, headers={"Accept-Encoding": asked})
    assert answer.headers.get("content-encoding") == given
    body = answer.content
    if given == "zstd" and body[:4] == b"\x28\xb5\x2f\xfd":  # this client asks for it and leaves it packed
        body = zstandard.ZstdDecompressor().decompressobj().decompress(body)
    assert _timeless(body) == _timeless(plain.content)


def test_a_tile_is_encoded_once(client):
    path = "/collections/buildings/tiles/WebMercatorQuad/0/0/0"
    plain = client.get(path, headers={"Accept-Encoding": "identity"}).content
    for name, decoded in {"gzip": gzip.decompress, "zstd": zstandard.decompress}.items():
        with client.stream("GET", path, headers={"Accept-Encoding": name}) as answer:
            raw = b"".join(answer.iter_raw())
        assert (decoded(raw) if answer.headers.get("content-encoding") == name else raw) == plain


@pytest.mark.parametrize("path", ["/collections", LONG, "/xyz/buildings/0/0/0.mvt"])
def test_pages_of_other_sites_may_call_without_credentials(client, path):
    answer = client.get(path, headers={"Origin": "https://other.example"})
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-credentials" not in answer.headers
    exposed = answer.headers["access-control-expose-headers"]
    assert all(name in exposed for name in ("Content-Crs", "Link", "Location", "ETag"))
    asked = {"Origin": "https://other.example", "Access-Control-Request-Method": "PATCH",
             "Access-Control-Request-Headers": "if-match, content-crs"}  # fmt: skip
    assert client.options(path, headers=asked).status_code == 200


def test_named_sites_may_send_credentials_and_no_other(layers, tmp_path_factory):
    named = "https://www.arcgis.com"
    with api_client(layers, tmp_path_factory.mktemp("data"), cors_origins=named) as client:
        for path in ("/collections", "/xyz/buildings/0/0/0.mvt", "/xyz/buildings/0/0/0.mvt"):
            answer = client.get(path, headers={"Origin": named})
            assert answer.headers["access-control-allow-origin"] == named
            assert answer.headers["access-control-allow-credentials"] == "true"
            assert "Origin" in answer.headers["vary"]
            other = client.get(path, headers={"Origin": "https://evil.example"})
            assert "access-control-allow-origin" not in other.headers


@pytest.mark.parametrize("prefix", ["", "/geo", "/a/b"])
def test_behind_a_proxy_every_link_is_the_address_users_see(layers, tmp_path_factory, prefix):
    headers = {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "gis.city.cn", "X-Forwarded-Prefix": prefix}
    with api_client(layers, tmp_path_factory.mktemp("data"), trusted_proxies="*") as client:
        for path in LINKED:
            text = client.get(path, headers=headers | {"Accept": "application/json, */*"}).text
            assert f"https://gis.city.cn{prefix}" in text, path
            assert "http://city.example" not in text, path


def test_editing_as_qgis_does_it_needs_the_setting(layers, tmp_path_factory):
    """QGIS 3.32 and newer: OPTIONS of items and of one item, then POST, PUT and DELETE, none with If-Match."""
    from geoservice.auth import create_token

    with layers.session() as session:
        token = {"Authorization": f"Bearer {create_token(session, 'qgis', ['*'], write=True)}"}
        session.commit()
    items, geojson = "/collections/buildings/items", token | {"Content-Type": "application/geo+json"}
    point = {"type": "Point", "coordinates": [115.5, 34.5]}
    body = {"type": "Feature", "properties": {"name": "QGIS"}, "geometry": point}
    for demanded, changed in ((True, 428), (False, 204)):
        with api_client(layers, tmp_path_factory.mktemp("data"), require_if_match=demanded) as client:
            assert "POST" in client.options(items).headers["allow"]
            made = client.post(items, json=body, headers=geojson)
            assert made.status_code == 201
            place = made.headers["location"].removeprefix("http://city.example")
            assert {"PUT", "DELETE", "PATCH"} <= set(client.options(place).headers["allow"].split(", "))
            moved = body | {"properties": {"name": "moved"}}
            assert client.put(place, json=moved, headers=geojson).status_code == changed
            assert client.delete(place, headers=token).status_code == changed


def _timeless(body: bytes) -> bytes:
    return re.sub(rb'"timeStamp":"[^"]*"', b"", body)


BODIES = (
    ("POST", "/collections/buildings/items", "application/geo+json, application/vnd.ogc.fg+json, application/json"),
    ("PUT", "/collections/buildings/items/1", "application/geo+json, application/vnd.ogc.fg+json, application/json"),
    ("PATCH", "/collections/buildings/items/1", "application/merge-patch+json, application/geo+json, application/json"),
    ("POST", "/collections/buildings/changes", "application/json"),
    ("PUT", "/collections/buildings/domains", "application/json"),
    ("POST", "/what-is-here", "application/json"),
    ("POST", "/stac/search", "application/json"),
    ("POST", "/processes/echo/execution", "application/json"),
    ("POST", "/imports", "multipart/form-data"),
    ("POST", "/inspections", "multipart/form-data"),
)


@pytest.fixture(scope="module")
def writer(layers):
    from geoservice.auth import create_token

    with layers.session() as session:
        token = create_token(session, "writer", ["*"], write=True)
        session.commit()
    return {"Authorization": f"Bearer {token}", "If-Match": "*"}


@pytest.mark.parametrize(("method", "path", "offered"), BODIES)
def test_a_body_of_another_type_is_415_and_told_what_is_taken(client, writer, method, path, offered):
    for kind in ("text/csv", "text/plain", "application/x-www-form-urlencoded", "application/xml"):
        answer = client.request(method, path, content=b"a,b\n1,2\n", headers=writer | {"Content-Type": kind})
        assert (answer.status_code, answer.headers["accept"]) == (415, offered), answer.text
        assert answer.json()["type"] == "/problems/wrong-body-type"
        if method != "PUT":
            assert answer.headers[f"accept-{method.lower()}"] == offered


@pytest.mark.parametrize(("method", "path", "offered"), BODIES[:8])
def test_any_json_and_no_type_at_all_are_taken_for_json(client, writer, method, path, offered):
    for headers in ({}, {"Content-Type": "application/json; charset=utf-8"}, {"Content-Type": "application/geo+json"}):
        answer = client.request(method, path, content=b"[]", headers=writer | headers)
        assert answer.status_code in (400, 422), answer.text


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/collections/buildings/items"), ("POST", "/collections/buildings/changes"),
        ("PUT", "/collections/buildings/items/1"), ("PATCH", "/collections/buildings/items/1"),
        ("DELETE", "/collections/buildings/items/1"), ("PUT", "/collections/buildings/domains"),
        ("PUT", "/layers/buildings/current"), ("DELETE", "/layers/buildings"), ("POST", "/imports"),
        ("POST", "/inspections"), ("POST", "/stac/search"),
    ],
)  # fmt: skip
def test_a_change_whose_address_says_more_than_is_read_is_not_made(client, writer, method, path):
    """``crs`` of a POST would be thought of as that of its body, ``version`` of a DELETE as what shall go."""
    answer = client.request(method, f"{path}?version=1", headers=writer)
    assert (answer.status_code, answer.json()["parameter"]) == (400, "version"), answer.text


def test_a_patch_in_steps_is_415_and_told_what_is_taken(client, writer):
    headers = writer | {"Content-Type": "application/json-patch+json"}
    answer = client.patch("/collections/buildings/items/1", content=b"[]", headers=headers)
    assert (answer.status_code, answer.headers["accept-patch"].split(",")[0]) == (415, "application/merge-patch+json")


def test_a_body_may_begin_with_the_mark_that_windows_writes(client):
    answer = client.post("/stac/search", content='\ufeff{"limit": 1}'.encode())
    assert answer.status_code == 200, answer.text


def test_a_compressed_body_is_415_and_told_so(client, writer):
    headers = writer | {"Content-Type": "application/geo+json", "Content-Encoding": "gzip"}
    answer = client.post("/collections/buildings/items", content=gzip.compress(b"{}"), headers=headers)
    assert (answer.status_code, answer.headers["accept-encoding"]) == (415, "identity")


def test_options_of_an_item_names_the_type_of_a_patch(client):
    assert client.options("/collections/buildings/items/1").headers["accept-patch"] == "application/merge-patch+json"
    assert "accept-patch" not in client.options("/collections/buildings/items").headers


@pytest.mark.parametrize("encoding", ["identity", "gzip", "zstd"])
@pytest.mark.parametrize("path", RESOURCES)
def test_head_has_every_header_of_get_in_every_encoding(client, path, encoding):
    headers = {"Accept-Encoding": encoding}
    get, head = client.get(path, headers=headers), client.head(path, headers=headers)
    changing = {"date", "server-timing"}
    assert head.content == b""
    assert {k: v for k, v in head.headers.items() if k not in changing} == {
        k: v for k, v in get.headers.items() if k not in changing
    }


def test_head_makes_no_more_of_a_body_than_its_beginning():
    made = []

    async def parts():
        for number in range(5000):
            made.append(number)
            await asyncio.sleep(0)  # as if it were read
            yield bytes(1000)

    head = TestClient(HeadMiddleware(StreamingResponse(parts(), headers={"Content-Length": "5000000"}))).head("/")
    assert (head.content, head.headers["content-length"]) == (b"", "5000000")
    assert len(made) < 100


def test_what_takes_a_body_only_allows_no_head(client):
    for method in ("GET", "HEAD", "PUT", "OPTIONS"):
        answer = client.request(method, "/imports")
        assert answer.headers["allow"] == "OPTIONS, POST", method
        assert answer.status_code == (200 if method == "OPTIONS" else 405)
