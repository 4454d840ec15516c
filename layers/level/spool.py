"""The shapes of a layer on their way into its levels, in temporary files: written as they come, read block by block.

An import hands them over as it writes its table, so nothing is read back; of a table that is there already they are
read once, in order. Memory stays flat: what is told of each feature (``RECORD``) lies in a file too, sorted along the
curve that fills one quarter first, a part at a time.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely
from sqlalchemy.orm import Session

from layers.layer import Column
from layers.level.areas import Areas
from layers.level.class_tally import ClassTally
from layers.level.density import LARGE, Counting, Density
from layers.level.scratch import Scratch
from layers.tables import quote, quote_column

Geometries = npt.NDArray[np.object_]
Integers = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Records = npt.NDArray[np.void]
Bytes = bytes | memoryview

RECORD = np.dtype(
    [("key", "<u4"), ("simple", "?"), ("number", "<i4"), ("fid", "<i8"), ("at", "<i8"), ("size", "<u4"),
     ("box", "<f4", (4,))]
)  # fmt: skip
"""Of a feature: the tile of zoom 16 that holds the middle of its box, whether it is an area of one ring, its class as
first met, where its vertices (of others its WKB) begin and how many there are, its box (never too small)."""
SORTED_AT_ONCE = 200_000
"""Records in memory at once, 45 bytes each, and as much again twice while they are sorted."""
NEAR = 1 << 14
"""Bytes between two features that are read with them rather than apart from them."""
ROWS = 5_000
AT_ONCE = 250_000
"""Vertices measured at once."""
MANY_PARTS = 100
"""Parts from which on a large feature is set aside part by part."""


class Spool:
    """Shapes in EPSG:3857, those of one ring as their vertices, all others as WKB."""

    def __init__(self, class_column: Column | None = None) -> None:
        self.class_column = class_column
        self.counting = Counting()
        self._vertices, self._others, self._records, self._sorted = (Scratch() for _ in range(4))
        self._classes = ClassTally()

    def add(
        self, fid: Integers, geometries: Geometries, coordinates: Floats, body: Callable[[int], Bytes],
        classes: Sequence[str | None] | None,
    ) -> Floats:  # fmt: skip
        """Add features; returns their boxes (n, 4), NaN of those without a shape.

        ``coordinates`` (m, 2) are theirs in EPSG:3857, whatever plane the geometries are in, ``body`` returns the
        (E)WKB of one.
        """
        boxes, _ = boxes_of(coordinates, shapely.get_num_coordinates(geometries).astype(np.int64))
        geometries, owner = parted(geometries)
        counts = shapely.get_num_coordinates(geometries).astype(np.int64)
        own_boxes, rows = boxes_of(coordinates, counts)
        if not len(rows):
            return boxes
        counts, owner, own_boxes = counts[rows], owner[rows], own_boxes[rows]
        starts = np.cumsum(counts) - counts
        shapes = geometries[rows]
        simple = (shapely.get_type_id(shapes) == shapely.GeometryType.POLYGON) & (
            shapely.get_num_interior_rings(shapes) == 0
        )
        records = np.zeros(len(rows), RECORD)
        records["fid"], records["simple"] = fid[owner], simple
        records["number"] = self._classes.add([classes[row] for row in owner.tolist()]) if classes else 0
        records["box"][:, :2] = np.nextafter(own_boxes[:, :2].astype("<f4"), np.float32(-np.inf))
        records["box"][:, 2:] = np.nextafter(own_boxes[:, 2:].astype("<f4"), np.float32(np.inf))
        lengths = _lengths(coordinates, starts)
        others: list[Bytes] = []
        if not simple.all():
            own = coordinates[np.repeat(~simple, counts)] if simple.any() else coordinates
            placed = shapely.set_coordinates(shapes[~simple], own)
            lengths[~simple] = shapely.length(placed)  # whose parts are not joined to each other
            part = np.bincount(owner)[owner[~simple]] > 1
            encoded = iter(shapely.to_wkb(placed[part]))
            others = [
                next(encoded) if apart else body(row)
                for apart, row in zip(part.tolist(), owner[~simple].tolist(), strict=True)
            ]
        records["key"] = self.counting.add(
            own_boxes, coordinates, counts, lengths, shapely.get_dimensions(shapes).astype(np.int64),
            _holes(shapes, coordinates, starts, counts), len(np.unique(owner)),
        )  # fmt: skip
        self._write(records, coordinates, counts, others)
        return boxes

    def _write(self, records: Records, coordinates: Floats, counts: Integers, others: Sequence[Bytes]) -> None:
        simple = records["simple"]
        sizes = counts[simple]
        at = self._vertices.size + 16 * (np.cumsum(sizes) - sizes)
        records["at"][simple], records["size"][simple] = at, sizes
        kept = coordinates if simple.all() else coordinates[np.repeat(simple, counts)]
        self._vertices.append(np.ascontiguousarray(kept, "<f8"))
        lengths = np.fromiter(map(len, others), np.int64, len(others))
        records["at"][~simple] = self._others.size + np.cumsum(lengths) - lengths
        records["size"][~simple] = lengths
        self._others.append(others[0] if len(others) == 1 else b"".join(others))
        self._records.append(records.tobytes())

    def classes(self) -> dict[str, int]:
        """Number every class, from 1, the commonest first; none where there are too many."""
        return self._classes.numbers()

    def renumbering(self) -> Integers:
        """The number of each class as it was first met."""
        return self._classes.renumbering()

    def density(self) -> Density:
        """How heavily the layer lies on the ground."""
        return self.counting.density()

    def sort(self, ends: Sequence[int], keys: Sequence[int]) -> Iterator[Records]:
        """Write the records in the order of their keys; yields them part by part.

        A part ends at each of ``keys`` (exclusive), which has ``ends`` records before it, as soon as it is large.
        """
        low, begin = 0, 0
        for end, key in zip(ends, keys, strict=True):
            if end - begin >= SORTED_AT_ONCE or key == keys[-1]:
                found = [part[(part["key"] >= low) & (part["key"] < key)] for part in self._every_record()]
                part = np.concatenate(found) if found else np.zeros(0, RECORD)
                part = part[np.argsort(part["key"], kind="stable")]
                self._sorted.append(part.tobytes())
                yield part
                low, begin = key, end

    def _every_record(self) -> Iterator[Records]:
        size = RECORD.itemsize * ROWS
        for at in range(0, self._records.size, size):
            yield np.frombuffer(self._records.read(at, size), RECORD)

    def records(self, start: int, end: int) -> Records:
        """Sorted records from one to before another."""
        size = RECORD.itemsize
        return np.frombuffer(self._sorted.read(start * size, (end - start) * size), RECORD)

    def shapes(self, records: Records) -> tuple[Areas, Geometries]:
        """Areas and all other shapes of records, those of one ring first (None in the place of areas)."""
        simple = records["simple"]
        if simple.all():
            return self._rings(records), np.full(len(records), None, dtype=object)
        sizes = records["size"][~simple].astype(np.int64)
        geometries = np.full(len(records), None, dtype=object)
        geometries[~simple] = shapely.from_wkb(self._bodies(records["at"][~simple], sizes))
        areas = Areas.of(geometries)
        areal = np.isin(
            shapely.get_type_id(geometries), (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON)
        )
        geometries[areal] = None
        return (self._rings(records).joined(areas) if simple.any() else areas), geometries

    def _bodies(self, at: Integers, sizes: Integers) -> list[bytes]:
        """WKB of those that are no single ring."""
        data, places = _read(self._others, at, sizes)
        return [data[at : at + size] for at, size in zip(places.tolist(), sizes.tolist(), strict=True)]

    def _rings(self, records: Records) -> Areas:
        """Areas of those that are one ring."""
        owner = np.flatnonzero(records["simple"])
        sizes = records["size"][owner].astype(np.int64)
        data, places = _read(self._vertices, records["at"][owner], 16 * sizes)
        counts = sizes - 1  # the closing vertex repeats the first
        ring = np.repeat(np.arange(len(owner)), counts)
        at = np.arange(len(ring)) + (places // 16 - np.cumsum(counts) + counts)[ring]
        return Areas(np.frombuffer(data, "<f8").reshape(-1, 2)[at], ring, np.arange(len(owner)), owner, len(records))


def spooled(session: Session, table: str, class_column: Column | None) -> Spool:
    """Read the shapes of a table that is there already."""
    spool = Spool(class_column)
    value = f"{quote_column(class_column.name)}::text" if class_column else "NULL::text"
    driver: Any = session.connection().connection.driver_connection
    with driver.cursor(name="shapes", binary=True) as cursor:
        cursor.execute(
            f"SELECT fid, {value}, ST_AsBinary(ST_Force2D(mercator)) FROM {quote(table)} "
            "WHERE NOT ST_IsEmpty(mercator) ORDER BY fid"
        )
        while rows := cursor.fetchmany(ROWS):
            fid, classes, bodies = zip(*rows, strict=True)
            shapes = np.array(shapely.from_wkb(bodies), dtype=object)
            spool.add(np.array(fid, np.int64), shapes, shapely.get_coordinates(shapes), bodies.__getitem__, classes)
    return spool


def parted(geometries: Geometries) -> tuple[Geometries, Integers]:
    """Take lines and areas of many parts and vertices apart; returns shapes in their order and the index of each one's
    geometry.

    A class of land cover may be one feature of ten thousand parts: at small scales each is drawn, dissolved or lost for
    itself. A few heavy parts stay together: apart they would be held twice.
    """
    kind = shapely.get_type_id(geometries)
    many = (kind == shapely.GeometryType.MULTIPOLYGON) | (kind == shapely.GeometryType.MULTILINESTRING)
    many &= (shapely.get_num_coordinates(geometries) > LARGE) & (shapely.get_num_geometries(geometries) > MANY_PARTS)
    if not many.any():
        return geometries, np.arange(len(geometries))
    parts, part_of = shapely.get_parts(geometries[many], return_index=True)
    owner = np.concatenate([np.flatnonzero(~many), np.flatnonzero(many)[part_of]])
    order = np.argsort(owner, kind="stable")
    return np.concatenate([geometries[~many], parts])[order], owner[order]


def _holes(shapes: Geometries, coordinates: Floats, starts: Integers, counts: Integers) -> Floats:
    """A vertex (n, 2) of each hole of large areas; their vertices in order, ``counts`` of each from ``starts``."""
    holed = np.flatnonzero((counts > LARGE) & (shapely.get_num_interior_rings(shapes) > 0))
    if not len(holed):
        return np.zeros((0, 2))
    rings, area = shapely.get_rings(shapes[holed], return_index=True)
    sizes = shapely.get_num_coordinates(rings)
    before = np.cumsum(sizes) - sizes
    first = np.flatnonzero(np.diff(area, prepend=-1))
    at = starts[holed][area] + before - before[first][area]
    holes: Floats = coordinates[np.delete(at, first)]
    return holes


def boxes_of(coordinates: Floats, counts: Integers) -> tuple[Floats, Integers]:
    """Boxes (n, 4) of features by their coordinates, in order, ``counts`` of each: NaN of none; and which have any."""
    boxes = np.full((len(counts), 4), np.nan)
    rows = np.flatnonzero(counts)
    if len(rows):
        starts = np.cumsum(counts[rows]) - counts[rows]
        boxes[rows, :2] = np.minimum.reduceat(coordinates, starts)
        boxes[rows, 2:] = np.maximum.reduceat(coordinates, starts)
    return boxes, rows


def _lengths(coordinates: Floats, starts: Integers) -> Floats:
    """Length of the path of every feature."""
    if len(coordinates) < 2:
        return np.zeros(len(starts))
    steps = np.zeros(len(coordinates))
    for at in range(1, len(coordinates), AT_ONCE):
        steps[at : at + AT_ONCE] = np.hypot(*np.diff(coordinates[at - 1 : at + AT_ONCE], axis=0).T)
    steps[starts] = 0
    lengths: Floats = np.add.reduceat(steps, starts)
    return lengths


def _read(scratch: Scratch, at: Integers, sizes: Integers) -> tuple[bytes, Integers]:
    """Read pieces, those that lie near each other at once; returns bytes, and where each piece begins."""
    order = np.argsort(at, kind="stable")
    first, last = at[order], np.maximum.accumulate((at + sizes)[order])
    apart = np.ones(len(order), bool)
    apart[1:] = first[1:] - last[:-1] > NEAR
    begins = np.flatnonzero(apart)
    ends = np.append(begins, len(order))[1:]
    runs = [
        scratch.read(int(first[begin]), int(last[end - 1] - first[begin]))
        for begin, end in zip(begins.tolist(), ends.tolist(), strict=True)
    ]
    lengths = np.array([len(run) for run in runs], np.int64)
    moved = np.repeat(np.cumsum(lengths) - lengths - first[begins], ends - begins)
    places = np.empty_like(at)
    places[order] = first + moved
    return b"".join(runs), places
