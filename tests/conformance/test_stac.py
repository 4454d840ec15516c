"""What stac-api-validator asks of times, and an item found by its own."""

from urllib.parse import quote

import pytest


@pytest.mark.parametrize(
    "time",
    ["1985-04-12", "1937-01-01T12:00:27.87+0100", "37-01-01T12:00:27.87Z", "1985-12-12T23:20:50.52",
     "21985-12-12T23:20:50.52Z", "1985-13-12T23:20:50.52Z", "1985-12-32T23:20:50.52Z", "1985-12-01T25:20:50.52Z",
     "1985-12-01T00:60:50.52Z",
     "1985-12-01T00:06:61.52Z", "1985-04-12T23:20:50.Z", "1985-04-12T23:20:50,Z",
     "1986-04-12T23:20:50.52Z/1985-04-12T23:20:50.52Z",
     "1990-12-31T23:59:61Z", "1985-04-12T23:20:50,52Z", "../..", "/", "a/b/c"],
)  # fmt: skip
def test_a_time_that_is_none_is_refused(site, time):
    for answer in (
        site.get(f"/stac/search?datetime={quote(time)}"),
        site.client.post(f"{site.base}/stac/search", json={"datetime": time}),
    ):
        assert answer.status_code == 400, time
        assert answer.json()["parameter"] == "datetime"


@pytest.mark.parametrize(
    "time",
    ["1985-04-12T23:20:50.52Z", "1996-12-19T16:39:57-00:00", "1996-12-19T16:39:57+00:00", "1996-12-19T16:39:57-08:00",
     "../1985-04-12T23:20:50.52Z", "1985-04-12T23:20:50.52Z/..", "/1985-04-12T23:20:50Z", "1985-04-12T23:20:50Z/",
     "1985-04-12t23:20:50.000z", "1937-01-01T12:00:27.8710+01:00/2037-01-01T00:00:00Z"],
)  # fmt: skip
def test_a_time_of_rfc_3339_is_understood(site, time):
    assert site.get(f"/stac/search?datetime={quote(time)}").status_code == 200


def test_an_item_is_found_by_its_own_time_box_and_id(site):
    (item,) = site.json("/stac/collections/picture/items")["features"]
    for query in (
        f"datetime={item['properties']['datetime']}",
        f"ids={item['id']}&collections=picture",
        "bbox=10,10,20,20&collections=picture",
    ):
        found = site.json(f"/stac/search?{query}")["features"]
        assert item["id"] in [one["id"] for one in found if one["collection"] == "picture"], query


BOTH = {"picture", "relief"}


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("collection = 'picture'", {"picture"}), ("collection IN ('picture', 'relief') AND gsd > 0", BOTH),
        ("gsd < 0", set()), ("id LIKE '%' AND NOT collection = 'picture'", {"relief"}),
        ("S_INTERSECTS(geometry, POINT(10 10))", BOTH), ("eo:cloud_cover > 50 OR eo:cloud_cover < 10", set()),
        ("eo:cloud_cover IS NULL", BOTH),
        ("T_AFTER(datetime, TIMESTAMP('2001-01-01T00:00:00Z')) AND \"geoservice:crs\" LIKE 'EPSG%'", BOTH),
    ],
)  # fmt: skip
def test_a_filter_says_which_sheets(site, asked, found):
    tree = {"op": "=", "args": [{"property": "collection"}, "picture"]}
    for answer in (
        site.get("/stac/search", params={"filter": asked}),
        site.client.post(f"{site.base}/stac/search", json={"filter": asked, "filter-lang": "cql2-text"}),
    ):
        assert answer.status_code == 200, answer.text
        assert {item["collection"] for item in answer.json()["features"]} == found
        assert answer.json()["numberMatched"] == len(answer.json()["features"])
    both = site.client.post(f"{site.base}/stac/search", json={"filter": tree}).json()["features"]
    assert {item["collection"] for item in both} == {"picture"}


@pytest.mark.parametrize(
    ("wrong", "parameter"),
    [
        ({"filter": "nothing = 1"}, "filter"), ({"filter": "("}, "filter"), ({"sortby": "nothing"}, "sortby"),
        ({"filter-lang": "sql", "filter": "true"}, "filter-lang"), ({"filter-crs": "EPSG:4490"}, "filter-crs"),
        ({"query": "{}"}, "query"),
    ],
)  # fmt: skip
def test_what_a_search_cannot_mean_is_refused_with_its_parameter(site, wrong, parameter):
    answer = site.get("/stac/search", params=wrong)
    assert (answer.status_code, answer.json()["parameter"]) == (400, parameter)
    answer = site.client.post(f"{site.base}/stac/search", json=wrong)
    assert (answer.status_code, answer.json()["parameter"]) == (400, parameter)


@pytest.mark.parametrize("fields", ["id", {"include": "id"}, {"exclude": [1]}, ["id"], {"includes": ["id"]}])
def test_fields_of_a_body_are_two_lists_of_names(site, fields):
    answer = site.client.post(f"{site.base}/stac/search", json={"fields": fields})
    assert answer.status_code == (200 if fields == "id" else 400)


ITEM = {"type", "stac_version", "id", "collection", "geometry", "bbox", "links", "assets", "properties"}


@pytest.mark.parametrize(
    ("asked", "body", "members", "properties"),
    [
        ("", {}, ITEM, {"datetime"}),
        ("id,gsd", {"include": ["id", "properties.gsd"]}, ITEM, {"datetime", "gsd"}),
        ("-links,-bbox", {"exclude": ["links", "bbox"], "include": None}, ITEM - {"links", "bbox"}, {"datetime"}),
        (
            "+properties,-properties.datetime,-gsd,nothing.here",
            {"include": ["properties", "nothing.here"], "exclude": ["properties.datetime", "gsd"]},
            ITEM,
            {"created", "title", "geoservice:captured", "geoservice:crs", "geoservice:accuracy_m", "geoservice:order",
             "geoservice:largest_scale", "geoservice:height_system",
             "proj:epsg", "proj:bbox", "proj:shape", "proj:transform"},
        ),
        ("-properties", {"exclude": ["properties"]}, ITEM - {"properties"}, None),
    ],
)  # fmt: skip
def test_items_have_the_members_that_are_asked_for(site, asked, body, members, properties):
    whole = site.json("/stac/search?collections=picture")["features"][0]
    for answer in (
        site.get("/stac/search", params={"fields": asked, "collections": "picture"}),
        site.get("/stac/collections/picture/items", params={"fields": asked}),
        site.client.post(f"{site.base}/stac/search", json={"fields": body, "collections": ["picture"]}),
    ):
        (item,) = answer.json()["features"]
        assert set(item) == members
        assert (set(item["properties"]) if "properties" in item else None) == properties
        assert {name: item[name] for name in members - {"properties"}} == {
            name: whole[name] for name in members - {"properties"}
        }


def test_a_page_shows_all_of_an_item_whatever_members_a_program_would_get(site):
    page = site.get("/stac/search?fields=-properties,-assets,-bbox&f=html")
    assert page.status_code == 200
    assert "GeoTIFF" in page.text


def test_what_lies_in_an_asset_is_asked_for_by_its_path(site):
    (item,) = site.json("/stac/search?collections=picture&fields=-assets.data.title,-assets.data.roles")["features"]
    assert set(item["assets"]["data"]) == {"href", "type"}


def test_sheets_come_in_the_order_asked_for_and_queryables_name_what_may_be_asked(site):
    for by, first in (("+collection", "picture"), ("-collection", "relief"), ("-properties.gsd,collection", "picture")):
        items = site.get("/stac/search", params={"sortby": by}).json()["features"]
        assert items[0]["collection"] == first
        assert len(items) == 2
    described = site.json("/stac/queryables")
    assert described["$schema"].endswith("2019-09/schema")
    assert {"id", "collection", "datetime", "gsd", "geometry"} <= set(described["properties"])
    (link,) = [one for one in site.json("/stac")["links"] if one["rel"].endswith("/queryables")]
    assert site.get(link["href"]).json() == described
    assert site.json("/stac/collections/picture/queryables")["properties"] == described["properties"]


def test_a_box_over_the_antimeridian_finds_what_lies_on_either_side(site):
    assert site.json("/stac/search?bbox=170,-10,-170,10")["numberMatched"] == 2


def test_a_collections_licence_is_spdxs_name_or_stacs_word_for_others(site):
    collection = site.json("/stac/collections/picture")
    assert collection["license"] == "CC0-1.0"
    assert collection["geoservice:licence"] == "CC0-1.0"
    assert [link["href"] for link in collection["links"] if link["rel"] == "license"]


def test_one_name_may_stand_for_a_list_of_names(site):
    answer = site.client.post(f"{site.base}/stac/search", json={"collections": "picture"})
    assert [item["collection"] for item in answer.json()["features"]] == ["picture"]
