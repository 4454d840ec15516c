"""An analyst's day with the notebook client: reading by every means, processes, changes and their history."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pyproj
import pytest
import rasterio
import shapely
from affine import Affine

from geoservice.auth import create_token
from geoservice.client import City, Layer, ServiceError
from geoservice.client.shapes import frame_of
from geoservice.jobs.import_request import ImportRequest
from geoservice.jobs.importing import run_import
from importers.batch import silent
from tests.waiting import until

BOX = (115.6, 34.4, 115.65, 34.45)
SURVEYED = ["2019-05-01", "2021-06-01", "2023-07-01"]


@pytest.fixture(scope="module")
def city(service: Any, server: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[City]:
    """A served city with three wells, by the client of somebody who may write."""
    path = tmp_path_factory.mktemp("wells") / "wells.geojson"
    places = gpd.points_from_xy([115.61, 115.62, 115.63], [34.41, 34.42, 34.43])
    wells = gpd.GeoDataFrame(
        {"name": ["古城井", "新城井", "南关井"], "depth": [12.5, 30.0, 21.0]}, geometry=places, crs=4490
    )
    wells.assign(surveyed=SURVEYED).to_file(path, driver="GeoJSON")
    run_import(service, ImportRequest((path,), "wells", public=True, style={"label": "name"}), silent)
    with service.database.session() as session:
        token = create_token(session, "analyst", ["*"], write=True)
        session.commit()
    with City(server, token) as city:
        _await_layer(city, "wells")
        yield city


def _await_layer(city: City, name: str) -> None:
    """Wait until the serving process has heard of a layer that another process published."""

    def known() -> bool:
        try:
            city.layer(name)
        except ServiceError:
            return False
        return True

    until(known)


@pytest.fixture
def wells(city: City) -> Layer:
    """The layer of wells."""
    return city.layer("wells")


def test_what_is_asked_wrongly_is_told_in_the_readers_language_with_what_was_perhaps_meant(city: City) -> None:
    assert repr(city).startswith("<City http://")
    with pytest.raises(ServiceError, match="Like it: wells"):
        city.layer("well")
    with pytest.raises(ServiceError, match="begins with http://"):
        City("127.0.0.1:8000")
    with City(city._connection.url, language="zh") as chinese:
        with pytest.raises(ServiceError, match="没有这个图层"):
            chinese.layer("nothing-alike")
        with pytest.raises(ServiceError, match="没有坐标系"):
            chinese.what_is_inside(gpd.GeoSeries.from_wkt(["POLYGON((0 0,1 0,1 1,0 0))"]))
    with pytest.raises(ServiceError, match="不是服务地址"):
        City("127.0.0.1:8000", language="zh")


def test_a_coordinate_system_that_does_not_exist_is_refused_in_the_readers_language(city: City, wells: Layer) -> None:
    with pytest.raises(ServiceError, match="'EPSG:99999999' is no known coordinate system"):
        wells.read(crs="EPSG:99999999")
    with pytest.raises(ServiceError, match="'metres' is no known coordinate system"):
        wells.window((115.6, 34.4, 115.7, 34.5), crs="metres")
    with City(city._connection.url, language="zh") as chinese:
        with pytest.raises(ServiceError, match="没有坐标系“EPSG:99999999”"):
            chinese.layer("wells").read(crs="EPSG:99999999")


def test_the_columns_of_a_layer_come_with_titles_types_and_codes(wells: Layer) -> None:
    columns = wells.columns()
    assert columns.loc["depth", ["type", "title"]].tolist() == ["number", "depth"]
    assert columns.loc["name", "codes"] is None
    assert "geometry" not in columns.index


def test_features_are_read_in_an_order_by_words_in_pinyin_and_by_their_time(wells: Layer) -> None:
    assert list(wells.read(sort="-depth").name) == ["新城井", "南关井", "古城井"]
    assert list(wells.read(words="gucheng").name) == ["古城井"]
    assert list(wells.read(datetime="2021-01-01/..", sort="depth").name) == ["南关井", "新城井"]


def test_what_finds_nothing_has_the_columns_and_types_all_the_same(wells: Layer) -> None:
    some, none = wells.read(crs="EPSG:4509"), wells.read(where="depth > 1000", crs="EPSG:4509")
    assert (len(none), list(none.columns), none.crs, none.index.name) == (0, list(some.columns), some.crs, "fid")
    assert none.dtypes.to_dict() == some.dtypes.to_dict()
    assert none[none.depth > 5].empty
    assert list(wells.read(where="depth > 1000", columns=["depth"]).columns) == ["depth", "geometry"]


def test_where_north_stands_first_on_the_wire_heights_are_kept() -> None:
    shapes = [[3_812_000.0, 376_000.0, 41.5], [3_812_100.0, 376_100.0]]
    points = [{"type": "Point", "coordinates": at} for at in shapes]
    features = [{"id": n, "properties": {}, "geometry": point} for n, point in enumerate(points)]
    frame = frame_of(features, pyproj.CRS(4509))
    assert [shape.wkt for shape in frame.geometry] == ["POINT Z (376000 3812000 41.5)", "POINT (376100 3812100)"]


def test_features_of_all_layers_are_found_by_name(city: City) -> None:
    found = city.search("ngj")
    assert list(found.layer + found.title) == ["wells南关井"]
    assert found.geometry.iloc[0].equals_exact(shapely.Point(115.63, 34.43), 1e-9)


def test_a_map_is_a_picture_a_notebook_shows(city: City, wells: Layer, tmp_path: Path) -> None:
    for picture in (
        wells.picture(BOX, 300),
        city.picture(BOX, ["wells"]),
    ):
        assert picture._repr_png_().startswith(b"\x89PNG")
    picture.save(tmp_path / "map.png")
    assert (tmp_path / "map.png").read_bytes() == picture.data


def test_a_window_of_a_picture_goes_on_to_be_used_when_its_file_is_gone(
    city: City, service: Any, tmp_path: Path
) -> None:
    pixels = np.random.default_rng(1).integers(0, 255, (3, 64, 64), dtype=np.uint8)
    shape = {"count": 3, "width": 64, "height": 64, "dtype": "uint8", "crs": "EPSG:4509"}
    with rasterio.open(
        tmp_path / "photo.tif", "w", transform=Affine(1, 0, 376_000, 0, -1, 3_812_064), **shape
    ) as sheet:
        sheet.write(pixels)
    run_import(service, ImportRequest((tmp_path / "photo.tif",), "photo", public=True), silent)
    _await_layer(city, "photo")
    west, south, east, north = (
        gpd.GeoSeries([shapely.box(376_010, 3_812_010, 376_050, 3_812_050)], crs=4509).to_crs(4490).total_bounds
    )
    window = city.layer("photo").window((west, south, east, north))
    assert window.rio.nodata is None
    assert window.rio.reproject("EPSG:4509").rio.crs == "EPSG:4509"


def test_processes_are_called_with_shapes_and_answer_frames(city: City) -> None:
    assert "nearest" in city.processes().index
    near = city.run("nearest", lon=115.62, lat=34.42, layers=["wells"], count=1)
    assert list(near.name) == ["新城井"]
    around = city.run("buffer", geometry=gpd.GeoSeries.from_xy([375_923], [3_813_295], crs=4509), distance=100)
    assert around.to_crs(4509).area.iloc[0] == pytest.approx(3.1365e4, rel=3e-3)


def test_features_are_added_changed_removed_and_the_layer_as_it_was_is_still_read(wells: Layer) -> None:
    before = datetime.now(UTC).isoformat()
    added = wells.add(
        gpd.GeoDataFrame({"name": ["北关井"]}, geometry=gpd.points_from_xy([375_923], [3_813_295]), crs=4509)
    )
    well = wells.read().loc[added]
    assert well.to_crs(4509).geometry.iloc[0].equals_exact(shapely.Point(375_923, 3_813_295), 1e-3)
    wells.update(well.assign(depth=44.5)[["depth"]])
    wells.update(well[["geometry"]].set_geometry([shapely.Point(115.7, 34.5)]))
    now = wells.read().loc[added[0]]
    assert (now.depth, now["name"], now.geometry) == (44.5, "北关井", shapely.Point(115.7, 34.5))
    history = wells.history(added[0])
    assert list(history.column[:2]) == ["geometry", "depth"]
    assert (history.after[1], history.caller[1]) == (44.5, "analyst")
    assert len(wells.read(as_of=before)) == 3
    wells.remove(added)
    assert len(wells.read()) == 3


def test_a_refused_change_changes_nothing_and_says_which_row_and_why(wells: Layer) -> None:
    two = gpd.GeoDataFrame(
        {"name": ["甲", "乙"], "colour": [None, "red"]}, geometry=gpd.points_from_xy([0, 1], [0, 1]), crs=4326
    )
    with pytest.raises(ServiceError, match="/changes/1/feature/properties/colour"):
        wells.add(two)
    with pytest.raises(ServiceError, match="no CRS"):
        wells.add(two.set_crs(None, allow_override=True))
    with pytest.raises(ServiceError, match="no feature 99"):
        wells.update(wells.read().iloc[:1].set_axis([99])[["name"]])
    assert len(wells.read()) == 3


def test_the_service_that_is_not_there_is_named() -> None:
    with pytest.raises(ServiceError, match=r"http://127\.0\.0\.1:1 does not answer"):
        City("http://127.0.0.1:1").layers()
