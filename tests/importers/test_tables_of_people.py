"""Tables as people fill them in: both ordinates in one cell, words for nothing, formulas never computed, odd titles."""

import zipfile
from pathlib import Path

import openpyxl
import pytest
import shapely

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


HEADS = ["经度(度),经度(分),经度(秒),纬度(度),纬度(分),纬度(秒)", "经度,经度分,经度秒,纬度,纬度分,纬度秒"]


@pytest.mark.parametrize("head", [*HEADS, "东经（°）,东经（′）,东经（″）,北纬（°）,北纬（′）,北纬（″）"])
def test_an_angle_in_three_columns_is_one_angle(head: str, tmp_path: Path) -> None:
    """The degrees alone would lie up to ninety kilometres off, and look well."""
    text = f"名称,{head}\n甲,115,39,0,34,26,24\n乙,115,39,,34,30,\n丙,115,75,0,34,26,24\n"
    ((layer, batch),) = layers_of(table(tmp_path, text))
    assert [(round(p.x, 9), round(p.y, 9)) for p in batch.geometries if p] == [(115.65, 34.44), (115.65, 34.5)]
    assert (len(batch), [refused.source_id for refused in batch.refused]) == (2, ["3"])
    assert "degrees, minutes and seconds from the columns" in str(layer.decisions)


@pytest.mark.parametrize(
    "head",
    [
        "中心点经度,中心点纬度",
        "大地经度,大地纬度",
        "经度E,纬度N",
        "LONGITUDE_WGS84,LATITUDE_WGS84",
        "lng_wgs84,lat_wgs84",
    ],
)
def test_longer_titles_are_known_by_the_word_in_them(head: str, tmp_path: Path) -> None:
    ((_, batch),) = layers_of(table(tmp_path, f"名称,{head}\n甲,115.65,34.44\n"))
    assert batch.geometries[0] == shapely.Point(115.65, 34.44)


@pytest.mark.parametrize("head", ["colony,population", "lng_wgs84,lat_wgs84,lng_gcj02,lat_gcj02"])
def test_words_that_only_look_so_and_words_twice_are_no_coordinates(head: str, tmp_path: Path) -> None:
    assert "no column of coordinates" in said_of(table(tmp_path, f"名称,{head}\n甲,115.65,34.44,115.66,34.43\n"))


@pytest.mark.parametrize(
    "cells",
    ['"3 813 295,80";"375 923,10"', "3.813.295,80;375.923,10", "3'813'295.80;375'923.10", "3 813 295.8;375 923.1"],
)
def test_thousands_parted_by_any_sign_are_numbers(cells: str, tmp_path: Path) -> None:
    ((_, batch),) = layers_of(table(tmp_path, f"名称;北坐标;东坐标\n甲;{cells}\n"))
    assert batch.geometries[0] == shapely.Point(375923.1, 3813295.8)


CORNERS = "宗地号,界址点号,X坐标,Y坐标\n" + "".join(
    f"{parcel},J{number},{3813295.8 + north},{375923.1 + east}\n"
    for parcel, corners in {
        "甲": [(0, 0), (0, 40), (40, 40), (40, 0), (0, 0), (10, 10), (10, 20), (20, 20), (20, 10)],
        "乙": [(100, 0), (100, 40), (140, 40)],
        "丙": [(200, 0), (200, 40)],
    }.items()
    for number, (north, east) in enumerate(corners, 1)
)


def test_boundary_points_become_areas_by_the_column_that_names_the_parcel(tmp_path: Path) -> None:
    path = table(tmp_path, CORNERS + "合计,,,\n")
    assert "corners_of=" in said_of(path)
    ((layer, batch),) = layers_of(path, others={"corners_of": "宗地号"})
    assert batch.columns["宗地号"].to_pylist() == ["甲", "乙"]
    assert [(shape.area, len(shape.interiors)) for shape in batch.geometries] == [
        (pytest.approx(1500), 1),
        (pytest.approx(800), 0),
    ]
    assert [refused.attributes["宗地号"] for refused in batch.refused] == ["丙"]
    assert "corners_of" not in str(layer.facts)
    assert "has no column '宗地'" in said_of(path, others={"corners_of": "宗地"})


def test_an_unreadable_corner_refuses_its_area(tmp_path: Path) -> None:
    path = table(tmp_path, CORNERS.replace("甲,J3,3813335.8", "甲,J3,不明"))
    ((_, batch),) = layers_of(path, others={"corners_of": "宗地号"})
    assert batch.columns["宗地号"].to_pylist() == ["乙"]
    assert "are not two numbers" in batch.refused[0].reason
