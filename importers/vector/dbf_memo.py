"""Memo fields of a dBase table: texts of any length, kept in a file beside it, of which GDAL gives the block's number.

``.dbt`` of dBase III ends a text with 0x1A, of dBase IV states its length; ``.fpt`` of FoxPro does so, the highest byte
first.
"""

import struct
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

import numpy as np
import pyarrow as pa

from importers.batch import FeatureBatch, SourceLayer
from importers.vector.dbf import Field, Records, fields_of
from importers.vector.encoding import mend, python_name
from layers.sentences import say

MEMO = b"M"
END = b"\x1a"
_PIECE, _LONGEST = 512, 16 << 20
_DBASE_4 = b"\xff\xff\x08\x00"


def with_memos(layer: SourceLayer, parts: Mapping[str, Path], records: Records, encoding: str | None) -> SourceLayer:
    """Return a layer whose memo columns hold the texts; nothing, and a word on it, where their file is missing."""
    fields = [one for one in fields_of(parts[".dbf"], records, MEMO) if one.place < len(layer.columns)]
    if not fields:
        return layer
    titles = [layer.columns[field.place].title for field in fields]
    memo = parts.get(".fpt", parts.get(".dbt"))
    columns = tuple(replace(one, type="text") if one.title in titles else one for one in layer.columns)
    facts = layer.facts if memo else (*layer.facts, say("memo-missing", columns=", ".join(titles)))

    def batches() -> Iterator[FeatureBatch]:
        data = np.memmap(parts[".dbf"], dtype=np.uint8, mode="r")
        for batch in layer.batches():
            read = dict(batch.columns)
            for field, title in zip(fields, titles, strict=True):
                numbers = [_number(data, records, int(row), field) for row in batch.source_ids]
                read[title] = pa.array(_texts(memo, numbers, encoding), pa.large_string())
            yield replace(batch, columns=read)

    return replace(layer, columns=columns, batches=batches, first=None, facts=facts)


def _number(data: np.ndarray, records: Records, row: int, field: Field) -> int:
    """Return the number of a record's block, 0 for none."""
    if row >= records.count:
        return 0
    at = records.start + row * records.width + field.at
    raw = data[at : at + field.width].tobytes()
    if field.width == 4:
        return int.from_bytes(raw, "little")
    return int(raw) if raw.strip().isdigit() else 0


def _texts(memo: Path | None, numbers: list[int], encoding: str | None) -> list[str | None]:
    if memo is None:
        return [None] * len(numbers)
    with memo.open("rb") as file:
        head = file.read(24)
        foxpro = memo.suffix.lower() == ".fpt"
        size = int.from_bytes(head[6:8], "big") if foxpro else int.from_bytes(head[20:22], "little")
        found = [_body(file, number * (size or _PIECE), foxpro) if number else b"" for number in numbers]
    name = python_name(encoding or "UTF-8") or "utf-8"
    # a table of plain ASCII says nothing of the texts beside it
    texts = mend(found)[0] if name == "utf-8" else [body.decode(name, "replace") for body in found]
    return [(text or "").replace("\0", "") or None for text in texts]


def _body(file: BinaryIO, at: int, foxpro: bool) -> bytes:
    file.seek(at)
    start = file.read(8)
    if foxpro:
        return file.read(min(struct.unpack(">I", start[4:])[0], _LONGEST)) if len(start) == 8 else b""
    if start[:4] == _DBASE_4 and len(start) == 8:
        return file.read(min(max(struct.unpack("<I", start[4:])[0] - 8, 0), _LONGEST))
    body = start
    while END not in body and len(body) < _LONGEST and (piece := file.read(_PIECE)):
        body += piece
    return body.partition(END)[0]
