"""Finished tiles: in memory, bounded by bytes, then in a store that processes share; each drawn once at a time.

A key holds the layer version with its revision, the grid, the tile, how it is drawn and the class of callers, so
nothing is ever purged: what changed has another key. The caller checks rights *before* looking here.

A body is kept as it was drawn and, once somebody asks for it so, compressed: zstd costs a fifth of gzip for the same
size (measured on tiles of parcels), so it is taken where the client can; nobody pays for what nobody asks.
"""

import asyncio
import gzip
import hashlib
import threading
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import Protocol

import zstandard

WORTH_COMPRESSING = 600
ENCODINGS = ("zstd", "gzip")
"""In the order they are preferred."""
GZIP_LEVEL = 3
ZSTD_LEVEL = 3
OVERHEAD = 400
"""Bytes a kept tile costs besides its bodies."""
LARGE_BODY = 50_000
"""A body from which compressing is left to a thread: it would keep all other requests waiting for milliseconds."""
CARRIERS = 4
"""Threads between memory and the store."""
MOST_WAITING = 256
"""Tiles on their way to the store; a slow one gets no more."""


@dataclass(frozen=True)
class Finished:
    """A finished tile: body, media type, ETag, what making it cost, and the compressed bodies asked for so far."""

    body: bytes = field(repr=False)
    media_type: str
    etag: str
    empty: bool = False
    compressible: bool = False
    timing: str = ""
    encoded: Mapping[str, bytes] = field(default_factory=dict, repr=False)

    @property
    def size(self) -> int:
        """Bytes of memory it takes."""
        return len(self.body) + sum(map(len, self.encoded.values())) + OVERHEAD

    def also(self, encoding: str, body: bytes) -> "Finished":
        """The tile with its body compressed, which need not be done again."""
        return replace(self, encoded={**self.encoded, encoding: body})


def finished(key: str, body: bytes, media_type: str, *, empty: bool, compress: bool, timing: str = "") -> Finished:
    """Make a finished tile; ``compress`` says that its kind of body shrinks."""
    return Finished(body, media_type, etag_of(key), empty, compress and len(body) >= WORTH_COMPRESSING, timing)


def etag_of(key: str) -> str:
    """Return the ETag of a key, weak: compressed or not, the tile is the same. 304 is said before anything is drawn."""
    return f'W/"{hashlib.blake2b(key.encode(), digest_size=12).hexdigest()}"'


def encoding_for(accepted: str) -> str | None:
    """Return the encoding to answer an ``Accept-Encoding`` header with; None for the plain body."""
    if not accepted:
        return None
    offered = {
        name.strip(): weight.replace(" ", "") for name, _, weight in (p.partition(";") for p in accepted.split(","))
    }
    return next((name for name in ENCODINGS if name in offered and offered[name] not in ("q=0", "q=0.0")), None)


def compress(body: bytes, encoding: str) -> bytes:
    """Compress a body."""
    if encoding == "zstd":
        return zstandard.ZstdCompressor(level=ZSTD_LEVEL).compress(body)
    return gzip.compress(body, GZIP_LEVEL, mtime=0)


class TileStore(Protocol):
    """Where processes share tiles (``tiles.stores``). Called from threads; never raises."""

    @property
    def resting(self) -> bool:
        """Whether it need not be asked now."""

    def get(self, key: str) -> Finished | None:
        """Read a tile; None when it is not there."""

    def put(self, key: str, tile: Finished) -> None:
        """Keep a tile."""


class TileCache:
    """The tiles of one process, the longest unused forgotten first. Safe to share between threads and event loops."""

    def __init__(self, most_bytes: int, store: "TileStore | None" = None) -> None:
        self.most_bytes = most_bytes
        self.store = store
        self.bytes = 0
        self._kept: OrderedDict[str, Finished] = OrderedDict()
        self._under_way: dict[str, list[Future[Finished]]] = {}
        self._lock = threading.Lock()
        # Of its own: the store may be slow, and the drawing threads must not wait for it.
        self._carriers = ThreadPoolExecutor(CARRIERS, thread_name_prefix="tile-store") if store else None
        self._waiting = 0

    def __len__(self) -> int:
        """How many tiles are kept."""
        return len(self._kept)

    def get(self, key: str) -> Finished | None:
        """Return a kept tile."""
        with self._lock:
            found = self._kept.get(key)
            if found is not None:
                self._kept.move_to_end(key)
            return found

    async def get_or_draw(self, key: str, draw: Callable[[], Awaitable[Finished]]) -> Finished:
        """Return a kept tile, or draw it; who asks for it meanwhile, in whatever thread, waits for the same drawing.

        An error is every waiter's and is not kept. When the one who draws goes away, a waiter draws in its place.
        """
        while (found := self.get(key)) is None:
            with self._lock:
                others = self._under_way.get(key)
                if others is None:
                    self._under_way[key] = []
                else:
                    waiting = Future[Finished]()
                    others.append(waiting)
            if others is None:
                return await self._draw(key, draw)
            try:
                return await asyncio.shield(asyncio.wrap_future(waiting))
            except asyncio.CancelledError:
                if not waiting.cancelled():
                    raise  # it is this request that was given up, not the drawing
        return found

    def put(self, key: str, tile: Finished) -> None:
        """Keep a tile that was drawn together with another."""
        self._share(key, tile)
        with self._lock:
            self._keep(key, tile)

    async def encoded(self, key: str, tile: Finished, encoding: str) -> bytes | None:
        """Return the body compressed, made when first asked for; None when that is not worth it."""
        if not tile.compressible:
            return None
        body = tile.encoded.get(encoding)
        if body is None:
            if len(tile.body) >= LARGE_BODY:
                body = await asyncio.to_thread(compress, tile.body, encoding)
            else:
                body = compress(tile.body, encoding)
            with self._lock:
                kept = self._kept.get(key)
                if kept is not None:
                    self._keep(key, kept.also(encoding, body))
        return body if len(body) < len(tile.body) else None

    def close(self) -> None:
        """Let the store have what is on its way to it."""
        if self._carriers is not None:
            self._carriers.shutdown(wait=True)

    async def _draw(self, key: str, draw: Callable[[], Awaitable[Finished]]) -> Finished:
        try:
            tile = await self._stored(key)
            if tile is None:
                tile = await draw()
                self._share(key, tile)
            with self._lock:
                self._keep(key, tile)
        except asyncio.CancelledError:
            self._tell(key, lambda waiting: waiting.cancel())
            raise
        except BaseException as error:
            why = error
            self._tell(key, lambda waiting: waiting.set_exception(why))
            raise
        self._tell(key, lambda waiting: waiting.set_result(tile))
        return tile

    def _tell(self, key: str, how: "Callable[[Future[Finished]], object]") -> None:
        """End a drawing, telling those who wait for it."""
        with self._lock:
            others = self._under_way.pop(key)
        for waiting in others:
            how(waiting)

    async def _stored(self, key: str) -> Finished | None:
        if self.store is None or self.store.resting:
            return None
        return await asyncio.get_running_loop().run_in_executor(self._carriers, self.store.get, key)

    def _share(self, key: str, tile: Finished) -> None:
        """Hand a tile to the store; nobody waits for that, and when too many wait already it is let go."""
        if self._carriers is None or self.store is None or self.store.resting or self._waiting >= MOST_WAITING:
            return
        store = self.store

        def put() -> None:
            try:
                store.put(key, tile)
            finally:
                with self._lock:
                    self._waiting -= 1

        with self._lock:
            self._waiting += 1
        self._carriers.submit(put)

    def _keep(self, key: str, tile: Finished) -> None:
        before = self._kept.pop(key, None)
        self.bytes -= before.size if before else 0
        if tile.size > self.most_bytes // 4:
            return
        self._kept[key] = tile
        self.bytes += tile.size
        while self.bytes > self.most_bytes:
            _, oldest = self._kept.popitem(last=False)
            self.bytes -= oldest.size
