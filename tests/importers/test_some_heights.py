"""Layers in which some features have heights and some do not: none gets one that nobody measured."""

import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from layers.catalogue import find_layer
from layers.views import ALL
from tests.importers.conftest import Importer


def line(*positions: list[float]) -> dict[str, Any]:
    return {"type": "LineString", "coordinates": list(positions)}


HIGH = line([115.65, 34.44, 50.0], [115.66, 34.44, 51.0])
FLAT = line([115.65, 34.45], [115.66, 34.45])
POINT = {"type": "Point", "coordinates": [115.65, 34.46]}


def collection(path: Path, *geometries: dict[str, Any] | None) -> Path:
    features = [{"type": "Feature", "properties": {"n": n}, "geometry": shape} for n, shape in enumerate(geometries)]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    return path


@pytest.mark.parametrize(
    ("geometries", "dimensions", "constrained"),
    [
        ((HIGH, FLAT, POINT, None), [3, 2, 2, None], False),
        ((HIGH, HIGH), [3, 3], True),
        ((FLAT, POINT), [2, 2], True),
    ],
)
def test_features_without_heights_stay_flat_beside_those_with(
    geometries: tuple[Any, ...],
    dimensions: list[int | None],
    constrained: bool,
    tmp_path: Path,
    session: Session,
    bring_in: Importer,
) -> None:
    report = bring_in(collection(tmp_path / "a.geojson", *geometries), heights="ellipsoidal")
    table = find_layer(session, "test", ALL).version.facts.table
    rows = session.execute(
        text(f"SELECT ST_CoordDim(geom)::int, ST_AsGeoJSON(geom, 9, 0) FROM {table} ORDER BY n")
    ).all()
    assert [row[0] for row in rows] == dimensions
    assert [json.loads(row[1]) if row[1] else None for row in rows] == list(geometries)
    flat = sum(dimension == 2 for dimension in dimensions) if 3 in dimensions else 0
    assert report.done.get("no height where others have one: kept without", 0) == flat
    assert all(report.done.values()), "what was done to none is not told"
    typmod = "SELECT atttypmod FROM pg_attribute WHERE attrelid = to_regclass(:table) AND attname = 'geom'"
    assert (session.execute(text(typmod), {"table": table}).scalar_one() >= 0) is constrained
