"""The reading process: only the drivers asked for, no network, no waiting for ever, a crash is an error."""

import runpy
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import geopandas
import pandas as pd
import pyarrow as pa
import pyogrio
import pytest
from shapely.geometry import Point

from importers.batch import Json, ReadOptions
from importers.errors import UnreadableSource
from importers.vector import gdal, launch
from importers.vector.gdal import ReadingProcess
from importers.vector.geopackage import open_geopackage

GEOJSON = '{"type": "FeatureCollection", "features": [{"type": "Feature", "properties": {"n": 1}, "geometry": null}]}'


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "a.geojson"
    path.write_text(GEOJSON)
    return path


def _layers(process: ReadingProcess, path: Path) -> list[str]:
    return [layer["name"] for layer in process.ask({"do": "layers", "path": str(path)})["layers"]]


def test_the_driver_asked_for_reads_and_no_other(source: Path) -> None:
    process = ReadingProcess(source, ("GeoJSON",))
    assert _layers(process, source) == ["a"]
    process.close()
    other = ReadingProcess(source, ("GML",))
    with pytest.raises(UnreadableSource, match=r"a\.geojson"):
        _layers(other, source)
    other.close()


def test_no_address_in_a_file_is_ever_called(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        port = server.getsockname()[1]
        url = f"http://127.0.0.1:{port}/x"
        for name, drivers, body in (
            ("a.vrt", ("GML",), f"<OGRVRTDataSource><OGRVRTLayer name='a'><SrcDataSource>{url}</SrcDataSource>"
                                "</OGRVRTLayer></OGRVRTDataSource>"),
            ("b.xml", ("GML",), f"<OGRWFSDataSource><URL>{url}</URL></OGRWFSDataSource>"),
            ("c.kml", ("LIBKML",), f"<kml><Document><NetworkLink><Link><href>{url}</href></Link></NetworkLink>"
                                   "</Document></kml>"),
            ("d.gml", ("GML",), '<gml:FeatureCollection xmlns:gml="http://www.opengis.net/gml" '
             f'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="http://x {url}">'
             "</gml:FeatureCollection>"),
        ):  # fmt: skip
            path = tmp_path / name
            path.write_text(body)
            process = ReadingProcess(path, drivers)
            try:
                _layers(process, path)
            except UnreadableSource:
                pass
            finally:
                process.close()
        with pytest.raises(BlockingIOError):  # who had called would wait here to be heard
            server.accept()


def test_silence_ends_in_a_sentence(source: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    sleeper = tmp_path / "gdal_child.py"
    sleeper.write_text("import time\ntime.sleep(60)\n")
    monkeypatch.setattr(gdal, "PATIENCE_S", 0.5)
    monkeypatch.setattr(launch, "PROGRAM", sleeper)
    process = ReadingProcess(source, ("GeoJSON",))
    with pytest.raises(UnreadableSource, match="no sign"):
        _layers(process, source)


def test_a_crash_of_the_library_is_an_error_of_the_file(
    source: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    broken = tmp_path / "gdal_child.py"
    broken.write_text("import os, signal\ninput()\nos.kill(os.getpid(), signal.SIGSEGV)\n")
    monkeypatch.setattr(launch, "PROGRAM", broken)
    with pytest.raises(UnreadableSource, match="SIGSEGV"):
        _layers(ReadingProcess(source, ("GeoJSON",)), source)


def test_a_read_left_in_the_middle_can_begin_again(tmp_path: Path) -> None:
    path = tmp_path / "many.geojson"
    feature = '{"type": "Feature", "properties": {"n": 1}, "geometry": {"type": "Point", "coordinates": [1, 2]}}'
    path.write_text('{"type": "FeatureCollection", "features": [' + ",".join([feature] * 5000) + "]}")
    process = ReadingProcess(path, ("GeoJSON",))
    request = {"do": "read", "path": str(path), "layer": "many", "rows": 100}
    _, batches = process.read(request)
    assert next(batches).num_rows == 100
    batches.close()  # type: ignore[attr-defined]
    _, batches = process.read(request)
    assert sum(batch.num_rows for batch in batches) == 5000
    process.close()


def test_memory_is_limited(source: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    path = tmp_path / "big.geojson"
    ring = ",".join("[1,2]" for _ in range(200_000))
    path.write_text(f'{{"type":"Feature","properties":{{}},"geometry":{{"type":"LineString","coordinates":[{ring}]}}}}')
    monkeypatch.setattr(gdal, "MEMORY_LIMIT", 60 << 20)
    process = ReadingProcess(path, ("GeoJSON",))
    with pytest.raises(UnreadableSource):
        _layers(process, path)
    process.close()


def test_files_open_together_are_read_by_one_process_and_none_is_left_when_all_are_closed(tmp_path: Path) -> None:
    gdal._open.clear()
    paths = [tmp_path / f"{name}.geojson" for name in "abc"]
    opened = []
    for path in paths:
        path.write_text(GEOJSON)
        opened.append(ReadingProcess(path, ("GeoJSON",)))
    seen = set()
    for process, path in zip(opened, paths, strict=True):
        assert _layers(process, path) == [path.stem]
        (child,) = gdal._resting
        seen.add(child.process.pid)
    assert len(seen) == 1
    broken = tmp_path / "broken.geojson"
    broken.write_text("{")
    with pytest.raises(UnreadableSource, match=r"broken\.geojson"):
        _layers(ReadingProcess(broken, ("GeoJSON",)), broken)
    for process in opened:
        process.close()
    assert not gdal._resting
    assert child.process.returncode is not None


def test_a_process_of_other_drivers_is_not_taken(source: Path) -> None:
    first, second = ReadingProcess(source, ("GeoJSON",)), ReadingProcess(source, ("GML",))
    assert _layers(first, source) == ["a"]
    with pytest.raises(UnreadableSource, match=r"a\.geojson"):
        _layers(second, source)
    first.close()
    second.close()


def test_heavy_features_are_read_in_fewer_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "heavy.gpkg"
    table = pd.DataFrame({"n": range(40), "text": ["x" * 5_000] * 40})
    pyogrio.write_dataframe(geopandas.GeoDataFrame(table, geometry=[Point(115, 34)] * 40, crs="EPSG:4490"), path)
    monkeypatch.setattr("importers.vector.gdal_layer.READ_BYTES", 50_000)
    asked: list[int] = []
    read = ReadingProcess.read

    def noted(process: ReadingProcess, request: Json) -> tuple[Json, Iterator[pa.RecordBatch]]:
        asked.append(request["rows"])
        return read(process, request)

    monkeypatch.setattr(ReadingProcess, "read", noted)
    source = open_geopackage(path, ReadOptions())
    batches = list(source.layers[0].batches())
    source.close()
    assert [n for batch in batches for n in batch.columns["n"].to_pylist()] == list(range(40))
    assert 1 <= asked[-1] < 10


def test_gdals_library_is_found_in_a_folder_whose_path_holds_spaces(monkeypatch: pytest.MonkeyPatch) -> None:
    """It was not, and every reading process ended where its parent waited for features, a minute long."""
    for name in ("geopandas", "pandas", "shapely"):  # which the child keeps itself from loading
        monkeypatch.setitem(sys.modules, name, sys.modules[name])
    child = runpy.run_path(str(Path(gdal.__file__).with_name("gdal_child.py")))
    path = "/srv/商丘 city/libs/libgdal-7a.so.39"
    maps = [b"7f00-7f01 rw-p 00000000 00:00 0\n", f"7f01-7f02 r-xp 00000000 fe:00 42   {path}\n".encode()]
    assert child["_library"](maps) == path
