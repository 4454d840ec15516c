"""Areas and lines dissolved by class and cut per tile of the default grid, for zooms where features are too many.

A row is what one class covers in one tile, its buffer included, on the tile's own lattice: a tile of the default grid
is read by key and needs neither clipping nor validation. Other grids cut the rows of the tiles they overlap.

The features were read once (``layers.levelparts``). A tile is put together of the parts of its blocks; where cells take
over, of its picture, and the pictures of coarser zooms are made of four.
"""

from collections.abc import Iterator
from itertools import chain, islice
from typing import Any

import numpy as np
import shapely

from layers.cells import Classes, count_corners, halve
from layers.copying import RowFile
from layers.dissolving import BYTES_A_RING, BYTES_A_VERTEX, lightened, weight
from layers.generalise import SRID, exact_on_lattice
from layers.layer import Level
from layers.levelparts import KeptTile, TileParts
from layers.levelplan import TILE_BYTES, ZoomBand, pixel
from layers.leveltables import LevelTables
from layers.overlapped import overlapped
from layers.square import Square
from layers.tables import analyse, quote, quote_column
from layers.tilepictures import SIDE, cells_of, placed

Row = tuple[int, int, int, int, bool, bytes]
"""Zoom, column, row, number of the class, exact (see ``layers.generalise``), shape as EWKB."""

BATCH = 100
CELLS = (2, 3, 4, 6, 8)
"""Cell sides in pixels, tried until a tile is light enough."""


class TileTable:
    """The table of ready-cut tiles (one zoom a band), made of the parts of a layer."""

    def __init__(self, tables: LevelTables, parts: TileParts) -> None:
        self._tables, self._parts, self._rows = tables, parts, RowFile()
        bands = (*parts.dissolved, *parts.cells)
        kept = (tables.class_column.name,) if tables.class_column else ()
        finest = max(band.max_zoom for band in bands)
        self._name = f"{tables.table}_tiles"
        self.level = Level(self._name, min(band.min_zoom for band in bands), finest, kept, pixel(finest), "tiles")

    def make(self) -> None:
        """Put the tiles together; needs no connection."""
        parts = self._parts
        alone = parts.dissolved[:-1] if parts.cells else parts.dissolved
        made = [_dissolved(parts, band) for band in alone] + ([_Pictures(parts).rows()] if parts.cells else [])
        rows = chain.from_iterable(made)
        while batch := list(islice(rows, BATCH)):
            *keys, exact, bodies = zip(*batch, strict=True)
            self._rows.add([*((">i4", np.array(values)) for values in keys), ("?", np.array(exact))], bodies)

    def finish(self) -> None:
        """Write the table."""
        tables, name = self._tables, quote(self._name)
        column = f", {quote_column(tables.class_column.name)} {tables.class_type}" if tables.class_column else ""
        tables.run(
            f"CREATE TABLE {name} (tile_zoom smallint, tile_column int, tile_row int, exact boolean{column}, "
            "geom geometry(Geometry, 3857))"
        )
        # Read whole and at once, so decompressing would only cost.
        tables.run(f"ALTER TABLE {name} ALTER geom SET STORAGE EXTERNAL")
        temporary = quote_column(self._name.rpartition(".")[2])
        tables.run(
            f"CREATE TEMPORARY TABLE {temporary} (tile_zoom int, tile_column int, tile_row int, number int, "
            "exact boolean, geom geometry(Geometry, 3857))"
        )
        self._rows.copy(tables.session, f"{temporary} (tile_zoom, tile_column, tile_row, number, exact, geom)")
        value = ", c.value::text::" + tables.class_type if tables.class_column else ""
        tables.run(
            f"INSERT INTO {name} SELECT tile_zoom, tile_column, tile_row, exact{value}, geom FROM {temporary} AS t "
            "LEFT JOIN unnest(%(numbers)s::int[], %(values)s::text[]) AS c (number, value) USING (number) "
            "ORDER BY tile_zoom, tile_column, tile_row, number",
            {"numbers": list(tables.numbers.values()), "values": list(tables.numbers)},
        )
        tables.run(f"DROP TABLE {temporary}")
        tables.run(f"CREATE INDEX ON {name} (tile_zoom, tile_column, tile_row)")
        analyse(tables.session, self._name)


def _dissolved(parts: TileParts, band: ZoomBand) -> Iterator[Row]:
    def work(tile: KeptTile) -> list[Row]:
        return list(_dissolved_rows(tile, tile.picture()))

    return chain.from_iterable(overlapped(work, parts.read(band)))


def _dissolved_rows(tile: KeptTile, image: Classes) -> Iterator[Row]:
    """Rows of a tile: its dissolved classes; cells where those are too heavy, pixels where they overlap too much."""
    if tile.painted:
        yield from _cells_rows(tile.square, image, (1, *CELLS))
        return
    merged = tile.merged()
    if weight(merged.values()) <= TILE_BYTES:
        yield from _rows(tile.square, merged)
    elif tile.dimension == 2:
        yield from _cells_rows(tile.square, image)
    else:
        yield from _rows(tile.square, lightened(merged))


class _Pictures:
    """Rows for all zooms of cells and for the dissolved zoom before them, whose tiles are painted."""

    def __init__(self, parts: TileParts) -> None:
        self.base = parts.made_of[-1]
        self.finest, self.coarsest = parts.cells[0].max_zoom, parts.cells[-1].min_zoom
        self.painted = overlapped(self._paint, parts.read(self.base))
        self.next: tuple[Square, list[Row], Classes] | None = next(self.painted, None)

    def rows(self) -> Iterator[Row]:
        """Make them tile by tile, each after those below it."""
        for made in self._below(Square(0, 0, 0)):
            if isinstance(made, tuple):
                yield made

    def _paint(self, tile: KeptTile) -> tuple[Square, list[Row], Classes]:
        image = tile.picture()
        rows = list(_dissolved_rows(tile, image)) if self.base.method == "dissolve" else []
        return tile.square, rows, image

    def _below(self, square: Square) -> Iterator[Row | Classes]:
        """Yield the rows of a tile and of all below it, and last its picture; nothing of a tile without any."""
        if self.next is None or not self.next[0].quadkey.startswith(square.quadkey):
            return
        if square.zoom == self.base.max_zoom:
            _, rows, image = self.next
            yield from rows
            self.next = next(self.painted, None)
        else:
            image = np.zeros((SIDE, SIDE), np.uint16)
            for place, child in enumerate(square.children):
                top, left = place // 2 * SIDE // 2, place % 2 * SIDE // 2
                for made in self._below(child):
                    if isinstance(made, tuple):
                        yield made
                    else:
                        image[top : top + SIDE // 2, left : left + SIDE // 2] = halve(made)
        if self.coarsest <= square.zoom <= self.finest:
            yield from _cells_rows(square, image)
        yield image


def _cells_rows(square: Square, image: Classes, sides: tuple[int, ...] = CELLS) -> Iterator[Row]:
    """One row per class from a tile's picture; the cells at its edge go on into the buffer."""
    if not image.any():
        return
    for cell in sides:
        cells = cells_of(image, cell)
        if cell < sides[-1] and BYTES_A_VERTEX * count_corners(cells) > TILE_BYTES:
            continue  # too heavy, whatever its rings add
        areas, numbers = placed(cells, cell, square)
        if BYTES_A_VERTEX * len(areas.ring) + BYTES_A_RING * len(areas.part) <= TILE_BYTES:
            break
    for number, body in zip(numbers.tolist(), areas.oriented().ewkb(SRID).tolist(), strict=True):
        yield square.zoom, square.column, square.row, number - 1, True, body


def _rows(square: Square, merged: dict[int, Any]) -> Iterator[Row]:
    if not merged:
        return
    shapes = np.array(list(merged.values()), dtype=object)
    good = exact_on_lattice(shapes, square.unit)
    bodies = shapely.to_wkb(shapely.set_srid(shapes, SRID), include_srid=True)
    for number, right, body in zip(merged, good.tolist(), bodies.tolist(), strict=True):
        yield square.zoom, square.column, square.row, number, right, body
