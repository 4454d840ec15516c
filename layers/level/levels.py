"""The generalised levels of a vector version, built once when it is published, so that a tile's cost is bounded.

Kinds of level, all with a column ``geom`` in EPSG:3857 (``layers.level.plan`` decides which zooms get which):

``features``  the features themselves, simplified together; ``exact`` says that rounding to the tile's units is enough.
``tiles``     areas or lines dissolved by class and cut per tile of the default grid (``tile_zoom``, …).
``points``    points thinned; ``zoom`` is the first that shows them.
``pieces``    large features cut along the tiles, for the zooms of ``features`` and of the feature table, both of which
              leave them out then: ``mercator`` is emptied for them.
``labels``    one point per area for its name, with ``zoom`` as for points.
``pictures``, ``classes``  what ``tiles`` are renewed from after an edit (``layers.level.pictures``); no tile reads
them.

Everything happens in the session's transaction; the caller commits.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from sqlalchemy.orm import Session

from layers.copying import copy_rows
from layers.layer import Column, Level
from layers.level.blocks import LevelBlocks
from layers.level.density import FINEST, attribute_bytes
from layers.level.pieces import MOST_DETAILED, PieceTable
from layers.level.plan import ZoomBand, pixel, plan_bands
from layers.level.spool import Spool, spooled
from layers.level.tables import LevelTables, column_sql
from layers.level.thinning import first_zooms, label_zooms
from layers.level.tiles import TileTable
from layers.overlapped import Behind
from layers.style.hints import style_columns
from layers.tables import Statement, analyse, quote, quote_column, run

Progress = Callable[[str, float], None]

POINT_CELLS = 64
LABEL_CELLS = 8
LABEL_PIXELS = 24.0
WIDE_ZOOM = 11
"""Areas named from this zoom on or before are wide on the map, and their names are placed with care."""
ROWS = 50_000


def build_levels(
    session: Session,
    table: str,
    columns: Sequence[Column],
    style: Mapping[str, Any],
    progress: Progress | None = None,
    *,
    spool: Spool | None = None,
    meanwhile: Callable[[], object] = lambda: None,
) -> tuple[Level, ...]:
    """Build the levels of a filled feature table; () when it is small enough to serve itself.

    ``style`` are the layer's hints: the columns they name are kept at every scale, areas and lines are dissolved by
    ``class``, points thinned by ``rank``, areas named by ``label``. ``progress`` hears what is done and the share done.
    ``spool`` has the table's shapes, with ``class_column``. ``meanwhile`` is what else the session has to do for the
    table, its indexes: it is done in another thread while the shapes are worked on.
    """
    tell = progress or (lambda what, share: None)
    tell("counting", 0.0)
    shapes = spool or spooled(session, table, class_column(columns, style))
    with Behind() as behind:
        drawn = [column for column in columns if column.name in style_columns(style, [c.name for c in columns])]
        density = shapes.density()
        bands = plan_bands(density, attribute_bytes(session, table, columns), attribute_bytes(session, table, drawn))
        behind.do(meanwhile)
        pieces = PieceTable(session, table)
        levels: list[Level] = []
        if bands and bands[-1].method == "thin":
            behind.wait()
            levels += _thin(session, table, drawn, style, bands)
            bands = [band for band in bands if band.method != "thin"]
        if bands:
            levels += _simplify(LevelTables(session, table, bands, shapes), columns, drawn, bands, pieces, behind, tell)
        behind.wait()
    if density.dimension == 2 and style.get("label") in [column.name for column in columns]:
        levels.append(_label(session, table, drawn))
    pieces.add_features(1 + max((level.max_zoom for level in levels if level.kind != "labels"), default=-1))
    if cut := pieces.finish():
        levels.append(cut)
    tell("levels ready", 1.0)
    return tuple(sorted(levels, key=lambda level: level.min_zoom))


def class_column(columns: Sequence[Column], style: Mapping[str, Any]) -> Column | None:
    """The column whose values are the classes of a layer."""
    kept = style_columns(style, [column.name for column in columns])
    return next((column for column in columns if column.name == style.get("class") and column.name in kept), None)


def _simplify(
    tables: LevelTables,
    columns: Sequence[Column],
    drawn: Sequence[Column],
    bands: Sequence[ZoomBand],
    pieces: PieceTable,
    behind: Behind,
    tell: Progress,
) -> list[Level]:
    """Read the layer block by block, simplify each block for every band, then finish the bands' tables."""
    blocks = LevelBlocks(tables, bands, pieces, behind)
    blocks.draw(lambda share: tell("simplifying", 0.8 * share))
    levels = []
    for band in tables.features:
        kept = columns if band.all_columns else drawn
        levels.append(tables.level(band, kept))
        behind.do(tables.finish, band, kept)
    if blocks.parts:
        tell("dissolving", 0.85)
        tiles = TileTable(tables, blocks.parts)
        tiles.make()
        behind.do(tiles.finish)
        levels += tiles.levels
    return levels


def _thin(
    session: Session, table: str, drawn: Sequence[Column], style: Mapping[str, Any], bands: Sequence[ZoomBand]
) -> list[Level]:
    """Thin points by ``rank``: one table for all zooms that cannot show every point."""
    last = bands[0].max_zoom
    rank = next((column for column in drawn if column.name == style.get("rank")), None)
    numeric = rank is not None and rank.type in ("integer", "bigint", "float")
    weight = f"{quote_column(rank.name)}::float8" if rank is not None and numeric else "'NaN'::float8"
    rows = _numbers(
        session,
        f"SELECT fid, ST_X(geom), ST_Y(geom), weight FROM (SELECT fid::float8, ST_Centroid(mercator) AS geom, "
        f"{weight} AS weight FROM {quote(table)} WHERE NOT ST_IsEmpty(mercator)) AS points",
    )
    zooms = first_zooms(rows[:, 1], rows[:, 2], rows[:, 3], last + 1, POINT_CELLS)
    shown = zooms <= last
    name = _ranked_table(session, table, "points", drawn, rows[shown, 0], zooms[shown], "f.mercator", last)
    return [Level(name, 0, last, tuple(column.name for column in drawn), pixel(last) * 512 / POINT_CELLS, "points")]


def _label(session: Session, table: str, drawn: Sequence[Column]) -> Level:
    """Give every area the point its name stands on and the zoom it is named from.

    The name of an area that is wide on the map stands where the most room is around it, not where one row of pixels
    happens to be longest. How many are wide depends on the ground, not on how many areas there are.
    """
    rows = _numbers(
        session,
        "SELECT fid::float8, (ST_XMin(g) + ST_XMax(g)) / 2, (ST_YMin(g) + ST_YMax(g)) / 2, "
        "greatest(ST_XMax(g) - ST_XMin(g), ST_YMax(g) - ST_YMin(g)) FROM "
        f"(SELECT fid, mercator AS g FROM {quote(table)} WHERE ST_Dimension(mercator) = 2) AS areas",
    )
    zooms = label_zooms(rows[:, 1], rows[:, 2], rows[:, 3], FINEST + 1, LABEL_CELLS, LABEL_PIXELS)
    place = (
        f"CASE WHEN r.zoom <= {WIDE_ZOOM} AND ST_Area(f.mercator) > 0 "
        "THEN (ST_MaximumInscribedCircle(f.mercator)).center ELSE ST_PointOnSurface(f.mercator) END"
    )
    name = _ranked_table(session, table, "labels", drawn, rows[:, 0], zooms, place, FINEST)
    return Level(name, 0, MOST_DETAILED, tuple(column.name for column in drawn), 0.0, "labels")


def _numbers(session: Session, text: str) -> "np.ndarray[Any, np.dtype[np.float64]]":
    """Read rows of four numbers through a cursor in the server: as objects they would weigh ten times as much."""
    driver: Any = session.connection().connection.driver_connection
    with driver.cursor(name="numbers", binary=True) as cursor:
        cursor.execute(text)
        blocks = [np.zeros((0, 4))]
        while rows := cursor.fetchmany(ROWS):
            blocks.append(np.array(rows, np.float64))
    return np.concatenate(blocks)


def _ranked_table(
    session: Session,
    table: str,
    kind: str,
    columns: Sequence[Column],
    fids: "np.ndarray[Any, Any]",
    zooms: "np.ndarray[Any, Any]",
    shape: str,
    last: int,
) -> str:
    """Make a table of points with their first zoom, and one small index for each zoom's points."""
    name = f"{table}_{kind}"
    names = "".join(f", {column_sql(column, 'f.')}" for column in columns)
    ranks = quote_column(f"{name.rpartition('.')[2]}_ranks")
    run(session, Statement(f"CREATE TEMPORARY TABLE {ranks} (fid bigint, zoom smallint)"))
    copy_rows(session, f"{ranks} (fid, zoom)", [(">i8", fids.astype(np.int64)), (">i2", zooms)])
    run(
        session,
        Statement(
            f"CREATE TABLE {quote(name)} AS SELECT f.fid{names}, r.zoom, true AS exact, "
            f"({shape})::geometry(Geometry, 3857) AS geom FROM {quote(table)} AS f JOIN {ranks} AS r USING (fid) "
            "ORDER BY r.zoom, geom"
        ),
    )
    run(session, Statement(f"DROP TABLE {ranks}"))
    for zoom in range(last):
        run(session, Statement(f"CREATE INDEX ON {quote(name)} USING gist (geom) WHERE zoom <= {zoom}"))
    run(session, Statement(f"CREATE INDEX ON {quote(name)} USING gist (geom)"))
    analyse(session, name)
    return name
