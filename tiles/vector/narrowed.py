"""Features of a tile that a filter or a view narrows: levels are left aside, for their rows may hold several features.

Where an unfiltered tile shows dissolved classes or thinned points, one feature is shown of those in a cell of some
pixels; what is smaller than a pixel is drawn as one, as levels draw it.
"""

from collections.abc import Sequence

from layers.edit.past import source_sql
from layers.frame import Bounds
from layers.layer import Column, Level, Version
from tiles.vector.place import VectorTile
from tiles.vector.rows import Rows, attributes, carried, stored_shape
from tiles.vector.shape_sql import side_names, visible

MOST_FEATURES = 20_000
"""Features of a narrowed tile where they are not thinned; a picture tells itself of too many."""
WIDE = 1 / 3
"""Share of a layer's extent from which on its whole table is read: by the index each row costs four times as much."""
CELLS, PICTURE_CELLS = 128, 192
"""Cells along the side of a tile, or of a picture, with a feature each."""
CROWD_CELLS = 64
"""The same of a crowd, whose features have all their columns."""
PIXELS, PICTURE_PIXELS = 256, 512
"""What is smaller than one of so many parts of a side is drawn as large as that."""

_WIDE = "(%(degrees_east)s::float8 - %(degrees_west)s::float8)"
_HIGH = "(%(degrees_north)s::float8 - %(degrees_south)s::float8)"


def narrowed_rows(version: Version, level: Level | None, asked: VectorTile) -> Rows:
    """The features that a condition lets through; ``level`` is what an unfiltered tile shows of them here."""
    assert asked.where is not None
    cells, pixels = (CELLS, PIXELS) if asked.plane is None else (PICTURE_CELLS, PICTURE_PIXELS)
    crowded = level is not None and level.kind == "crowds"
    made = None if crowded else level  # what crowds are chosen from are the features as they are
    columns = _columns(version, made, asked)
    # The condition's column names are the feature table's: no other table may stand beside it.
    found = f"FROM {source_sql(version)} AS stored WHERE {_in_reach(version, asked)} AND ({asked.where.text})"
    # As an array, which the database looks up one by one: it takes the cells for as many as there are features.
    listed = f"SELECT * FROM {source_sql(version)} AS f WHERE fid = ANY(ARRAY("
    if made is not None and made.kind in ("tiles", "points"):
        chosen = f"{listed}{_leaders(found, cells)}))"
    elif crowded:
        chosen = f"{listed}{_evenly(found, CROWD_CELLS if asked.plane is None else cells)}))"
    else:
        chosen = f"SELECT * {found}" + (f" LIMIT {MOST_FEATURES}" if asked.plane is None else "")
    source, geometry = f"({chosen}) AS f", visible("f.geom", asked, degrees=True)
    if made is not None:  # OFFSET, here and below: made once for each row, and not at every mention
        source += (
            " CROSS JOIN LATERAL (SELECT Box3D(f.geom) AS box OFFSET 0) AS b"
            f" CROSS JOIN LATERAL (SELECT {_visible('f.geom', 'b.box', pixels)} AS geom OFFSET 0) AS shown"
        )
        geometry = "shown.geom"
    return Rows(
        f"SELECT f.fid{attributes(columns)}, {stored_shape(geometry, version, asked)} AS geom FROM {source}",
        columns=tuple(column.name for column in columns),
    )


def _columns(version: Version, level: Level | None, asked: VectorTile) -> Sequence[Column]:
    kept = carried(version, asked)
    return kept if level is None or asked.plane is not None else [c for c in kept if c.name in level.columns]


def _in_reach(version: Version, asked: VectorTile) -> str:
    """Whether a feature lies in the tile. Plans are made without the values: where most do, none may go by the index,
    and CASE hides it; the planner then expects half of the rows."""
    near = f"geom && (SELECT ST_MakeEnvelope({side_names('degrees_')}, {int(version.srid)}))"
    wide = version.extent is not None and _share(version.extent, asked.in_degrees) > WIDE
    return f"CASE WHEN {near} THEN true END" if wide else near


def _share(extent: Bounds, box: Bounds) -> float:
    """The share of an extent that lies in a box."""
    across = min(extent.east, box.east) - max(extent.west, box.west)
    along = min(extent.north, box.north) - max(extent.south, box.south)
    whole = (extent.east - extent.west) * (extent.north - extent.south)
    return max(across, 0.0) * max(along, 0.0) / whole if whole > 0 else 1.0


def _leaders(found: str, cells: int) -> str:
    """The largest feature of each cell."""
    return _largest(f"({_placed(found, cells)}) AS placed")


def _largest(placed: str, unless: str = "false") -> str:
    """The largest of each cell, of equal ones the first; a hash of cells costs half of what sorting does."""
    return f"SELECT -(max(ARRAY[size, -fid]))[2]::bigint FROM {placed} WHERE NOT {unless} GROUP BY cell"


def _evenly(found: str, cells: int) -> str:
    """All features where there is room for all, one a cell, else the largest of each cell."""
    room = f"(SELECT count(*) FROM placed) <= {cells**2}"
    few = f"SELECT fid FROM placed WHERE {room}"
    return f"WITH placed AS MATERIALIZED ({_placed(found, cells)}) {few} UNION ALL {_largest('placed', room)}"


def _placed(found: str, cells: int) -> str:
    """Features with their sizes and the cells that the middles of their boxes lie in."""
    column = f"floor(((ST_XMin(box) + ST_XMax(box)) / 2 - %(degrees_west)s::float8) * {cells} / {_WIDE})"
    row = f"floor(((ST_YMin(box) + ST_YMax(box)) / 2 - %(degrees_south)s::float8) * {cells} / {_HIGH})"
    size = "greatest(ST_XMax(box) - ST_XMin(box), ST_YMax(box) - ST_YMin(box))"
    boxes = f"SELECT fid, Box3D(geom) AS box {found} OFFSET 0"
    return f"SELECT fid, {row} * {2 * cells} + {column} AS cell, {size} AS size FROM ({boxes}) AS boxes"


def _visible(geometry: str, box: str, pixels: int) -> str:
    """The geometry; of lines and areas that would vanish, a dash or square of a pixel in the middle of their box."""
    ends = {axis: (f"ST_{axis}Min({box})", f"ST_{axis}Max({box})") for axis in "XY"}
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
