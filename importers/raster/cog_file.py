"""Writes a Cloud Optimized GeoTIFF out of finished tiles.

GDAL's COG driver decodes and encodes everything once more to make its overviews. Here every tile is encoded once, when
it is drawn: tiles go to one spool file per level as they come, in any order, and ``finish`` writes the directories in
front and the spools behind them, the coarsest level first, as the COG layout asks. Each JPEG tile is a complete stream,
so a server answers with the block's bytes as they stand. Tiles without data are left out (sparse); all tiles full of
data share one mask block.
"""

import os
import shutil
import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np

from importers.raster.pyramid import TILE, Pyramid

FULL_MASK = zlib.compress(b"\xff" * (TILE * TILE // 8))
_CLASSIC_LIMIT = (1 << 32) - (1 << 24)
_SHORT, _LONG, _ASCII, _DOUBLE, _LONG8, _RATIONAL = 3, 4, 2, 12, 16, 5
_SIZE = {_SHORT: 2, _LONG: 4, _ASCII: 1, _DOUBLE: 8, _LONG8: 8, _RATIONAL: 8}
_LETTER = {_SHORT: "H", _LONG: "I", _ASCII: "s", _DOUBLE: "d", _LONG8: "Q"}
# What GDAL's readers look for right behind the header to know that directories come first.
_GHOST_BODY = b"LAYOUT=IFDS_BEFORE_DATA\nKNOWN_INCOMPATIBLE_EDITION=NO\n "
_GHOST = b"GDAL_STRUCTURAL_METADATA_SIZE=%06d bytes\n" % len(_GHOST_BODY) + _GHOST_BODY


@dataclass(frozen=True)
class TileFormat:
    """How the tiles are encoded, in TIFF's numbers."""

    samples: int
    bits: int
    compression: int
    photometric: int
    sample_format: int = 1
    predictor: int = 1
    nodata: str | None = None
    masked: bool = True


JPEG_COLOUR = TileFormat(samples=3, bits=8, compression=7, photometric=6)
JPEG_GREY = TileFormat(samples=1, bits=8, compression=7, photometric=1)
_MASK = TileFormat(samples=1, bits=1, compression=8, photometric=4, masked=False)


class CogFile:
    """A COG in the making. ``put`` tiles, then ``finish``; or ``abandon`` it, which leaves nothing behind.

    Not for several threads: the caller hands over finished tiles one after the other.
    """

    def __init__(self, path: Path, pyramid: Pyramid, form: TileFormat) -> None:
        self.path = path
        self.pyramid = pyramid
        self.form = form
        self.tiles = 0
        self._spools: list[IO[bytes]] = [
            path.with_name(f"{path.name}.level{level}").open("w+b") for level in range(pyramid.levels)
        ]
        shapes = [(pyramid.rows >> level, pyramid.columns >> level) for level in range(pyramid.levels)]
        self._where = [np.zeros(shape, np.uint64) for shape in shapes]
        self._length = [np.zeros(shape, np.uint32) for shape in shapes]
        self._mask_where = [np.zeros(shape, np.uint64) for shape in shapes]
        self._mask_length = [np.zeros(shape, np.uint32) for shape in shapes]

    def put(self, level: int, column: int, row: int, body: bytes, mask: bytes | None) -> None:
        """Take a tile that holds data; ``mask`` is its encoded mask, None when every pixel has data."""
        spool = self._spools[level]
        self._where[level][row, column] = spool.tell()
        self._length[level][row, column] = spool.write(body)
        self.tiles += 1
        if mask is not None:
            self._mask_where[level][row, column] = spool.tell()
            self._mask_length[level][row, column] = spool.write(mask)

    def finish(self) -> Path:
        """Write the file at its path. Returns the path."""
        try:
            body = sum(spool.tell() for spool in self._spools) + len(FULL_MASK)
            directories = len(self._spools) * (2 if self.form.masked else 1)
            blocks = sum(array.size for array in self._where)
            big = body + 64 * directories * 40 + 24 * blocks > _CLASSIC_LIMIT
            with self.path.open("wb") as file:
                _write(file, self, big)
                for spool in reversed(self._spools):
                    spool.seek(0)
                    shutil.copyfileobj(spool, file, 1 << 20)
                file.flush()
                os.fsync(file.fileno())
        finally:
            self._drop_spools()
        return self.path

    def abandon(self) -> None:
        """Forget everything; harmless after ``finish``."""
        self._drop_spools()

    def _drop_spools(self) -> None:
        for spool in self._spools:
            spool.close()
            Path(spool.name).unlink(missing_ok=True)

    def _directories(self, start: int) -> list["_Directory"]:
        """Return the directories with block offsets counted from ``start``, where the blocks begin."""
        base = np.uint64(start + (len(FULL_MASK) if self.form.masked else 0))
        firsts: dict[int, np.uint64] = {}
        for level in reversed(range(self.pyramid.levels)):
            firsts[level] = base
            base = base + np.uint64(self._spools[level].tell())
        found = []
        for level in range(self.pyramid.levels):
            size = (self.pyramid.width >> level, self.pyramid.height >> level)
            has = self._length[level] > 0
            where = np.where(has, self._where[level] + firsts[level], 0)
            reduced = 1 if level else 0
            found.append(_Directory(reduced, size, self.form, where, self._length[level]))
            if self.form.masked:
                own = self._mask_length[level] > 0
                mask_where = np.where(own, self._mask_where[level] + firsts[level], np.uint64(start))
                length = np.where(own, self._mask_length[level], len(FULL_MASK))
                found.append(
                    _Directory(4 | reduced, size, _MASK, np.where(has, mask_where, 0), np.where(has, length, 0))
                )
        return found

    def geo_tags(self) -> list["_Tag"]:
        """Return the tags that place level 0 in EPSG:3857 and name its tiling."""
        box = self.pyramid.bounds
        side = (box.east - box.west) / self.pyramid.width
        names = "WGS 84 / Pseudo-Mercator|WGS 84|"
        keys = [
            *(1, 1, 0, 7),
            *(1024, 0, 1, 1),  # projected
            *(1025, 0, 1, 1),  # a pixel is an area
            *(1026, 34737, 25, 0),
            *(2049, 34737, 7, 25),
            *(2054, 0, 1, 9102),  # degree
            *(3072, 0, 1, 3857),
            *(3076, 0, 1, 9001),  # metre
        ]
        scheme = {
            "NAME": "GoogleMapsCompatible",
            "ZOOM_LEVEL": self.pyramid.zoom,
            "ALIGNED_LEVELS": self.pyramid.levels,
        }
        items = "".join(f'<Item name="{k}" domain="TILING_SCHEME">{v}</Item>' for k, v in scheme.items())
        tags = [
            _Tag(33550, _DOUBLE, (side, side, 0.0)),
            _Tag(33922, _DOUBLE, (0.0, 0.0, 0.0, box.west, box.north, 0.0)),
            _Tag(34735, _SHORT, keys),
            _Tag(34737, _ASCII, names.encode() + b"\0"),
            _Tag(42112, _ASCII, f"<GDALMetadata>{items}</GDALMetadata>".encode() + b"\0"),
        ]
        if self.form.nodata is not None:
            tags.append(_Tag(42113, _ASCII, self.form.nodata.encode() + b"\0"))
        return tags


@dataclass(frozen=True)
class _Tag:
    number: int
    type: int
    values: Any

    @property
    def count(self) -> int:
        return len(self.values)

    def body(self) -> bytes:
        """Return the values as little-endian bytes."""
        if self.type == _ASCII:
            return bytes(self.values)
        if self.type == _RATIONAL:
            return b"".join(struct.pack("<II", value, 1) for value in self.values)
        return np.asarray(self.values).astype(f"<{_NUMPY[self.type]}").tobytes()


_NUMPY = {_SHORT: "u2", _LONG: "u4", _DOUBLE: "f8", _LONG8: "u8"}


@dataclass(frozen=True)
class _Directory:
    """One image of the file: its kind (TIFF's NewSubfileType), size and blocks."""

    subfile: int
    size: tuple[int, int]
    form: TileFormat
    where: Any
    length: Any

    def tags(self, big: bool, extra: Sequence[_Tag]) -> list[_Tag]:
        form = self.form
        tags = [
            _Tag(254, _LONG, (self.subfile,)),
            _Tag(256, _LONG, (self.size[0],)),
            _Tag(257, _LONG, (self.size[1],)),
            _Tag(258, _SHORT, (form.bits,) * form.samples),
            _Tag(259, _SHORT, (form.compression,)),
            _Tag(262, _SHORT, (form.photometric,)),
            _Tag(277, _SHORT, (form.samples,)),
            _Tag(284, _SHORT, (1,)),
            _Tag(322, _SHORT, (TILE,)),
            _Tag(323, _SHORT, (TILE,)),
            _Tag(324, _LONG8 if big else _LONG, self.where.ravel()),
            _Tag(325, _LONG, self.length.ravel()),
            _Tag(339, _SHORT, (form.sample_format,) * form.samples),
            *extra,
        ]
        if form.predictor != 1:
            tags.append(_Tag(317, _SHORT, (form.predictor,)))
        if form.photometric == 6:
            tags.append(_Tag(530, _SHORT, (2, 2)))
            tags.append(_Tag(532, _RATIONAL, (0, 255, 128, 255, 128, 255)))
        return sorted(tags, key=lambda tag: tag.number)


def _write(file: IO[bytes], cog: CogFile, big: bool) -> None:
    """Write header and directories; measured once to know where the blocks begin, then written."""
    start = len(_front(cog, 0, big))
    file.write(_front(cog, start, big))
    if cog.form.masked:
        file.write(FULL_MASK)


def _front(cog: CogFile, start: int, big: bool) -> bytes:
    """Return everything before the blocks."""
    head = 16 if big else 8
    out = bytearray(struct.pack("<2sHHHQ", b"II", 43, 8, 0, 0) if big else struct.pack("<2sHI", b"II", 42, 0))
    out += _GHOST
    link = head - (8 if big else 4)
    for index, directory in enumerate(cog._directories(start)):
        out += b"\0" * (-len(out) % 8)
        struct.pack_into("<Q" if big else "<I", out, link, len(out))
        tags = directory.tags(big, cog.geo_tags() if index == 0 else ())
        link = _directory(out, tags, big)
    out += b"\0" * (-len(out) % 16)
    return bytes(out)


def _directory(out: bytearray, tags: list[_Tag], big: bool) -> int:
    """Append one directory and its values. Returns where the link to the next one stands."""
    room = 8 if big else 4
    entry = 20 if big else 12
    values_at = len(out) + (8 if big else 2) + entry * len(tags) + room
    entries, values = bytearray(), bytearray()
    for tag in tags:
        body = tag.body()
        entries += struct.pack("<HHQ" if big else "<HHI", tag.number, tag.type, tag.count)
        if len(body) <= room:
            entries += body.ljust(room, b"\0")
        else:
            values += b"\0" * (-(values_at + len(values)) % 8)
            entries += struct.pack("<Q" if big else "<I", values_at + len(values))
            values += body
    out += struct.pack("<Q" if big else "<H", len(tags)) + entries
    link = len(out)
    out += b"\0" * room + values
    return link
