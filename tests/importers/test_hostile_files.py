"""Files made to harm, and files broken in ways that happen: refused in one sentence or mended with a word."""

import io
import os
import re
import socket
import threading
import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import geopandas as gpd
import numpy as np
import openpyxl
import pytest
import rasterio
import shapely
from rasterio.transform import from_origin

from importers.batch import ReadOptions, as_json
from importers.drawing.dxf import open_drawing
from importers.inspect import inspect
from importers.inspection import Inspection
from importers.vector.mapinfo import open_mapinfo
from layers.errors import GeoError
from layers.frame import SHANGQIU
from layers.sentences import say, worded
from tests.importers.drawings import done, read

VRT = (
    '<VRTDataset rasterXSize="9" rasterYSize="9"><SRS>EPSG:4509</SRS><GeoTransform>375000,1,0,3813000,0,-1'
    '</GeoTransform><VRTRasterBand dataType="Byte" band="1"><SimpleSource><SourceFilename relativeToVRT="0">{where}'
    "</SourceFilename><SourceBand>1</SourceBand></SimpleSource></VRTRasterBand></VRTDataset>"
)
OGR_VRT = (
    '<OGRVRTDataSource><OGRVRTLayer name="x"><SrcDataSource>{where}</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>'
)
CALL = '<GDAL_WMS><Service name="TMS"><ServerUrl>{server}/${z}.png</ServerUrl></Service></GDAL_WMS>'
LINK = "<NetworkLink><Link><href>{server}/a.kml</href></Link></NetworkLink>"
GML = (
    '<?xml version="1.0"?>{doctype}<gml:FeatureCollection xmlns:gml="http://www.opengis.net/gml" '
    'xmlns:xlink="http://www.w3.org/1999/xlink"><gml:featureMember><a><n>{text}</n>{point}</a></gml:featureMember>'
    "</gml:FeatureCollection>"
)
KML = '<?xml version="1.0"?>{doctype}<kml xmlns="http://www.opengis.net/kml/2.2"><Document>{inside}</Document></kml>'
ENTITY = '<!DOCTYPE r [<!ENTITY e SYSTEM "file://{where}">]>'


@pytest.fixture
def called() -> Iterator[tuple[str, list[bytes]]]:
    """The address of a server nobody may call, and what called it."""
    calls: list[bytes] = []
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        server.settimeout(0.2)
        stop = threading.Event()

        def answer() -> None:
            while not stop.is_set():
                try:
                    peer, _ = server.accept()
                except TimeoutError:
                    continue
                with peer:
                    calls.append(peer.recv(100))

        thread = threading.Thread(target=answer)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}", calls
        stop.set()
        thread.join()


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    """A file outside what is handed in, which must not be read."""
    path = tmp_path / "elsewhere" / "secret.tif"
    path.parent.mkdir()
    profile = {"driver": "GTiff", "width": 9, "height": 9, "count": 1, "dtype": "uint8", "crs": "EPSG:4509",
               "transform": from_origin(375_000, 3_813_000, 1, 1)}  # fmt: skip
    with rasterio.open(path, "w", **profile) as sink:
        sink.write(np.full((1, 9, 9), 77, dtype=np.uint8))
    (path.parent / "words.txt").write_text("root:x:SECRETWORD")
    return path


def seen(path: Path) -> tuple[str, Inspection | None]:
    """Return what is said of a file: the refusal, or all of the inspection as text."""
    try:
        found = inspect(path, SHANGQIU, ReadOptions())
    except GeoError as error:
        return str(error), None
    return str(found.to_json()), found


@pytest.mark.parametrize("name", ["a.vrt", "a.tif", "a.png", "a.xml", "a.gml", "a.kml", "a.csv", "a.geojson", "a.shp"])
@pytest.mark.parametrize("form", [VRT, OGR_VRT])
def test_a_virtual_file_of_any_name_is_not_followed(
    name: str, form: str, secret: Path, called: tuple[str, list[bytes]], tmp_path: Path
) -> None:
    for where in (secret, f"/vsicurl/{called[0]}/x.tif"):
        (tmp_path / name).write_text(form.format(where=where))
        said, found = seen(tmp_path / name)
        assert found is None or found.refusal, said
        assert "secret" not in said
    assert called[1] == []


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("entity.gml", GML.format(doctype=ENTITY, text="&e;", point="<gml:pos>34.4 115.6</gml:pos>")),
        ("entity.kml", KML.format(doctype=ENTITY, inside="<Placemark><name>&e;</name><Point><coordinates>115.6,34.4"
                                  "</coordinates></Point></Placemark>")),
        ("link.gml", GML.format(doctype="", text="x", point='<gml:pointProperty xlink:href="{server}/p.gml#1"/>')),
        ("link.kml", KML.format(doctype="", inside=LINK)),
        ("service.xml", CALL),
        ("name.csv", "/vsicurl/{server}/x\n"),
    ],
)  # fmt: skip
def test_what_a_file_points_to_is_neither_read_nor_called(
    name: str, text: str, secret: Path, called: tuple[str, list[bytes]], tmp_path: Path
) -> None:
    (tmp_path / name).write_text(
        text.replace("{where}", str(secret.parent / "words.txt")).replace("{server}", called[0])
    )
    said, _ = seen(tmp_path / name)
    assert "SECRETWORD" not in said
    assert called[1] == []


def zipped(members: dict[str, bytes], link: str = "") -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in members.items():
            info = zipfile.ZipInfo(name)
            info.external_attr = 0o120777 << 16 if name == link else 0o100644 << 16
            archive.writestr(info, content)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("archive", "says"),
    [
        (zipped({"../../out.geojson": b"{}"}), "leads out of the archive"),
        (zipped({"/etc/out.geojson": b"{}"}), "leads out of the archive"),
        (zipped({"a.geojson": b"/etc/passwd"}, link="a.geojson"), "is a link"),
        (zipped({"a.vrt": VRT.format(where="/etc/x").encode()}), "are not followed"),
        (zipped({"in.zip": zipped({"../x.geojson": b"{}"})}), "leads out of the archive"),
    ],
)
def test_an_archive_that_reaches_out_is_refused(archive: bytes, says: str, tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(archive)
    said, found = seen(tmp_path / "a.zip")
    assert found is None
    assert says in said


def test_a_link_in_a_folder_is_not_followed(secret: Path, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    os.symlink(secret, tmp_path / "folder" / "a.tif")
    said, found = seen(tmp_path / "folder")
    assert found is None
    assert "nothing to import" in said


@pytest.fixture
def plots(tmp_path: Path) -> Callable[..., Path]:
    """Write a shapefile of four plots, some of its parts changed or left out."""

    def write(**changed: bytes | None) -> Path:
        boxes = [shapely.box(375_000 + i * 60, 3_813_000, 375_050 + i * 60, 3_813_050) for i in range(4)]
        table = gpd.GeoDataFrame({"名称": ["梁园区", "睢阳区", "民权", "永城"]}, geometry=boxes, crs=4509)
        table.to_file(tmp_path / "plots.shp", encoding="gb18030")
        for suffix, content in changed.items():
            part = tmp_path / f"plots.{suffix}"
            part.unlink() if content is None else part.write_bytes(content)
        return tmp_path / "plots.shp"

    return write


def test_a_cpg_of_rubbish_is_told_and_its_null_characters_are_not_kept(plots: Callable[..., Path]) -> None:
    said, found = seen(plots(cpg=b"\x00\x01zz"))
    assert found is not None, said
    assert found.decisions[0].value == "GB18030"
    assert "\x00" not in str(as_json(found))
    assert "\x00" not in str(as_json({"a": say("file-plain", file="a\0b", plain="c\0")}))


def test_an_index_cut_off_is_made_anew(plots: Callable[..., Path]) -> None:
    path = plots()
    index = path.with_suffix(".shx").read_bytes()
    said, found = seen(plots(shx=index[:104]))
    assert found is not None, said
    assert "the .shx is damaged: the index was rebuilt from the .shp" in found.notes
    assert found.layers[0].geometry_kinds == {"Polygon": 4}


def test_a_table_cut_off_is_told_in_our_words(plots: Callable[..., Path]) -> None:
    path = plots()
    said, _ = seen(plots(dbf=path.with_suffix(".dbf").read_bytes()[:150]))
    assert "its .dbf is cut off; copy it again" in said


@pytest.mark.parametrize(
    ("name", "driver", "size", "says"),
    [
        ("a.gml", "GML", 99_000, "a.gml is cut off in line"),
        ("a.kml", "LIBKML", 99_000, "a.kml is cut off in line"),
        ("a.fgb", "FlatGeobuf", 99_000, "the file is damaged or cut off; copy it again"),
        ("a.fgb", "FlatGeobuf", 3_000, "of the 100 features that it says it holds none can be read"),
        ("a.shp", "ESRI Shapefile", 99_000, "a.shp is cut off: shapes of it are missing; copy it again"),
        ("indexless.shp", "ESRI Shapefile", 99_000, "indexless.shp is cut off"),
    ],
)
def test_what_came_of_a_copy_broken_off_is_neither_empty_nor_less(
    name: str, driver: str, size: int, says: str, tmp_path: Path
) -> None:
    points = [shapely.Point(115.6 + n / 1000, 34.4).buffer(0.001) for n in range(100)]
    path = tmp_path / name
    gpd.GeoDataFrame({"n": range(100)}, geometry=points, crs=4490).to_file(path, driver=driver)
    if path.stem == "indexless":
        path.with_suffix(".shx").unlink()
    content = path.read_bytes()
    assert size < len(content)
    path.write_bytes(content[:size])
    assert says in seen(path)[0]


def test_a_gml_with_a_bare_ampersand_is_told_where_and_is_not_empty(tmp_path: Path) -> None:
    (tmp_path / "a.gml").write_text(GML.format(doctype="", text="A & B", point=""))
    told, found = seen(tmp_path / "a.gml")
    assert "a.gml is no XML from line 1, character" in told
    assert found
    assert str(worded(found.refusal, "zh")).endswith("个字符起不是有效的XML：有不合规的字符")


def test_json_that_is_none_is_told_where_in_both_languages(tmp_path: Path) -> None:
    (tmp_path / "a.geojson").write_text('{"type":"FeatureCollection","features":[' + "[" * 2000)
    told, found = seen(tmp_path / "a.geojson")
    assert "(line 1, character " in told
    assert found
    assert re.search(r"第1行第\d+个字符处不合语法$", str(worded(found.refusal, "zh")))


@pytest.mark.parametrize("missing", [1, 4096, 10_000])
def test_a_geopackage_without_its_last_bytes_is_refused(missing: int, tmp_path: Path) -> None:
    points = gpd.GeoDataFrame({"n": range(400)}, geometry=[shapely.Point(115.65, 34.44)] * 400, crs=4490)
    points.to_file(tmp_path / "a.gpkg")
    assert seen(tmp_path / "a.gpkg")[1]
    content = (tmp_path / "a.gpkg").read_bytes()
    (tmp_path / "a.gpkg").write_bytes(content[:-missing])
    assert "a.gpkg is cut off: the database in it is shorter" in seen(tmp_path / "a.gpkg")[0]


def halves(folder: Path, objects: int, rows: int) -> Path:
    """Write a ``.mif`` with a number of points and its ``.mid`` with a number of rows."""
    head = 'Version 300\nCharset "Neutral"\nDelimiter ","\nCoordSys Earth Projection 1, 104\n'
    body = "".join(f"Point {115.6 + n / 1000:.3f} 34.4\n" for n in range(objects))
    (folder / "a.mif").write_text(f"{head}Columns 2\n  n Integer\n  t Char(20)\nData\n\n{body}")
    (folder / "a.mid").write_text("".join(f'{n},"a,b"\n' for n in range(rows)) + "\n")
    return folder / "a.mif"


@pytest.mark.parametrize("objects", [9, 12])
def test_a_mif_claims_as_many_features_as_its_mid_has_rows(objects: int, tmp_path: Path) -> None:
    with closing(open_mapinfo(halves(tmp_path, objects, 12), ReadOptions())) as source:
        assert (source.layers[0].claimed, sum(map(len, source.layers[0].batches()))) == (12, objects)


@pytest.mark.parametrize("tail", ["\n", ""])
def test_a_mid_cut_off_is_told_in_our_words(tail: str, tmp_path: Path) -> None:
    path = halves(tmp_path, 12, 9)
    path.with_suffix(".mid").write_text(path.with_suffix(".mid").read_text().rstrip() + "\n" + tail)
    assert "the .mid has no row for one of the .mif's objects" in seen(path)[0]


def test_half_a_geopackage_is_told_in_our_words(plots: Callable[..., Path], tmp_path: Path) -> None:
    gpd.read_file(plots()).to_file(tmp_path / "whole.gpkg")
    content = (tmp_path / "whole.gpkg").read_bytes()
    (tmp_path / "half.gpkg").write_bytes(content[: len(content) // 2])
    assert "half.gpkg is cut off" in seen(tmp_path / "half.gpkg")[0]


def test_a_geopackage_of_a_damaged_schema_and_half_a_parquet_are_told_in_our_words(tmp_path: Path) -> None:
    points = gpd.GeoDataFrame({"n": [1]}, geometry=[shapely.Point(115.65, 34.44)], crs=4490)
    points.to_file(tmp_path / "a.gpkg")
    points.to_parquet(tmp_path / "a.parquet")
    database = (tmp_path / "a.gpkg").read_bytes()
    (tmp_path / "a.gpkg").write_bytes(database.replace(b"CREATE TABLE gpkg_contents", b"CREATE TABEL gpkg_contents"))
    (tmp_path / "a.parquet").write_bytes((tmp_path / "a.parquet").read_bytes()[:-40] + b"\0" * 36 + b"PAR1")
    for name in ("a.gpkg", "a.parquet"):
        assert "damaged or cut off; copy it again" in seen(tmp_path / name)[0]


def test_a_coordinate_system_of_an_ellipsoid_only_is_asked_about(plots: Callable[..., Path]) -> None:
    prj = (
        'PROJCS["unknown",GEOGCS["GCS_unknown",DATUM["D_Unknown_based_on_GRS_1980_ellipsoid",SPHEROID["GRS_1980",6378137,'
        '298.257222101]],PRIMEM["Greenwich",0],UNIT["Degree",0.0174532925199433]],PROJECTION["Transverse_Mercator"],'
        'PARAMETER["False_Easting",500000],PARAMETER["False_Northing",0],PARAMETER["Central_Meridian",115.7],'
        'PARAMETER["Scale_Factor",1],PARAMETER["Latitude_Of_Origin",0],UNIT["Meter",1]]'
    )
    said, found = seen(plots(prj=prj.encode()))
    assert found is not None, said
    (question,) = found.questions
    assert "names no datum, only the ellipsoid GRS 1980" in question.why


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("名称;经度;纬度\n一;115,65;34,44\n二;115,7;34,4\n", {"Point": 2}),
        ("name\tlon\tlat\na\t115,650\t34,4401\n", {"Point": 1}),
        ('name,x,y\na,"375,000","3,813,000"\n', {}),  # thousands or decimals? nobody guesses
        ("2024年成果表;;\n;;\n名称;经度;纬度\n一;115.6;34.4\n", {"Point": 1}),
    ],
)
def test_decimal_commas_and_titles_above_the_header_are_read(text: str, kinds: dict[str, int], tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(text, encoding="utf-8")
    said, found = seen(tmp_path / "a.csv")
    assert found is not None, said
    assert {kind: n for kind, n in found.layers[0].geometry_kinds.items() if kind == "Point"} == kinds


def test_a_workbook_with_a_title_above_its_header_is_read(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for row in (["国土调查成果 2024"], [], ["名称", "经度", "纬度"], ["一", 115.6, 34.4]):
        book.active.append(row)
    book.save(tmp_path / "a.xlsx")
    said, found = seen(tmp_path / "a.xlsx")
    assert found is not None, said
    assert [column.title for column in found.layers[0].columns] == ["名称", "经度", "纬度"]
    assert any(decision.value == "row 2 of those with content" for decision in found.layers[0].decisions)


@pytest.mark.parametrize(
    "name", ["a.geojson", "a.gpkg", "a.tif", "a.zip", "a.xlsx", "a.shp", "a.dxf", "a.csv", "a.kml"]
)
def test_an_empty_file_of_any_name_is_refused(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(b"")
    said, found = seen(tmp_path / name)
    assert found is None or found.refusal, said


def test_a_part_of_a_shapefile_handed_in_alone_names_the_whole(plots: Callable[..., Path]) -> None:
    said, _ = seen(plots().with_suffix(".dbf"))
    assert "hand in the .shp" in said


ZEROS = 30 << 20


@pytest.mark.parametrize("zeros", [100, ZEROS])
def test_a_drawing_with_zeros_behind_what_came_of_its_copy_keeps_what_came(tmp_path: Path, zeros: int) -> None:
    path = tmp_path / "a.dxf"
    line = "  0\nLINE\n  8\n0\n 10\n375000\n 20\n3813000\n 11\n375010\n 21\n3813000\n"
    path.write_text("  0\nSECTION\n  2\nENTITIES\n" + line * 3)
    with path.open("ab") as file:
        file.truncate(file.tell() + zeros)
    features = read(path, ReadOptions(crs="EPSG:4509"))
    assert [feature["geometry"].length for feature in features] == [10.0] * 3
    assert done(open_drawing(path, ReadOptions()))[0][say("dxf-no-eof")] == 1


@pytest.mark.parametrize("name", ["a.kml", "a.gml"])
def test_text_with_zeros_behind_it_is_refused_and_not_read_into_memory(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    text = KML.format(doctype="", inside="") if name == "a.kml" else GML.format(doctype="", text="x", point="")
    path.write_text(text)
    with path.open("ab") as file:
        file.truncate(ZEROS)
    assert "null characters" in str(as_json(inspect(path, SHANGQIU, ReadOptions())))
