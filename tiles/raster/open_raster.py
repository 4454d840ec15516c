"""One open raster file with its overviews, for one thread at a time: its size, its mask, its pixels and its bytes.

Only GDAL's GeoTIFF driver is ever tried, so no file we open can send GDAL elsewhere (a VRT naming a URL, for instance).
"""

import errno
import os
from collections.abc import Callable, Hashable, Sequence
from typing import Any, Literal

import rasterio
from rasterio.enums import ColorInterp, MaskFlags, Resampling
from rasterio.errors import RasterioIOError
from rasterio.windows import Window

from layers.errors import GeoError, StorageAway
from layers.sentences import say
from layers.storage.bucket import VSIS3, read_range
from tiles.errors import RasterUnreadable

MaskKind = Literal["none", "nodata", "mask", "alpha"]


NOT_A_TIFF = "not recognized as being in a supported file format"
"""What GDAL says of bytes that came and are no GeoTIFF."""
MOST_NOTES = 100_000
"""Notes kept of one file, some ten megabytes."""


class OpenRaster:
    """A raster file with its overviews, each opened when first needed. Not for two threads at once."""

    def __init__(self, name: str) -> None:
        """Open the GeoTIFF that GDAL knows as ``name``; raises RasterUnreadable, StorageAway."""
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
        data = os.pread(self._descriptor, size, offset)
        if len(data) < size:
            raise OSError(errno.EIO, "the file ends early")
        return data

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
        raise why_unread(name, error) from error


def why_unread(name: str, error: OSError) -> GeoError:
    """Say why a file could not be opened or read: it is away with its disk, share or bucket, or it is damaged.

    Where files lie is nobody's business who reads tiles.
    """
    file = os.path.basename(name)
    if _away(name, str(error)):
        return StorageAway(say("raster-away", file=file), name)
    return RasterUnreadable(say("raster-unreadable", file=file, why=str(error).replace(name, file)))


def _away(name: str, why: str) -> bool:
    if name.startswith(VSIS3):  # asked once more, a bucket that is silent would keep everybody waiting again
        return NOT_A_TIFF not in why
    try:
        with open(name, "rb") as file:
            file.read(1)
    except OSError:
        return True
    return False


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
