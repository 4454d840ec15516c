"""Read a window of a raster layer: files laid over each other on a canvas, giving a patch."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np
import pyproj

from layers.crs.names import parse_crs
from layers.frame import Bounds
from layers.layer import RasterFile
from layers.storage import Storage
from tiles.raster.handles import POOL, file_name
from tiles.raster.missing import Mask
from tiles.raster.sampling import Piece, Reading, read_piece
from tiles.raster.warp import Canvas, GroundSize, Maps, Values, ground_size


@dataclass(frozen=True, eq=False)
class Patch:
    """Pixels of a layer.

    ``values`` has shape (height, width, bands), first row northernmost; ``mask`` (height, width) is 0 where there is
    nothing and None when everything is there. ``canvas`` says where the pixels lie.
    """

    values: Values
    mask: Mask | None
    canvas: Canvas

    @property
    def bounds(self) -> Bounds:
        """East, north bounds in units of ``crs``."""
        return self.canvas.bounds

    @property
    def crs(self) -> pyproj.CRS:
        """The CRS of the bounds."""
        return self.canvas.crs

    @cached_property
    def ground(self) -> GroundSize:
        """How the pixels lie on the ground."""
        return ground_size(self.canvas)

    @property
    def pixel_m(self) -> tuple[Maps, Maps]:
        """Ground metres of a pixel along its row and column, one value a row, shape (height, 1)."""
        return self.ground.dx, self.ground.dy


def read_patch(
    files: Iterable[RasterFile],
    storage: Storage,
    canvas: Canvas,
    reading: Reading,
) -> Patch | None:
    """Lay ``files`` over each other, the first on top, until the canvas is full; None when none has data there.

    Raises RasterUnreadable, StorageAway, NoDatumOperation.
    """
    whole = slice(0, canvas.height), slice(0, canvas.width)
    values: Values | None = None
    mask: Mask | None = None
    for file in files:
        nodes = canvas.nodes_in(parse_crs(file.crs))
        with POOL.borrow(file_name(storage, file.key)) as raster:
            piece = read_piece(raster, canvas, nodes, reading)
        if piece is None:
            continue
        if values is None and piece.mask is None and (piece.rows, piece.cols) == whole:
            return Patch(piece.values, None, canvas)
        if values is None or mask is None:
            values = np.zeros((canvas.height, canvas.width, len(reading.bands)), piece.values.dtype)
            mask = np.zeros((canvas.height, canvas.width), np.uint8)
        _lay_under(values, mask, piece)
        if mask.all():
            return Patch(values, None if mask.min() == 255 else mask, canvas)
    return None if values is None or mask is None or not mask.any() else Patch(values, mask, canvas)


def _lay_under(values: Values, mask: Mask, piece: Piece) -> None:
    """Put a piece where nothing lies yet."""
    below, there = values[piece.rows, piece.cols], mask[piece.rows, piece.cols]
    new = np.equal(there, 0).view(np.uint8)
    if piece.mask is not None:
        new &= np.greater(piece.mask, 0).view(np.uint8)
    if new.all():
        below[...] = piece.values
        there[...] = 255 if piece.mask is None else piece.mask
    elif below.dtype.itemsize > 2 and below.dtype.kind in "iu":  # a kind that OpenCV does not copy
        np.copyto(below, piece.values, where=new[..., None].astype(bool))
        np.copyto(there, 255 if piece.mask is None else piece.mask, where=new.astype(bool))
    else:
        cv2.copyTo(piece.values, new, below)
        cv2.copyTo(np.full_like(there, 255) if piece.mask is None else piece.mask, new, there)
