import itertools
import json

import numpy as np
import pyproj
import pytest

from geoservice.api.feature.items import STREAM_FROM
from layers.crs.names import CRS84, crs_uri, parse_crs
from layers.crs.operations import find_transform
from layers.layer import Column
from layers.tables import Statement, quote, run
from tests.feature_layers import buildings, make_layer
from tests.geoservice.api_app import api_client

MANY = 1200


@pytest.fixture(scope="module")
def client(database, tmp_path_factory):
    with database.session() as session:
        make_layer(session, "buildings", buildings())
        grid = [(f"n{i}", f"POINT({115 + (i % 40) / 100} {34 + (i // 40) / 100})") for i in range(MANY)]
        make_layer(session, "many", grid, [Column("name", "name", "text")])
        strange = [Column(name, name, "text") for name in ('say "hi"', "it's", "title", "rel", "数量", "n", "a{0}b")]
        make_layer(session, "strange", [("1", "2", "3", "4", "5", "6", "7", "POINT(115 34)")], strange)
        make_layer(session, "empty", [], [Column("name", "name", "text")], geometry_type="Polygon")
        shapes = [("a", "POLYGON((115 34, 115.2 34, 115.2 34.2, 115 34))")]
        make_layer(session, "shapes", shapes, [Column("name", "name", "text")], geometry_type="Geometry")
        make_layer(session, "heights", [("a", "POINT Z(115.5 34.5 7)")], [Column("name", "name", "text")])
        for rows in ([("old1", "POINT(115 34)"), ("old2", "POINT(115 35)")], [("new1", "POINT(115 34)")]):
            make_layer(session, "renewed", rows, [Column("name", "name", "text")])
        make_layer(session, "secret", buildings(), public=False, department="land")
        session.commit()
    with api_client(database, tmp_path_factory.mktemp("data")) as client:
        yield client


def ids(response):
    assert response.status_code == 200, response.text
    return [feature["id"] for feature in response.json()["features"]]


def items(client, query="", layer="buildings"):
    return client.get(f"/collections/{layer}/items{query}")


def linked(response, rel):
    return [link["href"] for link in response.json()["links"] if link["rel"] == rel]


# -- a page --------------------------------------------------------------------------------------------------------


def test_a_page_holds_ten_features_unless_asked_otherwise(client):
    response = items(client)
    assert response.headers["content-type"] == "application/geo+json"
    assert ids(response) == list(range(1, 11))
    document = response.json()
    assert (document["numberReturned"], document["numberMatched"]) == (10, 12)
    assert len(document["timeStamp"]) == 20


def test_a_feature_holds_every_value_in_its_type(client):
    feature = items(client).json()["features"][0]
    assert feature == {
        "type": "Feature",
        "id": 1,
        "geometry": {"type": "Point", "coordinates": [115.1, 34.05]},
        "properties": {
            "name": "楼1",
            "code": "411401",
            "floors": 1,
            "area": 10.5,
            "listed": False,
            "built": "2001-01-15",
            "seen": "2020-01-01T00:00:00+00:00",
            "tags": ["a"],
        },
    }


def test_nulls_are_nulls_and_quotes_survive(client):
    features = {f["id"]: f for f in items(client, "?limit=100").json()["features"]}
    assert features[11]["geometry"] is None
    assert features[5]["properties"]["code"] is None
    assert features[7]["properties"]["listed"] is None
    assert features[9]["properties"]["built"] is None
    assert features[3]["properties"]["name"] == 'O\'Brien "3" Café'
    assert features[3]["properties"]["tags"] is None


def test_names_of_any_sort_survive(client):
    properties = items(client, layer="strange").json()["features"][0]["properties"]
    assert properties == {'say "hi"': "1", "it's": "2", "title": "3", "rel": "4", "数量": "5", "n": "6", "a{0}b": "7"}
    assert ids(items(client, "?title=3&rel=4&n=6", "strange")) == [1]


def test_an_empty_layer_is_an_empty_page(client):
    document = items(client, layer="empty").json()
    assert document["features"] == []
    assert (document["numberReturned"], document["numberMatched"]) == (0, 0)


# -- paging --------------------------------------------------------------------------------------------------------


def follow(client, response):
    pages = [response]
    while found := linked(pages[-1], "next"):
        pages.append(client.get(found[0]))
    return list(itertools.chain.from_iterable(ids(page) for page in pages))


@pytest.mark.parametrize("limit", [1, 5, 12, 100])
def test_next_links_visit_every_feature_once(client, limit):
    assert follow(client, items(client, f"?limit={limit}")) == list(range(1, 13))


def test_the_last_page_has_no_next_link(client):
    assert linked(items(client, "?limit=12"), "next") == []
    assert linked(items(client, "?limit=11"), "next") != []


@pytest.mark.parametrize("order", ["name", "-name", "code,-floors", "-code", "built", "-seen", "listed,-area", "-id"])
def test_sorted_pages_visit_every_feature_once_in_order(client, order):
    whole = ids(items(client, f"?limit=100&sortby={order}"))
    assert follow(client, items(client, f"?limit=3&sortby={order}")) == whole
    assert sorted(whole) == list(range(1, 13))


@pytest.mark.parametrize("order", ["id", "-name", "code,-floors", "-code", "built", "-seen", "listed,-area", "-listed"])
@pytest.mark.parametrize("limit", [1, 3, 5, 12])
def test_prev_links_lead_back_through_the_pages_in_the_same_order(client, order, limit):
    whole = ids(items(client, f"?limit=100&sortby={order}"))
    last = items(client, f"?limit={limit}&sortby={order}")
    assert linked(last, "prev") == []
    while found := linked(last, "next"):
        last = client.get(found[0])
    pages = [last]
    while found := linked(pages[-1], "prev"):
        pages.append(client.get(found[0]))
        assert ids(client.get(linked(pages[-1], "next")[0]))[: len(ids(pages[-2]))] == ids(pages[-2])
    assert list(itertools.chain.from_iterable(ids(page) for page in reversed(pages))) == whole
    assert all("numberMatched" in page.json() for page in pages)


def test_prev_links_keep_what_was_asked_and_lead_from_an_offset_and_from_a_streamed_page(client):
    page = items(client, "?limit=2&offset=4&filter=id<>4&q=楼")
    back = client.get(linked(page, "prev")[0])
    known = ids(items(client, "?limit=100&filter=id<>4&q=楼"))
    assert ids(back) == known[2:4]
    assert "numberMatched" not in back.json()
    large = items(client, f"?limit={STREAM_FROM + 1}&after={STREAM_FROM + 300}", "many")
    back = client.get(linked(large, "prev")[0])
    assert ids(back) == list(range(300, STREAM_FROM + 301))
    assert ids(client.get(linked(back, "prev")[0])) == list(range(49, 300))
    assert linked(client.get(linked(client.get(linked(back, "prev")[0]), "prev")[0]), "prev") == []


def test_a_page_lies_on_one_side_of_a_mark(client):
    for query in ("?before=5&after=2", "?before=5&offset=2", "?before=x", "?sortby=name&before=3"):
        assert items(client, query).json()["parameter"] == "before", query


def test_sorting_puts_nulls_last_and_ties_by_id(client):
    assert ids(items(client, "?limit=100&sortby=code"))[-1] == 5
    assert ids(items(client, "?limit=100&sortby=-code"))[-1] == 5
    assert ids(items(client, "?limit=100&sortby=-listed"))[:6] == [2, 4, 6, 8, 10, 12]


def test_a_page_mark_holds_when_the_limit_changes_and_keys_repeat(client):
    following = linked(items(client, "?limit=2"), "next")[0]
    assert ids(client.get(following + "&limit=10000")) == list(range(3, 13))


def test_a_mark_of_another_order_or_none_at_all_is_refused(client):
    for query in ("?after=abc!", "?after=-1", "?sortby=name&after=3", "?after=WyJ4Iiwx", "?sortby=name&after=W3t9LDFd"):
        assert items(client, query).json()["parameter"] == "after", query


def test_an_offset_passes_features_over(client):
    assert ids(items(client, "?offset=10")) == [11, 12]


def test_a_large_page_streams_the_same_features(client):
    response = items(client, f"?limit={STREAM_FROM + 700}", "many")
    assert ids(response) == list(range(1, STREAM_FROM + 701))
    assert response.json()["numberReturned"] == STREAM_FROM + 700
    assert follow(client, response) == list(range(1, MANY + 1))
    assert linked(items(client, f"?limit={MANY}", "many"), "next") == []


def test_a_limit_beyond_the_maximum_is_the_maximum(client):
    assert ids(items(client, "?limit=99999999", "many")) == list(range(1, MANY + 1))


# -- conditions ----------------------------------------------------------------------------------------------------


def test_a_box_selects_what_meets_it_and_what_has_no_geometry(client):
    assert ids(items(client, "?bbox=115.05,34,115.25,35")) == [1, 2, 11]
    assert ids(items(client, "?bbox=115.05,34,-100,115.25,35,9000")) == [1, 2, 11]


def test_a_box_tests_the_geometry_not_its_envelope(client):
    assert ids(items(client, "?bbox=115.15,34.1,115.3,34.3", "shapes")) == [1]
    assert ids(items(client, "?bbox=115.01,34.15,115.02,34.18", "shapes")) == []  # inside the envelope only


@pytest.mark.parametrize(
    ("box", "found"),
    [
        ("177,65,-177,70", [11]),
        ("-180,-90,180,90", list(range(1, 13))),
        ("100,85,110,90", [11]),
        ("115,-90,-170,90", list(range(1, 13))),
    ],
)
def test_boxes_across_the_antimeridian_at_the_pole_and_around_the_world(client, box, found):
    assert ids(items(client, f"?bbox={box}&limit=50")) == found


def test_a_box_follows_the_axis_order_of_its_crs(client):
    for srid in (4326, 4490):
        assert ids(items(client, f"?bbox=34,115.05,35,115.25&bbox-crs={crs_uri(srid)}")) == [1, 2, 11]
    east, north = find_transform(parse_crs(4490), parse_crs(4509)).points([115.05, 115.25], [34.0, 34.12])
    box = f"{min(north)},{min(east)},{max(north)},{max(east)}"
    assert ids(items(client, f"?bbox={box}&bbox-crs={crs_uri(4509)}")) == [1, 2, 11]
    x, y = find_transform(parse_crs(4490), parse_crs(3857)).points([115.05, 115.25], [34.0, 35.0])
    assert ids(items(client, f"?bbox={x[0]},{y[0]},{x[1]},{y[1]}&bbox-crs={crs_uri(3857)}")) == [1, 2, 11]


@pytest.mark.parametrize(
    ("when", "found"),
    [
        ("2003-01-15", [3, 9]),
        ("2003-01-15T12:00:00Z", [3, 9]),
        ("../2002-12-31", [1, 2, 9]),
        ("/2002-12-31", [1, 2, 9]),
        ("2011-01-01/..", [9, 11, 12]),
        ("2003-01-01/2004-12-31", [3, 4, 9]),
        ("../..", list(range(1, 13))),
    ],
)
def test_datetime_selects_by_the_first_time_and_lets_the_timeless_through(client, when, found):
    assert ids(items(client, f"?datetime={when}&limit=20")) == found


def test_datetime_lets_all_of_a_timeless_layer_through(client):
    assert len(ids(items(client, "?datetime=2000-01-01&limit=5", "many"))) == 5


def test_a_property_given_as_a_parameter_must_be_equal(client):
    assert ids(items(client, "?floors=3")) == [3]
    assert ids(items(client, "?name=楼4&listed=true")) == [4]
    assert ids(items(client, "?built=2002-01-15")) == [2]
    assert ids(items(client, "?area=10.5")) == [1]


def test_cql2_selects_in_both_languages(client):
    assert ids(client.get("/collections/buildings/items", params={"filter": "floors > 10 AND name LIKE '楼%'"})) == [11]
    tree = json.dumps({"op": "=", "args": [{"property": "floors"}, 7]})
    asked = {"filter": tree, "filter-lang": "cql2-json"}
    assert ids(client.get("/collections/buildings/items", params=asked)) == [7]
    asked = {"filter": "S_INTERSECTS(geometry, BBOX(34, 115.05, 35, 115.25))", "filter-crs": crs_uri(4490)}
    assert ids(client.get("/collections/buildings/items", params=asked)) == [1, 2]


def test_words_select_by_text(client):
    assert ids(client.get("/collections/buildings/items", params={"q": "o'brien 411403"})) == [3]
    assert ids(items(client, "?q=楼1")) == [1, 10, 11]
    assert ids(items(client, "?q=%25")) == []


def test_conditions_join_with_and(client):
    assert ids(items(client, "?bbox=115,34,116,35&datetime=2002-01-01/..&floors=4&filter=listed")) == [4]


def test_number_matched_is_exact_or_absent(client):
    assert items(client, "?bbox=115.05,34,115.25,35").json()["numberMatched"] == 3
    assert "numberMatched" not in items(client, "?bbox=-180,-90,180,90&limit=2").json()
    assert "numberMatched" not in items(client, "?filter=floors>2&after=5").json()


# -- shape ---------------------------------------------------------------------------------------------------------


def test_properties_and_geometry_can_be_left_out(client):
    feature = items(client, "?properties=name,floors&skipGeometry=true&limit=1").json()["features"][0]
    assert feature["properties"] == {"name": "楼1", "floors": 1}
    assert feature["geometry"] is None
    assert items(client, "?properties=&limit=1").json()["features"][0]["properties"] == {}
    asked = items(client, "?properties=name&sortby=-floors&limit=1&filter=code IS NOT NULL").json()["features"][0]
    assert asked["properties"] == {"name": 'O\'Brien "12" Café'}


def test_zoom_level_simplifies(client):
    shape = items(client, "?zoom-level=0&limit=1", "shapes").json()["features"][0]["geometry"]
    assert len(shape["coordinates"][0]) <= 5
    assert items(client, "?zoom-level=22&limit=1", "shapes").json()["features"][0]["geometry"]["coordinates"][0][1] == [
        115.2,
        34,
    ]


def test_every_offered_crs_answers_in_its_authoritys_axis_order_like_sql(client, database):
    collection = client.get("/collections/buildings").json()
    with database.session() as session:
        layer = client.app.state.catalogue.layers["buildings"]
        for uri in collection["crs"]:
            response = items(client, f"?crs={uri}&limit=1")
            assert response.headers["content-crs"] == f"<{uri}>"
            given = response.json()["features"][0]["geometry"]["coordinates"]
            if uri == CRS84:
                assert given == pytest.approx([115.1, 34.05], abs=1e-9)
                continue
            srid = int(uri.rsplit("/", 1)[1])
            sql = Statement(
                f"SELECT ST_X(g), ST_Y(g) FROM (SELECT ST_Transform(geom, {srid}) g FROM {quote(layer.version.table)} "
                "WHERE fid = 1) t"
            )
            x, y = run(session, sql)[0]
            north_first = srid not in (3857,)
            assert given == pytest.approx([y, x] if north_first else [x, y], abs=1e-4 if abs(x) > 360 else 1e-7), uri
    assert collection["crs"][0] == CRS84
    assert {crs_uri(s) for s in (4490, 4326, 3857, 4509, 4526, 4527, 4547, 4548)} <= set(collection["crs"])


def test_heights_are_kept_in_every_axis_order(client):
    assert items(client, f"/1?crs={crs_uri(4490)}", "heights").json()["geometry"]["coordinates"] == [34.5, 115.5, 7]


# -- one feature ---------------------------------------------------------------------------------------------------


def test_one_feature_has_links_and_its_crs(client):
    response = items(client, "/4")
    assert response.headers["content-crs"] == f"<{CRS84}>"
    assert response.json()["properties"]["floors"] == 4
    assert {link["rel"] for link in response.json()["links"]} == {"self", "alternate", "collection"}


@pytest.mark.parametrize("fid", ["999", "0", "-1", "abc", "1.0", "９", "99999999999999999999", "1%00"])
def test_a_feature_that_is_not_there_is_404(client, fid):
    assert items(client, f"/{fid}").status_code == 404


# -- versions ------------------------------------------------------------------------------------------------------


def test_an_older_version_can_be_asked_for_and_pages_within_itself(client):
    old = items(client, "?version=1&limit=1", "renewed")
    assert [f["properties"]["name"] for f in old.json()["features"]] == ["old1"]
    following = client.get(linked(old, "next")[0])
    assert [f["properties"]["name"] for f in following.json()["features"]] == ["old2"]
    assert old.json()["numberMatched"] == 2
    assert [f["properties"]["name"] for f in items(client, "", "renewed").json()["features"]] == ["new1"]
    assert items(client, "/2?version=1", "renewed").json()["properties"]["name"] == "old2"
    assert items(client, "/2", "renewed").status_code == 404


def test_a_version_that_never_was_is_404_and_no_number_is_400(client):
    assert items(client, "?version=9", "renewed").status_code == 404
    assert items(client, "?version=first", "renewed").json()["parameter"] == "version"
    assert items(client, "?version=0", "renewed").json()["parameter"] == "version"


# -- what is refused -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("?nosuch=1", "nosuch"),
        ("?limit=0", "limit"),
        ("?limit=x", "limit"),
        ("?limit=-5", "limit"),
        ("?limit=1.5", "limit"),
        ("?limit=٣", "limit"),
        ("?limit=", "limit"),
        ("?bbox=1,2,3", "bbox"),
        ("?bbox=1,2,3,4,5", "bbox"),
        ("?bbox=a,b,c,d", "bbox"),
        ("?bbox=nan,1,2,3", "bbox"),
        ("?bbox=-inf,1,inf,3", "bbox"),
        ("?bbox=1e999,1,2,3", "bbox"),
        ("?bbox=34,115,35,116", "bbox"),
        ("?bbox=1,5,2,3", "bbox"),
        ("?bbox=500000,3700000,600000,3800000", "bbox"),
        ("?bbox=1,2,3,4&bbox-crs=http://www.opengis.net/def/crs/EPSG/0/9999", "bbox-crs"),
        ("?crs=EPSG:21413", "crs"),
        ("?crs=nonsense", "crs"),
        ("?filter-crs=nonsense", "filter-crs"),
        ("?datetime=yesterday", "datetime"),
        ("?datetime=2020-13-01", "datetime"),
        ("?datetime=2020-01-02/2020-01-01", "datetime"),
        ("?datetime=..", "datetime"),
        ("?datetime=2020-01-01/2020-01-02/2020-01-03", "datetime"),
        ("?filter=floors >", "filter"),
        ("?filter=nosuch = 1", "filter"),
        ("?filter=" + "(" * 3000, "filter"),
        ("?filter=name LIKE 'a%5C'", "filter"),
        ("?filter=floors ^ 99999 > 1", "filter"),
        ("?filter=true&filter-lang=sql", "filter-lang"),
        ("?properties=nosuch", "properties"),
        ("?sortby=nosuch", "sortby"),
        ("?sortby=tags", "sortby"),
        ("?sortby=geometry", "sortby"),
        ("?floors=three", "floors"),
        ("?listed=maybe", "listed"),
        ("?built=soon", "built"),
        ("?name=%00", "name"),
        ("?floors=1e999", "floors"),
        ("?q=%00", "q"),
        ("?skipGeometry=perhaps", "skipGeometry"),
        ("?zoom-level=-1", "zoom-level"),
        ("?offset=-1", "offset"),
        ("?f=exe", "f"),
    ],
)
def test_a_bad_parameter_is_400_and_named(client, query, parameter):
    response = items(client, query)
    assert response.status_code == 400, response.text
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["parameter"] == parameter
    assert response.json()["status"] == 400


def test_layers_that_are_not_there_or_not_visible_are_404_alike(client):
    for name in ("nosuch", "secret"):
        for rest in ("", "/items", "/items/1", "/schema", "/queryables"):
            response = client.get(f"/collections/{name}{rest}")
            assert response.status_code == 404
            assert response.json()["type"] == "/problems/layer-not-found"
    assert "secret" not in client.get("/collections").text
    assert "secret" not in client.get("/api").text


# -- HTTP ----------------------------------------------------------------------------------------------------------


def test_an_unchanged_page_is_304(client):
    first = items(client, "?limit=3")
    again = client.get("/collections/buildings/items?limit=3", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    other = client.get("/collections/buildings/items?limit=4", headers={"If-None-Match": first.headers["etag"]})
    assert other.status_code == 200


def test_head_has_the_headers_and_no_body(client):
    response = client.head("/collections/buildings/items")
    assert (response.status_code, response.content) == (200, b"")
    assert response.headers["content-type"] == "application/geo+json"
    assert response.headers["content-crs"] == f"<{CRS84}>"


def test_a_slash_at_the_end_changes_nothing(client):
    assert ids(items(client, "/")) == ids(items(client))


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        (None, "application/geo+json"),
        ("*/*", "application/geo+json"),
        ("application/json", "application/geo+json"),
        ("application/geo+json, application/json", "application/geo+json"),
        ("text/html,application/xhtml+xml,*/*;q=0.8", "text/html; charset=utf-8"),
    ],
)
def test_accept_chooses_the_representation(client, accept, media_type):
    headers = {"Accept": accept} if accept else {}
    assert client.get("/collections/buildings/items", headers=headers).headers["content-type"] == media_type


def test_f_beats_accept_and_what_nobody_offers_is_406(client):
    page = client.get("/collections/buildings/items?f=json", headers={"Accept": "text/html"})
    assert page.headers["content-type"] == "application/geo+json"
    refused = client.get("/collections/buildings/items", headers={"Accept": "image/png"})
    assert (refused.status_code, refused.headers["content-type"]) == (406, "application/problem+json")


def test_links_are_absolute_and_every_one_has_rel_and_type(client):
    for link in items(client).json()["links"]:
        assert link["href"].startswith("http://city.example/collections/buildings")
        assert link["rel"]
        assert link["type"]
    types = {(link["rel"], link["type"]) for link in items(client).json()["links"]}
    assert ("self", "application/geo+json") in types
    assert ("next", "application/geo+json") in types
    assert ("alternate", "text/html") in types


@pytest.mark.parametrize("srid", [4326, 4490, 4509, 4526, 4527, 4547, 4548, 3857])
def test_coordinates_are_projs_own_in_the_order_of_the_authority(client, srid):
    """The truth is PROJ's, axes as the authority has them; degrees of WGS 84 and CGCS2000 are the same."""
    own = pyproj.CRS.from_epsg(srid)
    given = client.get("/collections/buildings/items", params={"limit": 5, "crs": crs_uri(srid)})
    assert given.headers["content-crs"] == f"<{crs_uri(srid)}>"
    base = 4326 if srid in (4326, 3857) else 4490
    to_own = pyproj.Transformer.from_crs(pyproj.CRS.from_epsg(base), own)
    for feature in given.json()["features"]:
        i = feature["id"]
        expected = to_own.transform(34 + i / 20, 115 + i / 10)
        far = np.abs(np.array(feature["geometry"]["coordinates"]) - expected).max()
        assert far < (1e-7 if own.is_geographic else 1e-3), (srid, feature, expected)


@pytest.mark.parametrize("srid", [4326, 4490, 4509, 4547, 3857])
def test_a_box_and_a_filter_in_any_system_find_what_they_find_in_crs84(client, srid):
    forward = pyproj.Transformer.from_crs(4326 if srid in (4326, 3857) else 4490, srid)
    low, high = forward.transform(34.12, 115.25), forward.transform(34.28, 115.55)
    found = client.get("/collections/buildings/items", params={"bbox": "115.25,34.12,115.55,34.28", "limit": 100})
    wanted = {feature["id"] for feature in found.json()["features"]}
    box = {"bbox": ",".join(map(str, (*low, *high))), "bbox-crs": crs_uri(srid), "limit": 100}
    assert {f["id"] for f in client.get("/collections/buildings/items", params=box).json()["features"]} == wanted
    text = f"S_INTERSECTS(geometry, BBOX({low[0]!r},{low[1]!r},{high[0]!r},{high[1]!r}))"
    query = {"filter": text, "filter-crs": crs_uri(srid), "limit": 100}
    assert {f["id"] for f in client.get("/collections/buildings/items", params=query).json()["features"]} == wanted - {
        11
    }


def test_a_box_of_a_map_that_goes_on_beyond_the_antimeridian_is_the_box_across_it(client):
    across = "177,-90,-179,90"
    for box in ("177,-90,181,90", "-183,-90,-179,90"):
        assert ids(items(client, f"?limit=100&bbox={box}")) == ids(items(client, f"?limit=100&bbox={across}"))
    everything = ids(items(client, "?limit=100&bbox=-180,-90,180,90"))
    assert ids(items(client, "?limit=100&bbox=-200,-90,200,90")) == everything
    here = ids(items(client, "?limit=100&bbox=115.05,34,115.35,34.2"))
    assert ids(items(client, "?limit=100&bbox=-244.95,34,-244.65,34.2")) == here


@pytest.mark.parametrize(
    "name",
    ["epsg:3857", "3857", "EPSG:900913", "EPSG:102100", "urn:ogc:def:crs:EPSG::3857", "[epsg:3857]",
     "http://www.opengis.net/def/crs/epsg/0/3857/", "http://www.opengis.net/gml/srs/epsg.xml#3857"],
)  # fmt: skip
def test_a_coordinate_system_is_known_by_every_name_clients_give_it(client, name):
    answer = client.get("/collections/buildings/items", params={"limit": 1, "crs": name})
    assert answer.headers["content-crs"] == "<http://www.opengis.net/def/crs/EPSG/0/3857>"
    assert answer.json() | {"timeStamp": "", "links": []} == items(
        client, "?limit=1&crs=http://www.opengis.net/def/crs/EPSG/0/3857"
    ).json() | {"timeStamp": "", "links": []}


@pytest.mark.parametrize("name", ["EPSG:0", "900913x", "epsg.xml#3857", "EPSG:EPSG:3857", "http://x/3857", "٣٨٥٧", ""])
def test_what_names_no_coordinate_system_is_refused(client, name):
    refused = client.get("/collections/buildings/items", params={"crs": name})
    assert (refused.status_code, refused.json()["parameter"]) == (400, "crs")


def test_times_are_read_as_rfc_3339_writes_them(client):
    whole = ids(items(client, "?limit=100&datetime=2020-01-01T00:00:00Z/2020-03-01T00:00:00Z"))
    assert 0 < len(whole) < 12
    for written in (
        "2020-01-01t00:00:00z/2020-03-01t00:00:00z", "2020-01-01T08:00:00%2B08:00/2020-02-29T23:59:60Z",
        "2020-01-01T08:00:00+08:00/2020-03-01T00:00:00.000000000Z",
    ):  # fmt: skip
        assert ids(items(client, f"?limit=100&datetime={written}")) == whole, written
