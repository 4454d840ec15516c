"""Where the published sheets of a layer lie, and the zoom of the overview that spares opening them all."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import shapely

from importers.raster.pyramid import TILE, resolution
from layers.crs.mercator import MERCATOR_SRID, MOST_NORTH
from layers.crs.names import parse_crs
from layers.crs.operations import find_transform
from layers.frame import Bounds, Frame
from layers.layer import RasterFile


@dataclass(frozen=True)
class SheetIndex:
    """Published files by where their data lie in EPSG:3857; ``boxes`` in the order of ``files``, ``whole`` around all
    files of the layer, also those that are not here because nobody will ask for them."""

    files: tuple[RasterFile, ...]
    boxes: tuple[Bounds, ...]
    whole: Bounds
    tree: shapely.STRtree = field(repr=False)

    def near(self, box: Bounds) -> list[int]:
        """Return the numbers of the files whose data touch a box."""
        return [int(number) for number in self.tree.query(shapely.box(*box))]

    def touching(self, box: Bounds) -> list[tuple[RasterFile, Bounds]]:
        """Return the files whose data touch a box, the lowest first, with the boxes of their data."""
        found = self.tree.query(shapely.box(*box))
        return sorted(((self.files[index], self.boxes[index]) for index in found), key=lambda pair: pair[0].order)


def index_sheets(files: Sequence[RasterFile], frame: Frame, around: Bounds | None = None) -> SheetIndex:
    """Index files by their extents; ``around`` is the extent of the layer when there are more."""
    way = find_transform(parse_crs(frame.storage_srid), parse_crs(MERCATOR_SRID))
    extents = [file.extent for file in files]
    west, south, east, north = np.array([*extents, around or union(extents)], np.float64).T
    low = way.points(west, np.clip(south, -MOST_NORTH, MOST_NORTH))
    high = way.points(east, np.clip(north, -MOST_NORTH, MOST_NORTH))
    *boxes, whole = (Bounds(*box) for box in np.column_stack([*low, *high]).tolist())
    tree = shapely.STRtree(shapely.box(*low, *high)[:-1])
    return SheetIndex(tuple(files), tuple(boxes), whole, tree)


MOST_TILES = 64
"""Tiles of an overview for each sheet: one that lies in another province must not make it a million tiles wide."""


def is_wide(whole: Bounds, zoom: int, count: int) -> bool:
    """Say whether an overview of ``count`` sheets over a box in EPSG:3857 would be almost all empty at a zoom."""
    side = resolution(zoom) * TILE
    tiles = ((whole.east - whole.west) / side + 1) * ((whole.north - whole.south) / side + 1)
    return tiles > MOST_TILES * max(count, MOST_TILES)


def overview_zoom(index: SheetIndex) -> int:
    """Return the zoom at which the usual sheet is about one tile wide, or less where sheets lie far apart."""
    sides = [min(box.east - box.west, box.north - box.south) for box in index.boxes]
    side = max(float(np.median(sides)), 1e-3)
    zoom = max(0, min(20, round(math.log2(resolution(0) * TILE / side))))
    while zoom and is_wide(index.whole, zoom, len(index.files)):
        zoom -= 1
    return zoom


def union(boxes: Sequence[Bounds]) -> Bounds:
    """Return the box around all boxes."""
    west, south, east, north = zip(*boxes, strict=True)
    return Bounds(min(west), min(south), max(east), max(north))


def pixels_of(box: Bounds, where: Bounds, width: int, height: int) -> tuple[slice, slice, Bounds] | None:
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
