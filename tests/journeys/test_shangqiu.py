"""The city's real files, from the command line to the wire."""

import json
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest
import shapely
from sqlalchemy import text

from geoservice.database import Database
from tests.journeys.conftest import Run
from tests.waiting import until


@pytest.fixture(scope="module")
def counties(geoservice: Run, shared_data: Path) -> dict[str, Any]:
    """The nine counties, imported; the report as JSON."""
    path = shared_data / "shangqiu" / "counties_amap_wgs84.geojson"
    done = geoservice(
        "import", path, "--layer", "counties", "--department", "planning", "--title-zh", "区县",
        "--title-en", "Counties", "--json",
    )  # fmt: skip
    report: dict[str, Any] = json.loads(done.stdout)
    return report


def test_the_report_counts_every_feature_and_says_how_far_off_it_may_be(counties: dict[str, Any]) -> None:
    counts = counties["counts"]
    assert counts["read"] == 9
    assert (
        counts["read"] == counts["kept"] + counts["repaired"] + counts["split"] - counts["merged"] + counts["refused"]
    )
    assert counties["accuracy_m"] is None  # the file does not state its own; the conversion's is stated
    assert "nominal 1 m" in counties["operation_note"]
    assert "identity" in json.dumps(counties, ensure_ascii=False)


def test_the_same_features_come_back_over_http(counties: dict[str, Any], client: Any, shared_data: Path) -> None:
    answer = client.get("/collections/counties/items", params={"limit": 100})
    assert answer.status_code == 200
    assert answer.headers["content-crs"] == "<http://www.opengis.net/def/crs/OGC/1.3/CRS84>"
    served = gpd.GeoDataFrame.from_features(answer.json()["features"], crs="OGC:CRS84")
    original = gpd.read_file(shared_data / "shangqiu" / "counties_amap_wgs84.geojson")
    assert len(served) == len(original) == 9
    assert shapely.area(served.geometry.values).sum() == pytest.approx(
        shapely.area(original.geometry.values).sum(), rel=1e-6
    )
    assert served.total_bounds == pytest.approx(original.total_bounds, abs=1e-7)


def test_a_vector_tile_of_the_layer_holds_its_features(counties: dict[str, Any], client: Any) -> None:
    import mapbox_vector_tile

    answer = client.get("/collections/counties/tiles/WebMercatorQuad/8/101/210", params={"f": "mvt"})
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/vnd.mapbox-vector-tile"
    decoded = mapbox_vector_tile.decode(answer.content)
    assert len(decoded["counties"]["features"]) >= 1


def test_importing_again_makes_the_next_version_and_rolling_back_serves_the_first(
    counties: dict[str, Any], geoservice: Run, shared_data: Path, database: Database
) -> None:
    geoservice("import", shared_data / "shangqiu" / "counties_tianditu.geojson", "--layer", "counties")
    with database.session() as session:
        current = "SELECT v.number FROM catalogue.layer l JOIN catalogue.version v ON v.id = l.current_id"
        assert session.scalar(text(current)) == 2
    assert "1, 2" in geoservice("layers").stdout
    geoservice("layers", "roll-back", "counties", "1")
    with database.session() as session:
        assert session.scalar(text(current)) == 1
    assert "no version 9" in geoservice("layers", "roll-back", "counties", "9", fails=True).stderr


def test_a_file_without_a_coordinate_system_is_refused_with_the_evidence_and_the_option(
    geoservice: Run, shared_data: Path, database: Database
) -> None:
    path = shared_data / "shangqiu" / "bount_poly_1999.shp"
    said = geoservice("import", path, "--layer", "old_counties", fails=True).stderr
    assert "--crs" in said
    with database.session() as session:
        assert session.scalar(text("SELECT count(*) FROM catalogue.layer WHERE name = 'old_counties'")) == 0


def test_an_old_datum_is_refused_never_passed_unchanged(geoservice: Run, shared_data: Path) -> None:
    path = shared_data / "shangqiu" / "bount_poly_1999.shp"
    said = geoservice("import", path, "--layer", "old_counties", "--crs", "EPSG:4214", fails=True).stderr
    assert "Beijing 1954" in said


def test_inspecting_writes_nothing_and_says_what_must_be_answered(
    geoservice: Run, shared_data: Path, database: Database
) -> None:
    def fingerprint() -> Any:
        with database.session() as session:
            return session.execute(text("SELECT count(*), max(id) FROM catalogue.version")).one()

    before = fingerprint()
    said = geoservice("inspect", shared_data / "shangqiu" / "bount_poly_1999.shp").stdout
    assert "--crs" in said
    assert fingerprint() == before
    document = json.loads(geoservice("inspect", shared_data / "shangqiu" / "BOUL_X.shp", "--json").stdout)
    assert "4490" in json.dumps(document)


def test_elevation_keeps_its_heights_and_answers_at_a_point(geoservice: Run, shared_data: Path, client: Any) -> None:
    geoservice(
        "import",
        shared_data / "shangqiu" / "dem_30s.tif",
        "--layer",
        "dem",
        "--kind",
        "elevation",
        "--department",
        "geology",
    )
    until(lambda: "dem" in client.get("/collections").text)
    answers = client.get("/what-is-here", params={"lon": 115.67, "lat": 34.45}).json()["answers"]
    height = next(answer for answer in answers if answer["layer"] == "dem")["value"]
    assert height == pytest.approx(50, abs=5)  # the weather station of Shangqiu stands at 50 m
    tile = client.get(
        "/collections/dem/map/tiles/WebMercatorQuad/9/204/420", params={"rendering": "hillshade", "f": "png"}
    )
    assert tile.status_code == 200
    assert tile.content[:8] == b"\x89PNG\r\n\x1a\n"
