"""Tables as bureaus hand them in: sums and signatures below, words for nothing, codes that look like numbers, pairs of
angles, a second table on the sheet, texts of two encodings or cut off.
"""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from importers.batch import FeatureBatch, ReadOptions, SourceLayer
from importers.table.source import open_csv
from importers.table.workbook import open_workbook
from layers.errors import GeoError
from layers.sentences import reason, worded


def read(path: Path, **said: Any) -> tuple[SourceLayer, FeatureBatch]:
    """The one layer of a table, and its one batch."""
    opened = open_workbook if path.suffix == ".xlsx" else open_csv
    (layer,) = opened(path, ReadOptions(**said)).layers
    (batch,) = layer.batches()
    return layer, batch


def csv_of(folder: Path, text: str | bytes) -> Path:
    """A file of the text."""
    path = folder / "t.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def book_of(folder: Path, *rows: list[Any]) -> Path:
    """A workbook of one sheet with the rows."""
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    book.save(folder / "t.xlsx")
    return folder / "t.xlsx"


def told(layer: SourceLayer) -> str:
    """What is told of a layer, in both languages."""
    return "\n".join(worded(fact, language) for fact in layer.facts for language in ("en", "zh"))


def types(layer: SourceLayer) -> dict[str, str]:
    """The columns' types by title."""
    return {column.title: column.type for column in layer.columns}


def test_sums_and_signatures_below_a_table_are_told_and_leave_its_types_alone(tmp_path: Path) -> None:
    path = book_of(
        tmp_path, ["序号", "名称", "面积", "经度", "纬度"], [1, "甲", 2.5, 115.6, 34.4], [2, "合计", 3, 115.7, 34.4],
        [None, "小 计", 5.5], ["合计", None, 5.5], ["填表人：李四", None, "审核人：王五"], [3, "丙", 1, None, None],
    )  # fmt: skip
    layer, batch = read(path)
    assert types(layer) == {"序号": "integer", "名称": "text", "面积": "float", "经度": "float", "纬度": "float"}
    assert batch.columns["名称"].to_pylist() == ["甲", "合计", "丙"], "what has a place, or is no sum, is a feature"
    assert "3 (小 计 5.5; 合计 5.5; 填表人：李四 审核人：王五)" in told(layer)


def test_words_for_nothing_among_numbers_are_empty_and_told_and_among_texts_kept(tmp_path: Path) -> None:
    cells = ("100,2024-01-02,好,-", "-,无,无,-", "NULL,2024/3/4,-,/", "2.5,\\N,x,")
    text = "人口,日期,评价,空,经度,纬度\n" + "".join(f"{row},115.6,34.4\n" for row in cells)
    layer, batch = read(csv_of(tmp_path, text))
    assert batch.columns["人口"].to_pylist() == [100.0, None, None, 2.5]
    assert batch.columns["日期"].to_pylist() == [date(2024, 1, 2), None, date(2024, 3, 4), None]
    assert batch.columns["评价"].to_pylist() == ["好", "无", "-", "x"]
    assert batch.columns["空"].to_pylist() == ["-", "-", "/", None]
    assert "column 人口: -, NULL among its values read as empty (2 cells)" in told(layer)
    assert "评价" not in told(layer)


def test_what_a_spreadsheet_could_not_reckon_is_no_value_and_no_place_and_told(tmp_path: Path) -> None:
    rows = [[1.5, 115.6, 34.4], ["#N/A", 115.6, 34.4], ["#DIV/0!", "#REF!", "#REF!"]]
    layer, batch = read(book_of(tmp_path, ["面积", "经度", "纬度"], *rows))
    assert batch.columns["面积"].to_pylist() == [1.5, None, None]
    assert [geometry is None for geometry in batch.geometries] == [False, False, True]
    assert "column 面积: #N/A, #DIV/0! among its values read as empty (2 cells)" in told(layer)


@pytest.mark.parametrize(
    ("cells", "kind", "values"),
    [
        (["12E3", "1E5", "7E7"], "text", ["12E3", "1E5", "7E7"]),
        (["1_000", "2_000"], "text", ["1_000", "2_000"]),
        (["1.5E3", "1e-05", ".5", "5."], "float", [1500.0, 1e-05, 0.5, 5.0]),
        (["４７６０００", "476000"], "integer", [476000, 476000]),
        (["０１０１", "0101"], "text", ["０１０１", "0101"]),
        (["412321196705120017"], "bigint", [412321196705120017]),
        (["2024/3/5 8:05", "2024-03-05 18:05:09"], "timestamp",
         [datetime(2024, 3, 5, 8, 5, tzinfo=UTC), datetime(2024, 3, 5, 18, 5, 9, tzinfo=UTC)]),
        (["2024/3/5 25:05"], "text", ["2024/3/5 25:05"]),
    ],
)  # fmt: skip
def test_codes_are_no_numbers_and_moments_of_excel_are_moments(
    cells: list[str], kind: str, values: list[Any], tmp_path: Path
) -> None:
    layer, batch = read(csv_of(tmp_path, "v,经度,纬度\n" + "".join(f"{cell},115.6,34.4\n" for cell in cells)))
    assert types(layer)["v"] == kind
    assert batch.columns["v"].to_pylist() == values


@pytest.mark.parametrize(
    ("cells", "kind", "values", "says"),
    [
        (["1,234.5", "12,345", "800"], "float", [1234.5, 12345.0, 800.0], "commas that part thousands"),
        (["１２．５", "7.5", "－３"], "float", [12.5, 7.5, -3.0], "digits of full width read as numbers (2 cells)"),
        (["1,234", "12,345", "800"], "text", None, "stays text: its numbers are written such as 1,234"),
        (["101,102", "3,4", "5"], "text", None, "stays text: its numbers are written such as 101,102"),
        (["1,234.5", "3,4"], "text", None, "stays text: its numbers are written such as 1,234.5"),
        (["12.5 亩", "3亩", "7"], "text", None, "stays text: its numbers are written such as 12.5 亩"),
        (["12.5%", "3%"], "text", None, "stays text: its numbers are written such as 12.5%"),
        (["0101", "12号楼", "3%"], "text", None, ""),
        (["12345678901234567890", "0101"], "text", None, ""),
    ],
)
def test_numbers_as_people_write_them_are_read_where_they_mean_one_thing_and_told_where_not(
    cells: list[str], kind: str, values: list[float] | None, says: str, tmp_path: Path
) -> None:
    layer, batch = read(book_of(tmp_path, ["v", "经度", "纬度"], *([cell, 115.6, 34.4] for cell in cells)))
    assert (types(layer)["v"], batch.columns["v"].to_pylist()) == (kind, values or cells)
    assert says in told(layer)
    assert says or "column v" not in told(layer)


def test_a_decimal_comma_of_the_ordinates_is_that_of_the_numbers_beside_them(tmp_path: Path) -> None:
    rows = "".join(f"{v};115,65;34,44\n" for v in ("0,5", "1.234,5", "1,234", "7"))
    layer, batch = read(csv_of(tmp_path, f"v;经度;纬度\n{rows}"))
    assert (types(layer)["v"], batch.columns["v"].to_pylist()) == ("float", [0.5, 1234.5, 1.234, 7.0])


def test_long_numbers_that_a_spreadsheet_has_rounded_are_told(tmp_path: Path) -> None:
    layer, _ = read(csv_of(tmp_path, "编码,经度,纬度\n4.12321E+17,115.6,34.4\n"))
    assert "编码 has numbers such as 4.12321E+17" in told(layer)
    layer, _ = read(book_of(tmp_path, ["编码", "经度", "纬度"], [412321196705120017, 115.6, 34.4]))
    assert "编码" in told(layer)
    layer, _ = read(book_of(tmp_path, ["编码", "经度", "纬度"], [123456.5, 115.6, 34.4]))
    assert "编码" not in told(layer)


def test_an_identity_number_written_as_text_in_a_workbook_stays_text(tmp_path: Path) -> None:
    rows = [["412321196705120017", "1234", 115.6, 34.4], ["412321196705120018", "1235", 115.6, 34.4]]
    layer, batch = read(book_of(tmp_path, ["身份证号", "户号", "经度", "纬度"], *rows))
    assert types(layer) == {"身份证号": "text", "户号": "integer", "经度": "float", "纬度": "float"}
    assert batch.columns["身份证号"].to_pylist() == ["412321196705120017", "412321196705120018"]


@pytest.mark.parametrize(
    "cell",
    [
        "115°38′12.5″，34°26′10.2″",
        "E115°38′12.5″ N34°26′10.2″",
        "东经115°38′12.5″，北纬34°26′10.2″",
        "北纬34°26′10.2″、东经115°38′12.5″",
        "115°38′12.5″E34°26′10.2″N",
        "N34°26′10.2″，E115°38′12.5″",
        "东经115度38分12.5秒北纬34度26分10.2秒",
        "经度：115.636805556，纬度：34.436166667",
        "115.636805556°E，34.436166667°N",
        "(115.636805556, 34.436166667)",
    ],
)
def test_two_angles_in_one_cell_are_a_place(cell: str, tmp_path: Path) -> None:
    _, batch = read(book_of(tmp_path, ["名称", "坐标（经度,纬度）"], ["井", cell]))
    assert (batch.geometries[0].x, batch.geometries[0].y) == (
        pytest.approx(115 + 38 / 60 + 12.5 / 3600),
        pytest.approx(34 + 26 / 60 + 10.2 / 3600),
    )


def test_a_second_table_below_the_first_is_refused_and_a_second_header_passed_over(tmp_path: Path) -> None:
    first: list[list[Any]] = [["村", "经度", "纬度", "人口"], ["甲", 115.6, 34.4, 100]]
    with pytest.raises(GeoError) as refused:
        read(book_of(tmp_path, *first, ["附表"], ["学校", "经度", "纬度", "学生"], ["一小", 115.6, 34.4, 30]))
    assert "row 4 of those with content begins a second table (学校, 经度, 纬度, 学生)" in worded(
        reason(refused.value), "en"
    )
    layer, batch = read(book_of(tmp_path, first[0], ["name", "lon", "lat", "population"], first[1]))
    assert batch.columns["人口"].to_pylist() == [100]
    assert "repeat the header" in told(layer)


def test_values_that_could_be_titles_begin_no_table(tmp_path: Path) -> None:
    text = "kind,经度,纬度,n\nway,115.6,34.4,1\nway,无,无,2\nE,待测,待测,N\nx,E115.6,N34.4,y\n"
    _, batch = read(csv_of(tmp_path, text))
    assert batch.columns["kind"].to_pylist() == ["way", "way", "x"]
    assert [refused.source_id for refused in batch.refused] == ["3"]


def test_two_columns_of_one_title_say_which_was_taken(tmp_path: Path) -> None:
    layer, _ = read(csv_of(tmp_path, "村,经度,纬度,学校,经度,纬度\n甲,115.6,34.4,一小,115.7,34.5\n"))
    assert "2 columns are called 经度: the first, column 2, was taken" in told(layer)
    _, batch = read(tmp_path / "t.csv", x="经度 (5)", y="纬度 (6)")
    assert batch.geometries[0].x == 115.7


ROWS = "".join(f"商丘市第{n}小学,115.6,34.4\n" for n in range(10, 40))


@pytest.mark.parametrize(
    ("main", "odd", "reads"),
    [
        ("utf-8", "梁园区小学".encode("gbk"), "梁园区小学"),
        ("gbk", "梁园区小学".encode(), "梁园区小学"),
        ("utf-8", "梁园区小学堂".encode()[:-1], "梁园区小学\ufffd"),
    ],
)
def test_one_line_of_another_encoding_spoils_no_other(main: str, odd: bytes, reads: str, tmp_path: Path) -> None:
    text = b"name,lon,lat\n" + odd + b",115.6,34.4\n" + ROWS.encode(main)
    layer, batch = read(csv_of(tmp_path, text))
    assert batch.columns["name"].to_pylist() == [reads, *(f"商丘市第{n}小学" for n in range(10, 40))]
    assert "line 2 is the first" in told(layer)


@pytest.mark.parametrize("encoding", ["utf-8", "gbk", "utf-16"])
def test_a_text_that_ends_within_a_character_was_cut_off(encoding: str, tmp_path: Path) -> None:
    with pytest.raises(GeoError, match="middle of a character"):
        read(csv_of(tmp_path, ("name,lon,lat\n" + ROWS + "商丘市").encode(encoding)[:-1]))


def test_a_row_whose_quotes_are_no_pairs_is_told_by_its_line(tmp_path: Path) -> None:
    with pytest.raises(GeoError, match="line 3 is damaged"):
        read(csv_of(tmp_path, 'name,lon,lat\n甲,115.6,34.4\n"乙,115.6,34.4\n丙,115.6,34.4\n'))


def test_tables_side_by_side_with_the_same_titles_are_one_table(tmp_path: Path) -> None:
    head, places = ["点号", "经度", "纬度"], [[115.6, 34.4], [115.7, 34.5], [115.8, 34.6]]
    rows = [["A1", *places[0], None, "B1", *places[2]], ["A2", *places[1]], ["制表：", "张三"]]
    layer, batch = read(book_of(tmp_path, ["点位表"], [*head, None, *head], *rows))
    assert types(layer) == {"点号": "text", "经度": "float", "纬度": "float"}
    assert batch.columns["点号"].to_pylist() == ["A1", "A2", "B1"]
    assert [list(point.coords[0]) for point in batch.geometries] == places
    assert [decision.value for decision in layer.decisions][-2:] == [
        "2 tables side by side, read one below another", "row 2 of those with content",
    ]  # fmt: skip
    layer, batch = read(tmp_path / "t.xlsx", x="经度 (6)", y="纬度 (7)")
    assert [list(point.coords[0]) for point in batch.geometries if point] == places[2:], "who names columns has them"


def test_places_of_one_row_are_no_tables_side_by_side_and_what_stands_above_tells_them_apart(tmp_path: Path) -> None:
    above, head = [None, "起点", None, None, "终点"], ["管号", "点号", "经度", "纬度", "点号", "经度", "纬度"]
    layer, batch = read(book_of(tmp_path, above, head, ["G1", "A", 115.6, 34.4, "B", 115.7, 34.5]))
    assert list(types(layer)) == ["管号", *(f"{t} ({g})" for g in ("起点", "终点") for t in ("点号", "经度", "纬度"))]
    assert [list(point.coords[0]) for point in batch.geometries] == [[115.6, 34.4]]


def test_a_header_of_two_rows_merged_over_the_coordinates_keeps_its_second_titles(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for row in (["经度", "纬度", "2022年", None, "2023年"], [None, None, "人口", "面积", "人口", "面积"],
                ["°", "°", "人", "km²", "人", "万 km²"], [115.6, 34.4, 1, 2, 3, 4]):  # fmt: skip
        book.active.append(row)
    for cells in ("A1:A2", "B1:B2", "C1:D1", "E1:F1"):
        book.active.merge_cells(cells)
    book.save(tmp_path / "t.xlsx")
    layer, batch = read(tmp_path / "t.xlsx")
    assert types(layer) == {"经度": "float", "纬度": "float"} | {
        f"{title} ({year}年)": "integer" for year in (2022, 2023) for title in ("人口", "面积")
    }
    assert len(batch) == 1


def test_captions_of_further_pages_are_no_features_and_a_table_beside_is_told(tmp_path: Path) -> None:
    head = ["点号", "经度", "纬度", None, "权利人"]
    page = [["A", 115.6, 34.4, None, "甲"], ["井", None, None]]
    layer, batch = read(book_of(tmp_path, ["表一"], head, *page, ["表二"], head, *page))
    assert batch.columns["点号"].to_pylist() == ["A", "井", "A", "井"]
    assert "(表二)" in told(layer)
    assert "an empty column parts the sheet: are 权利人 another table's" in told(layer)
