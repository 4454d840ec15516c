"""Shapes set aside for the levels: every one comes back once, in bounded parts, with those beside it."""

import threading

import numpy as np
import pytest
import shapely

from layers.crs.mercator import WORLD
from layers.layer import Column
from layers.level.density import Counting
from layers.level.shapes import Block, read_blocks
from layers.level.spool import Spool
from layers.overlapped import Behind
from tests.waiting import PATIENCE_S

CLASS = Column("kind", "kind", "text")
KINDS = ("field", "road", None)


def _mixed(count: int = 400) -> np.ndarray:
    """Squares, squares with holes, pairs of squares, lines and points, and some of nothing, far from each other."""
    random = np.random.default_rng(7)
    x, y = random.uniform(1.28e7, 1.3e7, count), random.uniform(4.0e6, 4.2e6, count)
    square = shapely.box(x, y, x + 300, y + 300)
    hole = shapely.difference(square, shapely.box(x + 90, y + 90, x + 210, y + 210))
    pair = shapely.union(square, shapely.box(x + 500, y, x + 700, y + 200))
    line = shapely.linestrings(np.stack([np.column_stack([x, y]), np.column_stack([x + 900, y + 50])], axis=1))
    made = np.array([square, hole, pair, line, shapely.points(x, y)], dtype=object)
    shapes: np.ndarray = made[np.arange(count) % 5, np.arange(count)]
    shapes[::37] = None
    shapes[5::41] = shapely.Polygon()
    return shapes


def _spooled(shapes: np.ndarray, batch: int) -> Spool:
    spool = Spool(CLASS)
    for first in range(0, len(shapes), batch):
        mine = shapes[first : first + batch]
        fids = np.arange(first, first + len(mine))
        bodies, kinds = shapely.to_wkb(mine), [KINDS[fid % 3] for fid in fids.tolist()]
        spool.add(fids, mine, shapely.get_coordinates(mine), bodies.__getitem__, kinds)
    return spool


def _geometries(block: Block) -> np.ndarray:
    made = block.areas.polygons()
    made[shapely.is_missing(made)] = block.others[shapely.is_missing(made)]
    return made


def test_every_shape_comes_back_once_as_its_blocks_own_with_its_class(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("layers.level.spool.SORTED_AT_ONCE", 50)
    monkeypatch.setattr("layers.level.shapes.BLOCK_VERTICES", 200)
    shapes = _mixed()
    spool = _spooled(shapes, 60)
    numbers = spool.classes()
    found: dict[int, tuple[shapely.Geometry, int]] = {}
    blocks = 0
    for block in read_blocks(spool):
        blocks += 1
        for fid, shape, number, own in zip(block.fid, _geometries(block), block.number, block.own, strict=True):
            assert shapely.equals(shape, shapes[fid])
            if own:
                assert int(fid) not in found
                found[int(fid)] = shape, int(number)
    assert blocks > 5
    assert sorted(found) == [fid for fid, shape in enumerate(shapes) if shape is not None and not shape.is_empty]
    assert all(number == numbers.get(KINDS[fid % 3] or "", 0) for fid, (_, number) in found.items())


def test_a_block_has_all_that_touch_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("layers.level.shapes.BLOCK_VERTICES", 300)
    column, row = (at.ravel() for at in np.meshgrid(np.arange(30), np.arange(30)))
    x, y = 1.29e7 + 400.0 * column, 4.1e6 + 400.0 * row
    shapes = shapely.box(x, y, x + 400, y + 400)
    for block in read_blocks(_spooled(shapes, 100)):
        there = set(block.fid.tolist())
        assert len(there) == len(block.fid)
        for fid in block.fid[block.own].tolist():
            beside = np.flatnonzero((abs(column - column[fid]) <= 1) & (abs(row - row[fid]) <= 1))
            assert set(beside.tolist()) <= there


def test_classes_are_numbered_from_the_commonest_and_too_many_are_none() -> None:
    spool = _spooled(_mixed(), 60)
    assert list(spool.classes()) == ["field", "road"]
    many = Spool(CLASS)
    points = shapely.points(np.zeros(6_000), np.zeros(6_000))
    kinds = [str(number) for number in range(6_000)]
    bodies = shapely.to_wkb(points)
    many.add(np.arange(6_000), points, shapely.get_coordinates(points), bodies.__getitem__, kinds)
    assert many.classes() == {}
    assert {int(number) for block in read_blocks(many) for number in block.number} == {0}


def _land_cover() -> tuple[shapely.MultiPolygon, shapely.Polygon]:
    """A class of a thousand squares in one feature, and an area with four hundred holes."""
    x, y = (at.ravel() * 500.0 for at in np.meshgrid(np.arange(40), np.arange(25)))
    squares = shapely.box(1.29e7 + x, 4.1e6 + y, 1.29e7 + x + 300, 4.1e6 + y + 300)
    holes = shapely.box(1.28e7 + x, 4.1e6 + y, 1.28e7 + x + 300, 4.1e6 + y + 300)[:400]
    rings = [shapely.get_coordinates(hole)[::-1] for hole in holes]
    return shapely.MultiPolygon(list(squares)), shapely.Polygon(shapely.box(1.27e7, 4e6, 1.29e7, 4.2e6).exterior, rings)


def test_a_feature_of_many_parts_comes_back_part_by_part() -> None:
    cover, holed = _land_cover()
    pair = shapely.MultiPolygon([shapely.box(0, 0, 9, 9), shapely.box(20, 0, 29, 9)])
    shapes = np.array([pair, cover, holed, None], dtype=object)
    spool = Spool(CLASS)
    bodies = shapely.to_wkb(shapes)
    coordinates = shapely.get_coordinates(shapes)
    boxes = spool.add(np.arange(4), shapes, coordinates, bodies.__getitem__, ["field", "road", "field", None])
    np.testing.assert_array_equal(boxes, shapely.bounds(shapes))
    found: dict[int, list[shapely.Geometry]] = {}
    for block in read_blocks(spool):
        for fid, shape, number, own in zip(block.fid, _geometries(block), block.number, block.own, strict=True):
            if own:
                found.setdefault(int(fid), []).append(shape)
                assert number == spool.classes()[["field", "road", "field"][fid]]
    assert {fid: len(parts) for fid, parts in found.items()} == {0: 1, 1: 1000, 2: 1}
    assert all(shapely.equals(shapely.union_all(parts), shapes[fid]) for fid, parts in found.items())


def test_parts_and_holes_of_large_features_weigh_where_they_lie() -> None:
    spool = _spooled(np.array(_land_cover(), dtype=object), 2)
    density = spool.density()
    assert (density.rows, density.total, density.whole) == (2, 1001, 1401)
    assert density.heaviest(0).features == 1401
    assert int(density.holes[density.key < np.median(density.key)].sum()) == 400, "west of the squares"


def test_the_heaviest_tile_of_a_zoom_is_the_fullest() -> None:
    random = np.random.default_rng(3)
    x, y = random.uniform(1.28e7, 1.3e7, 3_000), random.uniform(4.0e6, 4.2e6, 3_000)
    boxes = np.column_stack([x - 5, y - 5, x + 5, y + 5])
    counting = Counting()
    for part in np.split(np.arange(3_000), 100):
        vertices = np.full(len(part), 5)
        counting.add(boxes[part], np.zeros((0, 2)), vertices, np.full(len(part), 40.0), np.full(len(part), 2))
    density = counting.density()
    assert (density.total, density.dimension) == (3_000, 2)
    for zoom in (0, 6, 9, 12, 16):
        side = WORLD / 2**zoom
        tile = np.floor((WORLD / 2 + x) / side) * 2**17 + np.floor((WORLD / 2 - y) / side)
        most = int(np.unique(tile, return_counts=True)[1].max())
        assert density.heaviest(zoom) == (most, 5 * most, 40.0 * most)


def test_what_is_done_behind_is_done_in_order_and_its_error_is_told() -> None:
    done: list[int] = []

    def fail() -> None:
        raise OSError("full")

    with Behind() as behind:
        for number in range(5):
            behind.do(done.append, number)
        behind.wait()
        assert done == [0, 1, 2, 3, 4]
        behind.do(fail)
        with pytest.raises(OSError, match="full"):
            behind.wait()


def test_what_has_not_begun_is_forgotten_when_the_caller_gives_up() -> None:
    begun, go_on, done = threading.Event(), threading.Event(), list[int]()

    def slow() -> None:
        begun.set()
        assert go_on.wait(PATIENCE_S)

    def give_up() -> None:
        with Behind() as behind:
            behind.do(slow)
            behind.do(done.append, 1)
            assert begun.wait(PATIENCE_S)
            behind._told[-1].add_done_callback(lambda forgotten: go_on.set())
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        give_up()
    assert done == []
