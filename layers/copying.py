"""Rows of a binary COPY, a block at a time: columns of fixed width as arrays, then columns of bytes.

A row is a 16-bit number of fields, then each field as a 32-bit length and its bytes, all big-endian. Handing rows to
the driver one by one costs three times as much as making them here together.
"""

from collections.abc import Sequence
from itertools import chain
from typing import Any

import numpy as np
import numpy.typing as npt
from sqlalchemy.orm import Session

from layers.level.scratch import Scratch

HEADER = b"PGCOPY\n\xff\r\n\0" + bytes(8)
TRAILER = b"\xff\xff"
BLOCK = 1 << 20

Fixed = tuple[str, npt.NDArray[Any]]
"""NumPy type on the wire (``>i4``, ``>i8``, ``?``) and the values."""


def copy_rows(session: Session, target: str, fixed: Sequence[Fixed], *bodies: Sequence[bytes]) -> None:
    """COPY rows into ``target`` (quoted table and columns) in the session's transaction; no value is NULL."""
    driver: Any = session.connection().connection.driver_connection
    with driver.cursor() as cursor, cursor.copy(f"COPY {target} FROM STDIN (FORMAT BINARY)") as copy:
        rows = memoryview(HEADER + encoded(fixed, *bodies) + TRAILER)
        for start in range(0, len(rows), BLOCK):
            copy.write(rows[start : start + BLOCK])


class RowFile:
    """Rows for one table, set aside so that they can be made while the connection does something else."""

    def __init__(self) -> None:
        self._scratch = Scratch()

    def add(self, fixed: Sequence[Fixed], *bodies: Sequence[bytes]) -> None:
        """Add rows, as ``encoded`` takes them."""
        self._scratch.append(encoded(fixed, *bodies))

    def copy(self, session: Session, target: str) -> None:
        """COPY the rows into ``target`` (quoted table and columns)."""
        driver: Any = session.connection().connection.driver_connection
        with driver.cursor() as cursor, cursor.copy(f"COPY {target} FROM STDIN (FORMAT BINARY)") as copy:
            copy.write(HEADER)
            for at in range(0, self._scratch.size, BLOCK):
                copy.write(self._scratch.read(at, BLOCK))
            copy.write(TRAILER)


def encoded(fixed: Sequence[Fixed], *bodies: Sequence[bytes]) -> bytes:
    """Return rows: fields of fixed width, then one field of each of ``bodies``."""
    count = len(bodies[0]) if bodies else len(fixed[0][1])
    kinds: list[tuple[str, str]] = [("fields", ">i2")]
    for number, (kind, _) in enumerate(fixed):
        kinds += [(f"length{number}", ">i4"), (f"value{number}", kind)]
    heads = np.zeros(count, dtype=kinds)
    heads["fields"] = len(fixed) + len(bodies)
    for number, (kind, values) in enumerate(fixed):
        heads[f"length{number}"], heads[f"value{number}"] = np.dtype(kind).itemsize, values
    pieces = [_cut(heads.tobytes(), heads.itemsize)]
    for body in bodies:
        lengths = np.fromiter(map(len, body), dtype=">i4", count=count)
        pieces += [_cut(lengths.tobytes(), 4), body]
    return b"".join(chain.from_iterable(zip(*pieces, strict=True)))


def _cut(data: bytes, size: int) -> Sequence[bytes]:
    return [data[at : at + size] for at in range(0, len(data), size)]
