"""What small scales were drawn from, kept so that an edit can renew them: pictures and numbers of classes.

A picture holds the classes of a tile on 512 x 512 pixels (``layers.level.tile_pictures``), each by its number and one,
0 where nothing is. Pictures are kept of the tiles drawn from them, and of the zoom that the coarser ones begin with.
"""

import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from sqlalchemy.orm import Session

from layers.copying import RowFile
from layers.layer import Level
from layers.level.cells import Classes
from layers.level.square import Square
from layers.level.tile_pictures import SIDE
from layers.tables import Statement, quote, run

MOST_NUMBERS = 65_534
"""Classes that a picture of 16 bits tells apart, no class among them."""
_WIRE = (">i2", ">i4", ">i4", ">i2")


@dataclass(frozen=True)
class Picture:
    """A tile's classes, and the side in pixels of the cells it is drawn in; 0 where its dissolved shapes are drawn."""

    image: Classes
    cell: int = 0


def blank() -> Classes:
    """A picture of nothing."""
    return np.zeros((SIDE, SIDE), np.uint16)


class PictureFile:
    """The pictures of an import, set aside until their table is made."""

    def __init__(self, table: str) -> None:
        self._name, self._rows = f"{table}_pictures", RowFile()

    def level(self, first: int, begun: int) -> Level:
        """What the version knows of the table: the zooms that have pictures of all tiles; ``begun`` is -1 for none."""
        return Level(self._name, first, begun, (), 0.0, "pictures")

    def put(self, square: Square, picture: Picture) -> None:
        """Keep a tile's picture."""
        key = (square.zoom, square.column, square.row, picture.cell)
        self._rows.add([(kind, np.array([value])) for kind, value in zip(_WIRE, key, strict=True)], [_packed(picture)])

    def finish(self, session: Session) -> None:
        """Write the table."""
        name = quote(self._name)
        columns = "tile_zoom smallint, tile_column int, tile_row int, cell smallint NOT NULL, image bytea NOT NULL"
        run(session, Statement(f"CREATE TABLE {name} ({columns})"))
        run(session, Statement(f"ALTER TABLE {name} ALTER image SET STORAGE EXTERNAL"))
        self._rows.copy(session, f"{name} (tile_zoom, tile_column, tile_row, cell, image)")
        run(session, Statement(f"ALTER TABLE {name} ADD PRIMARY KEY (tile_zoom, tile_column, tile_row)"))


class PictureTable:
    """The pictures kept of one feature table."""

    def __init__(self, session: Session, name: str) -> None:
        self.session, self.name = session, name

    def get(self, square: Square) -> Picture | None:
        """Read a tile's picture."""
        key = "tile_zoom = %(zoom)s AND tile_column = %(column)s AND tile_row = %(row)s"
        found = run(self.session, Statement(f"SELECT cell, image FROM {quote(self.name)} WHERE {key}", _key(square)))
        if not found:
            return None
        pixels = np.frombuffer(zlib.decompress(found[0][1]), "<u2").reshape(SIDE, SIDE)
        return Picture(pixels.astype(np.uint16), int(found[0][0]))

    def put(self, square: Square, picture: Picture) -> None:
        """Keep a tile's picture, in the place of an earlier one."""
        text = (
            f"INSERT INTO {quote(self.name)} VALUES (%(zoom)s, %(column)s, %(row)s, %(cell)s, %(body)s) "
            "ON CONFLICT (tile_zoom, tile_column, tile_row) DO UPDATE SET cell = excluded.cell, image = excluded.image"
        )
        run(self.session, Statement(text, _key(square) | {"cell": picture.cell, "body": _packed(picture)}))

    def is_drawn_in_cells(self, zoom: int) -> bool:
        """Whether no tile of a zoom shows dissolved shapes."""
        text = f"SELECT EXISTS (SELECT FROM {quote(self.name)} WHERE tile_zoom = %(zoom)s AND cell = 0)"
        return not run(self.session, Statement(text, {"zoom": zoom}))[0][0]


class ClassNumbers:
    """The numbers of the classes (by their text) of one feature table; 0 is no class."""

    def __init__(self, session: Session, name: str) -> None:
        self.session, self.name = session, name
        rows = run(session, Statement(f"SELECT value, number FROM {quote(name)}"))
        self._numbers = {str(value): int(number) for value, number in rows}

    @staticmethod
    def level(table: str) -> Level:
        """What the version knows of the numbers' table."""
        return Level(f"{table}_classes", 0, -1, (), 0.0, "classes")

    @staticmethod
    def make(session: Session, table: str, numbers: Mapping[str, int]) -> None:
        """Write the numbers given at import."""
        name = quote(f"{table}_classes")
        run(session, Statement(f"CREATE TABLE {name} (number int PRIMARY KEY, value text NOT NULL UNIQUE)"))
        fill = f"INSERT INTO {name} SELECT * FROM unnest(%(numbers)s::int[], %(values)s::text[])"
        run(session, Statement(fill, {"numbers": list(numbers.values()), "values": list(numbers)}))

    def of(self, values: Iterable[str | None]) -> "np.ndarray[tuple[int], np.dtype[np.int64]]":
        """Number values; a class that an edit brought gets the next number, and none when there are too many."""
        found = []
        for value in values:
            if value is not None and value not in self._numbers and len(self._numbers) < MOST_NUMBERS:
                self._numbers[value] = number = 1 + max(self._numbers.values(), default=0)
                text = f"INSERT INTO {quote(self.name)} VALUES (%(number)s, %(value)s)"
                run(self.session, Statement(text, {"number": number, "value": value}))
            found.append(0 if value is None else self._numbers.get(value, 0))
        return np.array(found, np.int64)

    def values(self) -> dict[int, str]:
        """The classes by number."""
        return {number: value for value, number in self._numbers.items()}


def _packed(picture: Picture) -> bytes:
    return zlib.compress(picture.image.astype("<u2").tobytes(), 1)


def _key(square: Square) -> dict[str, int]:
    return {"zoom": square.zoom, "column": square.column, "row": square.row}
