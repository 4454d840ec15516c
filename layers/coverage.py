"""Polygons simplified together, so that neighbours keep their common boundary and no sliver opens between them.

Simplifying each parcel alone moves a shared boundary twice, differently. Here the rings are cut into *arcs* at the
vertices where three boundaries meet (as TopoJSON does), an arc that two polygons share is simplified in one direction
only, whoever owns it, and the rings are put together again from the simplified arcs. Everything is done on whole arrays
of coordinates; polygons need not form a clean coverage: those that overlap simply share fewer arcs.

Coordinates are in the plane of the caller (EPSG:3857 here), tolerances in its units.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely

Geometries = npt.NDArray[np.object_]
Integers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
Coordinates = npt.NDArray[np.float64]

MATCH = 0.001
"""Vertices closer than this (plane units) count as one when looking for shared boundaries."""
STRIDE = np.int64(1) << np.int64(32)


@dataclass(frozen=True)
class Coverage:
    """Polygons taken apart: arcs in one canonical direction, and how rings and polygons are made of them.

    ``arcs`` are LineStrings; arc ``i`` belongs to ring ``ring[i]``, in order, reversed where ``backward[i]``; ring
    ``r`` belongs to part ``part[r]``, the first being the shell; part ``p`` belongs to input polygon ``owner[p]``.
    """

    arcs: Geometries
    backward: Flags
    ring: Integers
    part: Integers
    owner: Integers
    size: int

    def simplify(self, tolerance: float) -> "Coverage":
        """Return the coverage with every arc simplified (Douglas-Peucker); nodes stay."""
        arcs = shapely.simplify(self.arcs, tolerance, preserve_topology=False)
        return Coverage(arcs, self.backward, self.ring, self.part, self.owner, self.size)

    def polygons(self, unit: float | None = None, origin: tuple[float, float] = (0.0, 0.0)) -> Geometries:
        """Put the polygons together: Polygons, MultiPolygons, None where nothing is left.

        With ``unit`` vertices are rounded to the lattice of that spacing through ``origin``, which moves common
        vertices alike; the result of rounding may be invalid where a polygon is thinner than a unit.
        """
        coordinates, ring = self._ring_coordinates()
        if unit is not None:
            coordinates = np.round((coordinates - origin) / unit)
            different = np.empty(len(ring), bool)
            different[:1] = True
            different[1:] = (ring[1:] != ring[:-1]) | (coordinates[1:] != coordinates[:-1]).any(axis=1)
            coordinates, ring = coordinates[different] * unit + origin, ring[different]
        return self._assemble(coordinates, ring)

    def _ring_coordinates(self) -> tuple[Coordinates, Integers]:
        """Coordinates of all rings without their closing vertex, and the ring of each."""
        coordinates, arc = shapely.get_coordinates(self.arcs, return_index=True)
        counts = np.bincount(arc, minlength=len(self.arcs))
        first = np.cumsum(counts) - counts
        position = np.arange(len(arc)) - first[arc]
        from_end = self.backward[arc]
        source = np.where(from_end, first[arc] + counts[arc] - 1 - position, np.arange(len(arc)))
        keep = position < counts[arc] - 1  # the next arc begins where this one ends
        return coordinates[source[keep]], self.ring[arc[keep]]

    def _assemble(self, coordinates: Coordinates, ring: Integers) -> Geometries:
        counts = np.bincount(ring, minlength=len(self.part))
        whole = counts >= 3
        shell = np.zeros(len(self.part), bool)
        shell[np.unique(self.part, return_index=True)[1]] = True
        lost_parts = np.zeros(len(self.owner), bool)
        lost_parts[self.part[shell & ~whole]] = True
        whole &= ~lost_parts[self.part]
        result = np.full(self.size, None, dtype=object)
        if not whole.any():
            return result
        inside = whole[ring]
        coordinates, ring = coordinates[inside], ring[inside]
        number = np.cumsum(whole) - 1
        closed, ring_offsets = _close(coordinates, number[ring])
        parts, ring_counts = np.unique(self.part[whole], return_counts=True)
        part_offsets = np.concatenate([[0], np.cumsum(ring_counts)])
        polygons = shapely.from_ragged_array(shapely.GeometryType.POLYGON, closed, (ring_offsets, part_offsets))
        return _gather(polygons, self.owner[parts], result)


def take_apart(polygons: Geometries) -> Coverage:
    """Cut polygons (Polygon or MultiPolygon; others give nothing) into shared arcs."""
    parts, owner = shapely.get_parts(polygons, return_index=True)
    areal = shapely.get_type_id(parts) == shapely.GeometryType.POLYGON
    areal &= ~shapely.is_empty(parts)
    parts, owner = parts[areal], owner[areal]
    rings, part = shapely.get_rings(parts, return_index=True)
    coordinates, ring = shapely.get_coordinates(rings, return_index=True)
    last = np.flatnonzero(np.diff(ring, append=-1))
    open_ = np.ones(len(ring), bool)
    open_[last] = False  # the closing vertex repeats the first
    coordinates, ring = coordinates[open_], ring[open_]
    if not len(ring):
        nothing = np.zeros(0, np.int64)
        return Coverage(np.zeros(0, object), np.zeros(0, bool), nothing, nothing, nothing, len(polygons))
    vertex = _identify(coordinates)
    following, preceding = _neighbours(ring)
    node = _nodes(vertex, ring, following, preceding)
    return _cut(coordinates, vertex, ring, node, part, owner, len(polygons))


def _identify(coordinates: Coordinates) -> Integers:
    """Number of the distinct position of every vertex."""
    lattice = np.round(coordinates / MATCH).astype(np.int64)
    lattice -= lattice.min(axis=0)
    _, vertex = np.unique(lattice[:, 0] * (np.int64(1) + lattice[:, 1].max()) + lattice[:, 1], return_inverse=True)
    return vertex.astype(np.int64)


def _neighbours(ring: Integers) -> tuple[Integers, Integers]:
    """Index of the following and the preceding vertex within each ring."""
    index = np.arange(len(ring))
    first = np.flatnonzero(np.diff(ring, prepend=-1))
    last = np.append(first[1:], len(ring)) - 1
    following, preceding = index + 1, index - 1
    following[last], preceding[first] = first, last
    return following, preceding


def _nodes(vertex: Integers, ring: Integers, following: Integers, preceding: Integers) -> Flags:
    """Where arcs begin: vertices whose neighbours differ from ring to ring; one vertex in a ring without any."""
    one, other = vertex[following], vertex[preceding]
    low, high = np.minimum(one, other), np.maximum(one, other)
    count = int(vertex.max()) + 1
    some_low, some_high = np.empty(count, np.int64), np.empty(count, np.int64)
    some_low[vertex], some_high[vertex] = low, high
    is_node = np.zeros(count, bool)
    is_node[vertex[(some_low[vertex] != low) | (some_high[vertex] != high)]] = True
    has_node = np.bincount(ring, weights=is_node[vertex]) > 0
    lonely = ~has_node[ring]
    if lonely.any():
        # The smallest number is the same vertex in a hole and in the island that fills it.
        smallest = np.full(len(has_node), np.iinfo(np.int64).max)
        np.minimum.at(smallest, ring[lonely], vertex[lonely])
        is_node[smallest[~has_node]] = True
    return is_node[vertex]


def _cut(
    coordinates: Coordinates,
    vertex: Integers,
    ring: Integers,
    node: Flags,
    part: Integers,
    owner: Integers,
    size: int,
) -> Coverage:
    """Turn each ring to begin at a node, cut it there, and give every arc its canonical direction."""
    first = np.flatnonzero(np.diff(ring, prepend=-1))
    counts = np.diff(np.append(first, len(ring)))
    nodes = np.flatnonzero(node)
    start = nodes[np.searchsorted(nodes, first)]  # the first node of every ring
    turned = (np.arange(len(ring)) - first[ring] + (start - first)[ring]) % counts[ring] + first[ring]
    node = node[turned]
    begins = np.flatnonzero(node)
    length = np.diff(np.append(begins, len(ring))) + 1  # each arc ends on the vertex that begins the next one
    arc_ring = ring[begins]
    offsets = np.concatenate([[0], np.cumsum(length)])
    arc = np.repeat(np.arange(len(begins)), length)
    at = begins[arc] + np.arange(offsets[-1]) - offsets[arc]
    wrap = at >= np.append(first, len(ring))[arc_ring[arc] + 1]
    at = np.where(wrap, first[arc_ring[arc]], at)
    points = turned[at]
    head, neck = vertex[points[offsets[:-1]]], vertex[points[offsets[:-1] + 1]]
    tail, hock = vertex[points[offsets[1:] - 1]], vertex[points[offsets[1:] - 2]]
    backward = (head > tail) | ((head == tail) & (neck > hock))
    reverse = backward[arc]
    position = np.arange(offsets[-1])
    points = np.where(reverse, points[offsets[arc] + offsets[arc + 1] - 1 - position], points)
    arcs = shapely.from_ragged_array(shapely.GeometryType.LINESTRING, coordinates[points], (offsets,))
    return Coverage(arcs, backward, arc_ring, part.astype(np.int64), owner.astype(np.int64), size)


def _close(coordinates: Coordinates, ring: Integers) -> tuple[Coordinates, Integers]:
    """Repeat the first vertex at the end of every ring; returns coordinates and ring offsets."""
    first = np.flatnonzero(np.diff(ring, prepend=-1))
    counts = np.diff(np.append(first, len(ring)))
    offsets = np.concatenate([[0], np.cumsum(counts + 1)])
    closed = np.empty((offsets[-1], 2))
    closing = np.zeros(offsets[-1], bool)
    closing[offsets[1:] - 1] = True
    closed[~closing] = coordinates
    closed[closing] = coordinates[first]
    return closed, offsets


def _gather(polygons: Geometries, owner: Integers, result: Geometries) -> Geometries:
    """Write polygons to their owners, several of one owner as a MultiPolygon."""
    owners, counts = np.unique(owner, return_counts=True)
    single = np.isin(owner, owners[counts == 1])
    result[owner[single]] = polygons[single]
    if not single.all():
        several, number = np.unique(owner[~single], return_inverse=True)
        order = np.argsort(number, kind="stable")
        result[several] = shapely.multipolygons(polygons[~single][order], indices=number[order])
    return result
