import json
from pathlib import Path

import pytest

from importers.scale import (
    BadScaleRules,
    gate_of_transform,
    ground_pixel,
    load_rules,
    scale_of_elevation,
    scale_of_imagery,
    scale_of_vectors,
)


@pytest.mark.parametrize(
    ("pixel", "scale"),
    [
        (0.05, 500),
        (0.051, 1_000),
        (0.2, 2_000),
        (0.21, 5_000),
        (0.5, 5_000),
        (0.8, 10_000),
        (1, 10_000),
        (2, 25_000),
        (10, 100_000),
        (200, None),
    ],
)
def test_imagery_supports_the_scale_its_pixel_allows(pixel: float, scale: int | None) -> None:
    assert scale_of_imagery(pixel).denominator == scale


def test_a_poor_check_point_error_lowers_the_scale_and_a_good_one_does_not_raise_it() -> None:
    assert scale_of_imagery(0.2, rmse_m=4.0).denominator == 10_000
    assert scale_of_imagery(0.2, rmse_m=0.1).denominator == 2_000


def test_without_an_error_the_sentence_says_that_accuracy_is_not_stated() -> None:
    answer = scale_of_imagery(0.5)
    assert answer.to_text() == "0.5 m ground pixel: resolution supports 1:5 000 at most; accuracy not stated"
    assert not answer.accuracy_stated
    assert "精度未说明" in answer.why["zh"]


def test_pixels_are_measured_on_the_ground() -> None:
    assert ground_pixel(1.0, 1.0, 34.4, "mercator") == pytest.approx(0.825, abs=0.001)
    assert ground_pixel(0.001, 0.0005, 34.4, "degrees") == pytest.approx(91.9, abs=0.1)
    assert ground_pixel(0.0005, -0.001, 34.4, "degrees") == pytest.approx(110.9, abs=0.1)
    assert ground_pixel(2.0, -3.0, 34.4, "metric") == 3.0


@pytest.mark.parametrize(
    ("cell", "rmse", "scale"),
    [(30, None, 100_000), (2, None, 2_000), (5, 0.9, 10_000), (5, 4.0, 50_000), (0.4, 0.3, 500), (900, None, None)],
)
def test_elevation_supports_the_scale_of_its_grid_and_error(cell: float, rmse: float | None, scale: int | None) -> None:
    assert scale_of_elevation(cell, rmse).denominator == scale


SPECIFIED = [
    (500, 0.5, 0.37, 0.75),
    (1_000, 1.0, 0.37, 1.05),
    (2_000, 2.0, 0.75, 1.05),
    (5_000, 2.5, 1.0, 2.5),
    (10_000, 5.0, 1.0, 2.5),
    (25_000, 10.0, 3.0, 5.0),
    (50_000, 25.0, 6.0, 10.0),
    (100_000, 50.0, 12.0, 20.0),
]
"""CH/T 9008.2 and 9009.2: scale, grid, height RMSE of grade 3 on flat ground and in hills, all in metres."""


@pytest.mark.parametrize(("scale", "grid", "flat", "hill"), SPECIFIED)
def test_each_scale_allows_what_its_specification_allows_and_no_more(
    scale: int, grid: float, flat: float, hill: float
) -> None:
    for error, terrain in ((flat, "flat"), (hill, "hill")):
        assert scale_of_elevation(grid, error, terrain).denominator == scale
        assert scale_of_elevation(grid, error * 1.001, terrain).denominator != scale
        assert scale_of_elevation(grid * 1.001, error, terrain).denominator != scale


def test_hills_allow_a_larger_error_than_plains() -> None:
    assert scale_of_elevation(5, 2.0, "flat").denominator == 25_000
    assert scale_of_elevation(5, 2.0, "hill").denominator == 10_000


def test_vectors_need_an_accuracy_to_have_a_scale() -> None:
    assert scale_of_vectors(0.25).denominator == 500
    assert scale_of_vectors(1.0).denominator == 2_000
    assert scale_of_vectors(None).denominator is None


def test_the_gate_flags_and_refuses_a_datum_step_by_scale() -> None:
    assert [gate_of_transform(0.1, s) for s in (2_000, 1_000, 500)] == ["pass", "pass", "flag"]
    assert gate_of_transform(0.3, 500) == "refuse"


def test_a_city_may_replace_the_numbers(tmp_path: Path) -> None:
    path = tmp_path / "rules.json"
    path.write_text(json.dumps({"dem_grid": {"10000": 12.5, "50000": 25}, "pixel_mm": 0.2}))
    rules = load_rules(path)
    assert scale_of_elevation(12.5, rules=rules).denominator == 10_000
    assert scale_of_imagery(0.2, rules=rules).denominator == 1_000


@pytest.mark.parametrize(
    "text", ['{"pixels": 1}', '{"pixel_mm": -1}', '{"dem_grid": {"a": 1}}', "[]", "{", '{"pixel_mm": "NaN"}']
)
def test_bad_rules_are_refused_with_the_file(tmp_path: Path, text: str) -> None:
    path = tmp_path / "rules.json"
    path.write_text(text)
    with pytest.raises(BadScaleRules, match=r"rules\.json"):
        load_rules(path)
