"""Drawings that are damaged, cut off or not drawings: told in a sentence, and nothing sound is lost."""

from pathlib import Path

import ezdxf
import numpy as np
import pytest

from importers.batch import ReadOptions
from importers.drawing.dxf import open_drawing
from importers.drawing.signature import probe_dxf
from importers.errors import NothingToImport, UnreadableSource
from layers.errors import GeoError
from tests.importers.conftest import Importer
from tests.importers.drawings import GK, SHARED, done, everything, forest, fresh, read, survey, write

X, Y = GK
EXPLODE = ReadOptions(blocks="explode")


def test_a_drawing_without_drawable_entities_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NothingToImport, match="no drawable entities"):
        open_drawing(write(tmp_path / "empty.dxf", ezdxf.new()), ReadOptions())


@pytest.mark.parametrize("content", [b"", b"\0" * 100, b"hello", b"0\nSECTION\n", b"\x89PNG\r\n\x1a\n" + b"\0" * 50])
def test_what_is_no_dxf_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.dxf"
    path.write_bytes(content)
    with pytest.raises(UnreadableSource):
        read(path)


def test_one_damaged_entity_does_not_cost_the_others(tmp_path: Path) -> None:
    path = write(tmp_path / "d.dxf", everything())
    content = path.read_bytes()
    broken = content.replace(b"AcDbEllipse", b"AcDbNothing", 1)
    path.write_bytes(broken)
    features, (_, refused) = read(path), done(open_drawing(path, ReadOptions()))
    assert len(refused) <= 1
    assert {f["entity"] for f in features} >= {"CIRCLE", "SPLINE", "HATCH", "LINE"}


def test_doubled_handles_cost_no_entity() -> None:
    path = SHARED / "nasty" / "vector" / "duplicate_handles.dxf"
    if not path.exists():
        pytest.skip("the shared data is not there")
    made = [f["entity"] for f in read(path, ReadOptions(units="m"))]
    assert (made.count("LINE"), made.count("TEXT"), made.count("ELLIPSE")) == (111, 19, 8)
    assert made.count("DIMENSION") == 14  # seven, each a line and a text


def test_mutilated_drawings_fail_with_a_sentence_or_not_at_all(tmp_path: Path) -> None:
    rng = np.random.default_rng(97)
    wholes = [write(tmp_path / "w.dxf", document).read_bytes() for document in (everything(survey()), forest(6))]
    values = b"1e308 -1e308 nan inf 0 -1 999999999 1e15 abc 4294967296 0.0000001".split()
    path = tmp_path / "m.dxf"
    for round_ in range(30):
        lines = wholes[round_ % 2].split(b"\n")
        entities = next(i for i, line in enumerate(lines) if line.strip() == b"ENTITIES")
        for at in rng.integers(entities if round_ % 3 else 0, len(lines), 4).tolist():
            lines[at] = rng.choice(values) if round_ % 5 else bytes(rng.integers(128, 256, 5).tolist())
        if round_ % 7 == 0:
            del lines[int(rng.integers(0, len(lines)))]
        path.write_bytes(b"\n".join(lines if round_ % 4 else lines[: len(lines) * 2 // 3]))
        said = failure(path)
        assert said is None or "m.dxf" in said


def failure(path: Path) -> str | None:
    try:
        read(path)
    except GeoError as error:
        return str(error)
    return None


def test_dxf_is_known_by_its_beginning() -> None:
    assert probe_dxf(Path("a.dxf"), b"  0\r\nSECTION\r\n  2\r\nHEADER\r\n")
    assert probe_dxf(Path("upload"), b"999\nmade by hand\n0\nSECTION\n2\nENTITIES\n")
    assert probe_dxf(Path("upload"), b"AutoCAD Binary DXF\r\n\x1a\0")
    assert not probe_dxf(Path("a.txt"), b"0,1,2\n")
    assert not probe_dxf(Path("a.dxf"), b"PK\x03\x04\0\0")


def test_a_drawing_cut_off_on_the_way_is_told(tmp_path: Path) -> None:
    document = ezdxf.new("R2010", units=6)
    for column in range(200):
        document.modelspace().add_line((X + column, Y), (X + column, Y + 1))
    whole = write(tmp_path / "whole.dxf", document).read_bytes()
    objects = whole.rindex(b"OBJECTS")
    (tmp_path / "cut.dxf").write_bytes(whole[: objects + (len(whole) - objects) // 2])
    (tmp_path / "early.dxf").write_bytes(whole[: whole.index(b"BLOCKS") + 400])
    batches = list(open_drawing(tmp_path / "cut.dxf", ReadOptions()).layers[0].batches())
    assert any("cut off" in text for batch in batches for text in batch.done)
    assert sum(len(batch) for batch in batches) == 200
    with pytest.raises(UnreadableSource, match="cut off on the way"):
        open_drawing(tmp_path / "early.dxf", ReadOptions())


def test_lines_without_an_end_are_refused_one_by_one(bring_in: Importer, tmp_path: Path) -> None:
    document = fresh()
    for number in range(9):
        document.modelspace().add_line((X + number, Y), (X + 1, Y + 1))
    path = write(tmp_path / "a.dxf", document)
    line = "  0\nLINE\n  5\nFF{n}\n  8\n0\n 10\n375000.0\n 20\n3813000.0\n 11\n{end}\n 21\n3813000.0\n"
    broken = "".join(line.format(n=n, end=end) for n, end in enumerate(("nan", "375923,09")))
    path.write_text(path.read_text().replace("ENTITIES\n", "ENTITIES\n" + broken))
    counts = bring_in(path, crs="EPSG:4509").counts
    assert (counts.read, counts.kept, counts.refused) == (11, 9, 2)


def test_a_damaged_object_of_another_program_is_refused_where_it_belongs_to_no_space(tmp_path: Path) -> None:
    document = fresh()
    document.modelspace().add_line((X, Y), (X + 1, Y + 1))
    path = write(tmp_path / "a.dxf", document)
    wall = "  0\nTCH_WALL\n  5\nFF1\n330\nDEAD\n100\nAcDbEntity\n  8\n0\n100\nTDbWall\n 10\n375000.0\n"
    path.write_text(path.read_text().replace("ENTITIES\n", "ENTITIES\n" + wall))
    assert [row["entity"] for row in read(path)] == ["LINE"]
    assert done(open_drawing(path, ReadOptions()))[1] == ["damaged: the audit removed it"]


def test_a_byte_order_mark_and_blanks_of_mtext_are_read(tmp_path: Path) -> None:
    document = fresh("R2018")
    document.modelspace().add_lwpolyline([(X, Y), (X + 1, Y)])
    document.modelspace().add_mtext("a\\~b \\S+0.1^-0.2; \\S1/2;", dxfattribs={"insert": (X, Y)})
    path = write(tmp_path / "a.dxf", document)
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert {row["entity"]: row["text"] for row in read(path)} == {"LWPOLYLINE": None, "MTEXT": "a\u00a0b +0.1^-0.2 1/2"}
