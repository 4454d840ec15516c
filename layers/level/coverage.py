"""Polygons simplified together, so that neighbours keep their common boundary and no sliver opens between them.

Simplifying each parcel alone moves a shared boundary twice, differently. Here the rings are cut into *arcs* at the
vertices where three boundaries meet (as TopoJSON does), and an arc that two polygons share is weighed once, whoever
owns it (``layers.level.significance``): its vertices go or stay in both. Everything is done on whole arrays of
coordinates; polygons need not form a clean coverage: those that overlap simply share fewer arcs.

Coordinates are in the plane of the caller (EPSG:3857 here), tolerances in its units.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from layers.level.areas import Areas, Floats
from layers.level.significance import weigh

Integers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

MATCH = 0.001
"""Vertices closer than this (plane units) count as one when looking for shared boundaries."""


@dataclass(frozen=True)
class Coverage:
    """Areas and how far each of their vertices stands out of its arc; where arcs meet, infinitely."""

    areas: Areas
    weight: Floats

    def simplified(self, tolerance: float) -> Areas:
        """Return the areas with every arc simplified (Douglas-Peucker); nodes stay, what collapses has no ring."""
        kept = self.weight > tolerance
        return self.areas.without_lost_rings(self.areas.coordinates[kept], self.areas.ring[kept])


def take_apart(areas: Areas, least: float = 0.0) -> Coverage:
    """Find the arcs of areas and weigh their vertices; ``least`` is the smallest tolerance that will be asked for."""
    if not len(areas.ring):
        return Coverage(areas, np.zeros(0))
    place = _identify(areas.coordinates)
    node = _nodes(place, areas)
    return Coverage(areas, _weights(areas, place, node, least))


def _identify(coordinates: Floats) -> Integers:
    """Number of the distinct position of every vertex."""
    lattice = np.round(coordinates / MATCH).astype(np.int64)
    lattice -= lattice.min(axis=0)
    _, place = np.unique(lattice[:, 0] * (np.int64(1) + lattice[:, 1].max()) + lattice[:, 1], return_inverse=True)
    return place.astype(np.int64)


def _nodes(place: Integers, areas: Areas) -> Flags:
    """Which vertices are nodes: their neighbours differ from ring to ring; one vertex in a ring without any."""
    one = place[areas.following]
    other = np.empty_like(one)
    other[areas.following] = place
    low, high = np.minimum(one, other), np.maximum(one, other)
    count = int(place.max()) + 1
    some_low, some_high = np.empty(count, np.int64), np.empty(count, np.int64)
    some_low[place], some_high[place] = low, high
    is_node = np.zeros(count, bool)
    is_node[place[(some_low[place] != low) | (some_high[place] != high)]] = True
    has_node = np.logical_or.reduceat(is_node[place], areas.first)
    if not has_node.all():
        # The smallest number is the same vertex in a hole and in the island that fills it.
        is_node[np.minimum.reduceat(place, areas.first)[~has_node]] = True
    return is_node[place]


def _weights(areas: Areas, place: Integers, node: Flags, least: float) -> Floats:
    """Weigh every arc once, in one direction, and give its vertices their weight wherever they occur."""
    first, counts, ring = areas.first, areas.counts, areas.ring
    nodes = np.flatnonzero(node)
    start = nodes[np.searchsorted(nodes, first)]  # the first node of every ring, which is turned to begin there
    source = np.arange(len(ring)) + (start - first)[ring]
    end = (first + counts)[ring]
    source = np.where(source >= end, source - counts[ring], source)
    begins = np.flatnonzero(node[source])
    inside = np.diff(begins, append=len(ring)) - 1
    begins, inside = begins[inside > 0], inside[inside > 0]
    # An inner vertex belongs to one arc only: the smaller one of its first and last inner vertex names the arc, and
    # the arc is walked from that end.
    after, before = place[source[begins + 1]], place[source[begins + inside]]
    _, once = np.unique(np.minimum(after, before), return_index=True)
    begins, inside, backward = begins[once], inside[once], (after > before)[once]
    offsets = np.cumsum(inside + 2) - (inside + 2)
    at = _walked(begins, inside, backward, offsets, areas)
    at = source[at]
    del source
    found = weigh(areas.coordinates[at], offsets, offsets + inside + 1, least)
    weights = np.full(int(place.max()) + 1, np.inf)
    inner = np.ones(len(at), bool)
    inner[offsets] = inner[offsets + inside + 1] = False
    weights[place[at[inner]]] = found[inner]
    return weights[place]


def _walked(begins: Integers, inside: Integers, backward: Flags, offsets: Integers, areas: Areas) -> Integers:
    """Where each vertex of every arc stands in its ring, turned; the arc that ends its ring ends where that begins."""
    at = np.arange(int((inside + 2).sum()))
    forward = np.repeat(np.where(backward, -1, 1), inside + 2)
    at -= np.repeat(offsets, inside + 2)
    at *= forward
    at += np.repeat(np.where(backward, begins + inside + 1, begins), inside + 2)
    last = np.where(backward, offsets, offsets + inside + 1)  # the vertex of each arc that may lie beyond its ring
    ring = areas.ring[begins]
    beyond = at[last] >= (areas.first + areas.counts)[ring]
    at[last[beyond]] = areas.first[ring[beyond]]
    return at
