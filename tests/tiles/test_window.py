"""Reading windows: values against closed forms and GDAL's own warp, missing data, several files."""

from pathlib import Path

import cv2
import numpy as np
import pytest
import rasterio
from hypothesis import given, settings
from hypothesis import strategies as st
from rasterio.warp import Resampling as GdalResampling
from rasterio.warp import reproject

from layers.crs.names import parse_crs
from layers.errors import StorageAway
from layers.frame import Bounds
from layers.storage import Storage
from tests.tiles.rasters import describe_file, texture, write_tif
from tiles.raster import missing
from tiles.raster.missing import fill_edges, missing_mask
from tiles.raster.sampling import Reading, finer
from tiles.raster.warp import Canvas, Resampling, transform_between
from tiles.raster.window import Patch, read_patch

WEST, NORTH = 400_000.0, 3_800_000.0


def plane_file(
    folder: Path, name: str = "plane.tif", *, dtype: str = "float32", size: int = 600, **options: object
) -> Path:
    """Heights = easting - 400 000 + 2 (3 800 000 - northing), at pixel centres, 1 m pixels in EPSG:4509."""
    rows, cols = np.mgrid[:size, :size] + 0.5
    return write_tif(folder / name, (cols + 2 * rows).astype(dtype)[None], "EPSG:4509", WEST, NORTH, 1.0, **options)  # type: ignore[arg-type]


def read(folder: Path, path: Path, canvas: Canvas, reading: Reading) -> Patch | None:
    return read_patch([describe_file(path)], Storage(folder), canvas, reading)


def canvas_in_file(west: float, north: float, pixel: float, size: int = 100) -> Canvas:
    bounds = Bounds(WEST + west, NORTH - north - size * pixel, WEST + west + size * pixel, NORTH - north)
    return Canvas(parse_crs(4509), bounds, size, size)


def positions(canvas: Canvas) -> tuple[np.ndarray, np.ndarray]:  # type: ignore[type-arg]
    """Where a canvas's pixel centres lie in the plane file's pixels."""
    dx, dy = canvas.pixel
    x = canvas.bounds.west + (np.arange(canvas.width) + 0.5) * dx
    y = canvas.bounds.north - (np.arange(canvas.height) + 0.5) * dy
    east, north = transform_between(canvas.crs, parse_crs(4509)).points(*np.meshgrid(x, y))
    return east - WEST, NORTH - north


def test_the_file_s_own_pixels_are_copied_exactly(tmp_path: Path) -> None:
    path = plane_file(tmp_path)
    patch = read(tmp_path, path, canvas_in_file(40, 70, 1.0), Reading((1,)))
    assert patch is not None
    assert patch.mask is None
    with rasterio.open(path) as opened:
        assert np.array_equal(patch.values[..., 0], opened.read(1)[70:170, 40:140])


@pytest.mark.parametrize("resampling", ["bilinear", "smooth"])
@pytest.mark.parametrize("pixel", [0.03, 0.17, 0.73, 1.0, 1.3])
def test_a_plane_is_sampled_as_that_plane(tmp_path: Path, pixel: float, resampling: Resampling) -> None:
    canvas = canvas_in_file(150.3, 100.77, pixel)
    patch = read(tmp_path, plane_file(tmp_path), canvas, Reading((1,), resampling))
    assert patch is not None
    x, y = positions(canvas)
    assert patch.values[..., 0] == pytest.approx(x + 2 * y, abs=3e-3)


@pytest.mark.parametrize(("srid", "pixel"), [(3857, 1.21), (4490, 1.1e-5), (4547, 0.9)])
def test_a_plane_read_in_another_system_is_still_that_plane(tmp_path: Path, srid: int, pixel: float) -> None:
    crs = parse_crs(srid)
    middle = transform_between(parse_crs(4509), crs).points([WEST + 300], [NORTH - 300])
    x0, y0 = float(middle[0][0]), float(middle[1][0])
    canvas = Canvas(crs, Bounds(x0 - 90 * pixel, y0 - 90 * pixel, x0 + 90 * pixel, y0 + 90 * pixel), 180, 180)
    patch = read(tmp_path, plane_file(tmp_path), canvas, Reading((1,)))
    assert patch is not None
    assert patch.mask is None
    x, y = positions(canvas)
    assert patch.values[..., 0] == pytest.approx(x + 2 * y, abs=0.02)


def test_pictures_equal_gdal_s_warp_to_a_grey_level(tmp_path: Path) -> None:
    path = write_tif(tmp_path / "t.tif", texture(500, 500), "EPSG:4547", 645_000, 3_812_000, 0.5)
    crs = parse_crs(3857)
    x, y = transform_between(parse_crs(4547), crs).points([645_125], [3_811_875])
    canvas = Canvas(crs, Bounds(x[0] - 76, y[0] - 76, x[0] + 76, y[0] + 76), 256, 256)
    patch = read(tmp_path, path, canvas, Reading((1, 2, 3)))
    assert patch is not None
    expected = np.zeros((3, 256, 256), np.uint8)
    with rasterio.open(path) as opened:
        reproject(
            opened.read(), expected, src_transform=opened.transform, src_crs="EPSG:4547", dst_crs="EPSG:3857",
            dst_transform=rasterio.transform.from_bounds(*canvas.bounds, 256, 256), resampling=GdalResampling.bilinear,
        )  # fmt: skip
    difference = np.abs(patch.values.transpose(2, 0, 1).astype(int) - expected)
    assert difference.mean() < 0.2
    assert difference.max() <= 2


def test_the_overview_that_fits_is_read(tmp_path: Path) -> None:
    """Overviews hold the level of their file plus 1000 times their number, so the answer tells which one was read."""
    path = write_tif(
        tmp_path / "o.tif", np.zeros((1, 1024, 1024), np.float32), "EPSG:4509", WEST, NORTH, 1.0, overviews=(2, 4, 8)
    )
    for number in range(3):
        with rasterio.open(path, "r+", overview_level=number) as overview:
            overview.write(np.full((1, overview.height, overview.width), 1000.0 * (number + 1), np.float32))
    for pixel, expected in [(0.5, 0), (1.0, 0), (1.5, 0), (1.7, 1000), (2.0, 1000), (4.0, 2000), (9.0, 3000)]:
        patch = read(tmp_path, path, canvas_in_file(16, 16, pixel, 64), Reading((1,)))
        assert patch is not None
        assert patch.values[30, 30, 0] == expected


def test_a_file_without_overviews_is_averaged_when_it_must_be_thinned(tmp_path: Path) -> None:
    noise = np.random.default_rng(0).normal(100, 30, (1, 2048, 2048)).astype(np.float32)
    path = write_tif(tmp_path / "n.tif", noise, "EPSG:4509", WEST, NORTH, 1.0)
    patch = read(tmp_path, path, canvas_in_file(0, 0, 32.0, 64), Reading((1,)))
    assert patch is not None
    assert patch.values.std() < 3
    assert patch.values.mean() == pytest.approx(100, abs=1)


@pytest.mark.parametrize("resampling", ["nearest", "bilinear", "cubic", "smooth"])
@pytest.mark.parametrize("way", ["nodata", "nan", "mask", "alpha"])
def test_missing_values_never_bleed_into_their_neighbours(tmp_path: Path, way: str, resampling: Resampling) -> None:
    planes = np.full((1, 300, 300), 50, np.float32 if way == "nan" else np.uint8)
    hole = np.zeros((300, 300), bool)
    hole[100:150, 90:210] = True
    planes[0][hole] = np.nan if way == "nan" else 255
    there = np.where(hole, 0, 255).astype(np.uint8)
    if way == "alpha":
        planes = np.stack([planes[0], there])
    said = {"nodata": {"nodata": 255}, "mask": {"mask": there}, "alpha": {"photometric": "minisblack", "alpha": "yes"}}
    path = write_tif(tmp_path / "m.tif", planes, "EPSG:4509", WEST, NORTH, 1.0, **said.get(way, {}))  # type: ignore[arg-type]
    for pixel in (0.31, 0.9, 1.4):
        canvas = canvas_in_file(60.2, 70.4, pixel)
        patch = read(tmp_path, path, canvas, Reading((1,), resampling))
        assert patch is not None
        assert patch.mask is not None
        shown = patch.values[..., 0][patch.mask > 0]
        assert shown == pytest.approx(50, abs=1e-3)
        x, y = positions(canvas)
        inside = (x > 91) & (x < 209) & (y > 101) & (y < 149)
        outside = (x < 89) | (x > 211) | (y < 99) | (y > 151)
        assert not patch.mask[inside].any()
        assert (patch.mask[outside] == 255).all()


def test_a_canvas_without_data_is_no_patch(tmp_path: Path) -> None:
    path = plane_file(tmp_path)
    assert read(tmp_path, path, canvas_in_file(10_000, 0, 1.0), Reading((1,))) is None
    hollow = write_tif(tmp_path / "h.tif", np.zeros((1, 300, 300), np.uint8), "EPSG:4509", WEST, NORTH, 1.0, nodata=0)
    assert read(tmp_path, hollow, canvas_in_file(50, 50, 0.7), Reading((1,))) is None


def test_outside_the_file_is_masked_to_the_pixel(tmp_path: Path) -> None:
    for pixel in (0.4, 1.0, 2.3):
        canvas = canvas_in_file(-50.0, -20.0, pixel, 200)
        patch = read(tmp_path, plane_file(tmp_path), canvas, Reading((1,)))
        assert patch is not None
        x, y = positions(canvas)
        expected = (x >= 0) & (x < 600) & (y >= 0) & (y < 600)
        mask = np.full(x.shape, 255) if patch.mask is None else patch.mask
        assert ((mask > 0) == expected).mean() > 0.999


def test_sheets_side_by_side_read_as_one_picture(tmp_path: Path) -> None:
    whole = texture(512, 512, 4)
    one = describe_file(write_tif(tmp_path / "whole.tif", whole, "EPSG:4509", WEST, NORTH, 1.0))
    sheets = []
    for row in range(2):
        for col in range(2):
            part = whole[:, row * 256 : row * 256 + 256, col * 256 : col * 256 + 256]
            path = write_tif(tmp_path / f"s{row}{col}.tif", part, "EPSG:4509", WEST + col * 256, NORTH - row * 256, 1.0)
            sheets.append(describe_file(path))
    storage = Storage(tmp_path)
    canvas = canvas_in_file(33.3, 71.2, 1.37, 256)
    reading = Reading((1, 2, 3))
    together, single = (read_patch(files, storage, canvas, reading) for files in (sheets, [one]))
    assert together is not None
    assert single is not None
    assert together.mask is None
    difference = np.abs(together.values.astype(int) - single.values)
    assert np.percentile(difference, 99) <= 1  # half a pixel beside a seam, neighbours are repeated
    assert difference.max() <= 12


def test_the_first_file_lies_on_top_and_shows_the_next_through_its_holes(tmp_path: Path) -> None:
    there = np.full((200, 200), 255, np.uint8)
    there[50:150, 50:150] = 0
    top = write_tif(
        tmp_path / "top.tif", np.full((3, 200, 200), 10, np.uint8), "EPSG:4509", WEST, NORTH, 1.0, mask=there
    )
    under = write_tif(tmp_path / "under.tif", np.full((3, 200, 200), 200, np.uint8), "EPSG:4509", WEST, NORTH, 1.0)
    files = [describe_file(top), describe_file(under)]
    for pixel in (1.0, 0.8):
        canvas = canvas_in_file(20, 20, pixel, 150)
        patch = read_patch(files, Storage(tmp_path), canvas, Reading((1, 2, 3)))
        assert patch is not None
        assert patch.mask is None
        x, y = positions(canvas)
        hole = (x > 51) & (x < 149) & (y > 51) & (y < 149)
        assert (patch.values[hole] == 200).all()
        assert (patch.values[(x < 49) | (y < 49)] == 10).all()


def test_files_of_several_systems_lie_together(tmp_path: Path) -> None:
    east, north = transform_between(parse_crs(4509), parse_crs(4547)).points([WEST + 100], [NORTH])
    left = write_tif(tmp_path / "l.tif", np.full((1, 200, 101), 1, np.uint8), "EPSG:4509", WEST, NORTH, 1.0)
    right = write_tif(tmp_path / "r.tif", np.full((1, 240, 100), 2, np.uint8), "EPSG:4547", east[0], north[0] + 10, 1.0)
    patch = read_patch(
        [describe_file(left), describe_file(right)],
        Storage(tmp_path),
        canvas_in_file(10, 20, 1.5, 110),
        Reading((1,), "nearest"),
    )
    assert patch is not None
    assert patch.values[50, 10, 0] == 1
    assert patch.values[50, 100, 0] == 2


def test_whole_numbers_are_interpolated_as_such_unless_asked(tmp_path: Path) -> None:
    path = plane_file(tmp_path, dtype="int32")
    canvas = canvas_in_file(100.4, 100.4, 0.5)
    for reading, step in ((Reading((1,), "smooth", None, "float32"), 0.5), (Reading((1,)), 0.5)):
        patch = read(tmp_path, path, canvas, reading)
        assert patch is not None
        assert np.diff(patch.values[5, 20:60, 0].astype(float)).mean() == pytest.approx(step, abs=0.05)


def test_a_file_that_is_gone_is_named(tmp_path: Path) -> None:
    path = plane_file(tmp_path, "gone.tif")
    file = describe_file(path)
    path.unlink()
    with pytest.raises(StorageAway, match=r"gone\.tif") as told:
        read_patch([file], Storage(tmp_path), canvas_in_file(0, 0, 1.0), Reading((1,)))
    assert str(tmp_path) not in str(told.value)


@settings(deadline=None, max_examples=30)
@given(st.integers(2, 9), st.integers(3, 12), st.floats(-5, 5), st.floats(-5, 5), st.floats(-100, 100))
def test_finer_pixels_keep_a_plane_away_from_the_edge(times: int, size: int, a: float, b: float, c: float) -> None:
    size += 4
    rows, cols = np.mgrid[:size, :size] + 0.5
    plane = (a * cols + b * rows + c).astype(np.float32)[..., None]
    fine = finer(plane, times)
    assert fine.shape == (size * times, size * times, 1)
    rows, cols = (np.mgrid[: size * times, : size * times] + 0.5) / times
    edge = 2 * times
    expected = (a * cols + b * rows + c)[edge:-edge, edge:-edge]
    assert fine[edge:-edge, edge:-edge, 0] == pytest.approx(expected, abs=1e-3)


def test_filling_edges_reaches_two_pixels_and_keeps_the_data() -> None:
    values = np.full((20, 20, 2), 7, np.uint16)
    mask = np.full((20, 20), 255, np.uint8)
    mask[:, 10:] = 0
    values[:, 10:] = 65535
    filled = fill_edges(values, mask)
    assert filled.dtype == np.uint16
    assert (filled[:, :12] == 7).all()
    assert (filled[:, 13:] == 0).all()


def test_few_edge_pixels_are_filled_as_many_are(monkeypatch: pytest.MonkeyPatch) -> None:
    random = np.random.default_rng(4)
    values = random.integers(0, 60_000, (90, 120, 3)).astype(np.float32)
    mask = np.where(cv2.blur(random.uniform(0, 1, (90, 120)), (9, 9)) > 0.5, 255, 0).astype(np.uint8)
    values[mask == 0] = np.nan
    monkeypatch.setattr(missing, "FEW", 0)
    few = fill_edges(values, mask)
    monkeypatch.setattr(missing, "FEW", 10**6)
    many = fill_edges(values, mask)
    inner = np.s_[2:-2, 2:-2]  # at the border, blurring mirrors what it has
    assert few[inner] == pytest.approx(many[inner], rel=1e-4)
    assert np.array_equal(few[mask > 0], values[mask > 0])
    assert np.isfinite(few).all()


def test_a_pixel_is_missing_only_when_every_band_is() -> None:
    planes = np.array([[[0, 0, 5]], [[0, 3, 0]]], np.uint8)
    mask = missing_mask(planes, 0)
    assert mask is not None
    assert mask.tolist() == [[0, 255, 255]]
    assert missing_mask(planes, None) is None
    wide = np.float32([[[9.96921e36, 1.0]]])
    known = missing_mask(wide, 9.969209968386869e36)
    assert known is not None
    assert known.tolist() == [[0, 255]]
