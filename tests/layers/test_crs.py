"""Operations between coordinate systems: exact where the datum is one, refused where PROJ would do nothing."""

import numpy as np
import pytest
import shapely

from layers.crs.names import axis_is_north_east, parse_crs, to_wkt
from layers.crs.operations import find_transform
from layers.crs.transform import compose
from layers.errors import NoDatumOperation, UnknownCrs
from layers.frame import SHANGQIU, Bounds

ZION = Bounds(-113.3, 37.0, -112.8, 37.5)


@pytest.mark.parametrize(
    ("srid", "point", "easting", "northing"),
    [
        (4509, (115.65, 34.44), 375923.0943, 3813295.8155),
        (4498, (115.65, 34.44), 20375923.0943, 3813295.8155),
        (4527, (115.65, 34.44), 39375923.0943, 3813295.8155),
        (4547, (115.65, 34.44), 651652.0689, 3813704.1855),
        (4526, (115.65, 34.44), 38651652.0689, 3813704.1855),
        (4509, (114.9, 34.0), 305975.5432, 3765650.2890),
        (4547, (114.9, 34.0), 583147.5992, 3764026.6352),
    ],
)
def test_reference_points_of_the_city_come_out_to_a_tenth_of_a_millimetre(
    srid: int, point: tuple[float, float], easting: float, northing: float
) -> None:
    transform = find_transform(parse_crs(4490), parse_crs(srid))
    east, north = transform.points([point[0]], [point[1]])
    assert (transform.kind, transform.accuracy_m) == ("projection", 0.0)
    assert east[0] == pytest.approx(easting, abs=1e-4)
    assert north[0] == pytest.approx(northing, abs=1e-4)


@pytest.mark.parametrize("srid", [4214, 4610, 4555, 2345, 21460, 2383, 2414])
def test_an_old_chinese_datum_is_refused_never_passed_unchanged(srid: int) -> None:
    for area in (SHANGQIU.extent, None):
        with pytest.raises(NoDatumOperation, match="50 to 120 m"):
            find_transform(parse_crs(srid), parse_crs(4490), area=area)


def test_wgs84_and_cgcs2000_are_joined_by_a_recorded_identity() -> None:
    transform = find_transform(parse_crs(4326), parse_crs(4490))
    assert (transform.kind, transform.accuracy_m) == ("identity", 1.0)
    assert "0.7 m in 25 years" in transform.note
    assert transform.points([115.65], [34.44]) == ([115.65], [34.44])


def test_web_mercator_is_reached_from_cgcs2000_through_the_same_identity() -> None:
    there = find_transform(parse_crs(4509), parse_crs(3857), area=SHANGQIU.extent)
    back = find_transform(parse_crs(3857), parse_crs(4509), area=SHANGQIU.extent)
    x, y = there.points([375923.0943], [3813295.8155])
    assert x[0] == pytest.approx(115.65 / 180 * np.pi * 6378137, abs=1e-3)
    assert back.points(x, y)[0][0] == pytest.approx(375923.0943, abs=1e-4)
    assert there.accuracy_m == 1.0


def test_the_datum_goes_by_other_names_in_chinese_files() -> None:
    wkt = (
        'GEOGCS["CGCS_2000",DATUM["D_2000",SPHEROID["S_2000",6378137.0,298.257222101004]],'
        'PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]]'
    )
    transform = find_transform(parse_crs(wkt), parse_crs(4509))
    assert transform.kind == "projection"
    assert transform.points([115.65], [34.44])[0][0] == pytest.approx(375923.0943, abs=1e-4)


def test_an_epsg_operation_states_its_accuracy_and_must_cover_the_area() -> None:
    transform = find_transform(parse_crs(26912), parse_crs(4326), area=ZION)
    assert (transform.kind, transform.accuracy_m) == ("epsg", 4.0)
    with pytest.raises(NoDatumOperation):
        find_transform(parse_crs(4269), parse_crs(4326), area=SHANGQIU.extent)


def test_geometries_keep_their_heights_and_nulls() -> None:
    geometries = np.array([shapely.Point(115.65, 34.44, 51.5), None, shapely.from_wkt("LINESTRING (115 34, 115.1 34)")])
    moved = find_transform(parse_crs(4490), parse_crs(4509)).geometry(geometries)
    assert moved[1] is None
    assert moved[0].z == 51.5
    assert moved[0].x == pytest.approx(375923.0943, abs=1e-4)
    assert geometries[0].x == 115.65


def test_a_box_is_taken_around_its_bent_edges() -> None:
    west, south, east, north = find_transform(parse_crs(4490), parse_crs(4509)).bounds(SHANGQIU.extent)
    corners = find_transform(parse_crs(4490), parse_crs(4509)).points([114.8, 116.7], [33.7, 34.9])
    assert south < min(corners[1])
    assert north > max(corners[1])
    assert west < east


def test_a_planet_or_a_riddle_is_not_a_coordinate_system() -> None:
    with pytest.raises(UnknownCrs, match="EPSG code"):
        parse_crs("the usual one")
    with pytest.raises(UnknownCrs, match="not a coordinate system of the Earth"):
        parse_crs("+proj=longlat +R=3396190 +no_defs")


def test_axis_order_is_the_authoritys() -> None:
    assert axis_is_north_east(parse_crs(4490))
    assert axis_is_north_east(parse_crs(4509))
    assert not axis_is_north_east(parse_crs("OGC:CRS84"))
    assert not axis_is_north_east(parse_crs(3857))


def test_transforms_are_joined_end_to_end_with_their_accuracies() -> None:
    whole = compose(
        find_transform(parse_crs(4269), parse_crs(4326), area=ZION), find_transform(parse_crs(4326), parse_crs(4490))
    )
    assert whole.accuracy_m == pytest.approx(np.hypot(4.0, 1.0))
    assert len(whole.steps) == 2
    assert to_wkt(whole.source) == "EPSG:4269"
