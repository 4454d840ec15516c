"""National sheets: the worked examples of the literature, and properties no float code passes."""

import json
import random
from fractions import Fraction
from pathlib import Path

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from layers.crs.names import parse_crs
from layers.crs.operations import find_transform
from layers.frame import Bounds
from layers.sheet.cover import sheets_entered, sheets_in
from layers.sheet.national import (
    LAST_BAND,
    MAS,
    SERIES,
    Sheet,
    UnknownSheet,
    degrees_text,
    find_sheet,
    scale_of,
    sheet_at,
    sheet_from_origin,
)
from layers.sheet.squares import square_sheets_in

SHANGQIU_BOX = Bounds(114.8, 33.7, 116.6, 34.9)


def dms(degrees: int, minutes: int = 0, seconds: float | str = 0) -> Fraction:
    return degrees + Fraction(minutes, 60) + Fraction(seconds) / 3600


BEIJING = dms(116, 28, 15), dms(39, 54, 30)
CENTRE = 115.65, 34.441667

WORKED = [
    ((114.5625, 39.375), 500_000, "J50B001001"),
    ((114.5625, 39.375), 250_000, "J50C001001"),
    ((114.5625, 39.375), 100_000, "J50D002002"),
    ((114.5625, 39.375), 50_000, "J50E004003"),
    ((114.5625, 39.375), 25_000, "J50F008005"),
    ((114.5625, 39.375), 10_000, "J50G015010"),
    ((114.5625, 39.375), 5_000, "J50H030019"),
    ((114.5625, 39.375), 2_000, "J50I090055"),
    ((114.5625, 39.375), 1_000, "J50J01800109"),
    ((114.5625, 39.375), 500, "J50K03600217"),
    (BEIJING, 1_000_000, "J50"),
    (BEIJING, 50_000, "J50E001010"),
    ((dms(116, 28, 25), dms(39, 54, 30)), 100_000, "J50D001005"),
    ((dms(112, 48), dms(32, 54)), 50_000, "I49E019020"),
    ((dms(106, 25, 30), dms(29, 49, 27)), 1_000_000, "H48"),
    ((dms(122, 28, 25), dms(39, 54, 30)), 1_000_000, "J51"),
    (CENTRE, 100_000, "I50D005004"),
    (CENTRE, 50_000, "I50E010007"),
    (CENTRE, 10_000, "I50G038027"),
    (CENTRE, 5_000, "I50H075053"),
    (CENTRE, 2_000, "I50I225159"),
    (CENTRE, 1_000, "I50J04490317"),
    (CENTRE, 500, "I50K08980634"),
]


@pytest.mark.parametrize(("point", "scale", "code"), WORKED)
def test_a_point_lies_on_the_sheet_the_literature_says(point: tuple[float, float], scale: int, code: str) -> None:
    assert sheet_at(*point, scale).code == code
    assert find_sheet(code) == sheet_at(*point, scale)


@pytest.mark.parametrize(
    ("code", "west", "south", "east", "north"),
    [
        ("J50E001010", dms(116, 15), dms(39, 50), dms(116, 30), dms(40)),
        ("J49B001002", dms(111), dms(38), dms(114), dms(40)),
        ("J50D003004", dms(115, 30), dms(39), dms(116), dms(39, 20)),
        ("J47E008022", dms(101, 15), dms(38, 40), dms(101, 30), dms(38, 50)),
        ("I50", 114, 32, 120, 36),
    ],
)
def test_a_code_gives_exact_edges(code: str, west: Fraction, south: Fraction, east: Fraction, north: Fraction) -> None:
    assert find_sheet(code).exact_bounds == (west, south, east, north)


@pytest.mark.parametrize(
    ("scale", "longitude", "latitude", "length"),
    [
        (1_000_000, "21600", "14400", 3),
        (500_000, "10800", "7200", 10),
        (250_000, "5400", "3600", 10),
        (100_000, "1800", "1200", 10),
        (50_000, "900", "600", 10),
        (25_000, "450", "300", 10),
        (10_000, "225", "150", 10),
        (5_000, "112.5", "75", 10),
        (2_000, "37.5", "25", 10),
        (1_000, "18.75", "12.5", 12),
        (500, "9.375", "6.25", 12),
    ],
)
def test_each_scale_has_the_size_and_code_length_of_the_standard(
    scale: int, longitude: str, latitude: str, length: int
) -> None:
    sheet = sheet_at(115.65, 34.44, scale)
    west, south, east, north = sheet.exact_bounds
    assert ((east - west) * 3600, (north - south) * 3600) == (Fraction(longitude), Fraction(latitude))
    assert len(sheet.code) == length


def test_20_000_random_points_round_trip_at_all_eleven_scales() -> None:
    rng = random.Random(13989)
    for _ in range(20_000):
        lon, lat = rng.uniform(73, 135), rng.uniform(3, 54)
        for series in SERIES:
            sheet = sheet_at(lon, lat, series.denominator)
            assert find_sheet(sheet.code) == sheet
            assert sheet.west <= lon * MAS < sheet.east
            assert sheet.south <= lat * MAS < sheet.north


def test_every_float_corner_in_the_city_names_its_own_sheet() -> None:
    for scale in (100_000, 50_000, 10_000, 5_000):
        for sheet in sheets_in(SHANGQIU_BOX, scale):
            assert sheet_at(sheet.bounds.west, sheet.bounds.south, scale) == sheet
    rng = random.Random(7)
    for scale in (2_000, 1_000, 500):
        for _ in range(2_000):
            sheet = sheet_at(rng.uniform(114.8, 116.6), rng.uniform(33.7, 34.9), scale)
            assert sheet_at(sheet.bounds.west, sheet.bounds.south, scale) == sheet


@given(
    st.integers(0, 30 * 6 * MAS - 1), st.integers(0, 15 * 4 * MAS - 1), st.sampled_from([s.denominator for s in SERIES])
)
def test_a_sheet_owns_its_west_and_south_edge_and_not_the_others(x: int, y: int, scale: int) -> None:
    sheet = sheet_at(Fraction(x, MAS), Fraction(y, MAS), scale)
    west, south, east, north = sheet.exact_bounds
    assert sheet_at(west, south, scale) == sheet
    if east < 180:
        assert sheet_at(east, south, scale) == sheet.neighbour(east=1)
    if north < 60:
        assert sheet_at(west, north, scale) == sheet.neighbour(north=1)


def test_children_tile_their_parent_exactly() -> None:
    parent = find_sheet("I50G038027")
    children = list(sheets_in(parent.bounds, 500))
    assert len(children) == 24 * 24
    assert sum((c.east - c.west) * (c.north - c.south) for c in children) == (
        (parent.east - parent.west) * (parent.north - parent.south)
    )
    assert (min(c.west for c in children), max(c.north for c in children)) == (parent.west, parent.north)


def test_neighbours_cross_the_edge_of_a_million_sheet() -> None:
    corner = find_sheet("I50D001001")
    assert corner.neighbour(east=-1).code == "I49D001012"
    assert corner.neighbour(north=1).code == "J50D012001"


@pytest.mark.parametrize(
    ("scale", "count"),
    [
        (1_000_000, 1),
        (500_000, 2),
        (250_000, 4),
        (100_000, 20),
        (50_000, 64),
        (25_000, 225),
        (10_000, 900),
        (5_000, 3481),
    ],
)
def test_the_city_box_is_covered_by_the_known_number_of_sheets(scale: int, count: int) -> None:
    codes = [sheet.code for sheet in sheets_in(SHANGQIU_BOX, scale)]
    assert len(codes) == len(set(codes)) == count


def test_an_area_enters_sheets_and_only_touches_their_neighbours() -> None:
    first, second = find_sheet("I50G038027"), find_sheet("I50G038029")
    band = shapely.union(shapely.box(*first.bounds), shapely.box(*second.bounds))
    around = list(sheets_in(Bounds(*shapely.buffer(band, 0.1).bounds), 10_000))
    assert len(around) > 20
    assert {sheet.code for sheet in sheets_entered(around, band)} == {"I50G038027", "I50G038029"}
    assert sheets_entered(around, shapely.Polygon()) == []


def test_an_area_enters_square_sheets_of_a_plane_too() -> None:
    plane = Bounds(375_000, 3_813_000, 378_000, 3_816_000)
    inside = find_transform(parse_crs(4509), parse_crs(4490)).bounds(Bounds(375_100, 3_813_100, 375_900, 3_814_900))
    entered = sheets_entered(square_sheets_in(plane, 2_000), shapely.box(*inside))
    assert sorted(sheet.code for sheet in entered) == ["3813.0-375.0", "3814.0-375.0"]


def test_the_first_and_the_last_zone_are_of_the_scheme_and_what_lies_beyond_is_not() -> None:
    assert (find_sheet("H31").west, find_sheet("H60").east) == (0, 180 * MAS)
    series = scale_of(1_000_000)
    for west, south in (
        (-series.width, 0),
        (30 * series.width, 0),
        (0, -series.height),
        (0, LAST_BAND * series.height),
    ):
        with pytest.raises(UnknownSheet):
            sheet_from_origin(west, south, series)


def test_a_ninth_of_a_5000_sheet_is_read_as_its_2000_sheet() -> None:
    parent = find_sheet("H49H192097")
    ninths = [find_sheet(f"H49H192097-{n}") for n in range(1, 10)]
    assert ninths == list(sheets_in(parent.bounds, 2_000))
    assert ninths[4].scale == 2_000


def test_codes_are_read_in_any_case() -> None:
    assert find_sheet(" i50g038027 ").code == "I50G038027"


@pytest.mark.parametrize(
    ("code", "says"),
    [
        ("I50G097001", "run from 1 to 96"),
        ("I50G000001", "run from 1 to 96"),
        ("I50J001001", "4 digits"),
        ("I50G00010001", "3 digits"),
        ("I30", "not a sheet code"),
        ("W50", "not a sheet code"),
        ("I50A001001", "not a sheet code"),
        ("", "not a sheet code"),
        ("I50G038027-5", "not a sheet code"),
        ("'; drop table", "not a sheet code"),
    ],
)
def test_a_wrong_code_is_refused_with_the_reason(code: str, says: str) -> None:
    with pytest.raises(UnknownSheet, match=says):
        find_sheet(code)


def test_a_wrong_place_scale_or_box_is_refused_with_the_reason() -> None:
    with pytest.raises(UnknownSheet, match="not a scale of GB/T 13989"):
        sheet_at(115, 34, 20_000)
    with pytest.raises(UnknownSheet, match="longitude first"):
        sheet_at(34, 115, 10_000)
    with pytest.raises(UnknownSheet, match="not a number of degrees"):
        sheet_at(float("nan"), 34, 10_000)
    with pytest.raises(UnknownSheet, match="west < east"):
        list(sheets_in(Bounds(116, 34, 115, 35), 10_000))
    with pytest.raises(UnknownSheet, match="smaller box"):
        list(sheets_in(SHANGQIU_BOX, 500))


def test_a_sheet_says_itself_in_degrees_minutes_seconds() -> None:
    assert (
        find_sheet("J50E001010").to_text()
        == "J50E001010  1:50000  116°15'00\" .. 116°30'00\" E, 39°50'00\" .. 40°00'00\" N"
    )
    assert degrees_text(9_375) == "0°00'09.375\""
    assert isinstance(find_sheet("J50"), Sheet)


@pytest.mark.parametrize(
    ("scale", "count"),
    [
        (1_000_000, 1),
        (500_000, 2),
        (250_000, 4),
        (100_000, 15),
        (50_000, 40),
        (25_000, 138),
        (10_000, 474),
        (5_000, 1771),
    ],
)
def test_the_citys_outline_is_covered_by_the_known_number_of_sheets(shared_data: Path, scale: int, count: int) -> None:
    # The handbook counts 137 at 1:25 000 and 1765 at 1:5000 on a more generalised outline.
    counties = json.loads((shared_data / "shangqiu" / "counties_amap_wgs84.geojson").read_text(encoding="utf-8"))
    city = shapely.union_all([shapely.geometry.shape(feature["geometry"]) for feature in counties["features"]])
    sheets = sheets_entered(sheets_in(Bounds(*city.bounds), scale), city)
    assert len(sheets) == count
    if scale == 100_000:
        rows = {"4": "002 003", "5": "002 003 004 005", "6": "002 003 004 005 006", "7": "003 004 005 006"}
        listed = {f"I50D00{row}{column}" for row, columns in rows.items() for column in columns.split()}
        assert {sheet.code for sheet in sheets} == listed
