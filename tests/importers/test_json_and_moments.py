"""JSON that says late, or not at all, what it is; dates that say their zone; archives that hold text as it is."""

import json
import zipfile
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import geopandas as gpd
import pyarrow as pa
import pytest
import shapely

from importers.batch import ReadOptions
from importers.finding import find
from importers.vector.arrow import convert
from importers.vector.moments import moments
from layers.errors import GeoError
from layers.sentences import say, worded
from tests.importers.conftest import Importer
from tests.importers.test_texts_of_files import GX, KML, PLACE, layers_of, said_of, told

POINT = {"type": "Point", "coordinates": [115.65, 34.44]}
NORTH_FIRST = {"type": "Point", "coordinates": [3813295.8, 375923.1]}


def feature(**properties: Any) -> dict[str, Any]:
    return {"type": "Feature", "geometry": POINT, "properties": properties}


COLLECTION = json.dumps({"type": "FeatureCollection", "features": [feature(n=1)]})


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (f"var city = {COLLECTION};", "without script or remarks"),
        (COLLECTION[:-2] + ",]}", "is no JSON from line 1"),
        (json.dumps([feature(n=1)]), "is a list of features"),
        (json.dumps({"features": [feature(n=1)]}), "no type of GeoJSON at its top"),
        (json.dumps({"type": "FeatureCollection", "features": None}), "whose features are no list"),
        (json.dumps({"type": "FeatureCollection", "UTF8Encoding": True, "features": []}), "ECharts"),
    ],
    ids=["script", "comma", "list", "no type", "no features", "packed"],
)
def test_what_keeps_json_from_being_geojson_is_said(text: str, says: str, tmp_path: Path) -> None:
    path = tmp_path / "city.geojson"
    path.write_text(text)
    assert says in said_of(path)


def test_geojson_may_say_its_type_last(tmp_path: Path) -> None:
    path = tmp_path / "city.json"
    path.write_text(json.dumps({"remark": "说" * 20_000, "features": [feature(n=7)], "type": "FeatureCollection"}))
    ((_, batch),) = layers_of(path)
    assert batch.columns["n"].to_pylist() == [7]


@pytest.mark.parametrize("mark", ["", "\x1e"])
def test_a_record_of_a_sequence_that_is_none_is_refused_by_its_line(
    mark: str, bring_in: Importer, tmp_path: Path
) -> None:
    path = tmp_path / "city.geojsonl"
    records = [json.dumps(feature(n=n)) for n in range(30)]
    records[7], records[29] = "null", records[29][:40]
    path.write_text("".join(f"{mark}{record}\n" for record in records))
    report = bring_in(path, publish_failed=True)
    assert (report.counts.read, report.counts.kept, report.counts.refused) == (30, 28, 2)
    assert report.counts.add_up
    assert [worded(said, "en") for said in report.examples] == [
        f"{line}: what begins on the line of this number is no whole GeoJSON object" for line in (8, 30)
    ]


@pytest.mark.parametrize("name", ["city.geojson", "city.geojsonl"])
def test_a_property_called_id_stays_what_it_is(name: str, tmp_path: Path) -> None:
    features = [feature(id=5, n=0), feature(id=5, n=1), feature(n=2), *(feature(id=n, n=n) for n in range(3, 30_000))]
    if name == "city.geojsonl":
        text = "".join(f"{json.dumps(one)}\n" for one in features)
    else:
        text = json.dumps({"type": "FeatureCollection", "features": features})
    (tmp_path / name).write_text(text)
    with find((tmp_path / name,)) as finding:
        assert finding.usable[0].format.open is not None
        source = finding.usable[0].format.open(tmp_path / name, ReadOptions())
        batches = list(source.layers[0].batches())
        source.close()
    ids = [value for batch in batches for value in batch.columns["id"].to_pylist()]
    assert ids == [5, 5, None, *range(3, 30_000)]


DIGITS = "123456789012345678901234"


@pytest.mark.parametrize("name", ["city.geojson", "city.geojsonl", "city.topojson", "city.json"])
def test_values_that_the_reader_would_spoil_are_kept_as_they_are_written(name: str, tmp_path: Path) -> None:
    days = ["2024-02-30", "2024-02-29", "2023-02-29"]
    remark = f'"n": {DIGITS}, "d": "2024-02-30"'
    features = [feature(d=day, good="2024-02-29", n=int(DIGITS), remark=remark) for day in days]
    if name == "city.geojsonl":
        text = "".join(f"{json.dumps(one)}\n" for one in features)
    elif name == "city.topojson":
        shapes = [{"type": "Point", "coordinates": [0, 0], "properties": one["properties"]} for one in features]
        city = {"type": "GeometryCollection", "geometries": shapes}
        text = json.dumps({"type": "Topology", "objects": {"city": city}, "arcs": []})
    else:
        crs = {"coordRefSys": "http://www.opengis.net/def/crs/EPSG/0/4490"} if name == "city.json" else {}
        text = json.dumps({"type": "FeatureCollection", **crs, "features": features})
    (tmp_path / name).write_text(text)
    ((layer, batch),) = layers_of(tmp_path / name)
    read = {title: values.to_pylist() for title, values in batch.columns.items()}
    assert (read["d"], read["n"], read["remark"]) == (days, [DIGITS] * 3, [remark] * 3)
    assert read["good"] == [date(2024, 2, 29)] * 3
    assert sum(count for what, count in batch.done.items() if "as it is written" in what) == 5
    assert {column.title: column.type for column in layer.columns if column.title in "dn"} == {"d": "text", "n": "text"}


def test_a_number_that_nothing_can_hold_is_named(tmp_path: Path) -> None:
    (tmp_path / "city.geojson").write_text(COLLECTION.replace('"n": 1', '"n": 1e400'))
    assert "the number 1e400" in said_of(tmp_path / "city.geojson")


def test_a_first_line_that_is_no_feature_is_told_with_its_fault(tmp_path: Path) -> None:
    path = tmp_path / "city.geojsonl"
    path.write_text('{"type": "Feature", "properties": {"n"\n' + json.dumps(feature(n=1)) + "\n")
    assert "is no JSON from line 1" in said_of(path)


def test_a_file_of_links_alone_says_what_it_holds(bring_in: Importer, tmp_path: Path) -> None:
    path = tmp_path / "links.kml"
    link = "<NetworkLink><Link><href>http://example.org/a.kml</href></Link></NetworkLink>"
    path.write_text(KML.format(encoding="UTF-8", gx="", inside=link))
    with pytest.raises(GeoError, match="NetworkLink"):
        bring_in(path)


def test_whole_records_of_a_sequence_on_several_lines_are_all_kept(tmp_path: Path) -> None:
    path = tmp_path / "city.geojsonl"
    for mark, indent in (("\x1e", 1), ("", None)):
        path.write_text("\n".join(mark + json.dumps(feature(n=n), indent=indent) for n in range(3)) + "\n\n")
        assert [(len(batch), batch.refused) for _, batch in layers_of(path)] == [(3, ())]


def test_json_fg_has_its_place_in_its_own_system(tmp_path: Path) -> None:
    placed = {"type": "Feature", "geometry": None, "place": NORTH_FIRST, "time": None, "properties": {"n": 1}}
    system = {"coordRefSys": "http://www.opengis.net/def/crs/EPSG/0/4509"}
    path = tmp_path / "city.json"
    path.write_text(
        json.dumps({"type": "FeatureCollection", "conformsTo": ["json-fg-1-0.2:core"], **system, "features": [placed]})
    )
    ((layer, batch),) = layers_of(path)
    assert layer.crs is not None
    assert layer.crs.to_epsg() == 4509
    assert (batch.geometries[0].x, batch.geometries[0].y) == (375923.1, 3813295.8)


def test_columns_of_a_map_search_warn_of_their_shifted_coordinates(tmp_path: Path) -> None:
    path = tmp_path / "poi.geojson"
    found = feature(pname="河南省", cityname="商丘市", adcode="411402", location="115.65,34.44")
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [found]}))
    assert "GCJ-02" in said_of(path)


def test_moments_of_several_zones_are_each_read_in_their_own(tmp_path: Path) -> None:
    texts = ["2024-01-01T08:00:00+08:00", "2024-01-01T00:00:00Z", "2024-01-01T00:00:00"]
    path = tmp_path / "times.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature(t=text) for text in texts]}))
    ((_, batch),) = layers_of(path)
    assert batch.columns["t"].to_pylist() == [datetime(2024, 1, 1, tzinfo=UTC)] * 3
    assert {str(what): count for what, count in batch.done.items()} == {"column t: no time zone stated, kept as UTC": 1}


def test_times_of_kml_with_a_zone_are_not_told_as_without_one(tmp_path: Path) -> None:
    path = tmp_path / "times.kml"
    when = "<TimeStamp><when>2024-01-01T08:00:00+08:00</when></TimeStamp>"
    path.write_text(KML.format(encoding="UTF-8", gx=GX, inside=PLACE.format(data=when)), encoding="utf-8")
    ((_, batch),) = layers_of(path)
    assert batch.columns["timestamp"].to_pylist() == [datetime(2024, 1, 1, tzinfo=UTC)]
    assert not batch.done


def test_a_moment_that_cannot_be_is_none() -> None:
    read, zoneless = moments(pa.array(["2024-02-30T00:00:00Z", "2024-02-29T00:00:00", None]))
    assert (read.to_pylist(), zoneless) == ([None, datetime(2024, 2, 29, tzinfo=UTC), None], 1)
    assert convert(pa.array(["2024-02-30T00:00:00Z", None]), "timestamp")[1][say("no-such-moment")] == 1


def test_an_archive_that_holds_xml_as_it_is_stays_an_archive(tmp_path: Path) -> None:
    text = KML.format(encoding="UTF-8", gx=GX, inside=PLACE.format(data=""))
    with zipfile.ZipFile(tmp_path / "city.zip", "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("one.kml", text)
        archive.writestr("two.kml", text)
    with find((tmp_path / "city.zip",)) as finding:
        assert [found.name for found in finding.usable] == ["one.kml", "two.kml"]


def test_openstreetmap_as_xml_is_read_like_its_binary_form(tmp_path: Path) -> None:
    path = tmp_path / "city.osm"
    path.write_text('<osm version="0.6"><node id="1" lat="34.44" lon="115.65"><tag k="name" v="商丘"/></node></osm>')
    assert told(path).layers[0].geometry_kinds == {"Point": 1}


def test_heights_that_some_lack_are_told(bring_in: Importer, tmp_path: Path) -> None:
    path = tmp_path / "points.gpkg"
    points = [shapely.Point(115.65, 34.44), shapely.Point(115.66, 34.45, 55.5)]
    gpd.GeoDataFrame({"n": [1, 2]}, geometry=points, crs=4490).to_file(path)
    report = bring_in(path)
    (told_of,) = [count for what, count in report.done.items() if "no height where others have one" in what]
    assert told_of == 1
