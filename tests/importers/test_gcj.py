import numpy as np
import pytest
import shapely
from pyproj import Geod

from importers.datum.gcj import (
    UnknownShift,
    bd09_from_gcj02,
    gcj02_from_bd09,
    gcj02_from_wgs84,
    shift_transform,
    wgs84_from_bd09,
    wgs84_from_gcj02,
)

# wandergis/coordtransform and eviltransform test vectors, as pinned in our handbook.
PINNED = [
    ((116.404, 39.915), (116.41024449916938, 39.91640428150164)),
    ((116.377817, 39.911954), (116.38404722455657, 39.91334545536069)),
    ((121.5272106, 31.1774276), (121.531541859215, 31.17530398364597)),
    ((113.912316, 22.543847), (113.9171764808363, 22.540796131694766)),
]
RNG = np.random.default_rng(2002)
LON, LAT = RNG.uniform(73, 135, 5_000), RNG.uniform(18, 53, 5_000)
GEOD = Geod(ellps="WGS84")


@pytest.mark.parametrize(("true", "shifted"), PINNED)
def test_the_shift_is_the_published_one(true: tuple[float, float], shifted: tuple[float, float]) -> None:
    assert gcj02_from_wgs84(*true) == pytest.approx(shifted, abs=1e-11)
    assert wgs84_from_gcj02(*shifted) == pytest.approx(true, abs=2e-10)


def test_inversion_returns_to_a_tenth_of_a_millimetre_anywhere_in_china() -> None:
    lon, lat = wgs84_from_gcj02(*gcj02_from_wgs84(LON, LAT))
    assert np.max(np.abs(lon - LON)) < 1e-9
    assert np.max(np.abs(lat - LAT)) < 1e-9


def test_baidu_comes_back_too() -> None:
    lon, lat = gcj02_from_bd09(*bd09_from_gcj02(LON, LAT))
    assert max(np.max(np.abs(lon - LON)), np.max(np.abs(lat - LAT))) < 1e-9
    lon, lat = wgs84_from_bd09(*bd09_from_gcj02(*gcj02_from_wgs84(LON, LAT)))
    assert max(np.max(np.abs(lon - LON)), np.max(np.abs(lat - LAT))) < 1e-9


def test_the_offset_at_shangqiu_is_about_half_a_kilometre_east_south_east() -> None:
    lon, lat = np.array([114.9, 115.65, 116.5]), np.array([34.2, 34.44, 33.9])
    azimuth, _, gcj = GEOD.inv(lon, lat, *gcj02_from_wgs84(lon, lat))
    _, _, bd = GEOD.inv(lon, lat, *bd09_from_gcj02(*gcj02_from_wgs84(lon, lat)))
    assert ((gcj > 500) & (gcj < 535)).all()
    assert ((azimuth > 100) & (azimuth < 114)).all()
    assert ((bd > 1_150) & (bd < 1_270)).all()


def test_outside_china_nothing_moves() -> None:
    assert gcj02_from_wgs84(2.35, 48.86) == (2.35, 48.86)
    assert wgs84_from_gcj02(-122.4, 37.8) == (-122.4, 37.8)


def test_the_transform_says_that_it_is_approximate() -> None:
    transform = shift_transform("gcj02")
    assert (transform.kind, transform.accuracy_m) == ("approximate", 5.0)
    assert "not for survey or cadastre" in transform.note
    moved = transform.geometry(np.array([shapely.Point(116.41024449916938, 39.91640428150164), None]))
    assert moved[0].equals_exact(shapely.Point(116.404, 39.915), 1e-9)
    assert moved[1] is None


def test_a_coordinate_that_is_no_number_stays_none() -> None:
    lon, lat = wgs84_from_gcj02([np.nan, 116.41024449916938], [39.0, 39.91640428150164])
    assert np.isnan(lon[0])
    assert (lon[1], lat[1]) == pytest.approx((116.404, 39.915), abs=1e-9)


def test_another_shift_is_refused() -> None:
    with pytest.raises(UnknownShift, match="gcj02"):
        shift_transform("mars")
