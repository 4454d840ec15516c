"""Areas against the exact integral, GeographicLib and published figures."""

import json
import math
from pathlib import Path

import numpy as np
import pytest
import shapely

from layers.crs.area import (
    FLATTENING,
    cell_area,
    ellipsoidal_area,
    geodesic_area,
    geodesic_length,
)
from layers.crs.names import SEMI_MAJOR_M, parse_crs
from layers.crs.operations import find_transform
from layers.sheet.national import find_sheet

E = math.sqrt(FLATTENING * (2 - FLATTENING))
FROM_4509 = find_transform(parse_crs(4509), parse_crs(4490))


def on_the_ground(projected: shapely.Geometry) -> shapely.Geometry:
    """A polygon of the plane in degrees, its long edges densified first."""
    return FROM_4509.geometry(np.array([shapely.segmentize(projected, 70.0)]))[0]


def authalic_cell(west: float, south: float, east: float, north: float) -> float:
    """The exact integral of the ellipsoid's surface between two parallels (Snyder 1987, 3-12), an independent way."""

    def q(degrees: float) -> float:
        s = math.sin(math.radians(degrees))
        return (1 - E * E) * (s / (1 - E * E * s * s) - math.log((1 - E * s) / (1 + E * s)) / (2 * E))

    return SEMI_MAJOR_M**2 * math.radians(east - west) * (q(north) - q(south)) / 2


@pytest.mark.parametrize(
    ("code", "square_metres", "off"),
    [
        ("I50D005004", 1_697_987_959.047, 0.002),
        ("I50G038027", 26_550_611.090, 0.0005),
        ("J50G015010", 24_905_495.143, 0.0005),
    ],
)
def test_a_sheet_has_the_area_of_the_national_formula(code: str, square_metres: float, off: float) -> None:
    bounds = find_sheet(code).bounds
    assert cell_area(*bounds) == pytest.approx(square_metres, abs=off)
    assert ellipsoidal_area(shapely.box(*bounds))[0] == pytest.approx(square_metres, abs=off)
    assert authalic_cell(*bounds) == pytest.approx(square_metres, abs=off)


@pytest.mark.parametrize(("east", "planar_minus_true"), [(375_000, 381.854), (310_000, 884.0), (460_000, 38.0)])
def test_a_square_kilometre_of_the_plane_is_less_on_the_ground(east: float, planar_minus_true: float) -> None:
    square = shapely.box(east, 3_813_000, east + 1_000, 3_814_000)
    assert 1e6 - ellipsoidal_area(on_the_ground(square))[0] == pytest.approx(planar_minus_true, abs=0.6)


def test_the_square_of_the_handbook_is_exact_to_a_tenth_of_a_square_decimetre() -> None:
    square = shapely.box(375_000, 3_813_000, 376_000, 3_814_000)
    assert ellipsoidal_area(on_the_ground(square))[0] == pytest.approx(999_618.146, abs=0.002)


@pytest.mark.parametrize("size", [10.0, 100.0, 1_000.0])
def test_for_parcels_the_two_methods_agree(size: float) -> None:
    corners = shapely.box(340_000, 3_800_000, 340_000 + size, 3_800_000 + size)
    degrees = FROM_4509.geometry(np.array([shapely.segmentize(corners, 70.0)]))
    assert ellipsoidal_area(degrees)[0] == pytest.approx(geodesic_area(degrees)[0], abs=0.0005)


def test_holes_subtract_parts_add_and_ring_direction_does_not_matter() -> None:
    outer, hole = shapely.box(115, 34, 115.1, 34.1), shapely.box(115.02, 34.02, 115.04, 34.04)
    far = shapely.box(116, 34, 116.1, 34.1)
    holed = shapely.Polygon(outer.exterior, [hole.exterior])
    whole, cut, both, reversed_ = ellipsoidal_area(
        [outer, holed, shapely.multipolygons([holed, far]), shapely.reverse(holed)]
    )
    assert cut == pytest.approx(whole - ellipsoidal_area(hole)[0], rel=1e-12)
    assert both == pytest.approx(cut + ellipsoidal_area(far)[0], rel=1e-12)
    assert reversed_ == cut
    assert geodesic_area([holed])[0] == pytest.approx(cut, rel=1e-6)


def test_what_has_no_area_has_none() -> None:
    collection = shapely.GeometryCollection([shapely.Point(115, 34), shapely.box(115, 34, 115.1, 34.1)])
    areas = ellipsoidal_area([shapely.Point(115, 34), shapely.LineString([(115, 34), (116, 34)]), None, collection])
    assert list(areas[:2]) == [0, 0]
    assert np.isnan(areas[2])
    assert areas[3] == ellipsoidal_area(shapely.box(115, 34, 115.1, 34.1))[0]
    assert ellipsoidal_area(shapely.Polygon())[0] == 0


def test_a_polygon_tiled_by_others_has_the_sum_of_their_areas() -> None:
    xs, ys = np.linspace(115, 116, 11), np.linspace(34, 35, 11)
    west, south = np.meshgrid(xs[:-1], ys[:-1])
    tiles = shapely.box(west.ravel(), south.ravel(), west.ravel() + 0.1, south.ravel() + 0.1)
    assert ellipsoidal_area(tiles).sum() == pytest.approx(cell_area(115, 34, 116, 35), rel=1e-12)


def test_length_is_along_the_ellipsoid() -> None:
    # One degree of the meridian at 34.5 N: 110.93 km by the series for the radius of curvature.
    length = geodesic_length([shapely.LineString([(115.65, 34), (115.65, 35)]), None])
    m = SEMI_MAJOR_M * (1 - E * E) / (1 - (E * math.sin(math.radians(34.5))) ** 2) ** 1.5
    assert length[0] == pytest.approx(m * math.pi / 180, rel=1e-6)
    assert np.isnan(length[1])


def test_the_city_has_its_known_area(shared_data: Path) -> None:
    counties = json.loads((shared_data / "shangqiu" / "counties_amap_wgs84.geojson").read_text(encoding="utf-8"))
    shapes = [shapely.geometry.shape(feature["geometry"]) for feature in counties["features"]]
    national, geodesic = ellipsoidal_area(shapes), geodesic_area(shapes)
    assert national.sum() / 1e6 == pytest.approx(10_712, rel=0.002)  # 10 712 km² on another outline
    assert national == pytest.approx(geodesic, rel=5e-6)  # their edges differ: straight in degrees, or geodesic
