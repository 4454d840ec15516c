"""Cells of a dBase table that GDAL reads as something they do not say, or as nothing without a word.

A date that is none (``20241301``, ``2024``) comes as 1 January 1970 or as another day; a number too long for its field,
which its writer filled with ``*``, as empty; a whole number beyond 64 bits as a float that has lost its last digits.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from importers.batch import FeatureBatch, SourceLayer
from importers.vector.dbf import EXACT_DIGITS, Field, Records, fields_of
from layers.sentences import say

_DAY, _STAR = 8, ord("*")
_NO_DATE = (b"", b"0" * _DAY)
_EPOCH = date(1970, 1, 1)


def with_what_is_written(layer: SourceLayer, dbf: Path, records: Records) -> SourceLayer:
    """Return a layer whose dates are those of the table, whose overflown numbers are told and whose long ones exact."""
    known = range(len(layer.columns))
    days = [field for field in fields_of(dbf, records, b"D") if field.place in known]
    numbers = [f for kind in (b"N", b"F") for f in fields_of(dbf, records, kind) if f.place in known]
    days = [field for field in days if layer.columns[field.place].type == "date"]
    long = [f for f in numbers if f.whole and f.width > EXACT_DIGITS and layer.columns[f.place].type == "float"]
    if not days and not numbers:
        return layer
    titles = {field.place: layer.columns[field.place].title for field in (*days, *numbers)}

    def batches() -> Iterator[FeatureBatch]:
        data = np.memmap(dbf, dtype=np.uint8, mode="r")
        for batch in layer.batches():
            read, done = dict(batch.columns), dict(batch.done)
            for field in numbers:
                if over := int((_cells(data, records, batch, field) == _STAR).any(axis=1).sum()):
                    done[say("cells-overflown", title=titles[field.place])] = over
            for field in long:
                read[titles[field.place]] = _digits(_cells(data, records, batch, field))
            for field in days:
                cells = _cells(data, records, batch, field)
                read[titles[field.place]], none = _dates(cells, read[titles[field.place]])
                if none:
                    done[say("dates-unreadable", title=titles[field.place])] = none
            yield replace(batch, columns=read, done=done)

    columns = tuple(
        replace(column, type="text") if any(place == field.place for field in long) else column
        for place, column in enumerate(layer.columns)
    )
    return replace(layer, columns=columns, batches=batches, first=None)


def _cells(
    data: "np.memmap[Any, np.dtype[np.uint8]]", records: Records, batch: FeatureBatch, field: Field
) -> npt.NDArray[np.uint8]:
    """Return the bytes of a field, a row for each feature; blanks where the table has no record for it."""
    rows = np.asarray(batch.source_ids, dtype=np.int64)
    there = rows < records.count
    starts = records.start + np.where(there, rows, 0) * records.width + field.at
    cells = np.asarray(data[starts[:, None] + np.arange(field.width)])
    cells[~there] = ord(" ")
    return cells


def _digits(cells: npt.NDArray[np.uint8]) -> pa.Array:
    texts = [row.tobytes().strip(b" \0").decode("ascii", "replace") for row in cells]
    return pa.array([text if text and "*" not in text else None for text in texts], pa.string())


def _dates(cells: npt.NDArray[np.uint8], read: pa.Array) -> tuple[pa.Array, int]:
    """Return the dates with those empty that are none, and how many of these say something."""
    written = [row.tobytes().strip(b" \0") for row in cells]
    mistaken = {text for text in set(written) if _is_no_date(text)}
    odd = pc.fill_null(pc.equal(read, pa.scalar(_EPOCH, read.type)), False).to_numpy(zero_copy_only=False)
    none = np.array(
        [text in mistaken or (bool(epoch) and text != b"19700101") for text, epoch in zip(written, odd, strict=True)]
    )
    return pc.if_else(pa.array(none, pa.bool_()), None, read), sum(
        bool(is_none) and text not in _NO_DATE for text, is_none in zip(written, none, strict=True)
    )


def _is_no_date(text: bytes) -> bool:
    """Say whether eight digits are no day of the calendar."""
    if len(text) != _DAY or not text.isdigit():
        return False
    try:
        date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        return True
    return False
