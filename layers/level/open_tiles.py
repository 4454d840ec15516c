"""Ready-cut tiles of a layer taken out of their tables, changed in memory, and put back: each is written once."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely
from sqlalchemy.orm import Session

from layers.layer import Version
from layers.level.areas import Areas
from layers.level.cells import Classes, paint
from layers.level.dissolving import touched_tiles
from layers.level.patching import Merged, Window, patched, repainted
from layers.level.pictures import ClassNumbers, Picture, PictureTable, blank
from layers.level.square import Square
from layers.level.tile_pictures import SIDE
from layers.level.tile_rows import Row
from layers.level.tiles import CELLS, PIXELS, drawn_cells, drawn_tile
from layers.tables import SQL_TYPES, Statement, quote, quote_column, run

Floats = npt.NDArray[np.float64]

_PLACE = "tile_zoom = %(zoom)s AND tile_column = %(column)s AND tile_row = %(row)s"


@dataclass
class OpenTile:
    """What a tile shows: its dissolved classes, or where it is drawn in cells the picture alone.

    ``is_base``: coarser tiles are made of its picture.
    """

    square: Square
    is_base: bool
    picture: Picture
    classes: Merged
    changed: set[int] = field(default_factory=set)

    @property
    def has_picture(self) -> bool:
        """Whether its picture is kept."""
        return self.is_base or self.picture.cell > 0

    def patch(self, fresh: Merged, image: Classes | None, window: Window) -> None:
        """Put classes in the place of what is shown inside a window; ``image`` is them painted, None of lines."""
        if not self.picture.cell:
            before = self.classes
            self.classes = now = patched(before, fresh, 1 if image is None else 2, self.square, window)
            self.changed |= {number for number in {*before, *now} if before.get(number) is not now.get(number)}
        if image is not None and self.has_picture:
            self.picture = replace(self.picture, image=repainted(self.picture.image, image, self.square, window))


class OpenTiles:
    """The tiles of one version; ``base`` is the zoom whose pictures coarser ones are made of, -1 of none."""

    def __init__(self, session: Session, version: Version) -> None:
        by_kind = {level.kind: level for level in version.levels}
        self.session, self.level = session, by_kind["tiles"]
        self.column = next((column for column in version.columns if column.name in self.level.columns), None)
        self.numbers = ClassNumbers(session, by_kind["classes"].table)
        kept = by_kind.get("pictures")
        self.dimension = 2 if kept else 1
        self.pictures = PictureTable(session, kept.table) if kept else None
        self.base = kept.max_zoom if kept else -1
        in_cells = self.pictures is not None and self.base >= 0 and self.pictures.is_drawn_in_cells(self.base)
        self._base_cell = CELLS[0] if in_cells else 0
        self._open: dict[Square, OpenTile] = {}

    def __len__(self) -> int:
        return len(self._open)

    def get(self, square: Square) -> OpenTile:
        """Open a tile of a dissolved zoom, or of the base."""
        if square not in self._open:
            kept = self.pictures.get(square) if self.pictures else None
            is_base = square.zoom == self.base
            picture = kept or Picture(blank(), self._base_cell if is_base else 0)
            classes = {} if picture.cell else self._classes(square)
            self._open[square] = OpenTile(square, is_base, picture, classes)
        return self._open[square]

    def squares(self, zoom: int, window: Window, boxes: Floats) -> list[Square]:
        """The tiles of a zoom that show something in a window, or are to: what is there now has ``boxes`` (n, 4)."""
        inside = boxes[(boxes[:, 0] <= window.east) & (boxes[:, 2] >= window.west)
                       & (boxes[:, 1] <= window.north) & (boxes[:, 3] >= window.south)]  # fmt: skip
        west, south, east, north = window
        met = np.column_stack([np.maximum(inside[:, :2], (west, south)), np.minimum(inside[:, 2:], (east, north))])
        _, columns, rows = touched_tiles(met, zoom)
        found = set(zip(columns.tolist(), rows.tolist(), strict=True))
        corners = np.array([(west, north, west, north), (east, south, east, south)])
        _, columns, rows = touched_tiles(corners, zoom)
        spans = [int(value) for value in (zoom, columns.min(), columns.max(), rows.min(), rows.max())]
        shown = run(self.session, Statement(
            f"SELECT DISTINCT tile_column, tile_row FROM {quote(self.level.table)} WHERE tile_zoom = %(zoom)s AND "
            "tile_column BETWEEN %(first)s AND %(last)s AND tile_row BETWEEN %(top)s AND %(bottom)s",
            dict(zip(("zoom", "first", "last", "top", "bottom"), spans, strict=True)),
        ))  # fmt: skip
        return [Square(zoom, column, row) for column, row in sorted(found | {(int(c), int(r)) for c, r in shown})]

    def close(self) -> set[Square]:
        """Write what was opened; return the tiles of the base whose pictures changed."""
        changed = set()
        for tile in self._open.values():
            rows, picture = self._drawn(tile)
            self.write(tile.square, rows, tile.changed if not picture.cell else None)
            if self.pictures and (picture.cell or tile.is_base):
                before = self.pictures.get(tile.square)
                if before is None or before.cell != picture.cell or not np.array_equal(before.image, picture.image):
                    self.pictures.put(tile.square, picture)
                    changed.add(tile.square)
        self._open.clear()
        return {square for square in changed if square.zoom == self.base}

    def _drawn(self, tile: OpenTile) -> tuple[list[Row], Picture]:
        if tile.picture.cell:
            return drawn_cells(tile.square, tile.picture.image, PIXELS if tile.picture.cell == 1 else CELLS)
        paint_it = (lambda: tile.picture.image) if tile.is_base else (lambda: self._painted(tile))
        rows, heavy = drawn_tile(tile.square, tile.classes, self.dimension, paint_it, tile.changed)
        return rows, heavy or tile.picture

    def _painted(self, tile: OpenTile) -> Classes:
        """A tile's classes as a picture, for one without any that becomes too heavy for its shapes."""
        image = blank()
        if self.dimension == 2 and tile.classes:
            areas = Areas.of(np.array(list(tile.classes.values()), dtype=object))
            scale = SIDE / tile.square.side
            at = (areas.coordinates - (tile.square.west, tile.square.north)) * (scale, -scale)
            paint(image, replace(areas, coordinates=at), np.array(list(tile.classes)) + 1)
        return image

    def write(self, square: Square, rows: Iterable[Row], numbers: Iterable[int] | None = None) -> None:
        """Put the rows of a tile in the place of those it had, or of those of some classes."""
        table, place = quote(self.level.table), _place(square)
        values = self.numbers.values()
        name = mark = others = ""
        if self.column:
            column, kind = quote_column(self.column.name), SQL_TYPES[self.column.type]
            name, mark = f", {column}", f", %(value)s::text::{kind}"
            if numbers is not None:
                gone = [values.get(number) for number in numbers]
                place["gone"], place["none"] = [value for value in gone if value is not None], None in gone
                others = f" AND ({column}::text = ANY(%(gone)s::text[]) OR (%(none)s AND {column} IS NULL))"
        run(self.session, Statement(f"DELETE FROM {table} WHERE {_PLACE}{others}", place))
        into = f"INSERT INTO {table} (tile_zoom, tile_column, tile_row, exact{name}, geom)"
        for _, _, _, number, exact, body in rows:
            given = {**_place(square), "exact": exact, "value": values.get(number), "body": body.hex()}
            run(self.session, Statement(
                f"{into} VALUES (%(zoom)s, %(column)s, %(row)s, %(exact)s{mark}, %(body)s::geometry)", given
            ))  # fmt: skip

    def _classes(self, square: Square) -> Merged:
        value = f"{quote_column(self.column.name)}::text" if self.column else "NULL::text"
        text = f"SELECT {value}, ST_AsBinary(geom) FROM {quote(self.level.table)} WHERE {_PLACE}"
        rows = run(self.session, Statement(text, _place(square)))
        numbers = self.numbers.of(row[0] for row in rows).tolist()
        return dict(zip(numbers, shapely.from_wkb([bytes(row[1]) for row in rows]), strict=True))


def _place(square: Square) -> dict[str, Any]:
    return {"zoom": square.zoom, "column": square.column, "row": square.row}
