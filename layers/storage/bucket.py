"""A bucket (S3) as storage root: published rasters, archived sources and refused features as its objects.

GDAL reads them by range through ``/vsis3/``; everything else goes through one client. A file is written on this machine
and uploaded whole, so readers see all of it or nothing. Where the bucket is and who we are stand in the ``AWS_…``
variables and nowhere else: ``AWS_ENDPOINT_URL``, ``AWS_ACCESS_KEY_ID``, ``AWS_SECRET_ACCESS_KEY``, ``AWS_REGION``.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import cache, cached_property
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

from layers.errors import StorageAway, StorageError
from layers.sentences import say
from layers.storage.folder import Kept, Storage

VSIS3 = "/vsis3/"
TIMEOUT_S = 30
PART_BYTES = 4 << 20
"""What is fetched at once of a large object."""


def open_storage(address: str, working: Path) -> Storage:
    """Return the storage of an address: a folder, or ``s3://bucket/prefix`` with ``working`` for what is unfinished.

    Raises:
        StorageError: the address names no bucket, or the bucket cannot be reached.
    """
    if not address.startswith("s3://"):
        return Storage(Path(address).resolve())
    place = urlsplit(address)
    if not place.netloc:
        raise StorageError(say("bucket-unnamed", address=address))
    _tell_gdal()
    storage = Bucket(working, place.netloc, place.path.strip("/"))
    storage.folders("rasters")  # a wrong name or key is told now, not by the first tile
    return storage


@dataclass(frozen=True)
class Bucket(Storage):
    """Objects below a prefix of a bucket; ``root`` is this machine's own folder for what is not finished."""

    bucket: str = ""
    prefix: str = ""

    @property
    def address(self) -> str:
        """The address it was opened with."""
        return f"s3://{self.bucket}/{self.prefix}".rstrip("/")

    @cached_property
    def _objects(self) -> Any:
        return client(self.bucket)

    def open_name(self, key: str) -> str:
        """Return the name under which GDAL opens the key."""
        return f"{VSIS3}{self.bucket}/{self._name(key)}"

    def place(self, local: Path, key: str) -> str:
        """Upload a finished file to its key and remove it here."""
        self.keep(local, key)
        local.unlink(missing_ok=True)
        return key

    def keep(self, local: Path, key: str) -> str:
        """Upload a file to its key, leaving the original where it is."""
        import obstore

        with _told(key):
            obstore.put(self._objects, self._name(key), local)
        return key

    def remove(self, prefix: str) -> None:
        """Remove a key or every key below a folder, there and here."""
        import obstore

        name = self._name(prefix)
        with _told(prefix):
            below = self._below(name)
            obstore.delete(self._objects, [*below, name])
        super().remove(prefix)

    def folders(self, prefix: str) -> list[str]:
        """Return the names of the folders directly below a prefix."""
        import obstore

        with _told(prefix):
            below = obstore.list_with_delimiter(self._objects, prefix=self._name(prefix))["common_prefixes"]
        return sorted({path.rsplit("/", 1)[-1] for path in below} | set(super().folders(prefix)))

    def size(self, key: str) -> int | None:
        """Return the bytes of an object; None when there is none at the key."""
        import obstore

        try:
            return int(obstore.head(self._objects, self._name(key))["size"])
        except FileNotFoundError:
            return None
        except Exception as error:
            raise _failed(key, error) from None

    def below(self, prefix: str) -> list[Kept]:
        """Return the objects below a folder, and the files of it that only this machine has."""
        import obstore

        name = self._name(prefix)
        with _told(prefix):
            rows = [row for rows in obstore.list(self._objects, prefix=name) for row in rows]
        there = {
            key: Kept(key, row["size"], row["last_modified"].timestamp())
            for row in rows
            if (key := self._key(row["path"]))
        }
        return [*there.values(), *(kept for kept in super().below(prefix) if kept.key not in there)]

    def share(self, prefix: str) -> None:
        """Upload the files of a folder that another machine is to work on."""
        for path in sorted(self.path(prefix).rglob("*")):
            if path.is_file():
                self.keep(path, path.relative_to(self.root).as_posix())

    def local(self, key: str) -> Path:
        """Return a key, or the files below a folder, on this machine: fetched unless they are here already."""
        target = self.path(key)
        if target.exists():
            return target
        name = self._name(key)
        with _told(key):
            for path in self._below(name) or [name]:
                self._fetch(path)
        return target

    def _fetch(self, path: str) -> None:
        """Bring an object to this machine: it is there whole, or not at all."""
        import obstore

        here = self.root / self._key(path)
        here.parent.mkdir(parents=True, exist_ok=True)
        arriving = here.with_name(f"{here.name}.{uuid4().hex[:8]}.arriving")
        try:
            with arriving.open("wb") as file:
                for part in obstore.get(self._objects, path).stream(min_chunk_size=PART_BYTES):
                    file.write(part)
            arriving.replace(here)
        finally:
            arriving.unlink(missing_ok=True)

    def _below(self, name: str) -> list[str]:
        import obstore

        return [row["path"] for rows in obstore.list(self._objects, prefix=name) for row in rows]

    def _key(self, name: str) -> str:
        return name.removeprefix(f"{self.prefix}/" if self.prefix else "")

    def _name(self, key: str) -> str:
        self.path(key)  # refuses what would leave the root
        return f"{self.prefix}/{key}" if self.prefix else key


@cache
def client(bucket: str) -> Any:
    """Return the client of a bucket, one for a process."""
    from obstore.store import S3Store

    plain = os.environ.get("AWS_ENDPOINT_URL", "").startswith("http://")
    return S3Store.from_url(
        f"s3://{bucket}",
        client_options={"timeout": f"{TIMEOUT_S}s", "connect_timeout": "5s", "allow_http": plain},
        retry_config={"max_retries": 3, "retry_timeout": timedelta(seconds=2 * TIMEOUT_S)},
    )


def read_range(name: str, offset: int, size: int) -> bytes:
    """Read bytes of an object by the name GDAL opens it with.

    Raises:
        StorageAway: it is not there, or the bucket cannot be reached.
    """
    import obstore

    bucket, _, key = name.removeprefix(VSIS3).partition("/")
    with _told(key):
        return bytes(obstore.get_range(client(bucket), key, start=offset, length=size))


@contextmanager
def _told(key: str) -> Iterator[None]:
    """Make what the client raises an error of ours, without its text: that quotes requests with their credentials."""
    try:
        yield
    except Exception as error:
        raise _failed(key, error) from None


def _failed(key: str, error: Exception) -> StorageAway:
    return StorageAway(say("bucket-failed", key=key, why=type(error).__name__), key)


def _tell_gdal() -> None:
    """Give GDAL in its words what the common variables say."""
    endpoint = urlsplit(os.environ.get("AWS_ENDPOINT_URL", ""))
    if endpoint.netloc:
        os.environ.setdefault("AWS_S3_ENDPOINT", endpoint.netloc)
        os.environ.setdefault("AWS_HTTPS", "NO" if endpoint.scheme == "http" else "YES")
        os.environ.setdefault("AWS_VIRTUAL_HOSTING", "FALSE")
