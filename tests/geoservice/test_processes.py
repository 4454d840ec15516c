"""OGC API Processes over HTTP: descriptions, runs at once and as jobs, what is refused, who sees what."""

import json
import re
from typing import Any

import numpy as np
import pytest
import shapely

from geoservice import auth
from geoservice.api import processes
from geoservice.processes.offered import PROCESSES
from geoservice.processes.process import Inputs, Output, Process
from layers.crs.area import geodesic_area
from layers.layer import Band, Column, LayerSpec, RasterFacts, VersionFacts
from layers.tables import Statement
from layers.versions import begin_version, publish
from tests.feature_layers import buildings, make_layer
from tests.geoservice.api_app import api_client
from tests.tiles.rasters import describe_file, write_tif
from tests.waiting import until

OGC = "http://www.opengis.net/def/exceptions/ogcapi-processes-1/1.0/"
SQUARE = {"type": "Polygon", "coordinates": [[[115, 34], [115.02, 34], [115.02, 34.02], [115, 34.02], [115, 34]]]}


@pytest.fixture(scope="module")
def tokens() -> dict[str, str]:
    return {}


@pytest.fixture(scope="module")
def client(database, tmp_path_factory, tokens):
    folder = tmp_path_factory.mktemp("data")
    parcels = [
        ("0101", f"POLYGON(({x} 34, {x + 0.01} 34, {x + 0.01} 34.01, {x} 34.01, {x} 34))") for x in (115.0, 115.01)
    ]
    parcels += [("0301", "POLYGON((115 34.01, 115.03 34.01, 115.03 34.03, 115 34.03, 115 34.01))")]
    with database.session() as session:
        make_layer(session, "buildings", buildings())
        column = [Column("class", "地类", "text")]
        make_layer(session, "parcels", parcels, column, "Polygon", style={"class": "class"})
        make_layer(session, "secret", parcels, column, "Polygon", public=False, department="geology")
        _elevation(session, folder)
        for name in ("geology", "other"):
            tokens[name] = auth.create_token(session, name, [name], write=False)
        session.commit()
    with api_client(database, folder) as client:
        yield client


def _elevation(session: Any, folder: Any) -> None:
    heights = np.tile(np.arange(400, dtype=np.float32), (400, 1))
    (folder / "storage").mkdir(exist_ok=True)
    path = write_tif(folder / "storage" / "dem.tif", heights[None], "EPSG:4490", 115.0, 34.04, 0.0001, nodata=-9999)
    file = describe_file(path)
    draft = begin_version(session, LayerSpec("dem", "elevation", {"zh": "高程", "en": "Heights"}))
    facts = VersionFacts(
        srid=4490, accuracy_m=2.0,
        raster=RasterFacts((Band("height", "float32"),), 11.1, -9999, unit="m", height_system="EPSG:5737"),
    )  # fmt: skip
    publish(session, draft, facts, extent=file.extent, files=[file])


def run(client: Any, process: str, inputs: dict[str, Any], **more: Any) -> Any:
    headers = more.pop("headers", {})
    return client.post(f"/processes/{process}/execution", json={"inputs": inputs, **more}, headers=headers)


def follow(client: Any, location: str, headers: Any = None, states: tuple[str, ...] = ("successful", "failed")) -> Any:
    return until(lambda: (job := client.get(location, headers=headers).json())["status"] in states and job)


def test_the_list_and_each_description_say_what_a_client_needs(client):
    listed = client.get("/processes").json()
    assert {one["id"] for one in listed["processes"]} == set(PROCESSES)
    for one in listed["processes"]:
        assert one["jobControlOptions"] == ["sync-execute", "async-execute", "dismiss"]
        [link] = one["links"]
        described = client.get(link["href"]).json()
        assert described["id"] == one["id"]
        assert {x["rel"] for x in described["links"]} >= {"self", "http://www.opengis.net/def/rel/ogc/1.0/execute"}
        for entry in described["inputs"].values():
            assert entry["schema"]
            assert entry["minOccurs"] in (0, 1)
            assert '"null"' not in json.dumps(entry)
    assert client.get("/processes?limit=1").json()["processes"] == listed["processes"][:1]
    assert client.get("/processes/buffer?lang=en").json()["title"] == "Buffer"
    assert client.get("/processes/buffer").json()["title"] == "缓冲区"
    assert client.get("/processes?f=html").headers["content-type"].startswith("text/html")


def test_every_input_is_described_in_both_languages():
    for process in PROCESSES.values():
        english, chinese = (process.describe(language)["inputs"] for language in ("en", "zh"))
        for name, one in english.items():
            assert one["description"].isascii()
            for member in ("title", "description"):
                assert re.search(r"[\u4e00-\u9fff]", chinese[name][member]), (process.id, name)
            assert chinese[name]["schema"] == one["schema"]


def test_the_classes_are_declared_and_the_landing_page_leads_there(client):
    declared = client.get("/conformance").json()["conformsTo"]
    for name in ("core", "json", "oas30", "job-list", "dismiss", "ogc-process-description"):
        assert f"http://www.opengis.net/spec/ogcapi-processes-1/1.0/conf/{name}" in declared
    rels = {link["rel"] for link in client.get("/").json()["links"]}
    assert rels >= {f"http://www.opengis.net/def/rel/ogc/1.0/{name}" for name in ("processes", "job-list")}


def test_shapes_are_cut_joined_and_lessened(client):
    line = {"type": "LineString", "coordinates": [[115.005, 33.9], [115.005, 34.1]]}
    parts = run(client, "split", {"geometry": SQUARE, "line": line}).json()["features"]
    assert len(parts) == 2
    assert parts[0]["properties"]["area_m2"] == pytest.approx(3 * parts[1]["properties"]["area_m2"], rel=1e-4)
    whole = run(client, "union", {"geometries": [part["geometry"] for part in parts]}).json()
    assert (whole["geometry"]["type"], whole["properties"]["parts"]) == ("Polygon", 1)
    area = {"type": "Polygon", "coordinates": [[[115.01, 34.01], [115.011, 34.01], [115.01, 34.011], [115.01, 34.01]]]}
    left = run(client, "difference", {"geometry": SQUARE, "area": area}).json()
    assert len(left["geometry"]["coordinates"]) == 2
    assert left["properties"]["area_m2"] < whole["properties"]["area_m2"]
    short = {"type": "LineString", "coordinates": [[115.005, 33.9], [115.005, 34.01]]}
    refused = run(client, "split", {"geometry": SQUARE, "line": short}, headers={"accept-language": "zh"})
    assert refused.status_code == 400
    assert "完全穿过" in refused.json()["detail"]


def test_a_buffer_comes_raw_as_geojson_and_as_a_document(client):
    inputs = {"geometry": {"value": {"type": "Point", "coordinates": [115, 34]}}, "distance": 100}
    raw = run(client, "buffer", inputs)
    assert (raw.status_code, raw.headers["content-type"]) == (200, "application/geo+json")
    shape = shapely.from_geojson(json.dumps(raw.json()["geometry"]))
    assert raw.json()["properties"]["area_m2"] == pytest.approx(geodesic_area([shape])[0], abs=0.1)
    document = run(client, "buffer", inputs, response="document").json()
    assert document["result"]["value"] == raw.json()


def test_a_buffer_over_the_antimeridian_is_cut_there(client):
    feature = run(client, "buffer", {"geometry": {"type": "Point", "coordinates": [180, -17]}, "distance": 1000}).json()
    shape = shapely.from_geojson(json.dumps(feature["geometry"]))
    assert shape.is_valid
    assert [part.bounds[2] - part.bounds[0] < 0.01 for part in shape.geoms] == [True, True]
    assert feature["properties"]["area_m2"] == pytest.approx(np.pi * 1e6, rel=0.01)


def test_a_layers_features_are_buffered_where_the_filter_says(client):
    found = run(client, "buffer", {"layer": "buildings", "filter": "floors < 3", "distance": 50}).json()
    assert found["properties"]["features"] == 2
    assert found["properties"]["layer"]["layer"] == "buildings"
    assert run(client, "buffer", {"layer": "buildings", "distance": 50}).status_code == 200
    assert run(client, "buffer", {"layer": "dem", "distance": 50}).status_code == 400
    nothing = run(client, "buffer", {"layer": "buildings", "filter": "floors > 99", "distance": 50})
    assert (nothing.status_code, nothing.json()["parameter"]) == (400, "filter")


def test_an_intersection_cuts_and_measures(client):
    found = run(client, "intersection", {"polygon": SQUARE, "layer": "parcels"}).json()
    parts = {feature["id"]: feature for feature in found["features"]}
    assert sorted(parts) == [1, 2, 3]
    assert parts[3]["properties"]["wholly_inside"] is False
    total = sum(feature["properties"]["area_inside_m2"] for feature in found["features"])
    square = shapely.from_geojson(json.dumps(SQUARE))
    assert total == pytest.approx(geodesic_area([square])[0], rel=1e-6)
    assert run(client, "intersection", {"polygon": SQUARE, "layer": "parcels", "limit": 2}).json()["truncated"] is True
    one = run(client, "intersection", {"polygon": SQUARE, "layer": "parcels", "filter": "class = '0301'"}).json()
    assert [feature["id"] for feature in one["features"]] == [3]


def test_statistics_by_class_and_of_heights_and_slopes(client):
    answers = {a["layer"]: a for a in run(client, "area-statistics", {"polygon": SQUARE}).json()["answers"]}
    by_class = {part["value"]: part for part in answers["parcels"]["parts"]}
    assert (by_class["0101"]["count"], by_class["0301"]["count"]) == (2, 1)
    square = shapely.from_geojson(json.dumps(SQUARE))
    whole = sum(part["area_m2"] for part in by_class.values())
    assert whole == pytest.approx(geodesic_area([square])[0], rel=1e-6)
    [band] = answers["dem"]["bands"]
    assert (band["mean"], band["unit"]) == (pytest.approx(99.5, abs=0.1), "m")
    assert answers["dem"]["covered"] == 1
    assert "secret" not in answers
    slopes = run(client, "area-statistics", {"polygon": SQUARE, "layers": ["dem"], "measure": "slope"}).json()
    most = max(slopes["answers"][0]["parts"], key=lambda part: part["area_m2"])
    assert (most["from"], most["to"]) == (6.0, 15.0)  # one metre in 9.2


def test_the_nearest_of_all_layers(client):
    found = run(client, "nearest", {"lon": 115.1001, "lat": 34.05, "count": 2, "within": 20000}).json()["features"]
    assert found[0]["id"] == "buildings.1"
    assert found[0]["properties"]["metres_away"] == pytest.approx(9.23, abs=0.05)
    assert set(found[0]["geometry"]) == {"type", "coordinates"}  # GeoJSON has no crs member since RFC 7946
    assert run(client, "nearest", {"lon": 115, "lat": 34, "layers": ["dem"]}).status_code == 400


def test_what_is_here_is_the_same_as_process_and_as_route(client):
    route = client.get("/what-is-here?lon=115.005&lat=34.005").json()
    assert run(client, "what-is-here", {"lon": 115.005, "lat": 34.005}).json() == route
    assert {answer["layer"] for answer in route["answers"]} == {"parcels", "dem"}


def test_a_profile_is_the_same_as_process_and_as_route(client):
    line = {"type": "LineString", "coordinates": [[115.005, 34.01], [115.015, 34.01]]}
    found = run(client, "elevation-profile", {"line": line, "layer": "dem"}).json()
    assert found == client.get("/collections/dem/profile?line=115.005,34.01 115.015,34.01").json()
    assert found["samples"][0]["height"] == pytest.approx(49.5, abs=0.01)
    assert found["accuracy_m"] == 2.0


def test_the_echo_gives_back_several_values_as_a_document_or_in_parts(client):
    inputs = {"text": "商丘", "number": 2.5, "numbers": [1, 2]}
    document = run(client, "echo", inputs, response="document").json()
    assert document == {"text": "商丘", "number": 2.5, "numbers": [1.0, 2.0]}
    parts = run(client, "echo", inputs)
    assert parts.headers["content-type"].startswith("multipart/related; boundary=")
    assert "商丘" in parts.text
    one = run(client, "echo", inputs, outputs={"text": {}})
    assert (one.text, one.headers["content-type"]) == ("商丘", "text/plain; charset=utf-8")


WRONG = [
    ("area-statistics", {"polygon": {"type": "Polygon", "coordinates": [[[179, 0], [-179, 0], [-179, 1], [179, 0]]]}},
     "polygon"),
    ("buffer", {"geometry": {"type": "Point", "coordinates": [10, 90]}, "distance": 1000}, "distance"),
    ("elevation-profile", {"layer": "dem", "line": {"type": "LineString", "coordinates": [[115, 34], [115, 34]]}},
     "line"),
    ("buffer", {}, "inputs.distance"),
    ("buffer", {"distance": 5}, "inputs.geometry"),
    ("buffer", {"distance": "far", "geometry": SQUARE}, "inputs.distance"),
    ("buffer", {"distance": 1e9, "geometry": SQUARE}, "distance"),
    ("buffer", {"distance": 5, "geometry": {"type": "Point", "coordinates": [500, 34]}}, "geometry"),
    ("buffer", {"distance": 5, "geometry": {"type": "Nothing"}}, "geometry"),
    ("buffer", {"distance": 5, "geometry": {"href": "http://elsewhere/x"}}, "geometry"),
    ("buffer", {"distance": 5, "layer": "buildings", "filter": "nothing = 1"}, None),
    ("buffer", {"distance": 5, "layer": "buildings", "bbox": [2, 2, 1, 1]}, "bbox"),
    ("intersection", {"layer": "parcels", "polygon": {"type": "Point", "coordinates": [115, 34]}}, "polygon"),
    ("intersection", {"layer": "parcels", "polygon": SQUARE, "limit": 10**6}, "inputs.limit"),
    ("area-statistics", {"polygon": SQUARE, "surprise": 1}, "inputs.surprise"),
    ("area-statistics", {"polygon": {"type": "Polygon", "coordinates": [[[60, 0], [130, 0], [130, 60], [60, 0]]]}},
     "polygon"),
    ("area-statistics", {"polygon": SQUARE, "breaks": [3, 1]}, "breaks"),
    ("nearest", {"lon": 200, "lat": 0}, "inputs.lon"),
    ("elevation-profile", {"line": SQUARE, "layer": "dem"}, "line"),
    ("echo", {}, "inputs"),
]  # fmt: skip


@pytest.mark.parametrize(("process", "inputs", "parameter"), WRONG)
def test_what_is_wrong_is_refused_and_named(client, process, inputs, parameter):
    answer = run(client, process, inputs)
    assert answer.status_code == 400, answer.text
    if parameter:
        assert answer.json()["parameter"] == parameter


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b"{", b'{"inputs": []}', b'{"inputs": {}, "response": "x"}', b'{"inputs": {}, "outputs": {"no": {}}}',
     b'{"inputs": {"text": "a"}, "outputs": {"text": {"transmissionMode": "reference"}}}', b"[" * 100_000],
)  # fmt: skip
def test_a_body_that_is_no_execution_is_refused(client, body):
    answer = client.post("/processes/echo/execution", content=body)
    assert answer.status_code == 400, answer.text


def test_a_huge_body_is_refused_before_it_is_read(client):
    answer = client.post("/processes/echo/execution", content=b" " * (processes.MOST_BODY + 1))
    assert answer.status_code == 413


def test_unknown_things_have_the_types_the_standard_names(client):
    assert client.get("/processes/nothing").json()["type"] == OGC + "no-such-process"
    assert run(client, "nothing", {}).status_code == 404
    for path in ("/jobs/nothing", "/jobs/00000000-0000-0000-0000-000000000000"):
        missing = client.get(path)
        assert (missing.status_code, missing.json()["type"]) == (404, OGC + "no-such-job")


def test_a_job_is_accepted_followed_and_has_the_same_result(client):
    inputs = {"polygon": SQUARE, "layers": ["parcels", "dem"]}
    accepted = run(client, "area-statistics", inputs, headers={"Prefer": "respond-async"})
    assert accepted.status_code == 201
    assert accepted.headers["preference-applied"] == "respond-async"
    location = accepted.headers["location"]
    job = follow(client, location)
    assert (job["status"], job["progress"], job["processID"]) == ("successful", 100, "area-statistics")
    [link] = [link for link in job["links"] if link["rel"].endswith("/results")]
    assert client.get(link["href"]).json() == run(client, "area-statistics", inputs).json()
    gone = client.delete(location)
    assert (gone.status_code, gone.json()["status"]) == (200, "dismissed")
    assert client.get(location).status_code == 404


def test_a_job_that_fails_says_why(client):
    location = run(client, "buffer", {"layer": "secret", "distance": 5}, headers={"Prefer": "respond-async"}).headers[
        "location"
    ]
    job = follow(client, location)
    assert (job["status"], "no layer 'secret'" in job["message"]) == ("failed", True)
    assert client.get(location + "/results").status_code == 422


def test_nobody_gets_at_a_layer_that_is_not_theirs_or_at_anothers_job(client, tokens):
    mine, other = ({"Authorization": f"Bearer {tokens[name]}"} for name in ("geology", "other"))
    inputs = {"polygon": SQUARE, "layer": "secret"}
    assert run(client, "intersection", inputs).status_code == 404
    assert run(client, "intersection", inputs, headers=other).status_code == 404
    assert len(run(client, "intersection", inputs, headers=mine).json()["features"]) == 3
    location = run(client, "intersection", inputs, headers={**mine, "Prefer": "respond-async"}).headers["location"]
    assert follow(client, location, mine)["status"] == "successful"
    job_id = location.rpartition("/")[2]
    for who in (None, other):
        assert client.get(location, headers=who).status_code == 404
        assert client.get(location + "/results", headers=who).status_code == 404
        assert client.delete(location, headers=who).status_code == 404
        assert job_id not in client.get("/jobs", headers=who).text
    listed = client.get("/jobs", headers=mine).json()
    assert job_id in {job["jobID"] for job in listed["jobs"]}


def test_the_list_is_narrowed_by_process_status_and_time(client, tokens):
    mine = {"Authorization": f"Bearer {tokens['geology']}"}
    location = run(client, "echo", {"text": "a"}, headers={**mine, "Prefer": "respond-async"}).headers["location"]
    follow(client, location, mine)
    for query, some in (
        ("processID=echo", True), ("processID=buffer", False), ("status=successful", True), ("status=failed", False),
        ("type=process", True), ("datetime=../2020-01-01", False), ("datetime=2020-01-01/..", True),
        ("minDuration=1000", False), ("maxDuration=1000", True),
    ):  # fmt: skip
        assert bool(client.get(f"/jobs?{query}", headers=mine).json()["jobs"]) is some, query
    for query in ("status=odd", "type=odd", "datetime=odd", "minDuration=x", "odd=1"):
        assert client.get(f"/jobs?{query}", headers=mine).status_code == 400, query


class NoInputs(Inputs):
    """Nothing."""


@pytest.fixture
def slow(client, monkeypatch):
    """A process whose one statement runs for a minute, unless it is stopped; how many such run is told by ``count``."""
    statement = Statement("SELECT pg_sleep(60), 'geoservice slow'")

    async def sleep(asking: Any, given: Any) -> dict[str, Any]:
        return {"result": await asking.rows(statement)}

    text = {"zh": "慢", "en": "Slow"}
    process = Process("slow", text, text, NoInputs, {"result": Output(text, {})}, sleep)
    monkeypatch.setitem(PROCESSES, "slow", process)

    def count() -> int:
        with client.app.state.database.engine.connect() as connection:
            return connection.exec_driver_sql(
                "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%%geoservice slow%%' AND state = 'active' "
                "AND pid <> pg_backend_pid()"
            ).scalar_one()

    return count


def wait_for(count: Any, number: int) -> None:
    until(lambda: count() == number, f"there are {count()} statements and not {number}", pause=0.05)


def test_dismissing_a_job_cancels_its_statement(client, slow):
    location = run(client, "slow", {}, headers={"Prefer": "respond-async"}).headers["location"]
    wait_for(slow, 1)
    assert follow(client, location, states=("running",))["status"] == "running"
    waiting = client.get(location + "/results")
    assert (waiting.status_code, waiting.json()["type"]) == (404, OGC + "result-not-ready")
    assert client.delete(location).json()["status"] == "dismissed"
    wait_for(slow, 0)
    assert follow(client, location, states=("dismissed",))["status"] == "dismissed"
    assert client.get(location + "/results").status_code == 422


def test_what_takes_too_long_is_ended_and_said(client, slow, monkeypatch):
    monkeypatch.setattr(client.app.state.settings, "analysis_seconds", 1)
    answer = run(client, "slow", {})
    assert (answer.status_code, answer.json()["title"]) == (422, "The analysis takes longer than is allowed")
    wait_for(slow, 0)
    monkeypatch.setattr(client.app.state.settings, "analysis_job_seconds", 1)
    location = run(client, "slow", {}, headers={"Prefer": "respond-async"}).headers["location"]
    assert "longer than the 1 seconds" in follow(client, location)["message"]


def test_only_so_many_wait(client, slow, monkeypatch):
    monkeypatch.setattr("geoservice.processes.running.MOST_WAITING", 1)
    runs = [run(client, "slow", {}, headers={"Prefer": "respond-async"}) for _ in range(3)]
    wait_for(slow, 2)
    refused = run(client, "slow", {})
    assert (refused.status_code, refused.headers["retry-after"]) == (503, "5")
    for one in runs:
        client.delete(one.headers["location"])
    wait_for(slow, 0)


def test_a_stopped_server_leaves_no_job_running(database, tmp_path, slow, client):
    with api_client(database, tmp_path) as other:
        location = run(other, "slow", {}, headers={"Prefer": "respond-async"}).headers["location"]
        wait_for(slow, 1)
    job = client.get(location).json()
    assert (job["status"], job["message"]) == ("failed", "the server was stopped")
