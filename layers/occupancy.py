"""Which ground holds data, kept with the version, so that an empty tile needs no database.

The layer's box in EPSG:3857 is divided into cells of equal tiles of some zoom, at most 128 x 128, one bit a cell: 2 kB.
"""

import base64
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from operator import itemgetter
from typing import Any

import numpy as np
import numpy.typing as npt
from sqlalchemy.orm import Session

from layers.crs.mercator import WORLD
from layers.frame import Bounds
from layers.layer import Version
from layers.tables import Statement, quote, run

Places = npt.NDArray[np.int64]

MOST_CELLS = 128
"""Cells along the longer side."""
_PARTS = itemgetter("zoom", "column", "row", "width", "height", "bits")


@dataclass(frozen=True)
class Occupancy:
    """Cells of side ``side`` (m) counted from the north-west corner of the world; ``cells`` begins at column, row."""

    side: float
    column: int
    row: int
    cells: npt.NDArray[np.bool_]

    @cached_property
    def _before(self) -> list[list[int]]:
        """How many cells with data lie north-west of each corner: four look-ups count those of any box."""
        rows, columns = self.cells.shape
        table = np.zeros((rows + 1, columns + 1), np.int64)
        table[1:, 1:] = self.cells.cumsum(axis=0).cumsum(axis=1)
        found: list[list[int]] = table.tolist()
        return found

    def meets(self, box: Bounds) -> bool:
        """Whether a box (EPSG:3857) holds a cell with data."""
        before = self._before
        rows, columns = len(before) - 1, len(before[0]) - 1
        west = max(int((box.west + WORLD / 2) // self.side) - self.column, 0)
        east = min(int((box.east + WORLD / 2) // self.side) - self.column, columns - 1)
        north = max(int((WORLD / 2 - box.north) // self.side) - self.row, 0)
        south = min(int((WORLD / 2 - box.south) // self.side) - self.row, rows - 1)
        if west > east or north > south:
            return False
        above, below = before[north], before[south + 1]
        return below[east + 1] - below[west] - above[east + 1] + above[west] > 0


class Ground:
    """The cells that boxes touch, collected while a table is filled; cells grow coarser as the layer grows wider."""

    def __init__(self) -> None:
        self._zoom, self._column, self._row = 24, 0, 0
        self._cells = np.zeros((0, 0), bool)

    def add(self, boxes: npt.NDArray[np.float64]) -> None:
        """Add boxes (n, 4): west, south, east, north in EPSG:3857."""
        if not len(boxes):
            return
        half = WORLD / 2
        edges = np.stack([boxes[:, 0] + half, boxes[:, 2] + half, half - boxes[:, 3], half - boxes[:, 1]])
        zoom = self._zoom
        while True:  # west, east, north and south cells of every box
            places = np.floor(edges / (WORLD / 2.0**zoom)).astype(np.int64)
            first, last = self._span(places, self._zoom - zoom)
            if zoom == 0 or (last - first).max() < MOST_CELLS:
                break
            zoom -= 1
        self._widen(zoom, first, last)
        self._cells |= _painted(places - np.repeat([self._column, self._row], 2)[:, None], self._cells.shape)

    def facts(self) -> dict[str, Any] | None:
        """Return the cells as JSON for ``VersionFacts.occupied``; None when nothing was added."""
        if not self._cells.size:
            return None
        bits = base64.b64encode(np.packbits(self._cells).tobytes()).decode()
        height, width = self._cells.shape
        return {
            "zoom": self._zoom, "column": self._column, "row": self._row, "width": width, "height": height,
            "bits": bits,
        }  # fmt: skip

    def _span(self, places: Places, step: int) -> tuple[Places, Places]:
        """Return the first and the last column and row of the cells so far, made coarser, and of new places."""
        first, last = places[[0, 2]].min(axis=1), places[[1, 3]].max(axis=1)
        if self._cells.size:
            height, width = self._cells.shape
            corner, size = np.array([self._column, self._row]), np.array([width, height])
            first = np.minimum(first, corner >> step)
            last = np.maximum(last, (corner + size - 1) >> step)
        return first, last

    def _widen(self, zoom: int, first: Places, last: Places) -> None:
        """Go to coarser cells and a wider array."""
        width, height = last - first + 1
        cells = np.zeros((height, width), bool)
        rows, columns = np.nonzero(self._cells)
        step = self._zoom - zoom
        cells[((rows + self._row) >> step) - first[1], ((columns + self._column) >> step) - first[0]] = True
        self._zoom, self._column, self._row, self._cells = zoom, int(first[0]), int(first[1]), cells


def _painted(places: Places, shape: tuple[int, int]) -> npt.NDArray[np.bool_]:
    """Return the cells inside any of the boxes, each marked at its corners and summed up over rows and columns."""
    west, east, north, south = places
    marks = np.zeros((shape[0] + 1, shape[1] + 1), np.int32)
    for row, column, sign in ((north, west, 1), (north, east + 1, -1), (south + 1, west, -1), (south + 1, east + 1, 1)):
        np.add.at(marks, (row, column), sign)
    painted: npt.NDArray[np.bool_] = marks.cumsum(axis=0).cumsum(axis=1)[:-1, :-1] > 0
    return painted


def add_pieces(session: Session, table: str, ground: Ground) -> None:
    """Add the ground of a table's large features, seen through their pieces (``layers.level.pieces``), if it has
    any."""
    name = f"{table}_pieces"
    there = run(session, Statement("SELECT to_regclass(%(name)s) IS NOT NULL", {"name": quote(name)}))
    if there[0][0]:
        ground.add(_boxes(session, f"SELECT geom AS g FROM {quote(name)} WHERE leaf"))


def occupied_cells(session: Session, table: str) -> dict[str, Any] | None:
    """Find the cells of a finished feature table; None for a table without geometry."""
    ground = Ground()
    ground.add(_boxes(session, f"SELECT mercator AS g FROM {quote(table)} WHERE NOT ST_IsEmpty(mercator)"))
    add_pieces(session, table, ground)
    return ground.facts()


def _boxes(session: Session, shapes: str) -> npt.NDArray[np.float64]:
    rows = run(session, Statement(f"SELECT ST_XMin(g), ST_YMin(g), ST_XMax(g), ST_YMax(g) FROM ({shapes}) AS s"))
    return np.array([tuple(row) for row in rows], np.float64).reshape(-1, 4)


def read_occupancy(facts: Mapping[str, Any]) -> Occupancy:
    """Read what ``occupied_cells`` wrote; the last thousand stay in memory."""
    return _read(*_PARTS(facts))


def is_occupied(version: Version, box: Bounds) -> bool:
    """Whether a version may have features in a box (EPSG:3857): it had when it was published, or was edited there."""
    if version.edited.revision_in(box):
        return True
    if version.facts.occupied is not None:
        return read_occupancy(version.facts.occupied).meets(box)
    return version.extent is None or _in_mercator(version.extent).intersects(box)


@lru_cache(maxsize=1024)
def _read(zoom: int, column: int, row: int, width: int, height: int, bits: str) -> Occupancy:
    packed = np.frombuffer(base64.b64decode(bits), np.uint8)
    return Occupancy(
        WORLD / 2.0**zoom, column, row, np.unpackbits(packed, count=height * width).reshape(height, width) > 0
    )


def _in_mercator(extent: Bounds) -> Bounds:
    """A box in degrees as EPSG:3857 (spherical formula; the pole's side is cut at the edge of the world's square)."""

    def at(lon: float, lat: float) -> tuple[float, float]:
        sine = math.sin(math.radians(max(-85.06, min(85.06, lat))))
        return lon * WORLD / 360, WORLD / (2 * math.pi) * math.atanh(sine)

    return Bounds(*at(extent.west, extent.south), *at(extent.east, extent.north))
