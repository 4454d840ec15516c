"""Where a version was edited: no tile that shows an edit keeps its revision, and none far away loses it."""

import random

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from layers.crs.mercator import WORLD
from layers.crs.names import parse_crs
from layers.crs.operations import find_transform
from layers.edit.edited import EVERYWHERE, MOST_AT_ONCE, MOST_BOXES, NOTHING, EditedGround, ground_of
from layers.frame import Bounds

numbers = st.floats(-2e7, 2e7, width=32)
sizes = st.floats(0, 1e6, width=32)


@st.composite
def boxes(draw: st.DrawFn) -> Bounds:
    west, south = draw(numbers), draw(numbers)
    return Bounds(west, south, west + draw(sizes), south + draw(sizes))


@given(st.lists(st.lists(boxes(), max_size=3), max_size=40), boxes())
def test_a_box_bears_the_newest_revision_that_touched_it(edits: list[list[Bounds]], asked: Bounds) -> None:
    ground, newest = NOTHING, 0
    for revision, touched in enumerate(edits, 1):
        ground = ground.with_edit(revision, touched)
        newest = revision if any(asked.intersects(box) for box in touched) else newest
    assert ground.revision_in(asked) == newest
    assert EditedGround.of(ground.to_lists()).revision_in(asked) == newest


@pytest.mark.parametrize("seed", range(2))
def test_however_many_edits_no_touched_box_keeps_its_revision_and_few_others_change_it(seed: int) -> None:
    chance = random.Random(seed)
    corners = [(chance.uniform(12.8e6, 12.9e6), chance.uniform(4.0e6, 4.1e6)) for _ in range(60)]
    asked = [Bounds(x, y, x + 600, y + 600) for x, y in corners]
    true, told = [0] * len(asked), [0] * len(asked)
    ground, renewed, touched_all = NOTHING, 0, 0
    for revision in range(1, 1501):
        x, y = chance.uniform(12.8e6, 12.9e6), chance.uniform(4.0e6, 4.1e6)
        edited = Bounds(x, y, x + chance.uniform(0, 100), y + chance.uniform(0, 100))
        ground = ground.with_edit(revision, [edited])
        assert len(ground.rows) <= MOST_BOXES
        for number, box in enumerate(asked):
            touched = box.intersects(edited)
            true[number] = revision if touched else true[number]
            before, told[number] = told[number], ground.revision_in(box)
            assert told[number] >= max(true[number], before)
            renewed += told[number] != before
            touched_all += touched
    assert ground.revision_in(EVERYWHERE) == 1500
    assert touched_all <= renewed < 0.03 * 1500 * len(asked)


def test_ten_thousand_features_of_one_edit_are_a_few_boxes_that_hold_them_all() -> None:
    chance = np.random.default_rng(1)
    corners = chance.uniform((12.8e6, 4.0e6), (12.9e6, 4.1e6), (10_000, 2))
    edited = [Bounds(x, y, x + 30, y + 30) for x, y in corners.tolist()]
    ground = NOTHING.with_edit(7, edited)
    assert len(ground.rows) <= MOST_AT_ONCE
    assert all(ground.revision_in(box) == 7 for box in edited)
    assert ground.revision_in(Bounds(11e6, 4.0e6, 12.7e6, 4.1e6)) == 0


@pytest.mark.parametrize("srid", [4490, 4326, 4269])
def test_the_ground_of_a_box_holds_what_is_drawn_of_it(srid: int) -> None:
    chance = np.random.default_rng(srid)
    transform = find_transform(parse_crs(srid), parse_crs(3857), area=Bounds(-114, 36, -112, 38))
    for _ in range(50):
        around = chance.uniform((-114, 36), (-112, 38)) + chance.uniform(-0.1, 0.1, (6, 2))
        shape = shapely.convex_hull(shapely.MultiPoint(around))
        drawn = transform.geometry(np.array([shape]))[0]
        assert shapely.box(*ground_of([Bounds(*shape.bounds)], srid)[0]).contains(drawn)


def test_what_lies_at_a_pole_is_drawn_at_the_edge_of_the_plane() -> None:
    (ground,) = ground_of([Bounds(10, 89, 11, 89.5)], 4490)
    assert ground.south <= WORLD / 2 <= ground.north
