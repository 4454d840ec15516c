"""Rows of ready-cut tiles, set aside until their table is made: what one class covers in one tile."""

from collections.abc import Iterable, Mapping
from itertools import islice

import numpy as np
from sqlalchemy.orm import Session

from layers.copying import RowFile
from layers.layer import Column
from layers.tables import SQL_TYPES, Statement, analyse, quote, quote_column, run

Row = tuple[int, int, int, int, bool, bytes]
"""Zoom, column, row, number of the class, exact (see ``layers.level.generalise``), shape as EWKB."""

BATCH = 100


class TileRows:
    """The rows of one table of tiles."""

    def __init__(self, name: str) -> None:
        self.name, self._rows = name, RowFile()

    def add(self, rows: Iterable[Row]) -> None:
        """Set rows aside; needs no connection."""
        left = iter(rows)
        while batch := list(islice(left, BATCH)):
            *keys, exact, bodies = zip(*batch, strict=True)
            self._rows.add([*((">i4", np.array(values)) for values in keys), ("?", np.array(exact))], bodies)

    def write(self, session: Session, class_column: Column | None, numbers: Mapping[str, int]) -> None:
        """Make the table, each number of a class replaced by its value."""

        def do(text: str, params: Mapping[str, object] | None = None) -> None:
            run(session, Statement(text, params or {}))

        name, kind = quote(self.name), SQL_TYPES[class_column.type] if class_column else "text"
        column = f", {quote_column(class_column.name)} {kind}" if class_column else ""
        do(
            f"CREATE TABLE {name} (tile_zoom smallint, tile_column int, tile_row int, exact boolean{column}, "
            "geom geometry(Geometry, 3857))"
        )
        # Read whole and at once, so decompressing would only cost.
        do(f"ALTER TABLE {name} ALTER geom SET STORAGE EXTERNAL")
        temporary = quote_column(self.name.rpartition(".")[2])
        do(
            f"CREATE TEMPORARY TABLE {temporary} (tile_zoom int, tile_column int, tile_row int, number int, "
            "exact boolean, geom geometry(Geometry, 3857))"
        )
        self._rows.copy(session, f"{temporary} (tile_zoom, tile_column, tile_row, number, exact, geom)")
        value = f", c.value::text::{kind}" if class_column else ""
        do(
            f"INSERT INTO {name} SELECT tile_zoom, tile_column, tile_row, exact{value}, geom FROM {temporary} AS t "
            "LEFT JOIN unnest(%(numbers)s::int[], %(values)s::text[]) AS c (number, value) USING (number) "
            "ORDER BY tile_zoom, tile_column, tile_row, number",
            {"numbers": list(numbers.values()), "values": list(numbers)},
        )
        do(f"DROP TABLE {temporary}")
        do(f"CREATE INDEX ON {name} (tile_zoom, tile_column, tile_row)")
        analyse(session, self.name)
