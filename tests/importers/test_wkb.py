"""Curves become lines within the tolerance, M goes, Z stays, surfaces are refused by name."""

import math
import struct
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from importers.vector.wkb import decode

TOLERANCE = 0.01


def _points(*points: tuple[float, ...]) -> bytes:
    return struct.pack("<I", len(points)) + b"".join(struct.pack(f"<{len(p)}d", *p) for p in points)


def _wkb(code: int, body: bytes) -> bytes:
    return b"\x01" + struct.pack("<I", code) + body


def _collection(code: int, *members: bytes) -> bytes:
    return _wkb(code, struct.pack("<I", len(members)) + b"".join(members))


def _one(body: bytes, tolerance: float = TOLERANCE) -> Any:
    decoded = decode(pa.array([body], pa.binary()), tolerance)
    assert not decoded.reasons, decoded.reasons
    return decoded.geometries[0]


@settings(deadline=None)
@given(
    st.floats(0.5, 5000), st.floats(-math.pi, math.pi), st.floats(0.2, 6.0), st.sampled_from([-1, 1]),
    st.floats(-1e6, 1e6), st.floats(-1e6, 1e6),
)  # fmt: skip
def test_an_arc_keeps_within_the_tolerance_of_the_circle(
    radius: float, start: float, turn: float, side: int, x: float, y: float
) -> None:
    def at(angle: float) -> tuple[float, float]:
        return x + radius * math.cos(angle), y + radius * math.sin(angle)

    line = _one(_wkb(8, _points(at(start), at(start + side * turn / 2), at(start + side * turn))))
    middles = shapely.line_interpolate_point(line, np.linspace(0, 1, 500), normalized=True)
    distance = np.abs(np.hypot(shapely.get_x(middles) - x, shapely.get_y(middles) - y) - radius)
    assert distance.max() <= TOLERANCE * 1.01 + 1e-6
    assert shapely.length(line) == pytest.approx(radius * turn, rel=0.01)


def test_a_full_circle_of_three_points_is_a_circle() -> None:
    ring = _one(_collection(10, _wkb(8, _points((0, 0), (200, 0), (0, 0)))))
    assert ring.geom_type == "Polygon"
    assert ring.area == pytest.approx(math.pi * 100**2, rel=1e-3)


def test_a_compound_curve_joins_its_parts_without_doubling_points() -> None:
    line = _one(_collection(9, _wkb(2, _points((0, 0), (10, 0))), _wkb(8, _points((10, 0), (15, 5), (10, 10)))))
    assert line.coords[0] == (0, 0)
    assert line.coords[-1] == pytest.approx((10, 10))
    assert len(set(line.coords)) == len(line.coords)


def test_heights_run_along_an_arc() -> None:
    line = _one(_wkb(1008, _points((1, 0, 0), (0, 1, 5), (-1, 0, 10))))
    heights = shapely.get_coordinates(line, include_z=True)[:, 2]
    assert heights[0] == 0
    assert heights[-1] == 10
    assert (np.diff(heights) > 0).all()


def test_multi_surfaces_and_multi_curves_become_multi_polygons_and_lines() -> None:
    square = _wkb(3, struct.pack("<I", 1) + _points((0, 0), (1, 0), (1, 1), (0, 0)))
    assert _one(_collection(12, square, square)).geom_type == "MultiPolygon"
    assert _one(_collection(11, _wkb(2, _points((0, 0), (1, 1))))).geom_type == "MultiLineString"


@pytest.mark.parametrize(
    ("code", "ordinates", "wkt"), [(2002, 3, "LINESTRING (1 2, 4 5)"), (3002, 4, "LINESTRING Z (1 2 3, 4 5 6)")]
)
def test_m_is_dropped_and_z_is_kept(code: int, ordinates: int, wkt: str) -> None:
    first, second = (1.0, 2.0, 3.0, 9.0)[:ordinates], (4.0, 5.0, 6.0, 9.0)[:ordinates]
    decoded = decode(pa.array([_wkb(code, _points(first, second))], pa.binary()), TOLERANCE)
    assert shapely.equals_identical(decoded.geometries[0], shapely.from_wkt(wkt))
    assert decoded.done == {"M values dropped": 1}


@pytest.mark.parametrize(("code", "name"), [(15, "polyhedral"), (1016, "TIN"), (17, "triangle")])
def test_three_dimensional_surfaces_are_refused_by_name(code: int, name: str) -> None:
    decoded = decode(pa.array([_collection(code)], pa.binary()), TOLERANCE)
    assert decoded.geometries[0] is None
    assert name in decoded.reasons[0]


@settings(deadline=None)
@given(st.binary(max_size=60))
def test_any_bytes_give_a_geometry_or_a_reason(body: bytes) -> None:
    decoded = decode(pa.array([body, None], pa.binary()), TOLERANCE)
    assert (decoded.geometries[0] is None) == (0 in decoded.reasons)
    assert decoded.geometries[1] is None
    assert 1 not in decoded.reasons


@settings(deadline=None)
@given(st.integers(1, 17), st.integers(2**20, 2**32 - 1))
def test_a_false_count_costs_no_memory(code: int, count: int) -> None:
    decoded = decode(pa.array([_wkb(code, struct.pack("<I", count) + bytes(40))], pa.binary()), TOLERANCE)
    assert decoded.geometries[0] is None or code == 1
