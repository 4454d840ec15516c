"""Map sheets over HTTP and on the command line: looked up, told what is held of them, written out."""

import html
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import geopandas
import numpy as np
import pyogrio
import pytest
import rasterio
import shapely
from affine import Affine
from rasterio.env import hasenv
from starlette.testclient import TestClient
from typer.testing import CliRunner

from geoservice.cli import app
from geoservice.database import Database
from importers.batch import ImportOptions, ReadOptions
from importers.importing import import_path
from layers.frame import SHANGQIU
from layers.layer import LayerSpec
from layers.sheet.national import find_sheet
from layers.storage import Storage
from tests.geoservice.api_app import api_client

SHEET = find_sheet("I50G038027")
WEST, SOUTH, EAST, NORTH = SHEET.bounds


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("data")


@pytest.fixture(scope="module")
def client(database: Database, folder: Path) -> Iterator[TestClient]:
    """Heights over the west half of a sheet and beyond, and three lines of which one leaves the sheet."""
    storage = Storage(folder / "storage")
    storage.root.mkdir()
    y, x = np.mgrid[0:80, 0:80]
    heights = (40 + x / 10 + y / 20).astype("float32")
    side = (NORTH - SOUTH) / 60
    affine = Affine(side, 0, (WEST + EAST) / 2 - 80 * side, 0, -side, NORTH + 10 * side)
    with rasterio.open(
        folder / "heights.tif", "w", driver="GTiff", width=80, height=80, count=1, dtype="float32", crs="EPSG:4490",
        transform=affine,
    ) as sink:  # fmt: skip
        sink.write(heights, 1)
    middle = (SOUTH + NORTH) / 2
    lines = [[(WEST - 0.01, middle), (WEST + 0.01, middle)], [(WEST + 0.02, middle), (WEST + 0.03, middle)]]
    away = [(EAST + 0.1, middle), (EAST + 0.2, middle)]
    drawn = [shapely.LineString(line) for line in (*lines, away)]
    geopandas.GeoDataFrame({"n": [1, 2, 3]}, geometry=drawn, crs=4490).to_file(folder / "lines.gpkg", engine="pyogrio")
    with database.session() as session:
        said = ImportOptions(read=ReadOptions(heights="1985"))
        for name, kind in (("heights.tif", "elevation"), ("lines.gpkg", "vector")):
            spec = LayerSpec(Path(name).stem, kind, public=True)  # type: ignore[arg-type]
            import_path(session, storage, SHANGQIU, folder / name, spec, said)
        session.commit()
    with api_client(database, folder) as client:
        yield client


@pytest.mark.parametrize("name", ["I50G038027", "i50g038027", "I-50-28-(27)"])
def test_a_sheet_answers_to_new_and_old_names(client: TestClient, name: str) -> None:
    answer = client.get(f"/sheets/{name}")
    assert answer.status_code == 200, answer.text
    assert answer.json()["properties"]["code"].startswith("I50G")


def test_what_is_held_of_a_sheet_names_layer_share_and_resolution(client: TestClient) -> None:
    held = {part["layer"]: part for part in client.get("/sheets/I50G038027").json()["properties"]["holdings"]}
    assert held["heights"]["share"] == pytest.approx(0.5, abs=0.01)
    assert held["heights"]["resolution_m"] > 0
    assert held["heights"]["version"] == 1


def test_square_sheets_are_asked_for_by_their_numbering(client: TestClient) -> None:
    answer = client.get("/sheets?numbering=square&scale=500&lon=115.65&lat=34.441667").json()
    assert [feature["id"] for feature in answer["features"]] == ["3813.25-375.75"]
    named = client.get("/sheets/13.25-75.75?numbering=square&north-offset-km=3800&east-offset-km=300").json()
    assert shapely.equals_exact(
        shapely.from_geojson(json.dumps(named["geometry"])),
        shapely.from_geojson(json.dumps(answer["features"][0]["geometry"])), tolerance=1e-12,
    )  # fmt: skip


def test_the_table_is_a_page_too(client: TestClient) -> None:
    page = client.get("/sheets?scale=50000&f=html", headers={"Accept-Language": "en"})
    assert page.status_code == 200
    assert "I50E010007" in page.text
    assert "missing" in page.text


def test_a_page_shows_two_hundred_sheets_and_leads_to_the_others(client: TestClient) -> None:
    asked = "/sheets?scale=5000&bbox=115.0,34.0,115.9,34.5&f="
    every = [feature["id"] for feature in client.get(f"{asked}json").json()["features"]]
    assert len(every) > 400
    seen: list[str] = []
    address = f"{asked}html"
    while address:
        page = client.get(address, headers={"Accept-Language": "en"}).text
        codes = list(dict.fromkeys(re.findall(r"/sheets/([A-Z0-9]+)\"", page)))
        assert len(codes) <= 200
        seen += codes
        following = re.search(r'href="([^"]+)">Next<', page)
        address = html.unescape(following[1]) if following else ""
    assert seen == every


def test_heights_of_a_sheet_end_exactly_at_its_edges(client: TestClient, tmp_path: Path) -> None:
    answer = client.get("/collections/heights/sheets/I50G038027")
    assert answer.status_code == 200, answer.text
    assert 'filename="I50G038027_heights.tif"' in answer.headers["content-disposition"]
    (tmp_path / "sheet.tif").write_bytes(answer.content)
    with rasterio.open(tmp_path / "sheet.tif") as found:
        assert tuple(found.bounds) == pytest.approx((WEST, SOUTH, EAST, NORTH), abs=1e-12)
        values = found.read(1)
        assert np.isnan(values[:, -5:]).all()
        assert np.isfinite(values[:, : found.width // 2 - 2]).all()


@pytest.mark.parametrize("form", ["gpkg", "gml", "fgb"])
def test_features_of_a_sheet_are_cut_at_its_edges(client: TestClient, tmp_path: Path, form: str) -> None:
    answer = client.get(f"/collections/lines/sheets/I50G038027?f={form}")
    assert answer.status_code == 200, answer.text
    (tmp_path / f"sheet.{form}").write_bytes(answer.content)
    found = pyogrio.read_dataframe(tmp_path / f"sheet.{form}")
    assert sorted(found.n) == [1, 2]
    assert found.total_bounds[0] == pytest.approx(WEST, abs=1e-9)
    assert set(found.geom_type) == {"LineString"}


def test_a_sheet_without_the_layer_is_not_found(client: TestClient) -> None:
    assert client.get("/collections/lines/sheets/I50G001001").status_code == 404
    assert client.get("/collections/nothing/sheets/I50G038027").status_code == 404
    assert client.get("/collections/heights/sheets/I50G038027?f=gpkg").status_code == 400


def _cli(database: Database, folder: Path, *words: str) -> str:
    url = database.url.render_as_string(hide_password=False)
    environment = {"GEOSERVICE_DATABASE_URL": url, "GEOSERVICE_DATA_DIR": str(folder)}
    done = CliRunner().invoke(app, list(words), env=environment, catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return str(done.output)


def test_a_layer_is_written_out_sheet_by_sheet(
    client: TestClient, database: Database, folder: Path, tmp_path: Path
) -> None:
    said = _cli(database, folder, "export", "heights", "--scale", "10000", "--folder", str(tmp_path))
    written = sorted(path.name for path in tmp_path.iterdir())
    assert "I50G038027_heights.tif" in written
    assert len(written) >= 2
    assert all(name.split("_")[0] in said for name in written)
    assert not hasenv()  # the settings of tiles hide sidecars; what a thread does after an export may need them


def test_holdings_become_a_layer(client: TestClient, database: Database, folder: Path) -> None:
    said = _cli(database, folder, "holdings", "--scale", "250000", "--of", "heights", "--layer", "holdings")
    assert "published as layer holdings" in said
    with api_client(database, folder) as again:
        found: Any = again.get("/collections/holdings/items?limit=1000").json()
    states = [feature["properties"]["state"] for feature in found["features"]]
    assert {"partial", "missing"} <= set(states)
    held = next(feature["properties"] for feature in found["features"] if feature["properties"]["layer"])
    assert (held["layer"], held["version"]) == ("heights", 1)


def test_only_the_sheets_an_outline_enters_are_counted(database: Database, folder: Path, tmp_path: Path) -> None:
    outline = tmp_path / "outline.geojson"
    west, south, east, north = find_sheet("I50G038027").bounds
    ring = [[west, south], [east + 0.05, south], [west, north], [west, south]]
    shape = {"type": "Polygon", "coordinates": [ring]}
    outline.write_text(json.dumps({"type": "Feature", "properties": {}, "geometry": shape}), "utf-8")
    said = _cli(database, folder, "sheet", "--area", str(outline), "--scale", "10000")
    assert [line.split()[0] for line in said.splitlines()] == ["I50G038027", "I50G038028"]
    assert "2 sheets of 1:10000" in _cli(database, folder, "holdings", "--area", str(outline), "--scale", "10000")
