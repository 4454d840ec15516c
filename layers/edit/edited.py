"""Which ground was edited since a version was published, so that an edit renews the tiles that show it and no others.

A version keeps boxes, each with the revision of the edit that made or removed something in it. A tile's key carries the
newest revision whose box it meets. The boxes are few: when they become many, the oldest that lie together are joined
under their newest revision, which renews more tiles than needed and never fewer.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from layers.crs.mercator import MERCATOR_SRID, MOST_NORTH, WORLD
from layers.crs.names import parse_crs
from layers.crs.operations import find_transform
from layers.frame import Bounds

Rows = npt.NDArray[np.float64]
"""Revision, west, south, east, north; newest first."""

MOST_BOXES = 512
MOST_AT_ONCE = 64
"""Boxes of one transaction: ten thousand features in one are told by the ground they lie in."""
GROWTH_M = 1.0
"""Boxes are wider than the geometry by more than rounding can lose."""
EVERYWHERE = Bounds(-WORLD, -WORLD, WORLD, WORLD)
_FINEST = 26


@dataclass(frozen=True, eq=False)
class EditedGround:
    """The boxes (EPSG:3857) of a version."""

    rows: Rows

    @classmethod
    def of(cls, rows: Sequence[Sequence[float]] | None) -> "EditedGround":
        """Read what ``to_lists`` wrote; nothing edited for None."""
        return cls(np.array(rows or (), np.float64).reshape(-1, 5))

    def to_lists(self) -> list[list[float]]:
        """As plain lists, for the catalogue."""
        lists: list[list[float]] = self.rows.tolist()
        return lists

    def revision_in(self, box: Bounds) -> int:
        """Return the newest revision that touched a box (EPSG:3857); 0 when none did."""
        if not len(self.rows):
            return 0
        revisions, west, south, east, north = self._columns
        touched = (west <= box.east) & (east >= box.west) & (south <= box.north) & (north >= box.south)
        first = int(touched.argmax())
        return int(revisions[first]) if touched[first] else 0

    @property
    def newest(self) -> int:
        """The revision of the newest edit that can be seen; 0 of none."""
        return int(self.rows[0, 0]) if len(self.rows) else 0

    @cached_property
    def _columns(self) -> tuple[npt.NDArray[np.float64], ...]:
        return tuple(np.ascontiguousarray(column) for column in self.rows.T)

    def with_edit(self, revision: int, boxes: Sequence[Bounds]) -> "EditedGround":
        """Return the ground after one more edit, whose boxes are in EPSG:3857."""
        if not boxes:
            return self
        added = np.column_stack([np.full(len(boxes), float(revision)), np.array(boxes, np.float64)])
        rows = np.vstack([joined(added, MOST_AT_ONCE), self.rows])
        if len(rows) > MOST_BOXES:
            recent, old = rows[: MOST_BOXES // 2], rows[MOST_BOXES // 2 :]
            rows = np.vstack([recent, joined(old, MOST_BOXES // 4)])
        return EditedGround(rows)


NOTHING = EditedGround.of(None)
"""The ground of a version as it was published."""


def joined(rows: Rows, most: int) -> Rows:
    """Join boxes whose middles lie in one cell of the finest quadtree level that leaves at most ``most``."""
    middles = np.column_stack([rows[:, 1] + rows[:, 3], rows[:, 2] + rows[:, 4]]) / 2
    places = np.clip((middles + WORLD / 2) / WORLD, 0, 1 - 2.0**-_FINEST)
    zoom, group = _FINEST, np.arange(len(rows))
    while zoom >= 0 and len(rows) > most:
        found, group = np.unique(np.floor(places * 2.0**zoom), axis=0, return_inverse=True)
        if len(found) <= most:
            break
        zoom -= 1
    group = group.reshape(-1)
    count = int(group.max()) + 1
    made = np.tile(np.array([0.0, np.inf, np.inf, -np.inf, -np.inf]), (count, 1))
    for column, widen in ((0, np.maximum), (1, np.minimum), (2, np.minimum), (3, np.maximum), (4, np.maximum)):
        widen.at(made[:, column], group, rows[:, column])
    return made[np.argsort(-made[:, 0], kind="stable")]


def ground_of(boxes: Sequence[Bounds], srid: int) -> list[Bounds]:
    """Return for boxes in degrees of CRS ``srid`` those (EPSG:3857) of all places where something of them may be drawn.

    Tiles look for features by their ``mercator``, which PROJ computes, or by degrees taken for WGS 84's: all hold both.
    """
    transform = find_transform(parse_crs(srid), parse_crs(MERCATOR_SRID))
    by_formula = transform.kind in ("same", "projection", "identity")
    found = []
    for box in boxes:
        south, north = (max(-MOST_NORTH, min(MOST_NORTH, latitude)) for latitude in (box.south, box.north))
        placed = Bounds(*_by_formula(box.west, south), *_by_formula(box.east, north))
        if not by_formula:
            placed = placed.union(transform.bounds(Bounds(box.west, south, box.east, north)))
        west, south, east, north = placed
        found.append(Bounds(west - GROWTH_M, south - GROWTH_M, east + GROWTH_M, north + GROWTH_M))
    return found


def _by_formula(lon: float, lat: float) -> tuple[float, float]:
    return lon * WORLD / 360, WORLD / (2 * math.pi) * math.atanh(math.sin(math.radians(lat)))
