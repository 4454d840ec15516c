"""Values at points and heights along lines, against closed forms and the real DEM."""

from pathlib import Path

import numpy as np
import pyproj
import pytest
import rasterio

from layers.crs.names import parse_crs
from layers.layer import Band, Layer
from layers.storage import Storage
from tests.tiles.rasters import describe_file, raster_layer, write_tif
from tiles.errors import BadRendering
from tiles.height.profile import MOST_SAMPLES, height_profile, point_answer
from tiles.raster.warp import transform_between

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"
WEST, NORTH = 640_000.0, 3_800_000.0


def values_at(*asked):
    """The values at a place alone."""
    return point_answer(*asked)[0]


def degrees(east: float, north: float) -> tuple[float, float]:
    lon, lat = transform_between(parse_crs(4547), parse_crs(4490)).points([east], [north])
    return float(lon[0]), float(lat[0])


def plane_layer(folder: Path, **facts: object) -> Layer:
    """Height = (easting - 640 000) / 10 + (3 800 000 - northing) / 20, 5 m pixels, with a hole."""
    rows, cols = (np.mgrid[:1000, :1000] + 0.5) * 5
    heights = (cols / 10 + rows / 20).astype(np.float32)
    heights[600:700, 600:700] = -9999
    path = write_tif(folder / "p.tif", heights[None], "EPSG:4547", WEST, NORTH, 5.0, nodata=-9999)
    return raster_layer("elevation", [describe_file(path)], [Band("height", "float32")], **facts)


def height_at(east: float, north: float) -> float:
    return (east - WEST) / 10 + (NORTH - north) / 20


@pytest.mark.parametrize(("dx", "dy"), [(100.0, 200.0), (2.6, 4997.0), (4997.4, 3.0), (1234.567, 987.654)])
def test_a_height_is_interpolated_between_pixels(tmp_path: Path, dx: float, dy: float) -> None:
    lon, lat = degrees(WEST + dx, NORTH - dy)
    [value] = values_at(plane_layer(tmp_path), Storage(tmp_path), lon, lat)
    assert value == pytest.approx(height_at(WEST + dx, NORTH - dy), abs=0.002)


def test_there_is_no_height_in_a_hole_or_beside_the_data(tmp_path: Path) -> None:
    layer, storage = plane_layer(tmp_path), Storage(tmp_path)
    assert values_at(layer, storage, *degrees(WEST + 3250, NORTH - 3250)) == (None,)
    assert values_at(layer, storage, *degrees(WEST - 50, NORTH - 3250)) == (None,)
    assert values_at(layer, storage, 0.0, 0.0) == (None,)


def test_bands_of_an_image_are_read_as_they_are_in_the_pixel(tmp_path: Path) -> None:
    planes = np.random.default_rng(0).integers(0, 4000, (3, 50, 50)).astype(np.uint16)
    path = write_tif(tmp_path / "i.tif", planes, "EPSG:4547", WEST, NORTH, 10.0)
    bands = [Band("red", "uint16"), Band("green", "uint16", scale=0.5, offset=1.0), Band("blue", "uint16")]
    layer = raster_layer("imagery", [describe_file(path)], bands)
    values = values_at(layer, Storage(tmp_path), *degrees(WEST + 234.9, NORTH - 121.2))
    assert values == (planes[0, 12, 23], planes[1, 12, 23] * 0.5 + 1, planes[2, 12, 23])


def test_the_sheet_on_top_answers_and_the_next_in_its_holes(tmp_path: Path) -> None:
    plane_layer(tmp_path)
    flat = write_tif(tmp_path / "f.tif", np.full((1, 100, 100), 7, np.float32), "EPSG:4547", WEST, NORTH, 50.0)
    files = [describe_file(tmp_path / "p.tif", order=2), describe_file(flat, order=1)]
    layer = raster_layer("elevation", files, [Band("height", "float32")])
    assert values_at(layer, Storage(tmp_path), *degrees(WEST + 3250, NORTH - 3250)) == (7.0,)
    [above] = values_at(layer, Storage(tmp_path), *degrees(WEST + 1000, NORTH - 1000))
    assert above == pytest.approx(150, abs=0.01)


def test_a_profile_has_equal_steps_true_lengths_and_the_plane_s_heights(tmp_path: Path) -> None:
    layer = plane_layer(tmp_path, height_system="1985", unit="m")
    places = [(WEST + 200, NORTH - 300), (WEST + 4000, NORTH - 500), (WEST + 4200, NORTH - 2400)]
    line = [degrees(*place) for place in places]
    profile = height_profile(layer, Storage(tmp_path), line, 25.0)
    length = pyproj.Geod(ellps="GRS80").line_length(*zip(*line, strict=True))
    assert profile.length_m == pytest.approx(length, abs=0.01)
    steps = np.diff([sample.distance_m for sample in profile.samples])
    assert steps == pytest.approx(steps[0], abs=0.002)
    assert steps[0] <= 25.0
    for sample in profile.samples:
        east, north = transform_between(parse_crs(4490), parse_crs(4547)).points([sample.lon], [sample.lat])
        assert sample.height == pytest.approx(height_at(float(east[0]), float(north[0])), abs=0.01)
    heights = [height_at(*place) for place in places]
    assert profile.climb == pytest.approx(heights[2] - heights[0], abs=0.1)
    assert profile.descent == pytest.approx(0.0, abs=0.01)
    assert (profile.height_system, profile.unit) == ("1985", "m")


def test_a_profile_across_a_hole_and_off_the_data_says_so(tmp_path: Path) -> None:
    line = [degrees(WEST + 2000, NORTH - 3250), degrees(WEST + 6000, NORTH - 3250)]
    profile = height_profile(plane_layer(tmp_path), Storage(tmp_path), line)
    missing = [sample.distance_m for sample in profile.samples if sample.height is None]
    assert any(1000 < distance < 1500 for distance in missing)
    assert any(distance > 3000 for distance in missing)
    assert not any(distance < 990 for distance in missing)


def test_a_very_long_line_has_a_bounded_number_of_samples(tmp_path: Path) -> None:
    profile = height_profile(plane_layer(tmp_path), Storage(tmp_path), [(110.0, 30.0), (120.0, 38.0)], 0.5)
    assert len(profile.samples) == MOST_SAMPLES


@pytest.mark.parametrize("line", [[], [(115.0, 34.0)], [(115.0, 34.0), (115.0, 34.0)], [(115.0, 34.0)] * 10_001])
def test_a_line_that_is_none_is_refused(tmp_path: Path, line: list[tuple[float, float]]) -> None:
    with pytest.raises(BadRendering) as caught:
        height_profile(plane_layer(tmp_path), Storage(tmp_path), line)
    assert caught.value.parameter == "line"


@pytest.mark.skipif(not SHARED.is_dir(), reason="../shared/data is not beside the repository")
def test_points_in_zion_read_the_heights_of_the_srtm() -> None:
    folder = SHARED / "zion_place"
    layer = raster_layer("elevation", [describe_file(folder / "srtm.tif")], [Band("h", "uint16")])
    with rasterio.open(folder / "srtm.tif") as opened:
        for lon, lat in ((-113.1, 37.3), (-112.95, 37.2), (-113.05, 37.41)):
            row, col = opened.index(lon, lat)
            around = opened.read(1)[row - 1 : row + 2, col - 1 : col + 2]
            [value] = values_at(layer, Storage(folder), lon, lat)
            assert value is not None
            assert around.min() <= value <= around.max()
