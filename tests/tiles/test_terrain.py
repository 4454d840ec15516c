"""Terrain renderings against gdaldem and closed forms."""

import os
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import rasterio

from layers.style.symbols import RELIEF
from tests.tiles.rasters import write_tif
from tiles.height.renderings import RENDERINGS, Light, paint, ramp
from tiles.height.terrain import Gradient, Ground, aspect_degrees, gradient, illumination, slope_degrees

PIXEL = 30.0
SQUARE = Ground(PIXEL, PIXEL)


def hills(size: int = 130, seed: int = 5) -> npt.NDArray[np.float32]:
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[:size, :size] / size
    waves = [rng.normal() * np.sin(rng.uniform(2, 25) * x + rng.uniform(2, 25) * y) for _ in range(12)]
    return np.asarray(400 + 150 * np.sum(waves, axis=0), dtype=np.float32)


def gdaldem(tmp_path: Path, heights: npt.NDArray[Any], *arguments: str) -> npt.NDArray[Any]:
    source = write_tif(tmp_path / "h.tif", heights[None], "EPSG:4509", 500_000, 3_800_000, PIXEL)
    result = tmp_path / "d.tif"
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("PROJ", "GDAL"))}
    mode, *rest = arguments
    subprocess.run(["gdaldem", mode, str(source), str(result), "-q", *rest], check=True, env=clean)
    with rasterio.open(result) as opened:
        read: npt.NDArray[Any] = opened.read(1)[1:-1, 1:-1]
        return read


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("hillshade", ()),
        ("hillshade", ("-az", "60", "-alt", "25", "-z", "3")),
        ("multidirectional", ("-multidirectional",)),
        ("combined", ("-combined",)),
    ],
)
def test_shades_are_those_of_gdaldem(tmp_path: Path, name: str, arguments: tuple[str, ...]) -> None:
    light = Light(60.0, 25.0, 3.0) if arguments[:1] == ("-az",) else Light()
    heights = hills()
    expected = gdaldem(tmp_path, heights, "hillshade", *arguments).astype(int)
    drawn = RENDERINGS[name].draw(heights, SQUARE, light)
    assert np.abs(drawn - expected).max() <= 1
    assert (drawn != expected).mean() < 0.01


def test_slope_and_aspect_are_those_of_gdaldem(tmp_path: Path) -> None:
    heights = hills()
    slope = gradient(heights, SQUARE)
    assert slope_degrees(slope) == pytest.approx(gdaldem(tmp_path, heights, "slope"), abs=1e-3)
    turned = (aspect_degrees(slope) - gdaldem(tmp_path, heights, "aspect") + 180) % 360 - 180
    assert np.abs(turned).max() < 0.01


@pytest.mark.parametrize(("dx", "dy"), [(10.0, 10.0), (8.25, 10.0), (3.0, 7.0)])
@pytest.mark.parametrize(
    ("rise_east", "rise_north", "slope", "aspect"),
    [(1.0, 0.0, 45.0, 270.0), (0.0, -1.0, 45.0, 0.0), (-0.5, 0.0, 26.565, 90.0), (1.0, 1.0, 54.7356, 225.0)],
)
def test_a_plane_has_its_slope_and_aspect_whatever_the_pixel_s_shape(
    dx: float, dy: float, rise_east: float, rise_north: float, slope: float, aspect: float
) -> None:
    rows, cols = np.mgrid[:20, :20]
    heights = (rise_east * cols * dx - rise_north * rows * dy).astype(np.float32)
    found = gradient(heights, Ground(dx, dy))
    assert slope_degrees(found) == pytest.approx(slope, abs=1e-3)
    assert aspect_degrees(found) == pytest.approx(aspect, abs=1e-2)


def test_ground_sizes_may_change_from_row_to_row() -> None:
    widths = np.linspace(5, 9, 18, dtype=np.float32)[:, None]
    east = gradient(np.tile(np.arange(20, dtype=np.float32), (20, 1)), Ground(widths, 1.0)).east
    assert east == pytest.approx(np.broadcast_to(1 / widths, (18, 18)), rel=1e-6)


def test_a_turned_picture_keeps_slopes_and_turns_aspects() -> None:
    straight = gradient(hills(40), SQUARE)
    turned = gradient(hills(40), Ground(PIXEL, PIXEL, np.full((38, 38), np.radians(10), np.float32)))
    assert slope_degrees(turned) == pytest.approx(slope_degrees(straight), abs=1e-3)
    change = (aspect_degrees(turned) - aspect_degrees(straight)) % 360
    assert change == pytest.approx(350, abs=0.01)


def test_flat_ground_has_no_aspect_and_the_light_s_altitude_as_shade() -> None:
    flat = gradient(np.full((5, 5), 42, np.float32), SQUARE)
    assert np.isnan(aspect_degrees(flat)).all()
    assert illumination(flat, 315, 30) == pytest.approx(0.5)
    for name, level in (("hillshade", 180), ("multidirectional", 180), ("combined", 255)):
        assert (
            np.abs(RENDERINGS[name].draw(np.zeros((5, 5), np.float32), SQUARE, Light()).astype(int) - level).max() <= 1
        )


def test_a_hole_takes_the_centre_s_height_for_its_neighbours() -> None:
    heights = np.tile(np.arange(6, dtype=np.float32) * 10, (6, 1))
    heights[:, 5] = np.nan
    found = gradient(heights, Ground(10.0, 10.0))
    assert found.east[:, :3] == pytest.approx(1.0)
    assert found.east[:, 3] == pytest.approx(0.5)
    assert found.north == pytest.approx(0.0)
    assert not np.isnan(found.east).any()


def test_the_gradient_is_linear_in_exaggeration() -> None:
    once, twice = gradient(hills(), SQUARE), gradient(hills(), SQUARE, 2.0)
    assert isinstance(once, Gradient)
    assert twice.east == pytest.approx(2 * once.east, rel=1e-6)


def test_terrain_rgb_decodes_to_the_heights_by_the_published_formula() -> None:
    heights = np.random.default_rng(1).uniform(-400, 8000, (12, 12)).astype(np.float32)
    red, green, blue = RENDERINGS["terrain-rgb"].draw(heights, SQUARE, Light()).astype(np.float64).transpose(2, 0, 1)
    decoded = -10000 + (red * 65536 + green * 256 + blue) * 0.1
    assert np.abs(decoded - heights[1:-1, 1:-1]).max() <= 0.0501


def test_terrarium_decodes_to_the_heights_by_the_published_formula() -> None:
    heights = np.random.default_rng(2).uniform(-400, 8000, (12, 12)).astype(np.float32)
    red, green, blue = RENDERINGS["terrarium"].draw(heights, SQUARE, Light()).astype(np.float64).transpose(2, 0, 1)
    decoded = red * 256 + green + blue / 256 - 32768
    assert np.abs(decoded - heights[1:-1, 1:-1]).max() <= 1 / 512 + 1e-6


@pytest.mark.parametrize("name", ["terrain-rgb", "terrarium"])
def test_a_missing_height_is_encoded_as_zero_metres(name: str) -> None:
    missing = RENDERINGS[name].draw(np.full((4, 4), np.nan, np.float32), SQUARE, Light())
    zero = RENDERINGS[name].draw(np.zeros((4, 4), np.float32), SQUARE, Light())
    assert np.array_equal(missing, zero)


def test_relief_spreads_the_legend_s_tints_between_the_two_heights() -> None:
    places, colours = zip(*RELIEF, strict=True)
    heights = np.tile(np.linspace(0, 100, 40, dtype=np.float32), (5, 1))
    flat_light = Light(exaggeration=1e-6, low=0.0, high=100.0)
    drawn = RENDERINGS["relief"].draw(heights, SQUARE, flat_light)
    for column in (0, 18, 37):
        share = heights[0, column + 1] / 100
        expected = [np.interp(share, places, [int(c[n : n + 2], 16) for c in colours]) for n in (1, 3, 5)]
        assert np.abs(drawn[0, column] - np.array(expected)).max() <= 3
    assert np.abs(drawn[0, 0].astype(int) - drawn[0, -1]).max() > 10


def test_a_ramp_passes_through_its_stops() -> None:
    colours = ramp(((0.0, "#000000"), (0.5, "#ff8000"), (1.0, "#ffffff")))
    assert colours[0].tolist() == [0, 0, 0]
    assert colours[-1].tolist() == [255, 255, 255]
    assert np.abs(colours[127:129].astype(int) - [255, 128, 0]).max() <= 2


def test_paint_clamps_outside_its_range() -> None:
    grey = np.repeat(np.arange(256, dtype=np.uint8)[:, None], 3, axis=1)
    painted = paint(np.array([[-5.0, 0.0, 10.0, 99.0]], np.float32), grey, 0.0, 10.0)
    assert painted[0, :, 0].tolist() == [0, 0, 255, 255]


@pytest.mark.parametrize("name", list(RENDERINGS))
def test_every_rendering_gives_the_picture_without_its_margin(name: str) -> None:
    drawn = RENDERINGS[name].draw(hills(34), SQUARE, Light())
    assert drawn.shape[:2] == (32, 32)
    assert drawn.dtype == np.uint8
    assert set(RENDERINGS[name].title) == {"zh", "en"}
