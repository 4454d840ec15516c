"""The application over one public and three private layers of the conformance fixture, and tokens of departments."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from starlette.testclient import TestClient

from geoservice.app import create_app
from geoservice.auth import create_token
from geoservice.demo import conformance
from geoservice.jobs.import_request import ImportRequest
from geoservice.jobs.importing import run_import
from geoservice.service import Service

OPEN = "regions"
HIDDEN = {"voyages": "classified-lines", "relief": "classified-heights", "picture": "classified-image"}
"""A vector, an elevation and an imagery layer of the fixture, kept by department ``land`` under names of their own."""
SECRET = {"zh": "机密", "en": "classified"}
PRIVATE = tuple(HIDDEN.values())


@pytest.fixture(scope="package")
def service(cluster_url: str, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """The service with the layers imported."""
    from tests.conformance.conftest import fixture_of

    with fixture_of(cluster_url, template, tmp_path_factory.mktemp("hostile")) as service:
        folder = tmp_path_factory.mktemp("files")
        conformance.write_fixture(folder)
        for request in conformance.imports(folder):
            if request.name in (OPEN, *HIDDEN):
                run_import(service, _hidden(request) if request.name in HIDDEN else request, lambda *told: None)
        yield service


def _hidden(request: ImportRequest) -> ImportRequest:
    """The same import as a private layer; every word of it says that it is."""
    (path,) = request.files
    return replace(
        request, files=(path.rename(path.with_stem(HIDDEN[request.name])),), name=HIDDEN[request.name], public=False,
        title=SECRET, description=SECRET, attribution="classified", department="land", theme="classified",
    )  # fmt: skip


@pytest.fixture(scope="package")
def client(service: Service) -> Iterator[TestClient]:
    """A client that is shown an answer even where the application fails."""
    with TestClient(create_app(service.settings), raise_server_exceptions=False) as client:
        yield client


@pytest.fixture(scope="package")
def tokens(service: Service) -> dict[str, dict[str, str]]:
    """Headers by who asks: nobody, somebody of another department, somebody who may see the private layers."""
    found: dict[str, Any] = {"nobody": {}}
    with service.database.session() as session:
        for who, department in (("another", "heritage"), ("land", "land")):
            found[who] = {"Authorization": f"Bearer {create_token(session, who, [department], write=True)}"}
        session.commit()
    return found
