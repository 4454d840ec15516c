"""Tiles of a COG out of drawn pixels: cut at the tile lines, halved for the next level, encoded as JPEG with a mask."""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np

from importers.raster.pyramid import TILE
from layers.crs.remap import Mask, Pixels

QUALITY = 85
Tile = tuple[Pixels, Mask | None]


@dataclass(frozen=True)
class EncodedTile:
    """A tile ready for the file: its level and place in the pyramid, JPEG stream, mask (None: data everywhere)."""

    level: int
    column: int
    row: int
    body: bytes
    mask: bytes | None


def halve(pixels: Pixels, mask: Mask | None) -> Tile:
    """Halve a picture; a pixel is the mean of those of its four that have data, and has data when two of them have."""
    height, width = pixels.shape[0] // 2, pixels.shape[1] // 2
    half = cv2.resize(pixels, (width, height), interpolation=cv2.INTER_AREA)
    if mask is None:
        return half, None
    weight = cv2.resize(mask, (width, height), interpolation=cv2.INTER_AREA)
    rows, columns = np.nonzero((weight > 0) & (weight < 255))  # along edges only: there the mean is weighted
    if len(rows):
        sums = np.zeros((len(rows), *pixels.shape[2:]), np.float32)
        counts = np.zeros(len(rows), np.float32)
        for down, across in ((0, 0), (0, 1), (1, 0), (1, 1)):
            seen = (mask[2 * rows + down, 2 * columns + across] > 0).astype(np.float32)
            values = pixels[2 * rows + down, 2 * columns + across]
            sums += values * (seen[:, None] if pixels.ndim == 3 else seen)
            counts += seen
        half[rows, columns] = np.rint(sums / (counts[:, None] if pixels.ndim == 3 else counts))
    return half, np.where(weight >= 127, 255, 0).astype(np.uint8)


def encode(pixels: Pixels, mask: Mask | None) -> tuple[bytes, bytes | None] | None:
    """Encode a tile as JPEG with its mask; None when it holds no data at all."""
    seen = TILE * TILE if mask is None else cv2.countNonZero(mask)
    if not seen:
        return None
    if mask is None or seen == mask.size:
        return _jpeg(pixels), None
    # no sharp edge to nothing, which JPEG would smear into the data
    colour = np.rint(cv2.mean(pixels, mask)[: pixels.shape[2] if pixels.ndim == 3 else 1]).astype(np.uint8)
    filled = np.empty_like(pixels)
    filled[:] = colour
    cv2.copyTo(pixels, mask, filled)
    return _jpeg(filled), zlib.compress(np.packbits(mask > 0, axis=1).tobytes())


def _jpeg(pixels: Pixels) -> bytes:
    done, stream = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])
    assert done
    return stream.tobytes()


def cut_tiles(level: int, column: int, row: int, pixels: Pixels, mask: Mask | None) -> Iterator[EncodedTile]:
    """Encode the tiles of a picture whose first tile is (column, row) of the level."""
    for down in range(pixels.shape[0] // TILE):
        for across in range(pixels.shape[1] // TILE):
            part = np.s_[down * TILE : (down + 1) * TILE, across * TILE : (across + 1) * TILE]
            body = encode(pixels[part], None if mask is None else mask[part])
            if body is not None:
                yield EncodedTile(level, column + across, row + down, *body)
