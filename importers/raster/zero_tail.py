"""Zeros to the end of an uncompressed TIFF: what an interrupted copy leaves that had reserved all its room before.

Its directory is whole and its blocks are where they should be, and read as black or height 0. Compressed blocks of
zeros do not decode, whatever the codec, and are refused when they are read.
"""

import os
from pathlib import Path
from typing import Any

from layers.sentences import say

SMALLEST = 1 << 16
"""Bytes; fewer zeros may be what lies between the last block and the end."""
SHARE = 0.05
"""Share of the blocks from which it is told: a picture's lower edge may be black."""
CHUNK = 1 << 20


def zero_tail(path: Path, dataset: Any) -> str | None:
    """Return the sentence on an open TIFF whose last blocks are all zeros; None where nothing is to be said.

    Nothing is said of a file that declares 0 to be no data: those zeros are meant.
    """
    if dataset.driver != "GTiff" or not dataset.count or dataset.compression is not None or dataset.nodata == 0:
        return None
    size = path.stat().st_size
    start = _zeros_from(path, size)
    if size - start < SMALLEST:
        return None
    height, width = dataset.block_shapes[0]
    separate = dataset.interleaving is not None and dataset.interleaving.name == "band"
    count, rows = 0, []
    for row in range(-(-dataset.height // height)):
        for column in range(-(-dataset.width // width)):
            for band in dataset.indexes if separate else (1,):
                offset = dataset.get_tag_item(f"BLOCK_OFFSET_{column}_{row}", "TIFF", bidx=band)
                count += 1
                if offset and int(offset) >= start:
                    rows.append(row)
    if len(rows) < SHARE * count:
        return None
    return say(
        "zeros-to-the-end", file=path.name, zeros=size - start, blocks=len(rows), count=count,
        first=min(rows) * height + 1,
    )  # fmt: skip


def _zeros_from(path: Path, size: int) -> int:
    """Return from which byte on there are only zeros; ``size`` when the last is none."""
    end = size
    with path.open("rb") as file:
        while end > 0:
            begin = max(0, end - (SMALLEST if end == size else CHUNK))
            file.seek(begin, os.SEEK_SET)
            kept = file.read(end - begin).rstrip(b"\0")
            if kept:
                return begin + len(kept)
            end = begin
    return 0
