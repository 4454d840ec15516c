"""Finds the tiles in a COG that we wrote, so that a new one can take over those that did not change."""

import os
import struct
import weakref
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import IO, Any, BinaryIO

import cv2
import numpy as np
import numpy.typing as npt

from importers.errors import UnreadableSource
from importers.raster.cog_file import FULL_MASK
from importers.raster.pyramid import HALF_WORLD, TILE, Pyramid, resolution
from layers.crs.remap import Mask, Pixels
from layers.sentences import say

_FORMATS = {2: "s", 3: "H", 4: "I", 12: "d", 16: "Q"}
_SIZES = {2: 1, 3: 2, 4: 4, 5: 8, 12: 8, 16: 8}
Tags = dict[int, Any]


@dataclass(frozen=True)
class Level:
    """Where the tiles of a level and their masks are in the file (length 0: none), the first at ``column``, ``row``.

    ``places`` tells where the file has the four arrays, in this order, and the type of their numbers.
    """

    column: int
    row: int
    where: npt.NDArray[np.uint64]
    length: npt.NDArray[np.uint64]
    mask_where: npt.NDArray[np.uint64]
    mask_length: npt.NDArray[np.uint64]
    places: tuple[tuple[int, str], ...]

    @property
    def arrays(self) -> tuple[npt.NDArray[np.uint64], ...]:
        """The four arrays."""
        return self.where, self.length, self.mask_where, self.mask_length


_ARRAYS = ("where", "length", "mask_where", "mask_length")


@dataclass(frozen=True)
class StoredTiles:
    """The tiles of a published picture, by zoom and place in the default grid."""

    zoom: int
    is_big: bool
    file: BinaryIO = field(repr=False)
    levels: tuple[Level, ...] = field(repr=False)

    def lies_on(self, pyramid: Pyramid) -> bool:
        """Say whether the tiles are those of a pyramid, level by level."""
        first = self.levels[0]
        return (self.zoom, len(self.levels), first.column, first.row, *reversed(first.where.shape)) == (
            pyramid.zoom, pyramid.levels, pyramid.column, pyramid.row, pyramid.columns, pyramid.rows,
        )  # fmt: skip

    def copied(self) -> "StoredTiles":
        """Return the same tiles with arrays of their own, to be changed."""
        levels = (replace(lv, **{name: getattr(lv, name).copy() for name in _ARRAYS}) for lv in self.levels)
        return replace(self, levels=tuple(levels))

    @property
    def used(self) -> int:
        """Bytes of the file that are tiles and masks, those that tiles share counted once."""
        where = np.concatenate([level.mask_where.ravel() for level in self.levels])
        length = np.concatenate([level.mask_length.ravel() for level in self.levels])
        once = np.unique(where, return_index=True)[1]
        return int(sum(int(level.length.sum()) for level in self.levels) + int(length[once].sum()))

    def write_directories(self, file: BinaryIO) -> None:
        """Write where the tiles are into a copy of the file."""
        for level in self.levels:
            for array, (at, kind) in zip(level.arrays, level.places, strict=True):
                file.seek(at)
                file.write(array.astype(f"<{kind}").tobytes())

    def read(self, zoom: int, column: int, row: int) -> tuple[bytes, bytes | None] | None:
        """Return a tile's JPEG stream and encoded mask (None: data everywhere); None where there is no data."""
        index = self.zoom - zoom
        if not 0 <= index < len(self.levels):
            return None
        level = self.levels[index]
        place = (row - level.row, column - level.column)
        if not (0 <= place[0] < level.where.shape[0] and 0 <= place[1] < level.where.shape[1]):
            return None
        if not level.length[place]:
            return None
        file = self.file.fileno()  # read by place, so that threads may share it
        body = os.pread(file, int(level.length[place]), int(level.where[place]))
        mask = os.pread(file, int(level.mask_length[place]), int(level.mask_where[place]))
        return body, None if mask == FULL_MASK else mask


def stored_tiles(path: Path) -> StoredTiles:
    """Read where the tiles of a COG of ours are.

    Raises:
        UnreadableSource: it is not one of ours.
    """
    with path.open("rb") as file:
        found = list(directories(file))
        is_big = _part(file, 2, 1) == b"\x2b"
    if len(found) % 2 or not all(tags.get(322) == (TILE,) for tags in found):
        raise UnreadableSource(say("not-our-picture", file=path.name))
    scale, tie = found[0][33550], found[0][33922]
    zoom = round(np.log2(resolution(0) / scale[0]))
    side = resolution(zoom) * TILE
    column, row = round((tie[3] + HALF_WORLD) / side), round((HALF_WORLD - tie[4]) / side)
    levels = []
    for index in range(0, len(found), 2):
        picture, mask = found[index], found[index + 1]
        shape = (-(-picture[257][0] // TILE), -(-picture[256][0] // TILE))
        numbers = [(tags, number) for tags in (picture, mask) for number in (324, 325)]
        where, length, *masks = (np.array(tags[number], np.uint64).reshape(shape) for tags, number in numbers)
        places = tuple(tags[-number] for tags, number in numbers)
        levels.append(Level(column >> index // 2, row >> index // 2, where, length, masks[0], masks[1], places))
    file = path.open("rb")
    tiles = StoredTiles(zoom, is_big, file, tuple(levels))
    weakref.finalize(tiles, file.close)
    return tiles


def decode(body: bytes, mask: bytes | None, in_colour: bool) -> tuple[Pixels, Mask | None]:
    """Return a tile's pixels (OpenCV's blue, green, red) and mask."""
    flag = cv2.IMREAD_COLOR_BGR if in_colour else cv2.IMREAD_GRAYSCALE
    pixels = cv2.imdecode(np.frombuffer(body, np.uint8), flag)
    assert pixels is not None, "we wrote this JPEG"
    if mask is None:
        return pixels, None
    bits = np.unpackbits(np.frombuffer(zlib.decompress(mask), np.uint8)).reshape(TILE, TILE)
    return pixels, (bits * 255).astype(np.uint8)


def directories(file: IO[bytes]) -> Iterator[Tags]:
    """Yield the tags of each directory: their numbers, and under ``-number`` where they stand and their type."""
    order, version = struct.unpack("<2sH", _part(file, 0, 4))
    if order != b"II" or version not in (42, 43):
        return
    big = version == 43
    at = struct.unpack("<Q" if big else "<I", _part(file, 8 if big else 4, 8 if big else 4))[0]
    entry, room, offset = (20, 8, "<Q") if big else (12, 4, "<I")
    while at:
        head = 8 if big else 2
        count = struct.unpack("<Q" if big else "<H", _part(file, at, head))[0]
        body = _part(file, at + head, count * entry + room)
        tags: Tags = {}
        for index in range(count):
            number, kind, length = struct.unpack_from("<HHQ" if big else "<HHI", body, index * entry)
            inline = body[index * entry + entry - room : (index + 1) * entry]
            size = _SIZES.get(kind, 0) * length
            place = at + head + (index + 1) * entry - room if size <= room else struct.unpack(offset, inline)[0]
            stored = inline[:size] if size <= room else _part(file, place, size)
            if kind in _FORMATS and kind != 2:
                tags[number] = struct.unpack(f"<{length}{_FORMATS[kind]}", stored)
                tags[-number] = place, f"u{_SIZES[kind]}"  # where its values stand
        yield tags
        at = struct.unpack_from(offset, body, count * entry)[0]


def _part(file: IO[bytes], at: int, size: int) -> bytes:
    file.seek(at)
    return file.read(size)
