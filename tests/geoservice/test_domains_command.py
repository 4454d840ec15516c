"""Code lists from the command line."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from geoservice.cli import app
from geoservice.jobs.import_request import from_form
from geoservice.jobs.importing import run_import
from layers.errors import BadDomain

PLOTS = {
    "type": "FeatureCollection",
    "features": [
        {"type": "Feature", "properties": {"DLBM": "0101"}, "geometry": {"type": "Point", "coordinates": [115.6, 34.4]}}
    ],
}


def test_code_lists_are_set_and_shown(service: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "plots.geojson").write_text(json.dumps(PLOTS))
    run_import(service, from_form({"layer": "plots"}, [tmp_path / "plots.geojson"], "me"), lambda *_: None)
    monkeypatch.setenv("GEOSERVICE_DATABASE_URL", service.settings.database_url)
    monkeypatch.setenv("GEOSERVICE_DATA_DIR", str(service.settings.data_dir))
    lists = tmp_path / "lists.json"
    lists.write_text('{"DLBM": {"0101": "水田", "0102": "水浇地"}}', encoding="utf-8")
    told = CliRunner().invoke(app, ["domains", "plots", str(lists)])
    assert "code lists of DLBM" in told.output
    shown = CliRunner().invoke(app, ["domains", "plots"])
    assert json.loads(shown.output) == {"DLBM": {"0101": "水田", "0102": "水浇地"}}
    lists.write_text('{"nothing": ["1"]}')
    assert isinstance(CliRunner().invoke(app, ["domains", "plots", str(lists)]).exception, BadDomain)
