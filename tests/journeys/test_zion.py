"""Another place with its own frame: four coordinate systems of one park line up, and no code changed."""

import json
from pathlib import Path
from typing import Any

import pytest
import rasterio

from tests.journeys.conftest import Run

FRAME = """
name = "zion"
title = { zh = "锡安", en = "Zion" }
extent = [-113.3, 37.0, -112.7, 37.6]
storage_srid = 4326
metric_srid = 32612
height_srid = 5703
"""


@pytest.fixture(scope="module")
def city(geoservice: Run, shared_data: Path, service: Any, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The park served: outline, points, heights, land cover in two coordinate systems, a Landsat picture."""
    from starlette.testclient import TestClient

    from geoservice.app import create_app

    frame = tmp_path_factory.mktemp("frame") / "zion.toml"
    frame.write_text(FRAME, encoding="utf-8")
    park = shared_data / "zion_place"
    for layer, arguments in {
        "park": (park / "zion.gpkg", "--crs", "EPSG:32612"),
        "points": (park / "zion_points.gpkg",),
        "heights": (park / "srtm.tif", "--kind", "elevation"),
        "cover": (park / "nlcd.tif", "--kind", "imagery"),
        "landsat": (park / "landsat_b4.tif", "--kind", "imagery"),
    }.items():
        geoservice("import", *arguments, "--layer", layer, frame=frame)
    with TestClient(create_app(service.settings.model_copy(update={"frame": str(frame)}))) as client:
        yield client


def test_every_point_lies_in_the_park_and_has_the_height_of_the_file(city: Any, shared_data: Path) -> None:
    points = city.get("/collections/points/items", params={"limit": 100}).json()["features"]
    assert len(points) == 30
    for point in points:
        lon, lat = point["geometry"]["coordinates"]
        answers = {a["layer"]: a for a in city.get("/what-is-here", params={"lon": lon, "lat": lat}).json()["answers"]}
        assert answers["park"]["features"][0]["metres_away"] == 0
        with rasterio.open(shared_data / "zion_place" / "srtm.tif") as srtm:
            row, column = srtm.index(lon, lat)
            around = srtm.read(1)[row - 1 : row + 2, column - 1 : column + 2]
        assert around.min() <= answers["heights"]["value"] <= around.max()
        assert 3 <= answers["cover"]["value"] <= 5


def test_the_metric_grid_is_the_frames_own(city: Any) -> None:
    grids = json.dumps(city.get("/tileMatrixSets").json())
    assert "ScaleGrid32612" in grids
    grid = city.get("/tileMatrixSets/ScaleGrid32612").json()
    assert [round(matrix["scaleDenominator"]) for matrix in grid["tileMatrices"]][-1] == 500
