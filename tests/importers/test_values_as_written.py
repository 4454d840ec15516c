"""Values that are not of the type their file declares, or that GDAL takes for others: kept as written, and told."""

import sqlite3
from datetime import date
from pathlib import Path
from typing import Any

import geopandas
import pytest
import shapely

from tests.importers.test_texts_of_files import layers_of, said_of

MISFIT = "another type than they are declared, read as they are kept: "


def read(path: Path) -> dict[str, list[Any]]:
    """The columns of a file's one layer."""
    ((_, batch),) = layers_of(path)
    return {title: values.to_pylist() for title, values in batch.columns.items()}


def gml_of(path: Path, columns: dict[str, list[str]]) -> Path:
    """A GML file of points with the values."""
    members = ""
    for n, row in enumerate(zip(*columns.values(), strict=True)):
        values = "".join(f"<c:{name}>{value}</c:{name}>" for name, value in zip(columns, row, strict=True))
        point = (
            f'<gml:Point gml:id="p{n}" srsName="urn:ogc:def:crs:EPSG::4490"><gml:pos>34.4 115.6</gml:pos></gml:Point>'
        )
        members += f'<gml:featureMember><c:f gml:id="f{n}">{values}<c:g>{point}</c:g></c:f></gml:featureMember>'
    path.write_text(
        '<gml:FeatureCollection xmlns:gml="http://www.opengis.net/gml/3.2" xmlns:c="http://city" gml:id="c">'
        f"{members}</gml:FeatureCollection>",
        encoding="utf-8",
    )
    return path


def test_values_of_gml_that_gdal_takes_for_others_are_kept_as_they_are_written(tmp_path: Path) -> None:
    columns = {
        "宗地": ["411402001001000012345", "411402001001000012346"], "code": ["1E5", "12E3"],
        "day": ["2024-02-30", "2024-02-29"], "time": ["2024-02-30T08:00:00", "2024-02-29T08:00:00+08:00"],
        "n": ["5", "6"], "area": ["1.5", "2"], "good": ["2024-02-28", "2024-02-29"], "yes": ["true", "false"],
    }  # fmt: skip
    path = gml_of(tmp_path / "a.gml", columns)
    typed = {"n": [5, 6], "area": [1.5, 2.0], "good": [date(2024, 2, 28), date(2024, 2, 29)], "yes": [True, False]}
    assert read(path) == {"gml_id": ["f0", "f1"]} | columns | typed
    assert MISFIT + "宗地, code, day, time" in said_of(path)


def test_values_of_gml_that_its_schema_does_not_allow_are_kept_as_they_are_written(tmp_path: Path) -> None:
    path = gml_of(tmp_path / "a.gml", {"n": ["5", "abc"], "area": ["1,5", "2"], "code": ["0101", "02"]})
    types = {"n": "integer", "area": "double", "code": "string"}
    elements = "".join(f'<xs:element name="{name}" type="xs:{kind}" minOccurs="0"/>' for name, kind in types.items())
    path.with_suffix(".xsd").write_text(
        '<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:c="http://city" '
        'xmlns:gml="http://www.opengis.net/gml/3.2" targetNamespace="http://city" elementFormDefault="qualified">'
        '<xs:element name="f" type="c:fType" substitutionGroup="gml:AbstractFeature"/><xs:complexType name="fType">'
        f'<xs:complexContent><xs:extension base="gml:AbstractFeatureType"><xs:sequence>{elements}'
        '<xs:element name="g" type="gml:PointPropertyType"/></xs:sequence></xs:extension></xs:complexContent>'
        "</xs:complexType></xs:schema>"
    )
    assert read(path) == {"gml_id": ["f0", "f1"], "n": ["5", "abc"], "area": ["1,5", "2"], "code": ["0101", "02"]}
    assert MISFIT + "n, area" in said_of(path)


@pytest.mark.parametrize("spatialite", ["YES", "NO"])
def test_values_of_another_type_than_a_column_of_sqlite_declares_are_kept_as_they_are(
    spatialite: str, tmp_path: Path
) -> None:
    frame = geopandas.GeoDataFrame({"n": [1, 2], "好": [1.5, 2.5]}, geometry=[shapely.Point(115.6, 34.4)] * 2, crs=4490)
    path = tmp_path / "a.sqlite"
    frame.to_file(path, driver="SQLite", layer="表", SPATIALITE=spatialite)
    with sqlite3.connect(path) as database:
        for (trigger,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            database.execute(f'DROP TRIGGER "{trigger}"')
        database.execute("ALTER TABLE 表 ADD COLUMN 日期 DATE")
        database.execute("UPDATE 表 SET n = '12 亩', 日期 = '2024-02-30' WHERE n = 1")
    database.close()
    assert {title: read(path)[title] for title in ("n", "好", "日期")} == {
        "n": ["12 亩", "2"], "好": [1.5, 2.5], "日期": ["2024-02-30", None],
    }  # fmt: skip
    assert MISFIT + "n, 日期" in said_of(path)


def test_values_of_another_type_than_a_mif_declares_are_kept_as_they_are_written(tmp_path: Path) -> None:
    rows = {
        "n Integer": ["1", "甲"], "s SmallInt": ["70000", "2"], "面积 Float": ["1.5", "12 亩"],
        "d Date": ["20240230", ""], "l Logical": ["T", "是"], "c Decimal(10, 2)": ["1.50", '"1,5"'],
        "good Date": ["20240229", ""], "t Char(9)": ["0101", "x"],
    }  # fmt: skip
    head = 'Version 300\nCharset "WindowsSimpChinese"\nDelimiter ","\nCoordSys Earth Projection 1, 104\n'
    columns = "".join(f"  {column}\n" for column in rows)
    points = "Point 115.6 34.4\n" * 2
    (tmp_path / "a.mif").write_bytes(f"{head}Columns {len(rows)}\n{columns}Data\n\n{points}".encode("gbk"))
    lines = "\n".join(",".join(row) for row in zip(*rows.values(), strict=True))
    (tmp_path / "a.mid").write_bytes(f"{lines}\n".encode("gbk"))
    assert read(tmp_path / "a.mif") == {
        "n": ["1", "甲"], "s": [70000, 2], "面积": ["1.5", "12 亩"], "d": ["20240230", ""], "l": ["T", "是"],
        "c": ["1.50", "1,5"], "good": [date(2024, 2, 29), None], "t": ["0101", "x"],
    }  # fmt: skip
    assert MISFIT + "n, 面积, d, l, c" in said_of(tmp_path / "a.mif")
