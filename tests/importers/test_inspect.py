"""Inspect says what a file is, on what evidence, and what must be answered; the same as JSON; and writes nothing."""

import json
from pathlib import Path

import pytest

from importers.batch import ReadOptions
from importers.errors import UnreadableSource
from importers.inspect import inspect, to_text
from layers.frame import Frame


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
