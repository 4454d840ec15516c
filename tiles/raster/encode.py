"""Pixels to bytes: PNG, JPEG, WebP, AVIF pictures and GeoTIFF windows.

The settings are the cheapest that look right (CPU time of a tile is mostly this): JPEG quality 85, WebP method 0, PNG
as ``tiles.raster.png`` writes it. AVIF at its quickest is a quarter smaller than a JPEG of the same error but costs
eleven times its CPU, so it is never chosen unasked: it pays for archives that are carried or sent over thin lines.
"""

import io
from collections.abc import Iterable
from functools import lru_cache
from typing import Any, Literal, NamedTuple

import cv2
import numpy as np
import numpy.typing as npt
import rasterio
from PIL import Image
from rasterio.io import MemoryFile
from rasterio.transform import from_bounds
from rasterio.windows import Window

from layers.crs.names import to_wkt
from layers.frame import Bounds
from tiles.raster.png import png

Format = Literal["auto", "png", "jpeg", "webp", "avif", "tif"]
Pixels = npt.NDArray[np.uint8]

MEDIA_TYPES = {
    "png": "image/png", "jpeg": "image/jpeg", "webp": "image/webp", "avif": "image/avif",
    "tif": "image/tiff; application=geotiff",
}  # fmt: skip
JPEG_QUALITY = 85
WEBP_QUALITY = 80
AVIF_QUALITY = 70


class Picture(NamedTuple):
    """A finished answer: its bytes, media type, and whether nothing at all was drawn."""

    body: bytes
    media_type: str
    empty: bool = False


def picture(
    pixels: Pixels, mask: Pixels | None, wanted: Format, *, lossless: bool = False, keep_hidden: bool = False
) -> Picture:
    """Encode grey (h, w), RGB (h, w, 3) or RGBA (h, w, 4) pixels.

    ``mask`` (h, w; 0 for nothing) makes the rest transparent; None means opaque. "auto" is JPEG when opaque and PNG
    when not; JPEG asked for by name shows white where there is nothing. ``lossless`` keeps pixel values exactly,
    ``keep_hidden`` those of RGBA pixels that nobody sees.
    """
    opaque = (mask is None or bool(mask.all())) and (pixels.ndim == 2 or pixels.shape[2] == 3)
    name = wanted if wanted != "auto" else "jpeg" if opaque and not lossless else "png"
    if not opaque:
        pixels = on_white(pixels, mask) if name == "jpeg" else pixels if keep_hidden else with_alpha(pixels, mask)
    if name == "jpeg":
        return Picture(_jpeg(pixels), MEDIA_TYPES[name])
    if name == "webp":
        return Picture(_webp(pixels, lossless), MEDIA_TYPES[name])
    if name == "avif":
        return Picture(_avif(pixels, lossless), MEDIA_TYPES[name])
    return Picture(png(pixels), MEDIA_TYPES["png"])


@lru_cache(maxsize=64)
def nothing(size: int, wanted: Format) -> Picture:
    """The picture of a tile without data: transparent, or white where the format has no transparency."""
    pixels = np.zeros((size, size), dtype=np.uint8)
    return picture(pixels, pixels, wanted)._replace(empty=True)


def with_alpha(pixels: Pixels, mask: Pixels | None) -> Pixels:
    """Add the mask as the last channel: grey becomes (h, w, 2), colour (h, w, 4); hidden pixels become zero."""
    planes = list(cv2.split(pixels))
    alpha = np.full(pixels.shape[:2], 255, np.uint8) if mask is None else mask
    if len(planes) == 4:
        alpha = np.minimum(planes.pop(), alpha)
    there = np.where(alpha > 0, np.uint8(255), np.uint8(0))
    joined: Pixels = cv2.merge([*(cv2.bitwise_and(plane, there) for plane in planes), alpha])
    return joined


def on_white(pixels: Pixels, mask: Pixels | None) -> Pixels:
    """Lay transparent pixels on white, giving grey (h, w) or RGB (h, w, 3)."""
    joined = with_alpha(pixels, mask)
    alpha = joined[..., -1:].astype(np.uint16)
    mixed = (joined[..., :-1] * alpha + 255 * (255 - alpha) + 127) // 255
    return mixed.astype(np.uint8)[..., 0] if mixed.shape[2] == 1 else mixed.astype(np.uint8)


def _jpeg(pixels: Pixels) -> bytes:
    out = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(pixels)).save(out, "JPEG", quality=JPEG_QUALITY)
    return out.getvalue()


def _webp(pixels: Pixels, lossless: bool) -> bytes:
    out = io.BytesIO()
    Image.fromarray(_coloured(pixels)).save(
        out, "WEBP", quality=WEBP_QUALITY, method=0, lossless=lossless, exact=lossless
    )
    return out.getvalue()


def _avif(pixels: Pixels, fine: bool) -> bytes:
    """AVIF; ``fine`` is the best it can do, which still may change a value by one."""
    out = io.BytesIO()
    quality, sampling = (100, "4:4:4") if fine else (AVIF_QUALITY, "4:2:0")
    Image.fromarray(_coloured(pixels)).save(out, "AVIF", quality=quality, subsampling=sampling, speed=10, max_threads=1)
    return out.getvalue()


def _coloured(pixels: Pixels) -> Pixels:
    """Grey pixels, with alpha or not, as colour: some formats know nothing else."""
    if pixels.ndim == 3 and pixels.shape[2] > 2:
        return np.ascontiguousarray(pixels)
    grey = pixels[..., None] if pixels.ndim == 2 else pixels
    return np.concatenate([np.repeat(grey[..., :1], 3, axis=2), grey[..., 1:]], axis=2)


def geotiff(values: npt.NDArray[Any], mask: Pixels | None, bounds: Bounds, crs: Any, nodata: float | None) -> Picture:
    """A GeoTIFF of raw values (h, w, bands) over ``bounds`` (east, north, units of ``crs``).

    Missing values carry ``nodata`` when there is one, and are left out by an internal mask when not.
    """
    return geotiff_strips([(values, mask)], values.shape, values.dtype, bounds, crs, nodata)


def geotiff_strips(
    strips: Iterable[tuple[npt.NDArray[Any], Pixels | None]],
    shape: tuple[int, ...],
    dtype: np.dtype[Any],
    bounds: Bounds,
    crs: Any,
    nodata: float | None,
) -> Picture:
    """A GeoTIFF as ``geotiff`` makes it, of ``shape`` (h, w, bands), from strips of rows, the northernmost first."""
    height, width, count = shape
    profile = {
        "driver": "GTiff",
        "width": width,
        "height": height,
        "count": count,
        "dtype": dtype.name,
        "nodata": nodata,
        "crs": to_wkt(crs),
        "transform": from_bounds(*bounds, width, height),
        "tiled": True,
        "compress": "deflate",
        "zlevel": 1,
        "predictor": 3 if dtype.kind == "f" else 2,
    }
    with rasterio.Env(GDAL_TIFF_INTERNAL_MASK=True), MemoryFile() as memory:
        with memory.open(**profile) as out:
            anything = _write_strips(out, strips, width, nodata)
        return Picture(bytes(memory.getbuffer()), MEDIA_TYPES["tif"], empty=not anything)


def _write_strips(
    out: Any, strips: Iterable[tuple[npt.NDArray[Any], Pixels | None]], width: int, nodata: float | None
) -> bool:
    """Write strips one below the other; whether there was any value at all."""
    row, masked, anything = 0, False, False
    for values, mask in strips:
        window = Window(0, row, width, values.shape[0])
        incomplete = mask is not None and not mask.all()
        anything = anything or mask is None or bool(mask.any())
        if mask is not None and incomplete and nodata is not None:
            values = np.where(mask[..., None] == 0, values.dtype.type(nodata), values)
        out.write(values.transpose(2, 0, 1), window=window)
        if nodata is None and (incomplete or masked):
            if not masked and row:  # what lies above was complete
                out.write_mask(np.full((row, width), 255, np.uint8), window=Window(0, 0, width, row))
            masked = True
            out.write_mask(np.full(values.shape[:2], 255, np.uint8) if mask is None else mask, window=window)
        row += values.shape[0]
    return anything
