"""The pages for people: in the reader's language, closed to other hosts, and never saying more than the JSON."""

import re
from typing import Any

import pytest

from geoservice.api import pages
from geoservice.api.headings import trail_of
from geoservice.api.pages import TEMPLATES, figure, filling_scale
from geoservice.api.terms import form_name, link_title, term, type_name

PATHS = (
    *("/about", "/collections?f=html", "/conformance?f=html", "/api?f=html"),
    *("/processes?f=html", "/processes/buffer?f=html", "/jobs?f=html", "/styles?f=html", "/tiles?f=html"),
    *("/tileMatrixSets?f=html", "/tileMatrixSets/ScaleGrid4509?f=html"),
)


@pytest.mark.parametrize("path", PATHS)
def test_every_page_forbids_asking_other_hosts_and_asks_none(client: Any, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 200
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert "unsafe" not in answer.headers["content-security-policy"]
    loaded = re.findall(r'<(?:script|img|link|iframe)[^>]+(?:src|href)="([^"]+)"', answer.text)
    assert loaded
    assert all(address.startswith((str(client.base_url), "data:")) for address in loaded)


def test_pages_speak_the_language_of_the_cookie_then_of_the_browser_then_chinese(client: Any) -> None:
    about = {"zh": "让别的软件使用这些数据", "en": "Use this data in other programs"}
    assert about["zh"] in client.get("/about").text
    assert about["en"] in client.get("/about", headers={"accept-language": "en-GB,en;q=0.9"}).text
    assert about["zh"] in client.get("/about", headers={"accept-language": "zh-CN,zh;q=0.9,en;q=0.8"}).text
    chosen = {"accept-language": "zh-CN", "cookie": "lang=en"}
    assert about["en"] in client.get("/about", headers=chosen).text


def test_without_a_built_viewer_the_map_says_how_to_build_it(client: Any, tmp_path: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr(pages, "VIEWER", tmp_path)
    answer = client.get("/", headers={"accept": "text/html"})
    assert answer.status_code == 503
    assert "make viewer" in answer.text


def test_a_program_asking_for_the_root_gets_json_and_never_the_map(client: Any) -> None:
    for accept in ("*/*", "application/json"):
        assert client.get("/", headers={"accept": accept}).headers["content-type"].startswith("application/json")


def test_hostile_text_is_shown_and_never_run() -> None:
    environment = pages._environment()
    page = environment.from_string('{% import "values.html" as show with context %}{{ show.value(thing) }}')
    shown = page.render(thing={"<b>": "<script>alert(1)</script>", "link": "javascript:alert(1)"}, term=str)
    assert "<script>" not in shown
    assert "href" not in shown
    assert "&lt;script&gt;" in shown


def test_a_page_has_a_heading_and_the_pages_above_it_in_both_languages(client: Any) -> None:
    for path, heading in (("/tileMatrixSets/ScaleGrid4509", "瓦片网格"), ("/styles", "样式"), ("/jobs", "任务")):
        assert f"<h1>{heading}</h1>" in client.get(f"{path}?f=html").text
    assert (
        "<h1>Tile grid</h1>" in client.get("/tileMatrixSets/ScaleGrid4509?f=html", headers={"cookie": "lang=en"}).text
    )
    assert trail_of("/collections/parcels/styles/default/metadata", lambda name: {"zh": "宗地", "en": "Parcels"}) == [
        ({"zh": "数据", "en": "Data"}, "/collections"),
        ({"zh": "宗地", "en": "Parcels"}, "/collections/parcels"),
        ({"zh": "样式", "en": "Styles"}, "/collections/parcels/styles"),
    ]
    assert trail_of("/jobs", lambda name: {}) == []


def test_titles_of_layers_and_grids_are_in_the_pages_language(client: Any) -> None:
    page = client.get("/tileMatrixSets?f=html", headers={"cookie": "lang=zh"}).text
    titles = [grid.title for grid in client.app.state.grids.values()]
    assert all(title["zh"] in page for title in titles)
    english = client.get("/tileMatrixSets?f=html", headers={"cookie": "lang=en"}).text
    assert all(title["en"] in english for title in titles)
    for name, grid in client.app.state.grids.items():
        for language in ("zh", "en"):
            assert grid.title[language] in client.get(f"/tileMatrixSets/{name}?f=html&lang={language}").text


def test_a_page_is_dressed_as_the_viewer_was_switched_and_what_else_a_cookie_says_is_ignored(client: Any) -> None:
    for said, dressed in (("dark", ' data-theme="dark"'), ("light", ' data-theme="light"'), ('x"onload=1', "")):
        page = client.get("/about", headers={"cookie": f"theme={said}"}).text
        assert re.search(r'<html lang="[\w-]+"(.*?)>', page)[1] == dressed


def test_numbers_are_written_with_thin_spaces() -> None:
    assert [figure(value) for value in (1_000_000, 12.5, True, "x")] == ["1\u202f000\u202f000", "12.5", "True", "x"]


def test_a_layer_is_opened_in_the_map_at_the_scale_that_shows_it() -> None:
    district, city = (115.64, 34.43, 115.67, 34.45), (114.8, 33.7, 116.7, 34.9)
    assert 10_000 < filling_scale(*district) < 12_000  # 2.75 km on 25 cm
    assert 650_000 < filling_scale(*city) < 750_000
    assert filling_scale(115.65, 34.43, 115.65, 34.43) == 1000  # one point
    assert filling_scale(-180, -90, 180, 90) > 1_000_000


def test_how_far_off_is_written_without_an_exponent() -> None:
    page = pages._environment().from_string('{% import "values.html" as show with context %}{{ show.off("rivers") }}')
    shown = page.render(accuracy_of=lambda name: 2000.00025, t=lambda zh, en: en, term=str)
    assert "±2\u202f000 m" in shown


def test_links_and_types_have_names_that_people_know() -> None:
    link = {"rel": "items", "title": "the features as fgb", "type": "application/vnd.flatgeobuf"}
    assert (form_name(link, "zh"), link_title(link, "zh")) == ("FlatGeobuf", "要素（FlatGeobuf）")
    assert link_title({"rel": "http://www.opengis.net/def/rel/ogc/1.0/tilesets-vector"}, "zh") == "矢量瓦片"
    sheets = {"rel": "items", "title": "its sheets, as STAC items", "type": "application/geo+json"}
    assert form_name(sheets, "zh") == "各图幅（STAC 条目）"
    assert (type_name("geometry-polygon", "zh"), type_name("geometry-polygon", "en")) == ("面", "polygon")


def test_templates_carry_no_inline_script_or_style() -> None:
    for template in TEMPLATES.glob("*.html"):
        text = template.read_text(encoding="utf-8")
        assert not re.search(r"<script|<style|\sstyle=|\son\w+=", text), template.name


def test_a_browser_gets_an_error_as_a_page_and_a_program_as_a_problem(client: Any) -> None:
    browser = {"accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "cookie": "lang=en"}
    for path, words in (("/collections/nothing", "No such layer"), ("/no/such/place", "Not Found")):
        page = client.get(path, headers=browser)
        assert page.status_code == 404
        assert words in page.text
        assert "Back to the map" in page.text
        assert "default-src 'none'" in page.headers["content-security-policy"]
        for headers in ({}, {"accept": "application/json"}, {"accept": "*/*"}):
            problem = client.get(path, headers=headers)
            assert problem.headers["content-type"] == "application/problem+json"
            assert problem.json()["title"] == words
    assert client.get("/collections/nothing?f=json", headers=browser).json()["status"] == 404


def test_members_of_a_document_have_chinese_names_for_chinese_readers() -> None:
    assert term("largest_scale", "zh") == "最大可用比例尺"
    assert term("largest_scale", "en") == "largest scale"
    assert term("something_new", "zh") == "something new"
