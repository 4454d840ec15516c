"""Features brought onto the frame: coordinates transformed, geometry repaired or refused, collections split, counted.

Every feature read ends in exactly one of four counts: *kept* as it was, *repaired*, *split* into several rows, or
*refused* with a reason: ``read = kept + repaired + split - merged + refused`` (this importer merges nothing), and
``rows = kept + repaired + parts``, ``parts`` being the rows that split features became.
"""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import shapely

from importers.batch import FeatureBatch
from importers.vector.counts import Tally
from importers.vector.families import COLLECTION, FAMILIES, KINDS, Geometries, Rows, families_of, split_collections
from importers.vector.gdal_layer import without
from importers.vector.repair import area_m2, fault, repair
from layers.crs.mercator import Floats
from layers.crs.transform import Transform
from layers.frame import Bounds
from layers.sentences import say


@dataclass(frozen=True)
class UnifiedBatch:
    """Rows ready to be written: geometry in the storage CRS (degrees, east first).

    ``coordinates`` (n, 3) are those of the geometries, in order; Z is NaN where there is none.
    """

    geometries: Geometries
    coordinates: Floats
    columns: dict[str, pa.Array]
    source_ids: npt.NDArray[Any]


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
        tally.read += len(batch) + len(batch.refused)
        tally.done.update(batch.done)
        tally.refuse(batch.refused)
        moved, coordinates = self._move(replace(batch, refused=(), geometries=_emptied(batch.geometries)))
        untouched = moved.geometries
        moved, repaired = self._repair(moved)
        if self._family:
            moved, repaired = self._only(moved, repaired, self._family)
        rows, split = split_collections(moved.geometries)
        tally.split += int(np.count_nonzero(split))
        tally.repaired += int(np.count_nonzero(repaired & ~split))
        tally.kept += int(np.count_nonzero(~repaired & ~split))
        result = _taken(moved, rows)
        tally.parts += int(np.count_nonzero(split[rows.origin]))
        if result.geometries is not untouched:
            coordinates = shapely.get_coordinates(result.geometries, include_z=True)
        self._measure(result)
        return UnifiedBatch(result.geometries, coordinates, dict(result.columns), np.asarray(result.source_ids))

    def _move(self, batch: FeatureBatch) -> tuple[FeatureBatch, Floats]:
        """Transform a batch and return its coordinates too; what has no place on the Earth is refused."""
        coordinates, rows = shapely.get_coordinates(batch.geometries, include_z=True, return_index=True)
        at_zero = (coordinates[:, 0] == 0) & (coordinates[:, 1] == 0)
        no_number = ~(np.isfinite(coordinates[:, 0]) & np.isfinite(coordinates[:, 1]))
        east, north = self._transform.points(coordinates[:, 0], coordinates[:, 1])
        lost = ~((np.abs(east) <= 360.0) & (np.abs(north) <= 90.0 + 1e-9))  # false for what is no number, too
        if lost.any() or no_number.any():
            nowhere = say("no-place-on-earth", source=self._transform.source.name)
            reasons = {int(row): nowhere for row in np.unique(rows[lost])}
            reasons |= {int(row): say("coordinate-not-number") for row in np.unique(rows[no_number])}
            return self._move(self._refuse(batch, reasons))
        self.tally.at_zero += len(np.unique(rows[at_zero]))
        width = 3 if np.isfinite(coordinates[:, 2]).any() else 2
        coordinates[:, :2] = np.column_stack([east, north])  # at once: swapped axes are views of each other
        # a copy, because set_coordinates writes into the array of geometries it is given
        moved = shapely.set_coordinates(batch.geometries.copy(), coordinates[:, :width])
        return replace(batch, geometries=moved), coordinates

    def _refuse(self, batch: FeatureBatch, reasons: dict[int, str]) -> FeatureBatch:
        if not reasons:
            return batch
        left = without(batch, reasons)
        self.tally.refuse(left.refused)
        return replace(left, refused=())

    def _repair(self, batch: FeatureBatch) -> tuple[FeatureBatch, npt.NDArray[np.bool_]]:
        """Repair invalid polygons; refuse what repairing leaves nothing of. Returns which rows were repaired."""
        geometries = batch.geometries
        bad = np.flatnonzero(~shapely.is_valid(geometries) & ~shapely.is_missing(geometries))
        repaired = np.zeros(len(batch), dtype=bool)
        if not len(bad):
            return batch, repaired
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
        batch = replace(batch, geometries=geometries)
        keep = np.ones(len(batch), dtype=bool)
        keep[list(reasons)] = False
        return self._refuse(batch, reasons), repaired[keep]

    def _only(
        self, batch: FeatureBatch, repaired: npt.NDArray[np.bool_], family: str
    ) -> tuple[FeatureBatch, npt.NDArray[np.bool_]]:
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
        return self._refuse(replace(batch, geometries=geometries), reasons), repaired[keep]

    def _measure(self, batch: FeatureBatch) -> None:
        tally, geometries = self.tally, batch.geometries
        types = shapely.get_type_id(geometries)
        counted = np.bincount(types[types >= 0], minlength=len(KINDS)).tolist()
        tally.kinds.update({name: number for name, number in zip(KINDS, counted, strict=True) if number})
        tally.without_geometry += int(np.count_nonzero(types < 0))
        tally.has_z = tally.has_z or bool(shapely.has_z(geometries).any())
        boxes = shapely.bounds(geometries[types >= 0])
        if len(boxes):
            low, high = boxes[:, :2].min(axis=0), boxes[:, 2:].max(axis=0)
            own = Bounds(float(low[0]), float(low[1]), float(high[0]), float(high[1]))
            tally.bounds = own if tally.bounds is None else tally.bounds.union(own)
            box = self._extent
            tally.outside += int(
                np.count_nonzero(
                    (boxes[:, 2] < box.west)
                    | (boxes[:, 0] > box.east)
                    | (boxes[:, 3] < box.south)
                    | (boxes[:, 1] > box.north)
                )
            )


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
