"""Every real vector file beside the clone has one expected outcome, as its MANIFEST says: the promise in one table.

An outcome is: the rows that arrive (with words that the report must hold), or the words of the refusal. A file that
asks for its coordinate system has two lines: what it says when asked nothing, and what arrives when told.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from layers.catalogue import find_layer
from layers.errors import GeoError
from layers.views import ALL
from tests.importers.conftest import Importer


@dataclass(frozen=True)
class Arrives:
    """Imported: rows written, and texts the report holds."""

    rows: int
    says: tuple[str, ...] = ()


@dataclass(frozen=True)
class Refused:
    """Refused: texts of the sentence."""

    says: tuple[str, ...]


@dataclass(frozen=True)
class Case:
    """One file, what is said about it, what must come of it."""

    file: str
    outcome: Arrives | Refused
    said: dict[str, Any] = field(default_factory=dict)


def arrives(file: str, rows: int, *says: str, **said: Any) -> Case:
    return Case(file, Arrives(rows, says), said)


def refused(file: str, *says: str, **said: Any) -> Case:
    return Case(file, Refused(says), said)


SHANGQIU = (
    arrives("shangqiu/counties_amap_wgs84.geojson", 9, "identity, 1 m"),
    arrives("shangqiu/counties_tianditu.geojson", 9),
    arrives("shangqiu/商丘市.json", 9, "usually GCJ-02", "--datum gcj02"),
    arrives("shangqiu/商丘市.json", 9, "GCJ-02 to WGS 84", "approximate, 5", datum="gcj02"),
    arrives("shangqiu/永城市.json", 1, "usually GCJ-02"),
    refused("shangqiu/bount_poly_1999.shp", "coordinate system", "--crs", "states none", "Candidates"),
    arrives("shangqiu/bount_poly_1999.shp", 48, "GB18030", crs="EPSG:4326"),
    refused("shangqiu/bount_poly_1999.shp", "PROJ knows no real operation", "Beijing 1954", crs="EPSG:4214"),
    refused("shangqiu/hyd2_4l.shp", "--crs"),
    arrives("shangqiu/hyd2_4l.shp", 11, "GB18030", crs="EPSG:4326"),
    refused("shangqiu/hyd2_4p.shp", "--crs"),
    arrives("shangqiu/hyd2_4p.shp", 4, "GB18030", crs="EPSG:4326"),
    arrives("shangqiu/BOUL_X.shp", 254, "GB18030", "CGCS"),
    arrives("shangqiu/河南.shp", 1, "GB18030"),
    refused("shangqiu/HuRB.shp", "--crs"),
    arrives("shangqiu/HuRB.shp", 1, crs="EPSG:4490"),
    refused("shangqiu/huaihe.shp", "--crs", "635879.799", "no system used here"),
    refused("shangqiu/adcode-release-20191218.csv", "--crs"),
    arrives("shangqiu/adcode-release-20191218.csv", 3555, "outside the frame", crs="EPSG:4326"),
    refused("shangqiu/sta2411_alt.txt", "not in a format that is imported"),
    refused("shangqiu/weather_stations.csv", "--crs", "degrees"),
    arrives("shangqiu/weather_stations.csv", 96, "steps of 0.01 degree", crs="EPSG:4326"),
    arrives("shangqiu/geonames_places.csv", 501, crs="EPSG:4326"),
    arrives("shangqiu/ne_10m_rivers.geojson", 15),
    arrives("shangqiu/ne_10m_lakes.geojson", 8),
    arrives("shangqiu/ne_10m_places.geojson", 37),
    arrives("shangqiu/wdbii_rivers.geojson", 71),
    refused("shangqiu/CulRelPro_China_1961-2019.xls", "no column of coordinates"),
    refused("shangqiu/heritage_units_shangqiu.csv", "no column of coordinates"),
)

DRAWINGS = (
    refused("drawings/dwg/geoloc.dwg", "save it as DXF"),
    refused("drawings/dwg/sample_2000.dwg", "save it as DXF"),
    arrives("drawings/shp/chinese_poly.shp", 1, "GB18030"),
    refused("drawings/shp/huaiheziliuyu.shp", "--crs", "635879.799"),
    arrives("drawings/shp/prjwithutf8bom.shp", 1, "NAD83"),
    refused("drawings/shp/storms_xyzm.shp", "--crs"),
    arrives("drawings/shp/storms_xyzm.shp", 71, "M values dropped: 71", crs="EPSG:4326"),
    arrives("drawings/mapinfo/poly_indexed.tab", 10, "EPSG:32632"),
    refused("drawings/mapinfo/lambert93_francais.TAB", "nothing to draw", "no features"),
    refused("drawings/mapinfo/all_geoms.tab", "--crs"),
    arrives("drawings/mapinfo/all_geoms.tab", 18, "1 split", "6 LineString", crs="EPSG:4326"),
    arrives("drawings/mapinfo/utf8.mif", 3),
    arrives("drawings/mapinfo/mixed.MIF", 9, "1 without geometry"),
    arrives("drawings/gml/inspire_cadastralparcel.xml", 2, "open rings closed: 2"),
    arrives("drawings/gml/archsites.gml", 1, "claims 25 features, 1 were read"),
    arrives("drawings/kml/polygons2d.kml", 100, "50 split", "50 Point", "19 MultiPolygon"),
    arrives("drawings/kml/polygons2d.kml", 50, "left out: 50", "50 kept", geometry="polygon"),
    refused("drawings/kml/time.kml", "2 layers", "--source-layer"),
    arrives("drawings/kml/time.kml", 361, layer=("TimeStamp'ed Points",)),
    refused("drawings/kml/model-macky.kmz", "nothing to draw"),
    arrives("drawings/gpkg/world.gpkg", 177),
    refused("drawings/gpkg/domains.gpkg", "nothing to draw", "no features"),
    refused("drawings/filegdb/testopenfilegdb.gdb.zip", "--source-layer", "linestring"),
    arrives("drawings/filegdb/testopenfilegdb.gdb.zip", 5, layer=("polygon25D",)),
    arrives("drawings/filegdb/testopenfilegdb.gdb.zip", 1, "M values dropped", layer=("linestringzm",)),
    refused("drawings/filegdb/testopenfilegdb.gdb.zip", "three-dimensional surface", layer=("multipatch",)),
    arrives("drawings/filegdb/arc_segment_interior_point_but_line.gdb.zip", 1, "EPSG:4526"),
    refused("drawings/other/test3.sqlite", "3 layers", "--source-layer"),
    arrives("drawings/other/test3.sqlite", 8101, layer=("Towns",)),
    refused("drawings/csv/world_wkt.csv", "--crs"),
    arrives("drawings/csv/world_wkt.csv", 177, "repaired", crs="EPSG:4326"),
    refused("drawings/csv/cycle_hire_xy.csv", "--crs"),
    arrives("drawings/csv/cycle_hire_xy.csv", 742, crs="EPSG:4326"),
    arrives("drawings/other/poly00.fgb", 10, "EPSG:27700"),
    refused("drawings/other/topp_states.fgb", "FlatGeobuf version"),
    refused("drawings/other/test.gpx", "--source-layer"),
    arrives("drawings/other/test.gpx", 3, layer=("tracks",)),
    refused("drawings/other/smalltest.dgn", "--crs"),
    refused("drawings/other/testpoly.e00", "--source-layer"),
    arrives("drawings/other/testpoly.e00", 3, layer=("PAL",)),
    refused("drawings/other/topojson1.topojson", "--source-layer"),
    refused("drawings/other/topojson1.topojson", "--crs", layer=("TopoJSON",)),
)

NASTY_VECTORS = (
    refused("nasty/vector/mixed_shape_type_non_conformant.shp", "--crs"),
    arrives("nasty/vector/mixed_shape_type_non_conformant.shp", 6, "1 Point", "1 Polygon", crs="EPSG:4326"),
    arrives(
        "nasty/vector/mixed_shape_type_non_conformant.shp",
        2,
        "not a polygon",
        crs="EPSG:4326",
        geometry="polygon",
        publish_failed=True,
    ),
    refused("nasty/vector/buggymultipoly.shp", "nothing to draw", "Corrupted .shp file"),
    refused("nasty/vector/pointnan.shp", "--crs"),
    arrives("nasty/vector/pointnan.shp", 2, "1 without geometry", crs="EPSG:4326"),
    refused("nasty/vector/slightly_overlapping_polygons.shp", "--crs"),
    arrives("nasty/vector/slightly_overlapping_polygons.shp", 1, "1 repaired, area changed", crs="EPSG:32632"),
    refused("nasty/vector/emptymultipoly.shp", "nothing to draw"),
    refused("nasty/vector/empty.shp", "nothing to draw", "no features"),
    refused("nasty/vector/can_caps.shp", "--crs"),
    arrives("nasty/vector/can_caps.shp", 13, "no attributes", crs="EPSG:4326"),
    refused("nasty/vector/chinese.dbf", ".shp"),
    refused("nasty/vector/multipatch.shp", "three-dimensional surface"),
    refused("nasty/vector/corrupt_too_long.shp", "--crs"),
    arrives("nasty/vector/corrupt_too_long.shp", 10, crs="EPSG:4326"),
    arrives("nasty/vector/ogr_geojson_14.geojson", 24, "3 of 27 refused", "23 without geometry", "complained"),
    arrives("nasty/vector/point_with_utf8bom.json", 1),
    arrives("nasty/vector/srs_name.geojson", 2, "EPSG:26915"),
    refused("nasty/vector/nullvalues.geojson", "nothing to draw"),
    arrives("nasty/vector/堤防.json", 1),
    refused("nasty/vector/truncated.kml", "truncated.kml is cut off in line 35"),
    refused("nasty/vector/emptylayers.kml", "nothing to draw"),
    refused("nasty/vector/bad.kmz", ".kmz", "image"),
    refused("nasty/vector/billionlaugh.gml", "amplification factor"),
    refused("nasty/vector/citygml_compound_crs.gml", "three-dimensional surfaces"),
    refused("nasty/vector/first_geometry_null.gpkg", "--crs"),
    arrives("nasty/vector/first_geometry_null.gpkg", 2, "1 without geometry", crs="EPSG:4326"),
    refused("nasty/vector/huge_feature_count.gpkg", "EPSG:4326", "not places in it"),
    arrives("nasty/vector/huge_feature_count.gpkg", 1, crs="EPSG:3857"),
    refused("nasty/vector/empty-geom.gpkg", "nothing to draw"),
    refused("nasty/vector/countries_nocrs.fgb", "--crs"),
    arrives("nasty/vector/countries_nocrs.fgb", 179, "2 repaired", crs="EPSG:4326"),
    refused("nasty/vector/invalid_multisurface_of_polyhedralsurface.fgb", "Failed to read geometry"),
    refused("nasty/vector/inf_nan.csv", "no column of coordinates"),
    refused("nasty/vector/unbalanced_double_quotes.csv", "damaged"),
    refused("nasty/vector/seamless.tab", "only names other tables"),
    refused("nasty/vector/featuredataset.gdb", "nothing to draw"),
    refused("nasty/vector/test_str_indexed_truncated.gdb", "nothing to draw"),
    refused("nasty/vector/columbus.osm.pbf", "--source-layer"),
    arrives("nasty/vector/columbus.osm.pbf", 13377, layer=("lines",)),
    refused("nasty/vector/testwfs.xml", "services are not called"),
)

NASTY_ARCHIVES = (
    refused("nasty/archive/blockgroups_multishapefile.zip", "2 layers", "--source-layer"),
    arrives("nasty/archive/blockgroups_multishapefile.zip", 663, layer=("blockgroups",), crs="EPSG:4326"),
    refused("nasty/archive/empty_zipfile.zip", "dummyfile.txt"),
    refused("nasty/archive/cp866_plus_utf8.zip", "nothing to import"),
    refused("nasty/archive/zero.bin.zip.zip", "zip bomb"),
    refused("nasty/archive/poly.shp.7z", "zip"),
)

ZION_PLACE = (
    arrives("zion_place/zion.gpkg", 1, "UTM Zone 12"),
    arrives("zion_place/zion_points.gpkg", 30),
)

LARGE_VECTOR = (
    arrives("large_vector/osm_streets_wuhan_douala.zip", 177486),
    arrives("large_vector/wuhan_streets.parquet", 92667, "EPSG:32650"),
)

AGAIN = LARGE_VECTOR[0].file
"""Its streets are those of the other large file and of another city: small scales and names are made of the other."""

CASES = SHANGQIU + DRAWINGS + NASTY_VECTORS + NASTY_ARCHIVES + ZION_PLACE + LARGE_VECTOR


def _name(case: Case) -> str:
    said = ",".join(f"{key}={value}" for key, value in case.said.items())
    return f"{case.file}{f' [{said}]' if said else ''}"


@contextmanager
def _rows_alone() -> Iterator[None]:
    """Import without small scales and the words of names, which cost twice as much as all the rest."""

    def no_levels(*_: Any, meanwhile: Callable[[], object], **__: Any) -> tuple[()]:
        meanwhile()
        return ()

    with (
        mock.patch("importers.vector.finish.build_levels", no_levels),
        mock.patch("importers.vector.finish.index_words", return_value=None),
    ):
        yield


@pytest.mark.parametrize("case", CASES, ids=_name)
def test_the_file_ends_as_its_manifest_says(
    case: Case, bring_in: Importer, session: Session, shared_data: Path
) -> None:
    path = shared_data / case.file
    if isinstance(case.outcome, Refused):
        with pytest.raises(GeoError) as refusal:
            bring_in(path, **case.said)
        for word in case.outcome.says:
            assert word in str(refusal.value)
        return
    with _rows_alone() if case.file == AGAIN else nullcontext():
        report = bring_in(path, **case.said)
    shown = report.to_text()
    for word in case.outcome.says:
        assert word in shown
    assert report.counts.add_up
    layer = find_layer(session, "test", ALL)
    written = session.execute(text(f"SELECT count(*) FROM {layer.version.table}")).scalar_one()
    assert (report.counts.rows, written, layer.version.feature_count) == (case.outcome.rows,) * 3


def test_every_vector_file_of_the_folders_is_in_the_table(shared_data: Path) -> None:
    mains = (
        ".shp .geojson .json .csv .gpkg .kml .kmz .gml .xml .tab .mif .fgb .gpx .sqlite .dgn .e00 .parquet .xls .7z"
        " .topojson .pbf .gdb .dwg"
    ).split()
    listed = {case.file for case in CASES}
    found = {
        path.relative_to(shared_data).as_posix()
        for folder in ("shangqiu", "drawings", "nasty/vector", "nasty/archive", "zion_place", "large_vector")
        for path in (shared_data / folder).rglob("*")
        if (path.suffix.lower() in mains or path.name.endswith(".zip")) and not path.name.endswith(".aux.xml")
    }
    inside_gdb = {name for name in found if ".gdb/" in name}
    elsewhere = {"nasty/archive/onefileinsubdir.zip"}  # a raster: in the raster importers' table
    assert found - inside_gdb - elsewhere <= listed
