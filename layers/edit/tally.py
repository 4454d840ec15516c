"""What an edit puts into a layer and takes out of it: how many features, where; and the layer's extent afterwards.

Nothing here reads the layer through: an edge that lost a feature is found again by the spatial index.
"""

import shapely
from shapely.geometry.base import BaseGeometry
from sqlalchemy.orm import Session

from layers.frame import Bounds
from layers.tables import Statement, quote, run

_ROUNDED = 2e-9
"""Degrees by which an extent may have been kept wider than its features."""
_FAR = 1000
_EDGES = (
    ("ST_XMin", f"{-_FAR} {-_FAR}, {-_FAR} {_FAR}"),
    ("ST_YMin", f"{-_FAR} {-_FAR}, {_FAR} {-_FAR}"),
    ("ST_XMax", f"{_FAR} {-_FAR}, {_FAR} {_FAR}"),
    ("ST_YMax", f"{-_FAR} {_FAR}, {_FAR} {_FAR}"),
)
"""For west, south, east, north: an ordinate of a feature, and a line far out whose nearest feature has it."""


class Tally:
    """The boxes (degrees of the storage CRS) of what was put in and taken out, and the difference in number."""

    def __init__(self) -> None:
        self.more = 0
        self._in: list[Bounds] = []
        self._out: list[Bounds] = []

    @property
    def boxes(self) -> list[Bounds]:
        """All ground that looks different now, each box once."""
        return list(dict.fromkeys([*self._out, *self._in]))

    def put_in(self, geometry: BaseGeometry | None) -> None:
        """Count a feature that is there now."""
        self.more += 1
        _add(self._in, geometry)

    def take_out(self, ewkb: bytes | None) -> None:
        """Count a feature that was there."""
        self.more -= 1
        _add(self._out, None if ewkb is None else shapely.from_wkb(ewkb))

    def extent(self, session: Session, table: str, srid: int, before: Bounds | None) -> Bounds | None:
        """Return the extent of the table's features now; ``before`` was that before the edit, perhaps a bit wide."""
        if before is None:
            return _around(self._in)
        sides = list(_around([before, *self._in]) or before)
        for side, sign in enumerate((1, 1, -1, -1)):
            if any(sign * (box[side] - before[side]) <= _ROUNDED for box in self._out):
                found = _edge(session, table, srid, *_EDGES[side])
                if found is None:
                    return None
                sides[side] = found
        return Bounds(*sides)


def _edge(session: Session, table: str, srid: int, ordinate: str, line: str) -> float | None:
    statement = (
        f"SELECT {ordinate}(geom) FROM {quote(table)} WHERE geom IS NOT NULL "
        f"ORDER BY geom <-> ST_GeomFromText('LINESTRING({line})', {int(srid)}) LIMIT 1"
    )
    rows = run(session, Statement(statement))
    return None if not rows or rows[0][0] is None else float(rows[0][0])


def _add(boxes: list[Bounds], geometry: BaseGeometry | None) -> None:
    if geometry is not None and not geometry.is_empty:
        boxes.append(Bounds(*map(float, geometry.bounds)))


def _around(boxes: list[Bounds]) -> Bounds | None:
    if not boxes:
        return None
    west, south, east, north = zip(*boxes, strict=True)
    return Bounds(min(west), min(south), max(east), max(north))
