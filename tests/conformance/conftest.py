"""The conformance fixture, imported and served as ``geoservice demo --conformance`` does it, or any running service.

GEOSERVICE_CONFORMANCE_URL=http://127.0.0.1:8000 puts the same questions to a service that runs already.
"""

import io
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest
from rich.console import Console

from geoservice.app import create_app
from geoservice.database import Database
from geoservice.demo.run import load_conformance
from geoservice.service import Service
from geoservice.settings import Settings
from layers.storage import Storage
from tests.conftest import _admin, _copies, _copy, _with_name
from tests.serving import serving
from tests.waiting import PATIENCE_S


@contextmanager
def fixture_of(cluster_url: str, template: str, folder: Path) -> Iterator[Service]:
    """Yield a service on the frame of the world, over an empty database of its own."""
    name = f"world_{os.getpid()}_{next(_copies)}"
    _copy(cluster_url, template, name)
    database = Database(_with_name(cluster_url, name), pool_size=4)
    settings = Settings(
        _env_file=None,
        database_url=database.url.render_as_string(hide_password=False),
        data_dir=folder, storage_dir=folder / "storage", frame="world",
    )  # fmt: skip
    storage = Storage(settings.storage_root)
    storage.root.mkdir(parents=True)
    yield Service(settings, settings.read_frame(), database, storage)
    database.engine.dispose()
    _admin(cluster_url, f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture(scope="package")
def fixture_service(cluster_url: str, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """The service with the fixture imported."""
    with fixture_of(cluster_url, template, tmp_path_factory.mktemp("conformance")) as service:
        load_conformance(service, Console(file=io.StringIO()))
        yield service


@pytest.fixture(scope="package")
def base(request: pytest.FixtureRequest) -> Iterator[str]:
    """The address of a service under test, without a slash at its end."""
    given = os.environ.get("GEOSERVICE_CONFORMANCE_URL")
    if given:
        yield given.rstrip("/")
        return
    service: Service = request.getfixturevalue("fixture_service")
    with serving(create_app(service.settings)) as address:
        yield address


class Site:
    """A client that follows absolute links and asks for JSON, as the suites do."""

    def __init__(self, base: str) -> None:
        self.base = base
        self.client = httpx2.Client(timeout=PATIENCE_S, trust_env=False, follow_redirects=False)

    def get(self, path: str, **options: Any) -> httpx2.Response:
        """Answer a path below the base, or an absolute address."""
        address = path if path.startswith("http") else f"{self.base}{path}"
        options.setdefault("headers", {"Accept": "application/json"})
        return self.client.get(address, **options)

    def json(self, path: str, **options: Any) -> Any:
        """Answer a document that must be there."""
        response = self.get(path, **options)
        assert response.status_code == 200, (path, response.status_code, response.text[:300])
        return response.json()

    @property
    def collections(self) -> list[dict[str, Any]]:
        """All collections."""
        found: list[dict[str, Any]] = self.json("/collections")["collections"]
        return found

    @property
    def feature_collections(self) -> list[dict[str, Any]]:
        """The collections whose items are features: the suites leave out what says that it has others."""
        return [one for one in self.collections if one.get("itemType", "feature") == "feature"]


def rels(document: dict[str, Any], rel: str, kind: str | None = None) -> list[str]:
    """The addresses a document links to under a relation, of one media type when given."""
    links = document["links"]
    return [link["href"] for link in links if link["rel"] == rel and kind in (None, link.get("type"))]


@pytest.fixture(scope="package")
def site(base: str) -> Iterator[Site]:
    """A client of the service under test."""
    site = Site(base)
    yield site
    site.client.close()
