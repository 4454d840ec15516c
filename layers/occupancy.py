"""Which ground holds data, kept with the version, so that an empty tile needs no database.

The layer's box in EPSG:3857 is divided into cells of equal tiles of some zoom, at most 128 x 128, one bit a cell: 2 kB.
"""

import base64
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from sqlalchemy.orm import Session

from layers.density import WORLD
from layers.frame import Bounds
from layers.tables import Statement, quote, run

if TYPE_CHECKING:
    from layers.layer import Version

MOST_CELLS = 128
"""Cells along the longer side."""


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


def occupied_cells(session: Session, table: str) -> dict[str, Any] | None:
    """Find the cells that the boxes of a feature table's shapes touch; None for a table without geometry.

    The answer is JSON for ``VersionFacts.occupied``; large features are seen through their pieces.
    """
    pieces = run(session, Statement("SELECT to_regclass(%(name)s) IS NOT NULL", {"name": quote(f"{table}_pieces")}))
    shapes = f"SELECT mercator AS g FROM {quote(table)} WHERE NOT ST_IsEmpty(mercator)"
    if pieces[0][0]:
        shapes += f" UNION ALL SELECT geom FROM {quote(table + '_pieces')} WHERE leaf"
    west, south, east, north = run(
        session,
        Statement(
            f"SELECT ST_XMin(e), ST_YMin(e), ST_XMax(e), ST_YMax(e) FROM (SELECT ST_Extent(g) AS e FROM ({shapes}) s) t"
        ),
    )[0]
    if west is None:
        return None
    zoom = 24
    while zoom > 0 and max(east - west, north - south) / (WORLD / 2.0**zoom) > MOST_CELLS - 2:
        zoom -= 1
    side = WORLD / 2.0**zoom
    column, row = int((west + WORLD / 2) // side), int((WORLD / 2 - north) // side)
    width, height = int((east + WORLD / 2) // side) - column + 1, int((WORLD / 2 - south) // side) - row + 1
    columns = "floor((ST_XMin(g) + %(half)s) / %(side)s)::int, floor((ST_XMax(g) + %(half)s) / %(side)s)::int"
    rows = "floor((%(half)s - ST_YMax(g)) / %(side)s)::int, floor((%(half)s - ST_YMin(g)) / %(side)s)::int"
    text = f"SELECT DISTINCT c, r FROM ({shapes}) AS s, generate_series({columns}) c, generate_series({rows}) r"
    cells = np.zeros((height, width), bool)
    for c, r in run(session, Statement(text, {"half": WORLD / 2, "side": side})):
        cells[min(max(r - row, 0), height - 1), min(max(c - column, 0), width - 1)] = True
    bits = base64.b64encode(np.packbits(cells).tobytes()).decode()
    return {"zoom": zoom, "column": column, "row": row, "width": width, "height": height, "bits": bits}


def read_occupancy(facts: Mapping[str, Any]) -> Occupancy:
    """Read what ``occupied_cells`` wrote; the last thousand stay in memory."""
    return _read(*(facts[name] for name in ("zoom", "column", "row", "width", "height", "bits")))


def is_occupied(version: "Version", box: Bounds) -> bool:
    """Whether a version may have features in a box (EPSG:3857); cells older than an edit are not asked."""
    if version.facts.occupied is not None and not version.revision:
        return read_occupancy(version.facts.occupied).meets(box)
    return version.extent is None or bool(version.revision) or _in_mercator(version.extent).intersects(box)


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
