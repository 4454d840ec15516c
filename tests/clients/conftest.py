"""A service on a real port, over layers whose truth the tests ask from SQL."""

import math
import os
import sys
from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

import pytest

from geoservice.database import Database
from layers.catalogue import Catalogue, load_catalogue
from layers.layer import Column
from layers.tables import Statement, quote, run
from tests.clients.matrix import PAGE, noted, page
from tests.feature_layers import buildings, make_layer
from tests.serving import started

WELLS = 2345
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def _gdal_keeps_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """GDAL keeps WMTS tiles where it is run; an earlier run's would answer for this one."""
    monkeypatch.setenv("GDAL_DEFAULT_WMS_CACHE_PATH", str(tmp_path / "wms"))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Note how each test that proves a cell of the matrix went: what it did, or that its preparation failed."""
    report = yield
    if report.when == "call" or report.outcome != "passed":
        for mark in item.iter_markers("cell"):
            noted(*mark.args, report.outcome)
    return report


def pytest_sessionfinish() -> None:
    """Write the page of what this run has seen, when asked to."""
    if os.environ.get("GEOSERVICE_WRITE_CLIENTS"):
        PAGE.write_text(page(), encoding="utf-8")


@dataclass(frozen=True)
class Live:
    """A running service: its address, and the database beneath it."""

    url: str
    database: Database
    catalogue: Catalogue
    log: Path

    def asked(self) -> list[str]:
        """The paths and queries asked so far, decoded."""
        return [unquote(line.split()[1]) for line in self.log.read_text().splitlines() if line.startswith("GET ")]

    def truth(self, layer: str, sql: str) -> list[tuple]:
        """Rows of a SELECT in which ``{table}`` stands for the layer's table."""
        table = quote(self.catalogue.layers[layer].version.table)
        with self.database.session() as session:
            return [tuple(row) for row in run(session, Statement(sql.format(table=table)))]


@pytest.fixture(scope="module")
def live(database: Database, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """A service with points, polygons with holes, lines with time, and enough wells for several pages."""
    with database.session() as session:
        make_layer(session, "buildings", buildings())
        wells = [(f"井{i}", i % 7, f"POINT({115 + (i % 50) / 100} {34 + (i // 50) / 100})") for i in range(WELLS)]
        make_layer(session, "wells", wells, [Column("name", "名称", "text"), Column("kind", "类", "integer")])
        make_layer(session, "parcels", _parcels(), [Column("dlbm", "地类", "text")], geometry_type="MultiPolygon")
        lines = [(f"2020-0{i}-01T00:00:00Z", f"LINESTRING(115 34, {115 + i / 10} 34.{i})") for i in range(1, 10)]
        make_layer(session, "tracks", lines, [Column("time", "time", "timestamp")], geometry_type="LineString")
        session.commit()
        catalogue = load_catalogue(session)
    folder = tmp_path_factory.mktemp("data")
    with serving(database, folder) as url:
        yield Live(url, database, catalogue, folder / "access.log")


def _parcels() -> list[tuple[str, str]]:
    def ring(x: float, y: float, r: float) -> str:
        points = [(x + r * math.cos(a * math.tau / 12), y + r * math.sin(a * math.tau / 12)) for a in range(12)]
        return "(" + ", ".join(f"{px:.7f} {py:.7f}" for px, py in [*points, points[0]]) + ")"

    def parcel(i: int) -> str:
        x, y = 115 + (i % 8) / 20, 34 + (i // 8) / 20
        return f"MULTIPOLYGON(({ring(x, y, 0.02)}, {ring(x, y, 0.01)}), ({ring(x, y + 0.03, 0.004)}))"

    return [(f"{i % 4 + 1:02d}01", parcel(i)) for i in range(60)]


@contextmanager
def serving(database: Database, folder: Path, settings: Mapping[str, str] | None = None) -> Iterator[str]:
    """Serve the application on a free port, in a process of its own: GDAL keeps Python's lock while it waits."""
    url = database.url.render_as_string(hide_password=False)
    command = [sys.executable, "-m", "tests.clients.serve", url, str(folder)]
    environment = os.environ | (settings or {})
    with started(lambda port: [*command, str(port)], cwd=ROOT, env=environment) as (port, _):
        yield f"http://127.0.0.1:{port}"
