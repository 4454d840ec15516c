"""Formats we read, written in ways that are rare: other bytes, other ends of lines, curves, letters among numbers."""

import io
import json
import zipfile
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely

from importers.batch import ReadOptions
from importers.drawing.dxf import open_drawing
from tests.importers.conftest import Importer
from tests.importers.drawings import read, survey
from tests.importers.test_tables_of_people import table
from tests.importers.test_texts_of_files import KML, PLACE, layers_of, said_of, told

PLACEMARK = "<Placemark><name>{name}</name>{geometry}</Placemark>"
POINT = "<Point><coordinates>{}</coordinates></Point>"
LINE = "<LineString><coordinates>{}</coordinates></LineString>"


def dxf_text() -> str:
    stream = io.StringIO()
    survey().write(stream)
    return stream.getvalue()


@pytest.mark.parametrize(
    "written",
    [
        dxf_text().encode("utf-16"),
        b"\xfe\xff" + dxf_text().encode("utf-16-be"),
        dxf_text().encode("utf-16-le"),
        dxf_text().replace("\n", "\r").encode("gb18030"),
    ],
    ids=["UTF-16 with a mark", "its other order", "without a mark", "lines that end in a carriage return"],
)
def test_a_drawing_in_bytes_no_reader_expects_is_read_as_the_usual_one(written: bytes, tmp_path: Path) -> None:
    usual, other = tmp_path / "usual.dxf", tmp_path / "other.dxf"
    usual.write_bytes(dxf_text().encode("gb18030"))
    other.write_bytes(written)
    features = read(other)
    assert [f["text"] for f in features] == [f["text"] for f in read(usual)]
    assert "商丘市梁园区" in [f["text"] for f in features]
    assert all(shapely.equals(a["geometry"], b["geometry"]) for a, b in zip(features, read(usual), strict=True))
    source = open_drawing(other, ReadOptions())
    source.close()
    assert source.path == other


def test_curves_in_wkt_become_lines_within_the_tolerance(tmp_path: Path) -> None:
    rows = {
        "disc": "CURVEPOLYGON(CIRCULARSTRING(375000 3813000, 375010 3813010, 375020 3813000, 375010 3812990, "
        "375000 3813000), (375008 3813000, 375012 3813000, 375010 3813003, 375008 3813000))",
        "arc": "SRID=4509;CIRCULARSTRING Z (375000 3813000 50, 375010 3813010 51, 375020 3813000 52)",
        "compound": "COMPOUNDCURVE(CIRCULARSTRING(375000 3813000, 375010 3813010, 375020 3813000), "
        "(375020 3813000, 375030 3813000))",
        "surface": "MULTISURFACE(CURVEPOLYGON((375000 3813000, 375010 3813000, 375000 3813010, 375000 3813000)))",
        "measured": "MULTICURVE M ((375000 3813000 7, 375010 3813000 8))",
    }
    text = "name,wkt\n" + "".join(f'{name},"{wkt}"\n' for name, wkt in rows.items())
    ((_, batch),) = layers_of(table(tmp_path, text))
    shapes = dict(zip(batch.columns["name"].to_pylist(), batch.geometries, strict=True))
    assert shapes["disc"].area == pytest.approx(shapely.Point(0, 0).buffer(10, 4096).area - 6, abs=0.7)
    assert len(shapes["disc"].interiors) == 1
    assert all(9.99 <= shapely.Point(375010, 3813000).distance(shapely.Point(c)) <= 10.01 for c in shapes["arc"].coords)
    assert shapes["arc"].coords[-1] == (375020, 3813000, 52)
    assert shapes["compound"].coords[-1] == (375030, 3813000)
    assert shapes["surface"].geom_type == "MultiPolygon"
    assert not shapely.has_m(shapes["measured"])
    assert batch.done == {"curves turned into lines": 5}


def test_arcs_in_degrees_are_followed_as_closely_as_those_in_metres(tmp_path: Path) -> None:
    quarter = "CIRCULARSTRING(115.6 34.4, 115.7 34.5, 115.8 34.4)"
    ((_, batch),) = layers_of(table(tmp_path, f'name,wkt\na,"{quarter}"\nb,"{shapely.Point(115, 34).wkt}"\n'))
    chords = shapely.get_coordinates(batch.geometries[0])
    middles = (chords[1:] + chords[:-1]) / 2
    strays = 0.1 - shapely.distance(shapely.points(middles), shapely.Point(115.7, 34.4))
    assert strays.max() < 1.1 * 0.01 / 111_320


@pytest.mark.parametrize(
    ("wkt", "why"),
    [
        ("CIRCULARSTRING(1 2, 3 4)", "a circular string of 2 points"),
        ("COMPOUNDCURVE((1 2, 3 4), (5 6, 7 8))", "the parts of a compound curve do not join"),
        ("CURVEPOLYGON((1 2, 3 4, 5 6", "unreadable WKT"),
        ("CIRCULARSTRING(1 2, x 4, 5 6)", "unreadable WKT"),
        ("MULTISURFACE(" * 40 + ")" * 40, "nested too deeply"),
        ("TIN(((0 0 0, 1 0 0, 0 1 0, 0 0 0)))", "a three-dimensional surface (TIN)"),
        ("POLYHEDRALSURFACE Z (((0 0 0, 1 0 0, 0 1 0, 0 0 0)))", "a three-dimensional surface (polyhedral surface)"),
    ],
)
def test_a_curve_that_is_none_is_refused_with_its_reason_and_the_rest_kept(wkt: str, why: str, tmp_path: Path) -> None:
    ((_, batch),) = layers_of(table(tmp_path, f'name,wkt\nok,"{shapely.Point(115, 34).wkt}"\nbad,"{wkt}"\n'))
    assert len(batch) == 1
    assert why in batch.refused[0].reason


def test_a_table_whose_second_line_belongs_to_a_quoted_cell_is_a_table(tmp_path: Path) -> None:
    text = 'name,lon,lat,remark\n"甲\n地块",115.65,34.44,"长""宽""\n见图"\n"乙",115.66,34.45,\n'
    ((_, batch),) = layers_of(table(tmp_path, text))
    assert batch.columns["name"].to_pylist() == ["甲\n地块", "乙"]
    assert batch.columns["remark"].to_pylist() == ['长"宽"\n见图', None]


def test_vertices_of_kml_that_are_no_numbers_are_refused_and_none_lies_at_zero(
    bring_in: Importer, tmp_path: Path
) -> None:
    shapes = {
        "good": POINT.format("115.65,34.44,0"),
        "blanks": LINE.format("\n 115.6, 34.4, 0 \n 115.7 ,34.5,0\n"),
        "letters": POINT.format("abc,34.4,0"),
        "letter O": POINT.format("115.6O,34.44"),
        "semicolons": POINT.format("115.65;34.44"),
        "one of three": LINE.format("115.6,34.4 115.7,x 115.8,34.5"),
    }
    inside = "".join(PLACEMARK.format(name=name, geometry=shape) for name, shape in shapes.items())
    (tmp_path / "a.kml").write_text(KML.format(encoding="UTF-8", gx="", inside=inside), encoding="utf-8")
    report = bring_in(tmp_path / "a.kml", publish_failed=True)
    assert report.refusals == {"a coordinate is not a number": 4}
    assert (report.counts.kept, report.counts.read) == (2, 6)
    assert report.extent is not None
    assert report.extent[0] == pytest.approx(115.6)


def test_one_bad_vertex_behind_many_whole_numbers_is_found_at_once(tmp_path: Path) -> None:
    many = " ".join(f"115.{i},34.4,1000" for i in range(5000)) + " " * 500_000
    inside = PLACEMARK.format(name="a", geometry=LINE.format(f"{many} 115,x,1000"))
    (tmp_path / "a.kml").write_text(KML.format(encoding="UTF-8", gx="", inside=inside), encoding="utf-8")
    ((_, batch),) = layers_of(tmp_path / "a.kml")
    assert shapely.get_coordinates(batch.geometries[0])[-1].tolist() == [float("inf"), 0.0]


def test_every_kml_of_an_archive_is_read(tmp_path: Path) -> None:
    text = KML.format(encoding="UTF-8", gx="", inside="<name>点</name>" + PLACE.format(data=""))
    with zipfile.ZipFile(tmp_path / "a.kmz", "w") as archive:
        archive.writestr("doc.kml", text)
        archive.writestr("乡镇/二.kml", text)
        archive.writestr("style.kml", KML.format(encoding="UTF-8", gx="", inside="<Style id='s'/>"))
    found = told(tmp_path / "a.kmz")
    assert [layer.name for layer in found.layers] == ["doc/点", "乡镇/二/点"]
    assert any(note.startswith("style: ") for note in found.notes)


def test_marked_sequences_of_features_may_be_written_on_many_lines(tmp_path: Path) -> None:
    feature = {"type": "Feature", "properties": {"n": 1}, "geometry": {"type": "Point", "coordinates": [115.65, 34.44]}}
    (tmp_path / "a.json").write_text(f"\x1e{json.dumps(feature, indent=1)}\n" * 3)
    ((_, batch),) = layers_of(tmp_path / "a.json")
    assert len(batch) == 3


def test_a_sea_chart_is_refused_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "CN123456.000").write_bytes(b"015763LE1 0900073   6604" + b"\0" * 100)
    assert "sea charts (S-57) are not read: convert it" in said_of(tmp_path / "CN123456.000")


FEATURES = json.dumps(
    [{"type": "Feature", "properties": {}, "geometry": {"type": "Point", "coordinates": [115.6, 34.4]}}]
)
POINTS = '{"geometryType": "esriGeometryPoint", "features": [{"geometry": {"x": 115.6, "y": 34.4}}]'
WFS = (
    '<wfs:FeatureCollection xmlns:wfs="http://www.opengis.net/wfs/2.0" xmlns:gml="http://www.opengis.net/gml/3.2" '
    'xmlns:c="http://city" numberMatched="{matched}" numberReturned="1"><wfs:member><c:f gml:id="f"><c:g><gml:Point '
    'srsName="urn:ogc:def:crs:EPSG::4490" gml:id="p"><gml:pos>34.4 115.6</gml:pos></gml:Point></c:g></c:f></wfs:member>'
    "</wfs:FeatureCollection>"
)


@pytest.mark.parametrize(
    ("name", "text", "claimed"),
    [
        ("a.geojson", f'{{"type": "FeatureCollection", "numberMatched": 5000, "features": {FEATURES}}}', 5000),
        ("a.geojson", f'{{"type": "FeatureCollection", "features": {FEATURES}, "totalFeatures": 5000}}', 5000),
        ("a.geojson", f'{{"type": "FeatureCollection", "features": {FEATURES}, "exceededTransferLimit": true}}', 1),
        ("a.json", f'{POINTS}, "spatialReference": {{"wkid": 4490}}, "exceededTransferLimit": true}}', 1),
        ("a.gml", WFS.format(matched=5000), 5000),
        ("a.geojson", f'{{"type": "FeatureCollection", "numberMatched": 1, "features": {FEATURES}}}', None),
        ("a.gml", WFS.format(matched="unknown"), None),
    ],
)
def test_an_answer_of_a_service_that_is_a_part_of_a_layer_is_told(
    name: str, text: str, claimed: int | None, tmp_path: Path
) -> None:
    (tmp_path / name).write_text(text)
    ((layer, _),) = layers_of(tmp_path / name)
    assert layer.claimed == (claimed or 1)
    assert any("a part of the layer only" in fact for fact in layer.facts) == (claimed is not None)


class Geometry(pa.ExtensionType):  # type: ignore[misc]
    """What a column of Parquet's own type of geometry is in Arrow."""

    def __init__(self) -> None:
        super().__init__(pa.binary(), "geoarrow.wkb")

    def __arrow_ext_serialize__(self) -> bytes:
        return b'{"crs": "EPSG:4490"}'

    @classmethod
    def __arrow_ext_deserialize__(cls, storage: pa.DataType, serialized: bytes) -> "Geometry":
        return cls()


def test_parquet_s_own_type_of_geometry_is_read(tmp_path: Path) -> None:
    pa.register_extension_type(Geometry())
    try:
        shapes = pa.ExtensionArray.from_storage(Geometry(), pa.array([shapely.Point(115.6, 34.4).wkb], pa.binary()))
        pq.write_table(pa.table({"名": ["甲"], "形": shapes}), tmp_path / "a.parquet")
    finally:
        pa.unregister_extension_type("geoarrow.wkb")
    ((layer, batch),) = layers_of(tmp_path / "a.parquet")
    assert (layer.crs and layer.crs.to_epsg(), [column.title for column in layer.columns]) == (4490, ["名"])
    assert batch.geometries[0].coords[0] == (115.6, 34.4)
