"""The text of a dBase table as bytes: field names, and the values from which its characters are told."""

import struct
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from importers.errors import UnreadableSource
from layers.sentences import say

SAMPLED_RECORDS = 20_000


@dataclass(frozen=True)
class DbfText:
    """The text of a dBase table: field names, the distinct values that are not plain ASCII, the language byte."""

    names: tuple[bytes, ...]
    values: tuple[bytes, ...]
    language: int

    @property
    def plain(self) -> bool:
        """Whether all of it is ASCII, so that the encoding does not matter."""
        return not self.values and all(name.isascii() for name in self.names)


def read_text(dbf: Path) -> DbfText:
    """Read the text of a dBase table: its field names and a large sample of values with bytes above 0x7F.

    Raises:
        UnreadableSource: the header contradicts itself.
    """
    data = np.memmap(dbf, dtype=np.uint8, mode="r") if dbf.stat().st_size else np.empty(0, dtype=np.uint8)
    if len(data) < 32:
        raise UnreadableSource(say("dbf-too-short", file=dbf.name))
    records, header, width = struct.unpack("<IHH", data[4:12].tobytes())
    language = int(data[29])
    fields = data[32:header].tobytes()
    if header > len(data) or width == 0:
        raise UnreadableSource(say("dbf-damaged", file=dbf.name))
    names: list[bytes] = []
    values: set[bytes] = set()
    at = 1
    rows = _suspicious_rows(data, records, header, width)
    for start in range(0, len(fields) - 31, 32):
        field = fields[start : start + 32]
        if field[0] == 0x0D:
            break
        names.append(field[:11].split(b"\0")[0])
        if field[11:12] == b"C":
            length = field[16] + 256 * field[17]
            values.update(row.tobytes().rstrip(b" \0") for row in rows[:, at : at + length])
        at += field[16] if field[11:12] != b"C" else field[16] + 256 * field[17]
    return DbfText(tuple(names), tuple(value for value in values if not value.isascii()), language)


def _suspicious_rows(data: np.ndarray, records: int, header: int, width: int) -> np.ndarray:
    """Return records that hold a byte above 0x7F, at most ``SAMPLED_RECORDS``, evenly over the table."""
    records = min(records, (len(data) - header) // width)
    body = data[header : header + records * width].reshape(records, width)
    found: list[np.ndarray] = []
    for start in range(0, records, 100_000):
        block = body[start : start + 100_000]
        found.append(block[(block >= 0x80).any(axis=1)])
    rows = np.concatenate(found) if found else body
    return rows[:: max(1, len(rows) // SAMPLED_RECORDS)]
