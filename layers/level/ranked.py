"""Tables of points with the zoom each is first shown at: points of a layer, and the places of its areas' names.

The points are read, thinned and written back in parts (``layers.level.thinning``); memory does not grow with them.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from sqlalchemy.orm import Session

from layers.copying import RowFile
from layers.layer import Column, Level
from layers.level.density import FINEST, Density
from layers.level.pieces import MOST_DETAILED
from layers.level.plan import pixel
from layers.level.tables import column_sql
from layers.level.thinning import FID, label_zooms, thinned
from layers.tables import Statement, analyse, quote, quote_column, run

POINT_CELLS = 64
LABEL_CELLS = 8
LABEL_PIXELS = 24.0
WIDE_ZOOM = 11
"""Areas named from this zoom on or before are wide on the map, and their names are placed with care."""
ROWS = 20_000


def thin_points(
    session: Session, table: str, drawn: Sequence[Column], by: str | None, density: Density, last: int
) -> Level:
    """Thin points by the column ``by``: one table for all zooms to ``last``, which cannot show every point."""
    rank = next((column for column in drawn if column.name == by), None)
    numeric = rank is not None and rank.type in ("integer", "bigint", "float")
    weight = f"{quote_column(rank.name)}::float8" if rank is not None and numeric else "'NaN'::float8"
    points = _numbers(
        session,
        f"SELECT fid, ST_X(geom), ST_Y(geom), weight FROM (SELECT fid::float8, ST_Centroid(mercator) AS geom, "
        f"{weight} AS weight FROM {quote(table)} WHERE NOT ST_IsEmpty(mercator)) AS points",
    )
    ranks = RowFile()
    for part, zooms in thinned(points, density, last + 1, POINT_CELLS):
        shown = zooms <= last
        _add(ranks, part[shown], zooms[shown])
    name = _ranked_table(session, table, "points", drawn, ranks, "f.mercator", last)
    return Level(name, 0, last, tuple(column.name for column in drawn), pixel(last) * 512 / POINT_CELLS, "points")


def label_areas(session: Session, table: str, drawn: Sequence[Column], density: Density) -> Level:
    """Give every area the point its name stands on and the zoom it is named from.

    The name of an area that is wide on the map stands where the most room is around it, not where one row of pixels
    happens to be longest. How many are wide depends on the ground, not on how many areas there are.
    """
    areas = _numbers(
        session,
        "SELECT fid::float8, (ST_XMin(g) + ST_XMax(g)) / 2, (ST_YMin(g) + ST_YMax(g)) / 2, "
        "greatest(ST_XMax(g) - ST_XMin(g), ST_YMax(g) - ST_YMin(g)) FROM "
        f"(SELECT fid, mercator AS g FROM {quote(table)} WHERE ST_Dimension(mercator) = 2) AS areas",
    )
    ranks = RowFile()
    for part, first in thinned(areas, density, FINEST + 1, LABEL_CELLS):
        _add(ranks, part, label_zooms(part, first, FINEST + 1, LABEL_PIXELS))
    place = (
        f"CASE WHEN r.zoom <= {WIDE_ZOOM} AND ST_Area(f.mercator) > 0 "
        "THEN (ST_MaximumInscribedCircle(f.mercator)).center ELSE ST_PointOnSurface(f.mercator) END"
    )
    name = _ranked_table(session, table, "labels", drawn, ranks, place, FINEST)
    return Level(name, 0, MOST_DETAILED, tuple(column.name for column in drawn), 0.0, "labels")


def _add(ranks: RowFile, points: npt.NDArray[np.float64], zooms: npt.NDArray[np.int64]) -> None:
    ranks.add([(">i8", points[:, FID].astype(np.int64)), (">i2", zooms)])


def _numbers(session: Session, text: str) -> Iterator[npt.NDArray[np.float64]]:
    """Read rows of four numbers through a cursor in the server, some at a time."""
    driver: Any = session.connection().connection.driver_connection
    with driver.cursor(name="numbers", binary=True) as cursor:
        cursor.execute(text)
        while rows := cursor.fetchmany(ROWS):
            yield np.array(rows, np.float64)


def _ranked_table(
    session: Session, table: str, kind: str, columns: Sequence[Column], ranks: RowFile, shape: str, last: int
) -> str:
    """Make a table of points with their first zoom, and one small index for each zoom's points."""
    name = f"{table}_{kind}"
    names = "".join(f", {column_sql(column, 'f.')}" for column in columns)
    temporary = quote_column(f"{name.rpartition('.')[2]}_ranks")
    run(session, Statement(f"CREATE TEMPORARY TABLE {temporary} (fid bigint, zoom smallint)"))
    ranks.copy(session, f"{temporary} (fid, zoom)")
    run(
        session,
        Statement(
            f"CREATE TABLE {quote(name)} AS SELECT f.fid{names}, r.zoom, true AS exact, "
            f"({shape})::geometry(Geometry, 3857) AS geom FROM {quote(table)} AS f JOIN {temporary} AS r USING (fid) "
            "ORDER BY r.zoom, geom"
        ),
    )
    run(session, Statement(f"DROP TABLE {temporary}"))
    for zoom in range(last):
        run(session, Statement(f"CREATE INDEX ON {quote(name)} USING gist (geom) WHERE zoom <= {zoom}"))
    run(session, Statement(f"CREATE INDEX ON {quote(name)} USING gist (geom)"))
    analyse(session, name)
    return name
