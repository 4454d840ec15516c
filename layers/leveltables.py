"""The tables that levels are written to while a layer is read block by block."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from sqlalchemy.orm import Session

from layers.copying import copy_rows
from layers.generalise import Drawn, Geometries
from layers.layer import Column, Level
from layers.levelplan import LARGE_FEATURE, ZoomBand
from layers.pieces import is_large
from layers.shapes import Block
from layers.tables import SQL_TYPES, Statement, analyse, quote, quote_column, run

MANY_CLASSES = 5_000
"""More classes than this are no classes: everything is dissolved into one."""


def column_sql(column: Column, prefix: str = "") -> str:
    """A column as it goes into a tile: JSON as its text (ST_AsMVT would spread its keys), times in ISO 8601."""
    name = prefix + quote_column(column.name)
    if column.type == "json":
        return f"{name}::text AS {quote_column(column.name)}"
    if column.type == "timestamp":
        return f"to_json({name}) #>> '{{}}' AS {quote_column(column.name)}"
    return name


@dataclass(frozen=True)
class DrawnFeatures:
    """A block's own features as a band draws them: exact (see ``layers.generalise``), EWKB; large ones as shapes."""

    band: ZoomBand
    fid: npt.NDArray[np.int64]
    exact: npt.NDArray[np.bool_]
    bodies: Geometries
    large: npt.NDArray[np.int64]
    large_shapes: Geometries

    @classmethod
    def of(cls, band: ZoomBand, block: Block, drawn: Drawn) -> "DrawnFeatures":
        """Choose and encode what a block draws."""
        keep = block.own & drawn.there
        large = keep & (drawn.vertices() > LARGE_FEATURE)
        shapes = drawn.geometries(large)
        cut = is_large(shapes)
        large[large] = cut
        keep &= ~large
        exact = drawn.exact(band.unit)
        if band.min_zoom == band.max_zoom - 1:
            exact &= drawn.exact(2 * band.unit)
        return cls(band, block.fid[keep], exact[keep], drawn.ewkb()[keep], block.fid[large], shapes[cut])


class LevelTables:
    """Temporary tables of simplified shapes, one per band of features, and the numbers given to the classes.

    ``numbers`` maps the text of a class to its number (from 1, the commonest first); 0 stands for no class at all.
    """

    def __init__(self, session: Session, table: str, bands: Sequence[ZoomBand], class_column: "Column | None") -> None:
        self.session = session
        self.table = table
        self.class_column = class_column
        self.features = [band for band in bands if band.method == "simplify"]
        self.numbers = self._number_classes() if any(band.method != "simplify" for band in bands) else {}
        for band in self.features:
            self.run(f"CREATE TEMPORARY TABLE {self._temporary(band)} "
                     "(fid bigint, exact boolean, geom geometry(Geometry, 3857))")  # fmt: skip

    def add(self, drawn: DrawnFeatures) -> None:
        """Write a block's features as they are drawn."""
        target = f"{self._temporary(drawn.band)} (fid, exact, geom)"
        copy_rows(self.session, target, ((">i8", drawn.fid), ("?", drawn.exact)), drawn.bodies.tolist())

    def finish(self, band: ZoomBand, columns: Sequence[Column]) -> Level:
        """Make the level of simplified features: the shapes with their attributes, neighbours stored together."""
        name = f"{self.table}_z{band.min_zoom}_{band.max_zoom}"
        names = "".join(f", {column_sql(column, 'f.')}" for column in columns)
        self.run(
            f"CREATE TABLE {quote(name)} AS SELECT f.fid{names}, s.exact, s.geom FROM {self._temporary(band)} AS s "
            f"JOIN {quote(self.table)} AS f USING (fid) ORDER BY s.geom"
        )
        self.run(f"DROP TABLE {self._temporary(band)}")  # the transaction may go on
        self.run(f"CREATE INDEX ON {quote(name)} USING gist (geom)")
        analyse(self.session, name)
        return Level(name, band.min_zoom, band.max_zoom, tuple(c.name for c in columns), band.tolerance)

    @property
    def class_type(self) -> str:
        """SQL type of the class column."""
        return SQL_TYPES[self.class_column.type] if self.class_column else "text"

    def run(self, text: str, params: Mapping[str, Any] | None = None) -> list[Any]:
        """Run a statement in the session's transaction and return its rows."""
        return run(self.session, Statement(text, params or {}))

    def _temporary(self, band: ZoomBand) -> str:
        return quote_column(f"{self.table.rpartition('.')[2]}_shapes_{band.max_zoom}")

    def _number_classes(self) -> dict[str, int]:
        if self.class_column is None:
            return {}
        name = quote_column(self.class_column.name)
        rows = self.run(
            f"SELECT {name}::text, count(*) FROM {quote(self.table)} WHERE {name} IS NOT NULL "
            f"GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT {MANY_CLASSES + 1}"
        )
        if len(rows) > MANY_CLASSES:
            self.class_column = None
            return {}
        return {str(row[0]): number for number, row in enumerate(rows, 1)}
