import re

import pytest
from openapi_spec_validator import OpenAPIV30SpecValidator

from geoservice.openapi import document as openapi
from geoservice.openapi.page import SUMMARIES, by_subject
from layers.layer import Column
from tests.feature_layers import buildings, make_layer
from tests.geoservice.api_app import api_client


@pytest.fixture(scope="module")
def client(database, tmp_path_factory):
    with database.session() as session:
        make_layer(session, "buildings", buildings())
        make_layer(session, "taken", [("1", "POINT(115 34)")], [Column("limit", "limit", "text")])
        session.commit()
    with api_client(database, tmp_path_factory.mktemp("data")) as client:
        yield client


@pytest.fixture
def document(client):
    return client.get("/api").json()


def parameters(document, path):
    found = [
        document["components"]["parameters"][p["$ref"].rsplit("/", 1)[1]] if "$ref" in p else p
        for p in document["paths"][path]["get"]["parameters"]
    ]
    return {parameter["name"]: parameter for parameter in found}


def test_the_document_is_valid_openapi_3_0(document):
    assert document["openapi"].startswith("3.0")
    assert list(OpenAPIV30SpecValidator(document).iter_errors()) == []


def test_the_media_type_is_the_one_the_suites_compare_with(client):
    response = client.get("/api")
    assert response.headers["content-type"] == "application/vnd.oai.openapi+json;version=3.0"
    links = client.get("/").json()["links"]
    assert ("service-desc", "application/vnd.oai.openapi+json;version=3.0") in {(x["rel"], x["type"]) for x in links}
    asked = client.get("/api", headers={"Accept": "application/vnd.oai.openapi+json;version=3.0"})
    assert asked.status_code == 200


def test_item_paths_are_literal_and_list_the_queryables(document):
    named = parameters(document, "/collections/buildings/items")
    assert named["floors"]["schema"]["type"] == "integer"
    assert named["built"]["schema"] == {"type": "string", "format": "date"}
    assert "tags" not in named
    assert "/collections/buildings/items/{featureId}" in document["paths"]


def test_limit_bbox_and_datetime_are_written_as_the_suites_read_them(document):
    asked = document["paths"]["/collections/buildings/items"]["get"]["parameters"]
    inline = {parameter["name"]: parameter for parameter in asked if "name" in parameter}
    limit, bbox = inline["limit"], inline["bbox"]
    assert limit["schema"] == {"type": "integer", "minimum": 1, "maximum": 10000, "default": 10}
    assert (bbox["schema"]["minItems"], bbox["schema"]["maxItems"], len(bbox["schema"]["oneOf"])) == (4, 6, 2)
    assert inline["datetime"]["schema"]["type"] == "string"
    for parameter in (limit, bbox, inline["datetime"]):
        assert (parameter["style"], parameter["explode"], parameter["required"]) == ("form", False, False)


def test_a_property_called_like_a_parameter_does_not_take_its_place(document):
    named = parameters(document, "/collections/taken/items")
    assert named["limit"]["schema"]["type"] == "integer"
    names = [p.get("name") for p in document["paths"]["/collections/taken/items"]["get"]["parameters"]]
    assert names.count("limit") == 1


NEEDS_MORE = ("/search", "/map/tiles", "/coverage", "/profile", "/what-is-here", "/history", "/stac/collections/")
"""Paths that need a raster, a parameter or a token; they are answered here with a documented refusal."""


ASKED = {
    "wms": {"service": "WMS", "request": "GetCapabilities"}, "wmts": {"service": "WMTS", "request": "GetCapabilities"},
    "wfs": {"service": "WFS", "request": "GetCapabilities"},
}  # fmt: skip


def test_every_path_answers_and_every_answer_is_documented(client, document):
    for path, item in document["paths"].items():
        if "get" not in item:
            continue
        filled = path.replace("{collectionId}", "buildings").replace("{featureId}", "1")
        filled = filled.replace("{tileMatrixSetId}", "WebMercatorQuad")
        if "{" in filled or "get" not in item:
            continue
        response = client.get(filled, params=ASKED.get(filled.rsplit("/", 1)[1]))
        assert str(response.status_code) in item["get"]["responses"], (path, response.text)
        if any(part in path for part in NEEDS_MORE):
            continue
        assert response.status_code == 200, path
        media_type = response.headers["content-type"]
        documented = item["get"]["responses"]["200"]["content"]
        assert {media_type, media_type.partition(";")[0]} & set(documented), (path, media_type)


def test_every_method_of_every_route_is_in_the_document(client, document):
    """All that the service answers but for HEAD and OPTIONS, which every address answers alike."""
    named = {
        (re.sub(r"{[^}]*}", "{}", path.replace("/collections/buildings/", "/collections/{}/")), method.upper())
        for path, item in document["paths"].items()
        for method in item
    }
    executions = {path for path, method in named if path.startswith("/processes/") and path.endswith("/execution")}
    missing = []
    for resource in client.app.state.resources:
        for route in resource.routes:
            path = re.sub(r"{[^}]*}", "{}", route.path)
            for method in route.methods - {"HEAD", "OPTIONS"}:
                if (path, method) not in named and not (path == "/processes/{}/execution" and executions):
                    missing.append((method, route.path))
    assert missing == []


def test_what_changes_something_names_its_body_its_token_and_its_refusals(document):
    for path, item in document["paths"].items():
        for method in set(item) & {"post", "put", "patch", "delete"}:
            operation = item[method]
            answers = operation["responses"]
            if method != "delete" and not path.endswith("/exports"):
                assert operation["requestBody"]["content"], path
                assert {"413", "415"} <= set(answers), (path, method)
            asks = path.startswith(("/processes", "/stac", "/what-is-here", "/jobs")) or path.endswith("/wfs")
            if not asks and "/exports" not in path:
                assert operation["security"] == [{"token": []}], (path, method)
                assert {"401", "403"} <= set(answers), (path, method)


def test_nothing_in_the_document_points_outside_it(document):
    def references(node):
        if isinstance(node, dict):
            yield from ([node["$ref"]] if "$ref" in node else [])
            for value in node.values():
                yield from references(value)
        elif isinstance(node, list):
            for value in node:
                yield from references(value)

    assert all(reference.startswith("#/components/") for reference in references(document))


def test_beyond_some_hundred_layers_one_templated_path_stands_for_all(client, monkeypatch):
    layers = list(client.app.state.catalogue.layers.values())
    monkeypatch.setattr(openapi, "MOST_LITERAL", 1)
    document = openapi.build_document((), layers, client.app.state.frame, "http://x", ["json"])
    assert "/collections/{collectionId}/items" in document["paths"]
    assert "/collections/buildings/items" not in document["paths"]
    assert list(OpenAPIV30SpecValidator(document).iter_errors()) == []


def test_a_templated_document_names_no_layer_and_nothing_that_a_generator_cannot_write(client, document):
    templated = client.get("/api?paths=templated").json()
    assert list(OpenAPIV30SpecValidator(templated).iter_errors()) == []
    text = client.get("/api?paths=templated").text
    assert "buildings" not in text
    assert "taken" not in re.findall(r'"([a-z]+)"', text)
    assert {
        path.replace("/buildings/", "/{collectionId}/") for path in document["paths"] if "/taken/" not in path
    } == set(templated["paths"])
    names = [
        p["name"] for path in templated["paths"].values() for o in path.values() for p in o["parameters"] if "name" in p
    ]
    assert [name for name in names if not re.fullmatch("[A-Za-z][A-Za-z_-]*", name)] == []
    assert templated["info"]["title"] == "geoservice"
    refused = client.get("/api?paths=each")
    assert (refused.status_code, refused.json()["parameter"]) == (400, "paths")


def test_what_generators_of_clients_stumble_over_is_written_out(document):
    """Subjects are declared, who calls without a token is told so, and objects may hold more than is listed."""
    used = {operation["tags"][0] for path in document["paths"].values() for operation in path.values()}
    assert used == {tag["name"] for tag in document["tags"]}
    assert document["security"] == [{}, {"token": []}]
    assert all(schema["additionalProperties"] is True for schema in document["components"]["schemas"].values())


def test_the_document_is_written_once_and_answers_304(client):
    tag = client.get("/api").headers["etag"]
    assert client.get("/api", headers={"If-None-Match": tag}).status_code == 304


def test_the_page_tells_every_operation_once_and_in_the_readers_language(client, document):
    told = {
        language: [row for _, rows in by_subject(document, ["buildings", "taken"], language) for row in rows]
        for language in ("zh", "en")
    }
    assert [row.summary for row in told["zh"] if not re.search(r"[\u4e00-\u9fff]", row.summary)] == []
    assert [row.summary for row in told["en"] if re.search(r"[\u4e00-\u9fff]", row.summary)] == []
    assert len({(row.method, row.path) for row in told["zh"]}) == len(told["zh"])
    assert set(SUMMARIES.values()) - {row.summary for row in told["zh"]} == set()  # none that nobody says any more
    assert [row.path for row in told["zh"] if row.summary == "图层的要素"] == ["/collections/{collectionId}/items"]
    assert "图层的要素" in client.get("/api?f=html").text
