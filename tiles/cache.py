"""Finished tiles: in memory, bounded by bytes, then in a folder that all processes share; each drawn once at a time.

A key holds the layer version with its revision, the grid, the tile, how it is drawn and the class of callers, so
nothing is ever purged: what changed has another key. The caller checks rights *before* looking here.

A body is kept as it was drawn and, once somebody asks for it so, compressed: zstd costs a fifth of gzip for the same
size (measured on tiles of parcels), so it is taken where the client can; nobody pays for what nobody asks.
"""

import asyncio
import gzip
import hashlib
import json
import os
import tempfile
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

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
    """Return the ETag of a key: 304 is said before anything is drawn."""
    return f'"{hashlib.blake2b(key.encode(), digest_size=12).hexdigest()}"'


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


class TileCache:
    """The tiles of one process, the longest unused forgotten first. Used from one event loop only."""

    def __init__(self, most_bytes: int, store: "TileStore | None" = None) -> None:
        self.most_bytes = most_bytes
        self.store = store
        self.bytes = 0
        self._kept: OrderedDict[str, Finished] = OrderedDict()
        self._under_way: dict[str, asyncio.Future[Finished]] = {}

    def __len__(self) -> int:
        """How many tiles are kept."""
        return len(self._kept)

    def get(self, key: str) -> Finished | None:
        """Return a kept tile."""
        found = self._kept.get(key)
        if found is not None:
            self._kept.move_to_end(key)
        return found

    async def get_or_draw(self, key: str, draw: Callable[[], Awaitable[Finished]]) -> Finished:
        """Return a kept tile, or draw it; who asks for it meanwhile waits for the same drawing.

        An error is every waiter's and is not kept. When the one who draws goes away, a waiter draws in its place.
        """
        while (found := self.get(key)) is None:
            waiting = self._under_way.get(key)
            if waiting is None:
                return await self._draw(key, draw)
            try:
                return await asyncio.shield(waiting)
            except asyncio.CancelledError:
                if not waiting.cancelled():
                    raise  # it is this request that was given up, not the drawing
        return found

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
            kept = self._kept.get(key)
            if kept is not None:
                self._keep(key, replace(kept, encoded={**kept.encoded, encoding: body}))
        return body if len(body) < len(tile.body) else None

    async def _draw(self, key: str, draw: Callable[[], Awaitable[Finished]]) -> Finished:
        future: asyncio.Future[Finished] = asyncio.get_running_loop().create_future()
        self._under_way[key] = future
        try:
            tile = await asyncio.to_thread(self.store.get, key) if self.store else None
            if tile is None:
                tile = await draw()
                if self.store:
                    await asyncio.to_thread(self.store.put, key, tile)
            future.set_result(tile)
            self._keep(key, tile)
            return tile
        except asyncio.CancelledError:
            future.cancel()
            raise
        except BaseException as error:
            future.set_exception(error)
            future.exception()  # nobody may be waiting: that is no unheard error
            raise
        finally:
            del self._under_way[key]

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


class TileStore:
    """Finished tiles as files in a folder that several processes share, the longest unused removed first.

    A file is one line of JSON (media type, emptiness) and the body. It is written beside its place and moved there, so
    that no process reads half of one.
    """

    def __init__(self, folder: Path, most_bytes: int = 4 * 2**30, prune_every: int = 2000) -> None:
        self.folder = folder
        self.most_bytes = most_bytes
        self.prune_every = prune_every
        self._written = 0

    def get(self, key: str) -> Finished | None:
        """Read a tile; None when it is not there."""
        path = self._path(key)
        try:
            content = path.read_bytes()
            os.utime(path)  # its last use
        except FileNotFoundError:
            return None
        head, _, body = content.partition(b"\n")
        facts = json.loads(head)
        compressible = bool(facts["compressible"])
        return Finished(body, facts["media_type"], etag_of(key), bool(facts["empty"]), compressible, "store")

    def put(self, key: str, tile: Finished) -> None:
        """Keep a tile; now and then the longest unused ones go."""
        path = self._path(key)
        path.parent.mkdir(parents=True, exist_ok=True)
        facts = {"media_type": tile.media_type, "empty": tile.empty, "compressible": tile.compressible}
        with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
            file.write(json.dumps(facts).encode() + b"\n" + tile.body)
        os.replace(file.name, path)
        self._written += 1
        if self._written % self.prune_every == 0:
            self.prune()

    def prune(self) -> None:
        """Remove the longest unused tiles until a tenth of the room is free."""
        found = []
        for path in self.folder.glob("*/*"):
            try:
                state = path.stat()
            except FileNotFoundError:  # another process prunes too
                continue
            found.append((state.st_mtime, state.st_size, path))
        total = sum(size for _, size, _ in found)
        if total <= self.most_bytes:
            return
        for _, size, path in sorted(found, key=lambda entry: entry[0]):
            path.unlink(missing_ok=True)
            total -= size
            if total <= self.most_bytes * 0.9:
                return

    def _path(self, key: str) -> Path:
        name = hashlib.blake2b(key.encode(), digest_size=16).hexdigest()
        return self.folder / name[:2] / name[2:]
