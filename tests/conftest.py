"""A real PostGIS for every test: one private cluster a run, one migrated template, one cheap copy a test module.

``../shared/data`` holds real files that are never committed; tests that read them skip in a clone without it.
"""

import itertools
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import hypothesis
import psycopg
import pytest
from hypothesis import HealthCheck
from sqlalchemy.orm import Session

from geoservice.database import Database
from geoservice.database.cluster import ROLE, Cluster
from geoservice.settings import Settings
from layers.frame import SHANGQIU, Bounds, Frame
from layers.storage import Storage

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"
_copies = itertools.count(1)

# The same examples in every run, however long one takes on a busy machine; --hypothesis-profile=search draws new ones.
_UNHURRIED = hypothesis.settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
hypothesis.settings.register_profile("search", _UNHURRIED)
hypothesis.settings.register_profile("same", _UNHURRIED, derandomize=True, database=None)
hypothesis.settings.load_profile("same")


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real files beside the clone; the test is skipped without it."""
    if not SHARED.is_dir():
        pytest.skip("no ../shared/data beside this clone: real files are read there, never committed")
    return SHARED


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that everybody may pass through, as root's cluster must, which runs as another user.

    pytest's own is closed to others whenever another run of pytest begins.
    """
    with tempfile.TemporaryDirectory(prefix="geoservice-test-", ignore_cleanup_errors=True) as folder:
        os.chmod(folder, 0o755)
        yield Path(folder)


@pytest.fixture(scope="session")
def cluster_url() -> Iterator[str]:
    """A server to make databases in: a private cluster, or the one GEOSERVICE_TEST_DATABASE_URL names."""
    given = os.environ.get("GEOSERVICE_TEST_DATABASE_URL")
    if given:
        yield given
        return
    with tempfile.TemporaryDirectory(prefix="geoservice-test-", ignore_cleanup_errors=True) as folder:
        os.chmod(folder, 0o755)  # root's cluster runs as another user, who must pass through
        with Cluster(Path(folder)) as cluster:
            # Nothing here outlives the machine: a database that is dropped waits for no disk.
            for statement in ("ALTER SYSTEM SET fsync = off", "SELECT pg_reload_conf()"):
                _admin(cluster.url, statement)
            yield cluster.url


@pytest.fixture(scope="session")
def template(cluster_url: str) -> str:
    """The name of a migrated, empty database to copy."""
    name = f"template_{os.getpid()}"
    _admin(cluster_url, f'CREATE DATABASE "{name}"')
    database = Database(_with_name(cluster_url, name))
    database.upgrade()
    database.engine.dispose()
    return name


@pytest.fixture(scope="module")
def database(cluster_url: str, template: str) -> Iterator[Database]:
    """A migrated database of the test module's own."""
    name = f"test_{os.getpid()}_{next(_copies)}"
    _copy(cluster_url, template, name)
    database = Database(_with_name(cluster_url, name), pool_size=4)
    yield database
    database.engine.dispose()
    _admin(cluster_url, f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    """A session whose work is undone after the test, also what it committed."""
    with database.engine.connect() as connection:
        outer = connection.begin()
        with Session(connection, join_transaction_mode="create_savepoint") as session:
            yield session
        outer.rollback()


@pytest.fixture
def storage(tmp_path: Path) -> Storage:
    """An empty storage folder."""
    return Storage(tmp_path / "storage")


@pytest.fixture(scope="module")
def settings(database: Database, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings of the test module's own database and storage; nothing is read from the environment's .env."""
    folder = tmp_path_factory.mktemp("service")
    return Settings(
        _env_file=None,
        database_url=database.url.render_as_string(hide_password=False),
        data_dir=folder,
        storage_dir=folder / "storage",
    )


@pytest.fixture(scope="module")
def service(settings: Settings, database: Database) -> Any:
    """The parts the application works with, for tests that import data and then ask for it."""
    from geoservice.service import Service

    storage = Storage(settings.storage_root)
    storage.root.mkdir(parents=True, exist_ok=True)
    return Service(settings, settings.read_frame(), database, storage)


@pytest.fixture(scope="module")
def client(service: Any) -> Iterator[Any]:
    """The application in this process, its lifespan run; catalogue changes reach it through NOTIFY as in life."""
    from starlette.testclient import TestClient

    from geoservice.app import create_app

    with TestClient(create_app(service.settings)) as client:
        yield client


@pytest.fixture(scope="module")
def server(service: Any) -> Iterator[str]:
    """The address of a real server on loopback, for real clients."""
    from geoservice.app import create_app
    from tests.serving import serving

    with serving(create_app(service.settings)) as address:
        yield address


@pytest.fixture(scope="session")
def frame() -> Frame:
    """The Shangqiu frame."""
    return SHANGQIU


@pytest.fixture(scope="session")
def zion() -> Frame:
    """Another place: Zion National Park on WGS 84 and UTM 12N. A frame is only a setting."""
    return Frame(
        name="zion",
        title={"zh": "锡安", "en": "Zion"},
        extent=Bounds(-113.3, 37.0, -112.7, 37.6),
        storage_srid=4326,
        metric_srid=32612,
        height_srid=None,
    )


def _copy(url: str, template: str, name: str) -> None:
    """Copy the template as files: half as long as through the log."""
    _admin(url, f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY file_copy')


def _admin(url: str, statement: str) -> None:
    conninfo = Database(url).conninfo
    with psycopg.connect(conninfo, autocommit=True) as connection:
        connection.execute(statement)  # type: ignore[call-overload]


def _with_name(url: str, name: str) -> str:
    return url.replace(f"/{ROLE}?", f"/{name}?") if f"/{ROLE}?" in url else url.rsplit("/", 1)[0] + f"/{name}"
