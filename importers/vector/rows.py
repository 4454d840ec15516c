"""Rows in PostgreSQL's binary COPY format, a whole batch at a time.

A row is a 16-bit number of fields, then each field as a 32-bit length (-1 for NULL) and its bytes, all big-endian.
Columns become one Arrow array of bytes each, and Arrow joins those row by row. Encoding row by row in Python would cost
more than reading, transforming and checking together.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from importers.batch import ColumnType
from layers.copying import BLOCK, NULL, Pieces, content, cut, joined, offsets, prefixed, together
from layers.layer import Column

MIXER = np.int64(-0x61C8864680B583EB)
"""An odd number (2⁶⁴ over the golden ratio) that keeps two hashes from cancelling each other out."""
JSONB_VERSION = b"\x01"
DAYS_TO_2000 = 10957
"""PostgreSQL counts days and microseconds from 2000-01-01, Arrow from 1970-01-01."""
MICROSECONDS_TO_2000 = DAYS_TO_2000 * 86_400_000_000


def copy_order(columns: Sequence[Column], identity: str | None = None) -> list[Column]:
    """Return the columns in the order they are copied in: those of fixed width first, so that they share a piece.

    ``identity`` is the title of the file's own row numbers, which go before all others.
    """
    return sorted(columns, key=lambda column: (column.title != identity, column.type not in FIXED))


def encode_rows(
    first_fid: int,
    columns: Sequence[Column],
    values: Mapping[str, pa.Array],
    geom: Pieces,
    mercator: Pieces,
    order: npt.NDArray[np.int64],
    identity: str | None = None,
) -> tuple[Iterator[memoryview], npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Encode rows ``fid, columns…, geom, mercator``; returns their bytes in blocks for the wire, a 64-bit hash of each
    row and of its ``geom``.

    The hash leaves out the fid and the file's own row number (``identity``): two rows may be equal but for those.

    ``columns`` stand in ``copy_order``; ``values`` are by column title; ``geom`` and ``mercator`` come from
    ``ewkb.geometry_fields``. Rows are written in ``order``; fids and hashes stay those of the batch.
    """
    count = len(geom)
    heads = np.zeros(count, dtype=[("fields", ">i2"), ("length", ">i4"), ("fid", ">i8")])
    heads["fields"], heads["length"] = 3 + len(columns), 8
    heads["fid"] = np.arange(first_fid, first_fid + count)
    own = [column for column in columns if column.title == identity]
    others = [column for column in columns if column.title != identity]
    fields = list(_fields(others, values))
    facts = [together(*fields)] if fields else []
    starts = together(cut(heads.data, heads.itemsize, count), *_fields(own, values), *facts)
    shapes = hashed(geom)
    whole = hashed(facts[0]) * MIXER ^ shapes if facts else shapes
    return _blocks((starts, geom, mercator), order), whole, shapes


def _blocks(pieces: Sequence[Pieces], order: npt.NDArray[np.int64]) -> Iterator[memoryview]:
    """Yield the rows that pieces make, in an order, in blocks; a row of more than a block is never put together."""
    sizes = np.sum([np.diff(offsets(piece)) for piece in pieces], axis=0)[order]
    apart = np.diff(np.cumsum(sizes) // BLOCK) > 0
    apart |= (sizes[:-1] > BLOCK) | (sizes[1:] > BLOCK)
    for rows in np.split(order, np.flatnonzero(apart) + 1):
        if len(rows) == 1:
            for piece in pieces:
                at, end = offsets(piece)[rows[0] : rows[0] + 2].tolist()
                yield from (content(piece)[here : min(here + BLOCK, end)] for here in range(at, end, BLOCK))
        elif len(rows):
            index = pa.array(rows)
            yield joined(together(*(piece.take(index) for piece in pieces)))


def hashed(pieces: Pieces) -> npt.NDArray[np.int64]:
    """A 64-bit hash of every piece."""
    body, ends = content(pieces), offsets(pieces).tolist()
    return np.fromiter((_hash(body[start:end]) for start, end in pairwise(ends)), dtype=np.int64, count=len(pieces))


def _hash(body: memoryview) -> int:
    """Hash bytes, those of a heavy piece block by block."""
    if len(body) <= BLOCK:
        return hash(bytes(body))
    return hash(tuple(_hash(body[at : at + BLOCK]) for at in range(0, len(body), BLOCK)))


def _fields(columns: Sequence[Column], values: Mapping[str, pa.Array]) -> Iterator[Pieces]:
    yield from _fixed_fields([column for column in columns if column.type in FIXED], values)
    for column in columns:
        if column.type not in FIXED:
            yield prefixed(values[column.title], JSONB_VERSION if column.type == "json" else b"")


def spatial_order(boxes: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
    """Return an order in which what lies together comes together: along a Z through the middles of boxes (n, 4).

    Rows of one tile then share pages of the table, and the spatial index grows in good order; empty ones come last.
    """
    there = np.isfinite(boxes).all(axis=1)
    middles = (boxes[there, :2] + boxes[there, 2:]) / 2
    low, high = middles.min(axis=0, initial=np.inf), middles.max(axis=0, initial=-np.inf)
    cells = ((middles - low) / max((high - low).max(), 1e-9) * 0xFFFF).astype(np.uint64)
    code = np.zeros(len(cells), np.uint64)
    for bit in range(16):
        for axis in (0, 1):
            code |= (cells[:, axis] >> np.uint64(bit) & np.uint64(1)) << np.uint64(2 * bit + axis)
    found = np.flatnonzero(there)[np.argsort(code, kind="stable")]
    return np.concatenate([found, np.flatnonzero(~there)])


def _fixed_fields(columns: Sequence[Column], values: Mapping[str, pa.Array]) -> Iterator[Pieces]:
    """Encode columns of fixed width: those next to each other without a NULL as one piece of each row."""
    beside: list[tuple[str, pa.Array]] = []
    for column in columns:
        array = values[column.title]
        if array.null_count == 0:
            beside.append((FIXED[column.type], array))
            continue
        if beside:
            yield _cut(_cells(beside))
            beside = []
        pieces = _cut(_cells([(FIXED[column.type], _filled(array))]))
        yield pc.if_else(array.is_null(), pa.scalar(NULL, pa.large_binary()), pieces)
    if beside:
        yield _cut(_cells(beside))


def _cells(arrays: Sequence[tuple[str, pa.Array]]) -> npt.NDArray[Any]:
    kinds = [(name, kind) for i, (what, _) in enumerate(arrays) for name, kind in ((f"l{i}", ">i4"), (f"v{i}", what))]
    cells = np.zeros(len(arrays[0][1]), dtype=kinds)
    for i, (what, array) in enumerate(arrays):
        cells[f"l{i}"], cells[f"v{i}"] = np.dtype(what).itemsize, _numbers(array)
    return cells


def _filled(array: pa.Array) -> pa.Array:
    """Put zero where there is no value."""
    return _countable(array).fill_null(False if pa.types.is_boolean(array.type) else 0)


def _countable(array: pa.Array) -> pa.Array:
    if pa.types.is_date32(array.type):
        return pc.subtract(array.cast(pa.int32()), DAYS_TO_2000)
    if pa.types.is_timestamp(array.type):
        return pc.subtract(array.cast(pa.int64()), MICROSECONDS_TO_2000)
    return array


def _numbers(array: pa.Array) -> npt.NDArray[Any]:
    values: npt.NDArray[Any] = _countable(array).to_numpy(zero_copy_only=False)
    return values


def _cut(cells: npt.NDArray[Any]) -> Pieces:
    return cut(cells.data, cells.itemsize, len(cells))


FIXED: Mapping[ColumnType, str] = {
    "integer": ">i4", "bigint": ">i8", "float": ">f8", "boolean": ">i1", "date": ">i4", "timestamp": ">i8",
}  # fmt: skip
