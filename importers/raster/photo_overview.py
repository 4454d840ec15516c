"""The low-zoom overview of pictures in many sheets, so that a tile of the whole city does not open a thousand files.

The overview's finest zoom is the one where a usual sheet is about one tile wide: below it the overview answers, above
it a tile touches a handful of sheets, however many there are. When sheets join a layer, the overview takes over every
stored tile that they do not touch and draws only the others.
"""

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import numpy as np
import rasterio

from importers.batch import Progress
from importers.errors import UnreadableSource
from importers.raster.cog import WORKERS, DrawnUnit, EncodedTile, encode_unit, write_tiles
from importers.raster.cog_index import StoredTiles, decode, stored_tiles
from importers.raster.driver import GDAL_CACHE
from importers.raster.picture import Handles, read_picture
from importers.raster.published import published_picture
from importers.raster.pyramid import TILE, Pyramid, Unit, plan_pyramid
from importers.raster.sheet_index import SheetIndex, overview_zoom, pixels_of, union
from layers.crs.remap import Mask, Pixels, remap_window
from layers.errors import StorageError
from layers.layer import RasterFile
from layers.storage import Storage


def write_photo_overview(
    index: SheetIndex,
    storage: Storage,
    path: Path,
    in_colour: bool,
    progress: Progress,
    previous: RasterFile | None = None,
    joined: frozenset[str] = frozenset(),
) -> Pyramid:
    """Draw the overview of aligned pictures at ``path``.

    ``previous`` is the layer's overview before the files with keys ``joined`` came; its other tiles are taken over.
    """
    old = _stored(storage, previous)
    zoom = old.zoom if old is not None else overview_zoom(index)
    box = union(index.boxes)
    pyramid = plan_pyramid(box, zoom)
    new = [box for file, box in zip(index.files, index.boxes, strict=True) if file.key in joined]
    opened = Handles()

    def draw(unit: Unit) -> DrawnUnit:
        where = pyramid.box(0, unit.column, unit.row, unit.columns, unit.rows)
        if old is not None and not any(where.intersects(box) for box in new):
            return _taken_over(old, pyramid, unit, in_colour)
        part = pyramid.within(unit, pyramid.data)
        return encode_unit(pyramid, unit, part or unit, _drawn(index, storage, opened, pyramid, part, in_colour))

    try:
        with rasterio.Env(GDAL_CACHEMAX=GDAL_CACHE), ThreadPoolExecutor(WORKERS, "draw") as threads:
            write_tiles(draw, in_colour, pyramid, path, progress, threads)
    finally:
        opened.close()
    return pyramid


def _stored(storage: Storage, previous: RasterFile | None) -> StoredTiles | None:
    if previous is None or not previous.aligned:
        return None
    try:
        return stored_tiles(storage.local(previous.key))
    except (OSError, UnreadableSource, StorageError):
        return None


def _drawn(
    index: SheetIndex, storage: Storage, opened: Handles, pyramid: Pyramid, part: Unit | None, in_colour: bool
) -> tuple[Pixels, Mask] | None:
    """Draw a part of the overview from all sheets that touch it, the highest last; each only where it lies."""
    if part is None:
        return None
    width, height = part.columns * TILE, part.rows * TILE
    where = pyramid.box(0, part.column, part.row, part.columns, part.rows)
    canvas = np.zeros((height, width, 3) if in_colour else (height, width), np.uint8)
    mask = np.zeros((height, width), np.uint8)
    for file, box in index.touching(where):
        place = pixels_of(box, where, width, height)
        if place is None:
            continue
        rows, columns, around = place
        picture = published_picture(file, storage, 3 if in_colour else 1)
        drawn = remap_window(
            partial(read_picture, picture, opened), picture.affine, (picture.width, picture.height), picture.to_source,
            around, columns.stop - columns.start, rows.stop - rows.start, "bilinear",
        )  # fmt: skip
        if drawn is None:
            continue
        pixels, seen = drawn
        known = np.ones(pixels.shape[:2], bool) if seen is None else seen > 0
        canvas[rows, columns][known] = pixels[known]
        mask[rows, columns][known] = 255
    return canvas, mask


def _taken_over(old: StoredTiles, pyramid: Pyramid, unit: Unit, in_colour: bool) -> DrawnUnit:
    """Return a unit made of tiles that are stored already."""
    tiles: list[EncodedTile] = []
    top = None
    for level in range(pyramid.unit_levels + 1):
        for row in range(unit.row >> level, (unit.row + unit.rows) >> level):
            for column in range(unit.column >> level, (unit.column + unit.columns) >> level):
                place = ((pyramid.column >> level) + column, (pyramid.row >> level) + row)
                found = old.read(pyramid.zoom - level, *place)
                if found is not None:
                    tiles.append(EncodedTile(level, column, row, *found))
                if found is not None and level == pyramid.unit_levels:
                    top = decode(*found, in_colour)
    return DrawnUnit(unit, tuple(tiles), top)
