"""Our datum mathematics against PROJ's own operators and against geometry."""

import numpy as np
import pyproj
import pytest

from importers.datum.helmert import BursaWolf, EarthCentred, PlaneSimilarity, shift_degrees
from layers.crs.names import parse_crs

RNG = np.random.default_rng(9607)
LON, LAT, H = RNG.uniform(73, 135, 500), RNG.uniform(18, 53, 500), RNG.uniform(-100, 5_000, 500)
SEVEN = ((-15.5, 87.25, 43.1), (0.91, -1.73, 2.64), 3.75)


@pytest.mark.parametrize("convention", ["coordinate_frame", "position_vector"])
def test_bursa_wolf_is_projs_helmert_in_either_convention(convention: str) -> None:
    (dx, dy, dz), (rx, ry, rz), scale = SEVEN
    proj = pyproj.Transformer.from_pipeline(
        f"+proj=helmert +x={dx} +y={dy} +z={dz} +rx={rx} +ry={ry} +rz={rz} +s={scale} +convention={convention}"
    )
    start = EarthCentred.of(parse_crs(4214)).to_geocentric(LON, LAT, H)
    ours = BursaWolf(*SEVEN, convention=convention)(*start)  # type: ignore[arg-type]
    assert np.allclose(ours, proj.transform(*start), atol=1e-6)


def test_the_two_conventions_are_tens_of_metres_apart() -> None:
    start = EarthCentred.of(parse_crs(4214)).to_geocentric(LON, LAT, H)
    frame = np.array(BursaWolf(*SEVEN, convention="coordinate_frame")(*start))
    vector = np.array(BursaWolf(*SEVEN, convention="position_vector")(*start))
    assert np.linalg.norm(frame - vector, axis=0).min() > 10


@pytest.mark.parametrize("srid", [4214, 4610, 4490, 4326])
def test_earth_centred_coordinates_are_projs_and_come_back(srid: int) -> None:
    crs = parse_crs(srid)
    ellipsoid = crs.ellipsoid
    assert ellipsoid is not None
    proj = pyproj.Transformer.from_pipeline(
        "+proj=pipeline +step +proj=unitconvert +xy_in=deg +xy_out=rad "
        f"+step +proj=cart +a={ellipsoid.semi_major_metre} +rf={ellipsoid.inverse_flattening}"
    )
    centred = EarthCentred.of(crs)
    xyz = centred.to_geocentric(LON, LAT, H)
    assert np.allclose(xyz, proj.transform(LON, LAT, H), atol=1e-6)
    lon, lat, height = centred.to_geodetic(*xyz)
    assert np.allclose(lon, LON, atol=1e-11)
    assert np.allclose(lat, LAT, atol=1e-11)
    assert np.allclose(height, H, atol=1e-5)


@pytest.mark.parametrize("rotation", [-40.0, 0.0, 3.5, 12_345.0])
def test_the_plane_similarity_is_projs_with_the_angle_turned(rotation: float) -> None:
    x, y = RNG.uniform(-1e5, 1e5, 200), RNG.uniform(-1e5, 1e5, 200)
    proj = pyproj.Transformer.from_pipeline(f"+proj=helmert +x=100 +y=-200 +s=1.000025 +theta={-rotation}")
    expected = np.array(proj.transform(x, y))
    assert np.allclose(PlaneSimilarity(100, -200, 25, rotation, "east_north")(x, y), expected, atol=1e-6)


def test_in_chinese_axes_a_positive_angle_turns_north_towards_east() -> None:
    east, north = PlaneSimilarity(0, 0, 0, 90 * 3600, "north_east")(np.array([0.0]), np.array([1.0]))
    assert (east[0], north[0]) == pytest.approx((1.0, 0.0), abs=1e-12)
    east, north = PlaneSimilarity(0, 0, 0, 90 * 3600, "east_north")(np.array([1.0]), np.array([0.0]))
    assert (east[0], north[0]) == pytest.approx((0.0, 1.0), abs=1e-12)


def test_no_shift_between_ellipsoids_only_changes_the_latitude() -> None:
    nothing = BursaWolf((0, 0, 0), (0, 0, 0), 0)
    lon, lat = shift_degrees(nothing, parse_crs(4214), parse_crs(4490), LON, LAT)
    assert np.allclose(lon, LON, atol=1e-12)
    assert np.abs(lat - LAT).max() < 1e-4
    same = shift_degrees(nothing, parse_crs(4490), parse_crs(4490), LON, LAT)
    assert np.allclose(same, (LON, LAT), atol=1e-11)


def test_parameters_have_no_text_form() -> None:
    assert "87.25" not in repr(BursaWolf(*SEVEN))
    assert "12.34" not in repr(PlaneSimilarity(12.34, 12.34, 12.34, 12.34))
