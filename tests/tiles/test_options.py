"""Rendering options: what is read, what is refused by name."""

from datetime import date

import pytest

from tiles.errors import BadRendering
from tiles.raster.options import RenderOptions


def test_nothing_said_draws_the_layer_as_its_import_decided() -> None:
    options = RenderOptions.parse({})
    assert options == RenderOptions()
    assert options.plain
    assert options.key == ""


def test_every_parameter_is_read() -> None:
    query = {
        "format": "webp",
        "rendering": "hillshade",
        "bands": "4,3,2",
        "colormap": "viridis",
        "stretch": "0,100;5,90;1,2",
        "resampling": "cubic",
        "order": "newest",
        "datetime": "2020-01-01/..",
        "azimuth": "270",
        "altitude": "30",
        "exaggeration": "2.5",
        "range": "-10,500",
    }
    options = RenderOptions.parse(query)
    assert options.bands == (4, 3, 2)
    assert options.stretch == ((0.0, 100.0), (5.0, 90.0), (1.0, 2.0))
    assert options.datetime == ((date(2020, 1, 1), None),)
    assert options.range == (-10.0, 500.0)
    assert (options.azimuth, options.altitude, options.exaggeration) == (270.0, 30.0, 2.5)
    assert not options.plain


def test_the_key_tells_different_drawings_apart_and_equal_ones_alike() -> None:
    a = RenderOptions.parse({"bands": "3,2,1", "stretch": "0,10"})
    b = RenderOptions.parse({"stretch": "0.0,10.0", "bands": "3, 2, 1"})
    assert a.key == b.key
    assert a == b
    assert a.key != RenderOptions.parse({"bands": "3,2,1", "stretch": "0,11"}).key
    assert RenderOptions.parse({"expression": "b1/b2"}).key == RenderOptions.parse({"expression": " b1 / b2"}).key


def test_the_format_alone_leaves_the_pixels_plain() -> None:
    assert RenderOptions.parse({"format": "png"}).plain


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("format", "gif"),
        ("bands", "1,2"),
        ("bands", "0"),
        ("bands", "1,2,x"),
        ("rendering", "../etc"),
        ("colormap", ""),
        ("stretch", "1"),
        ("stretch", "5,5"),
        ("stretch", "9,1"),
        ("stretch", "nan,1"),
        ("stretch", "0,1;0,1"),
        ("resampling", "lanczos"),
        ("order", "random"),
        ("datetime", "yesterday"),
        ("datetime", "../.."),
        ("datetime", "2021-01-01/2020-01-01"),
        ("datetime", "2020-01-01/2021-01-01/2022-01-01"),
        ("azimuth", "400"),
        ("azimuth", "north"),
        ("altitude", "-1"),
        ("exaggeration", "1e9"),
        ("exaggeration", "inf"),
        ("range", "3000"),
        ("expression", "import os"),
        ("styles", "x"),
    ],
)
def test_a_wrong_value_is_refused_by_its_parameter(name: str, text: str) -> None:
    with pytest.raises(BadRendering) as caught:
        RenderOptions.parse({name: text})
    assert caught.value.parameter == name


def test_bands_and_an_expression_exclude_each_other() -> None:
    with pytest.raises(BadRendering, match="not both"):
        RenderOptions.parse({"bands": "1", "expression": "b1"})


def test_one_day_is_an_interval_of_that_day() -> None:
    day = date(2024, 5, 1)
    assert RenderOptions.parse({"datetime": "2024-05-01T10:00:00Z"}).datetime == ((day, day),)
