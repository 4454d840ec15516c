"""TIFF as bytes: tags, directories and how tiles are encoded, classic and BigTIFF (TIFF 6.0, section 2)."""

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from importers.raster.pyramid import TILE

SHORT, LONG, ASCII, DOUBLE, LONG8, RATIONAL = 3, 4, 2, 12, 16, 5
"""TIFF's numbers of the types of values."""
_NUMPY = {SHORT: "u2", LONG: "u4", DOUBLE: "f8", LONG8: "u8"}


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
MASK = TileFormat(samples=1, bits=1, compression=8, photometric=4, masked=False)


@dataclass(frozen=True)
class Tag:
    """One tag of a directory: its number, the type of its values, the values."""

    number: int
    type: int
    values: Any

    @property
    def count(self) -> int:
        """How many values it has."""
        return len(self.values)

    def body(self) -> bytes:
        """Return the values as little-endian bytes."""
        if self.type == ASCII:
            return bytes(self.values)
        if self.type == RATIONAL:
            return b"".join(struct.pack("<II", value, 1) for value in self.values)
        return np.asarray(self.values).astype(f"<{_NUMPY[self.type]}").tobytes()


@dataclass(frozen=True)
class Directory:
    """One image of the file: its kind (TIFF's NewSubfileType), size and blocks."""

    subfile: int
    size: tuple[int, int]
    form: TileFormat
    where: Any
    length: Any

    def tags(self, big: bool, extra: Sequence[Tag]) -> list[Tag]:
        """Return its tags in the order of their numbers; ``extra`` are those that only this image has."""
        form = self.form
        tags = [
            Tag(254, LONG, (self.subfile,)),
            Tag(256, LONG, (self.size[0],)),
            Tag(257, LONG, (self.size[1],)),
            Tag(258, SHORT, (form.bits,) * form.samples),
            Tag(259, SHORT, (form.compression,)),
            Tag(262, SHORT, (form.photometric,)),
            Tag(277, SHORT, (form.samples,)),
            Tag(284, SHORT, (1,)),
            Tag(322, SHORT, (TILE,)),
            Tag(323, SHORT, (TILE,)),
            Tag(324, LONG8 if big else LONG, self.where.ravel()),
            Tag(325, LONG, self.length.ravel()),
            Tag(339, SHORT, (form.sample_format,) * form.samples),
            *extra,
        ]
        if form.predictor != 1:
            tags.append(Tag(317, SHORT, (form.predictor,)))
        if form.photometric == 6:
            tags.append(Tag(530, SHORT, (2, 2)))
            tags.append(Tag(532, RATIONAL, (0, 255, 128, 255, 128, 255)))
        return sorted(tags, key=lambda tag: tag.number)


def append_directory(out: bytearray, tags: list[Tag], big: bool) -> int:
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
