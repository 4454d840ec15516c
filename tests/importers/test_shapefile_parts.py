"""Shapefiles as they come off other systems: parts in other letters, tables with odd columns, indexes that mislead."""

import io
import struct
import zipfile
from datetime import date
from pathlib import Path

import pyproj
import pytest
from sqlalchemy.orm import Session

from importers.batch import FeatureBatch, SourceLayer
from layers.catalogue import find_layer
from layers.sentences import worded
from layers.views import ALL
from tests.importers.conftest import Importer
from tests.importers.test_texts_of_files import layers_of, plots, said_of, told

Field = tuple[bytes, str, int]


def dbf(path: Path, fields: list[Field], rows: list[list[bytes]]) -> None:
    """Write a dBase table whose texts are GBK."""
    width, start = 1 + sum(size for _, _, size in fields), 32 + 32 * len(fields) + 1
    head = struct.pack("<BBBBIHH", 3, 124, 1, 1, len(rows), start, width) + b"\0" * 17 + b"\x4d\0\0"
    body = b"\r"
    for name, kind, size in fields:
        head += name[:11].ljust(11, b"\0") + kind.encode() + b"\0" * 4 + bytes([size, 0]) + b"\0" * 14
    for row in rows:
        pairs = zip(row, fields, strict=True)
        cells = [cell.rjust(size) if kind == "N" else cell.ljust(size) for cell, (_, kind, size) in pairs]
        body += b" " + b"".join(cells)
    path.write_bytes(head + body + b"\x1a")


def read(path: Path) -> tuple[SourceLayer, FeatureBatch]:
    ((layer, batch),) = layers_of(path)
    return layer, batch


def test_parts_are_found_whatever_the_case_of_their_names(tmp_path: Path) -> None:
    path = plots(tmp_path / "plots.shp", encoding="utf-8")
    for suffix, name in ((".dbf", "Plots.Dbf"), (".prj", "PLOTS.PRJ"), (".shx", "plots.SHX"), (".cpg", "PLOTS.cpg")):
        path.with_suffix(suffix).rename(tmp_path / name)
    layer, batch = read(path)
    assert batch.columns["name"].to_pylist() == [f"宗地{i}" for i in range(4)]
    assert layer.crs is not None
    packed = tmp_path / "plots.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        for part in ("plots.shp", "Plots.Dbf", "PLOTS.PRJ", "plots.SHX"):
            archive.write(tmp_path / part, f"数据:2024/{part}")
    (only,) = told(packed).layers
    assert [column.title for column in only.columns] == ["name"]


def test_columns_of_one_name_keep_their_own_values(tmp_path: Path) -> None:
    path = plots(tmp_path / "plots.shp", count=1)
    dbf(path.with_suffix(".dbf"), [(b"NAME", "C", 5), (b"NAME", "C", 5), (b"NAME (2)", "C", 5)], [[b"a", b"b", b"c"]])
    layer, batch = read(path)
    assert [column.title for column in layer.columns] == ["NAME", "NAME (2)", "NAME (2) (2)"]
    assert [batch.columns[column.title].to_pylist() for column in layer.columns] == [["a"], ["b"], ["c"]]


def test_whole_numbers_of_nineteen_digits_are_exact(tmp_path: Path) -> None:
    path = plots(tmp_path / "plots.shp", count=1)
    dbf(path.with_suffix(".dbf"), [(b"DYH", "N", 19)], [[b"4114022000010100117"]])
    layer, batch = read(path)
    assert (layer.columns[0].type, batch.columns["DYH"].to_pylist()) == ("bigint", [4114022000010100117])


def test_a_layer_of_two_hundred_text_columns_is_imported_and_searched(
    bring_in: Importer, session: Session, tmp_path: Path
) -> None:
    path = plots(tmp_path / "plots.shp", count=1)
    fields = [(f"F{i}".encode(), "C", 10) for i in range(200)]
    dbf(path.with_suffix(".dbf"), fields, [[f"v{i}".encode() for i in range(200)]])
    assert bring_in(path).verdict == "pass"
    layer = find_layer(session, "test", ALL)
    assert layer.version.facts.words is not None


@pytest.mark.parametrize("encoding", ["gb18030", "utf-16"])
def test_a_prj_in_chinese_is_read_in_its_own_characters(encoding: str, tmp_path: Path) -> None:
    path = plots(tmp_path / "plots.shp")
    text = path.with_suffix(".prj").read_text()
    name = text.split('"')[1]
    path.with_suffix(".prj").write_bytes(text.replace(name, "商丘市独立坐标系").encode(encoding))
    layer, _ = read(path)
    assert layer.crs is not None
    assert layer.crs.name == "商丘市独立坐标系"


def test_a_qpj_stands_in_for_a_missing_prj(tmp_path: Path) -> None:
    path = plots(tmp_path / "plots.shp")
    path.with_suffix(".prj").unlink()
    path.with_suffix(".qpj").write_text(pyproj.CRS(4509).to_wkt("WKT1_GDAL"))
    layer, _ = read(path)
    assert layer.crs is not None
    assert "the file states none" not in said_of(path)


def test_an_index_that_points_outside_the_shapes_is_made_anew(tmp_path: Path) -> None:
    path = plots(tmp_path / "plots.shp")
    index = bytearray(path.with_suffix(".shx").read_bytes())
    index[100:104] = struct.pack(">I", 9999)
    path.with_suffix(".shx").write_bytes(index)
    _, batch = read(path)
    assert all(geometry is not None for geometry in batch.geometries)
    assert "index was rebuilt" in said_of(path)


def test_a_system_without_datum_is_answered_with_the_option_that_answers_it(tmp_path: Path) -> None:
    path = plots(tmp_path / "plots.shp")
    unknown = path.with_suffix(".prj").read_text().replace("D_China_2000", "D_unknown")
    path.with_suffix(".prj").write_text(unknown.replace("6378137.0,298.257222101", "6378245.0,298.3"))
    assert [question.option for question in told(path).questions] == ["--crs"]


def test_a_tar_is_asked_for_as_zip(tmp_path: Path) -> None:
    import tarfile

    with tarfile.open(tmp_path / "plots.tar", "w") as archive:
        archive.addfile(tarfile.TarInfo("a"), io.BytesIO())
    assert "pack it as zip" in said_of(tmp_path / "plots.tar")


def test_cells_that_say_no_date_or_no_number_are_empty_and_told_and_long_numbers_are_exact(tmp_path: Path) -> None:
    path = plots(tmp_path / "plots.shp", count=6)
    days = [b"20240229", b"20240230", b"20241301", b"2024", b"00000000", b"19700101"]
    codes = [b"99999999999999999999", b"*" * 20, b"", b"1", b"1", b"1"]
    dbf(
        path.with_suffix(".dbf"),
        [(b"DAY", "D", 8), (b"CODE", "N", 20)],
        [list(row) for row in zip(days, codes, strict=True)],
    )
    layer, batch = read(path)
    assert batch.columns["DAY"].to_pylist() == [date(2024, 2, 29), None, None, None, None, date(1970, 1, 1)]
    assert batch.columns["CODE"].to_pylist() == ["99999999999999999999", None, None, "1", "1", "1"]
    assert [column.type for column in layer.columns] == ["date", "text"]
    done = {worded(what, "en"): count for what, count in batch.done.items()}
    assert done == {
        "column DAY: what is no date read as empty": 3,
        "column CODE: * instead of a number too long for its field, read as empty": 1,
    }


@pytest.mark.parametrize("declared", ["Big5", "950"])
def test_simplified_chinese_under_a_cpg_of_traditional_is_read_as_it_is(declared: str, tmp_path: Path) -> None:
    path = plots(tmp_path / "plots.shp", count=1)
    names = [["商丘市睢阳区".encode("gbk")]]
    dbf(path.with_suffix(".dbf"), [(b"NAME", "C", 20)], names)
    path.with_suffix(".cpg").write_text(declared)
    _, batch = read(path)
    assert batch.columns["NAME"].to_pylist() == ["商丘市睢阳区"]


def test_a_prj_that_is_wrong_is_named_with_the_system_in_which_the_data_would_lie_here(tmp_path: Path) -> None:
    path = plots(tmp_path / "plots.shp")
    right = told(path).layers[0]
    assert [worded(why, "en") for d in right.decisions for why in d.evidence][-1:] == ["the .prj beside it"]
    path.with_suffix(".prj").write_text(pyproj.CRS(4549).to_wkt("WKT1_ESRI"))
    wrong = said_of(path)
    assert "as EPSG:4509" in wrong
    assert "say --crs EPSG:4509" in wrong
    path.with_suffix(".prj").write_text(pyproj.CRS(2385).to_wkt("WKT1_ESRI"))
    assert "say --crs EPSG:4509" not in said_of(path), "what the datum is does not follow from the numbers"
