"""Tiles of small scales that hold much of a layer: how many of them are in memory at once."""

import threading
import time
from collections.abc import Iterator
from typing import Any, cast

import pytest

from layers.level import tiles
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
