"""Imagery tiles: colours as stored, bands, stretches, palettes, transparency, ready-made tiles."""

import io
from datetime import date
from pathlib import Path

import numpy as np
import pytest
import rasterio
from PIL import Image

from layers.crs.names import parse_crs
from layers.frame import SHANGQIU
from layers.layer import Band, Layer
from layers.storage import Storage
from tests.tiles.rasters import describe_file, raster_layer, texture, write_tif
from tiles.errors import BadRendering
from tiles.grids import Grid, Tile, default_grids
from tiles.raster import imagery
from tiles.raster.encode import Picture
from tiles.raster.options import RenderOptions
from tiles.raster.warp import transform_between

GRIDS = default_grids(SHANGQIU)
SCALE = GRIDS["ScaleGrid4509"]
RGB = tuple(Band(name, "uint8") for name in ("red", "green", "blue"))
WEST, NORTH = 400_000.0, 3_800_000.0


def draw(layer: Layer, folder: Path, tile: Tile, grid: Grid = SCALE, **query: str) -> Picture:
    return imagery.draw(layer, Storage(folder), grid, tile, RenderOptions.parse(query))


def pixels(picture: Picture) -> np.ndarray:  # type: ignore[type-arg]
    return np.asarray(Image.open(io.BytesIO(picture.body)))


def constant_layer(folder: Path, values: list[int], dtype: str = "uint8", size: int = 600, **facts: object) -> Layer:
    planes = np.stack([np.full((size, size), value, dtype) for value in values])
    path = write_tif(folder / "c.tif", planes, "EPSG:4509", WEST, NORTH, 2.0)
    bands = [Band(str(n + 1), dtype) for n in range(len(values))]
    return raster_layer("imagery", [describe_file(path)], bands, **facts)


INSIDE = SCALE.tile_at(WEST + 600, NORTH - 600, 7)  # 256 pixels of 1.4 m, wholly inside


def test_a_picture_keeps_its_colours_in_every_format(tmp_path: Path) -> None:
    layer = constant_layer(tmp_path, [200, 100, 50])
    for name, media_type in (
        ("png", "image/png"),
        ("jpeg", "image/jpeg"),
        ("webp", "image/webp"),
        ("avif", "image/avif"),
        ("auto", "image/jpeg"),
    ):
        picture = draw(layer, tmp_path, INSIDE, format=name)
        assert picture.media_type == media_type
        assert not picture.empty
        assert np.abs(pixels(picture)[..., :3].astype(int) - [200, 100, 50]).max() <= 3


def test_one_band_is_grey_and_bands_choose_and_order(tmp_path: Path) -> None:
    layer = constant_layer(tmp_path, [10, 20, 30, 40])
    assert pixels(draw(layer, tmp_path, INSIDE, format="png"))[9, 9].tolist() == [10, 20, 30]
    assert pixels(draw(layer, tmp_path, INSIDE, format="png", bands="4,3,2"))[9, 9].tolist() == [40, 30, 20]
    assert pixels(draw(layer, tmp_path, INSIDE, format="png", bands="4"))[9, 9] == 40


def test_the_layer_s_stretch_is_used_unless_the_caller_gives_one(tmp_path: Path) -> None:
    layer = constant_layer(tmp_path, [8000, 10_000, 12_000], "uint16", stretch=((6000.0, 16_000.0),) * 3)
    assert pixels(draw(layer, tmp_path, INSIDE, format="png"))[9, 9].tolist() == [51, 102, 153]
    assert pixels(draw(layer, tmp_path, INSIDE, format="png", stretch="8000,12000"))[9, 9].tolist() == [0, 128, 255]
    each = draw(layer, tmp_path, INSIDE, format="png", stretch="0,8000;0,20000;12000,13000")
    assert pixels(each)[9, 9].tolist() == [255, 128, 0]


def test_a_stretch_follows_the_bands_that_were_chosen(tmp_path: Path) -> None:
    layer = constant_layer(tmp_path, [50, 100, 150], "uint16", stretch=((0.0, 100.0), (0.0, 200.0), (0.0, 150.0)))
    assert pixels(draw(layer, tmp_path, INSIDE, format="png", bands="3,2,1"))[9, 9].tolist() == [255, 128, 128]


def test_an_expression_is_computed_and_coloured(tmp_path: Path) -> None:
    layer = constant_layer(tmp_path, [40, 60], "uint16")
    grey = draw(layer, tmp_path, INSIDE, format="png", expression="(b2-b1)/(b2+b1)", stretch="0,1")
    assert np.abs(pixels(grey)[..., 0].astype(int) - 51).max() <= 1
    green = pixels(draw(layer, tmp_path, INSIDE, format="png", expression="(b2-b1)/(b2+b1)+0.7", colormap="vegetation"))
    assert green[9, 9, 1] > green[9, 9, 0]


def test_where_an_expression_has_no_value_the_picture_is_transparent(tmp_path: Path) -> None:
    planes = np.ones((2, 600, 600), np.uint8)
    planes[0, :, :300] = 0
    path = write_tif(tmp_path / "z.tif", planes, "EPSG:4509", WEST, NORTH, 2.0)
    layer = raster_layer("imagery", [describe_file(path)], [Band("1", "uint8"), Band("2", "uint8")])
    picture = draw(layer, tmp_path, SCALE.tile_at(WEST + 600, NORTH - 600, 6), expression="b2/b1")
    assert picture.media_type == "image/png"
    assert set(np.unique(pixels(picture)[..., 3])) == {0, 255}


def test_classes_keep_their_palette_and_are_never_mixed(tmp_path: Path) -> None:
    classes = np.random.default_rng(0).choice([3, 7, 9], (1, 600, 600)).astype(np.uint8)
    classes[:, :, 400:] = 0
    path = write_tif(tmp_path / "p.tif", classes, "EPSG:4509", WEST, NORTH, 2.0, nodata=0)
    palette = {3: (255, 0, 0, 255), 7: (0, 255, 0, 255), 9: (0, 0, 255, 128)}
    layer = raster_layer("imagery", [describe_file(path)], [Band("class", "uint8")], colormap=palette)
    for z in (5, 7, 9):
        picture = draw(layer, tmp_path, SCALE.tile_at(WEST + 600, NORTH - 600, z))
        assert picture.media_type == "image/png"
        seen = {tuple(colour) for colour in pixels(picture).reshape(-1, 4).tolist()}
        assert seen <= {*palette.values(), (0, 0, 0, 0)}
        assert len(seen) >= 3


def test_alpha_masks_and_the_picture_s_edge_are_transparent(tmp_path: Path) -> None:
    there = np.full((600, 600), 255, np.uint8)
    there[:300] = 0
    path = write_tif(tmp_path / "m.tif", texture(600, 600), "EPSG:4509", WEST, NORTH, 2.0, mask=there)
    layer = raster_layer("imagery", [describe_file(path)], RGB)
    picture = draw(layer, tmp_path, SCALE.tile_at(WEST + 600, NORTH - 600, 6))
    assert picture.media_type == "image/png"
    alpha = pixels(picture)[..., 3]
    assert 0.1 < (alpha == 255).mean() < 0.9
    on_white = pixels(draw(layer, tmp_path, SCALE.tile_at(WEST + 600, NORTH - 600, 6), format="jpeg"))
    assert (on_white[alpha == 0] > 240).mean() > 0.98


def test_a_tile_without_data_is_an_empty_picture(tmp_path: Path) -> None:
    picture = draw(constant_layer(tmp_path, [1, 2, 3]), tmp_path, Tile(SCALE.id, 7, 100, 100))
    assert picture.empty
    assert not pixels(picture)[..., -1].any()


def test_a_geotiff_tile_carries_the_values(tmp_path: Path) -> None:
    layer = constant_layer(tmp_path, [8000, 10_000], "uint16")
    picture = draw(layer, tmp_path, INSIDE, format="tif")
    with rasterio.MemoryFile(picture.body) as memory, memory.open() as opened:
        assert tuple(opened.bounds) == pytest.approx(tuple(SCALE.bounds(INSIDE)))
        assert opened.crs.to_epsg() == 4509
        assert (opened.read(1) == 8000).all()


def test_time_and_order_rules_choose_the_sheet_on_top(tmp_path: Path) -> None:
    files = []
    for number, (year, pixel, order) in enumerate([(2020, 2.0, 5), (2024, 4.0, 1), (2022, 1.0, 3)]):
        size = int(1200 / pixel)
        planes = np.full((3, size, size), 50 * (number + 1), np.uint8)
        path = write_tif(tmp_path / f"{year}.tif", planes, "EPSG:4509", WEST, NORTH, pixel)
        files.append(describe_file(path, order=order, captured=date(year, 6, 1)))
    layer = raster_layer("imagery", files, RGB)

    def level(**query: str) -> int:
        return int(pixels(draw(layer, tmp_path, INSIDE, format="png", **query))[9, 9, 0])

    assert level() == 50
    assert level(order="newest") == 100
    assert level(order="oldest") == 50
    assert level(order="finest") == 150
    assert level(datetime="2021-01-01/2023-01-01") == 150
    assert level(datetime="../2020-12-31") == 50
    assert draw(layer, tmp_path, INSIDE, datetime="1990-01-01/1991-01-01").empty


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ({"bands": "5"}, "bands"),
        ({"bands": "1,2,9"}, "bands"),
        ({"expression": "b1/b12"}, "expression"),
        ({"colormap": "rainbowish", "bands": "1"}, "colormap"),
        ({"colormap": "viridis"}, "colormap"),
        ({"stretch": "0,1;0,1;0,1", "bands": "1"}, "stretch"),
        ({"rendering": "hillshade"}, "rendering"),
    ],
)
def test_what_the_layer_does_not_have_is_refused_by_name(tmp_path: Path, query: dict[str, str], parameter: str) -> None:
    layer = constant_layer(tmp_path, [1, 2, 3])
    with pytest.raises(BadRendering) as caught:
        draw(layer, tmp_path, INSIDE, **query)
    assert caught.value.parameter == parameter


@pytest.mark.parametrize("name", list(GRIDS))
def test_the_same_place_has_the_same_colour_in_every_grid(tmp_path: Path, name: str) -> None:
    path = write_tif(tmp_path / "t.tif", texture(1500, 1500), "EPSG:4547", 640_000, 3_800_000, 1.0)
    layer, grid = raster_layer("imagery", [describe_file(path)], RGB), GRIDS[name]
    east, north = np.array([640_500.0, 640_700.0, 640_811.0]), np.array([3_799_500.0, 3_799_300.0, 3_799_444.0])
    x, y = transform_between(parse_crs(4547), grid.crs).points(east, north)
    z = grid.zoom_for(1.0 if grid.crs.is_projected else 1e-5)
    with rasterio.open(path) as opened:
        source = opened.read()
        for i in range(3):
            tile = grid.tile_at(float(x[i]), float(y[i]), z)
            west, south, right, top = grid.bounds(tile)
            drawn = pixels(draw(layer, tmp_path, tile, grid, format="png"))
            seen = drawn[int((top - y[i]) / (top - south) * 256), int((x[i] - west) / (right - west) * 256), :3]
            row, col = opened.index(east[i], north[i])
            around = source[:, row - 1 : row + 2, col - 1 : col + 2].astype(int)
            assert (around.min(axis=(1, 2)) - 2 <= seen).all()
            assert (seen <= around.max(axis=(1, 2)) + 2).all()
