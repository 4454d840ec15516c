"""The painter: what expressions mean, that shapes lie on their pixels, that Chinese has ink, that death is told."""

import itertools
import math
import os
import signal
import threading
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely

from layers.style.cartography import PRESETS, draw
from layers.style.hints import Hints
from layers.style.topography import contour_lines
from tests.waiting import until
from tiles.errors import PictureFailed, PictureTooLarge
from tiles.picture.compose import overlay
from tiles.picture.evaluate import Scene, columns_of, evaluate, greatest
from tiles.picture.job import Job, Shapes
from tiles.picture.painters import Painters
from tiles.picture.scene import own_values
from tiles.raster.warp import Canvas

SIDE, UNITS = 64, 64 * 16
RED = {"id": "a", "type": "fill", "source-layer": "a", "paint": {"fill-color": "#ff0000", "fill-opacity": 1}}
NAME = {
    "id": "n", "type": "symbol", "source-layer": "a", "layout": {"text-field": ["get", "name"], "text-size": 20},
    "paint": {"text-color": "#000000"},
}  # fmt: skip


@pytest.fixture(scope="module")
def painters() -> Iterator[Painters]:
    made = Painters(1, 20.0)
    yield made
    made.close()


def job(layers: list[dict[str, Any]], shapes: list[Any], columns: tuple[str, ...] = (), *values: Any) -> Job:
    rows = [(shapely.to_wkb(shape), *values) for shape in shapes]
    return Job(SIDE, SIDE, (0.0, -UNITS, UNITS, 0.0), 0, 1.0, 12.0, layers, {"a": Shapes(columns, rows)})


def pixels(painters: Painters, wanted: Job) -> Any:
    return np.frombuffer(painters.paint(wanted), np.uint8).reshape(wanted.height, wanted.width, 4)


def kill_the_painter() -> None:
    for entry in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            ours = f"PPid:\t{os.getpid()}\n" in (entry / "status").read_text()
            if ours and b"tiles.picture.painter" in (entry / "cmdline").read_bytes():
                os.kill(int(entry.name), signal.SIGKILL)


def value(expression: Any, zoom: float = 12.0, shape: str = "Polygon", **properties: Any) -> Any:
    return evaluate(expression, Scene(zoom, properties, shape))


def test_zoom_stops_are_linear_or_exponential_and_hold_beyond_their_ends() -> None:
    linear = ["interpolate", ["linear"], ["zoom"], 10, 2, 14, 6]
    assert [value(linear, zoom) for zoom in (8, 10, 11, 14, 20)] == [2, 2, 3, 6, 6]
    steep = ["interpolate", ["exponential", 2], ["zoom"], 0, 0, 2, 3]
    assert value(steep, 1) == pytest.approx(1)  # (2¹ - 1) / (2² - 1) of 3


def test_classes_steps_and_missing_values_follow_the_specification() -> None:
    code = ["slice", ["to-string", ["get", "code"]], 0, 2]
    by_class = ["match", code, "01", "a", ["02", "03"], "b", "other"]
    assert [value(by_class, code=code) for code in ("0101", "0301", "99", None)] == ["a", "b", "other", "other"]
    assert [value(["step", ["get", "n"], "s", 10, "m", 100, "l"], n=n) for n in (9, 10, 99.9, 100, None)] == [
        "s", "m", "m", "l", "s",
    ]  # fmt: skip
    assert value(["to-string", ["get", "n"]], n=3.0) == "3"
    assert value(["coalesce", ["get", "x"], ["get", "y"]], y="why") == "why"
    assert value(["case", [">", ["get", "n"], 1], "more", "less"], n=None) == "less"


def test_filters_of_the_older_form_see_shape_and_absence() -> None:
    both = ["all", ["==", "$type", "Point"], ["!has", "text"]]
    assert value(both, shape="Point")
    assert not value(both, shape="Point", text="x")
    assert not value(both, shape="LineString")


@pytest.mark.parametrize("preset", PRESETS)
def test_every_preset_is_drawn_at_every_zoom_with_and_without_values(preset: str) -> None:
    for shape, language in itertools.product(("point", "line", "polygon", "mixed"), ("zh", "en")):
        wish = Hints(preset, shape, "#123456", 1, True, False, False, None, None, "c", "l", "e", "r", "h")
        expressions = own_values([*draw(wish, language), *contour_lines()])
        assert set(columns_of(expressions)) <= {"c", "l", "e", "r", "h", "height", "index"}
        for zoom, properties in itertools.product(range(0, 22, 3), ({}, {"c": "0101", "l": "名", "r": 9, "h": 3})):
            for expression in expressions:
                if not isinstance(expression, list) or not isinstance(expression[0], str) or " " in expression[0]:
                    continue  # a list of fonts, dashes or an offset
                value(expression, zoom, "Polygon", **properties)


@pytest.mark.parametrize("preset", sorted(PRESETS))
def test_what_a_preset_may_draw_is_never_larger_than_its_greatest(preset: str) -> None:
    wish = Hints(preset, "mixed", "#123456", 1, True, False, False, None, None, "c", "l", "e", "r", "h")
    for layer in [*draw(wish, "zh"), *contour_lines()]:
        for name, expression in layer.get("paint", {}).items():
            if name in ("line-width", "circle-radius", "circle-stroke-width"):
                for zoom, kind, rank in itertools.product((0, 5, 8.3, 12, 17, 22), ("motorway", "x", None), (1, 1e7)):
                    assert value(expression, zoom, c=kind, r=rank) <= greatest(expression) < 64, name
    assert greatest(["get", "width"]) == greatest(["*", 2, 3]) == math.inf


def test_names_of_one_rank_stand_the_same_in_whatever_order_they_come(painters: Painters) -> None:
    near = [shapely.Point(UNITS / 2 + 8 * at, -UNITS / 2) for at in range(4)]
    rows = [(shapely.to_wkb(place), name) for place, name in zip(near, "丁甲丙乙", strict=True)]
    wanted = [replace(job([NAME], []), shapes={"a": Shapes(("name",), some)}) for some in (rows, rows[::-1])]
    first, second = (pixels(painters, one) for one in wanted)
    assert first.any()
    assert (first == second).all()


def test_an_area_is_drawn_on_its_pixels_and_nowhere_else(painters: Painters) -> None:
    drawn = pixels(painters, job([RED], [shapely.box(16 * 16, -40 * 16, 32 * 16, -8 * 16)]))
    expected = np.zeros((SIDE, SIDE), bool)
    expected[8:40, 16:32] = True
    assert (drawn[expected] == (255, 0, 0, 255)).all()
    assert (drawn[~expected][:, 3] == 0).all()


def test_a_margin_and_an_oblong_picture_keep_the_scale_of_both_axes(painters: Painters) -> None:
    area = shapely.box(17 * 16, -24 * 16, 34 * 16, -16 * 16)
    wide = replace(job([RED], [area]), height=28, margin=2, box=(2 * 16, -30 * 16, 66 * 16, -2 * 16))
    drawn = pixels(painters, wide)  # 68 by 32 pixels with the margin
    there = np.argwhere(drawn[..., 3] > 127)
    assert there.min(axis=0).tolist() == [16 - 2, 17 - 2]
    assert there.max(axis=0).tolist() == [24 - 3, 34 - 3]


def test_a_chinese_name_has_ink_and_a_latin_one_too(painters: Painters) -> None:
    middle = shapely.Point(UNITS / 2, -UNITS / 2)
    ink = [
        int((pixels(painters, job([NAME], [middle], ("name",), text))[..., 3] > 128).sum())
        for text in ("商丘", "丘", "Qs", "")
    ]
    assert ink[0] > ink[1] > 40
    assert ink[2] > 40
    assert ink[3] == 0


def test_markup_in_a_name_is_written_and_not_obeyed(painters: Painters) -> None:
    drawn = pixels(painters, job([NAME], [shapely.Point(UNITS / 2, -UNITS / 2)], ("name",), "<[t]'\"&>"))
    assert (drawn[..., 3] > 128).sum() > 40


def test_who_takes_too_long_or_dies_is_told_and_the_next_picture_is_drawn(painters: Painters) -> None:
    wanted = job([RED], [shapely.box(0, -UNITS, UNITS, 0)])
    with closing(Painters(1, 0.01)) as hasty, pytest.raises(PictureTooLarge, match="longer than is allowed"):
        hasty.paint(replace(wanted, width=4000, height=4000))
    with pytest.raises(PictureFailed, match="cannot be drawn"):
        painters.paint(job([RED | {"paint": {"fill-color": "no colour"}}], [shapely.box(0, -9, 9, 0)]))
    large, told = replace(wanted, width=4000, height=4000), threading.Event()

    def kill_until_told() -> None:  # one that dies between two pictures is replaced in silence
        while not told.wait(0.2):
            kill_the_painter()

    killer = threading.Thread(target=kill_until_told)
    killer.start()
    try:
        with pytest.raises(PictureFailed, match="stopped"):
            any(painters.paint(large) is None for _ in range(1000))
    finally:
        told.set()
        killer.join()
    assert (pixels(painters, wanted) == (255, 0, 0, 255)).all()


def test_one_that_dies_between_two_pictures_is_replaced_and_its_pipes_are_closed(painters: Painters) -> None:
    wanted = job([RED], [shapely.box(0, -UNITS, UNITS, 0)])
    painters.paint(wanted)
    kill_the_painter()
    painter = painters._free.get()
    assert painter is not None
    until(lambda: not painter.lives)
    painters._free.put(painter)
    assert (pixels(painters, wanted) == (255, 0, 0, 255)).all()
    assert painter.process.stdin.closed
    assert painter.process.stdout.closed


def test_a_picture_over_nothing_stays_and_over_a_colour_is_mixed() -> None:
    from layers.crs.names import parse_crs
    from layers.frame import Bounds

    canvas = Canvas(parse_crs(3857), Bounds(0, 0, 1, 1), 1, 1)
    half = np.array([[[255, 0, 0, 128]]], np.uint8)
    assert overlay([half], canvas, None).tolist() == [[[255, 0, 0, 128]]]
    assert overlay([half], canvas, (0, 0, 255)).tolist() == [[[128, 0, 127, 255]]]
    assert overlay([], canvas, None).tolist() == [[[0, 0, 0, 0]]]
