"""Encoding: what goes in comes out, in the format asked for."""

import io

import numpy as np
import pytest
import rasterio
from PIL import Image

from layers.crs.names import parse_crs
from layers.frame import Bounds
from tests.tiles.rasters import texture
from tiles.raster.encode import geotiff, nothing, on_white, picture, with_alpha
from tiles.raster.png import png

RGB = texture(64, 48).transpose(1, 2, 0).copy()
GREY = RGB[..., 0].copy()
HALF = np.zeros((48, 64), np.uint8)
HALF[:, :32] = 255


def read(body: bytes) -> np.ndarray:  # type: ignore[type-arg]
    return np.asarray(Image.open(io.BytesIO(body)))


@pytest.mark.parametrize("pixels", [RGB, GREY])
def test_png_keeps_pixels_and_transparency_exactly(pixels: np.ndarray) -> None:  # type: ignore[type-arg]
    assert np.array_equal(read(picture(pixels, None, "png").body), pixels)
    seen = read(picture(pixels, HALF, "png").body)
    assert np.array_equal(seen[..., -1], HALF)
    assert np.array_equal(seen[:, :32, :-1].squeeze(), pixels[:, :32])
    assert not seen[:, 32:].any()


@pytest.mark.parametrize("channels", [1, 2, 3, 4])
@pytest.mark.parametrize("side", [1, 7, 256])
def test_png_keeps_areas_of_one_colour_and_tones_exactly(channels: int, side: int) -> None:
    flat = np.zeros((side, side + 2, channels), np.uint8)
    flat[: side // 2, side // 3 :] = (200, 10, 30, 255)[:channels]
    tones = np.resize(np.arange(251, dtype=np.uint8) * 7, flat.shape)
    for pixels in (flat, tones, np.asfortranarray(tones)):
        pixels = pixels[..., 0] if channels == 1 else pixels
        assert np.array_equal(read(png(pixels)), pixels)


@pytest.mark.parametrize("pixels", [RGB, GREY])
def test_auto_is_jpeg_when_opaque_and_png_when_not(pixels: np.ndarray) -> None:  # type: ignore[type-arg]
    assert picture(pixels, None, "auto").media_type == "image/jpeg"
    assert picture(pixels, np.full_like(HALF, 255), "auto").media_type == "image/jpeg"
    assert picture(pixels, HALF, "auto").media_type == "image/png"
    assert picture(pixels, None, "auto", lossless=True).media_type == "image/png"


@pytest.mark.parametrize("pixels", [RGB, GREY])
def test_webp_and_jpeg_stay_near_the_pixels(pixels: np.ndarray) -> None:  # type: ignore[type-arg]
    for name in ("webp", "jpeg"):
        seen = np.asarray(Image.open(io.BytesIO(picture(pixels, None, name).body)).convert("L")).astype(int)
        assert np.abs(seen - np.asarray(Image.fromarray(pixels).convert("L"))).mean() < 3


def test_lossless_webp_keeps_pixels_exactly() -> None:
    assert np.array_equal(read(picture(RGB, None, "webp", lossless=True).body), RGB)


def test_webp_has_transparency() -> None:
    seen = read(picture(GREY, HALF, "webp").body)
    assert np.array_equal(seen[..., 3], HALF)


def test_jpeg_shows_white_where_there_is_nothing() -> None:
    seen = read(picture(RGB, HALF, "jpeg").body)
    assert (seen[:, 40:] > 250).all()


def test_a_mask_and_an_alpha_channel_both_hide() -> None:
    alpha = np.full((48, 64), 200, np.uint8)
    joined = with_alpha(np.dstack([RGB, alpha]), HALF)
    assert (joined[:, :32, 3] == 200).all()
    assert not joined[:, 32:].any()
    assert np.array_equal(with_alpha(np.dstack([RGB, alpha]), None)[..., :3], RGB)


def test_half_transparent_pixels_are_mixed_with_white() -> None:
    mixed = on_white(np.zeros((2, 2, 3), np.uint8), np.full((2, 2), 102, np.uint8))
    assert (mixed == 153).all()


@pytest.mark.parametrize("name", ["auto", "png", "webp", "jpeg"])
def test_nothing_is_small_and_says_that_it_is_empty(name: str) -> None:
    empty = nothing(256, name)  # type: ignore[arg-type]
    assert empty.empty
    assert len(empty.body) < 1500
    seen = np.asarray(Image.open(io.BytesIO(empty.body)).convert("RGBA"))
    assert seen.shape == (256, 256, 4)
    assert (seen[..., :3] > 250).all() if name == "jpeg" else not seen[..., 3].any()


@pytest.mark.parametrize("dtype", ["uint8", "int16", "uint16", "float32", "float64"])
@pytest.mark.parametrize("nodata", [None, 7])
def test_a_geotiff_carries_values_place_and_what_is_missing(dtype: str, nodata: float | None) -> None:
    values = np.arange(48 * 64 * 2).reshape(48, 64, 2).astype(dtype) % 100 + 10
    bounds = Bounds(400_000, 3_800_000, 400_128, 3_800_096)
    made = geotiff(values, HALF, bounds, parse_crs(4509), nodata)
    with rasterio.MemoryFile(made.body) as memory, memory.open() as opened:
        assert tuple(opened.bounds) == tuple(bounds)
        assert opened.crs.to_epsg() == 4509
        assert opened.dtypes[0] == dtype
        assert np.array_equal(opened.read()[:, :, :32], values[:, :32].transpose(2, 0, 1))
        assert np.array_equal(opened.dataset_mask(), HALF)
