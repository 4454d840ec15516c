"""Reading a feature table's shapes in blocks that fit into memory, with the neighbours that share their boundaries."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely
from sqlalchemy.orm import Session

from layers.density import FINEST, Density
from layers.layer import Column
from layers.mercator import WORLD
from layers.tables import quote, quote_column

OVERLAPS = "mercator && ST_MakeEnvelope(%(west)s, %(south)s, %(east)s, %(north)s, 3857)"
INSIDE = (
    "ST_XMin(mercator) + ST_XMax(mercator) >= 2 * %(west)s AND ST_XMin(mercator) + ST_XMax(mercator) < 2 * %(east)s "
    "AND ST_YMin(mercator) + ST_YMax(mercator) > 2 * %(south)s "
    "AND ST_YMin(mercator) + ST_YMax(mercator) <= 2 * %(north)s"
)
"""The middle of the box lies in the block; of a border between two blocks, in one of them only."""

BLOCK_VERTICES = 150_000
"""Vertices read at once: about 40 MB with all that is derived from them, and a few blocks are worked on at a time."""


@dataclass(frozen=True)
class Block:
    """Shapes of a block: feature id, class number, geometry (EPSG:3857); neighbours are there but not ``own``."""

    fid: npt.NDArray[np.int64]
    number: npt.NDArray[np.int64]
    own: npt.NDArray[np.bool_]
    geometries: npt.NDArray[np.object_]


def read_blocks(
    session: Session,
    table: str,
    density: Density,
    numbers: Mapping[str, int],
    class_column: "Column | None",
) -> Iterator[Block]:
    """Yield every feature with a geometry once as its block's own.

    Features lie in the block that holds the middle of their box. The neighbours of a block are those that touch the box
    around its own features, so that every boundary is seen with all who share it; of features wider than the block
    those that touch their outline.
    """
    value = f"{quote_column(class_column.name)}::text" if class_column and numbers else "NULL::text"
    select = (
        f"SELECT fid, {value}, ST_AsBinary(ST_Force2D(mercator)) FROM {quote(table)} WHERE NOT ST_IsEmpty(mercator)"
    )
    boxes = _boxes(density)
    for box in boxes:  # west, south, east, north
        params: dict[str, Any] = dict(zip(("west", "south", "east", "north"), box, strict=True))
        own = _fetch(session, f"{select} AND {OVERLAPS} AND {INSIDE}", params)
        if not own:
            continue
        shapes = shapely.from_wkb([row[2] for row in own])
        wide = _extent(shapes) > box[2] - box[0]
        around = _neighbours(session, select, params, shapes[~wide]) if len(boxes) > 1 else []
        if len(boxes) > 1 and wide.any():
            fids = [row[0] for row, far in zip(own, wide.tolist(), strict=True) if far]
            met = {row[0] for row in around}
            around += [row for row in _touching(session, table, select, params, fids) if row[0] not in met]
        rows = own + around
        yield Block(
            fid=np.array([row[0] for row in rows], np.int64),
            number=np.array([numbers.get(row[1], 0) for row in rows], np.int64),
            own=np.arange(len(rows)) < len(own),
            geometries=np.concatenate([shapes, shapely.from_wkb([row[2] for row in around])]).astype(object),
        )


def _extent(shapes: Any) -> npt.NDArray[np.float64]:
    west, south, east, north = shapely.bounds(shapes).T
    extent: npt.NDArray[np.float64] = np.maximum(east - west, north - south)
    return extent


def _touching(session: Session, table: str, select: str, params: dict[str, Any], fids: Sequence[int]) -> list[Any]:
    """Read what touches the outline of features wider than their block: their boxes may hold the whole layer."""
    lines = f"SELECT ST_Boundary(mercator) AS line FROM {quote(table)} WHERE fid = ANY(%(fids)s)"
    touched = (
        f"WITH lines AS MATERIALIZED ({lines} AND ST_Dimension(mercator) = 2) "
        f"SELECT f.fid FROM lines JOIN {quote(table)} AS f ON ST_Intersects(line, f.mercator)"
    )
    return _fetch(session, f"{select} AND fid IN ({touched}) AND NOT ({INSIDE})", params | {"fids": fids})


def _neighbours(session: Session, select: str, params: dict[str, Any], shapes: Any) -> list[Any]:
    if not len(shapes):
        return []
    west, south, east, north = (float(side) for side in shapely.total_bounds(shapes))
    box = {"own_west": west, "own_south": south, "own_east": east, "own_north": north}
    touching = "mercator && ST_MakeEnvelope(%(own_west)s, %(own_south)s, %(own_east)s, %(own_north)s, 3857)"
    return _fetch(session, f"{select} AND {touching} AND NOT ({INSIDE})", params | box)


def _fetch(session: Session, text: str, params: Mapping[str, Any]) -> list[Any]:
    driver: Any = session.connection().connection.driver_connection
    with driver.cursor(binary=True) as cursor:
        cursor.execute(text, params)
        return list(cursor.fetchall())


def _boxes(density: Density) -> list[tuple[float, float, float, float]]:
    """Boxes (west, south, east, north) of tiles, quartered until each holds few enough vertices."""
    boxes: list[tuple[float, float, float, float]] = []

    def quarter(zoom: int, column: int, row: int, inside: npt.NDArray[np.int64]) -> None:
        vertices = int(density.vertices[inside].sum())
        if vertices == 0:
            return
        if vertices <= BLOCK_VERTICES or zoom == FINEST:
            side = WORLD / 2**zoom
            west, north = -WORLD / 2 + column * side, WORLD / 2 - row * side
            boxes.append((west, north - side, west + side, north))
            return
        step = FINEST - zoom - 1
        for child in ((2 * column + a, 2 * row + b) for b in (0, 1) for a in (0, 1)):
            mine = (density.column[inside] >> step == child[0]) & (density.row[inside] >> step == child[1])
            quarter(zoom + 1, *child, inside[mine])

    quarter(0, 0, 0, np.arange(len(density.column)))
    return boxes
