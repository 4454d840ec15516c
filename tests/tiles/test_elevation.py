"""Elevation tiles: one shade for one slope everywhere, no seams, real heights, honest numbers."""

import io
from pathlib import Path

import numpy as np
import pytest
import rasterio
from PIL import Image

from layers.crs.names import parse_crs
from layers.frame import SHANGQIU
from layers.layer import Band, Layer
from layers.storage import Storage
from tests.tiles.rasters import describe_file, raster_layer, write_tif
from tests.tiles.test_terrain import hills
from tiles.errors import BadRendering, TileOutside
from tiles.grids import Grid, Tile, default_grids
from tiles.height import elevation
from tiles.height.renderings import RENDERINGS
from tiles.raster.options import RenderOptions
from tiles.raster.warp import transform_between

GRIDS = default_grids(SHANGQIU)
FLOAT = (Band("height", "float32"),)
SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"


def drawn(layer: Layer, folder: Path, grid: Grid, tile: Tile, **query: str) -> np.ndarray:  # type: ignore[type-arg]
    """The tile as RGBA pixels."""
    body = elevation.draw(layer, Storage(folder), grid, tile, RenderOptions.parse({"format": "png", **query})).body
    return np.asarray(Image.open(io.BytesIO(body)).convert("RGBA"))


def tile_at(grid: Grid, lon: float, lat: float, z: int) -> Tile:
    x, y = transform_between(parse_crs(4490), grid.crs).points([lon], [lat])
    return grid.tile_at(float(x[0]), float(y[0]), z)


def slope_to_the_west(folder: Path, lat: float, pixel: float, size: int) -> tuple[Layer, float]:
    """Ground rising eastwards by one metre a metre in EPSG:4547, around 114 E (where that zone is true to scale)."""
    x, y = transform_between(parse_crs(4490), parse_crs(4547)).points([114.0], [lat])
    west = float(x[0]) - size / 2 * pixel
    heights = np.tile((np.arange(size) - size / 2).astype(np.float32) * np.float32(pixel), (size, 1))
    path = write_tif(folder / "slope.tif", heights[None], "EPSG:4547", west, float(y[0]) + size / 2 * pixel, pixel,
                     overviews=(2, 4, 8, 16))  # fmt: skip
    return raster_layer("elevation", [describe_file(path)], FLOAT), 114.0


@pytest.mark.parametrize("lat", [3.0, 34.4, 52.0])
@pytest.mark.parametrize("grid", list(GRIDS))
def test_a_slope_of_45_degrees_has_one_shade_at_every_zoom_latitude_and_grid(
    tmp_path: Path, lat: float, grid: str
) -> None:
    layer, lon = slope_to_the_west(tmp_path, lat, 8.0, 2000)
    chosen = GRIDS[grid]
    zooms = [z for z in range(chosen.max_zoom + 1) if 2 < chosen.matrix(z).scale * 0.00028 < 60]
    assert len(zooms) >= 4
    for z in zooms:
        centre = drawn(layer, tmp_path, chosen, tile_at(chosen, lon, lat, z), rendering="hillshade")
        seen = centre[..., 0][centre[..., 3] > 0]
        lit = 1 + 254 * np.cos(np.radians(45)) * (np.sqrt(0.5) + 0.5)  # light from 315 at 45 degrees on a west slope
        assert np.abs(np.median(seen) - lit) <= 1.5
        assert np.percentile(np.abs(seen - lit), 98) <= 2.0


@pytest.mark.parametrize("rendering", list(RENDERINGS))
@pytest.mark.parametrize(("grid", "z"), [("WebMercatorQuad", 12), ("CGCS2000Quad", 10), ("ScaleGrid4509", 5)])
def test_neighbouring_tiles_meet_without_a_seam(tmp_path: Path, rendering: str, grid: str, z: int) -> None:
    """Four tiles equal the picture drawn of all four at once (a grid of tiles twice as large)."""
    heights = hills(700)[None]
    path = write_tif(tmp_path / "h.tif", heights, "EPSG:4547", 630_000, 3_830_000, 40.0)
    layer = raster_layer("elevation", [describe_file(path)], FLOAT, stretch=((0.0, 800.0),))
    small = GRIDS[grid]
    first = tile_at(small, 115.6, 34.5, z)
    first = first._replace(row=first.row // 2 * 2, col=first.col // 2 * 2)
    rows = [
        np.concatenate(
            [drawn(layer, tmp_path, small, first._replace(row=first.row + r, col=first.col + c), rendering=rendering)
             for c in (0, 1)], axis=1,
        ) for r in (0, 1)
    ]  # fmt: skip
    large = Grid(small.id, small.title, small.crs, small.srid, "", ("E", "N"), small.matrices, tile_size=512)
    whole = drawn(layer, tmp_path, large, Tile("", z, first.row // 2, first.col // 2), rendering=rendering)
    joined = np.concatenate(rows)
    assert joined.shape == whole.shape
    steps = np.abs(joined.astype(int) - whole)
    if RENDERINGS[rendering].lossless:  # the last byte counts centimetres; compare heights
        code = joined.astype(int) @ [65536, 256, 1, 0] - whole.astype(int) @ [65536, 256, 1, 0]
        assert np.abs(code).max() <= 6
    elif rendering == "aspect":  # a wheel turns over, and flat ground points anywhere
        assert (steps > 6).mean() < 0.005
    else:
        assert steps.max() <= 4


def test_whole_metres_do_not_make_terraces_between_coarse_pixels(tmp_path: Path) -> None:
    """A gentle whole-metre ramp, drawn thirty times finer than its pixels, keeps its slope."""
    ramp = np.tile(np.arange(200, dtype=np.int16) * 9, (200, 1))
    path = write_tif(tmp_path / "r.tif", ramp[None], "EPSG:4509", 400_000, 3_800_000, 90.0)
    layer = raster_layer("elevation", [describe_file(path)], [Band("h", "int16")])
    grid = GRIDS["ScaleGrid4509"]
    tile = grid.tile_at(409_000, 3_791_000, grid.z("6"))
    shade = drawn(layer, tmp_path, grid, tile)[..., 0]
    assert shade.min() >= shade.max() - 1


def test_band_scale_and_offset_turn_stored_numbers_into_metres(tmp_path: Path) -> None:
    path = write_tif(tmp_path / "s.tif", np.full((1, 300, 300), 1234, np.int16), "EPSG:4509", 400_000, 3_800_000, 10.0)
    layer = raster_layer("elevation", [describe_file(path)], [Band("h", "int16", scale=0.1, offset=-20.0)])
    grid = GRIDS["ScaleGrid4509"]
    pixel = drawn(layer, tmp_path, grid, grid.tile_at(401_500, 3_798_500, 8), rendering="terrain-rgb")[100, 100]
    assert -10000 + (pixel.astype(int) @ [65536, 256, 1, 0]) * 0.1 == pytest.approx(103.4, abs=0.051)


def test_the_edge_of_the_data_is_transparent_and_shaded_up_to_the_edge(tmp_path: Path) -> None:
    ramp = np.tile(np.arange(300, dtype=np.float32) * 10, (300, 1))
    path = write_tif(tmp_path / "e.tif", ramp[None], "EPSG:4509", 400_000, 3_800_000, 10.0)
    layer = raster_layer("elevation", [describe_file(path)], FLOAT)
    grid = GRIDS["ScaleGrid4509"]
    tile = grid.tile_at(400_100, 3_799_900, 6)
    picture = elevation.draw(layer, Storage(tmp_path), grid, tile, RenderOptions())
    assert picture.media_type == "image/png"
    shade, alpha = np.asarray(Image.open(io.BytesIO(picture.body))).transpose(2, 0, 1)
    assert set(np.unique(alpha)) == {0, 255}
    lit = shade[alpha > 0].astype(int)
    assert np.abs(lit - 217).max() <= 60
    assert np.percentile(np.abs(lit - 217), 90) <= 2


def test_an_opaque_shade_is_jpeg_and_numbers_are_png(tmp_path: Path) -> None:
    path = write_tif(tmp_path / "h.tif", hills(600)[None], "EPSG:4509", 400_000, 3_800_000, 10.0)
    layer, storage, grid = (
        raster_layer("elevation", [describe_file(path)], FLOAT),
        Storage(tmp_path),
        GRIDS["ScaleGrid4509"],
    )
    tile = grid.tile_at(403_000, 3_797_000, 7)
    kinds = {name: elevation.draw(layer, storage, grid, tile, RenderOptions.parse({"rendering": name})).media_type
             for name in ("hillshade", "relief", "terrain-rgb")}  # fmt: skip
    assert kinds == {"hillshade": "image/jpeg", "relief": "image/jpeg", "terrain-rgb": "image/png"}


def test_a_tile_beside_the_data_is_empty_and_numbers_say_zero_metres(tmp_path: Path) -> None:
    path = write_tif(tmp_path / "h.tif", hills(100)[None], "EPSG:4509", 400_000, 3_800_000, 10.0)
    layer, grid = raster_layer("elevation", [describe_file(path)], FLOAT), GRIDS["ScaleGrid4509"]
    tile = grid.tile_at(300_000, 3_700_000, 6)
    shade = elevation.draw(layer, Storage(tmp_path), grid, tile, RenderOptions())
    assert shade.empty
    assert not np.asarray(Image.open(io.BytesIO(shade.body)).convert("RGBA"))[..., 3].any()
    numbers = elevation.draw(layer, Storage(tmp_path), grid, tile, RenderOptions.parse({"rendering": "terrarium"}))
    assert numbers.empty
    assert (np.asarray(Image.open(io.BytesIO(numbers.body))) == [128, 0, 0]).all()


def test_lossless_webp_carries_the_same_numbers_as_png(tmp_path: Path) -> None:
    path = write_tif(tmp_path / "h.tif", hills(600)[None], "EPSG:4509", 400_000, 3_800_000, 10.0)
    layer, grid = raster_layer("elevation", [describe_file(path)], FLOAT), GRIDS["ScaleGrid4509"]
    tile = grid.tile_at(403_000, 3_797_000, 7)
    png = drawn(layer, tmp_path, grid, tile, rendering="terrain-rgb")
    webp = drawn(layer, tmp_path, grid, tile, rendering="terrain-rgb", format="webp")
    assert np.array_equal(png, webp)


@pytest.mark.parametrize(
    ("query", "parameter"),
    [({"rendering": "sunset"}, "rendering"), ({"bands": "1"}, "bands"), ({"expression": "b1"}, "expression"),
     ({"rendering": "terrain-rgb", "format": "jpeg"}, "format"), ({"colormap": "viridis"}, "colormap")],
)  # fmt: skip
def test_what_elevation_does_not_do_is_refused_by_name(tmp_path: Path, query: dict[str, str], parameter: str) -> None:
    path = write_tif(tmp_path / "h.tif", hills(60)[None], "EPSG:4509", 400_000, 3_800_000, 10.0)
    layer, grid = raster_layer("elevation", [describe_file(path)], FLOAT), GRIDS["ScaleGrid4509"]
    with pytest.raises(BadRendering) as caught:
        elevation.draw(layer, Storage(tmp_path), grid, Tile(grid.id, 5, 100, 100), RenderOptions.parse(query))
    assert caught.value.parameter == parameter


def test_a_tile_outside_the_grid_is_refused(tmp_path: Path) -> None:
    path = write_tif(tmp_path / "h.tif", hills(60)[None], "EPSG:4509", 400_000, 3_800_000, 10.0)
    layer, grid = raster_layer("elevation", [describe_file(path)], FLOAT), GRIDS["WebMercatorQuad"]
    with pytest.raises(TileOutside):
        elevation.draw(layer, Storage(tmp_path), grid, Tile(grid.id, 3, 8, 0), RenderOptions())


@pytest.mark.skipif(not SHARED.is_dir(), reason="../shared/data is not beside the repository")
def test_the_real_dem_of_shangqiu_reads_the_same_heights_in_every_grid() -> None:
    folder = SHARED / "shangqiu"
    layer = raster_layer("elevation", [describe_file(folder / "dem_30s.tif")], [Band("h", "int16")])
    with rasterio.open(folder / "dem_30s.tif") as opened:
        row, col = opened.index(115.65, 34.44)
        around = opened.read(1)[row - 1 : row + 2, col - 1 : col + 2]
    for grid in GRIDS.values():
        z = grid.zoom_for(200 if grid.crs.is_projected else 0.002)
        tile = tile_at(grid, 115.65, 34.44, z)
        west, south, east, north = grid.bounds(tile)
        x, y = transform_between(parse_crs(4490), grid.crs).points([115.65], [34.44])
        pixel = drawn(layer, folder, grid, tile, rendering="terrain-rgb")[
            int((north - y[0]) / (north - south) * 256), int((x[0] - west) / (east - west) * 256)
        ]
        height = -10000 + (pixel.astype(int) @ [65536, 256, 1, 0]) * 0.1
        assert around.min() - 2 <= height <= around.max() + 2
