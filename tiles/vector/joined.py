"""Pieces of large features, which were cut for the tiles of the default grid, joined again for another grid's."""

from layers.crs.mercator import WORLD
from layers.layer import Level
from layers.tables import quote
from tiles.vector.shape_sql import own_part

MANY_HOLES = 50
"""Holes of a piece from which on those that its edge does not touch are left aside while it is joined to others."""


def joined_pieces(pieces: Level) -> str:
    """The SELECT of ``fid`` and shape (EPSG:3857) of what lies of each large feature about the tile.

    To join areas costs microseconds a vertex, of which a tile may hold a hundred thousand, nearly all in holes. A hole
    that no edge of a piece touches is the same in the joined area: it is put back into the polygon that its piece
    became part of. Lines are only collected: joined they would be broken wherever they cross.
    """
    own = own_part("((key >> 25) & 33554431)", "(key & 33554431)", f"({WORLD!r} / power(2, z))")
    inside = " AND ".join(
        f"ST_{axis}Min(r.geom) > ST_{axis}Min(own) AND ST_{axis}Max(r.geom) < ST_{axis}Max(own)" for axis in "XY"
    )
    return (
        f"WITH cut AS (SELECT fid, own, ST_ClipByBox2D(geom, own) AS geom FROM (SELECT fid, geom, {own} AS own "
        f"FROM {quote(pieces.table)} WHERE key = ANY(%(keys)s::text::bigint[]) AND (leaf OR z = %(zoom)s)) AS near), "
        "parts AS MATERIALIZED (SELECT row_number() OVER () AS part, fid, own, d.geom, "
        f"coalesce(ST_NumInteriorRings(d.geom), 0) > {MANY_HOLES} AS holed FROM cut, ST_Dump(cut.geom) AS d), "
        "rings AS MATERIALIZED (SELECT part, fid, r.path[1] AS number, ST_ExteriorRing(r.geom) AS ring, "
        f"r.path[1] > 0 AND {inside} AS loose FROM parts, ST_DumpRings(parts.geom) AS r WHERE holed), "
        "filled AS MATERIALIZED (SELECT part, fid, ST_MakePolygon((array_agg(ring) FILTER (WHERE number = 0))[1], "
        "coalesce(array_agg(ring) FILTER (WHERE number > 0 AND NOT loose), ARRAY[]::geometry[])) AS geom "
        "FROM rings GROUP BY part, fid), "
        "whole AS (SELECT fid, coalesce(ST_Union(geom, %(side)s::float8 / 32768) FILTER (WHERE ST_Dimension(geom) = 2),"
        " ST_Collect(geom)) AS geom FROM (SELECT fid, geom FROM parts WHERE NOT holed "
        "UNION ALL SELECT fid, geom FROM filled) AS each GROUP BY fid), "
        "ones AS MATERIALIZED (SELECT row_number() OVER () AS one, fid, d.geom FROM whole, ST_Dump(whole.geom) AS d), "
        "put AS (SELECT o.one, array_agg(r.ring) AS holes FROM filled AS f JOIN ones AS o ON o.fid = f.fid "
        "AND o.geom && f.geom AND ST_Intersects(o.geom, ST_PointOnSurface(f.geom)) "
        "JOIN rings AS r ON r.part = f.part AND r.loose GROUP BY o.one) "
        "SELECT fid, ST_Collect(CASE WHEN holes IS NULL THEN geom ELSE ST_MakePolygon(ST_ExteriorRing(geom), ARRAY("
        "SELECT ST_ExteriorRing(r.geom) FROM ST_DumpRings(geom) AS r WHERE r.path[1] > 0) || holes) END) AS geom "
        "FROM ones LEFT JOIN put USING (one) GROUP BY fid"
    )
