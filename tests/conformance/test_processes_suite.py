"""What the suite of OGC API Processes 1.0 sends to the echo process, and what it holds of the answers."""

from email import message_from_bytes

import pytest

from tests.waiting import until

EXCEPTION = "http://www.opengis.net/def/exceptions/ogcapi-processes-1/1.0/"
ECHO = "/processes/echo/execution"
JSON = {"Accept": "application/json"}


@pytest.fixture(scope="module")
def echo(site):
    return site.json("/processes/echo")


def inputs_of(echo):
    """It fills only texts, and objects it finds by a schema's own type; of an array it gives an empty one."""
    kinds = {name: one["schema"].get("type") for name, one in echo["inputs"].items()}
    texts = {name: "teststring" for name, kind in kinds.items() if kind == "string"}
    objects = {name: {"value": "teststring"} for name, kind in kinds.items() if kind == "object"}
    return texts, objects, {name: [] for name, kind in kinds.items() if kind == "array"}


def outputs_of(echo):
    return {name: {"transmissionMode": "value"} for name in echo["outputs"]}


def execute(site, document, **headers):
    return site.client.post(f"{site.base}{ECHO}", json=document, headers=JSON | headers)


def test_the_root_is_joined_with_two_slashes(site):
    """It is given the root with a slash at its end and writes /processes behind it."""
    assert site.json("//processes")["processes"]


def test_every_process_is_described_and_listed(site):
    listed = site.json("/processes")
    assert listed["links"]
    for process in listed["processes"]:
        assert {"id", "version", "jobControlOptions", "outputTransmission", "links"} <= set(process)
        described = site.json(f"/processes/{process['id']}")
        assert all("schema" in one for kind in ("inputs", "outputs") for one in described[kind].values())
        assert "maxOccurs" in next(iter(described["inputs"].values()))


@pytest.mark.parametrize("response", [None, "raw", "document"])
@pytest.mark.parametrize("outputs", [True, False], ids=["outputs named", "outputs left out"])
def test_a_text_is_echoed_as_json_to_who_accepts_json(site, echo, response, outputs):
    document = {"inputs": inputs_of(echo)[0]}
    document |= {"outputs": outputs_of(echo)} if outputs else {}
    document |= {"response": response} if response else {}
    answer = execute(site, document)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    assert answer.json() == ({"text": "teststring"} if response == "document" else "teststring")
    anybody = site.client.post(f"{site.base}{ECHO}", json=document, headers={"Accept": "*/*"})
    assert response == "document" or anybody.headers["content-type"].startswith("text/plain")


def test_objects_and_arrays_it_makes_are_taken(site, echo):
    texts, objects, arrays = inputs_of(echo)
    assert execute(site, {"inputs": texts | objects, "outputs": outputs_of(echo)}).status_code == 200
    assert arrays
    only = {name: {"transmissionMode": "value"} for name in arrays}
    assert execute(site, {"inputs": arrays, "outputs": only}).status_code == 200


def test_several_raw_outputs_are_parts_of_a_message(site):
    answer = execute(site, {"inputs": {"text": "teststring", "number": 3}, "response": "raw"})
    kind = answer.headers["content-type"]
    assert kind.startswith("multipart/related")
    parts = message_from_bytes(f"Content-Type: {kind}\r\n\r\n".encode() + answer.content).get_payload()
    assert [part.get_payload().strip() for part in parts] == ["teststring", "3.0"]


def test_a_job_is_made_followed_and_read(site, echo):
    document = {"inputs": inputs_of(echo)[0], "outputs": outputs_of(echo)}
    made = execute(site, document, Prefer="respond-async")
    assert made.status_code == 201
    status = site.json(made.headers["location"])
    assert {"jobID", "status", "type", "links"} <= set(status)
    until(lambda: site.json(made.headers["location"])["status"] == "successful")
    status = site.json(made.headers["location"])
    (results,) = [link["href"] for link in status["links"] if link["rel"].endswith("/results")]
    assert site.json(results) == "teststring"


def test_results_of_a_job_that_pauses_are_not_ready(site):
    made = execute(site, {"inputs": {"text": "teststring", "pause": 10}, "response": "raw"}, Prefer="respond-async")
    assert made.status_code == 201
    early = site.get(f"{made.headers['location']}/results")
    assert early.status_code == 404
    assert early.headers["content-type"] == "application/json"
    assert early.json()["type"] == f"{EXCEPTION}result-not-ready"
    assert site.client.delete(made.headers["location"], headers=JSON).status_code == 200


def test_what_is_wrong_or_not_there_is_an_exception_in_json(site):
    wrong = execute(site, {"invalid-execute-request": "true)"})
    assert wrong.status_code == 400
    assert (wrong.headers["content-type"], wrong.json()["status"]) == ("application/json", 400)
    for path, kind in {
        "/processes/invalid-process": "no-such-process",
        "/jobs/1f0c5a5e-0000-4000-8000-000000000000": "no-such-job",
        "/jobs/1f0c5a5e-0000-4000-8000-000000000000/results": "no-such-job",
        "/jobs/invalid-job": "no-such-job",
    }.items():
        answer = site.get(path)
        assert (answer.status_code, answer.headers["content-type"]) == (404, "application/json")
        assert answer.json()["type"] == f"{EXCEPTION}{kind}", path
    assert site.get("/processes/invalid-process", headers={}).headers["content-type"] == "application/problem+json"
