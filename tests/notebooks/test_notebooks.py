"""Notebooks run from top to bottom against a real server, and say what the data say."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import geopandas as gpd
import nbformat
import numpy as np
import pytest
from nbclient import NotebookClient

from geoservice.client import City, ServiceError
from geoservice.demo.district import tables
from geoservice.demo.district.build import district
from geoservice.demo.district.files import write_ground
from geoservice.demo.district.terrain import ground
from geoservice.import_request import ImportRequest
from geoservice.importing import run_import
from importers.batch import silent

NOTEBOOK = Path(__file__).resolve().parents[2] / "notebooks" / "01_buildings_on_steep_slopes.ipynb"


@pytest.fixture(scope="module")
def buildings(service: Any, tmp_path_factory: pytest.TempPathFactory) -> gpd.GeoDataFrame:
    """The synthetic district's buildings and ground, published; returns what was imported."""
    folder = tmp_path_factory.mktemp("district")
    scene = district()
    terrain = ground(scene)
    table = tables.buildings(scene, terrain)
    table.to_file(folder / "buildings.gpkg", driver="GPKG", engine="pyogrio")
    write_ground(terrain, folder / "dem.tif")
    run_import(service, ImportRequest((folder / "buildings.gpkg",), "buildings", accuracy_m=0.15), silent)
    run_import(service, ImportRequest((folder / "dem.tif",), "dem-5m", "elevation"), silent)
    return table


@pytest.fixture(scope="module")
def city(buildings: gpd.GeoDataFrame, server: str) -> Iterator[City]:
    """The served city, by the client."""
    with City(server) as city:
        yield city


def test_the_notebook_finds_the_buildings_on_the_hill(city: City, server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GEOSERVICE_URL", server)
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    NotebookClient(notebook, timeout=120, kernel_name="python3").execute()
    printed = "".join(
        output.get("text", "") for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs
    )
    found = re.search(r"(\d+) of (\d+) buildings stand on slopes above 15°", printed)
    assert found, printed
    assert 0 < int(found[1]) < int(found[2])


def test_every_feature_arrives_with_its_values_in_the_crs_asked_for(city: City, buildings: gpd.GeoDataFrame) -> None:
    served = city.layer("buildings").read(crs="EPSG:4509")
    assert len(served) == len(buildings)
    assert served.crs.to_epsg() == 4509
    expected = buildings.to_crs(4509)
    assert served.total_bounds == pytest.approx(expected.total_bounds, abs=0.002)
    assert served.geometry.area.sum() == pytest.approx(expected.geometry.area.sum(), rel=1e-5)


def test_a_box_and_a_filter_narrow_what_is_read(city: City, buildings: gpd.GeoDataFrame) -> None:
    degrees = buildings.to_crs("OGC:CRS84")
    west, south, east, north = degrees.total_bounds
    middle = (west + east) / 2
    left = city.layer("buildings").read(bbox=(west, south, middle, north))
    assert len(left) == int(degrees.geometry.intersects(gpd.GeoSeries.from_wkt(
        [f"POLYGON(({west} {south},{middle} {south},{middle} {north},{west} {north},{west} {south}))"]
    ).iloc[0]).sum())  # fmt: skip
    tall = city.layer("buildings").read(where='"层数" > 10', columns=["层数"])
    assert len(tall) == int((buildings["层数"] > 10).sum())
    assert set(tall.columns) == {"层数", "geometry"}
    assert len(city.layer("buildings").read(limit=7)) == 7


def test_a_window_of_heights_is_in_metres_with_voids_as_nan(city: City, buildings: gpd.GeoDataFrame) -> None:
    west, south, east, north = buildings.to_crs("OGC:CRS84").total_bounds
    window = city.layer("dem-5m").window((west, south, east, north), crs="EPSG:4509")
    assert window.dims == ("band", "y", "x")
    assert window.rio.crs.to_epsg() == 4509
    cell = abs(float(window.x[1] - window.x[0]))
    assert cell == pytest.approx(5.0, rel=0.1)
    assert 20 < float(np.nanmin(window)) < float(np.nanmax(window)) < 400


def test_layers_are_listed_with_what_is_known_of_their_accuracy(city: City) -> None:
    listed = city.layers()
    assert listed.loc["buildings", "accuracy_m"] == pytest.approx(0.15)
    assert listed.loc["dem-5m", "kind"] == "elevation"


def test_what_is_not_there_is_said_in_the_services_words(city: City) -> None:
    with pytest.raises(ServiceError, match="No such layer"):
        city.layer("nothing")
    with City("http://127.0.0.1:9") as nobody, pytest.raises(ServiceError, match="does not answer"):
        nobody.layers()
