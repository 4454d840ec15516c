"""Features brought onto the frame: coordinates transformed, geometry repaired or refused, collections split, counted.

Every feature read ends in exactly one of four counts: *kept* as it was, *repaired*, *split* into several rows, or
*refused* with a reason: ``read = kept + repaired + split - merged + refused`` (this importer merges nothing), and
``rows = kept + repaired + parts``, ``parts`` being the rows that split features became.
"""

from collections import Counter
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import shapely

from importers.batch import FeatureBatch, Refusal
from importers.gdal_layer import without
from layers.area import ellipsoidal_area
from layers.frame import Bounds
from layers.operations import Transform
from layers.sentences import say

Geometries = npt.NDArray[Any]
Floats = npt.NDArray[np.float64]

FAMILIES = {0: "point", 4: "point", 1: "line", 5: "line", 2: "line", 3: "polygon", 6: "polygon"}
COLLECTION = 7
MAX_LATITUDE = 85.05112877980659
"""Where the Web Mercator world ends, degrees; what lies beyond is drawn at the edge."""
EARTH_RADIUS_M = 6378137.0


@dataclass
class Tally:
    """What became of the features, added up batch by batch."""

    read: int = 0
    kept: int = 0
    repaired: int = 0
    split: int = 0
    parts: int = 0
    merged: int = 0
    refused: int = 0
    without_geometry: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    done: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    refusals: list[Refusal] = field(default_factory=list)
    repairs: list[tuple[str, str, float]] = field(default_factory=list)
    outside: int = 0
    at_zero: int = 0
    has_z: bool = False
    bounds: Bounds | None = None
    hashes: list[npt.NDArray[np.int64]] = field(default_factory=list)
    shape_hashes: list[npt.NDArray[np.int64]] = field(default_factory=list)

    @property
    def rows(self) -> int:
        """How many rows were written."""
        return self.kept + self.repaired + self.parts

    def adds_up(self) -> bool:
        """Say whether every feature read is accounted for."""
        return self.read == self.kept + self.repaired + self.split - self.merged + self.refused

    def duplicates(self) -> int:
        """Count rows whose geometry and attributes another row has too (by 64-bit hashes); row numbers set aside."""
        return _repeated(self.hashes)

    def same_shapes(self) -> int:
        """Count rows whose geometry another row has, whatever their attributes."""
        return _repeated(self.shape_hashes)

    def refuse(self, refusals: tuple[Refusal, ...]) -> None:
        """Count refused features and keep the first ones whole for their owner."""
        self.refused += len(refusals)
        self.reasons.update(refusal.reason for refusal in refusals)
        self.refusals += refusals[: max(0, MAX_REFUSALS - len(self.refusals))]


def _repeated(hashes: list[npt.NDArray[np.int64]]) -> int:
    if not hashes:
        return 0
    every = np.concatenate(hashes)
    return len(every) - len(np.unique(every))


MAX_REFUSALS = 100_000
GEOS_FAULTS = frozenset(
    {
        "self-intersection",
        "ring-self-intersection",
        "too-few-points",
        "hole-outside-shell",
        "holes-nested",
        "nested-shells",
        "duplicate-rings",
        "interior-disconnected",
        "invalid-coordinate",
        "ring-not-closed",
    }
)
MAX_REPAIRS = 1_000


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
        rows, split = _split(moved.geometries)
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
            self._note_repair(str(batch.source_ids[row]), reason, geometries[row], mended)
            geometries[row], repaired[row] = mended, True
        batch = replace(batch, geometries=geometries)
        keep = np.ones(len(batch), dtype=bool)
        keep[list(reasons)] = False
        return self._refuse(batch, reasons), repaired[keep]

    def _note_repair(self, source_id: str, reason: str, before: Any, after: Any) -> None:
        self.tally.done[say("repaired-fault", why=fault(reason))] += 1
        if len(self.tally.repairs) < MAX_REPAIRS:
            self.tally.repairs.append((source_id, fault(reason), area_m2(after) - area_m2(before)))

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
        counted = np.bincount(types[types >= 0], minlength=len(_NAMES)).tolist()
        tally.kinds.update({name: number for name, number in zip(_NAMES, counted, strict=True) if number})
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


_NAMES = (
    "Point",
    "LineString",
    "LinearRing",
    "Polygon",
    "MultiPoint",
    "MultiLineString",
    "MultiPolygon",
    "GeometryCollection",
)


def repair(geometry: Any) -> tuple[Any | None, str]:
    """Make an invalid geometry valid without changing its dimension; returns it (None: impossible) and what was wrong.

    Overlapping rings are joined, self-crossings become parts (the "structure" method of GEOS); what collapses to a line
    or a point is left out.
    """
    reason = shapely.is_valid_reason(geometry)
    mended = shapely.make_valid(geometry, method="structure", keep_collapsed=False)
    if shapely.is_empty(mended) or shapely.get_dimensions(mended) < shapely.get_dimensions(geometry):
        return None, reason
    if not shapely.is_valid(mended):
        return None, reason
    return mended, reason


def area_m2(geometry: Any) -> float:
    """Return a geometry's ellipsoidal area in square metres; a geometry in degrees of the storage CRS."""
    return float(np.abs(ellipsoidal_area(np.array([geometry], dtype=object)))[0])


def to_mercator(coordinates: Floats) -> Floats:
    """Return x, y (n, 2) of EPSG:3857 from degrees east, north by the formula; latitudes end at 85.05 degrees.

    x = R lon, y = R artanh(sin(lat)), R = 6378137 m, on the sphere as EPSG:3857 defines it.
    """
    mercator = np.empty((len(coordinates), 2))
    np.multiply(coordinates[:, 0], EARTH_RADIUS_M * np.pi / 180, out=mercator[:, 0])
    lat = np.clip(coordinates[:, 1], -MAX_LATITUDE, MAX_LATITUDE)
    np.multiply(np.arctanh(np.sin(np.radians(lat))), EARTH_RADIUS_M, out=mercator[:, 1])
    return mercator


def _emptied(geometries: Geometries) -> Geometries:
    """Turn empty geometries into none: they have no place. A point of NaN ordinates is an empty point in WKB."""
    empty = shapely.is_empty(geometries)
    if not empty.any():
        return geometries
    result = geometries.copy()
    result[empty] = None
    return result


@dataclass(frozen=True)
class _Rows:
    """The rows to write: their geometries and the row of the batch each comes from."""

    geometries: Geometries
    origin: npt.NDArray[np.intp]


def _split(geometries: Geometries) -> tuple[_Rows, npt.NDArray[np.bool_]]:
    """Turn collections into single and multi geometries: one family stays one row, several families become several."""
    everything = np.arange(len(geometries))
    split = np.zeros(len(geometries), dtype=bool)
    collections = np.flatnonzero(shapely.get_type_id(geometries) == COLLECTION)
    if not len(collections):
        return _Rows(geometries, everything), split
    made: list[list[Any]] = [[geometry] for geometry in geometries]
    for row in collections:
        made[row] = families_of(geometries[row]) or [None]
        split[row] = len(made[row]) > 1
    origin = np.repeat(everything, [len(parts) for parts in made])
    flat = np.empty(len(origin), dtype=object)
    flat[:] = [part for parts in made for part in parts]
    return _Rows(flat, origin), split


def families_of(collection: Any) -> list[Any]:
    """Return a collection's points, lines and polygons, each joined to one geometry, nested ones too."""
    parts: dict[str, list[Any]] = {}
    queue = [collection]
    while queue:
        geometry = queue.pop(0)
        if geometry.geom_type in ("GeometryCollection", "MultiPoint", "MultiLineString", "MultiPolygon"):
            queue += list(geometry.geoms)
        elif not geometry.is_empty:
            parts.setdefault(FAMILIES[int(shapely.get_type_id(geometry))], []).append(geometry)
    return [_joined(family, members) for family, members in sorted(parts.items())]


def _joined(family: str, members: list[Any]) -> Any:
    if len(members) == 1:
        return members[0]
    if family == "polygon":
        whole = shapely.multipolygons(members)
        return whole if shapely.is_valid(whole) else shapely.union_all(members)
    return shapely.multipoints(members) if family == "point" else shapely.multilinestrings(members)


def _taken(batch: FeatureBatch, rows: _Rows) -> FeatureBatch:
    if len(rows.origin) == len(batch):  # nothing was split
        return replace(batch, geometries=rows.geometries)
    index = pa.array(rows.origin)
    return FeatureBatch(
        rows.geometries,
        {name: values.take(index) for name, values in batch.columns.items()},
        np.asarray(batch.source_ids)[rows.origin],
    )


def fault(told: str) -> str:
    """Return what GEOS says is wrong with a geometry (``Self-intersection[12 7]``) as a sentence, without the place."""
    name = told.split("[")[0].strip()
    code = name.lower().replace(" lies ", " ").replace(" are ", " ").replace(" is ", " ").replace(" ", "-")
    code = "too-few-points" if code.startswith("too-few-points") else code
    return say(code) if code in GEOS_FAULTS else name
