"""Classes as cells: shares kept, areas dissolved without overlap."""

from collections import Counter

import numpy as np
import pytest
import shapely
from rasterio.features import shapes

from layers.level.areas import Areas
from layers.level.cells import Classes, count_corners, halve, paint, prevailing
from layers.level.outlines import outline
from layers.level.square import Square
from layers.level.tiles import drawn_cells


def dissolve_cells(cells: Classes) -> dict[int, shapely.Geometry]:
    """One area per class."""
    areas, numbers = outline(cells)
    return dict(zip(numbers.tolist(), areas.polygons(), strict=True))


def _paint(image: Classes, area: shapely.Geometry, number: int) -> None:
    paint(image, Areas.of(np.array([area], dtype=object)), np.array([number]))


def _striped(side: int = 256) -> np.ndarray:
    rng = np.random.default_rng(5)
    return rng.choice(np.array([0, 1, 2, 3], np.uint16), (side, side), p=[0.1, 0.4, 0.3, 0.2])


def test_painting_covers_the_pixels_whose_place_lies_inside() -> None:
    image = np.zeros((20, 20), np.uint16)
    _paint(image, shapely.box(2, 3, 12, 9), 7)
    assert 10 * 6 <= (image == 7).sum() <= 11 * 7  # half a pixel more on two sides: the outline counts
    assert image[5, 5] == 7
    assert image[15, 15] == 0


def test_an_area_smaller_than_a_pixel_is_still_seen() -> None:
    image = np.zeros((20, 20), np.uint16)
    _paint(image, shapely.box(5.2, 5.2, 5.3, 5.3), 3)
    assert (image == 3).sum() >= 1


def test_a_hole_stays_empty() -> None:
    image = np.zeros((40, 40), np.uint16)
    ring = shapely.box(0, 0, 40, 40).difference(shapely.box(10, 10, 30, 30))
    _paint(image, ring, 1)
    assert image[20, 20] == 0


def test_halving_keeps_the_shares_of_the_classes() -> None:
    image = _striped()
    small = halve(halve(image))
    assert small.shape == (64, 64)
    shares = np.bincount(image.ravel(), minlength=4) / image.size
    assert np.bincount(small.ravel(), minlength=4) / small.size == pytest.approx(shares, abs=0.03)


def test_the_prevailing_class_of_a_cell_is_its_commonest_and_nothing_never_wins() -> None:
    image = np.array([[0, 0, 2, 2], [0, 5, 2, 1], [0, 0, 3, 3], [0, 0, 3, 1]], np.uint16)
    assert prevailing(image, 2).tolist() == [[5, 2], [0, 3]]


@pytest.mark.parametrize("cell", [1, 2, 3, 8])
def test_the_prevailing_class_is_that_of_the_longest_count_the_smallest_of_equals(cell: int) -> None:
    image = np.random.default_rng(cell).choice(np.arange(6, dtype=np.uint16), (50, 40), p=[0.5, *[0.1] * 5])
    found = prevailing(image, cell)
    assert found.shape == (50 // cell, 40 // cell)
    for row, column in np.ndindex(found.shape):
        counts = Counter(image[row * cell : (row + 1) * cell, column * cell : (column + 1) * cell].ravel().tolist())
        counts.pop(0, None)
        assert found[row, column] == min(counts, key=lambda value: (-counts[value], value), default=0)


@pytest.mark.parametrize(("coarseness", "sides"), [(2, (2, 4, 6, 8)), (4, (4, 8)), (8, (8,)), (16, (16,))])
def test_a_coarse_picture_is_drawn_as_the_same_picture_with_small_pixels(
    coarseness: int, sides: tuple[int, ...]
) -> None:
    coarse = _striped(512 // coarseness)
    coarse[: 200 // coarseness] = 2  # some of it plain, so that not every side is too heavy
    fine = coarse.repeat(coarseness, axis=0).repeat(coarseness, axis=1)
    square = Square(9, 300, 200)
    assert drawn_cells(square, coarse, sides, coarseness)[0] == drawn_cells(square, fine, sides)[0]


def test_dissolved_cells_cover_each_cell_once() -> None:
    cells = prevailing(_striped(), 2)
    merged = dissolve_cells(cells)
    assert shapely.is_valid(np.array(list(merged.values()))).all()
    for number, shape in merged.items():
        assert shape.area == (cells == number).sum()
    assert 0 not in merged
    assert shapely.union_all(list(merged.values())).area == (cells > 0).sum()


@pytest.mark.parametrize(
    "shares", [(0.2, 0.3, 0.5), (0.0, 0.8, 0.2), (0.9, 0.1, 0.0), (0.0, 1.0, 0.0), (1.0, 0.0, 0.0)]
)
def test_outlines_are_those_that_gdal_draws(shares: tuple[float, ...]) -> None:
    cells = np.random.default_rng(7).choice(np.array([0, 1, 2], np.uint16), (60, 61), p=shares)
    drawn: dict[int, list[shapely.Geometry]] = {}
    for geometry, value in shapes(cells, mask=cells > 0, connectivity=4):
        drawn.setdefault(int(value), []).append(shapely.geometry.shape(geometry))
    merged = dissolve_cells(cells)
    assert sorted(merged) == sorted(drawn)
    for number, area in merged.items():
        assert shapely.is_valid(area)
        assert shapely.equals(area, shapely.multipolygons(drawn[number]))


def test_corners_are_counted_as_the_dissolved_cells_have_them() -> None:
    cells = prevailing(_striped(64), 2)
    rings = shapely.get_rings(shapely.get_parts(np.array(list(dissolve_cells(cells).values()))))
    assert count_corners(cells) == shapely.get_num_coordinates(rings).sum() - len(rings)


def test_a_lonely_pixel_survives_every_halving() -> None:
    image = np.zeros((512, 512), np.uint16)
    image[301, 77] = 4
    for _ in range(4):
        image = halve(image)
        assert (image == 4).sum() == 1
    assert image[301 // 16, 77 // 16] == 4
