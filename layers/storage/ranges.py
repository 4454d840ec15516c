"""Bytes of a stored file by offset and size, from a folder or a bucket: how an archive of tiles is read.

Safe to share between threads. A bucket's object is asked for by byte ranges; its beginning, where an archive's
directory stands, is kept.
"""

import os
import weakref
from pathlib import Path
from typing import Protocol

from layers.storage.bucket import Bucket, read_range
from layers.storage.folder import Storage

BEGINNING = 1 << 14
"""Bytes of an object that are read with its size and kept: PMTiles has its header and root directory within them."""


class Ranges(Protocol):
    """A file that is read by ranges."""

    size: int

    def read(self, offset: int, size: int) -> bytes:
        """Return bytes, fewer at the end of the file. Raises OSError or StorageError."""

    def close(self) -> None:
        """Let go of it."""


def open_ranges(storage: Storage, key: str) -> Ranges:
    """Open what stands at a key.

    Raises:
        FileNotFoundError: nothing does.
        StorageError: the bucket cannot be reached.
    """
    if isinstance(storage, Bucket):
        return ObjectRanges(storage, key)
    return FileRanges(storage.path(key))


class FileRanges:
    """A file, kept open."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_RDONLY)
        self._close = weakref.finalize(self, os.close, self._file)
        self.size = os.fstat(self._file).st_size

    def read(self, offset: int, size: int) -> bytes:
        """Return bytes of the file."""
        return os.pread(self._file, size, offset)

    def close(self) -> None:
        """Close the file, which else happens when it is forgotten."""
        self._close()


class ObjectRanges:
    """An object of a bucket; it is never written again at the same key."""

    def __init__(self, storage: Bucket, key: str) -> None:
        size = storage.size(key)
        if size is None:
            raise FileNotFoundError(key)
        self.size = size
        self._name = storage.open_name(key)
        self._beginning = read_range(self._name, 0, min(size, BEGINNING)) if size else b""

    def read(self, offset: int, size: int) -> bytes:
        """Return bytes of the object."""
        if offset + size <= len(self._beginning):
            return self._beginning[offset : offset + size]
        size = min(size, self.size - offset)
        return read_range(self._name, offset, size) if size > 0 else b""

    def close(self) -> None:
        """Do nothing: nothing is open."""
