"""Does a layer meet its neighbours at the edge of the sheet? Lines and boundaries must go on where the next one begins.

Neighbours are published layers of the same kind of geometry whose extent touches or narrowly overlaps the new one's.
Ends of lines, and for areas vertices, within ``BAND_M`` of the common edge are looked up among those of the neighbour
there: met within ``MEETS_M``, missed when the nearest is farther but within ``NEAR_M``, else alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely
from sqlalchemy.orm import Session

from importers.report import Check
from layers.crs.names import DEGREE_M
from layers.frame import Bounds
from layers.layer import Layer
from layers.sentences import listed, say
from layers.tables import Statement, quote, run

BAND_M = 2.0
MEETS_M = 0.3
NEAR_M = 10.0
MOST_SHAPES = 20_000
MOST_NEIGHBOURS = 8
NARROW = 0.05
"""Share of the smaller extent up to which an overlap is that of neighbours, not of two layers of the same ground."""

Points = npt.NDArray[np.float64]


@dataclass(frozen=True)
class _Edge:
    """The common edge of two extents, with a band around it (degrees), and metres per degree there."""

    band: Bounds
    metres: tuple[float, float]
    srid: int


def check_edges(session: Session, table: str, extent: Bounds | None, family: str, others: Sequence[Layer]) -> Check:
    """Judge how the table's features meet those of the neighbours among ``others``; ``family`` is line or polygon."""
    neighbours = [
        (other, edge)
        for other in others
        if extent is not None and _same_family(other, family) and (edge := _edge(extent, other))
    ][:MOST_NEIGHBOURS]
    if family not in ("line", "polygon") or not neighbours:
        return Check(say("edge-match"), "pass", say("no-layer-beside"))
    told, missed = [], 0
    for other, edge in neighbours:
        own, theirs = (_ends(session, name, edge) for name in (table, other.version.table or ""))
        met, near, gap = _matched(own, theirs)
        missed += near
        told.append(
            say("edges-go-on", other=other.name, met=met, count=len(own), meets_m=MEETS_M)
            + (say("edges-miss", near=near, gap=gap) if near else "")
        )
    return Check(say("edge-match"), "conditional" if missed else "pass", listed(told))


def _same_family(other: Layer, family: str) -> bool:
    kind = (other.version.facts.geometry_type or "").removeprefix("Multi")
    return {"LineString": "line", "Polygon": "polygon"}.get(kind) == family and other.version.table is not None


def _edge(own: Bounds, layer: Layer) -> _Edge | None:
    """Return the common edge of two extents; None when they lie apart or cover the same ground."""
    other = layer.version.extent
    if other is None:
        return None
    metres = (DEGREE_M * float(np.cos(np.radians((own.south + own.north) / 2))), DEGREE_M)
    margin = (BAND_M / metres[0], BAND_M / metres[1])
    west, east = max(own.west, other.west) - margin[0], min(own.east, other.east) + margin[0]
    south, north = max(own.south, other.south) - margin[1], min(own.north, other.north) + margin[1]
    if west > east or south > north:
        return None
    smaller = min(_area(own), _area(other))
    if smaller <= 0 or max(0.0, east - west) * max(0.0, north - south) > NARROW * smaller:
        return None
    return _Edge(Bounds(west, south, east, north), metres, layer.version.srid)


def _area(box: Bounds) -> float:
    return (box.east - box.west) * (box.north - box.south)


def _ends(session: Session, table: str, edge: _Edge) -> Points:
    """Return the ends of lines and the vertices of areas in the band, in metres from its corner."""
    west, south, east, north = edge.band
    text = (
        f"SELECT ST_AsBinary(ST_Force2D(geom)) FROM {quote(table)} "
        "WHERE geom && ST_MakeEnvelope(%(west)s, %(south)s, %(east)s, %(north)s, %(srid)s) LIMIT %(most)s"
    )
    rows = run(session, Statement(text, {"west": west, "south": south, "east": east, "north": north,
                                         "most": MOST_SHAPES, "srid": edge.srid}))  # fmt: skip
    parts = shapely.get_parts(np.array(shapely.from_wkb([bytes(row[0]) for row in rows]), dtype=object))
    lines = parts[shapely.get_dimensions(parts) == 1]
    found = [shapely.get_coordinates(parts[shapely.get_dimensions(parts) == 2])]
    found += [shapely.get_coordinates(shapely.get_point(lines, place)) for place in (0, -1)]
    points = np.concatenate(found)
    inside = (points[:, 0] >= west) & (points[:, 0] <= east) & (points[:, 1] >= south) & (points[:, 1] <= north)
    there: Points = np.unique(points[inside], axis=0)
    return (there - (west, south)) * edge.metres


def _matched(own: Points, theirs: Points) -> tuple[int, int, float]:
    """Count the ends that another meets and those that miss one narrowly; and the widest such gap, metres."""
    if not len(own) or not len(theirs):
        return 0, 0, 0.0
    tree = shapely.STRtree(np.array([shapely.Point(x, y) for x, y in theirs.tolist()], dtype=object))
    _, gaps = tree.query_nearest(shapely.points(own), max_distance=NEAR_M, return_distance=True, all_matches=False)
    near = gaps[gaps > MEETS_M]
    return int(np.count_nonzero(gaps <= MEETS_M)), len(near), float(near.max(initial=0.0))
