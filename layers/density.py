"""How heavily a feature table lies on the ground: features and vertices in the fullest tile of every zoom.

One pass over the table counts by the finest tile; coarser zooms are sums of four. Everything that decides how a layer is
generalised is read from here, so that a tile reads a bounded number of rows and vertices whatever the layer's size.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt
from sqlalchemy.orm import Session

from layers.tables import Statement, quote, quote_column, run

if TYPE_CHECKING:
    from layers.catalogue import Column

Integers = npt.NDArray[np.int64]

WORLD = 40075016.685578488
"""Width of the world in EPSG:3857, metres."""
FINEST = 16
"""Zoom of the finest tiles counted."""
SAMPLE = 4000


class Load(NamedTuple):
    """What a tile holds."""

    features: int
    vertices: int


@dataclass(frozen=True)
class Density:
    """Counts of the tiles of zoom 16 that hold the middle of a feature's box, and what features are like.

    ``dimension`` is that of the most features: 0 points, 1 lines, 2 areas; ``size`` the mean side of their boxes (m).
    """

    column: Integers
    row: Integers
    features: Integers
    vertices: Integers
    dimension: int
    size: float

    @property
    def total(self) -> Load:
        """What the whole layer holds."""
        return Load(int(self.features.sum()), int(self.vertices.sum()))

    def heaviest(self, zoom: int) -> Load:
        """The most features, and the most vertices, that a tile of a zoom holds (not always the same tile)."""
        _, _, features, vertices = self.tiles(zoom)
        return Load(int(features.max(initial=0)), int(vertices.max(initial=0)))

    def tiles(self, zoom: int) -> tuple[Integers, Integers, Integers, Integers]:
        """Columns, rows, features and vertices of the tiles of ``zoom`` that hold something."""
        step = FINEST - zoom
        key = (self.column >> step) << 32 | (self.row >> step)
        found, place = np.unique(key, return_inverse=True)
        features = np.bincount(place, weights=self.features, minlength=len(found)).astype(np.int64)
        vertices = np.bincount(place, weights=self.vertices, minlength=len(found)).astype(np.int64)
        return found >> 32, found & 0xFFFFFFFF, features, vertices


def measure_density(session: Session, table: str, pieces: str | None) -> Density:
    """Count a feature table and the pieces of its large features (``pieces``: a table of ``fid``, ``geom``)."""
    side = WORLD / 2**FINEST
    both = f"SELECT mercator AS g FROM {quote(table)} WHERE mercator IS NOT NULL AND NOT ST_IsEmpty(mercator)"
    if pieces:
        both += f" UNION ALL SELECT geom FROM {quote(pieces)}"
    text = f"""
        SELECT floor((%(half)s + (ST_XMin(g) + ST_XMax(g)) / 2) / %(side)s)::bigint AS tile_column,
            floor((%(half)s - (ST_YMin(g) + ST_YMax(g)) / 2) / %(side)s)::bigint AS tile_row,
            count(*), sum(ST_NPoints(g)), sum(ST_Dimension(g)),
            sum(greatest(ST_XMax(g) - ST_XMin(g), ST_YMax(g) - ST_YMin(g)))
        FROM ({both}) AS shapes GROUP BY 1, 2"""
    rows = run(session, Statement(text, {"half": WORLD / 2, "side": side}))
    counts = np.array([[int(value) for value in row[:5]] for row in rows], np.int64).reshape(-1, 5)
    features = max(int(counts[:, 2].sum()), 1)
    edge = 2**FINEST - 1
    return Density(
        column=np.clip(counts[:, 0], 0, edge),
        row=np.clip(counts[:, 1], 0, edge),
        features=counts[:, 2],
        vertices=counts[:, 3],
        dimension=round(int(counts[:, 4].sum()) / features),
        size=float(sum(row[5] for row in rows)) / features,
    )


def attribute_bytes(session: Session, table: str, columns: Sequence["Column"]) -> float:
    """Bytes that one feature's id and attributes take in a vector tile, measured on a sample."""
    names = "".join(f", {quote_column(column.name)}" for column in columns)
    text = f"""
        SELECT octet_length(ST_AsMVT(t, 'l', 4096, 'g', 'fid')), count(*) FROM
        (SELECT ST_Point(0, 0) AS g, fid{names} FROM {quote(table)} LIMIT {SAMPLE}) AS t"""
    length, count = run(session, Statement(text))[0]
    return float(length or 0) / max(int(count), 1)
