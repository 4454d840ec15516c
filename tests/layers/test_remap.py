"""The control-grid warp against PROJ asked for every pixel and against GDAL's own warper."""

import numpy as np
import pytest
from affine import Affine
from rasterio.warp import Resampling, reproject

from layers.crs.names import parse_crs
from layers.crs.operations import find_transform
from layers.crs.pixel_map import PixelMap, Window, pixel_map
from layers.crs.remap import remap, remap_window
from layers.frame import Bounds

GK = parse_crs("EPSG:4547")
MERCATOR = parse_crs("EPSG:3857")
DEGREES = parse_crs("EPSG:4326")


def waves(width: int, height: int) -> np.ndarray:
    y, x = np.mgrid[0:height, 0:width]
    return (128 + 60 * np.sin(x / 9) + 50 * np.cos(y / 13)).astype(np.float32)


def exact_positions(
    affine: Affine, bounds: Bounds, width: int, height: int, transform
) -> tuple[np.ndarray, np.ndarray]:
    x = bounds.west + (np.arange(width) + 0.5) * (bounds.east - bounds.west) / width
    y = bounds.north - (np.arange(height) + 0.5) * (bounds.north - bounds.south) / height
    east, north = transform.points(*(a.ravel() for a in np.meshgrid(x, y)))
    columns, rows = ~affine @ (east, north)
    return columns.reshape(height, width) - 0.5, rows.reshape(height, width) - 0.5


def whole(pixels: np.ndarray, mask: np.ndarray | None = None):
    def read(window: Window, width: int, height: int):
        assert (width, height) == (window.width, window.height)
        part = np.s_[window.row : window.row + window.height, window.column : window.column + window.width]
        return pixels[part], None if mask is None else mask[part]

    return read


def test_interpolated_positions_stay_within_a_twentieth_of_a_pixel_of_projs():
    affine = Affine(0.5, 0, 640000, 0, -0.5, 3818000)
    to_source = find_transform(MERCATOR, GK)
    box = find_transform(GK, MERCATOR).bounds(Bounds(641000, 3815500, 642500, 3817000))
    where = pixel_map(to_source, affine, (20000, 20000), box, 1024, 1024, reduce=False)
    columns, rows = exact_positions(affine, box, 1024, 1024, to_source)
    assert where is not None
    assert where.inside
    assert np.abs(where.columns + where.window.column - columns).max() < 0.05
    assert np.abs(where.rows + where.window.row - rows).max() < 0.05


def test_a_strongly_bent_map_gets_a_finer_grid():
    """A polar box in degrees: 17 nodes alone would be wrong by many pixels."""
    polar = parse_crs("EPSG:3413")
    affine = Affine(5000, 0, -4_000_000, 0, -5000, 4_000_000)
    to_source = find_transform(DEGREES, polar)
    box = Bounds(-170, 60, 170, 89)
    where = pixel_map(to_source, affine, (1600, 1600), box, 300, 200, reduce=False)
    columns, rows = exact_positions(affine, box, 300, 200, to_source)
    assert where is not None
    assert np.abs(where.columns + where.window.column - columns).max() < 0.06
    assert np.abs(where.rows + where.window.row - rows).max() < 0.06


def test_the_picture_equals_gdals_bilinear_warp():
    affine = Affine(0.5, 0, 640000, 0, -0.5, 3818000)
    source = waves(900, 800)
    box = find_transform(GK, MERCATOR).bounds(Bounds(640050, 3817750, 640250, 3817950))
    drawn = remap_window(whole(source), affine, (900, 800), find_transform(MERCATOR, GK), box, 400, 400)
    assert drawn is not None
    ours, mask = drawn
    theirs = np.zeros((400, 400), np.float32)
    target = Affine((box.east - box.west) / 400, 0, box.west, 0, -(box.north - box.south) / 400, box.north)
    # GDAL is asked in one datum's names, else it searches for an operation that PROJ does not have
    reproject(
        source, theirs, src_transform=affine, dst_transform=target, resampling=Resampling.bilinear,
        src_crs="+proj=tmerc +lon_0=114 +k=1 +x_0=500000 +ellps=WGS84", dst_crs="EPSG:3857",
    )  # fmt: skip
    assert mask is None
    assert np.abs(ours - theirs).max() < 0.5


def test_a_rotated_source_is_turned_upright():
    """A source turned by 30 degrees shows its one bright pixel where its geotransform says."""
    affine = Affine.translation(500, 500) @ Affine.rotation(30) @ Affine.scale(1, -1)
    source = np.zeros((50, 50), np.uint8)
    source[20, 40] = 255
    x, y = affine @ (40.5, 20.5)
    same = find_transform(GK, GK)
    drawn = remap_window(
        whole(source), affine, (50, 50), same, Bounds(x - 1.5, y - 1.5, x + 1.5, y + 1.5), 3, 3, "nearest"
    )
    assert drawn is not None
    pixels, _ = drawn
    assert pixels[1, 1] == 255
    assert (pixels == 255).sum() <= 2


def test_pixels_without_data_do_not_bleed_into_their_neighbours():
    source = np.full((40, 40), 200, np.uint8)
    mask = np.full((40, 40), 255, np.uint8)
    source[:, 20:], mask[:, 20:] = 0, 0
    affine = Affine(1, 0, 0, 0, -1, 40)
    same = find_transform(GK, GK)
    drawn = remap_window(whole(source, mask), affine, (40, 40), same, Bounds(10.3, 10.3, 30.3, 30.3), 20, 20)
    assert drawn is not None
    pixels, seen = drawn
    assert seen is not None
    assert set(np.unique(pixels[seen > 0])) == {200}
    assert 0 < (seen > 0).sum() < seen.size


def test_outside_the_source_there_is_no_data():
    affine = Affine(1, 0, 0, 0, -1, 40)
    same = find_transform(GK, GK)
    source = np.ones((40, 40), np.uint8)
    assert remap_window(whole(source), affine, (40, 40), same, Bounds(50, 0, 60, 10), 10, 10) is None
    drawn = remap_window(whole(source), affine, (40, 40), same, Bounds(-10, 10, 10, 30), 20, 20, "cubic")
    assert drawn is not None
    seen = drawn[1]
    assert seen is not None
    assert (seen[:, :10] == 0).all()
    assert (seen[:, 10:] == 255).all()


def test_a_coarser_target_reads_fewer_pixels():
    affine = Affine(1, 0, 0, 0, -1, 4000)
    same = find_transform(GK, GK)
    where = pixel_map(same, affine, (4000, 4000), Bounds(0, 0, 4000, 4000), 250, 250)
    assert where is not None
    assert (where.read_width, where.read_height) == (250, 250)
    found = (where.columns[0] + 0.5) * where.window.width / where.read_width + where.window.column
    assert np.allclose(found, np.arange(250) * 16 + 8, atol=0.1)


def test_longitudes_above_180_are_found_with_a_shift():
    affine = Affine(1, 0, 0, 0, -1, 90)
    same = find_transform(DEGREES, DEGREES)
    source = np.tile(np.arange(360, dtype=np.int16), (180, 1))
    drawn = remap_window(whole(source), affine, (360, 180), same, Bounds(-30, 0, -20, 10), 10, 10, "nearest", shift=360)
    assert drawn is not None
    assert drawn[0][0].tolist() == list(range(330, 340))


@pytest.mark.parametrize("dtype", ["uint8", "int8", "uint16", "int16", "uint32", "int32", "float32", "float64"])
@pytest.mark.parametrize("bands", [1, 3, 7])
def test_every_dtype_and_band_count_keeps_its_values(dtype, bands):
    source = np.arange(20 * 20 * bands).reshape(20, 20, bands).astype(dtype)
    where = pixel_map(
        find_transform(GK, GK), Affine(1, 0, 0, 0, -1, 20), (20, 20), Bounds(0, 0, 20, 20), 20, 20
    )  # fmt: skip
    assert isinstance(where, PixelMap)
    moved, mask = remap(source, None, where, "nearest")
    assert mask is None
    assert moved.dtype == source.dtype
    assert np.array_equal(moved, source)


def test_an_identity_map_moves_nothing():
    """The centre of the first pixel is (0, 0); half a pixel off is the classic mistake."""
    affine = Affine(2, 0, 100, 0, -2, 200)
    where = pixel_map(find_transform(GK, GK), affine, (30, 30), Bounds(100, 140, 160, 200), 30, 30)
    assert where is not None
    assert np.allclose(where.columns[0], np.arange(30), atol=1e-4)
    assert np.allclose(where.rows[:, 0], np.arange(30), atol=1e-4)
