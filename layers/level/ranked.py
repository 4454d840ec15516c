"""Tables with the zoom each row is first shown at: points of a layer, what lies among lines or areas and is neither,
and the places of areas' names.

They are read, thinned and written back in parts (``layers.level.thinning``); memory does not grow with them.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from sqlalchemy.orm import Session

from layers.copying import RowFile
from layers.layer import Column, Level
from layers.level.crowds import CROWDED, Crowds
from layers.level.density import FINEST, Density
from layers.level.pieces import MOST_DETAILED
from layers.level.plan import TILE_BYTES, pixel
from layers.level.tables import column_sql
from layers.level.thinning import FID, first_zooms, label_zooms, shared_zooms, thinned
from layers.tables import Statement, analyse, quote, quote_column, run

POINT_CELLS = 64
LABEL_CELLS = 8
LABEL_PIXELS = 24.0
CROWDED_CELLS = 64
"""Cells of a tile with one name each where areas lie over each other, less apart than names of any two beside them."""
WIDE_ZOOM = 11
"""Areas named from this zoom on or before are wide on the map, and their names are placed with care."""
ROWS = 20_000
_SIZE = "greatest(ST_XMax(mercator) - ST_XMin(mercator), ST_YMax(mercator) - ST_YMin(mercator))"


def thin_points(
    session: Session, table: str, drawn: Sequence[Column], by: str | None, density: Density, last: int, each: float
) -> list[Level]:
    """Thin points by the column ``by``: one table for all zooms to ``last``, which cannot show every point.

    Where a tile of larger scale cannot either, at ``each`` bytes a point (as where all flats of a tower stand on one
    place), another table says which. Of lines and areas among the points the longest come first.
    """
    rank = next((column for column in drawn if column.name == by), None)
    numeric = rank is not None and rank.type in ("integer", "bigint", "float")
    weight = f"{quote_column(rank.name)}::float8" if rank is not None and numeric else "'NaN'::float8"
    points = numbers(
        session,
        f"SELECT fid, ST_X(geom), ST_Y(geom), weight FROM (SELECT fid::float8, ST_Centroid(mercator) AS geom, "
        f"{_SIZE if density.mixed and not numeric else weight} AS weight FROM {quote(table)} "
        "WHERE NOT ST_IsEmpty(mercator)) AS points",
    )
    most = max(1, min(POINT_CELLS**2, int(TILE_BYTES / max(each, 1.0))))
    ranks, crowds = RowFile(), Crowds()
    for part, zooms in thinned(points, density, last + 1, POINT_CELLS):
        shown = zooms <= last
        _add(ranks, part[shown], zooms[shown])
        if last == FINEST:
            first = shared_zooms(part, CROWDED, POINT_CELLS, most)
            crowds.add(part, first, first)
    shape = _simplified(last) if density.mixed else "f.mercator"
    name = ranked_table(session, table, "points", drawn, ranks, shape, range(last + 1))
    detail = pixel(last) * 512 / POINT_CELLS
    levels = [Level(name, 0, last, tuple(column.name for column in drawn), detail, "points")]
    if crowds.last > FINEST:
        name = ranked_table(session, table, "crowds", (), crowds.ranks, "f.mercator", crowds.zooms, ("zoom", "whole"))
        levels.append(Level(name, CROWDED.start, crowds.last, (), 0.0, "crowds"))
    return levels


def thin_beside(session: Session, table: str, drawn: Sequence[Column], density: Density, last: int) -> Level:
    """Thin what is of another dimension than most of a layer whose classes are dissolved to the zoom ``last``: texts
    and areas of a drawing that is mostly lines, each kind by itself, the longest and widest first."""
    ranks = RowFile()
    for dimension in {0, 1, 2} - {density.dimension}:
        shapes = _boxes(session, table, f"NOT ST_IsEmpty(mercator) AND ST_Dimension(mercator) = {int(dimension)}")
        for part, zooms in thinned(shapes, density, last + 1, POINT_CELLS):
            shown = zooms <= last
            _add(ranks, part[shown], zooms[shown])
    name = ranked_table(session, table, "beside", drawn, ranks, _simplified(last), range(last + 1))
    return Level(name, 0, last, tuple(column.name for column in drawn), pixel(last) / 2, "beside")


def _simplified(zoom: int) -> str:
    return f"ST_Simplify(f.mercator, {pixel(zoom) / 2!r}, true)"


def label_areas(
    session: Session, table: str, drawn: Sequence[Column], density: Density, *, crowded: bool = False
) -> Level:
    """Give every area the point its name stands on and the zoom it is named from.

    The name of an area that is wide on the map stands where the most room is around it, not where one row of pixels
    happens to be longest. How many are wide depends on the ground, not on how many areas there are;
    where areas are ``crowded``, lying over each other, a pixel or two has one name.
    """
    areas = _boxes(session, table, "ST_Dimension(mercator) = 2")
    ranks = RowFile()
    for part, first in thinned(areas, density, FINEST + 1, LABEL_CELLS):
        named = label_zooms(part, first, FINEST + 1, LABEL_PIXELS)
        if crowded:
            named = np.maximum(named, first_zooms(part, CROWDED.stop, CROWDED_CELLS))
        there = named < CROWDED.stop
        _add(ranks, part[there], named[there])
    place = (
        f"CASE WHEN r.zoom <= {WIDE_ZOOM} AND ST_Area(f.mercator) > 0 "
        "THEN (ST_MaximumInscribedCircle(f.mercator)).center ELSE ST_PointOnSurface(f.mercator) END"
    )
    name = ranked_table(session, table, "labels", drawn, ranks, place, range(CROWDED.stop if crowded else FINEST + 1))
    return Level(name, 0, MOST_DETAILED, tuple(column.name for column in drawn), 0.0, "labels")


def _boxes(session: Session, table: str, where: str) -> Iterator[npt.NDArray[np.float64]]:
    """Number, middle of the box and its longer side of the features that are of a kind."""
    middle = "(ST_XMin(mercator) + ST_XMax(mercator)) / 2, (ST_YMin(mercator) + ST_YMax(mercator)) / 2"
    return numbers(session, f"SELECT fid::float8, {middle}, {_SIZE} FROM {quote(table)} WHERE {where}")


def _add(ranks: RowFile, points: npt.NDArray[np.float64], zooms: npt.NDArray[np.int64]) -> None:
    ranks.add([(">i8", points[:, FID].astype(np.int64)), (">i2", zooms)])


def numbers(session: Session, text: str) -> Iterator[npt.NDArray[np.float64]]:
    """Read rows of four numbers through a cursor in the server, some at a time."""
    driver: Any = session.connection().connection.driver_connection
    with driver.cursor(name="numbers", binary=True) as cursor:
        cursor.execute(text)
        while rows := cursor.fetchmany(ROWS):
            yield np.array(rows, np.float64)


def ranked_table(
    session: Session, table: str, kind: str, columns: Sequence[Column], ranks: RowFile, shape: str, zooms: range,
    ranked: Sequence[str] = ("zoom",), *, by_number: bool = False,
) -> str:  # fmt: skip
    """Make a table of shapes with their first zoom, one of ``zooms``, and one small index for each zoom's.

    ``ranks`` are numbers of features and the zooms called ``ranked``. It is looked up ``by_number``, too.
    """
    name = f"{table}_{kind}"
    names = "".join(f", {column_sql(column, 'f.')}" for column in columns)
    temporary = quote_column(f"{name.rpartition('.')[2]}_ranks")
    types = ", ".join(f"{column} smallint" for column in ranked)
    run(session, Statement(f"CREATE TEMPORARY TABLE {temporary} (fid bigint, {types})"))
    ranks.copy(session, f"{temporary} (fid, {', '.join(ranked)})")
    kept = ", ".join(f"r.{column}" for column in ranked)
    run(
        session,
        Statement(
            f"CREATE TABLE {quote(name)} AS SELECT f.fid{names}, {kept}, true AS exact, "
            f"({shape})::geometry(Geometry, 3857) AS geom FROM {quote(table)} AS f JOIN {temporary} AS r USING (fid) "
            "ORDER BY r.zoom, geom"
        ),
    )
    run(session, Statement(f"DROP TABLE {temporary}"))
    for zoom in zooms[:-1]:
        run(session, Statement(f"CREATE INDEX ON {quote(name)} USING gist (geom) WHERE zoom <= {zoom}"))
    run(session, Statement(f"CREATE INDEX ON {quote(name)} USING gist (geom)"))
    if by_number:
        run(session, Statement(f"CREATE INDEX ON {quote(name)} (fid)"))
    analyse(session, name)
    return name
