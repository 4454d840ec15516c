"""Features brought onto the frame: coordinates transformed, geometry repaired or refused, collections split, counted.

Every feature read ends in exactly one of four counts: *kept* as it was, *repaired*, *split* into several rows, or
*refused* with a reason: ``read = kept + repaired + split - merged + refused`` (this importer merges nothing), and
``rows = kept + repaired + parts``, ``parts`` being the rows that split features became.
"""

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import shapely

from importers.batch import FeatureBatch
from importers.vector.counts import Tally
from importers.vector.families import COLLECTION, FAMILIES, KINDS, Geometries, Rows, families_of, split_collections
from importers.vector.gdal_layer import without
from importers.vector.moved import AT_ONCE, is_clean, moved
from importers.vector.old_places import ordinate_columns
from importers.vector.repair import area_m2, repair
from layers.crs.mercator import Floats
from layers.crs.transform import Transform
from layers.frame import Bounds
from layers.sentences import say
from layers.validity import fault

Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class UnifiedBatch:
    """Rows ready to be written, in the storage CRS (degrees, east first).

    ``coordinates`` (n, 3) are those of the geometries, in order; Z is NaN where there is none. ``shapes`` say how they
    belong together: geometries of the same kinds, parts and rings, in whatever plane.
    """

    shapes: Geometries
    coordinates: Floats
    columns: dict[str, pa.Array]
    source_ids: npt.NDArray[Any]

    @property
    def geometries(self) -> Geometries:
        """The geometries in the storage CRS."""
        return moved(self.shapes, self.coordinates)

    @cached_property
    def boxes(self) -> Floats:
        """West, south, east and north (degrees) of every row; NaN where there is no geometry."""
        counts = shapely.get_num_coordinates(self.shapes)
        boxes = np.full((len(self.shapes), 4), np.nan)
        there = np.flatnonzero(counts)
        if len(there):
            starts = (np.cumsum(counts) - counts)[there]
            boxes[there, :2] = np.minimum.reduceat(self.coordinates[:, :2], starts)
            boxes[there, 2:] = np.maximum.reduceat(self.coordinates[:, :2], starts)
        return boxes


class Unifier:
    """Brings batches of one layer onto the frame and keeps the tally.

    ``transform`` leads from the file's x, y to degrees of the storage CRS. ``extent`` is the frame's, to count what
    lies outside it. ``family`` takes one geometry family only and refuses the rest.
    """

    def __init__(self, transform: Transform, extent: Bounds, family: str | None = None) -> None:
        self._transform, self._extent, self._family = transform, extent, family
        self.tally = Tally()

    def unify(self, batch: FeatureBatch) -> UnifiedBatch:
        """Bring one batch onto the frame."""
        tally = self.tally
        if self._transform.kind == "city" and not tally.read:
            tally.old_places = ordinate_columns(batch)
        tally.read += len(batch) + len(batch.refused)
        tally.done.update(batch.done)
        tally.refuse(batch.refused)
        placed, coordinates = self._place(replace(batch, refused=(), geometries=_emptied(batch.geometries)))
        if self._family is None and is_clean(placed.geometries, coordinates):
            tally.kept += len(placed)
            return self._measured(placed, coordinates)
        on_frame = replace(placed, geometries=moved(placed.geometries, coordinates))
        return self._mended(on_frame, placed.geometries, coordinates)

    def _mended(self, placed: FeatureBatch, as_read: Geometries, coordinates: Floats) -> UnifiedBatch:
        """Repair, choose and split the geometries of a batch in the storage CRS; what is refused is kept as read."""
        tally, untouched = self.tally, placed.geometries
        placed, repaired, kept = self._repair(placed, as_read)
        if self._family:
            placed, repaired = self._only(placed, as_read[kept], repaired, self._family)
        rows, split = split_collections(placed.geometries)
        tally.split += int(np.count_nonzero(split))
        tally.repaired += int(np.count_nonzero(repaired & ~split))
        tally.kept += int(np.count_nonzero(~repaired & ~split))
        result = _taken(placed, rows)
        tally.parts += int(np.count_nonzero(split[rows.origin]))
        if result.geometries is not untouched:
            coordinates = shapely.get_coordinates(result.geometries, include_z=True)
        return self._measured(result, coordinates)

    def _place(self, batch: FeatureBatch) -> tuple[FeatureBatch, Floats]:
        """Return a batch and its coordinates in the storage CRS; what has no place on the Earth is refused."""
        coordinates = shapely.get_coordinates(batch.geometries, include_z=True)
        at_zero, no_number, lost = self._transformed(coordinates)
        ends = np.cumsum(shapely.get_num_coordinates(batch.geometries), dtype=np.int64)
        if lost.any() or no_number.any():
            nowhere = say("no-place-on-earth", source=self._transform.source.name)
            reasons = dict.fromkeys(_owners(lost, ends), nowhere)
            reasons |= dict.fromkeys(_owners(no_number, ends), say("coordinate-not-number"))
            return self._place(self._refuse(batch, batch.geometries, reasons))
        self.tally.at_zero += len(_owners(at_zero, ends))
        return batch, coordinates

    def _transformed(self, coordinates: Floats) -> tuple[Flags, Flags, Flags]:
        """Bring vertices (n, 3) to the storage CRS in place, some at a time.

        Returns which were at zero, which are no numbers, which have no place on the Earth.
        """
        at_zero, no_number, lost = (np.zeros(len(coordinates), bool) for _ in range(3))
        for start in range(0, len(coordinates), AT_ONCE):
            part = slice(start, start + AT_ONCE)
            x, y = coordinates[part, 0], coordinates[part, 1]
            at_zero[part] = (x == 0) & (y == 0)
            no_number[part] = ~(np.isfinite(x) & np.isfinite(y))
            east, north = self._transform.points(x, y)
            lost[part] = ~((np.abs(east) <= 360.0) & (np.abs(north) <= 90.0 + 1e-9))  # false for no number, too
            coordinates[part, :2] = np.column_stack([east, north])  # at once: swapped axes are views of each other
        return at_zero, no_number, lost

    def _refuse(self, batch: FeatureBatch, as_read: Geometries, reasons: dict[int, str]) -> FeatureBatch:
        """Take rows out of a batch; they are handed back as they were read, in the file's own coordinates."""
        if not reasons:
            return batch
        self.tally.refuse(without(replace(batch, geometries=as_read), reasons).refused)
        return replace(without(batch, reasons), refused=())

    def _repair(self, batch: FeatureBatch, as_read: Geometries) -> tuple[FeatureBatch, Flags, Flags]:
        """Repair invalid polygons; refuse what repairing leaves nothing of.

        Returns which rows were repaired, and which of those given are left.
        """
        geometries = batch.geometries
        bad = np.flatnonzero(~shapely.is_valid(geometries) & ~shapely.is_missing(geometries))
        repaired, keep = np.zeros(len(batch), dtype=bool), np.ones(len(batch), dtype=bool)
        if not len(bad):
            return batch, repaired, keep
        geometries = geometries.copy()
        reasons: dict[int, str] = {}
        for row in bad.tolist():
            mended, reason = repair(geometries[row])
            if mended is None:
                reasons[row] = say("beyond-repair", why=fault(reason))
                continue
            change = area_m2(mended) - area_m2(geometries[row])
            self.tally.repair(str(batch.source_ids[row]), fault(reason), change)
            geometries[row], repaired[row] = mended, True
        keep[list(reasons)] = False
        return self._refuse(replace(batch, geometries=geometries), as_read, reasons), repaired[keep], keep

    def _only(
        self, batch: FeatureBatch, as_read: Geometries, repaired: Flags, family: str
    ) -> tuple[FeatureBatch, Flags]:
        """Take one geometry family: out of a collection its members of it, else the feature or nothing."""
        geometries = batch.geometries.copy()
        for row in np.flatnonzero(shapely.get_type_id(geometries) == COLLECTION).tolist():
            parts = families_of(geometries[row])
            wanted = [part for part in parts if FAMILIES[int(shapely.get_type_id(part))] == family]
            geometries[row] = wanted[0] if wanted else geometries[row]
            self.tally.done[say("members-left-out", family=family)] += len(parts) - len(wanted)
        types = shapely.get_type_id(geometries).tolist()
        other = [row for row, kind in enumerate(types) if FAMILIES.get(kind) != family]
        keep = np.ones(len(batch), dtype=bool)
        keep[other] = False
        reasons = dict.fromkeys(other, say("not-family", family=family))
        return self._refuse(replace(batch, geometries=geometries), as_read, reasons), repaired[keep]

    def _measured(self, batch: FeatureBatch, coordinates: Floats) -> UnifiedBatch:
        """Count what will be written."""
        tally, geometries = self.tally, batch.geometries
        unified = UnifiedBatch(geometries, coordinates, dict(batch.columns), np.asarray(batch.source_ids))
        types = shapely.get_type_id(geometries)
        counted = np.bincount(types[types >= 0], minlength=len(KINDS)).tolist()
        tally.kinds.update({name: number for name, number in zip(KINDS, counted, strict=True) if number})
        tally.without_geometry += int(np.count_nonzero(types < 0))
        tally.has_z = tally.has_z or bool(np.isfinite(coordinates[:, 2]).any())
        boxes = unified.boxes[types >= 0]
        if len(boxes):
            low, high = boxes[:, :2].min(axis=0), boxes[:, 2:].max(axis=0)
            own = Bounds(float(low[0]), float(low[1]), float(high[0]), float(high[1]))
            tally.bounds = own if tally.bounds is None else tally.bounds.union(own)
            tally.outside += _count_outside(boxes, self._extent)
            tally.distant += _count_outside(boxes, _surroundings(self._extent))
        return unified


def _owners(flagged: Flags, ends: npt.NDArray[np.int64]) -> list[int]:
    """The geometries that flagged vertices belong to; ``ends`` are where the vertices of each end."""
    owners: list[int] = np.unique(np.searchsorted(ends, np.flatnonzero(flagged), side="right")).tolist()
    return owners


def _count_outside(boxes: Floats, extent: Bounds) -> int:
    """Count the boxes (west, south, east, north) that have nothing in common with an extent."""
    west, south, east, north = extent
    return int(
        np.count_nonzero(
            (boxes[:, 2] < west) | (boxes[:, 0] > east) | (boxes[:, 3] < south) | (boxes[:, 1] > north)
        )
    )  # fmt: skip


def _surroundings(extent: Bounds) -> Bounds:
    """The frame's extent and three times its size on every side: what lies beyond is astray, or of another place."""
    width, height = 3 * (extent.east - extent.west), 3 * (extent.north - extent.south)
    return Bounds(extent.west - width, extent.south - height, extent.east + width, extent.north + height)


def _emptied(geometries: Geometries) -> Geometries:
    """Turn empty geometries into none: they have no place. A point of NaN ordinates is an empty point in WKB."""
    empty = shapely.is_empty(geometries)
    if not empty.any():
        return geometries
    result = geometries.copy()
    result[empty] = None
    return result


def _taken(batch: FeatureBatch, rows: Rows) -> FeatureBatch:
    if len(rows.origin) == len(batch):  # nothing was split
        return replace(batch, geometries=rows.geometries)
    index = pa.array(rows.origin)
    return FeatureBatch(
        rows.geometries,
        {name: values.take(index) for name, values in batch.columns.items()},
        np.asarray(batch.source_ids)[rows.origin],
    )
