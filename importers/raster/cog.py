"""Draws a picture onto the default grid and writes the published COG.

The unit of work is a square of 8 x 8 tiles. A worker reads the source below it once, moves it through the control grid
(``layers.crs.remap``), encodes its 64 tiles, halves the result three times and encodes those tiles too; it hands back
encoded bytes and one tile of pixels. The caller joins four of those into the next coarser tile, and so on upwards. No
pixel is read, warped or encoded twice and memory does not grow with the picture. Units are independent of each other:
threads do them by default (GDAL, OpenCV and zlib let go of the interpreter), any ``concurrent.futures`` executor may.
"""

import os
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import rasterio

from importers.batch import Progress, silent
from importers.raster.cog_file import CogFile
from importers.raster.cog_tiles import EncodedTile, Tile, cut_tiles, halve
from importers.raster.driver import READING
from importers.raster.handles import Handles
from importers.raster.picture import Picture, read_picture
from importers.raster.pyramid import TILE, UNIT, Pyramid, Unit
from importers.raster.tiff import JPEG_COLOUR, JPEG_GREY
from layers.crs.remap import Mask, Pixels, Resampling, remap_window
from layers.sentences import say

WORKERS = max(2, os.cpu_count() or 2)


@dataclass(frozen=True)
class DrawnUnit:
    """What a unit came to: its encoded tiles, and its coarsest tile as pixels for the levels above (None: empty)."""

    unit: Unit
    tiles: tuple[EncodedTile, ...]
    top: Tile | None


def write_picture(
    picture: Picture, pyramid: Pyramid, path: Path, progress: Progress = silent, executor: Executor | None = None
) -> int:
    """Draw a picture onto a pyramid of the default grid and write it as a COG at ``path``.

    An executor of other processes opens the picture anew for every unit; its picture may have no ``city`` transforms.
    Returns how many tiles hold data. On any error, and when ``progress`` raises ``Cancelled``, nothing is left behind.
    """
    opened = Handles()
    _ = picture.to_source  # PROJ is asked once, before the threads start
    try:
        with rasterio.Env(**READING):
            if executor is not None:
                return write_tiles(
                    partial(draw_unit, picture, pyramid), picture.is_colour, pyramid, path, progress, executor
                )
            draw = partial(draw_unit, picture, pyramid, opened=opened)
            if pyramid.columns * pyramid.rows <= UNIT * UNIT:  # threads would each open the file and ask PROJ anew
                return write_tiles(draw, picture.is_colour, pyramid, path, progress, None)
            with ThreadPoolExecutor(WORKERS, "draw") as threads:
                return write_tiles(draw, picture.is_colour, pyramid, path, progress, threads)
    finally:
        opened.close()


def write_tiles(
    draw: Callable[[Unit], DrawnUnit],
    is_colour: bool,
    pyramid: Pyramid,
    path: Path,
    progress: Progress,
    executor: Executor | None,
) -> int:
    """Write a COG of whatever ``draw`` draws for each unit of the pyramid. Returns how many tiles hold data."""
    file = CogFile(path, pyramid, JPEG_COLOUR if is_colour else JPEG_GREY)
    try:
        for tile in assemble(pyramid, in_order(draw, pyramid.units(), executor, progress, path.name)):
            file.put(tile.level, tile.column, tile.row, tile.body, tile.mask)
        file.finish()
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    finally:
        file.abandon()
    return file.tiles


def draw_unit(picture: Picture, pyramid: Pyramid, unit: Unit, opened: Handles | None = None) -> DrawnUnit:
    """Draw one unit: the function that workers run. Without ``opened`` the file is opened for this unit only."""
    part = pyramid.within(unit, pyramid.data)
    if part is None:
        return DrawnUnit(unit, (), None)
    mine = opened or Handles()
    try:
        resampling: Resampling = "nearest" if picture.palette is not None else "cubic"
        drawn = remap_window(
            partial(read_picture, picture, mine), picture.affine, (picture.width, picture.height), picture.to_source,
            pyramid.box(0, part.column, part.row, part.columns, part.rows), part.columns * TILE, part.rows * TILE,
            resampling, shift=picture.shift,
        )  # fmt: skip
    finally:
        if opened is None:
            mine.close()
    return encode_unit(pyramid, unit, part, drawn)


def encode_unit(pyramid: Pyramid, unit: Unit, part: Unit, drawn: Tile | None) -> DrawnUnit:
    """Cut a drawn part of a unit into tiles at its own level and the coarser ones the unit can make by itself."""
    if drawn is None or (drawn[1] is not None and not drawn[1].any()):
        return DrawnUnit(unit, (), None)
    pixels, mask = drawn
    column, row = part.column, part.row
    tiles = list(cut_tiles(0, column, row, pixels, mask))
    for level in range(1, pyramid.unit_levels + 1):
        pixels, mask = widened(column, row, pixels, mask)
        pixels, mask = halve(pixels, mask)
        column, row = column >> 1, row >> 1
        tiles += cut_tiles(level, column, row, pixels, mask)
    return DrawnUnit(unit, tuple(tiles), (pixels, mask))


def widened(column: int, row: int, pixels: Pixels, mask: Mask | None) -> Tile:
    """Widen a picture by empty tiles until it covers whole tiles of the next coarser level."""
    height, width = pixels.shape[0] // TILE, pixels.shape[1] // TILE
    west, north = column & 1, row & 1
    east, south = (column + width) & 1, (row + height) & 1
    if not (west or north or east or south):
        return pixels, mask
    sides = ((north * TILE, south * TILE), (west * TILE, east * TILE))
    if mask is None:
        mask = np.full(pixels.shape[:2], 255, np.uint8)
    return np.pad(pixels, (*sides, (0, 0))[: pixels.ndim]), np.pad(mask, sides)


def assemble(pyramid: Pyramid, drawn: Iterable[DrawnUnit]) -> Iterator[EncodedTile]:
    """Give the units' tiles and, as soon as its four children are known, every coarser tile above them."""
    level = pyramid.unit_levels
    waiting: dict[tuple[int, int, int], dict[tuple[int, int], Tile | None]] = {}
    expected: Counter[tuple[int, int, int]] = Counter()
    places = {(unit.column >> level, unit.row >> level) for unit in pyramid.units()}
    for above in range(level + 1, pyramid.levels):
        expected.update((above, column >> 1, row >> 1) for column, row in places)
        places = {(column >> 1, row >> 1) for column, row in places}
    for one in drawn:
        yield from one.tiles
        at, column, row, top = level, one.unit.column >> level, one.unit.row >> level, one.top
        while at + 1 < pyramid.levels:
            parent = (at + 1, column >> 1, row >> 1)
            children = waiting.setdefault(parent, {})
            children[column & 1, row & 1] = top
            if len(children) < expected[parent]:
                break
            at, column, row = parent
            top = join_four(waiting.pop(parent))
            if top is not None:
                yield from cut_tiles(at, column, row, *top)


def join_four(children: dict[tuple[int, int], Tile | None]) -> Tile | None:
    """Make one tile of up to four."""
    known = {place: tile for place, tile in children.items() if tile is not None}
    if not known:
        return None
    sample = next(iter(known.values()))[0]
    pixels = np.zeros((2 * TILE, 2 * TILE, *sample.shape[2:]), np.uint8)
    mask = np.zeros((2 * TILE, 2 * TILE), np.uint8)
    for (across, down), (body, seen) in known.items():
        part = np.s_[down * TILE : (down + 1) * TILE, across * TILE : (across + 1) * TILE]
        pixels[part] = body
        mask[part] = 255 if seen is None else seen
    return halve(pixels, None if mask.all() else mask)


def in_order(
    draw: Callable[[Unit], DrawnUnit], units: list[Unit], executor: Executor | None, progress: Progress, name: str
) -> Iterator[DrawnUnit]:
    """Run the units a few ahead and give them in their order, so that little is held at a time; None: one by one."""
    ahead: deque[Future[DrawnUnit]] = deque()
    todo = iter(units)
    try:
        for done in range(len(units)):
            if executor is None:
                progress(done, len(units), say("drawing-raster", name=name))
                yield draw(units[done])
                continue
            for unit in todo:
                ahead.append(executor.submit(draw, unit))
                if len(ahead) > WORKERS + 1:
                    break
            progress(done, len(units), say("drawing-raster", name=name))
            yield ahead.popleft().result()
        progress(len(units), len(units), say("drawing-raster", name=name))
    finally:
        for future in ahead:
            future.cancel()
