"""What there is behind a path: recognised by content, parts with their main file, nothing dropped without a word."""

import zipfile
from pathlib import Path

import pytest

from importers.errors import NothingToImport, UnreadableSource, UnsupportedSource
from importers.finding import find, recognise

GEOJSON = '{"type": "FeatureCollection", "features": []}'


def _write(folder: Path, *names: str, body: str = GEOJSON) -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(body)


@pytest.mark.parametrize(
    ("name", "body", "format"),
    [
        ("a.json", '{"type": "FeatureCollection"}', "GeoJSON"),
        ("a.json", '\ufeff{"type":"Topology"}', "TopoJSON"),
        ("a.json", '{"geometryType":"esriGeometryPoint"}', "Esri JSON"),
        ("a.xml", '<?xml version="1.0"?><!-- <OGRVRTDataSource> --><kml xmlns="x">', "KML"),
        ("a.gml", '<gml:FeatureCollection xmlns:gml="http://www.opengis.net/gml/3.2">', "GML"),
        ("a.gpx", "<gpx version='1.1'>", "GPX"),
        ("a.csv", "lon,lat\n1,2\n3,4\n", "CSV"),
        ("a.mif", 'Version 300\nCharset "Neutral"\n', "MapInfo"),
    ],
)
def test_content_says_what_a_file_is(tmp_path: Path, name: str, body: str, format: str) -> None:
    (tmp_path / name).write_text(body)
    found = recognise(tmp_path / name)
    assert found is not None
    assert found.name == format


@pytest.mark.parametrize(
    ("name", "body", "words"),
    [
        (
            "a.gml",
            '<OGRVRTDataSource><OGRVRTLayer xmlns:gml="http://www.opengis.net/gml"/></OGRVRTDataSource>',
            "not followed",
        ),
        ("a.xml", '<wfs:WFS_Capabilities xmlns:gml="http://www.opengis.net/gml">', "services are not called"),
        ("a.xml", "<OGRWFSDataSource><URL>http://x</URL></OGRWFSDataSource>", "services are not called"),
        ("a.7z", "7z\xbc\xaf\x27\x1c", "zip"),
        ("a.dbf", "x", ".shp"),
        ("a.txt", "prose without a table", "not in a format"),
        ("empty.shp", "", "empty"),
    ],
)
def test_what_is_not_imported_says_why(tmp_path: Path, name: str, body: str, words: str) -> None:
    (tmp_path / name).write_bytes(body.encode("latin-1"))
    with pytest.raises(UnreadableSource, match=words), find((tmp_path / name,)):
        pass


def test_a_file_that_hides_a_virtual_source_behind_another_root_stays_with_its_own_driver(tmp_path: Path) -> None:
    _write(tmp_path, "a.gml", body='<gml:FeatureCollection xmlns:gml="http://www.opengis.net/gml"/><OGRVRTDataSource/>')
    found = recognise(tmp_path / "a.gml")
    assert found is not None
    assert found.name == "GML"


def test_parts_are_not_sources_and_the_rest_is_named(tmp_path: Path) -> None:
    _write(tmp_path, "in/a.geojson", "in/b.mid", "in/notes.docx", "in/.hidden", "__MACOSX/a.geojson", body=GEOJSON)
    _write(tmp_path, "in/b.mif", body="Version 300\n")
    _write(tmp_path, "in/notes.docx", body="prose")
    with find((tmp_path,)) as finding:
        assert [found.path.name for found in finding.sources] == ["a.geojson", "b.mif"]
        assert finding.aside == ("in/notes.docx: not in a format that is imported",)


def test_parts_handed_in_beside_their_main_file_are_taken_as_parts(tmp_path: Path, shared_data: Path) -> None:
    parts = tuple(sorted((shared_data / "shangqiu").glob("BOUL_X.*")))
    assert len(parts) == 4
    with find(parts) as finding:
        assert [found.path.name for found in finding.sources] == ["BOUL_X.shp"]


def test_sources_in_nested_archives_are_found(tmp_path: Path) -> None:
    _write(tmp_path, "a.geojson")
    with zipfile.ZipFile(tmp_path / "inner.zip", "w") as archive:
        archive.write(tmp_path / "a.geojson", "深/a.geojson")
    with zipfile.ZipFile(tmp_path / "outer.zip", "w") as archive:
        archive.write(tmp_path / "inner.zip", "inner.zip")
    with find((tmp_path / "outer.zip",)) as finding:
        assert [found.format.name for found in finding.sources] == ["GeoJSON"]
        path = finding.sources[0].path
        assert path.exists()
    assert not path.exists()


def test_a_folder_without_anything_says_what_was_there(tmp_path: Path) -> None:
    _write(tmp_path, "readme.md", body="hello")
    with pytest.raises(NothingToImport, match=r"readme\.md"), find((tmp_path,)):
        pass


def test_archives_in_a_folder_are_looked_into_and_broken_ones_left_aside(tmp_path: Path) -> None:
    folder = tmp_path / "stick"
    folder.mkdir()
    for name in ("N34E115.SRTM.hgt.zip", "sub/地块.ZIP"):
        (folder / name).parent.mkdir(exist_ok=True)
        with zipfile.ZipFile(folder / name, "w") as archive:
            archive.writestr(f"{Path(name).stem}.geojson", GEOJSON)
    (folder / "broken.zip").write_bytes(b"PK\x03\x04 no more")
    with find((folder,)) as finding:
        assert sorted(found.path.name for found in finding.sources) == ["N34E115.SRTM.hgt.geojson", "地块.geojson"]
        assert "broken.zip" in str(finding.aside)
        unpacked = finding.sources[0].path
    assert not unpacked.exists()


def test_one_unsupported_file_is_unsupported(tmp_path: Path) -> None:
    (tmp_path / "a.rar").write_bytes(b"Rar!\x1a\x07\x00")
    with pytest.raises(UnsupportedSource), find((tmp_path / "a.rar",)):
        pass


def test_a_missing_path_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(UnreadableSource, match="does not exist"), find((tmp_path / "nowhere",)):
        pass
