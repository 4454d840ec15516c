"""Areas and lines dissolved by class and cut per tile of the default grid, for zooms where features are too many.

A row is what one class covers in one tile, its buffer included, on the tile's own lattice: a tile of the default grid
is read by key and needs neither clipping nor validation. Other grids cut the rows of the tiles they overlap.

The features were read once (``layers.level.parts``). A tile is put together of the parts of its blocks; where cells
take over, of its picture, and the pictures of coarser zooms are made of four.
"""

from collections.abc import Callable, Collection, Iterator
from itertools import chain
from typing import Any

import numpy as np
import shapely

from layers.layer import Level
from layers.level.cells import Classes, count_corners, halve
from layers.level.dissolving import BYTES_A_RING, BYTES_A_VERTEX, lightened, weight
from layers.level.generalise import SRID, exact_on_lattice
from layers.level.parts import KeptTile, TileParts
from layers.level.pictures import ClassNumbers, Picture, PictureFile, blank
from layers.level.plan import TILE_BYTES, ZoomBand, pixel
from layers.level.square import Square
from layers.level.tables import LevelTables
from layers.level.tile_pictures import SIDE, cells_of, placed
from layers.level.tile_rows import Row, TileRows
from layers.overlapped import overlapped

CELLS = (2, 3, 4, 6, 8)
"""Cell sides in pixels, tried until a tile is light enough."""
PIXELS = (1, *CELLS)
HEAVY_BYTES = 4 << 20
"""Bytes of a tile's parts from which it is put together alone: joining them takes many times as many."""


class TileTable:
    """The table of ready-cut tiles (one zoom a band), made of the parts of a layer, and what renews it after edits."""

    def __init__(self, tables: LevelTables, parts: TileParts) -> None:
        self._tables, self._parts = tables, parts
        bands = (*parts.dissolved, *parts.cells)
        kept = (tables.class_column.name,) if tables.class_column else ()
        finest = max(band.max_zoom for band in bands)
        self._rows = TileRows(f"{tables.table}_tiles")
        coarsest = min(band.min_zoom for band in bands)
        self._pictures = PictureFile(tables.table)
        self.levels = [
            Level(self._rows.name, coarsest, finest, kept, pixel(finest), "tiles"),
            ClassNumbers.level(tables.table),
        ]
        if parts.dimension == 2:
            begun = parts.made_of[-1].max_zoom if parts.cells else -1
            self.levels.append(self._pictures.level(coarsest, begun))

    def make(self) -> None:
        """Put the tiles together; needs no connection."""
        parts = self._parts
        alone = parts.dissolved[:-1] if parts.cells else parts.dissolved
        made = [_dissolved(parts, band, self._pictures) for band in alone]
        if parts.cells:
            made.append(_Pictures(parts, self._pictures).rows())
        self._rows.add(chain.from_iterable(made))

    def finish(self) -> None:
        """Write the table, and those that an edit renews it from."""
        tables = self._tables
        self._rows.write(tables.session, tables.class_column, tables.numbers)
        ClassNumbers.make(tables.session, tables.table, tables.numbers)
        if self._parts.dimension == 2:
            self._pictures.finish(tables.session)


def _dissolved(parts: TileParts, band: ZoomBand, pictures: PictureFile) -> Iterator[Row]:
    def work(tile: KeptTile) -> tuple[Square, list[Row], Picture | None]:
        return tile.square, *_drawn(tile, tile.picture)

    for square, rows, picture in overlapped(work, parts.read(band), _weight):
        if picture:
            pictures.put(square, picture)
        yield from rows


def _weight(tile: KeptTile) -> float:
    """How heavy a tile is: one of a small scale may hold all lines of a layer, and is put together alone."""
    return sum(map(len, tile.bodies)) / HEAVY_BYTES


def _drawn(tile: KeptTile, image: Callable[[], Classes]) -> tuple[list[Row], Picture | None]:
    """Rows of a tile, of its picture's pixels where areas overlap too much."""
    if tile.painted:
        return drawn_cells(tile.square, image(), PIXELS)
    return drawn_tile(tile.square, tile.merged(), tile.dimension, image)


def drawn_tile(
    square: Square,
    merged: dict[int, Any],
    dimension: int,
    image: Callable[[], Classes],
    only: Collection[int] | None = None,
) -> tuple[list[Row], Picture | None]:
    """Rows of a tile: its dissolved classes, or where those are too heavy cells, and the picture they are read from.

    ``only`` limits rows of dissolved classes to some; lines that are too heavy together are lightened together.
    """
    if weight(merged.values()) <= TILE_BYTES:
        wanted = merged if only is None else {number: merged[number] for number in merged if number in only}
        return list(_rows(square, wanted)), None
    if dimension == 2:
        return drawn_cells(square, image())
    return list(_rows(square, lightened(merged))), None


class _Pictures:
    """Rows for all zooms of cells and for the dissolved zoom before them, whose tiles are painted."""

    def __init__(self, parts: TileParts, kept: PictureFile) -> None:
        self.base, self.kept = parts.made_of[-1], kept
        self.finest, self.coarsest = parts.cells[0].max_zoom, parts.cells[-1].min_zoom
        self.painted = overlapped(self._paint, parts.read(self.base))
        self.next: tuple[Square, list[Row], Picture] | None = next(self.painted, None)

    def rows(self) -> Iterator[Row]:
        """Make them tile by tile, each after those below it."""
        for made in self._below(Square(0, 0, 0)):
            if isinstance(made, tuple):
                yield made

    def _paint(self, tile: KeptTile) -> tuple[Square, list[Row], Picture]:
        image = tile.picture()
        rows, picture = _drawn(tile, lambda: image) if self.base.method == "dissolve" else ([], None)
        return tile.square, rows, picture or Picture(image)

    def _below(self, square: Square) -> Iterator[Row | Classes]:
        """Yield the rows of a tile and of all below it, and last its picture; nothing of a tile without any."""
        if self.next is None or not self.next[0].quadkey.startswith(square.quadkey):
            return
        if square.zoom == self.base.max_zoom:
            _, rows, picture = self.next
            yield from rows
            self.next = next(self.painted, None)
        else:
            image = blank()
            for place, child in enumerate(square.children):
                for made in self._below(child):
                    if isinstance(made, tuple):
                        yield made
                    else:
                        image[quarter(place)] = halve(made)
            picture = Picture(image)
        if self.coarsest <= square.zoom <= self.finest:
            rows, picture = drawn_cells(square, picture.image)
            yield from rows
        if square.zoom >= self.coarsest:
            self.kept.put(square, picture)
        yield picture.image


def quarter(place: int) -> tuple[slice, slice]:
    """Which pixels of a picture the tile's child number ``place`` fills."""
    top, left = place // 2 * SIDE // 2, place % 2 * SIDE // 2
    return slice(top, top + SIDE // 2), slice(left, left + SIDE // 2)


def drawn_cells(
    square: Square, image: Classes, sides: tuple[int, ...] = CELLS, coarseness: int = 1
) -> tuple[list[Row], Picture]:
    """One row per class from a tile's picture, and the picture; the cells at its edge go on into the buffer.

    A picture's pixel is ``coarseness`` pixels of the tile wide, and every side a multiple of that.
    """
    if not image.any():
        return [], Picture(image, sides[0])
    for cell in sides:
        cells = cells_of(image, cell, coarseness)
        if cell < sides[-1] and BYTES_A_VERTEX * count_corners(cells) > TILE_BYTES:
            continue  # too heavy, whatever its rings add
        areas, numbers = placed(cells, cell, square)
        if BYTES_A_VERTEX * len(areas.ring) + BYTES_A_RING * len(areas.part) <= TILE_BYTES:
            break
    bodies = areas.oriented().ewkb(SRID).tolist()
    rows = [(square.zoom, square.column, square.row, number - 1, True, body)
            for number, body in zip(numbers.tolist(), bodies, strict=True)]  # fmt: skip
    return rows, Picture(image, cell)


def _rows(square: Square, merged: dict[int, Any]) -> Iterator[Row]:
    if not merged:
        return
    shapes = np.array(list(merged.values()), dtype=object)
    good = exact_on_lattice(shapes, square.unit)
    bodies = shapely.to_wkb(shapely.set_srid(shapes, SRID), include_srid=True)
    for number, right, body in zip(merged, good.tolist(), bodies.tolist(), strict=True):
        yield square.zoom, square.column, square.row, number, right, body
