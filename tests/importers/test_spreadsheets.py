"""Workbooks of Excel 97, WPS and LibreOffice, those that openpyxl refuses, and what a hostile one may claim."""

import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
import shapely

from importers.batch import ReadOptions
from importers.errors import UnreadableSource, UnsupportedSource
from importers.table.spreadsheet import open_spreadsheet
from tests.importers.biff import Cell, write_xls
from tests.importers.conftest import Importer
from tests.importers.test_texts_of_files import layers_of, said_of

ROWS: list[list[Cell]] = [
    ["界址点成果表"],
    ["点号", "权利人", "地类", "经度", "纬度", "面积"],
    ["J1", "张三", "0101", 115.65, 34.44, 12345678901.0],
    ["J2", None, "0102", 115.66, 34.45, 2],
    [],
    ["J3", "李四", "0103", 115.67, 34.46, 3],
]
MERGED = (2, 3, 1, 1)


@pytest.mark.parametrize("name", ["点.xls", "点.et", "renamed.xlsx"])
def test_a_workbook_of_excel_97_is_read_whatever_it_is_called(name: str, tmp_path: Path) -> None:
    path = write_xls(tmp_path / name, {"界址点": ROWS}, [MERGED])
    ((layer, batch),) = layers_of(path)
    assert [c.title for c in layer.columns] == ROWS[1]
    assert [c.type for c in layer.columns] == ["text", "text", "text", "float", "float", "bigint"]
    assert batch.columns["权利人"].to_pylist() == ["张三", "张三", "李四"]
    assert batch.columns["面积"].to_pylist() == [12345678901, 2, 3]
    assert batch.geometries[2] == shapely.Point(115.67, 34.46)


def test_hidden_and_empty_sheets_are_told(tmp_path: Path) -> None:
    sheets: dict[str, list[list[Cell]]] = {"点": ROWS, "草稿": [["x", "y"], [115.65, 34.44]], "空": []}
    path = write_xls(tmp_path / "book.xls", sheets, hidden=["草稿"])
    assert [layer.name for layer, _ in layers_of(path)] == ["点"]
    assert "草稿 is hidden" in said_of(path)
    assert "空 is empty" in said_of(path)
    ((layer, _),) = layers_of(path, sheet="草稿")
    assert layer.name == "草稿"


CONTENT = (
    '<?xml version="1.0" encoding="UTF-8"?><office:document-content office:version="1.2"'
    ' xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"'
    ' xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"'
    ' xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"><office:body><office:spreadsheet>'
    '<table:table table:name="点">{}</table:table></office:spreadsheet></office:body></office:document-content>'
)
MANIFEST = (
    '<?xml version="1.0"?><manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
    '<manifest:file-entry manifest:full-path="/" manifest:media-type="{0}"/>'
    '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/></manifest:manifest>'
)
TYPE = "application/vnd.oasis.opendocument.spreadsheet"


def ods(path: Path, rows: str) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", TYPE)
        archive.writestr("META-INF/manifest.xml", MANIFEST.format(TYPE))
        archive.writestr("content.xml", CONTENT.format(rows), zipfile.ZIP_DEFLATED)
    return path


def cell(value: str | float, more: str = "") -> str:
    if isinstance(value, str):
        return f'<table:table-cell office:value-type="string" {more}><text:p>{value}</text:p></table:table-cell>'
    return f'<table:table-cell office:value-type="float" office:value="{value}" {more}/>'


def row(*values: str | float) -> str:
    return f"<table:table-row>{''.join(map(cell, values))}</table:table-row>"


EMPTY = (
    '<table:table-row table:number-rows-repeated="{}">'
    '<table:table-cell table:number-columns-repeated="16384"/></table:table-row>'
)


def test_an_opendocument_table_is_read_and_its_emptiness_costs_nothing(bring_in: Importer, tmp_path: Path) -> None:
    rows = row("名称", "经度", "纬度", "地类") + row("甲", 115.65, 34.44, "0101") + row("乙", 115.66, 34.45, "0102")
    report = bring_in(ods(tmp_path / "点.ods", rows + EMPTY.format(1_048_573)), crs="EPSG:4490")
    assert (report.counts.read, report.counts.rows) == (2, 2)
    assert report.extent == pytest.approx((115.65, 34.44, 115.66, 34.45), abs=1e-9)


def test_line_breaks_between_the_cells_of_an_opendocument_table_are_no_cells(
    bring_in: Importer, tmp_path: Path
) -> None:
    rows = row("名称", "经度", "纬度") + row("甲 乙", 115.65, 34.44)  # as GDAL, and so QGIS, writes them
    rows = rows.replace("><table", ">\n<table").replace("></table", ">\n</table")
    report = bring_in(ods(tmp_path / "点.ods", rows), crs="EPSG:4490")
    assert (report.counts.read, report.counts.rows) == (1, 1)


def test_a_sheet_of_billions_of_cells_is_refused_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path / "work"))
    (tmp_path / "work").mkdir()
    monkeypatch.setattr("tempfile.tempdir", None)
    repeated = cell("x", 'table:number-columns-repeated="16384"')
    bomb = f'<table:table-row table:number-rows-repeated="1048576">{repeated}</table:table-row>'
    path = ods(tmp_path / "bomb.ods", bomb)
    with pytest.raises(UnreadableSource, match="cannot be read as a workbook"):
        open_spreadsheet(path, ReadOptions())
    path = ods(tmp_path / "corner.ods", row("x") + EMPTY.format(1_048_574) + row(*[""] * 16383, "x"))
    with pytest.raises(UnreadableSource):
        open_spreadsheet(path, ReadOptions())
    assert not list((tmp_path / "work").iterdir())


def _bad_styles(name: str, data: bytes) -> bytes:
    return data.replace(b"<fill>", b"<fill><unheard/>") if name == "xl/styles.xml" else data


def _strict(name: str, data: bytes) -> bytes:
    """Write the strict form of the standard, which Excel offers among its kinds of files."""
    transitional = b"http://schemas.openxmlformats.org/"
    return data.replace(
        transitional + b"spreadsheetml/2006/main", b"http://purl.oclc.org/ooxml/spreadsheetml/main"
    ).replace(
        transitional + b"officeDocument/2006/relationships", b"http://purl.oclc.org/ooxml/officeDocument/relationships"
    )


@pytest.mark.parametrize("written", [_bad_styles, _strict])
def test_workbooks_that_excel_reads_and_openpyxl_does_not_are_read(
    written: Callable[[str, bytes], bytes], tmp_path: Path
) -> None:
    book = openpyxl.Workbook()
    for cells in (["名称", "经度", "纬度"], ["甲", 115.65, 34.44]):
        book.active.append(cells)
    book.save(tmp_path / "plain.xlsx")
    path = tmp_path / "book.xlsx"
    with zipfile.ZipFile(tmp_path / "plain.xlsx") as plain, zipfile.ZipFile(path, "w") as other:
        for name in plain.namelist():
            other.writestr(name, written(name, plain.read(name)))
    ((_, batch),) = layers_of(path)
    assert batch.columns["名称"].to_pylist() == ["甲"]
    assert batch.geometries[0] == shapely.Point(115.65, 34.44)


def test_protected_and_damaged_workbooks_are_refused_in_a_sentence(tmp_path: Path) -> None:
    mark = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
    (tmp_path / "a.xls").write_bytes(mark + bytes(600) + "EncryptedPackage".encode("utf-16-le"))
    with pytest.raises(UnsupportedSource, match="protected by a password"):
        open_spreadsheet(tmp_path / "a.xls", ReadOptions())
    whole = write_xls(tmp_path / "b.xls", {"点": ROWS}).read_bytes()
    (tmp_path / "b.xls").write_bytes(whole[:700])
    assert "damaged, or no workbook" in said_of(tmp_path / "b.xls")
