"""One layer as the reading process gives it: its columns, its features batch by batch, what had to be done to them."""

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import chain, count, starmap

import numpy as np
import pyarrow as pa
import pyproj

from importers.batch import (
    BATCH_ROWS,
    Decision,
    FeatureBatch,
    Json,
    Refusal,
    SourceColumn,
    SourceLayer,
)
from importers.vector import arrow, wkb
from importers.vector.gdal import ReadingProcess
from importers.vector.geoarrow import to_wkb
from layers.sentences import say

COMPLAINTS_SHOWN = 3
KML_DRAWING = frozenset({"altitudeMode", "tessellate", "extrude", "visibility", "drawOrder", "icon", "snippet"})
"""Columns the KML driver gives every feature: how a globe draws it, not what it is."""
KML_OWN = frozenset({"id", "Name", "description", "timestamp", "begin", "end"})
"""Its columns that may be facts of a feature; left out of a layer where none has them."""
BATCH_BYTES = 2_000_000
"""What a batch weighs at most as it is read; on its way into the database it weighs ten times that."""
READ_BYTES = 16_000_000
"""What the reading process holds of a file at once, where it can be told."""
DEFAULT_FID = "OGC_FID"
"""GDAL's name for row numbers of formats without identities; those are not worth a column."""


def layer_of(
    name: str,
    process: ReadingProcess,
    request: Json,
    crs: pyproj.CRS | None,
    geometry_column: str | None,
    fid_column: str | None,
    tolerance: float = 0.01,
    encoding: str = "wkb",
    left: frozenset[str] = frozenset(),
    features: int | None = None,
) -> SourceLayer:
    """Make a layer of the reading process; an empty read tells the columns' true Arrow types.

    Where the layer says how many ``features`` it has, heavy ones are read in fewer at once.

    ``encoding`` is ``wkb``, or one of ``importers.vector.geoarrow`` that geometries come in. Columns in ``left``
    are left out.
    """
    fid = fid_column if fid_column and fid_column != DEFAULT_FID else None
    reading = _Reading(process, request, geometry_column or "wkb_geometry", fid_column or DEFAULT_FID, fid, tolerance)
    reading.encoding = encoding
    if features:
        reading.rows = max(1, min(BATCH_ROWS, READ_BYTES * features // max(process.size, 1)))
    if left:
        reading.leave_out(left, frozenset())
    if process.drivers == ("LIBKML",):
        reading.leave_out(KML_DRAWING, KML_OWN)
    columns = reading.columns()
    return SourceLayer(
        name, columns, reading.batches, crs, decisions=reading.decisions, identity=fid, first=reading.batches
    )


def _says_something(values: pa.Array) -> bool:
    return any(value not in (None, "") for value in values.to_pylist())


class _Reading:
    """Reads one layer as often as asked."""

    def __init__(
        self, process: ReadingProcess, request: Json, geometry: str, fid: str, kept_fid: str | None, tolerance: float
    ) -> None:
        self._process, self._request = process, request
        self._geometry, self._fid, self._kept_fid, self._tolerance = geometry, fid, kept_fid, tolerance
        self._left_out: frozenset[str] = frozenset()
        self.decisions: tuple[Decision, ...] = ()
        self.encoding = "wkb"
        self.rows = BATCH_ROWS

    def leave_out(self, always: frozenset[str], empty: frozenset[str]) -> None:
        """Leave out columns that the format has for every feature: some always, some where no feature fills them."""
        schema = self._process.schema(self._request)
        maybe = {name for name in schema.names if name in empty}
        for batch in self._process.read(self._request | {"rows": self.rows})[1] if maybe else ():
            maybe -= {name for name in maybe if _says_something(batch.column(batch.schema.names.index(name)))}
        left = [name for name in schema.names if name in always | maybe]
        self._left_out = frozenset(left)
        if left:
            value = say("columns-left-out", columns=", ".join(left))
            self.decisions += (Decision(say("columns"), value, "rule", (say("of-the-format"),)),)

    def columns(self) -> tuple[SourceColumn, ...]:
        """Return the columns of the stream."""
        return tuple(column for _, column in self._columns_of(self._process.schema(self._request)))

    def _columns_of(self, schema: pa.Schema) -> Iterator[tuple[int, SourceColumn]]:
        """Yield each column with its place in the stream; a second one of the same name is numbered."""
        taken: set[str] = set()
        if self._kept_fid is not None and self._kept_fid in schema.names:
            yield schema.names.index(self._kept_fid), SourceColumn(self._kept_fid, "bigint")
            taken.add(self._kept_fid)
        for place, name in enumerate(schema.names):
            if name not in (self._geometry, self._fid) and name not in self._left_out:
                title = next(t for t in chain([name], (f"{name} ({n})" for n in count(2))) if t not in taken)
                taken.add(title)
                yield place, SourceColumn(title, arrow.field_type(schema.field(place)))

    def batches(self, limit: int | None = None) -> Iterator[FeatureBatch]:
        """Read the layer from its beginning, so many features of it (in whole batches) or all."""
        _, batches = self._process.read(self._request | {"rows": self.rows, "limit": limit})
        yield from starmap(self._batch, _light(batches))  # which hold nothing of what they have yielded
        if complaints := self._process.complaints:
            shown = [say("reader-complained", text=text) for text in complaints[:COMPLAINTS_SHOWN]]
            done = dict.fromkeys(shown, 1)
            if more := len(complaints) - len(shown):
                done[say("reader-complained-more")] = more
            yield FeatureBatch(np.empty(0, dtype=object), {}, [], done=done)

    def _batch(self, start: int, batch: pa.RecordBatch) -> FeatureBatch:
        names = batch.schema.names
        if batch.nbytes > BATCH_BYTES:
            batch = _apart(batch, self._geometry)
        ids = (
            batch.column(names.index(self._fid)).to_numpy(zero_copy_only=False)
            if self._fid in names
            else np.arange(start, start + batch.num_rows)
        )
        columns: dict[str, pa.Array] = {}
        done: dict[str, int] = {}
        for place, column in self._columns_of(batch.schema):
            columns[column.title], changes = arrow.convert(batch.column(place), column.type)
            done |= {say("column-how", title=column.title, how=how): n for how, n in changes.items() if n}
        if self._geometry not in names:
            return FeatureBatch(np.full(batch.num_rows, None, dtype=object), columns, ids, done=done)
        geometry = batch.column(names.index(self._geometry))
        bodies = geometry if self.encoding == "wkb" else to_wkb(geometry, self.encoding)
        decoded = wkb.decode(bodies, self._tolerance)
        return without(FeatureBatch(decoded.geometries, columns, ids, done=done | decoded.done), decoded.reasons, batch)


def _light(batches: Iterator[pa.RecordBatch]) -> Iterator[tuple[int, pa.RecordBatch]]:
    """Cut batches so that no part weighs much more than ``BATCH_BYTES``: features of many vertices come in fewer.

    Yields the number of rows before a part, and the part, of which nothing is held then.
    """
    start = 0
    for batch in batches:
        rows = max(1, batch.num_rows * BATCH_BYTES // max(batch.nbytes, 1))
        parts = deque(batch.slice(at, rows) for at in range(0, batch.num_rows, rows))
        del batch
        while parts:
            count = parts[0].num_rows
            yield start, parts.popleft()
            start += count


def _apart(batch: pa.RecordBatch, geometry: str) -> pa.RecordBatch:
    """Copy all columns but the geometries, which they would keep in memory: all of a message is one block."""
    every = pa.array(range(batch.num_rows))
    arrays = [batch.column(place) for place in range(batch.num_columns)]
    return pa.RecordBatch.from_arrays(
        [
            array if name == geometry else array.take(every)
            for name, array in zip(batch.schema.names, arrays, strict=True)
        ],
        schema=batch.schema,
    )


def without(batch: FeatureBatch, reasons: Mapping[int, str], raw: pa.RecordBatch | None = None) -> FeatureBatch:
    """Take the rows named in ``reasons`` out of a batch, as refusals."""
    if not reasons:
        return batch
    keep = np.ones(len(batch), dtype=bool)
    keep[list(reasons)] = False
    refused = tuple(
        Refusal(
            str(batch.source_ids[row]),
            reason,
            None if batch.geometries[row] is None else batch.geometries[row].wkb,
            {name: values[row].as_py() for name, values in batch.columns.items()},
        )
        for row, reason in reasons.items()
    )
    mask = pa.array(keep)
    return replace(
        batch,
        geometries=batch.geometries[keep],
        columns={name: values.filter(mask) for name, values in batch.columns.items()},
        source_ids=np.asarray(batch.source_ids)[keep],
        refused=batch.refused + refused,
    )
