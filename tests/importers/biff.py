"""Excel 97 workbooks as bytes: one stream of BIFF8 records in a compound file, as little of both as readers need."""

import struct
from collections.abc import Mapping, Sequence
from pathlib import Path

SECTOR = 512
END, FREE, FAT = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD
Cell = str | float | None
Merged = tuple[int, int, int, int]
"""First and last row, first and last column."""


def write_xls(
    path: Path,
    sheets: Mapping[str, Sequence[Sequence[Cell]]],
    merged: Sequence[Merged] = (),
    hidden: Sequence[str] = (),
) -> Path:
    """Write sheets of texts and numbers; ``merged`` holds in each of them."""
    bodies = [_sheet(rows, merged) for rows in sheets.values()]
    named = [name.encode("utf-16-le") for name in sheets]
    at = sum(12 + len(name) for name in named) + len(_begin(5)) + len(_record(0x0A))
    globals_ = _begin(5)
    for name, title, body in zip(sheets, named, bodies, strict=True):
        globals_ += _record(0x85, struct.pack("<IBBBB", at, name in hidden, 0, len(name), 1) + title)
        at += len(body)
    path.write_bytes(_compound(globals_ + _record(0x0A) + b"".join(bodies)))
    return path


def _record(kind: int, body: bytes = b"") -> bytes:
    return struct.pack("<HH", kind, len(body)) + body


def _begin(kind: int) -> bytes:
    return _record(0x0809, struct.pack("<HHHHII", 0x0600, kind, 0, 0, 0, 0))


def _sheet(rows: Sequence[Sequence[Cell]], merged: Sequence[Merged]) -> bytes:
    records = [_begin(0x10)]
    for row, cells in enumerate(rows):
        for column, value in enumerate(cells):
            where = struct.pack("<HHH", row, column, 0)
            if isinstance(value, str):
                text = struct.pack("<HB", len(value), 1) + value.encode("utf-16-le")
                records.append(_record(0x0204, where + text))
            elif value is not None:
                records.append(_record(0x0203, where + struct.pack("<d", value)))
    ranges = b"".join(struct.pack("<HHHH", *where) for where in merged)
    records.append(_record(0xE5, struct.pack("<H", len(merged)) + ranges))
    return b"".join(records) + _record(0x0A)


def _compound(stream: bytes) -> bytes:
    """Put a stream into a compound file: the header, the table of sectors, the directory, the stream's own sectors."""
    stream = stream.ljust(4096, b"\0")  # shorter ones would live elsewhere
    count = -(-len(stream) // SECTOR)
    table = [FAT, END, *range(3, 2 + count), END]
    table += [FREE] * (SECTOR // 4 - len(table))
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH6x", 0x3E, 3, 0xFFFE, 9, 6)
    header += struct.pack("<IIIIIIIIII", 0, 1, 1, 0, 4096, END, 0, END, 0, 0) + b"\xff" * 432
    directory = _entry("Root Entry", 5, END, 0, 1) + _entry("Workbook", 2, 2, len(stream), FREE)
    return header + struct.pack("<128I", *table) + directory.ljust(SECTOR, b"\0") + stream.ljust(count * SECTOR, b"\0")


def _entry(name: str, kind: int, start: int, size: int, child: int) -> bytes:
    title = (name + "\0").encode("utf-16-le")
    head = title.ljust(64, b"\0") + struct.pack("<HBBIII", len(title), kind, 1, FREE, FREE, child)
    return head + bytes(36) + struct.pack("<III", start, size, 0)
