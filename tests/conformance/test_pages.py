"""What the pages make of the documents of every kind of layer."""

import io
import re

import pytest
import rasterio

from geoservice.api.terms import FEATURES_AS, link_title


def test_links_have_chinese_titles_for_chinese_readers(site):
    links = [link for document in (site.json("/"), *site.collections) for link in document["links"] if "title" in link]
    assert len(links) > 50
    for link in links:
        assert link_title(link, "en") == link["title"] or link["title"].startswith(FEATURES_AS)
        assert re.search(r"[\u4e00-\u9fff]", link_title(link, "zh")) or link["title"] == "TileJSON", link


@pytest.mark.parametrize(
    "path",
    ["/", "/collections/relief", "/collections/picture", "/collections/cite-lakes", "/collections/cite-lakes/items",
     "/collections/cite-lakes/items/1", "/stac", "/stac/collections/picture",
     "/records/collections/layers/items/relief"],
)  # fmt: skip
def test_every_link_answers_in_the_form_it_says(site, path):
    links = [
        link
        for link in site.json(path)["links"]
        if "{" not in link["href"] and link.get("method") != "POST" and link["rel"] != "license"  # of another host
    ]
    assert len(links) > 3
    for link in links:
        answer = site.get(link["href"], headers={"Accept": link["type"]})
        assert answer.status_code == 200, (link, answer.text[:200])
        assert answer.headers["content-type"].partition(";")[0] == link["type"].partition(";")[0], link


def test_a_coverage_without_a_box_is_the_whole_layer_and_a_legend_knows_its_renderings(site):
    with rasterio.open(io.BytesIO(site.get("/collections/relief/coverage", headers={}).content)) as whole:
        assert tuple(whole.bounds) == pytest.approx((-180, -90, 180, 90))
    assert site.get("/collections/relief/coverage?bbox-crs=EPSG:4326").status_code == 400
    tag = site.get("/collections/relief/coverage", headers={}).headers["etag"]
    known = site.get("/collections/relief/coverage", headers={"If-None-Match": tag})
    assert (known.status_code, known.content, known.headers["etag"]) == (304, b"", tag)
    half = site.get("/collections/relief/coverage?width=10", headers={"If-None-Match": tag})
    assert half.status_code == 200
    assert half.headers["etag"] != tag
    assert site.get("/collections/relief/legend?rendering=slope").status_code == 200
    assert site.get("/collections/relief/legend?rendering=none").json()["parameter"] == "rendering"


def test_the_imagery_catalogue_leads_a_reader_from_layer_to_sheet_to_pixels(site):
    def page(path, language="en"):
        answer = site.get(path, headers={"Accept": "text/html", "Accept-Language": language})
        assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
        return answer.text

    (item,) = site.json("/stac/collections/picture/items")["features"]
    own = f"/stac/collections/picture/items/{item['id']}"
    assert f"{site.base}/stac/collections/picture/items?f=html" in page("/stac")
    assert "影像与高程图幅" in page("/stac/collections", "zh")
    for path in ("/stac/search", "/stac/collections/picture/items"):
        assert f"{site.base}{own}?f=html" in page(path)
    assert item["assets"]["data"]["href"] in page(own)
    assert site.get("/stac/search").headers["content-type"] == "application/geo+json"
    assert site.get("/stac/queryables?f=html").status_code == 400


def test_a_page_of_sheets_leads_to_the_next(site):
    first = site.get("/stac/search?limit=1&f=html").text
    (following,) = re.findall(r'class="button second" href="([^"]+)"', first)
    second = site.get(following.replace("&amp;", "&").removeprefix(site.base))
    assert second.headers["content-type"] == "text/html; charset=utf-8"
    assert second.text != first
