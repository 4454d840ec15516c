"""Tiles of small scales that hold much of a layer: how many of them are in memory at once."""

import threading
import time
from collections.abc import Iterator
from typing import Any, cast

import numpy as np
import pytest
import shapely

from layers.level import dissolving, tiles
from layers.level.parts import KeptTile, TileParts
from layers.level.pictures import PictureFile
from layers.level.plan import ZoomBand
from layers.level.square import Square


@pytest.mark.parametrize(("size", "most"), [(tiles.HEAVY_BYTES, 1), (1, 2)])
def test_a_heavy_tile_is_put_together_alone(monkeypatch: pytest.MonkeyPatch, size: int, most: int) -> None:
    under_way: list[int] = []
    held, lock = [0], threading.Lock()

    def drawn(tile: KeptTile, image: Any) -> tuple[list[Any], None]:
        with lock:
            held[0] += 1
            under_way.append(held[0])
        time.sleep(0.05)
        with lock:
            held[0] -= 1
        return [], None

    class Kept:
        def read(self, band: Any) -> Iterator[KeptTile]:
            yield from (KeptTile(Square(2, number, 0), 1, [1], [bytes(size)], []) for number in range(4))

    monkeypatch.setattr(tiles, "_drawn", drawn)
    kept, band, pictures = cast(TileParts, Kept()), cast(ZoomBand, None), cast(PictureFile, None)
    assert list(tiles._dissolved(kept, band, pictures)) == []
    assert len(under_way) == 4
    assert (max(under_way) == 1) == (most == 1)


def by_geos(lines: Any) -> Any:
    """What GEOS makes of all lines at once, of two that are one pair of vertices one."""
    straight = shapely.get_num_coordinates(lines) == 2
    once = list(lines[~straight])
    once += {shapely.to_wkb(line): line for line in lines[straight]}.values()
    return shapely.line_merge(shapely.multilinestrings(once))


def drawn_lines(shape: Any) -> list[tuple[tuple[float, ...], ...]]:
    """Each line's vertices, whichever way it runs and, of a ring, wherever it begins."""
    found = []
    for line in shapely.get_parts(shape):
        at = [tuple(vertex) for vertex in shapely.get_coordinates(line).tolist()]
        ring = at[:-1] if at[0] == at[-1] else []
        turned = [ring[place:] + ring[:place] for place in range(len(ring))] or [at]
        found.append(min(tuple(one[::step]) for one in turned for step in (1, -1)))
    return sorted(found)


def some_lines(seed: int) -> Any:
    """Lines on a small lattice: they meet by twos and threes, close, stand still and repeat vertices."""
    rng = np.random.default_rng(seed)
    reach, many = int(rng.integers(2, 40)), int(rng.integers(1, 90))
    steps = [rng.integers(-2, 3, (int(rng.integers(1, 5)), 2)) for _ in range(many)]
    paths = [rng.integers(0, reach, 2) + np.vstack([[0, 0], np.cumsum(step, axis=0)]) for step in steps]
    return np.array([shapely.linestrings(path.astype(float)) for path in paths], dtype=object)


@pytest.mark.parametrize("seed", range(100))
def test_lines_are_joined_as_by_one_graph_of_all_of_them(seed: int) -> None:
    lines = some_lines(seed)
    assert drawn_lines(dissolving.joined(lines)) == drawn_lines(by_geos(lines))


def test_only_lines_that_meet_are_put_into_a_graph(monkeypatch: pytest.MonkeyPatch) -> None:
    alone = shapely.linestrings([[[x, 0], [x, 1], [x, 2]] for x in range(50)])
    meeting = shapely.linestrings([[[x, 9], [x + 1, 10], [x + 2, 9]] for x in (0, 2, 10, 12, 14)])
    taken: list[int] = []
    merge = shapely.line_merge

    def merging(shapes: Any) -> Any:
        taken.extend(np.atleast_1d(shapely.get_num_geometries(shapes)).tolist())
        return merge(shapes)

    monkeypatch.setattr(shapely, "line_merge", merging)
    assert shapely.get_num_geometries(dissolving.joined(np.concatenate([alone, meeting]))) == 52
    assert sorted(taken) == [2, 3]


def test_no_lines_are_joined_to_nothing() -> None:
    assert shapely.is_empty(dissolving.joined(np.array([], dtype=object)))
