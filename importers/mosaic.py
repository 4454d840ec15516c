"""The low-zoom overview of a layer of many sheets, so that a tile of the whole city does not open a thousand files.

The overview's finest zoom is the one where a usual sheet is about one tile wide: below it the overview answers, above
it a tile touches a handful of sheets, however many there are. When sheets join a layer, the overview takes over every
stored tile that they do not touch and draws only the others.
"""

import math
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
import rasterio.shutil
import shapely
from affine import Affine
from rasterio.windows import Window as RasterioWindow

from importers.batch import Progress
from importers.cog import WORKERS, DrawnUnit, EncodedTile, encode_unit, write_tiles
from importers.cogindex import StoredTiles, decode, stored_tiles
from importers.errors import UnreadableSource
from importers.picture import Handles, Picture, handles, read_picture, way_between
from importers.placing import around
from importers.pyramid import TILE, Pyramid, Unit, plan_pyramid, resolution
from importers.rasterdriver import GDAL_CACHE
from importers.values import read_published
from layers.crs import parse_crs
from layers.errors import StorageError
from layers.frame import Bounds, Frame
from layers.layer import RasterFile
from layers.operations import find_transform
from layers.remap import Mask, Pixels, remap_window
from layers.sentences import say
from layers.storage import Storage

MERCATOR = "EPSG:3857"
OVERVIEW_PART = 512
MERCATOR_LIMIT = 85.0511287798


@dataclass(frozen=True)
class SheetIndex:
    """Published files by where their data lie in EPSG:3857; ``boxes`` in the order of ``files``."""

    files: tuple[RasterFile, ...]
    boxes: tuple[Bounds, ...]
    tree: shapely.STRtree = field(repr=False)

    def near(self, box: Bounds) -> list[int]:
        """Return the numbers of the files whose data touch a box."""
        return [int(number) for number in self.tree.query(shapely.box(*box))]

    def touching(self, box: Bounds) -> list[tuple[RasterFile, Bounds]]:
        """Return the files whose data touch a box, the lowest first, with the boxes of their data."""
        found = self.tree.query(shapely.box(*box))
        return sorted(((self.files[index], self.boxes[index]) for index in found), key=lambda pair: pair[0].order)


def index_sheets(files: Sequence[RasterFile], frame: Frame) -> SheetIndex:
    """Index files by their extents."""
    way = find_transform(parse_crs(frame.storage_srid), parse_crs(MERCATOR))
    boxes = []
    for file in files:
        south, north = np.clip([file.extent.south, file.extent.north], -MERCATOR_LIMIT, MERCATOR_LIMIT)
        x, y = way.points(np.array([file.extent.west, file.extent.east]), np.array([south, north]))
        boxes.append(Bounds(float(x[0]), float(y[0]), float(x[1]), float(y[1])))
    return SheetIndex(tuple(files), tuple(boxes), shapely.STRtree([shapely.box(*box) for box in boxes]))


def overview_zoom(index: SheetIndex) -> int:
    """Return the zoom at which the usual sheet is about one tile wide."""
    sides = [min(box.east - box.west, box.north - box.south) for box in index.boxes]
    side = max(float(np.median(sides)), 1e-3)
    return max(0, min(20, round(math.log2(resolution(0) * TILE / side))))


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
    box = _union(index.boxes)
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


def _union(boxes: Sequence[Bounds]) -> Bounds:
    whole = boxes[0]
    for box in boxes[1:]:
        whole = whole.union(box)
    return whole


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
        place = _pixels_of(box, where, width, height)
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


def _pixels_of(box: Bounds, where: Bounds, width: int, height: int) -> tuple[slice, slice, Bounds] | None:
    """Return the rows and columns of a canvas that a box touches, and the box of just those pixels."""
    side_x, side_y = (where.east - where.west) / width, (where.north - where.south) / height
    first_column = max(0, math.floor((box.west - where.west) / side_x))
    last_column = min(width, math.ceil((box.east - where.west) / side_x))
    first_row = max(0, math.floor((where.north - box.north) / side_y))
    last_row = min(height, math.ceil((where.north - box.south) / side_y))
    if first_column >= last_column or first_row >= last_row:
        return None
    around = Bounds(
        where.west + first_column * side_x, where.north - last_row * side_y,
        where.west + last_column * side_x, where.north - first_row * side_y,
    )  # fmt: skip
    return slice(first_row, last_row), slice(first_column, last_column), around


def draw_file(
    file: RasterFile, storage: Storage, opened: Handles, box: Bounds, width: int, height: int
) -> tuple[Pixels, Mask | None] | None:
    """Draw one published file over a box in EPSG:3857; None where it has nothing."""
    if not file.aligned:
        return _values_of(file, storage, opened, box, width, height, True)
    with_bands = opened.open(storage.open_name(file.key), "GTiff").count
    picture = published_picture(file, storage, 3 if with_bands >= 3 else 1)
    read = partial(read_picture, picture, opened)
    size = (picture.width, picture.height)
    return remap_window(read, picture.affine, size, picture.to_source, box, width, height, "bilinear")


def published_picture(file: RasterFile, storage: Storage, bands: int) -> Picture:
    """Return a published aligned file as a picture to draw from."""
    west, south, east, north = file.bounds
    affine = Affine((east - west) / file.width, 0, west, 0, (south - north) / file.height, north)
    return Picture(
        name=storage.open_name(file.key), driver="GTiff", affine=affine, width=file.width, height=file.height,
        crs=file.crs, bands=tuple(range(1, bands + 1)), data="mask",
    )  # fmt: skip


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


def write_value_overview(
    index: SheetIndex, storage: Storage, path: Path, by_average: bool, progress: Progress,
    previous: RasterFile | None = None, joined: frozenset[str] = frozenset(),
) -> tuple[Bounds, tuple[int, int]]:  # fmt: skip
    """Write the overview of files that keep their values, in EPSG:3857. Returns its box and size in pixels.

    Its pixels lie on whole multiples of their size, so that those of ``previous`` are the same ones: where no file with
    a key in ``joined`` lies, they are copied.
    """
    side = resolution(overview_zoom(index))
    if previous is not None and _on_multiples(previous):
        side = (previous.bounds.east - previous.bounds.west) / previous.width
    else:
        previous = None
    west, south, east, north = _union(index.boxes)
    west, north = math.floor(west / side) * side, math.ceil(north / side) * side
    width, height = max(1, int(np.ceil((east - west) / side))), max(1, int(np.ceil((north - south) / side)))
    affine = Affine(side, 0, west, 0, -side, north)
    new = [box for file, box in zip(index.files, index.boxes, strict=True) if file.key in joined]
    passing = path.with_name(f"{path.name}.passing.tif")
    try:
        with rasterio.Env(GDAL_CACHEMAX=GDAL_CACHE, GDAL_TIFF_INTERNAL_MASK=True), handles() as opened:
            with rasterio.open(storage.open_name(index.files[0].key)) as first:
                profile = _value_profile(first, width, height, affine)
                colours = first.colormap(1) if first.colorinterp[0].name == "palette" else None
            windows = [(c, r) for r in range(0, height, OVERVIEW_PART) for c in range(0, width, OVERVIEW_PART)]
            with rasterio.open(passing, "w", **profile) as sink:
                if colours:
                    sink.write_colormap(1, colours)
                for done, (column, row) in enumerate(windows):
                    progress(done, len(windows), say("drawing-overview"))
                    size = (min(OVERVIEW_PART, width - column), min(OVERVIEW_PART, height - row))
                    box = _box(affine, column, row, *size)
                    if previous is not None and not any(box.intersects(one) for one in new):
                        _copy_values(sink, previous, storage, opened, box, (column, row, *size))
                        continue
                    _paste_values(sink, index, storage, opened, box, (column, row, *size), by_average)
            how = "AVERAGE" if by_average else "MODE"
            rasterio.shutil.copy(
                passing, path, driver="COG", COMPRESS="ZSTD", BLOCKSIZE="256", OVERVIEW_RESAMPLING=how, SPARSE_OK="YES"
            )
    finally:
        passing.unlink(missing_ok=True)
    return _box(affine, 0, 0, width, height), (width, height)


def _on_multiples(overview: RasterFile) -> bool:
    """Say whether an overview's pixels lie on whole multiples of their size."""
    side = (overview.bounds.east - overview.bounds.west) / overview.width
    away = [abs(edge / side - round(edge / side)) for edge in (overview.bounds.west, overview.bounds.north)]
    return max(away) < 1e-3


def _copy_values(
    sink: Any, previous: RasterFile, storage: Storage, opened: Handles, box: Bounds, part: tuple[int, int, int, int]
) -> None:
    """Copy a window from the layer's overview as it was; what lies beyond it stays empty."""
    column, row, width, height = part
    old = opened.open(storage.open_name(previous.key), "GTiff")
    side = old.transform.a
    left, top = round((box.west - old.transform.c) / side), round((old.transform.f - box.north) / side)
    first_column, last_column = max(0, -left), min(width, old.width - left)
    first_row, last_row = max(0, -top), min(height, old.height - top)
    if first_column >= last_column or first_row >= last_row:
        return
    size = (last_column - first_column, last_row - first_row)
    source = RasterioWindow(left + first_column, top + first_row, *size)
    window = RasterioWindow(column + first_column, row + first_row, *size)
    sink.write(old.read(window=source), window=window)
    if sink.nodata is None:
        sink.write_mask(old.dataset_mask(window=source), window=window)


def _value_profile(first: Any, width: int, height: int, affine: Affine) -> dict[str, Any]:
    return {
        "driver": "GTiff", "width": width, "height": height, "count": first.count, "dtype": first.dtypes[0],
        "crs": MERCATOR, "transform": affine, "nodata": first.nodata, "tiled": True, "blockxsize": 256,
        "blockysize": 256, "compress": "ZSTD", "BIGTIFF": "IF_SAFER", "sparse_ok": True,
    }  # fmt: skip


def _box(affine: Affine, column: int, row: int, width: int, height: int) -> Bounds:
    west, north = affine.c + column * affine.a, affine.f + row * affine.e
    return Bounds(west, north + height * affine.e, west + width * affine.a, north)


def _paste_values(
    sink: Any, index: SheetIndex, storage: Storage, opened: Handles, box: Bounds, part: tuple[int, int, int, int],
    by_average: bool,
) -> None:  # fmt: skip
    column, row, width, height = part
    blank = sink.nodata if sink.nodata is not None else 0
    canvas = np.full((height, width, sink.count), blank, sink.dtypes[0])
    mask = np.zeros((height, width), np.uint8)
    for file, extent in index.touching(box):
        place = _pixels_of(extent, box, width, height)
        if place is None:
            continue
        rows, columns, around = place
        size = (columns.stop - columns.start, rows.stop - rows.start)
        drawn = _values_of(file, storage, opened, around, *size, by_average)
        if drawn is None:
            continue
        pixels, seen = drawn
        known = np.ones(pixels.shape[:2], bool) if seen is None else seen > 0
        canvas[rows, columns][known] = pixels.reshape(*known.shape, -1)[known]
        mask[rows, columns][known] = 255
    window = RasterioWindow(column, row, width, height)
    sink.write(np.moveaxis(canvas, 2, 0), window=window)
    if sink.nodata is None:
        sink.write_mask(mask, window=window)


def _values_of(
    file: RasterFile, storage: Storage, opened: Handles, box: Bounds, width: int, height: int, by_average: bool
) -> tuple[Pixels, Mask | None] | None:
    west, south, east, north = file.bounds
    affine = Affine((east - west) / file.width, 0, west, 0, (south - north) / file.height, north)
    way = way_between(parse_crs(MERCATOR), parse_crs(file.crs), (), around(file.extent))
    read = partial(read_published, opened, storage.open_name(file.key), by_average)
    return remap_window(
        read, affine, (file.width, file.height), way, box, width, height, "bilinear" if by_average else "nearest"
    )
