"""Codes that are none, and lines that do not go on in the next sheet, stand in the report."""

import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.orm import Session

from importers.report import Report
from layers.catalogue import find_layer
from layers.domains import read_domains, store_domains
from layers.views import ALL
from tests.importers.conftest import Importer


def _write(path: Path, features: list[tuple[dict[str, Any], str, Any]]) -> Path:
    shown = [
        {"type": "Feature", "properties": properties, "geometry": {"type": kind, "coordinates": coordinates}}
        for properties, kind, coordinates in features
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": shown}), encoding="utf-8")
    return path


def _check(report: Report, name: str) -> tuple[str, str]:
    (check,) = [check for check in report.checks if check.name == name]
    return check.outcome, check.detail


def _roads(path: Path, west: float, east: float, shift: float = 0.0) -> Path:
    lines = [[[west, 34.4 + row / 100], [east, 34.4 + row / 100 + shift * (row == 3)]] for row in range(6)]
    return _write(path, [({"n": row}, "LineString", line) for row, line in enumerate(lines)])


def test_land_use_classes_and_feature_codes_are_held_against_their_schemes(bring_in: Importer, tmp_path: Path) -> None:
    codes = [("0101", "310301"), ("0702", "210101"), ("05H1", "7101011"), ("1301", "910101"), ("0101K", "31030")]
    path = _write(
        tmp_path / "a.geojson",
        [({"DLBM": dlbm, "GB": gb}, "Point", [115.6 + i / 1000, 34.4]) for i, (dlbm, gb) in enumerate(codes)],
    )
    outcome, detail = _check(bring_in(path), "codes")
    assert outcome == "conditional"
    assert "column DLBM: 1 values are not of land-use class" in detail
    assert "'1301' (1)" in detail
    assert "column GB: 2 values are not of feature code" in detail


def test_the_layers_own_code_list_holds_for_its_next_version(
    bring_in: Importer, session: Session, tmp_path: Path
) -> None:
    path = _write(tmp_path / "a.geojson", [({"use": use}, "Point", [115.6, 34.4 + i]) for i, use in enumerate("ab")])
    assert _check(bring_in(path), "codes")[0] == "pass"
    layer = find_layer(session, "test", ALL)
    store_domains(session, "test", read_domains({"use": {"a": "arable"}}, layer))
    assert _check(bring_in(path), "codes") == (
        "conditional",
        "column use: 1 values are not of the layer's code list: 'b' (1)",
    )


@pytest.mark.parametrize(("shift", "outcome", "says"), [(0.0, "pass", "6 of 6 ends"), (2e-5, "conditional", "1 miss")])
def test_lines_are_followed_over_the_edge_into_the_next_sheet(
    bring_in: Importer, tmp_path: Path, shift: float, outcome: str, says: str
) -> None:
    bring_in(_roads(tmp_path / "east.geojson", 115.7, 115.8), name="east")
    found, detail = _check(bring_in(_roads(tmp_path / "west.geojson", 115.6, 115.7, shift), name="west"), "edge match")
    assert (found, says in detail) == (outcome, True)
    assert "east: " in detail


def test_layers_of_the_same_ground_are_no_neighbours(bring_in: Importer, tmp_path: Path) -> None:
    bring_in(_roads(tmp_path / "a.geojson", 115.6, 115.8), name="one")
    assert _check(bring_in(_roads(tmp_path / "a.geojson", 115.6, 115.8), name="two"), "edge match")[0] == "pass"
