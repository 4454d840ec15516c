"""Features of a tile that a filter or a view narrows: levels are left aside, for their rows may hold several features.

Where an unfiltered tile shows dissolved classes or thinned points, one feature is shown of those in a cell of some
pixels; what is smaller than a pixel is drawn as one, as levels draw it.
"""

from collections.abc import Sequence

from layers.edit.past import source_sql
from layers.layer import Column, Level, Version
from tiles.vector.place import VectorTile
from tiles.vector.rows import Rows, attributes, carried, stored_shape
from tiles.vector.shape_sql import side_names

MOST_FEATURES = 20_000
"""Features of a narrowed tile where they are not thinned."""
CELLS, PICTURE_CELLS = 128, 192
"""Cells along the side of a tile, or of a picture, with a feature each."""
PIXELS, PICTURE_PIXELS = 256, 512
"""What is smaller than one of so many parts of a side is drawn as large as that."""

_WIDE = "(%(degrees_east)s::float8 - %(degrees_west)s::float8)"
_HIGH = "(%(degrees_north)s::float8 - %(degrees_south)s::float8)"


def narrowed_rows(version: Version, level: Level | None, asked: VectorTile) -> Rows:
    """The features that a condition lets through; ``level`` is what an unfiltered tile shows of them here."""
    assert asked.where is not None
    cells, pixels = (CELLS, PIXELS) if asked.plane is None else (PICTURE_CELLS, PICTURE_PIXELS)
    columns = _columns(version, level, asked)
    # The condition's column names are the feature table's: no other table may stand beside it.
    found = (
        f"FROM {source_sql(version)} AS stored "
        f"WHERE geom && ST_MakeEnvelope({side_names('degrees_')}, {int(version.srid)}) AND ({asked.where.text})"
    )
    if level is not None and level.kind in ("tiles", "points"):
        # As an array, which the database looks up one by one: it takes the cells for as many as there are features.
        chosen = f"SELECT * FROM {source_sql(version)} AS f WHERE fid = ANY(ARRAY({_leaders(found, cells)}))"
    else:
        chosen = f"SELECT * {found} LIMIT {MOST_FEATURES}"
    geometry = _visible("f.geom", pixels) if level is not None else "f.geom"
    return Rows(
        f"SELECT f.fid{attributes(columns)}, {stored_shape(geometry, version, asked)} AS geom FROM ({chosen}) AS f",
        columns=tuple(column.name for column in columns),
    )


def _columns(version: Version, level: Level | None, asked: VectorTile) -> Sequence[Column]:
    kept = carried(version, asked)
    return kept if level is None or asked.plane is not None else [c for c in kept if c.name in level.columns]


def _leaders(found: str, cells: int) -> str:
    """The largest feature of each cell, which its box has its middle in."""
    column = f"floor(((ST_XMin(box) + ST_XMax(box)) / 2 - %(degrees_west)s::float8) * {cells} / {_WIDE})"
    row = f"floor(((ST_YMin(box) + ST_YMax(box)) / 2 - %(degrees_south)s::float8) * {cells} / {_HIGH})"
    size = "greatest(ST_XMax(box) - ST_XMin(box), ST_YMax(box) - ST_YMin(box))"
    boxes = f"SELECT fid, Box3D(geom) AS box {found} OFFSET 0"  # OFFSET: a box is made once, and not at every mention
    placed = f"SELECT fid, {row} * {2 * cells} + {column} AS cell, {size} AS size FROM ({boxes}) AS boxes"
    return f"SELECT DISTINCT ON (cell) fid FROM ({placed}) AS placed ORDER BY cell, size DESC, fid"


def _visible(geometry: str, pixels: int) -> str:
    """The geometry; of lines and areas that would vanish, a dash or square of a pixel in the middle of its box."""
    ends = {axis: (f"ST_{axis}Min({geometry})", f"ST_{axis}Max({geometry})") for axis in "XY"}
    (west, east), (south, north) = ends["X"], ends["Y"]
    across, along, srid = f"{_WIDE} / {pixels}", f"{_HIGH} / {pixels}", f"ST_SRID({geometry})"
    left, low = f"({west} + {east} - {across}) / 2", f"({south} + {north} - {along}) / 2"
    square = f"ST_MakeEnvelope({left}, {low}, {left} + {across}, {low} + {along}, {srid})"
    dash = f"ST_SetSRID(ST_MakeLine(ST_MakePoint({left}, {low}), ST_MakePoint({left} + {across}, {low})), {srid})"
    small = f"{east} - {west} < {across} AND {north} - {south} < {along}"
    return (
        f"CASE WHEN {small} AND ST_Dimension({geometry}) = 2 THEN {square} "
        f"WHEN {small} AND ST_Dimension({geometry}) = 1 THEN {dash} ELSE {geometry} END"
    )
