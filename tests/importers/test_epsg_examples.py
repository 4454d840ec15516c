"""The worked examples of IOGP Guidance Note 7-2 come out of our own transform code.

They are the acceptance path that may be derived anew: the GIGS test data set itself may not be given on. Its series
5101 (Transverse Mercator by the JHS formulas), 5201 (geocentric), 5203 and 5204 (seven parameters) test the same
operations.
"""

import numpy as np
import pyproj
import pytest

from importers.datum.helmert import BursaWolf, EarthCentred
from layers.crs.names import parse_crs
from layers.crs.operations import find_transform


def dms(degrees: float, minutes: float, seconds: float) -> float:
    return degrees + minutes / 60 + seconds / 3600


def moved(shift: BursaWolf, *xyz: float) -> list[float]:
    return [float(value[0]) for value in shift(*(np.array([ordinate]) for ordinate in xyz))]


def test_transverse_mercator_is_the_example_of_the_british_grid() -> None:
    """Transverse Mercator (EPSG:9807) by the JHS formulas; the note rounds on its way and is good for a centimetre."""
    there = find_transform(parse_crs(4277), parse_crs(27700))
    east, north = there.points([0.5], [50.5])
    assert (east[0], north[0]) == pytest.approx((577_274.99, 69_740.50), abs=0.01)
    lon, lat = find_transform(parse_crs(27700), parse_crs(4277)).points([577_274.99], [69_740.50])
    assert (lon[0], lat[0]) == pytest.approx((0.5, 50.5), abs=1e-7)


def test_a_zone_prefixed_gauss_krueger_system_is_the_same_projection_moved() -> None:
    """The form of GIGS 5101 part 4 and of the Chinese zones: k = 1, the zone number before the false easting."""
    lon, lat = [115.65, 116.9, 115.1], [34.44, 33.8, 34.9]
    plain = find_transform(parse_crs(4490), parse_crs(4548)).points(lon, lat)
    zoned = find_transform(parse_crs(4490), parse_crs(4527)).points(lon, lat)
    assert zoned[0] - plain[0] == pytest.approx(39_000_000, abs=1e-6)
    assert zoned[1] == pytest.approx(plain[1], abs=1e-6)


def test_geocentric_conversion_is_the_example_there_and_back() -> None:
    """Geographic/geocentric conversions (EPSG:9602)."""
    wgs84 = EarthCentred.of(parse_crs(4326))
    place = dms(2, 7, 46.38), dms(53, 48, 33.82), 73.0
    xyz = wgs84.to_geocentric(*(np.array([value]) for value in place))
    assert [float(value[0]) for value in xyz] == pytest.approx([3_771_793.968, 140_253.342, 5_124_304.349], abs=0.003)
    back = wgs84.to_geodetic(*(np.array([value]) for value in (3_771_793.968, 140_253.342, 5_124_304.349)))
    assert [float(value[0]) for value in back[:2]] == pytest.approx(place[:2], abs=1e-8)
    assert float(back[2][0]) == pytest.approx(73.0, abs=0.003)


@pytest.mark.parametrize(("convention", "rotation"), [("position_vector", 0.554), ("coordinate_frame", -0.554)])
def test_seven_parameters_are_the_example_from_wgs72_to_wgs84(convention: str, rotation: float) -> None:
    """Position vector (EPSG:1033, 9606) and coordinate frame rotation (EPSG:1032, 9607)."""
    shift = BursaWolf((0.0, 0.0, 4.5), (0.0, 0.0, rotation), 0.219, convention)  # type: ignore[arg-type]
    target = moved(shift, 3_657_660.66, 255_768.55, 5_201_382.11)
    assert target == pytest.approx([3_657_660.78, 255_778.43, 5_201_387.75], abs=0.006)


def test_molodensky_badekas_is_seven_parameters_about_another_point() -> None:
    """Molodensky-Badekas (EPSG:1034, 9636), La Canoa to REGVEN.

    Turning about a pivot is turning about the Earth's centre with another translation: ``d + p - m R p``.
    """
    pivot = (2_464_351.59, -5_783_466.61, 974_809.81)
    turned = BursaWolf((0.0, 0.0, 0.0), (-5.266, -1.238, 2.381), -5.109, "coordinate_frame")
    shift = (-270.933, 115.599, -360.226)
    carried = moved(turned, *pivot)
    translation = tuple(d + p - c for d, p, c in zip(shift, pivot, carried, strict=True))
    whole = BursaWolf(translation, (-5.266, -1.238, 2.381), -5.109, "coordinate_frame")  # type: ignore[arg-type]
    target = moved(whole, 2_550_408.96, -5_749_912.26, 1_054_891.11)
    assert target == pytest.approx(
        [2_550_138.467, -5_749_799.862, 1_054_530.826], abs=0.015
    )  # the note rounds the rotations on its way
    proj = pyproj.Transformer.from_pipeline(
        "+proj=molobadekas +convention=coordinate_frame +x=-270.933 +y=115.599 +z=-360.226 +rx=-5.266 +ry=-1.238 "
        "+rz=2.381 +s=-5.109 +px=2464351.59 +py=-5783466.61 +pz=974809.81"
    )
    assert target == pytest.approx(proj.transform(2_550_408.96, -5_749_912.26, 1_054_891.11), abs=1e-6)
