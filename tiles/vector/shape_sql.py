"""Shapes in SQL: brought to a tile's grid and clipped, in the tile's own coordinates or in the units of a picture.

The identity of WGS 84 and CGCS2000 is written out (``ST_SetSRID``), so PROJ is never left to choose. Values are bound
by name; what is written into a text is a number of ours or another text of this module.
"""

from functools import lru_cache

from layers.crs.mercator import MERCATOR_SRID, WORLD
from layers.level.plan import pixel
from tiles.grid import Grid
from tiles.vector.mvt import EXTENT
from tiles.vector.place import BUFFER, VectorTile

SPECKS = 12
"""The last zoom at which features below a pixel, some 16 m of ground here, are drawn as large as one."""
MANY_RINGS = 1_000
"""Rings of one shape that are not made valid together."""


def cut_about(geometry: str, srid: int) -> str:
    """What of a geometry in degrees lies about the tile: bringing 20 000 vertices to another CRS takes 6 ms.

    It is cut so far out that the cut, which is straight in degrees, bends into no tile.
    """
    box = f"ST_MakeEnvelope({side_names('about_')}, {int(srid)})"
    return f"CASE WHEN {geometry} @ {box} THEN {geometry} ELSE ST_ClipByBox2D({geometry}, {box}::box2d) END"


def own_part(column: str, row: str, side: str = "%(side)s::float8") -> str:
    """What of a tile of the default grid, without its buffer, is in reach of the tile asked for, from the SQL of its
    column, row and side: to bring all of it to another grid takes several times as long."""
    half = f"{WORLD / 2!r}"
    west, north = f"{column} * {side} - {half}", f"{half} - {row} * {side}"
    low = f"greatest({west}, %(reach_west)s), greatest({north} - {side}, %(reach_south)s)"
    high = f"least({west} + {side}, %(reach_east)s), least({north}, %(reach_north)s)"
    return f"ST_MakeEnvelope({low}, {high}, {MERCATOR_SRID})"


def tile_shape(geometry: str, asked: VectorTile, *, buffer: int = BUFFER) -> str:
    """The geometry clipped, in tile coordinates. ST_AsMVT leaves nulls out itself: a WHERE would compute it twice."""
    return clipped(_placed(geometry, asked), asked, buffer)


def visible(geometry: str, asked: VectorTile, *, degrees: bool = False) -> str:
    """The geometry, of EPSG:3857 or in degrees; of a line or area below a pixel, which would be rounded away, a dash or
    square of one where it lies, as levels draw it.

    Pictures are painted from what is there: a square would reach into a map beside which there is nothing.
    """
    if asked.zoom > SPECKS or asked.plane is not None:
        return geometry
    half, high = pixel(asked.zoom) / 2, "1"
    middle = f"ST_Centroid(ST_Envelope({geometry}))"
    if degrees:
        half, high = half / WORLD * 360, f"cosd(ST_Y({middle}))"
    small = " AND ".join(f"ST_{axis}Max({geometry}) - ST_{axis}Min({geometry}) < {2 * half!r}" for axis in "XY")
    ends = ", ".join(f"ST_Translate({middle}, {side}{half!r}, 0)" for side in "-+")
    return (
        f"CASE WHEN {small} AND ST_Dimension({geometry}) = 2 THEN ST_Expand({middle}, {half!r}, {half!r} * {high}) "
        f"WHEN {small} AND ST_Dimension({geometry}) = 1 THEN ST_MakeLine({ends}) ELSE {geometry} END"
    )


def fits(exact: str, geometry: str) -> str:
    """Whether rounding is enough for a shape that was cut for its tile: see ``holed_shape`` for those of many rings."""
    return f"({exact} OR ST_NRings({geometry}) > {MANY_RINGS})"


def joined_shape(geometry: str, asked: VectorTile) -> str:
    """As ``tile_shape`` of parts that meet: in a picture no line may be drawn between them, so they are made one."""
    if asked.plane is None:
        return tile_shape(geometry, asked)
    whole = f"ST_AsMVTGeom({_placed(geometry, asked)}, {_tile_box(asked)}, %(joined_units)s::int, 0, true)"
    return f"ST_AsBinary(ST_Affine({whole}, %(joined_x)s, 0, 0, %(joined_y)s, %(joined_dx)s, %(joined_dy)s))"


def _placed(geometry: str, asked: VectorTile) -> str:
    return geometry if asked.plain else _to_grid(geometry, asked.grid)


def clipped(placed: str, asked: VectorTile, buffer: int) -> str:
    """A geometry of the grid's CRS clipped: valid, in tile coordinates; or as WKB in the whole units of a picture.

    A picture needs no valid shapes, which cost most of ``ST_AsMVTGeom``.
    """
    if asked.plane is None:
        return f"ST_AsMVTGeom({placed}, {_tile_box(asked)}, {EXTENT}, {buffer}, true)"
    cut = f"ST_ClipByBox2D({placed}, {_tile_box(asked)})"
    return f"ST_AsBinary(ST_SnapToGrid(ST_TransScale({cut}, %(plane_x)s, %(plane_y)s, %(across)s, %(along)s), 1))"


def holed_shape(geometry: str, asked: VectorTile) -> str:
    """As ``tile_shape``, of what may have many holes: to find out whether thousands of them stay apart when they are
    rounded takes seconds, and none of them moves by more than half a unit."""
    if asked.plane is not None:
        return tile_shape(geometry, asked)
    wide, high = "(%(east)s::float8 - %(west)s::float8)", "(%(north)s::float8 - %(south)s::float8)"
    across, along = f"{wide} * {BUFFER / EXTENT!r}", f"{high} * {BUFFER / EXTENT!r}"
    sides = f"%(west)s - {across}, %(south)s - {along}, %(east)s + {across}, %(north)s + {along}"
    placed = _placed(geometry, asked)
    cut = f"ST_ForcePolygonCW(ST_ClipByBox2D({placed}, ST_MakeEnvelope({sides}, {int(asked.grid.srid)})::box2d))"
    scale = f"-%(west)s::float8, -%(north)s::float8, {EXTENT} / {wide}, -{EXTENT} / {high}"
    quick = f"ST_SnapToGrid(ST_TransScale({cut}, {scale}), 1)"
    return f"CASE WHEN ST_NRings({geometry}) > {MANY_RINGS} THEN {quick} ELSE {tile_shape(geometry, asked)} END"


def _tile_box(asked: VectorTile) -> str:
    # A SELECT of its own is evaluated once, and not for every shape.
    return f"(SELECT ST_MakeEnvelope({side_names('')}, {int(asked.grid.srid)})::box2d)"


def quick_shape(geometry: str, asked: VectorTile, condition: str) -> str:
    """The geometry moved to tile coordinates and rounded where ``condition`` says that this is enough."""
    moved = (
        f"ST_SnapToGrid(ST_Affine({geometry}, %(scale)s, 0, 0, 0, -%(scale)s::float8, 0, 0, 0, 1, "
        "%(offset_x)s, %(offset_y)s, 0), 1)"
    )
    return f"CASE WHEN {condition} THEN {moved} ELSE {tile_shape(geometry, asked)} END"


def _to_grid(geometry: str, grid: Grid) -> str:
    """Bring a geometry from EPSG:3857 to the grid's CRS, by degrees that are WGS 84's and the grid's datum's alike."""
    if grid.srid == MERCATOR_SRID:
        return geometry
    return _from_degrees(f"ST_Transform({geometry}, 4326)", grid)


def from_storage(geometry: str, srid: int, asked: VectorTile) -> str:
    """Bring a stored geometry (degrees, ``srid``) to the grid's CRS; nothing is computed where degrees stay degrees."""
    return geometry if srid == asked.grid.srid else _from_degrees(geometry, asked.grid)


def _from_degrees(geometry: str, grid: Grid) -> str:
    if grid.crs.is_geographic:
        return f"ST_SetSRID({geometry}, {int(grid.srid)})"
    return f"ST_Transform(ST_SetSRID({geometry}, {_datum_code(grid)}), {int(grid.srid)})"


@lru_cache(maxsize=64)
def _datum_code(grid: Grid) -> int:
    """EPSG code of the degrees that a projected grid is computed from."""
    base = grid.crs.geodetic_crs
    return int((base.to_epsg(min_confidence=70) if base else None) or 4326)


def side_names(prefix: str) -> str:
    """The placeholders of a box's sides."""
    return ", ".join(f"%({prefix}{side})s" for side in ("west", "south", "east", "north"))


def _envelope(prefix: str) -> str:
    return f"ST_MakeEnvelope({side_names(prefix)}, {MERCATOR_SRID})"


OWN, REACH, NEARBY = _envelope("own_"), _envelope("reach_"), _envelope("near_")
"""The tile's box, with its buffer, and with what need not be clipped, in EPSG:3857."""
