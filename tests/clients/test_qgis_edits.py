"""QGIS 3.32 or newer edits a layer: a well is drawn, one renamed, one moved, one removed. Debian 12's only reads."""

import pytest

from geoservice.auth import create_token
from geoservice.database import Database
from layers.catalogue import load_catalogue
from layers.layer import Column
from layers.tables import Statement, quote, run
from tests.clients.conftest import serving
from tests.clients.qgis import NEWER
from tests.feature_layers import make_layer

pytestmark = pytest.mark.clients


@pytest.mark.cell(NEWER.row, "Editing")
def test_a_newer_qgis_draws_renames_moves_and_removes_features(
    database: Database, tmp_path_factory: pytest.TempPathFactory
) -> None:
    wells = [(f"井{i}", i, f"POINT({115 + i / 100} 34)") for i in range(1, 6)]
    with database.session() as session:
        make_layer(session, "wells", wells, [Column("name", "名称", "text"), Column("kind", "类", "integer")])
        token = create_token(session, "qgis", ["*"], write=True)
        session.commit()
    with serving(database, tmp_path_factory.mktemp("data"), {"GEOSERVICE_REQUIRE_IF_MATCH": "false"}) as url:
        offered = NEWER.run("qgis_editor.py", url, token)
    assert offered == {"add": True, "change": True, "move": True, "remove": True}
    with database.session() as session:
        table = quote(load_catalogue(session).layers["wells"].version.table)
        found = run(session, Statement(f"SELECT name, kind, ST_X(geom), ST_Y(geom) FROM {table} ORDER BY fid"))
        rows = [tuple(row) for row in found]
    assert [row[:2] for row in rows] == [("改名井", 1), ("井2", 2), ("井4", 4), ("井5", 5), ("新井", 5)]
    places = [(115.01, 34), (115.7, 34.2), (115.04, 34), (115.05, 34), (115.654321, 34.123456)]
    for row, place in zip(rows, places, strict=True):
        assert row[2:] == pytest.approx(place, abs=1e-7)
