"""The shortest way to a kept tile, on the wire: the long way's answers, in order, and for anybody only."""

import gzip
import http.client
import json
import socket
import time
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any, TypeVar

import httpx2
import mercantile
import pytest
import zstandard
from sqlalchemy import text

from geoservice import protocol
from geoservice.api import middleware
from geoservice.api.middleware import HttpMiddleware
from geoservice.auth import create_token
from layers.layer import Column
from layers.versions import tell, touch
from tests.feature_layers import make_layer
from tests.geoservice.api_app import make_app
from tests.serving import serving
from tests.waiting import PATIENCE_S, until

PLACE = mercantile.tile(115.05, 34.05, 12)
AS_ASKED = {"date", "server-timing"}


def path(layer: str = "open") -> str:
    return f"/collections/{layer}/tiles/WebMercatorQuad/12/{PLACE.y}/{PLACE.x}"


Kind = TypeVar("Kind")


class Wire:
    """The service on a port, and how many requests reached the application."""

    def __init__(self, app: Any, token: str) -> None:
        self.app, self.token, self.reached, self.base = app, token, 0, ""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.reached += scope["type"] == "http"
        await self.app(scope, receive, send)

    def middleware(self, kind: type[Kind]) -> Kind:
        """The layer of this kind around the application."""
        found = self.app.middleware_stack
        while not isinstance(found, kind):
            found = found.app
        return found

    def client(self) -> httpx2.Client:
        return httpx2.Client(base_url=self.base, timeout=PATIENCE_S)

    @property
    def address(self) -> tuple[str, int]:
        return "127.0.0.1", int(self.base.rpartition(":")[2])

    def raw(self, *parts: bytes, pause: float = 0.0, wait: float = PATIENCE_S) -> bytes:
        """What comes back on one connection until it is closed."""
        with socket.create_connection(self.address, timeout=wait) as connection:
            for part in parts:
                connection.sendall(part)
                time.sleep(pause)
            received = b""
            while piece := connection.recv(1 << 20):
                received += piece
            return received


@pytest.fixture(scope="module")
def wire(database, tmp_path_factory) -> Iterator[Wire]:
    rows = [(f"点{i}", f"POINT({115 + i % 30 / 300} {34 + i // 30 / 300})") for i in range(900)]
    with database.session() as session:
        for name, public in (("open", True), ("closed", False), ("closing", True), ("edited", True)):
            make_layer(session, name, rows, [Column("name", "name", "text")], public=public, department="land")
        token = create_token(session, "editor", ["*"], write=True)
        session.commit()
    found = Wire(make_app(database, tmp_path_factory.mktemp("data")), token)
    with serving(found) as found.base:
        yield found


def same(one: httpx2.Response, other: httpx2.Response) -> bool:
    headers = [{k: v for k, v in answer.headers.items() if k not in AS_ASKED} for answer in (one, other)]
    return one.status_code == other.status_code and one.content == other.content and headers[0] == headers[1]


@pytest.mark.parametrize("encoding", ["identity", "gzip", "zstd", "gzip, deflate, br, zstd"])
def test_a_kept_tile_is_the_same_answer_and_does_not_reach_the_application(wire: Wire, encoding: str) -> None:
    with wire.client() as client:
        asked = {"Accept-Encoding": encoding}
        drawn, kept = (client.get(path(), headers=asked) for _ in range(2))
        before = wire.reached
        for _ in range(3):
            ready = client.get(path(), headers=asked)
            assert same(ready, kept)
            assert ready.headers["server-timing"] == "cache;desc=hit"
        assert wire.reached == before
        assert ready.content == drawn.content
        assert "date" in ready.headers
        told = client.get(path(), headers={**asked, "If-None-Match": kept.headers["etag"]})
        assert (told.status_code, told.content, wire.reached) == (304, b"", before)
        assert told.headers["etag"] == kept.headers["etag"]
        assert client.get(path(), headers={**asked, "If-None-Match": '"other"'}).status_code == 200
        assert wire.reached == before + 1


def test_answers_on_one_connection_come_in_the_order_of_the_requests(wire: Wire) -> None:
    with wire.client() as client:
        tile = [client.get(path(), headers={"Accept-Encoding": "identity"}) for _ in range(2)][1]
        page = client.get("/collections/open/items?limit=5&f=json", headers={"Accept-Encoding": "identity"})
    host = b"Host: x\r\nAccept-Encoding: identity\r\n"
    asked_tile = b"GET " + path().encode() + b" HTTP/1.1\r\n" + host + b"\r\n"
    asked_page = b"GET /collections/open/items?limit=5&f=json HTTP/1.1\r\n" + host + b"\r\n"
    last = b"GET " + path().encode() + b" HTTP/1.1\r\n" + host + b"Connection: close\r\n\r\n"
    received = wire.raw(asked_tile + asked_page + asked_tile + asked_tile + asked_page + last)
    bodies = []
    while received:
        head, _, received = received.partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 200 OK")
        fields = dict(line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:])
        if fields.get(b"transfer-encoding") == b"chunked":
            body = b""
            while True:
                size, _, received = received.partition(b"\r\n")
                part, received = received[: int(size, 16)], received[int(size, 16) + 2 :]
                body += part
                if not part:
                    break
        else:
            length = int(fields[b"content-length"])
            body, received = received[:length], received[length:]
        bodies.append(body)
    assert [body == tile.content for body in bodies] == [True, False, True, True, False, True]
    assert all(b"FeatureCollection" in body for body in (bodies[1], bodies[4]))
    assert page.status_code == 200


@pytest.mark.parametrize(
    ("line", "headers"),
    [
        ("GET {} HTTP/1.0", ""),
        ("HEAD {} HTTP/1.1", "Connection: close\r\n"),
        ("GET {} HTTP/1.1", "Connection: close\r\n"),
        ("GET {} HTTP/1.1", "Connection: close\r\nContent-Length: 3\r\n\r\nabc"),
        ("GET {}? HTTP/1.1", "Connection: close\r\n"),
    ],
)
def test_requests_out_of_the_ordinary_are_answered_too(wire: Wire, line: str, headers: str) -> None:
    with wire.client() as client:
        tile = [client.get(path(), headers={"Accept-Encoding": "identity"}) for _ in range(3)][2]
    end = "" if headers.endswith("abc") else "\r\n"
    received = wire.raw(f"{line.format(path())}\r\nHost: x\r\nAccept-Encoding: identity\r\n{headers}{end}".encode())
    head, _, body = received.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200 OK")
    assert body == (b"" if line.startswith("HEAD") else tile.content)


@pytest.mark.parametrize("encoding", ["identity", "gzip"])
@pytest.mark.parametrize(
    ("address", "status"),
    [("/collections/open/items?limit=900", b"200"), ("/collections/open/items/1", b"200"), ("/nothing", b"404")],
)
@pytest.mark.parametrize("headers", ["", "Connection: keep-alive\r\n"])
def test_http_1_0_is_answered_without_chunks_to_the_end_of_the_connection(
    wire: Wire, address: str, status: bytes, encoding: str, headers: str
) -> None:
    asked = f"{address} HTTP/1.0\r\nHost: x\r\nAccept-Encoding: {encoding}\r\n{headers}\r\n"
    head, _, body = wire.raw(f"GET {asked}".encode()).partition(b"\r\n\r\n")
    assert head.split()[1] == status
    assert b"transfer-encoding" not in head.lower()
    text = gzip.decompress(body) if b"content-encoding: gzip" in head.lower() else body
    assert len(json.loads(text).get("features", ())) == (900 if "limit" in address else 0)
    only_head, _, nothing = wire.raw(f"HEAD {asked}".encode()).partition(b"\r\n\r\n")
    assert (only_head.split()[1], nothing) == (status, b"")


@pytest.mark.parametrize("encoding", ["identity", "gzip"])
def test_after_head_the_connection_answers_on(wire: Wire, encoding: str) -> None:
    connection = http.client.HTTPConnection(*wire.address, timeout=PATIENCE_S)
    for address in ("/", path(), "/collections", "/nothing"):
        answers = []
        for method in ("HEAD", "GET", "HEAD"):
            connection.request(method, address, headers={"Accept-Encoding": encoding})
            local = connection.sock.getsockname()
            answer = connection.getresponse()
            answers.append((local, answer.status, answer.headers["content-type"], answer.headers["etag"]))
            body = answer.read()
            assert bool(body) == (method == "GET"), (method, address)
        assert len(set(answers)) == 1
    connection.close()


def test_what_is_kept_is_for_anybody_only(wire: Wire) -> None:
    somebody = {"Authorization": f"Bearer {wire.token}"}
    with wire.client() as client:
        for _ in range(3):
            assert client.get(path("closed"), headers=somebody).status_code == 200
            assert client.get(path("closed")).status_code == 404
        for _ in range(3):
            answer = client.get(path("open"))
        assert client.get(path("open"), headers={"Authorization": "Bearer gs_wrong"}).status_code == 401
        from_elsewhere = client.get(path("open"), headers={"Origin": "https://other.example"})
        assert from_elsewhere.headers["access-control-allow-origin"] == "*"
        assert "access-control-allow-origin" not in answer.headers


def test_a_layer_that_is_closed_or_edited_is_not_answered_from_before(wire: Wire, database: Any) -> None:
    with wire.client() as client:
        before = {name: [client.get(path(name)) for _ in range(3)][2] for name in ("closing", "edited")}
        with database.session() as session:
            session.execute(text("UPDATE catalogue.layer SET public = false WHERE name = 'closing'"))
            tell(session)
            touch(session, wire.app.state.catalogue.layers["edited"].version.id)
            session.commit()
        until(lambda: client.get(path("closing")).status_code == 404)
        until(lambda: client.get(path("edited")).headers["etag"] != before["edited"].headers["etag"])
    assert all(answer.status_code == 200 for answer in before.values())


def test_a_tile_that_memory_has_let_go_is_drawn_again(wire: Wire) -> None:
    with wire.client() as client:
        kept = [client.get(path()) for _ in range(3)][2]
        wire.app.state.tile_cache._kept.clear()
        before = wire.reached
        assert client.get(path()).content == kept.content
        assert wire.reached == before + 1


def test_kept_tiles_are_counted(wire: Wire) -> None:
    def total() -> float:
        lines = client.get("/metrics").text.splitlines()
        return sum(float(line.split()[-1]) for line in lines if 'requests_total{family="tile",status="200"}' in line)

    with wire.client() as client:
        client.get(path())
        before = total()
        for _ in range(7):
            client.get(path())
        assert total() - before == 7


def test_where_a_new_feature_stands_is_said_in_the_letters_that_qgis_reads(wire: Wire) -> None:
    """QGIS 3.40 compares ``Location`` letter by letter; without it the feature it drew is one that failed."""
    body = b'{"type":"Feature","properties":{"name":"new"},"geometry":{"type":"Point","coordinates":[115.05,34.05]}}'
    head = f"POST /collections/edited/items HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {wire.token}\r\n"
    head += f"Content-Type: application/geo+json\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    answer = wire.raw(head.encode() + body)
    assert answer.startswith(b"HTTP/1.1 201")
    assert b"\r\nLocation: http://x/collections/edited/items/" in answer


def test_a_head_that_does_not_end_is_cut_off_and_a_slow_answer_is_not(wire: Wire, monkeypatch: Any) -> None:
    request = b"GET " + path().encode() + b" HTTP/1.1\r\nHost: x\r\n"
    assert wire.raw(request, b"Connection: close\r\n\r\n", pause=0.1).startswith(b"HTTP/1.1 200")
    monkeypatch.setattr(protocol, "HEAD_SECONDS", 1.0)
    began = time.monotonic()
    assert wire.raw(b"GET / HTTP/1.1\r\nHost: x\r\n") == b""
    assert wire.raw(b"") == b""
    assert 1.9 < time.monotonic() - began
    body = b'{"type": "Feature", "geometry": null, "properties": {"name": "slow"}}'.ljust(100)
    head = f"POST /collections/open/items HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {wire.token}\r\n".encode()
    head += b"Content-Type: application/geo+json\r\nConnection: close\r\nContent-Length: 100\r\n\r\n"
    assert wire.raw(head, body[:50], body[50:], pause=1.2).startswith(b"HTTP/1.1 201")


@pytest.mark.parametrize("address", ["/inspections", "/imports", "/collections/open/items"])
def test_who_goes_away_while_sending_is_no_error_of_the_service(
    wire: Wire, caplog: pytest.LogCaptureFixture, address: str
) -> None:
    def answered() -> dict[str, float]:
        lines = httpx2.get(f"{wire.base}/metrics").text.splitlines()
        return {line.split()[0]: float(line.split()[1]) for line in lines if "requests_total{" in line}

    kind = "application/geo+json" if "items" in address else "multipart/form-data; boundary=x"
    head = f"POST {address} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {wire.token}\r\n"
    head += f"Content-Type: {kind}\r\nContent-Length: 1000\r\n\r\n--x\r\n"
    before = answered()
    with socket.create_connection(wire.address) as connection:
        connection.sendall(head.encode())
        time.sleep(0.1)  # it has begun to read

    def ended() -> list[str]:  # the requests for these numbers are well answered themselves
        return [name for name, n in answered().items() if 'status="2' not in name and n > before.get(name, 0)]

    assert not [name for name in until(ended) if 'status="5' in name]
    assert not [record for record in caplog.records if record.levelname == "ERROR"]


def test_a_body_that_stops_or_trickles_is_given_up_in_words(wire: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    head = f"POST /collections/open/items HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {wire.token}\r\n".encode()
    head += b"Content-Type: application/geo+json\r\nContent-Length: 100\r\n\r\n"
    http = wire.middleware(HttpMiddleware)
    monkeypatch.setattr(http, "pause_s", 0.5)
    answer = wire.raw(head, b'{"type": "Feature", ')
    assert answer.startswith(b"HTTP/1.1 408")
    assert b"/problems/body-too-slow" in answer
    assert b"nothing of" in answer
    # No pause is too long, but all of it together: by a clock that runs a thousand times as fast.
    monkeypatch.setattr(http, "pause_s", PATIENCE_S)
    fast = SimpleNamespace(monotonic=lambda: 1000 * time.monotonic())
    monkeypatch.setattr(middleware, "time", fast)
    answer = wire.raw(head, b" ", pause=PATIENCE_S / 400)
    assert answer.startswith(b"HTTP/1.1 408")
    assert b"bytes a second" in answer


def test_the_encodings_are_what_they_say(wire: Wire) -> None:
    bodies = {}
    for name in ("identity", "gzip", "zstd"):
        request = f"GET {path()} HTTP/1.1\r\nHost: x\r\nAccept-Encoding: {name}\r\n"
        wire.raw((request + "\r\n" + request + "Connection: close\r\n\r\n").encode())
        with socket.create_connection(wire.address, timeout=PATIENCE_S) as connection:
            connection.sendall((request + "\r\n").encode())
            received = b""
            while b"\r\n\r\n" not in received or len(received) < _whole(received):
                received += connection.recv(1 << 20)
        bodies[name] = received.partition(b"\r\n\r\n")[2]
    assert gzip.decompress(bodies["gzip"]) == bodies["identity"]
    assert zstandard.ZstdDecompressor().decompress(bodies["zstd"]) == bodies["identity"]


def _whole(received: bytes) -> int:
    head = received.partition(b"\r\n\r\n")[0].lower()
    return len(head) + 4 + int(head.partition(b"content-length: ")[2].split(b"\r\n")[0])
