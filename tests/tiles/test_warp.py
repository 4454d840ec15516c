"""The own warp: control points against exact transformation, ground pixel sizes against the geodesic, sampling."""

import numpy as np
import pyproj
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layers.crs.names import parse_crs
from layers.crs.operations import find_transform
from layers.frame import SHANGQIU, Bounds
from tiles.grids import default_grids
from tiles.raster.warp import Canvas, ground_size, remap, transform_between

GRIDS = default_grids(SHANGQIU)


def tile_canvas(grid_id: str, lon: float, lat: float, z: int) -> Canvas:
    grid = GRIDS[grid_id]
    x, y = find_transform(parse_crs(4490), grid.crs).points([lon], [lat])
    return Canvas(grid.crs, grid.bounds(grid.tile_at(float(x[0]), float(y[0]), z)), 256, 256)


def centres(canvas: Canvas) -> tuple[np.ndarray, np.ndarray]:  # type: ignore[type-arg]
    dx, dy = canvas.pixel
    x = canvas.bounds.west + (np.arange(canvas.width) + 0.5) * dx
    y = canvas.bounds.north - (np.arange(canvas.height) + 0.5) * dy
    return np.meshgrid(x, y)  # type: ignore[return-value]


@pytest.mark.parametrize(
    ("grid", "z"), [("WebMercatorQuad", 6), ("WebMercatorQuad", 12), ("WebMercatorQuad", 20), ("CGCS2000Quad", 8),
                    ("CGCS2000Quad", 17), ("ScaleGrid4509", 0), ("ScaleGrid4509", 10)],
)  # fmt: skip
def test_interpolated_positions_are_within_two_hundredths_of_a_pixel_of_the_exact_ones(grid: str, z: int) -> None:
    canvas = tile_canvas(grid, 115.65, 34.44, z)
    target = parse_crs(4547)
    x, y = canvas.nodes_in(target)
    step = np.hypot(x[8, 9] - x[8, 8], y[8, 9] - y[8, 8]) / 16
    rough_x, rough_y = canvas.spread((x - x[8, 8]) / step), canvas.spread((y - y[8, 8]) / step)
    exact_x, exact_y = transform_between(canvas.crs, target).points(*centres(canvas))
    error = np.hypot(rough_x - (exact_x - x[8, 8]) / step, rough_y - (exact_y - y[8, 8]) / step)
    assert error.max() < 0.02


@settings(deadline=None)
@given(st.integers(20, 300), st.integers(20, 300), st.integers(0, 6), st.integers(0, 6), st.integers(2, 9))
def test_any_part_of_the_control_points_spreads_to_the_same_values(
    width: int, height: int, first_row: int, first_col: int, count: int
) -> None:
    canvas = Canvas(parse_crs(4509), Bounds(0, 0, width, height), width, height)
    x, _ = canvas.nodes
    part = x[first_row : first_row + count, first_col : first_col + count]
    if part.shape[0] < 2 or part.shape[1] < 2:
        return
    rows, cols = canvas.pixels_between(part.shape, first_row, first_col)
    if rows.start >= rows.stop or cols.start >= cols.stop:
        return
    assert canvas.spread(part, first_row, first_col) == pytest.approx(centres(canvas)[0][rows, cols], abs=1e-3)


@pytest.mark.parametrize("grid", list(GRIDS))
@pytest.mark.parametrize("lat", [2.0, 34.44, 60.0])
def test_ground_pixel_sizes_are_those_of_the_geodesic(grid: str, lat: float) -> None:
    canvas = tile_canvas(grid, 116.0, lat, 8)
    dx, dy, turn = ground_size(canvas)
    degrees = transform_between(canvas.crs, parse_crs(4490))
    x, y = centres(canvas)
    geod = pyproj.Geod(ellps="GRS80")
    for row in (3, 128, 250):
        size_x, size_y = canvas.pixel
        mid_x, mid_y = x[row, 128], y[row, 128]
        lon, la = degrees.points([mid_x - size_x / 2, mid_x + size_x / 2, mid_x, mid_x],
                                 [mid_y, mid_y, mid_y - size_y / 2, mid_y + size_y / 2])  # fmt: skip
        azimuth, _, distance = geod.inv(lon[0], la[0], lon[1], la[1])
        assert dx[row, 0] == pytest.approx(distance, rel=1e-3)
        assert 90 - np.degrees(np.broadcast_to(turn, x.shape)[row, 128]) == pytest.approx(azimuth, abs=0.02)
        assert dy[row, 0] == pytest.approx(geod.inv(lon[2], la[2], lon[3], la[3])[2], rel=1e-3)


def test_a_margin_leaves_the_old_pixels_where_they_are() -> None:
    canvas = tile_canvas("ScaleGrid4509", 115.65, 34.44, 7)
    grown = canvas.with_margin(3)
    assert (grown.width, grown.height) == (262, 262)
    assert grown.pixel == pytest.approx(canvas.pixel)
    assert centres(grown)[0][3:-3, 3:-3] == pytest.approx(centres(canvas)[0], abs=1e-6)
    assert centres(grown)[1][3:-3, 3:-3] == pytest.approx(centres(canvas)[1], abs=1e-6)


def test_places_a_projection_cannot_express_lie_far_from_every_raster() -> None:
    whole_world = Canvas(GRIDS["WebMercatorQuad"].crs, Bounds(-2.0e7, -2.0e7, 2.0e7, 2.0e7), 256, 256)
    x, y = whole_world.nodes_in(parse_crs(4547))
    assert np.isfinite(x).all()
    assert np.isfinite(y).all()


def test_the_operation_between_two_systems_is_looked_up_once() -> None:
    a, b = GRIDS["WebMercatorQuad"].crs, parse_crs(4547)
    assert transform_between(a, b) is transform_between(a, b)


def test_bilinear_sampling_is_exact_to_single_precision() -> None:
    """OpenCV before 5.0 samples at 1/32 of a pixel, which a hillshade shows as ripples."""
    plane = np.tile(np.arange(64, dtype=np.float32), (64, 1))[..., None]
    x = np.tile(np.linspace(3.007, 40.013, 50, dtype=np.float32), (50, 1))
    assert np.abs(remap(plane, x, np.ascontiguousarray(x.T), "bilinear")[..., 0] - x).max() < 1e-4


@pytest.mark.parametrize("dtype", ["uint8", "int8", "uint16", "int16", "uint32", "int32", "float32", "float64"])
@pytest.mark.parametrize("bands", [1, 3, 4, 7])
def test_every_kind_of_number_and_count_of_bands_is_sampled(dtype: str, bands: int) -> None:
    values = np.arange(20 * 20 * bands).reshape(20, 20, bands) % 120
    x, y = np.meshgrid(np.arange(5, 12, dtype=np.float32), np.arange(3, 9, dtype=np.float32))
    sampled = remap(values.astype(dtype), x, y, "nearest")
    assert np.array_equal(sampled, values[3:9, 5:12])
