"""Coordinates as people type them into the search box, by the viewer's own code in Node, held against PROJ."""

from typing import Any

import pytest

from layers.crs.names import parse_crs
from layers.crs.operations import find_transform
from tests.browser.scripts import evaluate

pytestmark = pytest.mark.browser
LON, LAT = 115.65, 34.44


def read(*texts: str) -> list[Any]:
    """What is read, of each; metres without a zone are answered by a plane that says so."""
    found: list[Any] = evaluate("coordinates.js", "a.map((text) => m.readPosition(text, () => [1, 2]))", *texts)
    return found


def test_degrees_are_read_in_either_order_and_every_spelling() -> None:
    spellings = (
        "115.65, 34.44",
        "34.44 115.65",
        "34°26′24″N 115°39′00″E",
        "115°39'E, 34°26'24\"N",
        "北纬34°26′24″，东经115°39′",
        "东经115度39分 北纬34度26分24秒",
        "115.65° 34.44°",
        "１１５．６５，３４．４４",
        "(115.65, 34.44)",
        "115.65、34.44",
        "lat=34.44 lon=115.65",
        "经度：115.65 纬度：34.44",
        "115 39 0, 34 26 24",
        "34 26.4 N 115 39 E",
    )
    for text, found in zip(spellings, read(*spellings), strict=True):
        assert found is not None, text
        assert found["lonLat"] == pytest.approx([LON, LAT], abs=1e-9), text


@pytest.mark.parametrize(("srid", "zone", "width"), [(4527, 39, 3), (4498, 20, 6)])
def test_metres_with_a_zone_are_of_that_zone_whichever_comes_first(srid: int, zone: int, width: int) -> None:
    (east,), (north,) = find_transform(parse_crs(4490), parse_crs(srid)).points([LON], [LAT])
    for found in read(f"{east:.3f} {north:.3f}", f"X={north:.3f} Y={east:.3f}"):
        assert found["lonLat"] == pytest.approx([LON, LAT], abs=1e-8)
        assert (found["zone"], found["width"]) == (zone, width)


def test_metres_without_a_zone_are_of_the_citys_plane() -> None:
    assert read("375923.1, 3813295.8", "N 3813295.8 E 375923.1") == [{"lonLat": [1, 2]}] * 2


def test_what_this_page_shows_is_read_again() -> None:
    (found,) = read("E 375\u202f923.10  N 3\u202f813\u202f295.80")
    assert found == {"lonLat": [1, 2]}


def test_letters_say_which_is_which_where_either_could_be() -> None:
    texts = ("43.8N 87.6E", "N43.8 E87.6", "北纬43.8 东经87.6", "43.8S 87.6W", "E 10 N 20", "10 20")
    places = [[87.6, 43.8], [87.6, 43.8], [87.6, 43.8], [-87.6, -43.8], [10, 20], [10, 20]]
    assert [found["lonLat"] for found in read(*texts)] == places


def test_what_is_no_position_is_none() -> None:
    assert read("115 39 70, 34 26 10", "1 2 3 4 5", "", "N E") == [None] * 4
    assert read("商丘", "12", "1 2 3", "I50I226159", "200 95", "-") == [None] * 6
