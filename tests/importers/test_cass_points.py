from pathlib import Path

import pytest

from importers.batch import ReadOptions
from importers.drawing.cass_points import open_points, probe_points
from importers.errors import NothingToImport

LINES = (
    "1,,375923.094,3813295.816,51.37\n"
    "2,202101,375930.1,3813300.25,51.40\n"
    "3,界址,375931,3813301,\n"
    "\n"
    "4,oops,375931\n"
    "5,,north,3813301,1\n"
    "6,,nan,3813301,1\n"
)


@pytest.fixture
def points(tmp_path: Path) -> Path:
    path = tmp_path / "field.dat"
    path.write_bytes(LINES.encode("gb18030"))
    return path


def test_east_comes_before_north_and_heights_are_kept(points: Path) -> None:
    source = open_points(points, ReadOptions())
    (batch,) = source.layers[0].batches()
    first, second, third = batch.geometries
    assert (first.x, first.y, first.z) == (375923.094, 3813295.816, 51.37)
    assert not third.has_z
    assert batch.columns["number"].to_pylist() == ["1", "2", "3"]
    assert batch.columns["feature_code"].to_pylist() == [None, "202101", "界址"]
    assert batch.columns["gb_code"].to_pylist() == [None, "720100", None]
    assert batch.columns["elevation"].to_pylist() == [51.37, 51.4, None]
    assert second.y == 3813300.25


def test_lines_that_do_not_fit_are_refused_by_number(points: Path) -> None:
    (batch,) = open_points(points, ReadOptions()).layers[0].batches()
    assert [one.source_id for one in batch.refused] == ["line 5", "line 6", "line 7"]
    assert "3 fields" in batch.refused[0].reason
    assert list(batch.source_ids) == ["line 1", "line 2", "line 3"]


def test_the_user_may_say_that_north_comes_first(points: Path) -> None:
    (batch,) = open_points(points, ReadOptions(axis="yx")).layers[0].batches()
    assert batch.geometries[0].x == 3813295.816


def test_a_dat_file_is_known_by_its_lines(points: Path) -> None:
    head = b"1,,375923.094,3813295.816,51.37\r\n2,202101,375930.1,3813300.25,51.40\r\n"
    assert probe_points(points, head)
    assert probe_points(Path("receiver.csv"), head), "receivers give the same lines other names"
    assert not probe_points(Path("table.csv"), b"number,code,east,north,height\r\n" + head)
    assert not probe_points(points, b"\x03\x01\x00\x00binary MapInfo\x00")
    assert not probe_points(points, b"name,x,y\na,b,c\n")


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("1 , , 375923.1 , 3813295.8 , 50.1 \n2, 房角, 375933.1, 3813305.8, 50.2\n", [None, "房角"]),
        ("1\t\t375923.1\t3813295.8\t50.1\n2\t房角\t375933.1\t3813305.8\t50.2\n", [None, "房角"]),
        ("1，，375923.1，3813295.8，50.1\r\n\r\n2，房角，375933.1，3813305.8，50.2\r\n\x1a", [None, "房角"]),
        ("1,375923.1,3813295.8,50.1\n2,375933.1,3813305.8,50.2\n", [None, None]),
        ("2\n1,,375923.1,3813295.8,50.1\n2,房,角,375933.1,3813305.8,50.2\n", [None, "房,角"]),
        ("点号,编码,Y,X,H\n1,,375923.1,3813295.8,50.1\n2,房角,375933.1,3813305.8,50.2,\n", [None, "房角"]),
    ],
    ids=["spaces", "tabs", "full-width", "no-code", "count-first", "header"],
)
def test_the_habits_of_other_programs_are_read(text: str, codes: list[str | None], tmp_path: Path) -> None:
    path = tmp_path / "field.dat"
    path.write_bytes(text.encode("gb18030"))
    assert probe_points(path, path.read_bytes())
    (layer,) = open_points(path, ReadOptions()).layers
    (batch,) = layer.batches()
    assert (layer.claimed, len(batch), batch.refused) == (2, 2, ())
    assert batch.columns["feature_code"].to_pylist() == codes
    assert [(g.x, g.y, g.z) for g in batch.geometries] == [(375923.1, 3813295.8, 50.1), (375933.1, 3813305.8, 50.2)]


def test_a_count_that_is_not_met_is_told_by_what_the_file_claims(tmp_path: Path) -> None:
    path = tmp_path / "field.dat"
    path.write_bytes(b"3\n1,,375923.1,3813295.8,50.1\n")
    assert open_points(path, ReadOptions()).layers[0].claimed == 3


def test_an_empty_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "e.dat"
    path.write_bytes(b"\n\n")
    with pytest.raises(NothingToImport, match=r"e\.dat"):
        open_points(path, ReadOptions())
