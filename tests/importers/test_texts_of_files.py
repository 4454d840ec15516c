"""What files say of their characters, names and systems in words that readers would spoil or misunderstand."""

import json
import shutil
import struct
import zipfile
from pathlib import Path
from typing import Any

import geopandas as gpd
import pyarrow.parquet as pq
import pyproj
import pytest
import shapely

from importers.batch import FeatureBatch, ReadOptions, SourceLayer
from importers.beside import parts_of
from importers.finding import find
from importers.inspect import inspect
from importers.inspection import Inspection
from importers.vector.geojson import open_geojson
from layers.crs.names import is_cgcs2000, raised_ellipsoid
from layers.errors import GeoError
from layers.frame import SHANGQIU

KML = '<?xml version="1.0" encoding="{encoding}"?><kml xmlns="http://www.opengis.net/kml/2.2" {gx}><Document>{inside}'
KML += "</Document></kml>"
GX = 'xmlns:gx="http://www.google.com/kml/ext/2.2"'
PLACE = "<Placemark><name>商丘</name>{data}<Point><coordinates>115.65,34.44</coordinates></Point></Placemark>"
GML = (
    '<?xml version="1.0" encoding="{encoding}"?><gml:FeatureCollection xmlns:gml="http://www.opengis.net/gml/3.2" '
    'xmlns:x="http://x" gml:id="c">{members}</gml:FeatureCollection>'
)
MEMBER = (
    '<gml:featureMember><x:f gml:id="f{n}"><x:name>商丘</x:name><x:g><gml:Point gml:id="p{n}" srsName="{srs}"><gml:pos>'
    "{at}</gml:pos></gml:Point></x:g></x:f></gml:featureMember>"
)
E, N = 375923.1, 3813295.8


def told(path: Path, **said: Any) -> Inspection:
    return inspect(path, SHANGQIU, ReadOptions(**said))


def said_of(path: Path, **said: Any) -> str:
    """All that inspect says of a path, refusals too."""
    try:
        return str(told(path, **said).to_json())
    except GeoError as error:
        return str(error)


def layers_of(path: Path, **said: Any) -> list[tuple[SourceLayer, FeatureBatch]]:
    """The layers of the one source behind a path, each with all it holds."""
    with find((path,)) as finding:
        (found,) = finding.usable
        assert found.format.open is not None
        source = found.format.open(found.path, ReadOptions(**said))
        try:
            return [(layer, next(iter(layer.batches()))) for layer in source.layers]
        finally:
            source.close()


def plots(path: Path, easting: float = E, crs: Any = "EPSG:4509", count: int = 4, **how: Any) -> Path:
    boxes = [shapely.box(easting + 60 * i, N, easting + 60 * i + 50, N + 40) for i in range(count)]
    frame = gpd.GeoDataFrame({"name": [f"宗地{i}" for i in range(count)]}, geometry=boxes, crs=crs)
    frame.to_parquet(path, **how) if path.suffix == ".parquet" else frame.to_file(path, **how)
    return path


@pytest.mark.parametrize(("encoding", "written"), [("GBK", "gbk"), ("UTF-8", "gbk"), ("UTF-8", "utf-8")])
@pytest.mark.parametrize("name", ["a.kml", "a.kmz", "b.gml"])
def test_xml_in_chinese_bytes_is_read_whatever_it_says_of_itself(
    name: str, encoding: str, written: str, tmp_path: Path
) -> None:
    member = MEMBER.format(n=1, srs="urn:ogc:def:crs:EPSG::4490", at="34.44 115.65")
    gml = GML.format(encoding=encoding, members=member)
    kml = KML.format(encoding=encoding, gx="", inside=PLACE.format(data=""))
    path = tmp_path / name
    path.write_bytes((gml if name == "b.gml" else kml).encode(written))
    if name == "a.kmz":  # also text called an archive is read
        path.rename(tmp_path / "doc.kml")
        with zipfile.ZipFile(path, "w") as archive:
            archive.write(tmp_path / "doc.kml", "文件夹/doc.kml")
    ((_, batch),) = layers_of(path)
    assert batch.columns["name" if name == "b.gml" else "Name"].to_pylist() == ["商丘"]
    assert batch.geometries[0].coords[0] == (115.65, 34.44)
    assert [decision.value for decision in told(path).decisions] == ([] if written == "utf-8" else ["GB18030"])


def test_data_fields_of_kml_keep_their_names_and_do_not_become_one(tmp_path: Path) -> None:
    fields = {"编号": "0012", "面积": "12.5", "a b": "x", "a-b": "y", "c&amp;d": "z", "plain": "p"}
    data = "".join(f"<Data name='{name}'><value>{value}</value></Data>" for name, value in fields.items())
    place = PLACE.format(data=f"<ExtendedData>{data}</ExtendedData>")
    (tmp_path / "a.kml").write_text(KML.format(encoding="UTF-8", gx="", inside=place), encoding="utf-8")
    ((layer, batch),) = layers_of(tmp_path / "a.kml")
    values = {name: batch.columns[name].to_pylist() for name in batch.columns}
    assert values == {"Name": ["商丘"]} | {name.replace("&amp;", "&"): [value] for name, value in fields.items()}
    assert [column.title for column in layer.columns] == list(values)


def test_fields_of_kml_whose_values_are_not_what_they_declare_are_kept_as_written(tmp_path: Path) -> None:
    types = {"层数": "int", "面积": "double", "旧": "bool", "n": "int", "x": "float"}
    rows = [("六", "12 亩", "yes", "5", "1.5"), ("12.7", "<![CDATA[3.5]]>", "1", "", "<![CDATA[ ]]>")]
    schema = "".join(f'<SimpleField type="{kind}" name="{name}"/>' for name, kind in types.items())
    places = ""
    for row in rows:
        data = "".join(f'<SimpleData name="{name}">{v}</SimpleData>' for name, v in zip(types, row, strict=True))
        schema_data = f'<ExtendedData><SchemaData schemaUrl="#s">{data}</SchemaData></ExtendedData>'
        places += PLACE.format(data=schema_data)
    text = KML.format(encoding="UTF-8", gx="", inside=f'<Schema id="s" name="s">{schema}</Schema>{places}')
    (tmp_path / "a.kml").write_text(text, encoding="utf-8")
    ((_, batch),) = layers_of(tmp_path / "a.kml")
    assert {name: batch.columns[name].to_pylist() for name in types} == {
        "层数": ["六", "12.7"], "面积": ["12 亩", "3.5"], "旧": ["yes", "1"], "n": [5, None], "x": [1.5, None],
    }  # fmt: skip
    assert "another type than they are declared, read as they are kept: 层数, 面积, 旧" in said_of(tmp_path / "a.kml")


def test_what_a_kml_holds_beside_features_is_told(tmp_path: Path) -> None:
    link = "<NetworkLink><Link><href>b.kml</href></Link></NetworkLink>"
    track = "<Placemark><gx:Track><when>2024-01-01T00:00:00Z</when><gx:coord>115 34 5</gx:coord></gx:Track></Placemark>"
    text = KML.format(encoding="UTF-8", gx=GX, inside=PLACE.format(data="") + link + link + track)
    with zipfile.ZipFile(tmp_path / "a.kmz", "w") as archive:
        archive.writestr("doc.kml", text)
    notes = told(tmp_path / "a.kmz").notes
    assert [note.split(":")[0].split(" (")[0] for note in notes] == ["2 links to other files", "1 tracks"]


def test_features_of_several_systems_are_told_where_one_is_asked_for(tmp_path: Path) -> None:
    members = [("EPSG::4490", "34.44 115.65"), ("EPSG::4509", f"{N} {E}")]
    text = "".join(MEMBER.format(n=n, srs=f"urn:ogc:def:crs:{srs}", at=at) for n, (srs, at) in enumerate(members))
    (tmp_path / "a.gml").write_text(GML.format(encoding="UTF-8", members=text), encoding="utf-8")
    assert "urn:ogc:def:crs:EPSG::4490, urn:ogc:def:crs:EPSG::4509" in said_of(tmp_path / "a.gml")


def geojson(path: Path, x: float = 115.65, y: float = 34.44, **members: Any) -> Path:
    feature = {"type": "Feature", "properties": {}, "geometry": {"type": "Point", "coordinates": [x, y]}}
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]} | members), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("crs", "code"),
    [
        ({"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4490"}}, 4490),
        ({"type": "EPSG", "properties": {"code": 4490}}, 4490),
        ({"type": "name", "properties": {"name": "CGCS2000 of our own"}}, None),
        ({"type": "link", "properties": {"href": "http://example.com/crs"}}, None),
        (None, None),
    ],
)
def test_a_crs_member_that_names_nothing_known_is_not_taken_for_wgs84(
    crs: Any, code: int | None, tmp_path: Path
) -> None:
    found = told(geojson(tmp_path / "a.geojson", crs=crs))
    assert [question.option for question in found.questions] == ([] if code else ["--crs"])
    assert (found.layers[0].crs.crs if found.layers[0].crs else None) == (f"EPSG:{code}" if code else None)
    many = [{"type": "Feature", "properties": {"crs": "x" * 200}, "geometry": None}] * 8_000
    large = geojson(tmp_path / "c.geojson", features=many, crs=crs)
    source = open_geojson(large, ReadOptions())
    source.close()
    assert (source.layers[0].crs is not None) == bool(code)
    assert "WGS 84 (RFC 7946)" in said_of(geojson(tmp_path / "b.geojson"))


@pytest.mark.parametrize("name", ["a.geojson", "a.json", "a.geojsonl", "a.ndjson"])
@pytest.mark.parametrize("mark", ["", "\x1e"])
def test_features_one_a_line_are_known_under_any_name(name: str, mark: str, tmp_path: Path) -> None:
    feature = json.loads(geojson(tmp_path / "b.geojson").read_text())["features"][0]
    (tmp_path / name).write_text("".join(f"{mark}{json.dumps(feature)}\n" for _ in range(3)), encoding="utf-8")
    ((_, batch),) = layers_of(tmp_path / name)
    assert len(batch) == 3


@pytest.mark.parametrize(
    ("x", "y", "declared", "why"),
    [
        (115.65, 34.44, 4509, "are degrees"),
        (38_651_652, 3_813_704, 4527, "zone number 38"),
        (39_375_923, 3_813_295, 4526, "zone number 39"),
    ],
)
def test_a_projected_system_that_the_numbers_contradict_is_asked_about(
    x: float, y: float, declared: int, why: str, tmp_path: Path
) -> None:
    named = {"type": "name", "properties": {"name": f"EPSG:{declared}"}}
    (question,) = told(geojson(tmp_path / "a.geojson", x, y, crs=named)).questions
    assert (question.option, why in question.why) == ("--crs", True)


def test_a_plane_of_compensation_is_another_datum_and_said_to_be(tmp_path: Path) -> None:
    wkt = pyproj.CRS(4509).to_wkt("WKT1_ESRI").replace("6378137.0", "6378182.0")
    assert (is_cgcs2000(pyproj.CRS(wkt)), raised_ellipsoid(pyproj.CRS(wkt))) == (False, 45.0)
    path = plots(tmp_path / "a.shp")
    path.with_suffix(".prj").write_text(wkt)
    found = told(path)
    assert "its axis changed by 45.00 m" in str(found.to_json())
    assert [question.option for question in found.questions] == ["geoservice datum add"]


def test_heights_of_a_compound_system_are_stated_heights(tmp_path: Path) -> None:
    frame = gpd.GeoDataFrame({"a": [1]}, geometry=[shapely.Point(E, N, 50)], crs="EPSG:4509+5737")
    frame.to_file(tmp_path / "a.gpkg")
    (layer,) = told(tmp_path / "a.gpkg").layers
    assert layer.heights == "50.00 to 50.00 m (EPSG:5737 Yellow Sea 1985 height)"


@pytest.mark.parametrize(("records", "read", "word"), [(3, 4, "shapes have no attributes"), (6, 4, "are left out")])
def test_a_table_that_does_not_fit_its_shapes_loses_none_and_is_told(
    records: int, read: int, word: str, tmp_path: Path
) -> None:
    path = plots(tmp_path / "a.shp", encoding="utf-8")
    table = path.with_suffix(".dbf")
    body = table.read_bytes()
    start, width = struct.unpack("<HH", body[8:12])
    rows = (body[start : start + width] * records)[: records * width]
    table.write_bytes(body[:4] + struct.pack("<I", records) + body[8:start] + rows + b"\x1a")
    ((layer, batch),) = layers_of(path)
    assert (len(batch), layer.claimed) == (read, records), "the check of completeness holds one against the other"
    assert batch.columns["name"].null_count == max(0, read - records)
    assert word in said_of(path)


def test_records_marked_as_deleted_are_told(tmp_path: Path) -> None:
    path = plots(tmp_path / "a.shp", encoding="utf-8")
    body = bytearray(path.with_suffix(".dbf").read_bytes())
    start, width = struct.unpack("<HH", body[8:12])
    body[start + width] = ord("*")
    path.with_suffix(".dbf").write_bytes(body)
    assert "1 records of the .dbf are marked as deleted" in said_of(path)


def test_sources_of_one_name_are_told_apart_by_their_folders(tmp_path: Path) -> None:
    for folder in ("睢县", "永城"):
        (tmp_path / "data" / folder).mkdir(parents=True)
        plots(tmp_path / "data" / folder / "宗地.shp", encoding="utf-8")
    assert [(m.path, m.layers[0].name) for m in told(tmp_path / "data").members] == [
        ("永城/宗地.shp", "永城/宗地"), ("睢县/宗地.shp", "睢县/宗地"),
    ]  # fmt: skip


def test_a_geodatabase_is_found_without_the_suffix_of_its_folder(tmp_path: Path) -> None:
    folder = plots(tmp_path / "city.gdb", driver="OpenFileGDB")
    with zipfile.ZipFile(tmp_path / "flat.zip", "w") as archive:
        for file in folder.iterdir():
            archive.write(file, file.name)
    shutil.copytree(folder, tmp_path / "city")
    assert [len(layers_of(tmp_path / name)[0][1]) for name in ("flat.zip", "city")] == [4, 4]
    assert "hand in the whole .gdb folder" in said_of(next(folder.glob("*.gdbtable")))


@pytest.mark.parametrize("charset", ["Neutral", "WindowsLatin1"])
def test_mapinfo_text_in_chinese_is_read_although_its_character_set_says_nothing(charset: str, tmp_path: Path) -> None:
    columns = 'Delimiter ","\nCoordSys Earth Projection 1, 104\nColumns 1\n  名称 Char(9)\nData\n\nPoint 115 34\n'
    (tmp_path / "a.mif").write_bytes(f'Version 300\nCharset "{charset}"\n{columns}'.encode("gbk"))
    assert "no .mid beside" in said_of(tmp_path / "a.mif")
    (tmp_path / "a.mid").write_bytes('"宗地一"\n'.encode("gbk"))
    ((_, batch),) = layers_of(tmp_path / "a.mif")
    assert {name: values.to_pylist() for name, values in batch.columns.items()} == {"名称": ["宗地一"]}


def test_a_mapinfo_table_alone_names_its_other_parts_and_a_system_without_name_is_described(tmp_path: Path) -> None:
    plots(tmp_path / "a.tab", driver="MapInfo File", crs="EPSG:4509")
    assert "Transverse Mercator 117° (" in said_of(tmp_path / "a.tab")
    (tmp_path / "a.tab").rename(tmp_path / "b.tab")
    assert ".dat, .map, .id missing" in said_of(tmp_path / "b.tab")


@pytest.mark.parametrize("kind", ["points", "lines", "polygons", "collections"])
def test_geoparquet_of_nested_lists_is_read_like_one_of_wkb(kind: str, tmp_path: Path) -> None:
    line, box = shapely.LineString([(E, N, 1), (E + 5, N, 2), (E + 5, N + 5, 3)]), shapely.box(E, N, E + 9, N + 9)
    ring = shapely.Polygon(box.exterior, [shapely.box(E + 1, N + 1, E + 2, N + 2).exterior])
    every: dict[str, list[Any]] = {
        "points": [shapely.Point(E, N), None, shapely.Point(E + 1, N)],
        "lines": [line, line, None],
        "polygons": [ring, box, None],
        "collections": [shapely.MultiPolygon([box, shapely.box(0, 0, 1, 1)]), None, shapely.MultiPolygon([ring])],
    }
    shapes = every[kind]
    frame = gpd.GeoDataFrame({"n": [1, 2, 3]}, geometry=shapes, crs=4509)
    frame.to_parquet(tmp_path / "a.parquet", geometry_encoding="geoarrow", schema_version="1.1.0")
    ((_, batch),) = layers_of(tmp_path / "a.parquet")
    for ours, theirs in zip(batch.geometries, shapes, strict=True):
        assert (ours is None and theirs is None) or shapely.equals_exact(ours, theirs, 0)


def test_geoparquet_that_misnames_its_column_is_read_by_the_one_it_has(tmp_path: Path) -> None:
    table = pq.read_table(plots(tmp_path / "a.parquet"))
    geo = json.loads(table.schema.metadata[b"geo"])
    pq.write_table(
        table.replace_schema_metadata({b"geo": json.dumps(geo | {"primary_column": "x"})}), tmp_path / "b.parquet"
    )
    assert len(layers_of(tmp_path / "b.parquet")[0][1]) == 4
    lost = geo | {"columns": {"x": geo["columns"]["geometry"]}}
    pq.write_table(table.replace_schema_metadata({b"geo": json.dumps(lost)}), tmp_path / "c.parquet")
    assert "names the geometry columns x, none of which is there" in said_of(tmp_path / "c.parquet")


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("a.xls", b"<html><table></table></html>", "web page"),
        (
            "b.xls",
            b'<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?>'
            b'<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"></Workbook>',
            "Excel 2003",
        ),
        ("a.pdf", b"%PDF-1.7\n", "export the drawing as DXF"),
        ("a.las", b"LASF" + bytes(99), "point clouds are not read"),
        ("a.wl", b"WMAP`D22" + bytes(99), "export them as Shapefile from MapGIS"),
        ("a.udb", b"\x01\x02", "SuperMap"),
        ("a.vct", b"HeadBegin\nDataMark:CNSDTF-VCT\n", "VCT"),
        ("a.e00", b"EXP  1 C:\\A.E00\n", "without compression"),
        ("a.feather", b"ARROW1\0\0", "GeoParquet"),
        ("a.docx", b"PK\x03\x04" + bytes(99), "documents are not read"),
        ("a.wat", b"WMAP`D22" + bytes(99), "export them as Shapefile from MapGIS"),
        ("dump.sql", b"-- PostgreSQL database dump\nCREATE TABLE a (geom geometry);\n", "dumps of databases"),
        ("dump", b"PGDMP\x01\x0e\0", "dumps of databases"),
        ("a.qgz", b"PK\x03\x04" + bytes(99), "holds no features"),
        ("a.xml", b"<?xml version='1.0'?><StyledLayerDescriptor version='1.0.0'/>", "holds no features"),
        ("a.xml", b'<LandXML xmlns="http://www.landxml.org/schema/LandXML-1.2"/>', "export its points as CSV"),
        ("base.24o", b"     2.11           OBSERVATION DATA    M       RINEX VERSION / TYPE\n", "observations"),
        ("a.txt", b"$GPGGA,092750.000,5321.6802,N,00630.3372,W,1,8\n", "observations"),
        ("a.psd", b"8BPS" + bytes(30), "graphic without places"),
        ("tileset.json", b'{"asset":{"version":"1.0"},"geometricError":9,"root":{}}', "models of surfaces"),
        ("a.glb", b"glTF\x02\0\0\0", "models of surfaces"),
        ("city.json", b'{"type":"CityJSON","version":"1.1","CityObjects":{}}', "models of buildings"),
        ("a.pcd", b"# .PCD v.7\nVERSION .7\n", "point clouds are not read"),
    ],
)
def test_what_is_known_and_not_read_says_what_to_hand_in_instead(
    name: str, content: bytes, says: str, tmp_path: Path
) -> None:
    (tmp_path / name).write_bytes(content)
    assert says in said_of(tmp_path / name)


TEXTS = """Version 300
Charset "UTF-8"
Delimiter ","
{system}
Columns 2
  name Char(20)
  text Char(20)
Data

Point {x} {y}
    Symbol (35,0,12)
Text
    "人民路 \\"东\\", a:1"
    {x} {y} {x2} {y2}
    Font ("宋体",0,0,255)
    Angle 30
"""


def test_mapinfo_texts_keep_what_they_say_how_high_and_how_turned(tmp_path: Path) -> None:
    metres = 'CoordSys Earth Projection 8, 1000, "m", 117, 0, 1, 500000, 0'
    path = tmp_path / "texts.mif"
    path.with_suffix(".mid").write_text('"a","own"\n"b",""\n')
    places = {
        metres: (375900, 3813200, 375960, 3813220, 20.0),
        "CoordSys Earth Projection 1, 104": (115.6, 34.4, 115.7, 34.401, 111.32),
    }
    for system, (x, y, x2, y2, height) in places.items():
        path.write_text(TEXTS.format(system=system, x=x, y=y, x2=x2, y2=y2), encoding="utf-8")
        ((layer, batch),) = layers_of(path)
        assert [column.title for column in layer.columns] == ["name", "text", "text (2)", "text_height", "rotation"]
        assert batch.columns["text"].to_pylist() == ["own", ""]
        assert batch.columns["text (2)"].to_pylist() == [None, '人民路 "东", a:1']
        assert batch.columns["rotation"].to_pylist() == [None, 30.0]
        assert batch.columns["text_height"].to_pylist() == [None, pytest.approx(0.69 * height, abs=0.01)]
    path.write_text(TEXTS.partition("Text\n")[0].format(system=metres, x=375900, y=3813200))
    path.with_suffix(".mid").write_text('"a","own"\n')
    assert [column.title for column in layers_of(path)[0][0].columns] == ["name", "text"]


@pytest.mark.parametrize("ending", [".shp", ".gpkg", ".fgb", ".geojson"])
def test_a_path_may_hold_what_parts_a_url(ending: str, tmp_path: Path) -> None:
    folder = tmp_path / "一期;二期!"
    folder.mkdir()
    for part in parts_of(plots(tmp_path / f"plain{ending}")):
        part.rename(folder / f"地块;a!b#c={part.suffix}")
    ((_, batch),) = layers_of(folder / f"地块;a!b#c={ending}")
    assert len(batch) == 4
