"""Tables as people fill them in: both ordinates in one cell, words for nothing, formulas never computed, odd titles."""

import zipfile
from pathlib import Path

import openpyxl
import pytest

from importers.finding import find
from tests.importers.test_texts_of_files import layers_of, said_of


def table(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "table.csv"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    "text",
    [
        "点名,B,L,H\nA,34.44,115.65,50\n",
        "点名,B(° ′ ″),L(° ′ ″)\nA,34 26 24.0,115 39 00.0\n",
        "点名,WGS84经度,WGS84纬度\nA,115.65,34.44\n",
        "点名,gcj_lng,gcj_lat\nA,115.65,34.44\n",
        "点名,lon,lat\nA,115-39-00,34-26-24\n",
        "点名,lon,lat\nA,１１５．６５,３４．４４\n",
        "点名,经纬度\nA,115.65 34.44\n",
        '点名,坐标\nA,"(115.65, 34.44)"\n',
        "id;wkt\n1;\n2;POINT(115.65 34.44)\n",
    ],
)
def test_ordinates_are_found_however_they_are_called_and_written(text: str, tmp_path: Path) -> None:
    ((_, batch),) = layers_of(table(tmp_path, text))
    point = batch.geometries[-1]
    assert (point.x, point.y) == pytest.approx((115.65, 34.44))


def test_words_for_nothing_are_no_bad_ordinates(tmp_path: Path) -> None:
    text = "name,lon,lat\na,NULL,NULL\nb,无,无\nc,-,\nd,115.65,34.44\ne,115.65,无\n"
    ((_, batch),) = layers_of(table(tmp_path, text))
    assert [geometry is None for geometry in batch.geometries] == [True, True, True, False]
    assert [refusal.source_id for refusal in batch.refused] == ["5"]


def test_a_column_named_after_a_shifted_system_warns(tmp_path: Path) -> None:
    assert "--datum gcj02 or bd09" in said_of(table(tmp_path, "id,bd09_lng,bd09_lat\n1,115.66,34.44\n"))


def workbook(path: Path, *rows: list[object]) -> Path:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    book.save(path)
    return path


def test_formulas_without_values_are_kept_as_text_and_say_what_to_do(tmp_path: Path) -> None:
    rows: list[list[object]] = [["name", "lon", "lat"], ["a", "=115+0.65", 34.44], ["=1+1", 115.66, 34.45]]
    path = workbook(tmp_path / "table.xlsx", *rows)
    ((_, batch),) = layers_of(path)
    assert batch.columns["name"].to_pylist() == ["=1+1"]
    assert "is a formula without its value (=115+0.65, 34.44)" in batch.refused[0].reason
    assert "open it in Excel or WPS and save it" in said_of(path)


def test_workbooks_in_an_archive_are_not_the_archive(tmp_path: Path) -> None:
    inner = workbook(tmp_path / "inner.xlsx", ["name", "lon", "lat"], ["a", 115.65, 34.44])
    with zipfile.ZipFile(tmp_path / "city.zip", "w", zipfile.ZIP_STORED) as archive:
        archive.write(inner, "数据/一.xlsx")
        archive.write(inner, "数据/二.xlsx")
    with find((tmp_path / "city.zip",)) as finding:
        assert sorted(found.name for found in finding.usable) == ["一.xlsx", "二.xlsx"]


@pytest.mark.parametrize(
    ("name", "body", "says"),
    [
        ("table.xlsx", b"\xd0\xcf\x11\xe0" + "EncryptedPackage".encode("utf-16-le"), "protected by a password"),
        ("table.et", b"\xd0\xcf\x11\xe0" + bytes(600), "damaged, or no workbook"),
        ("table.accdb", b"\0\1\0\0Standard ACE DB\0", "export it as FileGDB"),
    ],
)
def test_workbooks_that_are_not_read_say_what_to_hand_in(name: str, body: bytes, says: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(body)
    assert says in said_of(tmp_path / name)
