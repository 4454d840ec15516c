"""Tables as programs write them: bytes without a mark, pages, units, merged cells, geometries in cells of any title."""

import datetime
import json
import re
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import shapely

from tests.importers.test_tables_of_people import table, workbook
from tests.importers.test_texts_of_files import layers_of, said_of

POINT = shapely.Point(115.65, 34.44)


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_without_a_mark_is_read(encoding: str, tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_bytes("名称,经度,纬度\n商丘,115.65,34.44\n".encode(encoding))
    ((_, batch),) = layers_of(path)
    assert batch.columns["名称"].to_pylist() == ["商丘"]
    assert batch.geometries[0] == POINT


@pytest.mark.parametrize("degree", ["°", "º", "˚"])
def test_look_alikes_of_degrees_and_marks_nobody_sees_are_read(degree: str, tmp_path: Path) -> None:
    text = f'id;lon;lat\n1;115{degree}39´00.0";\u200b34{degree}26\'24"\n2;\xa0115.65\u200b;34.44\n'
    ((_, batch),) = layers_of(table(tmp_path, text))
    assert [(round(p.x, 9), round(p.y, 9)) for p in batch.geometries] == [(115.65, 34.44)] * 2


@pytest.mark.parametrize("title", ["geometry", "geojson", "st_asgeojson", "外边界"])
def test_geometries_in_a_cell_are_known_by_what_they_are(title: str, tmp_path: Path) -> None:
    cells = [json.dumps(shapely.geometry.mapping(POINT)), POINT.wkt, "0x" + POINT.wkb_hex]
    for cell in cells:
        quoted = cell.replace('"', '""')
        ((_, batch),) = layers_of(table(tmp_path, f'id,{title}\n1,"{quoted}"\n'))
        assert batch.geometries[0] == POINT
    ((_, batch),) = layers_of(table(tmp_path, f'id,{title}\n1,"{cells[0].replace(chr(34), chr(34) * 2)}"\n2,"{{"\n'))
    assert "unreadable GeoJSON" in batch.refused[0].reason


def test_units_below_the_header_and_headers_of_further_pages_are_no_features(tmp_path: Path) -> None:
    text = "点号,X,Y,H\n,(m),(m),(m)\n1,3813295.8,375923.1,50.2\n点号,X,Y,H\n2,3813295.8,375923.1,50.3\n"
    ((layer, batch),) = layers_of(path := table(tmp_path, text))
    assert batch.columns["H"].to_pylist() == [50.2, 50.3]
    assert layer.claimed == len(batch) == 2
    assert "which are no features: 2" in said_of(path)


def test_a_row_of_more_cells_than_titles_loses_none(tmp_path: Path) -> None:
    text = "id,lon,lat,\n1,115.65,34.44,,乙,丙\n2,115.65,34.44\n"
    ((layer, batch),) = layers_of(table(tmp_path, text))
    assert [column.title for column in layer.columns] == ["id", "lon", "lat", "column 5", "column 6"]
    assert batch.columns["column 6"].to_pylist() == ["丙", None]
    assert any("column 5, column 6 hold the rest" in fact for fact in layer.facts)


def test_text_parted_by_blanks_and_remarks_above_a_header_are_read(tmp_path: Path) -> None:
    path = tmp_path / "points.txt"
    text = "# GNSS 2024\n点号   X          Y         H\nK1     3813295.8  375923.1  50.2\n"
    path.write_text(text, encoding="gb18030")
    ((_, batch),) = layers_of(path)
    assert batch.columns["H"].to_pylist() == [50.2]
    ((_, batch),) = layers_of(table(tmp_path, "# GNSS\n#\nid,lon,lat\n1,115.65,34.44\n"))
    assert batch.geometries[0] == POINT


def test_digits_kept_as_text_for_a_spreadsheet_and_days_are_read(tmp_path: Path) -> None:
    ((_, batch),) = layers_of(table(tmp_path, 'code,day,lon,lat\n"=""0012""",2024年1月5日,115.65,34.44\n'))
    assert [batch.columns[name][0].as_py() for name in ("code", "day")] == ["0012", datetime.date(2024, 1, 5)]
    day: list[Any] = [datetime.date(2024, 1, 5), 115.65, 34.44]
    ((_, batch),) = layers_of(workbook(tmp_path / "days.xlsx", ["day", "lon", "lat"], day))
    assert batch.columns["day"].to_pylist() == [day[0]]


def test_merged_cells_stand_for_each_of_their_rows(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    rows: list[list[Any]] = [["owner", "point", "x", "y"], ["张三", 1, 375923.1, 3813295.8]]
    for row in [*rows, [None, 2, 375924.1, 3813295.8], [None, None, None, None], ["李四", 3, 375925.1, 3813295.8]]:
        book.active.append(row)
    book.active.merge_cells("A2:A4")
    book.active.merge_cells("B5:D5")  # a caption over columns fills none
    book.save(path := tmp_path / "merged.xlsx")
    ((layer, batch),) = layers_of(path)
    assert batch.columns["owner"].to_pylist() == ["张三", "张三", "李四"]
    assert "merged cells of sheet Sheet" in str(layer.facts)


def test_hidden_sheets_are_read_when_named_and_wrong_extents_are_not_believed(tmp_path: Path) -> None:
    path = workbook(tmp_path / "book.xlsx", ["id", "lon", "lat"], [1, 115.65, 34.44])
    book = openpyxl.load_workbook(path)
    hidden = book.create_sheet("草稿")
    hidden.append(["id", "lon", "lat"])
    hidden.append([2, 115.66, 34.45])
    hidden.sheet_state = "hidden"
    book.save(path)
    with zipfile.ZipFile(path) as whole, zipfile.ZipFile(tmp_path / "lie.xlsx", "w") as lie:
        for name in whole.namelist():
            lie.writestr(name, re.sub(rb'<dimension ref="[^"]*"', b'<dimension ref="A1"', whole.read(name)))
    ((layer, _),) = layers_of(tmp_path / "lie.xlsx")
    assert layer.name == "Sheet"
    assert "草稿 is hidden" in said_of(path)
    ((_, batch),) = layers_of(path, sheet="草稿")
    assert batch.columns["id"].to_pylist() == [2]
