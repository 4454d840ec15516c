"""GDAL's OAPIF driver of two generations (pyogrio's and Debian's) reads what SQL says is there."""

import json
import os
import re
import shutil
import subprocess

import numpy as np
import pyogrio
import pytest
import shapely

from layers.crs.names import crs_uri
from tests.clients.conftest import WELLS

pytestmark = pytest.mark.clients
ENVIRONMENT = {**os.environ, "no_proxy": "127.0.0.1", "NO_PROXY": "127.0.0.1"}


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch):
    monkeypatch.setenv("no_proxy", "127.0.0.1")


def read(live, layer, **options):
    meta, fids, geometry, fields = pyogrio.raw.read(f"OAPIF:{live.url}", layer=layer, return_fids=True, **options)
    columns = dict(zip(meta["fields"], fields, strict=True))
    return meta, fids, (None if geometry is None else shapely.from_wkb(geometry)), columns


@pytest.mark.cell("GDAL of pyogrio", "Features")
def test_pyogrio_lists_the_layers(live):
    assert {name for name, _ in pyogrio.list_layers(f"OAPIF:{live.url}")} == set(live.catalogue.layers)


@pytest.mark.cell("GDAL of pyogrio", "Features")
def test_pyogrio_reads_every_page_with_ids_values_and_coordinates_of_sql(live):
    meta, fids, geometry, columns = read(live, "wells")
    truth = live.truth("wells", "SELECT fid, name, kind, ST_X(geom), ST_Y(geom) FROM {table} ORDER BY fid")
    assert len(fids) == WELLS == len(truth)
    order = np.argsort(fids)
    assert fids[order].tolist() == [row[0] for row in truth]
    assert columns["name"][order].tolist() == [row[1] for row in truth]
    assert columns["kind"][order].tolist() == [row[2] for row in truth]
    xy = shapely.get_coordinates(geometry[order])
    assert np.abs(xy - np.array([row[3:] for row in truth])).max() < 1e-7
    assert "4490" in str(meta["crs"]) or "China" in str(meta["crs"])


@pytest.mark.cell("GDAL of pyogrio", "Features")
def test_pyogrio_reads_types_nulls_and_times(live):
    meta, fids, _, _ = read(live, "buildings")
    types = dict(zip(meta["fields"], meta["dtypes"], strict=True))
    assert types["floors"].startswith("int")
    assert types["area"] == "float64"
    assert types["built"].startswith("datetime64")
    assert types["seen"].startswith("datetime64")
    assert len(fids) == 12


@pytest.mark.cell("GDAL of pyogrio", "Features")
def test_pyogrio_reads_polygons_with_holes_whole(live):
    _, _, geometry, _ = read(live, "parcels")
    (truth,) = live.truth("parcels", "SELECT sum(ST_NumInteriorRings(g)), sum(ST_NPoints(g)) FROM "
                                     "(SELECT (ST_Dump(geom)).geom g FROM {table}) t")  # fmt: skip
    parts = shapely.get_parts(geometry)
    assert shapely.get_num_interior_rings(parts).sum() == truth[0]
    assert len(shapely.get_coordinates(geometry)) == truth[1]


@pytest.mark.parametrize("box", [(115.1, 34.1, 115.2, 34.2), (115.305, 34.0, 115.425, 34.055)])
@pytest.mark.cell("GDAL of pyogrio", "Filters")
def test_pyogrio_sends_a_box_and_gets_what_sql_gets(live, box):
    _, fids, _, _ = read(live, "wells", bbox=box)
    truth = live.truth("wells", f"SELECT fid FROM {{table}} WHERE ST_Intersects(geom, ST_MakeEnvelope{(*box, 4490)})")
    assert sorted(fids.tolist()) == sorted(row[0] for row in truth)
    assert 0 < len(fids) < WELLS
    assert any("bbox=34" in path and "bbox-crs=" in path for path in live.asked())  # storageCrs: latitude first


@pytest.mark.cell("GDAL of pyogrio", "Filters")
def test_pyogrio_sends_an_attribute_filter_to_the_server(live):
    _, fids, _, _ = read(live, "wells", where="kind = 3")
    assert any("/collections/wells/items" in path and "kind=3" in path for path in live.asked())
    truth = live.truth("wells", "SELECT fid FROM {table} WHERE kind = 3")
    assert sorted(fids.tolist()) == sorted(row[0] for row in truth)


@pytest.mark.cell("GDAL of pyogrio", "Filters")
def test_pyogrio_sends_a_time_filter(live):
    where = "time >= '2020/03/01' AND time <= '2020/05/01'"
    _, fids, _, _ = read(live, "tracks", where=where)
    assert sorted(fids.tolist()) == [3, 4, 5]
    assert any("datetime=2020-03-01" in path for path in live.asked())


@pytest.mark.parametrize("srid", [4326, 4490, 4509, 3857])
@pytest.mark.cell("GDAL of pyogrio", "CRS")
def test_pyogrio_in_another_crs_gets_the_coordinates_of_sql(live, srid):
    options = {"CRS": crs_uri(srid)}
    meta, fids, geometry, _ = read(live, "wells", max_features=50, **options)
    truth = live.truth(
        "wells",
        f"SELECT ST_X(g), ST_Y(g) FROM (SELECT fid, ST_Transform(geom, {srid}) g FROM {{table}}) t ORDER BY fid",
    )[:50]
    assert fids.tolist() == list(range(1, 51))
    assert {4326: "CRS84"}.get(srid, str(srid)) in str(meta["crs"])  # GDAL takes CRS84 where 4326 is asked for
    tolerance = 1e-4 if srid in (4509, 3857) else 1e-7
    assert np.abs(shapely.get_coordinates(geometry) - np.array(truth)).max() < tolerance


# -- the GDAL of Debian ------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def ogrinfo():
    program = shutil.which("ogrinfo")
    if not program:
        pytest.skip("no ogrinfo on this machine")

    def run_it(*arguments):
        done = subprocess.run(
            [program, "-ro", *arguments], capture_output=True, text=True, env=ENVIRONMENT, check=False
        )
        assert done.returncode == 0, done.stderr
        assert "ERROR" not in done.stderr
        return done.stdout

    return run_it


@pytest.mark.cell("GDAL of Debian", "Features")
def test_debians_gdal_reads_every_page(live, ogrinfo):
    out = ogrinfo("-al", f"OAPIF:{live.url}", "wells")
    assert len(re.findall(r"^OGRFeature\(wells\)", out, re.MULTILINE)) == WELLS
    assert f"Feature Count: {WELLS}" in out
    assert "name (String) = 井7" in out


@pytest.mark.cell("GDAL of Debian", "Filters")
def test_debians_gdal_reads_boxes_and_conditions(live, ogrinfo):
    out = ogrinfo(f"OAPIF:{live.url}", "wells", "-spat", "115.1", "34.1", "115.2", "34.2", "-where", "kind = 3")
    truth = live.truth(
        "wells",
        "SELECT fid FROM {table} WHERE kind = 3 "
        "AND ST_Intersects(geom, ST_MakeEnvelope(115.1, 34.1, 115.2, 34.2, 4490))",
    )
    assert sorted(map(int, re.findall(r"^OGRFeature\(wells\):(\d+)", out, re.MULTILINE))) == sorted(r[0] for r in truth)


@pytest.mark.cell("GDAL of Debian", "Features")
def test_debians_gdal_reads_one_feature_by_id(live, ogrinfo):
    out = ogrinfo(f"OAPIF:{live.url}", "buildings", "-fid", "4")
    assert "OGRFeature(buildings):4" in out
    assert json.dumps("楼4", ensure_ascii=False).strip('"') in out
