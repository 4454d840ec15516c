"""Rows of dissolved classes, which were cut at publish for the tiles of the default grid."""

from layers.layer import Level
from layers.tables import quote, quote_column
from tiles.vector.place import VectorTile
from tiles.vector.rows import Rows
from tiles.vector.shape_sql import fits, joined_shape, own_part, quick_shape, tile_shape


def ready_rows(level: Level, asked: VectorTile, numbers: Level | None = None, *, areas: bool = False) -> Rows:
    """Rows, of ``areas`` or lines, cut for the tiles of the default grid; another grid joins what its tile overlaps,
    class by class.

    The commonest class lies lowest. An import writes rows in that order; where they were renewed since, ``numbers`` are
    the classes in it.
    """
    names = ", ".join(quote_column(name) for name in level.columns)
    first = f"{names}, " if names else ""
    if asked.plain:
        return Rows(
            f"SELECT {first}{quick_shape('geom', asked, fits('exact', 'geom'))} AS geom FROM {quote(level.table)} "
            "WHERE tile_zoom = %(zoom)s AND tile_column = %(first_column)s AND tile_row = %(first_row)s"
            f"{_commonest_first(level, numbers)}",
            fid=False,
        )
    by_class = f" GROUP BY {names}" if names else ""
    parts = (
        f"SELECT {first}tile_box, ST_ClipByBox2D(geom, tile_box) AS geom FROM (SELECT {first}geom, "
        f"{own_part('tile_column', 'tile_row')} AS tile_box FROM {quote(level.table)} "
        "WHERE tile_zoom = %(zoom)s AND tile_column BETWEEN %(first_column)s AND %(last_column)s "
        "AND tile_row BETWEEN %(first_row)s AND %(last_row)s) AS cut"
    )
    if areas:
        return Rows(_joined_areas(parts, first, by_class, asked), fid=False)
    joined = f"SELECT {first}ST_Collect(geom) AS geom FROM ({parts}) AS parts{by_class}"
    return Rows(f"SELECT {first}{joined_shape('geom', asked)} AS geom FROM ({joined}) AS joined", fid=False)


def _joined_areas(parts: str, first: str, by_class: str, asked: VectorTile) -> str:
    """Areas of each class as one shape, of which only those that were cut are made valid together: for all of them that
    takes most of the time of the tile."""
    within = " AND ".join(
        f"ST_{axis}Min(one.geom) > ST_{axis}Min(tile_box) AND ST_{axis}Max(one.geom) < ST_{axis}Max(tile_box)"
        for axis in "XY"
    )
    areas = f"SELECT {first}one.geom, {within} AS tile_inside FROM ({parts}) AS parts, ST_Dump(parts.geom) AS one"
    if asked.plane is not None:
        whole, cut = tile_shape("ST_Collect(geom)", asked), joined_shape("ST_Collect(geom)", asked)
        return (
            f"WITH areas AS ({areas}) SELECT {first}{whole} AS geom FROM areas WHERE tile_inside{by_class} UNION ALL "
            f"SELECT {first}{cut} AS geom FROM areas WHERE NOT tile_inside{by_class}"
        )
    return (
        f"WITH areas AS ({areas}) SELECT {first}ST_CollectionExtract(ST_Collect(geom), 3) AS geom FROM ("
        f"SELECT {first}{tile_shape('geom', asked)} AS geom FROM areas WHERE tile_inside UNION ALL "
        f"SELECT {first}{tile_shape('ST_Collect(geom)', asked)} AS geom FROM areas WHERE NOT tile_inside{by_class}"
        f") AS shapes{by_class}"
    )


def _commonest_first(level: Level, numbers: Level | None) -> str:
    if numbers is None or not level.columns:
        return ""
    value = f"{quote(level.table)}.{quote_column(level.columns[0])}::text"
    number = f"SELECT c.number FROM {quote(numbers.table)} AS c WHERE c.value = {value}"
    return f" ORDER BY ({number}) NULLS FIRST"
