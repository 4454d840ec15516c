"""What the suite of OGC API Features 1.0, parts 1 and 2, asks: each of its abstract tests, put as the suite puts it."""

import json
import re
from datetime import datetime, timedelta

import pyproj
import pytest
import shapely
from openapi_spec_validator import OpenAPIV30SpecValidator

from tests.conformance.conftest import Site, rels

OPENAPI = "application/vnd.oai.openapi+json;version=3.0"
CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
GEOJSON = "application/geo+json"
CRS_URI = re.compile(r"http://www\.opengis\.net/def/crs/(OGC/1\.3/CRS84|OGC/0/CRS84h|EPSG/0/\d+)")


def items_of(site: Site):
    return [rels(collection, "items", GEOJSON)[0] for collection in site.feature_collections]


def test_landing_page_and_conformance(site):
    landing = site.json("/")
    assert rels(landing, "service-desc", OPENAPI)
    assert rels(landing, "conformance")
    assert rels(landing, "data")
    assert all(link.get("rel") and link.get("type") and link["href"].startswith("http") for link in landing["links"])
    classes = set(site.json(rels(landing, "conformance")[0])["conformsTo"])
    part = "http://www.opengis.net/spec/ogcapi-features-"
    assert {f"{part}1/1.0/conf/{name}" for name in ("core", "geojson", "html", "oas30")} <= classes
    assert f"{part}2/1.0/conf/crs" in classes


def test_the_status_line_says_http_1_1(site):
    assert site.get("/").http_version == "HTTP/1.1"


def test_the_api_definition_is_valid_and_names_every_collection(site):
    landing = site.json("/")
    response = site.get(rels(landing, "service-desc", OPENAPI)[0], headers={"Accept": OPENAPI})
    assert response.headers["content-type"] == OPENAPI
    document = response.json()
    assert list(OpenAPIV30SpecValidator(document).iter_errors()) == []
    assert {f"/collections/{one['id']}/items" for one in site.feature_collections} <= set(document["paths"])


def test_collections_link_to_themselves_and_every_other_encoding(site):
    document = site.json("/collections")
    for media_type in ("application/json", "text/html"):
        assert rels(document, "self", media_type) or rels(document, "alternate", media_type)
    for collection in site.collections:
        again = site.json(f"/collections/{collection['id']}")
        for member in ("id", "title", "description", "extent", "links"):
            assert again.get(member) == collection.get(member), member
    for collection in site.feature_collections:
        assert rels(collection, "items", GEOJSON)
        assert rels(collection, "items", "text/html")
        assert all(len(box) in (4, 6) for box in collection["extent"]["spatial"]["bbox"])


def test_every_collection_links_to_its_items_and_one_has_no_features(site):
    """The suite of 1.0.1 follows the items of every collection; raster layers answer with their sheets."""
    for collection in site.collections:
        assert all(link.get("rel") and link.get("type") and link.get("href") for link in collection["links"])
        for address in rels(collection, "items", GEOJSON):
            assert site.json(address, headers={"Accept": GEOJSON})["type"] == "FeatureCollection"
        assert rels(collection, "items", GEOJSON)
    others = [one for one in site.collections if one not in site.feature_collections]
    assert others
    assert site.get(f"/collections/{others[0]['id']}/items").status_code == 404


def test_items_say_what_they_are(site):
    for address in items_of(site):
        response = site.get(address, headers={"Accept": GEOJSON})
        assert response.headers["content-type"] == GEOJSON
        assert response.headers["content-crs"] == f"<{CRS84}>"
        page = response.json()
        assert page["type"] == "FeatureCollection"
        assert page["numberReturned"] == len(page["features"])
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", page["timeStamp"])
        assert rels(page, "self", GEOJSON)
        assert rels(page, "alternate", "text/html")
        assert all(link.get("rel") and link.get("type") for link in page["links"])


def test_number_matched_is_what_following_next_finds_with_limit_put_again(site):
    for address in items_of(site):
        found, following, matched = 0, f"{address}?limit=10000", None
        for _ in range(5):
            page = site.json(following)
            matched = page.get("numberMatched", matched)
            found += page["numberReturned"]
            further = rels(page, "next", GEOJSON)
            if not further:
                break
            following = f"{further[0]}&limit=10000"  # as the suite does, doubling the key
        assert matched is None or matched == found


@pytest.mark.parametrize("limit", [1, 3, 10])
def test_limit_limits_and_pages_do_not_overlap(site, limit):
    for address in items_of(site):
        first = site.json(f"{address}?limit={limit}")
        assert first["numberReturned"] <= limit
        if next_page := rels(first, "next", GEOJSON):
            second = site.json(next_page[0])
            ids = {feature["id"] for feature in first["features"]}
            assert not ids & {feature["id"] for feature in second["features"]}


def test_a_limit_beyond_the_maximum_is_the_maximum(site):
    for address in items_of(site):
        assert site.json(f"{address}?limit=10001")["numberReturned"] <= 10_000


BOXES = ["177,65,-177,70", "-180,-90,180,90", "5,-68,15,60", "-180,60,180,90", "-180,-90,180,-60", "170,-50,180,50"]


@pytest.mark.parametrize("box", BOXES)
def test_a_box_gives_what_meets_it_and_nothing_else(site, box):
    west, south, east, north = map(float, box.split(","))
    areas = [(west, south, east, north)] if west <= east else [(west, south, 180, north), (-180, south, east, north)]
    area = shapely.union_all([shapely.box(*one) for one in areas])
    for address in items_of(site):
        everything = {f["id"]: shapely.from_geojson(_text(f["geometry"])) for f in _all(site, address)}
        wanted = {fid for fid, shape in everything.items() if shapely.intersects(shape, area)}
        assert {feature["id"] for feature in _all(site, f"{address}?bbox={box}")} == wanted


def _span(properties: dict) -> tuple[datetime, datetime] | None:
    """A feature's time: an instant, the interval of its start and end, or none."""
    ends = [properties[name] for name in ("time", "start", "end") if properties.get(name)]
    return (datetime.fromisoformat(ends[0]), datetime.fromisoformat(ends[-1])) if ends else None


def test_datetime_selects_instants_and_intervals(site):
    """A feature without a time matches any."""
    for collection in site.feature_collections:
        if "temporal" not in collection["extent"]:
            continue
        address = rels(collection, "items", GEOJSON)[0]
        spans = {feature["id"]: _span(feature["properties"]) for feature in _all(site, address)}
        timed = [span for span in spans.values() if span]
        first, last = collection["extent"]["temporal"]["interval"][0]
        assert datetime.fromisoformat(first) == min(start for start, _ in timed)
        assert datetime.fromisoformat(last) == max(end for _, end in timed)
        middle = sorted(start for start, _ in timed)[len(timed) // 2]
        text = middle.strftime("%Y-%m-%dT%H:%M:%SZ")
        for interval, keep in {
            text: lambda start, end, middle=middle: start <= middle <= end,
            f"../{text}": lambda start, end, middle=middle: start <= middle,
            f"{text}/..": lambda start, end, middle=middle: end >= middle,
            f"{first}/{text}": lambda start, end, middle=middle: start <= middle,
            f"/{text}": lambda start, end, middle=middle: start <= middle,
        }.items():
            found = {feature["id"] for feature in _all(site, f"{address}?datetime={interval}")}
            assert found == {fid for fid, span in spans.items() if span is None or keep(*span)}, interval


def test_the_suites_own_instants_and_intervals_are_read(site):
    """It cuts the extent in quarters, with as many digits as come, and gives one interval by its duration in days."""
    for collection in site.feature_collections:
        if "temporal" not in collection["extent"]:
            continue
        address = rels(collection, "items", GEOJSON)[0]
        first, last = (datetime.fromisoformat(end) for end in collection["extent"]["temporal"]["interval"][0])
        begin, end = first + (last - first) / 4, first + (last - first) / 2
        for asked in (
            f"{first:%Y-%m-%dT%H:%M:%SZ}", f"{begin:%Y-%m-%dT%H:%M:%S.%f}000Z/{end:%Y-%m-%dT%H:%M:%S.%f}Z",
            f"{begin:%Y-%m-%d}/P2D",
        ):  # fmt: skip
            assert site.json(f"{address}?datetime={asked}")["type"] == "FeatureCollection", asked
        days = f"{begin:%Y-%m-%d}/{begin + timedelta(days=2):%Y-%m-%d}"
        same = [{f["id"] for f in _all(site, f"{address}?datetime={asked}")} for asked in (days, f"{days[:10]}/P2D")]
        assert same[0] == same[1]


@pytest.mark.parametrize(
    "query",
    ["limit=0", "limit=x", "limit=-1", "bbox=1,2,3", "bbox=1,2,3,x", "bbox=", "datetime=x", "datetime=2020-13-01",
     "datetime=2021-01-01/2020-01-01", "unknownQueryParameter=1", "crs=http://www.opengis.net/def/crs/OGC/1.3/unknown",
     "bbox=1,2,3,4&bbox-crs=http://www.opengis.net/def/crs/0/unknown", "f=nothing"],
)  # fmt: skip
def test_what_is_wrong_or_unknown_is_400_with_a_problem(site, query):
    for address in items_of(site):
        response = site.get(f"{address}?{query}")
        assert response.status_code == 400, query
        assert response.headers["content-type"] == "application/problem+json"
        assert response.json()["parameter"] == query.partition("=")[0] or "bbox-crs" in query


def test_a_feature_by_id_is_the_one_of_the_page(site):
    for collection in site.feature_collections:
        address = rels(collection, "items", GEOJSON)[0]
        feature = site.json(f"{address}?limit=2")["features"][-1]
        response = site.get(f"{address}/{feature['id']}", headers={"Accept": GEOJSON})
        alone = response.json()
        assert response.headers["content-type"] == GEOJSON
        assert response.headers["content-crs"] == f"<{CRS84}>"
        assert {key: alone[key] for key in ("type", "id", "geometry", "properties")} == feature
        assert rels(alone, "self", GEOJSON)
        assert rels(alone, "alternate", "text/html")
        assert rels(alone, "collection")
        assert site.get(f"{address}/no-such-feature").status_code == 404


def test_every_crs_is_a_known_uri_the_default_first_and_the_storage_one_among_them(site):
    for collection in site.feature_collections:
        assert collection["crs"][0] == CRS84
        assert all(CRS_URI.fullmatch(uri) for uri in collection["crs"])
        assert collection["storageCrs"] in collection["crs"]


def test_every_crs_is_answered_named_and_transformed(site):
    for collection in site.feature_collections:
        address = rels(collection, "items", GEOJSON)[0]
        plain = site.json(f"{address}?limit=10")["features"]
        for uri in collection["crs"]:
            response = site.get(f"{address}?limit=10&crs={uri}", headers={"Accept": GEOJSON})
            assert response.headers["content-crs"] == f"<{uri}>"
            transform, swap, tolerance = oracle(uri)
            for feature, moved in zip(plain, response.json()["features"], strict=True):
                x, y = shapely.get_coordinates(shapely.from_geojson(_text(feature["geometry"]))).T
                got = shapely.get_coordinates(shapely.from_geojson(_text(moved["geometry"])))
                got = got[:, ::-1] if swap else got
                for axis, wanted in enumerate(transform(x, y)):
                    assert abs(got[:, axis] - wanted).max() < tolerance, (uri, feature["id"])
            alone = site.get(f"{address}/{plain[0]['id']}?crs={uri}")
            assert alone.headers["content-crs"] == f"<{uri}>"
        assert site.get(f"{address}/{plain[0]['id']}?crs={CRS84}x").status_code == 400


def test_a_box_in_every_crs_selects_the_same(site):
    for collection in site.feature_collections:
        address = rels(collection, "items", GEOJSON)[0]
        plain = {feature["id"] for feature in _all(site, f"{address}?bbox=-21.3,-19.4,41.7,51.2")}
        for uri in collection["crs"]:
            transform, swap, _ = oracle(uri)
            (west, east), (south, north) = transform([-21.3, 41.7], [-19.4, 51.2])
            box = (south, west, north, east) if swap else (west, south, east, north)
            text = ",".join(f"{value:.9f}" for value in box)
            assert {f["id"] for f in _all(site, f"{address}?bbox={text}&bbox-crs={uri}")} == plain, uri


def test_the_extent_as_a_box_in_every_crs_begins_with_the_same_features(site):
    """The suite sends the extent's corners, transformed and cut to seven decimals, and compares first pages."""
    for collection in site.feature_collections:
        address = rels(collection, "items", GEOJSON)[0]
        west, south, east, north = collection["extent"]["spatial"]["bbox"][0]
        if collection["id"].startswith("cite-"):  # around 0°, 0°: China's plane systems say nothing of that place
            continue
        plain = site.json(f"{address}?bbox={west:.7f},{south:.7f},{east:.7f},{north:.7f}")["features"]
        for uri in collection["crs"]:
            transform, swap, _ = oracle(uri)
            (west_to, east_to), (south_to, north_to) = transform([west, east], [south, north])
            box = (south_to, west_to, north_to, east_to) if swap else (west_to, south_to, east_to, north_to)
            text = ",".join(f"{value:.7f}" for value in box)
            page = site.json(f"{address}?bbox={text}&bbox-crs={uri}")["features"]
            assert page
            assert {feature["id"] for feature in page} <= {feature["id"] for feature in plain}, uri


def oracle(uri: str):
    """PROJ's own transform from longitude, latitude to a CRS, whether north comes first, how near we must be."""
    crs = pyproj.CRS.from_user_input(uri)
    # WGS 84 and CGCS2000 are one here; PROJ would ask for a grid it does not have.
    transform = pyproj.Transformer.from_crs(crs.geodetic_crs, crs, always_xy=True).transform
    swap = uri != CRS84 and crs.axis_info[0].direction == "north"
    return transform, swap, 1e-7 if crs.is_geographic else 1e-3


def _all(site: Site, address: str):
    glue = "&" if "?" in address else "?"
    found, following = [], f"{address}{glue}limit=10000"
    while following:
        page = site.json(following)
        found += page["features"]
        following = next(iter(rels(page, "next", GEOJSON)), None)
    return found


def _text(geometry):
    return json.dumps(geometry)
