"""Rows in PostgreSQL's binary COPY format, a whole batch at a time.

A row is a 16-bit number of fields, then each field as a 32-bit length (-1 for NULL) and its bytes, all big-endian.
Columns become one array of byte strings each; the rows are those strings joined. Encoding row by row in Python would
cost more than reading, transforming and checking together.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import shapely

from importers.batch import ColumnType
from layers.catalogue import Column

HEADER = b"PGCOPY\n\xff\r\n\0" + b"\0\0\0\0" + b"\0\0\0\0"
TRAILER = b"\xff\xff"
NULL = b"\xff\xff\xff\xff"
JSONB_VERSION = b"\x01"
DAYS_TO_2000 = 10957
"""PostgreSQL counts days and microseconds from 2000-01-01, Arrow from 1970-01-01."""
MICROSECONDS_TO_2000 = DAYS_TO_2000 * 86_400_000_000
DATES = (-2440588 - 1, 106751991)  # days since 1970 that PostgreSQL can store

Pieces = Sequence[bytes]


def encode_rows(
    first_fid: int, columns: Sequence[Column], values: Mapping[str, pa.Array], geom: Pieces, mercator: Pieces
) -> tuple[bytes, npt.NDArray[np.int64]]:
    """Encode rows ``fid, columns…, geom, mercator``; returns the bytes and a 64-bit hash of each row without its fid.

    ``values`` are by column title; ``geom`` and ``mercator`` are encoded fields from ``geometry_fields``.
    """
    count = len(geom)
    fids = np.arange(first_fid, first_fid + count)
    heads = _prefixed(fids, ">i8", 2 + len(columns) + 1)
    fields = [*(_field(column, values[column.title]) for column in columns), geom, mercator]
    bodies = [b"".join(row) for row in zip(*fields, strict=True)]
    hashes = np.fromiter(map(hash, bodies), dtype=np.int64, count=count)
    return b"".join(chain.from_iterable(zip(heads, bodies, strict=True))), hashes


def geometry_fields(geometries: npt.NDArray[Any], srid: int) -> Pieces:
    """Return geometries as EWKB fields with their length in front; NULL for none."""
    bodies = shapely.to_wkb(shapely.set_srid(geometries, srid), include_srid=True, output_dimension=3)
    return _with_lengths(bodies.tolist())


def _field(column: Column, array: pa.Array) -> Pieces:
    return _ENCODERS[column.type](array)


def _with_lengths(bodies: list[bytes | None]) -> Pieces:
    lengths = np.fromiter((0 if body is None else len(body) for body in bodies), dtype=">i4", count=len(bodies))
    prefixes = _cut(lengths.tobytes(), 4)
    return [NULL if body is None else prefix + body for prefix, body in zip(prefixes, bodies, strict=True)]


def _cut(data: bytes, size: int) -> list[bytes]:
    return [data[at : at + size] for at in range(0, len(data), size)]


def _prefixed(numbers: npt.NDArray[Any], kind: str, fields: int) -> list[bytes]:
    """Return the start of each row: the number of fields and the fid as a field."""
    start = np.zeros(len(numbers), dtype=[("fields", ">i2"), ("length", ">i4"), ("fid", kind)])
    start["fields"], start["length"], start["fid"] = fields, 8, numbers
    return _cut(start.tobytes(), start.itemsize)


def _numbers(kind: str, convert: Callable[[npt.NDArray[Any]], npt.NDArray[Any]]) -> Callable[[pa.Array], Pieces]:
    size = np.dtype(kind).itemsize

    def encode(array: pa.Array) -> Pieces:
        missing = array.is_null().to_numpy(zero_copy_only=False)
        filled = convert(_filled(array, missing))
        cells = np.zeros(len(array), dtype=[("length", ">i4"), ("value", kind)])
        cells["length"], cells["value"] = size, filled
        pieces = _cut(cells.tobytes(), size + 4)
        for row in np.flatnonzero(missing):
            pieces[row] = NULL
        return pieces

    return encode


def _filled(array: pa.Array, missing: npt.NDArray[np.bool_]) -> npt.NDArray[Any]:
    """Return the values as numbers, zero where there is none."""
    if pa.types.is_date32(array.type):
        array = array.cast(pa.int32())
    elif pa.types.is_timestamp(array.type):
        array = array.cast(pa.int64())
    if missing.any():
        array = array.fill_null(False if pa.types.is_boolean(array.type) else 0)
    values: npt.NDArray[Any] = array.to_numpy(zero_copy_only=False)
    return values


def _text(array: pa.Array) -> Pieces:
    return _with_lengths(array.cast(pa.large_binary()).to_pylist())


def _json(array: pa.Array) -> Pieces:
    bodies = (None if body is None else JSONB_VERSION + body for body in array.cast(pa.large_binary()).to_pylist())
    return _with_lengths(list(bodies))


def _as_is(values: npt.NDArray[Any]) -> npt.NDArray[Any]:
    return values


_ENCODERS: dict[ColumnType, Callable[[pa.Array], Pieces]] = {
    "text": _text,
    "json": _json,
    "integer": _numbers(">i4", _as_is),
    "bigint": _numbers(">i8", _as_is),
    "float": _numbers(">f8", _as_is),
    "boolean": _numbers(">i1", lambda values: values.astype(np.int8)),
    "date": _numbers(">i4", lambda days: days.astype(np.int64) - DAYS_TO_2000),
    "timestamp": _numbers(">i8", lambda micros: micros - MICROSECONDS_TO_2000),
}


def blocks(data: bytes, size: int = 1 << 20) -> Iterator[memoryview]:
    """Cut bytes into blocks for the wire."""
    view = memoryview(data)
    for start in range(0, len(view), size):
        yield view[start : start + size]
