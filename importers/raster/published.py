"""Published raster files as sources to draw from."""

from functools import partial

import numpy as np
import numpy.typing as npt
from affine import Affine

from importers.raster.handles import Handles
from importers.raster.picture import Picture, read_picture, way_between
from importers.raster.placing import around
from importers.raster.values import read_published
from layers.crs.mercator import MERCATOR_SRID
from layers.crs.names import parse_crs
from layers.crs.remap import Mask, Pixels, remap_window
from layers.frame import Bounds
from layers.layer import RasterFile
from layers.storage import Storage

Plane = npt.NDArray[np.float32]


def draw_file(
    file: RasterFile, storage: Storage, opened: Handles, box: Bounds, width: int, height: int
) -> tuple[Pixels, Mask | None] | None:
    """Draw one published file over a box in EPSG:3857; None where it has nothing."""
    if not file.aligned:
        return values_of(file, storage, opened, box, width, height, True)
    with_bands = opened.open(storage.open_name(file.key), "GTiff").count
    picture = published_picture(file, storage, 3 if with_bands >= 3 else 1)
    read = partial(read_picture, picture, opened)
    size = (picture.width, picture.height)
    return remap_window(read, picture.affine, size, picture.to_source, box, width, height, "bilinear")


def plane_of(file: RasterFile, storage: Storage, opened: Handles, box: Bounds, size: tuple[int, int]) -> Plane | None:
    """Draw a file over a box in EPSG:3857 as one plane (rows, columns), the mean of its bands; NaN without data."""
    drawn = draw_file(file, storage, opened, box, *size)
    if drawn is None:
        return None
    pixels, seen = drawn
    plane: Plane = pixels.reshape(*pixels.shape[:2], -1).astype(np.float32).mean(axis=2)
    if seen is not None:
        plane[seen == 0] = np.nan
    return plane


def published_picture(file: RasterFile, storage: Storage, bands: int) -> Picture:
    """Return a published aligned file as a picture to draw from."""
    west, south, east, north = file.bounds
    affine = Affine((east - west) / file.width, 0, west, 0, (south - north) / file.height, north)
    return Picture(
        name=storage.open_name(file.key), driver="GTiff", affine=affine, width=file.width, height=file.height,
        crs=file.crs, bands=tuple(range(1, bands + 1)), data="mask",
    )  # fmt: skip


def values_of(
    file: RasterFile, storage: Storage, opened: Handles, box: Bounds, width: int, height: int, by_average: bool
) -> tuple[Pixels, Mask | None] | None:
    """Draw one published file that keeps its values over a box in EPSG:3857; None where it has nothing."""
    west, south, east, north = file.bounds
    affine = Affine((east - west) / file.width, 0, west, 0, (south - north) / file.height, north)
    way = way_between(parse_crs(MERCATOR_SRID), parse_crs(file.crs), None, around(file.extent))
    read = partial(read_published, opened, storage.open_name(file.key), by_average)
    return remap_window(
        read, affine, (file.width, file.height), way, box, width, height, "bilinear" if by_average else "nearest"
    )
