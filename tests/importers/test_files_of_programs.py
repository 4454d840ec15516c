"""Vector files and drawings as other programs write them: types, counts, curves and blocks that readers lose unseen."""

import json
import math
import shutil
import sqlite3
import struct
import subprocess
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import ezdxf
import geopandas
import numpy as np
import pytest
import shapely
from sqlalchemy.orm import Session

from importers.batch import FeatureBatch, ReadOptions
from importers.finding import find
from layers.catalogue import find_layer
from layers.domains import store_domains
from layers.sentences import worded
from layers.views import ALL
from tests.importers.conftest import Importer
from tests.importers.drawings import GK
from tests.importers.test_texts_of_files import layers_of, said_of

E, N = GK


def every(path: Path) -> tuple[list[FeatureBatch], str]:
    """All batches of the one layer behind a path, and what opening it tells."""
    with find((path,)) as finding:
        (found,) = finding.usable
        assert found.format.open is not None
        source = found.format.open(found.path, ReadOptions())
        try:
            (layer,) = source.layers
            return list(layer.batches()), str((source.notes, layer.facts, layer.claimed, source.decisions))
        finally:
            source.close()


def geopackage(path: Path, count: int, *statements: str) -> Path:
    """A GeoPackage of points, changed by statements as a program does that knows nothing of its counts and triggers."""
    points = [shapely.Point(115.65 + i * 1e-5, 34.44) for i in range(count)]
    geopandas.GeoDataFrame({"n": range(count)}, geometry=points, crs=4490).to_file(path, layer="t 表")
    with sqlite3.connect(path) as database:
        for (trigger,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            database.execute(f'DROP TRIGGER "{trigger}"')
        for statement in statements:
            database.execute(statement)
    database.close()
    return path


def test_columns_of_types_that_are_none_of_a_geopackage_are_read_as_they_are_kept(tmp_path: Path) -> None:
    added = {"面积": "DECIMAL(12,4)", "u": "UUID", "j": "JSON", "big": "NUMERIC", "b": "VARBINARY", "none": "NUMERIC"}
    columns = [f'ALTER TABLE "t 表" ADD COLUMN "{name}" {kind}' for name, kind in added.items()]
    values = "\"面积\" = '12345678.1234', u = '0b1c', j = '{\"甲\": 1}', big = 9007199254740993, b = x'00ff'"
    path = geopackage(tmp_path / "a.gpkg", 2, *columns, f'UPDATE "t 表" SET {values} WHERE n = 1')
    (batch,), told = every(path)
    row = {name: batch.columns[name].to_pylist() for name in added}
    assert row == {
        "面积": [None, 12345678.1234],
        "u": [None, "0b1c"],
        "j": [None, '{"甲": 1}'],
        "big": [None, 9007199254740993],
        "b": [None, "00ff"],
        "none": [None, None],
    }
    assert "read as they are kept: " in told
    assert "is not read" not in told


def test_values_of_another_type_than_a_column_of_a_geopackage_declares_are_kept_as_they_are(tmp_path: Path) -> None:
    values: dict[str, tuple[str, list[Any], list[Any]]] = {
        "整数": ("INTEGER", ["甲", 1, None], ["甲", "1", None]),
        "短": ("MEDIUMINT", [3_000_000_000, 1, None], [3_000_000_000, 1, None]),
        "实数": ("REAL", ["甲", 1.5, None], ["甲", "1.5", None]),
        "是否": ("BOOLEAN", ["true", 1, None], ["true", "1", None]),
        "日期": ("DATE", ["2024-02-30", "2024-02-29", None], ["2024-02-30", "2024-02-29", None]),
        "时刻": ("DATETIME", ["2024-01-01T25:00:00Z", "2024-01-01T05:00:00Z", None],
                 ["2024-01-01T25:00:00Z", "2024-01-01T05:00:00Z", None]),
        "好": ("DATE", ["2024-02-29", None, "1970-01-01"], [date(2024, 2, 29), None, date(1970, 1, 1)]),
    }  # fmt: skip
    path = geopackage(
        tmp_path / "a.gpkg", 3, *(f'ALTER TABLE "t 表" ADD "{c}" {kind}' for c, (kind, *_) in values.items())
    )
    with sqlite3.connect(path) as database:
        for column, (_, written, _) in values.items():
            rows = [(value, n) for n, value in enumerate(written)]
            database.executemany(f'UPDATE "t 表" SET "{column}" = ? WHERE n = ?', rows)
    database.close()
    (batch,), told = every(path)
    assert {c: batch.columns[c].to_pylist() for c in values} == {c: kept for c, (_, _, kept) in values.items()}
    assert "than they are declared, read as they are kept: 整数, 短, 实数, 是否, 日期, 时刻" in told


@pytest.mark.parametrize("name", ["a.prj", "a.hdr", "a.MAP", "a.tif.aux.xml"])
def test_a_part_without_its_file_is_told_to_be_one(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text("ENVI\nsamples = 3\n")
    assert "only a part of another file of the same name" in said_of(tmp_path / name)


def test_a_geopackage_that_miscounts_its_rows_gives_each_once(tmp_path: Path) -> None:
    path = geopackage(tmp_path / "a.gpkg", 25_000, 'DELETE FROM "t 表" WHERE n % 7 = 0')
    batches, told = every(path)
    numbers = Counter(n for batch in batches for n in batch.columns["n"].to_pylist())
    assert numbers == Counter(n for n in range(25_000) if n % 7)
    assert "25000, is wrong: the table holds 21428" in told


def esri(path: Path, kind: str, *geometries: Any) -> Path:
    features = [{"attributes": {"n": n}, "geometry": shape} for n, shape in enumerate(geometries)]
    reference = {"wkid": 4547}
    path.write_text(json.dumps({"geometryType": kind, "spatialReference": reference, "features": features}))
    return path


def test_true_curves_of_esri_json_become_lines_within_the_tolerance(tmp_path: Path) -> None:
    half = {"curvePaths": [[[E, N], {"c": [[E + 200, N], [E + 100, N + 100]]}, [E + 300, N]]]}
    (batch,), told = every(esri(tmp_path / "a.json", "esriGeometryPolyline", half))
    assert batch.geometries[0].length == pytest.approx(100 * math.pi + 100, abs=0.05)
    assert "true curves, which were turned into lines: 1" in told
    circle = {"curveRings": [[[E, N], {"a": [[E, N], [E + 50, N], 0, 1]}]]}
    ellipse = {"curveRings": [[[E, N], {"a": [[E, N], [E + 50, N], 0, 0, 0.0, 50.0, 0.5]}]]}
    quarter = {"curveRings": [[[E, N], {"a": [[E + 50, N + 50], [E + 50, N], 1, 1]}, [E + 50, N], [E, N]]]}
    bent = {"curveRings": [[[E, N], {"b": [[E + 90, N], [E, N + 60], [E + 90, N + 60]]}, [E, N]]]}
    (batch,), _ = every(esri(tmp_path / "b.json", "esriGeometryPolygon", circle, ellipse, quarter, bent))
    areas = [2500 * math.pi, 1250 * math.pi, 625 * math.pi, 0.6 * 90 * 60]
    assert shapely.area(batch.geometries) == pytest.approx(areas, rel=1e-3)
    assert shapely.is_valid(batch.geometries).all()


def test_a_damaged_curve_is_refused_in_a_sentence(tmp_path: Path) -> None:
    path = esri(tmp_path / "a.json", "esriGeometryPolyline", {"curvePaths": [[[E, N], {"q": [[E, N]]}]]})
    assert "a feature with true curves cannot be read" in said_of(path)


def test_geojson_in_gbk_is_read_and_archives_of_tiles_are_refused(tmp_path: Path) -> None:
    text = '{"type":"Feature","properties":{"名称":"商丘市"},"geometry":{"type":"Point","coordinates":[115.65,34.44]}}'
    (tmp_path / "a.geojson").write_bytes(text.encode("gbk"))
    ((_, batch),) = layers_of(tmp_path / "a.geojson")
    assert batch.columns["名称"].to_pylist() == ["商丘市"]
    with sqlite3.connect(tmp_path / "a.mbtiles") as database:
        database.execute("CREATE TABLE metadata (name text, value text)")
        database.execute("CREATE TABLE tiles (zoom_level integer, tile_data blob)")
    database.close()
    assert "give the data they were made from" in said_of(tmp_path / "a.mbtiles")


def test_attributes_that_a_block_gives_every_reference_and_those_of_several_lines_are_kept(tmp_path: Path) -> None:
    document = ezdxf.new("R2018")
    block = document.blocks.new("GC200")
    block.add_circle((0, 0), 0.5)
    block.add_attdef("种类", (1, 0), text="三角点", dxfattribs={"flags": 2})
    model = document.modelspace()
    model.add_blockref("GC200", (E, N))
    attribute = model.add_blockref("GC200", (E, N)).add_attrib("名", "", (E, N))
    attribute.embed_mtext(document.blocks.new("scrap").add_mtext("商丘\\P二号"))
    document.blocks.new("树").add_attdef("种", (1, 0), text="杨", dxfattribs={"flags": 2})
    model.add_blockref("树", (E, N))
    document.saveas(tmp_path / "a.dxf")
    (*batches,), _ = every(tmp_path / "a.dxf")
    rows = [row for batch in batches for row in zip(*(batch.columns[c].to_pylist() for c in _SEEN), strict=True)]
    assert sorted(rows, key=str) == [
        ("ATTDEF", "杨", '{"种": "杨"}'),
        ("INSERT", None, '{"种类": "三角点", "名": "商丘\\n二号"}'),
        ("INSERT", None, '{"种类": "三角点"}'),
    ]


_SEEN = ("entity", "text", "attributes")


def test_contours_drawn_flat_take_the_one_height_of_their_extended_data(tmp_path: Path) -> None:
    document = ezdxf.new("R2000")
    document.appids.add("SOUTH")
    for values in ([(1040, 55.5)], [(1000, "60.0")], [(1040, 1.0), (1040, 2.0)], []):
        line = document.modelspace().add_lwpolyline([(E, N), (E + 9, N)], dxfattribs={"layer": "DGX"})
        line.set_xdata("SOUTH", [(1000, "201101"), *values])
    document.saveas(tmp_path / "a.dxf")
    batches, _ = every(tmp_path / "a.dxf")
    heights = [height for batch in batches for height in batch.columns["elevation"].to_pylist()]
    assert heights == [55.5, 60.0, None, None]
    assert batches[0].done["contour drawn flat, its height taken from its extended data"] == 2


def test_characters_beyond_the_first_plane_and_units_of_binary_drawings_are_read(tmp_path: Path) -> None:
    document = ezdxf.new("R12")
    document.modelspace().add_text("𠀀㐂").set_placement((E, N))
    document.modelspace().add_polyline2d([(E, N), (E + 9, N)])
    document.saveas(tmp_path / "a.dxf", fmt="bin")
    document.saveas(tmp_path / "b.dxf")
    (batch, *_), _ = every(tmp_path / "b.dxf")
    assert batch.columns["text"].to_pylist()[0] == "𠀀㐂"
    assert "--units" not in said_of(tmp_path / "a.dxf")
    assert np.isfinite(shapely.total_bounds(batch.geometries)).all()


def entities(path: Path, *tags: str, codepage: str = "ANSI_936", encoding: str = "gb18030") -> Path:
    """A drawing of nothing but entities and a code page, each entity as the values of its tags, code by code."""
    header = f"0,SECTION,2,HEADER,9,$ACADVER,1,AC1015,9,$DWGCODEPAGE,3,{codepage},0,ENDSEC,0,SECTION,2,ENTITIES"
    text = ",".join((header, *tags, "0,ENDSEC,0,EOF,")).replace(",", "\n")
    path.write_bytes(text.encode(encoding))
    return path


LINE = f"0,LINE,8,{{layer}},10,{E},20,{N},11,{E + 9},21,{N}"


@pytest.mark.parametrize(
    ("layer", "codepage", "encoding"),
    [("도로경계선", "ANSI_949", "cp949"), ("道路中心線ひらがな", "ANSI_932", "cp932"), ("㐀㐁𠀀道路", "", "gb18030")],
)
def test_layers_in_the_writing_of_neighbours_and_in_rare_characters_are_read(
    layer: str, codepage: str, encoding: str, tmp_path: Path
) -> None:
    path = entities(tmp_path / "a.dxf", LINE.format(layer=layer), codepage=codepage, encoding=encoding)
    (batch, *_), _ = every(path)
    assert batch.columns["drawing_layer"].to_pylist() == [layer]


def test_objects_of_other_programs_are_refused_with_what_to_do_and_numbered_signs_are_read(tmp_path: Path) -> None:
    wall = f"0,TCH_WALL,5,A5,8,WALL,10,{E},20,{N}"
    words = f"0,TEXT,8,0,10,{E},20,{N},40,2,1,45%%176 %%131"
    ellipse = f"0,ELLIPSE,5,A6,8,0,100,AcDbEntity,100,AcDbEllipse,10,{E},20,{N},30,0"
    ellipse += ",11,9,21,0,31,0,40,0.5,41,0,42,6.283185307"
    batches, _ = every(entities(tmp_path / "a.dxf", wall, words, ellipse))
    reasons = [refusal.reason for batch in batches for refusal in batch.refused]
    assert [reason.partition(" is ")[2].partition(":")[0] for reason in reasons] == [
        "an object of another program (TArch, for example)"
    ]
    kinds = {kind: shape for b in batches for kind, shape in zip(b.columns["entity"].to_pylist(), b.geometries)}  # noqa: B905
    assert kinds["ELLIPSE"].geom_type == "Polygon"
    assert "45° %%131" in [text for batch in batches for text in batch.columns["text"].to_pylist()]


def test_a_track_recorded_at_one_place_in_part_keeps_the_rest(tmp_path: Path) -> None:
    points = "".join(f'<trkpt lat="34.4{n}" lon="115.65"/>' for n in range(2))
    parts = f"<trkseg>{points}</trkseg><trkseg>{points[: points.find('>') + 1]}</trkseg>"
    (tmp_path / "a.gpx").write_text(
        f'<gpx version="1.1" xmlns="http://www.topografix.com/GPX/1/1"><trk><name>轨</name>{parts}</trk></gpx>'
    )
    tracks = next(batch for layer, batch in nonempty(tmp_path / "a.gpx") if layer == "tracks")
    assert tracks.geometries[0].wkt == "MULTILINESTRING ((115.65 34.4, 115.65 34.41))"
    assert tracks.done["parts of a line with one point only left out"] == 1


def nonempty(path: Path) -> list[tuple[str, FeatureBatch]]:
    with find((path,)) as finding:
        (found,) = finding.usable
        assert found.format.open is not None
        source = found.format.open(found.path, ReadOptions())
        try:
            return [(layer.name, batch) for layer in source.layers for batch in layer.batches() if len(batch)]
        finally:
            source.close()


def test_boxes_that_geoparquet_keeps_of_its_geometries_are_no_column(tmp_path: Path) -> None:
    frame = geopandas.GeoDataFrame({"n": [1]}, geometry=[shapely.Point(115.65, 34.44)], crs=4490)
    frame.to_parquet(tmp_path / "a.parquet", write_covering_bbox=True, schema_version="1.1.0")
    ((layer, _),) = layers_of(tmp_path / "a.parquet")
    assert [column.title for column in layer.columns] == ["n"]


@pytest.mark.parametrize("kind", ["dbt", "fpt", None])
def test_memo_texts_of_a_dbase_table_are_read_from_the_file_beside_it(kind: str | None, tmp_path: Path) -> None:
    points = [shapely.Point(115.65, 34.44 + n / 100) for n in range(3)]
    geopandas.GeoDataFrame({"n": [0, 1, 2]}, geometry=points, crs=4490).to_file(tmp_path / "a.shp")
    long, short = ("长" * 400).encode("gbk"), "短".encode("gbk")
    fields = b"".join(name.ljust(11, b"\0") + form + bytes(4) + bytes([10]) + bytes(15) for name, form in _FIELDS)
    head = b"\x83\x7c\x01\x01" + struct.pack("<IHH", 3, 32 + len(fields) + 1, 21) + bytes(17) + b"\x4d\0\0"
    second = {"dbt": 3, "fpt": 14}.get(kind or "", 3)
    rows = b"".join(b" %10d%10s" % (n, block) for n, block in enumerate((b"1", b"%d" % second, b"")))
    (tmp_path / "a.dbf").write_bytes(head + fields + b"\r" + rows + b"\x1a")
    if kind == "dbt":
        memo = bytes(512) + (long + b"\x1a\x1a").ljust(1024, b"\0") + short + b"\x1a\x1a"
        (tmp_path / "a.dbt").write_bytes(memo)
    if kind == "fpt":
        bodies = [struct.pack(">II", 1, len(body)) + body for body in (long, short)]
        memo = struct.pack(">IHH", 20, 0, 64).ljust(64, b"\0") + bodies[0].ljust(13 * 64, b"\0") + bodies[1]
        (tmp_path / "a.fpt").write_bytes(memo)
    ((layer, batch),) = layers_of(tmp_path / "a.shp")
    assert batch.columns["note"].to_pylist() == (["长" * 400, "短", None] if kind else [None] * 3)
    assert ("note are empty" in str(layer.facts)) is (kind is None)


_FIELDS = ((b"n", b"N"), (b"note", b"M"))


def test_logical_fields_that_are_not_filled_in_are_neither_true_nor_false(tmp_path: Path) -> None:
    points = [shapely.Point(115.65, 34.44 + n / 100) for n in range(4)]
    geopandas.GeoDataFrame({"n": range(4)}, geometry=points, crs=4490).to_file(tmp_path / "a.shp")
    field = b"ok".ljust(11, b"\0") + b"L" + bytes(4) + b"\x01" + bytes(15)
    head = b"\x03\x7c\x01\x01" + struct.pack("<IHH", 4, 65, 2) + bytes(20)
    (tmp_path / "a.dbf").write_bytes(head + field + b"\r" + b" T F ?  " + b"\x1a")
    ((_, batch),) = layers_of(tmp_path / "a.shp")
    assert batch.columns["ok"].to_pylist() == [True, False, None, None]


_PLACE = "<Point><coordinates>115.65,34.44</coordinates></Point>"
_SCHEMA = '<Schema id="s" name="s"><SimpleField name="面积" type="float"/></Schema>'

_PLAIN = '<Data name="权利人">\n<displayName>谁</displayName>\n<value>张三</value>\n</Data>'


def _given(schema: str, **values: str) -> str:
    data = "".join(f'<SimpleData name="{name}">{value}</SimpleData>' for name, value in values.items())
    given = f"<ExtendedData><SchemaData schemaUrl={schema}>{data}</SchemaData></ExtendedData>"
    return f"<Placemark>{given}{_PLACE}</Placemark>"


@pytest.mark.parametrize(
    ("schema", "placemark", "expected"),
    [
        (_SCHEMA, _given('"#s"', 面积="1.5", 日期="2026/01/02"), {"面积": 1.5, "日期": "2026/01/02"}),
        ('<Schema id="s" name="s"/>', _given('"#s"', 甲="x"), {"甲": "x"}),
        ("", _given('"elsewhere.kml#s"', 甲="x", 乙="y"), {"甲": "x", "乙": "y"}),
        (_SCHEMA, _given("'#s'", 面积="1.5"), {"面积": 1.5}),
        (
            _SCHEMA,
            _given('"#s"', 面积="1.5").replace("<SchemaData", f"{_PLAIN}<SchemaData"),
            {"面积": 1.5, "权利人": "张三"},
        ),
    ],
)
def test_fields_of_kml_that_its_schema_does_not_declare_are_read(
    tmp_path: Path, schema: str, placemark: str, expected: dict[str, Any]
) -> None:
    path = tmp_path / "a.kml"
    path.write_text(f'<kml xmlns="http://www.opengis.net/kml/2.2"><Document>{schema}{placemark}</Document></kml>')
    (batch,) = every(path)[0]
    assert {name: values.to_pylist()[0] for name, values in batch.columns.items() if name in expected} == expected


@pytest.mark.parametrize("first", ["plain", "schema"])
def test_plain_fields_of_a_kml_of_several_schemas_join_the_one_that_their_feature_uses(
    tmp_path: Path, first: str
) -> None:
    schemas = "".join(f'<Schema id="{name}" name="{name}"/>' for name in "ab")
    given = _given('"#b"', 乙="y")
    given = (
        given.replace("<SchemaData", f"{_PLAIN}<SchemaData")
        if first == "plain"
        else given.replace("</SchemaData>", f"</SchemaData>{_PLAIN}")
    )
    folders = [_given('"#a"', 甲="x"), given, f"<Placemark><ExtendedData>{_PLAIN}</ExtendedData>{_PLACE}</Placemark>"]
    path = tmp_path / "a.kml"
    body = schemas + "".join(f"<Folder><name>{number}</name>{one}</Folder>" for number, one in enumerate(folders))
    path.write_text(f'<kml xmlns="http://www.opengis.net/kml/2.2"><Document>{body}</Document></kml>')
    with find((path,)) as finding:
        (usable,) = finding.usable
        assert usable.format.open is not None
        source = usable.format.open(usable.path, ReadOptions())
        try:
            batches = [batch for layer in source.layers for batch in layer.batches()]
        finally:
            source.close()
    wanted = ("甲", "乙", "权利人")
    found = [
        {name: batch.columns[name].to_pylist()[0] for name in wanted if name in batch.columns} for batch in batches
    ]
    own = [{name: value for name, value in one.items() if value is not None} for one in found]
    assert own == [{"甲": "x"}, {"乙": "y", "权利人": "张三"}, {"权利人": "张三"}]


SCHEMA = """
    CREATE TABLE gpkg_data_columns (table_name TEXT, column_name TEXT, name TEXT, title TEXT, description TEXT,
        mime_type TEXT, constraint_name TEXT);
    CREATE TABLE gpkg_data_column_constraints (constraint_name TEXT, constraint_type TEXT, value TEXT, min NUMERIC,
        min_is_inclusive BOOLEAN, max NUMERIC, max_is_inclusive BOOLEAN, description TEXT);
    INSERT INTO gpkg_extensions VALUES ('gpkg_data_columns', NULL, 'gpkg_schema', 'http://x', 'read-write');
"""


def with_code_lists(path: Path) -> Path:
    """A GeoPackage whose columns have enumerations, as its extension for schemas keeps them; that of ``n`` is none."""
    added = ('ALTER TABLE "t 表" ADD DLBM TEXT', 'ALTER TABLE "t 表" ADD LX INTEGER')
    geopackage(path, 3, *added, "UPDATE \"t 表\" SET DLBM = '0101', LX = n")
    listed = [("dl", "0101", "水田"), ("dl", "0102", "水浇地"), ("lx", "0", "甲"), ("lx", "1", None), ("n", "一", "一")]
    columns = (("DLBM", "dl"), ("LX", "lx"), ("n", "n"))
    with sqlite3.connect(path) as database:
        database.executescript(SCHEMA)
        named = "INSERT INTO gpkg_data_columns (table_name, column_name, constraint_name) VALUES ('t 表', ?, ?)"
        database.executemany(named, columns)
        codes = "(constraint_name, constraint_type, value, description) VALUES (?, 'enum', ?, ?)"
        database.executemany(f"INSERT INTO gpkg_data_column_constraints {codes}", listed)
    database.close()
    return path


def test_code_lists_of_a_file_are_those_of_a_new_layer_and_no_others(
    bring_in: Importer, session: Session, tmp_path: Path
) -> None:
    path = with_code_lists(tmp_path / "a.gpkg")
    report = bring_in(path)
    lists = {"DLBM": {"0101": "水田", "0102": "水浇地"}, "LX": {"0": "甲", "1": "1"}}
    assert find_layer(session, "test", ALL).domains == lists
    notes = [worded(note, "en") for note in report.notes]
    assert any("code lists of DLBM, LX taken" in note for note in notes)
    assert any("code lists of n in the file were not taken" in note for note in notes)
    codes = next(check for check in report.checks if worded(check.name, "en") == "codes")
    assert codes.outcome == "conditional", "LX is 2 in a row, which its list has not"
    store_domains(session, "test", {})
    assert not any("code lists" in worded(note, "en") for note in bring_in(path).notes)
    assert find_layer(session, "test", ALL).domains == {}


@pytest.mark.skipif(not shutil.which("ogr2ogr"), reason="no ogr2ogr, which makes a file geodatabase with domains")
def test_coded_domains_of_a_file_geodatabase_are_its_code_lists(tmp_path: Path) -> None:
    source, made = with_code_lists(tmp_path / "a.gpkg"), tmp_path / "a.gdb"
    subprocess.run(["ogr2ogr", "-f", "OpenFileGDB", made, source, "-nln", "DLTB"], check=True, capture_output=True)
    ((layer, _),) = layers_of(made)
    assert layer.code_lists["DLBM"] == {"0101": "水田", "0102": "水浇地"}
