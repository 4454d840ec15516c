import pytest

from layers.sheet.cover import sheets_in
from layers.sheet.national import UnknownSheet, find_sheet
from layers.sheet.old import find_old_sheet


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("J-50", "J50"),
        ("J-50-5", "J50D001005"),
        ("J-50-5-B", "J50E001010"),
        ("10-50-5-乙", "J50E001010"),
        ("J-50-A", "J50B001001"),
        ("J-50-丁", "J50B002002"),
        ("J-50-[2]", "J50C001002"),
        ("J-50-［16］", "J50C004004"),
        ("J-50-5-B-4", "J50F002020"),
        ("J-50-5-(15)", "J50G002039"),
        ("J-50-5-（64）", "J50G008040"),
        ("J-50-5-(15)-d", "J50H004078"),
        ("I-50-144", "I50D012012"),
    ],
)
def test_an_old_number_names_todays_sheet(old: str, new: str) -> None:
    assert find_old_sheet(old) == find_sheet(new)


def test_the_64_old_10_000_sheets_are_the_sheets_of_their_100_000_sheet() -> None:
    parent = find_old_sheet("I-50-52")
    assert [find_old_sheet(f"I-50-52-({n})") for n in range(1, 65)] == list(sheets_in(parent.bounds, 10_000))


def test_a_200_000_sheet_keeps_its_old_number_because_it_has_no_successor() -> None:
    sheet = find_old_sheet("J-50-(36)")
    assert (sheet.code, sheet.scale, sheet.bounds) == ("J-50-(36)", 200_000, (119, 36, 120, 36 + 2 / 3))


@pytest.mark.parametrize(
    "number", ["J-50-145", "J-50-5-(65)", "J-50-5-E", "J-50-0", "J-70", "Z-50", "J50D001005", "", "5"]
)
def test_a_wrong_old_number_is_refused(number: str) -> None:
    with pytest.raises(UnknownSheet):
        find_old_sheet(number)
