"""Large features cut along the tiles of the default grid, so that a tile reads only what lies about it.

The quadtree of tiles is descended from the smallest scale, every part cut from its parent's part, and never joined
again: a tile finds each feature in one row, with its buffer, and no seam lies inside it. Rows exist for every tile of a
zoom down to a *leaf*, a part so small that all larger scales read it.
"""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely
from sqlalchemy.orm import Session

from layers.layer import Level
from layers.level.clipping import clip, mended
from layers.level.generalise import exact_on_lattice
from layers.level.plan import LARGE_FEATURE, pixel
from layers.level.square import Square
from layers.memory import give_back
from layers.tables import Statement, analyse, quote, run

Geometries = npt.NDArray[np.object_]
Numbers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
Row = tuple[int, int, int, bool, bool, bytes]
"""Key of the tile, zoom, fid, leaf, exact (see ``layers.level.generalise``), shape as EWKB."""

LEAF_VERTICES = 128
DEEPEST = 18
MOST_DETAILED = 24
BATCH = 500
VERTICES = 500_000
"""Vertices of features that are cut at once: a hundred bytes for each, and more where one must be made valid."""
SPARSE = 2
"""Pixels apart that points of one feature keep where a tile holds many of them."""


def tile_key(zoom: int, column: int, row: int) -> int:
    """One number for a tile of the default grid."""
    return zoom << 50 | column << 25 | row


def is_large(shapes: Geometries) -> Flags:
    """Which shapes are to be cut: those of one dimension and many vertices."""
    large: Flags = shapely.get_num_coordinates(shapes) > LARGE_FEATURE
    large &= shapely.get_type_id(shapes) != shapely.GeometryType.GEOMETRYCOLLECTION
    return large


class PieceTable:
    """The pieces of one feature table, made when there is the first."""

    def __init__(self, session: Session, table: str) -> None:
        self.session = session
        self.table = table
        self.name = f"{table}_pieces"
        self.made = False

    def add(self, fid: Numbers, shapes: Geometries, first: int, last: int, *, leaves: bool = False) -> None:
        """Cut shapes for the zooms ``first`` to ``last`` and keep the rows."""
        rows = cut(fid, shapes, first, last, leaves=leaves)
        del shapes  # a heavy one is not held as a whole beside its parts
        while batch := list(islice(rows, BATCH)):
            self._copy(batch)

    def add_features(self, first: int) -> None:
        """Cut the large features of the table itself, for zooms from ``first`` on, and empty their ``mercator``."""
        large = (
            f"FROM {quote(self.table)} WHERE ST_NPoints(mercator) > {LARGE_FEATURE} "
            "AND ST_GeometryType(mercator) <> 'ST_GeometryCollection'"
        )
        counted = run(self.session, Statement(f"SELECT fid, ST_NPoints(mercator) {large} ORDER BY fid"))
        for fids in _few_vertices([(int(fid), int(count)) for fid, count in counted]):
            self.add(*self._features(fids), first, DEEPEST, leaves=True)
            empty = f"UPDATE {quote(self.table)} SET mercator = NULL WHERE fid = ANY(%(fids)s)"
            run(self.session, Statement(empty, {"fids": fids}))
            give_back()

    def _features(self, fids: list[int]) -> tuple[Numbers, Geometries]:
        """Read shapes of the table."""
        driver: Any = self.session.connection().connection.driver_connection
        chosen = f"SELECT fid, ST_AsBinary(ST_Force2D(mercator)) FROM {quote(self.table)} WHERE fid = ANY(%s)"
        with driver.cursor(binary=True) as cursor:
            own, bodies = zip(*cursor.execute(chosen, [fids]), strict=True)
        return np.array(own, np.int64), np.array(shapely.from_wkb(bodies), dtype=object)

    def finish(self) -> Level | None:
        """Index the pieces and return their level; None when nothing was large."""
        if not self.made:
            return None
        run(self.session, Statement(f"CREATE INDEX ON {quote(self.name)} (key)"))
        analyse(self.session, self.name)
        return Level(self.name, 0, MOST_DETAILED, (), 0.0, "pieces")

    def _copy(self, rows: Iterable[Row]) -> None:
        if not self.made:
            columns = "key bigint, z smallint, fid bigint, leaf boolean, exact boolean, geom geometry(Geometry, 3857)"
            run(self.session, Statement(f"CREATE TABLE {quote(self.name)} ({columns})"))
            run(self.session, Statement(f"ALTER TABLE {quote(self.name)} ALTER geom SET STORAGE EXTERNAL"))
            self.made = True
        driver: Any = self.session.connection().connection.driver_connection
        target = f"COPY {quote(self.name)} (key, z, fid, leaf, exact, geom) FROM STDIN (FORMAT BINARY)"
        with driver.cursor() as cursor, cursor.copy(target) as copy:
            copy.set_types(("int8", "int2", "int8", "bool", "bool", "bytea"))
            for row in rows:
                copy.write_row(row)


def _few_vertices(counted: Iterable[tuple[int, int]]) -> Iterator[list[int]]:
    """Cut features, each with the number of its vertices, into parts of few enough; one alone may have more."""
    part: list[int] = []
    held = 0
    for fid, vertices in counted:
        if part and held + vertices > VERTICES:
            yield part
            part, held = [], 0
        part.append(fid)
        held += vertices
    if part:
        yield part


def cut(fid: Numbers, shapes: Geometries, first: int, last: int, *, leaves: bool) -> Iterator[Row]:
    """Cut shapes (EPSG:3857, one dimension each) for the tiles of zooms ``first`` to ``last``.

    With ``leaves`` parts of few vertices are not cut further and what is left at ``last`` is a leaf too; without, every
    zoom has its rows. Of many points what is no leaf keeps one for every few pixels.
    """
    stack = [(Square(0, 0, 0), fid, mended(shapes))]
    del shapes
    while stack:
        square, fid, shapes = stack.pop()
        parts = clip(shapes, square.box) if square.zoom else shapes
        kept = ~shapely.is_missing(parts) & ~shapely.is_empty(parts)
        fid, parts = fid[kept], parts[kept]
        if not len(fid):
            continue
        small = shapely.get_num_coordinates(parts) <= LEAF_VERTICES
        leaf = (small | (square.zoom == last)) & leaves & (square.zoom >= first)
        if square.zoom >= first:
            yield from _rows(square, fid, np.where(leaf, parts, sparse(parts, SPARSE * pixel(square.zoom))), leaf)
        if square.zoom < last and not leaf.all():
            stack += [(child, fid[~leaf], parts[~leaf]) for child in square.children]


def sparse(shapes: Geometries, side: float) -> Geometries:
    """Of each multipoint the first point in every square of a side; other shapes as they are."""
    thinned = shapes.copy()
    for index in np.flatnonzero(shapely.get_type_id(shapes) == shapely.GeometryType.MULTIPOINT):
        places = shapely.get_coordinates(shapes[index])
        first = np.unique(np.floor(places / side).astype(np.int64), axis=0, return_index=True)[1]
        thinned[index] = shapely.multipoints(places[np.sort(first)])
    return thinned


def _rows(square: Square, fid: Numbers, parts: Geometries, leaf: Flags) -> Iterator[Row]:
    parts = shapely.orient_polygons(parts, exterior_cw=True)
    exact = exact_on_lattice(parts, square.unit)
    bodies = shapely.to_wkb(shapely.set_srid(parts, 3857), include_srid=True)
    key = tile_key(square.zoom, square.column, square.row)
    for number, end, good, body in zip(fid.tolist(), leaf.tolist(), exact.tolist(), bodies.tolist(), strict=True):
        yield key, square.zoom, number, end, good, body
