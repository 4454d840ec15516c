"""Ready-made tiles: bytes copied from an aligned COG are the tile, and only where they may be."""

import io
from pathlib import Path

import numpy as np
import pytest
import rasterio
from PIL import Image

from layers.frame import SHANGQIU
from layers.layer import Band, Layer
from layers.storage import Storage
from tests.tiles.rasters import describe_file, raster_layer, texture, write_aligned, write_tif
from tiles.grids import Tile, default_grids
from tiles.raster import imagery
from tiles.raster.handles import POOL
from tiles.raster.options import RenderOptions
from tiles.raster.passthrough import copy_tile

GRIDS = default_grids(SHANGQIU)
MERCATOR = GRIDS["WebMercatorQuad"]
RGB = tuple(Band(name, "uint8") for name in ("red", "green", "blue"))
ZOOM = 16
FIRST = MERCATOR.tile_at(12_875_000.0, 4_080_000.0, ZOOM)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with JPEG.tif and WEBP.tif: a picture of 5.5 x 5.5 tiles beginning in the middle of tile FIRST."""
    folder = tmp_path_factory.mktemp("aligned")
    west, _, _, north = MERCATOR.bounds(FIRST)
    pixel = MERCATOR.resolution(ZOOM)
    plain = write_tif(
        folder / "plain.tif", texture(1408, 1408), "EPSG:3857", west + 128 * pixel, north - 128 * pixel, pixel
    )
    for codec in ("JPEG", "WEBP"):
        write_aligned(folder / f"{codec}.tif", plain, codec, levels=2)
    return folder


def aligned_layer(folder: Path, codec: str) -> Layer:
    return raster_layer("imagery", [describe_file(folder / f"{codec}.tif", aligned=True)], RGB)


@pytest.mark.parametrize(("codec", "media_type"), [("JPEG", "image/jpeg"), ("WEBP", "image/webp")])
def test_a_tile_inside_the_data_is_copied_and_shows_the_file_s_pixels(
    folder: Path, codec: str, media_type: str
) -> None:
    layer = aligned_layer(folder, codec)
    assert layer.version.raster is not None
    file, storage = layer.version.raster.files[0], Storage(folder)
    for z, row, col in ((ZOOM, 2, 3), (ZOOM, 1, 1), (ZOOM - 1, 1, 1)):
        factor = 2 ** (ZOOM - z)
        tile = Tile(MERCATOR.id, z, FIRST.row // factor + row, FIRST.col // factor + col)
        ready = copy_tile(file, storage, MERCATOR, tile, "auto")
        assert ready is not None
        assert ready.media_type == media_type
        assert imagery.draw(layer, storage, MERCATOR, tile, RenderOptions()) == ready
        decoded = imagery.draw(layer, storage, MERCATOR, tile, RenderOptions.parse({"format": "png"}))
        copied, drawn = (Image.open(io.BytesIO(picture.body)) for picture in (ready, decoded))
        for mode, most in (("L", 1.0), ("RGB", 3.0)):  # decoders differ in how they spread chroma
            difference = np.asarray(copied.convert(mode)).astype(int) - np.asarray(drawn.convert(mode))
            assert np.abs(difference).mean() < most


@pytest.mark.parametrize("codec", ["JPEG", "WEBP"])
def test_what_was_copied_once_is_at_hand_and_what_is_drawn_never_is(folder: Path, codec: str) -> None:
    layer, storage, options = aligned_layer(folder, codec), Storage(folder), RenderOptions()
    inside = Tile(MERCATOR.id, ZOOM, FIRST.row + 2, FIRST.col + 3)
    POOL.forget()
    assert imagery.draw_at_hand(layer, storage, MERCATOR, inside, options) is None  # the file is not open
    drawn = imagery.draw(layer, storage, MERCATOR, inside, options)
    assert imagery.draw_at_hand(layer, storage, MERCATOR, inside, options) == drawn
    assert len(POOL) == 1  # given back
    edge: list[tuple[Tile, dict[str, str]]] = [(FIRST, {})] if codec == "JPEG" else []  # WebP blocks have their alpha
    for tile, query in (*edge, (inside, {"bands": "3,2,1"}), (inside, {"format": "png"})):
        changed = RenderOptions.parse(query)
        imagery.draw(layer, storage, MERCATOR, tile, changed)
        assert imagery.draw_at_hand(layer, storage, MERCATOR, tile, changed) is None


def test_edge_tiles_are_drawn_with_transparency(folder: Path) -> None:
    layer = aligned_layer(folder, "JPEG")
    assert layer.version.raster is not None
    assert copy_tile(layer.version.raster.files[0], Storage(folder), MERCATOR, FIRST, "auto") is None
    picture = imagery.draw(layer, Storage(folder), MERCATOR, FIRST, RenderOptions())
    assert picture.media_type == "image/png"
    alpha = np.asarray(Image.open(io.BytesIO(picture.body)))[..., 3]
    assert (alpha[:120] == 0).all()
    assert (alpha[136:, 136:] == 255).all()


def test_a_block_the_file_leaves_out_is_an_empty_tile(folder: Path) -> None:
    layer = aligned_layer(folder, "JPEG")
    assert layer.version.raster is not None
    with rasterio.open(folder / "JPEG.tif") as opened:
        row, col = (opened.height // 256 - 1, opened.width // 256 - 1)
        x, y = opened.xy(row * 256 + 128, col * 256 + 128)
        assert not opened.read_masks(1, window=((row * 256, row * 256 + 256), (col * 256, col * 256 + 256))).any()
    assert imagery.draw(layer, Storage(folder), MERCATOR, MERCATOR.tile_at(x, y, ZOOM), RenderOptions()).empty


@pytest.mark.parametrize(
    "query", [{"bands": "3,2,1"}, {"format": "png"}, {"format": "webp"}, {"stretch": "0,200"}, {"order": "newest"}]
)
def test_a_changed_rendering_is_drawn_not_copied(folder: Path, query: dict[str, str]) -> None:
    layer, tile = aligned_layer(folder, "JPEG"), FIRST._replace(row=FIRST.row + 2, col=FIRST.col + 2)
    plain = imagery.draw(layer, Storage(folder), MERCATOR, tile, RenderOptions())
    assert imagery.draw(layer, Storage(folder), MERCATOR, tile, RenderOptions.parse(query)).body != plain.body


def test_other_grids_and_levels_off_the_file_s_own_are_not_copied(folder: Path) -> None:
    layer, storage = aligned_layer(folder, "JPEG"), Storage(folder)
    assert layer.version.raster is not None
    file = layer.version.raster.files[0]
    deeper = Tile(MERCATOR.id, ZOOM + 1, (FIRST.row + 2) * 2, (FIRST.col + 2) * 2)
    assert copy_tile(file, storage, MERCATOR, deeper, "auto") is None
    for name in ("CGCS2000Quad", "ScaleGrid4509"):
        assert copy_tile(file, storage, GRIDS[name], Tile(name, 9, 3, 5), "auto") is None


def test_a_file_that_only_looks_aligned_is_drawn(tmp_path: Path) -> None:
    """Half a pixel off the grid, or blocks of another size."""
    west, _, _, north = MERCATOR.bounds(FIRST)
    pixel = MERCATOR.resolution(ZOOM)
    tile = FIRST._replace(row=FIRST.row + 1, col=FIRST.col + 1)
    off = write_tif(
        tmp_path / "off.tif", texture(1024, 1024), "EPSG:3857", west + pixel / 2, north, pixel, compress="jpeg",
        photometric="ycbcr", interleave="pixel",
    )  # fmt: skip
    assert copy_tile(describe_file(off, aligned=True), Storage(tmp_path), MERCATOR, tile, "auto") is None
    exact = write_tif(
        tmp_path / "on.tif", texture(1024, 1024), "EPSG:3857", west, north, pixel, compress="jpeg",
        photometric="ycbcr", interleave="pixel",
    )  # fmt: skip
    assert copy_tile(describe_file(exact, aligned=True), Storage(tmp_path), MERCATOR, tile, "auto") is not None


def test_lossless_files_are_no_pictures(tmp_path: Path) -> None:
    west, _, _, north = MERCATOR.bounds(FIRST)
    path = write_tif(
        tmp_path / "d.tif", texture(512, 512), "EPSG:3857", west, north, MERCATOR.resolution(ZOOM), compress="deflate"
    )
    assert copy_tile(describe_file(path, aligned=True), Storage(tmp_path), MERCATOR, FIRST, "auto") is None
