"""Hostile input: whatever is sent, the answer is a documented one that names what is wrong, and the process lives."""

import hashlib
import json
import socket
import string
from urllib.parse import quote, urlsplit

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from layers.errors import BadFilter
from layers.filter.cql2 import parse_filter

NASTY = (
    "'", '"', "\\", "\x00", "%", "%ff", "../../../etc/passwd", "..%2f..%2fetc", "' OR 1=1 --", "1; DROP TABLE x", "NaN",
    "inf", "-inf", "1e999", "-1", "0", "9" * 30, "١٢", "９", "ⅷ", "\u202e", "\ufeff", "💥", "a" * 5000, "(" * 4096,
    "{}", "[]", "[[[[1]]]]", "null", "true", "\r\nX-Injected: 1", "<script>alert(1)</script>", "{{7*7}}", "a,b,,c",
    "../x", "2020-13-45T99:99:99Z", "1,2,3", "1,2,3,4,5,6,7", "a=b&c=d", "EPSG:999999", "+inf,NaN,1,1", "\t", " ", "",
)  # fmt: skip
FILLED = {
    "styleId": "default",
    "collectionId": "regions", "tileMatrixSetId": "WebMercatorQuad", "tileMatrix": "1", "tileRow": "0", "tileCol": "1",
    "z": "1", "x": "0", "y": "0.mvt", "featureId": "1", "code": "J50",
}  # fmt: skip
NEEDED = {
    "bbox": "0,0,5,5",
    "lon": "0",
    "lat": "0",
    "line": "0,0;5,5",
    "q": "R1",
    "request": "GetMap",
    "service": "WMTS",
}
OTHERS = ("filter", "crs", "bbox-crs", "layer")
"""What may be wrong besides the parameter under test: a pair that belongs together, a layer without pictures."""
JSON = {"Accept": "application/json, */*;q=0.5"}


def operations(client):
    """Every GET of the OpenAPI document: its path, its parameters, the statuses it names."""
    document = client.get("/api", headers=JSON).json()
    shared = document["components"]["parameters"]
    for path, item in document["paths"].items():
        if "get" in item:
            given = item["get"]["parameters"]
            named = [shared[one["$ref"].rsplit("/", 1)[1]] if "$ref" in one else one for one in given]
            yield path, named, set(item["get"]["responses"])


def some_of(path: str, name: str, count: int = 12) -> list[str]:
    """A choice of nasty values, another for each parameter, the same in every run."""
    start = int.from_bytes(hashlib.sha256(f"{path} {name}".encode()).digest()[:4])
    return [NASTY[(start + 7 * step) % len(NASTY)] for step in range(count)]


def is_keyed(path: str) -> bool:
    """Whether WMS or WMTS answers there: by keys in any letters, unknown ones ignored, refusals in XML of its own."""
    return path.endswith(("/wms", "/wmts", "/wfs"))


def checked(answer, statuses, what):
    """An answer must be documented, refuse with a problem, and show nothing of the inside."""
    assert answer.status_code < 500, (what, answer.text[:500])
    assert str(answer.status_code) in statuses, (what, answer.status_code, answer.text[:300])
    assert "X-Injected" not in answer.headers
    if answer.status_code >= 400:
        in_xml = answer.status_code == 400 or "xml" in answer.headers["content-type"]  # a layer that is none, as 404
        if is_keyed(answer.url.path) and in_xml:
            assert "xml" in answer.headers["content-type"], what
            assert "ServiceException" in answer.text or "ExceptionReport" in answer.text, what
        else:
            assert answer.headers["content-type"] == "application/problem+json", what
            assert answer.json()["status"] == answer.status_code
        assert len(answer.content) < 4000, what
        assert not any(word in answer.text for word in ("Traceback", "psycopg", "SELECT ", "/site-packages/")), what
    return answer


def test_every_query_parameter_refuses_or_understands_what_it_gets(client):
    for path, parameters, statuses in operations(client):
        base = path
        for name in [one["name"] for one in parameters if one["in"] == "path"]:
            base = base.replace(f"{{{name}}}", FILLED.get(name, "1"))
        needed = {
            one["name"]: NEEDED[one["name"]] for one in parameters if one.get("required") and one["in"] == "query"
        }
        for name in [one["name"] for one in parameters if one["in"] == "query"]:
            for value in some_of(path, name):
                query = "&".join(f"{key}={quote(text, safe='')}" for key, text in (needed | {name: value}).items())
                answer = checked(client.get(f"{base}?{query}", headers=JSON), statuses, (base, name, value[:60]))
                if answer.status_code == 400 and not is_keyed(base) and "parameter" in answer.json():
                    assert answer.json()["parameter"] in (name, *NEEDED, *OTHERS), (base, name)


def test_no_number_is_read_from_what_only_looks_like_one(client):
    """Python's ``float`` and ``int`` read ``1_2`` and the digits of every script; no parameter of ours does."""
    asked = 0
    for path, parameters, statuses in operations(client):
        if is_keyed(path):  # below
            continue
        base = path
        for name in [one["name"] for one in parameters if one["in"] == "path"]:
            base = base.replace(f"{{{name}}}", FILLED.get(name, "1"))
        queries = [one for one in parameters if one["in"] == "query"]
        needed = {one["name"]: NEEDED[one["name"]] for one in queries if one.get("required")}
        for one in queries:
            schema = one["schema"]
            kind = schema.get("items", schema).get("type")
            if kind not in ("number", "integer"):
                continue
            for text in ("1_2", "１２", "٣"):
                value = ",".join([text] * schema.get("minItems", 1))
                answer = client.get(base, params=needed | {one["name"]: value}, headers=JSON)
                checked(answer, statuses, (base, one["name"], value))
                assert answer.status_code in (400, 404), (base, one["name"], value)
                asked += answer.status_code == 400
    assert asked > 80  # of them; the others have no layer of their kind here


@pytest.mark.parametrize("text", ["1_15.5", "１１５.5", "1e999", "nan", "0x73"])
def test_pictures_and_the_catalogue_of_images_read_no_such_number_either(client, text):
    box = {"bbox": f"{text},34.4,116,34.6"}
    answer = client.get("/stac/search", params=box)
    assert (answer.status_code, answer.json()["parameter"]) == (400, "bbox")
    assert client.post("/stac/search", json={"bbox": [text, 34.4, 116, 34.6]}).status_code == 400
    for member in ("limit", "token"):
        for wrong in (text, True, 1.5, -1, None, 1e18):
            answer = client.post("/stac/search", json={member: wrong})
            assert (answer.status_code, answer.json()["parameter"]) == (400, member), wrong
    wms = {"service": "WMS", "version": "1.1.1", "request": "GetMap", "layers": "regions", "styles": "", "width": "9",
           "height": "9", "srs": "EPSG:4326", "format": "image/png"}  # fmt: skip
    answer = client.get("/wms", params=wms | box)
    assert (answer.status_code, "bbox is four numbers" in answer.text) == (400, True)
    answer = client.get("/wms", params=wms | {"bbox": "1,2,3,4", "dpi": text})
    assert (answer.status_code, "dpi is a number" in answer.text) == (400, True)


def test_every_place_in_a_path_refuses_or_understands_what_it_gets(client):
    for path, parameters, statuses in operations(client):
        names = [one["name"] for one in parameters if one["in"] == "path"]
        for nasty_name in names:
            for value in some_of(path, nasty_name):
                address = path
                for name in names:
                    text = value if name == nasty_name else FILLED.get(name, "1")
                    address = address.replace(f"{{{name}}}", quote(text, safe=""))
                answer = client.get(address, headers=JSON, follow_redirects=False)
                checked(answer, statuses | {"200", "404"}, (address[:200],))


def test_unknown_parameters_are_refused_on_every_path(client):
    for path, parameters, statuses in operations(client):
        if path.startswith("/wmts") or is_keyed(path):  # their standards have them ignored
            continue
        address = path
        for name in [one["name"] for one in parameters if one["in"] == "path"]:
            address = address.replace(f"{{{name}}}", FILLED.get(name, "1"))
        needed = "&".join(
            f"{one['name']}={NEEDED[one['name']]}" for one in parameters if one.get("required") and one["in"] == "query"
        )
        answer = checked(client.get(f"{address}?{needed}&no%27such=1", headers=JSON), statuses, address)
        assert answer.status_code in (400, 401, 404), address
        if answer.status_code == 400:
            assert answer.json()["parameter"] in ("no'such", "layer"), address


# -- filters -----------------------------------------------------------------------------------------------------------

WORDS = st.sampled_from(
    ["name", "code", "area", "geom", '"name"', "'R01'", "'it''s'", "1", "2.5", "1e400", "AND", "OR", "NOT", "(", ")",
     ",", "=", "<>", "<", ">=", "LIKE", "BETWEEN", "IN", "IS NULL", "+", "-", "*", "/", "^", "%", "div", "CASEI(",
     "ACCENTI(", "S_INTERSECTS(", "POINT(1 1)", "POLYGON((0 0,1 0,1 1,0 0))", "BBOX(0,0,1,1)", "T_AFTER(",
     "A_CONTAINS(", "TIMESTAMP('2020-01-01T00:00:00Z')", "DATE('x')", "true", "NULL", "pg_sleep(9)", ";", "--", "/*",
     "\x00", "\u202e", "area('x')"]
)  # fmt: skip
SENTENCES = st.lists(WORDS, max_size=14).map(" ".join)
LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.just({"property": "area"})
NAMES = st.sampled_from(
    ["and", "or", "not", "=", "<>", "<", "like", "between", "in", "isNull", "+", "*", "s_intersects", "t_after",
     "a_overlaps", "casei", "pg_sleep", "", "area", "bbox", "date", "interval"]
)  # fmt: skip
TREES = st.recursive(
    LEAVES,
    lambda inner: st.fixed_dictionaries({"op": NAMES, "args": st.lists(inner, max_size=4)}) | inner,
    max_leaves=12,
)


def filtered(client, text, language):
    answer = client.get("/collections/regions/items", params={"filter": text, "filter-lang": language, "limit": 1})
    assert answer.status_code in (200, 400), (text, answer.status_code, answer.text)
    if answer.status_code == 400:
        assert answer.json()["parameter"] in ("filter", "filter-crs", "filter-lang"), (text, answer.text)


FUZZED = settings(
    max_examples=250, deadline=None, derandomize=True, database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip


@FUZZED
@given(text=SENTENCES | st.text(alphabet=string.printable + "'\"()\x00é中", max_size=60))
def test_no_filter_text_breaks_anything(client, text):
    filtered(client, text, "cql2-text")


@FUZZED
@given(tree=TREES)
def test_no_filter_tree_breaks_anything(client, tree):
    filtered(client, json.dumps(tree), "cql2-json")


DEEP = {
    "parentheses, 4 kB": "(" * 4096, "parentheses, 1 MB": "(" * 1_000_000, "closed": "(" * 2000 + "1=1" + ")" * 2000,
    "quotes": "'" * 60_001, "numbers": "area = " + "9" * 60_000, "too long": " AND ".join(["area=1"] * 20_000),
    "casei": "CASEI(" * 3000 + "name" + ")" * 3000 + "='a'",
    "list": f"area IN ({','.join('1' for _ in range(40_000))})",
    "polygon": f"S_INTERSECTS(geom, POLYGON(({','.join('0 0' for _ in range(20_000))})))",
    "tree of nots": '{"op":"not","args":[' * 3000, "tree of lists": "[" * 50_000, "tree of objects": '{"a":' * 10_000,
}  # fmt: skip


@pytest.mark.parametrize("name", DEEP)
def test_a_deep_or_long_filter_is_refused_and_the_process_lives(client, name):
    language = "cql2-json" if name.startswith("tree") else "cql2-text"
    with pytest.raises(BadFilter) as refused:  # a megabyte fits in no address: the parser itself must refuse it
        parse_filter(DEEP[name], language)
    assert refused.value.parameter == "filter"
    assert len(str(refused.value)) < 1000
    if len(DEEP[name]) < 20_000:
        params = {"filter": DEEP[name], "filter-lang": language}
        answer = client.get("/collections/regions/items", params=params)
        assert (answer.status_code, answer.json()["parameter"]) == (400, "filter")


@pytest.mark.parametrize(
    "text", ["NOT " * 4000 + "area=1", "area = " + "-" * 4000 + "1", "area=1 AND " * 4000 + "area=1"]
)
def test_a_long_chain_is_answered_or_refused(client, text):
    assert client.get("/collections/regions/items", params={"filter": text}).status_code in (200, 400)


@pytest.mark.parametrize(
    "box",
    ["NaN,0,1,1", "0,0,inf,1", "-inf,-inf,inf,inf", "1e999,0,1,1", "0,10,1,-10", "34,115,35,116,1", "10,100,20,110",
     "0,0,1", "0;0;1;1", "０,0,1,1", "0x10,0,20,1", "1_0,0,20,1", "400,0,500,1", " , , , "],
)  # fmt: skip
def test_a_box_that_is_none_is_refused(client, box):
    answer = client.get("/collections/regions/items", params={"bbox": box})
    assert (answer.status_code, answer.json()["parameter"]) == (400, "bbox")


# -- bodies ------------------------------------------------------------------------------------------------------------

BODIES = {
    "empty": b"", "not JSON": b"{", "deep arrays": b"[" * 200_000, "deep objects": b'{"a":' * 100_000,
    "not UTF-8": b'{"polygon": "\xff\xfe"}', "NaN": b'{"polygon": {"type": "Polygon", "coordinates": [[[NaN, 1]]]}}',
    "huge number": b'{"polygon": ' + b"9" * 100_000 + b"}", "array": b"[]", "null": b"null", "string": b'"x"',
    "NUL": b'{"layers": ["\\u0000"], "collections": ["\\u0000"], "inputs": {"layer": "\\u0000"}, "polygon": 1}',
    "surrogate": b'{"layers": ["\\ud800"], "collections": ["\\ud800"], "inputs": {"layer": "\\ud800"}, "polygon": 1}',
    "wrong kinds": b'{"polygon": 5, "layers": {"a": 1}, "by": [1], "limit": "x", "ids": 5, "bbox": "1", "inputs": 7}',
    "wrong again": b'{"polygon": {"type": "Polygon", "coordinates": 5}, "collections": 5, "sortby": [5], "inputs": []}',
    "odd polygon": b'{"polygon": {"type": "Polygon", "coordinates": [[[0,0],[1,1]]]}, "intersects": {"type": "Point"}}',
    "infinite": b'{"polygon": {"type": "Polygon", "coordinates": [[[0,0],[1e999,0],[1,1],[0,0]]]}}',
    "far away": b'{"polygon": {"type": "Polygon", "coordinates": [[[0,0],[1e9,0],[1,1],[0,0]]]}, "token": "x"}',
    "time": b'{"datetime": "2020-13-01/..", "polygon": {"type": "Polygon", "coordinates": []}, "limit": 1e99}',
    "2 MB": b'{"polygon": "' + b"a" * 2_000_000 + b'"}', "20 MB": b'{"inputs": "' + b"a" * 20_000_000 + b'"}',
}  # fmt: skip
TAKING = (
    "/what-is-here", "/stac/search", "/processes/buffer/execution", "/processes/area-statistics/execution",
    "/processes/intersection/execution", "/processes/nearest/execution", "/processes/elevation-profile/execution",
)  # fmt: skip


@pytest.mark.parametrize("path", TAKING)
@pytest.mark.parametrize("name", BODIES)
def test_a_hostile_body_is_refused(client, path, name):
    for chunked in (False, True):
        content = iter([BODIES[name]]) if chunked else BODIES[name]
        answer = client.post(path, content=content, headers={"Content-Type": "application/json"})
        assert answer.status_code in (200, 400, 404, 413, 422), (answer.status_code, answer.text[:300])
        if answer.status_code >= 400:
            assert answer.headers["content-type"] == "application/problem+json"
            assert len(answer.content) < 4000


EDITS = [("POST", ""), ("PUT", "/1"), ("PATCH", "/1")]


@pytest.mark.parametrize(("method", "place"), EDITS)
@pytest.mark.parametrize("name", BODIES)
def test_a_hostile_change_is_refused(client, tokens, method, place, name):
    answer = client.request(
        method, f"/collections/classified-lines/items{place}", content=BODIES[name],
        headers=tokens["land"] | {"If-Match": "*", "Content-Type": "application/merge-patch+json"},
    )  # fmt: skip
    assert answer.status_code in (204, 400, 413, 415, 422), (answer.status_code, answer.text[:300])


FEATURES = [
    {"type": "Feature", "properties": {"name": "\x00"}, "geometry": None},
    {"type": "Feature", "properties": {"name": "\ud800"}, "geometry": None},
    {"type": "Feature", "properties": {"no such": 1}, "geometry": None},
    {"type": "Feature", "properties": {'name"; DROP TABLE x; --': 1}, "geometry": None},
    {"type": "Feature", "properties": {"time": "yesterday"}, "geometry": None},
    {"type": "Feature", "properties": [], "geometry": {"type": "Point", "coordinates": [1, 1]}},
    {"type": "Feature", "properties": {}, "geometry": {"type": "LineString", "coordinates": [[1e999, 1], [2, 2]]}},
    {"type": "Feature", "properties": {}, "geometry": {"type": "LineString", "coordinates": [["a", 1], [2, 2]]}},
    {"type": "Feature", "properties": {}, "geometry": {"type": "GeometryCollection", "geometries": []}},
    {"type": "Feature", "properties": {}, "geometry": {"type": "LineString", "coordinates": []}},
    {"type": "FeatureCollection", "features": [5]},
    {"type": "FeatureCollection", "features": {}},
]


@pytest.mark.parametrize("number", range(len(FEATURES)))
def test_a_feature_that_is_none_is_refused(client, tokens, number):
    body = json.dumps(FEATURES[number])
    headers = tokens["land"] | {"Content-Type": "application/geo+json"}
    before = client.get("/collections/classified-lines/items?limit=1", headers=tokens["land"]).json()["numberMatched"]
    answer = client.post("/collections/classified-lines/items", content=body, headers=headers)
    assert answer.status_code in (400, 422), answer.text
    after = client.get("/collections/classified-lines/items?limit=1", headers=tokens["land"]).json()["numberMatched"]
    assert after == before


def test_an_upload_s_file_names_stay_in_their_folder(client, tokens, service):
    for name in (
        "../../../evil.geojson",
        "/etc/evil.geojson",
        "..",
        ".",
        "a/../../evil.geojson",
        "C:\\evil.geojson",
        "\x00",
    ):
        files = {"files": (name, b"{}", "application/geo+json")}
        answer = client.post("/inspections", files=files, headers=tokens["land"])
        assert answer.status_code in (200, 400, 422), (name, answer.text)
    root = service.settings.data_dir.parent
    assert not list(root.rglob("evil*"))


# -- the wire ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "sent",
    [
        b"GET / HTTP/1.1\r\nHost: x\r\n" + b"A: " + b"a" * 200_000 + b"\r\n\r\n",
        b"GET /" + b"a" * 200_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /collections/../../etc/passwd HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        b"GET /viewer/../../../etc/passwd HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        b"GET /viewer/..%2f..%2f..%2fetc/passwd HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        b"GET /viewer/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\nConnection: close\r\n\r\n",
        b"\x00\x01\x02\x03\r\n\r\n",
        b"POST /stac/search HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n",
        b"POST /stac/search HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\nzzz\r\n",
        b"NONSENSE /collections HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        b"GET /collections HTTP/1.1\r\nHost: <script>\r\nConnection: close\r\n\r\n",
        b"POST /stac/search HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n{",  # a body that never comes
    ],
    ids=range(13),
)
def test_the_server_outlives_what_is_no_request(server, sent):
    where = urlsplit(server)
    with socket.create_connection((where.hostname, where.port), timeout=3) as connection:
        connection.settimeout(3)
        answer = b""
        try:
            connection.sendall(sent)
            while part := connection.recv(65536):
                answer += part
        except (TimeoutError, ConnectionError):
            pass
    assert b"root:" not in answer
    assert not answer.startswith(b"HTTP/1.1 5"), answer[:300]
    with socket.create_connection((where.hostname, where.port), timeout=120) as connection:
        connection.sendall(b"GET /conformance HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        assert connection.recv(65536).startswith(b"HTTP/1.1 200")


def test_no_folder_is_listed(client):
    for path in ("/viewer/", "/viewer/assets/", "/viewer", "/static/", "/.git/config", "/../pyproject.toml"):
        answer = client.get(path, follow_redirects=False)
        assert answer.status_code in (404, 405, 307), (path, answer.status_code)
        assert "Index of" not in answer.text


def test_answers_carry_the_headers_that_keep_a_browser_safe(client):
    page = client.get("/collections", headers={"Accept": "text/html"})
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert "unsafe" not in page.headers["content-security-policy"]
    for path in ("/", "/collections", "/collections/regions/items", "/api", "/nowhere", "/xyz/regions/0/0/0.mvt"):
        assert client.get(path).headers["x-content-type-options"] == "nosniff", path
