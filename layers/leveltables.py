"""The tables that levels are written to while a layer is read block by block."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import shapely
from sqlalchemy.orm import Session

from layers.layer import Level
from layers.levelplan import ZoomBand
from layers.tables import SQL_TYPES, Statement, quote, quote_column, run

if TYPE_CHECKING:
    from layers.layer import Column

MANY_CLASSES = 5_000
"""More classes than this are no classes: everything is dissolved into one."""


def column_sql(column: "Column", prefix: str = "") -> str:
    """A column as it goes into a tile: JSON as its text (ST_AsMVT would spread its keys), times in ISO 8601."""
    name = prefix + quote_column(column.name)
    if column.type == "json":
        return f"{name}::text AS {quote_column(column.name)}"
    if column.type == "timestamp":
        return f"to_json({name}) #>> '{{}}' AS {quote_column(column.name)}"
    return name


class LevelTables:
    """Temporary tables of simplified shapes, one per band, and the numbers given to the classes.

    ``numbers`` maps the text of a class to its number (from 1, the commonest first); 0 stands for no class at all.
    """

    def __init__(self, session: Session, table: str, bands: Sequence[ZoomBand], class_column: "Column | None") -> None:
        self.session = session
        self.table = table
        self.class_column = class_column
        finest_cells = max((band.max_zoom for band in bands if band.method == "cells"), default=None)
        self.made_of_shapes = [band for band in bands if band.method != "cells" or band.max_zoom == finest_cells]
        self.numbers = self._number_classes() if any(band.method != "simplify" for band in bands) else {}
        for band in self.made_of_shapes:
            self._run(
                f"CREATE TEMPORARY TABLE {self.temporary(band)} (fid bigint, number int, exact boolean, "
                "geom geometry(Geometry, 3857))"
            )

    def temporary(self, band: ZoomBand) -> str:
        """Quoted name of the temporary table of a band."""
        return quote_column(f"{self.table.rpartition('.')[2]}_shapes_{band.max_zoom}")

    def add(
        self,
        band: ZoomBand,
        fid: npt.NDArray[np.int64],
        number: npt.NDArray[np.int64],
        geometries: npt.NDArray[np.object_],
        exact: npt.NDArray[np.bool_],
    ) -> None:
        """Write simplified shapes of a band."""
        bodies = shapely.to_wkb(shapely.set_srid(geometries, 3857), include_srid=True)
        rows = zip(fid.tolist(), number.tolist(), exact.tolist(), bodies.tolist(), strict=True)
        self.copy(f"{self.temporary(band)} (fid, number, exact, geom)", ("int8", "int4", "bool", "bytea"), rows)

    def copy(self, target: str, types: Sequence[str], rows: Any) -> None:
        """COPY rows into a table in the session's transaction."""
        with self._driver().cursor() as cursor, cursor.copy(f"COPY {target} FROM STDIN (FORMAT BINARY)") as copy:
            copy.set_types(types)
            for row in rows:
                copy.write_row(row)

    def rows(self, text: str, params: Mapping[str, Any]) -> list[Any]:
        """Fetch rows in binary, so that geometries come as their bytes."""
        with self._driver().cursor(binary=True) as cursor:
            cursor.execute(text, params)
            return list(cursor.fetchall())

    def finish(self, band: ZoomBand, columns: Sequence["Column"]) -> Level:
        """Make the level of simplified features: the shapes with their attributes, neighbours stored together."""
        name = f"{self.table}_z{band.min_zoom}_{band.max_zoom}"
        names = "".join(f", {column_sql(column, 'f.')}" for column in columns)
        self._run(
            f"CREATE TABLE {quote(name)} AS SELECT f.fid{names}, s.exact, s.geom FROM {self.temporary(band)} AS s "
            f"JOIN {quote(self.table)} AS f USING (fid) ORDER BY s.geom"
        )
        self._run(f"CREATE INDEX ON {quote(name)} USING gist (geom)")
        self._run(f"ANALYZE {quote(name)}")
        return Level(name, band.min_zoom, band.max_zoom, tuple(c.name for c in columns), band.tolerance)

    def index(self, band: ZoomBand) -> None:
        """Index the shapes of a band, to be read tile by tile."""
        self._run(f"CREATE INDEX ON {self.temporary(band)} USING gist (geom)")
        self._run(f"ANALYZE {self.temporary(band)}")

    def drop_temporary(self) -> None:
        """Drop the temporary tables: the transaction may go on."""
        for band in self.made_of_shapes:
            self._run(f"DROP TABLE {self.temporary(band)}")

    @property
    def class_type(self) -> str:
        """SQL type of the class column."""
        return SQL_TYPES[self.class_column.type] if self.class_column else "text"

    def _number_classes(self) -> dict[str, int]:
        if self.class_column is None:
            return {}
        name = quote_column(self.class_column.name)
        rows = run(
            self.session,
            Statement(
                f"SELECT {name}::text, count(*) FROM {quote(self.table)} WHERE {name} IS NOT NULL "
                f"GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT {MANY_CLASSES + 1}"
            ),
        )
        if len(rows) > MANY_CLASSES:
            self.class_column = None
            return {}
        return {str(row[0]): number for number, row in enumerate(rows, 1)}

    def _run(self, text: str) -> None:
        run(self.session, Statement(text))

    def _driver(self) -> Any:
        return self.session.connection().connection.driver_connection
