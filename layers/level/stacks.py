"""Lines and areas of which a tile of the largest scales would hold too many: flats stacked on one footprint, graves.

Each footprint is drawn once before any is drawn twice, and so many features as a tile has room for have all columns;
the others have those that are drawn. What is left out lies under what is shown.
"""

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt
from sqlalchemy.orm import Session

from layers.layer import Column, Level
from layers.level.crowds import CROWDED, Crowds
from layers.level.density import FINEST, Density
from layers.level.plan import FEATURE_BYTES, LARGE_FEATURE, PLAIN_FEATURES, TILE_BYTES, VERTEX_BYTES, pixel
from layers.level.ranked import POINT_CELLS, numbers, ranked_table
from layers.level.thinning import WEIGHT, by_tiles, shared_zooms
from layers.level.widths import fullest
from layers.tables import quote

_WHOLE = f"ST_NPoints(f.mercator) <= {LARGE_FEATURE} OR ST_GeometryType(f.mercator) = 'ST_GeometryCollection'"


def thin_stacks(
    session: Session, table: str, drawn: Sequence[Column], density: Density, all_bytes: float, few_bytes: float
) -> Level | None:
    """Choose what tiles of the largest scales show; None where all have room.

    ``all_bytes`` and ``few_bytes`` are those of a feature's attributes, of all columns and of those that are drawn.
    Large features have no shape in the table: pieces of them are read (``layers.level.pieces``).
    """
    shape = FEATURE_BYTES + VERTEX_BYTES * density.vertices.sum() / max(density.total, 1)
    room = TILE_BYTES / (all_bytes + shape)
    load = density.heaviest(FINEST).features
    if load <= min(room, PLAIN_FEATURES) or fullest(session, table, CROWDED.start) <= min(room, PLAIN_FEATURES):
        return None
    most_whole = max(1, min(int(room / 2), POINT_CELLS**2))
    most_shown = max(most_whole, int(TILE_BYTES / 2 / (few_bytes + shape)))
    crowds = Crowds()
    for part in by_tiles(_footprints(session, table), density):
        whole = shared_zooms(part, CROWDED, POINT_CELLS, most_whole)
        shown, first = whole.copy(), part[:, WEIGHT] == 0
        shown[first] = np.minimum(whole[first], shared_zooms(part[first], CROWDED, POINT_CELLS, most_shown))
        crowds.add(part, shown, whole)
    if crowds.last < CROWDED.start:
        return None
    name = ranked_table(
        session, table, "crowds", (), crowds.ranks, f"CASE WHEN {_WHOLE} THEN f.mercator END", crowds.zooms,
        ("zoom", "whole"), by_number=True,
    )  # fmt: skip
    return Level(name, CROWDED.start, crowds.last, tuple(column.name for column in drawn), 0.0, "crowds")


def _footprints(session: Session, table: str) -> Iterator[npt.NDArray[np.float64]]:
    """Number and middle of every feature, and as its weight how many of the same shape come before it, below zero."""
    same = f"PARTITION BY ST_SnapToGrid(mercator, {pixel(CROWDED.stop - 1)!r}) ORDER BY fid"
    return numbers(
        session,
        "SELECT fid::float8, (ST_XMin(mercator) + ST_XMax(mercator)) / 2, (ST_YMin(mercator) + ST_YMax(mercator)) / 2, "
        f"(1 - row_number() OVER ({same}))::float8 FROM {quote(table)} WHERE NOT ST_IsEmpty(mercator)",
    )
