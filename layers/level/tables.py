"""The tables that levels are written to while a layer is read block by block."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from sqlalchemy.orm import Session

from layers.copying import RowFile
from layers.layer import Column, Level
from layers.level.generalise import Drawn, Geometries
from layers.level.pieces import is_large
from layers.level.plan import LARGE_FEATURE, ZoomBand
from layers.level.shapes import Block
from layers.level.spool import Spool
from layers.tables import Statement, analyse, quote, quote_column, run


def column_sql(column: Column, prefix: str = "") -> str:
    """A column as it goes into a tile: JSON as its text (ST_AsMVT would spread its keys), times in ISO 8601."""
    value, name = value_sql(column, prefix), prefix + quote_column(column.name)
    return name if value == name else f"{value} AS {quote_column(column.name)}"


def value_sql(column: Column, prefix: str = "") -> str:
    """The value of ``column_sql`` without its name."""
    name = prefix + quote_column(column.name)
    if column.type == "json":
        return f"{name}::text"
    if column.type == "timestamp":
        return f"to_json({name}) #>> '{{}}'"
    return name


@dataclass(frozen=True)
class DrawnFeatures:
    """A block's own features as a band draws them: exact (see ``layers.level.generalise``), EWKB; large ones as
    shapes."""

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
        drawn = drawn.only(keep)  # neither neighbours nor what is heavy is encoded
        exact = drawn.exact(band.unit)
        if band.min_zoom == band.max_zoom - 1:
            exact &= drawn.exact(2 * band.unit)
        return cls(band, block.fid[keep], exact[keep], drawn.ewkb()[keep], block.fid[large], shapes[cut])


class LevelTables:
    """Simplified shapes, one file of rows per band of features, and the numbers given to the classes.

    ``numbers`` maps the text of a class to its number (from 1, the commonest first); 0 stands for no class at all.
    """

    def __init__(self, session: Session, table: str, bands: Sequence[ZoomBand], spool: Spool) -> None:
        self.session, self.table, self.spool = session, table, spool
        self.numbers = spool.classes()
        self.class_column = spool.class_column if self.numbers else None
        self.features = [band for band in bands if band.method == "simplify"]
        self._rows = {band: RowFile() for band in self.features}

    def add(self, drawn: DrawnFeatures) -> None:
        """Keep a block's features as they are drawn."""
        self._rows[drawn.band].add(((">i8", drawn.fid), ("?", drawn.exact)), drawn.bodies.tolist())

    def name(self, band: ZoomBand) -> str:
        """Name the table of a band."""
        return f"{self.table}_z{band.min_zoom}_{band.max_zoom}"

    def level(self, band: ZoomBand, columns: Sequence[Column]) -> Level:
        """The level that ``finish`` makes."""
        return Level(self.name(band), band.min_zoom, band.max_zoom, tuple(c.name for c in columns), band.tolerance)

    def finish(self, band: ZoomBand, columns: Sequence[Column]) -> None:
        """Make the table of simplified features: the shapes with their attributes, neighbours stored together."""
        name = self.name(band)  # rows come in the order of their blocks
        shapes = "(fid bigint, exact boolean, geom geometry(Geometry, 3857))"
        if not columns:
            self.run(f"CREATE TABLE {quote(name)} {shapes}")
            self._rows[band].copy(self.session, f"{quote(name)} (fid, exact, geom)")
        else:
            temporary = quote_column(f"{self.table.rpartition('.')[2]}_shapes_{band.max_zoom}")
            self.run(f"CREATE TEMPORARY TABLE {temporary} {shapes}")
            self._rows[band].copy(self.session, f"{temporary} (fid, exact, geom)")
            names = "".join(f", {column_sql(column, 'f.')}" for column in columns)
            self.run(
                f"CREATE TABLE {quote(name)} AS SELECT f.fid{names}, s.exact, s.geom FROM {temporary} AS s "
                f"JOIN {quote(self.table)} AS f USING (fid) ORDER BY s.ctid"
            )
            self.run(f"DROP TABLE {temporary}")  # the transaction may go on
        self.run(f"CREATE INDEX ON {quote(name)} USING gist (geom)")
        analyse(self.session, name)

    def run(self, text: str, params: Mapping[str, Any] | None = None) -> list[Any]:
        """Run a statement in the session's transaction and return its rows."""
        return run(self.session, Statement(text, params or {}))
