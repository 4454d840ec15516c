"""OWSLib reads what SQL says is there."""

import pytest
from owslib.ogcapi.features import Features

from tests.clients.conftest import WELLS

pytestmark = pytest.mark.clients


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch):
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


@pytest.fixture
def features(live):
    return Features(f"{live.url}/")


@pytest.mark.cell("OWSLib", "Features")
def test_owslib_finds_the_collections_the_api_and_the_classes(live, features):
    assert set(features.feature_collections()) == set(live.catalogue.layers)
    assert features.api()["openapi"] == "3.0.3"
    assert "http://www.opengis.net/spec/cql2/1.0/conf/cql2-text" in features.conformance()["conformsTo"]


@pytest.mark.cell("OWSLib", "Features")
def test_owslib_reads_items_queryables_and_the_schema(live, features):
    page = features.collection_items("wells", limit=10000)
    assert len(page["features"]) == page["numberMatched"] == WELLS
    assert "kind" in features.collection_queryables("wells")["properties"]
    assert "geometry" in features.collection_schema("wells")["properties"]
    assert features.collection_item("wells", "7")["id"] == 7


@pytest.mark.cell("OWSLib", "Filters")
def test_owslib_selects_as_sql_does(live, features):
    box = features.collection_items("wells", bbox=[115.1, 34.1, 115.2, 34.2], limit=10000)["features"]
    inside = "SELECT count(*) FROM {table} WHERE ST_Intersects(geom, ST_MakeEnvelope(115.1, 34.1, 115.2, 34.2, 4490))"
    assert len(box) == live.truth("wells", inside)[0][0]
    cql = features.collection_items("wells", filter="kind IN (1, 2) AND name LIKE '井1%'", limit=10000)["features"]
    truth = live.truth("wells", "SELECT count(*) FROM {table} WHERE kind IN (1, 2) AND left(name, 2) = '井1'")
    assert len(cql) == truth[0][0]


@pytest.mark.cell("OWSLib", "CRS")
@pytest.mark.parametrize("srid", [4326, 4490, 4509, 3857])
def test_owslib_in_every_crs_gets_the_coordinates_of_sql(live, features, srid):
    page = features.collection_items("wells", limit=100, crs=f"http://www.opengis.net/def/crs/EPSG/0/{srid}")
    truth = live.truth(
        "wells",
        f"SELECT ST_X(g), ST_Y(g) FROM (SELECT fid, ST_Transform(geom, {srid}) g FROM {{table}}) t ORDER BY fid",
    )
    swapped = srid != 3857  # the authority's order: north first
    for feature in page["features"]:
        x, y = feature["geometry"]["coordinates"][::-1] if swapped else feature["geometry"]["coordinates"]
        wanted = truth[feature["id"] - 1]
        assert (x, y) == pytest.approx(wanted, abs=1e-7 if srid in (4326, 4490) else 1e-4)
