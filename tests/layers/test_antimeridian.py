import pytest
import shapely
from pyproj import Geod

from layers.crs.antimeridian import cut, goes_around

GEOD = Geod(ellps="GRS80")


def circle(lon: float, lat: float, radius_m: float) -> shapely.Polygon:
    """A circle as a projection about its middle gives it back: longitudes from -180 to 180, whatever they cross."""
    return shapely.Polygon([GEOD.fwd(lon, lat, azimuth, radius_m)[:2] for azimuth in range(0, 360, 5)])


@pytest.mark.parametrize(("lon", "lat"), [(180, 0), (179.995, 10), (-180, 45), (-179.999, -60)])
def test_a_circle_over_the_antimeridian_is_cut_there_and_loses_no_ground(lon, lat):
    written = circle(lon, lat, 1000)
    assert goes_around(written)
    found = cut(written)
    assert found.is_valid
    assert not goes_around(found)
    assert found.geom_type == "MultiPolygon"
    assert {abs(bound) for part in found.geoms for bound in (part.bounds[0], part.bounds[2])} >= {180.0}
    area = sum(GEOD.geometry_area_perimeter(shapely.orient_polygons(part))[0] for part in found.geoms)
    whole = GEOD.geometry_area_perimeter(shapely.orient_polygons(circle(0, lat, 1000)))[0]
    assert area == pytest.approx(whole, rel=1e-9)


def test_what_crosses_nothing_is_left_as_it_is():
    plain = circle(115.65, 34.44, 1000)
    assert cut(plain) is plain
    assert not goes_around(shapely.MultiPolygon([circle(179.9, 0, 100), circle(-179.9, 0, 100)]))


@pytest.mark.parametrize("lat", [90, -90, 89.999])
def test_what_lies_about_a_pole_cannot_be_cut(lat):
    assert cut(circle(0, lat, 1000)) is None
