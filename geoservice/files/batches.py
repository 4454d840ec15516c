"""Features as Arrow record batches: rows from a cursor in the server, geometries as WKB, cut at an area where asked."""

import json
from collections.abc import Generator, Iterator, Sequence
from typing import Any

import pyarrow as pa
import shapely
from shapely.geometry.base import BaseGeometry
from sqlalchemy import Connection

from layers.crs.output import OutputCrs
from layers.features import file_statement
from layers.layer import Column, Layer
from layers.query import LayerQuery

BATCH = 2_000
GEOMETRY = "geometry"
_ARROW: dict[str, pa.DataType] = {
    "text": pa.string(),
    "integer": pa.int32(),
    "bigint": pa.int64(),
    "float": pa.float64(),
    "boolean": pa.bool_(),
    "date": pa.date32(),
    "timestamp": pa.timestamp("ms", "UTC"),
    "json": pa.string(),
}


def batches_of(
    connection: Connection, layer: Layer, query: LayerQuery, crs: OutputCrs, columns: list[Column]
) -> Generator[pa.RecordBatch, None, None]:
    """Yield the rows as Arrow batches; ``id``, the columns, the geometry as WKB."""
    statement = file_statement(layer, query, crs)
    schema = schema_of(columns)
    texts = {number for number, column in enumerate(columns, start=1) if column.type == "json"}
    options = {"stream_results": True, "max_row_buffer": BATCH}
    result = connection.exec_driver_sql(statement.text, dict(statement.params), execution_options=options)
    try:
        for rows in result.partitions(BATCH):
            yield _batch(rows, schema, texts)
    finally:
        result.close()


def clipped(batches: Iterator[pa.RecordBatch], area: BaseGeometry) -> Iterator[pa.RecordBatch]:
    """Cut every geometry at an area; what only touches it is left out, parts of a lower dimension too."""
    shapely.prepare(area)
    for batch in batches:
        whole = shapely.from_wkb(batch.column(batch.num_columns - 1).to_numpy(zero_copy_only=False))
        cut = whole.copy()
        crossing = ~shapely.covered_by(whole, area)
        cut[crossing] = [
            _like(before, after)
            for before, after in zip(whole[crossing], shapely.intersection(whole[crossing], area), strict=True)
        ]
        kept = ~(shapely.is_empty(cut) | shapely.is_missing(cut))
        columns = [*batch.columns[:-1], pa.array(shapely.to_wkb(cut, include_srid=False), pa.binary())]
        yield pa.RecordBatch.from_arrays(columns, schema=batch.schema).filter(pa.array(kept))


def _like(before: BaseGeometry, after: BaseGeometry) -> BaseGeometry:
    """Return the parts of a cut geometry that have its dimension, as a multi geometry when it was one."""
    wanted = shapely.get_dimensions(before)
    parts = [part for part in shapely.get_parts(after) if shapely.get_dimensions(part) == wanted]
    if len(parts) == 1 and not before.geom_type.startswith("Multi"):
        only: BaseGeometry = parts[0]
        return only
    multi: tuple[Any, ...] = (shapely.multipoints, shapely.multilinestrings, shapely.multipolygons)
    made: BaseGeometry = multi[wanted](parts) if parts else shapely.Point()
    return made


def _batch(rows: Sequence[Sequence[Any]], schema: pa.Schema, texts: set[int]) -> pa.RecordBatch:
    """Return rows as one Arrow batch; the columns numbered in ``texts`` hold JSON values."""
    arrays = [
        pa.array(
            [json.dumps(v, ensure_ascii=False) if number in texts and v is not None else v for v in values],
            type=schema.field(number).type,
        )
        for number, values in enumerate(zip(*rows, strict=True))
    ]
    return pa.RecordBatch.from_arrays(arrays, schema=schema)


def schema_of(columns: list[Column]) -> pa.Schema:
    """Return the fields of a batch: an identifier, the columns, the geometry; the first and last named as none is."""
    taken = {column.name.lower() for column in columns}
    identifier = next(name for name in ("id", "fid_", "feature_id", "feature_id_") if name not in taken)
    geometry = GEOMETRY if GEOMETRY not in taken else "geom"
    return pa.schema(
        [
            pa.field(identifier, pa.int64()),
            *(pa.field(column.name, _ARROW[column.type]) for column in columns),
            pa.field(geometry, pa.binary()),
        ]
    )
