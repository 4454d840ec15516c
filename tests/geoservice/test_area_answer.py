"""One area put to all departments: as JSON, as a table, as a page to print, and from the command line."""

import csv
import io
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
from typer.testing import CliRunner

from geoservice.analysis.account import layer_account
from geoservice.analysis.area_file import read_area
from geoservice.cli import app
from geoservice.settings import Settings
from layers.catalogue import find_layer
from layers.crs.area import geodesic_area, geodesic_length
from layers.errors import BadQuery
from layers.layer import Column
from layers.overlay import statistics_in
from layers.tables import run
from layers.views import ALL
from tests.feature_layers import make_layer
from tests.geoservice.api_app import api_client

CLASS = [Column("class", "地类", "text")]
PLOTS = [
    ("0101", "POLYGON((115 34, 115.01 34, 115.01 34.01, 115 34.01, 115 34))"),
    ("0307", "POLYGON((115.005 34, 115.01 34, 115.01 34.01, 115.005 34.01, 115.005 34))"),
]
ASKED = shapely.box(114.99, 33.99, 115.02, 34.02)
BODY = {"polygon": json.loads(shapely.to_geojson(ASKED))}


@pytest.fixture(scope="module")
def client(database: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    with database.session() as session:
        style = {"class": "class", "preset": "parcels"}
        make_layer(session, "plots", PLOTS, CLASS, "Polygon", style=style, department="land")
        make_layer(session, "far", [("0101", "POINT(110 30)")], CLASS, "Point")
        make_layer(session, "around", [("a", "POINT(115.03 34.01)"), ("b", "POINT(114.98 34)")], CLASS, "Point")
        session.commit()
    with api_client(database, tmp_path_factory.mktemp("data")) as client:
        yield client


def test_an_area_counts_once_what_overlaps_and_names_the_layers_that_hold_nothing(client: Any) -> None:
    answer = client.post("/what-is-here", json=BODY).json()
    areas = geodesic_area(np.array([shapely.from_wkt(wkt) for _, wkt in PLOTS], dtype=object))
    (plots,) = answer["answers"]
    assert plots["total"]["area_m2"] == pytest.approx(areas.sum(), rel=1e-6)
    assert plots["total"]["covered_m2"] == pytest.approx(areas[0], rel=1e-6)
    assert plots["total"]["share"] == pytest.approx(areas[0] / answer["polygon"]["area_m2"], abs=1e-6)
    assert [one["layer"] for one in answer["empty"]] == ["around"]
    assert [one["layer"] for one in answer["elsewhere"]] == ["far"]


def test_an_area_is_off_by_its_boundary_times_the_layers_accuracy_and_unknown_stays_unknown(
    client: Any, database: Any
) -> None:
    (plots,) = client.post("/what-is-here", json=BODY).json()["answers"]
    assert [part["area_off_m2"] for part in plots["parts"]] == [None, None]
    with database.session() as session:
        layer = find_layer(session, "plots", ALL)
        rows = run(session, statistics_in(layer, ASKED, "class"))
    facts = replace(layer.version.facts, accuracy_m=2.0)
    known = replace(layer, version=replace(layer.version, facts=facts))
    account = layer_account(known, rows, 1e6)
    edges = geodesic_length(np.array([shapely.from_wkt(wkt) for _, wkt in PLOTS], dtype=object))
    assert [part["area_off_m2"] for part in account["parts"]] == pytest.approx([2 * edge for edge in edges], rel=1e-6)
    assert account["total"]["area_off_m2"] == pytest.approx(2 * edges.sum(), rel=1e-6)


@pytest.mark.parametrize("path", ["", "/plots", "/plots/items", "/plots/items/1"])
def test_the_pages_of_a_layer_say_how_far_off_it_may_be_beside_its_name(client: Any, path: str) -> None:
    page = client.get(f"/collections{path}?f=html").text
    assert re.search(r'title="坐标与真实位置最多相差">± \?<', page)


def test_the_table_has_the_total_of_a_layer_then_its_classes_in_the_readers_language(client: Any) -> None:
    said = client.post("/what-is-here?f=csv&lang=zh", json=BODY)
    assert said.headers["content-type"].startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(said.text.removeprefix("\ufeff"))))
    assert [(row["layer"], row["state"], row["class"]) for row in rows] == [
        ("plots", "total", ""), ("plots", "class", "0101"), ("plots", "class", "0307"),
        ("around", "empty", ""), ("far", "elsewhere", ""),
    ]  # fmt: skip
    assert rows[1]["meaning"] == "水田"


def test_the_page_shows_the_area_on_the_map_and_what_every_department_holds(client: Any) -> None:
    page = client.post("/what-is-here?f=html&lang=en", json=BODY).text
    assert "One area, all departments" in page
    assert not re.search("[\u4e00-\u9fff]", re.sub(r"<title>.*?</title>|地类|商丘", "", page))
    picture = re.search(r'<image href="([^"]+)"', page)
    assert picture is not None
    drawn = client.get(picture[1].replace("&amp;", "&"))
    assert (drawn.status_code, drawn.headers["content-type"]) == (200, "image/png")
    xs, ys = zip(
        *(map(float, pair.split(",")) for pair in re.findall(r"[\d.]+,[\d.]+", page.split(' d="')[1])), strict=True
    )
    assert 0 < min(xs) < max(xs) < 1000
    assert 0 < min(ys) < max(ys) < 520


def test_a_form_that_is_not_there_is_refused(client: Any) -> None:
    assert client.post("/what-is-here?f=kml", json=BODY).status_code == 400


def test_the_command_line_answers_the_same(client: Any, database: Any, tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setenv("GEOSERVICE_DATABASE_URL", database.url.render_as_string(hide_password=False))
    monkeypatch.setenv("GEOSERVICE_DATA_DIR", str(tmp_path))
    box = ",".join(map(str, ASKED.bounds))
    told = CliRunner().invoke(app, ["what-is-inside", box, "--format", "json"])
    assert json.loads(told.output) == client.post("/what-is-here", json=BODY).json()
    table = CliRunner().invoke(app, ["--language", "zh", "what-is-inside", box]).output
    assert "水田" in table
    assert "数据未及此处：" in table
    here = CliRunner().invoke(app, ["what-is-here", "115.007,34.005", "--json"])
    assert json.loads(here.output) == client.get("/what-is-here?lon=115.007&lat=34.005").json()
    assert "#2" in CliRunner().invoke(app, ["what-is-here", "115.007,34.005"]).output


def test_an_area_in_a_file_is_brought_onto_the_frame(tmp_path: Path) -> None:
    geopandas = pytest.importorskip("geopandas")
    path, frame = tmp_path / "plot.gpkg", Settings().read_frame()
    geopandas.GeoSeries([ASKED], crs=4490).to_crs(4509).to_file(path)
    assert read_area(str(path), frame).symmetric_difference(ASKED).area < 1e-5
    shapely_point = geopandas.GeoSeries([ASKED.centroid], crs=4490)
    shapely_point.to_file(tmp_path / "point.gpkg")
    for wrong in (str(tmp_path / "point.gpkg"), "nothing.shp", "1,2,3"):
        with pytest.raises(BadQuery):
            read_area(wrong, frame)
