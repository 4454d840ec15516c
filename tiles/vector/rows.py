"""Where the rows of a vector tile come from: the features, a level made at publish, and what was edited since.

Level tables lie in the plane of the default grid; a tile of another grid takes the level whose detail fits and
transforms what it takes. Most of a tile's cost would be ``ST_AsMVTGeom``, which clips and validates every shape; rows
of a level that stay valid when rounded (``exact``) and lie about the tile are only moved and rounded instead.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from layers.edit.past import source_sql
from layers.layer import Column, Level, Version
from layers.level.tables import column_sql, value_sql
from layers.tables import quote, quote_column
from tiles.vector.joined import joined_pieces
from tiles.vector.place import BUFFER, VectorTile
from tiles.vector.shape_sql import (
    NEARBY,
    OWN,
    REACH,
    clipped,
    cut_about,
    fits,
    from_storage,
    holed_shape,
    quick_shape,
    side_names,
    tile_shape,
    visible,
)

MOST_OVER = 2_000
"""Edited features drawn over dissolved classes: what a tile weighs and costs stays bounded."""


@dataclass(frozen=True)
class Rows:
    """A SELECT of shapes ``geom`` in tile coordinates with their attributes, and whether they have a ``fid``."""

    text: str
    fid: bool = True
    columns: tuple[str, ...] = ()

    @property
    def identifier(self) -> str:
        """What names the column of ids to ST_AsMVT."""
        return ", 'fid'" if self.fid else ""


def feature_rows(version: Version, asked: VectorTile, pieces: Level | None) -> Rows:
    """The features themselves from the plane of the default grid, large ones from what was cut for this tile."""
    columns = carried(version, asked)
    whole = (
        f"SELECT f.fid{attributes(columns)}, {tile_shape(visible('f.mercator', asked), asked)} AS geom "
        f"FROM {source_sql(version)} AS f WHERE f.mercator && {REACH}"
    )
    return Rows(whole if pieces is None else f"({whole}) UNION ALL ({_cut(version, pieces, columns, asked)})")


def stored_rows(version: Version, asked: VectorTile) -> Rows:
    """The features from their stored geometry: for other grids."""
    shape = stored_shape(visible("f.geom", asked, degrees=True), version, asked)
    return Rows(
        f"SELECT f.fid{attributes(carried(version, asked))}, {shape} AS geom "
        f"FROM {source_sql(version)} AS f "
        f"WHERE f.geom && ST_MakeEnvelope({side_names('degrees_')}, {int(version.srid)})"
    )


def stored_shape(geometry: str, version: Version, asked: VectorTile) -> str:
    """A stored geometry clipped, in tile coordinates."""
    flat = f"ST_Force2D({geometry})"
    about = flat if asked.grid.crs.is_geographic else cut_about(flat, version.srid)
    return clipped(from_storage(about, version.srid, asked), asked, BUFFER)


def level_rows(version: Version, level: Level, asked: VectorTile, pieces: Level | None) -> Rows:
    """Features simplified, or points thinned, at publish; large ones from their pieces."""
    names = "".join(f", {quote_column(name)}" for name in level.columns)
    # A literal zoom lets the database use the index of just that zoom's points.
    zoom = f" AND zoom <= {int(asked.zoom)}" if level.kind in ("points", "beside") else ""
    known_exact = level.kind == "features" and asked.plain and asked.zoom >= level.max_zoom - 1
    drawn = visible("geom", asked) if level.kind == "features" and asked.zoom < level.max_zoom else "geom"
    shape = quick_shape("geom", asked, "exact AND geom @ " + NEARBY) if known_exact else tile_shape(drawn, asked)
    whole = f"SELECT fid{names}, {shape} AS geom FROM {quote(level.table)} WHERE geom && {REACH}{zoom}"
    if pieces is None or level.kind in ("points", "beside"):
        return Rows(whole)
    columns = [column for column in version.columns if column.name in level.columns]
    return Rows(f"({whole}) UNION ALL ({_cut(version, pieces, columns, asked)})")


def crowd_rows(version: Version, level: Level, asked: VectorTile, pieces: Level | None) -> Rows:
    """Features where a tile would hold too many to show all: those that were chosen at publish, large ones from pieces.

    Of those that are shown before they are ``whole`` a tile has the level's columns only; a picture, which asks for
    what it draws, has what it asks for.
    """
    table, zoom, columns = quote(version.table or ""), int(asked.zoom), carried(version, asked)
    chosen = f"SELECT * FROM {quote(level.table)} WHERE zoom <= {zoom}"
    bare = set(level.columns) if level.columns and asked.plane is None else None
    names = "".join(
        f", {column_sql(column, 'f.')}" if bare is None or column.name in bare
        else f", CASE WHEN c.whole <= {zoom} THEN {value_sql(column, 'f.')} END AS {quote_column(column.name)}"
        for column in columns
    )  # fmt: skip
    whole = (
        f"SELECT f.fid{names}, {tile_shape('c.geom', asked)} AS geom "
        f"FROM ({chosen} AND geom && {REACH}) AS c JOIN {table} AS f USING (fid)"
    )
    if pieces is None or not level.columns:
        return Rows(whole)
    shown = f"(SELECT f.* FROM {table} AS f JOIN ({chosen}) AS c USING (fid))"
    return Rows(f"({whole}) UNION ALL ({_cut(version, pieces, columns, asked, shown)})")


def with_rows_beside(made: Rows, columns: Sequence[str], beside: Rows) -> Rows:
    """Dissolved classes (``columns``), and over them the features that are of another dimension."""
    named = "".join(
        f", {quote_column(name) if name in columns else f'NULL AS {quote_column(name)}'}" for name in beside.columns
    )
    names = "".join(f", {quote_column(name)}" for name in beside.columns)
    return replace(
        beside,
        text=f"SELECT NULL AS fid{named}, geom FROM ({made.text}) AS made UNION ALL "
        f"SELECT fid{names}, geom FROM ({beside.text}) AS beside",
    )


def _cut(version: Version, pieces: Level, columns: Sequence[Column], asked: VectorTile, shown: str = "") -> str:
    """Large features, of all or of those ``shown``, from their pieces: one row each where the tile is of the default
    grid, else joined again."""
    table, names = shown or quote(version.table or ""), attributes(columns)
    if asked.plain:
        shape = quick_shape("p.geom", asked, f"{fits('p.exact', 'p.geom')} AND p.z = %(zoom)s")
        rows = f"{quote(pieces.table)} AS p WHERE p.key = ANY(%(keys)s::text::bigint[]) AND (p.leaf OR p.z = %(zoom)s)"
        cut = f"SELECT p.fid, {shape} AS geom FROM {rows}"
        return f"SELECT f.fid{names}, p.geom FROM ({cut}) AS p JOIN {table} AS f USING (fid)"
    shape, joined = holed_shape("p.geom", asked), joined_pieces(pieces)
    return f"SELECT f.fid{names}, {shape} AS geom FROM ({joined}) AS p JOIN {table} AS f USING (fid)"


def label_rows(level: Level, asked: VectorTile) -> Rows:
    """Points that name areas, each in one tile only: a name in the buffer would be drawn twice."""
    names = "".join(f", {quote_column(name)}" for name in level.columns)
    zoom = min(int(asked.zoom), level.max_zoom)
    return Rows(
        f"SELECT fid{names}, {tile_shape('geom', asked, buffer=0)} AS geom FROM {quote(level.table)} "
        f"WHERE geom && {OWN} AND zoom <= {zoom}"
    )


def with_edits(
    version: Version, made: Rows, asked: VectorTile, columns: Sequence[str] | None = None, *, label: bool = False,
    beside: int | None = None,
) -> Rows:  # fmt: skip
    """Rows made at publish, with the features edited since as they are now; ``beside`` a dimension, those of others.

    What was edited is few (``layers.edit.writing`` sees to that), so that it is taken from the features themselves.
    Only tiles that an edit touched are read so.
    """
    edited = f"(SELECT fid FROM catalogue.feature_change WHERE version_id = {int(version.id)})"
    kept = carried(version, asked) if columns is None else [c for c in version.columns if c.name in columns]
    ordered = kept if columns is None else sorted(kept, key=lambda column: columns.index(column.name))
    geometry = "ST_Force2D(f.geom)"
    drawn = f"ST_PointOnSurface({geometry})" if label else visible(geometry, asked, degrees=True)
    placed = from_storage(drawn, version.srid, asked)
    shape = clipped(placed, asked, 0 if label else BUFFER)
    now = (
        f"SELECT f.fid{attributes(ordered)}, {shape} AS g FROM {quote(version.table or '')} AS f "
        f"WHERE f.geom && ST_MakeEnvelope({side_names('degrees_')}, {int(version.srid)}) AND f.fid IN {edited}"
    ) + (f" AND ST_Dimension(f.geom) <> {beside}" if beside is not None else "")
    return Rows(f"SELECT * FROM ({made.text}) AS made WHERE fid NOT IN {edited} UNION ALL {now}")


def with_edits_over(version: Version, made: Rows, level: Level, asked: VectorTile) -> Rows:
    """Dissolved classes with the features edited since drawn over them, as they are now, the largest of them.

    So they are seen at once; ground that features have left has its right class when ``layers.level.renewal`` was
    there.
    """
    table, srid = quote(version.table or ""), int(version.srid)
    names = "".join(f", f.{quote_column(name)}" for name in level.columns)
    shape = clipped(from_storage("ST_Force2D(f.geom)", srid, asked), asked, BUFFER)
    wide, high = "ST_XMax(f.geom) - ST_XMin(f.geom)", "ST_YMax(f.geom) - ST_YMin(f.geom)"
    pixel = "(%(degrees_east)s::float8 - %(degrees_west)s::float8) / 512"
    over = (
        f"SELECT f.* FROM {table} AS f WHERE f.geom && ST_MakeEnvelope({side_names('degrees_')}, {srid}) "
        f"AND f.fid IN (SELECT fid FROM catalogue.feature_change WHERE version_id = {int(version.id)}) "
        f"AND greatest({wide}, {high}) > {pixel} ORDER BY greatest({wide}, {high}) DESC LIMIT {MOST_OVER}"
    )
    columns = "".join(f"{quote_column(name)}, " for name in level.columns)
    now = f"SELECT {names.removeprefix(', ') + ', ' if names else ''}{shape} AS geom FROM ({over}) AS f"
    return Rows(f"SELECT {columns}geom FROM ({made.text}) AS made UNION ALL ({now})", fid=False)


def carried(version: Version, asked: VectorTile) -> Sequence[Column]:
    """The columns of features where all are shown: a picture, which asks for what it draws, may have those that are
    too wide for a tile."""
    return version.tile_columns if asked.plane is None else version.columns


def attributes(columns: Sequence[Column]) -> str:
    """Columns of the feature table ``f``, each after a comma, as they go into a tile."""
    return "".join(f", {column_sql(column, 'f.')}" for column in columns)
