"""The low-zoom overview of pictures in many sheets, so that a tile of the whole city does not open a thousand files.

The overview's finest zoom is the one where a usual sheet is about one tile wide: below it the overview answers, above
it a tile touches a handful of sheets, however many there are. When sheets join a layer, the overview takes over every
stored tile that they do not touch and draws only the others.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import numpy as np
import rasterio

from importers.batch import Progress
from importers.errors import UnreadableSource
from importers.raster.cog import WORKERS, DrawnUnit, encode_unit, in_order, write_tiles
from importers.raster.cog_amend import amended
from importers.raster.cog_index import StoredTiles, stored_tiles
from importers.raster.cog_patch import changed_tiles, patched
from importers.raster.driver import READING
from importers.raster.handles import Handles
from importers.raster.picture import read_picture
from importers.raster.published import published_picture
from importers.raster.pyramid import TILE, Pyramid, Unit, plan_pyramid
from importers.raster.sheet_index import SheetIndex, overview_zoom, pixels_of
from layers.crs.remap import Mask, Pixels, remap_window
from layers.errors import StorageError
from layers.frame import Bounds
from layers.layer import RasterFile
from layers.storage import Storage

READING_ONCE = {**READING, "GDAL_CACHEMAX": 8 << 20}
OPEN = 4
"""Files a thread keeps open, and little of them: a sheet is read at one place, and the next at another."""


def write_photo_overview(
    index: SheetIndex,
    storage: Storage,
    path: Path,
    in_colour: bool,
    progress: Progress,
    old: StoredTiles | None = None,
    changed: Sequence[Bounds] = (),
) -> Pyramid:
    """Draw the overview of aligned pictures at ``path``.

    ``old`` is the layer's overview before files in the boxes ``changed`` (EPSG:3857) came or went; its other tiles are
    taken over, and files a tile away from there are not asked for.
    """
    pyramid = plan_pyramid(index.whole, old.zoom if old is not None else overview_zoom(index))
    opened = Handles(OPEN)

    def draw(unit: Unit) -> DrawnUnit:
        if old is not None:
            part = _touched(pyramid, unit, changed)
            drawn = _drawn(index, storage, opened, pyramid, part, in_colour)
            return patched(old, pyramid, unit, in_colour, part, drawn)
        part = pyramid.within(unit, pyramid.data)
        return encode_unit(pyramid, unit, part or unit, _drawn(index, storage, opened, pyramid, part, in_colour))

    try:
        with rasterio.Env(**READING_ONCE), ThreadPoolExecutor(WORKERS, "draw") as threads:
            if old is not None and old.lies_on(pyramid):
                units = [unit for unit in pyramid.units() if _touched(pyramid, unit, changed) is not None]
                made = in_order(draw, units, threads, progress, path.name)
                if amended(old, path, *changed_tiles(old, pyramid, made, in_colour)):
                    return pyramid
            write_tiles(draw, in_colour, pyramid, path, progress, threads)
    finally:
        opened.close()
    return pyramid


def _touched(pyramid: Pyramid, unit: Unit, boxes: Sequence[Bounds]) -> Unit | None:
    """Return the tiles of a unit around all that the boxes touch; None when they touch none."""
    found = [part for box in boxes if (part := pyramid.within(unit, box)) is not None]
    if not found:
        return None
    column, row = min(part.column for part in found), min(part.row for part in found)
    east, south = max(part.column + part.columns for part in found), max(part.row + part.rows for part in found)
    return Unit(column, row, east - column, south - row)


def tiles_before(storage: Storage, previous: RasterFile | None) -> StoredTiles | None:
    """Return the tiles of an overview that can be taken over; None when there are none."""
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
    touching = index.touching(where)
    if not touching:
        return None
    canvas = np.zeros((height, width, 3) if in_colour else (height, width), np.uint8)
    mask = np.zeros((height, width), np.uint8)
    for file, box in touching:
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
