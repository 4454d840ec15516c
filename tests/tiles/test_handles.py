"""The pool of open files: bounded, one user at a time, safe between threads."""

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
import rasterio
from rasterio._env import get_gdal_config
from rasterio.windows import Window

from tests.tiles.rasters import write_tif
from tiles.errors import RasterUnreadable
from tiles.raster import handles
from tiles.raster.handles import GDAL_OPTIONS, Pool, enter_gdal
from tiles.raster.open_raster import OpenRaster


def some_files(folder: Path, count: int) -> list[str]:
    return [
        str(write_tif(folder / f"{n}.tif", np.full((1, 64, 64), n, np.uint8), "EPSG:4509", 4e5, 3.8e6, 1.0))
        for n in range(count)
    ]


def test_a_file_given_back_is_lent_again_without_opening(tmp_path: Path) -> None:
    pool, [name] = Pool(), some_files(tmp_path, 1)
    with pool.borrow(name) as first:
        pass
    with pool.borrow(name) as second:
        assert second is first
        with pool.borrow(name) as third:
            assert third is not first
    assert len(pool) == 2


def test_the_least_recently_used_files_are_closed_beyond_the_limit(tmp_path: Path) -> None:
    pool, names = Pool(limit=3), some_files(tmp_path, 6)
    lent = []
    for name in [*names, names[3], names[5]]:
        with pool.borrow(name) as raster:
            lent.append(raster)
    assert len(pool) == 3
    assert [raster.base.closed for raster in lent[:6]] == [True, True, True, False, False, False]
    assert lent[6] is lent[3]


def test_a_file_that_failed_is_not_lent_again(tmp_path: Path) -> None:
    pool, [name] = Pool(), some_files(tmp_path, 1)
    with pytest.raises(ValueError, match="half-way"), pool.borrow(name) as raster:
        raise ValueError("half-way")
    assert raster.base.closed
    assert len(pool) == 0


def test_forgetting_closes_the_files_below_a_folder(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    pool = Pool()
    for name in some_files(tmp_path / "a", 2) + some_files(tmp_path / "b", 2):
        with pool.borrow(name):
            pass
    pool.forget(str(tmp_path / "a"))
    assert len(pool) == 2
    pool.forget()
    assert len(pool) == 0


def test_many_threads_read_right_values_from_few_files(tmp_path: Path) -> None:
    pool, names = Pool(limit=4), some_files(tmp_path, 6)
    at_once: dict[int, int] = {}
    lock = threading.Lock()

    def read(number: int) -> bool:
        with pool.borrow(names[number % 6]) as raster:
            with lock:
                at_once[id(raster)] = at_once.get(id(raster), 0) + 1
                alone = at_once[id(raster)] == 1
            seen = raster.base.read(1)[number % 64, 3]
            with lock:
                at_once[id(raster)] -= 1
            return alone and seen == number % 6

    with ThreadPoolExecutor(8) as threads:
        assert all(threads.map(read, range(400)))
    assert len(pool) <= 4


def test_only_geotiffs_are_opened(tmp_path: Path) -> None:
    """A VRT could send GDAL to any file or address."""
    target = some_files(tmp_path, 1)[0]
    vrt = tmp_path / "trap.tif"
    source = f"<SimpleSource><SourceFilename>{target}</SourceFilename></SimpleSource>"
    band = f'<VRTRasterBand dataType="Byte" band="1">{source}</VRTRasterBand>'
    place = "<GeoTransform>4e5,1,0,3.8e6,0,-1</GeoTransform>"
    vrt.write_text(f'<VRTDataset rasterXSize="64" rasterYSize="64">{place}{band}</VRTDataset>')
    with rasterio.open(vrt, driver="VRT") as opened:
        assert opened.count == 1
    with pytest.raises(RasterUnreadable, match=r"trap\.tif"), Pool().borrow(str(vrt)):
        pass


def test_the_level_that_fits_forgives_a_fifth(tmp_path: Path) -> None:
    zeros = np.zeros((1, 512, 512), np.uint8)
    path = write_tif(tmp_path / "o.tif", zeros, "EPSG:4509", 4e5, 3.8e6, 1.0, overviews=(2, 4))
    raster = OpenRaster(str(path))
    assert [raster.level_for(step) for step in (0.1, 1, 1.6, 1.7, 3, 3.4, 100)] == [0, 0, 0, 1, 1, 2, 2]
    assert [raster.level(number).width for number in (0, 1, 2)] == [512, 256, 128]
    raster.close()


def test_gdal_s_block_cache_is_the_size_we_say_in_every_thread() -> None:
    """rasterio takes a bare number as bytes; 160 of them would cache nothing."""

    def said() -> object:
        enter_gdal()
        return get_gdal_config("GDAL_CACHEMAX")

    with ThreadPoolExecutor(1) as one, ThreadPoolExecutor(1) as other:  # not this thread, where other tests write files
        assert one.submit(said).result() == other.submit(said).result() == GDAL_OPTIONS["GDAL_CACHEMAX"]
    assert GDAL_OPTIONS["GDAL_CACHEMAX"] >= 64 * 2**20


def test_the_pool_s_size_can_be_set_and_closes_what_is_too_many(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(handles, "POOL", Pool())
    monkeypatch.setattr(handles, "_configured", dict(GDAL_OPTIONS))
    names = some_files(tmp_path, 4)
    for name in names:
        with handles.POOL.borrow(name):
            pass
    handles.configure(cache_mb=64, files=2)
    with handles.POOL.borrow(names[3]):
        pass
    assert len(handles.POOL) == 2
    assert handles._configured["GDAL_CACHEMAX"] == 64 * 2**20


@pytest.mark.parametrize("size", [512, 500])
def test_an_overview_reads_the_same_through_the_base_as_on_its_own(tmp_path: Path, size: int) -> None:
    noise = np.random.default_rng(0).integers(0, 255, (2, size, size)).astype(np.uint8)
    path = write_tif(tmp_path / "n.tif", noise, "EPSG:4509", 4e5, 3.8e6, 1.0, overviews=(2, 4, 8))
    with Pool().borrow(str(path)) as raster:
        for number in range(4):
            assert raster.size(number) == (raster.level(number).width, raster.level(number).height)
            window = Window(3, 5, 40, 30)
            alone = raster.level(number).read([2, 1], window=window)
            assert np.array_equal(raster.read(number, [2, 1], window, None), alone)
