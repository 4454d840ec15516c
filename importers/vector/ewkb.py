"""Geometries as EWKB fields of a binary COPY, from their structure and an array of coordinates.

The same shapes are written twice, in degrees and in Web Mercator metres. Only the coordinates differ, so the second
shape is never built: its bytes are cut from the array of its coordinates, ring by ring. For a hundred thousand
parcels that is five times cheaper than making geometries and asking GEOS for their bytes.
"""

from collections.abc import Callable, Iterator, Sequence
from itertools import chain, islice
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import shapely

from layers.copying import NULL, cut, ragged, together

Geometries = npt.NDArray[Any]
Floats = npt.NDArray[np.float64]
Body = Sequence[bytes | memoryview]
Put = TypeVar("Put")

LITTLE = b"\x01"
Z_FLAG = 0x80000000
SRID_FLAG = 0x20000000
SIMPLE = {0: 1, 1: 2, 3: 3}  # GEOS type to WKB type: point, line string, polygon
HEAVY_BYTES = 1 << 16
"""What a member of a collection weighs from which on it is not put together for itself."""
MULTI = {4: 4, 5: 5, 6: 6, 7: 7}


def geometry_fields(geometries: Geometries, coordinates: Floats, srid: int) -> pa.LargeBinaryArray:
    """Return each geometry as a length and its EWKB; the length of a NULL for none.

    ``coordinates`` (n, 2) or (n, 3) take the place of the geometries' own, in their order. Empty geometries are not
    expected.
    """
    numbers = np.ascontiguousarray(coordinates, dtype="<f8")
    rings = shapely.get_type_id(geometries) == shapely.GeometryType.POLYGON
    if rings.all() and not shapely.get_num_interior_rings(geometries).any():
        return _rings(numbers, shapely.get_num_coordinates(geometries).astype(np.int64), srid)
    bodies = _bodies(geometries, numbers, srid, _sized, NULL)
    ends = np.append(0, np.cumsum(np.fromiter(map(len, bodies), np.int64, len(bodies))))
    return ragged(b"".join(bodies), ends)  # which is the body itself where there is but one


def _rings(coordinates: Floats, counts: npt.NDArray[np.int64], srid: int) -> pa.LargeBinaryArray:
    """Encode polygons of one ring each, all at once; ``counts`` are their vertices."""
    width = coordinates.itemsize * coordinates.shape[1]
    heads = np.zeros(
        len(counts),
        [("size", ">i4"), ("order", "u1"), ("code", "<u4"), ("srid", "<u4"), ("rings", "<u4"), ("points", "<u4")],
    )
    heads["size"] = heads.itemsize - 4 + counts * width
    heads["order"], heads["srid"], heads["rings"], heads["points"] = 1, srid, 1, counts
    heads["code"] = 3 | SRID_FLAG | (Z_FLAG if coordinates.shape[1] == 3 else 0)
    ends = np.append(0, np.cumsum(counts)) * width
    return together(cut(heads.data, heads.itemsize, len(heads)), ragged(coordinates, ends))


def _bodies(
    geometries: Geometries, coordinates: Floats, srid: int | None, put: Callable[[Body], Put], none: Put
) -> list[Put]:
    """Encode geometries; each takes its share of the coordinates in turn, and its pieces are put together by ``put``.

    ``none`` stands for a missing one.
    """
    types, counts = shapely.get_type_id(geometries), shapely.get_num_coordinates(geometries)
    ends = np.cumsum(counts)
    starts = ends - counts
    bodies: list[Put] = [none] * len(geometries)
    for kind in np.unique(types[types >= 0]).tolist():
        rows = np.flatnonzero(types == kind)
        made = _of_kind(kind, geometries[rows], coordinates, starts[rows], ends[rows], srid)
        encoded = list(map(put, made))
        if len(rows) == len(bodies):
            return encoded
        for row, body in zip(rows.tolist(), encoded, strict=True):
            bodies[row] = body
    return bodies


def _of_kind(
    kind: int, geometries: Geometries, coordinates: Floats, starts: Any, ends: Any, srid: int | None
) -> Iterator[Body]:
    """Yield geometries of one GEOS type, each in pieces of which it is put together."""
    head = _head({**SIMPLE, **MULTI}[kind], coordinates.shape[1], srid)
    if kind in MULTI:
        return _collections(geometries, coordinates, starts, ends, head)
    if kind == shapely.GeometryType.POLYGON:
        return _polygons(geometries, coordinates, starts, ends, head)
    return _paths(coordinates, starts, ends, head, counted=kind == shapely.GeometryType.LINESTRING)


def _sized(pieces: Body) -> bytes:
    """Put a geometry together behind its length, at once: a heavy one is not copied again for it."""
    return b"".join((sum(map(len, pieces)).to_bytes(4, "big"), *pieces))


def _head(code: int, ordinates: int, srid: int | None) -> bytes:
    flags = (Z_FLAG if ordinates == 3 else 0) | (SRID_FLAG if srid is not None else 0)
    number = b"" if srid is None else srid.to_bytes(4, "little")
    return LITTLE + (code | flags).to_bytes(4, "little") + number


def _paths(coordinates: Floats, starts: Any, ends: Any, head: bytes, *, counted: bool) -> Iterator[Body]:
    """Encode points and line strings: the head, the number of points of a line, the coordinates."""
    raw, width = coordinates.data.cast("B"), coordinates.itemsize * coordinates.shape[1]
    cuts = zip((starts * width).tolist(), (ends * width).tolist(), strict=True)
    if not counted:
        return ((head, raw[start:end]) for start, end in cuts)
    counts = (ends - starts).astype("<u4").tobytes()
    return ((head, counts[4 * row : 4 * row + 4], raw[start:end]) for row, (start, end) in enumerate(cuts))


def _polygons(geometries: Geometries, coordinates: Floats, starts: Any, ends: Any, head: bytes) -> Iterator[Body]:
    """Encode polygons: those with holes ring by ring."""
    holes = shapely.get_num_interior_rings(geometries).tolist()
    raw, width = coordinates.data.cast("B"), coordinates.itemsize * coordinates.shape[1]
    for row, whole in enumerate(_paths(coordinates, starts, ends, head + b"\x01\0\0\0", counted=True)):
        if not holes[row]:
            yield whole
            continue
        sizes = shapely.get_num_coordinates(shapely.get_rings(geometries[row])).tolist()
        pieces: list[bytes | memoryview] = [head, len(sizes).to_bytes(4, "little")]
        at = int(starts[row]) * width
        for size in sizes:
            pieces += [size.to_bytes(4, "little"), raw[at : at + size * width]]
            at += size * width
        yield pieces


def _collections(geometries: Geometries, coordinates: Floats, starts: Any, ends: Any, head: bytes) -> Iterator[Body]:
    """Encode multi geometries and collections: the head, the number of members, each member without an SRID."""
    members, owners = shapely.get_parts(geometries, return_index=True)
    parts = [coordinates[start:end] for start, end in zip(starts, ends, strict=True)]
    own = parts[0] if len(parts) == 1 else np.concatenate(parts)
    counts: Sequence[int] = np.bincount(owners, minlength=len(geometries)).tolist()
    if own.nbytes > HEAVY_BYTES * len(members):  # heavy members are joined once, with all others of theirs
        apart: list[Body] = _bodies(members, own, None, tuple, ())
        del members  # copies
        pieces = iter(apart)
        for count in counts:
            yield (head, count.to_bytes(4, "little"), *chain.from_iterable(islice(pieces, count)))
        return
    inner = iter(_bodies(members, own, None, b"".join, b""))
    for count in counts:
        yield (head, count.to_bytes(4, "little"), *islice(inner, count))
