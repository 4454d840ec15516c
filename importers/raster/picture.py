"""An 8-bit picture to be published, and how its pixels are read: bands, palette, what counts as data.

A ``Picture`` is a value that can be sent to another process; the open files behind it are kept per thread
(``importers.raster.handles``).
"""

from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any, Literal

import cv2
import numpy as np
import pyproj
import rasterio
from affine import Affine
from rasterio.enums import Resampling as GdalResampling
from rasterio.windows import Window as RasterioWindow

from importers.raster.driver import damaged, masked_too
from importers.raster.ground_points import GroundFit
from importers.raster.handles import Handles
from layers.crs.inverse import inverse
from layers.crs.names import parse_crs, same_crs, to_wkt
from layers.crs.operations import find_transform
from layers.crs.pixel_map import Window
from layers.crs.remap import Mask, Pixels
from layers.crs.transform import Transform, compose
from layers.errors import NoDatumOperation
from layers.frame import Bounds

DataRule = Literal["all", "nodata", "alpha", "mask"]


@dataclass(frozen=True)
class Collar:
    """A frame of one colour around the picture, found on a small copy of it.

    ``where`` is uint8 (rows, columns) of the copy, 255 on the frame widened by a pixel; a pixel of the picture is
    frame when it lies there and is within ``tolerance`` of ``colour``.
    """

    colour: tuple[int, ...]
    tolerance: int
    where: Mask = field(repr=False, compare=False)


@dataclass(frozen=True)
class Picture:
    """Pixels to publish: ``name`` is what GDAL opens, with the one ``driver`` it may use.

    ``bands`` are one (grey, or indices when there is a ``palette``) or three (red, green, blue), counted from 1.
    ``data`` tells how pixels with data are known: "nodata" when any band differs from ``nodata``, "alpha" by the band
    ``alpha``, "mask" by the file's mask. ``crs`` is any text ``parse_crs`` reads, ``city`` the city's own operation
    that placed it (with it the picture cannot leave its process), ``area`` where it lies in degrees; ``shift`` is added
    to x in that CRS (longitudes 0..360). With ``fit`` control points place the picture and the geotransform is the
    identity. ``palette`` is uint8 (256, 4), red, green, blue, alpha.
    """

    name: str
    driver: str
    affine: Affine
    width: int
    height: int
    crs: str
    bands: tuple[int, ...] = (1, 2, 3)
    data: DataRule = "all"
    nodata: tuple[float, ...] = ()
    alpha: int | None = None
    shift: float = 0.0
    fit: GroundFit | None = None
    city: Transform | None = None
    area: Bounds | None = None
    collar: Collar | None = None
    palette: Pixels | None = field(default=None, repr=False, compare=False)

    @property
    def is_colour(self) -> bool:
        """Say whether three bands are published."""
        return len(self.bands) == 3 or self.palette is not None

    @property
    def to_source(self) -> Transform:
        """The way from EPSG:3857 to the picture's CRS.

        Raises:
            NoDatumOperation: there is none that can be trusted.
        """
        return way_to_pixels(parse_crs("EPSG:3857"), parse_crs(self.crs), self.fit, self.city, self.area)


def way_between(
    source: pyproj.CRS, target: pyproj.CRS, city: Transform | None = None, area: Bounds | None = None
) -> Transform:
    """Find an operation for an area (degrees), from or to what the ``city``'s own one, or the way back of it, leads to.

    Asked once for sheets alike: comparing two datums takes PROJ longer than drawing a tile.

    Raises:
        NoDatumOperation: there is none that can be trusted.
    """
    return _way(source, target, city, area)


@lru_cache(maxsize=256)
def _way(source: pyproj.CRS, target: pyproj.CRS, city: Transform | None, area: Bounds | None) -> Transform:
    if city is not None and same_crs(city.source, target):
        return compose(find_transform(source, city.target, area=area), inverse(city))
    if city is not None and same_crs(city.source, source):
        return compose(city, find_transform(city.target, target, area=area))
    try:
        return find_transform(source, target, area=area)
    except NoDatumOperation:
        if area is None:
            raise
        return find_transform(source, target)  # the data lie where nobody uses their CRS; the placing says so


def way_to_pixels(
    target: pyproj.CRS,
    source: pyproj.CRS,
    fit: GroundFit | None,
    city: Transform | None = None,
    area: Bounds | None = None,
) -> Transform:
    """Return the way from a target CRS to what a source's geotransform starts from: its CRS, or pixels by points."""
    way = way_between(target, source, city, area)
    if fit is None:
        return way
    return replace(way, apply=lambda x, y: fit.to_pixels(*way.apply(x, y)))


@lru_cache(maxsize=64)
def crs_text(crs: pyproj.CRS) -> str:
    """Return ``layers.crs.names.to_wkt``; finding no code takes PROJ half a second, so it is asked once."""
    return to_wkt(crs)


def read_picture(
    picture: Picture, opened: Handles, window: Window, width: int, height: int
) -> tuple[Pixels, Mask | None]:
    """Read a window as ``width`` x ``height`` pixels and its mask (None: data everywhere).

    The pixels are uint8 (rows, columns), or (rows, columns, 3) in OpenCV's order: blue, green, red.

    Raises:
        UnreadableSource: a block of the file is damaged.
    """
    dataset = opened.open(picture.name, picture.driver)
    part = RasterioWindow(window.column, window.row, window.width, window.height)
    by_index = picture.palette is not None
    resampling = GdalResampling.nearest if by_index else GdalResampling.average
    shape = (height, width)
    try:
        wanted = list(picture.bands)
        planes = dataset.read(wanted, window=part, out_shape=(len(wanted), *shape), resampling=resampling)
        mask = _mask(picture, dataset, part, shape, planes)
    except rasterio.errors.RasterioIOError as error:
        raise damaged(picture.name, error) from error
    if by_index:
        colours = picture.palette[planes[0]]  # type: ignore[index]
        opaque = colours[:, :, 3]
        mask = opaque if mask is None else np.minimum(mask, opaque)
        return np.ascontiguousarray(colours[:, :, 2::-1]), _binary(mask)
    pixels = planes[0] if len(planes) == 1 else cv2.merge([planes[2], planes[1], planes[0]])
    if picture.collar is not None:
        frame = _collar_mask(picture, picture.collar, window, pixels)
        mask = frame if mask is None else np.minimum(mask, frame)
    return pixels, mask


def _mask(picture: Picture, dataset: Any, part: RasterioWindow, shape: tuple[int, int], planes: Pixels) -> Mask | None:
    """Return what counts as data in the window."""
    if picture.data == "nodata":
        nodata = np.array(picture.nodata, planes.dtype).reshape(-1, 1, 1)
        return np.where((planes != nodata).any(axis=0), 255, 0).astype(np.uint8)
    read: dict[str, Any] = {"window": part, "out_shape": shape, "resampling": GdalResampling.nearest}
    if picture.data == "alpha":
        alpha = _binary(dataset.read(picture.alpha, **read))
        return np.minimum(alpha, _binary(dataset.read_masks(1, **read))) if masked_too(dataset) else alpha
    if picture.data == "mask":
        return _binary(dataset.read_masks(1, **read))
    return None


def _binary(alpha: Mask) -> Mask:
    """Return 255 where at least half opaque: a JPEG's mask knows only yes and no."""
    return np.where(alpha >= 128, 255, 0).astype(np.uint8)


def _collar_mask(picture: Picture, collar: Collar, window: Window, pixels: Pixels) -> Mask:
    """Return 0 on the frame: where the small copy says frame and the colour is the frame's."""
    height, width = pixels.shape[:2]
    rows = (window.row + (np.arange(height) + 0.5) * window.height / height) * collar.where.shape[0] / picture.height
    columns = (window.column + (np.arange(width) + 0.5) * window.width / width) * collar.where.shape[1] / picture.width
    near = collar.where[rows.astype(np.intp)[:, None], columns.astype(np.intp)[None, :]] > 0
    if not near.any():
        return np.full((height, width), 255, np.uint8)
    colour = np.array(collar.colour[::-1], np.int16)
    apart = np.abs(pixels.reshape(height, width, -1).astype(np.int16) - colour).max(axis=2)
    return np.where(near & (apart <= collar.tolerance), 0, 255).astype(np.uint8)
