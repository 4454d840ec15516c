"""Vector imports end to end into a real PostGIS: versions, refusals, cancelling, what is kept and what is counted."""

import json
import os
import re
import subprocess
import tempfile
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas
import numpy as np
import pyogrio.raw
import pytest
import shapely
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from importers.batch import ImportOptions, ReadOptions
from importers.errors import Cancelled, NothingToImport, QuestionOpen, UnreadableSource, VerdictFail
from importers.importing import import_path
from importers.inspect import inspect
from importers.litter import clean_litter
from importers.options import require_options
from importers.scale import ScaleRules
from layers.catalogue import find_layer
from layers.crs.names import parse_crs
from layers.crs.operations import find_transform
from layers.errors import BadQuery, LayerNotFound, NoDatumOperation
from layers.frame import Frame
from layers.layer import LayerSpec
from layers.models import SourceRow
from layers.sentences import worded
from layers.storage import Storage
from layers.views import ALL
from tests.importers.conftest import Importer

SQUARE = shapely.box(375_000, 3_813_000, 375_100, 3_813_100)
BOW_TIE = shapely.from_wkt("POLYGON ((375000 3813000, 375100 3813100, 375100 3813000, 375000 3813100, 375000 3813000))")
NO_AREA = shapely.from_wkt("POLYGON ((375000 3813000, 375100 3813000, 375000 3813000, 375000 3813000))")


@pytest.fixture
def parcels(tmp_path: Path) -> Callable[..., Path]:
    """Write a GeoPackage of geometries in EPSG:4509 (or another CRS) with Chinese column names."""

    def write(*shapes: Any, crs: str | None = "EPSG:4509", name: str = "parcels.gpkg") -> Path:
        geometry = np.array([*shapes, None], dtype=object)[:-1]
        columns = {"名称": [f"地块{number}" for number in range(len(shapes))], "编号": np.arange(len(shapes)) + 2**40}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # "crs was not provided": that is the point
            geopandas.GeoDataFrame(columns, geometry=geometry, crs=crs).to_file(tmp_path / name, driver="GPKG")
        return tmp_path / name

    return write


def test_geometry_lands_where_proj_says_in_both_systems(
    bring_in: Importer, parcels: Callable[..., Path], session: Session
) -> None:
    report = bring_in(parcels(SQUARE))
    layer = find_layer(session, "test", ALL)
    row = session.execute(text(
        "SELECT ST_Area(ST_Transform(geom, 4509)), ST_Distance(mercator, ST_Transform(ST_SetSRID(geom, 4326), 3857)), "
        f'"名称", "编号", ST_IsValid(geom) FROM {layer.version.table}'
    )).one()  # fmt: skip
    assert row[0] == pytest.approx(10_000, abs=1e-3)
    assert row[1] == pytest.approx(0, abs=1e-6)
    assert tuple(row)[2:] == ("地块0", 2**40, True)
    assert (report.verdict, report.accuracy_m) == ("pass", None)
    assert [column.title for column in layer.version.columns] == ["fid", "名称", "编号"]


def test_importing_again_makes_the_next_version_and_the_old_one_stays(
    bring_in: Importer, parcels: Callable[..., Path], session: Session
) -> None:
    assert bring_in(parcels(SQUARE)).version == 1
    assert bring_in(parcels(SQUARE, SQUARE)).version == 2
    assert find_layer(session, "test", ALL).version.feature_count == 2
    assert find_layer(session, "test", ALL, 1).version.feature_count == 1


def test_repaired_and_refused_features_are_counted_and_the_refused_handed_back(
    bring_in: Importer, parcels: Callable[..., Path], storage: Storage
) -> None:
    report = bring_in(parcels(*[SQUARE] * 7, BOW_TIE, NO_AREA, None))
    counts = report.counts
    assert (counts.read, counts.kept, counts.repaired, counts.refused, counts.without_geometry) == (10, 8, 1, 1, 1)
    assert report.verdict == "conditional"
    assert report.refused_key is not None
    refused = geopandas.read_file(storage.path(report.refused_key))
    assert refused["source_id"].tolist() == ["9"]
    assert "beyond repair" in refused["reason"][0]
    assert "无法修复" in refused["reason_zh"][0]
    assert json.loads(refused["attributes"][0])["名称"] == "地块8"
    assert refused.crs == "EPSG:4509"
    assert refused.geometry[0].equals_exact(NO_AREA), "in the file's own coordinates"


def test_a_failed_verdict_publishes_nothing_unless_asked_and_is_remembered(
    bring_in: Importer, parcels: Callable[..., Path], session: Session, storage: Storage
) -> None:
    file = parcels(SQUARE, NO_AREA, NO_AREA)
    with pytest.raises(VerdictFail, match="--publish-failed") as failed:
        bring_in(file)
    kept = session.execute(
        text("SELECT body FROM catalogue.report WHERE id = :id"), {"id": failed.value.report.id}
    ).scalar_one()
    assert (kept["verdict"], kept["version"], kept["published_failed"]) == ("fail", None, False)
    assert (kept["counts"]["read"], kept["counts"]["kept"], kept["counts"]["refused"]) == (3, 1, 2)
    assert len(kept["examples"]) == 2
    assert [check["outcome"] for check in kept["checks"]].count("fail") == 1
    assert "--publish-failed" in worded(kept, "en")["problem"]
    with pytest.raises(LayerNotFound):
        find_layer(session, "test", ALL)
    assert storage.folders("sources") == []
    assert failed.value.report.refused_key == f"refused/report-{failed.value.report.id}/refused.gpkg"
    assert kept["refused_key"] == failed.value.report.refused_key
    assert geopandas.read_file(storage.path(kept["refused_key"]))["source_id"].tolist() == ["2", "3"]
    assert clean_litter(session, storage) == []
    report = bring_in(file, publish_failed=True)
    assert report.published_failed
    session.commit()
    assert clean_litter(session, storage) == [f"refused/report-{failed.value.report.id}"]
    assert storage.folders("refused") == [str(find_layer(session, "test", ALL).version.id)]
    stored = session.execute(text("SELECT verdict, body FROM catalogue.report WHERE id = :id"), {"id": report.id}).one()
    assert stored[0] == "fail"
    assert stored[1]["published_failed"] is True


def test_a_report_says_when_there_are_more_refused_features_than_are_kept(
    bring_in: Importer, parcels: Callable[..., Path], storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("importers.vector.counts.MAX_REFUSALS", 2)
    report = bring_in(parcels(SQUARE, NO_AREA, NO_AREA, NO_AREA), publish_failed=True)
    assert "the file of refused features has the first 2 of 3" in report.notes
    assert report.refused_key is not None
    assert len(geopandas.read_file(storage.path(report.refused_key))) == 2


def test_of_imports_that_published_nothing_the_last_ones_refused_features_are_kept(
    bring_in: Importer, parcels: Callable[..., Path], session: Session, storage: Storage
) -> None:
    (storage.root / "refused" / "report-987654").mkdir(parents=True)
    for shapes in ((SQUARE, NO_AREA, NO_AREA), (NO_AREA, NO_AREA, NO_AREA)):
        with pytest.raises((VerdictFail, NothingToImport)) as failed:
            bring_in(parcels(*shapes))
        assert storage.folders("refused") == [f"report-{failed.value.report.id}"]
    with pytest.raises(QuestionOpen):  # says nothing of features: those of the import before can still be fetched
        bring_in(parcels(SQUARE, crs=None))
    assert (failed.value.report.counts.refused, failed.value.report.verdict) == (3, "refused")
    assert len(geopandas.read_file(storage.path(failed.value.report.refused_key))) == 3


def test_a_refusal_keeps_its_report_and_the_layer_as_it_was(
    bring_in: Importer, parcels: Callable[..., Path], session: Session
) -> None:
    bring_in(parcels(SQUARE))
    session.commit()
    with pytest.raises(QuestionOpen, match="--crs"):
        bring_in(parcels(SQUARE, crs=None, name="unknown.gpkg"))
    assert find_layer(session, "test", ALL).version.number == 1
    verdict, body = session.execute(text("SELECT verdict, body FROM catalogue.report ORDER BY id DESC LIMIT 1")).one()
    assert verdict == "refused"
    assert "--crs" in worded(body, "en")["problem"]
    assert "坐标系须用--crs给出" in worded(body, "zh")["problem"]


def test_cancelling_leaves_the_layer_as_it_was(
    session: Session, storage: Storage, frame: Frame, parcels: Callable[..., Path], bring_in: Importer
) -> None:
    bring_in(parcels(SQUARE))
    session.commit()

    def enough(done: float, total: float | None, message: str) -> None:
        if message == "features":
            raise Cancelled("the user has had enough")

    with pytest.raises(Cancelled):
        import_path(session, storage, frame, parcels(SQUARE), LayerSpec("test", "vector"), None, enough)
    session.rollback()
    assert find_layer(session, "test", ALL).version.number == 1


def test_old_datums_are_refused_until_the_city_gives_its_own(
    bring_in: Importer, parcels: Callable[..., Path], session: Session
) -> None:
    file = parcels(SQUARE, crs="EPSG:2436")
    with pytest.raises(NoDatumOperation):
        bring_in(file)
    # a stand-in for the city's parameters: any Transform between the two systems
    plane = find_transform(parse_crs(4509), parse_crs(4490))
    given = type(plane)(parse_crs(2436), plane.target, "city", ("the city's own",), 0.05, "test", plane.apply)
    report = bring_in(file, city=(given,), accuracy_m=0.12)
    assert report.operations == ("the city's own",)
    assert report.accuracy_m == pytest.approx(0.13)
    assert report.largest_scale == 500


@pytest.mark.parametrize(
    ("metres", "rules", "told"),
    [
        (0.04, ScaleRules(), None),
        (0.12, ScaleRules(), "more than 0.1 mm at 1:500, as which the data were stated"),
        (0.3, ScaleRules(), "more than 0.5 mm at 1:500: after this step the data are not of the scale stated"),
        (0.3, ScaleRules(refuse_mm=1.0), "more than 0.1 mm at 1:500, as which the data were stated"),
    ],
)
def test_a_step_too_coarse_for_the_scale_stated_is_told(
    bring_in: Importer, parcels: Callable[..., Path], metres: float, rules: ScaleRules, told: str | None
) -> None:
    plane = find_transform(parse_crs(4509), parse_crs(4490))
    given = type(plane)(parse_crs(2436), plane.target, "city", ("the city's own",), metres, "test", plane.apply)
    report = bring_in(parcels(SQUARE, crs="EPSG:2436"), city=(given,), scale=500, rules=rules)
    (check,) = [check for check in report.checks if check.name == "operation"]
    assert check.outcome == ("conditional" if told else "pass")
    assert told is None or told in check.detail


def test_the_source_is_kept_with_all_its_parts_and_checksums(
    bring_in: Importer, shared_data: Path, session: Session, storage: Storage
) -> None:
    bring_in(shared_data / "shangqiu/BOUL_X.shp")
    version = find_layer(session, "test", ALL).version.id
    kept = session.scalars(select(SourceRow).where(SourceRow.version_id == version)).all()
    assert sorted(file.name for file in kept) == ["BOUL_X.dbf", "BOUL_X.prj", "BOUL_X.shp", "BOUL_X.shx"]
    for file in kept:
        assert file.key is not None
        assert storage.path(file.key).read_bytes() == (shared_data / "shangqiu" / file.name).read_bytes()


def test_several_layers_of_one_file_become_layers_when_asked_for(
    bring_in: Importer, shared_data: Path, session: Session
) -> None:
    report = bring_in(shared_data / "drawings/other/test3.sqlite", layer=("*",))
    names = [report.layer, *(other.layer for other in report.others)]
    assert names == ["test-towns", "test-highways", "test-regions"]
    assert [find_layer(session, name, ALL).version.feature_count for name in names] == [8101, 10, 10]


def test_a_table_without_shapes_beside_the_layer_that_is_taken_is_told(
    bring_in: Importer, parcels: Callable[..., Path]
) -> None:
    path = parcels(SQUARE)
    fields = {"权利人": np.array(["张"], dtype=object)}
    pyogrio.raw.write(path, None, list(fields.values()), list(fields), layer="权利", geometry_type=None, append=True)
    assert any("layer 权利 was left out" in note for note in bring_in(path).notes)


def test_duplicates_are_reported(bring_in: Importer, tmp_path: Path) -> None:
    table = tmp_path / "a.csv"
    table.write_text("lon,lat,n\n" + "115.6,34.4,1\n" * 3 + "115.7,34.4,2\n")
    report = bring_in(table, crs="EPSG:4490")
    (check,) = [check for check in report.checks if check.name == "duplicates"]
    assert (check.outcome, check.detail[:1]) == ("conditional", "2")


def test_rows_of_a_database_are_duplicates_although_their_row_numbers_differ(
    bring_in: Importer, tmp_path: Path
) -> None:
    path = tmp_path / "twice.gpkg"
    square = shapely.to_wkb(np.array([shapely.box(115.6, 34.4, 115.7, 34.5)] * 3, dtype=object))
    fields = {"name": np.array(["甲", "甲", "乙"], dtype=object)}
    pyogrio.raw.write(
        path, geometry=square, field_data=list(fields.values()), fields=list(fields), geometry_type="Polygon",
        crs="EPSG:4490", driver="GPKG",
    )  # fmt: skip
    (check,) = [check for check in bring_in(path).checks if check.name == "duplicates"]
    assert check.detail.startswith("1 rows equal another")
    assert "1 more in geometry only" in check.detail


def test_a_path_is_found_from_wherever_the_command_runs(
    bring_in: Importer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.geojson").write_text('{"type": "Point", "coordinates": [115.6, 34.4]}')
    monkeypatch.chdir(tmp_path)
    assert bring_in(Path("a.geojson")).counts.rows == 1


def test_coarse_coordinates_bound_the_scale(bring_in: Importer, shared_data: Path) -> None:
    report = bring_in(shared_data / "shangqiu/weather_stations.csv", crs="EPSG:4326")
    assert report.accuracy_m == pytest.approx(0.01 * 111_320 / 6**0.5, rel=0.01)
    assert report.largest_scale == 1_000_000


def test_an_impossible_layer_name_is_refused_before_anything_is_read(
    session: Session, storage: Storage, frame: Frame, parcels: Callable[..., Path]
) -> None:
    with pytest.raises(Exception, match="cannot name a layer"):
        import_path(session, storage, frame, parcels(SQUARE), LayerSpec("地块", "vector"))


@pytest.mark.parametrize(
    "body", [b"", b"SQLite format 3\0", b"fgb\x03fgb\x00" + bytes(100), b"\x00\x00\x27\x0a" + bytes(96)]
)
@pytest.mark.parametrize("name", ["a.gpkg", "a.fgb", "a.shp", "a.geojson", "a.xlsx", "a.kml"])
def test_rubbish_under_any_name_is_refused_in_a_sentence(
    bring_in: Importer, tmp_path: Path, name: str, body: bytes
) -> None:
    (tmp_path / name).write_bytes(body)
    with pytest.raises((UnreadableSource, NothingToImport)) as refusal:
        bring_in(tmp_path / name)
    assert name in str(refusal.value)


def test_litter_of_a_dead_process_is_removed_and_work_of_a_living_one_is_not(
    session: Session,
    storage: Storage,
    parcels: Callable[..., Path],
    bring_in: Importer,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    bring_in(parcels(SQUARE))
    kept = find_layer(session, "test", ALL).version.id
    (storage.root / "rasters" / "987654").mkdir(parents=True)
    (storage.root / "rasters" / "notes").mkdir()
    # A temporary folder of the test's own: in the common one other tests' killed processes leave theirs.
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with subprocess.Popen(["/bin/true"]) as gone:
        gone.wait()
    dead = tmp_path / f"geoservice-points-{gone.pid}-x1"
    living = tmp_path / f"geoservice-points-{os.getpid()}-x1"
    dead.mkdir()
    living.mkdir()
    assert clean_litter(session, storage) == [str(dead), "rasters/987654"]
    assert living.is_dir()
    assert storage.folders("rasters") == ["notes"]
    assert storage.folders("sources") == [str(kept)]


def test_options_of_a_user_are_in_the_report(bring_in: Importer, parcels: Callable[..., Path]) -> None:
    report = bring_in(parcels(SQUARE, crs=None), crs="EPSG:4509")
    assert report.to_json()["crs"].startswith("EPSG:4509")
    (decision,) = [d for d in report.decisions if d.what == "coordinate system"]
    assert decision.by == "user"
    assert ImportOptions(read=ReadOptions(crs="EPSG:4509")).read.crs == "EPSG:4509"


@pytest.mark.parametrize(
    ("said", "kind", "why"),
    [
        ({"to_height": "1985"}, None, "there is no option to_height; there are"),
        ({"east_add_m": "300000"}, "rasters", "east_add_m is no option for pictures and grids"),
        ({"nodata": "0"}, "features", "nodata is no option for features"),
        ({"block.TREE": "points"}, "features", "option block.TREE may be point, explode, not 'points'"),
        ({"merge": "Yes"}, None, "option merge may be yes, no, not 'Yes'"),
    ],
)
def test_an_option_that_would_be_passed_over_is_refused(said: dict[str, str], kind: Any, why: str) -> None:
    with pytest.raises(BadQuery, match=re.escape(why)):
        require_options(said, kind)


def test_an_import_and_an_inspection_refuse_options_of_another_kind(
    bring_in: Importer, parcels: Callable[..., Path], frame: Frame
) -> None:
    with pytest.raises(BadQuery, match="no option for features"):
        bring_in(parcels(SQUARE), others={"nodata": "0"})
    for said, why in (("nodta", "there is no option nodta"), ("nodata", "no option for features")):
        with pytest.raises(BadQuery, match=why):
            inspect(parcels(SQUARE), frame, ReadOptions(others={said: "0"}))
