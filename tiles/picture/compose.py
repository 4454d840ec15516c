"""Pictures laid over each other: RGBA arrays (height, width, 4), not premultiplied, the first row northernmost."""

import re
from collections.abc import Iterable

import cv2
import numpy as np
import numpy.typing as npt
from PIL import ImageColor

from layers.errors import BadQuery
from layers.layer import Layer
from layers.sentences import say
from layers.storage import Storage
from tiles.height import elevation
from tiles.raster import imagery
from tiles.raster.options import RenderOptions
from tiles.raster.warp import Canvas

Pixels = npt.NDArray[np.uint8]
Colour = tuple[int, int, int]
WHITE: Colour = (255, 255, 255)
STRIP = 256
_HEX = re.compile(r"(?:0x|#)?([0-9a-fA-F]{6})")


def from_bytes(body: bytes, canvas: Canvas) -> Pixels:
    """Return the pixels a painting process answered with."""
    return np.frombuffer(body, np.uint8).reshape(canvas.height, canvas.width, 4)


def paint_raster(layer: Layer, storage: Storage, canvas: Canvas, options: RenderOptions) -> Pixels | None:
    """Draw imagery or elevation on a canvas; None where there is nothing. Raises as the layer kind's ``draw``."""
    draw = elevation.draw_canvas if layer.kind == "elevation" else imagery.draw_canvas
    drawn = draw(layer, storage, canvas, options)
    if drawn is None:
        return None
    pixels, mask = drawn
    if pixels.ndim == 2:
        pixels = np.repeat(pixels[..., None], 3, axis=2)
    alpha = np.full(pixels.shape[:2], 255, np.uint8) if mask is None else mask
    if pixels.shape[2] == 4:
        pixels, alpha = pixels[..., :3], np.minimum(pixels[..., 3], alpha)
    return np.dstack([pixels, alpha])


def overlay(pictures: Iterable[Pixels], canvas: Canvas, background: Colour | None) -> Pixels:
    """Lay pictures over each other, the first lowest, on a colour or on nothing (``None``: transparent)."""
    laid = np.zeros((canvas.height, canvas.width, 4), np.uint8)
    if background is not None:
        laid[:] = (*background, 255)
    empty = background is None
    for upper in pictures:
        laid = upper.copy() if empty else _over(laid, upper)
        empty = False
    return laid


def _over(lower: Pixels, upper: Pixels) -> Pixels:
    """The source-over rule (Porter and Duff 1984) of two pictures, strip by strip: sums of colours take much memory."""
    if not upper[..., 3].any():
        return lower
    joined = np.empty_like(lower)
    for first in range(0, lower.shape[0], STRIP):
        rows = slice(first, first + STRIP)
        joined[rows] = _strip_over(lower[rows], upper[rows])
    return joined


def _strip_over(lower: Pixels, upper: Pixels) -> Pixels:
    above, below = (picture[..., 3].astype(np.float32)[..., None] / 255 for picture in (upper, lower))
    rest = below * (1 - above)
    alpha = above + rest
    colour = (upper[..., :3] * above + lower[..., :3] * rest) / np.maximum(alpha, 1e-6)
    joined: Pixels = cv2.convertScaleAbs(np.dstack([colour, alpha * 255]))
    return joined


def read_colour(text: str, parameter: str) -> Colour:
    """Read ``0xRRGGBB``, ``#RRGGBB`` or a name that CSS has for a colour, in letters of either case.

    Raises:
        BadQuery: it is none.
    """
    found = _HEX.fullmatch(str(ImageColor.colormap.get(text.lower(), text)))
    if found is None:
        raise BadQuery(say("colour-not", given=text[:40]), parameter)
    red, green, blue = (int(found[1][at : at + 2], 16) for at in (0, 2, 4))
    return red, green, blue
