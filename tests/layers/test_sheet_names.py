"""A sheet is found by whatever name it comes with."""

import pytest
import shapely

from layers.sheet.names import read_sheet, sheet_area, sheet_in_name
from layers.sheet.national import UnknownSheet
from layers.sheet.squares import SquareScheme


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("i50g038027", "I50G038027"),
        ("J-50-5-B", "J50E001010"),
        ("10-50-5", "J50D001005"),
        ("H49H192097-5", "H49I575290"),
        ("3813.25-375.75", "3813.25-375.75"),
        ("3812-374", "3812-374"),
    ],
)
def test_codes_old_numbers_and_square_numbers_are_told_apart(name: str, code: str) -> None:
    assert read_sheet(name).code == code


def test_a_short_square_number_needs_the_citys_scheme() -> None:
    scheme = SquareScheme(4509, east_offset_km=300, north_offset_km=3800)
    assert read_sheet("13.0-75.5", scheme, 1000).bounds == (375_500, 3_813_000, 376_000, 3_813_500)
    with pytest.raises(UnknownSheet):
        read_sheet("13-75")


@pytest.mark.parametrize(
    ("stem", "code"),
    [
        ("I50G038027", "I50G038027"),
        ("DOM_i50g038027_2023", "I50G038027"),
        ("I50H075053-5正射", "I50I224158"),
        ("I50G038027_I50G038028", None),
        ("XI50G038027", None),
        ("I50G999999", None),
        ("orthophoto", None),
    ],
)
def test_a_code_is_found_in_a_files_name(stem: str, code: str | None) -> None:
    found = sheet_in_name(stem)
    assert (found.code if found else None) == code


def test_a_square_sheet_lies_where_its_plane_says() -> None:
    area = sheet_area(read_sheet("3813.25-375.75"), 4490)
    assert area.covers(shapely.Point(115.65, 34.441667))
    assert area.area * 110_900 * 91_900 == pytest.approx(250 * 250, rel=0.01)
