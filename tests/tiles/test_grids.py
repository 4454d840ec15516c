"""Grids against mercantile, morecantile, the printed Tianditu figures and their own inverse."""

import json
import math
from dataclasses import replace
from pathlib import Path

import mercantile
import morecantile
import pytest
from hypothesis import given
from hypothesis import strategies as st

from layers.frame import SHANGQIU, Bounds
from tiles.errors import BadGrid, TileOutside, UnknownGrid
from tiles.grids import Grid, Tile, default_grids, find_grid, offered_grids, read_grid

GRIDS = default_grids(SHANGQIU)
grids = st.sampled_from(list(GRIDS.values()))


@st.composite
def tiles(draw: st.DrawFn) -> tuple[Grid, Tile]:
    grid = draw(grids)
    z = draw(st.integers(0, grid.max_zoom))
    matrix = grid.matrix(z)
    row = draw(st.integers(0, matrix.height - 1))
    return grid, Tile(grid.id, z, row, draw(st.integers(0, matrix.width - 1)))


def test_a_frame_comes_with_four_grids() -> None:
    assert list(GRIDS) == ["WebMercatorQuad", "WorldCRS84Quad", "CGCS2000Quad", "ScaleGrid4509"]


@given(st.integers(0, 20), st.floats(-179.9, 179.9), st.floats(-85, 85))
def test_web_mercator_tiles_are_those_of_mercantile(z: int, lon: float, lat: float) -> None:
    expected = mercantile.tile(lon, lat, z)
    box = mercantile.xy_bounds(expected)
    grid = GRIDS["WebMercatorQuad"]
    assert grid.bounds(Tile(grid.id, z, expected.y, expected.x)) == pytest.approx(tuple(box), abs=1e-6)
    assert grid.tile_at(*mercantile.xy(*_centre(mercantile.bounds(expected))), z) == (
        grid.id,
        z,
        expected.y,
        expected.x,
    )


def _centre(box: mercantile.LngLatBbox) -> tuple[float, float]:
    return (box.west + box.east) / 2, (box.south + box.north) / 2


@given(tiles())
def test_the_centre_of_a_tile_lies_in_that_tile(pair: tuple[Grid, Tile]) -> None:
    grid, tile = pair
    west, south, east, north = grid.bounds(tile)
    assert grid.tile_at((west + east) / 2, (south + north) / 2, tile.z) == tile


@given(tiles())
def test_the_limits_of_a_tile_are_that_tile_alone(pair: tuple[Grid, Tile]) -> None:
    grid, tile = pair
    assert grid.limits(tile.z, grid.bounds(tile)) == (tile.row, tile.row, tile.col, tile.col)
    assert list(grid.tiles(tile.z, grid.bounds(tile))) == [tile]


@given(tiles())
def test_neighbouring_tiles_share_their_edges(pair: tuple[Grid, Tile]) -> None:
    grid, tile = pair
    below, right = tile._replace(row=tile.row + 1), tile._replace(col=tile.col + 1)
    assert grid.bounds(below).north == pytest.approx(grid.bounds(tile).south, rel=1e-12)
    assert grid.bounds(right).west == pytest.approx(grid.bounds(tile).east, rel=1e-12)


@pytest.mark.parametrize("name", ["WebMercatorQuad", "WorldCRS84Quad"])
def test_the_registry_grids_are_the_registry_s(name: str) -> None:
    ours, registry = GRIDS[name].tms_json(), morecantile.tms.get(name).model_dump(mode="json", exclude_none=True)
    for level, expected in zip(ours["tileMatrices"], registry["tileMatrices"], strict=False):
        assert level["id"] == expected["id"]
        assert level["scaleDenominator"] == pytest.approx(expected["scaleDenominator"], rel=1e-11)
        assert level["cellSize"] == pytest.approx(expected["cellSize"], rel=1e-11)
        assert level["pointOfOrigin"] == pytest.approx(expected["pointOfOrigin"], rel=1e-12)
        assert (level["matrixWidth"], level["matrixHeight"]) == (expected["matrixWidth"], expected["matrixHeight"])
    for key in ("crs", "orderedAxes", "wellKnownScaleSet", "uri"):
        assert ours[key] == registry[key]


def test_cgcs2000_levels_are_tianditu_s_with_ogc_scale_denominators() -> None:
    grid = GRIDS["CGCS2000Quad"]
    assert grid.zoom_ids == tuple(str(n) for n in range(1, 21))
    assert grid.resolution(grid.z("1")) == 0.703125
    assert grid.resolution(grid.z("10")) == 0.001373291015625
    assert grid.scale_denominator(grid.z("1")) == pytest.approx(279541132.01, abs=0.01)
    assert grid.scale_denominator(grid.z("18")) == pytest.approx(2132.73, abs=0.005)
    assert (grid.matrix(17).width, grid.matrix(17).height) == (262144, 131072)


def test_cgcs2000_documents_write_latitude_first_while_bounds_stay_east_north() -> None:
    grid = GRIDS["CGCS2000Quad"]
    assert grid.tms_json()["tileMatrices"][0]["pointOfOrigin"] == [90.0, -180.0]
    assert grid.bounds(Tile(grid.id, 0, 0, 0)) == (-180.0, -90.0, 0.0, 90.0)


def test_cgcs2000_tiles_are_those_of_world_crs84_one_identifier_later() -> None:
    ours, theirs = GRIDS["CGCS2000Quad"], GRIDS["WorldCRS84Quad"]
    z = ours.z("15")
    assert theirs.zoom_ids[z] == "14"
    assert ours.tile_at(115.65, 34.44, z)[1:] == theirs.tile_at(115.65, 34.44, z)[1:]


def test_scale_grid_levels_are_exactly_the_map_scales() -> None:
    grid = GRIDS["ScaleGrid4509"]
    assert grid.scale_denominators == tuple(float(scale) for scale in SHANGQIU.scales)
    for matrix in grid.matrices:
        assert matrix.cell / 0.00028 == pytest.approx(matrix.scale, rel=1e-15)
    assert [matrix.title for matrix in grid.matrices][-1] == "1:500"


def test_scale_grid_starts_at_easting_zero_and_the_ten_thousandth_kilometre_northing_first() -> None:
    level = GRIDS["ScaleGrid4509"].tms_json()["tileMatrices"][0]
    assert level["pointOfOrigin"] == [10_000_000.0, 0.0]
    assert GRIDS["ScaleGrid4509"].tms_json()["orderedAxes"] == ["N", "E"]


def test_scale_grid_of_a_southern_zone_reaches_both_sides_of_the_equator() -> None:
    frame = replace(SHANGQIU, metric_srid=32750, storage_srid=4326, extent=Bounds(115.0, -33.0, 117.0, -31.0))
    grids = default_grids(frame)
    grid = grids["ScaleGrid32750"]
    assert list(grids) == ["WebMercatorQuad", "WorldCRS84Quad", "ScaleGrid32750"]
    assert grid.tile_at(390_000.0, 6_460_000.0, 10).row > 0
    assert grid.bounds(Tile(grid.id, 0, grid.matrix(0).height - 1, 0)).south <= 0.0


def test_another_geographic_storage_crs_gets_a_degrees_grid_of_its_own() -> None:
    grid = default_grids(replace(SHANGQIU, storage_srid=4258))["DegreesGrid4258"]
    assert grid.crs_uri.endswith("/4258")
    assert grid.bounds(Tile(grid.id, 3, 2, 5)) == GRIDS["CGCS2000Quad"].bounds(Tile("", 3, 2, 5))


@pytest.mark.parametrize("name", list(GRIDS))
def test_morecantile_reads_our_documents_as_the_same_grid(name: str) -> None:
    grid = GRIDS[name]
    for z in (0, 5, grid.max_zoom):
        matrix = grid.matrix(z)
        tile = Tile(name, z, matrix.height // 2, matrix.width // 3)
        theirs = grid.tms.xy_bounds(morecantile.Tile(tile.col, tile.row, int(matrix.id)))
        assert tuple(grid.bounds(tile)) == pytest.approx(tuple(theirs), rel=1e-12, abs=1e-9)


@pytest.mark.parametrize("name", list(GRIDS))
def test_an_operator_may_hand_our_own_documents_back(name: str) -> None:
    grid = GRIDS[name]
    again = read_grid(json.dumps(grid.tms_json()))
    assert again.matrices == grid.matrices
    assert (again.crs_uri, again.ordered_axes, again.north_first) == (grid.crs_uri, grid.ordered_axes, grid.north_first)


def test_an_operator_s_grid_may_count_rows_from_the_bottom() -> None:
    document = GRIDS["ScaleGrid4509"].tms_json()
    document["tileMatrices"] = document["tileMatrices"][:1]
    level = document["tileMatrices"][0]
    level |= {"cornerOfOrigin": "bottomLeft", "pointOfOrigin": [0.0, 0.0]}
    grid = read_grid(json.dumps(document))
    span = 280 * 256
    assert grid.bounds(Tile(grid.id, 0, 0, 1)) == pytest.approx((span, 0.0, 2 * span, span), abs=1e-6)
    assert grid.tile_at(span * 1.5, span * 2.5, 0) == (grid.id, 0, 2, 1)
    assert grid.limits(0, Bounds(1.0, 1.0, span * 2.5, span * 1.5)) == (0, 1, 0, 2)
    assert json.loads(json.dumps(grid.tms_json()))["tileMatrices"][0]["pointOfOrigin"] == pytest.approx(
        [0.0, 0.0], abs=1e-6
    )


def test_an_operator_s_x_and_y_are_those_of_the_authority() -> None:
    document = GRIDS["ScaleGrid4509"].tms_json() | {"orderedAxes": ["X", "Y"]}
    assert read_grid(json.dumps(document)).matrices == GRIDS["ScaleGrid4509"].matrices


@pytest.mark.parametrize("document", ["{", "{}", json.dumps({"id": "x", "tileMatrices": []})])
def test_a_document_that_is_no_grid_is_refused(document: str) -> None:
    with pytest.raises(BadGrid):
        read_grid(document)


def test_rows_of_varying_width_are_refused() -> None:
    with pytest.raises(BadGrid, match="one width"):
        read_grid(morecantile.tms.get("GNOSISGlobalGrid").model_dump_json(exclude_none=True))


def test_limits_of_an_extent_stop_at_the_matrix_and_are_none_outside_it() -> None:
    grid = GRIDS["ScaleGrid4509"]
    everything = grid.limits(3, Bounds(-1e9, -1e9, 1e9, 1e9))
    assert everything == (0, grid.matrix(3).height - 1, 0, grid.matrix(3).width - 1)
    assert grid.limits(3, Bounds(-2e6, 1.0, -1e6, 2.0)) is None
    assert list(grid.tiles(3, Bounds(-2e6, 1.0, -1e6, 2.0))) == []


def test_a_point_has_one_tile_even_on_an_edge() -> None:
    grid = GRIDS["WorldCRS84Quad"]
    limits = grid.limits(4, Bounds(0.0, 0.0, 0.0, 0.0))
    assert limits is not None
    assert limits.min_row == limits.max_row
    assert limits.min_col == limits.max_col


@pytest.mark.parametrize(("z", "row", "col"), [(-1, 0, 0), (25, 0, 0), (3, 8, 0), (3, 0, 8), (3, -1, 0), (3, 0, -1)])
def test_a_tile_that_does_not_exist_is_refused(z: int, row: int, col: int) -> None:
    grid = GRIDS["WebMercatorQuad"]
    with pytest.raises(TileOutside):
        grid.check(Tile(grid.id, z, row, col))


def test_an_unknown_level_or_grid_is_refused_by_name() -> None:
    with pytest.raises(TileOutside, match="'0'"):
        GRIDS["CGCS2000Quad"].z("0")
    with pytest.raises(UnknownGrid, match="WebMercatorQuad"):
        find_grid(GRIDS, "nowhere")


@given(grids, st.floats(1e-7, 1e5))
def test_the_zoom_for_a_resolution_is_the_coarsest_that_is_fine_enough(grid: Grid, resolution: float) -> None:
    z = grid.zoom_for(resolution)
    assert grid.resolution(z) <= resolution * 1.00001 or z == grid.max_zoom
    assert z == 0 or grid.resolution(z - 1) > resolution


def test_scale_grid_tiles_cover_the_city_at_every_scale() -> None:
    grid = GRIDS["ScaleGrid4509"]
    for z in range(grid.max_zoom + 1):
        limits = grid.limits(z, Bounds(310_000.0, 3_730_000.0, 480_000.0, 3_870_000.0))
        assert limits is not None
        span = grid.resolution(z) * 256
        assert limits.max_col - limits.min_col + 1 <= math.ceil(170_000 / span) + 1


def test_an_operator_s_folder_adds_grids_and_a_bad_document_is_named(tmp_path: Path) -> None:
    document = morecantile.tms.get("UTM31WGS84Quad").model_dump_json(exclude_none=True)
    (tmp_path / "utm.json").write_text(document, encoding="utf-8")
    grids = offered_grids(SHANGQIU, tmp_path)
    assert list(grids) == [*default_grids(SHANGQIU), "UTM31WGS84Quad"]
    assert grids["UTM31WGS84Quad"].srid == 32631
    (tmp_path / "again.json").write_text(document, encoding="utf-8")
    with pytest.raises(BadGrid, match=r"utm.json.*there is a grid UTM31WGS84Quad already"):
        offered_grids(SHANGQIU, tmp_path)
    (tmp_path / "again.json").write_text("{}", encoding="utf-8")
    with pytest.raises(BadGrid, match=r"again.json.*not an OGC TileMatrixSet"):
        offered_grids(SHANGQIU, tmp_path)
    with pytest.raises(BadGrid, match="no folder"):
        offered_grids(SHANGQIU, tmp_path / "nowhere")
