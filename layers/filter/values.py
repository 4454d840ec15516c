"""A CQL2 filter over values that are in no table: records, sheets. The database judges them, so it means the same."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import shapely

from layers.filter.clauses import Binder, Field, ValueType
from layers.filter.cql2_tokens import Tree
from layers.filter.sql import compile_filter
from layers.tables import Statement, quote

SQL_TYPES: Mapping[ValueType, str] = {
    "text": "text", "number": "float8", "boolean": "boolean", "date": "date", "timestamp": "timestamptz",
}  # fmt: skip
Valued = tuple[Mapping[str, Any], shapely.Geometry | None]
"""One value: its properties as JSON has them, and its geometry in the storage CRS."""


def values_statement(
    values: Sequence[Valued], columns: Mapping[str, ValueType], tree: Tree, srid: int
) -> Statement:  # fmt: skip
    """Return the statement for the places, from 1, of the values that a tree lets through.

    Raises:
        BadFilter: it names something else than ``columns``, or ``geometry``.
    """
    binder = Binder()
    fields = {name: Field(name, f"r.{quote(name)}", kind) for name, kind in columns.items()}
    fields["geometry"] = Field("geometry", "r._geometry", "geometry")
    condition = compile_filter(tree, fields, binder, storage_srid=srid).text
    rows = [
        {**properties, "_place": place, "_shape": None if shape is None else shapely.to_wkb(shape, hex=True)}
        for place, (properties, shape) in enumerate(values, 1)
    ]
    given = binder.bind(json.dumps(rows, ensure_ascii=False))
    named = ", ".join(f"{quote(name)} {SQL_TYPES[kind]}" for name, kind in columns.items())
    return Statement(
        f"SELECT r._place FROM (SELECT *, ST_SetSRID(_shape::geometry, {int(srid)}) AS _geometry "
        f"FROM jsonb_to_recordset({given}::jsonb) AS t({named}, _place int, _shape text)) r WHERE {condition}",
        binder.params,
    )
