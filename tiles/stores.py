"""Where processes share finished tiles: a folder, a bucket (S3) or a server (Valkey), as an address says.

A store is only ever a shortcut. ``CarefulStore`` stands before each: what goes wrong is told once, counted, and the
store is left alone for a while; the tile is drawn. A kept tile is one line of JSON (media type, emptiness), then its
body.
"""

import hashlib
import json
import logging
import os
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

from layers.sentences import say
from tiles.cache import Finished, etag_of
from tiles.errors import BadStore

PREFIX = "geoservice/tiles/"
"""Begins every key in a bucket or server that others may use too."""
REST_S = 20.0
"""Seconds a store that failed is not asked again."""
TIMEOUT_S = 1.0
"""Seconds a server may take: a tile costs less."""
SERVERS = ("redis", "rediss", "valkey", "valkeys")
SCHEMES = ("", "file", "s3", *SERVERS)
"""What the address of a store may begin with."""
KEEP_S = 30 * 86_400
"""Seconds after which a server may forget a tile."""

log = logging.getLogger("geoservice.tiles")


class Store(Protocol):
    """Finished tiles shared by processes. Called from threads; may raise anything."""

    def get(self, key: str) -> Finished | None:
        """Read a tile; None when it is not there."""

    def put(self, key: str, tile: Finished) -> None:
        """Keep a tile."""


def open_store(address: str, most_bytes: int, failed: Callable[[], object] = lambda: None) -> "CarefulStore":
    """Open the store of an address: a folder, ``s3://bucket/prefix``, ``redis://``, ``rediss://`` or ``valkey://``.

    ``most_bytes`` bounds a folder; a bucket is bounded by its lifecycle rule, a server by its own ``maxmemory``.
    ``failed`` is called for every time the store fails. Raises BadStore for an address of another kind.
    """
    scheme = urlsplit(address).scheme
    if scheme in ("", "file"):
        return CarefulStore(FolderStore(Path(urlsplit(address).path), most_bytes), failed)
    if scheme == "s3":
        return CarefulStore(BucketStore(address), failed)
    if scheme in SERVERS:
        return CarefulStore(ServerStore(address), failed)
    raise BadStore(say("store-none", scheme=scheme))


class CarefulStore:
    """A store that never fails: it logs, counts, rests, and says that the tile is not there."""

    def __init__(self, store: Store, failed: Callable[[], object] = lambda: None, rest_s: float = REST_S) -> None:
        self.store = store
        self.failed = failed
        self.rest_s = rest_s
        self._resting_until = 0.0

    def get(self, key: str) -> Finished | None:
        """Read a tile; None when it is not there or the store fails."""
        found = self._try(lambda: self.store.get(key))
        return found if isinstance(found, Finished) else None

    def put(self, key: str, tile: Finished) -> None:
        """Keep a tile if the store takes it."""

        def keep() -> None:
            self.store.put(key, tile)

        self._try(keep)

    @property
    def resting(self) -> bool:
        """Whether the store failed a moment ago and is not asked."""
        return time.monotonic() < self._resting_until

    def _try(self, work: Callable[[], Finished | None]) -> Finished | None:
        if self.resting:
            return None
        try:
            return work()
        except Exception as error:  # whatever it is, the tile can be drawn
            self._resting_until = time.monotonic() + self.rest_s
            self.failed()
            log.warning("the store of tiles fails, tiles are drawn without it for %.0f s: %r", self.rest_s, error)
            return None


def to_bytes(tile: Finished) -> bytes:
    """A tile as a store keeps it."""
    facts = {"media_type": tile.media_type, "empty": tile.empty, "compressible": tile.compressible}
    return json.dumps(facts).encode() + b"\n" + tile.body


def from_bytes(key: str, content: bytes) -> Finished:
    """Read what ``to_bytes`` wrote; raises ValueError, KeyError for anything else."""
    head, _, body = content.partition(b"\n")
    facts = json.loads(head)
    compressible, empty = bool(facts["compressible"]), bool(facts["empty"])
    return Finished(body, str(facts["media_type"]), etag_of(key), empty, compressible, "store")


def _digest(key: str) -> str:
    return hashlib.blake2b(key.encode(), digest_size=16).hexdigest()


class FolderStore:
    """Tiles as files in a folder that several processes share, the longest unused removed first.

    A file is written beside its place and moved there, so that no process reads half of one.
    """

    def __init__(self, folder: Path, most_bytes: int = 4 * 2**30, prune_every: int = 2000) -> None:
        self.folder = folder
        self.most_bytes = most_bytes
        self.prune_every = prune_every
        self._written = 0
        self._pruning = threading.Lock()

    def get(self, key: str) -> Finished | None:
        """Read a tile; None when it is not there."""
        path = self._path(key)
        try:
            content = path.read_bytes()
            os.utime(path)  # its last use
        except FileNotFoundError:
            return None
        return from_bytes(key, content)

    def put(self, key: str, tile: Finished) -> None:
        """Keep a tile; now and then the longest unused ones go."""
        path = self._path(key)
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
            file.write(to_bytes(tile))
        os.replace(file.name, path)
        self._written += 1
        if self._written % self.prune_every == 0:
            self.prune()

    def prune(self) -> None:
        """Remove the longest unused tiles until a tenth of the room is free."""
        if not self._pruning.acquire(blocking=False):
            return  # another thread is at it
        try:
            self._prune()
        finally:
            self._pruning.release()

    def _prune(self) -> None:
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
        name = _digest(key)
        return self.folder / name[:2] / name[2:]


class BucketStore:
    """Tiles as objects of a bucket; where it is and who we are stand in the AWS_… variables, as everywhere."""

    def __init__(self, address: str) -> None:
        import obstore
        from obstore.store import S3Store

        plain = os.environ.get("AWS_ENDPOINT_URL", "").startswith("http://") or None
        self._obstore = obstore
        self._bucket = S3Store.from_url(
            address,
            client_options={"timeout": f"{TIMEOUT_S}s", "connect_timeout": f"{TIMEOUT_S}s", "allow_http": bool(plain)},
            retry_config={"max_retries": 1, "retry_timeout": _seconds(2 * TIMEOUT_S)},
        )

    def get(self, key: str) -> Finished | None:
        """Read a tile; None when it is not there."""
        try:
            content = bytes(self._obstore.get(self._bucket, _digest(key)).bytes())
        except FileNotFoundError:
            return None
        return from_bytes(key, content)

    def put(self, key: str, tile: Finished) -> None:
        """Keep a tile."""
        self._obstore.put(self._bucket, _digest(key), to_bytes(tile), use_multipart=False)


def _seconds(seconds: float) -> Any:
    from datetime import timedelta

    return timedelta(seconds=seconds)


class ServerStore:
    """Tiles in a Valkey or Redis server, each for a month; its ``maxmemory`` and policy bound them."""

    def __init__(self, address: str) -> None:
        import redis

        spelled = address.replace("valkey", "redis", 1) if address.startswith("valkey") else address
        self._server = redis.Redis.from_url(
            spelled, socket_timeout=TIMEOUT_S, socket_connect_timeout=TIMEOUT_S, health_check_interval=30
        )

    def get(self, key: str) -> Finished | None:
        """Read a tile; None when it is not there."""
        content: Any = self._server.get(PREFIX + _digest(key))
        return None if content is None else from_bytes(key, bytes(content))

    def put(self, key: str, tile: Finished) -> None:
        """Keep a tile."""
        self._server.set(PREFIX + _digest(key), to_bytes(tile), ex=KEEP_S)
