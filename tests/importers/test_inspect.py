"""Inspect says what a file is, on what evidence, and what must be answered; the same as JSON; and writes nothing."""

import json
from pathlib import Path

import numpy as np
import pytest
import rasterio
from sqlalchemy.orm import Session

from importers.batch import ReadOptions
from importers.crs.neighbours import Neighbours
from importers.errors import UnreadableSource
from importers.inspect import inspect, to_text
from importers.scale import ScaleRules
from layers.catalogue import list_layers
from layers.crs.names import parse_crs
from layers.crs.transform import Transform
from layers.frame import Frame
from layers.views import ALL
from tests.importers.conftest import Importer


def test_a_shapefile_without_a_crs_shows_its_candidates_and_its_question(frame: Frame, shared_data: Path) -> None:
    found = inspect(shared_data / "shangqiu/hyd2_4l.shp", frame)
    (layer,) = found.layers
    assert layer.count == 11
    assert layer.geometry_kinds == {"LineString": 11}
    assert [candidate.crs for candidate in layer.candidates] == ["EPSG:4490", "EPSG:4326", "EPSG:4610", "EPSG:4214"]
    assert all(candidate.supports and candidate.against for candidate in layer.candidates)
    assert [question.option for question in found.questions] == ["--crs"]


def test_an_answer_leaves_no_question_and_tells_the_operation(frame: Frame, shared_data: Path) -> None:
    found = inspect(shared_data / "shangqiu/hyd2_4l.shp", frame, ReadOptions(crs="EPSG:4326"))
    assert not found.questions
    assert "nominal 1 m" in (found.layers[0].operation or "")


def test_a_datum_that_proj_cannot_reach_is_a_question_too(frame: Frame, shared_data: Path) -> None:
    found = inspect(shared_data / "shangqiu/hyd2_4l.shp", frame, ReadOptions(crs="EPSG:4214"))
    (question,) = found.questions
    assert "datum" in question.what
    assert found.layers[0].operation is None


def test_the_json_says_the_same(frame: Frame, shared_data: Path) -> None:
    found = inspect(shared_data / "shangqiu/hyd2_4l.shp", frame)
    document = json.loads(json.dumps(found.to_json()))
    assert document["layers"][0]["candidates"][0]["crs"] == "EPSG:4490"
    assert document["questions"][0]["option"] == "--crs"
    text = to_text(found)
    assert "EPSG:4610" in text
    assert "? the coordinate system must be answered with --crs" in text


def test_a_folder_lists_its_sources_side_by_side(frame: Frame, shared_data: Path) -> None:
    found = inspect(shared_data / "drawings/gpkg", frame)
    assert [member.path for member in found.members] == ["domains.gpkg", "world.gpkg"]
    assert "nothing to draw" in to_text(found)


def test_a_zip_of_a_geodatabase_shows_all_its_layers(frame: Frame, shared_data: Path) -> None:
    found = inspect(shared_data / "drawings/filegdb/testopenfilegdb.gdb.zip", frame)
    assert len(found.layers) >= 36


def test_heights_are_shown_with_their_missing_system(frame: Frame, shared_data: Path) -> None:
    found = inspect(shared_data / "drawings/filegdb/testopenfilegdb.gdb.zip", frame, ReadOptions(layer=("point25D",)))
    assert "height system not stated" in (found.layers[0].heights or "")


@pytest.mark.parametrize(
    "name", ["nasty/vector/billionlaugh.gml", "nasty/vector/truncated.kml", "nasty/vector/inf_nan.csv"]
)
def test_damaged_files_say_why_without_a_traceback(frame: Frame, shared_data: Path, name: str) -> None:
    found = inspect(shared_data / name, frame)
    assert found.refusal
    assert Path(name).name in found.refusal


def test_what_is_no_data_is_refused(frame: Frame, tmp_path: Path) -> None:
    (tmp_path / "a.docx").write_text("prose")
    with pytest.raises(UnreadableSource, match=r"a\.docx"):
        inspect(tmp_path / "a.docx", frame)


def test_a_layer_that_lines_up_with_a_published_one_is_evidence_and_one_sixty_metres_beside_it_speaks_against(
    bring_in: Importer, session: Session, frame: Frame, tmp_path: Path
) -> None:
    def roads(name: str, shift: float) -> Path:
        lines = [[[115.6 + shift, 34.4 + row / 100], [115.7 + shift, 34.404 + row / 100]] for row in range(9)]
        features = [
            {"type": "Feature", "properties": {}, "geometry": {"type": "LineString", "coordinates": line}}
            for line in lines
        ]
        path = tmp_path / name
        path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
        return path

    bring_in(roads("roads.geojson", 0.0), name="roads")
    neighbours = Neighbours(session, list_layers(session, ALL))
    there = inspect(roads("same.geojson", 0.0), frame, neighbours=neighbours)
    assert any("lines up with “roads”" in text for text in there.layers[0].candidates[0].supports)
    beside = inspect(roads("beside.geojson", 0.00065), frame, neighbours=neighbours)
    assert any("beside “roads”: another datum" in text for text in beside.layers[0].candidates[0].against)
    away = inspect(roads("away.geojson", 40.0), frame, neighbours=neighbours)
    assert "no published layer lies there" in away.layers[0].candidates[0].against
    assert "lines up with “roads”" in to_text(there)
    assert "lines up with “roads”" in json.dumps(there.to_json(), ensure_ascii=False)


def test_a_picture_in_an_old_datum_is_judged_with_the_city_s_own_transforms_and_scales(
    frame: Frame, tmp_path: Path
) -> None:
    old, new = parse_crs("EPSG:21460"), parse_crs("EPSG:4509")
    there = Transform(old, new, "city", ("test shift",), 0.1, "test", lambda x, y: (x + 100, y + 50))
    back = Transform(new, old, "city", ("test shift",), 0.1, "test", lambda x, y: (x - 100, y - 50))
    path = tmp_path / "old.tif"
    place = rasterio.Affine(1, 0, 375_000, 0, -1, 3_813_100)
    with rasterio.open(path, "w", "GTiff", 100, 100, 3, old.to_wkt(), place, "uint8") as target:
        target.write(np.full((3, 100, 100), 60, np.uint8))
    assert "no real operation" in to_text(inspect(path, frame))
    known = to_text(inspect(path, frame, None, (there, back), rules=ScaleRules(pixel_mm=1.0)))
    assert "no real operation" not in known
    assert "1:1 000 at most" in known
