"""WKB as GDAL writes it, made into plain shapely geometries: curves become lines, M is dropped, surfaces are refused.

GEOS reads points, lines, polygons and their collections. GDAL also hands over circular strings, compound curves,
curve polygons, multi curves and multi surfaces (ISO 19125 types 8 to 12), and polyhedral surfaces and TINs (15 to
17). Only the few features that need it take the slow road through ``_Reader``; the others are decoded together.
"""

import math
import struct
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import shapely

from layers.sentences import reason, say

MAX_POINTS_PER_ARC = 4096
MIN_STEP = math.pi / 16
"""An arc never gets fewer points than this angle gives, however large the tolerance."""
MAX_DEPTH = 32

Point = tuple[float, ...]


class UnreadableGeometry(Exception):
    """The bytes are no geometry we can store; the text says why."""


@dataclass(frozen=True)
class Decoded:
    """Geometries of a WKB array; ``reasons`` says by row why a geometry could not be taken; ``done`` counts changes."""

    geometries: npt.NDArray[Any]
    reasons: dict[int, str]
    done: dict[str, int]


def decode(array: pa.Array, tolerance: float) -> Decoded:
    """Decode an Arrow array of ISO WKB; arcs keep within ``tolerance`` (units of the coordinates) of the true curve."""
    bodies = array.to_numpy(zero_copy_only=False)
    geometries = _plain(bodies)
    reasons: dict[int, str] = {}
    done: dict[str, int] = {}
    present = ~np.asarray(array.is_null().to_numpy(zero_copy_only=False), dtype=bool)
    for row in np.flatnonzero(present & shapely.is_missing(geometries)):
        try:
            geometries[row], how = _linear(bodies[row], tolerance)
            done[how] = done.get(how, 0) + 1
        except UnreadableGeometry as error:
            reasons[int(row)] = reason(error)
    dropped = _drop_m(geometries)
    if dropped:
        done[say("m-dropped")] = dropped
    return Decoded(geometries, reasons, done)


def _plain(bodies: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Decode what GEOS can; None for the rest. GEOS gives up a whole array for one curve in it."""
    try:
        geometries: npt.NDArray[Any] = shapely.from_wkb(bodies, on_invalid="ignore")
    except NotImplementedError:
        geometries = np.full(len(bodies), None, dtype=object)
        simple = np.array([body is not None and _code(body) <= 6 for body in bodies])
        geometries[simple] = shapely.from_wkb(bodies[simple], on_invalid="ignore")
    return geometries


def _code(body: bytes) -> int:
    little = body[:1] == b"\x01"
    return (int.from_bytes(body[1:5], "little" if little else "big") & 0x0FFFFFFF) % 1000


def _drop_m(geometries: npt.NDArray[Any]) -> int:
    """Take M off in place; Z stays. Returns how many geometries had it."""
    measured = np.flatnonzero(shapely.has_m(geometries))
    if len(measured):
        # force_3d would set Z to 0, so the way leads through WKB, which keeps the first three ordinates.
        flat = shapely.to_wkb(geometries[measured], output_dimension=3)
        with_z = shapely.has_z(geometries[measured])
        geometries[measured] = np.where(with_z, shapely.from_wkb(flat), shapely.force_2d(geometries[measured]))
    return len(measured)


def _linear(body: bytes, tolerance: float) -> tuple[Any, str]:
    try:
        reader = _Reader(body, tolerance)
        geometry = reader.geometry()
    except (struct.error, IndexError):
        raise UnreadableGeometry(say("bytes-end-early")) from None
    except (ValueError, shapely.GEOSException) as error:
        raise UnreadableGeometry(say("geometry-malformed", error=str(error).strip())) from None
    if reader.short:
        return geometry, say("line-parts-short")
    return geometry, say("curves-lines") if reader.curved else say("rings-closed")


class _Reader:
    """Reads one WKB geometry, curves included, into shapely."""

    def __init__(self, body: bytes, tolerance: float) -> None:
        self._body, self._at, self._tolerance = body, 0, tolerance
        self.curved, self.short = False, False

    def geometry(self, depth: int = 0) -> Any:
        if depth > MAX_DEPTH:
            raise UnreadableGeometry(say("nested-too-deeply"))
        order, code, ordinates, has_z = self._header()
        builder = _BUILDERS.get(code)
        if builder is None:
            raise UnreadableGeometry(_UNSUPPORTED.get(code, say("geometry-type", code=code)))
        return builder(self, order, ordinates, has_z, depth)

    def _header(self) -> tuple[str, int, int, bool]:
        order = "<" if self._body[self._at] else ">"
        (raw,) = struct.unpack_from(order + "I", self._body, self._at + 1)
        self._at += 5
        has_z, has_m = bool(raw & 0x80000000), bool(raw & 0x40000000)
        thousands, code = divmod(raw & 0x0FFFFFFF, 1000)
        has_z, has_m = has_z or thousands in (1, 3), has_m or thousands in (2, 3)
        return order, code, 2 + has_z + has_m, has_z

    def _count(self, order: str, least: int) -> int:
        """Read a count and check it against what is left, so that a false one costs no memory."""
        (count,) = struct.unpack_from(order + "I", self._body, self._at)
        self._at += 4
        if count * least > len(self._body) - self._at:
            raise UnreadableGeometry(say("geometry-claims", count=count))
        return int(count)

    def points(self, order: str, ordinates: int, has_z: bool, count: int | None = None) -> list[Point]:
        count = self._count(order, 8 * ordinates) if count is None else count
        raw = np.frombuffer(self._body, dtype=order + "f8", count=count * ordinates, offset=self._at)
        self._at += count * ordinates * 8
        return [tuple(row) for row in raw.reshape(-1, ordinates)[:, : 3 if has_z else 2].tolist()]

    def members(self, order: str, depth: int) -> list[Any]:
        return [self.geometry(depth + 1) for _ in range(self._count(order, 9))]

    def arcs(self, points: list[Point]) -> list[Point]:
        self.curved = True
        if len(points) < 3 or len(points) % 2 == 0:
            raise UnreadableGeometry(say("circular-string-of", count=len(points)))
        line = points[:1]
        for i in range(0, len(points) - 2, 2):
            line += arc(points[i], points[i + 1], points[i + 2], self._tolerance)
        return line


def arc(start: Point, middle: Point, end: Point, tolerance: float) -> list[Point]:
    """Return points along the circle through three points, the start left out; Z runs evenly along the arc."""
    (ax, ay), (bx, by), (cx, cy) = start[:2], middle[:2], end[:2]
    if (ax, ay) == (cx, cy):  # a full circle: the middle point lies opposite
        x, y, turn = (ax + bx) / 2, (ay + by) / 2, 2 * math.pi
    else:
        double_area = 2 * ((bx - ax) * (cy - ay) - (by - ay) * (cx - ax))
        if abs(double_area) < 1e-12 * (math.hypot(cx - ax, cy - ay) ** 2):
            return [middle, end]  # in one line
        ab, ac = (bx - ax) ** 2 + (by - ay) ** 2, (cx - ax) ** 2 + (cy - ay) ** 2
        x = ax + ((cy - ay) * ab - (by - ay) * ac) / double_area
        y = ay + ((bx - ax) * ac - (cx - ax) * ab) / double_area
        turn = (math.atan2(cy - y, cx - x) - math.atan2(ay - y, ax - x)) % (2 * math.pi)
        if double_area < 0:
            turn -= 2 * math.pi
    radius, first = math.hypot(ax - x, ay - y), math.atan2(ay - y, ax - x)
    step = min(MIN_STEP, 2 * math.acos(1 - min(tolerance / radius, 1.0))) if radius > 0 else MIN_STEP
    count = min(max(math.ceil(abs(turn) / step), 2), MAX_POINTS_PER_ARC) if step > 0 else MAX_POINTS_PER_ARC
    result = []
    for i in range(1, count):
        angle = first + turn * i / count
        along = tuple(s + (e - s) * i / count for s, e in zip(start[2:], end[2:], strict=True))
        result.append((x + radius * math.cos(angle), y + radius * math.sin(angle), *along))
    return [*result, end]


def _point(reader: _Reader, order: str, ordinates: int, has_z: bool, depth: int) -> Any:
    return shapely.Point(reader.points(order, ordinates, has_z, count=1)[0])


def _line(reader: _Reader, order: str, ordinates: int, has_z: bool, depth: int) -> Any:
    points = reader.points(order, ordinates, has_z)
    if len(points) == 1 and depth:  # a part of a line that was recorded at one place only
        reader.short = True
        return None
    return shapely.LineString(points)


def _circular(reader: _Reader, order: str, ordinates: int, has_z: bool, depth: int) -> Any:
    return shapely.LineString(reader.arcs(reader.points(order, ordinates, has_z)))


def _compound(reader: _Reader, order: str, ordinates: int, has_z: bool, depth: int) -> Any:
    points: list[Any] = []
    for part in filter(None, reader.members(order, depth)):
        points += list(part.coords)[bool(points) :]
    return shapely.LineString(points)


def _polygon(reader: _Reader, order: str, ordinates: int, has_z: bool, depth: int) -> Any:
    rings = [reader.points(order, ordinates, has_z) for _ in range(reader._count(order, 4))]
    return shapely.Polygon(rings[0], rings[1:]) if rings else shapely.Polygon()


def _curve_polygon(reader: _Reader, order: str, ordinates: int, has_z: bool, depth: int) -> Any:
    rings = [list(ring.coords) for ring in reader.members(order, depth)]
    return shapely.Polygon(rings[0], rings[1:]) if rings else shapely.Polygon()


def _collect(make: Callable[[list[Any]], Any]) -> Callable[[_Reader, str, int, bool, int], Any]:
    def build(reader: _Reader, order: str, ordinates: int, has_z: bool, depth: int) -> Any:
        parts = [part for part in reader.members(order, depth) if part is not None]
        reader.curved = reader.curved or make in (_lines, _polygons)
        return make(parts)

    return build


def _lines(parts: list[Any]) -> Any:
    return shapely.MultiLineString(parts)


def _polygons(parts: list[Any]) -> Any:
    return shapely.MultiPolygon(parts)


_BUILDERS: dict[int, Callable[[_Reader, str, int, bool, int], Any]] = {
    1: _point,
    2: _line,
    3: _polygon,
    4: _collect(shapely.MultiPoint),
    5: _collect(shapely.MultiLineString),
    6: _collect(shapely.MultiPolygon),
    7: _collect(shapely.GeometryCollection),
    8: _circular,
    9: _compound,
    10: _curve_polygon,
    11: _collect(_lines),
    12: _collect(_polygons),
}

_UNSUPPORTED = {
    15: say("surface", kind="polyhedral surface"),
    16: say("surface", kind="TIN"),
    17: say("surface", kind="triangle"),
}
