"""How heavily a feature table lies on the ground: features and vertices in the fullest tile of every zoom.

One pass over the table counts by the finest tile; coarser zooms are sums of four. All that decides how a layer is
generalised is read from here, so that a tile reads a bounded number of rows and vertices whatever the layer's size.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from sqlalchemy.orm import Session

from layers.layer import Column
from layers.mercator import WORLD
from layers.tables import Statement, quote, quote_column, run

Integers = npt.NDArray[np.int64]

FINEST = 16
"""Zoom of the finest tiles counted."""
LARGE = 256
"""Vertices from which a feature's are counted one by one."""
SAMPLE = 4000


class Load(NamedTuple):
    """What a tile holds; ``length`` is that of lines and boundaries, in EPSG:3857 metres."""

    features: int
    vertices: int
    length: float


@dataclass(frozen=True)
class Density:
    """Counts of the tiles of zoom 16: features by the middle of their box, vertices of large ones where they lie.

    ``dimension`` is that of most features: 0 points, 1 lines, 2 areas.
    """

    column: Integers
    row: Integers
    features: Integers
    vertices: Integers
    length: npt.NDArray[np.float64]
    dimension: int

    @property
    def total(self) -> int:
        """How many features the whole layer holds."""
        return int(self.features.sum())

    def heaviest(self, zoom: int) -> Load:
        """The most features, vertices and length that a tile of a zoom holds (not always the same tile)."""
        step = FINEST - zoom
        _, place = np.unique((self.column >> step) << 32 | (self.row >> step), return_inverse=True)
        most = [
            np.bincount(place, weights=each).max(initial=0.0) for each in (self.features, self.vertices, self.length)
        ]
        return Load(int(most[0]), int(most[1]), float(most[2]))


def measure_density(session: Session, table: str) -> Density:
    """Count a feature table; vertices of large features are counted where they lie, each with its share of length."""
    side = WORLD / 2**FINEST
    small = f"FROM {quote(table)} WHERE NOT ST_IsEmpty(mercator)"
    middle = "(ST_XMin(g) + ST_XMax(g)) / 2 AS x, (ST_YMin(g) + ST_YMax(g)) / 2 AS y"
    length = "ST_Length(g) + ST_Perimeter(g)"
    text = f"""
        WITH found AS (SELECT mercator AS g, ST_NPoints(mercator) AS n {small}),
        shapes AS MATERIALIZED (SELECT g, n, {length} AS length FROM found),
        parts AS (
            SELECT {middle}, 1 AS features, CASE WHEN n > {LARGE} THEN 0 ELSE n END AS vertices, ST_Dimension(g) AS d,
                CASE WHEN n > {LARGE} THEN 0 ELSE length END AS length FROM shapes
            UNION ALL SELECT ST_X(point), ST_Y(point), 0, 1, 0, length FROM
                (SELECT (ST_DumpPoints(g)).geom AS point, length / n AS length FROM shapes WHERE n > {LARGE}) t)
        SELECT floor((%(half)s + x) / %(side)s)::bigint, floor((%(half)s - y) / %(side)s)::bigint,
            sum(features), sum(vertices), sum(d), sum(length) FROM parts GROUP BY 1, 2"""
    rows = run(session, Statement(text, {"half": WORLD / 2, "side": side}))
    counts = np.array([[int(value) for value in row[:5]] for row in rows], np.int64).reshape(-1, 5)
    edge = 2**FINEST - 1
    return Density(
        column=np.clip(counts[:, 0], 0, edge),
        row=np.clip(counts[:, 1], 0, edge),
        features=counts[:, 2],
        vertices=counts[:, 3],
        length=np.array([row[5] for row in rows], np.float64),
        dimension=round(int(counts[:, 4].sum()) / max(int(counts[:, 2].sum()), 1)),
    )


def attribute_bytes(session: Session, table: str, columns: Sequence[Column]) -> float:
    """Bytes that one feature's id and attributes take in a vector tile, measured on a sample."""
    names = "".join(f", {quote_column(column.name)}" for column in columns)
    text = f"""
        SELECT octet_length(ST_AsMVT(t.*, 'l', 4096, 'geom', 'fid')), count(*) FROM
        (SELECT ST_Point(0, 0) AS geom, fid{names} FROM {quote(table)} LIMIT {SAMPLE}) AS t"""
    length, count = run(session, Statement(text))[0]
    return float(length or 0) / max(int(count), 1)
