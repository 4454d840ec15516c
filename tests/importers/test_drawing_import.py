"""Drawings and city datum shifts all the way into PostGIS, checked by SQL."""

import csv
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from importers.datum.control import read_control
from importers.datum.file import new_key
from importers.datum.fit import fit
from importers.datum.helmert import PlaneSimilarity
from importers.datum.registry import load_registry, save_registry
from importers.errors import QuestionOpen
from importers.report import Report
from layers.catalogue import find_layer
from layers.crs.names import parse_crs
from layers.crs.operations import find_transform
from layers.errors import GeoError
from layers.views import ALL
from tests.importers.conftest import Importer
from tests.importers.drawings import GK, survey, write_gbk

X, Y = GK


@pytest.fixture
def plan(tmp_path: Path) -> Path:
    return write_gbk(tmp_path / "规划图.dxf", survey(), "ANSI_1252")


def table(session: Session, name: str = "test") -> str:
    found = find_layer(session, name, ALL).version.table
    assert found is not None
    return found


def test_a_cass_drawing_arrives_with_codes_words_and_heights(session: Session, bring_in: Importer, plan: Path) -> None:
    with pytest.raises(QuestionOpen, match="--crs"):
        bring_in(plan)
    report = bring_in(plan, crs="EPSG:4509", heights="1985")
    assert (report.counts.read, report.counts.kept, report.counts.refused) == (6, 6, 0)
    rows = session.execute(
        text(
            f"SELECT gb_code, name_zh, text, ST_GeometryType(geom), ST_X(ST_Transform(ST_PointOnSurface(geom), 4509)) "
            f"FROM {table(session)} ORDER BY fid"
        )
    ).all()
    assert {(r[0], r[1]) for r in rows} >= {("310301", "一般房屋"), ("710102", "计曲线"), ("720100", "高程点")}
    assert [r[2] for r in rows if r[2]] == ["商丘市梁园区"]
    assert all(X - 1 < r[4] < X + 101 for r in rows)
    house = session.execute(
        text(f"SELECT ST_Area(geom::geography) FROM {table(session)} WHERE feature_code = '141101'")
    ).scalar_one()
    assert house == pytest.approx(96, rel=1e-3)
    z = session.execute(text(f"SELECT ST_Z(geom), elevation FROM {table(session)} WHERE feature_code = '202101'")).one()
    assert tuple(z) == (51.37, 51.37)


def test_what_no_rule_matched_stands_in_the_report(bring_in: Importer, plan: Path) -> None:
    assert "no rule for drawing layer 杂项" in bring_in(plan, crs="EPSG:4509").to_text()


def test_a_mapping_makes_several_layers_of_one_drawing(session: Session, bring_in: Importer, plan: Path) -> None:
    report = bring_in(plan, crs="EPSG:4509", others={"split": "layers"})
    reports: list[Report] = [report, *report.others]
    assert sum(one.counts.read for one in reports) == 6
    assert len(reports) == 5
    count = session.execute(text(f"SELECT count(*) FROM {table(session, 'test-landform')}")).scalar_one()
    assert count == 2


def test_xian_1980_is_refused_without_and_imported_with_the_citys_own_fit(
    session: Session, bring_in: Importer, plan: Path, tmp_path: Path
) -> None:
    # An invented shift; control points in both systems, a fit, an encrypted registry, an import: the whole way.
    shift = PlaneSimilarity(-61.5, 113.25, 3.5, -0.8)
    rng = np.random.default_rng(80)
    points = np.column_stack([rng.uniform(300_516, 467_322, 10), rng.uniform(3_731_758, 3_860_538, 10)])
    east, north = shift(points[:, 0], points[:, 1])
    with (tmp_path / "control.csv").open("w", newline="") as stream:
        rows = csv.writer(stream)
        rows.writerow(["name", "from_east", "from_north", "to_east", "to_north", "use"])
        for i in range(10):
            noise = rng.normal(0, 0.02, 2)
            rows.writerow([f"K{i}", *points[i], east[i] + noise[0], north[i] + noise[1], "check" if i > 6 else ""])
    found = fit(read_control(tmp_path / "control.csv"), "plane4", 2384, 4548)
    key = new_key()
    save_registry(tmp_path / "datum.json", [found.to_record("xian80")], key)
    city = load_registry(tmp_path / "datum.json", key).transforms

    with pytest.raises(GeoError, match="no real operation"):
        bring_in(plan, crs="EPSG:2384")
    report = bring_in(plan, crs="EPSG:2384", city=city)
    lon, lat = session.execute(
        text(f"SELECT ST_X(geom), ST_Y(geom) FROM {table(session)} WHERE feature_code = '202101'")
    ).one()
    back = find_transform(parse_crs(4490), parse_crs(4548)).points([lon], [lat])
    expected = shift(np.array([X + 5]), np.array([Y + 5]))
    assert np.hypot(back[0] - expected[0], back[1] - expected[1])[0] < 0.06
    said = report.to_text()
    assert "xian80" in said
    assert "check points" in said
    assert "113.2" not in said
    assert "61.5" not in said
