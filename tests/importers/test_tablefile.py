"""Tables with coordinates: dialects, encodings, types learned from every cell, rows that cannot be placed."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pyproj
import pytest
import shapely

from importers.batch import FeatureBatch, ReadOptions, Source
from importers.crs.evidence import weigh
from importers.errors import NothingToImport, UnreadableSource
from importers.inspect import inspect, to_text
from importers.table.ordinates import number_of, sexagesimal
from importers.table.source import open_csv
from importers.table.workbook import open_workbook
from importers.vector.survey import survey
from layers.errors import BadQuery
from layers.frame import Frame


def _csv(tmp_path: Path, text: str, encoding: str = "utf-8", **said: Any) -> Source:
    path = tmp_path / "table.csv"
    path.write_bytes(text.encode(encoding))
    return open_csv(path, ReadOptions(**said))


def _all(source: Source) -> FeatureBatch:
    (batch,) = source.layers[0].batches()
    return batch


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_every_dialect_and_encoding_reads_the_same(tmp_path: Path, delimiter: str, encoding: str) -> None:
    rows = [["名称", "经度", "纬度"], ["商丘", "115.65", "34.44"], ["永城", "116.4", "33.9"]]
    batch = _all(_csv(tmp_path, "\n".join(delimiter.join(row) for row in rows) + "\n", encoding))
    assert batch.columns["名称"].to_pylist() == ["商丘", "永城"]
    assert shapely.to_wkt(batch.geometries).tolist() == ["POINT (115.65 34.44)", "POINT (116.4 33.9)"]


@pytest.mark.parametrize(
    ("cells", "kind", "values"),
    [
        (["1", "2", ""], "integer", [1, 2, None]),
        (["1", "3000000000"], "bigint", [1, 3_000_000_000]),
        (["9007199254740993"], "bigint", [9_007_199_254_740_993]),
        (["99999999999999999999"], "text", ["99999999999999999999"]),
        (["0101", "1202"], "text", ["0101", "1202"]),
        (["1", "2.5"], "float", [1.0, 2.5]),
        (["1", "x"], "text", ["1", "x"]),
        (["2024-02-29", "2023/1/5"], "date", [date(2024, 2, 29), date(2023, 1, 5)]),
        (["2024-02-30"], "text", ["2024-02-30"]),
        (["2024-01-01T08:00:00+08:00"], "timestamp", [datetime(2024, 1, 1, 0, tzinfo=UTC)]),
        (["inf", "nan"], "text", ["inf", "nan"]),
        (["", ""], "text", [None, None]),
    ],
)
def test_a_column_has_the_narrowest_type_that_holds_every_cell(
    tmp_path: Path, cells: list[str], kind: str, values: list[Any]
) -> None:
    source = _csv(tmp_path, "lon,lat,v\n" + "".join(f"115,34,{cell}\n" for cell in cells))
    assert {c.title: c.type for c in source.layers[0].columns}["v"] == kind
    assert _all(source).columns["v"].to_pylist() == values


def test_rows_without_coordinates_have_no_geometry_and_unreadable_ones_are_refused(tmp_path: Path) -> None:
    batch = _all(_csv(tmp_path, "lon,lat,n\n115,34,1\n,,2\n115,north,3\n"))
    assert [g is None for g in batch.geometries] == [False, True]
    (refusal,) = batch.refused
    assert refusal.source_id == "3"
    assert "'north'" in refusal.reason


def test_wkt_columns_are_found_and_bad_wkt_is_refused(tmp_path: Path) -> None:
    source = _csv(tmp_path, 'wkt,n\n"POINT (1 2)",a\n"POLYGON ((0 0, 1 1",b\n"SRID=4326;LINESTRING (0 0, 1 1)",c\n')
    batch = _all(source)
    assert [g.geom_type for g in batch.geometries] == ["Point", "LineString"]
    assert "unreadable WKT" in batch.refused[0].reason
    assert [c.title for c in source.layers[0].columns] == ["n"]


def test_longitude_and_latitude_come_before_x_and_y(tmp_path: Path) -> None:
    batch = _all(_csv(tmp_path, "x,y,lon,lat\n1,2,115,34\n"))
    assert batch.geometries[0].coords[0] == (115, 34)


def test_columns_the_user_names_are_taken(tmp_path: Path) -> None:
    batch = _all(_csv(tmp_path, "横,纵,高\n375000,3813000,50.5\n", x="横", y="纵", z="高"))
    assert batch.geometries[0].coords[0] == (375000, 3813000, 50.5)


@pytest.mark.parametrize(
    ("text", "said", "error", "words"),
    [
        ("name,code\na,b\n", {}, NothingToImport, "--x and --y"),
        ("lon,lat\n", {}, NothingToImport, "no rows"),
        ("", {}, NothingToImport, "empty"),
        ("lon,lat\n1,2\n", {"x": "east", "y": "lat"}, UnreadableSource, "no column 'east'"),
        ("lon,lat\n1,2\n", {"x": "lon"}, UnreadableSource, "go together"),
        ('lon,lat,t\n1,2,"open\n', {}, UnreadableSource, "damaged"),
    ],
)
def test_what_cannot_be_placed_is_refused_with_the_way_out(
    tmp_path: Path, text: str, said: dict[str, Any], error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        _csv(tmp_path, text, **said)


def test_binary_rubbish_is_no_table(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(bytes(range(256)) * 10)
    with pytest.raises(UnreadableSource, match="not a text file"):
        open_csv(path, ReadOptions())


def test_double_and_missing_titles_stay_apart(tmp_path: Path) -> None:
    source = _csv(tmp_path, "lon,lat,a,a,\n1,2,x,y,z\n")
    assert [c.title for c in source.layers[0].columns] == ["lon", "lat", "a", "a (4)", "column 5"]


def test_workbook_sheets_with_coordinates_become_layers(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.title = "说明"
    book.active.append(["only text"])
    sheet = book.create_sheet("点")
    sheet.append(["名称", "经度", "纬度", "日期", "数"])
    sheet.append(["商丘", 115.65, 34.44, datetime(2024, 5, 1), 7])
    sheet.append([None, None, None, None, None])
    sheet.append(["永城", 116.4, 33.9, datetime(2024, 5, 2), 8])
    path = tmp_path / "a.xlsx"
    book.save(path)
    source = open_workbook(path, ReadOptions())
    assert [layer.name for layer in source.layers] == ["点"]
    assert any("说明" in note or "coordinates" in note for note in source.notes)
    batch = _all(source)
    assert batch.columns["数"].to_pylist() == [7, 8]
    assert {c.title: c.type for c in source.layers[0].columns}["日期"] == "date"
    with pytest.raises(UnreadableSource, match="no sheet"):
        open_workbook(path, ReadOptions(sheet="missing"))


def test_a_damaged_workbook_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(b"PK\x03\x04" + bytes(200))
    with pytest.raises(UnreadableSource, match=r"a\.xlsx"):
        open_workbook(path, ReadOptions())


@pytest.mark.parametrize(
    ("text", "degrees"),
    [
        ("115°39'00\"E", 115.65),
        ("东经115度39分36秒", 115.66),
        ("115:39:00", 115.65),
        ("34°26′30″S", -34.441666666666666),
    ],
)
def test_degrees_minutes_and_seconds_are_read(text: str, degrees: float) -> None:
    assert sexagesimal(text) == pytest.approx(degrees, abs=1e-12)


@pytest.mark.parametrize("text", ["115°79'00\"", "oops", "115,39", "2020-01-01", "12:30 pm"])
def test_what_is_no_angle_is_no_number(text: str) -> None:
    assert np.isnan(sexagesimal(text))


@pytest.mark.parametrize(
    "header",
    [
        "点名,X坐标,Y坐标",
        "点名,纵坐标X,横坐标Y",
        "点名,北坐标(m),东坐标(m)",
        "点名,X（m）,Y（m）",
        "点名,N,E",
        "点名,坐标X,坐标Y",
    ],
)
def test_titles_of_surveyors_are_known(header: str, tmp_path: Path, frame: Frame) -> None:
    path = tmp_path / "control.csv"
    path.write_text(header + "\nG1,3813295.8,375923.1\nG2,3813305.8,375933.1\n", encoding="utf-8")
    told = inspect(path, frame, ReadOptions(crs="EPSG:4509")).layers[0]
    assert told.questions == ()
    assert told.operation is not None
    place = weigh(survey(open_csv(path, ReadOptions()).layers[0]), None, (), frame, ReadOptions(crs="EPSG:4509"))
    assert place.placement is not None
    points = place.placement.apply(np.array([g.coords[0] for g in _all(open_csv(path, ReadOptions())).geometries]))
    assert points[0].tolist() == [375923.1, 3813295.8]


def test_blank_rows_are_no_features_and_plain_text_is_no_chinese(tmp_path: Path) -> None:
    source = _csv(tmp_path, "name,lon,lat\n\na,115.65,34.44\n,,\n\nb,115.66,34.45\n,,,\n")
    assert len(_all(source)) == source.layers[0].claimed == 2
    assert (source.decisions[0].value, source.decisions[0].evidence) == ("utf-8", ("all text is plain ASCII",))


def test_text_that_comes_late_still_tells_the_encoding(tmp_path: Path) -> None:
    rows = "".join(f"{number},115.65,34.44\n" for number in range(100_000))
    for encoding in ("utf-8", "gb18030"):
        source = _csv(tmp_path, f"name,lon,lat\n{rows}商丘市睢阳区,115.65,34.44\n", encoding)
        assert source.decisions[0].value == encoding


def test_a_header_of_merged_cells_under_a_title_is_found(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    for cell, value in {
        "A1": "控制点成果表",
        "A2": "点名",
        "B2": "坐标",
        "D2": "高程",
        "B3": "X(m)",
        "C3": "Y(m)",
    }.items():
        sheet[cell] = value
    for cells in ("A1:D1", "A2:A3", "B2:C2", "D2:D3"):
        sheet.merge_cells(cells)
    sheet.append(["G1", 3813295.8, 375923.1, 50.1])
    sheet.append(["G2", None, None, 50.3])
    sheet.append(["制表：张三"])
    book.save(tmp_path / "a.xlsx")
    (tmp_path / "a.xlsx").rename(tmp_path / "a.xls")
    (layer,) = open_workbook(tmp_path / "a.xls", ReadOptions()).layers
    assert [column.title for column in layer.columns] == ["点名", "X(m)", "Y(m)", "高程"]
    (batch,) = layer.batches()
    assert [geometry is None for geometry in batch.geometries] == [False, True], "an empty cell is no bad number"
    assert batch.refused == ()
    assert any("制表：张三" in fact for fact in layer.facts)


def test_hex_wkb_and_its_system_are_read_as_postgis_writes_them(tmp_path: Path) -> None:
    point = shapely.to_wkb(shapely.set_srid(shapely.Point(115.65, 34.44), 4490), hex=True, include_srid=True)
    source = _csv(tmp_path, f"id,geom\n1,{point}\n2,\n3,00zz\n4,oops\n")
    batch = _all(source)
    assert source.layers[0].crs == pyproj.CRS(4490)
    assert batch.geometries[0].coords[0] == (115.65, 34.44)
    assert batch.geometries[1] is None
    assert [refusal.reason for refusal in batch.refused] == ["unreadable WKB"] * 2
    assert _csv(tmp_path, "id,wkt\n1,SRID=4509;POINT(1 2)\n").layers[0].crs == pyproj.CRS(4509)


@pytest.mark.parametrize(
    ("text", "number"),
    [("115 39 00", 115.65), ("115°39.5′", 115.658333333333), ("东经115.65", 115.65), ("34.44N", 34.44), ("34°S", -34),
     ("375,923.1", 375923.1), ("3,813,295", 3813295), ("375,923", float("nan"))],
)  # fmt: skip
def test_ordinates_are_read_as_people_write_them(text: str, number: float) -> None:
    assert number_of(text) == pytest.approx(number, abs=1e-9, nan_ok=True)


def test_packed_angles_are_asked_about_and_read_as_told(tmp_path: Path) -> None:
    packed = [
        (115 + (i % 60) / 100 + (i * 7 % 60) / 10_000, 34 + (i % 50) / 100 + (i * 11 % 60) / 10_000) for i in range(40)
    ]
    text = "经度,纬度\n" + "".join(f"{x:.4f},{y:.4f}\n" for x, y in packed)
    (asked,) = _csv(tmp_path, text).layers[0].questions
    assert asked.option == "--option angles"
    for said, east in (("decimal", 115.0107), ("packed", 115 + 1 / 60 + 7 / 3600)):
        source = _csv(tmp_path, text, others={"angles": said})
        assert source.layers[0].questions == ()
        assert _all(source).geometries[1].x == pytest.approx(east, abs=1e-9)
    with pytest.raises(BadQuery, match="decimal or packed"):
        _csv(tmp_path, text, others={"angles": "odd"})
    decimal = "经度,纬度\n" + "".join(f"{115 + i / 41:.6f},{34 + i / 43:.6f}\n" for i in range(40))
    assert _csv(tmp_path, decimal).layers[0].questions == ()


def test_a_prj_beside_a_table_tells_its_system_unless_it_is_a_shapefile_s(tmp_path: Path, frame: Frame) -> None:
    (tmp_path / "points.csv").write_text(
        "name,x,y\n" + "".join(f"p{n},{375900 + n},{3813200 + n}\n" for n in range(30))
    )
    assert inspect(tmp_path / "points.csv", frame).layers[0].questions
    (tmp_path / "points.PRJ").write_text(pyproj.CRS(4509).to_wkt("WKT1_ESRI"))
    found = inspect(tmp_path / "points.csv", frame)
    (layer,) = found.layers
    assert not layer.questions
    assert layer.crs is not None
    assert layer.crs.crs == "EPSG:4509"
    assert "the .prj beside it" in to_text(found)
    (tmp_path / "points.shp").touch()
    assert open_csv(tmp_path / "points.csv", ReadOptions()).layers[0].crs is None
    (tmp_path / "points.shp").unlink()
    (tmp_path / "points.PRJ").write_text("no system")
    assert open_csv(tmp_path / "points.csv", ReadOptions()).layers[0].crs is None


def test_rows_whose_axes_are_swapped_among_others_are_told(tmp_path: Path, frame: Frame) -> None:
    places = [(375900 + n, 3813200 + 2 * n) for n in range(40)]
    for share, said in ((0.0, False), (0.25, True)):
        rows = [(y, x) if n < share * 40 else (x, y) for n, (x, y) in enumerate(places)]
        (tmp_path / "a.csv").write_text("n,x,y\n" + "".join(f"{n},{x},{y}\n" for n, (x, y) in enumerate(rows)))
        told = to_text(inspect(tmp_path / "a.csv", frame, ReadOptions(crs="EPSG:4509")))
        assert ("75% of the points lie in the frame as they are written, 25% only with x and y swapped" in told) == said
