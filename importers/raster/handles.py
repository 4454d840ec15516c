"""Files read window by window, kept open per thread, because a GDAL dataset belongs to one thread at a time."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import PurePath
from typing import Any

from rasterio.errors import RasterioIOError

from importers.raster.driver import gdal_open
from layers.errors import StorageAway
from layers.sentences import say

MOST_OPEN = 24
"""Files a thread keeps open; one open file holds half a megabyte. More than the bands of a stack need at once."""


class Handles:
    """Open datasets, one per file and thread, the latest few: a mosaic of a thousand sheets keeps no thousand open."""

    def __init__(self, most: int = MOST_OPEN) -> None:
        self._most = most
        self._mine = threading.local()
        self._all: list[Any] = []
        self._lock = threading.Lock()

    def open(self, name: str, driver: str) -> Any:
        """Return this thread's dataset of a file."""
        known: dict[str, Any] = self._mine.__dict__.setdefault("known", {})
        if name in known:
            known[name] = known.pop(name)  # the latest stands last
            return known[name]
        opened = known[name] = _opened(name, driver)
        oldest = known.pop(next(iter(known))) if len(known) > self._most else None
        with self._lock:
            self._all.append(opened)
            if oldest is not None:
                self._all.remove(oldest)
        if oldest is not None:
            oldest.close()
        return opened

    def close(self) -> None:
        """Close every dataset of every thread; nobody may be reading."""
        for dataset in self._all:
            dataset.close()
        self._all.clear()
        self._mine = threading.local()


def _opened(name: str, driver: str) -> Any:
    """Open a file that was there when it was looked at, or published; raises StorageAway when it is there no more."""
    try:
        return gdal_open(name, driver)
    except RasterioIOError as error:
        raise StorageAway(say("raster-gone", file=PurePath(name).name), name) from error


@contextmanager
def handles() -> Iterator[Handles]:
    """Give handles that are closed at the end."""
    opened = Handles()
    try:
        yield opened
    finally:
        opened.close()
