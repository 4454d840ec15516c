"""A private layer is nowhere for who may not see it: every route there is, asked by nobody and by another department.

An answer about a private layer must be what it would be for a layer that does not exist, word for word but for the
name; an answer about everything must not hold a word of it. The walk goes over the routes of the application and over
the paths of the OpenAPI document, so a new route is in it the day it is made.
"""

import json
import re
from urllib.parse import quote

import pytest
from starlette.routing import Mount

from geoservice.auth import create_token
from tests.hostile.conftest import OPEN, PRIVATE

NONE = "no-such-layer"
WORDS = ("classified", "机密", "V07")
"""What every name, title, file or value of the private layers holds, and no answer to who may not see them."""
FILLED = {
    "grid": "WebMercatorQuad", "tileMatrixSetId": "WebMercatorQuad", "z": "0", "row": "0", "col": "0", "x": "0",
    "y": "0.mvt", "tileMatrix": "0", "tileRow": "0", "tileCol": "0", "j": "9", "i": "9",
    "style": "default", "styleId": "default", "fid": "1", "featureId": "1",
    "code": "I50E012012", "file": "all.mbtiles", "catalogue": "layers", "catalogId": "layers",
    "process_id": "what-is-here", "processId": "what-is-here", "processID": "what-is-here",
}  # fmt: skip
"""Path parameters that say nothing of a layer. The walk fails on one it does not know."""
LAYERED = ("layer", "collectionId", "record", "recordId")
"""Path parameters that name a layer."""
QUERIES = {
    "/stac/search": "limit=100",
    "/coverage": "bbox=0,0,5,5",
    "/profile": "line=0,0;5,5",
    "/what-is-here": "lon=-170&lat=-50&tolerance=100",
    "/search": "q=V07",
    "/style.json": "layers=LAYER",
    "/items": "limit=100",
    "/sheets": "scale=1000000&bbox=-10,-10,10,10",
    "/wms": "service=WMS&request=GetCapabilities",
    "/wfs": "service=WFS&request=GetCapabilities",
}
"""What some routes must be asked to have something to say; the first end of a path that fits counts."""


def routes(app):
    """Every route of the application, as path and method; mounted files hold no layers."""
    for route in app.router.routes:
        if not isinstance(route, Mount):
            for method in sorted((route.methods or {"GET"}) - {"HEAD"}):
                yield route.path, method


def addresses(client, layer, known):
    """The address of each route for a layer, with what each asks for; ``known`` are the ids of private things."""
    paths = dict.fromkeys(routes(client.app))
    document = client.get("/api", headers={"Accept": "application/json"}).json()
    paths |= dict.fromkeys((path, verb.upper()) for path, item in document["paths"].items() for verb in item)
    for path, method in paths:
        values = FILLED | known | dict.fromkeys(LAYERED, layer)
        unknown = set(re.findall(r"{(\w+)", path)) - set(values)
        assert not unknown, f"{path}: tell FILLED what {unknown} may be, so that the walk reaches this route"
        filled = re.sub(r"{(\w+)(:\w+)?}", lambda found, values=values: quote(values[found[1]]), path)
        query = next((query for end, query in QUERIES.items() if path.endswith(end)), "").replace("LAYER", layer)
        yield path, method, f"{filled}?{query}" if query else filled


@pytest.fixture(scope="module")
def known(client, tokens):
    """Ids of the private layers' report, sheet and job, as their department learns them."""
    land = tokens["land"]
    catalogue = client.get("/catalogue", headers=land).json()
    layers = {layer["id"]: layer for layer in catalogue["layers"]}
    reports = [re.search(r"/reports/(\d+)", json.dumps(layers[name]))[1] for name in PRIVATE]
    sheets = client.get("/stac/collections/classified-heights/items", headers=land).json()["features"]
    execution = "/processes/area-statistics/execution"
    polygon = {"type": "Polygon", "coordinates": [[[-170, -60], [0, -60], [0, 30], [-170, 30], [-170, -60]]]}
    asked = {"inputs": {"polygon": polygon, "layers": ["classified-lines"]}}
    job = client.post(execution, json=asked, headers=land | {"Prefer": "respond-async"})
    assert job.status_code == 201, job.text
    return {
        "report_id": reports[0], "reportId": reports[0], "item": sheets[0]["id"], "itemId": sheets[0]["id"],
        "job_id": job.json()["jobID"], "jobId": job.json()["jobID"],
    }  # fmt: skip


def ask(client, method, address, headers):
    if method == "GET":
        return client.get(address, headers=headers, follow_redirects=False)
    if method == "POST":
        return client.post(address, json={}, headers=headers)
    return client.request(method, address, headers=headers | {"If-Match": "*"}, json={} if method != "DELETE" else None)


def test_who_may_see_the_layers_meets_their_words_on_most_routes(client, tokens, known):
    """The walk below could find a leak: it reaches the layers. It also fills every cache for the walk after it."""
    met = set()
    for layer in PRIVATE:
        for path, method, address in addresses(client, layer, known):
            if method == "GET":
                answer = ask(client, method, address, tokens["land"])
                assert answer.status_code < 500, (address, answer.text)
                if any(word in answer.text for word in WORDS) or (answer.status_code == 200 and "{" in path):
                    met.add(path)
    for path in (
        "/catalogue",
        "/collections",
        "/api",
        "/style.json",
        "/tiles",
        "/stac/search",
        "/search",
        "/wmts/1.0.0/WMTSCapabilities.xml",
        "/what-is-here",
        "/collections/{layer}/items",
        "/collections/{layer}/tiles/{grid}/{z}/{row}/{col}",
        "/reports/{report_id}",
    ):
        assert path in met, path


@pytest.mark.parametrize("who", ["nobody", "another"])
@pytest.mark.parametrize("layer", PRIVATE)
def test_a_private_layer_answers_as_one_that_does_not_exist(client, tokens, known, who, layer):
    for path, method, address in addresses(client, layer, known):
        if not any(f"{{{name}}}" in path for name in LAYERED):
            continue
        hidden = ask(client, method, address, tokens[who])
        absent = ask(client, method, address.replace(f"/{layer}", f"/{NONE}"), tokens[who])
        assert hidden.status_code == absent.status_code, (method, address, hidden.text, absent.text)
        assert hidden.status_code in (400, 401, 404), (method, address, hidden.status_code)
        assert hidden.text == absent.text.replace(NONE, layer), (method, address)
        assert set(hidden.headers) == set(absent.headers), (method, address)


@pytest.mark.parametrize("who", ["nobody", "another"])
def test_no_answer_about_everything_holds_a_word_of_a_private_layer(client, tokens, known, who):
    for _, method, address in addresses(client, OPEN, known):
        if method != "GET":
            continue
        for form in ("", "f=html", "f=csv"):
            asked = f"{address}{'&' if '?' in address else '?'}{form}" if form else address
            answer = ask(client, method, asked, tokens[who])
            assert not [word for word in WORDS if word.encode() in answer.content], (asked, answer.text[:600])


@pytest.mark.parametrize("who", ["nobody", "another"])
def test_a_private_layer_cannot_be_reached_through_what_names_layers_in_a_query_or_a_body(client, tokens, who):
    polygon = {"type": "Polygon", "coordinates": [[[-170, -60], [0, -60], [0, 30], [-170, 30], [-170, -60]]]}
    line = {"type": "LineString", "coordinates": [[0, 0], [5, 5]]}

    def post(path, body):
        return client.post(path, json=body, headers=tokens[who])

    calls = [
        lambda layer: client.get(f"/tiles/WebMercatorQuad/0/0/0?collections={layer}", headers=tokens[who]),
        lambda layer: client.get(f"/tiles/WebMercatorQuad/0/0/0?collections={OPEN},{layer}", headers=tokens[who]),
        lambda layer: client.get(f"/what-is-here?lon=0&lat=0&layers={layer}", headers=tokens[who]),
        lambda layer: client.get(f"/sheets?scale=1000000&bbox=0,0,9,9&layers={layer}", headers=tokens[who]),
        lambda layer: client.get(f"/search?q=V07&collections={layer}", headers=tokens[who]),
        lambda layer: client.get(f"/style.json?layers={layer}", headers=tokens[who]),
        lambda layer: client.get(f"/stac/search?collections={layer}", headers=tokens[who]),
        lambda layer: post("/stac/search", {"collections": [layer]}),
        lambda layer: post("/what-is-here", {"polygon": polygon, "layers": [layer]}),
        lambda layer: post("/what-is-here", {"polygon": polygon, "by": {layer: "name"}}),
        lambda layer: client.get(
            f"/wfs?service=WFS&version=2.0.0&request=GetFeature&typenames={layer}", headers=tokens[who]
        ),
        lambda layer: client.get(
            f"/wfs?service=WFS&version=2.0.0&request=GetFeature&resourceid={layer}.1", headers=tokens[who]
        ),
        lambda layer: client.get(
            "/wfs?service=WFS&version=2.0.0&request=GetFeature&storedquery_id=urn:ogc:def:query:OGC-WFS::GetFeatureById"
            f"&id={layer}.1", headers=tokens[who],
        ),
        lambda layer: client.get(
            "/wmts?service=WMTS&request=GetTile&version=1.0.0&style=default&format=image/png"
            f"&tilematrixset=WebMercatorQuad&tilematrix=0&tilerow=0&tilecol=0&layer={layer}", headers=tokens[who],
        ),
        *(
            lambda layer, process=process, inputs=inputs: post(
                f"/processes/{process}/execution", {"inputs": json.loads(json.dumps(inputs).replace("LAYER", layer))}
            )
            for process, inputs in {
                "buffer": {"layer": "LAYER", "distance": 10}, "intersection": {"polygon": polygon, "layer": "LAYER"},
                "area-statistics": {"polygon": polygon, "layers": ["LAYER"]},
                "nearest": {"point": [0, 0], "layer": "LAYER"},
                "what-is-here": {"point": [0, 0], "layers": ["LAYER"]},
                "elevation-profile": {"line": line, "layer": "LAYER"},
            }.items()
        ),
    ]  # fmt: skip
    for number, call in enumerate(calls):
        absent = call(NONE)
        for layer in PRIVATE:
            hidden = call(layer)
            assert hidden.status_code == absent.status_code, (number, layer, hidden.text, absent.text)
            assert _timeless(hidden.text) == _timeless(absent.text.replace(NONE, layer)), (number, layer)


def _timeless(text: str) -> str:
    return re.sub(r"\d{4}-\d\d-\d\dT[\d:.]+Z?", "", text)


@pytest.mark.parametrize("who", ["nobody", "another"])
def test_jobs_and_reports_of_a_private_layer_are_not_there(client, tokens, known, who):
    for path in (f"/jobs/{known['job_id']}", f"/jobs/{known['job_id']}/results", f"/reports/{known['report_id']}"):
        assert client.get(path, headers=tokens[who]).status_code in (401, 404), path
    assert client.delete(f"/jobs/{known['job_id']}", headers=tokens[who]).status_code in (401, 403, 404)
    assert known["job_id"] in client.get("/jobs", headers=tokens["land"]).text
    assert known["job_id"] not in client.get("/jobs", headers=tokens[who]).text


ASKING = re.compile(r"/processes/[^/]+/execution|/what-is-here|/stac/search|/collections/[^/]+/exports|(/.+)?/wfs")
"""POST that writes nothing: a long question, or a file to be made for who asks."""
OWN = ("/imports", "/inspections")
"""Where a department writes what is its own: its request is read before it is refused."""


def test_no_route_writes_for_nobody_for_who_may_only_read_or_for_another_department(client, tokens, known, service):
    """The layer asked for is public: what is refused is not that it is seen."""
    with service.database.session() as session:
        token = create_token(session, "reader", ["*"], write=False)
        session.commit()
    asking = {"nobody": {}, "reader": {"Authorization": f"Bearer {token}"}, "another": tokens["another"]}
    before = client.get("/catalogue", headers=tokens["land"]).json()["layers"]
    met = set()
    for path, method, address in addresses(client, OPEN, known):
        if method in ("GET", "OPTIONS") or ASKING.fullmatch(path):
            continue
        found = {who: ask(client, method, address, headers).status_code for who, headers in asking.items()}
        job = path.startswith("/jobs/")  # of department land: for the others it is not there
        allowed = (404, 403, 404) if job else (401, 403, 415) if path in OWN else (401, 403, 403)
        assert tuple(found.values()) == allowed, (method, path)
        met.add((method, path))
    assert {("POST", "/imports"), ("PUT", "/layers/{layer}/current"), ("DELETE", "/layers/{layer}")} <= met
    assert client.get("/catalogue", headers=tokens["land"]).json()["layers"] == before


def test_an_etag_of_a_private_answer_opens_nothing(client, tokens):
    for path in (
        "/collections/classified-lines/items",
        "/collections/classified-lines/tiles/WebMercatorQuad/0/0/0",
        "/xyz/classified-image/0/0/0.png",
    ):
        tag = client.get(path, headers=tokens["land"]).headers["etag"]
        for condition in (tag, "*"):
            assert client.get(path, headers={"If-None-Match": condition}).status_code == 404


def test_a_wrong_token_is_401_and_never_treated_as_nobody(client):
    for header in ("Bearer gs_wrong", "Bearer", "Basic dXNlcjpw", "bearer gs_", "Bearer gs_" + "a" * 5000):
        answer = client.get("/collections", headers={"Authorization": header})
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"] == "Bearer"


def test_tokens_are_in_no_log(client, tokens, caplog):
    caplog.set_level("DEBUG")
    secret = tokens["land"]["Authorization"].removeprefix("Bearer ")
    client.get("/collections/classified-lines/items", headers=tokens["land"])
    client.get("/collections/classified-lines/items?filter=1=", headers=tokens["land"])
    client.get(f"/collections/classified-lines/items?token={secret}")
    client.put("/layers/classified-lines/current", headers=tokens["land"], content=b"\xff")
    assert secret not in "".join(record.getMessage() for record in caplog.records if record.name != "httpx2")
