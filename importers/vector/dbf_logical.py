"""Logical fields of a dBase table that say neither true nor false: GDAL takes what is not filled in for false."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from importers.batch import FeatureBatch, SourceLayer
from importers.vector.dbf import Field, Records, fields_of

LOGICAL = b"L"
UNKNOWN = np.frombuffer(b"? \0", dtype=np.uint8)


def with_unknowns(layer: SourceLayer, dbf: Path, records: Records) -> SourceLayer:
    """Return a layer whose logical columns are empty where the table says neither true nor false."""
    fields = [
        field
        for field in fields_of(dbf, records, LOGICAL)
        if field.place < len(layer.columns) and layer.columns[field.place].type == "boolean"
    ]
    if not fields:
        return layer

    def batches() -> Iterator[FeatureBatch]:
        data = np.memmap(dbf, dtype=np.uint8, mode="r")
        for batch in layer.batches():
            read = dict(batch.columns)
            for field in fields:
                title = layer.columns[field.place].title
                read[title] = pc.if_else(_known(data, records, batch, field), read[title], None)
            yield replace(batch, columns=read)

    return replace(layer, batches=batches, first=None)


def _known(data: "np.memmap[Any, np.dtype[np.uint8]]", records: Records, batch: FeatureBatch, field: Field) -> pa.Array:
    rows = np.asarray(batch.source_ids, dtype=np.int64)
    there = rows < records.count
    marks = data[records.start + np.where(there, rows, 0) * records.width + field.at]
    return pa.array(there & ~np.isin(marks, UNKNOWN))
