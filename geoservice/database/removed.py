"""A table that is gone: the version it was of was removed after this process had read the catalogue.

A removal is heard of a moment later (``geoservice.following``); who asks in between is not told of a fault of ours.
"""

import asyncpg
import psycopg
from sqlalchemy import Engine, event
from sqlalchemy.engine import ExceptionContext

from geoservice.errors import VersionRemoved
from layers.models import FEATURES_SCHEMA
from layers.sentences import say


def version_removed(error: BaseException) -> VersionRemoved | None:
    """Return what an error of the database means if it misses a table of features; None of every other error."""
    missing = isinstance(error, asyncpg.UndefinedTableError | psycopg.errors.UndefinedTable)
    return VersionRemoved(say("version-removed")) if missing and f"{FEATURES_SCHEMA}." in str(error) else None


def tell_of_removed(engine: Engine) -> None:
    """Let the sessions of an engine raise ``VersionRemoved`` where a table of features is gone."""

    @event.listens_for(engine, "handle_error")
    def translate(context: ExceptionContext) -> None:
        if removed := version_removed(context.original_exception):
            raise removed from context.original_exception
