"""Who is told that a layer was changed finds it changed: the process that answers waits for no notification."""

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient

from geoservice.app import create_app
from geoservice.auth import create_token
from geoservice.database import Database
from geoservice.jobs import worker
from layers.older_versions import remove_layer
from tests.geoservice.test_imports_api import FILE


@pytest.fixture
def deaf(service: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A process to which no notification ever comes."""

    async def wait(self: Database, connection: Any, changed: Any) -> None:
        async with connection:
            await asyncio.Event().wait()

    monkeypatch.setenv("GEOSERVICE_DATABASE_URL", service.settings.database_url)
    monkeypatch.setenv("GEOSERVICE_STORAGE_DIR", str(service.storage.root))
    monkeypatch.setattr(worker, "POLL_S", 0.1)
    monkeypatch.setattr(Database, "follow", wait)
    with service.database.session() as session:
        token = create_token(session, "springs", ["geology"], write=True)
        session.commit()
    with TestClient(create_app(service.settings), headers={"Authorization": f"Bearer {token}"}) as client:
        yield client


def test_what_was_published_rolled_back_or_removed_is_so_at_once_where_it_was_asked_for(
    deaf: Any, service: Any
) -> None:
    def bring() -> str:
        fields = {"layer": "springs", "department": "geology"}
        job = deaf.post("/imports", files={"file": FILE}, data=fields).headers["location"]
        worker.work(service, until_empty=True)
        return str(job)

    def current() -> int:
        return int(deaf.get("/layers/springs/versions").json()["current"])

    job = bring()
    assert deaf.get("/collections/springs").status_code == 404  # it heard of nothing
    assert deaf.get(job).json()["state"] == "done"
    assert current() == 1
    bring()
    assert current() == 1
    assert deaf.get("/jobs").json()["jobs"][0]["outcome"]["version"] == 2
    assert current() == 2
    assert deaf.put("/layers/springs/current", json={"number": 1}).status_code == 200
    assert current() == 1
    domains = {"名称": {f"井{i}": f"Well {i}" for i in range(5)}}
    assert deaf.put("/collections/springs/domains", json=domains).status_code == 204
    assert deaf.get("/collections/springs/domains").json() == domains
    assert deaf.delete("/layers/springs").status_code == 204
    assert deaf.get("/collections/springs").status_code == 404


def test_a_layer_that_was_removed_at_this_moment_is_not_there_rather_than_a_fault_of_ours(
    deaf: Any, service: Any
) -> None:
    fields = {"layer": "springs", "department": "geology"}
    job = deaf.post("/imports", files={"file": FILE}, data=fields).headers["location"]
    worker.work(service, until_empty=True)
    assert deaf.get(job).json()["state"] == "done"
    layer, tiles = "/collections/springs", "/tiles/WebMercatorQuad/12/1636"
    assert deaf.get(f"{layer}{tiles}/3356").status_code == 200  # the next goes the shortest way
    knows_it = deaf.app.state.catalogue
    with service.database.session() as session:
        remove_layer(session, "springs")
        session.commit()

    parts = (f"{tiles}/3357", f"/map{tiles}/3357", "/items", "/items?f=csv", "/items?q=井", "/items/1", "/map?width=99")
    for part in parts:
        deaf.app.state.catalogue = knows_it  # it heard of nothing yet
        assert deaf.get(layer + part).status_code == 404, part
        assert "springs" not in deaf.app.state.catalogue.layers
    deaf.app.state.catalogue = knows_it
    found = deaf.get("/search", params={"q": "井"})
    assert (found.status_code, "springs" in found.text) == (200, False)

    area = {"type": "Polygon", "coordinates": [[[114, 33], [117, 33], [117, 35], [114, 35], [114, 33]]]}
    well = {"type": "Feature", "properties": {"名称": "井"}, "geometry": {"type": "Point", "coordinates": [115, 34]}}
    deaf.app.state.catalogue = knows_it
    assert deaf.post(f"{layer}/items", json=well).status_code == 404
    told = deaf.post("/what-is-here", json={"polygon": area})  # its body was read and cannot be read again
    assert (told.status_code, told.json()["type"]) == (503, "/problems/version-removed")
    assert told.headers["retry-after"]
