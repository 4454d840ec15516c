"""An import from the application's side: a session, the city's datum parameters, the commit, a full disk."""

import errno
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

import psycopg.errors
from sqlalchemy.exc import DBAPIError

from geoservice.cluster import dask_workers
from geoservice.errors import DatabaseUnavailable, DiskFull
from geoservice.import_request import ImportRequest
from geoservice.service import Service
from geoservice.settings import Settings
from importers.batch import Progress, Spread
from importers.datum.registry import load_registry
from importers.importing import import_files
from importers.report import Report
from importers.scale import NATIONAL, ScaleRules, load_rules
from layers.crs.transform import Transform
from layers.sentences import say


def run_import(service: Service, request: ImportRequest, progress: Progress, *, whole: bool = True) -> Report:
    """Import the request's files as the next version of its layer and commit.

    A large layer may be left to be finished by a worker (``geoservice.finishing``) unless it is wanted ``whole``.

    Raises:
        GeoError: the import was refused; nothing of it is published, its report is kept.
        DiskFull: there was no room left for it; the layer is as it was.
    """
    with _room_on(service), service.database.session() as session:
        report = import_files(
            session, service.storage, service.frame, request, city_transforms(service.settings), progress,
            rules=city_rules(service.settings), finish_later=not whole, spread=workers_of(service.settings),
        )  # fmt: skip
        session.commit()
        return report


FULL_BELOW_MB = 32
"""A disk with less than this free when a write has failed is why it failed: GDAL and PostgreSQL say so in many ways."""


NO_ROOM = ("No space left on device", "Check free disk space")


@contextmanager
def _room_on(service: Service) -> Iterator[None]:
    try:
        yield
    except _of_a_full_disk() as error:
        root = service.storage.root
        said = getattr(error, "errno", None) == errno.ENOSPC or any(words in str(error) for words in NO_ROOM)
        free = shutil.disk_usage(root).free // 2**20
        if not said and free >= FULL_BELOW_MB:
            raise
        raise DiskFull(say("disk-full", root=str(root), free=free)) from error


def _of_a_full_disk() -> tuple[type[Exception], ...]:
    """What writing to a full disk raises; only a failure is worth loading the libraries whose errors these are."""
    from rasterio._err import CPLE_BaseError
    from rasterio.errors import RasterioError

    return OSError, RasterioError, CPLE_BaseError, DBAPIError, psycopg.errors.Error, DatabaseUnavailable


def city_transforms(settings: Settings) -> tuple[Transform, ...]:
    """Return the city's own datum transforms; none when no datum file is set."""
    if settings.datum_file is None:
        return ()
    return load_registry(settings.datum_file, settings.datum_key).transforms


def city_rules(settings: Settings) -> ScaleRules:
    """Return the rules of usable scales: the city's own, or the national ones."""
    return NATIONAL if settings.scale_rules is None else load_rules(settings.scale_rules)


def workers_of(settings: Settings) -> Spread | None:
    """Return who makes the files of many sheets: the workers of the Dask cluster; None: this process."""
    return partial(dask_workers, settings.dask_scheduler) if settings.dask_scheduler else None
