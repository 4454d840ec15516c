"""The whole application over a test's database, and a client for it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from starlette.testclient import TestClient

from geoservice.app import create_app
from geoservice.database import Database
from geoservice.settings import Settings


@contextmanager
def api_client(database: Database, folder: Path, **settings: Any) -> Iterator[TestClient]:
    """Yield a client of the application over the layers that are in the database now."""
    app = make_app(database, folder, **settings)
    with TestClient(app, base_url="http://city.example", raise_server_exceptions=False) as client:
        yield client


def make_app(database: Database, folder: Path, **settings: Any) -> FastAPI:
    """Return the application; it opens a pool of its own to the database when it starts."""
    url = database.url.render_as_string(hide_password=False)
    return create_app(Settings(database_url=url, data_dir=folder, database_pool=4, **settings))
