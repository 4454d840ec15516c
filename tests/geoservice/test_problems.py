import inspect
import subprocess
import sys

import pytest
from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.testclient import TestClient

import geoservice.errors
import importers.errors
import layers.errors
import tiles.errors
from geoservice import problems
from geoservice.api.middleware import HttpMiddleware
from layers.errors import BadQuery, GeoError

ERRORS = sorted(
    {
        error
        for module in (layers.errors, importers.errors, tiles.errors, geoservice.errors)
        for error in vars(module).values()
        if inspect.isclass(error) and issubclass(error, GeoError)
    },
    key=lambda error: error.__name__,
)


@pytest.fixture(scope="module")
def client():
    def fail(request: Request) -> Response:
        kind = request.query_params["kind"]
        if kind == "surprise":
            raise RuntimeError("the password is in this message")
        error = next(error for error in ERRORS if error.__name__ == kind)
        raise error("the detail", "name") if issubclass(error, BadQuery) else _made(error)

    app = FastAPI()
    app.router.routes.append(Route("/fail", fail, methods=["GET", "POST"]))
    app.router.routes.append(Route("/other", fail, methods=["GET"]))
    problems.install(app)
    app.add_middleware(HttpMiddleware)
    with TestClient(app, raise_server_exceptions=False) as client:
        yield client


def _made(error: type[GeoError]) -> GeoError:
    made = error.__new__(error)
    made.args = ("the detail",)
    return made


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: error.__name__)
def test_every_error_has_a_status_a_title_and_a_type_of_its_own(client, error):
    response = client.post("/fail", params={"kind": error.__name__})  # a GET may be answered again
    document = response.json()
    assert response.headers["content-type"] == "application/problem+json"
    assert response.status_code == document["status"] == problems.status_of(error)
    assert document["type"].startswith("/problems/") or document["type"] == problems.TYPES[error]
    assert document["type"] == document["type"].lower()
    assert document["title"] == error.__doc__.strip().split("\n")[0].rstrip(".")
    assert "`" not in document["title"]
    if issubclass(error, BadQuery):
        assert document["parameter"] == "name"


def test_types_are_all_different():
    assert len({problems.problem_type(error)[0] for error in ERRORS}) == len(ERRORS)


def test_a_surprise_is_500_and_tells_nothing(client):
    response = client.get("/fail", params={"kind": "surprise"})
    assert response.status_code == 500
    assert response.headers["content-type"] == "application/problem+json"
    assert "password" not in response.text


def test_what_is_not_there_is_a_problem_too(client):
    response = client.get("/nowhere")
    assert (response.status_code, response.headers["content-type"]) == (404, "application/problem+json")


def test_options_tells_the_true_methods_and_others_are_405(client):
    options = client.options("/fail")
    assert (options.status_code, options.headers["allow"]) == (200, "GET, HEAD, OPTIONS, POST")
    refused = client.post("/other")
    assert (refused.status_code, refused.headers["allow"]) == (405, "GET, HEAD, OPTIONS")
    assert refused.headers["content-type"] == "application/problem+json"


def test_401_and_503_say_what_to_do_next(client):
    assert client.get("/fail", params={"kind": "NotAuthenticated"}).headers["www-authenticate"] == "Bearer"
    assert client.get("/fail", params={"kind": "DatabaseUnavailable"}).headers["retry-after"] == "5"


def test_where_a_database_is_that_does_not_answer_is_told_to_nobody(client):
    document = client.get("/fail", params={"kind": "DatabaseUnavailable"}).json()
    assert document["detail"] == "the database does not answer; try again in a moment"


_ALL_TITLES = """
import importlib, pkgutil
import geoservice, importers, layers, tiles
from geoservice.wording.titles import name_of, title_of
from layers.errors import GeoError

for package in (geoservice, importers, layers, tiles):
    for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        if "migrations" not in module.name and not module.name.endswith("__main__"):
            try:
                importlib.import_module(module.name)
            except ModuleNotFoundError as missing:  # of the system's interpreter, where that module runs
                if missing.name != "mapnik":
                    raise

def below(error):
    yield error
    for child in error.__subclasses__():
        yield from below(child)

for error in below(GeoError):
    if error is not GeoError:
        print(name_of(error), title_of(error, "en"), title_of(error, "zh"), sep="|")
"""


def test_every_problem_has_a_title_in_both_languages() -> None:
    # In a process of its own: some modules settle things for the whole process when they are imported.
    done = subprocess.run([sys.executable, "-c", _ALL_TITLES], capture_output=True, text=True, check=True)
    rows = [line.split("|") for line in done.stdout.splitlines()]
    assert len(rows) > 50
    assert not [name for name, english, chinese in rows if english == chinese]
