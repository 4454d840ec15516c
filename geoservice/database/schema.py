"""The database's schema, brought to this version of the program (Alembic)."""

from pathlib import Path

import psycopg
from psycopg.errors import InsufficientPrivilege
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError

from geoservice.errors import DatabaseUnavailable
from layers.models import SCHEMA
from layers.sentences import say


def upgrade(engine: Engine, conninfo: str) -> None:
    """Bring the schema to this version of the program, one process at a time. ``conninfo`` is the engine's, for libpq.

    Raises:
        DatabaseUnavailable: the server cannot be reached, lacks PostGIS, lets its user do too little, keeps texts in
            another encoding than UTF-8, or was upgraded by a newer program.
    """
    shown = engine.url.render_as_string(hide_password=True)
    _check_encoding(conninfo, shown)
    try:
        with engine.connect() as connection:
            schema, newest = _schema_of(connection), _newest()
            if schema == newest:
                return
            if schema > newest:
                raise DatabaseUnavailable(say("database-newer", url=shown, schema=schema, newest=newest))
            _migrate(connection)
    except DBAPIError as error:
        code = "database-rights" if isinstance(error.orig, InsufficientPrivilege) else "database-unfit"
        raise DatabaseUnavailable(say(code, url=shown, name=engine.url.database, why=error.orig)) from error


def _migrate(connection: Connection) -> None:
    from alembic import command  # half a second, for the first start of a new version
    from alembic.config import Config

    configuration = Config()
    configuration.set_main_option("script_location", "geoservice:migrations")
    # The lock lives as long as the session; one that went back to the pool would keep every other out.
    connection.detach()
    connection.execute(text("SELECT pg_advisory_lock(hashtext('geoservice.upgrade'))"))
    configuration.attributes["connection"] = connection
    command.upgrade(configuration, "head")
    connection.commit()


def _newest() -> str:
    """The newest migration, by the numbers that their files' names begin with."""
    return max(file.name[:4] for file in (Path(__file__).parents[1] / "migrations" / "versions").glob("[0-9]*.py"))


def _schema_of(connection: Connection) -> str:
    """Return the migration that a database was brought to last; nothing of one that has none."""
    table = f"{SCHEMA}.alembic_version"
    if connection.execute(text("SELECT to_regclass(:table)"), {"table": table}).scalar_one() is None:
        return ""
    return connection.execute(text(f"SELECT version_num FROM {table}")).scalar_one_or_none() or ""


def _check_encoding(conninfo: str, shown: str) -> None:
    try:
        with psycopg.connect(conninfo) as connection:
            encoding = connection.info.parameter_status("server_encoding")
    except psycopg.OperationalError as error:
        raise DatabaseUnavailable(say("database-silent-why", url=shown, why=error)) from error
    if encoding != "UTF8":
        raise DatabaseUnavailable(say("database-encoding", url=shown, encoding=encoding))
