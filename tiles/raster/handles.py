"""Open raster files, kept open: a bounded pool that any thread borrows from.

Opening a COG costs more than reading a tile of it (its header, and once more for every overview). A dataset may serve
any thread but one at a time, so a borrower has it alone and gives it back; two threads on one file hold two datasets.
The pool keeps the most recently used ones and closes the rest: memory stays flat over ten thousand sheets.

Only GDAL's GeoTIFF driver is ever tried, so no file we open can send GDAL elsewhere (a VRT naming a URL, for instance).
Every thread gets GDAL's settings once, on its first borrow.
"""

import os
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import Any, Literal

import rasterio
from rasterio.enums import ColorInterp, MaskFlags, Resampling
from rasterio.env import hasenv
from rasterio.errors import RasterioIOError
from rasterio.windows import Window

from layers.bucket import VSIS3, read_range
from layers.sentences import say
from layers.storage import Storage
from tiles.errors import RasterUnreadable

MaskKind = Literal["none", "nodata", "mask", "alpha"]

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


MOST_NOTES = 100_000
"""Notes kept of one file, some ten megabytes."""


class OpenRaster:
    """A raster file with its overviews, each opened when first needed. Not for two threads at once."""

    def __init__(self, name: str) -> None:
        """Open the GeoTIFF that GDAL knows as ``name``; raises RasterUnreadable."""
        self.name = name
        self.base = _open(name)
        self.width, self.height = int(self.base.width), int(self.base.height)
        self.inverse = ~self.base.transform
        self.nodata: float | None = self.base.nodata
        self.count = int(self.base.count)
        self.alpha = _alpha_band(self.base)
        self.mask_kind: MaskKind = _mask_kind(self.base, self.alpha)
        factors = self.base.overviews(1)
        self._levels: list[Any] = [self.base] + [None] * len(factors)
        self.ratios = (1.0, *(float(factor) for factor in factors))
        self._notes: dict[Hashable, Any] = {}
        self._descriptor: int | None = None

    def size(self, number: int) -> tuple[int, int]:
        """Width and height in pixels of overview ``number``; 0 is the full resolution."""
        ratio = int(self.ratios[number])
        if self._divides(ratio):
            return self.width // ratio, self.height // ratio
        dataset = self.level(number)
        return int(dataset.width), int(dataset.height)

    def read(
        self, number: int, bands: Sequence[int], window: Window, shape: tuple[int, int] | None, average: bool = False
    ) -> Any:
        """Planes (bands, h, w) of a window of overview ``number``, thinned to ``shape``, averaging or by nearest."""
        dataset, window, size = self._through(number, window, shape)
        method = Resampling.average if average else Resampling.nearest
        out_shape = None if size is None else (len(bands), *size)
        return dataset.read(list(bands), window=window, out_shape=out_shape, resampling=method)

    def read_mask(self, number: int, window: Window, shape: tuple[int, int] | None = None) -> Any:
        """The file's mask over a window of overview ``number``: 255 where there is data, shape (h, w)."""
        dataset, window, size = self._through(number, window, shape)
        return dataset.read_masks(1, window=window, out_shape=size)

    def level(self, number: int) -> Any:
        """The dataset of overview ``number``, opened on its own."""
        if self._levels[number] is None:
            self._levels[number] = _open(self.name, overview_level=number - 1)
        return self._levels[number]

    def _through(
        self, number: int, window: Window, shape: tuple[int, int] | None
    ) -> tuple[Any, Window, tuple[int, int] | None]:
        """The dataset, window and shape by which to read a window of an overview.

        Where the overview divides the raster evenly the base reads it: GDAL takes the overview of exactly that
        reduction, and a second open file with its decoder (half a megabyte) is spared.
        """
        ratio = int(self.ratios[number])
        if number == 0 or not self._divides(ratio):
            return self.level(number), window, shape
        size = shape or (int(window.height), int(window.width))
        scaled = Window(window.col_off * ratio, window.row_off * ratio, window.width * ratio, window.height * ratio)
        return self.base, scaled, size

    def _divides(self, ratio: int) -> bool:
        return self.width % ratio == 0 and self.height % ratio == 0

    def level_for(self, step: float) -> int:
        """The smallest overview that still has a pixel for every ``step`` full-resolution pixels, a fifth forgiven."""
        enough = [number for number, ratio in enumerate(self.ratios) if ratio <= max(1.0, step * 1.2)]
        return enough[-1]

    def note(self, key: Hashable, find: Callable[["OpenRaster"], Any]) -> Any:
        """What was found out about this file under ``key``, found now if nobody asked before."""
        if key not in self._notes:
            if len(self._notes) >= MOST_NOTES:
                self._notes.clear()
            self._notes[key] = find(self)
        return self._notes[key]

    def noted(self, key: Hashable) -> Any:
        """What ``note`` found out under ``key``; None when nobody asked yet."""
        return self._notes.get(key)

    def file_bytes(self, offset: int, size: int) -> bytes:
        """Bytes of the file itself."""
        if self.name.startswith(VSIS3):
            return read_range(self.name, offset, size)
        if self._descriptor is None:
            self._descriptor = os.open(self.name, os.O_RDONLY)
        return os.pread(self._descriptor, size, offset)

    def bytes_at_hand(self, offset: int, size: int) -> bytes | None:
        """Bytes of the file that lie in the system's memory already; None when a disk would have to be waited for."""
        if self._descriptor is None:
            return None
        room = bytearray(size)
        try:
            return bytes(room) if os.preadv(self._descriptor, [room], offset, os.RWF_NOWAIT) == size else None
        except OSError:  # not there, or a file system that cannot tell
            return None

    def close(self) -> None:
        """Close every level."""
        for dataset in self._levels:
            if dataset is not None:
                dataset.close()
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


def _open(name: str, **options: Any) -> Any:
    try:
        return rasterio.open(name, driver="GTiff", **options)
    except RasterioIOError as error:
        raise RasterUnreadable(say("raster-unreadable", file=os.path.basename(name), why=error)) from error


def _alpha_band(dataset: Any) -> int | None:
    kinds = list(dataset.colorinterp)
    return kinds.index(ColorInterp.alpha) + 1 if ColorInterp.alpha in kinds else None


def _mask_kind(dataset: Any, alpha: int | None) -> MaskKind:
    if alpha is not None:
        return "alpha"
    flags = dataset.mask_flag_enums[0]
    if MaskFlags.per_dataset in flags:
        return "mask"
    floating = any(str(dtype).startswith("float") for dtype in dataset.dtypes)
    return "nodata" if MaskFlags.nodata in flags or floating else "none"


class Pool:
    """At most ``limit`` idle files, the least recently used closed first."""

    def __init__(self, limit: int = 64) -> None:
        self.limit = limit
        self._idle: OrderedDict[str, list[OpenRaster]] = OrderedDict()
        self._count = 0
        self._lock = threading.Lock()

    @contextmanager
    def borrow(self, name: str) -> Iterator[OpenRaster]:
        """An open raster for one user at a time; raises RasterUnreadable."""
        enter_gdal()
        raster = self._take(name) or OpenRaster(name)
        try:
            yield raster
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


POOL = Pool()
"""The pool of this process."""


def configure(*, cache_mb: int, files: int) -> None:
    """Set the size of GDAL's block cache and of the pool, before the first tile is drawn.

    An open file of JPEG blocks holds more than half a megabyte. The defaults (64 MB, 64 files) keep a worker under
    400 MB; a machine with memory to spare serves large mosaics faster with more of both.
    """
    _configured["GDAL_CACHEMAX"] = cache_mb * 2**20
    POOL.limit = files
