"""A running service's parts, opened together and closed together: what the CLI, a job and a test work with."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property

from geoservice.database import Database
from geoservice.database.cluster import Cluster
from geoservice.settings import Settings
from importers.converters import use_dwg_converter
from layers.errors import StorageError
from layers.frame import Frame
from layers.sentences import say
from layers.storage import Storage
from layers.storage.belonging import settle
from layers.storage.bucket import open_storage
from tiles.grid import Grid
from tiles.grids import offered_grids


@dataclass(frozen=True)
class Service:
    """Settings, frame, database and storage that belong together, and the private cluster when the database is its."""

    settings: Settings
    frame: Frame
    database: Database
    storage: Storage
    cluster: Cluster | None = None

    @cached_property
    def grids(self) -> dict[str, Grid]:
        """The grids that tiles are offered in, by identifier. Raises BadGrid."""
        return offered_grids(self.frame, self.settings.grids_dir)


@contextmanager
def open_service(settings: Settings) -> Iterator[Service]:
    """Start the private cluster unless a server is given, bring the schema up to date, and yield the parts.

    What a killed import left behind is removed first. Everything started here is stopped at the end.

    Raises:
        DatabaseUnavailable, BadFrame, StorageError: with the sentence that says what to do.
    """
    frame = settings.read_frame()
    storage = _storage(settings)
    use_dwg_converter(settings.dwg_converter)
    if settings.database_url:
        database = Database(settings.database_url, settings.database_pool)
        yield from _opened(Service(settings, frame, database, storage))
    else:
        with Cluster(settings.data_dir) as cluster:
            database = Database(cluster.url, settings.database_pool)
            yield from _opened(Service(settings, frame, database, storage, cluster))


def _opened(service: Service) -> Iterator[Service]:
    from importers.litter import clean_litter  # heavy: GDAL and its kin

    try:
        service.database.upgrade()
        with service.database.session() as session:
            settle(session, service.storage)
            clean_litter(session, service.storage)
            session.commit()
        yield service
    finally:
        service.database.engine.dispose()


def _storage(settings: Settings) -> Storage:
    root = settings.storage_root
    try:
        root.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StorageError(say("storage-folder", folder=str(root), why=error.strerror)) from error
    return open_storage(settings.storage_address, root)
