import html
import re

import pytest

from layers.layer import Column
from tests.feature_layers import buildings, make_layer
from tests.geoservice.api_app import api_client

REL = "http://www.opengis.net/def/rel/ogc/1.0/"


@pytest.fixture(scope="module")
def layers(database):
    with database.session() as session:
        make_layer(session, "buildings", buildings(), licence="CC-BY-4.0", attribution="测绘院")
        span = [Column("valid_from", "from", "date"), Column("valid_to", "to", "date")]
        far = [("west", "POINT(115.123456784 34.123456789)"), ("east", "POINT(115.987654321 34.987654327)")]
        make_layer(session, "fine", far, [Column("name", "name", "text")], title={"zh": "点", "en": "Points"})
        make_layer(session, "leases", [("2001-01-01", None, "POINT(115 34)"), ("1999-05-01", "2005-01-01", None)], span)
        session.commit()
    return database


@pytest.fixture(scope="module")
def client(layers, tmp_path_factory):
    with api_client(layers, tmp_path_factory.mktemp("data")) as client:
        yield client


def test_the_landing_page_links_to_what_clients_look_for(client):
    links = {(link["rel"], link["type"]): link["href"] for link in client.get("/").json()["links"]}
    for rel, media_type in [
        ("self", "application/json"),
        ("service-desc", "application/vnd.oai.openapi+json;version=3.0"),
        ("service-doc", "text/html"),
        ("conformance", "application/json"),
        ("data", "application/json"),
    ]:
        assert links[rel, media_type].startswith("http://city.example/"), rel


def test_every_link_of_the_fixed_documents_leads_somewhere(client):
    for path in ("/", "/collections", "/collections/buildings", "/conformance"):
        for link in client.get(path).json()["links"]:
            if link["type"] != "text/html":
                response = client.get(link["href"])
                assert response.status_code == 200, link
                assert response.headers["content-type"].split(";")[0] in (
                    link["type"].split(";")[0],
                    "application/json",
                ), link


def test_conformance_lists_each_class_once_by_its_exact_uri(client):
    classes = client.get("/conformance").json()["conformsTo"]
    assert len(classes) == len(set(classes))
    assert all("/conf/" in uri for uri in classes)
    assert "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core" in classes
    assert len([uri for uri in classes if "/cql2/1.0/" in uri]) == 14


def test_a_collection_is_the_same_alone_and_in_the_list(client):
    listed = {c["id"]: c for c in client.get("/collections").json()["collections"]}
    assert list(listed) == ["buildings", "fine", "leases"]
    for name, collection in listed.items():
        assert client.get(f"/collections/{name}").json() == collection


def test_a_collection_tells_its_extent_crs_and_links(client):
    collection = client.get("/collections/buildings").json()
    assert collection["extent"]["spatial"]["bbox"] == [[115.1, 34.05, 116.2, 34.6]]
    assert collection["extent"]["temporal"]["interval"] == [["2001-01-15T00:00:00Z", "2012-01-15T00:00:00Z"]]
    assert collection["storageCrs"] in collection["crs"]
    assert collection["storageCrs"] == "http://www.opengis.net/def/crs/EPSG/0/4490"
    assert collection["extent"]["spatial"]["storageCrsBbox"] == [[34.05, 115.1, 34.6, 116.2]]  # latitude first
    assert (collection["license"], collection["attribution"]) == ("CC-BY-4.0", "测绘院")
    types = {(link["rel"], link["type"]) for link in collection["links"]}
    for wanted in [
        ("items", "application/geo+json"),
        ("items", "text/html"),
        ("describedby", "application/schema+json"),
        ("describedBy", "application/schema+json"),
        (f"{REL}schema", "application/schema+json"),
        (f"{REL}queryables", "application/schema+json"),
    ]:
        assert wanted in types


def test_an_extent_sent_back_as_a_box_holds_every_feature(client):
    """It has seven decimals, rounded outwards: OGC's suite, and who else writes that many, cut the rest."""
    box = client.get("/collections/fine").json()["extent"]["spatial"]["bbox"][0]
    assert box == [115.1234567, 34.1234567, 115.9876544, 34.9876544]
    query = {"bbox": ",".join(f"{value:.7f}" for value in box)}
    assert client.get("/collections/fine/items", params=query).json()["numberMatched"] == 2


def test_an_interval_spans_from_the_first_start_and_is_open_while_a_feature_runs_on(client):
    interval = client.get("/collections/leases").json()["extent"]["temporal"]["interval"]
    assert interval == [["1999-05-01T00:00:00Z", None]]
    found = client.get("/collections/leases/items?datetime=2010-01-01").json()["features"]
    assert [feature["id"] for feature in found] == [1]  # open-ended, so it still runs


def test_the_schema_names_types_roles_and_order(client):
    document = client.get("/collections/buildings/schema").json()
    assert document["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert document["$id"] == "http://city.example/collections/buildings/schema"
    properties = document["properties"]
    assert properties["id"]["x-ogc-role"] == "id"
    assert properties["geometry"] == {"x-ogc-role": "primary-geometry", "format": "geometry-point"}
    assert properties["built"]["x-ogc-role"] == "primary-instant"
    assert properties["name"]["title"] == "名称"
    assert properties["floors"]["type"] == "integer"


def test_gdal_gets_json_and_who_asks_gets_schema_json(client):
    path = "/collections/buildings/queryables"
    gdal = client.get(path, headers={"Accept": "application/geo+json, application/json"})
    assert gdal.headers["content-type"] == "application/json"
    asked = client.get(path, headers={"Accept": "application/schema+json"})
    assert asked.headers["content-type"] == "application/schema+json"


def test_sortables_leave_out_what_has_no_order(client):
    properties = client.get("/collections/buildings/sortables").json()["properties"]
    assert "tags" not in properties
    assert "geometry" not in properties
    assert "name" in properties


def test_functions_are_listed(client):
    functions = {f["name"]: f for f in client.get("/functions").json()["functions"]}
    assert functions["area"]["returns"] == ["number"]


def test_html_is_for_people(client):
    for path in ("/collections", "/collections/buildings", "/conformance", "/collections/buildings/items", "/api"):
        response = client.get(path, headers={"Accept": "text/html"})
        assert response.status_code == 200, path
        assert response.headers["content-type"].startswith("text/html")


def test_documents_answer_304(client):
    for path in ("/", "/collections", "/collections/buildings", "/collections/buildings/schema"):
        tag = client.get(path).headers["etag"]
        assert client.get(path, headers={"If-None-Match": tag}).status_code == 304, path


def test_links_follow_a_trusted_proxy_and_no_other(layers, tmp_path_factory):
    headers = {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "gis.city.cn", "X-Forwarded-Prefix": "/geo"}
    with api_client(layers, tmp_path_factory.mktemp("data"), trusted_proxies="*") as client:
        assert client.get("/", headers=headers).json()["links"][0]["href"] == "https://gis.city.cn/geo/?f=json"
    with api_client(layers, tmp_path_factory.mktemp("data")) as client:
        assert client.get("/", headers=headers).json()["links"][0]["href"] == "http://city.example/?f=json"


def test_links_follow_the_configured_address(layers, tmp_path_factory):
    with api_client(layers, tmp_path_factory.mktemp("data"), public_url="https://map.city.cn/base/") as client:
        document = client.get("/collections/buildings/items?limit=1").json()
        assert all(
            link["href"].startswith("https://map.city.cn/base/collections/buildings") for link in document["links"]
        )


@pytest.mark.parametrize(
    "path",
    [
        "/conformance", "/collections", "/collections/buildings", "/collections/buildings/queryables",
        "/collections/buildings/items", "/collections/buildings/items/1", "/collections/buildings/styles",
        "/collections/buildings/tiles", "/tileMatrixSets", "/tileMatrixSets/WebMercatorQuad", "/styles", "/processes",
        "/processes/echo", "/records/collections/layers/items", "/sheets?scale=50000",
    ],
)  # fmt: skip
def test_a_page_kept_in_one_language_is_not_taken_for_the_other(client, path):
    chinese = client.get(path, params={"f": "html"}, headers={"Accept-Language": "zh"})
    assert chinese.status_code == 200, chinese.text
    told = {"Accept-Language": "en", "If-None-Match": chinese.headers.get("etag", "")}
    english = client.get(path, params={"f": "html"}, headers=told)
    assert english.status_code == 200, path
    assert "Accept-Language" in english.headers["vary"]
    assert english.text != chinese.text


PAGES = (
    "/about", "/api?f=html", "/conformance?f=html", "/collections?f=html", "/collections/buildings?f=html",
    "/collections/buildings/items?f=html&limit=2", "/collections/buildings/items/1?f=html",
    "/collections/buildings/schema?f=html", "/tiles?f=html", "/tileMatrixSets?f=html", "/styles?f=html",
    "/records?f=html", "/records/collections/layers/items/buildings?f=html", "/processes?f=html", "/jobs?f=html",
    "/sheets?scale=50000&f=html",
)  # fmt: skip


@pytest.mark.parametrize("path", PAGES)
def test_a_page_comes_in_the_language_its_address_names_and_its_links_keep_it(client, path):
    sent = {"Accept-Language": "en", "Cookie": "lang=en", "Accept": "text/html"}
    page = client.get(f"{path}{'&' if '?' in path else '?'}lang=zh", headers=sent)
    assert page.status_code == 200, page.text
    assert page.headers["content-language"] == "zh"
    assert '<html lang="zh-CN"' in page.text
    linked = [html.unescape(found) for found in re.findall(r'<a [^>]*href="([^"]*)"', page.text)]
    pages = [link for link in linked if "f=html" in link or link.split("?")[0].endswith("/about")]
    assert pages
    assert [link for link in pages if "lang=zh" not in link and "lang=en" not in link] == []
    (other,) = {link for link in linked if "lang=en" in link}  # the way to the same page in English
    there = client.get(other, headers={"Accept": "text/html", "Accept-Language": "zh"})
    assert (there.status_code, there.headers["content-language"]) == (200, "en")


def test_the_catalogues_of_layers_and_of_imagery_are_found_from_the_landing_page(client):
    named = {link["title"]: link["href"] for link in client.get("/?f=json").json()["links"] if link["rel"] == "related"}
    assert client.get(named["the imagery catalogue (STAC)"]).json()["stac_version"] == "1.0.0"
    for title in ("the imagery catalogue, for people", "the resource directory, for people"):
        assert client.get(named[title]).headers["content-type"].startswith("text/html")
    page = client.get("/about?lang=zh").text
    assert "影像目录（STAC）" in page


def test_titles_of_collections_are_in_the_readers_language(client):
    for path in ("/collections", "/collections/fine"):
        for language, title in (("zh", "点"), ("en", "Points")):
            for asked in ({"params": {"lang": language}}, {"headers": {"Accept-Language": language}}):
                answer = client.get(path, **asked)
                assert answer.headers["content-language"] == language
                document = answer.json()
                found = next(one for one in document.get("collections", [document]) if one["id"] == "fine")
                assert found["title"] == title
    assert client.get("/collections/fine").headers["content-language"] == "zh"


def test_a_licence_known_by_name_is_linked_to(client):
    links = client.get("/collections/buildings").json()["links"]
    (licence,) = [link for link in links if link["rel"] == "license"]
    assert licence["href"].endswith("/CC-BY-4.0.html")
    assert not [link for link in client.get("/collections/fine").json()["links"] if link["rel"] == "license"]


@pytest.mark.parametrize("path", ["/collections", "/collections/buildings/items", "/functions", "/metrics", "/stac"])
def test_every_resource_takes_a_language_and_refuses_one_that_is_none(client, path):
    assert client.get(path, params={"lang": "en"}).status_code == 200
    refused = client.get(path, params={"lang": "de"})
    assert (refused.status_code, refused.json()["parameter"]) == (400, "lang")
