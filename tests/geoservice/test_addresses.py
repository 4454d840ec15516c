"""Where links lead: the Host header, proxies that are believed and proxies that are not, over real HTTP."""

import socket

import httpx2
import pytest

from geoservice.api.addresses import Addresses
from geoservice.errors import BadHost
from tests.feature_layers import buildings, make_layer
from tests.geoservice.api_app import make_app
from tests.serving import serving

SEEN = "https://gis.city.cn"


@pytest.fixture(scope="module")
def layers(database):
    with database.session() as session:
        make_layer(session, "buildings", buildings())
        session.commit()
    return database


@pytest.fixture(scope="module")
def served(layers, tmp_path_factory):
    with serving(make_app(layers, tmp_path_factory.mktemp("data"), allowed_hosts="*")) as address:
        yield address


def raw(address, *lines, path="/collections"):
    """The status of an answer to lines sent as they are."""
    host, port = address.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=30) as connection:
        connection.sendall("\r\n".join([f"GET {path} HTTP/1.1", *lines, "Connection: close", "", ""]).encode())
        answer = b""
        while part := connection.recv(65536):
            answer += part
    return int(answer.split()[1]), answer


@pytest.mark.parametrize(
    "host",
    [
        "a b",
        "evil.example/x?",
        "gis.city.cn@evil",
        "<script>",
        "x:y",
        "x:99999",
        "[::1",
        "a,b",
        '"x"',
        "x:80:90",
        "a#b",
    ],
)
def test_a_host_that_is_none_is_refused_and_in_no_link(served, host):
    status, answer = raw(served, f"Host: {host}")
    assert status == 400
    assert b"href" not in answer


@pytest.mark.parametrize("path", ["/collections/buildings/items", "/collections/buildings/tiles/WebMercatorQuad"])
def test_the_short_ways_refuse_such_a_host_too(served, path):
    status, answer = raw(served, "Host: a b", path=path)
    assert status == 400
    assert b"/problems/bad-host" in answer


@pytest.mark.parametrize("host", ["gis.city.cn", "gis:8443", "10.0.0.7:80", "[2001:db8::7]:8000", "gis_1.local."])
def test_a_host_that_is_one_is_where_links_lead(served, host):
    status, answer = raw(served, f"Host: {host}")
    assert status == 200
    assert f"http://{host}/collections".encode() in answer


def test_no_host_is_refused(served):
    """RFC 9112, 3.2."""
    status, answer = raw(served)
    assert status == 400
    assert b"/problems/bad-host" in answer


def test_two_hosts_are_refused(served):
    assert raw(served, "Host: a", "Host: b")[0] == 400


@pytest.mark.parametrize(
    ("allowed", "host", "status"),
    [
        ("gis.city.cn", "gis.city.cn", 200), ("gis.city.cn", "GIS.city.cn:8000", 200),
        ("gis.city.cn", "evil.example", 400), ("gis.city.cn", "", 400), ("*.city.cn, [::1]", "a.city.cn", 200),
        ("*.city.cn", "city.cn.evil", 400), ("*.city.cn, [::1]", "[::1]:80", 200),
    ],
)  # fmt: skip
def test_only_hosts_of_the_setting_are_answered_to(layers, tmp_path_factory, allowed, host, status):
    with serving(make_app(layers, tmp_path_factory.mktemp("data"), allowed_hosts=allowed)) as address:
        answer = httpx2.get(f"{address}/collections", headers={"Host": host}, trust_env=False)
        assert answer.status_code == status
        if status == 400:
            assert answer.json()["type"] == "/problems/bad-host"
            assert "evil" not in answer.headers.get("location", "")


def settled(headers, client="127.0.0.1", **settings):
    """The address that users see of a request of a peer with headers."""
    lines = [(name.lower().encode(), value.encode()) for name, value in headers]
    scope = {
        "type": "http",
        "scheme": "http",
        "client": (client, 40000),
        "headers": [(b"host", b"inside:8000"), *lines],
    }
    Addresses(**settings).settle(scope)
    return f"{scope['scheme']}://{dict(scope['headers'])[b'host'].decode()}{scope.get('public_prefix', '')}"


X = [("X-Forwarded-Proto", "https"), ("X-Forwarded-Host", "gis.city.cn"), ("X-Forwarded-Prefix", "/geo")]


def test_what_a_trusted_proxy_forwards_is_the_address_and_of_others_nothing():
    assert settled(X) == f"{SEEN}/geo"
    assert settled(X, client="10.1.2.3") == "http://inside:8000"
    assert settled(X, client="10.1.2.3", trusted="10.0.0.0/8") == f"{SEEN}/geo"
    assert settled([*X, ("X-Forwarded-Port", "8443")]) == f"{SEEN}:8443/geo"
    assert settled([*X, ("X-Forwarded-Port", "443")]) == f"{SEEN}/geo"
    assert (
        settled([("X-Forwarded-Proto", "javascript"), ("X-Forwarded-Prefix", "//evil.example")]) == "http://inside:8000"
    )


def test_what_a_client_wrote_before_a_proxy_that_appends_is_not_believed():
    appended = [("X-Forwarded-Host", "evil.example, gis.city.cn"), ("X-Forwarded-Proto", "http, https")]
    assert settled([*appended, ("X-Forwarded-For", "198.51.100.7")]) == SEEN
    chain = [("X-Forwarded-Host", "evil.example, gis.city.cn, middle"), ("X-Forwarded-Proto", "http, https, http")]
    assert settled([*chain, ("X-Forwarded-For", "198.51.100.7, 127.0.0.1")]) == SEEN


def test_a_forwarded_host_is_checked_like_one_that_was_sent():
    for host in ("evil.example/<x>", "a b", "a@b"):
        with pytest.raises(BadHost):
            settled([("X-Forwarded-Host", host)])
    with pytest.raises(BadHost):
        settled([("X-Forwarded-Host", "evil.example")], hosts="gis.city.cn")


def test_forwarded_of_rfc_7239_is_read_where_the_setting_says_so_and_only_there():
    one = [
        ("Forwarded", 'for="[2001:db8::1]:4711";proto=https;host="gis.city.cn"'),
        ("X-Forwarded-Host", "evil.example"),
    ]
    assert settled(one, header="forwarded") == SEEN
    assert settled(one) == "http://evil.example"
    chain = [("Forwarded", "for=1.2.3.4;host=evil.example, for=198.51.100.7;proto=https;host=gis.city.cn"),
             ("Forwarded", "for=127.0.0.1;host=middle")]  # fmt: skip
    assert settled(chain, header="forwarded") == SEEN
    assert settled([("Forwarded", 'for=;;=,"')], header="forwarded") == "http://inside:8000"
