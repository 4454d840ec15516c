"""Which files a canvas needs: against every box, in order, at any number of sheets."""

from datetime import date
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layers.crs.names import parse_crs
from layers.frame import SHANGQIU, Bounds
from layers.layer import Band, RasterFacts, RasterFile
from layers.storage import Storage
from tests.tiles.rasters import describe_file, raster_layer, write_tif
from tiles.grids import default_grids
from tiles.raster import imagery
from tiles.raster.mosaic import choose_files
from tiles.raster.options import RenderOptions
from tiles.raster.warp import Canvas, transform_between

GRIDS = default_grids(SHANGQIU)


def sheet(
    number: int, west: float, south: float, side: float = 1000.0, crs: str = "EPSG:4547", **facts: object
) -> RasterFile:
    bounds = Bounds(west, south, west + side, south + side)
    values: dict[str, object] = {"resolution_m": 0.5, "source": "", **facts}
    return RasterFile(f"{number}.tif", crs, bounds, bounds, 2000, 2000, **values)  # type: ignore[arg-type]


def facts_of(files: list[RasterFile], overview: RasterFile | None = None) -> RasterFacts:
    return RasterFacts((Band("1", "uint8"),), 0.5, files=tuple(files), overview=overview)


MANY = facts_of([sheet(n, 600_000 + n % 40 * 1000, 3_780_000 + n // 40 * 1000, order=n) for n in range(1600)])


@settings(deadline=None, max_examples=60)
@given(st.floats(600_000, 640_000), st.floats(3_780_000, 3_820_000), st.integers(10, 20), st.sampled_from(list(GRIDS)))
def test_every_sheet_that_the_canvas_touches_is_chosen_and_few_others(x: float, y: float, z: int, name: str) -> None:
    grid = GRIDS[name]
    east, north = transform_between(parse_crs(4547), grid.crs).points([x], [y])
    z = min(z, grid.max_zoom)
    canvas = Canvas(grid.crs, grid.bounds(grid.tile_at(float(east[0]), float(north[0]), z)), 256, 256)
    chosen = {file.key for file in choose_files(MANY, canvas)}
    box = transform_between(grid.crs, parse_crs(4547)).bounds(canvas.bounds)
    pixel = (box.east - box.west) / 256
    inner = Bounds(box.west + pixel, box.south + pixel, box.east - pixel, box.north - pixel)
    outer = Bounds(box.west - 20 * pixel, box.south - 20 * pixel, box.east + 20 * pixel, box.north + 20 * pixel)
    corners = transform_between(parse_crs(4547), grid.crs)
    touched = set()
    for file in MANY.files:
        if file.bounds.intersects(inner):
            in_grid = corners.bounds(file.bounds)
            west, south, right, top = canvas.bounds
            if in_grid.west < right and in_grid.east > west and in_grid.south < top and in_grid.north > south:
                touched.add(file.key)
    assert touched <= chosen
    assert chosen <= {file.key for file in MANY.files if file.bounds.intersects(outer)}


def one_canvas(pixel: float = 1.0) -> Canvas:
    return Canvas(parse_crs(4547), Bounds(600_000, 3_780_000, 600_000 + 256 * pixel, 3_780_000 + 256 * pixel), 256, 256)


def test_the_order_is_the_layer_s_then_newer_then_finer() -> None:
    def at(number: int, **facts: object) -> RasterFile:
        return sheet(number, 600_000, 3_780_000, **facts)

    files = [
        at(1, order=1, captured=date(2024, 1, 1)), at(2, order=2), at(3, order=1, captured=date(2025, 1, 1)),
        at(4, order=1, captured=date(2024, 1, 1), resolution_m=0.2),
    ]  # fmt: skip

    def names(order: str) -> list[str]:
        return [file.key[0] for file in choose_files(facts_of(files), one_canvas(), order)]  # type: ignore[arg-type]

    assert names("layer") == ["2", "3", "4", "1"]
    assert names("newest") == ["3", "1", "4", "2"]
    assert names("oldest") == ["1", "4", "3", "2"]
    assert names("finest") == ["4", "2", "3", "1"]


def test_a_span_keeps_undated_sheets_below_dated_ones() -> None:
    files = [sheet(1, 600_000, 3_780_000, captured=date(2020, 1, 1)), sheet(2, 600_000, 3_780_000)]
    files.append(sheet(3, 600_000, 3_780_000, captured=date(2024, 1, 1)))
    chosen = choose_files(facts_of(files), one_canvas(), "newest", [(date(2023, 1, 1), None)])
    assert [file.key for file in chosen] == ["3.tif", "2.tif"]


def test_the_overview_stands_for_the_sheets_where_a_pixel_is_as_coarse() -> None:
    overview = RasterFile("o.tif", "EPSG:4547", Bounds(600_000, 3_780_000, 640_000, 3_820_000),
                          Bounds(0, 0, 1, 1), 2500, 2500, 16.0, "")  # fmt: skip
    facts = facts_of(list(MANY.files), overview)
    assert choose_files(facts, one_canvas(16.0)) == (overview,)
    assert choose_files(facts, one_canvas(13.0)) == (overview,)
    assert overview not in choose_files(facts, one_canvas(8.0))
    assert overview not in choose_files(facts, one_canvas(16.0), "newest")
    assert overview not in choose_files(facts, one_canvas(16.0), sheets_only=True)


def test_a_tile_of_a_large_mosaic_opens_only_the_files_it_shows(tmp_path: Path) -> None:
    """Most of the sheets do not exist, so opening one more than needed fails."""
    files = [sheet(n, 600_000 + n % 100 * 1000, 3_780_000 + n // 100 * 1000) for n in range(3000)]
    path = write_tif(
        tmp_path / "real.tif", np.full((1, 2000, 2000), 77, np.uint8), "EPSG:4547", 640_000, 3_801_000, 0.5
    )
    files.append(describe_file(path, order=1))
    files = [file for file in files if not file.bounds.intersects(files[-1].bounds) or file.key == "real.tif"]
    layer, grid = raster_layer("imagery", files), GRIDS["WebMercatorQuad"]
    x, y = transform_between(parse_crs(4547), grid.crs).points([640_500], [3_800_500])
    tile = grid.tile_at(float(x[0]), float(y[0]), 18)
    picture = imagery.draw(layer, Storage(tmp_path), grid, tile, RenderOptions())
    assert not picture.empty


def test_a_layer_without_files_here_has_none() -> None:
    far = Canvas(parse_crs(4547), Bounds(100_000, 100_000, 100_256, 100_256), 256, 256)
    assert choose_files(MANY, far) == ()


@pytest.mark.parametrize("count", [1, 2, 500])
def test_sheets_of_several_systems_are_found_together(count: int) -> None:
    left = [sheet(n, 600_000 + n, 3_780_000) for n in range(count)]
    east, north = transform_between(parse_crs(4547), parse_crs(4509)).points([600_000], [3_780_000])
    right = [sheet(1000 + n, float(east[0]) - 200, float(north[0]) - 200, crs="EPSG:4509") for n in range(count)]
    found = choose_files(facts_of(left + right), one_canvas())
    assert {file.crs for file in found} == {"EPSG:4547", "EPSG:4509"}
