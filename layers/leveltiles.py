"""Areas and lines dissolved by class and cut per tile of the default grid, for zooms where features are too many.

A row is what one class covers in one tile, its buffer included, on the tile's own lattice: a tile of the default grid
is read by key and needs neither clipping nor validation. Other grids cut the rows of the tiles they overlap.

The features were read once (``layers.levelparts``). A tile is put together of the parts of its blocks; where cells take
over, its picture is painted of the dissolved classes, and those of coarser zooms are made of four pictures.
"""

from collections.abc import Iterator
from itertools import chain, islice
from typing import Any

import numpy as np
import shapely

from layers.cells import Classes, halve
from layers.copying import copy_rows
from layers.dissolving import lightened, weight
from layers.generalise import exact_on_lattice
from layers.layer import Level
from layers.levelparts import TileParts
from layers.levelplan import TILE_BYTES, ZoomBand, pixel
from layers.leveltables import LevelTables
from layers.square import Square
from layers.tables import quote, quote_column
from layers.tilepictures import SIDE, cells_of, picture_of

Row = tuple[int, int, int, int, bool, bytes]
"""Zoom, column, row, number of the class, exact (see ``layers.generalise``), shape as EWKB."""

BATCH = 500
CELLS = (2, 3, 4, 6, 8)
"""Cell sides in pixels, tried until a tile is light enough."""


def build_tiles(parts: TileParts) -> Level:
    """Fill the table of ready-cut tiles (one zoom a band) and return its level."""
    tables, bands = parts.tables, (*parts.dissolved, *parts.cells)
    name = f"{tables.table}_tiles"
    classes = tables.class_column
    column = f", {quote_column(classes.name)} {tables.class_type}" if classes else ""
    tables.run(
        f"CREATE TABLE {quote(name)} (tile_zoom smallint, tile_column int, tile_row int, exact boolean{column}, "
        "geom geometry(Geometry, 3857))"
    )
    # Read whole and at once, so decompressing would only cost.
    tables.run(f"ALTER TABLE {quote(name)} ALTER geom SET STORAGE EXTERNAL")
    temporary = quote_column(f"{tables.table.rpartition('.')[2]}_tiles")
    tables.run(
        f"CREATE TEMPORARY TABLE {temporary} (tile_zoom int, tile_column int, tile_row int, number int, exact boolean, "
        "geom geometry(Geometry, 3857))"
    )
    parts.index()
    alone = parts.dissolved[:-1] if parts.cells else parts.dissolved
    made = [_dissolved(parts, band) for band in alone] + ([_Pictures(parts).rows()] if parts.cells else [])
    rows = chain.from_iterable(made)
    while batch := list(islice(rows, BATCH)):  # what makes the rows reads from the same connection
        *keys, exact, bodies = zip(*batch, strict=True)
        fixed = [*((">i4", np.array(values)) for values in keys), ("?", np.array(exact))]
        copy_rows(tables.session, f"{temporary} (tile_zoom, tile_column, tile_row, number, exact, geom)", fixed, bodies)
    tables.run(f"DROP TABLE {parts.table}")
    _finish(tables, name, temporary)
    kept = (classes.name,) if classes else ()
    finest = max(band.max_zoom for band in bands)
    return Level(name, min(band.min_zoom for band in bands), finest, kept, pixel(finest), "tiles")


def _finish(tables: LevelTables, name: str, temporary: str) -> None:
    value = ", c.value::text::" + tables.class_type if tables.class_column else ""
    tables.run(
        f"INSERT INTO {quote(name)} SELECT tile_zoom, tile_column, tile_row, exact{value}, geom FROM {temporary} AS t "
        "LEFT JOIN unnest(%(numbers)s::int[], %(values)s::text[]) AS c (number, value) USING (number) "
        "ORDER BY tile_zoom, tile_column, tile_row, number",
        {"numbers": list(tables.numbers.values()), "values": list(tables.numbers)},
    )
    tables.run(f"DROP TABLE {temporary}")
    tables.run(f"CREATE INDEX ON {quote(name)} (tile_zoom, tile_column, tile_row)")
    tables.run(f"ANALYZE {quote(name)}")


def _dissolved(parts: TileParts, band: ZoomBand) -> Iterator[Row]:
    for column, row in parts.tiles(band):
        square = Square(band.max_zoom, column, row)
        yield from _dissolved_rows(parts, square, parts.merged(square))


def _dissolved_rows(parts: TileParts, square: Square, merged: dict[int, Any]) -> Iterator[Row]:
    """Rows of a tile: its dissolved classes, or cells where they are too heavy."""
    if weight(merged.values()) <= TILE_BYTES:
        yield from _rows(square, merged)
    elif parts.dimension == 2:
        yield from _cells_rows(square, picture_of(merged, square))
    else:
        yield from _rows(square, lightened(merged))


class _Pictures:
    """Rows for all zooms of cells and for the dissolved zoom before them, whose tiles are painted."""

    def __init__(self, parts: TileParts) -> None:
        self.parts, self.base = parts, parts.made_of[-1]
        self.finest, self.coarsest = parts.cells[0].max_zoom, parts.cells[-1].min_zoom

    def rows(self) -> Iterator[Row]:
        """Make them tile by tile, each after those below it."""
        for made in self._below(set(self.parts.tiles(self.base)), Square(0, 0, 0)):
            if isinstance(made, tuple):
                yield made

    def _below(self, tiles: set[tuple[int, int]], square: Square) -> Iterator[Row | Classes]:
        """Yield the rows of a tile and of all ``tiles`` of the base below it, and last its picture."""
        if square.zoom == self.base.max_zoom:
            merged = self.parts.merged(square)
            if self.base.method == "dissolve":
                yield from _dissolved_rows(self.parts, square, merged)
            image = picture_of(merged, square)
        else:
            image = np.zeros((SIDE, SIDE), np.uint16)
            for place, child in enumerate(square.children):
                top, left = place // 2 * SIDE // 2, place % 2 * SIDE // 2
                for made in self._child(tiles, child):
                    if isinstance(made, tuple):
                        yield made
                    else:
                        image[top : top + SIDE // 2, left : left + SIDE // 2] = halve(made)
        if self.coarsest <= square.zoom <= self.finest:
            yield from _cells_rows(square, image)
        yield image

    def _child(self, tiles: set[tuple[int, int]], child: Square) -> Iterator[Row | Classes]:
        step = self.base.max_zoom - child.zoom
        below = {tile for tile in tiles if (tile[0] >> step, tile[1] >> step) == (child.column, child.row)}
        if below:
            yield from self._below(below, child)


def _cells_rows(square: Square, image: Classes) -> Iterator[Row]:
    """One row per class from a tile's picture; the cells at its edge go on into the buffer."""
    if not image.any():
        return
    for cell in CELLS:
        merged = {number - 1: shape for number, shape in cells_of(image, cell, square).items()}
        if weight(merged.values()) <= TILE_BYTES:
            break
    oriented = {number: shapely.orient_polygons(shape, exterior_cw=True) for number, shape in merged.items()}
    yield from _rows(square, oriented)


def _rows(square: Square, merged: dict[int, Any]) -> Iterator[Row]:
    if not merged:
        return
    shapes = np.array(list(merged.values()), dtype=object)
    exact = exact_on_lattice(shapes, square.unit)
    bodies = shapely.to_wkb(shapely.set_srid(shapes, 3857), include_srid=True)
    for number, good, body in zip(merged, exact.tolist(), bodies.tolist(), strict=True):
        yield square.zoom, square.column, square.row, number, good, body
