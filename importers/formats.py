"""The table of formats: how a file is recognised by its first bytes and name, and who opens it.

A file gets only GDAL's drivers of the format it was recognised as. What is known and not imported is in the table too,
with the sentence that says what to do instead.
"""

import re
from pathlib import Path

from importers.batch import SourceFormat
from importers.drawing.formats import DRAWING_FORMATS
from importers.probes import (
    JSON_NAMES,
    Probe,
    bare,
    both,
    ends,
    folder_gdb,
    json_of,
    root,
    says,
    says_chinese,
    sqlite,
    starts,
    zip_with,
)
from importers.table.source import looks_like_table, open_csv
from importers.table.spreadsheet import open_spreadsheet
from importers.table.workbook import open_workbook
from importers.vector.esri_json import open_esri_json
from importers.vector.geodatabase import open_geodatabase
from importers.vector.geojson import open_geojson
from importers.vector.geojson_sequence import open_sequence
from importers.vector.geopackage import open_geopackage
from importers.vector.gml import open_gml, open_gpx
from importers.vector.json_values import json_opener
from importers.vector.kml import open_kml
from importers.vector.mapinfo import open_mapinfo
from importers.vector.plots import open_plots
from importers.vector.shapefile import open_shapefile
from importers.vector.source import open_geoparquet, opener
from importers.vector.sqlite_file import open_sqlite
from importers.vector.vct import open_vct
from layers.sentences import say


def _table(path: Path, head: bytes) -> bool:
    suffix = path.suffix.lower()
    return suffix in (".csv", ".tsv", ".txt", ".tab", ".xls") and bare(head)[:1] != b"<" and looks_like_table(head)


_GEOJSON = rb'"type"\s*:\s*"(FeatureCollection|Feature|(Multi)?(Point|LineString|Polygon)|GeometryCollection)"'
_E00 = rb"EXP\s+[01]\s"
_GPKG = (b"GPKG", b"GP10", b"GP11")

VECTOR_FORMATS: tuple[SourceFormat, ...] = (
    *DRAWING_FORMATS,
    SourceFormat("Shapefile", "vector", (".shp",), starts(b"\x00\x00\x27\x0a"), open_shapefile),
    SourceFormat("GeoPackage", "vector", (".gpkg",), sqlite(_GPKG), open_geopackage),
    SourceFormat("GeoPackage", "vector", (".gpkg",), both(ends(".gpkg"), sqlite((b"\0\0\0\0",))), open_geopackage),
    SourceFormat("SQLite", "vector", (".sqlite", ".db"), starts(b"SQLite format 3\0"), open_sqlite),
    SourceFormat("FileGDB", "vector", (".gdb",), folder_gdb, open_geodatabase),
    SourceFormat("FlatGeobuf", "vector", (".fgb",), starts(b"fgb"), opener("FlatGeobuf")),
    SourceFormat("GeoParquet", "vector", (".parquet", ".geoparquet"), starts(b"PAR1"), open_geoparquet),
    SourceFormat("TopoJSON", "vector", (".topojson", ".json"), json_of(rb'"type"\s*:\s*"Topology"'),
                 json_opener("TopoJSON")),
    SourceFormat("JSON-FG", "vector", (".json",), json_of(rb'"(conformsTo|links)"\s*:.*?json-fg|"coordRefSys"\s*:'),
                 json_opener("JSON-FG")),
    SourceFormat("GeoJSON sequence", "vector", (".geojsonl", ".geojsons", ".ndjson"),
                 lambda path, head: _is_sequence(path, head), open_sequence),
    SourceFormat("GeoJSON", "vector", (".geojson", ".json"), json_of(_GEOJSON), open_geojson),
    SourceFormat("Esri JSON", "vector", (".json",), json_of(rb'"esriGeometry'), open_esri_json),
    SourceFormat("KML", "vector", (".kml",), root(rb"kml"), open_kml),
    SourceFormat("KML", "vector", (".kmz",), both(ends(".kmz"), starts(b"PK\x03\x04")), open_kml),
    SourceFormat("GPX", "vector", (".gpx",), root(rb"gpx"), open_gpx),
    SourceFormat("GML", "vector", (".gml", ".xml"), lambda path, head: _is_gml(path, head), open_gml),
    SourceFormat("MapInfo", "vector", (".tab",), says(rb"(?i)!table\b"), open_mapinfo),
    SourceFormat("MapInfo", "vector", (".mif",), both(ends(".mif"), says(rb"(?i)version\s+\d+")), open_mapinfo),
    SourceFormat("MicroStation DGN", "vector", (".dgn",), starts(b"\x08\x09\xfe\x02", b"\xc8\x09\xfe\x02"),
                 opener("MicroStation DGN")),
    SourceFormat("ArcInfo E00", "vector", (".e00",), says(_E00), opener("ArcInfo E00")),
    SourceFormat("OpenStreetMap XML", "vector", (".osm",), root(rb"osm"), opener("OpenStreetMap XML")),
    SourceFormat("OpenStreetMap PBF", "vector", (".osm.pbf", ".pbf"),
                 both(ends(".pbf"), lambda path, head: b"OSMHeader" in head[:64]), opener("OpenStreetMap PBF")),
    SourceFormat("land plots", "vector", (".txt",), says_chinese("[属性描述]", "[地块坐标]"), open_plots),
    SourceFormat("VCT", "vector", (".vct",), says(rb"(?i)headbegin\b"), open_vct),
    SourceFormat("Excel workbook", "table", (".xlsx",), zip_with(r"xl/workbook\.xml"), open_workbook),
    SourceFormat("workbook", "table", (".xls", ".et", ".xlsb", ".ods"), lambda path, head: _is_workbook(path, head),
                 open_spreadsheet),
    SourceFormat("CSV", "table", (".csv", ".tsv", ".txt"), _table, open_csv),
)  # fmt: skip


def _is_sequence(path: Path, head: bytes) -> bool:
    """Recognise features one after the other, whatever the name: marked, or a whole object a line."""
    marked = bare(head)[:1] == b"\x1e"  # RFC 8142: each on as many lines as it likes
    text = bare(head.removeprefix(b"\xef\xbb\xbf").lstrip(b"\x1e\r\n "))
    if re.search(_GEOJSON, text) is None or text[:1] != b"{":
        return False
    first, _, rest = text.partition(b"\n")
    named = path.name.lower().endswith((".geojsonl", ".geojsons", ".ndjson", ".jsonl"))
    return named or marked or (first.rstrip().endswith(b"}") and rest.lstrip(b"\x1e\r\n ")[:1] == b"{")


def _is_workbook(path: Path, head: bytes) -> bool:
    """Recognise workbooks other than ``.xlsx``, whatever their names say; protected ones are among them."""
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        return path.name.lower().endswith((".xls", ".xlt", ".et", ".ett", ".xlsx", ".xlsm", ".xlsb"))
    if b"mimetypeapplication/vnd.oasis.opendocument.spreadsheet" in head[:120]:
        return True
    return zip_with(r"xl/workbook\.bin")(path, head) or both(ends(".ods"), starts(b"PK"))(path, head)


def _is_gml(path: Path, head: bytes) -> bool:
    return bare(head)[:1] == b"<" and b"opengis.net/gml" in head and not root(rb"\w*Capabilities|OGR\w+")(path, head)


def _refused(name: str, probe: Probe, sentence: str) -> SourceFormat:
    return SourceFormat(name, "vector", (), probe, refusal=sentence)


def _other_raster(path: Path, head: bytes) -> bool:
    """Recognise PCIDSK, NITF, PNM, VTP by their first bytes, ER Mapper, IDRISI, SAGA and ILWIS by their names."""
    if re.match(rb"PCIDSK  |NITF0|NSIF0|P[4-6]\s+\d|binterr1", head):
        return True
    return path.name.lower().endswith((".ers", ".rst", ".sdat", ".sgrd", ".mpr")) and path.is_file()


def _surface_model(path: Path, head: bytes) -> bool:
    """Recognise meshes, scenes and 3D Tiles."""
    named = ends(".osgb", ".b3dm", ".i3dm", ".3mx", ".s3m", ".s3mb", ".osg", ".ive", ".obj", ".fbx", ".3ds", ".max",
                 ".stl", ".dae", ".glb", ".gltf", ".3dm")  # fmt: skip
    scene = json_of(rb'"geometricError"\s*:.*"root"\s*:|"root"\s*:.*"geometricError"\s*:')
    return named(path, head) or starts(b"glTF", b"Kaydara FBX")(path, head) or scene(path, head)


def _tiles(path: Path, head: bytes) -> bool:
    """Recognise features cut into tiles: PMTiles, and MBTiles by its table of them."""
    database = head.startswith(b"SQLite format 3\0") and path.suffix.lower() != ".gpkg"
    tables = (rb"(?i)create\s+(table|view)\s+[\"'\[]?tiles\b", rb"(?i)create\s+(table|view)\s+[\"'\[]?metadata\b")
    return head.startswith(b"PMTiles") or (database and all(re.search(table, head) for table in tables))


REFUSED_FORMATS: tuple[SourceFormat, ...] = (
    _refused("archive of tiles", _tiles, say("no-tiles")),
    _refused("7-Zip archive", starts(b"7z\xbc\xaf\x27\x1c"), say("no-7z")),
    _refused("RAR archive", starts(b"Rar!\x1a\x07"), say("no-rar")),
    _refused("gzip or tar archive", starts(b"\x1f\x8b", b"BZh", b"\xfd7zXZ"),
             say("no-such-archive")),
    _refused("tar archive", lambda path, head: head[257:262] == b"ustar", say("no-such-archive")),
    _refused("MicroStation DGN 8", both(starts(b"\xd0\xcf\x11\xe0"), ends(".dgn")),
             say("no-dgn8")),
    _refused("web service description", root(rb"OGRWFSDataSource|\w*Capabilities"),
             say("no-services")),
    _refused("GDAL virtual file", root(rb"OGRVRTDataSource|VRTDataset|GDAL_WMS"),
             say("no-virtual")),
    _refused("MapInfo seamless table", both(ends(".tab"), says(rb"(?i)!table.*seamless")),
             say("no-seamless")),
    _refused("ECharts map", json_of(rb'"(UTF8Encoding|encodeOffsets)"\s*:'), say("no-echarts")),
    _refused("JSON that is none", lambda path, head: path.name.lower().endswith(JSON_NAMES) and bool(bare(head))
             and bare(head)[:1] not in (b"{", b"[", b"\x1e", b"\xff", b"\xfe") and b"\0" not in head[:64],
             say("no-json")),
    _refused("DWF drawing", both(ends(".dwf", ".dwfx"), starts(b"(DWF", b"PK")), say("no-dwf")),
    _refused("building model", lambda path, head: ends(".ifc", ".rvt", ".skp")(path, head)
             or json_of(rb'"type"\s*:\s*"CityJSON"')(path, head), say("no-model")),
    _refused("Ovital map file", ends(".ovobj", ".ovjsn"), say("no-ovital")),
    _refused("UTF-16 JSON", starts(b"\xff\xfe{\0", b"\xfe\xff\0{"),
             say("json-utf16")),
    _refused("CASS exchange file", both(ends(".cas"), says(rb"CASS\d")),
             say("no-cass-exchange")),
    _refused("Excel 2003 XML", both(root(rb"Workbook"), says(rb".*schemas-microsoft-com:office")), say("no-excel-xml")),
    _refused("web page", says(rb"(?i)<(!doctype\s+html|html|table)\b"), say("no-web-page")),
    _refused("PDF", starts(b"%PDF"), say("no-pdf")),
    _refused("point cloud", starts(b"LASF", b"ASTM-E57"), say("no-point-cloud")),
    _refused("point cloud", ends(".ply", ".pcd", ".rcp", ".rcs", ".pod"), say("no-point-cloud")),
    _refused("model of surfaces", _surface_model, say("no-surface-model")),
    _refused("database dump", lambda path, head: starts(b"PGDMP")(path, head) or ends(".sql", ".dmp")(path, head),
             say("no-database-dump")),
    _refused("project or style", lambda path, head: ends(".qgs", ".qgz", ".qml", ".sld", ".lyr", ".lyrx")(path, head)
             or root(rb"qgis|StyledLayerDescriptor")(path, head), say("no-project")),
    _refused("LandXML", root(rb"LandXML"), say("no-landxml")),
    _refused("satellite observations", lambda path, head: b"RINEX VERSION / TYPE" in head[:200]
             or says(rb"\$G[PNLAB][A-Z]{3},")(path, head), say("no-observations")),
    _refused("graphic", ends(".svg", ".psd", ".cdr", ".ai", ".eps", ".emf", ".wmf"), say("no-graphic")),
    _refused("weather grid", starts(b"GRIB", b"\x0e\x03\x13\x01"), say("no-weather-grid")),
    _refused("raster of another program", _other_raster, say("no-such-raster")),
    _refused("heights in UTF-16", both(ends(".asc", ".xyz", ".dem", ".grd"), starts(b"\xff\xfe", b"\xfe\xff")),
             say("heights-utf16")),
    _refused("registered picture", both(ends(".tab"), says(rb"(?i)!table.*?type\s+\"?raster")),
             say("no-picture-table")),
    _refused("MapGIS file", both(ends(".wt", ".wl", ".wp", ".mpj", ".wat", ".wal", ".wap"), starts(b"WMAP", b"XMAP")),
             say("no-mapgis")),
    _refused("SuperMap datasource", ends(".udb", ".udd", ".udbx", ".smwu"), say("no-supermap")),
    _refused("compressed ArcInfo E00", says(rb"EXP\s+1\s"), say("no-compressed-e00")),
    _refused("sea chart", both(ends(".000"), lambda path, head: head[6:7] == b"L"), say("no-sea-chart")),
    _refused("Arrow file", starts(b"ARROW1"), say("no-arrow")),
    _refused("text document", both(ends(".docx", ".doc", ".wps", ".pptx"), starts(b"PK", b"\xd0\xcf\x11\xe0")),
             say("no-document")),
    _refused("part of a file geodatabase", ends(".gdbtable", ".gdbtablx", ".gdbindexes", ".atx", ".freelist", ".spx"),
             say("no-gdb-part")),
    _refused("ArcGIS package", ends(".mpk", ".lpk", ".ppkx", ".mpkx", ".mxd", ".aprx"), say("no-arcgis-package")),
    _refused("dBase table", ends(".dbf"), say("dbf-alone")),
    _refused("Esri Personal Geodatabase", ends(".mdb", ".accdb"), say("no-mdb")),
)  # fmt: skip
