"""Finished tiles in memory, bounded by bytes; one computation a key at a time.

A key holds the layer version with its revision, the grid, the tile, how it is drawn and the class of callers, so
nothing is ever purged: what changed has another key. The caller checks rights *before* looking here.
"""

import asyncio
import gzip
import hashlib
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

GZIP_LEVEL = 5
WORTH_COMPRESSING = 600
OVERHEAD = 400
"""Bytes a kept tile costs besides its body."""


@dataclass(frozen=True)
class Finished:
    """A finished tile: its body and its gzipped body where that is smaller, media type, ETag, what making it cost."""

    body: bytes
    media_type: str
    etag: str
    empty: bool = False
    zipped: bytes | None = field(default=None, repr=False)
    timing: str = ""

    @property
    def size(self) -> int:
        """Bytes of memory it takes."""
        return len(self.body) + len(self.zipped or b"") + OVERHEAD


def finished(key: str, body: bytes, media_type: str, *, empty: bool, compress: bool, timing: str = "") -> Finished:
    """Make a finished tile: compressed once here, not at every answer."""
    zipped = None
    if compress and len(body) >= WORTH_COMPRESSING:
        zipped = gzip.compress(body, GZIP_LEVEL, mtime=0)
        zipped = zipped if len(zipped) < len(body) * 0.95 else None
    return Finished(body, media_type, etag_of(key), empty, zipped, timing)


def etag_of(key: str) -> str:
    """Return the ETag of a key: 304 is said before anything is drawn."""
    return f'"{hashlib.blake2b(key.encode(), digest_size=12).hexdigest()}"'


class TileCache:
    """The tiles of one process, the longest unused forgotten first. Used from one event loop only."""

    def __init__(self, most_bytes: int) -> None:
        self.most_bytes = most_bytes
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

        An error is every waiter's and is not kept.
        """
        if (found := self.get(key)) is not None:
            return found
        if (waiting := self._under_way.get(key)) is not None:
            return await asyncio.shield(waiting)
        future: asyncio.Future[Finished] = asyncio.get_running_loop().create_future()
        self._under_way[key] = future
        try:
            drawn = await draw()
        except BaseException as error:
            future.set_exception(error if isinstance(error, Exception) else asyncio.CancelledError())
            future.exception()  # nobody may be waiting: that is no unheard error
            raise
        else:
            future.set_result(drawn)
            self._keep(key, drawn)
            return drawn
        finally:
            del self._under_way[key]

    def _keep(self, key: str, tile: Finished) -> None:
        if tile.size > self.most_bytes // 4:
            return
        self._kept[key] = tile
        self.bytes += tile.size
        while self.bytes > self.most_bytes:
            _, oldest = self._kept.popitem(last=False)
            self.bytes -= oldest.size
