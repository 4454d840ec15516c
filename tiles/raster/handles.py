"""Open raster files, kept open: a bounded pool that any thread borrows from.

Opening a COG costs more than reading a tile of it (its header, and once more for every overview). A dataset may serve
any thread but one at a time, so a borrower has it alone and gives it back; two threads on one file hold two datasets.
The pool keeps the most recently used ones and closes the rest: memory stays flat over ten thousand sheets.

Every thread gets GDAL's settings once, on its first borrow.
"""

import threading
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

import rasterio
from rasterio.env import hasenv

from layers.storage import Storage
from tiles.raster.open_raster import OpenRaster, why_unread

GDAL_OPTIONS: dict[str, Any] = {
    "GDAL_DISABLE_READDIR_ON_OPEN": "EMPTY_DIR",  # no search for sidecars beside each of ten thousand sheets
    "GDAL_CACHEMAX": 64 * 2**20,  # bytes of decoded blocks in this process, all threads together (rasterio: not MB)
    "GDAL_NUM_THREADS": 1,  # one tile a thread; decoding a block is not split
    "GTIFF_VIRTUAL_MEM_IO": False,
    "GDAL_TIFF_INTERNAL_MASK": True,
    "VSI_CACHE": True,
    "CPL_VSIL_CURL_ALLOWED_EXTENSIONS": ".tif",
}
"""GDAL's settings for serving tiles."""
_configured = dict(GDAL_OPTIONS)


class Pool:
    """At most ``limit`` idle files, the least recently used closed first."""

    def __init__(self, limit: int = 64) -> None:
        self.limit = limit
        self._idle: OrderedDict[str, list[OpenRaster]] = OrderedDict()
        self._count = 0
        self._lock = threading.Lock()

    @contextmanager
    def borrow(self, name: str) -> Iterator[OpenRaster]:
        """An open raster for one user at a time; raises RasterUnreadable, StorageAway, also of what is read of it."""
        enter_gdal()
        raster = self._take(name) or OpenRaster(name)
        try:
            yield raster
        except OSError as error:
            raster.close()
            raise why_unread(name, error) from error
        except BaseException:
            raster.close()  # a dataset that failed half-way is not worth keeping
            raise
        self._give_back(raster)

    def idle(self, name: str) -> OpenRaster | None:
        """An open raster that lies idle, to be given back with ``give_back``; None when there is none."""
        return self._take(name)

    def give_back(self, raster: OpenRaster) -> None:
        """Take back what ``idle`` lent."""
        self._give_back(raster)

    def _take(self, name: str) -> OpenRaster | None:
        with self._lock:
            idle = self._idle.get(name)
            if not idle:
                return None
            self._count -= 1
            raster = idle.pop()
            if not idle:
                del self._idle[name]
            return raster

    def _give_back(self, raster: OpenRaster) -> None:
        with self._lock:
            self._idle.setdefault(raster.name, []).append(raster)
            self._idle.move_to_end(raster.name)
            self._count += 1
            surplus = self._surplus()
        for old in surplus:
            old.close()

    def _surplus(self) -> list[OpenRaster]:
        closing = []
        while self._count > self.limit:
            name, idle = next(iter(self._idle.items()))
            closing.append(idle.pop(0))
            self._count -= 1
            if not idle:
                del self._idle[name]
        return closing

    def forget(self, prefix: str = "") -> None:
        """Close the idle files whose names begin with ``prefix``, before they are removed from storage."""
        with self._lock:
            names = [name for name in self._idle if name.startswith(prefix)]
            closing = [raster for name in names for raster in self._idle.pop(name)]
            self._count -= len(closing)
        for raster in closing:
            raster.close()

    def __len__(self) -> int:
        """How many files lie idle."""
        return self._count


@lru_cache(maxsize=65536)
def file_name(storage: Storage, key: str) -> str:
    """The name under which GDAL opens a key; path arithmetic costs as much as copying a tile, so it is done once."""
    return storage.open_name(key)


def enter_gdal() -> None:
    """Give this thread GDAL's settings, once, for as long as it lives."""
    if not hasenv():
        rasterio.Env(**_configured).__enter__()


def gdal_settings() -> rasterio.Env:
    """GDAL's settings for a while: a command's thread does other things afterwards, which look for sidecars."""
    return rasterio.Env(**_configured)


POOL = Pool()
"""The pool of this process."""


def configure(*, cache_mb: int, files: int) -> None:
    """Set the size of GDAL's block cache and of the pool, before the first tile is drawn.

    An open file of JPEG blocks holds more than half a megabyte. The defaults (64 MB, 64 files) keep a worker under
    400 MB; a machine with memory to spare serves large mosaics faster with more of both.
    """
    _configured["GDAL_CACHEMAX"] = cache_mb * 2**20
    POOL.limit = files
