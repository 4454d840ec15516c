"""The features part of the API as an application of its own, small and quick to start, and a client for it."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

from fastapi import FastAPI
from starlette.testclient import TestClient
from starlette_compress import CompressMiddleware

from geoservice import problems
from geoservice.api import collections, conformance, items, landing, openapi
from geoservice.api.middleware import HttpMiddleware
from geoservice.auth import Callers
from geoservice.database import Database
from geoservice.settings import Settings
from layers.catalogue import Catalogue, load_catalogue
from layers.storage import Storage

RESOURCES = (items.RESOURCE, collections.RESOURCE, landing.RESOURCE, conformance.RESOURCE, openapi.RESOURCE)


@contextmanager
def api_client(database: Database, folder: Path, **settings: object) -> Iterator[TestClient]:
    """Yield a client of the application over the layers that are in the database now."""
    app = make_app(database, folder, **settings)
    with TestClient(app, base_url="http://city.example", raise_server_exceptions=False) as client:
        yield client


def make_app(database: Database, folder: Path, **settings: object) -> FastAPI:
    """Return the application; it opens a pool of its own to the database when it starts."""
    url = database.url.render_as_string(hide_password=False)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        await app.state.database.open()
        app.state.catalogue = await asyncio.to_thread(_read, app.state.database)
        yield
        await app.state.database.close()

    app = FastAPI(lifespan=lifespan, openapi_url=None, docs_url=None, redoc_url=None)
    app.state.settings = Settings(database_url=url, data_dir=folder, **settings)
    app.state.frame = app.state.settings.read_frame()
    app.state.database = Database(url, 4)
    app.state.storage = Storage(folder / "storage")
    app.state.callers = Callers(app.state.database)
    app.state.catalogue = Catalogue({})
    app.state.resources = RESOURCES
    for resource in RESOURCES:
        app.router.routes.extend(resource.routes)
    problems.install(app)
    app.add_middleware(HttpMiddleware, trusted=app.state.settings.trusted_proxies)
    app.add_middleware(CompressMiddleware, minimum_size=1000)
    return app


def _read(database: Database) -> Catalogue:
    with database.session() as session:
        return load_catalogue(session)
