"""Windows for analysis: the values themselves, at the size asked for."""

from pathlib import Path

import numpy as np
import pytest
import rasterio

from layers.crs.names import parse_crs
from layers.crs.operations import find_transform
from layers.frame import Bounds
from layers.layer import Band
from layers.storage import Storage
from tests.tiles.rasters import describe_file, raster_layer, texture, write_tif
from tests.tiles.test_profile import NORTH, WEST, plane_layer
from tiles.errors import BadRendering, WindowTooLarge
from tiles.raster.coverage import STRIP, open_window, window_tiff

GK = parse_crs(4547)


def test_a_window_in_the_file_s_own_system_is_the_file_s_own_pixels(tmp_path: Path) -> None:
    layer = plane_layer(tmp_path)
    bounds = Bounds(WEST + 500, NORTH - 1500, WEST + 1500, NORTH - 1000)
    patch = open_window(layer, Storage(tmp_path), bounds, GK, 200, 100).patch()
    with rasterio.open(tmp_path / "p.tif") as opened:
        assert np.array_equal(patch.values[..., 0], opened.read(1)[200:300, 100:300])
    assert patch.mask is None
    assert patch.bounds == bounds


def test_without_a_size_the_window_has_the_layer_s_resolution(tmp_path: Path) -> None:
    layer = plane_layer(tmp_path)
    patch = open_window(
        layer, Storage(tmp_path), Bounds(WEST + 500, NORTH - 1500, WEST + 1500, NORTH - 1000), GK
    ).patch()
    assert patch.values.shape == (100, 200, 1)
    box = Bounds(115.55, 34.3, 115.56, 34.31)
    in_degrees = open_window(layer, Storage(tmp_path), box, parse_crs(4490)).patch()
    assert in_degrees.values.shape[:2] == pytest.approx((222, 184), abs=2)
    narrow = open_window(layer, Storage(tmp_path), box, parse_crs(4490), width=50).patch()
    assert narrow.values.shape == (50, 50, 1)


def test_missing_heights_are_no_numbers_and_the_tiff_says_so(tmp_path: Path) -> None:
    layer = plane_layer(tmp_path)
    bounds = Bounds(WEST + 2900, NORTH - 3600, WEST + 3600, NORTH - 2900)
    patch = open_window(layer, Storage(tmp_path), bounds, GK).patch()
    assert patch.mask is not None
    assert np.isnan(patch.values[..., 0][patch.mask == 0]).all()
    assert (patch.mask == 0).sum() == 100 * 100
    body = window_tiff(open_window(layer, Storage(tmp_path), bounds, GK)).body
    with rasterio.MemoryFile(body) as memory, memory.open() as opened:
        assert np.isnan(opened.nodata)
        assert np.array_equal(opened.dataset_mask(), patch.mask)


def test_an_image_keeps_its_numbers_its_bands_and_its_nodata(tmp_path: Path) -> None:
    planes = np.random.default_rng(0).integers(1, 4000, (4, 100, 100)).astype(np.uint16)
    planes[:, :20] = 0
    path = write_tif(tmp_path / "i.tif", planes, "EPSG:4547", WEST, NORTH, 10.0, nodata=0)
    layer = raster_layer("imagery", [describe_file(path)], [Band(str(n), "uint16") for n in range(4)], nodata=0)
    bounds = Bounds(WEST, NORTH - 1000, WEST + 1000, NORTH)
    patch = open_window(layer, Storage(tmp_path), bounds, GK, bands=(4, 1)).patch()
    assert patch.values.dtype == np.uint16
    assert np.array_equal(patch.values[20:].transpose(2, 0, 1), planes[[3, 0], 20:])
    body = window_tiff(open_window(layer, Storage(tmp_path), bounds, GK, bands=(4, 1))).body
    with rasterio.MemoryFile(body) as memory, memory.open() as opened:
        assert opened.nodata == 0
        assert np.array_equal(opened.read()[:, 20:], planes[[3, 0], 20:])


@pytest.mark.parametrize("srid", [4547, 4509])
@pytest.mark.parametrize("dtype", ["uint8", "int32", "float32"])
def test_a_tall_window_written_in_strips_is_the_window_read_at_once(tmp_path: Path, srid: int, dtype: str) -> None:
    planes = texture(300, 900)[:2].astype(dtype)
    mask = np.full((900, 300), 255, np.uint8)
    mask[700:, 100:] = 0  # the strips above are complete
    path = write_tif(tmp_path / "m.tif", planes, "EPSG:4547", WEST, NORTH, 1.0, mask=mask)
    layer = raster_layer("imagery", [describe_file(path)], [Band(str(n), dtype) for n in range(2)])
    box = Bounds(WEST + 10, NORTH - 890, WEST + 290, NORTH - 10)
    crs = parse_crs(srid)
    bounds = box if srid == 4547 else find_transform(GK, crs).bounds(box)
    window = open_window(layer, Storage(tmp_path), bounds, crs)
    assert window.canvas.height > 3 * STRIP
    whole = window.patch()
    with rasterio.MemoryFile(window_tiff(window).body) as memory, memory.open() as opened:
        assert opened.dtypes == (dtype, dtype)
        there = opened.dataset_mask() > 0
        assert whole.mask is not None
        assert (there == (whole.mask > 0)).mean() > 0.999
        written = opened.read().transpose(1, 2, 0)
        both = there & (whole.mask > 0)
        assert np.abs(written[both].astype(float) - whole.values[both]).max() <= (0 if srid == 4547 else 1)
        assert opened.bounds == pytest.approx(tuple(bounds))


def test_scaled_heights_come_in_the_layer_s_unit(tmp_path: Path) -> None:
    path = write_tif(tmp_path / "s.tif", np.full((1, 50, 50), 500, np.int16), "EPSG:4547", WEST, NORTH, 10.0)
    layer = raster_layer("elevation", [describe_file(path)], [Band("h", "int16", scale=0.01, offset=30.0)])
    patch = open_window(layer, Storage(tmp_path), Bounds(WEST, NORTH - 500, WEST + 500, NORTH), GK).patch()
    assert patch.values == pytest.approx(35.0)


def test_a_box_beside_the_data_is_all_missing(tmp_path: Path) -> None:
    patch = open_window(plane_layer(tmp_path), Storage(tmp_path), Bounds(0, 0, 100, 100), GK, 10, 10).patch()
    assert patch.mask is not None
    assert not patch.mask.any()
    assert np.isnan(patch.values).all()


@pytest.mark.parametrize(
    ("bounds", "size", "parameter"),
    [
        (Bounds(10, 0, 0, 10), (None, None), "bbox"),
        (Bounds(0, 0, float("nan"), 10), (None, None), "bbox"),
        (Bounds(0, 0, 10, 10), (0, 5), "width"),
        (Bounds(0, 0, 10, 10), (5, -1), "height"),
    ],
)
def test_a_box_or_size_that_is_none_is_refused(
    tmp_path: Path, bounds: Bounds, size: tuple[int | None, int | None], parameter: str
) -> None:
    with pytest.raises(BadRendering) as caught:
        open_window(plane_layer(tmp_path), Storage(tmp_path), bounds, GK, *size).patch()
    assert caught.value.parameter == parameter


@pytest.mark.parametrize("size", [(None, None), (10**9, 10**9), (100_000, None)])
def test_a_huge_window_is_refused_before_anything_is_read(tmp_path: Path, size: tuple[int | None, int | None]) -> None:
    layer = plane_layer(tmp_path)
    (tmp_path / "p.tif").unlink()
    with pytest.raises(WindowTooLarge, match="smaller"):
        open_window(layer, Storage(tmp_path), Bounds(0, 0, 1e6, 1e6), GK, *size).patch()


def test_an_unknown_band_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadRendering, match="bands 1 to 1"):
        open_window(plane_layer(tmp_path), Storage(tmp_path), Bounds(0, 0, 1, 1), GK, 5, 5, bands=(2,)).patch()
