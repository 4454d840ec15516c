"""Contour tiles: decoded by another implementation, against the heights they were traced from."""

from pathlib import Path

import mapbox_vector_tile
import numpy as np
import pytest
import shapely

from layers.frame import SHANGQIU
from layers.layer import Band, Layer
from layers.storage import Storage
from tests.tiles.rasters import describe_file, raster_layer, write_tif
from tests.tiles.test_terrain import hills
from tiles.errors import BadRendering
from tiles.grids import Tile, default_grids
from tiles.height import contours
from tiles.raster.options import RenderOptions
from tiles.vector.mvt import LineFeature, encode_lines

GRID = default_grids(SHANGQIU)["ScaleGrid4509"]
FLOAT = (Band("height", "float32"),)


def decoded(
    layer: Layer, folder: Path, tile: Tile, interval: float | None = None
) -> list[tuple[float, bool, shapely.Geometry]]:
    picture = contours.draw(layer, Storage(folder), GRID, tile, RenderOptions(), interval)
    assert picture.media_type == "application/vnd.mapbox-vector-tile"
    read = mapbox_vector_tile.decode(picture.body, default_options={"y_coord_down": True})
    features = read["dem"]["features"] if read else []
    return [
        (f["properties"]["height"], f["properties"]["index"], shapely.geometry.shape(f["geometry"])) for f in features
    ]


def sloping_layer(folder: Path) -> Layer:
    """Height = (easting - 400 000) / 10, at pixel centres."""
    cols = (np.arange(800) + 0.5) * 10 / 10
    path = write_tif(
        folder / "d.tif", np.tile(cols.astype(np.float32), (800, 1))[None], "EPSG:4509", 400_000, 3_800_000, 10.0
    )
    return raster_layer("elevation", [describe_file(path)], FLOAT)


def test_contours_of_a_slope_are_straight_lines_at_their_heights(tmp_path: Path) -> None:
    tile = GRID.tile_at(404_000, 3_796_000, 6)
    found = decoded(sloping_layer(tmp_path), tmp_path, tile, 10.0)
    west, _, east, _ = GRID.bounds(tile)
    assert len(found) == 7
    for height, index, line in found:
        assert index == (round(height / 10) % 5 == 0)
        left, _, right, _ = line.bounds
        for x in (left, right):
            assert west + x / 4096 * (east - west) == pytest.approx(
                400_000 + height * 10, abs=(east - west) / 4096 * 1.5
            )


def test_lines_of_neighbouring_tiles_meet_at_the_edge(tmp_path: Path) -> None:
    path = write_tif(tmp_path / "h.tif", hills(900)[None], "EPSG:4547", 690_000, 3_810_000, 10.0)
    layer = raster_layer("elevation", [describe_file(path)], FLOAT)
    tile = GRID.tile_at(421_500, 3_801_000, 6)
    edge = shapely.LineString([(4096, 0), (4096, 4096)])
    left = {height: line.intersection(edge) for height, _, line in decoded(layer, tmp_path, tile)}
    beside = decoded(layer, tmp_path, tile._replace(col=tile.col + 1))
    right = {height: line.intersection(shapely.LineString([(0, 0), (0, 4096)])) for height, _, line in beside}
    crossing = [height for height in left if not left[height].is_empty]
    assert len(crossing) >= 5
    for height in crossing:
        ours, theirs = (np.sort(shapely.get_coordinates(points)[:, 1]) for points in (left[height], right[height]))
        assert ours == pytest.approx(theirs, abs=3)


def test_the_interval_follows_the_scale_of_the_level(tmp_path: Path) -> None:
    assert [contours.interval_for(scale) for scale in SHANGQIU.scales] == [200, 100, 50, 20, 10, 10, 5, 2.5, 2, 1, 0.5]
    tile = GRID.tile_at(404_000, 3_796_000, 6)
    heights = [height for height, _, _ in decoded(sloping_layer(tmp_path), tmp_path, tile)]
    assert np.diff(heights) == pytest.approx(5.0)


def test_a_plain_of_whole_metres_has_lines_only_at_its_steps(tmp_path: Path) -> None:
    plain = np.full((400, 400), 50, np.float32)
    plain[:, 200:] = 52
    path = write_tif(tmp_path / "p.tif", plain[None], "EPSG:4509", 400_000, 3_800_000, 10.0)
    layer = raster_layer("elevation", [describe_file(path)], FLOAT)
    tile = GRID.tile_at(402_000, 3_798_000, 7)
    found = decoded(layer, tmp_path, tile, 1.0)
    assert {height for height, _, _ in found} == {51, 52}
    assert all(line.length < 4096 * 1.1 for _, _, line in found)


def test_no_heights_are_an_empty_tile(tmp_path: Path) -> None:
    picture = contours.draw(sloping_layer(tmp_path), Storage(tmp_path), GRID, Tile(GRID.id, 6, 10, 10), RenderOptions())
    assert picture.empty
    assert picture.body == b""


@pytest.mark.parametrize("interval", [0.0, -5.0, 1e6])
def test_an_absurd_interval_is_refused(tmp_path: Path, interval: float) -> None:
    with pytest.raises(BadRendering, match="interval"):
        contours.draw(
            sloping_layer(tmp_path), Storage(tmp_path), GRID, Tile(GRID.id, 6, 10, 10), RenderOptions(), interval
        )


def test_every_kind_of_attribute_survives_encoding() -> None:
    line = np.array([[0, 0], [5000, -70], [5000, 4096]])
    attributes = {"text": "等高线", "whole": -12345, "real": 2.5, "yes": True, "large": 2**40, "one": 1}
    body = encode_lines("层", [LineFeature([line, line + 9], attributes), LineFeature([line], {"whole": 7})])
    layer = mapbox_vector_tile.decode(body, default_options={"y_coord_down": True})["层"]
    assert layer["version"] == 2
    assert layer["features"][0]["properties"] == attributes
    assert layer["features"][0]["geometry"]["coordinates"] == [line.tolist(), (line + 9).tolist()]
    assert layer["features"][1]["geometry"]["coordinates"] == line.tolist()
