import random

import pytest

from layers.frame import Bounds
from layers.sheet.national import UnknownSheet
from layers.sheet.squares import SquareScheme, find_square_sheet, square_sheet_at, square_sheets_in

CENTRE = 375_923.1, 3_813_295.8


@pytest.mark.parametrize(
    ("scale", "code"), [(5_000, "3812-374"), (2_000, "3813.0-375.0"), (1_000, "3813.0-375.5"), (500, "3813.25-375.75")]
)
def test_the_city_centre_lies_on_the_known_square_sheets(scale: int, code: str) -> None:
    sheet = square_sheet_at(*CENTRE, scale)
    assert sheet.code == code
    assert find_square_sheet(code, denominator=scale) == sheet


def test_the_scale_is_read_from_the_digits_where_they_tell_it() -> None:
    assert find_square_sheet("10.50-27.75").scale == 500
    assert find_square_sheet("3812-374").scale == 5_000
    with pytest.raises(UnknownSheet, match="1:1000 or a 1:2000"):
        find_square_sheet("10.0-21.0")


def test_dropped_leading_kilometres_come_back_from_the_scheme() -> None:
    scheme = SquareScheme(srid=4548, east_offset_km=300, north_offset_km=3_800)
    sheet = square_sheet_at(*CENTRE, 500, scheme)
    assert sheet.code == "13.25-75.75"
    assert find_square_sheet(sheet.code, scheme).bounds == (375_750, 3_813_250, 376_000, 3_813_500)


def test_rectangular_sheets_are_four_fifths_as_high() -> None:
    sheet = square_sheet_at(*CENTRE, 500, SquareScheme(rectangular=True))
    assert (sheet.bounds.east - sheet.bounds.west, sheet.bounds.north - sheet.bounds.south) == (250, 200)
    assert find_square_sheet(sheet.code, SquareScheme(rectangular=True), 500) == sheet


def test_random_points_round_trip_and_lie_inside_half_open() -> None:
    rng = random.Random(500)
    for _ in range(5_000):
        east, north = rng.uniform(300_516, 467_322), rng.uniform(3_731_758, 3_860_538)
        for scale in (500, 1_000, 2_000, 5_000):
            sheet = square_sheet_at(east, north, scale)
            assert find_square_sheet(sheet.code, denominator=scale) == sheet
            assert sheet.bounds.west <= east < sheet.bounds.east
            assert sheet.bounds.south <= north < sheet.bounds.north


def test_a_corner_belongs_to_the_sheet_north_east_of_it() -> None:
    assert square_sheet_at(375_750.0, 3_813_250.0, 500).code == "3813.25-375.75"
    assert square_sheet_at(375_749.999, 3_813_250.0, 500).code == "3813.25-375.50"


def test_a_box_is_covered_once() -> None:
    codes = [sheet.code for sheet in square_sheets_in(Bounds(375_000, 3_813_000, 376_000, 3_814_000), 500)]
    assert len(codes) == len(set(codes)) == 16
    assert codes[0] == "3813.75-375.00"


@pytest.mark.parametrize("number", ["10.40-27.75", "3813.25", "a-b", "3813.255-375.755", "1/2-3"])
def test_a_number_that_is_no_corner_is_refused(number: str) -> None:
    with pytest.raises(UnknownSheet):
        find_square_sheet(number)


def test_a_number_of_three_decimals_is_of_no_scale() -> None:
    with pytest.raises(UnknownSheet, match="more than two digits"):
        find_square_sheet("3812.500-375.000")


def test_a_scale_without_square_sheets_is_refused() -> None:
    with pytest.raises(UnknownSheet, match="no square sheets"):
        square_sheet_at(*CENTRE, 10_000)
