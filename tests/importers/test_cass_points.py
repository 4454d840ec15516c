from pathlib import Path

import pytest

from importers.batch import ReadOptions
from importers.cass_points import open_points, probe_points
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
    assert not probe_points(Path("field.csv"), head)
    assert not probe_points(points, b"\x03\x01\x00\x00binary MapInfo\x00")
    assert not probe_points(points, b"name,x,y\na,b,c\n")


def test_an_empty_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "e.dat"
    path.write_bytes(b"\n\n")
    with pytest.raises(NothingToImport, match=r"e\.dat"):
        open_points(path, ReadOptions())
