"""A full disk, told in one sentence whichever library met it: GDAL, SQLite and PostgreSQL say so in many ways."""

import errno
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from geoservice.errors import DiskFull

FULL_BELOW_MB = 32
"""A disk with less than this free when a write has failed is why it failed."""
NO_ROOM = ("No space left on device", "Check free disk space", "database or disk is full")


@contextmanager
def told_when_full(root: Path, sentence: Callable[[int], str]) -> Iterator[None]:
    """Raise what a write fails with for want of room as one sentence, which is made of the MB that are free.

    Raises:
        DiskFull: there was no room left below ``root``, or where a library keeps what it works on.
    """
    try:
        yield
    except _of_a_full_disk() as error:
        said = getattr(error, "errno", None) == errno.ENOSPC or any(words in str(error) for words in NO_ROOM)
        free = shutil.disk_usage(root).free // 2**20
        if not said and free >= FULL_BELOW_MB:
            raise
        raise DiskFull(sentence(free)) from error


def _of_a_full_disk() -> tuple[type[Exception], ...]:
    """What writing to a full disk raises; only a failure is worth loading the libraries whose errors these are."""
    import sqlite3

    import psycopg.errors
    from rasterio._err import CPLE_BaseError
    from rasterio.errors import RasterioError
    from sqlalchemy.exc import DBAPIError

    from geoservice.errors import DatabaseUnavailable
    from layers.errors import StorageError

    own = (DatabaseUnavailable, StorageError)
    return OSError, RasterioError, CPLE_BaseError, DBAPIError, psycopg.errors.Error, sqlite3.Error, *own
