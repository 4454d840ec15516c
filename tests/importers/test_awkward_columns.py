"""Columns that are called as our own statements call things: imported, drawn and asked like any others."""

import json
from pathlib import Path

from sqlalchemy.orm import Session

from layers.catalogue import find_layer
from layers.overlay import Point, features_at
from layers.tables import run
from layers.views import ALL
from tests.importers.conftest import Importer

NAMES = ("t", "g", "p", "f", "s", "b", "n", "d", "x", "z", "value", "exact", "zoom", "tile_row", "here", "asked",
         "geom", "fid", "number", "key", "leaf", "select", "%", "重复", "a" * 80)  # fmt: skip


def _points(count: int) -> str:
    features = [
        {
            "type": "Feature",
            "properties": dict.fromkeys(NAMES, number),
            "geometry": {
                "type": "Point",
                "coordinates": [115.6 + 0.0005 * (number % 110), 34.4 + 0.0004 * (number // 110)],
            },
        }
        for number in range(count)
    ]
    return json.dumps({"type": "FeatureCollection", "features": features})


def test_whatever_the_columns_are_called_a_layer_is_imported_with_its_levels_and_asked(
    bring_in: Importer, session: Session, tmp_path: Path
) -> None:
    path = tmp_path / "awkward.geojson"
    path.write_text(_points(12_000), encoding="utf-8")
    assert bring_in(path).counts.rows == 12_000
    layer = find_layer(session, "test", ALL)
    assert [column.title for column in layer.version.columns] == list(NAMES)
    assert layer.version.levels
    rows = run(session, features_at(layer, Point(115.6, 34.4, 5.0)))
    assert [row[1]["t"] for row in rows] == [0]
