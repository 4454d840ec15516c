"""Finds the frame of one colour that warping and scanning leave around a picture whose file declares no nodata.

A small copy of the picture is flooded from its edges with the colour of its corners, black or white. Only a frame that
reaches from the edge inwards counts, so dark water and white roofs inside the picture stay.
"""

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import rasterio
from rasterio.enums import Resampling

from importers.raster.driver import open_raster
from importers.raster.file import RasterSource
from importers.raster.picture import Collar
from layers.crs.remap import Mask, Pixels

COPY = 1024
SMALLEST_SHARE = 0.005
LARGEST_SHARE = 0.95
LOSSY_TOLERANCE = 12
FRAME_COLOURS = (0, 255)


@dataclass(frozen=True)
class SmallCopy:
    """A copy of at most 1024 x 1024 pixels, (bands, rows, columns), and how far its colours may be off."""

    planes: Pixels
    tolerance: int

    @property
    def is_even(self) -> bool:
        """Say whether every pixel has the same colour."""
        first = self.planes[:, :1, :1].astype(np.int16)
        return bool(self.planes[0].size > 1 and (np.abs(self.planes - first) <= self.tolerance).all())


def small_copy(source: RasterSource, bands: tuple[int, ...], layer: str | None = None) -> SmallCopy:
    """Read a small copy of a picture by nearest neighbour.

    Raises:
        UnreadableSource: a block of it is damaged.
    """
    factor = max(1.0, source.width / COPY, source.height / COPY)
    shape = (max(1, round(source.height / factor)), max(1, round(source.width / factor)))
    with open_raster(source.path, layer) as dataset:
        planes = dataset.read(list(bands), out_shape=(len(bands), *shape), resampling=Resampling.nearest)
        return SmallCopy(planes, LOSSY_TOLERANCE if _is_lossy(dataset) else 0)


def find_collar(copy: SmallCopy) -> Collar | None:
    """Look for a black or white frame; None when there is none.

    A frame holds at least two corners and between 0.5 and 95 % of the picture.
    """
    planes, tolerance = copy.planes, copy.tolerance
    if min(planes.shape[1:]) < 4:
        return None
    corners = planes[:, [0, 0, -1, -1], [0, -1, 0, -1]].astype(np.int16)
    for colour in FRAME_COLOURS:
        if (np.abs(corners - colour).max(axis=0) <= tolerance).sum() < 2:
            continue
        where = _flooded(planes, colour, tolerance)
        if SMALLEST_SHARE <= (where > 0).mean() <= LARGEST_SHARE:
            wider: Mask = cv2.dilate(where, np.ones((3, 3), np.uint8)).astype(np.uint8)
            return Collar((colour,) * len(planes), tolerance, wider)
    return None


def _is_lossy(dataset: Any) -> bool:
    compression = dataset.compression
    return dataset.driver in ("JPEG", "JP2OpenJPEG", "WEBP") or compression in (
        rasterio.enums.Compression.jpeg,
        rasterio.enums.Compression.webp,
        rasterio.enums.Compression.lerc,
    )


def _flooded(planes: Pixels, colour: int, tolerance: int) -> Mask:
    """Return 255 where the colour reaches in from the edge."""
    like = (np.abs(planes.astype(np.int16) - colour).max(axis=0) <= tolerance).astype(np.uint8)
    _, labels = cv2.connectedComponents(like, connectivity=4)
    edge = np.concatenate([labels[0], labels[-1], labels[:, 0], labels[:, -1]])
    reaching = np.setdiff1d(np.unique(edge), [0])
    return np.where(np.isin(labels, reaching), 255, 0).astype(np.uint8)
