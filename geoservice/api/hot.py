"""The shortest way to a kept tile: before routing, before every other layer of the application.

A public tile asked for by nobody in particular depends on its address and the catalogue alone. Once such an address has
been answered the long way, with rights checked, the key of its tile is remembered for as long as the catalogue is the
same object, and the next request is a look-up: a few microseconds instead of a tenth of a millisecond. Requests with a
token, an origin, a condition or anything else that changes the answer go the long way.
"""

import time

from starlette.types import ASGIApp, Receive, Scope, Send

from geoservice.api.metrics import count
from layers.catalogue import Catalogue
from tiles.cache import Finished, TileCache, encoding_for

MOST_ADDRESSES = 50_000
PARTS = ("/xyz/", "/tiles/")
OTHERWISE = frozenset({b"authorization", b"origin", b"if-none-match", b"range"})
Address = tuple[str, bytes]
Headers = list[tuple[bytes, bytes]]


def is_hot(path: str) -> bool:
    """Whether a path may be a tile's."""
    return any(part in path for part in PARTS)


class HotTiles:
    """Remembers which tile a plain address means; ``remember`` is called where the long way ends."""

    def __init__(self) -> None:
        self._catalogue: Catalogue | None = None
        self._keys: dict[Address, tuple[str, bytes]] = {}

    def remember(self, catalogue: Catalogue, scope: Scope, key: str, cache_control: str) -> None:
        """Remember an answered address; the caller has made sure that anybody may read it."""
        if not is_hot(scope["path"]):
            return
        if catalogue is not self._catalogue or len(self._keys) >= MOST_ADDRESSES:
            self._catalogue, self._keys = catalogue, {}
        self._keys[scope["path"], scope["query_string"]] = (key, cache_control.encode())

    def find(self, catalogue: Catalogue, scope: Scope) -> tuple[str, bytes] | None:
        """Return a remembered address's key and its Cache-Control."""
        if catalogue is not self._catalogue:
            return None
        return self._keys.get((scope["path"], scope["query_string"]))


class HotTilesMiddleware:
    """Answers what is remembered and kept; passes everything else on. Pure ASGI, outermost."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http" or scope["method"] != "GET" or not is_hot(scope["path"]):
            await self.app(scope, receive, send)
            return
        began = time.perf_counter()
        found = _kept(scope)
        if found is None:
            await self.app(scope, receive, send)
            return
        body, headers = found
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})
        count("tile", 200, time.perf_counter() - began, len(body))


def _kept(scope: Scope) -> tuple[bytes, Headers] | None:
    """Return the body and headers of a remembered, kept tile for a request that wants nothing special."""
    state = scope["app"].state
    hot: HotTiles | None = getattr(state, "hot_tiles", None)
    if hot is None:
        return None
    remembered = hot.find(state.catalogue, scope)
    if remembered is None:
        return None
    accepted = ""
    for name, value in scope["headers"]:
        if name in OTHERWISE:
            return None
        if name == b"accept-encoding":
            accepted = value.decode("latin-1")
    key, cache_control = remembered
    cache: TileCache = state.tile_cache
    tile = cache.get(key)
    return _answer(tile, encoding_for(accepted), cache_control) if tile is not None else None


def _answer(tile: Finished, encoding: str | None, cache_control: bytes) -> tuple[bytes, Headers] | None:
    body, headers = tile.body, [(b"content-type", tile.media_type.encode()), (b"etag", tile.etag.encode())]
    if encoding is not None and tile.compressible:
        if encoding not in tile.encoded:
            return None  # compressed for the first time on the long way
        if len(tile.encoded[encoding]) < len(body):
            body = tile.encoded[encoding]
            headers.append((b"content-encoding", encoding.encode()))
    headers += [
        (b"content-length", str(len(body)).encode()),
        (b"cache-control", cache_control),
        (b"vary", b"Accept-Encoding, Origin"),
        (b"server-timing", b"cache;desc=hit"),
    ]
    return body, headers
