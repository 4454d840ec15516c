"""Areas as arrays: the vertices of all rings in a row, measured, turned, rounded and encoded without making geometries.

A hundred thousand areas are a few arrays here. Making as many GEOS geometries, asking each for its validity and its
bytes costs more than everything else that is done with them.
"""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt
import shapely

Geometries = npt.NDArray[np.object_]
Integers = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Point = tuple[float, float]

_POLYGON_WITH_SRID = b"\x01\x03\x00\x00\x20"


@dataclass(frozen=True)
class Areas:
    """Areas numbered 0 … ``size`` - 1, some of which may have no ring.

    ``coordinates`` (n, 2) are the vertices without the closing ones, ``ring`` the ring of each, ``part`` the part of
    each ring, the first being the shell, ``owner`` the area of each part; all three ascend.
    """

    coordinates: Floats
    ring: Integers
    part: Integers
    owner: Integers
    size: int

    @classmethod
    def of(cls, geometries: Geometries) -> "Areas":
        """Take polygons and multipolygons apart (2D); others and None have no ring."""
        parts, owner = shapely.get_parts(geometries, return_index=True)
        areal = (shapely.get_type_id(parts) == shapely.GeometryType.POLYGON) & ~shapely.is_empty(parts)
        parts, owner = parts[areal], owner[areal]
        rings, part = shapely.get_rings(parts, return_index=True)
        del parts  # each is a copy of all vertices
        coordinates, ring = shapely.get_coordinates(rings, return_index=True)
        del rings
        last = np.flatnonzero(np.diff(ring, append=-1))
        open_ = np.ones(len(ring), bool)
        open_[last] = False  # the closing vertex repeats the first
        return cls(coordinates[open_], ring[open_], part.astype(np.int64), owner.astype(np.int64), len(geometries))

    @cached_property
    def first(self) -> Integers:
        """Index of the first vertex of every ring."""
        return np.flatnonzero(np.diff(self.ring, prepend=-1))

    @cached_property
    def counts(self) -> Integers:
        """Number of vertices of every ring."""
        return np.diff(self.first, append=len(self.ring))

    @cached_property
    def following(self) -> Integers:
        """Index of the vertex that follows each in its ring."""
        following = np.arange(1, len(self.ring) + 1)
        following[self.first + self.counts - 1] = self.first
        return following

    @cached_property
    def shell(self) -> Flags:
        """Which rings are shells."""
        shell: Flags = np.diff(self.part, prepend=-1) > 0
        return shell

    @cached_property
    def ring_owner(self) -> Integers:
        """The area of every ring."""
        return self.owner[self.part]

    @cached_property
    def signed_area(self) -> Floats:
        """Area of every ring, positive where it runs anticlockwise."""
        if not len(self.first):
            return np.zeros(0)
        at = self.coordinates - np.repeat(self.coordinates[self.first], self.counts, axis=0)
        x, y = at[:, 0], at[:, 1]
        twice: Floats = np.add.reduceat(x * y[self.following] - x[self.following] * y, self.first)
        return twice / 2

    def area(self) -> Floats:
        """Area of every area, its holes taken off."""
        each = np.abs(self.signed_area) * np.where(self.shell, 1.0, -1.0)
        area: Floats = np.bincount(self.ring_owner, weights=each, minlength=self.size).astype(np.float64)
        return area

    def boxes(self) -> Floats:
        """West, south, east and north of every area; NaN of none."""
        boxes = np.full((self.size, 4), np.nan)
        if len(self.first):
            begins = np.flatnonzero(np.diff(self.ring_owner, prepend=-1))
            at = self.first[begins]
            low, high = np.minimum.reduceat(self.coordinates, at), np.maximum.reduceat(self.coordinates, at)
            boxes[self.ring_owner[begins]] = np.concatenate([low, high], axis=1)
        return boxes

    def extent(self) -> Floats:
        """Longer side of the box of every area; 0 of none."""
        boxes = self.boxes()
        extent: Floats = np.nan_to_num((boxes[:, 2:] - boxes[:, :2]).max(axis=1))
        return extent

    def vertices(self) -> Integers:
        """Number of vertices of every area, closing ones included, as shapely counts them."""
        counted = np.bincount(self.ring_owner, weights=self.counts + 1, minlength=self.size)
        return counted.astype(np.int64)

    def only(self, wanted: Flags) -> "Areas":
        """The same areas, those not wanted without rings."""
        if wanted.all():
            return self
        rings = wanted[self.ring_owner]
        return self._of_rings(rings, self.coordinates[rings[self.ring]], self.ring[rings[self.ring]])

    def joined(self, other: "Areas") -> "Areas":
        """The rings of both, of as many areas; those of ``other`` belong to later areas."""
        return Areas(
            np.concatenate([self.coordinates, other.coordinates]),
            np.concatenate([self.ring, other.ring + len(self.part)]),
            np.concatenate([self.part, other.part + len(self.owner)]),
            np.concatenate([self.owner, other.owner]),
            self.size,
        )

    def rounded(self, unit: float, origin: Point) -> "Areas":
        """Vertices rounded to the lattice of ``unit`` through ``origin``; rings of less than three places vanish.

        Common vertices move alike. What is thinner than a unit may come out invalid.
        """
        at = np.rint((self.coordinates - origin) / unit)
        before = np.arange(-1, len(at) - 1)
        before[self.first] = self.first + self.counts - 1
        moved: Flags = (at[:, 0] != at[before, 0]) | (at[:, 1] != at[before, 1])
        return self.without_lost_rings(at[moved] * unit + origin, self.ring[moved])

    def without_lost_rings(self, coordinates: Floats, ring: Integers) -> "Areas":
        """Areas of the vertices left: rings of less than three go, and parts with their shells."""
        whole = np.bincount(ring, minlength=len(self.part)) >= 3
        lost = np.zeros(len(self.owner), bool)
        lost[self.part[self.shell & ~whole]] = True
        whole &= ~lost[self.part]
        kept = whole[ring]
        if not kept.all():
            coordinates, ring = coordinates[kept], ring[kept]
        return self._of_rings(whole, coordinates, ring)

    def _of_rings(self, rings: Flags, coordinates: Floats, ring: Integers) -> "Areas":
        """The rings that are left, with their vertices, numbered anew."""
        part = self.part[rings]
        parts = np.zeros(len(self.owner), bool)
        parts[part] = True
        number = np.cumsum(rings) - 1
        return Areas(coordinates, number[ring], (np.cumsum(parts) - 1)[part], self.owner[parts], self.size)

    def oriented(self) -> "Areas":
        """Shells clockwise and holes anticlockwise, as vector tiles want them with y upward."""
        turned = (self.signed_area > 0) == self.shell
        if not turned.any():
            return self
        last = self.first + self.counts - 1
        index = np.arange(len(self.ring))
        source = np.where(turned[self.ring], (self.first + last)[self.ring] - index, index)
        return replace(self, coordinates=self.coordinates[source])

    def polygons(self) -> Geometries:
        """Polygons and MultiPolygons; None where there is no ring."""
        result = np.full(self.size, None, dtype=object)
        if not len(self.ring):
            return result
        closed, offsets = self.closed()
        part_offsets = np.append(np.flatnonzero(self.shell), len(self.part))
        polygons = shapely.from_ragged_array(shapely.GeometryType.POLYGON, closed, (offsets, part_offsets))
        counts = np.bincount(self.owner, minlength=self.size)
        single = counts[self.owner] == 1
        result[self.owner[single]] = polygons[single]
        if not single.all():
            several, number = np.unique(self.owner[~single], return_inverse=True)
            result[several] = shapely.multipolygons(polygons[~single], indices=number)
        return result

    @cached_property
    def simple(self) -> Flags:
        """Which areas are a single ring."""
        simple: Flags = np.bincount(self.ring_owner, minlength=self.size) == 1
        return simple

    def ewkb(self, srid: int) -> Geometries:
        """Each area as EWKB; None where there is no ring."""
        bodies = np.full(self.size, None, dtype=object)
        closed, offsets = self.closed()
        heads = np.zeros(len(self.first), dtype=[("srid", "<u4"), ("rings", "<u4"), ("points", "<u4")])
        heads["srid"], heads["rings"], heads["points"] = srid, 1, self.counts + 1
        head, raw = heads.tobytes(), np.ascontiguousarray(closed, "<f8").data.cast("B") if len(closed) else b""
        cuts = zip(range(0, len(head), 12), (16 * offsets[:-1]).tolist(), (16 * offsets[1:]).tolist(), strict=True)
        made = np.empty(len(self.first), dtype=object)
        made[:] = [_POLYGON_WITH_SRID + head[at : at + 12] + raw[start:end] for at, start, end in cuts]
        bodies[self.ring_owner] = made
        others = ~self.simple
        others[others] = np.bincount(self.ring_owner, minlength=self.size)[others] > 1
        if others.any():
            shapes = self.only(others).polygons()[others]
            bodies[others] = shapely.to_wkb(shapely.set_srid(shapes, srid), include_srid=True)
        return bodies

    def closed(self) -> tuple[Floats, Integers]:
        """Vertices with the first of every ring repeated at its end, and where each ring begins; last the number."""
        offsets = np.concatenate([[0], np.cumsum(self.counts + 1)])
        closed = np.empty((offsets[-1], 2))
        closing = np.zeros(offsets[-1], bool)
        closing[offsets[1:] - 1] = True
        closed[~closing] = self.coordinates
        closed[closing] = self.coordinates[self.first]
        return closed, offsets
