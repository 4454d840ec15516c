"""Fields of a binary COPY as Arrow arrays of bytes: made, and joined row by row, without an object for each."""

from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

NULL = b"\xff\xff\xff\xff"
"""The length of a field without value."""

Offsets = npt.NDArray[np.int64]
Pieces: TypeAlias = "pa.LargeBinaryArray"
"""The same part of every row."""


def cut(data: Any, size: int, count: int) -> Pieces:
    """Cut a buffer into pieces of equal size."""
    offsets: Offsets = np.arange(count + 1, dtype=np.int64) * size
    return pa.LargeBinaryArray.from_buffers(pa.large_binary(), count, [None, pa.py_buffer(offsets), pa.py_buffer(data)])


def prefixed(values: pa.Array, before: bytes = b"") -> Pieces:
    """Put ``before`` and the length of both before every value; the length of a NULL where there is none."""
    sizes = pc.binary_length(values).fill_null(0).to_numpy(zero_copy_only=False) + len(before)
    lengths = cut(sizes.astype(">i4").data, 4, len(values))
    parts = [lengths, pa.scalar(before, pa.large_binary()), values.cast(pa.large_binary())]
    joined = together(*(parts if before else (parts[0], parts[2])))
    return joined.fill_null(pa.scalar(NULL, pa.large_binary())) if joined.null_count else joined


def together(*pieces: "Pieces | pa.Scalar") -> Pieces:
    """Join the pieces of every row; a NULL among them makes a NULL."""
    return pc.binary_join_element_wise(*pieces, pa.scalar(b"", pa.large_binary()))
