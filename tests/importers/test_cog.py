"""The published picture: on the default grid, valid, true to the source, and gone when the import is cancelled."""

import io
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import morecantile
import numpy as np
import pytest
import rasterio
from affine import Affine
from PIL import Image
from rasterio.enums import Resampling
from rasterio.warp import reproject
from rio_cogeo.cogeo import cog_validate

from importers.batch import silent
from importers.errors import Cancelled, UnreadableSource
from importers.raster.cog import draw_unit, write_picture
from importers.raster.cog_amend import amended
from importers.raster.cog_index import decode, stored_tiles
from importers.raster.cog_patch import changed_tiles
from importers.raster.cog_tiles import EncodedTile, halve
from importers.raster.picture import Picture
from importers.raster.pyramid import TILE, Pyramid, plan_pyramid, resolution, zoom_for
from importers.raster.retile import in_squares
from layers.crs.names import parse_crs
from layers.crs.operations import find_transform
from layers.frame import Bounds
from tests.importers.rasters import scene, write

WEST, NORTH, PIXEL = 650_000.0, 3_815_000.0, 0.5
GRID = morecantile.tms.get("WebMercatorQuad")


def plan(width: int, height: int, pixel: float = PIXEL) -> Pyramid:
    way = find_transform(parse_crs("EPSG:4547"), parse_crs("EPSG:3857"))
    box = way.bounds(Bounds(WEST, NORTH - height * pixel, WEST + width * pixel, NORTH))
    return plan_pyramid(box, zoom_for(pixel / np.cos(np.radians(34.4))))


def picture(path: Path, **facts: object) -> Picture:
    with rasterio.open(path) as source:
        return Picture(str(path), "GTiff", source.transform, source.width, source.height, "EPSG:4547", **facts)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, Pyramid]:
    """A source of 2600 x 1500 pixels and the COG drawn from it."""
    folder = tmp_path_factory.mktemp("cog")
    source = write(folder / "source.tif", scene(2600, 1500), WEST, NORTH, PIXEL)
    pyramid = plan(2600, 1500)
    target = folder / "published.tif"
    write_picture(picture(source), pyramid, target)
    return source, target, pyramid


def test_it_is_a_valid_cog(drawn: tuple[Path, Path, Pyramid]) -> None:
    valid, errors, _ = cog_validate(drawn[1], strict=False, quiet=True)
    assert errors == []
    assert valid


def test_every_level_lies_on_the_default_grid(drawn: tuple[Path, Path, Pyramid]) -> None:
    """morecantile, which knows nothing of us, agrees where every block of every overview lies."""
    _, path, pyramid = drawn
    with rasterio.open(path) as dataset:
        assert dataset.overviews(1) == [2**level for level in range(1, pyramid.levels)]
        assert dataset.block_shapes == [(TILE, TILE)] * 3
        left, top = dataset.transform.c, dataset.transform.f
    for level in range(pyramid.levels):
        tile = morecantile.Tile(pyramid.column >> level, pyramid.row >> level, pyramid.zoom - level)
        box = GRID.xy_bounds(tile)
        assert (box.left, box.top) == pytest.approx((left, top), abs=1e-6)
        assert box.right - box.left == pytest.approx(resolution(pyramid.zoom - level) * TILE)


def test_no_resolution_is_lost() -> None:
    """The pixel on the ground is never more than 5 % coarser than the source's."""
    for metres in (0.05, 0.1, 0.2, 0.5, 0.6, 1.0, 2.0, 10.0, 30.0):
        assert resolution(zoom_for(metres)) <= metres * 1.05 + 1e-9
        assert resolution(zoom_for(metres) - 1) > metres * 1.05


def test_the_picture_equals_gdals_cubic_warp(drawn: tuple[Path, Path, Pyramid]) -> None:
    source_path, path, _ = drawn
    with rasterio.open(path) as published, rasterio.open(source_path) as source:
        ours, mask = published.read(), published.dataset_mask() > 0
        theirs = np.zeros_like(ours)
        reproject(
            source.read(), theirs, src_transform=source.transform, dst_transform=published.transform,
            src_crs="+proj=tmerc +lon_0=114 +k=1 +x_0=500000 +ellps=WGS84", dst_crs="EPSG:3857",
            resampling=Resampling.cubic, dst_nodata=0,
        )  # fmt: skip
    apart = np.abs(ours[:, mask].astype(int) - theirs[:, mask].astype(int))
    assert apart.mean() < 1.5
    assert np.percentile(apart, 99.9) < 12
    expected = 2600 * 1500 * (PIXEL / np.cos(np.radians(34.42)) / resolution(18)) ** 2
    assert mask.sum() == pytest.approx(expected, rel=0.01)


def test_a_block_is_the_tile_as_it_would_be_served(drawn: tuple[Path, Path, Pyramid]) -> None:
    """The bytes of a block are a complete JPEG that equals what GDAL decodes there."""
    _, path, pyramid = drawn
    tiles = stored_tiles(path)
    with rasterio.open(path) as dataset:
        for level in (0, 2):
            column, row = (pyramid.columns >> level) // 2, (pyramid.rows >> level) // 2
            found = tiles.read(pyramid.zoom - level, (pyramid.column >> level) + column, (pyramid.row >> level) + row)
            assert found is not None
            body, _ = found
            tile = np.moveaxis(np.array(Image.open(io.BytesIO(body)).convert("RGB")), 2, 0)
            size = TILE << level
            window = ((row * size, (row + 1) * size), (column * size, (column + 1) * size))
            read = dataset.read(window=window, out_shape=(3, TILE, TILE))
            apart = np.abs(tile.astype(int) - read.astype(int))  # decoders smooth the colour differently
            assert apart.mean() < 0.5
            assert np.percentile(apart, 99.9) < 10


def test_empty_tiles_are_left_out(drawn: tuple[Path, Path, Pyramid]) -> None:
    _, path, pyramid = drawn
    tiles = stored_tiles(path)
    stored = [
        tiles.read(pyramid.zoom, pyramid.column + column, pyramid.row + row) is not None
        for row in range(pyramid.rows)
        for column in range(pyramid.columns)
    ]
    assert 0 < sum(stored) < len(stored)
    with rasterio.open(path) as dataset:
        mask = dataset.dataset_mask()
    blocks = mask.reshape(pyramid.rows, TILE, pyramid.columns, TILE).max(axis=(1, 3)) > 0
    assert blocks.ravel().tolist() == stored


def test_an_overview_is_the_mean_of_the_level_below(drawn: tuple[Path, Path, Pyramid]) -> None:
    _, path, pyramid = drawn
    with rasterio.open(path) as dataset, rasterio.open(path, overview_level=1) as overview:
        full, mask = dataset.read(), dataset.dataset_mask() > 0
        coarse, coarse_mask = overview.read(), overview.dataset_mask() > 0
    height, width = coarse.shape[1:]
    whole = mask.reshape(height, 4, width, 4).all(axis=(1, 3))
    mean = full.reshape(3, height, 4, width, 4).mean(axis=(2, 4))
    assert pyramid.levels > 2
    assert (coarse_mask | ~whole).all()
    assert np.abs(coarse[:, whole] - mean[:, whole]).mean() < 2


def test_a_half_holds_the_mean_of_what_has_data() -> None:
    pixels = np.zeros((512, 512), np.uint8)
    mask = np.zeros((512, 512), np.uint8)
    pixels[:, :256], mask[:, :256] = 100, 255
    pixels[0, 0], mask[0, 0] = 250, 0  # no data: its value must not count
    mask[0:2, 2:4] = [[255, 0], [0, 0]]  # one of four has data: too little
    half, seen = halve(pixels, mask)
    assert seen is not None
    assert half[0, 0] == 100
    assert seen[0, 0] == 255
    assert seen[0, 1] == 0
    assert (seen[:, 128:] == 0).all()
    assert set(np.unique(half[seen > 0])) == {100}


def test_nodata_alpha_and_masks_make_holes(tmp_path: Path) -> None:
    planes = scene(300, 300)
    hole = np.zeros((300, 300), bool)
    hole[100:200, 100:200] = True
    nodata = planes.copy()
    nodata[:, hole] = 0
    alpha = np.where(hole, 0, 255).astype(np.uint8)
    cases = {
        "nodata": (write(tmp_path / "n.tif", np.maximum(nodata, ~hole), WEST, NORTH, PIXEL), {"nodata": (0, 0, 0)}),
        "alpha": (write(tmp_path / "a.tif", np.concatenate([planes, alpha[None]]), WEST, NORTH, PIXEL), {"alpha": 4}),
        "mask": (write(tmp_path / "m.tif", planes, WEST, NORTH, PIXEL, mask=alpha), {}),
    }
    seen = {}
    for name, (path, facts) in cases.items():
        write_picture(picture(path, data=name, **facts), plan(300, 300), tmp_path / f"{name}.cog.tif")
        with rasterio.open(tmp_path / f"{name}.cog.tif") as dataset:
            mask = dataset.dataset_mask() > 0
            x, y = find_transform(parse_crs("EPSG:4547"), parse_crs("EPSG:3857")).points(WEST + 75, NORTH - 75)
            column, row = ~dataset.transform @ (float(x), float(y))
            seen[name] = mask
            assert not mask[int(row), int(column)]
            assert mask.sum() == pytest.approx(8 / 9 * 9 * 10_000 * (PIXEL * 1.2122 / resolution(18)) ** 2, rel=0.03)
    assert (seen["alpha"] == seen["mask"]).mean() > 0.999


def test_grey_pictures_stay_grey(tmp_path: Path) -> None:
    source = write(tmp_path / "grey.tif", scene(400, 400)[:1], WEST, NORTH, PIXEL)
    write_picture(picture(source, bands=(1,)), plan(400, 400), tmp_path / "grey.cog.tif")
    with rasterio.open(tmp_path / "grey.cog.tif") as dataset:
        assert dataset.count == 1
        assert dataset.profile["compress"] == "jpeg"
    assert cog_validate(tmp_path / "grey.cog.tif", quiet=True)[0]


def test_other_processes_draw_the_same_file(drawn: tuple[Path, Path, Pyramid], tmp_path: Path) -> None:
    """The unit of work can be sent away: a process pool (as Dask's workers) makes the same bytes."""
    source, path, pyramid = drawn
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        write_picture(picture(source), pyramid, tmp_path / "sent.tif", executor=pool)
    assert (tmp_path / "sent.tif").read_bytes() == path.read_bytes()


def test_cancelling_leaves_nothing_behind(drawn: tuple[Path, Path, Pyramid], tmp_path: Path) -> None:
    source, _, pyramid = drawn

    def enough(done: float, total: float | None, message: str) -> None:
        if done >= 1:
            raise Cancelled("cancelled")

    with pytest.raises(Cancelled):
        write_picture(picture(source), pyramid, tmp_path / "half.tif", enough)
    assert list(tmp_path.iterdir()) == []


def test_progress_counts_the_units(drawn: tuple[Path, Path, Pyramid], tmp_path: Path) -> None:
    source, _, pyramid = drawn
    told: list[tuple[float, float | None]] = []
    with ThreadPoolExecutor(1) as pool:
        write_picture(
            picture(source),
            pyramid,
            tmp_path / "told.tif",
            lambda done, total, message: told.append((done, total)),
            pool,
        )
    assert told == [(float(done), float(len(pyramid.units()))) for done in range(len(pyramid.units()) + 1)]


def test_a_damaged_block_ends_the_drawing(tmp_path: Path) -> None:
    source = write(tmp_path / "bad.tif", scene(1200, 1200), WEST, NORTH, PIXEL, tiled=True, compress="deflate")
    body = bytearray(source.read_bytes())
    middle = len(body) // 2
    body[middle : middle + 2000] = b"\x55" * 2000
    source.write_bytes(body)
    with pytest.raises(UnreadableSource, match=r"bad\.tif: the file is damaged"):
        write_picture(picture(source), plan(1200, 1200), tmp_path / "out.tif")
    assert [path.name for path in tmp_path.iterdir()] == ["bad.tif"]


def test_a_stored_mask_is_read_back_as_it_was(tmp_path: Path) -> None:
    planes = scene(300, 300)
    mask = np.where(np.add.outer(np.arange(300), np.arange(300)) % 97 < 60, 255, 0).astype(np.uint8)
    source = write(tmp_path / "m.tif", planes, WEST, NORTH, PIXEL, mask=mask)
    pyramid = plan(300, 300)
    write_picture(picture(source, data="mask"), pyramid, tmp_path / "m.cog.tif")
    tiles = stored_tiles(tmp_path / "m.cog.tif")
    with rasterio.open(tmp_path / "m.cog.tif") as dataset:
        whole = dataset.dataset_mask()
    for row in range(pyramid.rows):
        for column in range(pyramid.columns):
            found = tiles.read(pyramid.zoom, pyramid.column + column, pyramid.row + row)
            there = whole[row * TILE : (row + 1) * TILE, column * TILE : (column + 1) * TILE]
            seen = np.zeros((TILE, TILE), np.uint8) if found is None else decode(*found, True)[1]
            assert np.array_equal(np.full((TILE, TILE), 255) if seen is None else seen, there)


def test_a_picture_amended_is_the_picture_drawn_anew(tmp_path: Path) -> None:
    planes = scene(5200, 2600)
    source = write(tmp_path / "before.tif", planes, WEST, NORTH, PIXEL, mask=np.full((2600, 5200), 255, np.uint8))
    pyramid = plan(5200, 2600)
    write_picture(picture(source, data="mask"), pyramid, tmp_path / "before.cog.tif")
    mask = np.full((2600, 5200), 255, np.uint8)
    planes[:, 300:500, 100:400] = 255 - planes[:, 300:500, 100:400]
    mask[1200:2100, 2500:3300] = 0
    after = picture(write(tmp_path / "after.tif", planes, WEST, NORTH, PIXEL, mask=mask), data="mask")
    write_picture(after, pyramid, tmp_path / "anew.cog.tif")
    assert pyramid.levels > pyramid.unit_levels + 1, "levels that a unit cannot make by itself are in it"
    old, anew = stored_tiles(tmp_path / "before.cog.tif"), stored_tiles(tmp_path / "anew.cog.tif")
    made = [draw_unit(after, pyramid, unit) for unit in pyramid.units()[::-1] if unit.column < 24]
    path = tmp_path / "amended.cog.tif"
    assert amended(old, path, *changed_tiles(old, pyramid, made, True))
    with rasterio.open(path) as dataset, rasterio.open(tmp_path / "anew.cog.tif") as other:
        assert (dataset.shape, dataset.overviews(1)) == (other.shape, other.overviews(1))
        assert np.array_equal(dataset.read(), other.read())
        assert np.array_equal(dataset.dataset_mask(), other.dataset_mask())
    found = stored_tiles(path)
    for level in range(pyramid.levels):
        for row in range(pyramid.rows >> level):
            for column in range(pyramid.columns >> level):
                place = pyramid.zoom - level, (pyramid.column >> level) + column, (pyramid.row >> level) + row
                one, other = found.read(*place), anew.read(*place)
                assert (one is None) == (other is None)
                if one is None or other is None:
                    continue
                if level <= pyramid.unit_levels:
                    assert one == other
                (pixels, seen), (wanted, wanted_seen) = decode(*one, True), decode(*other, True)
                assert np.array_equal(seen, wanted_seen) if seen is not None else wanted_seen is None
                assert np.abs(pixels.astype(int) - wanted).mean() < 3
    before = stored_tiles(tmp_path / "before.cog.tif")
    assert all(np.array_equal(a, b) for one, other in zip(old.levels, before.levels, strict=True)
               for a, b in zip(one.arrays, other.arrays, strict=True))  # fmt: skip


def test_a_picture_of_much_waste_is_not_amended_again(drawn: tuple[Path, Path, Pyramid], tmp_path: Path) -> None:
    path, times = drawn[1], 0
    old = stored_tiles(path)
    tiles = [EncodedTile(0, 0, 0, b"\xff" * (path.stat().st_size // 4), None)]
    while amended(old, tmp_path / f"{times}.tif", tiles, ()):
        old = stored_tiles(tmp_path / f"{times}.tif")
        times += 1
    assert 0 < times < 6
    assert not (tmp_path / f"{times}.tif").exists()


def test_a_plan_covers_its_box_and_ends_in_few_tiles() -> None:
    rng = np.random.default_rng(3)
    for _ in range(100):
        zoom = int(rng.integers(1, 22))
        x, y = rng.uniform(-2e7, 1.9e7), rng.uniform(-2e7, 1.9e7)
        box = Bounds(x, y, min(x + 10 ** rng.uniform(0, 5), 2.003e7), min(y + 10 ** rng.uniform(0, 5), 2.003e7))
        pyramid = plan_pyramid(box, zoom)
        around = pyramid.bounds
        slack = resolution(zoom) / 100
        assert around.west <= box.west + slack
        assert around.north >= box.north - slack
        assert around.east >= box.east - slack
        assert around.south <= box.south + slack
        top = pyramid.levels - 1
        assert max(pyramid.columns >> top, pyramid.rows >> top) <= 2
        assert pyramid.column % 2**top == pyramid.row % 2**top == pyramid.columns % 2**top == 0
        covered = {(u.column + c, u.row + r) for u in pyramid.units() for c in range(u.columns) for r in range(u.rows)}
        side = resolution(zoom) * TILE
        middle = ((box.west + box.east) / 2, (box.south + box.north) / 2)
        place = (int((middle[0] - around.west) / side), int((around.north - middle[1]) / side))
        assert place in covered


def test_an_affine_turned_by_45_degrees_is_drawn_upright(tmp_path: Path) -> None:
    planes = np.full((3, 200, 200), 90, np.uint8)
    planes[:, 90:110, 150:170] = 240
    turned = Affine.translation(WEST, NORTH) @ Affine.rotation(-45) @ Affine.scale(2, -2)
    source = write(tmp_path / "turned.tif", planes, 0, 0, 1, transform=turned)
    x, y = turned @ (160, 100)
    way = find_transform(parse_crs("EPSG:4547"), parse_crs("EPSG:3857"))
    corners = np.array([turned @ corner for corner in ((0, 0), (200, 0), (0, 200), (200, 200))])
    box = way.bounds(Bounds(*corners.min(axis=0), *corners.max(axis=0)))
    write_picture(picture(source), plan_pyramid(box, 16), tmp_path / "up.tif")
    with rasterio.open(tmp_path / "up.tif") as dataset:
        east, north = way.points(x, y)
        column, row = ~dataset.transform @ (float(east), float(north))
        assert dataset.read(1)[int(row), int(column)] > 200
        assert (dataset.dataset_mask() > 0).sum() == pytest.approx((400 * 1.2122 / resolution(16)) ** 2, rel=0.02)


@pytest.mark.parametrize(
    ("profile", "copied"),
    [({"compress": "lzw"}, True), ({}, False), ({"compress": "lzw", "tiled": True}, False)],
    ids=["compressed lines", "plain lines", "squares"],
)
def test_only_compressed_lines_are_copied_into_squares_first(
    profile: dict[str, object], copied: bool, tmp_path: Path
) -> None:
    """The copy shows the same picture, mask included, and is drawn to the same file."""
    planes = np.tile(scene(1000, 60), (1, 1, 7))
    mask = np.full(planes.shape[1:], 255, np.uint8)
    mask[:, 3000:3500] = 0
    source = write(tmp_path / "wide.tif", planes, WEST, NORTH, PIXEL, mask=mask, **profile)
    original = picture(source, data="mask")
    folder = tmp_path / "work"
    folder.mkdir()
    readable, passing = in_squares(original, folder, silent)
    assert (passing is not None) == copied
    if passing is None:
        assert readable is original
        return
    with rasterio.open(passing) as dataset:
        assert np.array_equal(dataset.read(), planes)
        assert np.array_equal(dataset.dataset_mask(), mask)
    for name, one in (("a.tif", original), ("b.tif", readable)):
        write_picture(one, plan(7000, 60), tmp_path / name)
    assert (tmp_path / "a.tif").read_bytes() == (tmp_path / "b.tif").read_bytes()
