"""The table of a shapefile held against its shapes: records that are missing, too many, or marked as deleted.

GDAL leaves out shapes without a record, records without a shape and what is marked as deleted, without a word.
"""

import struct
from dataclasses import dataclass
from pathlib import Path

import numpy as np

SHX_HEADER, SHX_RECORD = 100, 8
FIELD = 32
EXACT_DIGITS = 18
DELETED = 0x2A
END = b"\x1a"


@dataclass(frozen=True)
class Records:
    """The records of a dBase table: how many there are, where they begin, how wide they are, how many are deleted."""

    count: int
    start: int
    width: int
    deleted: int


def read_records(dbf: Path) -> Records | None:
    """Read the header of a table and the marks of its records; None when it is damaged or cut off."""
    size = dbf.stat().st_size
    with dbf.open("rb") as file:
        header = file.read(12)
    if len(header) < 12:
        return None
    count, start, width = struct.unpack("<IHH", header[4:12])
    if width == 0 or start + count * width > size:
        return None
    data = np.memmap(dbf, dtype=np.uint8, mode="r", offset=0)
    marks = data[start : start + count * width : width]
    return Records(count, start, width, int(np.count_nonzero(marks == DELETED)))


@dataclass(frozen=True)
class Field:
    """A field of a table: which one it is, where it lies in a record, and whether it is one without decimals."""

    place: int
    at: int
    width: int
    whole: bool = True


def fields_of(dbf: Path, records: Records, kind: bytes) -> list[Field]:
    """Return the fields of one type, a letter: ``L`` logical, ``M`` memo, ``D`` date."""
    with dbf.open("rb") as file:
        described = file.read(records.start)[FIELD:]
    found, at = [], 1
    for place, start in enumerate(range(0, len(described) - FIELD + 1, FIELD)):
        field = described[start : start + FIELD]
        if field[:1] == b"\r":
            break
        if field[11:12] == kind:
            found.append(Field(place, at, field[16], not field[17]))
        at += field[16]
    return found


def has_wide_integers(dbf: Path, records: Records) -> bool:
    """Say whether a field of whole numbers is wider than the 18 digits that GDAL keeps exact without being asked."""
    with dbf.open("rb") as file:
        fields = file.read(records.start)[FIELD:]
    described = (fields[at : at + FIELD] for at in range(0, len(fields) - FIELD + 1, FIELD))
    return any(field[11:12] in (b"N", b"F") and field[16] > EXACT_DIGITS and not field[17] for field in described)


def shape_count(shx: Path) -> int:
    """Return how many shapes an index lists."""
    return max(0, shx.stat().st_size - SHX_HEADER) // SHX_RECORD


def padded(dbf: Path, records: Records, count: int, copy: Path) -> None:
    """Write a copy of a table with empty records behind its own, so that every shape has one."""
    with dbf.open("rb") as source, copy.open("wb") as sink:
        header = bytearray(source.read(records.start))
        header[4:8] = struct.pack("<I", count)
        sink.write(header)
        left = records.count * records.width
        while left and (chunk := source.read(min(left, 1 << 20))):
            sink.write(chunk)
            left -= len(chunk)
        sink.write(b" " * ((count - records.count) * records.width) + END)
