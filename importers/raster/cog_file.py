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
from pathlib import Path
from typing import IO

import numpy as np

from importers.raster.pyramid import TILE, Pyramid
from importers.raster.tiff import ASCII, DOUBLE, MASK, SHORT, Directory, Tag, TileFormat, append_directory

FULL_MASK = zlib.compress(b"\xff" * (TILE * TILE // 8))
CLASSIC_LIMIT = (1 << 32) - (1 << 24)
# What GDAL's readers look for right behind the header to know that directories come first.
_GHOST_BODY = b"LAYOUT=IFDS_BEFORE_DATA\nKNOWN_INCOMPATIBLE_EDITION=NO\n "
_GHOST = b"GDAL_STRUCTURAL_METADATA_SIZE=%06d bytes\n" % len(_GHOST_BODY) + _GHOST_BODY


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
            big = body + 64 * directories * 40 + 24 * blocks > CLASSIC_LIMIT
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

    def _directories(self, start: int) -> list["Directory"]:
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
            found.append(Directory(reduced, size, self.form, where, self._length[level]))
            if self.form.masked:
                own = self._mask_length[level] > 0
                mask_where = np.where(own, self._mask_where[level] + firsts[level], np.uint64(start))
                length = np.where(own, self._mask_length[level], len(FULL_MASK))
                found.append(Directory(4 | reduced, size, MASK, np.where(has, mask_where, 0), np.where(has, length, 0)))
        return found

    def geo_tags(self) -> list["Tag"]:
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
            Tag(33550, DOUBLE, (side, side, 0.0)),
            Tag(33922, DOUBLE, (0.0, 0.0, 0.0, box.west, box.north, 0.0)),
            Tag(34735, SHORT, keys),
            Tag(34737, ASCII, names.encode() + b"\0"),
            Tag(42112, ASCII, f"<GDALMetadata>{items}</GDALMetadata>".encode() + b"\0"),
        ]
        if self.form.nodata is not None:
            tags.append(Tag(42113, ASCII, self.form.nodata.encode() + b"\0"))
        return tags


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
        link = append_directory(out, tags, big)
    out += b"\0" * (-len(out) % 16)
    return bytes(out)
