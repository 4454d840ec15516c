"""QGIS, headless, reads what SQL says is there."""

from functools import cache
from typing import Any

import pytest

from tests.clients.conftest import WELLS
from tests.clients.qgis import NEWER, Qgis, by_each_qgis

pytestmark = pytest.mark.clients


@cache
def seen(qgis: Qgis, url: str) -> Any:
    """What one QGIS read of the service, read once."""
    return qgis.run("qgis_reader.py", url)


@by_each_qgis("Features")
def test_qgis_reads_every_page_with_the_values_and_coordinates_of_sql(live, qgis):
    found = seen(qgis, live.url)
    truth = live.truth("wells", "SELECT name, ST_X(geom), ST_Y(geom) FROM {table}")
    assert len(found["wells"]) == WELLS
    names = [name for name, _ in found["fields"]]
    got = sorted((row["values"][names.index("name")], *row["point"]) for row in found["wells"])
    for (name, x, y), (true_name, true_x, true_y) in zip(got, sorted(truth), strict=True):
        assert name == true_name
        assert abs(x - true_x) < 1e-7
        assert abs(y - true_y) < 1e-7


@by_each_qgis("Filters")
def test_qgis_selects_by_box_and_condition_as_sql_does(live, qgis):
    found = seen(qgis, live.url)
    inside = "SELECT count(*) FROM {table} WHERE ST_Intersects(geom, ST_MakeEnvelope(115.1, 34.1, 115.2, 34.2, 4490))"
    assert found["inside"] == live.truth("wells", inside)[0][0]
    assert found["filtered"] == live.truth("wells", "SELECT count(*) FROM {table} WHERE kind = 3")[0][0]


@by_each_qgis("Features")
def test_qgis_reads_polygons_whole(live, qgis):
    found = seen(qgis, live.url)
    truth = sorted(row[0] for row in live.truth("parcels", "SELECT ST_Area(geom) FROM {table}"))
    assert sorted(row["area"] for row in found["parcels"]) == pytest.approx(truth, rel=1e-6)
    assert found["parcel_type"] == 6  # MultiPolygon


@by_each_qgis("Features")
def test_qgis_reads_nulls_and_features_without_geometry(live, qgis):
    found = seen(qgis, live.url)
    assert len(found["buildings"]) == 12
    assert [row for row in found["buildings"] if row["point"] is None]


@pytest.mark.cell(NEWER.row, "CRS")
def test_a_newer_qgis_reads_a_layer_in_the_system_it_is_kept_in_and_in_another(live):
    found = NEWER.run("qgis_reader.py", live.url)
    assert found["crs"] == "EPSG:4490"
    metric = live.truth("wells", "SELECT ST_X(g), ST_Y(g) FROM (SELECT ST_Transform(geom, 4509) AS g FROM {table}) t")
    assert len(found["metric"]) == WELLS
    for (x, y), (true_x, true_y) in zip(sorted(found["metric"]), sorted(metric), strict=True):
        assert abs(x - true_x) < 1e-4
        assert abs(y - true_y) < 1e-4
