"""Answers that are ready to be sent: tiles in memory that anybody may read, by the very bytes that ask for them.

A tile of a public series that has been answered from memory, or copied from a file that lies in the system's memory, is
remembered with its address and the encodings its client takes; who asks with the same bytes gets the same answer as
long as the catalogue is the same object and the tile is still there. Whatever else a request says (who asks, from which
site, that a body follows) makes it another one.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from geoservice.api.counting import COUNTING
from layers.catalogue import Catalogue

MOST_ANSWERS = 10_000
SPECIAL = frozenset(
    (
        b"accept-encoding",
        b"if-none-match",
        b"authorization",
        b"origin",
        b"content-length",
        b"transfer-encoding",
        b"expect",
    )
)
"""Headers that an answer depends on; with any but the first two it is made the long way."""
Headers = Sequence[tuple[bytes, bytes]]
AtHand = Callable[[], bytes | None]
"""Copies a tile that need not be waited for; None when it must be."""


@dataclass(frozen=True, slots=True)
class _Ready:
    key: str
    encoding: str | None
    media_type: str
    length: int
    tag: bytes
    head: bytes
    unchanged: bytes
    at_hand: AtHand | None


class KeptAnswers:
    """What one process can answer at once; ``state`` is the application's."""

    def __init__(self, state: Any) -> None:
        self._state = state
        self._catalogue: Catalogue | None = None
        self._ready: dict[tuple[bytes, bytes], _Ready] = {}

    def remember(
        self,
        catalogue: Catalogue,
        url: bytes,
        encodings: bytes,
        key: str,
        encoding: str | None,
        headers: Headers,
        at_hand: AtHand | None = None,
    ) -> None:
        """Remember an answer of status 200 for nobody in particular, by its headers; ``at_hand`` copies its body anew.

        Without that it was made from the cache.
        """
        if catalogue is not self._catalogue or len(self._ready) >= MOST_ANSWERS:
            self._catalogue, self._ready = catalogue, {}
        named = dict(headers)
        unchanged = [
            one for one in headers if one[0] in (b"cache-control", b"vary", b"x-content-type-options", b"etag")
        ]
        self._ready[url, encodings] = _Ready(
            key, encoding, named[b"content-type"].decode(), int(named[b"content-length"]), named[b"etag"],
            _head(b"200 OK", headers), _head(b"304 Not Modified", unchanged), at_hand,
        )  # fmt: skip

    def find(self, url: bytes, headers: Headers) -> tuple[bytes, bytes] | None:
        """Return status line and headers (without an end) and body for a GET; None where the long way must be taken."""
        began = time.perf_counter()
        encodings = known = b""
        for name, value in headers:
            if name in SPECIAL:
                if name == b"accept-encoding":
                    encodings = value
                elif name == b"if-none-match":
                    known = value
                else:
                    return None
        ready = self._ready.get((url, encodings))
        if ready is None or self._state.catalogue is not self._catalogue:
            return None
        if known:
            if known != ready.tag:
                return None
            COUNTING.count("tile", 304, time.perf_counter() - began, 0)
            return ready.unchanged, b""
        body = self._body(ready)
        if body is None or len(body) != ready.length:
            return None
        COUNTING.count("tile", 200, time.perf_counter() - began, ready.length)
        return ready.head, body

    def _body(self, ready: _Ready) -> bytes | None:
        made = self._state.tile_cache.get(ready.key)
        if made is None:
            return ready.at_hand() if ready.at_hand is not None else None
        if made.media_type != ready.media_type:
            return None
        body: bytes | None = made.encoded.get(ready.encoding) if ready.encoding else made.body
        return body


def _head(status: bytes, headers: Headers) -> bytes:
    lines = b"".join(b"%b: %b\r\n" % header for header in headers)
    return b"HTTP/1.1 " + status + b"\r\n" + lines
