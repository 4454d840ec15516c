"""The viewer measures on the ellipsoid; PROJ's geodesic routines are the judge."""

import random

import pytest
import shapely
from pyproj import Geod, Transformer

from tests.browser.scripts import evaluate

CGCS2000 = Geod(a=6378137, rf=298.257222101)


def test_distances_agree_with_proj_to_a_tenth_of_a_millimetre() -> None:
    draw = random.Random(2000)
    pairs = [
        [[draw.uniform(114, 117), draw.uniform(33, 35)], [draw.uniform(114, 117), draw.uniform(33, 35)]]
        for _ in range(200)
    ]
    measured = evaluate("geodesy.js", "a[0].map(([p, q]) => m.distance(p, q))", pairs)
    for (start, end), metres in zip(pairs, measured, strict=True):
        assert metres == pytest.approx(CGCS2000.inv(*start, *end)[2], abs=1e-4)


def test_a_point_is_no_distance_from_itself() -> None:
    assert evaluate("geodesy.js", "m.distance([115.65, 34.44], [115.65, 34.44])") == 0


def test_the_area_of_a_square_kilometre_is_the_ellipsoidal_one_and_not_the_planar() -> None:
    to_degrees = Transformer.from_crs(4509, 4490, always_xy=True)
    corners = [(375000, 3813000), (376000, 3813000), (376000, 3814000), (375000, 3814000), (375000, 3813000)]
    ring = [to_degrees.transform(*corner) for corner in corners]
    area = evaluate("geodesy.js", "m.ringArea(m.divided(a[0]))", ring)
    # 999 618.146 m2 is the closed formula of the land survey's notice No. 32 of 2008 for this very square.
    assert area == pytest.approx(999_618.146, abs=0.01)


def test_areas_of_random_rings_agree_with_proj() -> None:
    draw = random.Random(4490)
    for _ in range(20):
        lon, lat, radius = draw.uniform(114.8, 116.6), draw.uniform(33.7, 34.9), draw.uniform(0.001, 0.2)
        ring = list(shapely.Point(lon, lat).buffer(radius, quad_segs=400).exterior.coords)
        area = evaluate("geodesy.js", "m.ringArea(a[0])", ring)
        assert area == pytest.approx(abs(CGCS2000.polygon_area_perimeter(*zip(*ring, strict=True))[0]), rel=1e-7)
