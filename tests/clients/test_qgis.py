"""QGIS of Debian, headless, reads what SQL says is there."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from tests.clients.conftest import WELLS

pytestmark = pytest.mark.clients
PYTHON = "/usr/bin/python3"


@pytest.fixture(scope="module")
def seen(live, tmp_path_factory):
    if subprocess.run([PYTHON, "-c", "import qgis.core"], capture_output=True, check=False).returncode:
        pytest.skip("no python3-qgis on this machine")
    environment = {
        **{name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")},
        "QT_QPA_PLATFORM": "offscreen",
        "XDG_RUNTIME_DIR": str(tmp_path_factory.mktemp("run")),
        "HOME": str(tmp_path_factory.mktemp("home")),
    }
    script = Path(__file__).with_name("qgis_reader.py")
    done = subprocess.run(
        [PYTHON, str(script), live.url], capture_output=True, text=True, env=environment, timeout=240, check=False
    )
    lines = [line for line in done.stdout.splitlines() if line.startswith("{")]
    assert lines, done.stdout + done.stderr
    return json.loads(lines[-1])


@pytest.mark.cell("QGIS", "Features")
def test_qgis_reads_every_page_with_the_values_and_coordinates_of_sql(live, seen):
    truth = live.truth("wells", "SELECT name, ST_X(geom), ST_Y(geom) FROM {table}")
    assert len(seen["wells"]) == WELLS
    names = [name for name, _ in seen["fields"]]
    got = sorted((row["values"][names.index("name")], *row["point"]) for row in seen["wells"])
    for (name, x, y), (true_name, true_x, true_y) in zip(got, sorted(truth), strict=True):
        assert name == true_name
        assert abs(x - true_x) < 1e-7
        assert abs(y - true_y) < 1e-7


@pytest.mark.cell("QGIS", "Filters")
def test_qgis_selects_by_box_and_condition_as_sql_does(live, seen):
    inside = "SELECT count(*) FROM {table} WHERE ST_Intersects(geom, ST_MakeEnvelope(115.1, 34.1, 115.2, 34.2, 4490))"
    assert seen["inside"] == live.truth("wells", inside)[0][0]
    assert seen["filtered"] == live.truth("wells", "SELECT count(*) FROM {table} WHERE kind = 3")[0][0]


@pytest.mark.cell("QGIS", "Features")
def test_qgis_reads_polygons_whole(live, seen):
    truth = sorted(row[0] for row in live.truth("parcels", "SELECT ST_Area(geom) FROM {table}"))
    assert sorted(row["area"] for row in seen["parcels"]) == pytest.approx(truth, rel=1e-6)
    assert seen["parcel_type"] == 6  # MultiPolygon


@pytest.mark.cell("QGIS", "Features")
def test_qgis_reads_nulls_and_features_without_geometry(seen):
    assert len(seen["buildings"]) == 12
    assert [row for row in seen["buildings"] if row["point"] is None]
