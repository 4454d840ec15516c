"""Styles as resources: lists, stylesheets in three languages, and the rights of their layers."""

import re
from collections.abc import Iterator

import pytest
from lxml import etree
from starlette.testclient import TestClient

from geoservice.database import Database
from layers.frame import Bounds
from layers.layer import Band, Column, RasterFacts, VersionFacts
from layers.versions import LayerSpec, begin_version, publish
from tests.feature_layers import make_layer
from tests.geoservice.api_app import api_client

COLUMNS = (Column("name", "名称", "text"), Column("kind", "类别", "text"))
ENDS = (("Min", "0"), ("Max", "999999999999"))
BOX = "POLYGON((115.6 34.4, 115.7 34.4, 115.7 34.5, 115.6 34.5, 115.6 34.4))"


@pytest.fixture(scope="module")
def api(database: Database, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    with database.session() as session:
        style = {"preset": "parcels", "class": "kind", "label": "name"}
        make_layer(session, "land", [("块", "0101", BOX)], COLUMNS, "Polygon", style=style, public=True)
        make_layer(session, "secret", [("密", "x", BOX)], COLUMNS, "Polygon", public=False)
        draft = begin_version(session, LayerSpec("heights", "elevation", {"zh": "高程"}, public=True))
        facts = VersionFacts(4490, raster=RasterFacts((Band("h", "float32"),), 5.0, stretch=((20.0, 80.0),)))
        publish(session, draft, facts, extent=Bounds(115.0, 34.0, 116.0, 35.0))
        session.commit()
    with api_client(database, tmp_path_factory.mktemp("styles")) as client:
        yield client


def test_lists_lead_to_stylesheets_metadata_maps_and_legends(api: TestClient) -> None:
    document = api.get("/collections/land/styles").json()
    assert document["default"] == "default"
    (style,) = document["styles"]
    for link in style["links"]:
        answer = api.get(link["href"].removeprefix("http://city.example"))
        assert answer.status_code == 200, link
        assert answer.headers["content-type"].startswith(link["type"]), link
    whole = api.get("/styles").json()
    assert [style["id"] for style in whole["styles"]] == ["map", "heights", "land"]
    for style in whole["styles"]:
        for link in style["links"]:
            assert api.get(link["href"].removeprefix("http://city.example")).status_code == 200, link
    assert "Styles" in [link.get("title") for link in api.get("/collections/land").json()["links"]]


@pytest.mark.parametrize(("form", "version", "space"), [("sld10", "1.0.0", "sld"), ("sld11", "1.1.0", "se")])
def test_sld_has_the_classes_and_tells_what_it_cannot_say(api: TestClient, form: str, version: str, space: str) -> None:
    answer = api.get("/collections/land/styles/default", params={"f": form})
    root = etree.fromstring(answer.content)
    assert root.get("version") == version
    spaces = {"r": f"http://www.opengis.net/{space}", "o": "http://www.opengis.net/ogc"}
    paddy = root.xpath("//r:Rule[.//o:Literal='0101*' and not(.//o:Not)]", namespaces=spaces)
    assert paddy
    assert "#f8dd8c" in etree.tostring(paddy[0]).decode()
    (comment,) = root.xpath("//comment()")
    assert "line breaks in names" in comment.text
    for rule in root.iterfind(".//r:Rule", spaces):
        low, high = (rule.findtext(f"r:{end}ScaleDenominator", default, spaces) for end, default in ENDS)
        assert int(low) < int(high)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_page_of_styles_shows_legends_in_its_language(api: TestClient, language: str) -> None:
    page = api.get("/styles", params={"f": "html", "lang": language}).text
    legends = re.findall(r'src="([^"]+/legend[^"]*)"', page)
    assert legends
    assert all(f"lang={language}" in address for address in legends)


def test_a_raster_s_rendering_is_sld_where_sld_has_words_for_it(api: TestClient) -> None:
    listed = api.get("/collections/heights/styles").json()["styles"]
    offered = {
        style["id"]: [link["href"] for link in style["links"] if "sld" in link.get("type", "")] for style in listed
    }
    assert [name for name, links in offered.items() if links] == ["default", "hillshade", "relief"]
    for link in offered["relief"]:
        answer = api.get(link.removeprefix("http://city.example"))
        assert answer.status_code == 200
        assert b"RasterSymbolizer" in answer.content
    assert api.get("/collections/heights/styles/slope", params={"f": "sld10"}).status_code == 400
    metadata = api.get("/collections/heights/styles/slope/metadata").json()
    assert [sheet["title"] for sheet in metadata["stylesheets"]] == ["MapLibre"]


def test_what_is_not_there_or_not_for_you_answers_404(api: TestClient) -> None:
    for path in (
        "/styles/secret", "/styles/nowhere", "/collections/secret/styles", "/collections/secret/styles/default",
        "/collections/land/styles/other", "/collections/secret/styles/default/metadata",
    ):  # fmt: skip
        assert api.get(path).status_code == 404, path
    assert b"secret" not in api.get("/styles").content
    assert api.get("/collections/land/styles/default", params={"f": "qml"}).status_code == 400
    metadata = api.get("/collections/land/styles/default/metadata").json()
    assert [column["id"] for column in metadata["layers"][0]["attributes"]] == ["kind", "name"]
