"""Rows of a binary COPY, a block at a time: columns of fixed width as arrays, then columns of bytes.

A row is a 16-bit number of fields, then each field as a 32-bit length and its bytes, all big-endian. Handing rows to
the driver one by one costs three times as much as making them here together: as Arrow arrays of bytes, which are
joined row by row without an object for each.
"""

from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy.orm import Session

from layers.level.scratch import Scratch

HEADER = b"PGCOPY\n\xff\r\n\0" + bytes(8)
TRAILER = b"\xff\xff"
NULL = b"\xff\xff\xff\xff"
"""The length of a field without value."""
BLOCK = 1 << 20

Pieces: TypeAlias = "pa.LargeBinaryArray"
"""The same part of every row."""
Body: TypeAlias = "Sequence[bytes] | Pieces"

Fixed = tuple[str, npt.NDArray[Any]]
"""NumPy type on the wire (``>i4``, ``>i8``, ``?``) and the values."""


def copy_rows(session: Session, target: str, fixed: Sequence[Fixed], *bodies: Body) -> None:
    """COPY rows into ``target`` (quoted table and columns) in the session's transaction; no value is NULL."""
    driver: Any = session.connection().connection.driver_connection
    with driver.cursor() as cursor, cursor.copy(f"COPY {target} FROM STDIN (FORMAT BINARY)") as copy:
        rows = encoded(fixed, *bodies)
        copy.write(HEADER)
        for start in range(0, len(rows), BLOCK):
            copy.write(rows[start : start + BLOCK])
        copy.write(TRAILER)


class RowFile:
    """Rows for one table, set aside so that they can be made while the connection does something else."""

    def __init__(self) -> None:
        self._scratch = Scratch()

    def add(self, fixed: Sequence[Fixed], *bodies: Body) -> None:
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


def encoded(fixed: Sequence[Fixed], *bodies: Body) -> memoryview:
    """Return rows: fields of fixed width, then one field of each of ``bodies``."""
    count = len(bodies[0]) if bodies else len(fixed[0][1])
    kinds: list[tuple[str, str]] = [("fields", ">i2")]
    for number, (kind, _) in enumerate(fixed):
        kinds += [(f"length{number}", ">i4"), (f"value{number}", kind)]
    heads = np.zeros(count, dtype=kinds)
    heads["fields"] = len(fixed) + len(bodies)
    for number, (kind, values) in enumerate(fixed):
        heads[f"length{number}"], heads[f"value{number}"] = np.dtype(kind).itemsize, values
    pieces = [body if isinstance(body, pa.Array) else pa.array(body, pa.large_binary()) for body in bodies]
    return joined(together(cut(heads.data, heads.itemsize, count), *map(prefixed, pieces)))


def cut(data: Any, size: int, count: int) -> Pieces:
    """Cut a buffer into pieces of equal size."""
    return ragged(data, np.arange(count + 1, dtype=np.int64) * size)


def ragged(data: Any, offsets: npt.NDArray[np.int64]) -> Pieces:
    """Cut a buffer at offsets, the first of which is 0 and the last its end."""
    buffers = [None, pa.py_buffer(offsets), pa.py_buffer(data)]
    return pa.LargeBinaryArray.from_buffers(pa.large_binary(), len(offsets) - 1, buffers)


def prefixed(values: pa.Array, before: bytes = b"") -> Pieces:
    """Put ``before`` and the length of both before every value; the length of a NULL where there is none."""
    sizes = pc.binary_length(values).fill_null(0).to_numpy(zero_copy_only=False) + len(before)
    lengths = cut(sizes.astype(">i4").data, 4, len(values))
    parts = [lengths, pa.scalar(before, pa.large_binary()), values.cast(pa.large_binary())]
    fields = together(*(parts if before else (parts[0], parts[2])))
    return fields.fill_null(pa.scalar(NULL, pa.large_binary())) if fields.null_count else fields


def together(*pieces: "Pieces | pa.Scalar") -> Pieces:
    """Join the pieces of every row; a NULL among them makes a NULL."""
    return pc.binary_join_element_wise(*pieces, pa.scalar(b"", pa.large_binary()))


def joined(rows: Pieces) -> memoryview:
    """The bytes of rows just made, one after the other; Arrow's buffer is not empty where there are none."""
    return memoryview(rows.buffers()[2] if len(rows) else b"").cast("B")


def content(pieces: Pieces) -> memoryview:
    """The bytes that pieces are cut from."""
    body = pieces.buffers()[2]
    return memoryview(b"" if body is None else body).cast("B")


def offsets(pieces: Pieces) -> npt.NDArray[np.int64]:
    """Where in ``content`` each piece begins; last where the last one ends."""
    every = np.frombuffer(pieces.buffers()[1], np.int64)
    return every[pieces.offset : pieces.offset + len(pieces) + 1]
